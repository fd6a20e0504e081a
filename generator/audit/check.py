"""The audit of a page: every equality checked, or counted with the reason why not.

A chain is walked side by side. Two sides in numbers are compared by what their printed
digits allow; a side in numbers behind one in symbols must put in the values that the
page gives; two sides in symbols are compared where the page gives every value.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal, localcontext

from generator.algebra import Call, Expression, Quantity, quantities_in
from generator.algebra.expression import children
from generator.algebra.number import GUARDED
from generator.audit.calculator import with_calculator_rule
from generator.audit.causes import cause_of_digits, cause_of_result, is_slip
from generator.audit.findings import Audit, Coverage, Unread
from generator.audit.history import MANY, Value, gathered, shape
from generator.audit.latex import Chain, Side
from generator.audit.ledger import Ledger
from generator.audit.parser import Opaque
from generator.audit.patterns import Suspect, indexed, suspects, undefined
from generator.audit.rounding import (
    Verdict,
    Worth,
    compare,
    has_log,
    same_value,
    significant,
    without_log_base,
    worth,
)
from generator.audit.source import Source
from generator.audit.statements import (
    Reading,
    Statement,
    is_symbol,
    number_of,
    printed_text,
    quote,
    read,
)
from generator.audit.substitution import has_symbols, put_in
from generator.audit.unfinished import open_ends
from generator.audit.values import as_text, half_unit, printed_number, rounded_like


def audit(source: Source) -> Audit:
    """Everything that is wrong on a page, as far as the page itself tells."""
    return audit_reading(read(source))


def audit_reading(reading: Reading) -> Audit:
    with localcontext(GUARDED):
        found = _Auditor(reading).result()
    return with_calculator_rule(found, reading)


class _Auditor:
    """One page and what comes of walking its chains."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.history = gathered(reading)
        self.ledger = Ledger(reading)
        self.checked = self.symbolic = 0
        self.unread: list[Unread] = []
        self.open_lines: set[int] = set()

    def result(self) -> Audit:
        for start, text in open_ends(self.reading):
            self.open_lines.add(self.reading.place(start)[0])
            self.ledger.report(start, "unfinished", text, text, None, "it is not computed")
        for symbol, sibling, side in undefined(self.reading, self.history):
            why = f"`{symbol.name}` has no value on this page, where `{sibling.name}` has one"
            text = printed_text(side)
            self.ledger.report(side.start, "symbol", text, str(symbol.name), None, why)
        for index, statement in enumerate(self.reading.statements):
            if statement.chain.relations:
                _ChainCheck(self, statement, index).run()
        coverage = Coverage(
            equalities=self.checked + self.symbolic + len(self.unread),
            checked=self.checked,
            symbolic=self.symbolic,
            unread=tuple(self.unread),
            hidden_digits=tuple(self.ledger.hidden),
            truncated=self.ledger.truncated_notes(),
        )
        return Audit(coverage, self.ledger.findings())


