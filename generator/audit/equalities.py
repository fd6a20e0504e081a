"""Recomputes every printed equality of a page from what the page itself prints.

Each adjacent pair of sides in a chain `s0 = s1 = s2 ≈ s3` is one equality. Numbers
must follow the calculator rule (DESIGN 4.4); a line with numbers put in must put in
the values of its symbols; symbols have the values that the page prints for them, in
its tables headed `Value` and at the end of their own chains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Negative,
    Product,
    Quantity,
    Sum,
    evaluate,
    quantities_in,
)
from generator.algebra.expression import children, rebuilt
from generator.algebra.number import PRECISION, exactly
from generator.audit.latex import Chain, Opaque, Side, SymbolTable, chains, side
from generator.audit.markdown import Assignment, Formula, MarkdownPage

FULL_DIGITS = 12  # a table value of fewer digits is exact
LOST = Decimal("1e-40")  # what fifty-digit arithmetic may lose, relatively
MAX_QUOTE = 160


@dataclass(frozen=True)
class Finding:
    """An equality that does not hold.

    kind: `arithmetic` (numbers), `rounding` (`=` where only `≈` holds),
        `substitution` (a number put in for a symbol is not its value) or `value`
        (a symbol or a formula has another value than the printed one).
    """

    line: int
    column: int
    kind: str
    quote: str
    printed: str
    expected: str
    message: str


@dataclass(frozen=True)
class Unread:
    """An equality that was not checked, and why."""

    line: int
    column: int
    quote: str
    reason: str


@dataclass(frozen=True)
class PageReading:
    """What was read on a page and what is wrong on it.

    equalities: all of them; each one is checked, symbolic or unread.
    symbolic: laws, and steps between symbols that have no value on the page.
    """

    equalities: int
    checked: int
    symbolic: int
    unread: tuple[Unread, ...]
    findings: tuple[Finding, ...]


def read_page(text: str) -> PageReading:
    """Reads a Markdown page and recomputes its equalities."""
    with localcontext(PRECISION):
        return _Reading(MarkdownPage(text)).result()


@dataclass(frozen=True)
class _Printed:
    """A number that the page prints for a symbol."""

    number: Decimal
    side: Side
    is_in_table: bool


@dataclass(frozen=True)
class _Value:
    """What a side is worth.

    spread: how far the true value may be away, since printed numbers are rounded.
    number: the side itself, where it is one printed number.
    is_numeric: it has no symbols; is_exact: nothing was lost in computing it.
    """

    value: Decimal
    spread: Decimal
    number: Decimal | None = None
    is_numeric: bool = False
    is_exact: bool = False


class _Reading:
    """One page: its chains, what its symbols are worth, and what comes of checking them."""

    def __init__(self, page: MarkdownPage) -> None:
        self.page = page
        self.symbols: SymbolTable = {}
        self.printed: dict[Quantity, list[_Printed]] = defaultdict(list)
        self.computed: set[Quantity] = set()
        self.checked = self.symbolic = 0
        self.unread: list[Unread] = []
        self.findings: list[Finding] = []
        self.wrong: set[int] = set()  # places of sides that are wrong, or follow from a wrong one
        rows = [self._row(row) for row in page.assignments]
        lines = [chain for formula in page.formulas for chain in self._chains(formula)]
        for chain in rows:
            self._collect(chain.sides, is_in_table=True)
        for chain in lines:
            for run in _runs_of_equalities(chain):
                self._collect(chain.sides[run[0] : run[-1] + 1], is_in_table=False)
        places = {symbol: [p.side.start for p in all_] for symbol, all_ in self.printed.items()}
        self.extent = {symbol: (min(starts), max(starts)) for symbol, starts in places.items()}
        self.best = {symbol: self._most_precise(symbol) for symbol in self.printed}
        self.known = {symbol: self._known(symbol) for symbol in self.printed}
        self.chains = [*lines, *rows]

    def result(self) -> PageReading:
        for chain in self.chains:
            self._check(chain)
        for symbol, values in self.printed.items():
            for other in values:
                self._check_agreement(symbol, other)
        return PageReading(
            equalities=self.checked + self.symbolic + len(self.unread),
            checked=self.checked,
            symbolic=self.symbolic,
            unread=tuple(sorted(self.unread, key=lambda each: (each.line, each.column))),
            findings=tuple(sorted(self.findings, key=lambda each: (each.line, each.column))),
        )

    # What the page says.

    def _row(self, row: Assignment) -> Chain:
        cells = (row.symbol, row.value)
        return Chain(tuple(side(c.latex, c.start, self.symbols) for c in cells), ("=",))

    def _chains(self, formula: Formula) -> Iterator[Chain]:
        for chain in chains(formula.latex, self.symbols):
            sides = [replace(each, start=each.start + formula.start) for each in chain.sides]
            if not formula.is_closed:
                reason = "the formula is never closed"
                sides = [replace(each, expression=None, reason=reason) for each in sides]
            yield Chain(tuple(sides), chain.relations)

    def _collect(self, sides: Sequence[Side], *, is_in_table: bool) -> None:
        """A symbol that is a side has the value of the next number, or of the last one."""
        numbers = [each for each in sides if _number(each.expression) is not None]
        beside = numbers[-1] if numbers else None
        others: list[Expression | None] = []  # two of the sides behind that are no numbers
        for each in reversed(sides):
            symbol = each.expression
            if _number(symbol) is not None:
                beside = each
                continue
            if isinstance(symbol, Quantity) and not isinstance(symbol.name, Opaque):
                if any(other is not symbol for other in others):
                    self.computed.add(symbol)
                number = _number(beside.expression) if beside else None
                if beside and number is not None:
                    self.printed[symbol].append(_Printed(number, beside, is_in_table))
            if len(others) < 2:
                others.append(symbol)

    def _most_precise(self, symbol: Quantity) -> _Printed:
        """The number with the most decimal places; a given symbol's table goes first."""
        printed = self.printed[symbol]
        in_tables = [each for each in printed if each.is_in_table]
        candidates = printed if symbol in self.computed else in_tables or printed
        return min(candidates, key=lambda each: (_place(each.number), not each.is_in_table))

    def _known(self, symbol: Quantity) -> _Value:
        """The symbol's value as an operand: a given one, and a short one in a table, are exact."""
        best = self.best[symbol]
        is_short = best.is_in_table and len(best.number.as_tuple().digits) < FULL_DIGITS
        is_exact = symbol not in self.computed or is_short
        return _Value(best.number, Decimal(0) if is_exact else _half_unit(best.number))

    # What comes of checking it.

    def _check(self, chain: Chain) -> None:
        sides, problems = chain.sides, [each.reason for each in chain.sides]
        values: list[_Value | None] = []
        for index, each in enumerate(sides):
            try:
                values.append(self._value(each.expression))
            except ArithmeticError:
                values.append(None)
                problems[index] = "it has no value: a division by zero, or a number too large"
        checked = set()
        is_compared = False
        for run in _runs_of_equalities(chain):
            if run[0] > 0:  # an inequality stands before it
                left, right = values[run[0] - 1], values[run[0]]
                if left and right:
                    checked.add(run[0])
                    self._compare(chain, run[0] - 1, run[0], left, right)
            last: int | None = None  # the nearest side before that has a value, and a right one
            for index in run:
                before, left = values[index - 1], values[last] if last is not None else None
                right = values[index]
                if index > run[0] and self._check_substitution(chain, index):
                    checked.add(index)
                elif left and right and last is not None:
                    is_behind_wrong = sides[index - 1].start in self.wrong
                    if is_behind_wrong and before and _follows(before, right):
                        self.wrong.add(sides[index].start)
                    elif not self._is_settled_behind(chain, last, index):
                        self._compare(chain, last, index, left, right)
                    is_compared |= self._has_value_elsewhere(chain, last)
                    if last == index - 1 or is_behind_wrong:
                        checked.add(index)
                if right and sides[index].start not in self.wrong:
                    last = index
            self._check_results(chain, run, values)
        self._count(chain, checked, is_compared, values, problems)

    def _value(self, expression: Expression | None) -> _Value | None:
        """What a side is worth; None where a symbol of it has no value. Raises ArithmeticError."""
        if expression is None:
            return None
        number = _number(expression)
        if number is not None:
            return _Value(number, _half_unit(number), number, is_numeric=True, is_exact=True)
        symbols = set(quantities_in(expression))
        if not symbols <= self.known.keys():
            return None
        if isinstance(expression, Quantity):
            best = self.best[expression].number
            return _Value(best, _half_unit(best))
        value, spread = self._spread(expression, rounds_constants=not symbols)
        if symbols:
            return _Value(value, spread)
        value, is_exact = exactly(expression, _no_symbols)
        return _Value(value, spread, is_numeric=True, is_exact=is_exact)

    def _spread(
        self, node: Expression, *, rounds_constants: bool = False
    ) -> tuple[Decimal, Decimal]:
        """The value of a tree and how far its rounded operands may move it, to first order."""
        if isinstance(node, Quantity):
            return self.known[node].value, self.known[node].spread
        if isinstance(node, Constant):
            is_rounded = rounds_constants and _place(node.value) < 0
            return node.value, _half_unit(node.value) if is_rounded else Decimal(0)
        parts = [self._spread(part, rounds_constants=rounds_constants) for part in children(node)]
        values = [value for value, _ in parts]
        value = _evaluated(node, values)
        if isinstance(node, Sum | Negative):
            return value, sum((spread for _, spread in parts), Decimal(0))
        if isinstance(node, Product):
            product, total = Decimal(1), Decimal(0)
            for factor, spread in parts:
                total = total * (abs(factor) + spread) + abs(product) * spread
                product *= factor
            return value, total
        total = Decimal(0)
        for index, (operand, spread) in enumerate(parts):
            if spread:
                moved = [
                    _evaluated(node, [*values[:index], operand + step, *values[index + 1 :]])
                    for step in (spread, -spread)
                ]
                total += max(abs(each - value) for each in moved)
        return value, total

    def _check_substitution(self, chain: Chain, index: int) -> bool:
        """Whether side `index` is the side before it with numbers put in, each of them known.

        Reports each number that is not the value of the symbol it stands for.
        """
        before, after = chain.sides[index - 1], chain.sides[index]
        if before.start in self.wrong or isinstance(before.expression, Quantity):
            return False
        if before.expression is None or after.expression is None:
            return False
        pairs = _substituted(before.expression, after.expression)
        if not pairs:
            return False
        for symbol, number in dict.fromkeys(pairs):
            if symbol in self.known and not _agrees(self.known[symbol], number):
                why = f"{self._origin(symbol)}, not {_text(number)}"
                expected = _rounded_like(self.best[symbol].number, number)
                quote = _quote(chain, index - 1, index)
                self._report(after.start, "substitution", quote, _text(number), expected, why)
        return all(symbol in self.known for symbol, _ in pairs)

    def _check_results(self, chain: Chain, run: range, values: Sequence[_Value | None]) -> None:
        """Each formula against the printed number that its chain comes to."""
        result: int | None = None
        for index in reversed(run):
            value = values[index]
            if value and value.number is not None:
                result = index
            elif value and not value.is_numeric and result is not None and result > index + 1:
                end = values[result]
                assert end is not None
                self._compare(chain, index, result, value, end)

    def _compare(self, chain: Chain, first: int, second: int, left: _Value, right: _Value) -> None:
        """Two sides by their values; sides that are not neighbours need only agree in rounding."""
        relation = chain.relations[first] if second == first + 1 else "≈"
        if chain.sides[second].start in self.wrong or _holds(left, right, relation):
            return
        side, symbol = chain.sides[second], chain.sides[first].expression
        printed, true, number = side, left.value, right.number
        if number is None and left.number is not None:  # the number stands first
            printed, true, number = chain.sides[first], right.value, left.number
        expected = _rounded_like(true, number)
        if isinstance(symbol, Quantity):
            kind, why = "value", self._origin(symbol)
        elif not (left.is_numeric and right.is_numeric):
            kind, why = "value", f"with the values that this page prints it is {expected}"
        elif relation == "=" and number is not None and _is_rounding(true, number):
            kind, expected = "rounding", _text(true)
            why = f"it is rounded: `≈`, since the exact value is {expected}"
        else:
            kind, why = "arithmetic", f"the other side comes to {expected}"
        quote = _quote(chain, first, second)
        self._report(side.start, kind, quote, _one_line(printed.latex), expected, why)

    def _check_agreement(self, symbol: Quantity, other: _Printed) -> None:
        """A printed value of a symbol against the most precise one."""
        start = other.side.start
        if start not in self.wrong and not _agrees(self.known[symbol], other.number):
            quote = f"{symbol.name} = {_one_line(other.side.latex)}"
            expected = _rounded_like(self.best[symbol].number, other.number)
            why = self._origin(symbol)
            self._report(start, "value", quote, _text(other.number), expected, why)

    def _origin(self, symbol: Quantity) -> str:
        best = self.best[symbol]
        line, _ = self.page.place(best.side.start)
        return f"`{symbol.name}` is {_text(best.number)} on line {line}"

    def _report(
        self, start: int, kind: str, quote: str, printed: str, expected: str, message: str
    ) -> None:
        line, column = self.page.place(start)
        found = Finding(line, column, kind, quote, printed, expected, message)
        self.findings.append(found)
        self.wrong.add(start)

    def _is_settled_behind(self, chain: Chain, first: int, second: int) -> bool:
        """Whether a side is a symbol with its value from a number further on in its chain.

        That number is itself compared with every side between.
        """
        symbol = chain.sides[first].expression
        if not isinstance(symbol, Quantity):
            return False
        start = self.best[symbol].side.start
        return chain.sides[second].start < start <= chain.sides[-1].start

    def _has_value_elsewhere(self, chain: Chain, index: int) -> bool:
        """Whether a side has its value not only from a number of its own chain."""
        symbol = chain.sides[index].expression
        if not isinstance(symbol, Quantity):
            return True
        first, last = self.extent[symbol]
        return first < chain.sides[0].start or chain.sides[-1].start < last

    def _count(
        self,
        chain: Chain,
        checked: set[int],
        is_compared: bool,
        values: Sequence[_Value | None],
        problems: Sequence[str],
    ) -> None:
        """Each equality of a chain as checked, symbolic or unread."""
        is_law = is_compared or bool(checked) or not any(values)
        for index in range(1, len(chain.sides)):
            reason = problems[index - 1] or problems[index]
            if index in checked:
                self.checked += 1
            elif is_law and not reason:
                self.symbolic += 1
            else:
                line, column = self.page.place(chain.sides[index].start)
                reason = reason or self._unknown(chain.sides[index - 1 : index + 1])
                quote = _quote(chain, index - 1, index)
                self.unread.append(Unread(line, column, quote, reason))

    def _unknown(self, sides: Sequence[Side]) -> str:
        read = [each.expression for each in sides if each.expression is not None]
        symbols = (symbol for expression in read for symbol in quantities_in(expression))
        names = dict.fromkeys(str(q.name) for q in symbols if q not in self.known)
        return "no value known for " + ", ".join(f"`{name}`" for name in list(names)[:3])


