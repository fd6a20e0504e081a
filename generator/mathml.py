"""A Python-Markdown extension that turns `$…$` and `$$…$$` into MathML.

`pymdownx.arithmatex` finds the formulas, `math_core` converts them, and the page that comes out
holds finished mathematics: no script, and nothing that moves while the page loads. It runs
wherever Python-Markdown runs, so in MkDocs and in Zensical alike.
"""

from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from math_core import LatexError, LatexToMathML

from generator.math_font import write_math_font

ARITHMATEX = {
    "generic": True,
    "block_syntax": ["dollar"],
    "inline_syntax": ["dollar"],
    "tex_block_wrap": ["", ""],
    "tex_inline_wrap": ["", ""],
}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
SCROLL_BOX = {"tabindex": "0", "role": "group", "aria-label": "Equation"}


class MathMLExtension(Extension):
    """The extension; in mkdocs.yml it is `generator.mathml:MathMLExtension`.

    With `font_folder`, a folder of the site's sources, the math font is written there if it is
    missing: an extension is made before the site's files are listed, so the first build has it.
    """

    def __init__(self, **given: Any) -> None:
        self.config = {"font_folder": ["", "where the math font is written; nowhere by default"]}
        super().__init__(**given)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        """Let arithmatex find the formulas, and convert them before attr_list (8) and toc (5)."""
        if self.getConfig("font_folder"):
            write_math_font(Path(self.getConfig("font_folder")))
        md.registerExtensions(["pymdownx.arithmatex"], {"pymdownx.arithmatex": ARITHMATEX})
        md.treeprocessors.register(_FormulaTreeprocessor(md), "mathml", 9)


class _FormulaTreeprocessor(Treeprocessor):
    """The step that puts MathML where arithmatex left LaTeX."""

    def run(self, root: Element) -> None:
        headings = [el for el in root.iter() if el.tag in HEADINGS]
        in_heading = {el for heading in headings for el in heading.iter()}
        for formula in [el for el in root.iter() if el.get("class") == "arithmatex"]:
            block = formula.tag == "div"
            latex = (formula.text or "").strip()
            latex = unescape(latex) if block else latex  # arithmatex escapes blocks only
            # The annotation is the LaTeX source, for copying. A heading goes without: its plain
            # text becomes the entry in the table of contents, the anchor and the search title.
            searchable = formula in in_heading
            mathml = to_mathml(latex, block=block, annotation=not searchable)
            formula.text = AtomicString(self.md.htmlStash.store(mathml))
            formula.attrib.update(SCROLL_BOX if block else {})
            formula.attrib.update({} if searchable else {"data-search-exclude": "true"})


def to_mathml(latex: str, *, block: bool, annotation: bool) -> str:
    """The MathML of one formula; a ValueError names the formula that does not parse."""
    converter = LatexToMathML(annotation=annotation, fancy_error=False)
    try:
        return converter.convert_with_local_state(latex, displaystyle=block)
    except LatexError as error:
        formula = f"$${latex}$$" if block else f"${latex}$"
        raise ValueError(
            f"LaTeX does not parse at character {error} The formula: {formula}"
        ) from error
