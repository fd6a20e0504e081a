"""The values that a page gives its symbols, in the order of the page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.parser import Opaque
from generator.audit.rounding import same_value, significant
from generator.audit.statements import Reading, Statement, is_symbol, number_of
from generator.audit.substitution import has_symbols
from generator.audit.values import half_unit


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
    """

    epochs: list[int]
    values: dict[Quantity, list[Value]] = field(default_factory=lambda: defaultdict(list))
    definitions: dict[Quantity, list[tuple[int, Expression]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    given: set[Decimal] = field(default_factory=set)
    rounded: set[Decimal] = field(default_factory=set)
    exact: set[Decimal] = field(default_factory=set)
    versions: dict[str, list[Quantity]] = field(default_factory=lambda: defaultdict(list))

    def epoch(self, start: int) -> int:
        return bisect_right(self.epochs, start)

    def spread(self, number: Decimal) -> Decimal:
        """How far the true value of a printed number may be away."""
        size, digits = abs(number), significant(number)
        if size == size.to_integral_value() or size in self.exact:
            return Decimal(0)
        if size in self.rounded:
            return half_unit(number)
        is_given = size in self.given and digits < 4
        return Decimal(0) if is_given or digits < 3 else half_unit(number)

    def agreeing(self, symbol: Quantity, number: Decimal) -> Value | None:
        """A value of a symbol, anywhere on the page, that a number may stand for."""
        versions = self.versions.get(stem(symbol), [symbol])
        for version in (symbol, *versions):
            for value in self.values.get(version, ()):
                if same_value(value.number, number):
                    return value
        return None

    def latest(self, symbol: Quantity, start: int) -> Value | None:
        """The last value before a place; if there is none, the first behind it."""
        values = self.values.get(symbol, [])
        before = [value for value in values if value.start < start]
        return before[-1] if before else values[0] if values else None

    def changes(self, symbol: Quantity) -> bool:
        """Whether the page gives a symbol several values, as in a loop or by updates."""
        values = self.values.get(symbol, [])
        return any(not same_value(values[0].number, each.number) for each in values[1:])

    def is_settled(self, symbol: Quantity, start: int) -> bool:
        """Whether the values before a place, or all where none is, are one value of this epoch."""
        values = self.values.get(symbol, [])
        before = [value for value in values if value.start < start] or values
        here = self.epoch(start)
        now = [value for value in before if value.epoch == here] or before
        if now[-1].epoch != here and len({value.epoch for value in values}) > 1:
            return False
        if now[-1].epoch != here and now[-1].kind not in ("given", "table"):
            return False
        return all(same_value(now[0].number, each.number) for each in now[1:])

    def has_value_for(self, symbol: Quantity, start: int) -> bool:
        """Whether a value is known to be put in at a place: one before it, or a given one."""
        return any(v.start < start or v.kind == "table" for v in self.values.get(symbol, []))

    def is_known_before(self, symbol: Quantity, start: int) -> bool:
        return any(value.start < start for value in self.values.get(symbol, []))

    def defined_by(self, symbol: Quantity, start: int) -> Expression | None:
        """The formula for a symbol that stands last before a place."""
        before = [formula for at, formula in self.definitions.get(symbol, []) if at < start]
        return before[-1] if before else None


def gathered(reading: Reading) -> History:
    """The history of a page; implied values are added while it is checked."""
    history = History([match.start() for match in _EPOCH.finditer(reading.source.text)])
    for index, statement in enumerate(reading.statements):
        for value, symbol in _values(statement, index, history):
            history.values[symbol].append(value)
        for symbol, formula in _definitions(statement):
            history.definitions[symbol].append((statement.start, formula))
    for symbol, values in history.values.items():
        history.versions[stem(symbol)].append(symbol)
        values.sort(key=lambda value: value.start)
        history.given |= {abs(value.number) for value in values if value.kind in ("given", "table")}
    return history


def _values(statement: Statement, index: int, history: History) -> Iterator[tuple[Value, Quantity]]:
    for run in statement.chain.runs_of_equalities():
        sides = [statement.sides[i] for i in run]
        heads = [each for each in sides if is_symbol(each.expression)]
        numbers = [each for each in sides if number_of(each) is not None]
        formulas = [
            each for each in sides if not is_symbol(each.expression) and number_of(each) is None
        ]
        kind = "computed" if formulas or len(heads) > 1 else "given"
        kind = "table" if statement.is_row else kind
        if not numbers:
            continue
        for head in heads:
            behind = [each for each in numbers if each.start > head.start] or numbers[-1:]
            is_link = head is not heads[0] and (sides.index(head) > 0)
            if is_link and _is_put_in(sides, head):
                continue
            for each in (behind[0], behind[-1]) if len(behind) > 1 else behind:
                number = number_of(each)
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


def _is_put_in(sides: list, head: object) -> bool:  # type: ignore[type-arg]
    """Whether a symbol stands in a chain only to be replaced by its number: `∂z/∂w = x = 0.8`."""
    at = sides.index(head)
    return at == len(sides) - 2 and number_of(sides[-1]) is not None


def _definitions(statement: Statement) -> Iterator[tuple[Quantity, Expression]]:
    for run in statement.chain.runs_of_equalities():
        sides = [statement.sides[i].expression for i in run]
        head = sides[0]
        if not isinstance(head, Quantity) or isinstance(head.name, Opaque):
            continue
        for side in sides[1:]:
            if side is not None and side is not head and has_symbols(side):
                yield head, side


def stem(symbol: Quantity) -> str:
    """A symbol's name without the marks of a new or an old value: w_1 of w_1^{+}, w_{1new}."""
    name = _VERSION.sub("", str(symbol.name))
    return re.sub(r"(?:_?(?:new|old|neu|alt|updated|,))+$", "", re.sub(r"[{}]", "", name)).rstrip(
        "_"
    )


def transitive(history: History, symbol: Quantity) -> set[Quantity] | None:
    """Every symbol that a symbol's formulas lead to; None where they do not say it all."""
    found: set[Quantity] = set()
    stack = [symbol]
    while stack:
        each = stack.pop()
        for _, formula in history.definitions.get(each, []):
            for other in quantities_in(formula):
                if isinstance(other.name, Opaque):
                    return None
                if other not in found:
                    found.add(other)
                    stack.append(other)
    return found


def numbers_in(values: Iterable[Value]) -> list[Decimal]:
    return [value.number for value in values]


_VERSION = re.compile(r"\^\{(?:\+|\*|\\prime|\\ast|\\star|new|old|neu|alt|\([^()]*\)|t|t\+1)+\}")
_COUNTED = (
    r"epoch|epoche|époque|época|iteration|itération|iteración|iterazione|sample|pattern|muster"
    r"|example|exemple|beispiel|ejemplo|case|pass|round|batch|trial|durchgang|instance|row|tuple"
)
_EPOCH = re.compile(
    rf"^[ \t>]*(?:\#{{1,6}}|\*\*|\\(?:sub)*section).*\b(?:{_COUNTED})\b[^\w\n]*(?:\w{{1,2}}\b|one|two|three|four)"
    r"|^[ \t>]*(?:\#{1,6}|\*\*|\\(?:sub)*section).*\b(?:t|n|k|step t)\s*=\s*\d"
    rf"|\b(?:second|third|next|another|new|zweite[rsn]?|nächste[rsn]?|deuxième|suivante?)\s+(?:{_COUNTED}|forward pass)\b"
    r"|\bafter\s+(?:the\s+)?(?:update|one|\d)|\bcheck that it\b|\bdid it help\b|第[一二三四\d]+[轮次个]"
    r"|\bwith\s+the\s+(?:new|updated)\b",
    re.IGNORECASE | re.MULTILINE,
)
