"""Values that the rest of a page disagrees with: the place that gives them is wrong, not the uses.

A page votes for a symbol's value where it gives it one, and where it puts a number in for
it. One place against all others is outvoted, if nothing else explains it: the symbol is
not given a new value, and no line uses the one that is outvoted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise

from generator.algebra import Quantity, quantities_in
from generator.audit.consistency.blame import fits
from generator.audit.consistency.history import MANY, History, Value
from generator.audit.consistency.patterns import uses_of_symbols
from generator.audit.reading.names import name_of, shape
from generator.audit.reading.statements import Reading, Statement, is_symbol
from generator.audit.reading.values import as_text
from generator.audit.rounding import same_value, significant
from generator.audit.substitution import has_symbols, in_order, substituted


@dataclass(frozen=True)
class Outvoted:
    """A value that one place gives a symbol, and what is wrong there.

    printed, expected: the numbers, or the symbols where a wrong one stands.
    """

    symbol: Quantity
    value: Value
    kind: str
    printed: str
    expected: str
    why: str


@dataclass(frozen=True)
class _Use:
    """A number that is put in for a symbol."""

    number: Decimal
    start: int
    epoch: int
    statement: int


def outvoted(reading: Reading, history: History) -> list[Outvoted]:
    """The values that are outvoted."""
    votes = _Votes(reading, history)
    return [found for symbol in list(history.values) for found in votes.against(symbol)]


class _Votes:
    """What a page says of the values of its symbols: the places that give and that use them."""

    def __init__(self, reading: Reading, history: History) -> None:
        self.reading, self.values, self.symbols = reading, history.values, reading.symbols
        self.mentions = Counter(symbol for symbol, _ in uses_of_symbols(reading))
        self.uses: dict[Quantity, list[_Use]] = defaultdict(list)
        for index, statement in enumerate(reading.statements):
            for symbol, number, start in _put_in(statement, history):
                use = _Use(number, start, history.epoch(start), index)
                self.uses[symbol].append(use)
        self.tabled = [
            value.number
            for values in history.values.values()
            for value in values
            if value.kind == "table"
        ]
        self.lettered: dict[str, list[Quantity]] = defaultdict(list)
        for symbol in history.values:
            self.lettered[_letter(symbol)].append(symbol)
        self.family: dict[str, list[Quantity]] = defaultdict(list)
        for symbol in {**history.values, **self.uses}:
            self.family[shape(str(symbol.name))].append(symbol)

    def against(self, symbol: Quantity) -> Iterator[Outvoted]:
        """The values of a symbol that are outvoted."""
        values, uses = self.values[symbol], self.uses.get(symbol, [])
        yield from self._never_used(symbol)
        if len(uses) + len(values) > MANY:
            return
        yield from self._given_wrong(symbol)
        for value in values:
            right = self._right_elsewhere(value, values, uses)
            sibling = self._sibling(symbol, value.number) if right is not None else None
            if right is None or sibling is None:
                continue
            is_used = any(use.epoch == value.epoch and use.start > value.start for use in uses)
            if is_used or (value.kind == "computed" and self._is_listed(sibling)):
                yield self._misnamed(symbol, value, sibling, self._elsewhere(symbol, [right]))

    def _is_listed(self, symbol: Quantity) -> bool:
        """Whether a symbol's values stand in tables only, and no line computes them."""
        return {value.kind for value in self.values.get(symbol, ())} == {"table"}

    def _given_wrong(self, symbol: Quantity) -> Iterator[Outvoted]:
        """A value that is given first and that no line uses: two or more put in another one."""
        first, *later = self.values[symbol]
        until = min((value.start for value in later if value.kind != "table"), default=None)
        uses = [use for use in self.uses[symbol] if until is None or use.start < until]
        tables = [value for value in self._by_name(symbol) if value.kind == "table"]
        restates = bool(uses) and self._restates(symbol, first, uses[0].number)
        uses = [use for use in uses if use.epoch == first.epoch or tables or restates]
        votes = {use.statement for use in uses} | {value.statement for value in tables}
        is_certain = len(votes) > 1 or restates
        if first.kind != "given" or not uses or not is_certain:
            yield from self._only_entry(symbol, first, tables)
            return
        right = uses[0].number
        is_used = any(same_value(use.number, first.number) for use in self.uses[symbol])
        if uses[0].start > first.start and not is_used and _are_all(right, [*uses, *tables]):
            why, number = self._elsewhere(symbol, [*uses, *tables]), as_text(first.number)
            yield Outvoted(symbol, first, "substitution", number, as_text(right), why)

    def _restates(self, symbol: Quantity, first: Value, right: Decimal) -> bool:
        """Whether an array has the numbers of symbols of its letter, or of tables, but for one.

        A scalar's number that another entry has already is not this entry's.
        """
        entry = re.fullmatch(r"(.+\[)\d+\]", str(symbol.name))
        if entry is None and not self._is_array(first):
            return False
        entries, others, scalars = [], [], []
        for other in self.lettered[_letter(symbol)]:
            values = [value for value in self.values[other] if value.kind != "implied"]
            if other is symbol or not values:
                continue
            if entry is not None and str(other.name).startswith(entry[1]):
                entries.append(values[0].number)
            elif self._is_array(values[0]):
                others.append(values[0].number)
            else:
                scalars.append({value.number for value in values})
        known = [number for numbers in scalars for number in numbers] or self.tabled
        owners = [numbers for numbers in scalars if first.number in numbers]
        is_taken = 0 < len(owners) <= [*entries, *others].count(first.number)
        return (is_taken or not _has(known, first.number)) and all(
            _has(known, number) for number in [right, *entries]
        )

    def _is_array(self, value: Value) -> bool:
        return "matrix" in self.reading.statements[value.statement].sides[-1].latex

    def _only_entry(
        self, symbol: Quantity, first: Value, tables: list[Value]
    ) -> Iterator[Outvoted]:
        """An array of one entry that is another number than its entry has in tables."""
        if tables and self._is_array(first):
            right = tables[0].number
            if not same_value(right, first.number) and _are_all(right, tables):
                why, number = self._elsewhere(symbol, tables), as_text(first.number)
                yield Outvoted(symbol, first, "substitution", number, as_text(right), why)

    def _never_used(self, symbol: Quantity) -> Iterator[Outvoted]:
        """A symbol that stands once, before a value of a sibling that is computed nowhere.

        An array is as good as computed, if its numbers are put in for one that is nowhere given.
        """
        value = self.values[symbol][0]
        is_array = value.kind == "given" and self._is_array(value)
        if self.mentions[symbol] > 1 or (value.kind != "computed" and not is_array):
            return
        sibling = self._sibling(symbol, value.number)
        if sibling is None or self.mentions[sibling] < 2:
            return
        given = self.values.get(sibling, ())
        if is_array:
            is_wrong = not given and all(use.start > value.start for use in self.uses[sibling])
        else:
            is_behind = all(each.start > value.start and each.kind == "table" for each in given)
            is_wrong = is_behind and significant(value.number) > 2
            is_wrong = is_wrong or self._fits_formulas(sibling, symbol, value)
        if is_wrong:
            why = f"`{symbol.name}` stands nowhere else"
            yield self._misnamed(symbol, value, sibling, why)

    def _fits_formulas(self, sibling: Quantity, symbol: Quantity, value: Value) -> bool:
        """Whether the formulas of a symbol's chain have the indices of its sibling."""
        sides = self.reading.statements[value.statement].sides[1:]
        formulas = [side.expression for side in sides if side.expression is not None]
        around = [str(each.name) for formula in formulas for each in quantities_in(formula)]
        return fits(str(sibling.name), str(symbol.name), around)

    def _misnamed(self, symbol: Quantity, value: Value, sibling: Quantity, why: str) -> Outvoted:
        why = f"{why}; {as_text(value.number)} is the value of `{sibling.name}`"
        return Outvoted(symbol, value, "symbol", str(symbol.name), str(sibling.name), why)

    def _elsewhere(self, symbol: Quantity, votes: Sequence[Value | _Use]) -> str:
        lines = sorted({self.reading.place(vote.start)[0] for vote in votes})
        listed = ", ".join(str(line) for line in lines[:4])
        return f"`{symbol.name}` is {as_text(votes[0].number)} elsewhere: line {listed}"

    def _by_name(self, symbol: Quantity) -> Sequence[Value]:
        """The values of an array's entry under a name of its own: b_1 of b, W_{12} of W.

        An array of which no entry is what its name says is another array.
        """
        match = re.fullmatch(r"(.+?)(\^\{.*\})?\[(\d+)\]", str(symbol.name))
        array = self.symbols.arrays.get(f"{match[1]}{match[2] or ''}") if match else None
        if match is None or array is None:
            return self._of_only_entry(str(symbol.name))
        rows, columns = array.shape
        if int(match[3]) > rows * columns:
            return ()  # of another problem, which has more entries
        named, own = [], []
        for at in range(rows * columns):
            row, column = divmod(at, columns)
            index = f"{at + 1}" if 1 in (rows, columns) else f"{row + 1}{column + 1}"
            named.append(self._of(name_of(match[1], index, (match[2] or "")[2:-1])))
            own.append(self._of(f"{match[1]}{match[2] or ''}[{at + 1}]"))
        is_another = len(named) > 1 and all(
            there and here and not _has([value.number for value in there], here[0].number)
            for there, here in zip(named, own, strict=True)
        )
        return () if is_another else named[int(match[3]) - 1]

    def _of(self, name: str) -> Sequence[Value]:
        symbol = self.symbols.get(name)
        return self.values.get(symbol, ()) if symbol is not None else ()

    def _of_only_entry(self, array: str) -> Sequence[Value]:
        """The values of y_1, where there is no y_2."""
        base, above, sup = array.partition("^")
        pattern = re.compile(rf"{re.escape(base)}_(?:\w|\{{[^{{}}]*\}}){re.escape(above + sup)}")
        entries = [s for s in self.values if pattern.fullmatch(str(s.name))]
        return self.values.get(entries[0], ()) if len(entries) == 1 else ()

    def _right_elsewhere(
        self, value: Value, values: Sequence[Value], uses: Sequence[_Use]
    ) -> Value | None:
        """The value that all other places of the epoch have, some behind this one."""
        others = [other for other in values if other.statement != value.statement]
        others = [other for other in others if other.epoch == value.epoch or other.kind == "table"]
        later = [use for use in uses if use.epoch == value.epoch and use.start > value.start]
        if not others or len([*others, *later]) < 2 or value.kind == "updated":
            return None
        right = others[0]
        is_other = not same_value(right.number, value.number)
        return right if is_other and _are_all(right.number, [*others, *later]) else None

    def _sibling(self, symbol: Quantity, number: Decimal) -> Quantity | None:
        """Another symbol of the same shape that has a value."""
        for sibling in self.family[shape(str(symbol.name))]:
            has_it = any(same_value(each, number) for each in self._numbers(sibling))
            if sibling is not symbol and has_it:
                return sibling
        return None

    def _numbers(self, symbol: Quantity) -> list[Decimal]:
        given, used = self.values.get(symbol, ()), self.uses.get(symbol, ())
        return [value.number for value in given] + [use.number for use in used]


