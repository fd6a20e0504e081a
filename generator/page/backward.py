"""The backward pass of a page: each layer from its error signals to its gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.algebra import Expression, Quantity, evaluate
from generator.algebra.expression import as_expression, divide
from generator.network.training import TrainingStep
from generator.page.equations import Equation, Gradients, Writer, block, blocks
from generator.page.outline import BackwardLayer, Unit
from generator.page.tables import layer_title

MOST_PATHS = 4  # that are shown one by one


def backward_layers(step: TrainingStep, sample: int, write: Writer) -> Iterator[BackwardLayer]:
    gradients = step.by_sample[sample]
    last = len(step.example.layers) - 1
    for index in reversed(range(last + 1)):
        own = step.forward.parameters[index]
        first, *others = own.weights.flat
        (path,) = gradients[first].contributions
        is_coupled = len(gradients[path.consumer].contributions) > 1
        product = write.chain if is_coupled else write.three_factors
        biases = own.bias.flat if own.bias is not None else ()
        yield BackwardLayer(
            title=layer_title(step.example, index),
            paths=0 if index == last else step.example.layers[index + 1].units,
            is_coupled=is_coupled,
            has_shortcut=bool(_shortcuts(step, index, sample, write)),
            is_relu=step.example.layers[index].activation.name == "relu",
            silent=tuple(_silent(step, index, sample, write)),
            signals=tuple(_signals(step, index, sample, write)),
            first_weight=write.symbol(first),
            first_target=write.symbols.unit_in_words(index + 1, 0),
            chain=block([write.local_derivative(path, first), product(gradients, first)]),
            weights=blocks([write.gradient(gradients[weight]) for weight in others]),
            biases=blocks([write.gradient(gradients[bias]) for bias in biases]),
            has_shared_bias=step.example.layers[index].shared_bias,
        )


def _silent(step: TrainingStep, index: int, sample: int, write: Writer) -> Iterator[str]:
    """The units whose activation has the slope 0, by name."""
    gradients = step.by_sample[sample]
    for unit, z in enumerate(step.forward.layers[index].pre_activations[:, sample]):
        if all(evaluate(path.local) == 0 for path in gradients[z].contributions):
            yield write.symbols.unit_in_words(index + 1, unit)


def _signals(step: TrainingStep, index: int, sample: int, write: Writer) -> Iterator[Unit]:
    """Each unit's way to its error signal; one by one, or stage by stage where units mix."""
    gradients, layer = step.by_sample[sample], step.forward.layers[index]
    units = list(zip(layer.pre_activations[:, sample], layer.activations[:, sample], strict=True))
    names = [write.symbols.heading(index + 1, unit) for unit in range(len(units))]
    is_coupled = len(gradients[units[0][0]].contributions) > 1
    for unit, (_, a) in enumerate(units):
        equations = list(_activation_gradient(gradients, a, write, in_full=unit == 0))
        if not is_coupled:
            equations += _error_signal(step, index, sample, unit, write)
        yield Unit(names[unit], block(equations))
    if is_coupled:
        for unit in range(len(units)):
            equations = list(_error_signal(step, index, sample, unit, write))
            yield Unit(f"{names[unit]}, through all outputs of the layer", block(equations))


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


def _error_signal(
    step: TrainingStep, index: int, sample: int, unit: int, write: Writer
) -> Iterator[Equation]:
    """From the gradient in the activation on: the slopes, delta, and its shortcut if it has one."""
    gradients = step.by_sample[sample]
    z = step.forward.layers[index].pre_activations[unit, sample]
    for path in gradients[z].contributions:
        is_simple = len(gradients[z].contributions) == 1
        yield write.local_derivative(path, z, derived=unit == 0 and is_simple)
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
