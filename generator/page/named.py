"""Named quantities: what a template sees of a quantity, found by its name.

A quantity's name is its anchor on the generated page with underscores: w5, net_h1,
w5_gradient, delta_o1, e_total_updated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from generator.algebra import Quantity
from generator.network.names import Name
from generator.page.equations import Equation, Writer, block
from generator.page.tables import FULL_DIGITS

READINGS = (
    "name",
    "anchor",
    "symbol",
    "is_given",
    "in_symbols",
    "with_numbers",
    "relation",
    "value",
    "result",
    "in_full",
    "line",
    "equation",
)


@dataclass(frozen=True, eq=False)
class NamedQuantity:
    """One quantity as a template sees it: every reading is LaTeX without its dollar signs.

    anchor: what a link to it ends with; name: the same with underscores. A
    given quantity is its own right side in symbols.
    """

    anchor: str
    symbol: str
    _identity: tuple[Name | str, bool]
    _quantity: Quantity
    _write: Writer
    _result_digits: int
    _define: Callable[[], Equation]
    _derive: Callable[[], Equation]

    def __str__(self) -> str:
        return self.symbol

    @property
    def name(self) -> str:
        return self.anchor.replace("-", "_")

    @property
    def is_given(self) -> bool:
        return self._quantity.definition is None

    @cached_property
    def _equation(self) -> Equation:
        return self._define()

    @property
    def in_symbols(self) -> str:
        """The right side in symbols, written out."""
        return self._equation.in_symbols or self.symbol

    @property
    def with_numbers(self) -> str:
        """The right side with the numbers put in, with the digits that give the value."""
        return self._equation.with_numbers

    @property
    def relation(self) -> str:
        r"""`=` where the value is exact for the numbers put in, else `\approx`."""
        return self._equation.relation

    @property
    def value(self) -> str:
        """The value to the page's digits, or as it was typed."""
        return self._equation.result

    @property
    def result(self) -> str:
        """The value to the page's result digits, or as it was typed."""
        return self._write.value(self._quantity, self._result_digits)

    @property
    def in_full(self) -> str:
        """The value to twelve digits, or as it was typed."""
        return self._write.value(self._quantity, FULL_DIGITS)

    @property
    def line(self) -> str:
        """On one line: the symbol, in symbols, with numbers, the value; what repeats left out."""
        sides = dict.fromkeys((self.symbol, self.in_symbols, self.with_numbers))
        sides.pop(self.value, None)
        return f"{' = '.join(sides)} {self.relation} {self.value}"

    @property
    def equation(self) -> str:
        """The whole chain as an aligned block, a gradient's from the chain rule on."""
        equation = self._derive()
        rows = tuple(row for row in equation.rows if row[1] != self.symbol)
        return block([Equation("", self.symbol, rows)]).latex


@dataclass(frozen=True, eq=False)
class Quantities:
    """All quantities of an example in one notation, in the order of the page.

    One is found by its name, with or without the underscores, or by the same
    quantity in another notation.
    """

    _all: tuple[NamedQuantity, ...]

    def __str__(self) -> str:
        return ", ".join(own.name for own in self)

    def __iter__(self) -> Iterator[NamedQuantity]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, name: object) -> bool:
        try:
            return bool(self[name])
        except LookupError:
            return False

    def __getitem__(self, name: object) -> NamedQuantity:
        if isinstance(name, NamedQuantity):
            return self._by_identity[name._identity]
        if not isinstance(name, str):
            raise KeyError(name)
        return self._by_name.get(name) or self._by_letters[_letters(name)]

    @cached_property
    def _by_name(self) -> Mapping[str, NamedQuantity]:
        return {own.name: own for own in reversed(self._all)}

    @cached_property
    def _by_letters(self) -> Mapping[str, NamedQuantity]:
        """By name without underscores, where that is one quantity alone."""
        found: dict[str, list[NamedQuantity]] = {}
        for own in self._by_name.values():
            found.setdefault(_letters(own.name), []).append(own)
        return {letters: own[0] for letters, own in found.items() if len(own) == 1}

    @cached_property
    def _by_identity(self) -> Mapping[tuple[Name | str, bool], NamedQuantity]:
        return {own._identity: own for own in self._all}


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of a page by name, with no method of a dict in the way of `tables.values`."""

    _parts: Mapping[str, object]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, name: str) -> object:
        return self._parts[name]


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
