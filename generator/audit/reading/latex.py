r"""Reads LaTeX as expressions: the inverse of the page's writer, for other hands' pages too.

A small parser of our own: SymPy's ANTLR grammar reads `net_{h1}` as n·e·t_{h1}, its
Lark grammar rejects most lines of a worked example, and both lose the digits of a
number as it was printed; pylatexenc knows macros and their arguments but no
mathematics, so that this grammar would be left to write. What cannot be read raises
`Unreadable` with the reason; nothing is guessed.

A symbol is a Quantity whose name is its canonical LaTeX: `w_{5}` is `w_5`, `\hat y_1`
is `\hat{y}_1`, `W^{[1]}_{21}` is `W_{21}^{[1]}`, and `\mathrm` and `\text` are left
out of indices. Sums over an index and the like are laws: one symbol named `Opaque`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeGuard

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.reading.arrays import Array
from generator.audit.reading.names import Opaque
from generator.audit.reading.parser import Parser
from generator.audit.reading.plain import plain_tokens
from generator.audit.reading.rows import Draft, drafts
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.tokens import RELATIONS, Token, Unreadable, tokenize


@dataclass(frozen=True)
class Side:
    """One side of a relation; without an expression, `reason` says why it is not read."""

    latex: str
    start: int
    expression: Expression | None
    reason: str = ""


@dataclass(frozen=True)
class Entry(Opaque):
    """The name of one entry of an array that is written as symbols."""

    index: int = 0

    def __str__(self) -> str:
        return f"{self.latex}, entry {self.index + 1}"


@dataclass(frozen=True)
class Chain:
    """Sides with a relation between each and the next: `s0 = s1 = s2 ≈ s3`.

    target: what an assignment before them gives their value to: the w of `w := s0 = s1`.
    """

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    target: Expression | None = None

    def runs_of_equalities(self) -> list[range]:
        """The stretches of its sides that no inequality interrupts."""
        starts = [0, *(i for i, relation in enumerate(self.relations, 1) if relation not in "=≈")]
        return [range(*edges) for edges in pairwise([*starts, len(self.sides)])]


def parse(latex: str, symbols: SymbolTable) -> Expression:
    """The expression that LaTeX stands for; new symbols are entered in the table."""
    return Parser(tokenize(latex, decimal_comma=symbols.decimal_comma), latex, symbols).whole()


def side(latex: str, start: int, symbols: SymbolTable, *, is_plain: bool = False) -> Side:
    """A side on its own, such as a cell of a table."""
    cut = plain_tokens if is_plain else tokenize
    return _read(
        Parser(cut(latex, decimal_comma=symbols.decimal_comma), latex, symbols), latex, start
    )


def chains(latex: str, symbols: SymbolTable, *, is_plain: bool = False) -> Iterator[Chain]:
    """The chains of relations in a formula, read.

    A chain of arrays is to be taken `entrywise` before the next is asked for, which may
    use its symbols.
    """
    cut = plain_tokens if is_plain else tokenize
    for draft in drafts(cut(latex, decimal_comma=symbols.decimal_comma)):
        chain = _chain(draft, latex, symbols)
        if chain is not None:
            yield chain


def sides_of_equalities(latex: str) -> Iterator[str]:
    """What stands on the sides of a formula's equalities, not read yet."""
    for draft in drafts(tokenize(latex)):
        if {"=", "≈"} & set(draft.relations):
            yield from (latex[side[0].start : side[-1].end] for side in draft.sides if side)


def entrywise(chain: Chain, symbols: SymbolTable) -> Iterator[Chain]:
    """A chain of arrays as one chain an entry; a chain of numbers as it is."""
    arrays = [each.expression for each in chain.sides if isinstance(each.expression, Array)]
    if not arrays:
        first = chain.sides[0].expression
        if _is_symbol(first) and any("matrix}" in each.latex for each in chain.sides[1:]):
            symbols.arrays[first.name] = Array(((first,),))  # a matrix of one entry
        yield chain
        return
    shape = next((each.shape for each in arrays if not each.is_list), arrays[0].shape)
    reason = ""
    if any(
        each.shape != shape and not (each.is_list and each.shape == shape[::-1]) for each in arrays
    ):
        reason = "matrices of different shapes on the two sides"
    elif any(_is_number(each.expression) for each in chain.sides):
        reason = "a matrix and a number on the two sides"
    if reason:
        sides = [
            replace(s, expression=None, reason=reason) if isinstance(s.expression, Array) else s
            for s in chain.sides
        ]
        yield replace(chain, sides=tuple(sides))
        return
    first = chain.sides[0].expression
    if _is_symbol(first):
        symbols.enter_array(first.name, arrays[-1])
    for index in range(shape[0] * shape[1]):
        sides = [_entry(each, index, symbols) for each in chain.sides]
        yield Chain(tuple(sides), chain.relations, chain.target)


def _is_symbol(expression: Expression | None) -> TypeGuard[Quantity]:
    """Whether a side is one symbol, no law."""
    return isinstance(expression, Quantity) and not isinstance(expression.name, Opaque)


def _is_number(expression: Expression | None) -> bool:
    """Whether a side is numbers only, and no array of them."""
    if expression is None or isinstance(expression, Array):
        return False
    return next(quantities_in(expression), None) is None


def _entry(side: Side, index: int, symbols: SymbolTable) -> Side:
    """An entry of a side; of one in symbols, the entry that it stands for."""
    if side.expression is None:
        return side
    if isinstance(side.expression, Array):
        return replace(side, expression=side.expression.entries[index])
    if _is_symbol(side.expression):
        return replace(side, expression=symbols.entry(side.expression.name, index))
    entry = Quantity(Entry(" ".join(side.latex.split()), index), None, Decimal("NaN"))
    return replace(side, expression=symbols.setdefault(entry.name, entry))


def _read(parser: Parser, latex: str, start: int) -> Side:
    try:
        return Side(latex, start, parser.whole())
    except Unreadable as problem:
        reason = problem.reason
    if parser.symbols.arrays:  # what is no arithmetic of arrays may be a law of symbols
        try:
            tokens, source = parser.tokens, parser.source
            again = Parser(tokens, source, parser.symbols, reads_arrays=False)
            return Side(latex, start, again.whole())
        except Unreadable:
            pass
    return Side(latex, start, None, reason)


def _chain(draft: Draft, latex: str, symbols: SymbolTable) -> Chain | None:
    """The chain; None where there is no relation to read."""
    hidden = [token for token in draft.sides[0] if token.sign in RELATIONS]
    if not draft.relations and not hidden and not draft.target:
        return None
    start = min((side[0].start for side in draft.sides if side), default=None)
    if start is None:
        return None
    sides = [_side(draft, tokens, start, latex, symbols) for tokens in draft.sides]
    if draft.target:
        target = _read(Parser(draft.target, latex, symbols), "", start).expression
        return Chain(tuple(sides), tuple(draft.relations), target)
    if not draft.relations:
        if sides[0].expression is not None:
            return None
        sides.append(Side("", start, None, "a relation inside brackets"))
        return Chain(tuple(sides), ("=",))
    return Chain(tuple(sides), tuple(draft.relations))


def _side(
    draft: Draft, tokens: list[Token], default_start: int, latex: str, symbols: SymbolTable
) -> Side:
    if not tokens:
        return Side("", default_start, None, "nothing stands on one side of the relation")
    start, text = tokens[0].start, latex[tokens[0].start : tokens[-1].end]
    if draft.is_list and tokens is draft.sides[-1]:
        return Side(text, start, None, "a list, or something else stands beside it")
    return _read(Parser(tokens, latex, symbols), text, start)
