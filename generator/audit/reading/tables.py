"""The tables of a page: those that give symbols their values, and those that compute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """A row of a table, its cells as places in the page.

    name: what it is of, LaTeX; None where it has no formula there.
    calculation: numbers that come to the value, in a table that computes.
    """

    name: Span | None
    value: Span
    calculation: Span | None = None
    computes: bool = False


def rows(text: str) -> Iterator[Row]:
    """The rows of every table that has a column of values."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    number = 2
    while number < len(lines):
        columns = _columns(lines[number - 2], lines[number - 1])
        while columns and number < len(lines) and "|" in lines[number]:
            yield from _row(_cells(lines[number]), starts[number], *columns)
            number += 1
        number += 1


def _columns(header: str, delimiters: str) -> tuple[int, int | None] | None:
    """The columns of the values and of the calculations, if a table with values begins."""
    if "|" not in delimiters or "-" not in delimiters or not set(delimiters) <= set("|-: \t\r"):
        return None
    names = [cell.group().strip(" *\t\r").lower() for cell in _cells(header)]
    calculation = next((at for at, name in enumerate(names) if at and name in _CALCULATIONS), None)
    values = {"value"} if calculation is None else _VALUES
    value = next((at for at, name in enumerate(names) if at and name in values), None)
    return None if value is None else (value, calculation)


def _row(
    cells: Sequence[re.Match[str]], start: int, value: int, calculation: int | None
) -> Iterator[Row]:
    """The row, if it has a value in its column and a formula or a calculation."""
    if len(cells) <= value:
        return
    printed = _FORMULA.fullmatch(cells[value][0]) or _NUMBER.fullmatch(cells[value][0])
    if printed is None:
        return
    name = (_FORMULA if calculation is None else _NAMED).fullmatch(cells[0][0])
    found = [start + cells[0].start() + at for at in name.span(1)] if name else None
    worked = cells[calculation] if calculation is not None else None
    numbers = (_FORMULA.fullmatch(worked[0]) or _PLAIN.fullmatch(worked[0])) if worked else None
    if found is None and numbers is None:
        return
    yield Row(
        (found[0], found[1]) if found else None,
        _span(printed, start + cells[value].start()),
        _span(numbers, start + worked.start()) if numbers and worked else None,
        computes=calculation is not None,
    )


def _span(match: re.Match[str], start: int) -> Span:
    return start + match.start(1), start + match.end(1)


def _cells(line: str) -> list[re.Match[str]]:
    """The cells of a table's row."""
    start = len(line) - len(line.lstrip())
    return list(_CELL.finditer(line, start))


_CALCULATIONS = frozenset(
    (
        *("calculation", "computation", "working", "substitution", "berechnung", "rechnung"),
        *("calcul", "cálculo", "cálculos", "calcolo", "计算", "计算过程", "計算"),
    )
)
_VALUES = frozenset(
    (
        *("value", "result", "wert", "ergebnis", "valeur", "résultat", "valor", "resultado"),
        *("risultato", "值", "结果", "結果"),
    )
)
_CELL = re.compile(r"(?:[^|\\]|\\.)+|(?<=\|)(?=\|)")
_ANCHOR = r"\s*(?:<a\b[^<>]*>\s*</a>\s*)*"
_FORMULA = re.compile(rf"{_ANCHOR}\**\$([^$]+)\$\**\s*")
_NAMED = re.compile(r"[^$]*\$([^$]+)\$[\s*]*")  # **Sum $z_1$**
_NUMBER = re.compile(rf"{_ANCHOR}\**([-+−]?\d+(?:\.\d+)?)\**\s*")
_PLAIN = re.compile(r"\s*((?=[^\d]*\d)[-+−]?[\d.,()\[\] ×*·/+^−√-]*[\d)]²?)\s*")