def _put_in(statement: Statement, history: History) -> Iterator[tuple[Quantity, Decimal, int]]:
    """The symbols of a chain's formulas with the numbers that stand for them, and where."""
    for at, (before, after) in enumerate(pairwise(statement.sides)):
        if before.expression is None or after.expression is None:
            continue
        is_last_array = 0 < at == len(statement.sides) - 2 and "matrix" in after.latex
        if is_symbol(before.expression) and not is_last_array:
            continue
        if has_symbols(before.expression) and not has_symbols(after.expression):
            pairs = substituted(before.expression, after.expression) or ()
            value = partial(history.number, start=statement.start)
            for symbol, number in in_order(before.expression, pairs, value):
                yield symbol, number, after.start


def _letter(symbol: Quantity) -> str:
    r"""A symbol's name without its indices: of w_{12} and W^{[1]} the same, of ∂E/∂w_5, too."""
    name = re.sub(r"\[\d+\]$", "", str(symbol.name))
    name = re.sub(r"[_^](?:\w|\{(?:[^{}]|\{[^{}]*\})*\})", "", name)
    return re.sub(r"\\math\w+|[{} ]", "", name).lower()


def _has(numbers: Iterable[Decimal], number: Decimal) -> bool:
    return any(same_value(each, number) for each in numbers)


def _are_all(number: Decimal, votes: Sequence[Value | _Use]) -> bool:
    return all(same_value(number, vote.number) for vote in votes)
