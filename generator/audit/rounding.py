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

from generator.algebra import Constant, Expression, Quantity
from generator.algebra.expression import children, rebuilt
from generator.algebra.number import guarded
from generator.audit.cursor import Cut
from generator.audit.functions import FUNCTIONS, LOGARITHMS
from generator.audit.values import half_unit, place, printed_number

MANY = 30  # rounded operands that are moved one by one; of more, all at once
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
    operands: dict[Quantity, tuple[Decimal, Decimal]] = dict(known or {})
    tree = _with_quantities(expression, spread_of, operands, {})
    value = guarded(tree, lambda symbol: operands[symbol][0])
    if not value.is_finite():
        raise ArithmeticError("no finite value")
    rounded = {symbol for symbol, (_, spread) in operands.items() if spread}
    used = _used(tree) & rounded
    if len(used) > MANY:
        return Worth(value, _all_at_once(tree, operands, used, value))
    return Worth(value, sum((_moved(tree, operands, s, value) for s in used), Decimal(0)))


def _with_quantities(
    node: Expression,
    spread_of: Spread,
    operands: dict[Quantity, tuple[Decimal, Decimal]],
    entered: dict[Decimal, Quantity],
) -> Expression:
    """The tree with every constant that may hide digits as a quantity, one for each number."""
    if isinstance(node, Constant):
        spread = 2 * half_unit(node.value) if isinstance(node, Cut) else spread_of(node.value)
        if not spread:
            return node
        if node.value not in entered:
            entered[node.value] = Quantity(node.value, None, node.value)
            operands[entered[node.value]] = (node.value, spread)
        return entered[node.value]
    parts = children(node)
    if not parts:
        return node
    return rebuilt(
        node, tuple(_with_quantities(part, spread_of, operands, entered) for part in parts)
    )


def _used(node: Expression) -> set[Quantity]:
    found: set[Quantity] = set()
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Quantity):
            found.add(each)
        stack.extend(children(each))
    return found


def _moved(
    tree: Expression,
    operands: Mapping[Quantity, tuple[Decimal, Decimal]],
    moved: Quantity,
    value: Decimal,
) -> Decimal:
    """How far one operand's hidden digits can move the value."""
    at, spread = operands[moved]
    ends = []
    for end in (at - spread, at + spread):
        values = {symbol: number for symbol, (number, _) in operands.items()} | {moved: end}
        try:
            ends.append(guarded(tree, values.__getitem__))
        except ArithmeticError:
            continue
    return max((abs(each - value) for each in ends if each.is_finite()), default=Decimal(0))


def _all_at_once(
    tree: Expression,
    operands: Mapping[Quantity, tuple[Decimal, Decimal]],
    used: set[Quantity],
    value: Decimal,
) -> Decimal:
    """A bound for many operands: all to one end, thirty of them each alone, scaled up."""
    some = list(used)[:MANY]
    total = sum((_moved(tree, operands, each, value) for each in some), Decimal(0))
    return total * len(used) / len(some)


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
    """Two printed numbers: the coarser is a rounding of the finer one."""
    assert left.number is not None and right.number is not None
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
