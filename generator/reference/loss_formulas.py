"""The formulas of losses in symbols, piece by piece where they have corners."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from generator.algebra import Expression, Function, Quantity, given
from generator.algebra.expression import ONE
from generator.network.losses import LOSSES, Loss
from generator.page.formulas import Piece
from generator.page.latex import write
from generator.page.numbers import latex_number
from generator.reference.formulas import Formulas, letter, placeholders, swapping, symbol

# What a loss's formula turns on, and how to reach a value of that: t - y for most.
TARGET = Decimal("0.4")
PRODUCT = {"hinge"}


def loss_formulas(name: str) -> Formulas:
    """What an output adds to a loss, from its target t and the prediction y, and its slope in y."""
    term = loss_with_letters(name)
    assert term.expression is not None and term.derivative is not None
    loss = given("E", Decimal(1))
    return Formulas(
        _loss_pieces(name, term.expression),
        _loss_pieces(name, lambda t, y: term.derivative(t, y, loss)[-1]),  # type: ignore[misc]
    )


def loss_with_letters(name: str) -> Function:
    """A loss's term whose parameters are letters."""
    letters = placeholders(LOSSES[name])
    swap = swapping(letters)
    term: Function = LOSSES[name](**letters).term
    expression, derivative = term.expression, term.derivative
    assert expression is not None and derivative is not None
    return replace(
        term,
        expression=lambda *of: swap(expression(*of)),
        derivative=lambda *of: tuple(map(swap, derivative(*of))),
    )


def shortcuts(loss: Loss) -> tuple[tuple[str, str], ...]:
    """The activations before a loss that give its error signal a short form, and that form."""
    t, y = given("t", TARGET), given("y", TARGET)
    return tuple(
        (activation, write(fused.shortcut(t, y), symbol))
        for activation, fused in loss.from_logits.items()
    )


def loss_corners(name: str, target: float) -> tuple[float, ...]:
    """The predictions at which a loss or its slope becomes another, with default parameters."""
    term = loss_with_letters(name)
    assert term.derivative is not None
    defaults = inspect.signature(LOSSES[name]).parameters
    real = {number: defaults[key].default for key, number in placeholders(LOSSES[name]).items()}
    found = _corners(name, lambda t, y: term.derivative(t, y, given("E", ONE.value))[-1])  # type: ignore[misc]
    values = [float(real.get(abs(corner), abs(corner)).copy_sign(corner)) for corner in found]
    return tuple(value / target if name in PRODUCT else target - value for value in values)


def _corners(name: str, form: Callable[[Quantity, Quantity], Expression]) -> tuple[Decimal, ...]:
    """Where a form of a loss becomes another, as values of what it turns on; see _at."""
    places = [Decimal(number) / 10 + Decimal("0.0437") for number in range(-50, 50)]
    found = []
    for low, high in pairwise(places):
        if _at(name, form, low) != _at(name, form, high):
            found.append(_corner(name, form, low, high))
    return tuple(found)


def _loss_pieces(name: str, form: Callable[[Quantity, Quantity], Expression]) -> tuple[Piece, ...]:
    """A form between its corners; one that holds on several sides is that of all other values."""
    found = _corners(name, form)
    if not found:
        return (Piece(_at(name, form, ONE.value), ""),)
    turns_on = "t y" if name in PRODUCT else "t - y"
    ends = [found[0] - 1, *found, found[-1] + 1]
    texts = [_at(name, form, (low + high) / 2) for low, high in pairwise(ends)]
    at_corners = [_at(name, form, corner) for corner in found]
    pieces = []
    for index, text in enumerate(texts):
        low, high = found[index - 1 : index], found[index : index + 1]
        left = right = ""
        if low:
            relation = r"\le" if at_corners[index - 1] == text else r"\lt"
            left = f"{_number(name, low[0])} {relation} "
        if high:
            relation = r"\le" if at_corners[index] == text else r"\lt"
            right = f" {relation} {_number(name, high[0])}"
        if left and not right:
            relation = r"\ge" if at_corners[index - 1] == text else ">"
            left, right = "", f" {relation} {_number(name, low[0])}"
        condition = f"{left}{turns_on}{right}"
        pieces.append(Piece(text, "" if texts.count(text) > 1 else condition))
    for corner, text in zip(found, at_corners, strict=True):
        if text not in texts:
            pieces.append(Piece(text, f"{turns_on} = {_number(name, corner)}"))
    return tuple(dict.fromkeys(sorted(pieces, key=lambda piece: not piece.condition)))


def _at(name: str, form: Callable[[Quantity, Quantity], Expression], value: Decimal) -> str:
    """A form written where t - y, or t y, has a value."""
    if name in PRODUCT:
        t, y = given("t", Decimal(1)), given("y", value)
    else:
        t, y = given("t", TARGET), given("y", TARGET - value)
    return write(form(t, y), symbol)


def _corner(
    name: str,
    form: Callable[[Quantity, Quantity], Expression],
    low: Decimal,
    high: Decimal,
) -> Decimal:
    """The corner between two places, found by halving: a round number, or a parameter."""
    before = _at(name, form, low)
    for _ in range(40):
        middle = (low + high) / 2
        if _at(name, form, middle) == before:
            low = middle
        else:
            high = middle
    numbers = [Decimal(0), Decimal(1), *placeholders(LOSSES[name]).values()]
    known = [signed for number in numbers for signed in (number, -number)]
    return min(known, key=lambda number: abs(number - low))


def _number(name: str, value: Decimal) -> str:
    """A corner as its condition has it: a parameter's letter, or a number."""
    for parameter, number in placeholders(LOSSES[name]).items():
        if abs(value) == number:
            return f"{'-' if value < 0 else ''}{letter(parameter)}"
    return latex_number(value)
