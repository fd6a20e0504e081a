"""Finds the formulas of a page, in LaTeX or plain text, and the tables of symbols' values."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from generator.audit.reading.plain import plain_formulas
from generator.audit.reading.tables import rows as table_rows


@dataclass(frozen=True)
class Formula:
    """LaTeX between its delimiters.

    start: where it begins in the page.
    line, column: the same, counted from 1.
    is_closed: whether its closing delimiter was found; a display without one
        runs to the end of its paragraph.
    is_plain: it is plain text, no LaTeX.
    """

    latex: str
    start: int
    line: int
    column: int
    is_closed: bool = True
    is_plain: bool = False


@dataclass(frozen=True)
class Assignment:
    """A row of a table that gives a symbol its value; both are LaTeX."""

    symbol: Formula
    value: Formula


class MarkdownPage:
    """A page with its formulas and its value assignments, both in the order of the page.

    calculations: rows of tables that compute: what of, the numbers, what they come to.
    prose: the text with everything blanked out that is no prose: formulas, code, links.
    """

    def __init__(self, text: str, place: Callable[[int], tuple[int, int]] | None = None) -> None:
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.place = place or self._place
        self._text, self._blocks, self._fences = _without_code_blocks(_without_entities(text))
        found = list(self._find_formulas())
        self.prose = self._without(found)
        plain = [
            self._formula(start + at, end + at, is_plain=True)
            for at, block, is_code in [(0, self.prose, False), *self._code_text()]
            for start, end in plain_formulas(block, in_code=is_code)
        ]
        self.formulas = tuple(sorted(found + plain, key=lambda formula: formula.start))
        rows = list(table_rows(self._text))
        self.assignments = tuple(
            Assignment(self._formula(*row.name), self._formula(*row.value))
            for row in rows
            if row.name is not None and not row.computes
        )
        self.calculations = tuple(
            tuple(self._cell(*each) for each in (row.name, row.calculation, row.value) if each)
            for row in rows
            if row.computes
        )

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of a place in the page, counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def _formula(
        self, start: int, end: int, *, is_closed: bool = True, is_plain: bool = False
    ) -> Formula:
        text = self._text if not is_plain else self.prose
        if not text[start:end].strip(" \0\r\n"):
            text = self._blocks
        return Formula(text[start:end], start, *self.place(start), is_closed, is_plain)

    def _cell(self, start: int, end: int) -> Formula:
        """A cell of a table that computes: LaTeX between dollars, or plain text."""
        is_plain = "$" not in (self._text[start - 1], self._text[end : end + 1])
        return replace(self._formula(start, end), is_plain=is_plain)

    def _find_formulas(self) -> Iterator[Formula]:
        text, at = self._text, 0
        paragraph_ends = [match.start() for match in _BLANK_LINE.finditer(text)] + [len(text)]
        code_ends = _code_spans(text, paragraph_ends)
        self._not_prose: list[tuple[int, int]] = []
        never_closed: dict[
            str, int
        ] = {}  # by mark: the paragraph end up to which no closing stands
        for start, block in self._fenced(_MATH):
            yield Formula(block, start, *self.place(start))
        while opening := _OPENING.search(text, at):
            mark, at = opening.group(), opening.end()
            if mark[0] == "`":
                end = code_ends.get(opening.start(), at)
                if text[opening.start() - 1 : opening.start()] + text[end : end + 1] == "$$":
                    yield self._formula(at, end - len(mark))
                elif end > at:
                    self._not_prose.append((opening.start(), end))
                at = end
            elif mark == "<!--":
                comment_end = text.find("-->", at)
                at = len(text) if comment_end < 0 else comment_end
                self._not_prose.append((opening.start(), at))
            elif opening["bare"]:
                close = _BARE_CLOSING.search(text, at, _next(paragraph_ends, at))
                if close is not None and re.search(r"\\[A-Za-z]|[=_^]", text[at : close.start()]):
                    yield self._formula(at, close.start())
                    at = close.end()
            elif opening["environment"]:
                closing = _closing_environment(text, opening["environment"], at)
                if closing is None:
                    continue
                yield self._formula(opening.start(), closing)
                at = closing
            elif mark in _CLOSING and never_closed.get(mark, 0) < at:
                if mark == "$" and text[at : at + 1] == "`":
                    continue
                limit = _next(paragraph_ends, at)
                close = _CLOSING[mark].search(text, at, limit)
                if close is None and mark in _DISPLAY:
                    close = _close_far_off(text, mark, at)
                if close is None:
                    never_closed[mark] = limit
                    if mark in _DISPLAY:
                        yield self._formula(at, limit, is_closed=False)
                        at = limit
                elif mark != "$" or _is_mathematics(text, at, close.start()):
                    start = at + 6 if text.startswith("latex ", at) else at
                    for inner in _without_inner_marks(text, start, close.start()):
                        yield self._formula(*inner)
                    at = close.end()

    def _without(self, formulas: Sequence[Formula]) -> str:
        """The page with formulas, code, comments, tags and addresses blanked out."""
        spans = [(each.start - 1, each.start + len(each.latex) + 1) for each in formulas]
        spans += self._not_prose
        spans += [match.span() for match in _NO_PROSE.finditer(self._text)]
        return _EMPHASIS.sub("  ", _blanked(self._text, spans))

    @property
    def visible(self) -> str:
        """The prose, with blocks of plain text that is in no programming language."""
        text = self.prose
        for start, block, _ in self._code_text():
            text = text[:start] + block + text[start + len(block) :]
        return text

    def _code_text(self) -> Iterator[tuple[int, str, bool]]:
        """Blocks and pieces in typewriter letters that are in no programming language."""
        for start, block in self._fenced(_NO_LANGUAGE):
            yield start, re.sub(r".*[$\\].*", lambda match: " " * len(match[0]), block), True
        for start, end in self._not_prose:
            code = self._text[start:end]
            if code[0] == "`" and not re.search(r"[$\\]", code):
                yield start, re.sub("`", " ", code), False

    def _fenced(self, languages: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The fenced blocks in one of some languages, and where they begin."""
        for language, start, end in self._fences:
            if language in languages:
                yield start, self._blocks[start:end]


