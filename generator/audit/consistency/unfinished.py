"""What a page leaves open: question marks, TBC and its like."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from generator.algebra import Quantity
from generator.audit.consistency.history import History
from generator.audit.reading.names import shape, stem
from generator.audit.reading.statements import Reading, Statement, number_of


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
    from generator.audit.reading.latex import side

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


FEWEST_NUMBERS = 3  # equalities with a number, on a page that works an example
MANY_BLANKS = 5  # question marks that make a page a worksheet
_ANNOUNCEMENT = re.compile(
    r"\b(?:calculate|compute|determine|find|update|work\s+out|berechnen|calculons|calculamos)\s+"
    r"(?:the\s+|all\s+|die\s+|les\s+)?(?:new\s+|updated\s+|remaining\s+|other\s+|neuen\s+)*"
    r"(?:values?\s+(?:of|for)\s+|weights?\s+|biases\s+|Werte\s+(?:von|für)\s+)?"
    r"(?P<symbols>\$[^$\n=]{1,40}\$(?:\s*(?:,|and|und|et|y|&)\s*(?:and\s+)?\$[^$\n=]{1,40}\$)*)",
    re.IGNORECASE,
)
_BULLETS = " \t>*_%-[]"
_FIRST = r"^[ \t>*_%-]*+(?:\[ \][ \t*_]*+)?"  # a bullet, a box to tick
_BEHIND_A_MARK = (
    rf"(?:{_FIRST}|(?<=[:：(\[*_>.…=|-])|(?<=[:：(\[*_>.…=|-][ \t])|(?<=still )|(?<=yet ))"
)
_AT_THE_END = r"(?=[ \t]*(?:[.…!)\]*_|:：]|\\\\|$))"
# Words that stand alone: "fill in the TODO" and "all that has to be computed first" are prose.
_WORDS = re.compile(
    # Spanish and Portuguese have "todo" for "all".
    rf"{_FIRST}(?:TODO|FIXME|TBC|TBD)\b(?![ \t]*[\d/.\w-]*\.\w|[ \t]*\d"
    r"|[ \t]+(?:list|app|items?|el|la|los|las|lo|o|a|os|as|esto|isso)\b)"
    rf"|(?:{_BEHIND_A_MARK}|(?<=\b(?:is|be)[ \t])|(?<=\0[ \t]))(?:TODO|FIXME|TBC|TBD)\b"
    rf"{_AT_THE_END}"
    rf"|(?:{_FIRST}|(?<=[=|][ \t])|(?<=: ))XXX+{_AT_THE_END}"
    rf"|{_BEHIND_A_MARK}(?:未完|待续|待補|待补充?|待定){_AT_THE_END}"
    rf"|{_BEHIND_A_MARK}(?:"
    r"[Tt]o\s+be\s+(?:continued|done|completed|computed|calculated|added|written|determined)"
    r"|[Nn]ot\s+(?:yet\s+)?(?:finished|done|computed)(?:\s+yet)?"
    r"|[Ww]ork\s+in\s+progress"
    r"|[Ww]ird\s+fortgesetzt|Fortsetzung\s+folgt"
    r"|[àÀ]\s+(?:compléter|suivre|faire)|[Pp]or\s+(?:hacer|completar)"
    rf"){_AT_THE_END}"
    r"|\bwill\s+be\s+(?:added|completed)\s+(?:later|soon)\b"
    r"|(?:[=≈]|\0[ \t]*:|\bis[ \t])[ \t]*\?+(?=\s|[.,;|)]|$)"
    r"|(?:(?<=[=:(])|(?<=\0[ \t])|(?<=[=:][ \t]))\?{3,}",
    re.MULTILINE,
)
_NAME = re.compile(  # at the end: w_7, w7, \mathrm{net}_{h1}^{+}, \frac{\partial E}{\partial w_5}
    r"(?:^|[\s({])(?:\\(?:math\w+|text)\{\w+\}|\\?[^\W\d_]+)"
    r"(?:\d+[+']*|'+|(?:[_^](?:\w|[+*']|\{(?:[^{}]|\{[^{}]*\})*\}))+)$"
    r"|^(?:[^\W\d_]{1,3}|\\[a-z]{2,7})$|\\partial.*\}$|^∂\S+$"
)
_RELATION = re.compile(r"[=≈≤≥<>]|\\(?:approx|leftarrow|gets|le|ge|leq|geq|rightarrow|to)\b|:=|←")
_NAMED_ROW = re.compile(r"[ \t>]*\|[ \t*]*(?:\0|[^\W\d_]\w{0,3}'?[ \t*]*\|)")  # of a symbol
_CELL = re.compile(r"(?<=\|)[ \t]*\?+[ \t]*(?=\|)")
_IN_FORMULA = re.compile(
    r"(?:[=≈&]|\\approx|[-+]|\\cdot|\\times|\*)(?:\s|\\[,;:! ]|\\q?quad|~)*(?:\\text\{\s*)?\?+"
    r"|\\(?:text|mathrm|mbox)\{[^{}]*(?:TODO|TBC|TBD|\?\?)[^{}]*\}|^\s*\?+\s*$"
)


def open_ends(reading: Reading) -> Iterator[tuple[int, str]]:
    """Where a page leaves something open, and what stands there; one a line.

    TBC and its like say so only of a page that works an example, with numbers.
    """
    prose = reading.prose
    works_example = sum(map(_has_number, reading.statements)) >= FEWEST_NUMBERS
    found = [
        (match.end() - len(match[0].lstrip(_BULLETS)), match[0].lstrip(_BULLETS))
        for match in _WORDS.finditer(prose)
        if (_is_blank(reading, match) if "?" in match[0] else works_example)
        if reading.source.text[match.end() - 2 : match.end()] != "`?"  # why `+=` and not `=`?
    ]
    on_line = Counter(reading.place(start)[0] for start, text in found if "?" in text)
    found = [(start, text) for start, text in found if on_line[reading.place(start)[0]] < 3]
    cells = list(_CELL.finditer(prose))
    found += [
        (cell.start(), cell[0])
        for cell in cells
        if len(cells) < 3  # a table of question marks is an exercise
        if _NAMED_ROW.match(prose, prose.rfind("\n", 0, cell.start()) + 1)
        and _is_for_a_number(reading.source.text, cell.start())
    ]
    asked = [
        (formula, match)
        for formula in reading.formulas
        for match in _IN_FORMULA.finditer(formula.latex)
    ]
    blanks = [formula for formula, _ in asked if formula.latex.rstrip().endswith("?")]
    if len(blanks) < MANY_BLANKS:  # or else it is a worksheet
        text = reading.source.text
        found += [
            (formula.start + match.start(), formula.latex)
            for formula, match in asked
            if _is_left_open(formula.latex, match, text[formula.start :])
            if formula.latex.strip(" ?") or text[formula.start - 1] == "$"  # no `(?)`, escaped
        ]
    last, before = 0, ""
    for start, text in sorted(found):
        line, _ = reading.place(start)
        text = " ".join(text.split())
        if line > last + (text == before):  # the same line after line is one blank
            yield start, text
        last, before = line, text


def _is_for_a_number(text: str, start: int) -> bool:
    """Whether the column of a table's cell has numbers, not the classes of samples."""
    first = text.rfind("\n", 0, start) + 1
    column = text.count("|", first, start)
    rows = [text[:first].rstrip("\n").rpartition("\n\n")[2], text[first:].partition("\n\n")[0]]
    cells = [row.split("|")[column : column + 1] for part in rows for row in part.split("\n")]
    return any(re.search(r"\d", cell) for found in cells for cell in found)


