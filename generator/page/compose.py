"""Composes the outline of a page from the quantities of a training step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from generator.algebra import Quantity, given
from generator.network.central_difference import CentralDifference, H
from generator.network.forward import ForwardPass, parameters_of
from generator.network.law import Run
from generator.network.mistakes import Mistake
from generator.network.training import TrainingStep
from generator.page.backward import backward_layers
from generator.page.equations import Block, Equation, Writer, block, blocks
from generator.page.notation import Notation, Symbols
from generator.page.numbers import latex_number, rounded
from generator.page.outline import (
    Change,
    Check,
    ForwardLayer,
    FrozenBiases,
    Loss,
    Milestone,
    MistakeRow,
    Page,
    SamplePass,
    Training,
    Unit,
    Update,
)
from generator.page.tables import FULL_DIGITS, givens, layer_title, meanings, values_in_full

OPTIMIZER_TITLES = {
    "sgd": "stochastic gradient descent",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adadelta": "Adadelta",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamax": "Adamax",
}


@dataclass(frozen=True)
class PageOptions:
    """How a page is written: its notation, and the significant digits of its numbers."""

    notation: Notation
    digits: int
    result_digits: int


@dataclass(frozen=True)
class Worked:
    """All that a page is made of.

    unfrozen: the same step with every bias trained, where some are frozen.
    run: the whole training, where it has more than this step; plain: the same
        without momentum, where there is some.
    corners: the pre-activations that float64 alone would put on the other side of 0.
    """

    step: TrainingStep
    unfrozen: TrainingStep | None
    run: Run | None
    plain: Run | None
    corners: Sequence[Quantity]
    check: CentralDifference | None
    mistakes: Sequence[Mistake]


def compose(worked: Worked, options: PageOptions, figure: str) -> Page:
    """The outline of a page; figure is the file name of the network's figure."""
    step = worked.step
    example = step.example
    write = Writer(Symbols(example, options.notation), options.digits)
    return Page(
        title=example.title,
        source=example.source or "",
        source_link=_link(example.source or ""),
        figure=quote(figure),
        figure_text=_shape_text(step),
        shape=tuple(_layer_texts(step)),
        has_bias=any(layer.biases for layer in example.layers),
        digits=options.digits,
        result_digits=options.result_digits,
        givens=tuple(givens(step, write)),
        meanings=tuple(meanings(step, write)),
        samples=_samples(step, step.forward, write),
        corners=tuple(write.symbol(quantity) for quantity in worked.corners),
        loss=_loss(step, write),
        reduced=_reduced(step, write),
        update=_update(step, worked.unfrozen, write, options.result_digits),
        training=_training(worked.run, worked.plain, options.result_digits) if worked.run else None,
        check=_check(step, worked.check, write, options.digits) if worked.check else None,
        mistakes=tuple(_mistakes(worked.mistakes, write, options.digits)),
        values=tuple(values_in_full(step, write)),
    )


def _training(run: Run, plain: Run | None, digits: int) -> Training:
    def number(loss: float) -> str:
        return latex_number(rounded(Decimal(loss), digits))

    others = [number(loss) for _, loss in plain.losses] if plain else [""] * len(run.losses)
    return Training(
        steps=run.steps,
        milestones=tuple(
            Milestone(step, number(loss), other)
            for (step, loss), other in zip(run.losses, others, strict=True)
        ),
        final_loss=number(run.final_loss),
        plain_final_loss=number(plain.final_loss) if plain else "",
        batch_size=run.batch_size,
        samples=run.samples,
    )


def _check(step: TrainingStep, check: CentralDifference, write: Writer, digits: int) -> Check:
    value = check.gradient.value
    new = step.updated[-1].weights[0, 0] if step.updated else check.weight
    falls = new.value < check.weight.value
    is_against = new is not check.weight and value != 0 and falls == (value > 0)
    quotient = (check.above - check.below) / (2 * given("h", H))
    above, below = (latex_number(check.weight.value + move) for move in (H, -H))
    return Check(
        weight=write.symbol(check.weight),
        gradient=write.value(check.gradient, digits),
        is_positive=value > 0,
        before=write.value(check.weight, digits) if is_against else "",
        after=write.value(new, digits) if is_against else "",
        weight_above=above,
        loss_above=write.value(check.above, FULL_DIGITS),
        weight_below=below,
        loss_below=write.value(check.below, FULL_DIGITS),
        quotient=write.line(quotient),
    )


def _mistakes(found: Sequence[Mistake], write: Writer, digits: int) -> Iterator[MistakeRow]:
    """The mistakes that change a printed number."""
    for mistake in found:
        right = write.value(mistake.quantity, digits)
        wrong = latex_number(rounded(mistake.wrong, digits))
        if right != wrong:
            symbol = write.symbols.partial(mistake.quantity.name).latex
            yield MistakeRow(mistake.kind, symbol, right, wrong)


