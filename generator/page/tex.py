"""A page as a LaTeX document: its Markdown parsed, and each element written as LaTeX.

Formulas go through as they are. The document is for LuaLaTeX, which takes any letter of a title
or a name as it stands; templates/page.tex defines the few commands that it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from generator.page.circuit import CircuitFigure
from generator.page.columns import columns
from generator.page.markdown import environment, fill
from generator.page.shapes import NetworkFigure

EXTENSIONS = ["fenced_code", "md_in_html", "tables", "pymdownx.arithmatex"]
ARITHMATEX = {
    "generic": True,
    "block_syntax": ["dollar"],
    "inline_syntax": ["dollar"],
    "tex_block_wrap": ["", ""],
    "tex_inline_wrap": ["", ""],
}
RAISED = zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)
SPECIAL = str.maketrans(
    {
        **{char: f"\\{char}" for char in "#$%&_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "⋮": r"$\vdots$",
        "−": "$-$",
        "×": r"$\times$",
        **{char: f"$^{{{plain}}}$" for char, plain in RAISED},
    }
)
HEADINGS = {"h1": "pagetitle", "h2": "section", "h3": "subsection", "h4": "subsubsection"}
FACES = {"strong": "textbf", "em": "emph", "code": "texttt"}
LISTS = {"ul": "itemize", "ol": "enumerate"}
VOID = {"br", "hr", "img"}


def tex(page: str, figures: Mapping[str, NetworkFigure]) -> str:
    """The LaTeX document of a page.

    page: its Markdown; figures: by file name, drawn with TikZ. A figure of the page that is not
    among them is given in words.
    """
    root = _parsed(page)
    links = [link.get("href", "") for link in root.iter("a")]
    writer = _Writer(
        drawn={quote(file): _tikz(figure) for file, figure in figures.items()},
        targets={link[1:] for link in links if link.startswith("#")},
    )
    title = " ".join("".join(heading.itertext()) for heading in root.iter("h1"))
    body = _joined(writer.blocks(root))
    return fill(environment(), "page.tex", title=escaped(title), body=body)


def escaped(text: str) -> str:
    """A text with what LaTeX would take for its own replaced."""
    return text.translate(SPECIAL)


@dataclass(frozen=True)
class _Writer:
    """The elements of a page as LaTeX.

    drawn: TikZ pictures by link; targets: the anchors that a link of the page leads to;
    formula: how a formula is written in a line.
    """

    drawn: Mapping[str, str]
    targets: set[str]
    formula: str = "$%s$"

    def blocks(self, parent: Element) -> Iterator[str]:
        """The paragraphs, formulas, tables, … inside an element; loose text is a paragraph."""
        loose = [escaped(parent.text or "")]
        for element in parent:
            if element.tag in FACES or element.tag in ("a", "br", "img", "span"):
                loose.append(self._inline(element))
            else:
                yield from _paragraph(loose)
                yield from self._block(element)
                loose.clear()
            loose.append(escaped(element.tail or ""))
        yield from _paragraph(loose)

    def _block(self, element: Element) -> Iterator[str]:
        tag = element.tag
        if tag in HEADINGS:
            yield f"\\{HEADINGS[tag]}{{{self._inside(element)}}}"
        elif tag == "p" and _is_all_bold(element):
            yield f"\\parthead{{{self._inside(element)}}}"
        elif tag == "p":
            yield from _paragraph([self._inside(element)])
        elif element.get("class") == "arithmatex":
            yield f"\\formula{{{(element.text or '').strip()}}}"
        elif tag == "table":
            yield self._table(element)
        elif tag == "pre":
            yield _code("".join(element.itertext()))
        elif tag == "summary":
            yield f"\\summary{{{self._inside(element)}}}"
        elif tag == "details":
            yield _joined([r"\begin{fold}", *self.blocks(element), r"\end{fold}"])
        elif tag in LISTS:
            items = [_joined(["\\item", *self.blocks(item)]) for item in element]
            yield "\n".join([f"\\begin{{{LISTS[tag]}}}", *items, f"\\end{{{LISTS[tag]}}}"])
        else:
            yield from self.blocks(element)

    def _inside(self, element: Element) -> str:
        """Text and the elements that stand in it."""
        parts = [escaped(element.text or "")]
        for child in element:
            parts += [self._inline(child), escaped(child.tail or "")]
        return "".join(parts)

    def _inline(self, element: Element) -> str:
        tag = element.tag
        if element.get("class") == "arithmatex":
            return self.formula % element.text
        if tag == "a":
            return self._link(element)
        if tag == "img":
            source = element.get("src", "")
            words = escaped(element.get("alt", ""))
            return self.drawn.get(source) or f"\\emph{{Not drawn here: {words}.}}"
        if tag == "br":
            return r"\newline "
        inside = self._inside(element)
        return f"\\{FACES[tag]}{{{inside}}}" if tag in FACES else inside

    def _link(self, element: Element) -> str:
        inside, target = self._inside(element), element.get("href")
        if target is None:
            name = element.get("id")
            return f"\\hypertarget{{{escaped(name)}}}{{}}" if name in self.targets else ""
        if target.startswith("#"):
            return f"\\hyperlink{{{escaped(target[1:])}}}{{{inside}}}"
        if inside == escaped(target):
            inside = inside.replace("/", "/\\allowbreak{}")
        return f"\\href{{{escaped(target)}}}{{{inside}}}"

    def _table(self, table: Element) -> str:
        rows = [list(row) for row in table.iter("tr")]
        cell = replace(self, formula=r"\tall{$%s$}")._inside
        head, *body = [" & ".join(map(cell, row)) + r" \\" for row in rows]
        lines = [
            f"\\begin{{longtable}}{{@{{}}{columns(rows)}@{{}}}}",
            *(r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot"),
            *body,
            r"\end{longtable}",
        ]
        return "\n".join(lines)


def _joined(blocks: Iterable[str]) -> str:
    """Blocks with an empty line between them; a formula belongs to the paragraph before it."""
    return "\n\n".join(blocks).replace("\n\n\\formula{", "\n\\formula{")


def _is_all_bold(paragraph: Element) -> bool:
    """Whether a paragraph is one piece of bold text, as a heading is."""
    return (
        len(paragraph) == 1
        and paragraph[0].tag == "strong"
        and not ((paragraph.text or "").strip() or (paragraph[0].tail or "").strip())
    )


def _paragraph(parts: Iterable[str]) -> Iterator[str]:
    text = "".join(parts).strip()
    if text:
        yield text


def _code(text: str) -> str:
    r"""A block of code, a command for each line: it keeps its spaces and may be broken at them."""
    lines = [escaped(line).replace(" ", r"\ ") for line in text.strip("\n").splitlines()]
    return "\n".join(["\\begin{code}", *(f"\\codeline{{{line}}}" for line in lines), "\\end{code}"])


def _tikz(figure: NetworkFigure) -> str:
    template = "gradients.tex" if isinstance(figure, CircuitFigure) else "network.tex"
    return fill(environment(), template, figure=_escaped_texts(figure)).strip()


def _escaped_texts(figure: NetworkFigure) -> NetworkFigure:
    """A figure whose texts are safe for LaTeX, where they were safe for XML."""
    return replace(
        figure,
        marks=tuple(
            replace(
                mark,
                texts=tuple(replace(own, text=escaped(unescape(own.text))) for own in mark.texts),
            )
            for mark in figure.marks
        ),
    )


def _parsed(page: str) -> Element:
    """The elements of a page, from the HTML that Python-Markdown makes of it."""
    from markdown import Markdown

    options = {"pymdownx.arithmatex": ARITHMATEX}
    reader = _Reader()
    reader.feed(Markdown(extensions=EXTENSIONS, extension_configs=options).convert(page))
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    """Builds elements from HTML, whatever a title or a name may have put into it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("body")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        element = SubElement(self._open[-1], tag, own)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and with it what was left open inside it."""
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data
