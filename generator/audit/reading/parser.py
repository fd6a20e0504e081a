"""Recursive descent over the tokens of a formula, to the expression that it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from generator.algebra import (
    Constant,
    Expression,
    Function,
    Power,
    Quantity,
    Quotient,
)
from generator.algebra.functions import sqrt
from generator.audit.reading.angles import with_pi
from generator.audit.reading.arrays import (
    Array,
    array,
    called,
    divided,
    listed,
    mean_of,
    multiplied,
    negated,
    of_many,
    powered,
    scalar,
    softmax,
    summed,
)
from generator.audit.reading.cursor import ACCENTS, FIELD_WORDS
from generator.audit.reading.functions import (
    FUNCTIONS,
    LOGARITHMS,
    NOT_ENTERED,
    SLOPES,
    WITH_SUBSCRIPT,
    slope_of,
    with_subscript,
)
from generator.audit.reading.names import Opaque
from generator.audit.reading.symbols import SymbolReader
from generator.audit.reading.tokens import (
    DECORATION,
    DOTS,
    END,
    LETTERS,
    MINUS,
    OPEN,
    RELATIONS,
    TIMES,
    Token,
    Unreadable,
    canonical,
    depth_behind,
    is_differential,
)


class Parser(SymbolReader):
    """The tokens of a formula, or of a part of it, read as an expression."""

    def whole(self) -> Expression:
        """The expression that all the tokens are; Unreadable where they are none."""
        expression = self.sum()
        while self.next.kind == "text":
            self.at += 1  # a unit, or a remark behind the formula
        if self.next is not END:
            raise Unreadable(f"`{self.next.text}` is not expected where it stands")
        return expression

    def part(self, tokens: list[Token], *, is_name: bool = False) -> Expression:
        """The expression that a group of tokens is."""
        reads_arrays = self.reads_arrays and not is_name
        inner = Parser(
            tokens,
            self.source,
            self.symbols,
            self.depth,
            reads_arrays=reads_arrays,
            is_name=is_name,
        )
        return inner.whole()

    def sum(self) -> Expression:
        terms = [self.signed_term()]
        while self.next.sign == "+" or self.next.sign in MINUS:
            is_subtracted = self.take().sign != "+"
            term = self.signed_term()
            terms.append(negated(term) if is_subtracted else term)
        return scalar(terms[0] if len(terms) == 1 else summed(terms))

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
        return negated(product) if is_negative else product

    def product(self, first: Expression, start: int) -> Expression:
        factors, signs = [first], list[str]()
        behind_slash: Token | None = None
        while True:
            token = self.next
            if self.accept(*TIMES, r"\odot", r"\circ"):
                factors.append(self.signed_factor())
                signs.append(token.sign)
            elif self.accept("/", r"\div", "÷"):
                below = self.denominator()
                factors, signs = [divided(multiplied(factors, signs), below)], []
            elif self.begins_operand():
                if behind_slash and not _is_half(factors[0]):
                    raise Unreadable("what stands behind `/` can be read in two ways")
                if token.kind == "number":
                    raise Unreadable(f"no sign stands between {token.text} and what precedes it")
                factors.append(self.factor())
                signs.append("")
                if token.sign == "{" and all(isinstance(each, Constant) for each in factors[-2:]):
                    raise Unreadable("no sign stands between two numbers")
            else:
                break
            _merge_power_of_ten(factors, signs)
            behind_slash = token if token.sign in ("/", r"\div", "÷") else None
        is_law = any(sign in (r"\odot", r"\circ") for sign in signs)
        if is_law and not any(isinstance(factor, Array) for factor in factors):
            return self.opaque(start)
        return (
            multiplied(factors, signs) if len(factors) == 1 else scalar(multiplied(factors, signs))
        )

    def signed_factor(self) -> Expression:
        r"""A factor behind a sign of multiplication, which may have a minus: `2 \cdot -3`."""
        if not self.accept(*MINUS):
            return self.factor()
        is_number = self.next.kind == "number"
        factor = self.factor()
        if is_number and isinstance(factor, Constant):
            return Constant(factor.value.copy_negate())
        return negated(factor)

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
            number = self.number(token)
            return self.raised(number) if self.at == behind else number  # a power of ten
        if token.kind == "text":
            return self.text(token)
        if token.kind in ("letter", "name") or token.sign in LETTERS or token.sign in ACCENTS:
            return self.symbol_or_call(token)
        if token.kind == "environment":
            return self.raised(self.matrix(token))
        if token.sign in ("|", r"\|"):
            return self.raised(self.between_bars(token))
        if token.sign in OPEN:
            inner = self.group(token)
            is_call = token.sign in FUNCTIONS  # an absolute value, the whole part
            return self.raised(called(FUNCTIONS[token.sign], [inner]) if is_call else inner)
        if token.sign in FUNCTIONS:
            return self.call(token)
        if token.sign in _FORMS:
            return _FORMS[token.sign](self)
        if token.sign == "?":
            raise Unreadable("a question mark stands for what is not computed")
        if token.sign in NOT_ENTERED:
            raise Unreadable(f"no function is entered for `{token.text}` yet")
        if token is END:
            raise Unreadable("something is missing at its end")
        if token.sign.startswith("\\"):
            raise Unreadable(f"the command `{token.text}` is not known")
        raise Unreadable(f"`{token.text}` is not expected where it stands")

    def group(self, opening: Token) -> Expression:
        bars, self.bars = self.bars, 0
        inner = self.sum()
        if opening.sign in ("(", "[", r"\{") and self.next.sign in (",", ";"):
            entries = [inner]
            while self.accept(",", ";"):
                entries.append(self.sum())
            inner = listed(entries)
        self.close(opening)
        self.bars = bars
        return inner

    def between_bars(self, opening: Token) -> Expression:
        """An absolute value, or the norm of a number."""
        self.bars += 1
        inner = self.sum()
        if not self.accept(opening.text):
            raise Unreadable("a closing `|` is missing")
        if isinstance(inner, Array):
            raise Unreadable("a norm")
        self.bars -= 1
        return called(FUNCTIONS[r"\lvert"], [inner])

    def matrix(self, opening: Token) -> Expression:
        """The rows of a matrix environment."""
        if opening.text not in _MATRICES:
            what = "cases are" if "cases" in opening.text else f"`{opening.text}` is"
            raise Unreadable(f"{what} not read yet")
        if opening.text.startswith(r"\begin{array") and self.next.sign == "{":
            self.script()
        rows: list[list[Expression]] = [[]]
        cell: list[Token] = []
        depth = 1
        while depth:
            token = self.take()
            if token is END:
                raise Unreadable("a matrix that is never closed")
            depth += _nesting(token)
            if depth == 0 or (depth == 1 and (token.sign == "&" or token.kind == "row")):
                if cell or token.sign == "&" or rows[-1]:
                    rows[-1].append(self.part(cell))
                if depth and token.kind == "row":
                    rows.append([])
                cell = []
            else:
                cell.append(token)
        return array([row for row in rows if row])

    def raised(self, base: Expression) -> Expression:
        """A base that is no symbol, with its exponent if it has one."""
        if self.next.sign not in ("^", "**"):
            return base
        self.at += 1
        script = self.exponent()
        index = canonical(script)
        if isinstance(base, Array) and index in (r"\top", "T", r"\intercal", r"\prime"):
            return base.transposed()
        if isinstance(base, Quantity) and index in (r"\top", "T", r"\intercal"):
            if base.name in self.symbols.arrays:  # of one entry, which the brackets took for it
                return self.symbols.arrays[base.name]
            return self.entered(Opaque(f"{base.name}^{{{index}}}"))
        if DECORATION.fullmatch(index) and not isinstance(base, Constant):
            raise Unreadable(f"an index `{index}` on what is no symbol")
        return powered(base, self.part(script))

    def exponent(self) -> list[Token]:
        """What is raised: an argument, or in plain text what stands in brackets."""
        if self.next.sign == "(":
            start, depth = self.at, 0
            while self.next is not END:
                depth = depth_behind(depth, self.take(), "()")
                if depth == 0:
                    return self.tokens[start : self.at]
            raise Unreadable("a closing `)` is missing")
        return self.script()

    def symbol_or_call(self, token: Token) -> Expression:
        base, index = token.text, ""
        if token.kind == "letter":
            base = self.word(token)
            index = self.index_number()
        elif token.text in ACCENTS:
            return self.accented(token)
        if base == "log" and (logarithm := self.logarithm_to_a_base(index)) is not None:
            return self.raised(self.applied(logarithm))
        if base in WITH_SUBSCRIPT and self.accept("_"):
            function = with_subscript(base, canonical(self.script()))
            function = slope_of(function) if self.accept("'") else function
            return self.raised(self.applied(function))
        if not index and self.next.sign == "(":
            if base in FUNCTIONS:
                return self.raised(self.applied(FUNCTIONS[base]))
            if base.lower() == "softmax":
                return self.softmax()
            is_word = len(base) > 1 and base.isalpha() and token.kind != "command"
            if is_word and base not in FIELD_WORDS and not self.has_words_in_brackets():
                raise Unreadable(f"no function is entered for `{base}` yet")
        return self.symbol(base, index)

    def logarithm_to_a_base(self, index: str) -> Function | None:
        """The logarithm of plain text, `log2(x)` or `log₁₀(x)`; its base is taken."""
        start = self.at
        if not index and self.accept("_"):
            index = canonical(self.script())
        if index in LOGARITHMS and self.next.sign == "(":
            return LOGARITHMS[index]()
        self.at = start
        return None

    def text(self, token: Token) -> Expression:
        r"""`\text{net}_{h1}` and `\text{loss}` are symbols; `\text{so } x` is x with a remark."""
        text = token.text.replace(r"\_", " ")
        name = " ".join(text.split())
        if re.fullmatch(r"-?\d+(?:\.\d+)?", name):
            return self.raised(Constant(Decimal(name)))
        if self.next.sign == "(" and name in FUNCTIONS:
            return self.raised(self.applied(FUNCTIONS[name]))
        if self.next.sign == "(" and name.lower() == "softmax":
            return self.softmax()
        if self.next.sign == "(" and len(name) > 2:
            raise Unreadable(f"no function is entered for `{name}` yet")
        if self.next.sign == "[" and self.next.start == token.end and name.isidentifier():
            raise Unreadable(f"an entry of the table `{name}`")
        if not self.begins_operand() and self.next.kind != "text":
            if not re.fullmatch(r"\s*[^\W\d_][\w -]*", text):
                raise Unreadable(f"the words `{token.text}` are no name")
            return self.symbol(name)
        if self.at == 1:
            return self.factor()
        raise Unreadable(f"the words `{token.text}` inside a formula")

    def call(self, token: Token) -> Expression:
        """A function by its command: its argument in brackets, or one factor."""
        function = FUNCTIONS[token.sign]
        if self.accept("'") or (self.next.sign == "^" and self._accept_prime()):
            if token.sign not in SLOPES:
                raise Unreadable(f"no function is entered for `{token.text}'` yet")
            function = SLOPES[token.sign]
        power: Expression | None = None
        if self.next.sign == "_" and token.sign == r"\log":
            self.at += 1
            base = canonical(self.script())
            if base not in LOGARITHMS:
                raise Unreadable(f"a logarithm to the base {base}")
            function = LOGARITHMS[base]()
        if self.next.sign == "^" and token.sign in (r"\tanh", r"\ln", r"\log"):
            self.at += 1
            power = self.part(self.script())
        if self.next.sign in ("(", "[", "{", r"\{"):
            applied = self.applied(function)
            return self.raised(applied) if power is None else powered(applied, power)
        argument = self.factor()
        if self.begins_operand() and self.next.sign not in _FORMS:
            raise Unreadable(f"where the argument of `{token.text}` ends is not marked")
        applied = called(function, [argument])
        return applied if power is None else powered(applied, power)

    def _accept_prime(self) -> bool:
        behind = self.tokens[self.at + 1 : self.at + 4]
        texts = [each.text for each in behind]
        count = 1 if texts[:1] == [r"\prime"] else 3 if texts == ["{", r"\prime", "}"] else 0
        self.at += count + 1 if count else 0
        return bool(count)

    def softmax(self) -> Expression:
        """A softmax of the vector in the brackets that follow: entries, or a symbol or array."""
        opening = self.take()
        argument = self.sum()
        if self.next.sign in (",", ";"):
            entries = [argument]
            while self.accept(",", ";"):
                entries.append(self.sum())
            argument = listed(entries)
        self.close(opening)
        if isinstance(argument, Quantity) and argument.name in self.symbols.arrays:
            argument = Array(((argument,),))  # a layer of one unit
        return softmax(argument)

    def applied(self, function: Function) -> Expression:
        """A function with the arguments in the brackets that follow."""
        opening = self.take()
        bars, self.bars = self.bars, 0
        arguments = [self.sum()]
        while self.accept(",", ";"):
            arguments.append(self.sum())
        self.close(opening)
        self.bars = bars
        if function.name in ("maximum", "minimum"):
            return of_many(function, arguments)
        if function.name == "mean":
            return mean_of(arguments)
        if function.name in ("sin", "cos", "tan"):
            pi = self.symbols.get(r"\pi")
            arguments = [with_pi(argument, pi) for argument in arguments]
        if function.latex is not None and len(arguments) != function.latex.count("%s"):
            raise Unreadable(f"{len(arguments)} arguments for the function {function.name}")
        return called(function, arguments)

    def fraction(self) -> Expression:
        start = self.at - 1
        above, below = self.script(splits_digits=True), self.script(splits_digits=True)
        if is_differential(below) and len(above) == 1 and above[0].text == below[0].text:
            self.factor()  # the operator d/dx and what it is applied to
            return self.opaque(start)
        if is_differential(below) and is_differential(above) and above[0].text == below[0].text:
            derivative = self.derivative(
                self.part(above[1:], is_name=True), self.part(below[1:], is_name=True)
            )
            return self.raised(derivative)
        return self.raised(divided(self.part(above), self.part(below)))

    def partial(self) -> Expression:
        r"""`\partial E / \partial w`, one symbol."""
        above = self.factor()
        if not (self.accept("/") and self.accept(r"\partial")):
            raise Unreadable(r"`\partial` outside a derivative")
        return self.derivative(above, self.factor())

    def root(self) -> Expression:
        if self.next.sign == "[":
            raise Unreadable("roots other than square roots are not read yet")
        if self.next.sign == "(":
            return self.raised(self.applied(sqrt))
        return self.raised(called(sqrt, [self.part(self.script(splits_digits=True))]))

    def radical(self) -> Expression:
        """The sign √ of plain text, over one factor."""
        return called(sqrt, [self.factor()])

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
_MATRICES = frozenset(
    rf"\begin{{{kind}}}"
    for kind in (
        *(f"{letter}matrix" for letter in ("", "b", "p", "B", "small", "v")),
        *("bmatrix*", "pmatrix*", "matrix*", "array", "bsmallmatrix", "psmallmatrix"),
    )
) - {r"\begin{vmatrix}"}
_FORMS: Mapping[str, Callable[[Parser], Expression]] = {
    r"\frac": Parser.fraction,
    r"\cfrac": Parser.fraction,
    r"\dfrac": Parser.fraction,
    r"\tfrac": Parser.fraction,
    r"\partial": Parser.partial,
    r"\sqrt": Parser.root,
    "√": Parser.radical,
    r"\underbrace": Parser.braced_below,
    r"\overbrace": Parser.braced_below,
    r"\sum": Parser.law,
    r"\prod": Parser.law,
    **dict.fromkeys(DOTS, Parser.dots),
}


def _nesting(token: Token) -> int:
    """How a token changes the depth in environments and braces."""
    if token.kind == "environment":
        return 1 if token.text.startswith(r"\begin") else -1
    return (token.sign == "{") - (token.sign == "}")


def _is_half(factor: Expression) -> bool:
    """Whether a fraction written with `/` is of two numbers: `1/2 (t - y)^2` means half of it."""
    return (
        isinstance(factor, Quotient)
        and isinstance(factor.numerator, Constant)
        and isinstance(factor.denominator, Constant)
    )


def _merge_power_of_ten(factors: list[Expression], signs: list[str]) -> None:
    """`1.2 * 10**-3` as one number."""
    match factors[-2:]:
        case [Constant(number), Power(Constant(ten), Constant(power))]:
            is_written_so = ten == 10 and power == power.to_integral_value() and signs[-1:] != [""]
            if is_written_so and abs(power) < 10_000 and "." in str(number):
                factors[-2:] = [Constant(number.scaleb(int(power)))]
                signs.pop()