def _runs_of_equalities(chain: Chain) -> list[range]:
    """The stretches of a chain that no inequality interrupts."""
    starts = [0, *(i + 1 for i, relation in enumerate(chain.relations) if relation not in "=≈")]
    return [range(*edges) for edges in pairwise([*starts, len(chain.sides)])]


def _number(expression: Expression | None) -> Decimal | None:
    """The number that an expression is, its sign included; None if it is more than that."""
    if isinstance(expression, Negative) and isinstance(expression.operand, Constant):
        return expression.operand.value.copy_negate()
    return expression.value if isinstance(expression, Constant) else None


def _substituted(before: Expression, after: Expression) -> list[tuple[Quantity, Decimal]] | None:
    """The numbers that stand in the second tree for symbols of the first; None if they differ."""
    if before is after:
        return []
    number = _number(after)
    if isinstance(before, Quantity):
        return None if number is None else [(before, number)]
    if isinstance(before, Constant):
        return [] if number == before.value else None
    if isinstance(before, Negative) and not isinstance(after, Negative):
        positive = _without_leading_minus(after)
        return None if positive is None else _substituted(before.operand, positive)
    if type(before) is not type(after) or len(children(before)) != len(children(after)):
        return None
    if isinstance(before, Call) and isinstance(after, Call) and before.function != after.function:
        return None
    found = []
    for part, other in zip(children(before), children(after), strict=True):
        pairs = _substituted(part, other)
        if pairs is None:
            return None
        found += pairs
    return found


