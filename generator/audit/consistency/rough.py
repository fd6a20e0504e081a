"""What may be said to be about equal, though no rounding makes it so."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

from generator.algebra import Call, Power, Sum, exp
from generator.audit.reading.latex import Side
from generator.audit.reading.statements import number_of
from generator.audit.reading.values import place
from generator.audit.rounding import Worth, significant

LONG = 8  # digits of a number that is not rounded
NEGLIGIBLE = Decimal("1e-6")


def is_rough(relation: str, before: Side, after: Side, left: Worth, right: Worth) -> bool:
    """Whether two sides may be said to be about equal: about 10⁻⁶, 2³⁰ = 10⁹, two long numbers."""
    ratio = left.value / right.value if right.value else Decimal(0)
    if _SLOPE.search(before.latex) and number_of(after) is None:
        return abs(ratio - 1) < Decimal("0.01")  # a slope from a value that was rounded
    power = after.expression
    is_of_e = isinstance(power, Call) and power.function is exp and number_of(before) is None
    if relation == "≈" and (isinstance(power, Power) or (is_of_e and "." not in after.latex)):
        return Decimal("0.3") < ratio < Decimal("3.2")
    if _BINARY.search(before.latex) and "10^" in after.latex.replace(" ", ""):
        return Decimal("0.8") < ratio < Decimal("1.25")
    if relation != "≈":
        return False
    if number_of(before) is None and number_of(after) is None and abs(ratio - 1) < NEGLIGIBLE:
        return True  # the 10⁻⁸ of 0.01 · 0.2 / (0.2 + 10⁻⁸) ≈ 0.01 · 1
    is_short = number_of(before) is not None or isinstance(before.expression, Call)
    if is_short and isinstance(after.expression, Sum) and abs(ratio - 1) < Decimal("0.001"):
        return True  # the first terms of a series: sin 0.1 ≈ 0.1 - 0.001/6
    numbers = [each.number for each in (left, right) if each.number is not None]
    is_as_long = len(numbers) == 2 and place(numbers[0]) == place(numbers[1])
    if is_as_long and abs(ratio - 1) < Decimal("0.001"):
        return True  # found on two ways, 35.98 ≈ 35.97
    if right.number == 1 and Decimal("0.995") < left.value < Decimal("1.005"):
        return True  # shares that add up to 0.9999 ≈ 1.0000
    if right.value == left.value.to_integral_value(ROUND_CEILING):
        return number_of(before) is not None  # as many as are needed: 31.25 ≈ 32 batches
    if all(each.value == each.value.to_integral_value() for each in (left, right)):
        return abs(ratio - 1) < Decimal("0.03")  # whole numbers, and still only about equal
    is_long = len(numbers) == 2 and min(map(significant, numbers)) >= LONG
    return is_long and abs(ratio - 1) < Decimal("0.05")


_SLOPE = re.compile(r"(?:tanh|sigma|σ|sigmoid|f|g)\}?\s*(?:'|\^\{?\s*\\prime)")
_BINARY = re.compile(r"\b2\s*(?:\^|\*\*)\s*\{?\s*[1-6]0\b")  # 2^30, a thousand thousand thousand
