"""The two ledgers side by side: a page is written only where graph and law agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from generator.algebra import Quantity, evaluate
from generator.algebra.expression import Sum
from generator.network.law import LawStep
from generator.network.training import TrainingStep

RELATIVE = Decimal("1e-9")
ABSOLUTE = Decimal("1e-12")


class LedgersDiffer(Exception):
    """A quantity that the graph and the law do not agree on: a fault of the generator."""

    def __init__(self, quantity: Quantity, law: float) -> None:
        super().__init__(f"{quantity.name}: the graph says {quantity.value:.17g}, the law {law!r}")
        self.quantity = quantity


def compare(graph: TrainingStep, law: LawStep) -> int:
    """The number of values that both ledgers hold; raises LedgersDiffer at the first that differs.

    They agree where |graph - law| <= 1e-9 x the largest contribution + 1e-12.
    """
    count = 0
    for quantity, value in _pairs(graph, law):
        if abs(quantity.value - Decimal(value)) > RELATIVE * _largest(quantity) + ABSOLUTE:
            raise LedgersDiffer(quantity, value)
        count += 1
    return count


def _largest(quantity: Quantity) -> Decimal:
    """The largest term of what a quantity sums."""
    definition = quantity.definition
    terms = definition.terms if isinstance(definition, Sum) else (quantity,)
    return max(abs(evaluate(term)) for term in terms)


def _pairs(graph: TrainingStep, law: LawStep) -> Iterator[tuple[Quantity, float]]:
    for number, own in enumerate(graph.forward.layers):
        yield from _zip(own.pre_activations, law.forward.layers[number].pre_activations)
        yield from _zip(own.activations, law.forward.layers[number].activations)
    if graph.forward.loss is not None:
        yield from _zip(graph.forward.loss, law.forward.loss)
    if law.gradients is not None and graph.gradients is not None:
        for own, signals, slopes in zip(
            graph.forward.layers,
            law.gradients.error_signals,
            law.gradients.activation_gradients,
            strict=True,
        ):
            yield from _zip(_gradients(graph, own.pre_activations), signals)
            yield from _zip(_gradients(graph, own.activations), slopes)
        for gradient, other in zip(graph.gradients, law.gradients.parameters, strict=True):
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
    if graph is not None:
        graph, law = np.broadcast_arrays(graph, np.asarray(law))
        yield from zip(graph.flat, (float(value) for value in law.flat), strict=True)
