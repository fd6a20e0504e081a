r"""LaTeX cut into tokens, and what they mean to the grammar, as tables.

Spaces, sizes of brackets, comments and environments that only align are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple


class Unreadable(ValueError):
    """LaTeX that has no one reading; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Token(NamedTuple):
    """A piece of LaTeX; the text of words is what stands between their braces."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def sign(self) -> str:
        """Its text if that means something to the grammar: not in words and letters."""
        return self.text if self.kind in ("mark", "command", "row") else ""


END = Token("end", "", 0, 0)


def tokenize(latex: str) -> list[Token]:
    """All tokens of a formula; END is none of them, it stands for what follows the last."""
    found: list[Token] = []
    for match in _TOKEN.finditer(latex):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "name" and re.search(r"[_^{\\]", text):  # \mathrm{net_{h1}}
            inside = match.start(kind)
            found += [
                t._replace(start=t.start + inside, end=t.end + inside) for t in tokenize(text)
            ]
        elif kind != "skip":
            found.append(Token(kind, text, *match.span()))
    return found


def words(text: str) -> frozenset[str]:
    """A table of what is written with spaces between."""
    return frozenset(text.split())


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
OPEN = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", r"\lvert": r"\rvert"}
TIMES = frozenset([r"\cdot", r"\times", "*", r"\ast", "·", "×"])
MINUS = frozenset(["-", "−"])
LETTERS = words(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota"
    r" \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \varphi \chi \psi"
    r" \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell"
)


def depth_behind(depth: int, token: Token, brackets: Mapping[str, str] = OPEN) -> int:
    """How deep in brackets and environments a place is, behind this token."""
    if token.kind == "environment":
        return max(0, depth + (1 if token.text.startswith(r"\begin") else -1))
    if not token.sign:
        return depth
    opens, closes = token.sign in brackets, token.sign in brackets.values()
    return max(0, depth + opens - closes)


def canonical(tokens: Sequence[Token]) -> str:
    """The text of an index, without braces, spaces and fonts."""
    text, behind_command = "", False
    for token in tokens:
        if token.sign not in ("{", "}"):
            piece = token.text.strip()
            text += f" {piece}" if behind_command and piece[:1].isalnum() else piece
            behind_command = token.kind == "command"
    return text


def is_decoration(tokens: Sequence[Token]) -> bool:
    """Whether a superscript belongs to its symbol: no exponent, but an index, a sign or a word."""
    if DECORATION.fullmatch(canonical(tokens)) or (
        tokens and all(token.kind in ("text", "name") for token in tokens)
    ):
        return True
    return (
        len(tokens) > 2
        and all(token.kind == "letter" for token in tokens)
        and all(left.end == right.start for left, right in pairwise(tokens))
    )


def is_differential(tokens: Sequence[Token]) -> bool:
    """Whether it begins with the d or ∂ of a derivative."""
    if len(tokens) < 2 or tokens[0].text not in (r"\partial", "d"):
        return False
    return tokens[1].kind in ("letter", "name", "text", "command")


# A superscript that is part of a symbol: [1], (2), +, *, a prime, and several of them.
DECORATION = re.compile(r"(?:\[[^\[\]]+\]|\([^()]+\)|\+|\*|\\(?:prime|ast|star|top)(?![A-Za-z]))+")
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
