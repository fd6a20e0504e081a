"""The formulas of a table's functions for any number z, piece by piece where they have corners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from generator.algebra import Call, Expression, Function, Quantity, given
from generator.algebra.calculus import local_derivatives
from generator.algebra.expression import ZERO, children
from generator.network.activations import Activation
from generator.page.latex import write
from generator.page.notation import CONSTANTS, Symbol
from generator.page.numbers import latex_number

# The functions that no formula of this algebra gives.
IN_WORDS = {"normal_cdf": "the distribution function of the standard normal distribution"}


@dataclass(frozen=True)
class Piece:
    """A formula in z and where it holds, both LaTeX; no condition where it holds everywhere."""

    formula: str
    condition: str


def definition(function: Function) -> tuple[Piece, ...]:
    """What a function computes; nothing for a primitive such as tanh."""
    if function.expression is None:
        return ()
    return _pieces(function, function.expression)


def derivative(function: Function) -> tuple[Piece, ...]:
    """Its derivative in z; a textbook's form may use the function's own value, written a."""

    def of(z: Quantity) -> Expression:
        a = given("a", Decimal(1))
        if function.derivative is not None:
            return function.derivative(z, a)[-1]
        assert function.expression is not None, function
        return local_derivatives(function.expression(z)).get(z, ZERO)

    return _pieces(function, of)


def described(activation: Activation) -> Iterator[tuple[str, str]]:
    """An activation and what its formula calls by name: each symbol with what it stands for."""
    if not isinstance(activation, Function):
        formula = r"$e^{z_i}$ of each entry $z_i$, over their sum $\sum_k e^{z_k}$"
        yield r"\mathrm{softmax}\left(z\right)", f"for a list $z$ of numbers: {formula}"
        return
    for function in _named(activation):
        pieces = definition(function)
        formula = ", ".join(
            f"${piece.formula}$" + (f" for ${piece.condition}$" if piece.condition else "")
            for piece in pieces
        )
        if function.latex not in (None, "%s") and function.name in IN_WORDS:
            yield function.latex % "z", IN_WORDS[function.name]
        elif function.latex not in (None, "%s") and pieces:
            yield function.latex % "z", f"for any number $z$: {formula}"


def _named(function: Function) -> Iterator[Function]:
    """A function and those that it or its derivative calls by name, each once, itself first."""
    found = {function.name: function}
    z, a = given("z", Decimal(1)), given("a", Decimal(1))
    forms = [function.expression(z)] if function.expression else []
    forms += function.derivative(z, a) if forms and function.derivative else ()
    for call in (call for form in forms for call in _calls(form)):
        for inner in _named(call.function) if call.function.name not in found else ():
            found.setdefault(inner.name, inner)
    yield from found.values()


def _calls(node: Expression) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for part in children(node):
        yield from _calls(part)


def _pieces(function: Function, form: Callable[[Quantity], Expression]) -> tuple[Piece, ...]:
    """A form between the function's corners; each corner goes to the side whose form it has."""
    corners = sorted(function.corners)

    def at(value: Decimal) -> str:
        return write(form(given("z", value)), _symbol)

    if not corners:
        return (Piece(at(Decimal(1)), ""),)
    ends = [corners[0] - 1, *corners, corners[-1] + 1]
    middles = [(low + high) / 2 for low, high in pairwise(ends)]
    texts = [at(middle) for middle in middles]
    if len(set(texts)) == 1:
        return (Piece(texts[0], ""),)
    pieces = []
    for number, text in enumerate(texts):
        low, high = corners[number - 1 : number], corners[number : number + 1]
        left = f"{latex_number(low[0])} {_below(at(low[0]) == text)} " if low else ""
        right = f" {_below(at(high[0]) == text)} {latex_number(high[0])}" if high else ""
        if not left and right:
            condition = f"z{right}"
        elif left and not right:
            condition = f"z {_above(at(low[0]) == text)} {latex_number(low[0])}"
        else:
            condition = f"{left}z{right}"
        pieces.append(Piece(text, condition))
    return tuple(reversed(pieces))


def _below(closed: bool) -> str:
    return r"\le" if closed else r"\lt"


def _above(closed: bool) -> str:
    return r"\ge" if closed else ">"


def _symbol(quantity: Quantity) -> Symbol:
    if quantity.name in CONSTANTS:
        letter = CONSTANTS[str(quantity.name)]
        return Symbol(letter.base, letter.text, "", letter.sub, letter.sub)
    return Symbol(str(quantity.name), str(quantity.name), "")
