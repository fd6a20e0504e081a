"""The formula of one step from the law of all steps: v_2 = μ v_1 + g_2 from v_k = μ v_{k-1} + g_k.

A page that computes step after step writes its rule once, with a letter for the step, and then
only numbers. With the letter replaced by the step's number the rule says which are put in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.algebra import Constant, Expression, Quantity, quantities_in, substitute
from generator.audit.consistency.history import History
from generator.audit.reading.names import Opaque
from generator.audit.reading.statements import has_law
from generator.audit.reading.symbols import SymbolTable


class Recurrences:
    """The laws of a page whose heads have one letter for an index."""

    def __init__(self, history: History, symbols: SymbolTable) -> None:
        self.history, self.symbols = history, symbols
        self.laws: dict[str, list[tuple[Quantity, _Head]]] = defaultdict(list)
        for law in history.definitions:
            head = None if isinstance(law.name, Opaque) else _head(str(law.name))
            if head is not None:
                self.laws[head.before].append((law, head))

    def instance(self, symbol: Quantity, start: int) -> Expression | None:
        """The formula of a symbol with a number for an index; None where there is no one law."""
        name = _braced(str(symbol.name))
        found = []
        for number in _NUMBER.finditer(name):
            for law, head in self.laws.get(name[: number.start()], ()):
                if head.behind == name[number.end() :]:
                    step = int(number[0]) - head.offset
                    formulas = [f for at, f in self.history.definitions[law] if at < start]
                    found += [_of_step(f, head.letter, step, self.symbols) for f in formulas]
        whole = [each for each in found if each is not None]
        return whole[0] if len(whole) == 1 else None


@dataclass(frozen=True)
class _Head:
    """A name around the letter that counts in it, and what is added to that: v_{, k, 1, }."""

    before: str
    letter: str
    offset: int
    behind: str


def _head(law: str) -> _Head | None:
    law = _braced(law)
    places = [place for index in _INDEX.finditer(law) for place in _letters(index)]
    if len(places) != 1:
        return None
    ((start, end, letter, offset),) = places
    return _Head(law[:start], letter, offset, law[end:])


def _of_step(law: Expression, letter: str, step: int, symbols: SymbolTable) -> Expression | None:
    """A law with a number for its letter; None where another letter stays."""
    if has_law(law):
        return None
    numbers: dict[Quantity, Expression] = {}
    for symbol in dict.fromkeys(quantities_in(law)):
        name = str(symbol.name)
        filled = _filled(name, letter, step)
        if filled is None:
            return None
        if name == letter:
            numbers[symbol] = Constant(Decimal(step))
        elif filled != name:
            numbers[symbol] = symbols.setdefault(filled, Quantity(filled, None, Decimal("NaN")))
    return substitute(law, numbers) if numbers else None


def _filled(name: str, letter: str, step: int) -> str | None:
    """A name with a number for the letter in its indices: v_2 of v_{k-1}; None with another."""
    braced = _braced(name)
    places = [place for index in _INDEX.finditer(braced) for place in _letters(index)]
    if any(each != letter for _, _, each, _ in places):
        return None
    for start, end, _, offset in reversed(places):
        braced = f"{braced[:start]}{step + offset}{braced[end:]}"
    return re.sub(r"_\{(\w)\}", r"_\1", braced) if places else name


def _letters(index: re.Match[str]) -> Iterator[tuple[int, int, str, int]]:
    """The letters that count in an index, with what is added to each, and where they stand."""
    for match in _LETTER.finditer(index[0]):
        yield (
            index.start() + match.start(),
            index.start() + match.end(),
            match[1],
            int(match[2] or 0),
        )


def _braced(name: str) -> str:
    return re.sub(r"_(\w)", r"_{\1}", name)


_NUMBER = re.compile(r"\d+")
_INDEX = re.compile(r"[_^]\{[^{}]*\}")
_LETTER = re.compile(r"(?<![A-Za-z\\])([i-nt])([+-]\d+)?(?![A-Za-z])")
