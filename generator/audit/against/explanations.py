"""Why a printed number is wrong: the mistake that gives exactly its digits.

Each explanation recomputes the quantity with one thing wrong. It counts only if it comes
to the printed digits, rounded or at least cut off, and if those are enough to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from generator.algebra import (
    Constant,
    Expression,
    Negative,
    Product,
    Quantity,
    Sum,
    evaluate,
    quantities_in,
)
from generator.algebra.expression import children, rebuilt, substitute
from generator.audit.against.network import Known, Network, recomputed
from generator.audit.reading.values import as_text, is_rounding, place

ENOUGH = 3  # significant digits that cannot agree by chance
Value = Callable[[Quantity], Decimal]
Names = Callable[[Quantity], str]


@dataclass(frozen=True)
class Explanation:
    """A mistake in words."""

    cause: str


def explained(
    known: Known,
    number: Decimal,
    network: Network,
    printed: Mapping[Quantity, Decimal],
    names: Names,
) -> Explanation | None:
    """What gives the printed digits, if anything does.

    printed: what the page printed before for other quantities, wrong or right; names: what
    it calls a quantity.
    """
    attempts: list[Callable[[], Iterator[tuple[Decimal, Explanation]]]] = [
        lambda: iter([(-known.value, Explanation("the sign"))]),
        lambda: _of_network(known, network, names),
        lambda: _of_formula(known, network, names, _printed_world(known, printed)),
        lambda: _slips(known.value),
        lambda: _of_step(known, network),
        lambda: _of_bias(known, number, network),
    ]
    for matches in (is_rounding, _is_cut_off):
        for attempt in attempts:
            for value, explanation in attempt():
                if value != known.value and matches(value, number) and _tells(number, value):
                    if matches is is_rounding:
                        return explanation
                    return Explanation(f"{explanation.cause}, and cut off instead of rounded")
        if matches is is_rounding and _is_cut_off(known.value, number):
            return Explanation("digits cut off instead of rounded")
    return None


def _tells(number: Decimal, value: Decimal) -> bool:
    return len(number.as_tuple().digits) >= ENOUGH or number == value


def _is_cut_off(value: Decimal, number: Decimal) -> bool:
    return value.quantize(Decimal(1).scaleb(place(number)), ROUND_DOWN) == number


def _slips(true: Decimal) -> Iterator[tuple[Decimal, Explanation]]:
    for factor, what in ((2, "twice the right value"), (Decimal("0.5"), "half the right value")):
        yield true * factor, Explanation(what)


def _of_formula(
    known: Known, network: Network, names: Names, value: Value
) -> Iterator[tuple[Decimal, Explanation]]:
    """The definition with one part of it another one of its kind, doubled or left out."""
    definition = known.quantity.definition
    if definition is None:
        return
    world: dict[Quantity, Decimal] = {}

    def read(quantity: Quantity) -> Decimal:
        if quantity not in world:
            world[quantity] = value(quantity)
        return world[quantity]

    for tree, what in _altered(definition, network, names):
        try:
            yield evaluate(tree, read), Explanation(what)
        except ArithmeticError:
            continue
    inner = [q for q in dict.fromkeys(quantities_in(definition)) if q.definition is not None]
    if len(inner) != 1:
        return
    (operand,) = inner  # an activation: the mistake may be in its weighted sum
    assert operand.definition is not None
    for tree, what in _altered(operand.definition, network, names):
        try:
            altered = substitute(definition, {operand: Constant(evaluate(tree, read))})
            yield evaluate(altered, read), Explanation(what)
        except ArithmeticError:
            continue


def _altered(tree: Expression, network: Network, names: Names) -> Iterator[tuple[Expression, str]]:
    """A formula with one operand exchanged, one term or factor left out, or one sign turned."""
    for quantity in dict.fromkeys(quantities_in(tree)):
        for other in siblings(quantity, network):
            yield (
                _replaced(tree, quantity, other.quantity),
                f"`{names(other.quantity)}` used for `{names(quantity)}`",
            )
    if isinstance(tree, Sum):
        for index, term in enumerate(tree.terms):
            rest = tree.terms[:index] + tree.terms[index + 1 :]
            left = Sum(rest) if len(rest) > 1 else rest[0]
            called = next((f"`{names(q)}`" for q in quantities_in(term)), "a number")
            yield left, f"the term with {called} is left out"
            turned = (*tree.terms[:index], Negative(term), *tree.terms[index + 1 :])
            yield Sum(turned), f"the sign of the term with {called}"
    factors = tree.factors if isinstance(tree, Product) else ()
    for index, factor in enumerate(factors):
        rest = factors[:index] + factors[index + 1 :]
        left = Product(rest) if len(rest) > 1 else rest[0]
        called = next((f"`{names(q)}`" for q in quantities_in(factor)), "a number")
        yield left, f"the factor {called} is left out"
        yield Product((*factors, factor)), f"the factor {called} is taken twice"
    if isinstance(tree, Negative):
        for inner, what in _altered(tree.operand, network, names):
            yield Negative(inner), what


def siblings(quantity: Quantity, network: Network) -> Sequence[Known]:
    """Other quantities of the same kind: the same role, and the same step and sample."""
    known = network.by_quantity.get(quantity)
    if known is None:
        return ()
    of = network.by_quantity.get(known.of) if known.of is not None else None

    def is_alike(other: Known) -> bool:
        if other is known or other.role != known.role or other.step != known.step:
            return False
        if known.sample is not None and other.sample not in (None, known.sample):
            return False
        if of is None:
            return True
        other_of = network.by_quantity.get(other.of) if other.of is not None else None
        return other_of is not None and other_of.role == of.role

    return [each for each in network.knowns if is_alike(each)]


def _replaced(node: Expression, quantity: Quantity, other: Expression) -> Expression:
    if node is quantity:
        return other
    parts = children(node)
    return rebuilt(node, tuple(_replaced(part, quantity, other) for part in parts))


def _of_network(
    known: Known, network: Network, names: Names
) -> Iterator[tuple[Decimal, Explanation]]:
    """One mistake, here or anywhere before: that of this line alone first, if both give it."""
    yield from _of_formula(known, network, names, lambda q: q.value)
    for variant in network.variants:
        if known.quantity in variant.values:
            yield variant.values[known.quantity], Explanation(variant.cause)


def _printed_world(known: Known, printed: Mapping[Quantity, Decimal]) -> Value:
    """Quantities as the page has them: as it prints them, or computed from what it prints."""
    given = {
        quantity: value for quantity, value in printed.items() if quantity is not known.quantity
    }

    def value(quantity: Quantity) -> Decimal:
        return recomputed([quantity], given)[quantity]

    return value


def _of_step(known: Known, network: Network) -> Iterator[tuple[Decimal, Explanation]]:
    """The value from before the update."""
    for other in network.knowns:
        if other.step != known.step and other.role == known.role and known.role != "gradient":
            same = (other.layer, other.unit, other.source, other.sample)
            if same == (known.layer, known.unit, known.source, known.sample):
                when = "before" if known.step else "after"
                yield other.value, Explanation(f"the value from {when} the update")


def _of_bias(
    known: Known, number: Decimal, network: Network
) -> Iterator[tuple[Decimal, Explanation]]:
    """An activation or a weighted sum with a bias of another size, as short as the right one."""
    if (
        known.role not in ("activation", "pre_activation")
        or len(number.as_tuple().digits) <= ENOUGH
    ):
        return
    total = known.quantity
    if known.role == "activation" and total.definition is not None:
        inner = list(dict.fromkeys(quantities_in(total.definition)))
        if len(inner) != 1:
            return
        (total,) = inner
    if total.definition is None:
        return
    for bias in dict.fromkeys(quantities_in(total.definition)):
        known_bias = network.by_quantity.get(bias)
        if known_bias is None or known_bias.role != "bias":
            continue
        step = Decimal("0.05")
        for count in range(-40, 41):
            value = count * step
            if value != bias.value:
                found = recomputed([known.quantity], {bias: value})[known.quantity]
                yield (
                    found,
                    Explanation(f"a bias of {as_text(value)} used for {as_text(bias.value)}"),
                )
