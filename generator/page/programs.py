"""Two whole programs that print a page's numbers: one in NumPy, one in PyTorch.

Both are text, made from the example alone: its numbers as they were typed, and of
every table only the entry that it uses, from the entry's own `code`. They need
nothing of this project, and print the same lines in the same order.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generator.algebra import Code
from generator.network.example import Example, Layer
from generator.network.law import is_milestone
from generator.network.optimizers import OPTIMIZERS
from generator.page.markdown import environment
from generator.page.python_text import (
    WIDTH,
    call,
    factor,
    function,
    mentions,
    number,
    numbers,
    renamed,
    tidy,
)

CLASSES = {"learning_rate": "lr"}  # what PyTorch calls otherwise than we do


def numpy_program(example: Example, result_digits: int) -> str:
    """The example in plain NumPy, with the backward pass by the layers' matrix laws."""
    example = _without_unused_samples(example)
    given = [
        call(
            f"{_all('x', example)} = np.array(", [numbers(s.inputs for s in example.samples)], ").T"
        )
    ]
    if example.loss:
        rows = numbers(sample.targets for sample in example.samples)
        given.append(call(f"{_all('t', example)} = np.array(", [rows], ").T"))
    parameters = []
    for index, layer in enumerate(example.layers, start=1):
        parameters.append(call(f"W{index} = np.array(", [numbers(layer.weights)]))
        if layer.shared_bias:
            parameters.append(f"b{index} = {number(layer.biases[0])}")
        elif layer.biases:
            column = numbers([bias] for bias in layer.biases)
            parameters.append(call(f"b{index} = np.array(", [column]))
    passing = [_forward_line(example, index) for index in range(len(example.layers))]
    kept = _kept(example)
    return _filled(
        "program_numpy.py.jinja",
        example,
        result_digits,
        given=given,
        parameters=parameters,
        constants=list(_constants(example)),
        state=list(_state(example)),
        functions=list(_functions(example)),
        forward=[line for lines in passing for line in lines],
        kept=", ".join(kept),
        again=", ".join(_again(example, kept)),
        loss_input=_loss_input(example),
        backward=list(_backward(example)),
        update=list(_update(example)),
        update_comment=_update_comment(example),
    )


def pytorch_program(example: Example, result_digits: int) -> str:
    """The example in PyTorch, as one writes it there: autograd, torch.optim, float64."""
    example = _without_unused_samples(example)
    inputs = numbers(sample.inputs for sample in example.samples)
    given = [call(f"{_all('x', example)} = torch.tensor(", [inputs])]
    if example.loss:
        given.append(call(f"{_all('t', example)} = torch.tensor(", [_torch_targets(example)]))
    parameters = []
    for index, layer in enumerate(example.layers, start=1):
        weights = [numbers(layer.weights), "requires_grad=True"]
        parameters.append(call(f"W{index} = torch.tensor(", weights))
        if layer.biases:
            (biases,) = numbers([layer.biases])
            own = biases[0] if layer.shared_bias else biases
            parameters.append(call(f"b{index} = torch.tensor(", [own, "requires_grad=True"]))
    *hidden, last = [_torch_layer(example, index) for index in range(len(example.layers))]
    return _filled(
        "program_pytorch.py.jinja",
        example,
        result_digits,
        given=given,
        parameters=parameters,
        hidden=[f"a{index} = {line}" for index, line in enumerate(hidden, start=1)],
        last=last,
        is_fused=_is_fused(example),
        loss=_torch_loss(example) if example.loss else "",
        penalty=list(_torch_penalty(example)),
        optimizer=_torch_optimizer(example),
        scheduler=_torch_scheduler(example),
    )


@dataclass(frozen=True)
class Parameter:
    """A weight matrix or a bias as the programs call it; trains: whether it moves."""

    name: str
    trains: bool
    shown: str


