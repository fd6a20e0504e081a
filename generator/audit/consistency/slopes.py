"""Derivatives held against the formula that they are of: of z = w x + b in w, that is x.

Also against the product of the derivatives between, which the chain rule multiplies.

Only where a page defines what is differentiated by one formula that reads the variable
itself, and by no other way: then there is nothing to choose, and the rules of
differentiation give the one right value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from generator.algebra import Expression, Quantity, quantities_in
from generator.algebra.calculus import local_derivatives
from generator.audit.consistency.known import Known
from generator.audit.consistency.patterns import split_derivative
from generator.audit.reading.names import derivative_name
from generator.audit.reading.statements import has_law, is_symbol
from generator.audit.reading.values import half_unit, rounded_like
from generator.audit.rounding import Worth

_CAUSES = {
    Decimal(-1): "the sign, which an inner derivative may have",
    Decimal(2): "half of it",
    Decimal("0.5"): "twice that",
}
NEAR = Decimal("0.3")  # what rounding on the way may do: 0.98 (1 - 0.98) for 0.984 (1 - 0.984)


@dataclass(frozen=True)
class Slope:
    """What a derivative is: as an expression, and what that is worth; the place of its formula."""

    expression: Expression
    worth: Worth
    above: str
    start: int

    def written(self, printed: Worth) -> str | None:
        """How it is written where the other value stands: a symbol, or a number for a number."""
        if isinstance(self.expression, Quantity):
            return str(self.expression.name)
        return rounded_like(self.worth.value, printed.number) if printed.number else None

    def is_another(self, formula: Expression, other: Worth) -> bool:
        """Whether a formula for this derivative is not it."""
        if isinstance(formula, Quantity) and isinstance(self.expression, Quantity):
            is_near = abs(self.worth.value - other.value) <= self.worth.spread + other.spread
            return formula is not self.expression and not is_near
        return not self.agrees(other)

    def cause(self, other: Worth) -> str | None:
        """What was probably done where there is another value."""
        for factor, cause in _CAUSES.items():
            if other.value and self.agrees(Worth(other.value * factor, other.spread)):
                return cause
        return None

    def agrees(self, other: Worth) -> bool:
        """Whether a value may be this derivative."""
        size = max(abs(self.worth.value), abs(other.value))
        room = (
            self.worth.spread
            + other.spread
            + (2 * half_unit(other.number) if other.number is not None else 0)
        )
        return abs(self.worth.value - other.value) <= NEAR * size + room


def slope(head: Expression | None, known: Known) -> Slope | None:
    """The derivative that a symbol names, from the page's own formula for what is above."""
    ends = split_derivative(head) if head is not None else None
    if ends is None:
        return None
    above, below = (known.symbols.get(name) for name in ends)
    if above is None or below is None or above is below:
        return None
    for start, formula in reversed(known.history.definitions.get(above, ())):
        if start < known.start and below in set(quantities_in(formula)) and not is_symbol(formula):
            return None if has_law(formula) else _slope(formula, above, below, known, start)
    return None


def _slope(
    formula: Expression, above: Quantity, below: Quantity, known: Known, start: int
) -> Slope | None:
    others = set(quantities_in(formula)) - {below}
    for other in others:
        reached = known.history.leads_to(other)
        if reached is None or below in reached or above in reached:
            return None  # it depends on the variable in another way, too
    try:
        expression = local_derivatives(formula, above)[below]
        worth = None if known.is_uncertain(expression) else known.evaluated(expression)
    except (TypeError, ArithmeticError, KeyError):
        return None
    return None if worth is None else Slope(expression, worth, str(above.name), start)


def left_out(head: Expression | None, known: Known, value: Worth) -> tuple[str, Decimal] | None:
    """The factor without which a chain of derivatives comes to a value, and the whole product.

    Of ∂E/∂w, where the page gives ∂E/∂a, ∂a/∂z and ∂z/∂w before, and no other way.
    """
    ends = split_derivative(head) if head is not None else None
    if ends is None or not value.value:
        return None
    edges: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for symbol in known.history.values:
        pair, latest = split_derivative(symbol), known.latest(symbol)
        if pair is not None and latest is not None and latest.start < known.start:
            edges[pair[0]][pair[1]] = latest.number
    paths = list(_paths(ends[0], ends[1], edges, 4))
    if len(paths) != 1 or len(paths[0]) < 2:
        return None
    product = prod((number for _, number in paths[0]), start=Decimal(1))
    for name, number in paths[0]:
        if number and abs(number - 1) > NEAR and _is_close(product / number, value.value):
            return name, product
    return None


def _paths(
    above: str, below: str, edges: Mapping[str, Mapping[str, Decimal]], length: int
) -> Iterator[list[tuple[str, Decimal]]]:
    """The chains of derivatives from one quantity to another, of two or more."""
    for between, number in edges.get(above, {}).items():
        factor = (derivative_name(above, between), number)
        if between == below:
            yield [factor]
        elif length > 1:
            yield from ([factor, *rest] for rest in _paths(between, below, edges, length - 1))


def _is_close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("0.005") * max(abs(one), abs(other))
