"""Lines of one kind, such as those of two units: a number that one copied from the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest

from generator.algebra import Expression, Quantity, quantities_in
from generator.algebra.expression import children
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque, shape
from generator.audit.reading.statements import Statement
from generator.audit.reading.values import printed_number
from generator.audit.rounding import significant
from generator.audit.substitution import has_symbols


def copied_operand(
    statement: Statement, earlier: Sequence[Statement]
) -> tuple[int, Decimal, Decimal, Statement] | None:
    """0.5·h1 + 0.55·h1 behind 0.4·h1 + 0.45·h2: a sibling's line in numbers, one of them twice.

    The place of the side, the number, the one expected, and the sibling's line.
    """
    head = statement.sides[0].expression
    if not isinstance(head, Quantity) or isinstance(head.name, Opaque):
        return None
    if any(_is_formula(side) for side in statement.sides[1:]):
        return None  # the values of its symbols are compared
    for at, side in enumerate(statement.sides[1:], 1):
        numbers = leaves_of(side)
        for other in earlier if len(numbers) > 3 else ():
            sibling = other.sides[0].expression
            if (
                sibling is head
                or not isinstance(sibling, Quantity)
                or shape(str(sibling.name)) != shape(str(head.name))
            ):
                continue
            for another in other.sides[1:]:
                found = _copied(numbers, leaves_of(another), side, another)
                if found:
                    return at, *found, other
    return None


def exchanged_symbol(right: Expression, other: Expression) -> tuple[object, object] | None:
    """The names of the one symbol that a formula has for a sibling in the right one, which first.

    Of (t_1 - o_2)² for (t_2 - o_2)², t_1 and t_2.
    """
    pairs = list(zip_longest(quantities_in(other), quantities_in(right)))
    differ = {pair for pair in pairs if pair[0] is not pair[1]}
    if type(right) is not type(other) or len(differ) != 1:
        return None
    ((one, another),) = differ
    if one is None or another is None or shape(str(one.name)) != shape(str(another.name)):
        return None
    return one.name, another.name


def _copied(
    numbers: Sequence[Decimal], others: Sequence[Decimal], side: Side, another: Side
) -> tuple[Decimal, Decimal] | None:
    if len(numbers) != len(others) or _skeleton(side) != _skeleton(another):
        return None
    differ = [i for i, pair in enumerate(zip(numbers, others, strict=True)) if len(set(pair)) > 1]
    same = [i for i in range(len(numbers)) if i not in differ]
    twice = [
        i
        for i in differ
        if significant(numbers[i]) > 2
        and str(numbers[i]) in {str(others[j]) for j in same}
        and significant(others[i]) > 2
        and numbers.count(others[i]) == 0
    ]
    if len(twice) != 1 or len(differ) < 2:
        return None
    return numbers[twice[0]], others[twice[0]]


def _is_formula(side: Side) -> bool:
    return side.expression is not None and has_symbols(side.expression)


def leaves_of(side: Side) -> list[Decimal]:
    """The numbers of a side in numbers, left to right."""
    if side.expression is None or printed_number(side.expression) is not None:
        return []
    found: list[Decimal] = []
    stack = [side.expression]
    while stack and len(found) < 40:
        node = stack.pop()
        number = printed_number(node)
        if isinstance(node, Quantity):
            return []
        if number is not None:
            found.append(number)
        else:
            stack.extend(reversed(children(node)))
    return found


def _skeleton(side: Side) -> str:
    """A side with its numbers left out."""
    return re.sub(r"\d+(?:[.,]\d+)?|\s", "", side.latex)
