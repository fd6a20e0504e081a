"""The catalogue: every entry of the tables with its parameters, formulas and plot."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.network.activations import ACTIVATIONS
from generator.network.initializers import INITIALIZERS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.page.formulas import Piece
from generator.reference import curves, formulas, loss_formulas, updates
from generator.reference.formulas import Parameter

SAMPLES: Mapping[str, Any] = curves.SETTINGS | {"value": Decimal("0.1")}  # of what has no default
FEW = 2  # parameters in a line of YAML


@dataclass(frozen=True)
class Entry:
    """An entry of a table.

    says: what it is, from its docstring; yaml: how a file asks for it; block: its
    formulas; notes: what those call by name, and their constants; plot: what its
    figure's name has of it; description: what that shows.
    """

    name: str
    says: str
    yaml: str
    parameters: tuple[Parameter, ...]
    block: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    plot: str = ""
    description: str = ""


@dataclass(frozen=True)
class LossEntry:
    """A loss: its entry, and how its terms come together.

    shortcuts: the activations before it that give its error signal a short form,
    and that form; needs: the activation that it cannot do without.
    """

    entry: Entry
    is_mean: bool
    needs: str
    shortcuts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Update:
    """An optimizer's update: with what options, its lines, and what it remembers."""

    options: str
    block: str
    rule: updates.Rule


@dataclass(frozen=True)
class OptimizerEntry:
    """An optimizer: its entry, its update by default, and those with options on."""

    entry: Entry
    update: Update
    variants: tuple[Update, ...]


@dataclass(frozen=True)
class Catalogue:
    """All entries of all tables."""

    activations: tuple[Entry, ...]
    losses: tuple[LossEntry, ...]
    optimizers: tuple[OptimizerEntry, ...]
    schedules: tuple[Entry, ...]
    initializers: tuple[Entry, ...]
    rate: str
    updates: int


def catalogue() -> Catalogue:
    """The catalogue, made from the tables."""
    return Catalogue(
        activations=tuple(map(_activation, ACTIVATIONS)),
        losses=tuple(map(_loss, LOSSES)),
        optimizers=tuple(map(_optimizer, OPTIMIZERS)),
        schedules=tuple(map(_schedule, SCHEDULES)),
        initializers=tuple(
            _entry(name, INITIALIZERS, "weights", key="init") for name in INITIALIZERS
        ),
        rate=str(curves.RATE),
        updates=curves.UPDATES,
    )


def choice(name: str, entry: Callable[..., Any], key: str = "name") -> str:
    """How a file chooses an entry: by its bare name, or with the first of its parameters."""
    values = {
        parameter.name: SAMPLES.get(parameter.name, parameter.default)
        for parameter in _parameters(entry)
    }
    given = {name: formulas.default_text(value) for name, value in [*values.items()][:FEW]}
    if not given and key == "name":
        return name
    items = ", ".join(f"{name}: {value}" for name, value in ({key: name} | given).items())
    return f"{{{items}}}"


def _parameters(entry: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    for parameter in inspect.signature(entry).parameters.values():
        if parameter.name not in ("fan_in", "fan_out"):
            yield parameter


def _entry(
    name: str,
    table: Mapping[str, Callable[..., Any]],
    where: str,
    *,
    key: str = "name",
    letters: Mapping[str, str] = {},
    **more: Any,
) -> Entry:
    entry = table[name]
    says = " ".join((inspect.getdoc(entry) or "").split())
    return Entry(
        name=name,
        says=says,
        yaml=f"{where}: {choice(name, entry, key)}" + "}" * where.count("{"),
        parameters=tuple(formulas.parameters(entry, letters)),
        **more,
    )


def _activation(name: str) -> Entry:
    found = formulas.activation_formulas(name)
    if name == "softmax":
        rows = [_row("a_1", found.definition)]
        for piece in found.derivative:  # each by the pre-activation that it is for
            left = rf"\frac{{\partial a_1}}{{\partial {piece.condition}}}"
            rows.append(_row(left, (Piece(piece.formula, ""),)))
    else:
        slope = r"\frac{\partial a}{\partial z}"
        rows = [_row("a", found.definition), _row(slope, found.derivative)]
    constants = [(letter, f"${value}$") for letter, value in formulas.constants(name)]
    plot = curves.activation(name)
    return _entry(
        name,
        ACTIVATIONS,
        "activation",
        letters=formulas.LETTERS,
        block=_aligned(rows),
        notes=(*formulas.called(name), *constants),
        plot=plot.key,
        description=plot.description,
    )


def _loss(name: str) -> LossEntry:
    found = loss_formulas.loss_formulas(name)
    made = LOSSES[name]()
    plot = curves.loss(name)
    slope = r"\frac{\partial E}{\partial y}"
    entry = _entry(
        name,
        LOSSES,
        "loss",
        letters=formulas.LETTERS,
        block=_aligned([_row("E", found.definition), _row(slope, found.derivative)]),
        plot=plot.key,
        description=plot.description,
    )
    return LossEntry(entry, made.is_mean, made.needs or "", loss_formulas.shortcuts(made))


def _optimizer(name: str) -> OptimizerEntry:
    letters = dict(updates.letters(name))
    if "beta1" in letters:
        letters["betas"] = f"{letters['beta1']}, {letters['beta2']}"
    entry = _entry(name, OPTIMIZERS, "optimizer", letters=letters)
    update, *variants = map(_update, updates.rules(name))
    return OptimizerEntry(entry, update, tuple(variants))


def _update(rule: updates.Rule) -> Update:
    rows = [f"{left} &= {right}" for left, right in rule.lines]
    return Update(" and ".join(f"`{name}`" for name in rule.options), _aligned(rows), rule)


def _schedule(name: str) -> Entry:
    plot = curves.schedule(name)
    return _entry(
        name,
        SCHEDULES,
        "optimizer: {name: sgd, schedule",
        letters=formulas.SCHEDULE_LETTERS,
        block=_aligned([f"{left} &= {right}" for left, right in formulas.RATES[name]]),
        plot=plot.key,
        description=plot.description,
    )


def _row(left: str, pieces: Sequence[Piece]) -> str:
    """A left side and what it is: one formula, or one for each case."""
    if len(pieces) == 1:
        return f"{left} &= {pieces[0].formula}"
    cases = " \\\\\n".join(
        f"{piece.formula} & "
        + (rf"\text{{if }} {piece.condition}" if piece.condition else r"\text{otherwise}")
        for piece in pieces
    )
    return f"{left} &= \\begin{{cases}}\n{cases}\n\\end{{cases}}"


def _aligned(rows: Sequence[str]) -> str:
    lines = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"
