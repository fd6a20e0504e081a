"""One training step as quantities: forward, backward, update, and forward again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from generator.algebra import Expression, Quantity, defined, given, local_derivatives
from generator.algebra.expression import ONE, ObjectArray, as_expression, total
from generator.network.backward import Gradient, backward
from generator.network.example import Example, Row
from generator.network.forward import (
    ForwardPass,
    LayerParameters,
    Naming,
    forward,
)
from generator.network.names import Name
from generator.network.optimizers import OPTIMIZERS

MOST_QUANTITIES = 4096


@dataclass(frozen=True)
class TrainingStep:
    """The first step of an example, every value a quantity.

    example: as it was given, with the samples of the first batch alone.
    by_sample: for each sample the gradients of its own loss, by quantity.
    gradients: those of the whole loss, shaped like the parameters.
    hyperparameters: the numbers of the optimizer, by name.
    state: for each parameter that moves what its update needs besides its
        gradient, in the order of the formulas; those given are zero at the start.
    updated: the parameters after the step; a frozen one is the old quantity.
    after: the forward pass with the updated parameters.
    Whatever an example stops before is None or empty.
    """

    example: Example
    forward: ForwardPass
    by_sample: tuple[Mapping[Quantity, Gradient], ...]
    gradients: tuple[LayerParameters, ...] | None
    hyperparameters: Mapping[str, Quantity]
    state: Mapping[Quantity, tuple[Quantity, ...]]
    updated: tuple[LayerParameters, ...] | None
    after: ForwardPass | None


def training_step(example: Example) -> TrainingStep:
    """Everything a page prints, from the digits that the user typed."""
    if example.trains:
        example = replace(example, samples=tuple(example.samples[i] for i in example.batch(1)))
    inputs = _columns([sample.inputs for sample in example.samples], "input")
    targets = _columns([s.targets for s in example.samples], "target") if example.loss else None
    parameters = tuple(
        _parameters(number, layer.weights, layer.biases, layer.shared_bias)
        for number, layer in enumerate(example.layers, start=1)
    )
    rates = (given(Name("l1"), example.l1), given(Name("l2"), example.l2))
    before = forward(example, parameters, inputs, targets, rates, quantities(step=0))
    if before.loss is None:
        return TrainingStep(example, before, (), None, {}, {}, None, None)
    several = len(example.samples) > 1
    roots = before.loss.samples if several else before.loss.data.flat
    by_sample = tuple(backward(root) for root in roots)
    gradients = _gradients(example, before, by_sample)
    if example.optimizer is None:
        return TrainingStep(example, before, by_sample, gradients, {}, {}, None, None)
    numbers = {key: given(Name(key), value) for key, value in example.optimizer.numbers.items()}
    state: dict[Quantity, list[Quantity]] = {}
    updated = tuple(
        LayerParameters(
            _updated(example, own.weights, gradient.weights, numbers, layer.trains_weights, state),
            _updated(example, own.bias, gradient.bias, numbers, layer.trains_biases, state),
        )
        for layer, own, gradient in zip(example.layers, parameters, gradients, strict=True)
    )
    after = forward(example, updated, inputs, targets, rates, quantities(step=1))
    shown = {parameter: tuple(found) for parameter, found in state.items()}
    return TrainingStep(example, before, by_sample, gradients, numbers, shown, updated, after)


def count_quantities(example: Example) -> int:
    """How many named quantities a training step has, before one of them is made."""
    samples = min(len(example.samples), example.batch_size)
    parameters = sum(own.parameters for own in example.layers)
    units = sum(own.units for own in example.layers)
    values = samples * (2 * units + example.outputs)
    if example.loss is None:
        return parameters + samples * example.inputs + values
    gradients = samples * (parameters + 3 * units) + (parameters if samples > 1 else 0)
    after = parameters + values if example.optimizer else 0
    state = 2 * parameters * len(example.optimizer.state) if example.optimizer else 0
    given_values = parameters + samples * (example.inputs + example.outputs)
    return given_values + values + gradients + state + after


def with_trained_biases(example: Example) -> Example:
    """The same example with no bias frozen: what would happen otherwise."""
    return replace(
        example, layers=tuple(replace(layer, trains_biases=True) for layer in example.layers)
    )


def without_momentum(example: Example) -> Example:
    """The same example with plain gradient descent, to compare momentum with."""
    assert example.optimizer is not None
    settings = {**example.optimizer.settings, "momentum": Decimal(0)}
    if "nesterov" in settings:
        settings["nesterov"] = False
    return replace(example, optimizer=OPTIMIZERS[example.optimizer.name](**settings))


def quantities(step: int) -> Naming:
    """The naming of a graph: every expression of an array becomes a quantity."""

    def name(values: ObjectArray, role: str, layer: int = 0) -> ObjectArray:
        named = np.empty_like(values)
        for index in np.ndindex(values.shape):
            unit = index[0] if len(index) == 2 else None
            sample = index[-1] if index else None
            expression: Any = values[index]
            named[index] = defined(Name(role, layer, unit, sample=sample, step=step), expression)
        return named

    return name


def _columns(rows: list[Row], role: str) -> ObjectArray:
    return _array(
        [
            [given(Name(role, 0, unit, sample=i), row[unit]) for i, row in enumerate(rows)]
            for unit in range(len(rows[0]))
        ]
    )


def _parameters(layer: int, weights: tuple[Row, ...], biases: Row, shared: bool) -> LayerParameters:
    rows = [
        [given(Name("weight", layer, unit, source), value) for source, value in enumerate(row)]
        for unit, row in enumerate(weights)
    ]
    column = [
        [given(Name("bias", layer, None if shared else unit), value)]
        for unit, value in enumerate(biases)
    ]
    return LayerParameters(_array(rows), _array(column) if column else None)


def _gradients(
    example: Example, values: ForwardPass, by_sample: tuple[Mapping[Quantity, Gradient], ...]
) -> tuple[LayerParameters, ...]:
    """The gradients of the whole loss: over several samples a sum or mean, plus the penalty's."""
    assert values.loss is not None
    loss, penalty = values.loss.total.item(), values.loss.penalty
    decay: Mapping[Quantity, Expression] = {}
    if penalty is not None:
        decay = local_derivatives(penalty.item().definition)

    def whole(parameter: Quantity) -> Quantity:
        own = [sample[parameter].quantity for sample in by_sample]
        if len(own) == 1 and penalty is None:
            return own[0]
        share = as_expression(1) / as_expression(example.divisor(len(own)))
        gradient: Expression = (share if len(own) > 1 else ONE) * total(list(own))
        gradient = gradient + decay[parameter] if parameter in decay else gradient
        return defined(Name("gradient", of=parameter.name, by=loss.name), gradient)

    return tuple(
        LayerParameters(_map(whole, own.weights), _map(whole, own.bias))
        for own in values.parameters
    )


