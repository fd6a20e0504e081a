"""What a page prints: its chains, and the numbers that it prints for each of its symbols."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.reading.indices import indexed_symbols
from generator.audit.reading.latex import Chain, Side, chains, entrywise, side
from generator.audit.reading.markdown import Assignment, Formula, MarkdownPage
from generator.audit.reading.names import Opaque
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.values import (
    FULL_DIGITS,
    Value,
    half_unit,
    is_rounding,
    place,
    printed_number,
    worth,
)


@dataclass(frozen=True)
class Printed:
    """A number that the page prints for a symbol."""

    number: Decimal
    side: Side
    is_in_table: bool


class PrintedPage:
    """A page as far as it can be recomputed.

    chains: those of its formulas, then the rows of its tables.
    printed: the numbers that it prints for each symbol.
    best: the most precise of them, the most agreeing with it; known: what that makes the
        symbol worth as an operand.
    extent: the places of the first and the last of them.
    """

    def __init__(self, page: MarkdownPage) -> None:
        self.place = page.place
        self.printed: dict[Quantity, list[Printed]] = defaultdict(list)
        self.computed: set[Quantity] = set()
        symbols = indexed_symbols(page)
        rows = [chain for row in page.assignments for chain in _row(row, symbols)]
        lines = [chain for formula in page.formulas for chain in _chains(formula, symbols)]
        self.chains = [*lines, *rows]
        self.rounded = {  # the places of the sides behind `≈`
            each.start
            for chain in lines
            for relation, each in zip(chain.relations, chain.sides[1:], strict=True)
            if relation == "≈"
        }
        for chain in rows:
            self._collect(chain.sides, is_in_table=True)
        for chain in lines:
            for run in chain.runs_of_equalities():
                self._collect(chain.sides[run[0] : run[-1] + 1], is_in_table=False)
        places = {symbol: [p.side.start for p in all_] for symbol, all_ in self.printed.items()}
        self.extent = {symbol: (min(starts), max(starts)) for symbol, starts in places.items()}
        self.best = {symbol: self._most_precise(symbol) for symbol in self.printed}
        self.known = {symbol: self._known(symbol) for symbol in self.printed}

    def value(self, expression: Expression | None) -> Value | None:
        """What a side is worth; None where a symbol of it has no value. Raises ArithmeticError."""
        if expression is None or not self.known.keys() >= set(quantities_in(expression)):
            return None
        if isinstance(expression, Quantity):
            best = self.best[expression].number
            return Value(best, half_unit(best))
        return worth(expression, self.known)

    def is_counter(self, symbol: Quantity) -> bool:
        """Whether a symbol only counts, `for k = 1 … for k = 2`, so that its values may differ."""
        printed = self.printed[symbol]
        return symbol not in self.computed and all(
            not each.is_in_table and place(each.number) >= 0 for each in printed
        )

    def _collect(self, sides: Sequence[Side], *, is_in_table: bool) -> None:
        """A symbol that is a side has the value of the next number, or of the last one."""
        numbers = [each for each in sides if printed_number(each.expression) is not None]
        beside = numbers[-1] if numbers else None
        others: list[Expression | None] = []  # two of the sides behind that are no numbers
        for each in reversed(sides):
            symbol = each.expression
            if printed_number(symbol) is not None:
                beside = each
                continue
            if isinstance(symbol, Quantity) and not isinstance(symbol.name, Opaque):
                if any(other is not symbol for other in others):
                    self.computed.add(symbol)
                number = printed_number(beside.expression) if beside else None
                if beside and number is not None:
                    self.printed[symbol].append(Printed(number, beside, is_in_table))
            if len(others) < 2:
                others.append(symbol)

    def _most_precise(self, symbol: Quantity) -> Printed:
        """The number that most are roundings of, and of these the one with the most places.

        A given symbol's table goes first.
        """
        printed = self.printed[symbol]
        in_tables = [each for each in printed if each.is_in_table]
        candidates = printed if symbol in self.computed else in_tables or printed
        votes = Counter(each.number for each in printed)

        def rank(each: Printed) -> tuple[int, int, bool]:
            agreeing = sum(n for number, n in votes.items() if _is_rounded(each.number, number))
            return -agreeing, place(each.number), not each.is_in_table

        return min(candidates, key=rank)

    def _known(self, symbol: Quantity) -> Value:
        """The symbol's value as an operand: a given one, and a short one in a table, are exact.

        Not one that a line gives behind `≈`, even if nothing else is said of it.
        """
        best = self.best[symbol]
        is_rounded = any(
            each.side.start in self.rounded and each.number == best.number
            for each in self.printed[symbol]
        )
        is_short = len(best.number.as_tuple().digits) < FULL_DIGITS
        is_given = symbol not in self.computed or best.is_in_table
        is_exact = is_given and is_short and not is_rounded
        return Value(best.number, Decimal(0) if is_exact else half_unit(best.number))


def _is_rounded(number: Decimal, other: Decimal) -> bool:
    """Whether a number may be printed as the other; a whole number is taken to be exact."""
    return number == other or (place(other) < 0 and is_rounding(number, other))


def _row(row: Assignment, symbols: SymbolTable) -> Iterator[Chain]:
    cells = (row.symbol, row.value)
    sides = tuple(side(c.latex, c.start, symbols) for c in cells)
    return entrywise(Chain(sides, ("=",)), symbols)


def _chains(formula: Formula, symbols: SymbolTable) -> Iterator[Chain]:
    for chain in chains(formula.latex, symbols, is_plain=formula.is_plain):
        if not chain.relations:
            continue
        sides = [replace(each, start=each.start + formula.start) for each in chain.sides]
        if not formula.is_closed:
            reason = "the formula is never closed"
            sides = [replace(each, expression=None, reason=reason) for each in sides]
        yield from entrywise(Chain(tuple(sides), chain.relations), symbols)
