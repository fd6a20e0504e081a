"""The reading of a tree as a number, in decimal arithmetic of fifty digits.

The numbers of a page come from here: decimals start from the digits that the
user typed, do not overflow where floats do, and are the same on every platform.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from operator import attrgetter

from generator.algebra.expression import (
    Call,
    Constant,
    Expression,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    children,
)

PRECISION = Context(
    prec=50,
    rounding=ROUND_HALF_EVEN,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
GUARDED = PRECISION.copy()
GUARDED.prec += 20
NEGLIGIBLE = Decimal("1e-30")


class NotFinite(ArithmeticError):
    """A value that no number can hold; `name` is that of its quantity."""

    def __init__(self, name: Hashable, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


def given(name: Hashable, value: Decimal) -> Quantity:
    """A quantity that the user typed."""
    return Quantity(name, None, value)


def defined(name: Hashable, definition: Expression) -> Quantity:
    """A quantity defined by an expression; raises NotFinite where that has no value."""
    try:
        return Quantity(name, definition, evaluate(definition))
    except (DivisionByZero, InvalidOperation):
        raise NotFinite(name, "a division by zero or another undefined operation") from None
    except Overflow:
        raise NotFinite(name, "too large for any number") from None


def evaluate(
    expression: Expression, value_of: Callable[[Quantity], Decimal] = attrgetter("value")
) -> Decimal:
    """The value of a tree, its quantities read by `value_of`.

    A sum below 10^-30 of its largest term is 0: its terms cancel, and what is
    left is rounding.
    """
    return PRECISION.plus(guarded(expression, value_of))


def guarded(
    expression: Expression, value_of: Callable[[Quantity], Decimal] = attrgetter("value")
) -> Decimal:
    """The value of a tree with its twenty guard digits, to be computed with further."""
    with localcontext(GUARDED):
        return _evaluate(expression, value_of)


def exactly(
    expression: Expression, value_of: Callable[[Quantity], Decimal]
) -> tuple[Decimal, bool]:
    """The value of a tree, and whether that is exact.

    A tree of the four operations and powers is exact where its fifty digits,
    computed with twenty more, come out short; one with a function in it only
    where nothing at all was rounded.
    """
    with localcontext(GUARDED) as context:
        context.clear_flags()
        value = _evaluate(expression, value_of)
        is_exact = not context.flags[Inexact] or not _has_call(expression)
    return PRECISION.plus(value), is_exact


def _has_call(node: Expression) -> bool:
    return isinstance(node, Call) or any(_has_call(part) for part in children(node))


def _evaluate(node: Expression, value_of: Callable[[Quantity], Decimal]) -> Decimal:
    match node:
        case Quantity():
            return value_of(node)
        case Constant(value):
            return value
        case Negative(operand):
            return -_evaluate(operand, value_of)
        case Sum(terms):
            values = [_evaluate(term, value_of) for term in terms]
            total = sum(values, Decimal(0))
            return Decimal(0) if abs(total) < NEGLIGIBLE * max(map(abs, values)) else total
        case Product(factors):
            product = Decimal(1)
            for factor in factors:
                product *= _evaluate(factor, value_of)
            return product
        case Quotient(numerator, denominator):
            return _evaluate(numerator, value_of) / _evaluate(denominator, value_of)
        case Power(base, exponent):
            return _evaluate(base, value_of) ** _evaluate(exponent, value_of)
        case Call(function, arguments):
            if function.expression is not None:
                return _evaluate(function.expression(*arguments), value_of)
            assert function.decimal is not None, function
            return function.decimal(*(_evaluate(a, value_of) for a in arguments))
    raise TypeError(f"no reading as a number for {type(node).__name__}")
