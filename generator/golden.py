"""Golden values: every number of an example in full float64, as JSON in PyTorch's layout."""

from __future__ import annotations

import json
from typing import Any

from generator.network.example import Example
from generator.network.forward import LayerParameters
from generator.network.law import LawStep, final_pass, train

FORMAT = 1
ALL_STEPS = 100


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
        "reduction": example.reduction,
        "optimizer": {"name": optimizer.rule.name, "learning_rate": float(optimizer.learning_rate)}
        if optimizer
        else None,
        "steps": steps,
        "final": {"loss": _number(final.loss), "outputs": final.outputs.T.tolist()},
    }
    return json.dumps(values, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def is_milestone(step: int) -> bool:
    """Whether a step is 1, 2 or 5 times a power of ten."""
    return str(step).rstrip("0") in ("1", "2", "5")


def _step(example: Example, number: int, step: LawStep) -> dict[str, Any]:
    return {
        "step": number,
        "loss": _number(step.forward.loss),
        "samples": [_sample(step, sample) for sample in range(len(example.samples))],
        "layers": [_layer(example, step, index) for index in range(len(example.layers))],
    }


def _sample(step: LawStep, sample: int) -> dict[str, Any]:
    values, gradients = step.forward, step.gradients

    def column(arrays: Any, index: int) -> Any:
        return arrays[index][:, sample].tolist() if gradients else []

    return {
        "inputs": values.inputs[:, sample].tolist(),
        "targets": [] if values.targets is None else values.targets[:, sample].tolist(),
        "loss": None if values.sample_losses is None else float(values.sample_losses[sample]),
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
        "weights": old.weights.tolist(),
        "weight_gradients": [] if gradient.weights is None else gradient.weights.tolist(),
        "updated_weights": new.weights.tolist(),
        "biases": _flat(old.bias),
        "bias_gradients": _flat(gradient.bias),
        "updated_biases": _flat(new.bias),
    }


def _flat(bias: Any | None) -> list[float]:
    values: list[float] = [] if bias is None else bias.ravel().tolist()
    return values


def _number(value: Any | None) -> float | None:
    return None if value is None else float(value)
