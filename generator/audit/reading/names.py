"""The names of symbols as canonical LaTeX, and what two of them have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.algebra import Quantity

_VERSION = re.compile(r"\^\{(?:\+|\*|\\prime|\\ast|\\star|new|old|neu|alt|\([^()]*\)|t|t\+1)+\}")


@dataclass(frozen=True)
class Opaque:
    """The name of a part that is read but stays a law, such as a sum over an index."""

    latex: str

    def __str__(self) -> str:
        return self.latex


def derivative_name(above: object, below: object) -> str:
    """The one name of a derivative, however it is written."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def name_of(base: str, sub: str, sup: str) -> str:
    """The canonical LaTeX of a symbol."""
    sub = sub if len(sub) < 2 else f"{{{sub}}}"
    return base + (f"_{sub}" if sub else "") + (f"^{{{sup}}}" if sup else "")


def stem(symbol: Quantity) -> str:
    """A symbol's name without the marks of a time: w_1 of w_1^{+}, w_{1new} and w_1(2)."""
    name = re.sub(r"\([^()]*\)$", "", _VERSION.sub("", str(symbol.name)))
    return re.sub(r"(?:_?(?:new|old|neu|alt|updated|,))+$", "", re.sub(r"[{}]", "", name)).rstrip(
        "_"
    )


def shape(name: str) -> str:
    """A symbol's name without the digits of its indices."""
    return re.sub(r"\d", "#", name)
