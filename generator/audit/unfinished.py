"""What a page leaves open: question marks, TBC and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.algebra import Quantity
from generator.audit.history import History, shape, stem
from generator.audit.statements import Reading


def announced(reading: Reading, history: History) -> Iterator[tuple[int, str, list[str]]]:
    """Where a page says that it computes symbols none of which it computes further on."""
    text = reading.source.text
    starts = {formula.start: formula.latex for formula in reading.formulas}
    for match in _ANNOUNCEMENT.finditer(text):
        listed = [starts[at] for at in range(*match.span("symbols")) if at in starts]
        names = [_symbol(reading, latex) for latex in listed]
        found = [name for name in names if name is not None]
        is_open = len(found) == len(names) and all(
            _has_computed_sibling(name, history)
            and not _is_computed(name, match.start(), reading, history)
            for name in found
        )
        if found and is_open:
            yield match.start("symbols"), match[0], [str(name.name) for name in found]


def _has_computed_sibling(symbol: Quantity, history: History) -> bool:
    """Whether the page computes another symbol of its kind: w5, where w1 is announced."""
    return any(
        value.kind in ("computed", "updated")
        for other in history.shapes.get(shape(str(symbol.name)), ())
        if other is not symbol
        for value in history.values[other][-1:]
    )


def _symbol(reading: Reading, latex: str) -> Quantity | None:
    """The symbol that a formula of the prose is."""
    from generator.audit.latex import side

    expression = side(latex, 0, reading.symbols).expression
    return expression if isinstance(expression, Quantity) else None


def _is_computed(symbol: Quantity, start: int, reading: Reading, history: History) -> bool:
    """Whether a symbol, a version of it or a derivative in it has a value behind a place."""
    versions = [symbol, *history.versions.get(stem(symbol), ())]
    slopes = [
        other
        for name, other in reading.symbols.items()
        if str(name).startswith(r"\frac") and str(name).endswith(rf"{{\partial {symbol.name}}}")
    ]
    return any(
        value.start > start
        for each in (*versions, *slopes)
        for value in history.values.get(each, ())[-1:]
    )


MANY_BLANKS = 5  # question marks that make a page a worksheet
_ANNOUNCEMENT = re.compile(
    r"\b(?:calculate|compute|determine|find|update|work\s+out|berechnen|calculons|calculamos)\s+"
    r"(?:the\s+|all\s+|die\s+|les\s+)?(?:new\s+|updated\s+|remaining\s+|other\s+|neuen\s+)*"
    r"(?:values?\s+(?:of|for)\s+|weights?\s+|biases\s+|Werte\s+(?:von|für)\s+)?"
    r"(?P<symbols>\$[^$\n=]{1,40}\$(?:\s*(?:,|and|und|et|y|&)\s*(?:and\s+)?\$[^$\n=]{1,40}\$)*)",
    re.IGNORECASE,
)
_BEHIND_A_MARK = r"(?:^|(?<=[:(\[*_>.…=|-])|(?<=[:(\[*_>.…=|-][ \t])|(?<=still )|(?<=yet ))"
_AT_THE_END = r"(?=[ \t]*(?:[.…!)\]*_|]|\\\\|$))"
_WORDS = re.compile(
    # Spanish and Portuguese have "todo" for "all".
    r"\b(?:TBC|TBD|FIXME)\b|\bXXX+\b"
    r"|(?<!\ben )(?<!\bem )(?<!\bde )(?<!\bque )(?<!\bcon )(?<!\bcom )(?<!\bpor )(?<!\bpara )"
    r"(?<!\# )\bTODO\b(?![ \t]*\d)(?![ \t]+(?:el|la|los|las|lo|o|a|os|as|esto|isso)\b)"
    # These alone, or behind a colon: "all that has to be computed first" is prose.
    rf"|{_BEHIND_A_MARK}(?:"
    r"[Tt]o\s+be\s+(?:continued|done|completed|computed|calculated|added|written|determined)"
    r"|[Nn]ot\s+(?:yet\s+)?(?:finished|done|computed)(?:\s+yet)?"
    r"|[Ww]ork\s+in\s+progress"
    r"|[Ww]ird\s+fortgesetzt|Fortsetzung\s+folgt"
    r"|[àÀ]\s+(?:compléter|suivre|faire)|[Pp]or\s+(?:hacer|completar)"
    rf"){_AT_THE_END}"
    r"|未完(?!成)|待续|待補|待补|待定"
    r"|\bwill\s+be\s+(?:added|completed)\s+(?:later|soon)\b"
    r"|(?:[=≈]|\0[ \t]*:|\bis[ \t])[ \t]*\?+(?=\s|[.,;|)]|$)"
    r"|(?:(?<=[=:(])|(?<=\0[ \t])|(?<=[=:][ \t]))\?{3,}",
    re.MULTILINE,
)
_CELL = re.compile(r"(?<=\|)[ \t]*\?+[ \t]*(?=\|)")
_IN_FORMULA = re.compile(
    r"(?:[=≈&]|\\approx|[-+]|\\cdot|\\times|\*)(?:\s|\\[,;:! ]|\\q?quad|~)*(?:\\text\{\s*)?\?+"
    r"|\\(?:text|mathrm|mbox)\{[^{}]*(?:TODO|TBC|TBD|\?\?)[^{}]*\}|^\s*\?+\s*$"
)


def open_ends(reading: Reading) -> Iterator[tuple[int, str]]:
    """Where a page leaves something open, and what stands there; one a line."""
    prose = reading.prose
    found = [
        (match.start(), match[0])
        for match in _WORDS.finditer(prose)
        if "?" not in match[0] or not _is_answered(prose, match.start())
        if reading.source.text[match.end() - 2 : match.end()] != "`?"  # why `+=` and not `=`?
    ]
    cells = [(match.start(), match[0]) for match in _CELL.finditer(prose)]
    found += cells if len(cells) < 3 else []  # a table of question marks is an exercise
    asked = [
        (formula.start + match.start(), formula.latex)
        for formula in reading.formulas
        for match in _IN_FORMULA.finditer(formula.latex)
    ]
    blanks = [text for _, text in asked if text.rstrip().endswith("?")]
    found += asked if len(blanks) < MANY_BLANKS else []  # a worksheet
    lines = set()
    for start, text in sorted(found):
        line, _ = reading.place(start)
        if line not in lines:
            lines.add(line)
            yield start, " ".join(text.split())


def _is_answered(prose: str, at: int) -> bool:
    """Whether what is asked for, `P(A|B) = ?`, has its value further on."""
    asked = re.search(r"([^\n\0=:│]*)[=≈:]?[ \t]*$", prose[max(0, at - 80) : at])
    head = " ".join(asked[1].strip(" |*-").split()) if asked else ""
    if len(head) < 4:
        return False
    pattern = r"\s+".join(map(re.escape, head.split()))
    return re.search(rf"{pattern}\s*[=≈]\s*(?![\s?])", prose[at + 1 :]) is not None
