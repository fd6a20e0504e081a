"""The formulas of the tables' entries in symbols, each built by the entry itself.

An entry takes numbers for its parameters. To see where a parameter stands in a
formula, it is given a number that no formula has of its own, and that number is
then replaced by a letter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from generator.algebra import Call, Constant, Expression, Function, Quantity, given
from generator.algebra.expression import ONE, children, rebuilt
from generator.network.activations import ACTIVATIONS, softmax_of
from generator.network.losses import LOSSES, Loss
from generator.page import formulas
from generator.page.formulas import Piece
from generator.page.latex import write
from generator.page.notation import CONSTANTS, Symbol
from generator.page.numbers import latex_number

# The letters of parameters; those of optimizers are the pages' own.
LETTERS = {
    "negative_slope": "s",
    "alpha": r"\alpha",
    "beta": r"\beta",
    "delta": r"\delta",
}
SCHEDULE_LETTERS = {
    "step_size": "s",
    "gamma": r"\gamma",
    "T_max": r"T_{max}",
    "eta_min": r"\eta_{min}",
}

# The rates of schedules, whose entries compute in floats alone; n counts updates from 1.
RATES = {
    "constant": r"\eta",
    "step": r"\eta \cdot \gamma^{\mathrm{floor}\left(\frac{n - 1}{s}\right)}",
    "exponential": r"\eta \cdot \gamma^{n - 1}",
    "cosine": r"\eta_{min} + \frac{1}{2} \left(\eta - \eta_{min}\right) "
    r"\left(1 + \mathrm{cos}\left(\frac{n - 1}{T_{max}} \cdot \pi\right)\right)",
}

PLACEHOLDER = Decimal("0.7313050817")
SMALL = Decimal("1e-4")  # below it a number is written as 1e-8
CLASSES = 3  # of the softmax that is written out

# What a loss's formula turns on, and how to reach a value of that: t - y for most.
TARGET = Decimal("0.4")
PRODUCT = {"hinge"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of an entry: its name, its letter if formulas have it, its default if any."""

    name: str
    letter: str
    default: str


@dataclass(frozen=True)
class Formulas:
    """What an entry computes and the derivative of that, piece by piece."""

    definition: tuple[Piece, ...]
    derivative: tuple[Piece, ...]


def parameters(entry: Callable[..., Any], letters: Mapping[str, str]) -> Iterator[Parameter]:
    """The parameters of an entry of a table, as its signature has them."""
    for parameter in inspect.signature(entry).parameters.values():
        if parameter.name not in ("fan_in", "fan_out"):
            yield Parameter(
                parameter.name, letters.get(parameter.name, ""), default_text(parameter.default)
            )


def default_text(value: Any) -> str:
    """A default as YAML has it; nothing where there is none."""
    if value is inspect.Parameter.empty:
        return ""
    if isinstance(value, tuple):
        return f"[{', '.join(map(default_text, value))}]"
    if isinstance(value, Decimal) and value and abs(value) < SMALL:
        return f"{value:e}"
    return str(value).lower()


def activation_formulas(name: str) -> Formulas:
    """An activation of z; its derivative may use its value a."""
    entry = ACTIVATIONS[name]
    letters = _placeholders(entry)
    made = entry(**letters)
    if not isinstance(made, Function):
        return _softmax_formulas()
    swap = _swapping(letters)
    expression, derivative = made.expression, made.derivative
    function = replace(
        made,
        expression=expression and (lambda *z: swap(expression(*z))),
        derivative=derivative and (lambda *z: tuple(map(swap, derivative(*z)))),
    )
    written = formulas.definition(function)
    if not written:  # a primitive, which has a name and no formula
        z = given("z", Decimal(1))
        written = (Piece(write(Call(made, (z,)), _symbol), ""),)
    return Formulas(written, formulas.derivative(function))


def called(name: str) -> tuple[tuple[str, str], ...]:
    """What an activation's formulas call by name, and what that stands for."""
    made = ACTIVATIONS[name](**{})
    if not isinstance(made, Function):
        return ()
    own = (made.latex or "%s") % "z"
    return tuple((symbol, text) for symbol, text in formulas.described(made) if symbol != own)


