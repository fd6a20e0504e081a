"""A Python-Markdown extension: a table's empty header cell is an ordinary cell.

Markdown makes every cell of the first row a header. The corner over the row labels heads nothing,
and a screen reader should not announce it as if it did.
"""

from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor


class CornerExtension(Extension):
    """The extension; in mkdocs.yml it is `generator.corner:CornerExtension`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        """Look at the tables once their cells are filled (inline patterns are at 20)."""
        md.treeprocessors.register(_CornerTreeprocessor(md), "corner", 7)


class _CornerTreeprocessor(Treeprocessor):
    def run(self, root: Element) -> None:
        for cell in root.iter("th"):
            if not len(cell) and not (cell.text or "").strip():
                cell.tag = "td"
