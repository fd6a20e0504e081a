"""The tokens of a formula as chains of relations, its rows and columns taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from generator.audit.reading.tokens import (
    BOLD,
    END,
    MINUS,
    RELATIONS,
    TIMES,
    Token,
    depth_behind,
    words,
)


@dataclass
class Draft:
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


def drafts(tokens: Sequence[Token]) -> list[Draft]:
    """The chains of a formula's tokens, their sides not read yet.

    A row that begins with a relation goes on with the chain above it, one that
    begins with an operator goes on with the last side. Assignments and arrows
    end a chain and are no equalities.
    """
    found: list[Draft] = []
    above: dict[int, Draft] = {}
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
            draft = Draft([[]])
            found.append(draft)
        draft.sides[-1].extend(first)
        for relation, tokens in others:
            if relation in RELATIONS:
                draft.relations.append(RELATIONS[relation])
                draft.sides.append(tokens)
            else:
                is_assignment = relation in _ASSIGNMENTS and len(draft.sides) == 1
                target = draft.sides[0] if is_assignment else []
                draft = Draft([tokens], target=target)
                found.append(draft)
        above[segment.column] = draft
    return found


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
