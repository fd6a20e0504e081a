"""The findings of a page while it is read: roots, what they correct, what carries them on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from generator.algebra import Quantity
from generator.audit.findings import Finding, Unread
from generator.audit.reading.latex import Chain
from generator.audit.reading.statements import (
    Reading,
    Statement,
    number_of,
    one_line,
    printed_text,
    quote,
)
from generator.audit.reading.values import as_text, half_unit
from generator.audit.rounding import Worth, same_value, significant


@dataclass(frozen=True)
class _Truncation:
    chain: Chain
    at: int
    expected: str


class Ledger:
    """Findings by their number.

    hidden: lines that hold only with digits not printed.
    confirmed: how many numbers that were put in, and results, are those of the page's values.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.hidden: list[Unread] = []
        self.confirmed = 0
        self._found: list[tuple[int, Finding]] = []
        self._corrections: dict[Quantity, list[tuple[Decimal, int]]] = defaultdict(list)
        self._tainted: dict[tuple[Quantity, Decimal, int], int] = {}
        self._right: dict[Decimal, list[tuple[Quantity, int]]] = defaultdict(list)
        self._wrong: dict[Decimal, list[tuple[Quantity, int]]] = defaultdict(list)
        self._truncations: list[_Truncation] = []
        self._rounded_up = 0
        self._printed: dict[Decimal, list[int]] = defaultdict(list)  # the chains that come to it
        self._carrying: set[int] = set()
        self._defined: dict[Quantity, bool] = {}
        for statement in reading.statements:
            for number in {n for n in map(number_of, statement.sides) if n is not None}:
                self._printed[number].append(statement.start)

    def report(
        self,
        start: int,
        kind: str,
        text: str,
        printed: str,
        expected: str | None,
        message: str,
        cause: str | None = None,
        root: int | None = None,
        *,
        by_values: bool = False,
    ) -> int:
        """Enters a finding; its number."""
        place, text = self.reading.place(start), one_line(text)
        finding = Finding(
            *place, kind, text, printed, expected, cause, root, message, by_values=by_values
        )
        self._found.append((start, finding))
        return len(self._found) - 1

    def is_defined(self, symbol: Quantity) -> bool:
        """Whether a formula, read or not, gives a symbol its value: a = Y = 1/(1 + …)."""
        if symbol not in self._defined:
            spelled = re.sub(r"\\?[{} ]", r"[{}\\s]*", re.escape(str(symbol.name)))
            pattern = re.compile(rf"{spelled}[}}\s]*&?\s*(?:=|\\approx)")
            formulas = self.reading.formulas
            self._defined[symbol] = any(pattern.search(formula.latex) for formula in formulas)
        return self._defined[symbol]

    def root_of(self, number: int) -> int:
        root = self._found[number][1].root
        return number if root is None else root

    # What findings change for the lines behind them.

    def correct(
        self, symbol: Quantity, expected: str, printed: Decimal | None, finding: int
    ) -> None:
        """Notes what a symbol should have come to."""
        value = Decimal(expected)
        if printed is None or not same_value(value, printed):
            self._corrections[symbol].append((value, self.root_of(finding)))
            self._right[value].append((symbol, self.root_of(finding)))

    def corrected(self, symbol: Quantity, number: Decimal) -> int | None:
        """The finding by which a number is a symbol's right value, printed wrong."""
        for value, finding in self._corrections.get(symbol, []):
            if same_value(value, number):
                return finding
        return None

    def right_value(self, symbol: Quantity, finding: int) -> Decimal | None:
        """What a symbol should have come to, by the finding that made it wrong."""
        return next((v for v, f in self._corrections.get(symbol, []) if f == finding), None)

    def taint(self, symbol: Quantity, number: Decimal, start: int, finding: int) -> None:
        self._tainted[symbol, number, start] = self.root_of(finding)
        self._wrong[number].append((symbol, self.root_of(finding)))

    def wrong_value(self, symbol: Quantity, number: Decimal, start: int) -> int | None:
        """The finding that made a printed value of a symbol wrong."""
        return self._tainted.get((symbol, number, start))

    def has_carried(self, statement: Statement) -> bool:
        """Whether a chain is reported as going on with something wrong."""
        return statement.start in self._carrying

    def carry(self, finding: int, statement: Statement, symbol: Quantity, number: Decimal) -> None:
        """A line that puts in a wrong number as it was printed."""
        whole = quote(statement.chain, 0, 1)
        why = f"it goes on with {as_text(number)} for `{symbol.name}`, which is wrong above"
        if statement.start in self._carrying:
            return
        self._carrying.add(statement.start)
        self.report(
            statement.start, "substitution", whole, as_text(number), None, why, None, finding
        )

    def _times_printed(self, number: Decimal, before: int) -> int:
        return bisect_left(self._printed.get(number, []), before)

    def by_number(
        self, number: Decimal, head: object, start: int
    ) -> tuple[Quantity, str | None, int] | None:
        """The symbol whose right value a number is, or whose wrong one; the right one; the root.

        A number that the page prints for something else, too, says nothing.
        """
        times = self._times_printed(number, start)
        for symbol, finding in self._right.get(number, ()) if times == 0 else ():
            if symbol is not head:
                return symbol, None, finding
        for symbol, finding in self._wrong.get(number, ()) if times == 1 else ():
            if symbol is not head:
                right = self.right_value(symbol, finding)
                return symbol, "" if right is None else as_text(right), finding
        return None

    def went_wrong(self, number: Decimal) -> tuple[Quantity, int] | None:
        """The symbol of which a number is the wrong value, if of one; the finding."""
        found = self._wrong.get(number, [])
        return found[0] if significant(number) > 2 and len(found) == 1 else None

    # Rounding.

    def hide(self, chain: Chain, at: int, value: Worth) -> None:
        line, column = self.reading.place(chain.sides[at].start)
        reason = f"the printed operands give {as_text(value.value, 8)}"
        self.hidden.append(Unread(line, column, quote(chain, at - 1, at), reason))

    def truncated(self, chain: Chain, at: int, expected: str) -> None:
        """Notes a side whose digits are cut off, with what rounding gives."""
        self._truncations.append(_Truncation(chain, at, expected))

    def rounds(self, value: Worth, number: Decimal) -> None:
        """Notes a result that was rounded up, where cutting off would have shown."""
        if abs(value.value) < abs(number) and abs(value.value - number) <= half_unit(number):
            self._rounded_up += 1

    @property
    def excess_of_truncations(self) -> int:
        """How many more results are cut off than rounded up."""
        return len(self._truncations) - self._rounded_up

    def truncated_notes(self) -> tuple[Unread, ...]:
        """Where digits are cut off, on a page that always cuts them off."""
        return tuple(self._note(each) for each in self._truncations)

    def _note(self, each: _Truncation) -> Unread:
        side = each.chain.sides[each.at]
        line, column = self.reading.place(side.start)
        text = quote(each.chain, each.at - 1, each.at)
        return Unread(line, column, text, f"rounded it is {each.expected}")

    def findings(self, *, truncates: bool) -> tuple[Finding, ...]:
        """All findings in the order of the page, their roots by their new numbers."""
        if not truncates:
            for each in self._truncations:
                side = each.chain.sides[each.at]
                text = quote(each.chain, each.at - 1, each.at)
                why = f"the digits are cut off; rounded it is {each.expected}"
                self.report(
                    side.start,
                    "truncated",
                    text,
                    printed_text(side),
                    each.expected,
                    why,
                    "truncated",
                )
        order = sorted(range(len(self._found)), key=lambda i: (self._found[i][0], i))
        kept: dict[tuple[object, ...], int] = {}  # by what is the same for all entries of an array
        first = {}
        for old in order:
            start, finding = self._found[old]
            entry = (start, finding.quote, finding.printed, finding.root is None)
            first[old] = kept.setdefault(entry, old)
        place = {old: new for new, old in enumerate(kept.values())}
        return tuple(
            replace(
                self._found[old][1],
                expected=self._expected(old, first),
                root=_renumbered(self._found[old][1].root, first, place),
            )
            for old in place
        )

    def _expected(self, kept: int, first: dict[int, int]) -> str | None:
        """What is right for all wrong entries of an array that one finding tells of."""
        entries = [self._found[old][1].expected for old in sorted(first) if first[old] == kept]
        return ", ".join(filter(None, entries)) or self._found[kept][1].expected


def _renumbered(root: int | None, first: dict[int, int], place: dict[int, int]) -> int | None:
    return None if root is None else place[first[root]]
