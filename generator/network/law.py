"""The second ledger: each layer's law of gradients in float64 matrices.

It computes what the graph computes, by other formulas in other arithmetic, and
alone carries whatever is too long for a page: many steps, the golden values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.algebra import NotFinite
from generator.algebra.expression import FloatArray
from generator.network.example import Example, Row
from generator.network.forward import ForwardPass, LayerParameters, Naming, forward, unnamed
from generator.network.layers import dense
from generator.network.names import Name
from generator.network.optimizers import State

ALWAYS_CHECKED = 100  # steps; later ones are where they are shown, or their loss went wrong


@dataclass(frozen=True)
class LawGradients:
    """The gradients of one step.

    error_signals and activation_gradients, a layer each (units, samples), and
    input_gradients (inputs, samples) are those of each sample's own loss;
    parameters holds those of the reduced loss with its penalty, shaped like
    the parameters.
    """

    error_signals: tuple[FloatArray, ...]
    activation_gradients: tuple[FloatArray, ...]
    input_gradients: FloatArray
    parameters: tuple[LayerParameters, ...]


@dataclass(frozen=True)
class LayerState:
    """An optimizer's arrays for a layer's weights and bias, by PyTorch's names."""

    weights: State
    bias: State


@dataclass(frozen=True)
class LawStep:
    """One training step, on the samples with these indices.

    gradients is None without a loss; updated and state without an optimizer.
    """

    samples: tuple[int, ...]
    forward: ForwardPass
    gradients: LawGradients | None
    updated: tuple[LayerParameters, ...] | None
    state: tuple[LayerState, ...] | None


@dataclass(frozen=True)
class Run:
    """A whole training in short: the loss before each milestone's step, and at the end.

    A step's loss is that of its batch, the final one that of all samples.
    """

    steps: int
    batch_size: int
    samples: int
    losses: tuple[tuple[int, float], ...]
    final_loss: float


def run(example: Example) -> Run:
    """Train to the end; the milestones are 1, 2, 5, 10, 20, 50, ... and the last step."""
    losses = []
    for number, last in enumerate(train(example), start=1):
        if is_milestone(number) or number == example.steps:
            assert last.forward.loss is not None
            losses.append((number, float(last.forward.loss.total)))
    final = final_pass(example, last)
    assert final.loss is not None
    return Run(
        steps=example.steps,
        batch_size=example.batch_size,
        samples=len(example.samples),
        losses=tuple(losses),
        final_loss=float(final.loss.total),
    )


def is_milestone(step: int) -> bool:
    """Whether a step is 1, 2 or 5 times a power of ten."""
    return str(step).rstrip("0") in ("1", "2", "5")


def train(example: Example, name: Naming = unnamed) -> Iterator[LawStep]:
    """The steps of the training, one after the other; a single pass without an update.

    name: sees each array of the forward pass and of the gradients, and may replace it.
    Raises NotFinite where a value leaves the range of float64.
    """
    inputs = _columns([sample.inputs for sample in example.samples])
    targets = _columns([s.targets for s in example.samples]) if example.loss else None
    parameters = tuple(
        LayerParameters(_floats(own.weights), _floats((own.biases,)).T if own.biases else None)
        for own in example.layers
    )
    rates = (float(example.l1), float(example.l2))
    state = _initial_state(example, parameters)
    for step in range(1, (example.steps if example.trains else 1) + 1):
        batch = example.batch(step) if example.trains else range(len(example.samples))
        own = slice(batch.start, batch.stop)
        x, t = inputs[:, own], None if targets is None else targets[:, own]
        with np.errstate(all="ignore"):
            values = forward(example, parameters, x, t, rates, name)
            gradients = law(example, values, name) if targets is not None else None
            updated = None
            if gradients and example.optimizer:
                updated, state = _update(example, parameters, gradients, state, step)
        is_late = step > ALWAYS_CHECKED and step != example.steps and not is_milestone(step)
        if not is_late or not np.isfinite(values.loss.total if values.loss else 0):
            _check_finite(values, gradients, step)
        yield LawStep(tuple(batch), values, gradients, updated, state if updated else None)
        parameters = updated or parameters


def final_pass(example: Example, last: LawStep) -> ForwardPass:
    """The forward pass of all samples with the parameters that the last step left."""
    inputs = _columns([sample.inputs for sample in example.samples])
    targets = _columns([s.targets for s in example.samples]) if example.loss else None
    parameters = last.updated or last.forward.parameters
    with np.errstate(all="ignore"):
        values = forward(
            example, parameters, inputs, targets, (float(example.l1), float(example.l2))
        )
    _check_finite(values, None, example.steps)
    return values


