"""A place among the tokens of a formula: what is next, and what can be taken in one piece."""

from __future__ import annotations

import re
from decimal import Decimal

from generator.audit.tokens import END, LETTERS, OPEN, RELATIONS, Token, Unreadable, depth_behind


class Cursor:
    """A place among tokens.

    source: the formula that they are from, to read numbers as they were printed.
    """

    def __init__(self, tokens: list[Token], source: str) -> None:
        self.tokens = tokens
        self.source = source
        self.at = 0
        self.run_end = 0  # letters before it stand for themselves: no name begins among them

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
            return token.text in OPEN or token.text == "|"
        if token.kind == "command":
            return token.text not in OPEN.values()
        return token.kind not in ("end", "row")

    def number(self, token: Token) -> Decimal:
        """The number that a token begins, a power of ten behind it included."""
        if len(token.text) > _MAX_DIGITS:
            raise Unreadable(f"a number of more than {_MAX_DIGITS} digits")
        if _PROGRAMMERS_NUMBER.match(self.source, token.start):
            raise Unreadable(f"the e behind {token.text} may be a factor or a power of ten")
        power = _POWER_OF_TEN.match(self.source, token.end)
        if not power or not any(t.end >= power.end() for t in self.tokens[self.at :]):
            return Decimal(token.text)  # an exponent of one digit is over before its power of ten
        exponent = (power["braced"] or power["digit"]).replace(" ", "").replace("−", "-")
        if len(exponent) > 5 or abs(int(exponent)) > 9999:
            raise Unreadable("a power of ten beyond any number")
        while self.next is not END and self.next.start < power.end():
            self.at += 1
        return Decimal(f"{token.text}E{exponent}")

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
            self.at = end + 1
            return word + behind.text
        if len(word) > 1 and behind.sign in ("_", "("):
            self.at = end
            return word
        return token.text

    def script(self, *, splits_digits: bool = False) -> list[Token]:
        r"""An argument: what stands in braces, or one token.

        splits_digits: of `12` in `\frac12`, take the 1 and leave the 2.
        """
        token = self.take()
        if token.sign == "{":
            start, depth = self.at, 1
            while depth and self.next is not END:
                depth = depth_behind(depth, self.take(), {"{": "}"})
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

    def close(self, opening: Token) -> None:
        """Takes the bracket that closes another."""
        if self.next.sign in RELATIONS:
            raise Unreadable("a relation inside brackets")
        if not self.accept(OPEN[opening.sign]):
            raise Unreadable(f"a closing `{OPEN[opening.sign]}` is missing")


_MAX_DIGITS = 45  # beyond, fifty-digit arithmetic would round what is printed
_SCRIPTS = LETTERS | frozenset([r"\prime", r"\ast", r"\star", r"\top", "+", "*"])
_POWER_OF_TEN = re.compile(  # 4.1 \times 10^{-5} is one number
    r"""(?:\s|\\[,;:!])* (?:\\times|\\cdot|[*×·]) (?:\s|\\[,;:!])* 10 \s* \^ \s*
    (?: \{ \s* (?P<braced>[-−]? \s* [0-9]+) \s* \} | (?P<digit>[0-9]) (?![0-9.]) )""",
    re.VERBOSE,
)
_PROGRAMMERS_NUMBER = re.compile(r"[0-9.]+[eE][-+−]?[0-9]")