class _ChainCheck:
    """One chain, side by side."""

    def __init__(self, auditor: _Auditor, statement: Statement, index: int) -> None:
        self.auditor, self.statement, self.index = auditor, statement, index
        self.reading, self.history = auditor.reading, auditor.history
        self.ledger = auditor.ledger
        self.chain: Chain = statement.chain
        self.sides = statement.sides
        self.head = statement.sides[0].expression
        self.root: int | None = None  # the finding that the rest of the chain carries on
        # whether the chain goes on to numbers, where its symbols are compared
        self.has_result = any(not _has_symbols(side.expression) for side in self.sides[1:])
        self.is_only_symbolic = False  # the error is in the symbols, the numbers go on rightly
        self.suspects: list[Suspect] = []

    def run(self) -> None:
        self.suspects = list(suspects(self.reading, self.statement, self.history))
        self.is_only_symbolic = bool(self.suspects)
        for suspect in self.suspects:
            at = self.sides.index(suspect.side)
            self.root = self.ledger.report(
                suspect.side.start,
                "symbol",
                quote(self.chain, at - 1, at) if at else printed_text(suspect.side),
                suspect.printed,
                suspect.expected,
                suspect.message,
            )
        values = [self._worth(side) for side in self.sides]
        for at in range(1, len(self.sides)):
            self._count(at, self._pair(at, values))
        if self.root is not None and not self.is_only_symbolic:
            self._taint()
        elif self.root is None:
            self._numbers_carried()

    # One equality.

    def _pair(self, at: int, values: list[Worth | None]) -> str:
        """`checked`, `symbolic`, or why the equality of two sides is not read."""
        left, right = self.sides[at - 1], self.sides[at]
        for side in (left, right):
            if side.expression is None:
                return side.reason
        assert left.expression is not None and right.expression is not None
        relation = self.chain.relations[at - 1]
        numeric = [not _has_symbols(each.expression) for each in (left, right)]
        if all(numeric):
            return self._numbers(at, values[at - 1], values[at], relation)
        if relation not in "=≈":
            return "symbolic"
        if at == 1 and numeric[1] and is_symbol(left.expression):
            return self._head(at, values[at])
        if numeric[1]:
            return self._put_in(at, left.expression, right, values[at])
        if numeric[0]:
            return self._put_in(at, right.expression, left, values[at - 1])
        return self._symbols(at, left.expression, right.expression)

    def _numbers(self, at: int, left: Worth | None, right: Worth | None, relation: str) -> str:
        if left is None or right is None:
            return "it has no value: a division by zero, or a number too large"
        if relation not in "=≈":
            ordered = left.value <= right.value if relation in "<≤" else left.value >= right.value
            if not ordered and abs(left.value - right.value) > left.spread + right.spread:
                self._report_result(at, left, right)
            return "checked"
        verdict = self._verdict(at, left, right, relation)
        if verdict is Verdict.WRONG and _SHAPE.search(self.sides[at].latex.strip()):
            return "it may be about the shapes of matrices"
        if verdict is Verdict.WRONG:
            self._report_result(at, left, right)
        elif verdict is Verdict.TRUNCATED:
            self.ledger.truncated(self.chain, at, left, right)
        elif verdict is Verdict.HIDDEN:
            self.ledger.hide(self.chain, at, left)
        elif right.number is not None and left.number is None:
            self.ledger.rounds(left, right.number)
            is_exact = not left.spread and left.value == right.number
            into = self.history.exact if is_exact else self.history.rounded
            into.add(abs(right.number))
        return "checked"

    def _verdict(self, at: int, left: Worth, right: Worth, relation: str) -> Verdict:
        """The comparison; where a logarithm's base is not said, the best of its readings."""
        verdict = compare(left, right, relation)
        expression = self.sides[at - 1].expression
        if verdict is Verdict.WRONG and expression is not None and has_log(expression):
            for reading in without_log_base(expression):
                other = compare(worth(reading, self.history.spread), right, relation)
                verdict = other if other is not Verdict.WRONG else verdict
        return verdict

    def _report_result(self, at: int, left: Worth, right: Worth) -> None:
        """Two sides in numbers that differ."""
        side, true, printed = self.sides[at], left, right
        tree = self.sides[at - 1].expression
        if right.number is None and left.number is not None:  # the number stands first
            side, true, printed = self.sides[at - 1], right, left
            tree = self.sides[at].expression
        expected = rounded_like(true.value, printed.number)
        cause = None
        if printed.number is not None and tree is not None:
            if has_law(tree):
                return
            cause = cause_of_result(tree, printed.number, self._named_numbers())
        self._report(
            side,
            "arithmetic",
            quote(self.chain, at - 1, at),
            printed_text(side),
            expected,
            f"the other side comes to {expected}",
            cause,
        )
        if printed.number is not None:
            self._correct(expected)

    # Numbers put in for symbols.

    def _head(self, at: int, value: Worth | None) -> str:
        """A symbol, and then a side in numbers."""
        symbol, side = self.head, self.sides[at]
        assert isinstance(symbol, Quantity) and side.expression is not None
        number = number_of(side)
        if number is not None:
            self._restated(symbol, number, side)
            return "checked"
        definition = self.history.defined_by(symbol, self.statement.start)
        if definition is None:
            return "symbolic" if value is not None else "it has no value"
        pairs = put_in(definition, side.expression, allows_results=True)
        if pairs:
            self._check_pairs(at, definition, pairs)
        return "checked"

    def _put_in(self, at: int, symbols: Expression, side: Side, value: Worth | None) -> str:
        """A formula, and its numbers or its result."""
        assert side.expression is not None
        if value is None:
            return "it has no value: a division by zero, or a number too large"
        number = number_of(side)
        if isinstance(symbols, Quantity):
            if isinstance(symbols.name, Opaque):
                return self._unknown(symbols)
            if number is None:
                return "checked" if self.history.values.get(symbols) else self._unknown(symbols)
            pairs = [(symbols, number)]
            self._check_pairs(at, symbols, pairs)
            return "checked"
        pairs_found = (
            None if number is not None else put_in(symbols, side.expression, allows_results=True)
        )
        if pairs_found is not None:
            known = self._check_pairs(at, symbols, pairs_found)
            return "checked" if known else self._unknown(symbols)
        return self._by_value(at, symbols, side, value)

    def _check_pairs(
        self, at: int, formula: Expression, pairs: list[tuple[Expression, Decimal]]
    ) -> bool:
        """Each number against the value of its symbol; whether anything was known."""
        wrong: list[tuple[Quantity, Decimal]] = []
        agreeing, any_known = 0, False
        for part, number in dict.fromkeys(pairs):
            if not isinstance(part, Quantity):
                any_known |= self._check_part(at, part, number)
                continue
            if isinstance(part.name, Opaque):
                continue
            known = self._known_as(part)
            if not self.history.values.get(known) and self._is_siblings(part, number):
                continue
            if not self.history.has_value_for(known, self.statement.start):
                self._imply(part, number, self.sides[at])
                continue
            any_known = True
            if self._agrees(known, number):
                agreeing += 1
            elif not any(s.about is part for s in self.suspects):
                wrong.append((part, number))
        root_before, found = self.root, self.root
        slips = [each for each in wrong if self._is_slip(*each, len(wrong), agreeing)]
        for symbol, number in sorted(slips, key=lambda each: self._corrected(*each) is not None):
            self.root = root_before
            self._report_put_in(at, formula, symbol, number)
            found = self.root if found is None else found
        self.root = found
        return any_known or bool(pairs) or not has_symbols(formula)

    def _is_siblings(self, symbol: Quantity, number: Decimal) -> bool:
        """Whether a symbol that has no value stands where a sibling's number was put in."""
        family = [s for s in self.history.shapes.get(shape(symbol), ()) if s is not symbol]
        if significant(number) < 3 or len(family) < 2:
            return False
        for sibling in family[:MANY]:
            latest = self.history.latest(sibling, self.statement.start)
            if latest and latest.number == number and latest.start < self.statement.start:
                side = next((s for s in self.sides if _reads(s, symbol)), self.sides[0])
                why = f"`{symbol.name}` stands where `{sibling.name}` was put in"
                text = printed_text(side)
                self._report(side, "symbol", text, str(symbol.name), str(sibling.name), why)
                return True
        return False

    def _check_part(self, at: int, part: Expression, number: Decimal) -> bool:
        """A part of a formula that was worked out on the way: `(t - y)` as -0.38."""
        if has_law(part) or self._is_uncertain(part):
            return False
        value = self._evaluated(part)
        if value is None:
            return False
        if compare(value, Worth(number, Decimal(0), number), "≈") is Verdict.WRONG:
            if abs(value.value - number) > 2 * half_unit(number) + value.spread:
                side, expected = self.sides[at], rounded_like(value.value, number)
                why = f"with the values of this page that part is {expected}"
                text = quote(self.chain, at - 1, at)
                cause = cause_of_digits(number, value.value)
                self._report(side, "substitution", text, as_text(number), expected, why, cause)
        return True

    def _agrees(self, symbol: Quantity, number: Decimal) -> bool:
        found = self.history.agreeing(symbol, number)
        if found is None:
            return False
        finding = self.ledger.wrong_value(symbol, found.number, found.start)
        return finding is None or self.root is not None or self._carry(symbol, number, finding)

    def _carry(self, symbol: Quantity, number: Decimal, finding: int) -> bool:
        """A wrong number that is used as it was printed: reported under its root."""
        self.ledger.carry(finding, self.statement, symbol, number)
        return True

    def _is_slip(self, symbol: Quantity, number: Decimal, wrong: int, agreeing: int) -> bool:
        """Whether a number that no value of its symbol agrees with is an error.

        It may also be another sample or a later step, whose values are not all printed.
        """
        known = self._known_as(symbol)
        latest = self.history.latest(known, self.statement.start)
        assert latest is not None
        if self.ledger.corrected(known, number) is not None:
            return True
        same_epoch = latest.epoch == self.history.epoch(self.statement.start)
        explained = is_slip(number, latest.number) or self._owner(number, symbol) is not None
        if self.history.changes(known):
            return same_epoch and explained and agreeing > 0
        if same_epoch:
            return wrong == 1 or explained or agreeing >= wrong
        return wrong == 1 and explained and agreeing > 0

    def _owner(self, number: Decimal, not_of: Quantity) -> Quantity | None:
        """Another symbol with just that value."""
        if significant(number) < 2 and number in (0, 1, 2):
            return None
        for start, symbol in self.history.owners.get(number, ()):
            is_before = start < self.sides[-1].start
            if is_before and symbol is not not_of and not isinstance(symbol.name, Opaque):
                return symbol
        return None

    def _report_put_in(
        self, at: int, formula: Expression, symbol: Quantity, number: Decimal
    ) -> None:
        known = self._known_as(symbol)
        latest = self.history.latest(known, self.statement.start)
        assert latest is not None
        line, _ = self.reading.place(latest.start)
        expected = rounded_like(latest.number, number)
        root = self.ledger.corrected(known, number)
        kind, cause = "substitution", None
        why = f"`{symbol.name}` is {as_text(latest.number)} on line {line}, not {as_text(number)}"
        owner = self._owner(number, symbol)
        if root is not None:
            cause = "the right value is put in here; it is printed wrong above"
        elif owner is not None:
            cause = f"{as_text(number)} is the value of `{owner.name}`"
            if self._is_index_slip(symbol, owner):
                kind = "symbol"
                why = f"`{symbol.name}` stands where `{owner.name}` was put in"
        else:
            cause = cause_of_digits(number, latest.number)
        side = self.sides[at]
        text = quote(self.chain, at - 1, at)
        self._report(side, kind, text, as_text(number), expected, why, cause, root)
        if kind == "substitution" and root is None and isinstance(self.head, Quantity):
            value = self._evaluated(formula)
            result = number_of(self.sides[-1])
            if value is not None and result is not None:
                self._correct(rounded_like(value.value, result))

    def _is_index_slip(self, symbol: Quantity, owner: Quantity) -> bool:
        """Whether the formula has the wrong index and the number is right: ∂L/∂w2 = δ x1."""
        written, meant = indexed(symbol), indexed(owner)
        if not written or not meant or written.base != meant.base or written.stem != meant.stem:
            return False
        head = str(self.head.name) if isinstance(self.head, Quantity) else ""
        return head.endswith((f"_{meant.number}}}", f"{meant.number}}}}}"))

    # Formulas by their values.

    def _by_value(self, at: int, symbols: Expression, side: Side, value: Worth) -> str:
        """A formula against a number or other numbers, every symbol having one value."""
        if has_law(symbols):
            return self._unknown(symbols)
        mine = self._evaluated(symbols)
        if mine is None:
            return self._unknown(symbols)
        if self.root is not None or self._is_uncertain(symbols):
            return "checked"
        verdict = compare(mine, value, "≈")
        if verdict is Verdict.WRONG and has_log(symbols):
            return "checked"
        if verdict is Verdict.WRONG and not self._is_near(mine, value):
            expected = rounded_like(mine.value, value.number)
            tree = self._with_numbers(symbols)
            printed = value.number
            cause = (
                cause_of_result(tree, printed, self._named_numbers())
                if printed is not None and tree is not None
                else None
            )
            if value.number is None and tree is not None:
                cause = cause_of_result(tree, round(value.value, 8), [])
            kind = "substitution" if cause and "the value of" in cause else "arithmetic"
            kind = "substitution" if value.number is None else kind
            for symbol in set(quantities_in(symbols)):
                latest = self.history.latest(self._known_as(symbol), self.statement.start)
                if value.number is not None and latest and latest.number == mine.value:
                    kind, line = "substitution", self.reading.place(latest.start)[0]
                    cause = cause or f"`{symbol.name}` is {as_text(latest.number)} on line {line}"
            why = f"with the values of this page it is {expected}"
            text = quote(self.chain, at - 1, at)
            self._report(side, kind, text, printed_text(side), expected, why, cause)
            self._correct(expected)
        return "checked"

    def _symbols(self, at: int, left: Expression, right: Expression) -> str:
        """Two formulas, or a symbol and its formula."""
        if has_law(left) or has_law(right) or self.root is not None:
            return "symbolic"
        one, other = self._evaluated(left), self._evaluated(right)
        if one is None or other is None:
            return "symbolic"
        if self._is_uncertain(left) or self._is_uncertain(right):
            return "symbolic"
        for symbol in {*quantities_in(left), *quantities_in(right)}:
            if not self.history.is_known_before(self._known_as(symbol), self.statement.start):
                return "symbolic"
        if at == 1 and is_symbol(left) and self.has_result:
            return "symbolic"
        if isinstance(left, Quantity) and self._is_updated(left, right):
            return "symbolic"
        if compare(one, other, "≈") is Verdict.WRONG and not self._is_near(one, other):
            side, expected = self.sides[at], as_text(one.value, 6)
            why = (
                f"with the values of this page the side before is {expected},"
                f" this one {as_text(other.value, 6)}"
            )
            cause = (
                "the sign" if abs(one.value + other.value) <= one.spread + other.spread else None
            )
            text = quote(self.chain, at - 1, at)
            self._report(side, "arithmetic", text, printed_text(side), None, why, cause)
            self.is_only_symbolic = True
        return "checked"

    def _is_updated(self, symbol: Quantity, formula: Expression) -> bool:
        return symbol in set(quantities_in(formula))

    def _is_uncertain(self, formula: Expression) -> bool:
        """Whether a symbol of a formula changes on the page, or its value is a later step's."""
        for symbol in set(quantities_in(formula)):
            known = self._known_as(symbol)
            latest = self.history.latest(known, self.statement.start)
            if latest is None or not self.history.is_settled(known, self.statement.start):
                return True
            if self.ledger.wrong_value(known, latest.number, latest.start) is not None:
                return True
        return False

    @staticmethod
    def _is_near(one: Worth, other: Worth) -> bool:
        """Whether two values differ by what several roundings on the way may do."""
        size = max(abs(one.value), abs(other.value))
        unit = max(
            (2 * half_unit(each.number) for each in (one, other) if each.number is not None),
            default=Decimal(0),
        )
        return abs(one.value - other.value) <= max(
            size / 500, Decimal("1.5") * unit + one.spread + other.spread
        )

    # Values.

    def _worth(self, side: Side) -> Worth | None:
        if side.expression is None or _has_symbols(side.expression):
            return None
        try:
            return worth(side.expression, self.history.spread)
        except ArithmeticError:
            return None

    def _evaluated(self, formula: Expression) -> Worth | None:
        """What a formula is worth with the values that the page gives last before it."""
        known = {}
        for symbol in set(quantities_in(formula)):
            latest = self.history.latest(self._known_as(symbol), self.statement.start)
            if latest is None:
                return None
            known[symbol] = (latest.number, self.history.spread(latest.number))
        try:
            return worth(formula, self.history.spread, known)
        except ArithmeticError:
            return None

    def _with_numbers(self, formula: Expression) -> Expression | None:
        from generator.algebra import Constant, substitute

        numbers: dict[Quantity, Expression] = {}
        for symbol in set(quantities_in(formula)):
            latest = self.history.latest(self._known_as(symbol), self.statement.start)
            if latest is None:
                return None
            numbers[symbol] = Constant(latest.number)
        return substitute(formula, numbers)

    def _known_as(self, symbol: Quantity) -> Quantity:
        """The symbol, or the one that it is another name of: out_{h1} of h1, where h1 = σ(z1)."""
        if self.history.values.get(symbol) or isinstance(symbol.name, Opaque):
            return symbol
        name = str(symbol.name)
        if "_{" in name and not name.startswith("\\frac"):
            index = name.partition("_{")[2].removesuffix("}")
            for spelled in (f"{index[:1]}_{index[1:]}", index):
                other = self.reading.symbols.get(spelled)
                if other is not None and self.history.values.get(other):
                    formulas = [f for _, f in self.history.definitions.get(other, [])]
                    if any(isinstance(formula, Call) for formula in formulas):
                        return other
        return symbol

    def _imply(self, symbol: Quantity, number: Decimal, side: Side) -> None:
        epoch = self.history.epoch(side.start)
        value = Value(number, side.start, "implied", epoch, self.index)
        self.history.add(symbol, value)

    def _restated(self, symbol: Quantity, number: Decimal, side: Side) -> None:
        """A value that stands alone, against those that the page gave before."""
        before = self.history.before(symbol, side.start)
        if not before or any(same_value(v.number, number) for v in before):
            return
        latest = before[-1]
        here = self.history.epoch(side.start)
        if latest.kind not in ("computed", "implied") or latest.epoch != here:
            return
        if (
            significant(number) < 3
            or len(self.sides) > 2
            or self.statement.section != (self.reading.statements[latest.statement].section)
        ):
            return
        if is_slip(number, latest.number) or self.ledger.corrected(symbol, number) is not None:
            line, _ = self.reading.place(latest.start)
            expected = rounded_like(latest.number, number)
            why = f"`{symbol.name}` is {as_text(latest.number)} on line {line}"
            self._report(
                side,
                "substitution",
                quote(self.chain, 0, 1),
                as_text(number),
                expected,
                why,
                cause_of_digits(number, latest.number),
                self.ledger.corrected(symbol, number),
            )

    def _named_numbers(self) -> list[tuple[str, Decimal]]:
        """Values of other symbols, those nearest before first."""
        timeline = self.history.timeline
        end = bisect_left(timeline, self.statement.start, key=lambda each: each[0])
        found: dict[Decimal, str] = {}
        for _, symbol, number in reversed(timeline[max(0, end - 60) : end]):
            if significant(number) > 1:
                found.setdefault(number, str(symbol.name))
        return [(name, number) for number, name in found.items()]

    # Findings.

    def _report(
        self,
        side: Side,
        kind: str,
        text: str,
        printed: str,
        expected: str | None,
        why: str,
        cause: str | None = None,
        root: int | None = None,
    ) -> None:
        if self.root is not None and root is None:
            return
        self.root = self.ledger.report(side.start, kind, text, printed, expected, why, cause, root)
        if kind == "symbol" or root is not None:
            self.is_only_symbolic = True  # the numbers are right

    def _correct(self, expected: str | None) -> None:
        """What the chain should have come to, so that its use further on is understood."""
        number = number_of(self.sides[-1])
        if isinstance(self.head, Quantity) and expected is not None and self.root is not None:
            self.ledger.correct(self.head, expected, number, self.root)

    def _taint(self) -> None:
        """The chain's own result is wrong for all that follows."""
        number = number_of(self.sides[-1])
        target = self.chain.target if self.chain.target is not None else self.head
        if isinstance(target, Quantity) and number is not None and self.root is not None:
            self.ledger.taint(target, number, self.sides[-1].start, self.root)

    def _corrected(self, symbol: Quantity, number: Decimal) -> int | None:
        return self.ledger.corrected(self._known_as(symbol), number)

    def _numbers_carried(self) -> None:
        """Numbers that an earlier finding corrects, put in right, or carries on, put in wrong."""
        if len(self.sides) < 2 or self.ledger.has_carried(self.statement):
            return
        for at, side in enumerate(self.sides):
            if side.expression is None or _has_symbols(side.expression):
                continue
            if number_of(side) is not None:
                continue
            for number in _numbers_in(side.expression):
                if significant(number) < 3:
                    continue
                found = self.ledger.by_number(number, self.head, self.statement.start)
                if found is not None:
                    symbol, expected, root = found
                    text = quote(self.chain, at - 1, at) if at else printed_text(side)
                    why = (
                        f"{as_text(number)} is the right value of `{symbol.name}`, which is"
                        " printed wrong above"
                        if expected is None
                        else f"it goes on with {as_text(number)} for `{symbol.name}`, which is"
                        " wrong above"
                    )
                    self.ledger.report(
                        side.start, "substitution", text, as_text(number), expected, why, None, root
                    )
                    return

    def _unknown(self, formula: Expression) -> str:
        laws = [s for s in quantities_in(formula) if isinstance(s.name, Opaque)]
        if laws:
            return f"`{str(laws[0].name)[:40]}` stands for something that is not written out"
        names = dict.fromkeys(
            str(s.name) for s in quantities_in(formula) if not self.history.values.get(s)
        )
        if not names:
            return "checked"
        return "no value known for " + ", ".join(f"`{name}`" for name in list(names)[:3])

    def _count(self, at: int, outcome: str) -> None:
        if outcome == "checked":
            self.auditor.checked += 1
        elif outcome == "symbolic":
            self.auditor.symbolic += 1
        else:
            line, column = self.reading.place(self.sides[at].start)
            if line not in self.auditor.open_lines:
                text = quote(self.chain, at - 1, at)
                self.auditor.unread.append(Unread(line, column, text, outcome))
            else:
                self.auditor.symbolic += 1


_SHAPE = re.compile(r"^[([]?\s*\d+\s*(?:\\times|×|x)\s*\d+\s*[])]?$")


def _reads(side: Side, symbol: Quantity) -> bool:
    return side.expression is not None and symbol in set(quantities_in(side.expression))


def _has_symbols(expression: Expression | None) -> bool:
    return expression is None or has_symbols(expression)


def _numbers_in(expression: Expression) -> list[Decimal]:
    """The numbers of an expression, each once, a minus belonging to the number it leads."""
    found: dict[Decimal, None] = {}
    stack = [expression]
    while stack:
        node = stack.pop()
        number = printed_number(node)
        if number is not None:
            found[number] = None
        else:
            stack.extend(reversed(children(node)))
    return list(found)


def has_law(expression: Expression) -> bool:
    """Whether a part of it stands for something that is not written out."""
    return any(isinstance(symbol.name, Opaque) for symbol in quantities_in(expression))