def _has_number(statement: Statement) -> bool:
    return any(number_of(side) is not None for side in statement.sides)


def _is_blank(reading: Reading, mark: re.Match[str]) -> bool:
    """Whether a question mark of the text stands for the value of a name, given nowhere behind."""
    prose = reading.prose
    asked = re.search(
        r"([^\n\0=:│?]*)[=≈:]?[ \t]*$", prose[max(0, mark.start() - 80) : mark.start()]
    )
    head = " ".join(asked[1].strip(" |*-").split()) if asked else ""
    if not head:  # a formula stands there
        before = bisect_left(reading.formulas, mark.start(), key=lambda formula: formula.start)
        return before == 0 or _NAME.search(reading.formulas[before - 1].latex.strip()) is not None
    if head.isalpha() and len(head) > 1 and asked and asked[0].rstrip().endswith(":"):
        return False  # Fix: ???
    return _NAME.search(head) is not None and not _has_value_in(prose[mark.end() :], head)


def _is_left_open(latex: str, mark: re.Match[str], behind: str) -> bool:
    """Whether a mark in a formula is a blank: for the value of a symbol that is given none behind.

    A question about another formula, `P(A | B) = ?`, is one to the reader, or to oneself.
    behind: the source from the formula on.
    """
    if "?" not in mark[0] or "text" in mark[0]:
        return True
    rows = [_RELATION.split(row, maxsplit=1)[0] for row in latex[: mark.start()].split(r"\\")]
    heads = [row.replace("&", " ").strip() for row in rows]
    head = next((each for each in reversed(heads) if each), "")
    if not head:
        return True
    return _NAME.search(head) is not None and not _has_value_in(behind[mark.end() :], head)


def _has_value_in(text: str, head: str) -> bool:
    """Whether a text goes on with a value for what a formula begins with."""
    pattern = r"\s*".join(map(re.escape, re.split(r"\s+", head)))
    return re.search(rf"{pattern}\s*&?\s*(?:[=≈]|\\approx)\s*(?![\s?])", text) is not None
