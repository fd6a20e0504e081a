"""The values that a page gives its symbols, in the order of the page."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.consistency.causes import is_slip
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque, shape, stem
from generator.audit.reading.statements import Reading, Statement, is_symbol, number_of
from generator.audit.reading.values import half_unit, place
from generator.audit.rounding import same_value, significant
from generator.audit.substitution import exchanged, has_symbols, number_in

MANY_PLACES = -4  # decimals of a number that was probably rounded: 0.0067 of 0.00669
MANY = 40  # values of one symbol; with more it is a variable, whose values say nothing


@dataclass(frozen=True)
class Value:
    """A number that a page prints for a symbol.

    kind: `given` (it stands alone), `table`, `computed` (a formula comes to it), `updated` (behind
        an arrow) or `implied` (it was put in for the symbol before anything else was said).
    epoch: how many marks of a new epoch, sample or iteration stand before it.
    """

    number: Decimal
    start: int
    kind: str
    epoch: int
    statement: int


@dataclass
class History:
    """All values of all symbols, and the definitions of the symbols.

    given: numbers that stand alone; rounded, exact: results that were seen to be rounded,
        or to hide no digits.
    unclear: symbols with a formula that is not read.
    has_examples: whether the page has several, with other values each.
    aliases: symbols without a value that are other names of one, and where that was seen.
    exchanged: symbols without a value whose number stands behind the other factor everywhere.
    """

    epochs: list[int]
    values: dict[Quantity, list[Value]] = field(default_factory=lambda: defaultdict(list))
    definitions: dict[Quantity, list[tuple[int, Expression]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    given: set[Decimal] = field(default_factory=set)
    rounded: set[Decimal] = field(default_factory=set)
    exact: set[Decimal] = field(default_factory=set)
    unclear: set[Quantity] = field(default_factory=set)
    has_examples: bool = False
    aliases: dict[Quantity, tuple[Quantity, int]] = field(default_factory=dict)
    exchanged: dict[Quantity, Decimal] = field(default_factory=dict)
    # Indexes: symbols by their stems and shapes, values by their numbers and by their places.
    versions: dict[str, list[Quantity]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[Decimal, list[tuple[int, Quantity]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    shapes: dict[str, list[Quantity]] = field(default_factory=lambda: defaultdict(list))
    timeline: list[tuple[int, Quantity, Decimal]] = field(default_factory=list)
    _distinct: dict[Quantity, dict[Decimal, Value]] = field(default_factory=dict)
    _leads_to: dict[Quantity, set[Quantity] | None] = field(default_factory=dict)

    def epoch(self, start: int) -> int:
        return bisect_right(self.epochs, start)

    def spread(self, number: Decimal) -> Decimal:
        """How far the true value of a printed number may be away."""
        size, digits = abs(number), significant(number)
        if size == size.to_integral_value() or size in self.exact:
            return Decimal(0)
        if _REPEATING.search(str(size)) or (size in self.rounded and digits > 1):
            return half_unit(number)
        if place(number) <= MANY_PLACES:
            return half_unit(number)
        is_given = size in self.given and digits < 4
        return Decimal(0) if is_given or digits < 3 else half_unit(number)

    def saw(self, number: Decimal, *, is_exact: bool) -> None:
        """Notes whether a result was rounded."""
        (self.exact if is_exact else self.rounded).add(abs(number))

    def agreeing(self, symbol: Quantity, number: Decimal) -> Value | None:
        """A value of a symbol, anywhere on the page, that a number may stand for."""
        for version in (symbol, *self.versions.get(stem(symbol), ())):
            numbers = self._numbers(version)
            if len(numbers) > MANY:
                return next(iter(numbers.values()))  # a variable, which may have any value
            for other, value in numbers.items():
                if same_value(other, number):
                    return value
        return None

    def latest(self, symbol: Quantity, start: int) -> Value | None:
        """The last value before a place; if there is none, the first behind it."""
        values = self.values.get(symbol)
        if not values:
            return None
        return values[max(0, self._behind(values, start) - 1)]

    def number(self, symbol: Quantity, start: int) -> Decimal | None:
        """The number that a symbol is at a place."""
        latest = self.latest(symbol, start)
        return self.exchanged.get(symbol) if latest is None else latest.number

    def before(self, symbol: Quantity, start: int) -> list[Value]:
        """The values before a place, at most the last few."""
        values = self.values.get(symbol, [])
        end = self._behind(values, start)
        return values[max(0, end - MANY) : end]

    def add(self, symbol: Quantity, value: Value) -> None:
        """Enters a value that is found while the page is checked."""
        values = self.values[symbol]
        values.insert(self._behind(values, value.start), value)
        self._distinct.pop(symbol, None)

    def remove(self, symbol: Quantity, value: Value) -> None:
        """Takes back a value that is wrong."""
        self.values[symbol].remove(value)
        self._distinct.pop(symbol, None)

    def changes(self, symbol: Quantity) -> bool:
        """Whether the page gives a symbol several values, as in a loop or by updates."""
        numbers = list(self._numbers(symbol))
        return any(not same_value(numbers[0], each) for each in numbers[1:])

    def is_settled(self, symbol: Quantity, start: int) -> bool:
        """Whether the values before a place, or all where none is, are one value of this epoch."""
        values = self.values.get(symbol, [])
        kinds = {value.kind for value in values[:MANY]}
        if not self.changes(symbol) and ("table" in kinds or kinds == {"given"}):
            return True
        before = self.before(symbol, start) or values[:MANY]
        here = self.epoch(start)
        now = [value for value in before if value.epoch == here] or before
        if now[-1].epoch != here and values[0].epoch != values[-1].epoch:
            return False
        if now[-1].epoch != here and now[-1].kind not in ("given", "table"):
            return False
        return all(same_value(now[0].number, each.number) for each in now[1:])

    def has_value_for(self, symbol: Quantity, start: int) -> bool:
        """Whether a value is known to be put in at a place: one before it, or one in a table."""
        values = self.values.get(symbol)
        if not values:
            return False
        return values[0].start < start or any(v.kind == "table" for v in values[:MANY])

    def is_known_before(self, symbol: Quantity, start: int) -> bool:
        values = self.values.get(symbol)
        return bool(values) and values[0].start < start  # type: ignore[index]

    @staticmethod
    def _behind(values: list[Value], start: int) -> int:
        return bisect_left(values, start, key=lambda value: value.start)

    def _numbers(self, symbol: Quantity) -> dict[Decimal, Value]:
        """The different numbers among a symbol's values, each with the first that it is."""
        if symbol not in self._distinct:
            found: dict[Decimal, Value] = {}
            for value in self.values.get(symbol, ()):
                found.setdefault(value.number, value)
            self._distinct[symbol] = found
        return self._distinct[symbol]

    def defined_by(self, symbol: Quantity, start: int) -> Expression | None:
        """The formula for a symbol that stands last before a place."""
        definitions = self.definitions.get(symbol, [])
        at = bisect_left(definitions, start, key=lambda each: each[0])
        return definitions[at - 1][1] if at else None

    def leads_to(self, symbol: Quantity) -> set[Quantity] | None:
        """Every symbol that a symbol's formulas lead to; None where they do not say it all."""
        if symbol not in self._leads_to:
            self._leads_to[symbol] = self._reached(symbol)
        return self._leads_to[symbol]

    def _reached(self, symbol: Quantity) -> set[Quantity] | None:
        found: set[Quantity] = set()
        stack = [symbol]
        while stack:
            each = stack.pop()
            if each in self.unclear:
                return None
            for _, formula in self.definitions.get(each, [])[:MANY]:
                for other in quantities_in(formula):
                    if isinstance(other.name, Opaque) or len(found) > MANY:
                        return None
                    if other not in found:
                        found.add(other)
                        stack.append(other)
        return found


