"""The symbols of a page, and their names as a formula spells them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from decimal import Decimal
from itertools import pairwise

from generator.algebra import Expression, Function, Quantity, exp
from generator.audit.reading.arrays import Array, called, powered
from generator.audit.reading.cursor import Cursor
from generator.audit.reading.functions import FUNCTIONS, SLOPES, UNNAMED
from generator.audit.reading.names import Opaque, derivative_name, name_of
from generator.audit.reading.tokens import (
    BOLD,
    END,
    LETTERS,
    RELATIONS,
    Token,
    Unreadable,
    canonical,
    depth_behind,
    is_decoration,
)

_MEANS = frozenset(["E", r"\mathbb{E}"])
_IN_NAMES = frozenset(["_", "{", "}", ","])


def _is_of_words(tokens: Sequence[Token]) -> bool:
    """Whether letters make words here, and nothing computes."""
    if not all(token.kind in ("letter", "text") or token.sign == "," for token in tokens):
        return False
    return any(
        left.kind == right.kind == "letter" and left.end == right.start
        for left, right in pairwise(tokens)
    )


class SymbolTable(dict[Hashable, Quantity]):
    """The symbols of a page by their names.

    indexed: letters whose superscripts count layers or steps, and are no powers.
    given_letters: those that the page gives a value; the e of e^2 may be one of them.
    decimal_comma: whether the page writes `0,5`.
    arrays: the symbols that stand for a vector or a matrix, entry by entry.
    """

    def __init__(self, indexed: frozenset[str] = frozenset(), *, decimal_comma: bool = False):
        super().__init__()
        self.indexed = indexed
        self.given_letters: frozenset[str] = frozenset()
        self.decimal_comma = decimal_comma
        self.arrays: dict[Hashable, Array] = {}

    def enter_array(self, name: Hashable, shape: Array) -> None:
        """From here on a symbol stands for an array, its entries being symbols of their own."""
        rows, columns = shape.shape
        entries = [
            [self.entry(name, row * columns + column) for column in range(columns)]
            for row in range(rows)
        ]
        self.arrays[name] = Array(tuple(map(tuple, entries)), shape.is_list)

    def entry(self, name: Hashable, index: int) -> Quantity:
        key = f"{name}[{index + 1}]"
        return self.setdefault(key, Quantity(key, None, Decimal("NaN")))


class SymbolReader(Cursor):
    """Reads symbols with their indices; what stands in brackets is read by the parser.

    symbols: those already read; new ones are entered.
    reads_arrays: whether a symbol that the page gives as an array stands for its entries.
    is_name: whether it reads a part of a symbol's name, where nothing is a power.
    """

    def __init__(
        self,
        tokens: list[Token],
        source: str,
        symbols: SymbolTable,
        depth: int = 0,
        *,
        reads_arrays: bool = True,
        is_name: bool = False,
    ) -> None:
        super().__init__(tokens, source)
        self.symbols = symbols
        self.depth = depth
        self.reads_arrays = reads_arrays
        self.is_name = is_name

    def part(self, tokens: list[Token], *, is_name: bool = False) -> Expression:
        """The expression that a group of tokens is."""
        raise NotImplementedError

    def applied(self, function: Function) -> Expression:
        """A function with the arguments in the brackets that follow."""
        raise NotImplementedError

    def raised(self, base: Expression) -> Expression:
        """A base that is no symbol, with its exponent if it has one."""
        raise NotImplementedError

    def exponent(self) -> list[Token]:
        """What is raised."""
        raise NotImplementedError

    def accented(self, token: Token) -> Expression:
        r"""`\hat{y}_1`, which may be written `\hat{y_1}` or `\hat{y1}`."""
        inside = self.script()
        index = ""
        if token.text in BOLD and any(each.kind == "number" for each in inside[:2]):
            number = self.part(inside)
            if not isinstance(number, Quantity):
                return self.raised(number)  # a result in bold
        if len(inside) > 1:
            whole = self.part(inside, is_name=True)
            if not isinstance(whole, Quantity) or isinstance(whole.name, Opaque):
                raise Unreadable(f"`{token.text}` over what is no symbol")
            base, _, index = str(whole.name).partition("_")
            index = index.removeprefix("{").removesuffix("}")
        else:
            base = canonical(inside)
        return self.symbol(f"{token.text}{{{base}}}", index)

    def symbol(self, base: str, sub: str = "") -> Expression:
        """The symbol of a letter with its indices, and with its exponent if it has one."""
        start = self.at - 1
        if base == r"\Delta" and (self.next.kind == "letter" or self.next.sign in LETTERS):
            base = rf"\Delta {self.take().text}"  # the change of what follows, one symbol
        base = self.running_mean(start) or base
        sub, sup, script = self.scripts(base, sub)
        if base in SLOPES and not sub and sup == r"\prime" and self.next.sign == "(":
            return self.raised(self.applied(SLOPES[base]))
        if not sub and self.next.sign == "(" and (base in FUNCTIONS or base in UNNAMED):
            if script:
                raise Unreadable(f"a superscript between `{base}` and its argument")
            self.skip_brackets()
            return self.written(start)
        is_applied = (
            self.is_application(base, has_index=bool(sub)) or self.is_at(start) or self.is_known()
        )
        if not script and is_applied:
            self.skip_brackets()
            return self.written(start)
        sub = re.sub(r"(?<=[^\W_])_(?=[^\W_])", "", sub)
        with_script = name_of(base, sub, sup + canonical(script))
        if script and (self.is_name or with_script in self.symbols):  # see indices
            sup, script = sup + canonical(script), []
        if base == "e" and script and not sub and not sup and not self.is_square_of_e(script):
            return called(exp, [self.part(script)])
        symbol = self.of_page(name_of(base, sub, sup), sup)
        return powered(symbol, self.part(script)) if script else symbol

    def is_square_of_e(self, script: Sequence[Token]) -> bool:
        """Whether e is no number here but an error, squared."""
        is_small = len(script) == 1 and script[0].text in ("2", "3")
        return is_small and "e" in self.symbols.given_letters

    def of_page(self, name: str, sup: str = "") -> Expression:
        """A symbol, or the matrix that it stands for on this page."""
        arrays = self.symbols.arrays if self.reads_arrays else {}
        untransposed = name.removesuffix(f"^{{{sup}}}")
        if name in arrays:
            return arrays[name]
        if sup in (r"\top", r"\prime") and untransposed in arrays:
            return arrays[untransposed].transposed()
        return self.entered(name)

    def scripts(self, base: str, sub: str) -> tuple[str, str, list[Token]]:
        """A symbol's subscript, its superscript, and one that may be an exponent or an index."""
        sup = ""
        exponent: list[Token] = []
        while True:
            if self.accept("'", "’"):
                sup += r"\prime"
            elif self.accept("_"):
                index = canonical(self.script()) + self.index_number()
                if not index:
                    raise Unreadable("an empty subscript")
                sub = f"{sub},{index}" if sub else index  # C_1_1
            elif self.accept("^", "**"):
                if exponent or sup.replace(r"\prime", ""):
                    raise Unreadable("two superscripts")
                script = self.exponent()
                if not script:
                    raise Unreadable("an empty superscript")
                is_part = is_decoration(script) or self.is_index(base, script)
                if (base, sub) != ("e", "") and is_part:
                    sup += canonical(script)
                else:
                    exponent = script
            else:
                return sub, sup, exponent

    def running_mean(self, start: int) -> str:
        """The name of the E[g²] of E[g²]_t, if there is one; without a step it is a law."""
        if self.tokens[start].text not in _MEANS or self.next.sign != "[":
            return ""
        self.skip_brackets("[]")
        if self.next.sign == "_":
            return str(self.written(start).name)
        self.at = start + 1
        return ""

    def skip_brackets(self, brackets: str = "()") -> None:
        """Passes what stands in the brackets that follow, whatever it is."""
        depth = 0
        while self.next is not END:
            depth = depth_behind(depth, self.take(), brackets)
            if not depth:
                return
        raise Unreadable(f"a closing `{brackets[1]}` is missing")

    def is_index(self, base: str, script: Sequence[Token]) -> bool:
        """Whether a number above counts layers or steps on this page, and is no power."""
        index = script[:-1] if script[-1].sign in ("+", "*") else script
        return base in self.symbols.indexed and all(
            token.kind in ("number", "letter") or token.sign in (",", "(", ")") for token in index
        )

    def in_brackets(self) -> list[Token]:
        """What stands in the brackets that follow, if that is short."""
        inside: list[Token] = []
        for token in self.tokens[self.at + 1 : self.at + 40]:
            if token.sign == ")":
                return inside
            inside.append(token)
        return []

    def has_words_in_brackets(self) -> bool:
        """Whether the brackets that follow hold words, and nothing that computes."""
        return _is_of_words(self.in_brackets())

    def is_application(self, base: str, *, has_index: bool) -> bool:
        """Whether brackets behind a symbol hold its argument, as in `E(w)`, and no factor."""
        whole = self.in_brackets() if self.next.sign == "(" else []
        if any(token.sign in RELATIONS for token in whole):
            return True  # P(X = 1)
        bars = [at for at, token in enumerate(whole) if token.sign in ("|", r"\mid")]
        if len(bars) == 1 and 0 < bars[0] < len(whole) - 1:
            return True  # P(A|B)
        if not whole or (len(base) > 1 and base.islower()):
            return False
        if _is_of_words(whole):
            return True  # H(Sunny), P(yes)
        is_list = whole and all(
            token.kind in ("letter", "number") or token.sign in LETTERS | _IN_NAMES
            for token in whole
        )
        is_product = has_index and any(token.sign == "_" for token in whole)  # w_1 (x_1)
        return bool(is_list) and not is_product and whole[0].kind != "number"

    def is_known(self) -> bool:
        """Whether the page gives a value to what stands here: t(1), where t(1) = 40.

        Or to an array of which it is an entry: P(1), where P = (0.9, 0.1).
        """
        if self.next.sign != "(":
            return False
        opening, inside = self.next.start, self.in_brackets()
        start = self.tokens[self.at - 1].start
        written = self.source[start : opening + 1] + "".join(each.text for each in inside) + ")"
        name = re.sub(r"\s+", "", written)
        is_entry = len(inside) == 1 and inside[0].text.isdigit()
        is_entry = is_entry and name.partition("(")[0] in self.symbols.arrays
        return bool(inside) and (is_entry or name in self.symbols)

    def is_at(self, start: int) -> bool:
        """Whether a side is a symbol with numbers in brackets, and no more: L(1) is L at 1."""
        inside = self.in_brackets() if self.next.sign == "(" else []
        end = self.at + len(inside) + 2
        is_whole = start == 0 and end == len([each for each in self.tokens if each is not END])
        return (
            bool(inside)
            and is_whole
            and all(each.kind == "number" or each.sign in (",", "-") for each in inside)
        )

    def entered(self, name: Hashable) -> Quantity:
        """The quantity of that name, the same object each time."""
        return self.symbols.setdefault(name, Quantity(name, None, Decimal("NaN")))

    def written(self, start: int) -> Quantity:
        """A function of something, `f(0.5)`: a symbol by what is written."""
        latex = self.source[self.tokens[start].start : self.tokens[self.at - 1].end]
        return self.entered(re.sub(r"\s+|\\left|\\right|\\,", "", latex))

    def opaque(self, start: int) -> Quantity:
        """A law, read and checked no further: one symbol for everything since `start`."""
        latex = self.source[self.tokens[start].start : self.tokens[self.at - 1].end]
        return self.entered(Opaque(" ".join(latex.split())))

    def derivative(self, above: Expression, below: Expression) -> Expression:
        if not isinstance(above, Quantity) or not isinstance(below, Quantity):
            raise Unreadable("a derivative of something, or in something, that is no symbol")
        return self.of_page(derivative_name(above.name, below.name))
