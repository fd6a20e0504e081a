"""The backward pass of a page: each layer from its error signals to its gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from generator.algebra import Expression, Quantity, evaluate
from generator.algebra.expression import as_expression, divide
from generator.network.backward import Gradient
from generator.network.training import TrainingStep
from generator.page.arrays import recursion
from generator.page.equations import (
    Equation,
    Gradients,
    Writer,
    block,
    blocks,
    local_derivative,
)
from generator.page.outline import BackwardLayer, Stage, Unit, Values
from generator.page.tables import layer_title

MOST_PATHS = 4  # that are shown one by one
THROUGH_ALL = ", through all outputs of the layer"


def backward_layers(step: TrainingStep, sample: int, write: Writer) -> Iterator[BackwardLayer]:
    """The layers from the last to the first, for one sample."""
    gradients = step.by_sample[sample]
    last = len(step.example.layers) - 1
    for index in reversed(range(last + 1)):
        own, layer = step.forward.parameters[index], step.example.layers[index]
        first, *others = own.weights.flat
        (path,) = gradients[first].contributions
        is_coupled = len(gradients[path.consumer].contributions) > 1
        whole = (write.chain if is_coupled else write.three_factors)(gradients, first)
        units = tuple(_other_units(step, index, sample, is_coupled, write))
        other_weights = blocks([write.gradient(gradients[weight]) for weight in others])
        biases = own.bias.flat if own.bias is not None else ()
        yield BackwardLayer(
            title=layer_title(step.example, index),
            number=index + 1,
            paths=0 if index == last else step.example.layers[index + 1].units,
            is_coupled=is_coupled,
            has_shortcut=bool(_shortcuts(step, index, sample, write)),
            is_relu=layer.activation.name == "relu",
            silent=tuple(_silent(step, index, sample, write)),
            first_unit=write.symbols.unit_in_words(index + 1, 0),
            stages=tuple(_stages(step, index, sample, is_coupled, write)),
            other_units=units,
            signals=tuple(_signals(step, index, sample, units, write)),
            recursion=recursion(step, index, write) if index < last else None,
            factors=None if is_coupled else block([replace(whole, anchor="", rows=whole.rows[:1])]),
            first_weight=write.symbol(first),
            weight=block([write.local_derivative(path, first), whole]),
            other_weights=other_weights,
            gradients=tuple(_gradients(gradients, own.weights.flat, index, write)),
            biases=blocks([write.gradient(gradients[bias]) for bias in biases]),
            has_shared_bias=layer.shared_bias,
        )


def _silent(step: TrainingStep, index: int, sample: int, write: Writer) -> Iterator[str]:
    """The units whose activation has the slope 0, by name."""
    gradients = step.by_sample[sample]
    for unit, z in enumerate(step.forward.layers[index].pre_activations[:, sample]):
        if all(evaluate(path.local) == 0 for path in gradients[z].contributions):
            yield write.symbols.unit_in_words(index + 1, unit)


def _stages(
    step: TrainingStep, index: int, sample: int, is_coupled: bool, write: Writer
) -> Iterator[Stage]:
    """The first unit's way to its error signal, every derivative worked out."""
    place = (step, index, sample, 0, write)
    a = step.forward.layers[index].activations[0, sample]
    towards = _activation_gradient(step.by_sample[sample], a, write, in_full=True)
    yield Stage("towards", block(towards))
    if is_coupled:
        yield Stage("mixed", block([*_slopes(*place), *_error_signal(*place)]))
    else:
        yield Stage("slope", block(_slopes(*place)))
        yield Stage("signal", block(_error_signal(*place)))


def _other_units(
    step: TrainingStep, index: int, sample: int, is_coupled: bool, write: Writer
) -> Iterator[Unit]:
    """The same for the other units; of coupled ones first all gradients, then all signals."""
    gradients, layer = step.by_sample[sample], step.forward.layers[index]
    names = [write.symbols.heading(index + 1, unit) for unit in range(len(layer.activations))]
    for unit, a in enumerate(layer.activations[:, sample]):
        place = (step, index, sample, unit, write)
        if unit:
            equations = list(_activation_gradient(gradients, a, write, in_full=False))
            if not is_coupled:
                equations += [*_slopes(*place), *_error_signal(*place)]
            yield Unit(names[unit], block(equations))
    for unit, name in enumerate(names):
        if unit and is_coupled:
            place = (step, index, sample, unit, write)
            equations = [*_slopes(*place), *_error_signal(*place)]
            yield Unit(f"{name}{THROUGH_ALL}", block(equations))


