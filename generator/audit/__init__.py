"""The reader of worked examples: Markdown with LaTeX back to expressions, and what is wrong."""

from generator.audit.equalities import Finding, PageReading, Unread, read_page

__all__ = ["Finding", "PageReading", "Unread", "read_page"]
