"""Golden values: every number of an example in full float64, as JSON in PyTorch's layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from math import isclose, isfinite
from typing import Any

from generator.network.example import Example
from generator.network.forward import ForwardPass, LayerParameters
from generator.network.law import LawStep, LayerState, final_pass, is_milestone, train

FORMAT = 1
ALL_STEPS = 100
TOLERANCE, SMALLEST = 1e-9, 1e-12  # as between the ledgers


def golden_values(example: Example) -> str:
    """The JSON text; past a hundred steps it holds the milestones 1, 2, 5, 10, ... and the last."""
    steps, last = [], None
    for number, last in enumerate(train(example), start=1):
        if example.steps <= ALL_STEPS or number == example.steps or is_milestone(number):
            steps.append(_step(example, number, last))
    assert last is not None
    final = final_pass(example, last)
    optimizer = example.optimizer
    values = {
        "format": FORMAT,
        "title": example.title,
        "loss_function": example.loss.name if example.loss else None,
        **({"loss_parameters": _plain(example.loss.parameters)} if example.loss else {}),
        "reduction": example.reduction,
        "penalty": {"l1": float(example.l1), "l2": float(example.l2)},
        "optimizer": {"name": optimizer.name} | _plain(optimizer.settings) if optimizer else None,
        "schedule": {"name": example.schedule.name} | _plain(example.schedule.settings),
        "steps": steps,
        "final": {"loss": _loss(final), "outputs": final.outputs.T.tolist()},
    }
    return _json(values) + "\n"


def agree(one: str, other: str) -> bool:
    """Whether two texts hold the same values, but for what float64 may differ by between machines.

    exp and tanh are not the same to the last bit everywhere.
    """
    try:
        return _agree(json.loads(one), json.loads(other))
    except ValueError:
        return False


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_agree(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_agree, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=TOLERANCE, abs_tol=SMALLEST)
    return bool(one == other)


def _step(example: Example, number: int, step: LawStep) -> dict[str, Any]:
    return {
        "step": number,
        "loss": _loss(step.forward),
        "samples": [_sample(step, sample) for sample in range(len(step.samples))],
        "layers": [_layer(example, step, index) for index in range(len(example.layers))],
    }


def _sample(step: LawStep, sample: int) -> dict[str, Any]:
    values, gradients = step.forward, step.gradients

    def column(arrays: Any, index: int) -> Any:
        if not gradients:
            return []
        return [v if isfinite(v) else None for v in arrays[index][:, sample].tolist()]

    return {
        "inputs": values.inputs[:, sample].tolist(),
        "targets": [] if values.targets is None else values.targets[:, sample].tolist(),
        "loss": None if values.loss is None else float(values.loss.samples[sample]),
        "layers": [
            {
                "pre_activations": layer.pre_activations[:, sample].tolist(),
                "activations": layer.activations[:, sample].tolist(),
                "error_signals": column(gradients and gradients.error_signals, index),
                "activation_gradients": column(gradients and gradients.activation_gradients, index),
            }
            for index, layer in enumerate(values.layers)
        ],
        "input_gradients": gradients.input_gradients[:, sample].tolist() if gradients else [],
    }


def _layer(example: Example, step: LawStep, index: int) -> dict[str, Any]:
    old = step.forward.parameters[index]
    gradient = step.gradients.parameters[index] if step.gradients else LayerParameters(None, None)
    new = (step.updated or step.forward.parameters)[index]
    return {
        "activation": example.layers[index].activation.name,
        **_plain(example.layers[index].activation.parameters),
        "weights": old.weights.tolist(),
        "weight_gradients": [] if gradient.weights is None else gradient.weights.tolist(),
        "updated_weights": new.weights.tolist(),
        "biases": _flat(old.bias),
        "bias_gradients": _flat(gradient.bias),
        "updated_biases": _flat(new.bias),
        **({"state": _state(step.state[index])} if step.state is not None else {}),
    }


def _state(state: LayerState) -> dict[str, Any]:
    """What the optimizer keeps for a layer after the step, by PyTorch's names."""
    return {
        "weights": {name: array.tolist() for name, array in state.weights.items()},
        "biases": {name: _flat(array) for name, array in state.bias.items()},
    }


def _flat(bias: Any | None) -> list[float]:
    values: list[float] = [] if bias is None else bias.ravel().tolist()
    return values


def _loss(values: ForwardPass) -> float | None:
    return None if values.loss is None else float(values.loss.total)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON has them: decimals as floats, pairs as lists."""
    return {
        name: [float(part) for part in value]
        if isinstance(value, tuple)
        else float(value)
        if isinstance(value, Decimal)
        else value
        for name, value in parameters.items()
    }


def _json(value: Any, indent: str = "") -> str:
    """JSON with a line for each key and each innermost list of numbers on one line."""
    inner = indent + " "
    if isinstance(value, dict) and value:
        items = [f"{inner}{json.dumps(k)}: {_json(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return "[\n" + ",\n".join(inner + _json(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