def gathered(reading: Reading) -> History:
    """The history of a page; implied values are added while it is checked."""
    history = History([match.start() for match in _EPOCH.finditer(reading.source.text)])
    for index, statement in enumerate(reading.statements):
        if _is_condition(statement, reading.source.text):
            continue
        for value, symbol in _values(statement, index, history):
            history.values[symbol].append(value)
        for symbol, formula in _definitions(statement):
            if formula is None:
                history.unclear.add(symbol)
            else:
                history.definitions[symbol].append((statement.start, formula))
    for symbol, values in history.values.items():
        history.versions[stem(symbol)].append(symbol)
        history.shapes[shape(str(symbol.name))].append(symbol)
        for value in values:
            history.owners[value.number].append((value.start, symbol))
            history.timeline.append((value.start, symbol, value.number))
        values.sort(key=lambda value: value.start)
        history.given |= {abs(value.number) for value in values if value.kind in ("given", "table")}
    history.timeline.sort(key=lambda each: each[0])
    history.exchanged = exchanged(
        (one.expression, other.expression)
        for statement in reading.statements
        for one, other in pairwise(statement.sides)
        if one.expression is not None and other.expression is not None
    )
    _begin_examples(reading, history)
    return history


def _begin_examples(reading: Reading, history: History) -> None:
    """Begins an epoch at each heading under which a symbol is given another value than before.

    What stands there is another example. A slip of one digit is none.
    """
    headings = [start for start in reading.headings if reading.has(start)]
    text = reading.source.text
    begun = set()
    for values in history.values.values():
        given = [value for value in values[:MANY] if value.kind == "given"]
        for one, other in pairwise(given):
            at = bisect_right(headings, other.start) - 1
            is_under_another = at >= 0 and headings[at] > one.start
            if is_under_another and "\n" not in text[headings[at] : other.start].lstrip():
                continue  # the heading counts: step k = 2
            is_same = same_value(one.number, other.number) or is_slip(other.number, one.number)
            if is_under_another and not is_same:
                begun.add(headings[at])
    if begun:
        history.has_examples = True
        history.epochs = sorted({*history.epochs, *begun})
        for values in history.values.values():
            values[:] = [replace(each, epoch=history.epoch(each.start)) for each in values]


