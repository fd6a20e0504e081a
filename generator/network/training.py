"""One training step as quantities: forward, backward, update, and forward again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.algebra import Expression, Quantity, defined, given
from generator.algebra.expression import ObjectArray, as_expression, total
from generator.network.backward import Gradient, backward
from generator.network.example import Example, Row
from generator.network.forward import ForwardPass, LayerParameters, Naming, forward
from generator.network.names import Name

MOST_QUANTITIES = 4096


@dataclass(frozen=True)
class TrainingStep:
    """The first step of an example, every value a quantity.

    by_sample: for each sample the gradients of its own loss, by quantity.
    gradients: those of the reduced loss, shaped like the parameters.
    updated: the parameters after the step; a frozen one is the old quantity.
    after: the forward pass with the updated parameters.
    The last three are None, and by_sample is empty, where the example stops earlier.
    """

    example: Example
    forward: ForwardPass
    by_sample: tuple[Mapping[Quantity, Gradient], ...]
    gradients: tuple[LayerParameters, ...] | None
    learning_rate: Quantity | None
    updated: tuple[LayerParameters, ...] | None
    after: ForwardPass | None


def training_step(example: Example) -> TrainingStep:
    """Everything a page prints, from the digits that the user typed."""
    inputs = _columns([sample.inputs for sample in example.samples], "input")
    targets = _columns([s.targets for s in example.samples], "target") if example.loss else None
    parameters = tuple(
        _parameters(number, layer.weights, layer.biases, layer.shared_bias)
        for number, layer in enumerate(example.layers, start=1)
    )
    before = forward(example, parameters, inputs, targets, quantities(step=0))
    if before.loss is None:
        return TrainingStep(example, before, (), None, None, None, None)
    several = before.sample_losses is not None and len(example.samples) > 1
    roots: Any = before.sample_losses if several else before.loss.flat
    by_sample = tuple(backward(root) for root in roots)
    gradients = tuple(_reduced(example, own, by_sample) for own in parameters)
    if example.optimizer is None:
        return TrainingStep(example, before, by_sample, gradients, None, None, None)
    rate = given(Name("learning_rate"), example.optimizer.learning_rate)
    updated = tuple(
        LayerParameters(
            _updated(example, own.weights, gradient.weights, rate, layer.trains_weights),
            _updated(example, own.bias, gradient.bias, rate, layer.trains_biases),
        )
        for layer, own, gradient in zip(example.layers, parameters, gradients, strict=True)
    )
    after = forward(example, updated, inputs, targets, quantities(step=1))
    return TrainingStep(example, before, by_sample, gradients, rate, updated, after)


def count_quantities(example: Example) -> int:
    """How many named quantities a training step has, before one of them is made."""
    samples = len(example.samples)
    parameters = sum(len(own.biases) + own.units * len(own.weights[0]) for own in example.layers)
    units = sum(own.units for own in example.layers)
    values = samples * (2 * units + example.outputs)
    if example.loss is None:
        return parameters + samples * example.inputs + values
    gradients = samples * (parameters + 3 * units) + (parameters if samples > 1 else 0)
    after = parameters + values if example.optimizer else 0
    return parameters + samples * (example.inputs + example.outputs) + values + gradients + after


def with_trained_biases(example: Example) -> Example:
    """The same example with no bias frozen: what would happen otherwise."""
    return replace(
        example, layers=tuple(replace(layer, trains_biases=True) for layer in example.layers)
    )


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
            [
                given(Name(role, 0, unit, sample=sample), row[unit])
                for sample, row in enumerate(rows)
            ]
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


def _reduced(
    example: Example, own: LayerParameters, by_sample: tuple[Mapping[Quantity, Gradient], ...]
) -> LayerParameters:
    """The gradients of the reduced loss: over several samples a sum or mean, named anew."""

    def reduced(parameter: Quantity) -> Quantity:
        gradients: list[Expression] = [sample[parameter].quantity for sample in by_sample]
        if len(by_sample) == 1:
            return by_sample[0][parameter].quantity
        share = as_expression(1) / as_expression(example.divisor)
        return defined(Name("gradient", of=parameter.name), share * total(gradients))

    return LayerParameters(_map(reduced, own.weights), _map(reduced, own.bias))


def _updated(
    example: Example, parameters: Any, gradients: Any, rate: Quantity, trains: bool
) -> Any:
    if not trains or parameters is None or example.optimizer is None:
        return parameters
    rule = example.optimizer.rule

    def updated(parameter: Quantity, gradient: Quantity) -> Quantity:
        name = replace(parameter.name, step=parameter.name.step + 1)
        return defined(name, rule.update(parameter, gradient, rate))

    return _map(updated, parameters, gradients)


def _map(function: Any, *arrays: Any) -> Any:
    return None if arrays[0] is None else np.frompyfunc(function, len(arrays), 1)(*arrays)


def _array(rows: list[list[Quantity]]) -> ObjectArray:
    array = np.empty((len(rows), len(rows[0])), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = rows[index[0]][index[1]]
    return array
