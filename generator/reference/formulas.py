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
from typing import Any

from generator.algebra import Call, Constant, Expression, Function, Quantity, given
from generator.algebra.expression import children, rebuilt
from generator.network.activations import ACTIVATIONS, softmax_of
from generator.page import formulas
from generator.page.formulas import Piece
from generator.page.latex import write
from generator.page.notation import CONSTANTS, Symbol

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
    "constant": ((r"\eta_n", r"\eta"),),
    "step": (
        (r"\eta_n", r"\eta \cdot \gamma^k"),
        ("k", r"\mathrm{floor}\left(\frac{n - 1}{s}\right)"),
    ),
    "exponential": ((r"\eta_n", r"\eta \cdot \gamma^{n - 1}"),),
    "cosine": (
        (r"\eta_n", r"\eta_{min} + \frac{1}{2} \left(\eta - \eta_{min}\right) \left(1 + c\right)"),
        ("c", r"\mathrm{cos}\left(\frac{n - 1}{T_{max}} \cdot \pi\right)"),
    ),
}

PLACEHOLDER = Decimal("0.7313050817")
SMALL = Decimal("1e-4")  # below it a number is written as 1e-8
CLASSES = 3  # of the softmax that is written out


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
    letters = placeholders(entry)
    made = entry(**letters)
    if not isinstance(made, Function):
        return _softmax_formulas()
    swap = swapping(letters)
    expression, derivative = made.expression, made.derivative
    function = replace(
        made,
        expression=expression and (lambda *z: swap(expression(*z))),
        derivative=derivative and (lambda *z: tuple(map(swap, derivative(*z)))),
    )
    written = formulas.definition(function)
    if not written:  # a primitive, which has a name and no formula
        z = given("z", Decimal(1))
        written = (Piece(write(Call(made, (z,)), symbol), ""),)
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
        node: symbol(node).latex
        for node in _nodes(made.expression(z))
        if isinstance(node, Quantity) and node.name in CONSTANTS and node.name != "pi"
    }
    return tuple((letter, f"{quantity.value:f}") for quantity, letter in found.items())


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
        (Piece(write(first.expression(*z), symbol), ""),),
        tuple(
            Piece(write(named(slope), symbol), f"z_{number}")
            for number, slope in enumerate(slopes, start=1)
        ),
    )


def placeholders(entry: Callable[..., Any]) -> dict[str, Decimal]:
    """A number of its own for each parameter of an entry."""
    names = list(inspect.signature(entry).parameters)
    return {name: PLACEHOLDER + Decimal(number) / 100 for number, name in enumerate(names)}


def swapping(numbers: Mapping[str, Decimal]) -> Callable[[Expression], Expression]:
    """Puts the letter of each parameter where its number stands."""
    letters = {number: given(letter(name), number) for name, number in numbers.items()}

    def swap(node: Expression) -> Expression:
        if isinstance(node, Constant):
            return letters.get(node.value, node)
        return rebuilt(node, tuple(map(swap, children(node))))

    return swap


def letter(name: str) -> str:
    return LETTERS.get(name) or rf"\text{{{name.replace('_', ' ')}}}"


def _nodes(node: Expression) -> Iterator[Expression]:
    yield node
    for part in children(node):
        yield from _nodes(part)


def symbol(quantity: Quantity) -> Symbol:
    """A quantity of these formulas: a constant by its letter, any other by its name."""
    if quantity.name in CONSTANTS:
        letter = CONSTANTS[str(quantity.name)]
        return Symbol(letter.base, letter.text, "", letter.sub, letter.sub)
    return Symbol(str(quantity.name), str(quantity.name), "")