def _is_condition(statement: Statement, text: str) -> bool:
    """Whether it only says of which case something holds: the slope is 1/4 at x = 0."""
    if len(statement.sides) != 2 or number_of(statement.sides[1]) is None:
        return False
    return _CONDITION.search(text[max(0, statement.start - 24) : statement.start]) is not None


def _values(statement: Statement, index: int, history: History) -> Iterator[tuple[Value, Quantity]]:
    for run in statement.chain.runs_of_equalities():
        sides = [statement.sides[i] for i in run]
        heads = [each for each in sides if is_symbol(each.expression)]
        numbers = [each for each in sides if _number_of(each) is not None]
        formulas = [
            each for each in sides if not is_symbol(each.expression) and _number_of(each) is None
        ]
        kind = "computed" if formulas or len(heads) > 1 else "given"
        kind = "table" if statement.is_row else kind
        if not numbers:
            continue
        for at, head in enumerate(sides):
            if not is_symbol(head.expression):
                continue
            if 0 < at == len(sides) - 2 and number_of(sides[-1]) is not None:
                continue  # it stands only to be replaced by its number: `∂z/∂w = x = 0.8`
            first = next((each for each in numbers if each.start > head.start), numbers[-1])
            for each in (first,) if first is numbers[-1] else (first, numbers[-1]):
                number = _number_of(each)
                assert number is not None and isinstance(head.expression, Quantity)
                yield (
                    Value(number, each.start, kind, history.epoch(each.start), index),
                    head.expression,
                )
    target = statement.chain.target
    if isinstance(target, Quantity) and not isinstance(target.name, Opaque):
        number = number_of(statement.sides[-1])
        if number is not None:
            start = statement.sides[-1].start
            yield Value(number, start, "updated", history.epoch(start), index), target


def _number_of(side: Side) -> Decimal | None:
    """The number that a side is, a power of ten included."""
    return None if side.expression is None else number_in(side.expression)


def _definitions(statement: Statement) -> Iterator[tuple[Quantity, Expression | None]]:
    """Symbols with the formulas that define them; None for one that is not read."""
    for run in statement.chain.runs_of_equalities():
        sides = [statement.sides[i].expression for i in run]
        head = sides[0]
        if not isinstance(head, Quantity) or isinstance(head.name, Opaque):
            continue
        for side in sides[1:]:
            if side is None:
                yield head, None
            elif side is not head and has_symbols(side):
                yield head, side


_REPEATING = re.compile(r"\.\d?(?:3{2,}|6+7)$")  # 0.333 and 0.667 are thirds
_COUNTED = (
    r"epoch|epoche|époque|época|iteration|itération|iteración|iterazione|sample|pattern|muster"
    r"|example|exemple|beispiel|ejemplo|예제|例題|例|示例|пример|esempio|exemplo|case|pass|round|batch|trial|durchgang|instance|row|tuple"
)
_HEADED = r"^[ \t>]*(?:\#{1,6}|\*\*|\\(?:sub)*section).*\b"
_EPOCH = re.compile(
    rf"{_HEADED}(?:{_COUNTED})\b[^\w\n]*(?:\w{{1,2}}\b|one|two|three|four)"
    rf"|{_HEADED}(?:t|n|k|step t)\s*=\s*\d"
    r"|\b(?:second|third|next|another|new|zweite[rsn]?|nächste[rsn]?|deuxième|suivante?)\s+"
    rf"(?:{_COUNTED}|forward pass|update)\b"
    r"|\bafter\s+(?:the\s+)?(?:update|one|\d)|\bcheck that it\b|\bdid it help\b"
    # For **50,000**: and ### For x = 5 (y = 0)
    r"|^[ \t>*#-]*(?:for|für|pour|para|при|对于)\b[ \t]*[*_$]*(?:\\?\w+[ \t]*=[ \t]*)*-?\d[\d.,]*"
    r"(?=[*_$]*[ \t]*(?:\([^()\n]*\))?[*_:]*[ \t]*$)"
    r"|第[一二三四\d]+[轮次个]|\bwith\s+the\s+(?:new|updated)\b",
    re.IGNORECASE | re.MULTILINE,
)
_CONDITION = re.compile(
    r"\b(?:at|if|when|whenever|wenn|falls|bei|si|quand|cuando|если|при)[ \t]*(?:\}|[$(\\]|[ \t])*$",
    re.IGNORECASE,
)
