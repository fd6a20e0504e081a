"""Tables that repeat results, so that a row of theirs is held against the line that computed it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.algebra import Quantity
from generator.audit.consistency.history import History
from generator.audit.reading.statements import Reading, Statement, number_of
from generator.audit.rounding import same_value, significant

FEWEST = 3  # rows with the results of lines before them


def repeated_results(reading: Reading, history: History) -> frozenset[int]:
    """The places of the values in tables that repeat what lines before them came to.

    A table does so if three of its rows have these results, and three times as many as have not.
    """
    places: set[int] = set()
    for table in _tables(reading):
        found = [(row.sides[1].start, _agrees(row, history)) for row in table]
        right = sum(agrees is True for _, agrees in found)
        if right >= FEWEST and right >= FEWEST * sum(agrees is False for _, agrees in found):
            places.update(start for start, agrees in found if agrees is not None)
    return frozenset(places)


def _tables(reading: Reading) -> Iterator[list[Statement]]:
    """The rows that stand under each other."""
    table: list[Statement] = []
    last = 0
    for row in (each for each in reading.statements if each.is_row):
        line, _ = reading.place(row.start)
        if table and line > last + 1:
            yield table
            table = []
        table.append(row)
        last = line
    yield table


def _agrees(row: Statement, history: History) -> bool | None:
    """Whether a row has the value that a line came to; None where no line did."""
    symbol, number = row.sides[0].expression, number_of(row.sides[1])
    if not isinstance(symbol, Quantity) or number is None or significant(number) < 2:
        return None
    before = [v for v in history.before(symbol, row.sides[1].start) if v.kind == "computed"]
    return any(same_value(v.number, number) for v in before) if before else None
