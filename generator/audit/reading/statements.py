"""The statements of a page: its chains of equalities with their places, in reading order."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from generator.algebra import Constant, Expression, Power, Quantity, quantities_in
from generator.audit.reading.indices import indexed_symbols
from generator.audit.reading.latex import Chain, Side, chains, entrywise, side
from generator.audit.reading.markdown import Assignment, Formula, MarkdownPage
from generator.audit.reading.names import Opaque
from generator.audit.reading.pictures import with_pictured_formulas
from generator.audit.reading.source import Source
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.values import printed_number

MAX_QUOTE = 160
MAX_PARTS = 60


@dataclass(frozen=True)
class Statement:
    """A chain of equalities, where it stands and under which heading.

    section: how many headings stand before it; heading: the words of the last one.
    is_row: it is a row of a table.
    """

    chain: Chain
    section: int
    is_row: bool = False

    @property
    def sides(self) -> tuple[Side, ...]:
        return self.chain.sides

    @property
    def start(self) -> int:
        return self.sides[0].start


@dataclass(frozen=True)
class Reading:
    """What is read of a page.

    prose: its text with formulas and code blanked out, in the places of the source.
    headings: where its sections begin.
    problems: where the problems of a collection begin; each has symbols of its own.
    span: the part of the source that is to be audited; statements before it only give values.
    """

    source: Source
    prose: str
    statements: tuple[Statement, ...]
    formulas: tuple[Formula, ...]
    symbols: SymbolTable
    headings: tuple[int, ...] = ()
    problems: tuple[int, ...] = ()
    span: tuple[int, int] = (0, 10**12)

    def parts(self) -> list[Reading]:
        """What is before the problems of a collection, and each problem behind that."""
        if len(self.problems) < 2:
            return [self]
        edges = [0, *self.problems, self.span[1]]
        starts = [statement.start for statement in self.statements]
        at = [bisect_left(starts, edge) for edge in edges]
        given = self.statements[: at[1]]
        return [
            replace(
                self,
                statements=(given if part else ()) + self.statements[at[part] : at[part + 1]],
                span=(edges[part], edges[part + 1]),
            )
            for part in range(len(edges) - 1)
        ]

    def has(self, start: int) -> bool:
        """Whether a place is in the part that is to be audited."""
        return self.span[0] <= start < self.span[1]

    def place(self, start: int) -> tuple[int, int]:
        return self.source.place(start)


def read(source: Source) -> Reading:
    """Reads a page: its formulas, then their chains as expressions."""
    source = with_pictured_formulas(source)
    page = MarkdownPage(source.text, source.place)
    decimal_comma = _writes_decimal_commas(page)
    found = indexed_symbols(page)
    letters = found.indexed | _indexed_letters(page, decimal_comma)
    symbols = SymbolTable(letters, decimal_comma=decimal_comma)
    symbols.update(found)
    is_given = any(_GIVES_E.search(formula.latex) for formula in page.formulas)
    symbols.given_letters = frozenset("e" if is_given else "")
    headings = [match.start() for match in _HEADING.finditer(source.text)]
    problems = _problems(source.text)
    statements = [each for row in page.assignments for each in _row(row, symbols, headings)]
    statements += (
        Statement(chain, bisect_right(headings, chain.sides[0].start))
        for cells in page.calculations
        for chain in _calculation(cells, symbols)
    )
    arrays, number = symbols.arrays, 0
    above: Chain | None = None  # the last chain of the formula before
    end = entries = 0
    for formula in page.formulas:
        if bisect_right(problems, formula.start) != number:  # arrays of other problems are gone
            arrays = symbols.arrays if number == 0 else arrays
            number, symbols.arrays = bisect_right(problems, formula.start), dict(arrays)
        section = bisect_right(headings, formula.start)
        previous, above = above, None
        for chain in _chains(formula, symbols):
            if above is None and _is_cut(source.text, formula):
                chain = _without_beginning(chain)
            between = source.text[end : formula.start]
            if above is None and previous and _goes_on(previous, chain, between):
                del statements[len(statements) - entries :]
                chain = _joined(previous, chain)
            stated = [Statement(each, section) for each in entrywise(chain, symbols)]
            statements += stated
            above, entries = chain, len(stated)
        end = formula.start + len(formula.latex)
    statements.sort(key=lambda statement: statement.start)
    return Reading(
        source,
        page.visible,
        tuple(statements),
        page.formulas,
        symbols,
        tuple(headings),
        problems,
    )


def _goes_on(above: Chain, below: Chain, between: str) -> bool:
    """Whether a display that begins with an equals sign goes on with the one before it."""
    begins = bool(below.relations) and not below.sides[0].latex
    return begins and _DISPLAYS.fullmatch(between) is not None


def _joined(above: Chain, below: Chain) -> Chain:
    """Two chains as one, the second of which begins with a relation."""
    is_open = bool(above.relations) and not above.sides[-1].latex  # `a = $$ $$ = b`
    upper = above.sides[:-1] if is_open else above.sides
    relations = above.relations[:-1] if is_open else above.relations
    return replace(above, sides=upper + below.sides[1:], relations=relations + below.relations)


def _problems(text: str) -> tuple[int, ...]:
    """Where the problems of a collection begin, several as one where they are very many."""
    starts = [match.start() for match in _PROBLEM.finditer(text)]
    return tuple(starts[:: 1 + len(starts) // MAX_PARTS]) if len(starts) > 1 else ()


def one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"


def quote(chain: Chain, first: int, second: int) -> str:
    """Two sides of a chain with what joins them."""
    between = f" {chain.relations[first]} " if second == first + 1 else " = … = "
    return one_line(chain.sides[first].latex + between + chain.sides[second].latex)


def printed_text(each: Side) -> str:
    """A side as it is printed, in one line."""
    return one_line(each.latex).rstrip(" .,;")


_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]|\\(?:sub)*section\*?\{|\*\*[^*\n]{1,120}\*\*:?[ \t.]*$)"
    r"|^[^\s#].*\n(?:={3,}|-{3,})[ \t]*$",
    re.MULTILINE,
)


_PROBLEM_NAMES = (
    "problem|exercise|question|aufgabe|übung|exercice|ejercicio|esercizio|exercício|problema"
    "|opgave|zadanie|задача|упражнение"
)
_PROBLEM = re.compile(
    rf"\\begin\{{(?:{_PROBLEM_NAMES}|ex|uebung)\*?\}}"
    r"|^[ \t>]*(?:\#{1,6}[ \t]|\*\*|\\(?:sub)*section\*?\{)[ \t*]*(?:[^\w\n]{0,4}[ \t])?"
    rf"(?:{_PROBLEM_NAMES})\b[ \t]*(?:\#|№|n[°o]\.?)?[ \t]*\d"
    r"|(?:^[ \t>]*|---[ \t]*)(?:\#{1,6}[ \t]|\*\*)[ \t*]*(?:Q|Question)[ \t]*\d{0,3}[.:)]"
    r"|^[ \t>]*(?:\#{1,6}[ \t]|\*\*)[ \t*]*(?:练习|习题|例题|题目)[ \t]*\d",
    re.MULTILINE | re.IGNORECASE,
)


# The end of a display, few words or none, and the beginning of the next; or that of a line.
_DISPLAYS = re.compile(
    r"\s*(?:\$\$|\\\])\s*(?:[^\s$\\#|][^$\\#|\n]{0,60})?\s*(?:\$\$|\\\[)\s*"
    r"|\s*(?:\$|\\\))[ \t]*\n\s*(?:\$|\\\()\s*"
)
_OPERATOR = re.compile(  # `$\\times$ $2 = 6$`, `= 1 - $(0.5 + 0.25) = 0.25$`
    r"\$[ \t]*(?:\\(?:times|cdot|div|pm)|[-+*/×·])[ \t]*\$\s*\$+\s*$"
    r"|=\s*\d[\d.]*\s*[-+−*/×·]\s*\$+\s*$"
)
_GIVES_E = re.compile(r"(?:^|[,;&({]|\\\\|\\quad)\s*e\s*&?=(?!\s*2\.71)")  # e = t - y


def _is_cut(text: str, formula: Formula) -> bool:
    """Whether what stands before a formula is its beginning: an operator, or a function's name."""
    before = text[max(0, formula.start - 24) : formula.start]
    is_argument = formula.latex.lstrip().startswith("(") and re.search(r"\w\$$", before)
    return bool(is_argument) or _OPERATOR.search(before) is not None


