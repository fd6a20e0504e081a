"""Finds the formulas of a Markdown page, and the tables that give symbols their values."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Formula:
    """LaTeX between its delimiters.

    start: where it begins in the page.
    line, column: the same, counted from 1.
    is_closed: whether its closing delimiter was found; a display without one
        runs to the end of its paragraph.
    """

    latex: str
    start: int
    line: int
    column: int
    is_closed: bool = True


@dataclass(frozen=True)
class Assignment:
    """A row of a table that gives a symbol its value; both are LaTeX."""

    symbol: Formula
    value: Formula


class MarkdownPage:
    """A page with its formulas and its value assignments, both in the order of the page."""

    def __init__(self, text: str) -> None:
        self._text = _without_code_blocks(text)
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.formulas = tuple(self._find_formulas())
        self.assignments = tuple(self._find_assignments())

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a place in the page, counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def _formula(self, start: int, end: int, is_closed: bool = True) -> Formula:
        return Formula(self._text[start:end], start, *self.place(start), is_closed)

    def _find_formulas(self) -> Iterator[Formula]:
        text, at = self._text, 0
        paragraph_ends = [match.start() for match in _BLANK_LINE.finditer(text)] + [len(text)]
        code_ends = _code_spans(text, paragraph_ends)
        never_closed: dict[
            str, int
        ] = {}  # by mark: the paragraph end up to which no closing stands
        while opening := _OPENING.search(text, at):
            mark, at = opening.group(), opening.end()
            if mark[0] == "`":
                at = code_ends.get(opening.start(), at)
            elif mark == "<!--":
                comment_end = text.find("-->", at)
                at = len(text) if comment_end < 0 else comment_end
            elif mark in _CLOSING and never_closed.get(mark, 0) < at:
                limit = _next(paragraph_ends, at)
                closing = _CLOSING[mark].search(text, at, limit)
                if closing is None:
                    never_closed[mark] = limit
                    if mark in _DISPLAY:
                        yield self._formula(at, limit, is_closed=False)
                        at = limit
                elif mark != "$" or _is_mathematics(text, at, closing.start()):
                    yield self._formula(at, closing.start())
                    at = closing.end()

    def _find_assignments(self) -> Iterator[Assignment]:
        lines = self._text.split("\n")
        row = 2
        while row < len(lines):
            column = _value_column(lines[row - 2], lines[row - 1])
            while column and row < len(lines) and "|" in lines[row]:
                yield from self._assignment(row, _cells(lines[row]), column)
                row += 1
            row += 1

    def _assignment(
        self, row: int, cells: Sequence[re.Match[str]], column: int
    ) -> Iterator[Assignment]:
        """The row's assignment, if it has a formula first and a value in its column."""
        if len(cells) <= column:
            return
        cell = cells[column].group()
        symbol = _FORMULA_CELL.fullmatch(cells[0].group())
        value = _FORMULA_CELL.fullmatch(cell) or _NUMBER_CELL.fullmatch(cell)
        if symbol and value:
            yield Assignment(
                self._group(symbol, self._line_starts[row] + cells[0].start()),
                self._group(value, self._line_starts[row] + cells[column].start()),
            )

    def _group(self, match: re.Match[str], cell_start: int) -> Formula:
        return self._formula(cell_start + match.start(1), cell_start + match.end(1))


_OPENING = re.compile(r"\\[(\[]|\\.|`+|<!--|\$\$|\$")
_CLOSING = {
    "$": re.compile(r"(?<!\\)\$"),
    "$$": re.compile(r"(?<!\\)\$\$"),
    r"\(": re.compile(r"\\\)"),
    r"\[": re.compile(r"\\\]"),
}
_DISPLAY = ("$$", r"\[")
_BLANK_LINE = re.compile(r"\n(?=[ \t\r]*\n)")
_QUOTE = re.compile(r"^[ \t]*>[> \t]*")
_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})([^`]*)")
_CELL = re.compile(r"(?:[^|\\]|\\.)+|(?<=\|)(?=\|)")
_ANCHOR = r"\s*(?:<a\b[^<>]*>\s*</a>\s*)*"
_FORMULA_CELL = re.compile(rf"{_ANCHOR}\$([^$]+)\$\s*")
_NUMBER_CELL = re.compile(rf"{_ANCHOR}([-+−]?\d+(?:\.\d+)?)\s*")


def _without_code_blocks(text: str) -> str:
    """The page with front matter, fenced code and the marks of quotations blanked out."""
    lines = text.split("\n")
    start = 0
    if lines[0].rstrip() == "---":
        ends = (i for i, line in enumerate(lines) if i and line.rstrip() in ("---", "..."))
        start = next(ends, -1) + 1
    kept = [" " * len(line) for line in lines[:start]]
    fence = ""
    for line in lines[start:]:
        line = _QUOTE.sub(lambda match: " " * len(match.group()), line)
        mark = _FENCE.fullmatch(line)
        kept.append(" " * len(line) if fence or mark else line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
    return "\n".join(kept)


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


def _is_mathematics(text: str, start: int, end: int) -> bool:
    """Whether what two dollar signs enclose is a formula, not a price and another price."""
    inside = text[start:end]
    if not inside.strip() or text[end + 1 : end + 2].isdigit():
        return False
    return inside == inside.strip() or re.search(r"[\\=_^]", inside) is not None


def _value_column(header: str, delimiters: str) -> int:
    """The number of the column headed `Value`; 0 where there is none or no table starts."""
    if "|" not in delimiters or "-" not in delimiters or not set(delimiters) <= set("|-: \t\r"):
        return 0
    names = [cell.group().strip().lower() for cell in _cells(header)]
    return names.index("value", 1) if "value" in names[1:] else 0


def _cells(line: str) -> list[re.Match[str]]:
    """The cells of a table's row."""
    start = len(line) - len(line.lstrip())
    return list(_CELL.finditer(line, start))
