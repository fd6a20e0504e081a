"""A worked example as plain frozen values: the network, its samples, how it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from generator.network.activations import Activation
from generator.network.losses import Loss
from generator.network.optimizers import Optimizer
from generator.network.schedules import Schedule

Row: TypeAlias = tuple[Decimal, ...]


@dataclass(frozen=True)
class Layer:
    """A dense layer with its initial parameters.

    weights: one row a unit, one column an input (PyTorch's layout).
    biases: one a unit, one alone if the units share it, or none.
    names: what the user calls the units; empty where they have no names.
    """

    activation: Activation
    weights: tuple[Row, ...]
    biases: Row
    shared_bias: bool
    names: tuple[str, ...]
    trains_weights: bool
    trains_biases: bool

    @property
    def units(self) -> int:
        return len(self.weights)

    @property
    def parameters(self) -> int:
        return self.units * len(self.weights[0]) + len(self.biases)


@dataclass(frozen=True)
class Sample:
    """One training example; without targets it is only run forward."""

    inputs: Row
    targets: Row


@dataclass(frozen=True)
class Example:
    """Everything that the numbers of a worked example follow from.

    loss: None for an example that is only run forward.
    l1, l2: the weights' penalty, l1 times the sum of |w| and l2 / 2 times that of w^2.
    optimizer: None for an example without an update.
    steps: how many updates; batch_size: over how many samples each, in order.
    """

    title: str
    source: str | None
    input_names: tuple[str, ...]
    layers: tuple[Layer, ...]
    samples: tuple[Sample, ...]
    reduction: str
    loss: Loss | None
    l1: Decimal
    l2: Decimal
    optimizer: Optimizer | None
    schedule: Schedule
    steps: int
    batch_size: int

    @property
    def inputs(self) -> int:
        return len(self.layers[0].weights[0])

    @property
    def outputs(self) -> int:
        return self.layers[-1].units

    @property
    def has_penalty(self) -> bool:
        return bool(self.l1 or self.l2)

    def divisor(self, samples: int) -> int:
        """What the summed losses of so many samples are divided by."""
        return samples if self.reduction == "mean" else 1

    def batch(self, step: int) -> range:
        """The indices of the samples of an update, counted from 1; the last batch may be short."""
        size, count = self.batch_size, len(self.samples)
        batches = -(-count // size)
        start = (step - 1) % batches * size
        return range(start, min(start + size, count))

    @property
    def trains(self) -> bool:
        """Whether there is an update at all."""
        return self.loss is not None and self.optimizer is not None

    @property
    def has_momentum(self) -> bool:
        return self.optimizer is not None and bool(self.optimizer.numbers.get("momentum"))

    @property
    def freezes_biases(self) -> bool:
        """Whether an update leaves a bias alone."""
        return self.trains and any(own.biases and not own.trains_biases for own in self.layers)
