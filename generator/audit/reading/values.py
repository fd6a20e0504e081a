"""What a printed side is worth, how far rounding may have moved it, and what agrees with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from generator.algebra import (
    Constant,
    Expression,
    Negative,
    Product,
    Quantity,
    Sum,
    quantities_in,
)
from generator.algebra.expression import children, rebuilt
from generator.algebra.number import exactly, guarded

FULL_DIGITS = 12  # a table value of fewer digits is exact
LOST = Decimal("1e-40")  # what seventy-digit arithmetic may lose, relatively: ln(1 + 1e-25)


@dataclass(frozen=True)
class Value:
    """What a side is worth.

    spread: how far the true value may be away, since printed numbers are rounded.
    number: the side itself, where it is one printed number.
    is_numeric: it has no symbols; is_exact: nothing was lost in computing it.
    """

    value: Decimal
    spread: Decimal
    number: Decimal | None = None
    is_numeric: bool = False
    is_exact: bool = False


def printed_number(expression: Expression | None) -> Decimal | None:
    """The number that an expression is, its sign included; None if it is more than that."""
    if isinstance(expression, Negative) and isinstance(expression.operand, Constant):
        return expression.operand.value.copy_negate()
    return expression.value if isinstance(expression, Constant) else None


def worth(expression: Expression, known: Mapping[Quantity, Value]) -> Value:
    """What a side is worth, its symbols being known. Raises ArithmeticError."""
    number = printed_number(expression)
    if number is not None:
        return Value(number, half_unit(number), number, is_numeric=True, is_exact=True)
    is_numeric = not set(quantities_in(expression))
    value, spread = _spread(expression, known, rounds_constants=is_numeric)
    if not is_numeric:
        return Value(value, spread)
    value, is_exact = exactly(expression, lambda symbol: _known(symbol, known).value)
    return Value(value, spread, is_numeric=True, is_exact=is_exact)


def _known(symbol: Quantity, known: Mapping[Quantity, Value]) -> Value:
    """What a symbol is worth; a constant that a function brings along, as pi, is worth itself."""
    return Value(symbol.value, Decimal(0)) if symbol.definition is not None else known[symbol]


def holds(left: Value, right: Value, relation: str) -> bool:
    """Whether two sides stand in a relation, as far as their printed digits tell."""
    both_numeric = left.is_numeric and right.is_numeric
    difference = left.value - right.value
    lost = LOST * max(abs(left.value), abs(right.value))
    if relation not in "=≈":
        slack = Decimal(0) if both_numeric else left.spread + right.spread
        difference = difference if relation in "<≤" else -difference
        return difference < slack or (difference == 0 and relation in "≤≥")
    if relation == "=" and both_numeric and left.is_exact and right.is_exact:
        return difference == 0
    if relation == "=" and both_numeric:
        return abs(difference) <= lost
    roundings = [
        is_rounding(value.value, rounded.number)
        for value, rounded in ((left, right), (right, left))
        if rounded.number is not None and (value.is_numeric or not value.spread)
    ]
    return any(roundings) if roundings else abs(difference) <= left.spread + right.spread + lost


def follows(before: Value, number: Value) -> bool:
    """Whether a number is what the numbers before it come to."""
    return before.is_numeric and number.number is not None and holds(before, number, "≈")


def agrees(known: Value, number: Decimal) -> bool:
    """Whether a printed number is a rounding of a known value, or the finer of two roundings."""
    edges = (known.value, known.value - known.spread, known.value + known.spread)
    if any(is_rounding(edge, number) for edge in edges):
        return True
    return known.spread > 0 and is_rounding(number, known.value)


def is_rounding(value: Decimal, number: Decimal) -> bool:
    """Whether a value, rounded half up to the last digit of a number, is that number."""
    half, size = half_unit(number), abs(number)
    if value and number and value.is_signed() != number.is_signed():
        return False
    return size - half <= abs(value) < size + half


def half_unit(number: Decimal) -> Decimal:
    """Half of one in a number's last printed digit."""
    return Decimal(5).scaleb(place(number) - 1)


def place(number: Decimal) -> int:
    """The power of ten of a number's last printed digit."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), number
    return exponent


def rounded_like(value: Decimal, number: Decimal | None) -> str:
    """A value to the last digit of a number, if there is one and it is near enough for that."""
    if number is None or value.adjusted() - place(number) > FULL_DIGITS:
        return as_text(value)
    return as_text(value.quantize(Decimal(1).scaleb(place(number)), ROUND_HALF_UP), FULL_DIGITS + 1)


def as_text(value: Decimal, digits: int = FULL_DIGITS) -> str:
    with localcontext(prec=digits):
        rounded = value if len(value.as_tuple().digits) <= digits else +value
    return f"{rounded:f}" if -10 < value.adjusted() < 15 else f"{rounded:E}"


def _spread(
    node: Expression, known: Mapping[Quantity, Value], *, rounds_constants: bool
) -> tuple[Decimal, Decimal]:
    """The value of a tree and how far its rounded operands may move it, to first order."""
    if isinstance(node, Quantity):
        return _known(node, known).value, _known(node, known).spread
    if isinstance(node, Constant):
        is_rounded = rounds_constants and place(node.value) < 0
        return node.value, half_unit(node.value) if is_rounded else Decimal(0)
    parts = [_spread(part, known, rounds_constants=rounds_constants) for part in children(node)]
    values = [value for value, _ in parts]
    value = _evaluated(node, values)
    if isinstance(node, Sum | Negative):
        return value, sum((spread for _, spread in parts), Decimal(0))
    if isinstance(node, Product):
        product, total = Decimal(1), Decimal(0)
        for factor, spread in parts:
            total = total * (abs(factor) + spread) + abs(product) * spread
            product *= factor
        return value, total
    total = Decimal(0)
    for index, (operand, spread) in enumerate(parts):
        if spread:
            moved = [
                _evaluated(node, [*values[:index], operand + step, *values[index + 1 :]])
                for step in (spread, -spread)
            ]
            total += max(abs(each - value) for each in moved)
    return value, total


def _evaluated(node: Expression, operands: Sequence[Decimal]) -> Decimal:
    value = guarded(rebuilt(node, tuple(Constant(operand) for operand in operands)))
    if not value.is_finite():  # the logarithm of 0
        raise ArithmeticError("no finite value")
    return value
