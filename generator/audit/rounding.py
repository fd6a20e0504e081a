"""Numbers as they are printed: what rounding can have moved, and what it cannot.

A side in numbers is worth what its printed operands come to. Where an operand is a
result that was rounded itself, its hidden digits may move that by a spread, found by
moving each operand to both ends of its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from generator.algebra import Constant, Expression, Quantity, substitute
from generator.algebra.expression import children, rebuilt
from generator.algebra.number import guarded
from generator.audit.reading.cursor import Cut
from generator.audit.reading.functions import FUNCTIONS, LOGARITHMS
from generator.audit.reading.values import half_unit, place, printed_number

MANY = 30  # rounded operands that are moved; of more, these stand for all
LOST = Decimal("1e-40")  # what seventy-digit arithmetic may lose, relatively


class Verdict(Enum):
    """How two sides compare."""

    HOLDS = "holds"
    HIDDEN = "holds only with digits that are not printed"
    TRUNCATED = "is cut off, not rounded"
    WRONG = "does not hold"


@dataclass(frozen=True)
class Worth:
    """What a side is worth: from its operands as printed, and how far their hidden digits move it.

    number: the side itself, where it is one printed number; is_cut: its digits go on.
    """

    value: Decimal
    spread: Decimal
    number: Decimal | None = None
    is_cut: bool = False


Spread = Callable[[Decimal], Decimal]


def worth(
    expression: Expression,
    spread_of: Spread,
    known: Mapping[Quantity, tuple[Decimal, Decimal]] | None = None,
) -> Worth:
    """What an expression is worth; `known` has its symbols' values and spreads.

    Raises ArithmeticError.
    """
    number = printed_number(expression)
    if number is not None:
        return Worth(number, Decimal(0), number, isinstance(expression, Cut))
    rounded: dict[Quantity, Decimal] = {}
    tree = _with_operands(expression, spread_of, known or {}, rounded, {})
    value = guarded(tree)
    if not value.is_finite():
        raise ArithmeticError("no finite value")
    some = list(rounded)[:MANY]
    total = sum((_moved(tree, each, rounded[each], value) for each in some), Decimal(0))
    return Worth(value, total * len(rounded) / len(some) if some else Decimal(0))


def _with_operands(
    node: Expression,
    spread_of: Spread,
    known: Mapping[Quantity, tuple[Decimal, Decimal]],
    rounded: dict[Quantity, Decimal],
    entered: dict[object, Quantity],
) -> Expression:
    """The tree with quantities that have values: its symbols, and numbers that may hide digits.

    rounded: those of them that hide digits, with their spreads.
    """
    parts = children(node)
    if parts:
        return rebuilt(
            node, tuple(_with_operands(p, spread_of, known, rounded, entered) for p in parts)
        )
    key: object
    if isinstance(node, Quantity) and node in known:
        key, (value, spread) = node.name, known[node]
    elif isinstance(node, Constant):
        key, value = node.value, node.value
        spread = 2 * half_unit(value) if isinstance(node, Cut) else spread_of(value)
    else:
        return node
    if isinstance(node, Constant) and not spread:
        return node
    if key not in entered:
        entered[key] = Quantity(str(key), None, value)
        if spread:
            rounded[entered[key]] = spread
    return entered[key]


def _moved(tree: Expression, operand: Quantity, spread: Decimal, value: Decimal) -> Decimal:
    """How far one operand's hidden digits can move the value."""
    ends = []
    for end in (operand.value - spread, operand.value + spread):
        try:
            ends.append(guarded(substitute(tree, {operand: Constant(end)})))
        except ArithmeticError:
            continue
    return max((abs(each - value) for each in ends if each.is_finite()), default=Decimal(0))


def compare(left: Worth, right: Worth, relation: str) -> Verdict:
    """Whether two sides are equal as far as their printed digits tell."""
    if right.number is None and left.number is not None:
        left, right = right, left
    lost = LOST * max(abs(left.value), abs(right.value), Decimal("1e-30"))
    difference = abs(left.value - right.value)
    if difference <= lost:
        return Verdict.HOLDS
    if right.number is None:
        spread = left.spread + right.spread
        return Verdict.HOLDS if difference <= spread + lost else Verdict.WRONG
    if left.number is not None:
        return _of_numbers(left, right, relation)
    half = _half(right.number, relation)
    if difference <= half + lost or (right.is_cut and difference <= 2 * half):
        return Verdict.HOLDS
    if left.spread and difference <= half + left.spread + lost:
        return Verdict.HIDDEN
    is_below = abs(right.value) < abs(left.value) and left.value.is_signed() == (
        right.value.is_signed()
    )
    if is_below and difference < 2 * half + left.spread:
        return Verdict.TRUNCATED
    return Verdict.WRONG


def _half(number: Decimal, relation: str) -> Decimal:
    """Half a unit of a number's last digit that counts: about 7000 has none in its zeros."""
    if relation == "≈" and place(number) >= 0:
        text = str(abs(int(number)))
        return half_unit(number).scaleb(len(text) - len(text.rstrip("0")))
    return half_unit(number)


def _of_numbers(left: Worth, right: Worth, relation: str) -> Verdict:
    """Two printed numbers: the coarser is a rounding of the finer one.

    A whole number before `=` is no rounding of what is behind it: 1 = 0.61.
    """
    assert left.number is not None and right.number is not None
    if relation == "=" and place(left.number) >= 0 > place(right.number):
        return Verdict.HOLDS if left.number == right.number else Verdict.WRONG
    coarse, fine = sorted((left, right), key=lambda each: place(each.number), reverse=True)  # type: ignore[arg-type]
    assert coarse.number is not None and fine.number is not None
    half = max(_half(coarse.number, relation), _half(fine.number, relation))
    difference = abs(coarse.number - fine.number)
    if difference <= half or ((coarse.is_cut or fine.is_cut) and difference <= 2 * half):
        return Verdict.HOLDS
    is_below = abs(coarse.number) < abs(fine.number)
    if is_below and difference < 2 * half and place(coarse.number) != place(fine.number):
        return Verdict.TRUNCATED
    return Verdict.WRONG


def same_value(one: Decimal, other: Decimal) -> bool:
    """Whether two printed numbers may stand for one value, the last digit left some room."""
    coarse = max(place(one), place(other))
    difference = abs(one - other)
    unit = Decimal(1).scaleb(coarse)
    if place(one) != place(other):
        shorter = one if place(one) > place(other) else other
        digits = significant(shorter)
        room = {1: Decimal(0), 2: unit / 2}.get(digits, unit)
        return difference <= room
    return difference == 0 or (difference <= unit and significant(one) >= 4)


def significant(number: Decimal) -> int:
    """How many digits of a number count: those from its first that is not zero."""
    return len(str(abs(int(number.scaleb(-place(number)))))) if number else 1


def without_log_base(expression: Expression) -> list[Expression]:
    r"""The expression with `\log` read to the bases that it may have."""
    log, bases = FUNCTIONS[r"\log"], [LOGARITHMS[base]() for base in ("e", "10", "2")]
    return [_replaced(expression, log, base) for base in bases]


def _replaced(node: Expression, old: object, new: object) -> Expression:
    from generator.algebra import Call, Function

    parts = tuple(_replaced(part, old, new) for part in children(node))
    if isinstance(node, Call) and node.function is old:
        assert isinstance(new, Function)
        return Call(new, parts)
    return rebuilt(node, parts) if parts else node


def has_log(node: Expression) -> bool:
    from generator.algebra import Call

    if isinstance(node, Call) and node.function is FUNCTIONS[r"\log"]:
        return True
    return any(map(has_log, children(node)))