def _without_beginning(chain: Chain) -> Chain:
    r"""A chain whose first side is only the end of what stands there: `$\times$ $2 = 6$`."""
    first, *others = chain.sides
    unread = replace(first, expression=None, reason="its beginning stands outside of the formula")
    return replace(chain, sides=(unread, *others))


def _row(row: Assignment, symbols: SymbolTable, headings: list[int]) -> Iterator[Statement]:
    section = bisect_right(headings, row.symbol.start)
    sides = tuple(side(c.latex, c.start, symbols) for c in (row.symbol, row.value))
    for chain in entrywise(Chain(sides, ("=",)), symbols):
        yield Statement(chain, section, is_row=True)


def _calculation(cells: Sequence[Formula], symbols: SymbolTable) -> Iterator[Chain]:
    """The cells of a row as one chain: what it is of, numbers, what they come to."""
    sides: list[Side] = []
    for cell in cells:
        named = [each for whole in _chains(cell, symbols) for each in entrywise(whole, symbols)]
        alone = side(cell.latex, cell.start, symbols, is_plain=cell.is_plain)
        found = named[0].sides if len(named) == 1 else (alone,)
        read = [each for each in found if each.expression is not None]
        sides += read[:1] + read[1:][-1:]
    if len(sides) > 1 and sides[-1].start == cells[-1].start:
        yield from entrywise(Chain(tuple(sides), ("=",) * (len(sides) - 1)), symbols)


