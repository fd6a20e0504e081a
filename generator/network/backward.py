"""The first ledger: gradients by the chain rule, scalar by scalar, as quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.algebra import (
    Call,
    Expression,
    Quantity,
    defined,
    local_derivatives,
    quantities_in,
)
from generator.algebra.expression import ONE, ZERO, children, rebuilt, total
from generator.network.names import Name

NOT_DIFFERENTIATED = {"input", "target"}


@dataclass(frozen=True)
class Contribution:
    """One path by which a quantity reaches the loss: through one of its consumers.

    upstream: the loss's gradient in the consumer; local: the consumer's
    derivative in the quantity. A contribution is their product.
    """

    consumer: Quantity
    upstream: Expression
    local: Expression


def derived_by_rules(path: Contribution, of: Quantity) -> Expression:
    """A path's local derivative as the rules of differentiation give it, no textbook's form."""
    assert path.consumer.definition is not None, path
    return local_derivatives(path.consumer.definition, textbook=False).get(of, ZERO)


@dataclass(frozen=True)
class Gradient:
    """The loss's gradient in one quantity, with the paths it sums over."""

    quantity: Quantity
    contributions: tuple[Contribution, ...]


def backward(root: Quantity) -> Mapping[Quantity, Gradient]:
    """The gradients of a loss in all that it depends on, inputs and targets excepted.

    Each gradient is the sum over the quantity's consumers of the consumer's
    gradient times its local derivative. A local derivative that is more than
    one symbol becomes a quantity of its own, unless nothing multiplies it.
    """
    order = _in_order_of_definition(root)
    named: Mapping[Expression, Quantity] = {
        q.definition: q for q in order if isinstance(q.definition, Call)
    }
    consumers: dict[Quantity, list[tuple[Quantity, Expression]]] = {}
    for consumer in order:
        if consumer.definition is not None:
            for operand, local in local_derivatives(consumer.definition, consumer).items():
                local = _by_name(local, named)
                consumers.setdefault(operand, []).append((consumer, local))
    gradients: dict[Quantity, Gradient] = {}
    for quantity in reversed(order):
        if quantity is root or not _is_differentiated(quantity):
            continue
        paths = []
        for consumer, local in consumers[quantity]:
            upstream = ONE if consumer is root else _factor(gradients[consumer].quantity)
            if not _is_number(upstream) and not (isinstance(local, Quantity) or _is_number(local)):
                local = defined(Name("local_derivative", of=consumer.name, by=quantity.name), local)
            paths.append(Contribution(consumer, upstream, local))
        gradient = defined(
            Name("gradient", of=quantity.name, by=root.name),
            total([path.upstream * path.local for path in paths]),
        )
        gradients[quantity] = Gradient(gradient, tuple(paths))
    return gradients


def _is_differentiated(quantity: Quantity) -> bool:
    """Not inputs and targets, and not constants such as pi, whose names are no Name."""
    return isinstance(quantity.name, Name) and quantity.name.role not in NOT_DIFFERENTIATED


def _factor(gradient: Quantity) -> Expression:
    """A gradient as a factor of further ones: its number where it is a constant such as 1."""
    definition = gradient.definition
    return definition if definition is not None and _is_number(definition) else gradient


def _is_number(node: Expression) -> bool:
    return next(quantities_in(node), None) is None


def _by_name(node: Expression, named: Mapping[Expression, Quantity]) -> Expression:
    """The tree with each call that defines a quantity read as that quantity."""
    if isinstance(node, Call) and node in named:
        return named[node]
    parts = children(node)
    return rebuilt(node, tuple(_by_name(part, named) for part in parts)) if parts else node


def _in_order_of_definition(root: Quantity) -> list[Quantity]:
    """Everything that `root` depends on, each after all that it depends on itself."""
    order: dict[Quantity, None] = {}
    stack = [(root, False)]
    while stack:
        quantity, operands_done = stack.pop()
        if operands_done:
            order[quantity] = None
        elif quantity not in order:
            stack.append((quantity, True))
            if quantity.definition is not None:
                operands = dict.fromkeys(quantities_in(quantity.definition))
                stack.extend((o, False) for o in reversed(operands) if o not in order)
    return list(order)
