"""Composes the outline of a page from the quantities of a training step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.algebra import Quantity
from generator.network.forward import ForwardPass, LayerParameters
from generator.network.training import TrainingStep
from generator.page.equations import (
    Block,
    Equation,
    Gradients,
    Writer,
    block,
    local_derivative,
    printed,
)
from generator.page.notation import NOTATIONS, Symbols
from generator.page.numbers import latex_number
from generator.page.outline import (
    BackwardLayer,
    Change,
    ForwardLayer,
    FrozenBiases,
    Loss,
    Page,
    Row,
    SamplePass,
    Unit,
    Update,
)

EQUATIONS_A_BLOCK = 4
MOST_PATHS = 4  # that are shown one by one
FULL_DIGITS = 12


@dataclass(frozen=True)
class PageOptions:
    """How a page is written: a key of NOTATIONS, and the significant digits of its numbers."""

    notation: str
    digits: int
    result_digits: int


def compose(
    step: TrainingStep, unfrozen: TrainingStep | None, options: PageOptions, figure: str
) -> Page:
    """The outline of a training step's page.

    unfrozen: the same step with every bias trained, where some are frozen.
    figure: the file name of the network's figure.
    """
    example = step.example
    write = Writer(Symbols(example, NOTATIONS[options.notation]), options.digits)
    return Page(
        title=example.title,
        source=example.source or "",
        figure=figure,
        figure_text=_shape_text(step),
        shape=tuple(_layer_texts(step)),
        has_bias=any(layer.biases for layer in example.layers),
        digits=options.digits,
        result_digits=options.result_digits,
        givens=tuple(_givens(step, write)),
        meanings=tuple(_meanings(step, write)),
        samples=_samples(step, step.forward, write),
        loss=_loss(step, write),
        reduced=_reduced(step, write),
        update=_update(step, unfrozen, write, options.result_digits),
        values=tuple(_values(step, write)),
    )


def _samples(step: TrainingStep, values: ForwardPass, write: Writer) -> tuple[SamplePass, ...]:
    count = len(step.example.samples)
    return tuple(
        SamplePass(
            number=sample + 1 if count > 1 else 0,
            layers=tuple(_forward_layers(step, values, sample, write)),
            loss_terms=_blocks(_loss_terms(values, sample, write)),
            loss=_sample_loss(values, sample, write),
            backward=tuple(_backward_layers(step, sample, write))
            if values is step.forward and step.by_sample
            else (),
        )
        for sample in range(count)
    )


def _forward_layers(
    step: TrainingStep, values: ForwardPass, sample: int, write: Writer
) -> Iterator[ForwardLayer]:
    for index, layer in enumerate(values.layers):
        units = tuple(
            Unit(
                _heading(write.symbols.unit_in_words(index + 1, unit)),
                block([write.equation(z), write.equation(a)]),
            )
            for unit, (z, a) in enumerate(
                zip(layer.pre_activations[:, sample], layer.activations[:, sample], strict=True)
            )
        )
        yield ForwardLayer(
            _layer_title(step, index), step.example.layers[index].activation.name, units
        )


def _loss_terms(values: ForwardPass, sample: int, write: Writer) -> list[Equation]:
    if values.loss_terms is None or len(values.loss_terms) == 1:
        return []
    return [write.equation(term) for term in values.loss_terms[:, sample]]


def _sample_loss(values: ForwardPass, sample: int, write: Writer) -> tuple[Block, ...]:
    """The equation of a sample's own loss, where there are several samples."""
    if values.sample_losses is None or len(values.sample_losses) == 1:
        return ()
    return _blocks([write.equation(values.sample_losses[sample])])


def _loss(step: TrainingStep, write: Writer) -> Loss | None:
    if step.forward.loss is None or step.example.loss is None:
        return None
    loss = step.forward.loss.item()
    return Loss(
        symbol=write.symbol(loss),
        name=step.example.loss.name.replace("_", " "),
        outputs=step.example.outputs,
        has_half=step.example.loss.name.startswith("half"),
        reduction=step.example.reduction,
        total=_blocks([write.equation(loss)]),
    )


