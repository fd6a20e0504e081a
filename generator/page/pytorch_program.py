"""The PyTorch program of a page: autograd, torch.optim and float64, as one writes it there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from generator.network.example import Example
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.page.program import (
    activation_code,
    filled,
    is_fused,
    loss_argument,
    loss_code,
    moves,
    name_of_all,
    over_weights,
    parameters_of,
    with_used_samples,
)
from generator.page.python_text import call, number, numbers

RENAMED = {"learning_rate": "lr"}  # what PyTorch calls otherwise than we do


def pytorch_program(example: Example, result_digits: int) -> str:
    """The example in PyTorch, as one writes it there: autograd, torch.optim, float64."""
    example = with_used_samples(example)
    inputs = numbers(sample.inputs for sample in example.samples)
    given = [call(f"{name_of_all('x', example)} = torch.tensor(", [inputs])]
    if example.loss:
        given.append(
            call(f"{name_of_all('t', example)} = torch.tensor(", [_torch_targets(example)])
        )
    grad = ["requires_grad=True"] if example.loss else []
    parameters = []
    for index, layer in enumerate(example.layers, start=1):
        parameters.append(call(f"W{index} = torch.tensor(", [numbers(layer.weights), *grad]))
        if layer.biases:
            (biases,) = numbers([layer.biases])
            own = biases[0] if layer.shared_bias else biases
            parameters.append(call(f"b{index} = torch.tensor(", [own, *grad]))
    *hidden, last = [_torch_layer(example, index) for index in range(len(example.layers))]
    return filled(
        "program_pytorch.py.jinja",
        example,
        result_digits,
        given=given,
        parameters=parameters,
        hidden=[f"a{index} = {line}" for index, line in enumerate(hidden, start=1)],
        last=last,
        loss_argument=loss_argument(example),
        loss=_torch_loss(example) if example.loss else "",
        penalty=list(_torch_penalty(example)),
        optimizer=_torch_optimizer(example),
        scheduler=_torch_scheduler(example),
    )


def _torch_targets(example: Example) -> Any:
    """Targets as PyTorch's loss wants them: class indices where its cross-entropy has those."""
    rows = [sample.targets for sample in example.samples]
    is_one_hot = all(sorted(row) == sorted([*[0] * (len(row) - 1), 1]) for row in rows)
    if example.loss and example.loss.name == "cross_entropy" and is_one_hot:
        return [str(row.index(Decimal(1))) for row in rows]
    return numbers(rows)


def _torch_layer(example: Example, index: int) -> str:
    layer, x = example.layers[index], f"a{index}" if index else "x"
    z = f"{x} @ W{index + 1}.T" + (f" + b{index + 1}" if layer.biases else "")
    if index == len(example.layers) - 1 and is_fused(example):
        return z
    parameters = {key: number(value) for key, value in layer.activation.parameters.items()}
    return activation_code(layer).pytorch.format(z=z, **parameters)


def _torch_loss(example: Example) -> str:
    """The loss by PyTorch's own reduction, divided where that is not the one asked for."""
    assert example.loss is not None
    several = len(example.samples) > 1
    divisor = ""
    if example.loss.is_mean:
        reduction = "sum" if several and example.reduction == "sum" else "mean"
        divisor = f" / {example.outputs}" if reduction == "sum" and example.outputs > 1 else ""
    elif example.reduction == "mean" and example.loss.sample_mean:
        reduction = example.loss.sample_mean
    else:
        reduction = "sum"
        divisor = " / len(t)" if several and example.reduction == "mean" else ""
    parameters = {key: number(value) for key, value in example.loss.parameters.items()}
    named = "" if reduction == "mean" else f', reduction="{reduction}"'
    code = loss_code(example).pytorch
    return (
        code.format(y=loss_argument(example), reduction=named, reduce=reduction, **parameters)
        + divisor
    )


def _torch_penalty(example: Example) -> Iterator[str]:
    if example.loss and example.l1:
        yield f"loss += {number(example.l1)} * {over_weights(example, '{W}.abs().sum()')}"
    if example.loss and example.l2:
        yield f"loss += 0.5 * {number(example.l2)} * {over_weights(example, '{W}.square().sum()')}"


def _torch_optimizer(example: Example) -> str:
    """The optimizer with the parameters that it moves."""
    if not moves(example):
        return ""
    assert example.optimizer is not None
    trained = [own.name for own in parameters_of(example) if own.trains]
    settings = _settings(OPTIMIZERS[example.optimizer.name], example.optimizer.settings)
    arguments: list[Any] = [trained, *settings]
    return call(f"optimizer = torch.optim.{example.optimizer.pytorch}(", arguments)


def _torch_scheduler(example: Example) -> str:
    if not _torch_optimizer(example) or example.schedule.name == "constant" or example.steps == 1:
        return ""
    settings = _settings(SCHEDULES[example.schedule.name], example.schedule.settings)
    arguments = ["optimizer", *settings]
    name = f"torch.optim.lr_scheduler.{example.schedule.pytorch}"
    return call(f"scheduler = {name}(", arguments)


def _settings(entry: Callable[..., Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """The learning rate, and of the other settings those that are not PyTorch's defaults."""
    defaults = inspect.signature(entry).parameters
    for name, value in settings.items():
        if name == "learning_rate" or value != defaults[name].default:
            yield f"{RENAMED.get(name, name)}={_setting(value)}"


def _setting(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(number(part) for part in value)})"
    return number(value) if isinstance(value, Decimal) else str(value)
