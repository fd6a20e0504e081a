"""A gradient checked without calculus: two whole forward passes, a little to either side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from generator.algebra import NotFinite, Quantity, given
from generator.algebra.number import PRECISION
from generator.network.forward import LayerParameters, forward
from generator.network.names import Name
from generator.network.training import TrainingStep, quantities

H = Decimal("0.001")


@dataclass(frozen=True)
class CentralDifference:
    """(loss(w + h) - loss(w - h)) / 2h for one weight w, beside its gradient.

    above and below are the two losses.
    """

    weight: Quantity
    gradient: Quantity
    above: Quantity
    below: Quantity


def central_difference(step: TrainingStep) -> CentralDifference | None:
    """The check of the first weight of the last layer; None where the loss has no such values."""
    if step.gradients is None:
        return None
    weight: Quantity = step.forward.parameters[-1].weights[0, 0]
    gradient: Quantity = step.gradients[-1].weights[0, 0]
    with localcontext(PRECISION):
        try:
            above, below = (_loss_at(step, weight, weight.value + move) for move in (H, -H))
        except NotFinite:  # the loss ends within h, as the logarithm does at 0
            return None
    return CentralDifference(weight, gradient, above, below)


def _loss_at(step: TrainingStep, weight: Quantity, value: Decimal) -> Quantity:
    """The loss with another value of one weight, all else the same."""
    parameters = []
    for own in step.forward.parameters:
        weights = own.weights.copy()
        weights[own.weights == weight] = given(weight.name, value)
        parameters.append(LayerParameters(weights, own.bias))
    example = step.example
    rates = (given(Name("l1"), example.l1), given(Name("l2"), example.l2))
    values = forward(
        example,
        tuple(parameters),
        step.forward.inputs,
        step.forward.targets,
        rates,
        quantities(step=0),
    )
    assert values.loss is not None
    loss: Quantity = values.loss.total.item()
    return loss
