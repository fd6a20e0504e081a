"""The tables of a page: what is given, what the symbols mean, every value in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.algebra import Quantity, expanded, quantities_in
from generator.network.example import Example
from generator.network.forward import ForwardPass, parameters_of
from generator.network.names import Name
from generator.network.training import TrainingStep
from generator.page.equations import Writer, local_derivative
from generator.page.formulas import described
from generator.page.outline import Row

FULL_DIGITS = 12
CONSTANT_DIGITS = 45

# What the constants are called that formulas bring along, by their names in the algebra.
CONSTANTS = {
    "pi": "the ratio of a circle's circumference to its diameter",
    "selu_scale": "the scale of SELU",
    "selu_alpha": "the alpha of SELU",
}

# What a hyperparameter is called, where that is more than its name in PyTorch.
HYPERPARAMETERS = {
    "beta1": "decay of the first moment",
    "beta2": "decay of the second moment",
    "eps": "keeps a divisor from being 0",
    "alpha": "decay of the mean square",
    "rho": "decay of the mean squares",
    "lr_decay": "decay of the learning rate",
    "l1": "weight of the L1 penalty",
    "l2": "weight of the L2 penalty",
}


def givens(step: TrainingStep, write: Writer) -> Iterator[Row]:
    values, name = step.forward, write.symbols.unit_in_words
    several = len(step.example.samples) > 1

    def row(quantity: Quantity, meaning: str) -> Row:
        return _row(quantity, meaning, FULL_DIGITS, write)

    for quantity in values.inputs.T.flat:
        of = f" of sample {quantity.name.sample + 1}" if several else ""
        yield row(quantity, f"{name(0, quantity.name.unit)}{of}")
    for quantity in values.targets.T.flat if values.targets is not None else ():
        of = f" of sample {quantity.name.sample + 1}" if several else ""
        yield row(quantity, f"target for {name(len(values.layers), quantity.name.unit)}{of}")
    for quantity in parameters_of(values.parameters):
        layer, unit, source = quantity.name.layer, quantity.name.unit, quantity.name.source
        if quantity.name.role == "weight":
            yield row(quantity, f"weight from {name(layer - 1, source)} to {name(layer, unit)}")
        elif unit is None:
            shared = step.example.layers[layer - 1].units > 1
            of = (
                f"shared by the {layer_title(step.example, layer - 1).lower()}"
                if shared
                else f"of {name(layer, 0)}"
            )
            yield row(quantity, f"bias {of}")
        else:
            yield row(quantity, f"bias of {name(layer, unit)}")
    for quantity in _constants(step):
        yield row(quantity, CONSTANTS[quantity.name])
    for key, quantity in _hyperparameters(step):
        yield row(quantity, HYPERPARAMETERS.get(key, key.replace("_", " ")))


def meanings(step: TrainingStep, write: Writer) -> Iterator[Row]:
    """What each computed symbol stands for, by its first instance."""
    values, name = step.forward, write.symbols.unit_in_words
    first = values.layers[0]
    z, a = first.pre_activations[0, 0], first.activations[0, 0]
    unit = name(1, 0)
    counted = "" if write.symbols.layer(1) == 1 else "; the inputs are layer 1"
    yield _row(z, f"pre-activation of {unit}: the weighted sum of what it reads{counted}", 0, write)
    yield _row(a, f"activation of {unit}: what it passes on", 0, write)
    yield from _functions(step)
    if values.loss is None:
        return
    if len(values.loss.terms) > 1:
        term = values.loss.terms[0, 0]
        yield _row(term, f"loss term of {name(len(values.layers), 0)}", 0, write)
    if len(values.loss.samples) > 1:
        yield _row(values.loss.samples[0], "loss of sample 1", 0, write)
    if values.loss.penalty is not None:
        yield _row(values.loss.data.item(), "loss without the penalty", 0, write)
        yield _row(values.loss.penalty.item(), "penalty on the weights", 0, write)
    yield _row(values.loss.total.item(), "loss: what training makes smaller", 0, write)
    gradients = step.by_sample[0]
    weight = values.parameters[0].weights[0, 0]
    own = gradients[weight].quantity
    meaning = f"gradient in ${write.symbol(weight)}$: how fast the loss changes with it"
    yield _row(own, meaning, 0, write)
    signal = write.symbols(gradients[z].quantity.name).latex
    partial = write.symbols.partial(gradients[z].quantity.name).latex
    yield Row("", signal, f"error signal of {unit}: the derivative ${partial}$", "")
    if step.updated is not None:
        moved = [quantity for quantity in parameters_of(step.updated) if quantity.name.step]
        for quantity in next(iter(step.state.values()), ()):
            if quantity.definition is not None:
                meaning = STATE[quantity.name.role]
                of = write.symbols(quantity.name.of).latex
                yield _row(quantity, f"{meaning}, for ${of}$", 0, write)
        if moved:
            old = write.symbols(replace(moved[0].name, step=0)).latex
            meaning = f"${old}$ after the update; the plus marks all that is computed from then on"
            yield _row(moved[0], meaning, 0, write)


def _functions(step: TrainingStep) -> Iterator[Row]:
    """The functions that the network's activations are named after."""
    found = dict(row for layer in step.example.layers for row in described(layer.activation))
    yield from (Row("", symbol, meaning, "") for symbol, meaning in found.items())


