"""Writes an expression as LaTeX: in symbols, or with numbers put in (a tree of constants)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from generator.page.notation import Symbol, braced
from generator.page.numbers import is_scientific, latex_number

# How tightly a tree holds together where it stands as an operand.
SUM, SIGN, PRODUCT, POWER, ATOM = range(5)


def write(expression: Expression, symbol_of: Callable[[Quantity], Symbol], times: str = " ") -> str:
    r"""LaTeX of a tree, in the commands that every renderer shares.

    symbol_of: the symbol of a quantity.
    times: what stands between two factors in symbols, a space or `\cdot`; next
        to a number it is always `\cdot`.
    """

    def operand(node: Expression, tightness: int, leads: bool = False) -> str:
        """A part of a larger tree, in parentheses where it holds together less than needed.

        leads: nothing stands before it, so its own minus sign needs none.
        """
        binding = _binding(node)
        if isinstance(node, Quantity) and tightness == ATOM and symbol_of(node).is_compound:
            binding = POWER
        if binding == SIGN and leads:
            return written(node)
        if binding == SIGN or binding < tightness:
            return rf"\left({written(node)}\right)"
        return written(node, leads)

    def written(node: Expression, leads: bool = True) -> str:
        match node:
            case Quantity():
                return symbol_of(node).latex
            case Constant(value):
                return latex_number(value)
            case Negative(inner):
                if _begins_with_zero(inner):
                    return rf"-\left({written(inner)}\right)"  # -0 would read as a number
                return "-" + operand(inner, PRODUCT)
            case Sum(terms):
                text = operand(terms[0], SUM, leads)
                for term in terms[1:]:
                    if isinstance(term, Negative):
                        text += " - " + operand(term.operand, PRODUCT)
                    else:
                        text += " + " + operand(term, SUM)
                return text
            case Product(factors):
                factors = tuple(map(_without_zeros, factors))
                text = operand(factors[0], PRODUCT, leads)
                for before, factor in pairwise(factors):
                    text += _between(before, factor, times) + operand(factor, POWER)
                return text
            case Quotient(numerator, denominator):
                return rf"\frac{{{written(numerator)}}}{{{written(denominator)}}}"
            case Power(base, exponent):
                return f"{operand(base, ATOM)}^{braced(written(exponent))}"
            case Call(function, arguments):
                assert function.latex is not None, function
                return function.latex % tuple(written(argument) for argument in arguments)
        raise TypeError(f"no LaTeX for {type(node).__name__}")

    return written(expression)


def _binding(node: Expression) -> int:
    match node:
        case Sum():
            return SUM
        case Negative():
            return SIGN
        case Constant(value):
            return SIGN if value < 0 else POWER if is_scientific(value) else ATOM
        case Product():
            return PRODUCT
        case Quotient() | Power() | Call():
            return POWER
    return ATOM


def _without_zeros(factor: Expression) -> Expression:
    """A factor of 1.0 or -1.0 as 1 or -1, however it was typed; any other as it is."""
    if isinstance(factor, Constant) and abs(factor.value) == 1:
        return Constant(factor.value.to_integral_value())
    return factor


def _begins_with_zero(node: Expression) -> bool:
    while isinstance(node, Product):
        node = node.factors[0]
    return isinstance(node, Constant) and node.value == 0


def _between(left: Expression, right: Expression, times: str) -> str:
    """What joins two factors: a dot wherever a number would run into its neighbour."""
    group = right.base if isinstance(right, Power) else right
    if isinstance(left, Quotient) and isinstance(group, Sum):
        return " "
    numeric = isinstance(left, Constant) or isinstance(group, Constant | Quotient)
    return r" \cdot " if numeric else times
