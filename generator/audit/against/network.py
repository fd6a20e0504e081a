"""The network that a page is held against, as plain data: its quantities and what each is.

The auditor knows no networks. Whoever does hands over every quantity with its value, its
definition as a tree over the others, what kind of thing it is and how notations write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from generator.algebra import Expression, Quantity, evaluate, local_derivatives, quantities_in


@dataclass(frozen=True)
class Known:
    """A quantity of the network.

    role: `input`, `target`, `weight`, `bias`, `pre_activation`, `activation`, `loss_term`,
        `loss`, `gradient`, `local_derivative`, or the name of a hyperparameter.
    layer: 1 for the first layer with weights, 0 for the inputs; unit, source: from 0, a
        bias without a unit is its layer's; sample: from 0; step: updates before it. A
        gradient stands where its quantity does.
    of, by: of a gradient or a local derivative, what is differentiated in what.
    written: its LaTeX, in one or two ways, for each notation.
    words: what a sentence calls it.
    """

    quantity: Quantity
    role: str
    layer: int
    unit: int | None
    source: int | None
    sample: int | None
    step: int
    of: Quantity | None
    by: Quantity | None
    written: tuple[tuple[str, ...], ...]
    words: str

    @property
    def value(self) -> Decimal:
        return self.quantity.value


@dataclass(frozen=True)
class Variant:
    """The whole network worked out with one mistake: every value that it changes."""

    cause: str
    values: Mapping[Quantity, Decimal]


@dataclass(frozen=True)
class Network:
    """Everything that a page is compared with.

    layers: units a layer, the inputs first; samples: how many.
    trained: the parameters that the step moves.
    """

    knowns: tuple[Known, ...]
    layers: tuple[int, ...]
    samples: int
    trained: frozenset[Quantity]
    variants: tuple[Variant, ...] = ()
    by_quantity: Mapping[Quantity, Known] = field(init=False)
    _slopes: dict[Quantity, Mapping[Quantity, Decimal]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_quantity", {each.quantity: each for each in self.knowns})

    @property
    def outputs(self) -> int:
        return len(self.layers) - 1

    def updated(self, known: Known) -> Known | None:
        """The same quantity after the step."""
        return self._after.get(_place(known)) if known.step == 0 else None

    @cached_property
    def _after(self) -> Mapping[object, Known]:
        return {_place(each): each for each in self.knowns if each.step == 1}

    def derivative(self, above: Quantity, below: Quantity) -> Decimal:
        """The whole derivative of one quantity in another: 0 where it does not depend on it."""
        if above not in self._slopes:
            self._slopes[above] = _slopes(above)
        return self._slopes[above].get(below, Decimal(0))

    def depends(self, above: Quantity, below: Quantity) -> bool:
        self.derivative(above, below)
        return below in self._slopes[above]


def _place(known: Known) -> object:
    return known.role, known.layer, known.unit, known.source, known.sample


def _slopes(root: Quantity) -> Mapping[Quantity, Decimal]:
    """The derivatives of a quantity in all that it depends on, one sweep backwards."""
    found: dict[Quantity, Decimal] = {root: Decimal(1)}
    for quantity in reversed(in_order([root])):
        if quantity.definition is None or quantity not in found:
            continue
        for operand, local in local_derivatives(quantity.definition, quantity).items():
            step = found[quantity] * evaluate(local)
            found[operand] = found.get(operand, Decimal(0)) + step
    return found


def in_order(roots: Sequence[Quantity]) -> list[Quantity]:
    """All that some quantities depend on, each behind what it depends on itself."""
    order: dict[Quantity, None] = {}
    stack = [(root, False) for root in roots]
    while stack:
        quantity, is_ready = stack.pop()
        if is_ready:
            order[quantity] = None
        elif quantity not in order:
            stack.append((quantity, True))
            if quantity.definition is not None:
                stack += [(o, False) for o in quantities_in(quantity.definition) if o not in order]
    return list(order)


Rewriting = Callable[[Quantity, Expression], Expression]


def recomputed(
    roots: Sequence[Quantity],
    given: Mapping[Quantity, Decimal],
    rewrite: Rewriting = lambda quantity, definition: definition,
) -> Mapping[Quantity, Decimal]:
    """Quantities and all they depend on, some of them having other values.

    rewrite: what takes a definition's place. Raises ArithmeticError.
    """
    values: dict[Quantity, Decimal] = {}

    def value(quantity: Quantity) -> Decimal:
        if quantity not in values:
            if quantity in given:
                values[quantity] = given[quantity]
            elif quantity.definition is None:
                values[quantity] = quantity.value
            else:
                values[quantity] = evaluate(rewrite(quantity, quantity.definition), value)
        return values[quantity]

    for quantity in in_order(roots):
        value(quantity)
    return values
