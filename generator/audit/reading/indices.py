r"""Which superscripts of a page are indices: `a_1^{2}` may be a square or a quantity of layer 2.

It is a quantity where the page gives it a value of its own, alone on a side of a
relation or in a table, and never gives `a_1` one. So `r^2 = 0.09` below `r = 0.3`
stays a square, and no superscript of a page that has no such names is read anew. Where
a page gives values to several quantities of one letter, and to none without a number
above, every number above that letter is an index: a slip in it is not read as a power.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.algebra import Expression, Quantity
from generator.audit.reading.latex import sides_of_equalities
from generator.audit.reading.markdown import MarkdownPage
from generator.audit.reading.names import name_of
from generator.audit.reading.parser import Parser
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.tokens import Unreadable, canonical, tokenize, words


def indexed_symbols(page: MarkdownPage) -> SymbolTable:
    """The symbols of a page whose superscript is an index.

    The table's `indexed` are the letters whose superscripts are all indices.
    """
    lone = {found for latex in dict.fromkeys(_sides(page)) if (found := _lone_symbol(latex))}
    without = {base for base, _, sup in lone if not sup}
    above = Counter(base for base, _, sup in lone if sup)
    letters = {base for base, count in above.items() if count > 1} - without - {"e"}
    table = Parser([], "", SymbolTable(frozenset(letters)))
    for base, sub, sup in sorted(lone):
        is_name = sup == "-1" or (sup == "2" and base in _SQUARES)
        is_name |= (base, sub, "") not in lone
        if sup and (base, sub) != ("e", "") and is_name:
            table.entered(name_of(base, sub, sup))
    return table.symbols


def _sides(page: MarkdownPage) -> Iterator[str]:
    """The LaTeX of every side of a relation, and of the symbols in tables."""
    yield from (row.symbol.latex for row in page.assignments)
    for formula in page.formulas:
        if not formula.is_plain:
            yield from sides_of_equalities(formula.latex)


def _lone_symbol(latex: str) -> tuple[str, str, str] | None:
    """The letter, subscript and superscript of LaTeX that is one symbol and no more."""
    parser = _Lone(tokenize(latex), latex, SymbolTable())
    try:
        whole = parser.whole()
    except Unreadable:
        return None
    return parser.found if whole is parser.symbols.get(_FOUND) else None


_FOUND = "the symbol"
# A variance is given as a square, whatever sigma is elsewhere, and an inverse as a matrix.
_SQUARES = words(r"\sigma \chi R s")


class _Lone(Parser):
    """Reads a symbol's scripts without giving them a meaning."""

    found: tuple[str, str, str]

    def symbol(self, base: str, sub: str = "") -> Expression:
        sub, sup, script = self.scripts(base, sub)
        self.found = base, sub, sup + canonical(script)
        return self.entered(_FOUND)

    def entered(self, name: object) -> Quantity:
        return super().entered(name if name == _FOUND else "another")