def law(example: Example, values: ForwardPass, name: Naming = unnamed) -> LawGradients:
    """All gradients of one forward pass, from the last layer to the first."""
    assert example.loss is not None
    last = example.layers[-1].activation.name
    outputs, count = values.outputs.shape
    share = outputs if example.loss.is_mean else 1
    targets: Any = values.targets
    gradient = example.loss.term.slope(targets, values.outputs) / share
    fused = example.loss.from_logits.get(last)
    error_signals, activation_gradients, parameters = [], [], []
    for index in reversed(range(len(example.layers))):
        z = values.layers[index].pre_activations
        if fused and index == len(example.layers) - 1:
            delta = fused.signal(targets, z) / share
        else:
            delta = example.layers[index].activation.pullback(gradient, z)
        own = values.parameters[index]
        weights, bias, upstream = dense.law(own.weights, own.bias, values.input_of(index), delta)
        divisor = example.divisor(count)
        weights = weights / divisor
        if example.has_penalty:
            weights += float(example.l1) * np.sign(own.weights) + float(example.l2) * own.weights
        weights = name(weights, "weight_gradient", index + 1)
        if bias is not None:
            bias = name(bias / divisor, "bias_gradient", index + 1)
        parameters.append(LayerParameters(weights, bias))
        activation_gradients.append(gradient)
        error_signals.append(delta)
        gradient = upstream
    return LawGradients(
        tuple(reversed(error_signals)),
        tuple(reversed(activation_gradients)),
        gradient,
        tuple(reversed(parameters)),
    )


def _columns(rows: list[Row]) -> FloatArray:
    """Samples as the columns of a float64 matrix."""
    return _floats(tuple(rows)).T


def _floats(rows: tuple[Row, ...]) -> FloatArray:
    return np.array(rows, dtype=np.float64)


def _initial_state(
    example: Example, parameters: tuple[LayerParameters, ...]
) -> tuple[LayerState, ...]:
    optimizer = example.optimizer
    if optimizer is None:
        return ()

    def arrays(like: Any) -> State:
        if like is None:
            return {}
        return {
            name: np.full_like(like, float(optimizer.initial.get(name, 0)))
            for name in optimizer.state
        }

    return tuple(LayerState(arrays(own.weights), arrays(own.bias)) for own in parameters)


def _update(
    example: Example,
    old: tuple[LayerParameters, ...],
    gradients: LawGradients,
    state: tuple[LayerState, ...],
    step: int,
) -> tuple[tuple[LayerParameters, ...], tuple[LayerState, ...]]:
    """The parameters and the optimizer's state after a step; frozen ones as they were."""
    optimizer = example.optimizer
    assert optimizer is not None
    numbers = {key: float(value) for key, value in optimizer.numbers.items()}
    numbers["learning_rate"] = example.schedule.rate(numbers["learning_rate"], step)

    def moved(parameter: Any, gradient: Any, own: State, trains: bool) -> tuple[Any, State]:
        if parameter is None or not trains:
            return parameter, own
        return optimizer.step(parameter, gradient, own, numbers, step, unnamed)

    updated, after = [], []
    for layer, own, gradient, arrays in zip(
        example.layers, old, gradients.parameters, state, strict=True
    ):
        weights, of_weights = moved(
            own.weights, gradient.weights, arrays.weights, layer.trains_weights
        )
        bias, of_bias = moved(own.bias, gradient.bias, arrays.bias, layer.trains_biases)
        updated.append(LayerParameters(weights, bias))
        after.append(LayerState(of_weights, of_bias))
    return tuple(updated), tuple(after)


def _check_finite(values: ForwardPass, gradients: LawGradients | None, step: int) -> None:
    """Raise NotFinite, naming the first value of the step that is inf or nan."""
    ends = [values.outputs] if values.loss is None else [values.loss.total]
    if gradients:
        ends += [gradients.input_gradients, *(own.weights for own in gradients.parameters)]
    if all(np.isfinite(end).all() for end in ends):
        return
    arrays: list[tuple[str, int, Any]] = []
    for number, layer in enumerate(values.layers, start=1):
        arrays.append(("pre_activation", number, layer.pre_activations))
        arrays.append(("activation", number, layer.activations))
    if values.loss is not None:
        arrays.append(("loss", 0, values.loss.total))
    for number, own in enumerate(gradients.parameters if gradients else (), start=1):
        arrays.append(("weight", number, own.weights))
    if gradients:
        arrays.append(("input", 0, gradients.input_gradients))
    for role, number, array in arrays:
        if not np.isfinite(array).all():
            first = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
            unit, other = (*first, None, None)[:2]
            if role == "weight":
                name = Name("gradient", of=Name(role, number, unit, other, step=step - 1))
            elif role == "input":
                name = Name("gradient", of=Name(role, number, unit, sample=other))
            else:
                name = Name(role, number, unit, sample=other, step=step - 1)
            raise NotFinite(name, "too large for a float64 number")
