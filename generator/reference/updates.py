"""The updates of optimizers in symbols, written by the optimizers themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.algebra import Constant, Expression, Quantity, defined, given
from generator.algebra.expression import children, rebuilt
from generator.network.optimizers import OPTIMIZERS
from generator.page.latex import write
from generator.page.notation import MAZUR, Letter, Symbol, braced

# The letters are the pages' own; two of them have no parameter here to tell them apart.
LETTERS = dict(MAZUR.letters) | {
    "gradient": Letter("g"),
    "decayed_gradient": Letter(r"\bar g"),
    "parameter": Letter(r"\theta"),
    "shrunk": Letter(r"\bar \theta"),
}
# An option that changes nothing alone, and what it needs beside it.
NEEDS = {"dampening": "momentum", "nesterov": "momentum"}

STEP = 1003  # stands for t, in formulas that have no such number
NUMBER = Decimal("0.5")  # of whatever is given; nothing is computed from it


@dataclass(frozen=True)
class Quantities:
    """One kind of quantity: its letter at step t, and its name in PyTorch."""

    letter: str
    name: str


@dataclass(frozen=True)
class Rule:
    """An optimizer's update of a parameter theta with the gradient g, line by line.

    options: the parameters that are on, by name; lines: a left side and a right
    side each; state: what it carries from step to step; quirk: the optimizer's.
    """

    options: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    state: tuple[Quantities, ...]
    quirk: str


def rules(name: str) -> tuple[Rule, ...]:
    """An optimizer's update with its defaults, then with each option that changes it."""
    entry = OPTIMIZERS[name]
    found = [rule(name, ())]
    for parameter in inspect.signature(entry).parameters.values():
        if parameter.default is False or parameter.default == 0:
            options = tuple(filter(None, (NEEDS.get(parameter.name), parameter.name)))
            made = rule(name, options)
            if made.lines not in [other.lines for other in found]:
                found.append(made)
    return tuple(found)


def rule(name: str, options: tuple[str, ...]) -> Rule:
    """An optimizer's update with some of its options on."""
    defaults = inspect.signature(OPTIMIZERS[name]).parameters
    settings = {
        option: True if isinstance(defaults[option].default, bool) else NUMBER for option in options
    }
    optimizer = OPTIMIZERS[name](**settings)
    lines = []

    def named(values: Any, role: str) -> Quantity:
        quantity = defined((role, ""), _with_t(values))
        lines.append((_symbol(quantity).latex, _written(quantity.definition)))
        return quantity

    updated, _ = optimizer.step(
        given(("parameter", "-1"), NUMBER),
        given(("gradient", ""), NUMBER),
        {role: given((role, "-1"), NUMBER) for role in optimizer.state},
        {key: given((key, None), NUMBER) for key in optimizer.numbers},
        STEP,
        named,
    )
    named(updated, "parameter")
    state = (Quantities(_latex(role, ""), role) for role in optimizer.state)
    return Rule(options, tuple(lines), tuple(state), optimizer.quirk)


def letters(name: str) -> Iterator[tuple[str, str]]:
    """Each hyperparameter that an optimizer's formulas read, and its letter."""
    for key in OPTIMIZERS[name]().numbers:
        yield key, _latex(key, None)


def _with_t(node: Expression) -> Expression:
    """The tree with t where the number of the step stands, and t - 1 where the one before."""
    t = given(("t", None), Decimal(STEP))
    if isinstance(node, Constant):
        steps: Mapping[Decimal, Expression] = {t.value: t, t.value - 1: t - 1}
        return steps.get(node.value, node)
    return rebuilt(node, tuple(map(_with_t, children(node))))


def _written(node: Expression | None) -> str:
    assert node is not None
    return write(node, _symbol)


def _symbol(quantity: Quantity) -> Symbol:
    role, lag = quantity.name
    latex = _latex(role, lag)
    return Symbol(latex, latex, "")


def _latex(role: str, lag: str | None) -> str:
    """A letter; what changes from step to step has t for its index, or what lies before t."""
    if role == "t":
        return "t"
    letter = LETTERS[role]
    index = letter.sub if lag is None else f"t{' - 1' if lag else ''}"
    return letter.base + (f"_{braced(index)}" if index else "")
