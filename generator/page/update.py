"""The update of a page: the optimizer's steps, the table of all of them, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.algebra import Constant, Quantity, defined
from generator.network.forward import parameters_of
from generator.network.names import Name
from generator.network.training import TrainingStep
from generator.page.equations import Block, Writer, block, blocks, printed
from generator.page.forward import samples, totals
from generator.page.numbers import calculations, latex_number
from generator.page.outline import Change, FrozenBiases, Update

OPTIMIZER_TITLES = {
    "sgd": "stochastic gradient descent",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adadelta": "Adadelta",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamax": "Adamax",
}


def update(
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
        all_move=all(quantity.name.step for quantity in parameters_of(step.updated)),
        blocks=_update_blocks(step, write),
        changes=tuple(_changes(step, write, digits)),
        frozen_biases=_frozen_biases(step, unfrozen, write, digits) if unfrozen else None,
        after=samples(step, step.after, write),
        total_after=totals(step.after, write),
        loss_before=write.value(before, digits),
        loss_after=write.value(after, digits),
        outcome=outcome if after.value != before.value else "stays the same",
    )


def _decay(step: TrainingStep) -> str:
    roles = {quantity.name.role for found in step.state.values() for quantity in found}
    return "gradient" if "decayed_gradient" in roles else "parameter" if "shrunk" in roles else ""


def _update_blocks(step: TrainingStep, write: Writer) -> tuple[Block, ...]:
    """The steps of all parameters that move: the first in a block of its own, as those with state.

    The others share blocks.
    """
    pairs = zip(
        parameters_of(step.forward.parameters), parameters_of(step.updated or ()), strict=True
    )
    equations = [
        [write.equation(q) for q in _made(step, old, new)] for old, new in pairs if new is not old
    ]
    if step.state:
        return tuple(block(own) for own in equations)
    first, others = equations[:1], equations[1:]
    return (*map(block, first), *blocks([equation for own in others for equation in own]))


def _made(step: TrainingStep, old: Quantity, new: Quantity) -> list[Quantity]:
    """What a parameter's update computes, in order."""
    return [q for q in (*step.state.get(old, ()), new) if q.definition is not None]


def _changes(
    step: TrainingStep, write: Writer, digits: int, role: str | None = None
) -> Iterator[Change]:
    """Old value, gradient and new value of each parameter that moved."""
    assert step.gradients is not None and step.updated is not None
    is_first = True
    for old, gradient, new in zip(
        parameters_of(step.forward.parameters),
        parameters_of(step.gradients),
        parameters_of(step.updated),
        strict=True,
    ):
        if new is not old and (role is None or old.name.role == role):
            made = () if is_first else _made(step, old, new)
            is_first = False
            yield Change(
                tuple(write.symbols(quantity.name).key for quantity in made),
                write.symbol(old),
                write.value(old, digits),
                write.value(gradient, digits),
                _difference(old, new, digits),
                write.value(new, digits),
            )


def _difference(old: Quantity, new: Quantity, digits: int) -> str:
    """What a parameter moves by, with the digits that it takes for old plus it to give new."""
    value = new.value - old.value
    moved = defined(Name("change", of=old.name), Constant(value))
    if not value:
        return "0"
    found = calculations([(new.value, old + moved)], digits, printed)
    return latex_number(found.shown[moved])


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
        changes=tuple(replace(c, anchors=()) for c in changes if c.symbol in symbols),
        loss_after=write.value(unfrozen.after.loss.total.item(), digits),
    )
