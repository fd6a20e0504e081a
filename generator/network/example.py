"""A worked example as plain frozen values: the network, its samples, how it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from generator.algebra import Function
from generator.network.optimizers import Optimizer

Row: TypeAlias = tuple[Decimal, ...]


@dataclass(frozen=True)
class Layer:
    """A dense layer with its initial parameters.

    weights: one row a unit, one column an input (PyTorch's layout).
    biases: one a unit, one alone if the units share it, or none.
    names: what the user calls the units; empty where they have no names.
    """

    activation: Function
    weights: tuple[Row, ...]
    biases: Row
    shared_bias: bool
    names: tuple[str, ...]
    trains_weights: bool
    trains_biases: bool

    @property
    def units(self) -> int:
        return len(self.weights)


@dataclass(frozen=True)
class Sample:
    """One training example; without targets it is only run forward."""

    inputs: Row
    targets: Row


@dataclass(frozen=True)
class Example:
    """Everything that the numbers of a worked example follow from.

    loss: None for an example that is only run forward.
    optimizer: None for an example without an update.
    """

    title: str
    source: str | None
    input_names: tuple[str, ...]
    layers: tuple[Layer, ...]
    samples: tuple[Sample, ...]
    reduction: str
    loss: Function | None
    optimizer: Optimizer | None
    steps: int

    @property
    def inputs(self) -> int:
        return len(self.layers[0].weights[0])

    @property
    def outputs(self) -> int:
        return self.layers[-1].units

    @property
    def divisor(self) -> int:
        """What the samples' summed losses are divided by."""
        return len(self.samples) if self.reduction == "mean" else 1

    @property
    def freezes_biases(self) -> bool:
        """Whether an update leaves a bias alone."""
        trains = self.loss is not None and self.optimizer is not None
        return trains and any(own.biases and not own.trains_biases for own in self.layers)
