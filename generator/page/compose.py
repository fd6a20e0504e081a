"""Composes the outline of a page from the quantities of a training step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from generator.algebra import Quantity, given
from generator.network.central_difference import CentralDifference, H
from generator.network.example import Example
from generator.network.forward import parameters_of
from generator.network.law import Run
from generator.network.mistakes import Mistake
from generator.network.training import TrainingStep
from generator.page.arrays import arrays, forward_law
from generator.page.drawing import path_layers
from generator.page.equations import Block, Writer, blocks
from generator.page.forward import loss, samples
from generator.page.matrices import backward_matrices, forward_matrices, given_matrices
from generator.page.notation import Notation, Symbols
from generator.page.numbers import latex_number, rounded
from generator.page.outline import (
    Check,
    Colophon,
    Figures,
    Milestone,
    MistakeRow,
    Page,
    PyTorch,
    Reproduce,
    Training,
)
from generator.page.programs import numpy_program, pytorch_program
from generator.page.pytorch import PyTorchSays
from generator.page.tables import FULL_DIGITS, givens, meanings, values_in_full
from generator.page.update import update


@dataclass(frozen=True)
class PageOptions:
    """How a page is written.

    notation: its symbols; digits, result_digits: the significant digits of
    its steps and of its results; detail: `full` or `compact`; views: `index` for
    units one by one, `matrix` for whole layers; rounding: `exact`, or `stepwise`
    for a page of steps that are rounded (see stepwise); pytorch: whether it says
    what PyTorch makes of the example; template: the file of an author's own page,
    empty where the page is the project's; downloads: the formats that it is offered in.
    """

    notation: Notation
    digits: int
    result_digits: int
    detail: str = "full"
    views: Sequence[str] = ("index", "matrix")
    rounding: str = "exact"
    pytorch: bool = False
    template: str = ""
    downloads: Sequence[str] = ()


@dataclass(frozen=True)
class Worked:
    """All that a page is made of.

    example: as it was given, with all of its samples and steps.
    unfrozen: the same step with every bias trained, where some are frozen.
    run: the whole training, where it has more than this step; plain: the same
        without momentum, where there is some.
    corners: the pre-activations that float64 alone would put on the other side of 0.
    pytorch: what PyTorch says of it, where it was asked.
    """

    example: Example
    step: TrainingStep
    unfrozen: TrainingStep | None
    run: Run | None
    plain: Run | None
    corners: Sequence[Quantity]
    check: CentralDifference | None
    mistakes: Sequence[Mistake]
    pytorch: PyTorchSays | None = None


def compose(worked: Worked, options: PageOptions, colophon: Colophon, name: str) -> Page:
    """The outline of a page; name is what the names of its files begin with."""
    step = worked.step
    example = step.example
    write = writer_of(step, options)
    is_stepwise = write.is_stepwise
    result_digits = options.digits if is_stepwise else options.result_digits
    has_matrices = "matrix" in options.views
    return Page(
        title=example.title,
        source=example.source or "",
        source_link=_link(example.source or ""),
        figures=_figures(worked, quote(name)),
        figure_text=_shape_text(step),
        shape=tuple(_layer_texts(step)),
        has_bias=any(layer.biases for layer in example.layers),
        digits=options.digits,
        result_digits=result_digits,
        rounding=options.rounding,
        is_compact=options.detail == "compact",
        shows_units="index" in options.views,
        givens=tuple(givens(step, write)),
        meanings=tuple(meanings(step, write)),
        arrays=arrays(step, write) if has_matrices else None,
        given_matrices=given_matrices(step, write) if has_matrices else None,
        forward_law=forward_law(step, write),
        forward_matrices=tuple(forward_matrices(step, write)) if has_matrices else (),
        backward_matrices=tuple(backward_matrices(step, write)) if has_matrices else (),
        samples=samples(step, step.forward, write),
        corners=tuple(write.symbol(quantity) for quantity in worked.corners),
        loss=loss(step, write),
        reduced=_reduced(step, write),
        update=update(step, worked.unfrozen, write, result_digits),
        training=_training(worked.run, worked.plain, options.result_digits) if worked.run else None,
        check=_check(step, worked.check, write, options.digits) if worked.check else None,
        pytorch=_pytorch(worked.pytorch, options.result_digits) if worked.pytorch else None,
        mistakes=tuple(_mistakes(worked.mistakes, write, options.digits)),
        reproduce=Reproduce(
            numpy_program(worked.example, options.result_digits),
            pytorch_program(worked.example, options.result_digits),
        ),
        values=tuple(values_in_full(step, write)),
        colophon=colophon,
    )


def writer_of(step: TrainingStep, options: PageOptions) -> Writer:
    """The writer of a page's quantities."""
    return Writer(
        Symbols(step.example, options.notation),
        options.digits,
        options.rounding == "stepwise",
    )


def _figures(worked: Worked, name: str) -> Figures:
    """The figures of a page as its links have them; see pictures."""
    return Figures(
        network=f"{name}-network.svg",
        paths=tuple(f"{name}-paths-{layer}.svg" for layer in path_layers(worked.step)),
        gradients=f"{name}-gradients.svg" if worked.step.by_sample else "",
        loss=f"{name}-loss.svg" if worked.run else "",
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
    assert step.gradients is not None
    gradient = step.gradients[-1].weights[0, 0]
    value = gradient.value
    new = step.updated[-1].weights[0, 0] if step.updated else check.weight
    move = new.value - check.weight.value
    is_against = value * move < 0
    unrounded = replace(write, is_stepwise=False)
    quotient = (check.above - check.below) / (2 * given("h", H))
    above, below = (latex_number(check.weight.value + move) for move in (H, -H))
    return Check(
        weight=write.symbol(check.weight),
        gradient=write.value(gradient, digits),
        is_positive=value > 0,
        before=write.value(check.weight, digits) if is_against else "",
        after=write.value(new, digits) if is_against else "",
        weight_above=above,
        loss_above=unrounded.value(check.above, FULL_DIGITS),
        weight_below=below,
        loss_below=unrounded.value(check.below, FULL_DIGITS),
        quotient=unrounded.line(quotient),
    )


def _pytorch(says: PyTorchSays, digits: int) -> PyTorch:
    def number(loss: float) -> str:
        return latex_number(rounded(Decimal(loss), digits))

    return PyTorch(
        version=says.version,
        before=number(says.before),
        after="" if says.after is None else number(says.after),
        bound=f"10^{{{_power_above(says.difference)}}}",
    )


def _power_above(difference: float) -> int:
    """The power of ten that a difference is below; not under -12, where float64's noise begins."""
    return max(-12, Decimal(difference).adjusted() + 1) if difference else -12


def _mistakes(found: Sequence[Mistake], write: Writer, digits: int) -> Iterator[MistakeRow]:
    """The mistakes that change a printed number."""
    for mistake in found:
        right = write.value(mistake.quantity, digits)
        wrong = latex_number(rounded(mistake.wrong, digits))
        if right != wrong:
            symbol = write.symbols.partial(mistake.quantity.name).latex
            yield MistakeRow(mistake.kind, symbol, right, wrong)


def _reduced(step: TrainingStep, write: Writer) -> tuple[Block, ...]:
    """The gradients over all samples, where there are several."""
    if step.gradients is None or not (len(step.by_sample) > 1 or step.example.has_penalty):
        return ()
    return blocks([write.equation(gradient) for gradient in parameters_of(step.gradients)])


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
