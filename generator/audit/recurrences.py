"""The formula of one step from the law of all steps: v_2 = μ v_1 + g_2 from v_k = μ v_{k-1} + g_k.

A page that computes step after step writes its rule once, with a letter for the step, and then
only numbers. With the letter replaced by the step's number the rule says which are put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from generator.algebra import Constant, Expression, Quantity, quantities_in, substitute
from generator.audit.history import History
from generator.audit.known import has_law
from generator.audit.symbols import Opaque, SymbolTable


def instance(
    symbol: Quantity, history: History, symbols: SymbolTable, start: int
) -> Expression | None:
    """The formula of a symbol with a number for an index; None where a page has no law for it."""
    found: list[Expression] = []
    for law, definitions in history.definitions.items():
        step = None if isinstance(law.name, Opaque) else _step(str(law.name), str(symbol.name))
        if step is None:
            continue
        before = [formula for place, formula in definitions if place < start]
        found += [
            each for each in (_of_step(f, *step, symbols) for f in before) if each is not None
        ]
    return found[0] if len(found) == 1 else None


def _step(law: str, name: str) -> tuple[str, int] | None:
    """The letter of a law's head and the number that stands for it: k and 3 of v_{k+1} and v_4."""
    law = _braced(law)
    places = [letter for index in _INDEX.finditer(law) for letter in _letters(index)]
    if len(places) != 1:
        return None
    ((start, end, letter, offset),) = places
    pattern = rf"{re.escape(law[:start])}(\d+){re.escape(law[end:])}"
    match = re.fullmatch(pattern, _braced(name))
    return (letter, int(match[1]) - offset) if match else None


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


_INDEX = re.compile(r"[_^]\{[^{}]*\}")
_LETTER = re.compile(r"(?<![A-Za-z\\])([i-nt])([+-]\d+)?(?![A-Za-z])")
