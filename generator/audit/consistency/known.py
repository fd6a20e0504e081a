"""What a page says of its symbols at the place of one chain."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from decimal import Decimal

from generator.algebra import Call, Constant, Expression, Quantity, quantities_in, substitute
from generator.audit.consistency.history import History, Value
from generator.audit.consistency.ledger import Ledger
from generator.audit.consistency.recurrences import Recurrences
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque
from generator.audit.reading.statements import Reading, Statement
from generator.audit.reading.values import half_unit
from generator.audit.rounding import Worth, significant, worth
from generator.audit.substitution import has_symbols

# What the output of a unit is called, with the unit as its index.
OUTPUTS = ("out", "output", "o", "a", "act", "y", "sortie", "salida", "saída", "Ausgabe")


class Known:
    """The values of symbols as far as they are known at a chain, and what comes of them."""

    def __init__(
        self,
        reading: Reading,
        history: History,
        recurrences: Recurrences,
        ledger: Ledger,
        statement: Statement,
        index: int,
    ) -> None:
        self.recurrences = recurrences
        self.symbols, self.history, self.ledger = reading.symbols, history, ledger
        self.start, self.end, self.index = statement.start, statement.sides[-1].start, index

    def worth(self, side: Side) -> Worth | None:
        """What a side in numbers is worth."""
        if side.expression is None or has_symbols(side.expression):
            return None
        try:
            return worth(side.expression, self.history.spread)
        except ArithmeticError:
            return None

    def latest(self, symbol: Quantity) -> Value | None:
        """The value that a symbol has here."""
        return self.history.latest(self.known_as(symbol), self.start)

    def number(self, symbol: Quantity) -> Decimal | None:
        """The number that a symbol is here."""
        return self.history.number(self.known_as(symbol), self.start)

    def is_given(self, symbol: Quantity) -> bool:
        """Whether the page gives a symbol any value."""
        return bool(self.history.values.get(symbol))

    def known_as(self, symbol: Quantity) -> Quantity:
        """The symbol, or the one that it is another name of: out_{h1} of h1, where h1 = σ(z1)."""
        if self.history.values.get(symbol) or isinstance(symbol.name, Opaque):
            return symbol
        name = str(symbol.name)
        base, _, index = name.removesuffix("}").partition("_{")
        if index and base in OUTPUTS:
            for spelled in (f"{index[:1]}_{index[1:]}", index):
                other = self.symbols.get(spelled)
                if other is not None and self.history.values.get(other):
                    formulas = [f for _, f in self.history.definitions.get(other, [])]
                    if any(isinstance(formula, Call) for formula in formulas):
                        self.history.aliases.setdefault(symbol, (other, self.start))
                        return other
        return symbol

    def evaluated(self, formula: Expression) -> Worth | None:
        """What a formula is worth with the values that the page gives last before it."""
        return self._worth(formula, lambda _, value: value.number)

    def right(self, symbol: Quantity, value: Value) -> Decimal:
        """A symbol's value, corrected where a finding says so."""
        symbol = self.known_as(symbol)
        finding = self.ledger.wrong_value(symbol, value.number, value.start)
        right = None if finding is None else self.ledger.right_value(symbol, finding)
        return value.number if right is None else right

    def corrected(self, formula: Expression) -> Worth | None:
        """What a formula is worth with the values that the page should have given."""
        return self._worth(formula, self.right)

    def _worth(
        self, formula: Expression, number_of: Callable[[Quantity, Value], Decimal]
    ) -> Worth | None:
        known = {}
        for symbol in set(quantities_in(formula)):
            latest = self.latest(symbol)
            if latest is None:
                return None
            known[symbol] = number_of(symbol, latest), self.history.spread(latest.number)
        try:
            return worth(formula, self.history.spread, known)
        except ArithmeticError:
            return None

    def with_numbers(self, formula: Expression) -> Expression | None:
        numbers: dict[Quantity, Expression] = {}
        for symbol in set(quantities_in(formula)):
            latest = self.latest(symbol)
            if latest is None:
                return None
            numbers[symbol] = Constant(latest.number)
        return substitute(formula, numbers)

    def is_uncertain(self, formula: Expression, *, is_step: bool = False) -> bool:
        """Whether a symbol of a formula changes on the page, or its value is a later step's.

        is_step: the formula is one step's, and has the step's number in its symbols.
        """
        for symbol in set(quantities_in(formula)):
            known = self.known_as(symbol)
            latest = self.history.latest(known, self.start)
            if latest is None:
                return True
            if latest.start > self.start and latest.kind != "table":
                return True
            is_settled = self.history.is_settled(known, self.start)
            if self.history.changes(known) if is_step else not is_settled:
                return True
            if self.ledger.wrong_value(known, latest.number, latest.start) is not None:
                return True
        return False

    def imply(self, symbol: Quantity, number: Decimal, side: Side) -> None:
        epoch = self.history.epoch(side.start)
        value = Value(number, side.start, "implied", epoch, self.index)
        self.history.add(symbol, value)

    def owner(self, number: Decimal, not_of: Quantity) -> Quantity | None:
        """Another symbol with just that value."""
        return next(self.owners(number, not_of), None)

    def owners(self, number: Decimal, not_of: Quantity) -> Iterator[Quantity]:
        """The other symbols with just that value."""
        if significant(number) < 2 and number in (0, 1, 2):
            return
        for start, symbol in self.history.owners.get(number, ()):
            is_before = start < self.end
            if is_before and symbol is not not_of and not isinstance(symbol.name, Opaque):
                yield symbol

    def given(self) -> list[tuple[str, Decimal]]:
        """The symbols that the page gives a number before, no count, and their numbers."""
        return [
            (str(symbol.name), values[0].number)
            for symbol, values in self.history.values.items()
            if values and values[0].kind == "given" and values[0].start < self.start
            if values[0].number != values[0].number.to_integral_value()
        ]

    def named_numbers(self) -> list[tuple[str, Decimal]]:
        """Values of other symbols, those nearest before first."""
        timeline = self.history.timeline
        end = bisect_left(timeline, self.start, key=lambda each: each[0])
        found: dict[Decimal, str] = {}
        for _, symbol, number in reversed(timeline[max(0, end - 60) : end]):
            if significant(number) > 1:
                found.setdefault(number, str(symbol.name))
        return [(name, number) for number, name in found.items()]

    def unknown(self, formula: Expression) -> str:
        """Why a formula has no value; `checked` where it has one."""
        laws = [s for s in quantities_in(formula) if isinstance(s.name, Opaque)]
        if laws:
            return f"`{str(laws[0].name)[:40]}` stands for something that is not written out"
        names = dict.fromkeys(
            str(s.name) for s in quantities_in(formula) if not self.history.values.get(s)
        )
        if not names:
            return "checked"
        return "no value known for " + ", ".join(f"`{name}`" for name in list(names)[:3])


def is_near(one: Worth, other: Worth) -> bool:
    """Whether two values differ by what several roundings on the way may do."""
    size = max(abs(one.value), abs(other.value))
    printed = [each.number for each in (one, other) if each.number is not None]
    unit = max((2 * half_unit(number) for number in printed), default=Decimal(0))
    if unit and not one.spread + other.spread and not one.value % unit and not other.value % unit:
        return one.value == other.value  # neither was rounded
    room = Decimal("1.25") * unit + one.spread + other.spread
    some = size / (2000 if unit and not one.spread + other.spread else 500)
    return abs(one.value - other.value) <= max(some, room)