def values_in_full(step: TrainingStep, write: Writer) -> Iterator[Row]:
    """Every quantity of the page to twelve digits, in the order of the page."""
    seen: dict[str, Row] = {}
    for quantity in all_quantities(step):
        for symbol in (write.symbols(quantity.name), write.symbols.partial(quantity.name)):
            value = _plain(quantity, FULL_DIGITS, write)
            seen.setdefault(symbol.latex, Row(symbol.key, symbol.latex, "", value))
    return iter(seen.values())


def all_quantities(step: TrainingStep) -> Iterator[Quantity]:
    """Every quantity of the page in its order; some are there more than once."""
    yield from step.forward.inputs.T.flat
    yield from step.forward.targets.T.flat if step.forward.targets is not None else ()
    yield from parameters_of(step.forward.parameters)
    yield from _constants(step)
    yield from (quantity for _, quantity in _hyperparameters(step))
    yield from _computed(step.forward)
    for sample, gradients in enumerate(step.by_sample):
        for layer, own in reversed(
            list(zip(step.forward.layers, step.forward.parameters, strict=True))
        ):
            for z, a in zip(
                layer.pre_activations[:, sample], layer.activations[:, sample], strict=True
            ):
                for quantity in (a, z):
                    first, *others = gradients[quantity].contributions
                    if not others:
                        yield local_derivative(first, quantity)
                    yield gradients[quantity].quantity
            yield from (gradients[parameter].quantity for parameter in parameters_of([own]))
    yield from parameters_of(step.gradients or ())
    for found in step.state.values():
        yield from found
    yield from parameters_of(step.updated or ())
    if step.after is not None:
        yield from _computed(step.after)


def _constants(step: TrainingStep) -> Iterator[Quantity]:
    """The constants that the formulas of the activations bring along, such as pi."""
    passes = [step.forward, step.after] if step.after is not None else [step.forward]
    layers = [own for values in passes for own in values.layers]
    definitions = [a.definition for own in layers for a in own.activations.flat]
    for gradients in step.by_sample:
        for gradient in gradients.values():
            for path in gradient.contributions:
                local = path.local
                definitions.append(local.definition if isinstance(local, Quantity) else local)
    found: dict[str, Quantity] = {}
    for definition in definitions:
        for quantity in quantities_in(expanded(definition)) if definition is not None else ():
            if isinstance(quantity.name, str):
                found.setdefault(quantity.name, quantity)
    yield from found.values()


def _hyperparameters(step: TrainingStep) -> Iterator[tuple[str, Quantity]]:
    """The numbers of the penalty and the optimizer that the page's formulas read."""
    used = {
        quantity
        for own in _all_defined(step)
        if own.definition is not None
        for quantity in quantities_in(own.definition)
    }
    found = {q.name.role: q for q in used if isinstance(q.name, Name) and q.definition is None}
    for key in (*HYPERPARAMETERS, *step.hyperparameters):
        if key in found and (key in step.hyperparameters or key in ("l1", "l2")):
            yield key, found.pop(key)


def _all_defined(step: TrainingStep) -> Iterator[Quantity]:
    if step.forward.loss is not None and step.forward.loss.penalty is not None:
        yield step.forward.loss.penalty.item()
    for found in step.state.values():
        yield from found
    yield from parameters_of(step.updated or ())


def _computed(values: ForwardPass) -> Iterator[Quantity]:
    arrays = [
        array for layer in values.layers for array in (layer.pre_activations, layer.activations)
    ]
    if values.loss is not None:
        loss = values.loss
        arrays += [loss.terms, loss.samples, loss.data, loss.total]
        arrays += [loss.penalty] if loss.penalty is not None else []
    for array in arrays:
        yield from (q for q in array.flat if isinstance(q, Quantity))


def _row(quantity: Quantity, meaning: str, digits: int, write: Writer) -> Row:
    symbol = write.symbols(quantity.name)
    return Row(symbol.key, symbol.latex, meaning, _plain(quantity, digits, write) if digits else "")


def _plain(quantity: Quantity, digits: int, write: Writer) -> str:
    """A value as text where text can hold it, else as LaTeX between dollar signs."""
    is_constant = isinstance(quantity.name, str)
    text = write.value(quantity, CONSTANT_DIGITS if is_constant else digits)
    return f"${text}$" if "times" in text else text


# What an optimizer's quantities are, by PyTorch's names.
STATE = {
    "momentum_buffer": "velocity: the steps so far and the new gradient",
    "look_ahead": "Nesterov's direction: the gradient with the velocity looked ahead",
    "decayed_gradient": "gradient with the weight decay in it",
    "sum": "sum of the squared gradients so far",
    "square_avg": "running mean of the squared gradient",
    "grad_avg": "running mean of the gradient",
    "variance": "running variance of the gradient",
    "delta": "step before the learning rate",
    "acc_delta": "running mean of the squared step",
    "exp_avg": "first moment: a running mean of the gradient",
    "exp_avg_sq": "second moment: a running mean of the squared gradient",
    "exp_avg_hat": "first moment, corrected for its start at 0",
    "exp_avg_sq_hat": "second moment, corrected for its start at 0",
    "exp_inf": "running maximum of the gradient's size",
    "shrunk": "parameter after its weight decay",
}


def layer_title(example: Example, index: int) -> str:
    """A layer as a heading speaks of it: `Hidden layer 2`, `Output layer`."""
    hidden = len(example.layers) - 1
    if index == hidden:
        return "Output layer"
    return "Hidden layer" if hidden == 1 else f"Hidden layer {index + 1}"
