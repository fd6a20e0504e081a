r"""Reads LaTeX as expressions: the inverse of the page's writer, for other hands' pages too.

A small parser of our own: SymPy's ANTLR grammar reads `net_{h1}` as n·e·t_{h1}, its
Lark grammar rejects most lines of a worked example, and both lose the digits of a
number as it was printed. What cannot be read raises `Unreadable` with the reason;
nothing is guessed.

A symbol is a Quantity whose name is its canonical LaTeX: `w_{5}` is `w_5`, `\hat y_1`
is `\hat{y}_1`, `W^{[1]}_{21}` is `W_{21}^{[1]}`, and `\mathrm` and `\text` are left
out of indices. Sums over an index and the like are laws: one symbol named `Opaque`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    exp,
    ln,
)
from generator.algebra.functions import absolute, maximum, normal_cdf, sqrt, tanh
from generator.network.activations import (
    Activation,
    elu,
    gelu,
    gelu_tanh,
    hard_sigmoid,
    leaky_relu,
    mish,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
)

# What a function is written as, behind its backslash if it has one; to read another, enter it
# here. How many arguments it takes is how many its own LaTeX has places for.
FUNCTIONS: Mapping[str, Function] = {
    name: function
    for names, function in (
        (r"\exp exp", exp),
        (r"\ln ln", ln),
        (r"\tanh tanh", tanh),
        (r"\max max", maximum),
        (r"\lvert", absolute),
        (r"\Phi", normal_cdf),
        (r"\sigma sigmoid", sigmoid()),
        ("ReLU", relu()),
        ("GELU", gelu()),
        ("SiLU", silu()),
        ("Mish", mish()),
        ("SELU", selu()),
        ("softplus", softplus()),
        ("softsign", softsign()),
        ("hardsigmoid", hard_sigmoid()),
    )
    if isinstance(function, Function)
    for name in names.split()
}

# Functions whose subscript is a parameter, or tells them from another of the name.
WITH_SUBSCRIPT: Mapping[str, Callable[[str], Activation]] = {
    "LeakyReLU": lambda subscript: leaky_relu(Decimal(subscript)),
    "ELU": lambda subscript: elu(Decimal(subscript)),
    "GELU": lambda subscript: gelu_tanh(),
}

RELATIONS = {
    "=": "=",
    r"\approx": "≈",
    r"\simeq": "≈",
    "≈": "≈",
    "<": "<",
    r"\lt": "<",
    r"\le": "≤",
    r"\leq": "≤",
    "≤": "≤",
    ">": ">",
    r"\gt": ">",
    r"\ge": "≥",
    r"\geq": "≥",
    "≥": "≥",
}

SymbolTable: TypeAlias = dict[Hashable, Quantity]


class Unreadable(ValueError):
    """LaTeX that has no one reading; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Opaque:
    """The name of a part that is read but stays a law, such as a sum over an index."""

    latex: str

    def __str__(self) -> str:
        return self.latex


@dataclass(frozen=True)
class Side:
    """One side of a relation; without an expression, `reason` says why it is not read."""

    latex: str
    start: int
    expression: Expression | None
    reason: str = ""


@dataclass(frozen=True)
class Chain:
    """Sides with a relation between each and the next: `s0 = s1 = s2 ≈ s3`."""

    sides: tuple[Side, ...]
    relations: tuple[str, ...]


def parse(latex: str, symbols: SymbolTable) -> Expression:
    """The expression that LaTeX stands for; new symbols are entered in the table."""
    return _Parser(_tokens(latex), latex, symbols).whole()


def side(latex: str, start: int, symbols: SymbolTable) -> Side:
    """A side on its own, such as a cell of a table."""
    try:
        return Side(latex, start, parse(latex, symbols))
    except Unreadable as problem:
        return Side(latex, start, None, problem.reason)


