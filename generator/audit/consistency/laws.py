"""A general law held against its instances: z_j = Σ w_{ji} a_i - b_j beside z_1 = w_{11} a_1 + b_1.

No number contradicts a law with a sum over an index, but the lines for the units that a
page writes out do: by a sign, by a layer's index, or by the law's head.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from generator.algebra import Quantity
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque, shape
from generator.audit.reading.statements import Reading, Statement

Key = tuple[str, str]  # a letter and what stands above it: w and [1] of w_{ji}^{[1]}
Term = tuple[str, frozenset[Key]]  # a sign, and what is multiplied


@dataclass(frozen=True)
class Misstated:
    """A law that differs from its instances in one place; `example` is one of them."""

    side: Side
    printed: str
    expected: str
    example: Side


def misstated(reading: Reading) -> Iterator[Misstated]:
    """The laws that differ in one place from every instance."""
    laws: list[tuple[Side, Side, Key]] = []
    instances: dict[Key, dict[frozenset[Term], Side]] = defaultdict(dict)
    for head, formula in _definitions(reading.statements):
        key = next(_keys(head.latex))
        if _GENERIC.search(head.latex):
            laws.append((head, formula, key))
        else:
            instances[key].setdefault(_terms(formula.latex), formula)
    for head, formula, key in laws:
        law, known = _terms(formula.latex), instances.get(key, {})
        elsewhere = [other for other in instances if law in instances[other]]
        if key in elsewhere:
            continue
        if elsewhere and shape(_written(elsewhere[0])) == shape(_written(key)) != _written(key):
            other = elsewhere[0]
            yield Misstated(head, _written(key), _written(other), instances[other][law])
        elif len(known) == 1:
            ((terms, example),) = known.items()
            for printed, expected in _difference(law, terms):
                yield Misstated(formula, printed, expected, example)


def _definitions(statements: tuple[Statement, ...]) -> Iterator[tuple[Side, Side]]:
    """Symbols with an index, each with the first side that is a formula of two symbols or more."""
    for statement in statements:
        head, *sides = statement.sides
        if not isinstance(head.expression, Quantity) or isinstance(head.expression.name, Opaque):
            continue
        is_symbol = _SYMBOL.fullmatch(head.latex.strip())
        if (
            not sides
            or not is_symbol
            or is_symbol["letter"] in _SIGNS
            or "_" not in head.latex
            or statement.is_row
        ):
            continue
        if sum(len(keys) for _, keys in _terms(sides[0].latex)) > 1:
            yield head, sides[0]


def _difference(law: frozenset[Term], instance: frozenset[Term]) -> Iterator[tuple[str, str]]:
    """The one term of a law with another sign, or with another mark above one letter."""
    wrong, right = law - instance, instance - law
    if len(wrong) != 1 or len(right) != 1:
        return
    ((sign, keys),), ((other_sign, other_keys),) = wrong, right
    if keys == other_keys:
        yield f"{sign} {_product(keys)}", f"{other_sign} {_product(keys)}"
    odd, even = keys - other_keys, other_keys - keys
    if sign == other_sign and len(odd) == len(even) == 1:
        (one,), (another,) = odd, even
        is_power = _INDEX.fullmatch(one[1]) is not None and not another[1]  # X^k, where k = 1
        if one[0] == another[0] and not is_power:
            yield _written(one), _written(another)


def _terms(latex: str) -> frozenset[Term]:
    """The terms of a formula: their signs and their letters, without indices."""
    terms, sign, start, depth = [], "+", 0, 0
    text = re.sub(r"\\(?:left|right|,|;|!|quad)(?![a-zA-Z])|\s+", " ", latex)
    for at, mark in enumerate(f"{text}+"):
        depth += (mark in "({[") - (mark in ")}]")
        if mark in "+-" and depth == 0:
            keys = frozenset(_keys(text[start:at]))
            terms += [(sign, keys)] if keys else []
            sign, start = mark, at + 1
    return frozenset(terms)


def _keys(term: str) -> Iterator[Key]:
    for match in _SYMBOL.finditer(_SUM.sub("", term)):
        above = match["above"] or match["first"] or ""
        if match["letter"] not in _SIGNS:
            yield match["letter"], _SAMPLE.sub("", re.sub(r"[{}\s]", "", above))


def _product(keys: frozenset[Key]) -> str:
    return " ".join(_written(key) for key in sorted(keys))


def _written(key: Key) -> str:
    letter, above = key
    return f"{letter}^{{{above}}}" if above else letter


_GROUP = r"(?:\w|\{(?:[^{}]|\{[^{}]*\})*\})"
_SYMBOL = re.compile(
    r"(?P<letter>\\(?:hat|bar|tilde|mathbf|mathrm)\s*(?:\{[^{}]*\}|\w)|\\[a-zA-Z]+|[A-Za-z])"
    rf"(?:\^(?P<first>{_GROUP}))?(?:_{_GROUP})?(?:\^(?P<above>{_GROUP}))?"
)
_SUM = re.compile(rf"\\sum(?:\\limits)?(?:[_^]{_GROUP})*")
_SAMPLE = re.compile(r",?\(\d+\)$")
_INDEX = re.compile(r"[i-nt]")
_SIGNS = {r"\cdot", r"\times", r"\ast"}
_GENERIC = re.compile(r"_\{?[i-n]{1,2}\b")
