"""Formulas in plain text, `net_h1 = 0.15 * 0.05 + 0.35 = 0.3575`: where they are, as tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.audit.reading.tokens import Token, pieces, times_signs, words

MAX_LENGTH = 2_000  # of a line; longer ones are no text that somebody wrote


def plain_formulas(text: str, *, in_code: bool) -> Iterator[tuple[int, int]]:
    """Where the equalities of a text begin and end.

    None goes over the end of its line but where the next line begins with an equals sign,
    or in code further in with an operator.
    in_code: a block of formulas in typewriter letters, where every word is a name.
    """
    at = 0
    for line in _lines(text, in_code):
        if len(line) <= MAX_LENGTH and _RELATION.search(line) and not _is_damaged(line):
            for start, end in _runs(line, in_code):
                yield at + start, at + end
        at += len(line) + 1


def _lines(text: str, in_code: bool) -> Iterator[str]:
    """The lines of a text, each with those that go on with it."""
    line, *parts = _LINE_END.split(text)
    for part in parts:
        further_in = _GOES_ON.match(part) if in_code else None
        if further_in and len(further_in[1]) > len(line) - len(line.lstrip(" ")):
            line += "\n" + part
        else:
            yield line
            line = part
    yield line


@dataclass
class _Run:
    """Items that may become a formula: operands and what joins them."""

    start: int
    depth: int = 0
    needs_operand: bool = True
    end: int = 0  # behind the last place where it was whole
    relations: int = 0
    items: list[re.Match[str]] = field(default_factory=list)

    def add(self, item: re.Match[str], *, needs_operand: bool) -> None:
        self.items.append(item)
        self.needs_operand = needs_operand
        if not needs_operand and self.depth == 0:
            self.end = item.end()

    def is_formula(self, in_code: bool) -> bool:
        items = [item for item in self.items if item.end() <= self.end]
        text = "".join(item[0] for item in items)
        if not items or _SHAPE.search(text) or _NAMES_OF_X.search(text):
            return False
        kinds = [item.lastgroup for item in items]
        if kinds[:4] == ["open", "number", "close", "relation"]:
            return False  # a number named on the way: `by all cases (390) = 45 / 390`
        if kinds[:2] == ["number", "relation"] and _LETTERS.fullmatch("".join(text.split("=")[1:])):
            return False  # 5 = r-x
        if _SETTINGS.search(items[0].string[items[0].start() : items[-1].end()]):
            return False
        relations = [i for i, item in enumerate(items) if item.lastgroup == "relation"]
        if not relations or relations[0] == 0 or relations[-1] == len(items) - 1:
            return False
        behind = items[relations[0] + 1 :]
        if any(item.lastgroup == "number" for item in behind):
            return True
        return any(item.lastgroup == "operator" for item in behind) and (
            in_code or any(re.search(r"[\d_₀-₉]", item[0]) for item in items)
        )

    def end_behind(self, before: str) -> int:
        """Where it ends: "at alpha = 0.05 ≈ 4.76" says something else of 4.76."""
        kinds = [item.lastgroup for item in self.items[:4]]
        if kinds[1:] == ["relation", "number", "relation"] and _ASIDE.search(before):
            return self.items[2].end()
        return self.end


def _is_damaged(line: str) -> bool:
    """Whether a formula lost its raised numbers, or stands there thrice: `y=22=4y = 2^2 = 4y=22=4`.

    So it comes out of a copy from a page that draws it.
    """
    if _LOST_POWER.search(line):
        return True
    return len(line) < 400 and _THRICE.search(re.sub(r"[\s^_{}\\]", "", line)) is not None


def _runs(line: str, in_code: bool) -> Iterator[tuple[int, int]]:
    run: _Run | None = None
    items = list(_ITEM.finditer(line))
    for index, item in enumerate(items):
        behind = items[index + 1] if index + 1 < len(items) else None
        kind = _kind(line, item, behind, run, in_code)
        touches = run is not None and bool(run.items) and run.items[-1].end() == item.start()
        if run and _goes_on(run, item, kind, touches):
            if kind == "open":
                run.depth += 1
            elif kind == "close":
                run.depth -= 1
            run.relations += kind == "relation"
            run.add(item, needs_operand=kind in _LEADS_ON)
            continue
        if run and run.is_formula(in_code) and not _is_cut_off(line, run.start, run.end):
            yield run.start, run.end_behind(line[: run.start])
        run = None
        is_close = behind is not None and behind.start() == item.end()
        is_sign = item[0] in ("-", "−") and (
            is_close or _BEHIND_RELATION.search(line[: item.start()]) is not None
        )
        is_joined = item.start() > 0 and line[item.start() - 1].isalnum()
        is_label = behind is not None and behind.lastgroup == "relation"
        if _goes_before(line, item) or (is_label and _LABEL.search(line[: item.end()])):
            continue
        if kind in ("number", "name", "open", "root") or (is_sign and not is_joined):
            run = _Run(item.start())
            run.depth = int(kind == "open")
            run.add(item, needs_operand=kind in ("open", "operator", "root"))
    if run and run.is_formula(in_code) and not _is_cut_off(line, run.start, run.end):
        yield run.start, run.end_behind(line[: run.start])


def _goes_before(line: str, item: re.Match[str]) -> bool:
    """Whether something unread before an item belongs to it: a product, a ratio, a date."""
    before = line[max(0, item.start() - 40) : item.start()]
    patterns = _BEFORE_ALL + _BEFORE.get(item[0] if item[0] == "(" else str(item.lastgroup), ())
    if any(pattern.search(before) for pattern in patterns):
        return True
    sign = before.rstrip()[-1:]
    is_bullet = sign == "·" and not line[: item.start()].strip(" \t·")
    return sign in tuple("/^·×⋅÷＊∗−⊙∘⊗⊕@±∓∛∜") and not is_bullet


def _is_cut_off(line: str, start: int, end: int) -> bool:
    """Whether a formula goes on with something unread: `N = 5 groups × 6`, `= 1 : 249`, `29–31`.

    Or stands between quotation marks: what somebody else wrote.
    """
    if line[start - 1 : start] in tuple('"“„«「') and line[end : end + 1] in tuple('"”“»」'):
        return True
    behind = (
        r"[\\{^_₋₊]|\w|[ \t]+vs\b|[ \t]+[^\W\d_]{2,}[ \t]*(?:[×*/·^]|\+[ \t]*\d)|[ \t]*[⊙∘⊗⊕@]"
        r"|[ \t]*[×*/·+][ \t]*(?:\.\.|…|⋯)|[ \t]+[*/][ \t]+[^\W\d_]|[ \t]*[×·][ \t]*[^\W\d_]"
        r"|\s*[*×·/]\s*[(\[]|[ \t]*\\[A-Za-z]|[ \t]+:[ \t]*\d|:\d|[–—]\d| \d"
        r"|[ \t]*[±∓]|[ \t]*[+−×·*/][ \t]*$"
    )
    return re.match(behind, line[end:]) is not None


def _goes_on(run: _Run, item: re.Match[str], kind: str, touches: bool) -> bool:
    """Whether an item can stand where a run has come to."""
    if kind == "name" and not run.needs_operand and _FUNCTION.match(item.string, item.start()):
        is_number = run.items[-1].lastgroup in ("close", "number")  # (5/14) log2(5/14)
        return is_number or touches
    if kind in ("number", "name", "root"):
        is_unit = touches and run.items[-1].lastgroup == "number" and _LARGE.fullmatch(item[0])
        return run.needs_operand or (touches and kind != "number" and not is_unit)
    if kind == "open":
        return run.needs_operand or touches
    if kind == "raised":
        return touches and not run.needs_operand
    if kind in ("close", "comma"):
        return run.depth > 0 and not run.needs_operand
    if kind == "operator":
        return not run.needs_operand or item[0] in "-−+"
    is_number = bool(run.items) and run.items[0].lastgroup == "number"
    is_column = len(run.items) == 1 and item.start() - run.end > 2 and is_number
    return kind == "relation" and not run.needs_operand and run.depth == 0 and not is_column


def _kind(
    line: str, item: re.Match[str], behind: re.Match[str] | None, run: _Run | None, in_code: bool
) -> str:
    kind = str(item.lastgroup)
    if kind != "word":
        return {"fraction": "number", "derivative": "name"}.get(kind, kind)
    word = item[0]
    if word in "xX" and run and not run.needs_operand and behind:
        is_spaced = line[item.start() - 1].isspace() and line[item.end()].isspace()
        if run.items[-1].lastgroup in ("number", "close") and (
            is_spaced or behind.lastgroup == "number"
        ):
            return "operator"
    if in_code or re.search(r"[\d_₀-₉\u0302-\u0304]", word) or word in _NAMES:
        return "name"
    next_ = behind.lastgroup if behind else ""
    if next_ == "relation" or (next_ == "open" and behind and behind.start() == item.end()):
        return "name"
    is_factor = run is not None and run.needs_operand and bool(run.items)
    if len(word) == 1 and (is_factor or (behind and behind[0] in ("×", "·", "*"))):
        return "name"
    is_letter = (len(word.rstrip("'’")) == 1 and word not in "aAIàéyeou") or word in "ye"
    return "name" if is_letter and not "\u2e80" <= word[0] <= "\uffff" else "other"


def plain_tokens(text: str, *, decimal_comma: bool) -> list[Token]:
    """The tokens of a formula in plain text, names of several letters being names."""
    text = text.replace("Σ", "∑")  # in plain text the letter is the sign of a sum
    found: list[Token] = []
    at = 0
    for match in _IDENTIFIER.finditer(text):
        found += _shifted(text[at : match.start()], at, decimal_comma)
        found += _named(match)
        at = match.end()
    found += _shifted(text[at:], at, decimal_comma)
    return times_signs(found)


def _shifted(text: str, by: int, decimal_comma: bool) -> Iterator[Token]:
    for token in pieces(text.replace("%", "％"), decimal_comma):
        yield token._replace(start=token.start + by, end=token.end + by)


def _named(match: re.Match[str]) -> Iterator[Token]:
    start = match.start()
    if match["above"]:
        for part in ("above", "below"):
            at = match.start(part)
            if part == "below":
                yield Token("mark", "/", at - 2, at - 1)
            yield Token("command", r"\partial", at - 1, at)
            yield from _symbol(match[part], at, match.end(part))
    else:
        yield from _symbol(match["name"], start, match.end("name"), match["entry"])


def _symbol(name: str, start: int, end: int, entry: str = "") -> Iterator[Token]:
    """The tokens of a name; in `x[0][2]` the entry is an index of the name."""
    parts = re.fullmatch(r"([^\W\d_]+?)_?((?:\d|(?<=_)\w)\w*)?('*)", name)
    base, index, primes = parts.groups() if parts else (name, None, "")
    if entry:
        base, index = base + (f"_{index}" if index else ""), entry.strip("[]").replace("][", ",")
    base_end = start + len(base)
    if base in _GREEK:
        yield Token("command", f"\\{base}", start, base_end)
    elif len(base) == 1 and not index:
        yield from (token._replace(start=start, end=base_end) for token in pieces(base, False))
    else:
        tokens = list(pieces(base, False)) if len(base) == 1 else []
        is_greek = len(tokens) == 1 and tokens[0].kind == "command"
        kind, text = ("command", tokens[0].text) if is_greek else ("name", base)
        yield Token(kind, text, start, base_end)
    if index:
        yield Token("mark", "_", base_end, base_end)
        yield Token("mark", "{", base_end, base_end)
        yield Token("text", index.replace("_", ""), base_end, end)
        yield Token("mark", "}", end, end)
    for _ in primes or "":
        yield Token("mark", "'", end, end)


# What before an item says that it is the end of something: anything, and what is such an item.
_BEFORE_ALL = tuple(
    map(
        re.compile,
        (
            r"\d[:/]$|[\w)\]}\\%][*+−%-]$|\\\*-$|[\w)\]}][ \t]+\*[ \t]+$",
            r"\d[A-Za-z]{1,3}[ \t]+[xX×][ \t]+$|\b\w+ x $",  # 100M x 768, b x 6
            r"\b(?:log|ln|exp|sqrt|max|min|sum|mean|vs\.?|versus)[ \t]*~?$",
            r"[\w)\]}][ \t]*[-+−]\s*$",
            r"\b(?i:leaky|parametric|hard|scaled)[ \t-]+$",
            r"[^\s*>][ \t]*[-−][ \t]+$",  # a dash, or the sign of what is read: `Loss: - 0.5 × 2`
            # the last of several, each with its name: `W1: 5×3 + W2: 3×1`
            r"\S[ \t]*[+−×·][ \t]*[\w₀-₉]+[ \t]*:[ \t]*$",
            r"(?:\.\.\.|…|⋯)[ \t]*[-+−×*·][ \t]*$",  # the last of many
            r"[─═][┤┘┐╡╣][ \t]*[=≈][ \t]*$",  # in a drawing, where a sum may have rows
            r"\\[A-Za-z]+[ \t]*$",  # LaTeX between no dollars: `2 \cdot 3`
        ),
    )
)
_BEFORE = {
    "(": (
        re.compile(r"\)[ \t]*,[ \t]*$|\0$"),  # the last of a list; behind a formula
        # the argument of a function that is not read, a factor of what is
        re.compile(r"[\w)\]′'’]$|(?<!\w)[B-Zb-zα-ω][₀-₉\d]?[ \t]+$"),
    ),
    "number": (
        re.compile(r"[^\W\u2e80-\uffff]$|[)\]}]$|(?:^|\W)\w[ \t]*[-+−][ \t]*$"),
        re.compile(  # Steps 1 + 4 ≈ 90 % of the code
            r"\b(?:steps?|fig(?:ure|\.)?s?|tables?|eq(?:uation|\.)?s?|parts?|phases?|chapters?"
            r"|sections?|rows?|columns?|questions?|levels?|weeks?|days?|stages?|schritte?|pasos?"
            r"|étapes?)[ \t]+$",
            re.IGNORECASE,
        ),
    ),
}
_GREEK = words(
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi"
    " psi omega"
)
_NAMES = _GREEK | words(
    "net out target output loss error exp ln log max min tanh sigmoid relu ReLU sqrt lr"
)
_LEADS_ON = ("open", "operator", "relation", "comma", "root")
# A line goes on behind an operator, and where the next one begins with an equals sign.
_LINE_END = re.compile(r"(?<![+×·])(?<![+×·][ \t])\n(?![ \t]*[=≈](?![=>]))")
_GOES_ON = re.compile(r"( *)(?:[×·⋅]|[*+/](?= )) *[\w(∂√]")
_BEHIND_RELATION = re.compile(r"[=≈][ \t]*$")
_LARGE = re.compile(r"[KMGTBk]B?")  # 150K
_LOST_POWER = re.compile(r"\)\d")  # `(0.8)2`, copied from a page where the 2 was raised
_THRICE = re.compile(r"([^=]{1,40}=.{1,80}?)\1\1")
_FUNCTION = re.compile(r"(?:log\d*|ln|exp|sqrt|tanh)\(")
_NAMES_OF_X = re.compile(r"\dx1\b.*[-+−].*\dx2\b")  # 3x1 + 4x2, not 3 times 1
_SHAPE = re.compile(r"[^\W\d_]\[\d+[×x]\d+\]")  # K[2550×1024] says how large K is
_LETTERS = re.compile(r"[a-z]*(?:-+[a-z]*)+")
_SETTINGS = re.compile(r"\w[=≈]\d+ *[×x+/] *[A-Za-z]+[=≈]\d")  # PP=2 × TP=2
_LABEL = re.compile(r"(?:[^\W\d_]{2,}[ \t]+#?|[=≈][ \t]*)\d+$")
_ASIDE = re.compile(
    r"\b(?:at|for|with|when|where|if|given|bei|für|mit|pour|avec|con|para|com)[ \t]+$",
    re.IGNORECASE,
)
_RELATION = re.compile(r"(?<![=<>!:+\-*/])=(?![=>])|[≈≃]|~=")
_ITEM = re.compile(
    r"""(?P<code>0\d\d+(?![.,]?\d))  # 032934 counts nothing
    |(?P<number>(?:\d+(?:[.,]\d+)*|\.\d+)(?:[eE][-+]?\d+(?!\w))?
        (?:\.\.\.|…)?(?:[ ]?%)?(?![.,]?\d))
    |(?P<relation>(?<![=<>!:])=(?![=>])|[≈≃])
    |(?P<root>√)
    |(?P<fraction>[½¼¾])
    |(?P<raised>[²³⁴⁵⁰¹⁶-⁹⁻]+(?:·[²³⁴⁵⁰¹⁶-⁹]+)?)
    |(?P<derivative>∂[^\W\d_]\w*/∂[^\W\d_]\w*)
    |(?P<hyphened>[^\W\d_]+(?:-[^\W\d_]{3,})+)
    |(?P<word>[^\W\d_][\u0302-\u0304]?[\w₀-₉]*['’]*[⁺]?)
    |(?P<operator>\*\*|[-−+*/^·×⋅÷])
    |(?P<open>[(\[⌊⌈]|(?<=\^)\{)|(?P<close>[)\]}⌋⌉])
    |(?P<comma>,|;)
    |(?P<other>[^\s])""",
    re.VERBOSE,
)
_IDENTIFIER = re.compile(
    r"(?:(?<![\w.])(?P<mark>d|∂)(?P<above>[^\W\d_]\w*)/(?P=mark)(?P<below>[^\W\d_]\w*))"
    r"|(?<![\w.])(?P<name>[A-Za-zα-ωΑ-Ωŷ][A-Za-z0-9_α-ω]*(?:[₀-₉]+(?=\[\d))?'*)(?P<entry>(?:\[\d{1,3}\])+|(?![\w\u0302-\u0304]))"
)
