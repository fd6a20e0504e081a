"""The columns of a LaTeX table, from estimates of how wide its cells are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil
from xml.etree.ElementTree import Element

LINE = 96  # characters of a table that stand beside each other, about
GAP = 2  # between two of its columns
# How large the groups that follow are; a denominator is mostly wider than its numerator.
SMALLER = {"_": [0.75], "^": [0.75], r"\frac": [0.2, 0.75]}
UNSEEN = {" ", "&", "}", r"\left", r"\right", r"\text", r"\mathrm"}
WORDS = 16  # characters of a cell from which on it may be broken into lines


def columns(rows: Sequence[Sequence[Element]]) -> str:
    """The columns of a table: as wide as their cells, but those of words give way to a narrow page.

    Widths are estimates in characters. A column that is broken into lines has room for its longest
    word or formula, and of what is left a part by what it lacks.
    """
    pieces = [[list(_pieces(cell)) for cell in column] for column in zip(*rows, strict=True)]
    whole = [max(sum(cell) for cell in column) for column in pieces]
    room = LINE - GAP * (len(pieces) - 1)
    if sum(whole) <= room:
        return "l" * len(pieces)
    least = [
        max((piece for cell in column for piece in cell), default=0) if width >= WORDS else width
        for column, width in zip(pieces, whole, strict=True)
    ]
    share = max(0, room - sum(least)) / (sum(whole) - sum(least) or 1)
    return "".join(
        f"P{{{(narrow + share * (width - narrow)) / LINE:.3f}}}" if narrow < width else "l"
        for width, narrow in zip(whole, least, strict=True)
    )


def _pieces(cell: Element) -> Iterator[int]:
    """About how many characters each of a cell's words and formulas takes, with what parts them."""
    if cell.get("class") == "arithmatex":
        yield formula_width(cell.text or "") + 1
        return
    yield from (len(word) + 1 for word in (cell.text or "").split())
    for child in cell:
        yield from _pieces(child)
        yield from (len(word) + 1 for word in (child.tail or "").split())


def formula_width(latex: str) -> int:
    """About how many characters of text a formula takes: scripts and fractions are smaller."""
    width, size, outer = 0.0, 1.0, []
    sizes: list[float] = []  # of the next groups or signs, where they are not as large as the rest
    for token in re.findall(r"\\[A-Za-z]+|\\.|.", latex):
        if token == "{":
            outer.append((size, sizes[1:]))
            size, sizes = size * (sizes[0] if sizes else 1), []
        elif token == "}" and outer:
            size, sizes = outer.pop()
        elif token in SMALLER:
            sizes = SMALLER[token]
        elif token not in UNSEEN:
            width += size * (sizes[0] if sizes else 1)
            sizes = sizes[1:]
    return ceil(width)
