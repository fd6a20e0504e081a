r"""LaTeX cut into tokens, and what they mean to the grammar, as tables.

Spaces, sizes of brackets, colours, boxes, labels, comments and environments that only
align are left out. Numbers are tokens in plain decimal spelling, whatever marks their
author puts between the digits; their place is that of the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize


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


def tokenize(latex: str, *, decimal_comma: bool = False) -> list[Token]:
    """All tokens of a formula; END is none of them, it stands for what follows the last.

    decimal_comma: whether `0,5` is a number, as in German or French, not a list.
    """
    return times_signs(list(pieces(latex, decimal_comma)))


def pieces(latex: str, decimal_comma: bool) -> Iterator[Token]:
    for match in _TOKEN.finditer(latex):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "skip":
            continue
        if kind == "space":
            if _WIDE.search(text):
                yield Token("command", r"\quad", *match.span())
            continue
        if kind == "name" and _WORDS.fullmatch(text):
            yield Token("name", text.replace(r"\_", " "), *match.span())
        elif kind == "name" and re.search(r"[_^{\\]", text):  # \mathrm{net_{h1}}
            inside = match.start(kind)
            for token in pieces(text, decimal_comma):
                yield token._replace(start=token.start + inside, end=token.end + inside)
        elif kind == "number":
            yield from _numbers(text, match.start(), decimal_comma)
        elif kind == "raised":
            at = match.start()
            yield Token("mark", "_" if text[0] in _LOWERED else "^", at, at)
            yield Token("mark", "{", at, at)
            for part in re.finditer(r"\d[\d.]*|\D", text.translate(_DIGITS).replace("·", ".")):
                kind = "number" if part[0][0].isdigit() else "mark"
                yield Token(kind, part[0], at + part.start(), at + part.end())
            yield Token("mark", "}", match.end(), match.end())
        elif kind == "letter" and (len(text) == 2 or text in "ŷŵâ"):
            text = normalize("NFD", text)
            yield Token("command", _ACCENTS[text[1]], match.start(), match.start())
            for token in pieces(text[0], decimal_comma):
                yield token._replace(start=match.start(), end=match.end())
        elif text in _FRACTIONS:
            for part in (r"\frac", *_FRACTIONS[text]):
                kind = "number" if part.isdigit() else "command"
                yield Token(kind, part, match.start(), match.start())
        elif kind == "letter" and text in _UNICODE:
            yield Token("command", _UNICODE[text], *match.span())
        else:
            text = r"\to" if text.startswith(r"\x") and "{" in text else _UNICODE.get(text, text)
            yield Token("mark" if text == "_" else kind, text, *match.span())


def _numbers(text: str, start: int, decimal_comma: bool) -> Iterator[Token]:
    """One number in plain spelling, or, where commas only list, a number for each."""
    plain = re.sub(r"\\[,;:!]\s*|\{\\,\}|\{,\}", lambda m: "," if "{,}" in m[0] else "'", text)
    if "'" in plain:  # thin spaces only group digits
        plain = plain.replace("'", "")
    if "," not in plain:
        if decimal_comma and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain):
            plain = plain.replace(".", "")  # 1.200, where 0,5 is a half
        yield Token("number", plain, start, start + len(text))
        return
    whole, *groups = plain.split(",")
    is_grouped = all(re.fullmatch(r"\d{3}", group) for group in groups[:-1]) and bool(
        re.fullmatch(r"\d{3}(?:\.\d+)?", groups[-1])
    )
    is_marked = "{,}" in text
    is_thousands = is_grouped and 0 < len(whole) < 4 and whole[0] != "0"
    is_thousands = is_thousands and not (decimal_comma and is_marked)
    if is_thousands and (not decimal_comma or len(groups) > 1):
        yield Token("number", "".join([whole, *groups]), start, start + len(text))
    elif len(groups) == 1 and "." not in plain and (decimal_comma or is_marked):
        yield Token("number", f"{whole}.{groups[0]}", start, start + len(text))
    else:
        at = start
        for part in re.finditer(r"[^,]+|,", text):
            kind = "mark" if part[0] == "," else "number"
            yield Token(kind, part[0], at + part.start(), at + part.end())


def times_signs(tokens: list[Token]) -> list[Token]:
    """The tokens, with the letter x a times sign where it stands between two numbers."""
    for index in range(1, len(tokens) - 1):
        before, token, behind = tokens[index - 1 : index + 2]
        if token.kind != "letter" or token.text not in "xX":
            continue
        is_spaced = before.end < token.start and token.end < behind.start
        is_named = index > 1 and tokens[index - 2].kind == "letter"  # w1 x1: two symbols
        is_named = is_named and tokens[index - 2].end == before.start and not is_spaced
        if before.kind == "number" and behind.kind == "number":
            is_times = not is_named
        elif before.kind == "number" or before.sign in (")", "]"):
            minus = behind.sign in MINUS and tokens[index + 2 : index + 3]
            is_times = is_spaced and (
                behind.kind == "number"
                or (behind.sign in ("(", "[") and _has_number_inside(tokens, index + 1))
                or bool(minus and minus[0].kind == "number" and minus[0].start == behind.end)
            )
        else:
            is_times = False
        if is_times:
            tokens[index] = token._replace(kind="command", text=r"\times")
    return tokens


def _has_number_inside(tokens: Sequence[Token], opening: int) -> bool:
    """Whether a number is the first thing inside brackets."""
    first = next((t for t in tokens[opening + 1 : opening + 4] if t.sign not in ("-", "(")), END)
    return first.kind == "number"


def words(text: str) -> frozenset[str]:
    """A table of what is written with spaces between."""
    return frozenset(text.split())


RELATIONS = {
    "=": "=",
    r"\approx": "≈",
    r"\simeq": "≈",
    r"\cong": "≈",
    r"\doteq": "≈",
    r"\fallingdotseq": "≈",
    r"\thickapprox": "≈",
    "≈": "≈",
    "≃": "≈",
    "≅": "≈",
    "<": "<",
    r"\lt": "<",
    r"\le": "≤",
    r"\leq": "≤",
    r"\leqslant": "≤",
    "≤": "≤",
    ">": ">",
    r"\gt": ">",
    r"\ge": "≥",
    r"\geq": "≥",
    r"\geqslant": "≥",
    "≥": "≥",
}
OPEN = {
    "(": ")",
    "[": "]",
    "{": "}",
    r"\{": r"\}",
    r"\lvert": r"\rvert",
    r"\lfloor": r"\rfloor",
    "⌊": "⌋",
    r"\lceil": r"\rceil",
    "⌈": "⌉",
    r"\lbrace": r"\rbrace",
    r"\lbrack": r"\rbrack",
}
CLOSE = frozenset(OPEN.values())
TIMES = frozenset([r"\cdot", r"\times", "*", r"\ast", "·", "×", "⋅", "∗", "•", r"\bullet"])
MINUS = frozenset(["-", "−", "–"])
BOLD = frozenset([r"\mathbf", r"\boldsymbol", r"\bm", r"\bold"])
DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsb", r"\dotsc", "…", "..."])
LETTERS = words(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota"
    r" \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \varphi \chi \psi"
    r" \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \nabla"
)


def depth_behind(depth: int, token: Token, brackets: str = "") -> int:
    """How deep in brackets and environments a place is, behind this token.

    brackets: the pair that counts, such as "{}"; all of them if it is not said.
    """
    if token.kind == "environment":
        return max(0, depth + (1 if token.text.startswith(r"\begin") else -1))
    sign = token.sign
    if not sign:
        return depth
    opens = sign == brackets[0] if brackets else sign in OPEN
    closes = sign == brackets[1] if brackets else sign in CLOSE
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
    """Whether it begins with the d or ∂ of a derivative, or with a δ or Δ written for it."""
    if len(tokens) < 2 or tokens[0].text not in (r"\partial", "d", r"\delta", r"\Delta"):
        return False
    return tokens[1].kind in ("letter", "name", "text", "command") or tokens[1].sign == "{"


# A superscript that is part of a symbol: [1], (2), +, *, a prime, and several of them.
DECORATION = re.compile(r"(?:\[[^\[\]]+\]|\([^()]+\)|\+|\*|\\(?:prime|ast|star|top)(?![A-Za-z]))+")

_ALIGNING = (
    "align|aligned|alignat|alignedat|flalign|gather|gathered|equation|split|multline|eqnarray"
    "|displaymath|math|subequations|dmath"
)
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_DIGITS = str.maketrans(_LOWERED + _RAISED, "0123456789" + "0123456789-")
_UNICODE = {
    "∂": r"\partial",
    "∑": r"\sum",
    "∏": r"\prod",
    r"\_": "_",
    "%": r"\%",
    "⊙": r"\odot",
    "∘": r"\circ",
    "⊤": r"\top",
    "→": r"\to",
    "←": r"\leftarrow",
    "⇒": r"\Rightarrow",
    "≠": r"\ne",
    "∇": r"\nabla",
    "∈": r"\in",
    "…": r"\dots",
    "ﬀ": "ff",
} | dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        [
            r"\alpha",
            r"\beta",
            r"\gamma",
            r"\delta",
            r"\epsilon",
            r"\zeta",
            r"\eta",
            r"\theta",
            r"\iota",
            r"\kappa",
            r"\lambda",
            r"\mu",
            r"\nu",
            r"\xi",
            r"\pi",
            r"\rho",
            r"\sigma",
            r"\tau",
            r"\upsilon",
            r"\phi",
            r"\chi",
            r"\psi",
            r"\omega",
            r"\Gamma",
            r"\Delta",
            r"\Theta",
            r"\Lambda",
            r"\Xi",
            r"\Pi",
            r"\Sigma",
            r"\Upsilon",
            r"\Phi",
            r"\Psi",
            r"\Omega",
        ],
        strict=True,
    )
)
_ACCENTS = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar"}
_FRACTIONS = {"½": "12", "¼": "14", "¾": "34", "⅓": "13"}
# A space that sets apart: a third of an inch, a centimetre, two em or more.
_WIDE = re.compile(
    r"\{\s*(?:0?\.[3-9]\d*\s*in|[1-9][\d.]*\s*(?:in|cm)|(?:[2-9]|1\d)[\d.]*\s*em|[1-9]\d+[\d.]*\s*(?:mm|pt|px|mu))"
)
_WORDS = re.compile(r"[^\W\d_]{2,}(?:\\_[^\W_]+)+")  # hidden\_error
_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_TOKEN = re.compile(
    rf"""(?P<skip>[\s~\u200b\u00a0\u2009\u202f]|(?<![\\\d])%[^\n]*|\\[,;:!>\s/]
        |\\(?:label|tag|vspace|phantom|hphantom|vphantom|color|textcolor|colorbox|bbox
            |require|class|cssId|htmlClass|style|eqref|ref|footnote|cite|mskip|hskip|kern
            |displaylimits)\*?\s*(?:\[[^\[\]]*\])?{_GROUP}
        |\\(?:left|right|middle|[bB]igg?[lrm]?|displaystyle|textstyle|scriptstyle|limits|nolimits
            |nonumber|notag|hline|boxed|fbox|cancel|bcancel|underline|bf|it|rm|hfill|noindent
            |checkmark|qed|blacksquare|mathstrut|strut|mathop|mathord|mathbin|mathrel|mathopen|mathclose|mathinner
            |allowbreak|nobreak|newline|small|large|Large|footnotesize|scriptsize|normalsize
            |LARGE|huge|Huge|therefore|because
            )(?![A-Za-z])
        |\\(?:begin|end)\{{(?:{_ALIGNING})\*?\}}(?:\[[tbc]\])?(?:(?<=at\}})\{{\d+\}}|(?<=at\*\}})\{{\d+\}})?)
    |(?P<space>\\hspace\*?\s*{_GROUP})
    |(?P<row>\\\\\*?(?:[ \t]*\[[^\]\n]*\])?|\\cr(?![A-Za-z]))
    |\\(?:text(?:rm|it|bf|sf|tt|normal|up)?|mbox|hbox|mathchoice)\s*\{{(?P<text>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}
    |\\(?:math(?:rm|it|sf|tt)|operatorname\*?|(?:mathbf|boldsymbol|bm)(?=\s*\{{[A-Za-z]{{4}}))
        \s*\{{(?P<name>[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*)\}}
    |(?P<environment>\\(?:begin|end)\{{[^{{}}]*\}})
    |(?P<number>[0-9]+(?:(?:,|\{{,\}}|\\[,;:!]|\{{\\,\}})[0-9]+)*(?:\.[0-9]+(?:(?:\\[,;:!]|\{{\\,\}})[0-9]{{2,}})*)?
        |\.[0-9]+)
    |(?P<command>\\x(?:right|Right)arrow\s*(?:\[[^\[\]]*\])?\s*{_GROUP}|\\[A-Za-z]+|\\.)
    |(?P<raised>[{_LOWERED}]+|[{_RAISED}]+(?:·[{_RAISED}]+)?)
    |(?P<letter>[^\W\d_][\u0302-\u0304]?)
    |(?P<mark>:=|\.\.\.|\*\*|.)""",
    re.VERBOSE | re.DOTALL,
)