def _filled(template: str, example: Example, digits: int, **values: Any) -> str:
    """A program from its template, formatted; `math` is imported where it is used."""
    count = len(example.samples)
    parameters = list(_parameters(example))
    milestones = [step for step in range(1, example.steps + 1) if is_milestone(step)]
    if example.steps not in milestones:
        milestones.append(example.steps)
    text = (
        environment()
        .get_template(template)
        .render(
            title=_title(example),
            digits=digits,
            has_loss=example.loss is not None,
            trains=example.trains,
            steps=example.steps if example.trains else 1,
            samples=count,
            is_batched=_is_batched(example),
            batches=-(-count // example.batch_size),
            batch_size=example.batch_size,
            milestones="(" + ", ".join(str(step) for step in milestones) + ")",
            all_parameters=parameters,
            trained=[own for own in parameters if own.trains],
            frozen=_frozen(example),
            uses_functional=any("F." in str(value) for value in values.values()),
            **values,
        )
    )
    return tidy(("import math\n\n" if "math." in text else "") + text)


def _title(example: Example) -> str:
    sizes = "-".join(str(size) for size in (example.inputs, *(o.units for o in example.layers)))
    what = "A forward and a backward pass" if example.loss else "A forward pass"
    if example.trains:
        what = "One training step" if example.steps == 1 else f"{example.steps} training steps"
    return f"{what} of a {sizes} network"


def _without_unused_samples(example: Example) -> Example:
    """One step takes the first batch alone, as the page does."""
    if example.trains and example.steps == 1:
        return replace(example, samples=tuple(example.samples[i] for i in example.batch(1)))
    return example


def _is_batched(example: Example) -> bool:
    return example.trains and example.batch_size < len(example.samples)


def _samples_at_once(example: Example) -> int:
    count = len(example.samples)
    return min(example.batch_size, count) if example.trains else count


def _all(name: str, example: Example) -> str:
    """What all samples are called: x and t are those of a batch where there are batches."""
    return name.upper() if _is_batched(example) else name


def _parameters(example: Example) -> Iterator[Parameter]:
    for index, layer in enumerate(example.layers, start=1):
        yield Parameter(f"W{index}", layer.trains_weights, f"W{index}")
        if layer.biases:
            shown = f"b{index}" if layer.shared_bias else f"b{index}.T"
            yield Parameter(f"b{index}", layer.trains_biases, shown)


def _moves(example: Example) -> bool:
    """Whether an update changes any parameter."""
    return example.trains and any(own.trains for own in _parameters(example))


def _frozen(example: Example) -> str:
    """The names of the parameters that no update moves: `b1`, `b1 and b2`, `W1, b1 and b2`."""
    names = [own.name for own in _parameters(example) if not own.trains]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


# NumPy


def _code(layer: Layer) -> Code:
    code = layer.activation.code
    assert code is not None, layer.activation.name
    return code


def _is_linear(layer: Layer) -> bool:
    return _code(layer).value == "z"


def _is_numpys(layer: Layer) -> bool:
    """Whether NumPy has the activation by its name."""
    return _code(layer).value == f"np.{layer.activation.name}(z)"


def _is_coupled(layer: Layer) -> bool:
    return mentions(_code(layer).slope, "gradient")


def _is_fused(example: Example) -> bool:
    """Whether the loss is computed from the logits of the last layer."""
    last = example.layers[-1].activation.name
    return example.loss is not None and last in example.loss.from_logits


def _keeps_z(example: Example, index: int) -> bool:
    """Whether the backward pass or the loss reads a layer's pre-activations."""
    layer = example.layers[index]
    if index == len(example.layers) - 1 and _is_fused(example):
        return True
    return example.loss is not None and not (_is_linear(layer) or _is_coupled(layer))


def _apply(layer: Layer, what: str, z: str) -> str:
    """A call of a layer's activation, or of its slope, with its parameters."""
    name = layer.activation.name
    given = [z, *(number(value) for value in layer.activation.parameters.values())]
    known = "np." if not what and _is_numpys(layer) else ""
    return f"{known}{name}{what}({', '.join(given)})"


def _forward_line(example: Example, index: int) -> list[str]:
    layer, x = example.layers[index], f"a{index}" if index else "x"
    z = f"W{index + 1} @ {x}" + (f" + b{index + 1}" if layer.biases else "")
    if _is_linear(layer):
        return [f"a{index + 1} = {z}"]
    if _keeps_z(example, index):
        return [f"z{index + 1} = {z}", f"a{index + 1} = {_apply(layer, '', f'z{index + 1}')}"]
    return [f"a{index + 1} = {_apply(layer, '', z)}"]


def _kept(example: Example) -> list[str]:
    """What the forward pass returns: all that the backward pass reads, or the outputs."""
    count = len(example.layers)
    if not example.loss:
        return [f"a{count}"]
    names = []
    for index in range(count):
        names += [f"z{index + 1}"] if _keeps_z(example, index) else []
        names.append(f"a{index + 1}")
    return names


def _again(example: Example, kept: Sequence[str]) -> list[str]:
    """What a forward pass for the loss alone keeps of the same."""
    needed = kept[-2:] if _is_fused(example) else kept[-1:]
    return [*needed] if len(needed) == len(kept) else ["*_", *needed]


def _loss_input(example: Example) -> str:
    return f"{'z' if _is_fused(example) else 'a'}{len(example.layers)}"


def _constants(example: Example) -> Iterator[str]:
    """The numbers of the loss, the penalty, the optimizer and its schedule that a program reads."""
    if example.loss:
        for name, value in example.loss.parameters.items():
            yield f"{name} = {number(value)}"
        for name, value in (("l1", example.l1), ("l2", example.l2)):
            if value:
                yield f"{name} = {number(value)}"
    if not _moves(example):
        return
    assert example.optimizer is not None
    is_scheduled = example.schedule.name != "constant"
    rate = "initial_rate" if is_scheduled and example.steps > 1 else "learning_rate"
    yield f"{rate} = {number(example.optimizer.learning_rate)}"
    code = "\n".join(example.optimizer.code)
    for name, value in example.optimizer.numbers.items():
        if name != "learning_rate" and mentions(code, name):
            yield f"{name} = {number(value)}"
    if rate == "initial_rate":
        for name, setting in example.schedule.settings.items():
            yield f"{name} = {number(setting) if isinstance(setting, Decimal) else setting}"


def _functions(example: Example) -> Iterator[str]:
    """The activations with their slopes, the loss and the optimizer, those in use, once each."""
    for layer in {own.activation.name: own for own in example.layers}.values():
        if not _is_linear(layer):
            yield from _activation_functions(example, layer)
    if example.loss:
        yield _loss_function(example)
    if _has_update_function(example) and _moves(example):
        assert example.optimizer is not None
        arguments = ["w", "g", *(["state"] if example.optimizer.state else [])]
        arguments += ["step"] if _reads_step(example) else []
        head = f"{example.optimizer.name}({', '.join(arguments)})"
        code = example.optimizer.code
        yield function(head, "Update a parameter w by its gradient g.", "\n".join(code))


def _activation_functions(example: Example, layer: Layer) -> Iterator[str]:
    name, code = layer.activation.name, _code(layer)
    arguments = ", ".join(["z", *layer.activation.parameters])
    if not _is_numpys(layer):
        yield function(f"{name}({arguments})", "", code.value)
    slopes = {own.activation.name for own in _with_slopes(example)}
    if name not in slopes:
        return
    if _is_coupled(layer):
        doc = "From the gradient in the probabilities p to that in the logits."
        yield function(f"{name}_backward(p, gradient)", doc, code.slope)
    else:
        yield function(f"{name}_slope({arguments})", "", code.slope)


def _with_slopes(example: Example) -> Sequence[Layer]:
    """The layers that the backward pass goes through by their own derivative."""
    if not example.loss:
        return ()
    return example.layers[:-1] if _is_fused(example) else example.layers


def _loss_code(example: Example) -> Code:
    assert example.loss is not None
    code = example.loss.code_after(example.layers[-1].activation.name)
    assert code is not None, example.loss.name
    return code


def _loss_function(example: Example) -> str:
    assert example.loss is not None
    *lines, terms = _loss_code(example).value.splitlines()
    terms, _, comment = terms.partition("  # ")
    several = len(example.samples) > 1
    if example.loss.is_mean and not (several and example.reduction == "sum"):
        value = f"np.mean({terms})"
    else:
        value = f"np.sum({terms})"
        if several and example.loss.is_mean:
            value += " / len(t)"
        elif several and example.reduction == "mean":
            value += " / t.shape[1]"
    lines += [f"loss = {value}"] if example.has_penalty else []
    weights = _tuple([f"W{index + 1}" for index in range(len(example.layers))])
    if example.l1:
        lines.append(f"loss += l1 * sum(np.sum(np.abs(W)) for W in {weights})")
    if example.l2:
        lines.append(f"loss += 0.5 * l2 * sum(np.sum(W**2) for W in {weights})")
    head = f"loss_function({'z' if _is_fused(example) else 'y'}, t)"
    doc = "From the logits z and the targets t." if _is_fused(example) else ""
    last = "loss" if example.has_penalty else value
    comment = f"  # {comment}" if comment and not example.has_penalty else ""
    return function(head, doc, "\n".join([*lines, last + comment]))


def _tuple(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _output_slope(example: Example) -> str:
    """The loss's derivative in the last activations, or, where it is fused, pre-activations."""
    assert example.loss is not None
    code = _loss_code(example).slope
    fused = example.loss.from_logits.get(example.layers[-1].activation.name)
    if fused and fused.needs_distribution and not _are_distributions(example):
        code = "y * t.sum(axis=0) - t"
    code = renamed(code, {"y": f"a{len(example.layers)}"})
    several = _samples_at_once(example) > 1
    by_samples = several and example.reduction == "mean"
    by_outputs = example.loss.is_mean and example.outputs > 1
    divisor = {
        (True, True): "t.size",
        (True, False): "t.shape[1]",
        (False, True): "len(t)",
    }.get((by_samples, by_outputs))
    return f"{factor(code)} / {divisor}" if divisor else code


def _are_distributions(example: Example) -> bool:
    return all(sum(sample.targets) == 1 for sample in example.samples)


def _backward(example: Example) -> Iterator[list[str]]:
    """The lines of each layer, from the last to the first: delta, then the gradients."""
    if not example.loss:
        return
    for index in reversed(range(len(example.layers))):
        layer, k = example.layers[index], index + 1
        is_last = k == len(example.layers)
        above = _output_slope(example) if is_last else f"W{k + 1}.T @ delta{k + 1}"
        if (is_last and _is_fused(example)) or _is_linear(layer):
            delta = above
        elif _is_coupled(layer):
            delta = f"{layer.activation.name}_backward(a{k}, {above})"
        else:
            product = factor(above) if is_last else f"({above})"
            delta = f"{product} * {_apply(layer, '_slope', f'z{k}')}"
        lines = [f"delta{k} = {delta}"]
        gradient = f"delta{k} @ {f'a{index}' if index else 'x'}.T"
        gradient += f" + l1 * np.sign(W{k})" if example.l1 else ""
        gradient += f" + l2 * W{k}" if example.l2 else ""
        lines.append(f"dW{k} = {gradient}")
        if layer.shared_bias:
            lines.append(f"db{k} = delta{k}.sum()")
        elif layer.biases:
            is_one = _samples_at_once(example) == 1
            lines.append(f"db{k} = delta{k}" + ("" if is_one else ".sum(axis=1, keepdims=True)"))
        yield lines


def _has_update_function(example: Example) -> bool:
    """Whether an update takes more than a line."""
    return example.trains and example.optimizer is not None and len(example.optimizer.code) > 1


def _reads_step(example: Example) -> bool:
    return example.optimizer is not None and mentions("\n".join(example.optimizer.code), "step")


def _state(example: Example) -> Iterator[str]:
    """What the optimizer remembers at the start, for each parameter."""
    if not _moves(example) or not example.optimizer or not example.optimizer.state:
        return
    initial = example.optimizer.initial
    arrays = [f'"{n}": {number(initial.get(n, Decimal(0)))}' for n in example.optimizer.state]
    names = ", ".join(f'"{own.name}"' for own in _parameters(example) if own.trains)
    entries, loop = f"name: {{{', '.join(arrays)}}}", f"for name in [{names}]"
    line = f"state = {{{entries} {loop}}}"
    yield line if len(line) <= WIDTH else f"state = {{\n    {entries}\n    {loop}\n}}"
    if example.steps == 1 and _reads_step(example):
        yield "step = 1"


def _update_comment(example: Example) -> str:
    if not _moves(example):
        return "No update: every parameter is frozen"
    frozen = _frozen(example)
    stays = "stay as they are" if " and " in frozen else "stays as it is"
    return f"Update; {frozen} {stays}" if frozen else "Update"


def _update(example: Example) -> Iterator[str]:
    if not _moves(example):
        return
    assert example.optimizer is not None
    if example.schedule.name != "constant" and example.steps > 1:
        *lines, rate = example.schedule.code.splitlines()
        yield from [*lines, f"learning_rate = {rate}"]
    for own in _parameters(example):
        if own.trains and _has_update_function(example):
            arguments = [own.name, f"d{own.name}"]
            arguments += [f'state["{own.name}"]'] if example.optimizer.state else []
            arguments += ["step"] if _reads_step(example) else []
            yield f"{own.name} = {example.optimizer.name}({', '.join(arguments)})"
        elif own.trains:
            (line,) = example.optimizer.code
            yield f"{own.name} = {renamed(line, {'w': own.name, 'g': f'd{own.name}'})}"


# PyTorch


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
    if index == len(example.layers) - 1 and _is_fused(example):
        return z
    parameters = {key: number(value) for key, value in layer.activation.parameters.items()}
    return _code(layer).pytorch.format(z=z, **parameters)


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
    code = _loss_code(example).pytorch
    return code.format(y="y", reduction=named, reduce=reduction, **parameters) + divisor


def _torch_penalty(example: Example) -> Iterator[str]:
    weights = _tuple([f"W{index + 1}" for index in range(len(example.layers))])
    if example.loss and example.l1:
        yield f"loss += {number(example.l1)} * sum(W.abs().sum() for W in {weights})"
    if example.loss and example.l2:
        yield f"loss += 0.5 * {number(example.l2)} * sum(W.square().sum() for W in {weights})"


def _torch_optimizer(example: Example) -> str:
    """The optimizer with the parameters that it moves; of its settings those not by default."""
    if not _moves(example):
        return ""
    assert example.optimizer is not None
    trained = [own.name for own in _parameters(example) if own.trains]
    arguments: list[Any] = [trained]
    defaults = inspect.signature(OPTIMIZERS[example.optimizer.name]).parameters
    for name, value in example.optimizer.settings.items():
        if name == "learning_rate" or value != defaults[name].default:
            arguments.append(f"{CLASSES.get(name, name)}={_setting(value)}")
    return call(f"optimizer = torch.optim.{example.optimizer.pytorch}(", arguments)


def _torch_scheduler(example: Example) -> str:
    if not _torch_optimizer(example) or not example.schedule.pytorch or example.steps == 1:
        return ""
    settings = example.schedule.settings.items()
    arguments = ["optimizer", *(f"{name}={_setting(value)}" for name, value in settings)]
    name = f"torch.optim.lr_scheduler.{example.schedule.pytorch}"
    return call(f"scheduler = {name}(", arguments)


def _setting(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(number(part) for part in value)})"
    return number(value) if isinstance(value, Decimal) else str(value)
