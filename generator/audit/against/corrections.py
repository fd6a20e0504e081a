"""What a wrong formula should be: the one symbol, or the sign, that makes it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from generator.algebra import Expression, Product, Quantity, evaluate, quantities_in
from generator.algebra.expression import children, rebuilt
from generator.audit.against.matching import Candidate, Meaning, Places
from generator.audit.against.naming import Slot

Names = Callable[[Quantity], str]


@dataclass(frozen=True)
class Correction:
    """What to change.

    printed: what is wrong, empty where that is the whole formula; expected may hold it, as {}.
    meaning: what the line is about then; tree: its formula then, or chain: the derivatives
    that its formula is the product of.
    """

    printed: str
    expected: str | None
    message: str
    meaning: Meaning
    tree: Expression | None = None
    chain: tuple[Meaning, ...] = ()


def corrections(
    head: Candidate,
    meaning: Meaning,
    tree: Expression,
    chain: Sequence[Meaning],
    places: Places,
    names: Names,
) -> Iterator[Correction]:
    """Changes that make a formula right, the smallest first.

    chain: the derivatives that the formula is a product of, if it is one of derivatives alone.
    """
    if chain:
        yield from _of_chain(head, meaning, chain, places, names)
        return
    yield from _of_head(meaning, tree, places, names)
    yield from _of_operand(head, meaning, tree, places, names)
    yield from _of_size(head, meaning, tree)


def _value(tree: Expression) -> Decimal | None:
    try:
        return evaluate(tree)
    except ArithmeticError:
        return None


def _equal(one: Decimal | None, other: Decimal) -> bool:
    if one is None:
        return False
    return abs(one - other) <= Decimal("1e-18") * max(abs(one), abs(other), Decimal(1))


def _of_head(
    meaning: Meaning, tree: Expression, places: Places, names: Names
) -> Iterator[Correction]:
    """The formula is right for another symbol of the same unit."""
    value = _value(tree)
    if value is None or isinstance(tree, Quantity):
        return
    for other in _neighbours(meaning):
        for candidate in places.candidates(other)[:1]:
            if _equal(value, candidate.value) and value:
                wrong, right = written(meaning, places, names), written(other, places, names)
                why = f"this is `{right}`, not `{wrong}`"
                yield Correction(wrong, right, why, other)


def _neighbours(meaning: Meaning) -> Iterator[Meaning]:
    """The same with one end of it the pre-activation instead of the activation, or another."""
    if meaning.below is None:
        yield from (replace(meaning, slot=each) for each in _turned(meaning.slot))
        return
    for each in _turned(meaning.below):
        yield replace(meaning, below=each)
    if meaning.slot.role == "activation":
        yield replace(meaning, below=replace(meaning.slot, role="pre_activation"))
    for each in _turned(meaning.slot):
        yield replace(meaning, slot=each)


def _turned(slot: Slot) -> Iterator[Slot]:
    for one, other in (("activation", "pre_activation"), ("pre_activation", "activation")):
        if slot.role == one:
            yield replace(slot, role=other)


def _of_chain(
    head: Candidate, meaning: Meaning, chain: Sequence[Meaning], places: Places, names: Names
) -> Iterator[Correction]:
    """A product of derivatives whose inner ends are another quantity."""
    if meaning.below is None:
        return
    ends = [(each.slot, each.below) for each in chain if each.below is not None]
    inner = {slot for pair in ends for slot in pair} - {meaning.slot, meaning.below}
    for wrong in sorted(inner, key=str):
        for right in _path(meaning, places):
            moved = [(right if a == wrong else a, right if b == wrong else b) for a, b in ends]
            if right == wrong or any(a == b for a, b in moved):
                continue
            product = Decimal(1)
            for above, below in moved:
                found = places.candidates(Meaning(above, below))
                product *= found[0].value if found else Decimal(0)
            if _equal(product, head.value):
                yield _rerouted(meaning, ends, moved, (wrong, right), places, names)


def _rerouted(
    meaning: Meaning,
    ends: Sequence[tuple[Slot, Slot]],
    moved: Sequence[tuple[Slot, Slot]],
    turn: tuple[Slot, Slot],
    places: Places,
    names: Names,
) -> Correction:
    wrong, right = turn
    assert meaning.below is not None
    broken = [written(Meaning(a, b), places, names) for a, b in ends if wrong in (a, b)]
    why = (
        f"the path to `{_slot_name(meaning.below, places, names)}` goes through"
        f" `{_slot_name(right, places, names)}`, not through `{_slot_name(wrong, places, names)}`"
    )
    fixed = [
        written(Meaning(*after), places, names)
        for before, after in zip(ends, moved, strict=True)
        if wrong in before
    ]
    chain = tuple(Meaning(*after) for after in moved)
    return Correction(" ".join(broken), " ".join(fixed), why, meaning, chain=chain)


def _path(meaning: Meaning, places: Places) -> Iterator[Slot]:
    """The quantities between the two ends of a derivative."""
    assert meaning.below is not None
    tops, bottoms = places.at(meaning.slot), places.at(meaning.below)
    for known in places.network.knowns:
        if known.role in ("pre_activation", "activation") and known.step == 0:
            slot = Slot(known.role, known.layer, known.unit)
            if any(
                places.network.depends(top.quantity, known.quantity)
                and places.network.depends(known.quantity, bottom.quantity)
                for top in tops[:1]
                for bottom in bottoms[:1]
            ):
                yield slot


def _of_operand(
    head: Candidate, meaning: Meaning, tree: Expression, places: Places, names: Names
) -> Iterator[Correction]:
    """One symbol of the formula should be another one."""
    quantities = list(quantities_in(tree))
    for place, quantity in enumerate(quantities):
        if isinstance(quantity.name, Meaning):  # a derivative
            continue
        for other in _replacements(quantity, places):
            fixed = _at(tree, place, other)
            if _equal(_value(fixed), head.value):
                before, after = names(quantity), names(other)
                pair = _pair_of(tree, place)
                near = next((names(each) for each in pair if each is not quantity), None)
                why = f"`{before}` should be `{after}`"
                why += f", which goes with `{near}`" if near else ""
                order = [None if each is quantity else near for each in pair] or [None]
                printed = " ".join(each or before for each in order)
                expected = " ".join(each or after for each in order)
                yield Correction(printed, expected, why, meaning, fixed)


def _replacements(quantity: Quantity, places: Places) -> Iterator[Quantity]:
    known = places.network.by_quantity.get(quantity)
    if known is None:
        return
    for other in places.network.knowns:
        if other.quantity is quantity or other.step != known.step:
            continue
        if other.sample not in (None, known.sample) and known.sample is not None:
            continue
        same_unit = (other.layer, other.unit) == (known.layer, known.unit)
        is_forward = {other.role, known.role} <= {"activation", "pre_activation"}
        if other.role == known.role or (same_unit and is_forward):
            yield other.quantity


def _at(tree: Expression, place: int, other: Expression) -> Expression:
    """The tree with the quantity at one place, counted from the left, replaced."""
    count = -1

    def walk(node: Expression) -> Expression:
        nonlocal count
        if isinstance(node, Quantity):
            count += 1
            return other if count == place else node
        parts = children(node)
        return rebuilt(node, tuple(walk(part) for part in parts)) if parts else node

    return walk(tree)


def _pair_of(tree: Expression, place: int) -> tuple[Quantity, ...]:
    """The product of two symbols that the quantity at a place is in, if it is in one."""
    count = 0
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Quantity):
            count += 1
            continue
        if isinstance(node, Product) and len(node.factors) == 2:
            both = tuple(each for each in node.factors if isinstance(each, Quantity))
            if len(both) == 2 and both[0] is not both[1] and count <= place < count + 2:
                return both
        stack.extend(reversed(children(node)))
    return ()


def _of_size(head: Candidate, meaning: Meaning, tree: Expression) -> Iterator[Correction]:
    """A sign or a simple factor is missing."""
    value = _value(tree)
    if value is None or not value or not head.value:
        return
    if _equal(-value, head.value):
        why = "the sign is the other way round: a factor -1 is lost"
        yield Correction("", "-({})", why, meaning, -tree)
    for factor, what in ((Decimal(2), "1/2"), (Decimal("0.5"), "2")):
        if _equal(value, head.value * factor):
            why = f"it is {factor} times the right value: a factor {what} is missing"
            yield Correction("", f"{what} ({{}})", why, meaning)


def written(meaning: Meaning, places: Places, names: Names) -> str:
    """A meaning as the page writes it."""
    above = _slot_name(meaning.slot, places, names)
    if meaning.below is None:
        return above
    return rf"\frac{{\partial {above}}}{{\partial {_slot_name(meaning.below, places, names)}}}"


def _slot_name(slot: Slot, places: Places, names: Names) -> str:
    found = places.at(slot)
    return names(found[0].quantity) if found else slot.role
