"""Composes the outline of a page from the quantities of a training step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.algebra import Quantity
from generator.network.forward import ForwardPass, parameters_of
from generator.network.training import TrainingStep
from generator.page.equations import Block, Equation, Gradients, Writer, block
from generator.page.notation import NOTATIONS, Symbols
from generator.page.outline import (
    BackwardLayer,
    Change,
    ForwardLayer,
    FrozenBiases,
    Loss,
    Page,
    SamplePass,
    Unit,
    Update,
)
from generator.page.tables import givens, layer_title, meanings, values_in_full

EQUATIONS_A_BLOCK = 4
MOST_PATHS = 4  # that are shown one by one


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
        givens=tuple(givens(step, write)),
        meanings=tuple(meanings(step, write)),
        samples=_samples(step, step.forward, write),
        loss=_loss(step, write),
        reduced=_reduced(step, write),
        update=_update(step, unfrozen, write, options.result_digits),
        values=tuple(values_in_full(step, write)),
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
            layer_title(step.example, index), step.example.layers[index].activation.name, units
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
        biases = own.bias.flat if own.bias is not None else ()
        (path,) = gradients[first].contributions
        chain = [write.local_derivative(path, first), write.three_factors(gradients, first)]
        yield BackwardLayer(
            title=layer_title(step.example, index),
            paths=0 if index == last else step.example.layers[index + 1].units,
            signals=tuple(signals),
            first_weight=write.symbol(first),
            first_target=write.symbols.unit_in_words(index + 1, 0),
            chain=block(chain),
            weights=_blocks([write.gradient(gradients[weight]) for weight in others]),
            biases=_blocks([write.gradient(gradients[bias]) for bias in biases]),
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
    return _blocks([write.equation(gradient) for gradient in parameters_of(step.gradients)])


def _update(
    step: TrainingStep, unfrozen: TrainingStep | None, write: Writer, digits: int
) -> Update | None:
    if step.updated is None or step.learning_rate is None or step.after is None:
        return None
    assert step.forward.loss is not None and step.after.loss is not None
    assert step.example.optimizer is not None
    before, after = step.forward.loss.item(), step.after.loss.item()
    moved = [q for q in parameters_of(step.updated) if q.name.step]
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
        parameters_of(step.forward.parameters),
        parameters_of(step.gradients),
        parameters_of(step.updated),
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
        q for q in parameters_of(step.updated or ()) if q.name.role == "bias" and not q.name.step
    }
    symbols = {write.symbol(q) for q in frozen}
    changes = _changes(unfrozen, write, digits, "bias")
    assert unfrozen.after is not None and unfrozen.after.loss is not None
    return FrozenBiases(
        symbols=tuple(write.symbol(q) for q in parameters_of(step.updated or ()) if q in frozen),
        changes=tuple(change for change in changes if change.symbol in symbols),
        loss_after=write.value(unfrozen.after.loss.item(), digits),
    )


def _blocks(equations: Sequence[Equation]) -> tuple[Block, ...]:
    """Equations a few to an aligned block."""
    starts = range(0, len(equations), EQUATIONS_A_BLOCK)
    return tuple(block(equations[start : start + EQUATIONS_A_BLOCK]) for start in starts)


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
