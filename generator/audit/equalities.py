"""Recomputes every printed equality of a page from what the page itself prints.

Each adjacent pair of sides in a chain `s0 = s1 = s2 ≈ s3` is one equality. Numbers
must follow the calculator rule (DESIGN 4.4); a line with numbers put in must put in
the values of its symbols; symbols have the values that the page prints for them, in
its tables headed `Value` and at the end of their own chains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import localcontext

from generator.algebra import Quantity, quantities_in
from generator.algebra.number import GUARDED
from generator.audit.findings import Finding, Unread
from generator.audit.reading.latex import Chain, Side
from generator.audit.reading.markdown import MarkdownPage
from generator.audit.reading.printed import Printed, PrintedPage
from generator.audit.reading.statements import one_line
from generator.audit.reading.values import (
    Value,
    agrees,
    as_text,
    follows,
    holds,
    is_rounding,
    rounded_like,
)
from generator.audit.substitution import substituted


@dataclass(frozen=True)
class PageReading:
    """What was read on a page and what is wrong on it.

    equalities: all of them; each one is checked, symbolic or unread.
    symbolic: laws, and steps between symbols that have no value on the page.
    findings: of the kinds `arithmetic` (numbers), `rounding` (`=` where only `≈` holds),
        `substitution` (a number put in for a symbol is not its value) and `value` (a symbol
        or a formula has another value than the printed one).
    """

    equalities: int
    checked: int
    symbolic: int
    unread: tuple[Unread, ...]
    findings: tuple[Finding, ...]


def read_page(text: str, place: Callable[[int], tuple[int, int]] | None = None) -> PageReading:
    """Reads a Markdown page and recomputes its equalities; `place` tells lines and columns."""
    with localcontext(GUARDED):
        return _Reading(PrintedPage(MarkdownPage(text, place))).result()


class _Reading:
    """One page and what comes of checking its chains."""

    def __init__(self, page: PrintedPage) -> None:
        self.page = page
        self.checked = self.symbolic = 0
        self.unread: list[Unread] = []
        self.findings: list[Finding] = []
        self.wrong: set[int] = set()  # places of sides that are wrong, or follow from a wrong one

    def result(self) -> PageReading:
        for chain in self.page.chains:
            self._check(chain)
        for symbol, values in self.page.printed.items():
            for other in values if not self.page.is_counter(symbol) else ():
                self._check_agreement(symbol, other)
        return PageReading(
            equalities=self.checked + self.symbolic + len(self.unread),
            checked=self.checked,
            symbolic=self.symbolic,
            unread=tuple(sorted(self.unread, key=lambda each: (each.line, each.column))),
            findings=tuple(sorted(self.findings, key=lambda each: (each.line, each.column))),
        )

    def _check(self, chain: Chain) -> None:
        sides, problems = chain.sides, [each.reason for each in chain.sides]
        values: list[Value | None] = []
        for index, each in enumerate(sides):
            try:
                values.append(self.page.value(each.expression))
            except ArithmeticError:
                values.append(None)
                problems[index] = "it has no value: a division by zero, or a number too large"
        checked = set()
        is_compared = False
        for run in chain.runs_of_equalities():
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
                    if is_behind_wrong and before and follows(before, right):
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

    def _check_substitution(self, chain: Chain, index: int) -> bool:
        """Whether side `index` is the side before it with numbers put in, each of them known.

        Reports each number that is not the value of the symbol it stands for.
        """
        before, after = chain.sides[index - 1], chain.sides[index]
        if before.start in self.wrong or isinstance(before.expression, Quantity):
            return False
        if before.expression is None or after.expression is None:
            return False
        pairs = substituted(before.expression, after.expression)
        if not pairs:
            return False
        for symbol, number in dict.fromkeys(pairs):
            if symbol in self.page.known and not agrees(self.page.known[symbol], number):
                line, origin = self._origin(symbol)
                why = f"{origin}, not {as_text(number)}"
                expected = rounded_like(self.page.best[symbol].number, number)
                quote = _quote(chain, index - 1, index)
                self._report(
                    after.start, "substitution", quote, as_text(number), expected, why, line
                )
        return all(symbol in self.page.known for symbol, _ in pairs)

    def _check_results(self, chain: Chain, run: range, values: Sequence[Value | None]) -> None:
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

    def _compare(self, chain: Chain, first: int, second: int, left: Value, right: Value) -> None:
        """Two sides by their values; sides that are not neighbours need only agree in rounding."""
        relation = chain.relations[first] if second == first + 1 else "≈"
        if chain.sides[second].start in self.wrong or holds(left, right, relation):
            return
        side, symbol = chain.sides[second], chain.sides[first].expression
        printed, true, number = side, left.value, right.number
        if number is None and left.number is not None:  # the number stands first
            printed, true, number = chain.sides[first], right.value, left.number
        expected = rounded_like(true, number)
        line = None
        if isinstance(symbol, Quantity):
            kind = "value"
            line, why = self._origin(symbol)
        elif not (left.is_numeric and right.is_numeric):
            kind, why = "value", f"with the values that this page prints it is {expected}"
        elif relation == "=" and number is not None and is_rounding(true, number):
            kind, expected = "rounding", as_text(true)
            why = f"it is rounded: `≈`, since the exact value is {expected}"
        else:
            kind, why = "arithmetic", f"the other side comes to {expected}"
        quote = _quote(chain, first, second)
        self._report(side.start, kind, quote, one_line(printed.latex), expected, why, line)

    def _check_agreement(self, symbol: Quantity, other: Printed) -> None:
        """A printed value of a symbol against the most precise one."""
        start = other.side.start
        if start not in self.wrong and not agrees(self.page.known[symbol], other.number):
            quote = f"{symbol.name} = {one_line(other.side.latex)}"
            expected = rounded_like(self.page.best[symbol].number, other.number)
            line, why = self._origin(symbol)
            self._report(start, "value", quote, as_text(other.number), expected, why, line)

    def _origin(self, symbol: Quantity) -> tuple[int, str]:
        """The line that gives a symbol its value, and that in words."""
        best = self.page.best[symbol]
        line, _ = self.page.place(best.side.start)
        return line, f"`{symbol.name}` is {as_text(best.number)} on line {line}"

    def _report(
        self,
        start: int,
        kind: str,
        quote: str,
        printed: str,
        expected: str,
        message: str,
        leans_on: int | None,
    ) -> None:
        line, column = self.page.place(start)
        found = Finding(
            line, column, kind, quote, printed, expected, None, None, message, leans_on=leans_on
        )
        self.findings.append(found)
        self.wrong.add(start)

    def _is_settled_behind(self, chain: Chain, first: int, second: int) -> bool:
        """Whether a side is a symbol with its value from a number further on in its chain.

        That number is itself compared with every side between.
        """
        symbol = chain.sides[first].expression
        if not isinstance(symbol, Quantity):
            return False
        start = self.page.best[symbol].side.start
        return chain.sides[second].start < start <= chain.sides[-1].start

    def _has_value_elsewhere(self, chain: Chain, index: int) -> bool:
        """Whether a side has its value not only from a number of its own chain."""
        symbol = chain.sides[index].expression
        if not isinstance(symbol, Quantity):
            return True
        first, last = self.page.extent[symbol]
        return first < chain.sides[0].start or chain.sides[-1].start < last

    def _count(
        self,
        chain: Chain,
        checked: set[int],
        is_compared: bool,
        values: Sequence[Value | None],
        problems: Sequence[str],
    ) -> None:
        """Each equality of a chain as checked, symbolic or unread."""
        is_law = is_compared or bool(checked) or not any(values)
        for index in range(1, len(chain.sides)):
            reason = problems[index - 1] or problems[index]
            if index in checked:
                self.checked += 1
            elif (is_law or chain.relations[index - 1] in "<>≤≥") and not reason:
                self.symbolic += 1  # a law, or a condition such as z > 0
            else:
                line, column = self.page.place(chain.sides[index].start)
                reason = reason or self._unknown(chain.sides[index - 1 : index + 1])
                quote = _quote(chain, index - 1, index)
                self.unread.append(Unread(line, column, quote, reason))

    def _unknown(self, sides: Sequence[Side]) -> str:
        read = [each.expression for each in sides if each.expression is not None]
        symbols = (symbol for expression in read for symbol in quantities_in(expression))
        names = dict.fromkeys(str(q.name) for q in symbols if q not in self.page.known)
        return "no value known for " + ", ".join(f"`{name}`" for name in list(names)[:3])


def _quote(chain: Chain, first: int, second: int) -> str:
    between = f" {chain.relations[first]} " if second == first + 1 else " ≈ "
    return one_line(chain.sides[first].latex + between + chain.sides[second].latex)