def _chains(formula: Formula, symbols: SymbolTable) -> Iterator[Chain]:
    for chain in chains(formula.latex, symbols, is_plain=formula.is_plain):
        sides = [replace(each, start=each.start + formula.start) for each in chain.sides]
        if not formula.is_closed:
            reason = "the formula is never closed"
            sides = [replace(each, expression=None, reason=reason) for each in sides]
        yield replace(chain, sides=tuple(sides))


def _writes_decimal_commas(page: MarkdownPage) -> bool:
    """Whether the page's formulas write 0,5 and not 0.5; 1,250 says neither."""
    text = " ".join(formula.latex for formula in page.formulas)
    text = re.sub(r"(?:\\\{|[(\[])\s*-?\d+,\s*-?\d+\s*(?:\\\}|[)\]])", "", text)  # {0,1}
    commas = re.findall(
        r"(?<![\d,.])(?:0(?:,|\{,\})\d+|\d+(?:,|\{,\})(?!\d{3}(?!\d))\d+)(?![\d,])", text
    )
    points = re.findall(r"(?<![\d.])\d*\.\d+", text)
    if len(re.findall(r"(?<![\d,.])0(?:,|\{,\})\d", text)) > 3:  # then 1.200 is a thousand
        points = [each for each in points if not re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", each)]
    return len(commas) > 2 * len(points)


def _indexed_letters(page: MarkdownPage, decimal_comma: bool) -> frozenset[str]:
    """Letters that a page defines with a number above, as in `z^2_1 = ...`: no powers."""
    symbols = SymbolTable(decimal_comma=decimal_comma)
    found = set()
    for formula in page.formulas:
        if formula.is_plain or "^" not in formula.latex:
            continue
        for chain in chains(formula.latex, symbols):
            first = chain.sides[0].expression
            match first:
                case Power(Quantity(name=str() as name), Constant(number)):
                    behind = [printed_number(each.expression) for each in chain.sides[1:]]
                    is_power = any(value is not None for value in behind[:1]) and len(behind) == 1
                    if number == number.to_integral_value() and not is_power:
                        found.add(re.split("[_^]", name)[0])
    return frozenset(found)


def is_symbol(expression: Expression | None) -> bool:
    """Whether a side is one symbol, not a law."""
    return isinstance(expression, Quantity) and not isinstance(expression.name, Opaque)


def number_of(each: Side) -> Decimal | None:
    return printed_number(each.expression)


def has_law(expression: Expression) -> bool:
    """Whether a part of it stands for something that is not written out."""
    return any(isinstance(symbol.name, Opaque) for symbol in quantities_in(expression))
