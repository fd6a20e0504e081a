"""The forward pass, written once, over float64 arrays and over arrays of quantities.

Columns are samples: inputs are (inputs, samples), activations (units, samples).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

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
class ForwardPass:
    """Every value of a forward pass.

    loss_terms is (outputs, samples), sample_losses (samples,), loss has no
    axis; all three are None where the example has no loss.
    """

    inputs: Any
    targets: Any | None
    parameters: tuple[LayerParameters, ...]
    layers: tuple[LayerPass, ...]
    loss_terms: Any | None
    sample_losses: Any | None
    loss: Any | None

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
    name: Naming = unnamed,
) -> ForwardPass:
    """Run the samples through the network and, where there is one, its loss."""
    layers = []
    x = inputs
    for number, (layer, own) in enumerate(zip(example.layers, parameters, strict=True), start=1):
        z = name(dense.forward(own.weights, own.bias, x), "pre_activation", number)
        x = name(layer.activation(z), "activation", number)
        layers.append(LayerPass(z, x))
    if example.loss is None or targets is None:
        return ForwardPass(inputs, targets, parameters, tuple(layers), None, None, None)
    terms = example.loss(targets, x)
    if len(terms) > 1:
        terms = name(terms, "loss_term")
    sample_losses = terms.sum(axis=0)
    if len(sample_losses) > 1:
        sample_losses = name(sample_losses, "sample_loss")
    loss = sample_losses.sum()
    loss = name(np.asarray(loss / example.divisor), "loss")
    return ForwardPass(inputs, targets, parameters, tuple(layers), terms, sample_losses, loss)