def _without_leading_minus(node: Expression) -> Expression | None:
    """The tree without the minus that its first number leads with: `-0.2 · x` is -(0.2 · x)."""
    if isinstance(node, Constant) and node.value.is_signed():
        return Constant(node.value.copy_negate())
    if isinstance(node, Product):
        first = _without_leading_minus(node.factors[0])
        return None if first is None else Product((first, *node.factors[1:]))
    return None


def _no_symbols(symbol: Quantity) -> Decimal:
    raise AssertionError(symbol)


def _evaluated(node: Expression, operands: Sequence[Decimal]) -> Decimal:
    value = evaluate(rebuilt(node, tuple(Constant(operand) for operand in operands)))
    if not value.is_finite():  # the logarithm of 0
        raise ArithmeticError("no finite value")
    return value


def _holds(left: _Value, right: _Value, relation: str) -> bool:
    """Whether two sides stand in a relation, as far as their printed digits tell."""
    both_numeric = left.is_numeric and right.is_numeric
    difference = left.value - right.value
    lost = LOST * max(abs(left.value), abs(right.value))
    if relation not in "=≈":
        slack = Decimal(0) if both_numeric else left.spread + right.spread
        difference = difference if relation in "<≤" else -difference
        return difference < slack or (difference == 0 and relation in "≤≥")
    if relation == "=" and both_numeric and left.is_exact and right.is_exact:
        return difference == 0
    if relation == "=" and both_numeric:
        return abs(difference) <= lost
    roundings = [
        _is_rounding(value.value, rounded.number)
        for value, rounded in ((left, right), (right, left))
        if rounded.number is not None and (value.is_numeric or not value.spread)
    ]
    return any(roundings) if roundings else abs(difference) <= left.spread + right.spread + lost