def _backward_layers(step: TrainingStep, sample: int, write: Writer) -> Iterator[BackwardLayer]:
    gradients = step.by_sample[sample]
    last = len(step.example.layers) - 1
    for index in reversed(range(last + 1)):
        layer, own = step.forward.layers[index], step.forward.parameters[index]
        signals = [
            Unit(
                _heading(write.symbols.unit_in_words(index + 1, unit)),
                block(_signal(gradients, z, a, write, in_full=unit == 0)),
            )
            for unit, (z, a) in enumerate(
                zip(layer.pre_activations[:, sample], layer.activations[:, sample], strict=True)
            )
        ]
        first, *others = own.weights.flat
        (path,) = gradients[first].contributions
        chain = [write.local_derivative(path, first), write.three_factors(gradients, first)]
        yield BackwardLayer(
            title=_layer_title(step, index),
            paths=0 if index == last else step.example.layers[index + 1].units,
            signals=tuple(signals),
            first_weight=write.symbol(first),
            first_target=write.symbols.unit_in_words(index + 1, 0),
            chain=block(chain),
            weights=_blocks([write.gradient(gradients[weight]) for weight in others]),
            biases=_blocks([write.gradient(gradients[bias]) for bias in _flat(own.bias)]),
            has_shared_bias=step.example.layers[index].shared_bias,
        )


def _signal(
    gradients: Gradients, z: Quantity, a: Quantity, write: Writer, in_full: bool
) -> Iterator[Equation]:
    """A unit's way to its error signal; in full with every local derivative on it."""
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
    (slope,) = gradients[z].contributions
    yield write.local_derivative(slope, z, derived=in_full)
    yield write.chain(gradients, z)


def _reduced(step: TrainingStep, write: Writer) -> tuple[Block, ...]:
    """The gradients over all samples, where there are several."""
    if len(step.by_sample) < 2 or step.gradients is None:
        return ()
    return _blocks([write.equation(gradient) for gradient in _parameters(step.gradients)])


def _update(
    step: TrainingStep, unfrozen: TrainingStep | None, write: Writer, digits: int
) -> Update | None:
    if step.updated is None or step.learning_rate is None or step.after is None:
        return None
    assert step.forward.loss is not None and step.after.loss is not None
    assert step.example.optimizer is not None
    before, after = step.forward.loss.item(), step.after.loss.item()
    moved = [q for q in _parameters(step.updated) if q.name.step]
    outcome = "falls" if after.value < before.value else "rises"
    return Update(
        optimizer=step.example.optimizer.rule.name,
        rate_symbol=write.symbol(step.learning_rate),
        rate=write.value(step.learning_rate, digits),
        blocks=_blocks([write.equation(quantity) for quantity in moved]),
        changes=tuple(_changes(step, write, digits)),
        frozen_biases=_frozen_biases(step, unfrozen, write, digits) if unfrozen else None,
        after=_samples(step, step.after, write),
        total_after=_blocks([write.equation(after)]),
        loss_before=write.value(before, digits),
        loss_after=write.value(after, digits),
        outcome=outcome if after.value != before.value else "stays the same",
    )


def _changes(
    step: TrainingStep, write: Writer, digits: int, role: str | None = None
) -> Iterator[Change]:
    """Old value, gradient and new value of each parameter that moved."""
    assert step.gradients is not None and step.updated is not None
    for old, gradient, new in zip(
        _parameters(step.forward.parameters),
        _parameters(step.gradients),
        _parameters(step.updated),
        strict=True,
    ):
        if new is not old and (role is None or old.name.role == role):
            yield Change(
                write.symbol(old),
                write.value(old, digits),
                write.value(gradient, digits),
                write.value(new, digits),
            )


def _frozen_biases(
    step: TrainingStep, unfrozen: TrainingStep, write: Writer, digits: int
) -> FrozenBiases:
    frozen = {
        q for q in _parameters(step.updated or ()) if q.name.role == "bias" and not q.name.step
    }
    symbols = {write.symbol(q) for q in frozen}
    changes = _changes(unfrozen, write, digits, "bias")
    assert unfrozen.after is not None and unfrozen.after.loss is not None
    return FrozenBiases(
        symbols=tuple(write.symbol(q) for q in _parameters(step.updated or ()) if q in frozen),
        changes=tuple(change for change in changes if change.symbol in symbols),
        loss_after=write.value(unfrozen.after.loss.item(), digits),
    )


def _givens(step: TrainingStep, write: Writer) -> Iterator[Row]:
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
    for quantity in _parameters(values.parameters):
        layer, unit, source = quantity.name.layer, quantity.name.unit, quantity.name.source
        if quantity.name.role == "weight":
            yield row(quantity, f"weight from {name(layer - 1, source)} to {name(layer, unit)}")
        elif unit is None:
            shared = step.example.layers[layer - 1].units > 1
            of = (
                f"shared by the {_layer_title(step, layer - 1).lower()}"
                if shared
                else f"of {name(layer, 0)}"
            )
            yield row(quantity, f"bias {of}")
        else:
            yield row(quantity, f"bias of {name(layer, unit)}")
    if step.learning_rate is not None:
        yield row(step.learning_rate, "learning rate")


