"""The NumPy program of a page: the backward pass by the layers' matrix laws, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from generator.network.example import Example, Layer
from generator.page.program import (
    activation_code,
    filled,
    frozen_names,
    is_fused,
    loss_argument,
    loss_code,
    moves,
    name_of_all,
    over_weights,
    parameters_of,
    samples_at_once,
    with_used_samples,
)
from generator.page.python_text import call, factor, function, mentions, number, numbers, renamed


def numpy_program(example: Example, result_digits: int) -> str:
    """The example in plain NumPy, with the backward pass by the layers' matrix laws."""
    example = with_used_samples(example)
    inputs = numbers(sample.inputs for sample in example.samples)
    given = [call(f"{name_of_all('x', example)} = np.array(", [inputs], ").T")]
    if example.loss:
        rows = numbers(sample.targets for sample in example.samples)
        given.append(call(f"{name_of_all('t', example)} = np.array(", [rows], ").T"))
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
    return filled(
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


def _is_linear(layer: Layer) -> bool:
    return activation_code(layer).value == "z"


def _is_numpys(layer: Layer) -> bool:
    """Whether NumPy has the activation by its name."""
    return activation_code(layer).value == f"np.{layer.activation.name}(z)"


def _is_coupled(layer: Layer) -> bool:
    return mentions(activation_code(layer).slope, "gradient")


def _keeps_z(example: Example, index: int) -> bool:
    """Whether the backward pass or the loss reads a layer's pre-activations."""
    layer = example.layers[index]
    if index == len(example.layers) - 1 and is_fused(example):
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
    needed = kept[-2:] if is_fused(example) else kept[-1:]
    return [*needed] if len(needed) == len(kept) else ["*_", *needed]


def _loss_input(example: Example) -> str:
    return f"{'z' if is_fused(example) else 'a'}{len(example.layers)}"


def _constants(example: Example) -> Iterator[str]:
    """The numbers of the loss, the penalty, the optimizer and its schedule that a program reads."""
    if example.loss:
        for name, value in example.loss.parameters.items():
            if mentions(loss_code(example).value, name):
                yield f"{name} = {number(value)}"
        for name, value in (("l1", example.l1), ("l2", example.l2)):
            if value:
                yield f"{name} = {number(value)}"
    if not moves(example):
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
    if _has_update_function(example) and moves(example):
        assert example.optimizer is not None
        arguments = ["w", "g", *(["state"] if example.optimizer.state else [])]
        arguments += ["step"] if _reads_step(example) else []
        head = f"{example.optimizer.name}({', '.join(arguments)})"
        code = example.optimizer.code
        yield function(head, "Update a parameter w by its gradient g.", "\n".join(code))


def _activation_functions(example: Example, layer: Layer) -> Iterator[str]:
    name, code = layer.activation.name, activation_code(layer)
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
    return example.layers[:-1] if is_fused(example) else example.layers


def _loss_function(example: Example) -> str:
    assert example.loss is not None
    *lines, terms = loss_code(example).value.splitlines()
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
    if example.l1:
        lines.append(f"loss += l1 * {over_weights(example, 'np.sum(np.abs({W}))')}")
    if example.l2:
        lines.append(f"loss += 0.5 * l2 * {over_weights(example, 'np.sum({W}**2)')}")
    head = f"loss_function({loss_argument(example)}, t)"
    doc = "From the logits z and the targets t." if is_fused(example) else ""
    last = "loss" if example.has_penalty else value
    comment = f"  # {comment}" if comment and not example.has_penalty else ""
    return function(head, doc, "\n".join([*lines, last + comment]))


def _output_slope(example: Example) -> list[str]:
    """The loss's derivative in the last activations, or, where it is fused, pre-activations.

    The last line is an expression; the others come before it.
    """
    assert example.loss is not None
    code = loss_code(example).slope
    fused = example.loss.from_logits.get(example.layers[-1].activation.name)
    if fused and fused.needs_distribution and not _are_distributions(example):
        code = "y * t.sum(axis=0) - t"
    *lines, slope = renamed(code, {"y": f"a{len(example.layers)}"}).splitlines()
    divisor = {
        (True, True): "t.size",
        (True, False): "t.shape[1]",
        (False, True): "len(t)",
    }.get(
        (
            samples_at_once(example) > 1 and example.reduction == "mean",
            example.loss.is_mean and example.outputs > 1,
        )
    )
    return [*lines, f"{factor(slope)} / {divisor}" if divisor else slope]


def _are_distributions(example: Example) -> bool:
    return all(sum(sample.targets) == 1 for sample in example.samples)


def _backward(example: Example) -> Iterator[list[str]]:
    """The lines of each layer, from the last to the first: delta, then the gradients."""
    if not example.loss:
        return
    for index in reversed(range(len(example.layers))):
        layer, k = example.layers[index], index + 1
        lines: list[str] = []
        if k == len(example.layers):
            *lines, above = _output_slope(example)
            if "np." in above or lines:
                lines.append(f"gradient = {above}  # in a{k}")
                above = "gradient"
            product = factor(above)
        else:
            above = f"W{k + 1}.T @ delta{k + 1}"
            product = f"({above})"
        if _is_linear(layer) or (k == len(example.layers) and is_fused(example)):
            delta = above
        elif _is_coupled(layer):
            delta = f"{layer.activation.name}_backward(a{k}, {above})"
        else:
            delta = f"{product} * {_apply(layer, '_slope', f'z{k}')}"
        lines.append(f"delta{k} = {delta}")
        gradient = f"delta{k} @ {f'a{index}' if index else 'x'}.T"
        gradient += f" + l1 * np.sign(W{k})" if example.l1 else ""
        gradient += f" + l2 * W{k}" if example.l2 else ""
        lines.append(f"dW{k} = {gradient}")
        if layer.shared_bias:
            lines.append(f"db{k} = delta{k}.sum()")
        elif layer.biases:
            is_one = samples_at_once(example) == 1
            lines.append(f"db{k} = delta{k}" + ("" if is_one else ".sum(axis=1, keepdims=True)"))
        yield lines


def _has_update_function(example: Example) -> bool:
    """Whether an update takes more than a line."""
    return example.trains and example.optimizer is not None and len(example.optimizer.code) > 1


def _reads_step(example: Example) -> bool:
    return example.optimizer is not None and mentions("\n".join(example.optimizer.code), "step")


def _state(example: Example) -> Iterator[str]:
    """What the optimizer remembers at the start, for each parameter."""
    if not moves(example) or not example.optimizer or not example.optimizer.state:
        return
    initial = example.optimizer.initial
    arrays = [f'"{n}": {number(initial.get(n, Decimal(0)))}' for n in example.optimizer.state]
    names = ", ".join(f'"{own.name}"' for own in parameters_of(example) if own.trains)
    entries, loop = f"name: {{{', '.join(arrays)}}}", f"for name in [{names}]"
    yield call("state = {", [f"{entries} {loop}"], "}", f"{entries}\n    {loop}")
    if example.steps == 1 and _reads_step(example):
        yield "step = 1"


def _update_comment(example: Example) -> str:
    if not moves(example):
        return "No update: every parameter is frozen"
    frozen = frozen_names(example)
    stays = "stay as they are" if " and " in frozen else "stays as it is"
    return f"Update; {frozen} {stays}" if frozen else "Update"


def _update(example: Example) -> Iterator[str]:
    if not moves(example):
        return
    assert example.optimizer is not None
    if example.schedule.name != "constant" and example.steps > 1:
        *lines, rate = example.schedule.code.splitlines()
        yield from [*lines, f"learning_rate = {rate}"]
    for own in parameters_of(example):
        if own.trains and _has_update_function(example):
            arguments = [own.name, f"d{own.name}"]
            arguments += [f'state["{own.name}"]'] if example.optimizer.state else []
            arguments += ["step"] if _reads_step(example) else []
            yield f"{own.name} = {example.optimizer.name}({', '.join(arguments)})"
        elif own.trains:
            (line,) = example.optimizer.code
            yield f"{own.name} = {renamed(line, {'w': own.name, 'g': f'd{own.name}'})}"
