"""Which numbers one side of a chain puts in for which symbols of the side before it."""

from __future__ import annotations

from decimal import Decimal

from generator.algebra import Call, Constant, Expression, Negative, Product, Quantity
from generator.algebra.expression import children
from generator.audit.values import printed_number


def substituted(before: Expression, after: Expression) -> list[tuple[Quantity, Decimal]] | None:
    """The numbers that stand in the second tree for symbols of the first; None if they differ."""
    if before is after:
        return []
    number = printed_number(after)
    if isinstance(before, Quantity):
        return None if number is None else [(before, number)]
    if isinstance(before, Constant):
        return [] if number == before.value else None
    if isinstance(before, Negative) and not isinstance(after, Negative):
        positive = _without_leading_minus(after)
        return None if positive is None else substituted(before.operand, positive)
    if type(before) is not type(after) or len(children(before)) != len(children(after)):
        return None
    if isinstance(before, Call) and isinstance(after, Call) and before.function != after.function:
        return None
    found = []
    for part, other in zip(children(before), children(after), strict=True):
        pairs = substituted(part, other)
        if pairs is None:
            return None
        found += pairs
    return found


def _without_leading_minus(node: Expression) -> Expression | None:
    """The tree without the minus that its first number leads with: `-0.2 · x` is -(0.2 · x)."""
    if isinstance(node, Constant) and node.value.is_signed():
        return Constant(node.value.copy_negate())
    if isinstance(node, Product):
        first = _without_leading_minus(node.factors[0])
        return None if first is None else Product((first, *node.factors[1:]))
    return None
