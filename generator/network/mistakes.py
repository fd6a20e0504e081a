"""Classic mistakes of backpropagation, and the wrong number that each gives on this very example.

Each is the right computation with one thing wrong. Only those that an example
can make are made: one path cannot be forgotten where there is only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from generator.algebra import NotFinite, Quantity, evaluate
from generator.algebra.number import PRECISION
from generator.network.backward import Contribution
from generator.network.law import train
from generator.network.training import TrainingStep


@dataclass(frozen=True)
class Mistake:
    """A mistake: which one, the quantity that it gets wrong, and the number it gives."""

    kind: str
    quantity: Quantity
    wrong: Decimal


def mistakes(step: TrainingStep) -> Iterator[Mistake]:
    """The mistakes that change a number, from the output layer to the first.

    An output weight and a hidden one stand for the others: in each layer the
    first of those that have a gradient at all.
    """
    if not step.by_sample or step.example.has_penalty:
        return
    with localcontext(PRECISION):
        found = [*_of_output_weight(step), *_of_hidden_weight(step)]
    yield from (mistake for mistake in found if mistake.wrong != mistake.quantity.value)


def _of_output_weight(step: TrainingStep) -> Iterator[Mistake]:
    weight = _first_with_gradient(step, len(step.example.layers) - 1)
    if weight is None:
        return
    gradients = step.by_sample[0]
    right = gradients[weight].quantity
    (path,) = gradients[weight].contributions
    error_signal = gradients[path.consumer]
    if len(error_signal.contributions) == 1:
        slope = evaluate(error_signal.contributions[0].local)
        if slope:
            yield Mistake("slope_missing", right, right.value / slope)
            yield Mistake("slope_twice", right, right.value * slope)
    if step.example.loss and step.example.loss.name == "half_squared_error":
        yield Mistake("half_missing", right, 2 * right.value)
    if step.gradients is not None and step.example.divisor(len(step.by_sample)) > 1:
        whole = _gradient_of(step, weight)
        yield Mistake("sum_for_mean", whole, whole.value * len(step.by_sample))
    yield Mistake("sign", right, -right.value)
    dropped = _without_biases(step, weight)
    if dropped is not None:
        yield Mistake("bias_dropped", _gradient_of(step, weight), dropped)


def _of_hidden_weight(step: TrainingStep) -> Iterator[Mistake]:
    index = len(step.example.layers) - 2
    weight = _first_with_gradient(step, index) if index >= 0 else None
    if weight is None:
        return
    gradients = step.by_sample[0]
    right = gradients[weight].quantity
    (path,) = gradients[weight].contributions
    (through,) = gradients[path.consumer].contributions[:1]
    if len(gradients[path.consumer].contributions) > 1:
        return  # a softmax in a hidden layer mixes the units
    paths = gradients[through.consumer].contributions
    rest = evaluate(through.local) * evaluate(path.local)
    if len(paths) > 1:
        yield Mistake("path_forgotten", right, _contribution(paths[0]) * rest)
    transposed = _transposed(step, index + 1, paths)
    if transposed is not None:
        yield Mistake("transposed", right, transposed * rest)
    if step.updated is not None:
        new = _updated_weights(step)
        total = sum(
            (
                evaluate(p.upstream) * new.get(p.local, p.local).value
                for p in paths
                if isinstance(p.local, Quantity)
            ),
            Decimal(0),
        )
        yield Mistake("updated_weights", right, total * rest)


def _without_biases(step: TrainingStep, weight: Quantity) -> Decimal | None:
    """The gradient in an output weight where every bias is left out, by the law in float64."""
    layers = step.example.layers
    if step.gradients is None or not any(layer.biases for layer in layers):
        return None
    bare = tuple(replace(layer, biases=(), shared_bias=False) for layer in layers)
    try:
        first = next(train(replace(step.example, layers=bare)))
    except NotFinite:
        return None
    assert first.gradients is not None
    name = weight.name
    return Decimal(float(first.gradients.parameters[-1].weights[name.unit, name.source]))


def _first_with_gradient(step: TrainingStep, index: int) -> Quantity | None:
    """The first weight of a layer whose gradient is not 0."""
    for weight in step.forward.parameters[index].weights.flat:
        if step.by_sample[0][weight].quantity.value:
            found: Quantity = weight
            return found
    return None


def _contribution(path: Contribution) -> Decimal:
    return evaluate(path.upstream) * evaluate(path.local)


def _transposed(step: TrainingStep, index: int, paths: tuple[Contribution, ...]) -> Decimal | None:
    """The sum over the paths with rows and columns of the weights exchanged, if they are square."""
    weights = step.forward.parameters[index].weights
    if weights.shape[0] != weights.shape[1] or len(weights) == 1:
        return None
    total = Decimal(0)
    for path in paths:
        if not isinstance(path.local, Quantity) or path.local.name.role != "weight":
            return None
        unit, source = path.local.name.unit, path.local.name.source
        total += evaluate(path.upstream) * weights[source, unit].value
    return total


def _updated_weights(step: TrainingStep) -> Mapping[Any, Quantity]:
    pairs: dict[Any, Quantity] = {}
    for old, new in zip(step.forward.parameters, step.updated or (), strict=True):
        pairs |= dict(zip(old.weights.flat, new.weights.flat, strict=True))
    return pairs


def _gradient_of(step: TrainingStep, parameter: Quantity) -> Quantity:
    """The gradient of the whole loss in a weight."""
    for own, gradients in zip(step.forward.parameters, step.gradients or (), strict=True):
        for weight, gradient in zip(own.weights.flat, gradients.weights.flat, strict=True):
            if weight is parameter:
                found: Quantity = gradient
                return found
    raise KeyError(parameter)
