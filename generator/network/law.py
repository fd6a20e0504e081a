"""The second ledger: each layer's law of gradients in float64 matrices.

It computes what the graph computes, by other formulas in other arithmetic, and
alone carries whatever is too long for a page: many steps, the golden values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np

from generator.algebra import NotFinite
from generator.algebra.expression import FloatArray
from generator.network.example import Example, Row
from generator.network.forward import ForwardPass, LayerParameters, Naming, forward, unnamed
from generator.network.layers import dense
from generator.network.names import Name
from generator.network.optimizers import State

MOST_POINTS = 500  # of the curve of a run, and its end
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
    curve: the loss after so many updates, for a plot: of every step, or of evenly spaced ones;
    the final loss ends it where a step's loss is that of all samples too.
    """

    steps: int
    batch_size: int
    samples: int
    losses: tuple[tuple[int, float], ...]
    final_loss: float
    curve: tuple[tuple[int, float], ...]


def run(example: Example) -> Run:
    """Train to the end; the milestones are 1, 2, 5, 10, 20, 50, ... and the last step."""
    losses, curve = [], []
    stride = curve_stride(example)
    for number, last in enumerate(train(example), start=1):
        assert last.forward.loss is not None
        loss = float(last.forward.loss.total)
        if is_milestone(number) or number == example.steps:
            losses.append((number, loss))
        if (number - 1) % stride == 0:
            curve.append((number - 1, loss))
    final = final_pass(example, last)
    assert final.loss is not None
    if example.batch_size >= len(example.samples):
        curve.append((example.steps, float(final.loss.total)))
    return Run(
        steps=example.steps,
        batch_size=example.batch_size,
        samples=len(example.samples),
        losses=tuple(losses),
        final_loss=float(final.loss.total),
        curve=tuple(curve),
    )


def curve_stride(example: Example) -> int:
    """Every how many steps a curve has a point; so that no batch is met more than another."""
    stride = -(-example.steps // MOST_POINTS)
    batches = -(-len(example.samples) // example.batch_size)
    while stride > 1 and gcd(stride, batches) > 1:
        stride += 1
    return stride


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
        done = LawStep(tuple(batch), values, gradients, updated, state if updated else None)
        is_late = step > ALWAYS_CHECKED and step != example.steps and not is_milestone(step)
        if not is_late or not np.isfinite(values.loss.total if values.loss else 0):
            _check_finite(done, step)
        yield done
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
    _check_finite(LawStep((), values, None, None, None), example.steps + 1)
    return values


def law(example: Example, values: ForwardPass, name: Naming = unnamed) -> LawGradients:
    """All gradients of one forward pass, from the last layer to the first."""
    assert example.loss is not None
    last = example.layers[-1].activation.name
    outputs, count = values.outputs.shape
    share = outputs if example.loss.is_mean else 1
    targets: Any = values.targets
    fused = example.loss.from_logits.get(last)
    if fused:
        gradient = fused.slope(targets, values.layers[-1].pre_activations) / share
    else:
        gradient = example.loss.term.slope(targets, values.outputs) / share
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

    def arrays(like: Any, trains: bool) -> State:
        if like is None or not trains:
            return {}
        return {
            name: np.full_like(like, float(optimizer.initial.get(name, 0)))
            for name in optimizer.state
        }

    return tuple(
        LayerState(arrays(own.weights, layer.trains_weights), arrays(own.bias, layer.trains_biases))
        for layer, own in zip(example.layers, parameters, strict=True)
    )


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
    if not np.isfinite(numbers["learning_rate"]):
        raise NotFinite(Name("learning_rate", step=step - 1), "too large for a float64 number")

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


def _check_finite(step: LawStep, number: int) -> None:
    """Raise NotFinite, naming the first value of a step that is inf or nan."""
    if all(np.isfinite(array).all() for _, array in _arrays(step, number)):
        return
    for name, array in _arrays(step, number):
        for index in np.argwhere(~np.isfinite(array)):
            unit, other = (*(int(i) for i in index), None, None)[:2]
            inner = name.of or name
            if inner.role == "weight":
                inner = replace(inner, unit=unit, source=other)
            elif inner.role == "bias":
                inner = replace(inner, unit=unit)
            elif unit is not None:
                inner = replace(inner, unit=unit, sample=other)
            named = replace(name, of=inner) if name.of else inner
            undefined = np.isnan(array[tuple(index)])
            why = "0/0 in float64, or undefined otherwise" if undefined else "too large for float64"
            raise NotFinite(named, why)


def _arrays(step: LawStep, number: int) -> Iterator[tuple[Name, Any]]:
    """Every array that a step computes, in the order of the computation, with a name for it."""
    before = number - 1
    for layer, own in enumerate(step.forward.layers, start=1):
        yield Name("pre_activation", layer, step=before), own.pre_activations
        yield Name("activation", layer, step=before), own.activations
    if step.forward.loss is not None:
        yield Name("loss", step=before), step.forward.loss.total
    if step.gradients is not None:
        yield Name("gradient", of=Name("input", step=before)), step.gradients.input_gradients
        for layer, signals in enumerate(step.gradients.error_signals, start=1):
            yield Name("gradient", of=Name("pre_activation", layer, step=before)), signals
        for layer, gradient in enumerate(step.gradients.parameters, start=1):
            yield Name("gradient", of=Name("weight", layer, step=before)), gradient.weights
            if gradient.bias is not None:
                yield Name("gradient", of=Name("bias", layer, step=before)), gradient.bias
    for layer, updated in enumerate(step.updated or (), start=1):
        yield Name("weight", layer, step=number), updated.weights
        if updated.bias is not None:
            yield Name("bias", layer, step=number), updated.bias
    for layer, state in enumerate(step.state or (), start=1):
        for role, array in state.weights.items():
            yield Name(role, of=Name("weight", layer), step=number), array
        for role, array in state.bias.items():
            yield Name(role, of=Name("bias", layer), step=number), array
