"""Two sides in numbers, the second with parts of the first worked out and rounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.algebra import Call, Constant, Expression, Negative, Sum
from generator.algebra.expression import children
from generator.audit.reading.values import printed_number, rounded_like
from generator.audit.rounding import Spread, Verdict, Worth, compare, worth


@dataclass(frozen=True)
class Rounded:
    """A number that was put in for a part.

    is_exact: whether it is all of the part's digits; right: where digits were cut off instead
        of rounded, what rounding gives.
    """

    number: Decimal
    is_exact: bool
    right: str | None


def worked_out(before: Expression, after: Expression, spread: Spread) -> list[Rounded] | None:
    """The numbers of the second side that are values of parts of the first, rounded.

    `(3 - 3.33)² + (7 - 7.67)² = 0.11 + 0.45`: two digits each, which is too coarse for their
    sum. None where the sides differ in form, or a number is not its part, rounded or cut off.
    """
    try:
        return list(_parts(before, after, spread))
    except (_Differs, ArithmeticError):
        return None


class _Differs(Exception):
    pass


def _parts(before: Expression, after: Expression, spread: Spread) -> Iterator[Rounded]:
    number = printed_number(after)
    if number is not None:
        if printed_number(before) == number:
            return
        value = worth(before, spread)
        verdict = compare(value, Worth(number, Decimal(0), number), "≈")
        if verdict is Verdict.WRONG:
            raise _Differs
        if not isinstance(before, Constant):
            is_cut_off = verdict is Verdict.TRUNCATED
            right = rounded_like(value.value, number) if is_cut_off else None
            yield Rounded(number, not value.spread and value.value == number, right)
        return
    if isinstance(before, Negative) and isinstance(before.operand, Sum) and isinstance(after, Sum):
        before = Sum(tuple(map(Negative, before.operand.terms)))  # -(a + b) worked out as -a - b
    ones, others = _children(before), _children(after)
    if type(before) is not type(after) or len(ones) != len(others):
        raise _Differs
    if isinstance(before, Call) and isinstance(after, Call) and before.function != after.function:
        raise _Differs
    for one, other in zip(ones, others, strict=True):
        yield from _parts(one, other, spread)


def _children(node: Expression) -> tuple[Expression, ...]:
    """The parts of a node, those of sums within a sum as its own."""
    if not isinstance(node, Sum):
        return children(node)
    return tuple(
        term
        for part in node.terms
        for term in (_children(part) if isinstance(part, Sum) else (part,))
    )