def _signals(
    step: TrainingStep, index: int, sample: int, others: tuple[Unit, ...], write: Writer
) -> Iterator[Values]:
    """A row for each unit: the gradient in its activation, its slope if it has one, its signal.

    others: the units whose equations are folded away, and with them their anchors.
    """
    gradients, layer = step.by_sample[sample], step.forward.layers[index]
    folded = {unit.name: unit.block.anchors for unit in others}
    for unit, (z, a) in enumerate(
        zip(layer.pre_activations[:, sample], layer.activations[:, sample], strict=True)
    ):
        name = write.symbols.heading(index + 1, unit)
        path, *mixed = gradients[z].contributions
        slope = [] if mixed else [local_derivative(path, z)]
        shown = [gradients[a].quantity, *slope, gradients[z].quantity]
        anchors = [*folded.get(name, ()), *folded.get(f"{name}{THROUGH_ALL}", ())]
        words = write.symbols.unit_in_words(index + 1, unit)
        yield Values(tuple(anchors), words, tuple(map(write.stated, shown)))


def _gradients(
    gradients: Mapping[Quantity, Gradient], weights: Iterable[Quantity], index: int, write: Writer
) -> Iterator[Values]:
    """A row for each weight: where it leads, its gradient in symbols and its value."""
    for number, weight in enumerate(weights):
        gradient = gradients[weight].quantity
        assert gradient.definition is not None, gradient
        source, target = write.symbols.ends(weight.name)
        symbol = write.symbols.partial(gradient.name)
        anchors = (symbol.key,) if number else ()
        value = write.value(gradient, write.digits)
        cells = (source, target, f"${write.written(gradient.definition)}$", f"${value}$")
        yield Values(anchors, symbol.latex, cells)


def _activation_gradient(
    gradients: Gradients, a: Quantity, write: Writer, in_full: bool
) -> Iterator[Equation]:
    """The loss's gradient in an activation; in full with every local derivative on the way."""
    paths = gradients[a].contributions
    is_output = not isinstance(paths[0].upstream, Quantity)
    if is_output and paths[0].consumer not in gradients:  # the loss has this one term
        equation = write.local_derivative(paths[0], a, derived=in_full)
        yield replace(equation, anchor=write.symbols(gradients[a].quantity.name).key)
    elif is_output or (in_full and len(paths) <= MOST_PATHS):
        for path in paths:
            yield write.local_derivative(path, a, derived=is_output and in_full)
        yield write.chain(gradients, a)
    else:
        yield write.gradient(gradients[a])


def _slopes(
    step: TrainingStep, index: int, sample: int, unit: int, write: Writer
) -> Iterator[Equation]:
    """The derivatives of the activations in a unit's pre-activation: one, or all of a softmax."""
    z = step.forward.layers[index].pre_activations[unit, sample]
    paths = step.by_sample[sample][z].contributions
    for path in paths:
        yield write.local_derivative(path, z, derived=unit == 0 and len(paths) == 1)


def _error_signal(
    step: TrainingStep, index: int, sample: int, unit: int, write: Writer
) -> Iterator[Equation]:
    """The product of a unit's gradient and slope, and its shortcut if it has one."""
    gradients = step.by_sample[sample]
    z = step.forward.layers[index].pre_activations[unit, sample]
    yield write.chain(gradients, z)
    shortcuts = _shortcuts(step, index, sample, write)
    if shortcuts:
        yield write.shortcut(gradients[z], shortcuts[unit])


def _shortcuts(
    step: TrainingStep, index: int, sample: int, write: Writer
) -> tuple[Expression, ...]:
    """The short form of each unit's error signal; none where rounding makes one of them differ."""
    signals = step.forward.layers[index].pre_activations[:, sample]
    found = []
    for unit, z in enumerate(signals):
        shortcut = _shortcut(step, index, sample, unit)
        if shortcut is None or not write.comes_to(shortcut, step.by_sample[sample][z].quantity):
            return ()
        found.append(shortcut)
    return tuple(found)


def has_shortcut(step: TrainingStep, sample: int) -> bool:
    """Whether the last layer's error signals are one subtraction, output minus target."""
    return _shortcut(step, len(step.example.layers) - 1, sample, 0) is not None


def _shortcut(step: TrainingStep, index: int, sample: int, unit: int) -> Expression | None:
    """An output's error signal in one subtraction, where the loss has that form."""
    example, values = step.example, step.forward
    fused = example.loss and example.loss.from_logits.get(example.layers[-1].activation.name)
    if not fused or index != len(example.layers) - 1 or values.targets is None:
        return None
    targets = values.targets[:, sample]
    if fused.needs_distribution and sum(target.value for target in targets) != 1:
        return None
    difference = fused.shortcut(targets[unit], values.outputs[unit, sample])
    if example.loss and example.loss.is_mean and len(targets) > 1:
        return divide(difference, as_expression(len(targets)))
    return difference
