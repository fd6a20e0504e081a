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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeGuard

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.reading.arrays import Array
from generator.audit.reading.names import Opaque
from generator.audit.reading.parser import Parser
from generator.audit.reading.plain import plain_tokens
from generator.audit.reading.symbols import BOLD, SymbolTable
from generator.audit.reading.tokens import (
    END,
    MINUS,
    RELATIONS,
    TIMES,
    Token,
    Unreadable,
    depth_behind,
    tokenize,
    words,
)


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
    """The chains of relations in a formula, its rows and columns taken apart.

    A row that begins with a relation goes on with the chain above it, one that
    begins with an operator goes on with the last side. Assignments and arrows
    end a chain and are no equalities. A chain of arrays is to be taken `entrywise`
    before the next is asked for, which may use its symbols.
    """
    cut = plain_tokens if is_plain else tokenize
    for draft in _drafts(cut(latex, decimal_comma=symbols.decimal_comma)):
        chain = draft.read(latex, symbols)
        if chain is not None:
            yield chain


def sides_of_equalities(latex: str) -> Iterator[str]:
    """What stands on the sides of a formula's equalities, not read yet."""
    for draft in _drafts(tokenize(latex)):
        if {"=", "≈"} & set(draft.relations):
            yield from (latex[side[0].start : side[-1].end] for side in draft.sides if side)


def _drafts(tokens: Sequence[Token]) -> list[_Draft]:
    """The chains of a formula's tokens, their sides not read yet."""
    drafts: list[_Draft] = []
    above: dict[int, _Draft] = {}
    for segment in _segments(tokens):
        draft = above.get(segment.column)
        (_, first), *others = _split_at_relations(segment.tokens)
        goes_on = segment.goes_on(has_relation=bool(others))
        if draft and draft.is_open and segment.before in ("row", "&"):
            goes_on |= bool(draft.sides[-1]) or not others
            first = draft.without_repetition(segment.tokens[0].sign, first)
        elif draft and segment.is_beside(has_relation=bool(others)):
            draft.is_list = True
            continue
        if draft is None or not goes_on:
            draft = _Draft([[]])
            drafts.append(draft)
        draft.sides[-1].extend(first)
        for relation, tokens in others:
            if relation in RELATIONS:
                draft.relations.append(RELATIONS[relation])
                draft.sides.append(tokens)
            else:
                is_assignment = relation in _ASSIGNMENTS and len(draft.sides) == 1
                target = draft.sides[0] if is_assignment else []
                draft = _Draft([tokens], target=target)
                drafts.append(draft)
        above[segment.column] = draft
    return drafts


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


_ASSIGNMENTS = words(r":= \coloneqq \leftarrow \gets ←")
_WIDE = frozenset([r"\quad", r"\qquad"])
_BESIDE = _WIDE | {",", ";"}
_AROUND = frozenset([*RELATIONS, *_BESIDE, "&", "{", "}", "."])
_OPERATORS = frozenset([*MINUS, *TIMES, "+", "/"])
_CONNECTING = frozenset([*RELATIONS, *_OPERATORS, "&"])
_NO_EQUALITY = words(
    r":= \coloneqq \leftarrow \gets \to \rightarrow \mapsto \longrightarrow \in \sim"
    r" \propto \equiv \ne \neq \ll \gg \implies \Rightarrow \Longrightarrow \iff"
    r" \Leftrightarrow"
)