def constants(name: str) -> tuple[tuple[str, str], ...]:
    """The named constants in an activation's formulas, but for pi, and their values."""
    made = ACTIVATIONS[name]()
    if not isinstance(made, Function) or made.expression is None:
        return ()
    z = given("z", Decimal(-1))
    found = {
        node: _symbol(node).latex
        for node in _nodes(made.expression(z))
        if isinstance(node, Quantity) and node.name in CONSTANTS and node.name != "pi"
    }
    return tuple((letter, f"{quantity.value:f}") for quantity, letter in found.items())


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
    letters = _placeholders(LOSSES[name])
    swap = _swapping(letters)
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
        (activation, write(fused.shortcut(t, y), _symbol))
        for activation, fused in loss.from_logits.items()
    )


def loss_corners(name: str, target: float) -> tuple[float, ...]:
    """The predictions at which a loss or its slope becomes another, with default parameters."""
    term = loss_with_letters(name)
    assert term.derivative is not None
    defaults = inspect.signature(LOSSES[name]).parameters
    real = {number: defaults[key].default for key, number in _placeholders(LOSSES[name]).items()}
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


def _softmax_formulas() -> Formulas:
    """The first of a few outputs of a softmax; its slope in each pre-activation."""
    z = [given(f"z_{number}", Decimal(0)) for number in range(1, CLASSES + 1)]
    p = [given(f"a_{number}", Decimal(0)) for number in range(1, CLASSES + 1)]
    of_call = {Call(softmax_of(CLASSES, unit), tuple(z)): p[unit] for unit in range(CLASSES)}

    def named(node: Expression) -> Expression:
        if isinstance(node, Call) and node in of_call:
            return of_call[node]
        return rebuilt(node, tuple(map(named, children(node))))

    first = softmax_of(CLASSES, 0)
    assert first.expression is not None and first.derivative is not None
    slopes = first.derivative(*z, p[0])
    return Formulas(
        (Piece(write(first.expression(*z), _symbol), ""),),
        tuple(
            Piece(write(named(slope), _symbol), f"z_{number}")
            for number, slope in enumerate(slopes, start=1)
        ),
    )


def _placeholders(entry: Callable[..., Any]) -> dict[str, Decimal]:
    """A number of its own for each parameter of an entry."""
    names = list(inspect.signature(entry).parameters)
    return {name: PLACEHOLDER + Decimal(number) / 100 for number, name in enumerate(names)}


def _swapping(numbers: Mapping[str, Decimal]) -> Callable[[Expression], Expression]:
    """Puts the letter of each parameter where its number stands."""
    letters = {number: given(_letter(name), number) for name, number in numbers.items()}

    def swap(node: Expression) -> Expression:
        if isinstance(node, Constant):
            return letters.get(node.value, node)
        return rebuilt(node, tuple(map(swap, children(node))))

    return swap


def _letter(name: str) -> str:
    return LETTERS.get(name) or rf"\text{{{name.replace('_', ' ')}}}"


def _nodes(node: Expression) -> Iterator[Expression]:
    yield node
    for part in children(node):
        yield from _nodes(part)


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
    return write(form(t, y), _symbol)


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
    numbers = [Decimal(0), Decimal(1), *_placeholders(LOSSES[name]).values()]
    known = [signed for number in numbers for signed in (number, -number)]
    return min(known, key=lambda number: abs(number - low))


def _number(name: str, value: Decimal) -> str:
    """A corner as its condition has it: a parameter's letter, or a number."""
    for parameter, number in _placeholders(LOSSES[name]).items():
        if abs(value) == number:
            return f"{'-' if value < 0 else ''}{_letter(parameter)}"
    return latex_number(value)


def _symbol(quantity: Quantity) -> Symbol:
    """A quantity of these formulas: a constant by its letter, any other by its name."""
    if quantity.name in CONSTANTS:
        letter = CONSTANTS[str(quantity.name)]
        return Symbol(letter.base, letter.text, "", letter.sub, letter.sub)
    return Symbol(str(quantity.name), str(quantity.name), "")