def _follows(before: _Value, number: _Value) -> bool:
    """Whether a number is what the numbers before it come to."""
    return before.is_numeric and number.number is not None and _holds(before, number, "≈")


def _agrees(known: _Value, number: Decimal) -> bool:
    """Whether a printed number is a rounding of a known value, or the finer of two roundings."""
    edges = (known.value, known.value - known.spread, known.value + known.spread)
    if any(_is_rounding(edge, number) for edge in edges):
        return True
    return known.spread > 0 and _is_rounding(number, known.value)


def _is_rounding(value: Decimal, number: Decimal) -> bool:
    """Whether a value, rounded half up to the last digit of a number, is that number."""
    half, size = _half_unit(number), abs(number)
    if value and number and value.is_signed() != number.is_signed():
        return False
    return size - half <= abs(value) < size + half


def _place(number: Decimal) -> int:
    """The power of ten of a number's last printed digit."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), number
    return exponent


def _half_unit(number: Decimal) -> Decimal:
    return Decimal(5).scaleb(_place(number) - 1)


def _rounded_like(value: Decimal, number: Decimal | None) -> str:
    """A value to the last digit of a number, if there is one and it is near enough for that."""
    if number is None or value.adjusted() - _place(number) > FULL_DIGITS:
        return _text(value)
    return _text(value.quantize(Decimal(1).scaleb(_place(number)), ROUND_HALF_UP), FULL_DIGITS + 1)


def _text(value: Decimal, digits: int = FULL_DIGITS) -> str:
    with localcontext(prec=digits):
        rounded = value if len(value.as_tuple().digits) <= digits else +value
    return f"{rounded:f}" if -10 < value.adjusted() < 15 else f"{rounded:E}"


def _quote(chain: Chain, first: int, second: int) -> str:
    between = f" {chain.relations[first]} " if second == first + 1 else " ≈ "
    return _one_line(chain.sides[first].latex + between + chain.sides[second].latex)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"