def chains(latex: str, symbols: SymbolTable) -> list[Chain]:
    """The chains of relations in a formula, its rows and columns taken apart.

    A row that begins with a relation goes on with the chain above it, one that
    begins with an operator goes on with the last side. Assignments and arrows
    end a chain and are no equalities.
    """
    drafts: list[_Draft] = []
    above: dict[int, _Draft] = {}
    for segment in _segments(_tokens(latex)):
        draft = above.get(segment.column)
        first, *others = _split_at_relations(segment.tokens)
        if draft and segment.is_beside(has_relation=bool(others)):
            draft.is_list = True
            continue
        if draft is None or not segment.goes_on(has_relation=bool(others)):
            draft = _Draft([[]])
            drafts.append(draft)
        draft.sides[-1].extend(first[1])
        for relation, side in others:
            if relation in RELATIONS:
                draft.relations.append(RELATIONS[relation])
                draft.sides.append(side)
            else:
                draft = _Draft([side])
                drafts.append(draft)
        above[segment.column] = draft
    read = (draft.read(latex, symbols) for draft in drafts)
    return [chain for chain in read if chain is not None]


class _Token(NamedTuple):
    """A piece of LaTeX; the text of words is what stands between their braces."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def sign(self) -> str:
        """Its text if that means something to the grammar: not in words and letters."""
        return self.text if self.kind in ("mark", "command", "row") else ""


_TOKEN = re.compile(
    r"""(?P<skip>[\s~]|%[^\n]*|\\[,;:!\s]|\\(?:label|tag)\*?\{[^{}]*\}
        |\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits|nonumber|notag)(?![A-Za-z])
        |\\(?:begin|end)\{(?:align|aligned|gather|gathered|equation|split)\*?\})
    |(?P<row>\\\\(?:\[[^\]\n]*\])?)
    |\\(?:text(?:rm|it|bf)?|mbox)\s*\{(?P<text>[^{}]*)\}
    |\\(?:math(?:rm|it|sf|tt)|operatorname)\s*\{(?P<name>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}
    |(?P<environment>\\(?:begin|end)\{[^{}]*\})
    |(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<command>\\[A-Za-z]+|\\.)
    |(?P<letter>[^\W\d_])
    |(?P<mark>:=|.)""",
    re.VERBOSE | re.DOTALL,
)
_END = _Token("end", "", 0, 0)
_MAX_DEPTH = 40
_MAX_DIGITS = 45  # beyond, fifty-digit arithmetic would round what is printed


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPEN = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", r"\lvert": r"\rvert"}
_TIMES = frozenset([r"\cdot", r"\times", "*", r"\ast", "·", "×"])
_MINUS = frozenset(["-", "−"])
_BESIDE = frozenset([",", ";", r"\quad", r"\qquad"])
_NO_EQUALITY = _words(
    r":= \coloneqq \leftarrow \gets \to \rightarrow \mapsto \longrightarrow \in \sim"
    r" \propto \equiv \ne \neq \ll \gg \implies \Rightarrow \Longrightarrow \iff"
    r" \Leftrightarrow"
)
_LETTERS = _words(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota"
    r" \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \varphi \chi \psi"
    r" \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell"
)
_ACCENTS = _words(
    r"\hat \widehat \bar \overline \tilde \widetilde \dot \ddot \vec \mathbf \boldsymbol"
    r" \bm \mathcal \mathbb"
)


def _with_subscript(base: str, subscript: str) -> Function:
    try:
        function = WITH_SUBSCRIPT[base](subscript)
    except ArithmeticError:
        raise Unreadable(f"`{subscript}` is no parameter of {base}") from None
    assert isinstance(function, Function), base
    return function


_NOT_ENTERED = _words(
    r"\log \lg \sinh \cosh \min \sin \cos \tan \det \arg \lVert"
    r" \operatorname |"
)
_SCRIPTS = _LETTERS | frozenset([r"\prime", r"\ast", r"\star", r"\top", "+", "*"])
_POWER_OF_TEN = re.compile(  # 4.1 \times 10^{-5} is one number
    r"""(?:\s|\\[,;:!])* (?:\\times|\\cdot|[*×·]) (?:\s|\\[,;:!])* 10 \s* \^ \s*
    (?: \{ \s* (?P<braced>[-−]? \s* [0-9]+) \s* \} | (?P<digit>[0-9]) (?![0-9.]) )""",
    re.VERBOSE,
)
_PROGRAMMERS_NUMBER = re.compile(r"[0-9.]+[eE][-+−]?[0-9]")
# A superscript that is part of a symbol: [1], (2), +, *, a prime, and several of them.
_DECORATION = re.compile(r"(?:\[[^\[\]]+\]|\([^()]+\)|\+|\*|\\(?:prime|ast|star|top)(?![A-Za-z]))+")


def _tokens(latex: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(latex):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "name" and re.search(r"[_^{\\]", text):  # \mathrm{net_{h1}}
            inside = match.start(kind)
            found += [t._replace(start=t.start + inside, end=t.end + inside) for t in _tokens(text)]
        elif kind != "skip":
            found.append(_Token(kind, text, *match.span()))
    return found


@dataclass
class _Draft:
    """A chain before its sides are read."""

    sides: list[list[_Token]]
    relations: list[str] = field(default_factory=list)
    is_list: bool = False

    def read(self, latex: str, symbols: SymbolTable) -> Chain | None:
        """The chain; None where there is no relation to read."""
        hidden = [token for token in self.sides[0] if token.sign in RELATIONS]
        if not self.relations and not hidden:
            return None
        start = min((side[0].start for side in self.sides if side), default=None)
        if start is None:
            return None
        sides = [self._side(tokens, start, latex, symbols) for tokens in self.sides]
        if not self.relations:
            if sides[0].expression is not None:
                return None
            sides.append(Side("", start, None, "a relation inside brackets"))
            return Chain(tuple(sides), ("=",))
        return Chain(tuple(sides), tuple(self.relations))

    def _side(
        self, tokens: list[_Token], default_start: int, latex: str, symbols: SymbolTable
    ) -> Side:
        if not tokens:
            return Side("", default_start, None, "nothing stands on one side of the relation")
        start, text = tokens[0].start, latex[tokens[0].start : tokens[-1].end]
        if self.is_list and tokens is self.sides[-1]:
            return Side(text, start, None, "a list, or something else stands beside it")
        try:
            return Side(text, start, _Parser(tokens, latex, symbols).whole())
        except Unreadable as problem:
            return Side(text, start, None, problem.reason)


@dataclass(frozen=True)
class _Segment:
    """A stretch of a row between commas, wide spaces or columns.

    before: what stands before it: `row`, `&`, or the comma or space.
    """

    column: int
    before: str
    tokens: list[_Token]

    def is_beside(self, *, has_relation: bool) -> bool:
        """Whether it stands beside something and is no statement of its own: a list, a number."""
        return not has_relation and self.before != "row" and not self.goes_on(has_relation=False)

    def goes_on(self, *, has_relation: bool) -> bool:
        """Whether it goes on with the chain above it, by a relation or by an operator."""
        first = self.tokens[0].sign
        if first in _MINUS:
            return self.before == "&" or (self.before == "row" and not has_relation)
        is_operator = first in _TIMES or first in ("+", "/")
        return first in RELATIONS or (is_operator and self.before in ("row", "&"))


def _segments(tokens: Sequence[_Token]) -> Iterator[_Segment]:
    """Rows taken apart at commas, wide spaces and every second `&`."""
    for row in _rows(tokens):
        column, ampersands, before, depth = 0, 0, "row", 0
        current: list[_Token] = []
        for token in [*row, _END]:
            depth = _depth(depth, token)
            sign = token.sign if depth == 0 else ""
            starts_column = sign == "&" and ampersands % 2 == 1
            if starts_column and current and current[-1].sign in RELATIONS:
                continue  # eqnarray's second `&`, behind the relation
            if token is _END or starts_column or sign in _BESIDE:
                while current and current[-1].sign == ".":
                    current.pop()
                if any(part.kind != "text" for part in current):
                    yield _Segment(column, before, current)
                    before = sign
                if starts_column:
                    column, before = column + 1, "row"
                current = []
            elif sign == "&":
                before = before if current else "&"
            else:
                current.append(token)
            ampersands += sign == "&"


def _rows(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    row: list[_Token] = []
    depth = 0
    for token in tokens:
        depth = _depth(depth, token, {"{": "}"})
        if token.kind == "row" and depth == 0:
            yield row
            row = []
        else:
            row.append(token)
    yield row


def _split_at_relations(tokens: Sequence[_Token]) -> list[tuple[str, list[_Token]]]:
    """Each side with the relation before it; the first has none."""
    sides: list[tuple[str, list[_Token]]] = [("", [])]
    depth = 0
    for token in tokens:
        depth = _depth(depth, token)
        if depth == 0 and (token.sign in RELATIONS or token.sign in _NO_EQUALITY):
            sides.append((token.sign, []))
        else:
            sides[-1][1].append(token)
    return sides


def _depth(depth: int, token: _Token, brackets: Mapping[str, str] = _OPEN) -> int:
    """How deep in brackets and environments a place is, behind this token."""
    if token.kind == "environment":
        return max(0, depth + (1 if token.text.startswith(r"\begin") else -1))
    if not token.sign:
        return depth
    opens, closes = token.sign in brackets, token.sign in brackets.values()
    return max(0, depth + opens - closes)


class _Parser:
    """Recursive descent over the tokens of one side."""

    def __init__(
        self, tokens: list[_Token], source: str, symbols: SymbolTable, depth: int = 0
    ) -> None:
        self.tokens = tokens
        self.source = source
        self.symbols = symbols
        self.depth = depth
        self.at = 0
        self.run_end = 0  # letters before it stand for themselves: no name begins among them

    def whole(self) -> Expression:
        expression = self.sum()
        while self.next.kind == "text" and self.next.text[:1] in (" ", "("):
            self.at += 1  # a remark behind the formula
        if self.next is not _END:
            raise Unreadable(f"`{self.next.text}` is not expected where it stands")
        return expression

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def accept(self, *signs: str) -> bool:
        found = self.next.sign in signs
        self.at += found
        return found

    def part(self, tokens: list[_Token]) -> Expression:
        """The expression that a group of tokens is."""
        return _Parser(tokens, self.source, self.symbols, self.depth).whole()

    def sum(self) -> Expression:
        terms = [self.signed_term()]
        while self.next.sign == "+" or self.next.sign in _MINUS:
            is_subtracted = self.take().sign != "+"
            term = self.signed_term()
            terms.append(Negative(term) if is_subtracted else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def signed_term(self) -> Expression:
        """A product with at most one sign; a minus belongs to a number that it leads."""
        is_negative = self.accept(*_MINUS)
        if not is_negative:
            self.accept("+")
        start, is_number = self.at, self.next.kind == "number"
        first = self.factor()
        if is_negative and is_number and isinstance(first, Constant):
            return self.product(Constant(first.value.copy_negate()), start)
        product = self.product(first, start)
        return Negative(product) if is_negative else product

    def product(self, first: Expression, start: int) -> Expression:
        factors = [first]
        is_law, has_slash, behind_slash = False, False, False
        while True:
            token = self.next
            if self.accept(*_TIMES):
                factors.append(self.signed_factor())
            elif self.accept(r"\odot"):
                factors.append(self.signed_factor())
                is_law = True
            elif self.accept("/"):
                if has_slash:
                    raise Unreadable("two slashes in one product can be read in two ways")
                factors = [Quotient(_product(factors), self.denominator())]
                has_slash = True
            elif self.begins_operand(token):
                if behind_slash:
                    raise Unreadable("what stands behind `/` can be read in two ways")
                if token.kind == "number":
                    raise Unreadable(f"no sign stands between {token.text} and what precedes it")
                factors.append(self.factor())
            else:
                break
            behind_slash = token.sign == "/"
        return self.opaque(start) if is_law else _product(factors)

    def begins_operand(self, token: _Token) -> bool:
        if token.kind == "text":
            behind = self.tokens[self.at + 1 : self.at + 2]
            return bool(behind) and behind[0].sign in ("_", "^")
        if token.kind == "mark":
            return token.text in _OPEN or token.text == "|"
        if token.kind == "command":
            return token.text not in _OPEN.values()
        return token.kind not in ("end", "row")

    def signed_factor(self) -> Expression:
        r"""A factor behind a sign of multiplication, which may have a minus: `2 \cdot -3`."""
        if not self.accept(*_MINUS):
            return self.factor()
        is_number = self.next.kind == "number"
        factor = self.factor()
        if is_number and isinstance(factor, Constant):
            return Constant(factor.value.copy_negate())
        return Negative(factor)

    def denominator(self) -> Expression:
        start = self.at
        factor = self.factor()
        is_number = isinstance(factor, Constant) and self.tokens[start].kind == "number"
        if is_number and self.at - start > 1:
            raise Unreadable("a power of ten behind `/` can be read in two ways")
        return factor

    def factor(self) -> Expression:
        """An operand with its exponent."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Unreadable(f"nested more than {_MAX_DEPTH} deep")
        factor = self.operand(self.take())
        self.depth -= 1
        return factor

    def operand(self, token: _Token) -> Expression:
        if token.kind == "number":
            return self.number(token)
        if token.kind == "text":
            return self.text(token)
        if token.kind in ("letter", "name") or token.sign in _LETTERS or token.sign in _ACCENTS:
            return self.symbol_or_call(token)
        if token.kind == "environment":
            what = "cases are" if "cases" in token.text else "a matrix is"
            raise Unreadable(f"{what} not read yet")
        if token.sign == r"\lvert":
            return self.raised(Call(FUNCTIONS[token.sign], (self.group(token),)))
        if token.sign in _OPEN:
            return self.raised(self.group(token))
        if token.sign in FUNCTIONS:
            return self.call(token)
        if token.sign in _FORMS:
            return _FORMS[token.sign](self)
        if token.sign in _NOT_ENTERED:
            raise Unreadable(f"no function is entered for `{token.text}` yet")
        if token is _END:
            raise Unreadable("something is missing at its end")
        if token.sign.startswith("\\"):
            raise Unreadable(f"the command `{token.text}` is not known")
        raise Unreadable(f"`{token.text}` is not expected where it stands")

    def number(self, token: _Token) -> Expression:
        if len(token.text) > _MAX_DIGITS:
            raise Unreadable(f"a number of more than {_MAX_DIGITS} digits")
        if _PROGRAMMERS_NUMBER.match(self.source, token.start):
            raise Unreadable(f"the e behind {token.text} may be a factor or a power of ten")
        power = _POWER_OF_TEN.match(self.source, token.end)
        if not power:
            return self.raised(Constant(Decimal(token.text)))
        exponent = (power["braced"] or power["digit"]).replace(" ", "").replace("−", "-")
        if len(exponent) > 5 or abs(int(exponent)) > 9999:
            raise Unreadable("a power of ten beyond any number")
        while self.next is not _END and self.next.start < power.end():
            self.at += 1
        return Constant(Decimal(f"{token.text}E{exponent}"))

    def group(self, opening: _Token) -> Expression:
        inner = self.sum()
        self.close(opening)
        return inner

    def close(self, opening: _Token) -> None:
        if self.next.sign in RELATIONS:
            raise Unreadable("a relation inside brackets")
        if not self.accept(_OPEN[opening.sign]):
            raise Unreadable(f"a closing `{_OPEN[opening.sign]}` is missing")

    def raised(self, base: Expression) -> Expression:
        """A base that is no symbol, with its exponent if it has one."""
        if not self.accept("^"):
            return base
        script = self.script()
        if _DECORATION.fullmatch(_canonical(script)):
            raise Unreadable(f"an index `{_canonical(script)}` on what is no symbol")
        return Power(base, self.part(script))

    def script(self, *, splits_digits: bool = False) -> list[_Token]:
        r"""An argument: what stands in braces, or one token.

        splits_digits: of `12` in `\frac12`, take the 1 and leave the 2.
        """
        token = self.take()
        if token.sign == "{":
            start, depth = self.at, 1
            while depth and self.next is not _END:
                depth = _depth(depth, self.take(), {"{": "}"})
            if depth:
                raise Unreadable("a closing `}` is missing")
            return self.tokens[start : self.at - 1]
        if token.kind == "number" and len(token.text) > 1:
            if not (splits_digits and token.text.isdecimal()):
                raise Unreadable(f"braces are missing around {token.text}")
            self.at -= 1
            digit, rest = token.text[0], token.text[1:]
            self.tokens[self.at] = token._replace(text=rest, start=token.start + 1)
            return [token._replace(text=digit, end=token.start + 1)]
        if token.kind in ("letter", "number", "text", "name") or token.sign in _SCRIPTS:
            return [token]
        raise Unreadable(f"braces are missing around `{token.text}`")

    def symbol_or_call(self, token: _Token) -> Expression:
        base = token.text
        if token.kind == "letter":
            base = self.word(token)
        elif token.text in _ACCENTS:
            base = f"{token.text}{{{_canonical(self.script())}}}"
        if base in WITH_SUBSCRIPT and self.accept("_"):
            return self.raised(self.applied(_with_subscript(base, _canonical(self.script()))))
        if self.next.sign == "(" and (base in FUNCTIONS or (len(base) > 1 and base.isalpha())):
            if base not in FUNCTIONS:
                raise Unreadable(f"no function is entered for `{base}` yet")
            return self.raised(self.applied(FUNCTIONS[base]))
        return self.symbol(base)

    def word(self, token: _Token) -> str:
        """The name that touching letters make, `net` before `_` or `w5`; otherwise one letter."""
        if self.at <= self.run_end:
            return token.text
        end = self.at
        while end < len(self.tokens) and self.tokens[end].kind == "letter":
            if self.tokens[end].start > self.tokens[end - 1].end:
                break
            end += 1
        self.run_end = end
        word = "".join(letter.text for letter in self.tokens[self.at - 1 : end])
        behind, *more = [*self.tokens[end : end + 2], _END]
        if behind.kind == "number" and behind.start == self.tokens[end - 1].end:
            if "." in behind.text or (more[0].kind == "letter" and more[0].start == behind.end):
                raise Unreadable(f"`{word}{behind.text}` may be a name or a product")
            self.at = end + 1
            return word + behind.text
        if len(word) > 1 and behind.sign in ("_", "("):
            self.at = end
            return word
        return token.text

    def symbol(self, base: str) -> Expression:
        """The symbol of a letter with its indices, and with its exponent if it has one."""
        start, sub, sup = self.at - 1, "", ""
        exponent: Expression | None = None
        while True:
            if self.accept("'"):
                sup += r"\prime"
            elif self.accept("_"):
                if sub:
                    raise Unreadable("two subscripts")
                sub = _canonical(self.script())
                if not sub:
                    raise Unreadable("an empty subscript")
            elif self.accept("^"):
                if exponent is not None or sup.replace(r"\prime", ""):
                    raise Unreadable("two superscripts")
                script = self.script()
                if base != "e" and _is_decoration(script):
                    sup += _canonical(script)
                else:
                    exponent = self.part(script)
            else:
                break
        if base in FUNCTIONS and not sub and self.next.sign == "(":
            if exponent is not None or sup.replace(r"\prime", ""):
                raise Unreadable(f"a superscript between `{base}` and its argument")
            self.group(self.take())
            return self.opaque(start)
        if base == "e" and exponent is not None and not sub and not sup:
            return Call(exp, (exponent,))
        sub = sub if len(sub) < 2 else f"{{{sub}}}"
        name = base + (f"_{sub}" if sub else "") + (f"^{{{sup}}}" if sup else "")
        return self.entered(name) if exponent is None else Power(self.entered(name), exponent)

    def entered(self, name: Hashable) -> Quantity:
        """The quantity of that name, the same object each time."""
        return self.symbols.setdefault(name, Quantity(name, None, Decimal("NaN")))

    def opaque(self, start: int) -> Quantity:
        """A law, read and checked no further: one symbol for everything since `start`."""
        latex = self.source[self.tokens[start].start : self.tokens[self.at - 1].end]
        return self.entered(Opaque(" ".join(latex.split())))

    def text(self, token: _Token) -> Expression:
        r"""`\text{net}_{h1}` and `\text{loss}` are symbols; `\text{so } x` is x with a remark."""
        if not self.begins_operand(self.next) and self.next.kind != "text":
            if not re.fullmatch(r"\s*[^\W\d_][\w -]*", token.text):
                raise Unreadable(f"the words `{token.text}` are no name")
            return self.symbol(" ".join(token.text.split()))
        if self.at == 1:
            return self.factor()
        raise Unreadable(f"the words `{token.text}` inside a formula")

    def call(self, token: _Token) -> Expression:
        """A function by its command: its argument in brackets, or one factor."""
        function = FUNCTIONS[token.sign]
        if self.next.sign in ("(", "[", "{", r"\{"):
            return self.raised(self.applied(function))
        argument = self.factor()
        if self.begins_operand(self.next):
            raise Unreadable(f"where the argument of `{token.text}` ends is not marked")
        return Call(function, (argument,))

    def applied(self, function: Function) -> Expression:
        """A function with the arguments in the brackets that follow."""
        opening = self.take()
        arguments = [self.sum()]
        while self.accept(","):
            arguments.append(self.sum())
        self.close(opening)
        if function.latex is not None and len(arguments) != function.latex.count("%s"):
            raise Unreadable(f"{len(arguments)} arguments for the function {function.name}")
        return Call(function, tuple(arguments))

    def fraction(self) -> Expression:
        start = self.at - 1
        above, below = self.script(splits_digits=True), self.script(splits_digits=True)
        if _is_differential(below) and len(above) == 1 and above[0].text == below[0].text:
            self.factor()  # the operator d/dx and what it is applied to
            return self.opaque(start)
        if _is_differential(below) and _is_differential(above):
            derivative = self.derivative(self.part(above[1:]), self.part(below[1:]), above[0].text)
            return self.raised(derivative)
        return self.raised(Quotient(self.part(above), self.part(below)))

    def partial(self) -> Expression:
        r"""`\partial E / \partial w`, one symbol."""
        above = self.factor()
        if not (self.accept("/") and self.accept(r"\partial")):
            raise Unreadable(r"`\partial` outside a derivative")
        return self.derivative(above, self.factor(), r"\partial")

    def derivative(self, above: Expression, below: Expression, mark: str) -> Quantity:
        if not isinstance(above, Quantity) or not isinstance(below, Quantity):
            raise Unreadable("a derivative of something, or in something, that is no symbol")
        return self.entered(rf"\frac{{{mark} {above.name}}}{{{mark} {below.name}}}")

    def root(self) -> Expression:
        if self.next.sign == "[":
            raise Unreadable("roots other than square roots are not read yet")
        return self.raised(Call(sqrt, (self.part(self.script(splits_digits=True)),)))

    def braced_below(self) -> Expression:
        r"""`\underbrace{...}_{label}`: what is above the brace."""
        inner = self.part(self.script())
        if self.accept("_", "^") and any(token.sign in RELATIONS for token in self.script()):
            raise Unreadable("an equality in a label")
        return inner

    def law(self) -> Expression:
        r"""`\sum_k ...`, with the term that it sums."""
        start = self.at - 1
        while self.accept("_", "^"):
            self.script()
        self.signed_term()
        return self.opaque(start)

    def dots(self) -> Expression:
        return self.opaque(self.at - 1)


_FORMS: Mapping[str, Callable[[_Parser], Expression]] = {
    r"\frac": _Parser.fraction,
    r"\dfrac": _Parser.fraction,
    r"\tfrac": _Parser.fraction,
    r"\partial": _Parser.partial,
    r"\sqrt": _Parser.root,
    r"\underbrace": _Parser.braced_below,
    r"\overbrace": _Parser.braced_below,
    r"\sum": _Parser.law,
    r"\prod": _Parser.law,
    r"\dots": _Parser.dots,
    r"\ldots": _Parser.dots,
    r"\cdots": _Parser.dots,
}


def _product(factors: Sequence[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _canonical(tokens: Sequence[_Token]) -> str:
    """The text of an index, without braces, spaces and fonts."""
    text, behind_command = "", False
    for token in tokens:
        if token.sign not in ("{", "}"):
            piece = token.text.strip()
            text += f" {piece}" if behind_command and piece[:1].isalnum() else piece
            behind_command = token.kind == "command"
    return text


def _is_decoration(tokens: Sequence[_Token]) -> bool:
    """Whether a superscript belongs to its symbol: no exponent, but an index, a sign or a word."""
    if _DECORATION.fullmatch(_canonical(tokens)) or (
        tokens and all(token.kind in ("text", "name") for token in tokens)
    ):
        return True
    return (
        len(tokens) > 2
        and all(token.kind == "letter" for token in tokens)
        and all(left.end == right.start for left, right in pairwise(tokens))
    )


def _is_differential(tokens: Sequence[_Token]) -> bool:
    """Whether it begins with the d or ∂ of a derivative."""
    if len(tokens) < 2 or tokens[0].text not in (r"\partial", "d"):
        return False
    return tokens[1].kind in ("letter", "name", "text", "command")
