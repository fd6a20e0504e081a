"""Numbers on a page: rounding, printing, and the calculator rule (DESIGN 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from generator.algebra import Constant, Expression, Quantity, quantities_in, substitute
from generator.algebra.number import exactly

LARGE = Decimal("1e6")
SMALL = Decimal("1e-4")
MORE_DIGITS = 12
MORE_DIGITS_IF_CANCELLED = 50
MOST_DIGITS = 1000

Printed: TypeAlias = Callable[[Quantity, int], Decimal]

_WIDE = Context(prec=MAX_PREC, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)


def rounded(value: Decimal, digits: int) -> Decimal:
    """The value to `digits` significant digits, half up; digits before the point all stay.

    A value that has no more digits than that is returned as it is, without
    padding zeros: 0.3775 is exact, 0.5000 is rounded.
    """
    if value == 0:
        return Decimal(0)
    exact = value.normalize(_WIDE)
    place = value.adjusted() - digits + 1
    place = place if is_scientific(value) else min(place, 0)
    if last_place(exact) >= place:
        return exact
    nearest = _to_place(value, place)
    # 9.9996 to four digits is 10.00, not 10.000
    grew = nearest.adjusted() > value.adjusted() and (place < 0 or is_scientific(value))
    return _to_place(nearest, place + 1) if grew else nearest


def is_scientific(value: Decimal) -> bool:
    r"""Whether a value prints as a \times 10^k."""
    return value != 0 and not SMALL <= value.copy_abs() < LARGE


def latex_number(value: Decimal) -> str:
    r"""A value with the digits it has: `0.20`, `-3`, `4.1 \times 10^{-5}`."""
    return _printed(value, r"%s \times 10^{%d}")


def text_number(value: Decimal) -> str:
    """A value in plain text, for figures: `0.20`, `−4.1×10⁻⁵`."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    mantissa, _, exponent = _printed(value, "%s×10^%d").partition("^")
    return mantissa.replace("-", "−") + exponent.translate(raised)


@dataclass(frozen=True)
class Calculation:
    """A line that a reader can follow with a calculator.

    substituted: the tree with the numbers put in that the line prints.
    result: the value that the line ends with.
    is_exact: whether the result is the exact value of the printed operands.
    """

    substituted: Expression
    result: Decimal
    is_exact: bool


def calculation(
    value: Decimal, expression: Expression, digits: int, printed: Printed
) -> Calculation:
    """The line for one expression, by the calculator rule; see `calculations`."""
    if isinstance(expression, Quantity):
        shown_alone = printed(expression, digits)
        return Calculation(Constant(shown_alone), shown_alone, shown_alone == value)
    found = calculations([(value, expression)], digits, printed)
    constants: dict[Quantity, Expression] = {q: Constant(n) for q, n in found.shown.items()}
    return Calculation(substitute(expression, constants), found.results[0], found.is_exact)


@dataclass(frozen=True)
class Calculations:
    """One line for several expressions at once, such as the entries of a matrix.

    shown: the number that stands for each quantity, wherever the line has it.
    results: what each expression comes to.
    is_exact: whether every result is the exact value of the printed operands.
    """

    shown: Mapping[Quantity, Decimal]
    results: tuple[Decimal, ...]
    is_exact: bool


def calculations(
    entries: Sequence[tuple[Decimal, Expression]], digits: int, printed: Printed
) -> Calculations:
    """The line for expressions that share their operands, by the calculator rule.

    The operands get as many digits beyond `digits` as it takes for their exact
    evaluation to round to the results; where twelve more do not do it, the
    results get one more digit and the search starts again. Where a result is
    smaller than its operands (1 - a with a near 1) the digits that cancel are
    allowed on top, since more of the result's own would never help.

    entries: values, unrounded, with their expressions.
    printed: the number that stands for a quantity at so many digits.
    """
    operands = {q for _, expression in entries for q in quantities_in(expression)}
    cancelled = [
        q.value.adjusted() - value.adjusted()
        for value, expression in entries
        for q in quantities_in(expression)
        if q.value and value
    ]
    enough = MORE_DIGITS + min(MORE_DIGITS_IF_CANCELLED, max([0, *cancelled]))
    while True:
        results = tuple(rounded(value, digits) for value, _ in entries)
        for more in range(enough):
            shown = {q: printed(q, digits + more) for q in operands}
            exact = _exact_results(entries, results, shown, digits)
            if exact is not None:
                return Calculations(shown, results, exact)
        digits += 1


def _exact_results(
    entries: Sequence[tuple[Decimal, Expression]],
    results: Sequence[Decimal],
    shown: Mapping[Quantity, Decimal],
    digits: int,
) -> bool | None:
    """Whether the numbers shown give the results exactly; None if not even when rounded."""
    all_exact = True
    for (_, expression), result in zip(entries, results, strict=True):
        try:
            evaluated, exactly_so = exactly(expression, shown.__getitem__)
        except ArithmeticError:  # a divisor that is 0 when it is rounded
            return None
        if _to_place(evaluated, last_place(result) if result else -digits) != result:
            return None
        all_exact = all_exact and (exactly_so or not evaluated) and evaluated == result
    return all_exact


def last_place(value: Decimal) -> int:
    """The power of ten of the last digit that a value prints."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), value
    return exponent if is_scientific(value) else min(exponent, 0)


def _to_place(value: Decimal, place: int) -> Decimal:
    if value.adjusted() - place > MOST_DIGITS:
        return value  # nowhere near what would print that place
    return value.quantize(Decimal(1).scaleb(place, _WIDE), context=_WIDE)


def _printed(value: Decimal, scientific: str) -> str:
    if not is_scientific(value):
        return f"{value.copy_abs() if value == 0 else value:f}"
    mantissa = value.scaleb(-value.adjusted(), context=_WIDE)
    return scientific % (f"{mantissa:f}", value.adjusted())
