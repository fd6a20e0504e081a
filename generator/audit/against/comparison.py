"""A page beside a network: what the page said so far, and what was found wrong in it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from generator.algebra import Expression, Quantity, evaluate, quantities_in
from generator.algebra.expression import children, substitute
from generator.audit.against.corrections import written
from generator.audit.against.lines import evidence, lines
from generator.audit.against.matching import Candidate, Matching, Meaning
from generator.audit.against.network import Network
from generator.audit.against.tolerance import Tolerance
from generator.audit.findings import Finding, Unread
from generator.audit.reading.names import derivative_name
from generator.audit.reading.statements import Reading
from generator.audit.reading.values import half_unit, is_rounding, place, rounded_like

UPDATED_ROLES = ("weight", "bias")


@dataclass
class Found:
    """A finding before it has its place among the others."""

    start: int
    kind: str
    quote: str
    printed: str
    expected: str | None
    message: str
    cause: str | None = None
    root: int | None = None

    @property
    def size(self) -> Decimal:
        """How far off the printed number is, relatively."""
        try:
            printed, right = Decimal(self.printed), Decimal(str(self.expected))
        except ArithmeticError:
            return Decimal(0)
        return abs(printed - right) / (abs(right) or 1)


@dataclass(frozen=True)
class Printed:
    """A number that the page prints for a quantity; finding: what is wrong with it."""

    number: Decimal
    start: int
    finding: int | None


@dataclass(frozen=True)
class WrongFormula:
    """A formula that is wrong as it stands; fixed: what it should be, if that is known."""

    finding: int
    tree: Expression
    fixed: Expression | None

    def gives(self, number: Decimal) -> bool:
        """Whether a number is what the wrong formula comes to."""
        try:
            value = evaluate(self.tree)
        except ArithmeticError:
            return False
        return is_rounding(value, number) or near(value, number)

    def explains(self, quantity: Quantity, number: Decimal) -> bool:
        """Whether a number was put in for a quantity because the formula has another there."""
        if self.fixed is None:
            return False
        both = zip(quantities_in(self.tree), quantities_in(self.fixed), strict=False)
        return any(
            right is quantity and wrong is not right and near(wrong.value, number)
            for wrong, right in both
        )


@dataclass(frozen=True)
class Setting:
    """For which step and sample a line is read; head_step: the step of what it defines."""

    head_step: int
    step: int
    sample: int | None


class Comparison:
    """One page beside one network."""

    def __init__(self, reading: Reading, network: Network) -> None:
        self.reading, self.network = reading, network
        self.matching = Matching(network, evidence(reading))
        self.lines = list(lines(reading))
        self.found: list[Found] = []
        self.printed: dict[Quantity, list[Printed]] = defaultdict(list)
        self.slips: dict[Quantity, list[Printed]] = defaultdict(list)  # wrong numbers put in
        self.definitions: dict[Meaning, Expression] = {}  # over the network's quantities
        self.judged_right: set[int] = set()  # lines of the file that hold by the network
        self.unmatched: list[Unread] = []
        self.compared = 0
        self.updates_from: int | None = None  # where the first updated value stands
        self.mistakes: dict[str, int] = {}  # mistakes of the whole computation, once each
        self.repeated: dict[str, int] = {}  # wrong formulas that may come again
        self.wrong_formulas: dict[Meaning, WrongFormula] = {}
        self.placeholders: dict[object, Quantity] = {}
        self._written: dict[Quantity, str] = {}
        self.tolerance = Tolerance(self.coarsest())

    def settings(self, meaning: Meaning, is_update: bool) -> Iterator[Setting]:
        samples: Sequence[int | None] = [meaning.sample]
        if meaning.sample is None and self.network.samples > 1:
            samples = [None, *range(self.network.samples)]
        for sample in samples:
            if is_update:
                yield Setting(1, 0, sample)
                continue
            if meaning.is_new:
                yield Setting(1, 1, sample)
                yield Setting(1, 0, sample)
                continue
            yield Setting(0, 0, sample)
            yield Setting(1, 1, sample)
            if meaning.slot.role in UPDATED_ROLES:
                yield Setting(1, 0, sample)

    def head(self, meaning: Meaning, setting: Setting) -> Candidate | None:
        return self.pick(
            self.matching.places.candidates(meaning), setting.head_step, setting.sample
        )

    @staticmethod
    def pick(candidates: Sequence[Candidate], step: int, sample: int | None) -> Candidate | None:
        fitting = [c for c in candidates if sample is None or c.sample in (None, sample)]
        at_step = [c for c in fitting if c.step == step] or [c for c in fitting if c.step == 0]
        return next(iter(at_step or fitting), None)

    def quantity(self, meaning: Meaning, setting: Setting) -> Quantity | None:
        candidates = self.matching.places.candidates(meaning)
        candidate = self.pick(candidates, setting.step, setting.sample)
        return self.as_quantity(candidate, meaning) if candidate is not None else None

    def translated(self, expression: Expression, setting: Setting) -> Expression | None:
        """A formula of the page over the network's quantities; None if a symbol is unknown."""
        found: dict[Quantity, Expression] = {}
        for symbol in quantities_in(expression):
            meaning = self.matching.meaning(symbol.name)
            quantity = self.quantity(meaning, setting) if meaning is not None else None
            if quantity is None:
                return None
            found[symbol] = quantity
        return substitute(expression, found)

    def as_quantity(self, candidate: Candidate, meaning: Meaning) -> Quantity:
        """The quantity of a candidate; a derivative that is none gets one of its own."""
        if candidate.known is not None and meaning.slot.sign > 0 and not candidate.is_alias:
            return candidate.known.quantity
        key = (meaning, candidate.step, candidate.sample)
        if key not in self.placeholders:
            self.placeholders[key] = Quantity(meaning, None, candidate.value)
        return self.placeholders[key]

    def is_right(self, candidate: Candidate, number: Decimal) -> bool:
        if candidate.known is None:
            spread = Decimal("0.001") * abs(candidate.value)
            placeholder = Quantity("", None, candidate.value)
            return self.tolerance.allows(placeholder, number) or abs(
                candidate.value - number
            ) <= spread * (len(number.as_tuple().digits) < 4)
        return self.tolerance.allows(candidate.known.quantity, number, candidate.value)

    def fits(self, quantity: Quantity, number: Decimal) -> bool:
        """Whether a number is a quantity's value; its sign may stand before it."""
        return self.tolerance.allows(quantity, number) or self.tolerance.allows(quantity, -number)

    def printed_before(self, quantity: Quantity, number: Decimal) -> Printed | None:
        """Where the page printed just that number for a quantity, to some other digits maybe."""
        both: list[Printed] = [*self.slips.get(quantity, ()), *self.printed.get(quantity, ())]
        for each in reversed(both):
            if is_rounding(each.number, number) or is_rounding(number, each.number):
                return each
        return None

    def values(self) -> dict[Quantity, Decimal]:
        """What the page printed last for each quantity."""
        return {quantity: all_[-1].number for quantity, all_ in self.printed.items() if all_}

    def name_of(self, quantity: Quantity) -> str:
        """What the page calls a quantity, or else words for it."""
        if isinstance(quantity.name, Meaning):
            return written(quantity.name, self.matching.places, self.name_of)
        if not self._written:
            for name in self.matching.evidence:
                meaning = self.matching.meaning(name)
                for each in self.matching.candidates(name):
                    if each.known is not None and not each.is_alias and meaning is not None:
                        is_plain_name = each.step == 0 or meaning.is_new
                        called = name if is_plain_name else f"{name} after the update"
                        self._written.setdefault(each.known.quantity, called)
        if quantity in self._written:
            return self._written[quantity]
        known = self.network.by_quantity.get(quantity)
        if known is None:
            return str(quantity.name)
        if known.of is None or known.by is None:
            return known.words
        above, below = known.by, known.of
        if known.role == "local_derivative":
            above, below = below, above
        return derivative_name(self.name_of(above), self.name_of(below))

    def report(
        self,
        start: int,
        kind: str,
        quote: str,
        printed: str,
        expected: str | None,
        message: str,
        cause: str | None = None,
        root: int | None = None,
    ) -> int:
        self.found.append(Found(start, kind, quote, printed, expected, message, cause, root))
        return len(self.found) - 1

    def root_of(self, number: int) -> int:
        root = self.found[number].root
        return number if root is None else root

    def coarsest(self) -> Mapping[Quantity, Decimal]:
        """The least precise number that the page prints for each quantity, right or wrong."""
        found: dict[Quantity, Decimal] = {}
        for name, said in self.matching.evidence.items():
            candidates = self.matching.candidates(name)
            for number in said.numbers if candidates else ():
                nearest = min(candidates, key=lambda each: (abs(each.value - number), each.step))
                if nearest.known is not None:
                    quantity = nearest.known.quantity
                    found[quantity] = max(found.get(quantity, number), number, key=place)
        return found

    def findings(self) -> list[tuple[Finding, int]]:
        """The findings with the places of their statements, roots by their index here."""
        found = []
        for each in self.found:
            line, column = self.reading.place(each.start)
            finding = Finding(
                line, column, each.kind, each.quote, each.printed, each.expected,
                each.cause, each.root, each.message,
            )  # fmt: skip
            found.append((finding, self.statement_at((line, column))))
        return found

    def statement_at(self, place: tuple[int, int]) -> int:
        """The number of the last statement that begins at a place or before it."""
        return bisect_right(self._starts, place)

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [self.reading.place(each.start) for each in self.reading.statements]


def near(value: Decimal, number: Decimal) -> bool:
    """Whether a number is a value but for rounding on the way."""
    return abs(value - number) <= 4 * half_unit(number)


def like(value: Decimal, number: Decimal) -> str:
    """A value to as many digits as a printed number has, behind the point or in all."""
    digits = len(number.as_tuple().digits)
    exponent = min(place(number), value.adjusted() - digits + 1) if value else place(number)
    return rounded_like(value, Decimal(1).scaleb(exponent))


def numbers_in(node: Expression) -> Iterator[Decimal]:
    value = getattr(node, "value", None)
    if isinstance(value, Decimal) and not isinstance(node, Quantity):
        yield value
    for part in children(node):
        yield from numbers_in(part)