def _meanings(step: TrainingStep, write: Writer) -> Iterator[Row]:
    """What each computed symbol stands for, by its first instance."""
    values, name = step.forward, write.symbols.unit_in_words
    first = values.layers[0]
    z, a = first.pre_activations[0, 0], first.activations[0, 0]
    unit = name(1, 0)
    yield _row(z, f"pre-activation of {unit}: the weighted sum of what it reads", 0, write)
    yield _row(a, f"activation of {unit}: what it passes on", 0, write)
    if values.loss is None or values.loss_terms is None:
        return
    if len(values.loss_terms) > 1:
        term = values.loss_terms[0, 0]
        yield _row(term, f"loss term of {name(len(values.layers), 0)}", 0, write)
    yield _row(values.loss.item(), "loss: what training makes smaller", 0, write)
    gradients = step.by_sample[0]
    signal = write.symbols(gradients[z].quantity.name).latex
    partial = write.symbols.partial(gradients[z].quantity.name).latex
    yield Row("", signal, f"error signal of {unit}: the derivative ${partial}$", "")
    if step.updated is not None:
        moved = [quantity for quantity in _parameters(step.updated) if quantity.name.step]
        if moved:
            yield _row(moved[0], "a parameter after the update", 0, write)


def _values(step: TrainingStep, write: Writer) -> Iterator[Row]:
    """Every quantity of the page to twelve digits, in the order of the page."""
    seen: dict[str, Row] = {}
    for quantity in _all_quantities(step):
        for symbol in (write.symbols(quantity.name), write.symbols.partial(quantity.name)):
            value = _plain(quantity, FULL_DIGITS)
            seen.setdefault(symbol.latex, Row(symbol.key, symbol.latex, "", value))
    return iter(seen.values())


def _all_quantities(step: TrainingStep) -> Iterator[Quantity]:
    yield from step.forward.inputs.T.flat
    yield from step.forward.targets.T.flat if step.forward.targets is not None else ()
    yield from _parameters(step.forward.parameters)
    if step.learning_rate is not None:
        yield step.learning_rate
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
            yield from (gradients[parameter].quantity for parameter in _parameters([own]))
    yield from _parameters(step.gradients or ())
    yield from _parameters(step.updated or ())
    if step.after is not None:
        yield from _computed(step.after)


def _computed(values: ForwardPass) -> Iterator[Quantity]:
    arrays = [
        array for layer in values.layers for array in (layer.pre_activations, layer.activations)
    ]
    if values.loss is not None:
        arrays += [values.loss_terms, values.sample_losses, values.loss]
    for array in arrays:
        yield from (q for q in array.flat if isinstance(q, Quantity))


def _parameters(layers: Sequence[LayerParameters]) -> Iterator[Quantity]:
    for own in layers:
        yield from own.weights.flat
        yield from _flat(own.bias)


def _flat(array: Any) -> Iterable[Quantity]:
    return () if array is None else array.flat


def _blocks(equations: Sequence[Equation]) -> tuple[Block, ...]:
    """Equations a few to an aligned block."""
    starts = range(0, len(equations), EQUATIONS_A_BLOCK)
    return tuple(block(equations[start : start + EQUATIONS_A_BLOCK]) for start in starts)


def _row(quantity: Quantity, meaning: str, digits: int, write: Writer) -> Row:
    symbol = write.symbols(quantity.name)
    return Row(symbol.key, symbol.latex, meaning, _plain(quantity, digits) if digits else "")


def _plain(quantity: Quantity, digits: int) -> str:
    """A value as text where text can hold it, else as LaTeX between dollar signs."""
    text = latex_number(printed(quantity, digits))
    return f"${text}$" if "times" in text else text


def _layer_title(step: TrainingStep, index: int) -> str:
    hidden = len(step.example.layers) - 1
    if index == hidden:
        return "Output layer"
    return "Hidden layer" if hidden == 1 else f"Hidden layer {index + 1}"


def _layer_texts(step: TrainingStep) -> Iterator[str]:
    inputs = step.example.inputs
    yield f"{inputs} input{'' if inputs == 1 else 's'}"
    for index, layer in enumerate(step.example.layers):
        kind = "output" if index == len(step.example.layers) - 1 else "hidden unit"
        plural = "" if layer.units == 1 else "s"
        yield f"{layer.units} {kind}{plural} ({layer.activation.name})"


def _shape_text(step: TrainingStep) -> str:
    return "A network of " + ", ".join(_layer_texts(step))


def _heading(unit: str) -> str:
    return unit[0].upper() + unit[1:] if unit.startswith("unit ") else f"Unit {unit}"