def _samples(step: TrainingStep, values: ForwardPass, write: Writer) -> tuple[SamplePass, ...]:
    count = len(step.example.samples)
    return tuple(
        SamplePass(
            number=sample + 1 if count > 1 else 0,
            layers=tuple(_forward_layers(step, values, sample, write)),
            loss_terms=blocks(_loss_terms(values, sample, write)),
            loss=_sample_loss(values, sample, write),
            backward=tuple(backward_layers(step, sample, write))
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
                write.symbols.heading(index + 1, unit),
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
    if values.loss is None or len(values.loss.terms) == 1:
        return []
    return [write.equation(term) for term in values.loss.terms[:, sample]]


def _sample_loss(values: ForwardPass, sample: int, write: Writer) -> tuple[Block, ...]:
    """The equation of a sample's own loss, where there are several samples."""
    if values.loss is None or len(values.loss.samples) == 1:
        return ()
    return blocks([write.equation(values.loss.samples[sample])])


def _loss(step: TrainingStep, write: Writer) -> Loss | None:
    if step.forward.loss is None or step.example.loss is None:
        return None
    return Loss(
        symbol=write.symbol(step.forward.loss.total.item()),
        name=step.example.loss.name.replace("_", " "),
        outputs=step.example.outputs,
        has_half=step.example.loss.has_half,
        has_penalty=step.example.has_penalty,
        is_mean=step.example.loss.is_mean,
        reduction=step.example.reduction,
        total=_totals(step.forward, write),
    )


def _totals(values: ForwardPass, write: Writer) -> tuple[Block, ...]:
    """The loss over all samples, with the penalty where there is one."""
    assert values.loss is not None
    parts = [values.loss.data, values.loss.penalty, values.loss.total]
    distinct = dict.fromkeys(part.item() for part in parts if part is not None)
    return blocks([write.equation(part) for part in distinct])


def _reduced(step: TrainingStep, write: Writer) -> tuple[Block, ...]:
    """The gradients over all samples, where there are several."""
    if step.gradients is None or not (len(step.by_sample) > 1 or step.example.has_penalty):
        return ()
    return blocks([write.equation(gradient) for gradient in parameters_of(step.gradients)])


def _update(
    step: TrainingStep, unfrozen: TrainingStep | None, write: Writer, digits: int
) -> Update | None:
    if step.updated is None or step.after is None:
        return None
    assert step.forward.loss is not None and step.after.loss is not None
    assert step.example.optimizer is not None
    before, after = step.forward.loss.total.item(), step.after.loss.total.item()
    rate = step.hyperparameters["learning_rate"]
    outcome = "falls" if after.value < before.value else "rises"
    return Update(
        optimizer=step.example.optimizer.name,
        rate_symbol=write.symbol(rate),
        rate=write.value(rate, digits),
        optimizer_title=OPTIMIZER_TITLES[step.example.optimizer.name],
        quirk=step.example.optimizer.quirk,
        state=tuple(
            f"{write.symbol(q)} = {latex_number(q.value)}"
            for q in next(iter(step.state.values()), ())
            if q.definition is None
        ),
        decay=_decay(step),
        one_block_each=bool(step.state),
        all_move=all(quantity.name.step for quantity in parameters_of(step.updated)),
        blocks=_update_blocks(step, write),
        changes=tuple(_changes(step, write, digits)),
        frozen_biases=_frozen_biases(step, unfrozen, write, digits) if unfrozen else None,
        after=_samples(step, step.after, write),
        total_after=_totals(step.after, write),
        loss_before=write.value(before, digits),
        loss_after=write.value(after, digits),
        outcome=outcome if after.value != before.value else "stays the same",
    )


def _decay(step: TrainingStep) -> str:
    roles = {quantity.name.role for found in step.state.values() for quantity in found}
    return "gradient" if "decayed_gradient" in roles else "parameter" if "shrunk" in roles else ""


def _update_blocks(step: TrainingStep, write: Writer) -> tuple[Block, ...]:
    """The steps of all parameters that move; one block a parameter where there is state."""
    pairs = zip(
        parameters_of(step.forward.parameters), parameters_of(step.updated or ()), strict=True
    )
    equations = [
        [write.equation(q) for q in (*step.state.get(old, ()), new) if q.definition is not None]
        for old, new in pairs
        if new is not old
    ]
    if step.state:
        return tuple(block(own) for own in equations)
    return blocks([equation for own in equations for equation in own])


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
        loss_after=write.value(unfrozen.after.loss.total.item(), digits),
    )


def _layer_texts(step: TrainingStep) -> Iterator[str]:
    inputs = step.example.inputs
    yield f"{inputs} input{'' if inputs == 1 else 's'}"
    for index, layer in enumerate(step.example.layers):
        kind = "output" if index == len(step.example.layers) - 1 else "hidden unit"
        plural = "" if layer.units == 1 else "s"
        yield f"{layer.units} {kind}{plural} ({layer.activation.name})"


def _link(source: str) -> str:
    """A web address as Markdown's link can hold it; empty where the source is none."""
    is_web = re.match(r"https?://\S", source) is not None
    return quote(source, safe=":/?#[]@!$&'*+,;=%~") if is_web else ""


def _shape_text(step: TrainingStep) -> str:
    return "A network of " + ", ".join(_layer_texts(step))