def _updated(
    example: Example,
    parameters: Any,
    gradients: Any,
    numbers: Mapping[str, Quantity],
    trains: bool,
    state: dict[Quantity, list[Quantity]],
) -> Any:
    """The array of updated parameters; what is named on the way goes to `state`."""
    if not trains or parameters is None:
        return parameters
    optimizer = example.optimizer
    assert optimizer is not None

    def named(values: Any, role: str, step: int = 1) -> Any:
        array = np.empty_like(parameters)
        for index in np.ndindex(parameters.shape):
            parameter = parameters[index]
            name = Name(role, of=parameter.name, step=step)
            value: Any = values[index] if isinstance(values, np.ndarray) else values
            made = defined(name, value) if step else given(name, value)
            state.setdefault(parameter, []).append(made)
            array[index] = made
        return array

    before = {
        role: named(optimizer.initial.get(role, Decimal(0)), role, 0) for role in optimizer.state
    }
    moved, _ = optimizer.step(parameters, gradients, before, numbers, 1, named)

    def updated(parameter: Quantity, expression: Expression) -> Quantity:
        return defined(replace(parameter.name, step=1), expression)

    return _map(updated, parameters, moved)


def _map(function: Any, *arrays: Any) -> Any:
    return None if arrays[0] is None else np.frompyfunc(function, len(arrays), 1)(*arrays)


def _array(rows: list[list[Quantity]]) -> ObjectArray:
    array = np.empty((len(rows), len(rows[0])), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = rows[index[0]][index[1]]
    return array
