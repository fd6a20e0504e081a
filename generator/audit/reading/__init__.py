"""From a file to what it says: text, formulas with places, tokens, expressions, statements.

This package judges nothing: what it cannot read it declares unread, with the reason.
"""
