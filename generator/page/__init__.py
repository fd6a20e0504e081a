"""From quantities to a page: symbols, LaTeX, rounded numbers, outline, Markdown.

This package knows no calculus: it prints the trees it is given.
"""
