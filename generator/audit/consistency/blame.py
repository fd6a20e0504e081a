"""Which of two sides that differ is wrong: the one that the others speak against.

A formula, the numbers put in, and a result: where the numbers come to the result, it is
the formula that differs, by a sign or by the index of a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from generator.algebra import Quantity
from generator.audit.consistency.known import Known
from generator.audit.reading.latex import Side
from generator.audit.reading.names import shape
from generator.audit.reading.statements import number_of
from generator.audit.reading.values import as_text
from generator.audit.rounding import Verdict, compare, same_value, significant


def come_to_result(known: Known, sides: Sequence[Side], at: int) -> bool:
    """Whether a side in numbers is worth the number behind it."""
    behind = [side for side in sides[at + 1 :] if number_of(side) is not None]
    numbers, result = known.worth(sides[at]), known.worth(behind[0]) if behind else None
    if numbers is None or result is None:
        return False
    return compare(numbers, result, "≈") is not Verdict.WRONG


def is_confirmed(known: Known, head: object, result: Decimal | None) -> bool:
    """Whether a page has the value that a chain ends with again, with more digits."""
    if not isinstance(head, Quantity) or result is None:
        return False
    return any(
        same_value(value.number, result) and significant(value.number) > significant(result)
        for value in known.history.values.get(head, ())
    )


def has_other_operator(side: Side, number: Decimal) -> bool:
    """Whether a number, put in with the other sign, has it from the sign before it.

    -0.35 for b, where b is 0.35: from `- 0.35`, not from `+ (-0.35)`.
    """
    latex = re.sub(r"\\left|\s", "", side.latex)
    negative = re.escape(as_text(-abs(number)))
    return (re.search(rf"(?:^|[({{\[&}}\\]){negative}", latex) is None) is (number < 0)


def fits(name: str, other: str, around: Iterable[str]) -> bool:
    """Whether a name's indices are those of the names around it, where another's are not.

    a_1^{(3)} = z_1^{(3)}, not z_1^{(1)}.
    """
    mine, its = _indices(name), _indices(other)
    there = set().union(*map(_indices, around))
    is_there = bool(mine - its) and mine - its <= there and not (its - mine) & there
    return is_there and shape(name) == shape(other)


def _indices(name: str) -> set[str]:
    """What stands below and above: _o1, ^2 and ^(3) of z_{o1}^{2,(3)}."""
    found = re.findall(r"([_^])(\w|\{(?:[^{}]|\{[^{}]*\})*\})", name)
    return {mark + index for mark, each in found for index in re.findall(r"\(?\w+\)?", each)}
