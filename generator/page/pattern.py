r"""A symbol's pattern as an instructor writes it, `s_{unit}^{layer}`, read as a Letter.

What is wrong with a pattern is a ValueError that says what would be right. A word in
braces is a field, which the page fills in; all other text stands for itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from generator.page.notation import Letter
from generator.page.plain_text import ACCENTS, FONTS, GREEK, anchor_word

FIELDS = ("unit", "source", "layer", "number")

# Words and letters that mean something else on a page.
FUNCTIONS = {
    "exp", "ln", "log", "lg", "max", "min", "tanh", "sinh", "cosh", "sin", "cos", "tan", "det",
    "arg", "abs", "sqrt", "floor", "ceil", "sign", "sgn", "step", "sig", "sigm", "logistic",
    "sigmoid", "softmax", "relu", "leakyrelu", "elu", "selu", "gelu", "silu", "mish",
    "softplus", "softsign", "hardsigmoid", "swish", "erf", "logit", "round", "clip", "clamp",
    "mean", "avg", "average",
}  # fmt: skip
TAKEN = {r"\sigma": "the sigmoid", r"\Phi": "the normal distribution"}
TAKEN_ALONE = {"e": "Euler's number", "d": "the d of a derivative"}


def letter(pattern: str, fields: Sequence[str], *, is_factor: bool = True) -> Letter:
    """The letter of a pattern that may have some of the fields.

    is_factor: whether formulas multiply it, so that a word alone could not be told
        from a product.
    """
    _check_text(pattern)
    head, scripts = _parts(pattern)
    if any(f"{{{field}}}" in head for field in FIELDS):
        raise ValueError(f"'{pattern}' has an index without `_` or `^` before it")
    sub, sup = (_script(scripts.get(sign, ""), fields) for sign in "_^")
    if re.fullmatch(r"[0-9]+", sup):
        raise ValueError(f"'^{sup}' would read as a power; write an index that is no number")
    base = _base(head, has_sub=bool(sub), is_factor=is_factor)
    words = re.findall(r"\\text\{\{(.*?)\}\}", sub + sup)  # a literal index belongs to the anchor
    word = "-".join([anchor_word(base), *(word.replace(" ", "-").lower() for word in words)])
    return Letter(base, sub, sup, word=word)


def stands_alone(base: str) -> bool:
    """Whether a letter can be read without an index: no word, and neither e nor d."""
    return base not in TAKEN_ALONE and not re.fullmatch("[A-Za-z]{2,}", base)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'unit'?`, where a known word is near."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def _check_text(pattern: str) -> None:
    if not pattern.strip():
        raise ValueError("is empty; write a letter, such as 'a_{unit}'")
    if any(not char.isprintable() for char in pattern):
        raise ValueError(
            "holds a tab or another control character; write LaTeX in single quotes, "
            r"since in double quotes YAML takes \t for a tab"
        )
    if "$" in pattern:
        raise ValueError("has a dollar sign; write the LaTeX that stands between two of them")
    depth = 0
    for char in pattern:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            raise ValueError(f"'{pattern}' has a `}}` that closes nothing")
    if depth:
        raise ValueError(f"'{pattern}' has a `{{` that nothing closes")


def _parts(pattern: str) -> tuple[str, dict[str, str]]:
    """What stands before the first script, and each script by its sign."""
    depth, starts = 0, []
    for at, char in enumerate(pattern):
        depth += (char == "{") - (char == "}")
        if char in "_^" and depth == 0:
            starts.append(at)
    scripts: dict[str, str] = {}
    for start, end in pairwise([*starts, len(pattern)]):
        sign, script = pattern[start], pattern[start + 1 : end].strip()
        if sign in scripts:
            raise ValueError(f"'{pattern}' has two {'sub' if sign == '_' else 'super'}scripts")
        if not script:
            raise ValueError(f"'{pattern}' has nothing behind `{sign}`")
        scripts[sign] = script
    return pattern[: starts[0] if starts else len(pattern)].strip(), scripts


def _base(head: str, *, has_sub: bool, is_factor: bool) -> str:
    r"""The letter itself, in the one way that it is written: `\hat{y}` is `\hat y`."""
    word = re.fullmatch(r"(?:\\(?:mathrm|text) *\{([A-Za-z]+)\}|([A-Za-z]{2,}))", head)
    if word:
        return _word(word[1] or word[2], has_sub=has_sub, is_factor=is_factor)
    head = next((command for command, char in GREEK.items() if char == head), head)
    if head in TAKEN:
        raise ValueError(f"{head} is {TAKEN[head]} on a page; choose another letter")
    if head in TAKEN_ALONE and not has_sub:
        raise ValueError(f"{head} alone is {TAKEN_ALONE[head]} on a page; give it a subscript")
    if head in GREEK or re.fullmatch(r"[A-Za-z]", head):
        return head
    marked = re.fullmatch(r"(\\[A-Za-z]+) *(?:\{ *(\\?[A-Za-z]+) *\}|(\\?[A-Za-z]+))", head)
    if marked and marked[1] in (*ACCENTS, *FONTS):
        inner = marked[2] or marked[3]
        is_letter = re.fullmatch("[A-Z]" if marked[1] == r"\mathcal" else "[A-Za-z]", inner)
        if is_letter or (inner in GREEK and marked[1] in ACCENTS):
            return f"{marked[1]} {inner}"
        kind = "capital letter" if marked[1] == r"\mathcal" else "letter"
        raise ValueError(f"{marked[1]} stands before one {kind}, not before '{inner}'")
    for command in re.findall(r"\\(?:[A-Za-z]+|.)", head):
        _check_command(command, [*ACCENTS, *FONTS, r"\mathrm"])
    if not head:
        raise ValueError("has no letter before its indices; write one, such as 'a_{unit}'")
    raise ValueError(rf"'{head}' is no letter; write one, such as a, \theta or \hat y, or a word")


def _word(word: str, *, has_sub: bool, is_factor: bool) -> str:
    if word.lower() in FUNCTIONS:
        raise ValueError(f"'{word}' is a function on a page; choose another word")
    if has_sub or len(word) == 1:
        return word
    if is_factor:
        raise ValueError(
            f"'{word}' alone would read as a product of its letters; give it a subscript"
        )
    return rf"\mathrm{{{word}}}"


def _script(script: str, fields: Sequence[str]) -> str:
    """A subscript or superscript, ready for str.format."""
    inner = script[1:-1]
    if _is_one_group(script) and ("{" in inner or not re.fullmatch(r"[A-Za-z_]{2,}", inner)):
        script = inner
    text = "".join(_pieces(script.strip(), fields))
    if not _is_balanced(text):
        raise ValueError(f"'{script}' has a bracket without its partner")
    return re.sub(r"(\\[A-Za-z]+) (?![A-Za-z])", r"\1", text)


def _is_balanced(text: str) -> bool:
    """Whether every round and square bracket has its partner."""
    expected: list[str] = []
    for char in text:
        if char in "([":
            expected.append(")" if char == "(" else "]")
        elif char in ")]" and (not expected or expected.pop() != char):
            return False
    return not expected


def _is_one_group(script: str) -> bool:
    """Whether one pair of braces holds it all: `{({layer})}`, not `{unit}{source}`."""
    if not script.startswith("{"):
        return False
    depth = 0
    for at, char in enumerate(script):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return at == len(script) - 1
    return False


_PIECE = re.compile(
    r"""\{(?P<field>[^{}]*)\} | \\(?:text|mathrm)\ *\{(?P<text>[^{}]*)\}
    | (?P<command>\\[A-Za-z]+|\\.)
    | (?P<word>[A-Za-z]{2,}) | (?P<plain>[A-Za-z0-9()\[\],]) | (?P<space>\s) | (?P<other>.)""",
    re.VERBOSE,
)


def _pieces(script: str, fields: Sequence[str]) -> Iterator[str]:
    for piece in _PIECE.finditer(script):
        kind, text = str(piece.lastgroup), piece[str(piece.lastgroup)]
        if kind == "field":
            _check_field(text.strip(), fields)
            yield f"{{{text.strip()}}}"
        elif kind == "text":
            if not re.fullmatch(r"[A-Za-z]+(?: [A-Za-z]+)*", text):
                raise ValueError(f"'{text}' is no word; an index in \\text has letters and spaces")
            yield rf"\text{{{{{text}}}}}"
        elif kind == "command":
            _check_command(text, [r"\text"])
            yield f"{text} "
        elif kind == "word":
            field = f"{{{text}}}" if text in FIELDS else f"\\text{{{text}}}"
            raise ValueError(f"'{text}' runs its letters together; write {field}")
        elif kind == "plain":
            yield text
        elif kind == "other":
            raise ValueError(f"'{text}' cannot stand in an index; a letter, a digit, () or [] can")


def _check_field(name: str, fields: Sequence[str]) -> None:
    if name in fields:
        return
    has = f"it has {', '.join(f'{{{field}}}' for field in fields)}" if fields else "it has none"
    if name in FIELDS:
        raise ValueError(f"{{{name}}} is no field of this symbol; {has}")
    raise ValueError(
        f"{{{name}}} is not known as a field{nearest(name, fields)}"
        f" ({has}; a word is written \\text{{{name or 'in'}}})"
    )


def _check_command(command: str, more: Sequence[str]) -> None:
    if command not in GREEK and command not in more:
        known = [*more, *GREEK]
        raise ValueError(
            f"{command} is not allowed in a symbol{nearest(command, known)}"
            f" (allowed: {', '.join(more)} and the Greek letters)"
        )