@dataclass
class _Draft:
    """A chain before its sides are read."""

    sides: list[list[Token]]
    relations: list[str] = field(default_factory=list)
    is_list: bool = False
    target: list[Token] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it ends with a relation or an operator, and so goes on in the next row."""
        last = self.sides[-1]
        return bool(self.relations) and (not last or last[-1].sign in _OPERATORS)

    def without_repetition(self, sign: str, first: list[Token]) -> list[Token]:
        """What a row begins with, the sign left out that the row before it ends with, too.

        In some languages what is broken at an operator or a relation has it twice.
        """
        if not self.sides[-1] and sign in RELATIONS:
            self.sides.pop()
            self.relations.pop()
        elif self.sides[-1] and sign == self.sides[-1][-1].sign:
            return first[1:]
        return first

    def read(self, latex: str, symbols: SymbolTable) -> Chain | None:
        """The chain; None where there is no relation to read."""
        hidden = [token for token in self.sides[0] if token.sign in RELATIONS]
        if not self.relations and not hidden and not self.target:
            return None
        start = min((side[0].start for side in self.sides if side), default=None)
        if start is None:
            return None
        sides = [self._side(tokens, start, latex, symbols) for tokens in self.sides]
        if self.target:
            target = _read(Parser(self.target, latex, symbols), "", start).expression
            return Chain(tuple(sides), tuple(self.relations), target)
        if not self.relations:
            if sides[0].expression is not None:
                return None
            sides.append(Side("", start, None, "a relation inside brackets"))
            return Chain(tuple(sides), ("=",))
        return Chain(tuple(sides), tuple(self.relations))

    def _side(
        self, tokens: list[Token], default_start: int, latex: str, symbols: SymbolTable
    ) -> Side:
        if not tokens:
            return Side("", default_start, None, "nothing stands on one side of the relation")
        start, text = tokens[0].start, latex[tokens[0].start : tokens[-1].end]
        if self.is_list and tokens is self.sides[-1]:
            return Side(text, start, None, "a list, or something else stands beside it")
        return _read(Parser(tokens, latex, symbols), text, start)


@dataclass(frozen=True)
class _Segment:
    """A stretch of a row between commas, wide spaces or columns.

    before: what stands before it: `row`, `label` (words at the beginning of the row), `&`, or
        the comma or space.
    """

    column: int
    before: str
    tokens: list[Token]

    def is_beside(self, *, has_relation: bool) -> bool:
        """Whether it stands beside something and is no statement of its own: a list, a number."""
        is_first = self.before in ("row", "label")
        return not has_relation and not is_first and not self.goes_on(has_relation=False)

    def goes_on(self, *, has_relation: bool) -> bool:
        """Whether it goes on with the chain above it, by a relation or by an operator."""
        first = self.tokens[0].sign
        if first in MINUS:
            return self.before == "&" or (self.before == "row" and not has_relation)
        is_operator = first in TIMES or first in ("+", "/")
        return first in RELATIONS or (is_operator and self.before in ("row", "&"))


def _segments(tokens: Sequence[Token]) -> Iterator[_Segment]:
    """Rows taken apart at commas, wide spaces and every second `&`."""
    for row in _rows(_unframed(_unbraced(tokens))):
        column, ampersands, before, depth = 0, 0, "row", 0
        current: list[Token] = []
        for token, behind in pairwise([*row, END, END]):
            depth = depth_behind(depth, token)
            sign = token.sign if depth == 0 else ""
            if not sign and token.sign in _WIDE and current and current[-1].sign == ",":
                continue  # a space in a list: `[1.2, \quad 0.8]`
            starts_column = sign == "&" and ampersands % 2 == 1
            ampersands += sign == "&"
            if starts_column and (
                behind.sign in RELATIONS or (current and current[-1].sign in RELATIONS)
            ):
                continue  # `P &= Q &= R` and eqnarray's second `&`, behind the relation
            if token is END or starts_column or sign in _BESIDE:
                while current and current[-1].sign == ".":
                    current.pop()
                if any(part.kind != "text" for part in current):
                    yield _Segment(column, before, current)
                    before = sign
                elif current and before == "row":
                    before = "label"  # `\text{Neuron 2:} & -0.1 \cdot 0.5`
                if starts_column:
                    column, before = column + 1, "row"
                current = []
            elif sign == ":" and all(part.kind in ("text", "name") for part in current):
                before, current = "label", []
            elif sign == "&":
                before = before if current or before == "label" else "&"
            else:
                current.append(token)


def _unbraced(tokens: Sequence[Token]) -> Sequence[Token]:
    r"""A formula without the braces around whole statements: `\mathbf{a = 1}`, `{\small a = 1}`."""
    kept: list[Token | None] = list(tokens)
    opened: list[int] = []
    hold_relations: set[int] = set()
    for at, token in enumerate(tokens):
        if token.sign == "{":
            opened.append(at)
        elif token.sign in RELATIONS:
            hold_relations.update(opened[-1:])
        elif token.sign == "}" and opened:
            start = opened.pop()
            first = start - (start > 0 and tokens[start - 1].sign in BOLD)
            beside = [*tokens[max(0, first - 1) : first], *tokens[at + 1 : at + 2]]
            if start in hold_relations and all(
                each.sign in _AROUND or each.kind == "row" for each in beside
            ):
                kept[first : start + 1] = [None] * (start + 1 - first)
                kept[at] = None
                hold_relations.update(opened[-1:])
    return [token for token in kept if token is not None]


def _unframed(tokens: Sequence[Token]) -> Sequence[Token]:
    r"""The rows of an `array` that frames a whole formula and holds statements, no matrix.

    Its columns are statements beside each other, but for one that begins or ends with a
    relation or an operator, as in an aligned environment.
    """
    frame = [at for at, token in enumerate(tokens) if token.kind == "environment"]
    if not frame or tokens[frame[0]].text != r"\begin{array}":
        return tokens
    first, last = frame[0], frame[-1]
    if any(token.sign not in (".", ",") for token in (*tokens[:first], *tokens[last + 1 :])):
        return tokens
    first = next((at for at, token in enumerate(tokens) if token.sign == "}"), first)
    rows: list[Token] = []
    depth, has_relation = 0, False
    for at in range(first + 1, last):
        token, beside = tokens[at], {tokens[at - 1].sign, tokens[at + 1].sign}
        if depth == 0 and token.text == r"\end{array}":
            return tokens  # two arrays beside each other
        depth = depth_behind(depth, token)
        has_relation |= depth == 0 and token.sign in RELATIONS
        if depth == 0 and token.sign == "&" and not beside & _CONNECTING:
            token = token._replace(text=r"\quad")
        rows.append(token)
    return rows if has_relation else tokens


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    row: list[Token] = []
    depth = 0
    for token in tokens:
        depth = depth_behind(depth, token, "{}")
        if token.kind == "row" and depth == 0:
            yield row
            row = []
        else:
            row.append(token)
    yield row


def _split_at_relations(tokens: Sequence[Token]) -> list[tuple[str, list[Token]]]:
    """Each side with the relation before it; the first has none."""
    sides: list[tuple[str, list[Token]]] = [("", [])]
    depth = 0
    for token in tokens:
        depth = depth_behind(depth, token)
        if depth == 0 and (token.sign in RELATIONS or token.sign in _NO_EQUALITY):
            sides.append((token.sign, []))
        else:
            sides[-1][1].append(token)
    return sides