_ENVIRONMENTS = (
    "equation|align|aligned|gather|gathered|alignat|alignedat|flalign|eqnarray|split|multline"
    "|displaymath|math"
)
_OPENING = re.compile(
    rf"\\begin\{{(?P<environment>(?:{_ENVIRONMENTS})\*?)\}}|\\\\[(\[]|\\[(\[]|\\.|`+|<!--|\$\$|\$"
    r"|(?P<bare>^[ \t]*\[[ \t\r]*$)",  # a display whose backslash got lost
    re.MULTILINE,
)
_BARE_CLOSING = re.compile(r"^[ \t]*\][ \t\r]*$", re.MULTILINE)
_CLOSING = {
    "$": re.compile(r"(?<!\\)\$"),
    "$$": re.compile(r"(?<!\\)\$\$"),
    r"\(": re.compile(r"\\\)"),
    r"\[": re.compile(r"\\\]"),
    r"\\(": re.compile(r"\\\\\)"),
    r"\\[": re.compile(r"\\\\\]"),
}
_INNER = re.compile(r"(?<!\\)\\[(\[](.*?)(?<!\\)\\[)\]]", re.DOTALL)
_DISPLAY = ("$$", r"\[", r"\\[")
_NO_PROSE = re.compile(
    r"<[A-Za-z/][^<>]{0,2000}>|\]\([^()\s]*(?:\s\"[^\"]*\")?\)|https?://\S+|\{[:.#%{][^{}]{0,300}\}"
    r"|^[ \t]*[-:|][-:| \t]*$",
    re.MULTILINE,
)
_EMPHASIS = re.compile(r"(?<![\w)*])\*\*(?=[^\s*])|(?<=[^\s*])\*\*(?![\w(*])")
_MATH = ("math", "latex", "tex", "katex")
_NO_LANGUAGE = ("", "text", "txt", "plain", "plaintext", "none", "console", "output")
_BLANK_LINE = re.compile(r"\n(?=[ \t\r]*\n)")
_QUOTE = re.compile(r"^[ \t]*>[> \t]*")
_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})([^`]*)")


def _without_entities(text: str) -> str:
    """The page with `&amp;` and its like as the signs that they are, places unchanged."""
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]].ljust(len(match[0])), text)


_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "times": "×", "minus": "−"}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            parts.append(text[at : max(at, start)])
            parts.append(re.sub(r"[^\n]", "\0", text[max(at, start) : end]))
            at = end
    return "".join([*parts, text[at:]])


def _closing_environment(text: str, name: str, at: int) -> int | None:
    """Where an environment ends."""
    end = text.find(rf"\end{{{name}}}", at)
    if end < 0 or text.find(rf"\begin{{{name}}}", at, end) >= 0:
        return None
    return end + len(name) + 6


def _close_far_off(text: str, mark: str, at: int) -> re.Match[str] | None:
    """The end of a display with blank lines in it, where it stands alone on its line."""
    begins_line = not text[text.rfind("\n", 0, at) + 1 : at - len(mark)].strip("> \t")
    close = _CLOSING[mark].search(text, at, at + 3_000) if begins_line else None
    if close is None or re.search(r"^#|^[-*] ", text[at : close.start()], re.MULTILINE):
        return None
    behind = text[close.end() : close.end() + 200].split("\n")[0]
    return None if behind.strip(" .,") else close


def _without_code_blocks(text: str) -> tuple[str, str, list[tuple[str, int, int]]]:
    """The page with front matter, fenced code and the marks of quotations blanked out.

    And the page with only the marks of quotations blanked out, and the fenced blocks: in what
    language they are, where they begin and end.
    """
    lines = text.split("\n")
    start = 0
    if lines[0].rstrip() == "---":
        ends = (i for i, line in enumerate(lines) if i and line.rstrip() in ("---", "..."))
        start = next(ends, -1) + 1
    kept = [" " * len(line) for line in lines[:start]]
    unquoted = kept.copy()
    fence, language, begin = "", "", 0
    fences: list[tuple[str, int, int]] = []
    at = sum(len(line) + 1 for line in lines[:start])
    for line in lines[start:]:
        line = _QUOTE.sub(lambda match: " " * len(match.group()), line)
        unquoted.append(line)
        mark = _FENCE.fullmatch(line)
        kept.append(" " * len(line) if fence or mark else line)
        if mark and not fence:
            language = "".join(mark[2].lower().split()[:1]).strip("{}")
            fence, begin = mark[1], at + len(line) + 1
        elif mark and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
            fences.append((language, begin, at))
        at += len(line) + 1
    return "\n".join(kept), "\n".join(unquoted), fences


def _code_spans(text: str, paragraph_ends: Sequence[int]) -> dict[int, int]:
    """Where the code ends that a run of backticks opens, by the run's start."""
    ends: dict[int, int] = {}
    following: dict[int, re.Match[str]] = {}
    for run in reversed(list(re.finditer("`+", text))):
        closing = following.get(len(run.group()))
        if closing and closing.start() < _next(paragraph_ends, run.start()):
            ends[run.start()] = closing.end()
        following[len(run.group())] = run
    return ends


def _next(ends: Sequence[int], offset: int) -> int:
    return ends[bisect_left(ends, offset)]


def _without_inner_marks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    r"""A formula's span, or those of the formulas in it: `$\( x_1 = 1 \), \( x_2 = 2 \)$`."""
    if not text[start:end].lstrip().startswith((r"\(", r"\[")):
        return [(start, end)]
    inner = [match.span(1) for match in _INNER.finditer(text, start, end)]
    return inner or [(start, end)]


def _is_mathematics(text: str, start: int, end: int) -> bool:
    """Whether what two dollar signs enclose is a formula, not a price and another price."""
    inside = text[start:end]
    if not inside.strip() or text[end + 1 : end + 2].isdigit():
        return False
    return inside == inside.strip() or re.search(r"[\\=_^]", inside) is not None
