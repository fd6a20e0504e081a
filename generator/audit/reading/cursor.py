"""A place among the tokens of a formula: what is next, and what can be taken in one piece."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import normalize

from generator.algebra import Constant
from generator.audit.reading.tokens import (
    CLOSE,
    DOTS,
    END,
    LETTERS,
    MINUS,
    OPEN,
    RELATIONS,
    TIMES,
    Token,
    Unreadable,
    depth_behind,
    words,
)


@dataclass(frozen=True, slots=True, eq=False)
class Cut(Constant):
    """A number whose digits go on, `0.5933...`: what is printed is cut off, not rounded."""

    def _parts(self) -> tuple[object, ...]:
        return (self.value,)


class Cursor:
    """A place among tokens.

    source: the formula that they are from, to read numbers as they were printed.
    """

    def __init__(self, tokens: list[Token], source: str) -> None:
        self.tokens = tokens
        self.source = source
        self.at = 0
        self.run_end = 0  # letters before it stand for themselves: no name begins among them
        self.bars = 0  # how many `|` are open

    @property
    def next(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else END

    def take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def accept(self, *signs: str) -> bool:
        """Whether one of these is next; if so, it is taken."""
        found = self.next.sign in signs
        self.at += found
        return found

    def begins_operand(self) -> bool:
        """Whether what is next is the beginning of an operand."""
        token = self.next
        if token.kind == "text":
            behind = self.tokens[self.at + 1 : self.at + 2]
            return bool(behind) and behind[0].sign in ("_", "^")
        if token.kind == "mark":
            return token.text in OPEN or token.text == "?" or (token.text == "|" and not self.bars)
        if token.kind == "command":
            if token.text == r"\|":
                return not self.bars
            return token.text not in CLOSE and token.text not in TIMES
        return token.kind not in ("end", "row")

    def number(self, token: Token) -> Constant:
        """The number that a token begins, a power of ten or a percent sign behind it included."""
        if len(token.text) > _MAX_DIGITS:
            raise Unreadable(f"a number of more than {_MAX_DIGITS} digits")
        value = Decimal(token.text)
        exponent = self._programmers_exponent(token) or self._power_of_ten(token)
        if exponent:
            if len(exponent) > 5 or abs(int(exponent)) > 9999:
                raise Unreadable("a power of ten beyond any number")
            value = Decimal(f"{token.text}E{exponent}")
        if self.next.sign in (r"\%", "％"):
            self.at += 1
            value = value.scaleb(-2)
        if self.next.sign in DOTS and "." in token.text:
            self.at += 1
            return Cut(value)
        return Constant(value)

    def _programmers_exponent(self, token: Token) -> str:
        """The -3 of `1e-3`, taken."""
        match = _PROGRAMMERS_NUMBER.match(self.source, token.end)
        if not match or self.next.start != token.end:
            return ""
        self._pass(match.end())
        return match[1].replace("−", "-").lstrip("+")

    def _power_of_ten(self, token: Token) -> str:
        power = _POWER_OF_TEN.match(self.source, token.end)
        if not power or not any(t.end >= power.end() for t in self.tokens[self.at :]):
            return ""  # an exponent of one digit is over before its power of ten
        self._pass(power.end())
        exponent = normalize("NFKC", power["braced"] or power["digit"] or power["raised"])
        return re.sub(r"[\s+]", "", exponent).replace("−", "-")

    def _pass(self, end: int) -> None:
        while self.next is not END and (self.next.start < end or self.next.end == end):
            self.at += 1

    def word(self, token: Token) -> str:
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
        behind, *more = [*self.tokens[end : end + 2], END]
        if behind.kind == "number" and behind.start == self.tokens[end - 1].end:
            if "." in behind.text or (more[0].kind == "letter" and more[0].start == behind.end):
                raise Unreadable(f"`{word}{behind.text}` may be a name or a product")
            self.at = end  # its number is its index
            return word
        if len(word) > 1 and (behind.sign in ("_", "(") or word in FIELD_WORDS):
            self.at = end
            return word
        return token.text

    def index_number(self) -> str:
        """The digits that touch a letter, as in `w5`; taken."""
        token = self.next
        touches = 0 < self.at <= len(self.tokens) and self.tokens[self.at - 1].end == token.start
        if token.kind == "number" and touches and token.text.isdecimal():
            self.at += 1
            return token.text
        return ""

    def script(self, *, splits_digits: bool = False) -> list[Token]:
        r"""An argument: what stands in braces, or one token.

        splits_digits: of `12` in `\frac12`, take the 1 and leave the 2.
        """
        token = self.take()
        if token.sign == "{":
            start, depth = self.at, 1
            while depth and self.next is not END:
                depth = depth_behind(depth, self.take(), "{}")
            if depth:
                raise Unreadable("a closing `}` is missing")
            return self.tokens[start : self.at - 1]
        if token.kind == "number" and len(token.text) > 1 and splits_digits:
            if not token.text.isdecimal():
                raise Unreadable(f"braces are missing around {token.text}")
            self.at -= 1
            digit, rest = token.text[0], token.text[1:]
            self.tokens[self.at] = token._replace(text=rest, start=token.start + 1)
            return [token._replace(text=digit, end=token.start + 1)]
        if token.kind in ("letter", "number", "text", "name") or token.sign in _SCRIPTS:
            return [token]
        if token.sign in MINUS and self.next.kind == "number":
            return [token, self.take()]
        if token.sign in ACCENTS:
            return [token, *self.script()]
        if token.sign == "[" and [each.text for each in self.tokens[self.at + 1 :][:1]] == ["]"]:
            return [token, self.take(), self.take()]  # the layer of `a^[1]`
        raise Unreadable(f"braces are missing around `{token.text}`")

    def close(self, opening: Token) -> None:
        """Takes the bracket that closes another."""
        if self.next.sign in RELATIONS:
            raise Unreadable("a relation inside brackets")
        if not self.accept(OPEN[opening.sign]):
            raise Unreadable(f"a closing `{OPEN[opening.sign]}` is missing")


_MAX_DIGITS = 45  # beyond, fifty-digit arithmetic would round what is printed
_SCRIPTS = LETTERS | frozenset([r"\prime", r"\ast", r"\star", r"\top", "+", "*"])
_POWER_OF_TEN = re.compile(  # 4.1 \times 10^{-5} is one number
    r"""(?:\s|\\[,;:!])* (?:\\times|\\cdot|[*×·]) (?:\s|\\[,;:!])* 10
    (?: (?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+) | \s* \^ \s*
    (?: [{(] \s* (?P<braced>[-−+]? \s* [0-9]+) \s* [})] | (?P<digit>[-−]?[0-9]+) (?![0-9.]) ) )""",
    re.VERBOSE,
)
_PROGRAMMERS_NUMBER = re.compile(r"[eE]([-+−]?[0-9]+)(?![0-9.])")
ACCENTS = words(
    r"\hat \widehat \bar \overline \tilde \widetilde \dot \ddot \vec \mathbf \boldsymbol"
    r" \bm \mathcal \mathbb \pmb \mathscr"
)
# Words of this field that are names although no index shows where they end.
FIELD_WORDS = words(
    "net out target output input error loss bias cost sum lr grad old new total Loss Error Cost"
    " MSE SSE BCE CE in"
)
