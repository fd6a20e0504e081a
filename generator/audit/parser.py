"""Recursive descent over the tokens of a formula, to the expression that it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

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
)
from generator.algebra.functions import sqrt
from generator.audit.cursor import Cursor
from generator.audit.functions import FUNCTIONS, NOT_ENTERED, WITH_SUBSCRIPT, with_subscript
from generator.audit.tokens import (
    DECORATION,
    END,
    LETTERS,
    MINUS,
    OPEN,
    RELATIONS,
    TIMES,
    Token,
    Unreadable,
    canonical,
    is_decoration,
    is_differential,
    words,
)

SymbolTable: TypeAlias = dict[Hashable, Quantity]


@dataclass(frozen=True)
class Opaque:
    """The name of a part that is read but stays a law, such as a sum over an index."""

    latex: str

    def __str__(self) -> str:
        return self.latex


class Parser(Cursor):
    """The tokens of a formula, or of a part of it, read as an expression.

    symbols: those already read; new ones are entered.
    """

    def __init__(
        self, tokens: list[Token], source: str, symbols: SymbolTable, depth: int = 0
    ) -> None:
        super().__init__(tokens, source)
        self.symbols = symbols
        self.depth = depth

    def whole(self) -> Expression:
        """The expression that all the tokens are; Unreadable where they are none."""
        expression = self.sum()
        while self.next.kind == "text" and self.next.text[:1] in (" ", "("):
            self.at += 1  # a remark behind the formula
        if self.next is not END:
            raise Unreadable(f"`{self.next.text}` is not expected where it stands")
        return expression

    def part(self, tokens: list[Token]) -> Expression:
        """The expression that a group of tokens is."""
        return Parser(tokens, self.source, self.symbols, self.depth).whole()

    def sum(self) -> Expression:
        terms = [self.signed_term()]
        while self.next.sign == "+" or self.next.sign in MINUS:
            is_subtracted = self.take().sign != "+"
            term = self.signed_term()
            terms.append(Negative(term) if is_subtracted else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def signed_term(self) -> Expression:
        """A product with at most one sign; a minus belongs to a number that it leads."""
        is_negative = self.accept(*MINUS)
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
            if self.accept(*TIMES, r"\odot"):
                factors.append(self.signed_factor())
                is_law |= token.sign == r"\odot"
            elif self.accept("/"):
                if has_slash:
                    raise Unreadable("two slashes in one product can be read in two ways")
                factors = [Quotient(_product(factors), self.denominator())]
                has_slash = True
            elif self.begins_operand():
                if behind_slash:
                    raise Unreadable("what stands behind `/` can be read in two ways")
                if token.kind == "number":
                    raise Unreadable(f"no sign stands between {token.text} and what precedes it")
                factors.append(self.factor())
            else:
                break
            behind_slash = token.sign == "/"
        return self.opaque(start) if is_law else _product(factors)

    def signed_factor(self) -> Expression:
        r"""A factor behind a sign of multiplication, which may have a minus: `2 \cdot -3`."""
        if not self.accept(*MINUS):
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

    def operand(self, token: Token) -> Expression:
        if token.kind == "number":
            behind = self.at
            number = Constant(self.number(token))
            return self.raised(number) if self.at == behind else number  # a power of ten
        if token.kind == "text":
            return self.text(token)
        if token.kind in ("letter", "name") or token.sign in LETTERS or token.sign in _ACCENTS:
            return self.symbol_or_call(token)
        if token.kind == "environment":
            what = "cases are" if "cases" in token.text else "a matrix is"
            raise Unreadable(f"{what} not read yet")
        if token.sign == r"\lvert":
            return self.raised(Call(FUNCTIONS[token.sign], (self.group(token),)))
        if token.sign in OPEN:
            return self.raised(self.group(token))
        if token.sign in FUNCTIONS:
            return self.call(token)
        if token.sign in _FORMS:
            return _FORMS[token.sign](self)
        if token.sign in NOT_ENTERED:
            raise Unreadable(f"no function is entered for `{token.text}` yet")
        if token is END:
            raise Unreadable("something is missing at its end")
        if token.sign.startswith("\\"):
            raise Unreadable(f"the command `{token.text}` is not known")
        raise Unreadable(f"`{token.text}` is not expected where it stands")

    def group(self, opening: Token) -> Expression:
        inner = self.sum()
        self.close(opening)
        return inner

    def raised(self, base: Expression) -> Expression:
        """A base that is no symbol, with its exponent if it has one."""
        if not self.accept("^"):
            return base
        script = self.script()
        index = canonical(script)
        if DECORATION.fullmatch(index):
            raise Unreadable(f"an index `{index}` on what is no symbol")
        return Power(base, self.part(script))

    def symbol_or_call(self, token: Token) -> Expression:
        base = token.text
        if token.kind == "letter":
            base = self.word(token)
        elif token.text in _ACCENTS:
            base = f"{token.text}{{{canonical(self.script())}}}"
        if base in WITH_SUBSCRIPT and self.accept("_"):
            return self.raised(self.applied(with_subscript(base, canonical(self.script()))))
        if self.next.sign == "(" and (base in FUNCTIONS or (len(base) > 1 and base.isalpha())):
            if base not in FUNCTIONS:
                raise Unreadable(f"no function is entered for `{base}` yet")
            return self.raised(self.applied(FUNCTIONS[base]))
        return self.symbol(base)

    def symbol(self, base: str) -> Expression:
        """The symbol of a letter with its indices, and with its exponent if it has one."""
        start = self.at - 1
        sub, sup, script = self.scripts(base)
        if base in FUNCTIONS and not sub and self.next.sign == "(":
            if script or sup.replace(r"\prime", ""):
                raise Unreadable(f"a superscript between `{base}` and its argument")
            self.group(self.take())
            return self.opaque(start)
        if script and name_of(base, sub, sup + canonical(script)) in self.symbols:
            return self.entered(name_of(base, sub, sup + canonical(script)))  # see indices
        exponent = self.part(script) if script else None
        if base == "e" and exponent is not None and not sub and not sup:
            return Call(exp, (exponent,))
        name = name_of(base, sub, sup)
        return self.entered(name) if exponent is None else Power(self.entered(name), exponent)

    def scripts(self, base: str) -> tuple[str, str, list[Token]]:
        """A symbol's subscript, its superscript, and one that may be an exponent or an index."""
        sub, sup = "", ""
        exponent: list[Token] = []
        while True:
            if self.accept("'"):
                sup += r"\prime"
            elif self.accept("_"):
                if sub:
                    raise Unreadable("two subscripts")
                sub = canonical(self.script())
                if not sub:
                    raise Unreadable("an empty subscript")
            elif self.accept("^"):
                if exponent or sup.replace(r"\prime", ""):
                    raise Unreadable("two superscripts")
                script = self.script()
                if not script:
                    raise Unreadable("an empty superscript")
                if (base, sub) != ("e", "") and is_decoration(script):
                    sup += canonical(script)
                else:
                    exponent = script
            else:
                return sub, sup, exponent

    def entered(self, name: Hashable) -> Quantity:
        """The quantity of that name, the same object each time."""
        return self.symbols.setdefault(name, Quantity(name, None, Decimal("NaN")))

    def opaque(self, start: int) -> Quantity:
        """A law, read and checked no further: one symbol for everything since `start`."""
        latex = self.source[self.tokens[start].start : self.tokens[self.at - 1].end]
        return self.entered(Opaque(" ".join(latex.split())))

    def text(self, token: Token) -> Expression:
        r"""`\text{net}_{h1}` and `\text{loss}` are symbols; `\text{so } x` is x with a remark."""
        if not self.begins_operand() and self.next.kind != "text":
            if not re.fullmatch(r"\s*[^\W\d_][\w -]*", token.text):
                raise Unreadable(f"the words `{token.text}` are no name")
            return self.symbol(" ".join(token.text.split()))
        if self.at == 1:
            return self.factor()
        raise Unreadable(f"the words `{token.text}` inside a formula")

    def call(self, token: Token) -> Expression:
        """A function by its command: its argument in brackets, or one factor."""
        function = FUNCTIONS[token.sign]
        if self.next.sign in ("(", "[", "{", r"\{"):
            return self.raised(self.applied(function))
        argument = self.factor()
        if self.begins_operand():
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
        if is_differential(below) and len(above) == 1 and above[0].text == below[0].text:
            self.factor()  # the operator d/dx and what it is applied to
            return self.opaque(start)
        if is_differential(below) and is_differential(above):
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


_MAX_DEPTH = 40
_ACCENTS = words(
    r"\hat \widehat \bar \overline \tilde \widetilde \dot \ddot \vec \mathbf \boldsymbol"
    r" \bm \mathcal \mathbb"
)
_FORMS: Mapping[str, Callable[[Parser], Expression]] = {
    r"\frac": Parser.fraction,
    r"\dfrac": Parser.fraction,
    r"\tfrac": Parser.fraction,
    r"\partial": Parser.partial,
    r"\sqrt": Parser.root,
    r"\underbrace": Parser.braced_below,
    r"\overbrace": Parser.braced_below,
    r"\sum": Parser.law,
    r"\prod": Parser.law,
    r"\dots": Parser.dots,
    r"\ldots": Parser.dots,
    r"\cdots": Parser.dots,
}


def _product(factors: Sequence[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def name_of(base: str, sub: str, sup: str) -> str:
    """The canonical LaTeX of a symbol."""
    sub = sub if len(sub) < 2 else f"{{{sub}}}"
    return base + (f"_{sub}" if sub else "") + (f"^{{{sup}}}" if sup else "")
