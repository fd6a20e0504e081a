"""The two ledgers side by side: a page is written only where graph and law agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from generator.algebra import NotFinite, Quantity, evaluate
from generator.algebra.expression import FloatArray, Sum
from generator.network.example import Example
from generator.network.forward import Naming
from generator.network.law import LawStep, train
from generator.network.training import TrainingStep

RELATIVE = Decimal("1e-9")
ABSOLUTE = Decimal("1e-12")


class LedgersDiffer(Exception):
    """A quantity that the graph and the law do not agree on: a fault of the generator."""

    def __init__(self, quantity: Quantity, law: float) -> None:
        super().__init__(f"{quantity.name}: the graph says {quantity.value:.17g}, the law {law!r}")
        self.quantity = quantity


def compare(graph: TrainingStep, example: Example) -> list[Quantity]:
    """Compare both ledgers of a first step; raises LedgersDiffer at the first value that differs.

    They agree where |graph - law| <= 1e-9 x the largest contribution + 1e-12.
    The law runs from the decimals' side of each corner: a pre-activation of 0
    may be 5e-17 in float64, where ReLU's slope is another, and Adagrad divides
    a gradient by its own size. Returns the pre-activations where float64 alone
    would have stood on the other side of 0.
    """
    moved: list[Quantity] = []
    naming = _from_decimals(graph, moved)
    for quantity, value in _pairs(graph, next(train(example, naming))):
        if abs(quantity.value - Decimal(value)) > _tolerance(quantity):
            _blame_float64(graph, example, quantity, value)
            raise LedgersDiffer(quantity, value)
    return moved


def _blame_float64(graph: TrainingStep, example: Example, quantity: Quantity, value: float) -> None:
    """Raise NotFinite where it is float64, not a formula, that cannot follow the decimals.

    So it is where the law gives another value as soon as the last digit of each
    of its numbers moves: 1e15 + 1.6 has no 1.6 in float64, and 1e-400 is 0.
    """
    naming = _from_decimals(graph, [])
    for first in (0, 1):

        def shaken(values: FloatArray, role: str, layer: int = 0, first: int = first) -> Any:
            up = np.arange(values.size).reshape(values.shape) % 2 == first
            return np.nextafter(naming(values, role, layer), np.where(up, np.inf, -np.inf))

        for other, moved in _pairs(graph, next(train(example, shaken))):
            if other is quantity and abs(Decimal(moved) - Decimal(value)) > _tolerance(quantity):
                raise NotFinite(quantity.name, "float64 is too coarse to check its value")


def _from_decimals(graph: TrainingStep, moved: list[Quantity]) -> Naming:
    """A naming that rounds nearly equal values of the law to what the decimals say."""

    def name(values: FloatArray, role: str, layer: int = 0) -> Any:
        array = _array(graph, role, layer)
        if array is None:
            return values
        decimals = np.array([float(q.value) for q in array.flat]).reshape(array.shape)
        allowed = np.array([float(_tolerance(q)) for q in array.flat]).reshape(array.shape)
        near = np.abs(values - decimals) <= allowed
        if role == "pre_activation":
            moved.extend(array[near & (np.sign(values) != np.sign(decimals))].tolist())
        return np.where(near, decimals, values)

    return name


def _array(graph: TrainingStep, role: str, layer: int) -> Any:
    """The graph's array of a role; None for those that the law keeps for itself."""
    own = graph.forward.layers[layer - 1]
    gradients = graph.gradients[layer - 1] if graph.gradients else None
    arrays = {
        "pre_activation": own.pre_activations,
        "activation": own.activations,
        "weight_gradient": gradients and gradients.weights,
        "bias_gradient": gradients and gradients.bias,
    }
    return arrays.get(role)


def _tolerance(quantity: Quantity) -> Decimal:
    """How far the law may be from a quantity, by the largest term of what it sums."""
    definition = quantity.definition
    terms = definition.terms if isinstance(definition, Sum) else (quantity,)
    return RELATIVE * max(abs(evaluate(term)) for term in terms) + ABSOLUTE


def _pairs(graph: TrainingStep, law: LawStep) -> Iterator[tuple[Quantity, float]]:
    """Each quantity of the graph with the law's value; an array at a time."""
    for own, others in zip(graph.forward.layers, law.forward.layers, strict=True):
        yield from _zip(own.pre_activations, others.pre_activations)
        yield from _zip(own.activations, others.activations)
    if graph.forward.loss is not None and law.forward.loss is not None:
        yield from _zip(graph.forward.loss.total, law.forward.loss.total)
    if law.gradients is not None:
        for own, signals, slopes in zip(
            graph.forward.layers,
            law.gradients.error_signals,
            law.gradients.activation_gradients,
            strict=True,
        ):
            yield from _zip(_gradients(graph, own.pre_activations), signals)
            yield from _zip(_gradients(graph, own.activations), slopes)
        for gradient, other in zip(graph.gradients or (), law.gradients.parameters, strict=True):
            yield from _zip(gradient.weights, other.weights)
            yield from _zip(gradient.bias, other.bias)
    for updated, other in zip(graph.updated or (), law.updated or (), strict=True):
        yield from _zip(updated.weights, other.weights)
        yield from _zip(updated.bias, other.bias)


def _gradients(graph: TrainingStep, values: Any) -> Any:
    """The gradients of each sample's loss in an array (units, samples) of quantities."""
    gradients = np.empty_like(values)
    for unit, sample in np.ndindex(values.shape):
        gradients[unit, sample] = graph.by_sample[sample][values[unit, sample]].quantity
    return gradients


def _zip(graph: Any, law: Any) -> Iterator[tuple[Quantity, float]]:
    """Pairs of two arrays of one shape; where a float has no value, there is nothing to compare."""
    if graph is not None:
        graph, law = np.broadcast_arrays(graph, np.asarray(law))
        for quantity, value in zip(graph.flat, law.flat, strict=True):
            if np.isfinite(value):
                yield quantity, float(value)
