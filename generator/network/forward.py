"""The forward pass, written once, over float64 arrays and over arrays of quantities.

Columns are samples: inputs are (inputs, samples), activations (units, samples).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from generator.algebra.functions import absolute
from generator.network.example import Example
from generator.network.layers import dense


@dataclass(frozen=True)
class LayerParameters:
    """A layer's weights (units, fan_in) and bias: (units, 1), (1, 1) if shared, or None."""

    weights: Any
    bias: Any | None


def parameters_of(layers: Sequence[LayerParameters]) -> Iterator[Any]:
    """Each weight and bias once, layer by layer, row by row."""
    for own in layers:
        yield from own.weights.flat
        yield from own.bias.flat if own.bias is not None else ()


@dataclass(frozen=True)
class LayerPass:
    """What one layer makes of its input: z and a, each (units, samples)."""

    pre_activations: Any
    activations: Any


@dataclass(frozen=True)
class LossPass:
    """How the loss comes about.

    terms: (outputs, samples); samples: each sample's own loss (samples,); data:
    their sum or mean; penalty: that of the weights, or None; total: the loss.
    The last three have no axis.
    """

    terms: Any
    samples: Any
    data: Any
    penalty: Any | None
    total: Any


@dataclass(frozen=True)
class ForwardPass:
    """Every value of a forward pass; targets and loss are None where there is no loss."""

    inputs: Any
    targets: Any | None
    parameters: tuple[LayerParameters, ...]
    layers: tuple[LayerPass, ...]
    loss: LossPass | None

    @property
    def outputs(self) -> Any:
        return self.layers[-1].activations

    def input_of(self, index: int) -> Any:
        """What the layer with this index, from 0, reads."""
        return self.layers[index - 1].activations if index else self.inputs


class Naming(Protocol):
    """Turns an array of expressions into one of named quantities; floats pass as they are."""

    def __call__(self, values: Any, role: str, layer: int = 0) -> Any: ...


def unnamed(values: Any, role: str, layer: int = 0) -> Any:
    """The naming of a float pass: none."""
    return values


def forward(
    example: Example,
    parameters: tuple[LayerParameters, ...],
    inputs: Any,
    targets: Any | None,
    rates: tuple[Any, Any],
    name: Naming = unnamed,
) -> ForwardPass:
    """Run samples through the network and, where there is one, its loss.

    rates: l1 and l2 of the penalty, as floats or quantities.
    """
    layers = []
    x = inputs
    for number, (layer, own) in enumerate(zip(example.layers, parameters, strict=True), start=1):
        z = name(dense.forward(own.weights, own.bias, x), "pre_activation", number)
        x = name(layer.activation(z), "activation", number)
        layers.append(LayerPass(z, x))
    loss = None
    if targets is not None:
        loss = _loss(example, parameters, targets, layers[-1], rates, name)
    return ForwardPass(inputs, targets, parameters, tuple(layers), loss)


def _loss(
    example: Example,
    parameters: tuple[LayerParameters, ...],
    targets: Any,
    last: LayerPass,
    rates: tuple[Any, Any],
    name: Naming,
) -> LossPass:
    """The loss, each step of it that has more than one part named."""
    assert example.loss is not None
    z, y = last.pre_activations, last.activations
    terms = example.loss.terms(targets, y, z, example.layers[-1].activation.name)
    outputs, count = terms.shape
    if outputs > 1:
        terms = name(terms, "loss_term")
    samples = terms.sum(axis=0)
    if example.loss.is_mean:
        samples = samples / outputs
    if count > 1:
        samples = name(samples, "sample_loss")
    data = np.asarray(samples.sum() / example.divisor(count))
    if not example.has_penalty:
        total = name(data, "loss")
        return LossPass(terms, samples, total, None, total)
    data = name(data, "data_loss")
    penalty = name(np.asarray(_penalty(example, parameters, rates)), "penalty")
    total = name(np.asarray(data.item() + penalty.item()), "loss")
    return LossPass(terms, samples, data, penalty, total)


def _penalty(
    example: Example, parameters: tuple[LayerParameters, ...], rates: tuple[Any, Any]
) -> Any:
    """l1 times the sum of |w|, plus l2 times that of w^2 over 2; over weights, not biases."""
    weights = np.concatenate([own.weights.ravel() for own in parameters])
    l1, l2 = rates
    parts = []
    if example.l1:
        parts.append(l1 * absolute(weights).sum())
    if example.l2:
        parts.append(l2 * (weights**2).sum() / 2)
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]
