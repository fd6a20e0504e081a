"""The second ledger: each layer's law of gradients in float64 matrices.

It computes what the graph computes, by other formulas in other arithmetic, and
alone carries whatever is too long for a page: many steps, the golden values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from generator.algebra import NotFinite
from generator.algebra.expression import FloatArray
from generator.network.example import Example, Row
from generator.network.forward import ForwardPass, LayerParameters, forward
from generator.network.layers import dense
from generator.network.names import Name


@dataclass(frozen=True)
class LawGradients:
    """The gradients of one step.

    error_signals and activation_gradients, a layer each (units, samples), and
    input_gradients (inputs, samples) are those of each sample's own loss;
    parameters holds those of the reduced loss, shaped like the parameters.
    """

    error_signals: tuple[FloatArray, ...]
    activation_gradients: tuple[FloatArray, ...]
    input_gradients: FloatArray
    parameters: tuple[LayerParameters, ...]


@dataclass(frozen=True)
class LawStep:
    """One training step: gradients is None without a loss, updated without an optimizer."""

    forward: ForwardPass
    gradients: LawGradients | None
    updated: tuple[LayerParameters, ...] | None


def train(example: Example) -> Iterator[LawStep]:
    """The steps of the training, one after the other; a single forward pass without a loss.

    Raises NotFinite where a value leaves the range of float64.
    """
    inputs = columns([sample.inputs for sample in example.samples])
    targets = columns([s.targets for s in example.samples]) if example.loss else None
    parameters = tuple(
        LayerParameters(floats(layer.weights), _bias(layer.biases)) for layer in example.layers
    )
    for step in range(example.steps if example.optimizer else 1):
        with np.errstate(all="ignore"):
            values = forward(example, parameters, inputs, targets)
            gradients = law(example, values) if example.loss else None
            updated = _update(example, parameters, gradients) if gradients else None
        _check_finite(values, gradients, step)
        yield LawStep(values, gradients, updated)
        parameters = updated or parameters


def final_pass(example: Example, last: LawStep) -> ForwardPass:
    """The forward pass with the parameters that the last step left."""
    with np.errstate(all="ignore"):
        values = forward(
            example,
            last.updated or last.forward.parameters,
            last.forward.inputs,
            last.forward.targets,
        )
    _check_finite(values, None, example.steps)
    return values


def law(example: Example, values: ForwardPass) -> LawGradients:
    """All gradients of one forward pass, from the last layer to the first."""
    assert example.loss is not None
    gradient = example.loss.slope(values.targets, values.outputs)
    error_signals, activation_gradients, parameters = [], [], []
    for index in reversed(range(len(example.layers))):
        z = values.layers[index].pre_activations
        delta = gradient * example.layers[index].activation.slope(z)
        own = values.parameters[index]
        weights, bias, upstream = dense.law(own.weights, own.bias, values.input_of(index), delta)
        activation_gradients.append(gradient)
        error_signals.append(delta)
        parameters.append(
            LayerParameters(
                weights / example.divisor, None if bias is None else bias / example.divisor
            )
        )
        gradient = upstream
    return LawGradients(
        tuple(reversed(error_signals)),
        tuple(reversed(activation_gradients)),
        gradient,
        tuple(reversed(parameters)),
    )


def columns(rows: list[Row]) -> FloatArray:
    """Samples as the columns of a float64 matrix."""
    return floats(tuple(rows)).T


def floats(rows: tuple[Row, ...]) -> FloatArray:
    return np.array([[float(value) for value in row] for row in rows], dtype=np.float64)


def _bias(biases: tuple[Decimal, ...]) -> FloatArray | None:
    return floats((biases,)).T if biases else None


def _update(
    example: Example, old: tuple[LayerParameters, ...], gradients: LawGradients
) -> tuple[LayerParameters, ...] | None:
    if example.optimizer is None:
        return None
    rate = float(example.optimizer.learning_rate)
    update = example.optimizer.rule.update
    return tuple(
        LayerParameters(
            update(own.weights, gradient.weights, rate) if layer.trains_weights else own.weights,
            update(own.bias, gradient.bias, rate)
            if own.bias is not None and layer.trains_biases
            else own.bias,
        )
        for layer, own, gradient in zip(example.layers, old, gradients.parameters, strict=True)
    )


def _check_finite(values: ForwardPass, gradients: LawGradients | None, step: int) -> None:
    """Raise NotFinite, naming the first value of the step that is inf or nan."""
    arrays: list[tuple[str, int, Any]] = []
    for number, layer in enumerate(values.layers, start=1):
        arrays.append(("pre_activation", number, layer.pre_activations))
        arrays.append(("activation", number, layer.activations))
    if values.loss is not None:
        arrays.append(("loss", 0, values.loss))
    for number, own in enumerate(gradients.parameters if gradients else (), start=1):
        arrays.append(("weight", number, own.weights))
    for role, number, array in arrays:
        faults = np.argwhere(~np.isfinite(array))
        if len(faults):
            unit, other = (*(int(i) for i in faults[0]), None, None)[:2]
            if role == "weight":
                name = Name("gradient", of=Name(role, number, unit, other, step=step))
            else:
                name = Name(role, number, unit, sample=other, step=step)
            raise NotFinite(name, "too large for a float64 number")
