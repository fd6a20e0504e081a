"""Two sides of a chain that are both in numbers, compared by what their printed digits allow."""

from __future__ import annotations

import re
from decimal import Decimal

from generator.algebra import Expression
from generator.audit.consistency.causes import cause_of_result
from generator.audit.consistency.doubts import doubt
from generator.audit.consistency.known import Known, is_near
from generator.audit.consistency.log import Log
from generator.audit.consistency.rough import is_rough
from generator.audit.consistency.stepwise import worked_out
from generator.audit.reading.angles import has_angle, in_degrees
from generator.audit.reading.latex import Side
from generator.audit.reading.statements import has_law, is_symbol, number_of, printed_text
from generator.audit.reading.values import rounded_like
from generator.audit.rounding import (
    Verdict,
    Worth,
    compare,
    has_log,
    without_log_base,
    worth,
)
from generator.audit.substitution import has_symbols

NO_VALUE = "it has no value: a division by zero, a number too large, or a jump there"


class NumberCheck:
    """The equalities and inequalities of one chain between numbers."""

    def __init__(self, log: Log, known: Known) -> None:
        self.log, self.known = log, known
        self.history, self.ledger = known.history, known.ledger
        self.chain, self.sides = log.chain, log.sides

    def check(self, at: int, left: Worth | None, right: Worth | None, relation: str) -> str:
        """`checked`, `symbolic`, or why it is not read."""
        if left is None or right is None:
            return NO_VALUE
        if relation not in "=≈":
            if self._is_condition():
                return "symbolic"
            is_less = left.value <= right.value if relation in "<≤" else left.value >= right.value
            if not is_less and abs(left.value - right.value) > left.spread + right.spread:
                self._report_result(at, left, right)
            return "checked"
        verdict = self._verdict(at, left, right, relation)
        page = self.ledger.reading.source.text
        why = doubt(self.chain, at, left, right, page) if verdict is Verdict.WRONG else None
        if why is not None:
            return why
        if verdict is Verdict.WRONG and is_rough(
            relation, self.sides[at - 1], self.sides[at], left, right
        ):
            return "checked"
        if verdict is Verdict.WRONG and self._is_worked_out(at):
            return "checked"
        if verdict is Verdict.WRONG:
            self._report_result(at, left, right)
        elif verdict is Verdict.TRUNCATED and not _NINES.search(self.sides[at].latex):
            value, number = (left, right) if right.number is not None else (right, left)
            expected = rounded_like(value.value, number.number)
            self.ledger.truncated(self.chain, at, expected)
        elif verdict is Verdict.HIDDEN:
            self.ledger.hide(self.chain, at, left)
        elif right.number is not None and left.number is None:
            self.ledger.rounds(left, right.number)
            self.history.saw(right.number, is_exact=self._is_exact(at, left, right.number))
        elif right.number is None:
            self._is_worked_out(at)  # whose parts may be exact
        return "checked"

    def _is_condition(self) -> bool:
        """Whether an arrow stands behind an inequality: 4 ≤ 2.5 ⟹ -1 says what would follow."""
        last = self.sides[-1]
        behind = self.ledger.reading.source.text[last.start + len(last.latex) :][:40]
        return _ARROW.match(behind) is not None

    def _is_exact(self, at: int, left: Worth, number: Decimal) -> bool:
        """Whether a result is no rounded one; operands may have been seen to be exact by now."""
        if left.value != number:
            return False
        now = self.known.worth(self.sides[at - 1]) if left.spread else left
        return now is not None and not now.spread

    def _is_worked_out(self, at: int) -> bool:
        """Whether a side has the parts of the one before it, rounded each."""
        left, right = self.sides[at - 1].expression, self.sides[at].expression
        assert left is not None and right is not None
        if number_of(self.sides[at]) is not None:
            return False
        parts = worked_out(left, right, self.history.spread)
        for part in parts or ():
            self.history.saw(part.number, is_exact=part.is_exact)
            if part.right is not None and not _DOTS.search(self.sides[at].latex):
                self.ledger.truncated(self.chain, at, part.right)
        return parts is not None

    def _verdict(self, at: int, left: Worth, right: Worth, relation: str) -> Verdict:
        """The comparison; where a logarithm's base is not said, the best of its readings."""
        verdict = compare(left, right, relation)
        expression = self.sides[at - 1].expression
        if verdict is Verdict.WRONG and expression is not None and has_log(expression):
            for reading in without_log_base(expression):
                other = compare(worth(reading, self.history.spread), right, relation)
                verdict = other if other is not Verdict.WRONG else verdict
        if verdict is Verdict.WRONG and expression is not None and has_angle(expression):
            verdict = compare(worth(in_degrees(expression), self.history.spread), right, relation)
        if verdict is Verdict.WRONG and right.number is not None and _is_percent(self.sides[at]):
            hundredfold = Worth(right.value * 100, Decimal(0), right.number.scaleb(2))
            return compare(left, hundredfold, relation)  # 0.9 · 100 = 90 %
        return verdict

    def _report_result(self, at: int, left: Worth, right: Worth) -> None:
        """Two sides in numbers that differ."""
        formula = self._formula_behind(at, left, right)
        if formula is not None:
            self._report_numbers(at - 1, formula, left)
            return
        side, true, printed = self.sides[at], left, right
        tree = self.sides[at - 1].expression
        if right.number is None and left.number is not None:  # the number stands first
            side, true, printed = self.sides[at - 1], right, left
            tree = self.sides[at].expression
        expected = rounded_like(true.value, printed.number)
        cause = None
        if printed.number is not None and tree is not None:
            cause = cause_of_result(tree, printed.number, self.known.named_numbers())
        why = f"the other side comes to {expected}"
        is_second = self.log.wrong_at == at - 1 and self._is_wrong_anyhow(at, right)
        text = printed_text(side)
        self.log.report(at, "arithmetic", text, expected, why, cause, is_second=is_second)
        if printed.number is not None:
            self.log.correct(expected)

    def _formula_behind(self, at: int, left: Worth, right: Worth) -> Expression | None:
        """The formula earlier in a chain that the right one of two sides agrees with."""
        for side in self.sides[: at - 1]:
            if side.expression is None or is_symbol(side.expression) or has_law(side.expression):
                continue
            value = None if is_numeric(side) else self.known.evaluated(side.expression)
            if value is None or not agree(value, right):
                continue
            if 4 * abs(value.value - right.value) < abs(value.value - left.value):
                return side.expression
        return None

    def _is_wrong_anyhow(self, at: int, result: Worth) -> bool:
        """Whether a result is not what a side before the wrong numbers gives, either."""
        values = [
            self.known.worth(side) if is_numeric(side) else self.known.corrected(side.expression)
            for side in self.sides[: at - 1]
            if side.expression is not None and not is_symbol(side.expression)
        ]
        return (
            None not in values and not any(agree(v, result) for v in values if v) and bool(values)
        )

    def _report_numbers(self, at: int, formula: Expression, value: Worth) -> None:
        """Numbers between a formula and its right result that come to neither."""
        tree = self.known.with_numbers(formula)
        cause = cause_of_result(tree, round(value.value, 8), []) if tree is not None else None
        why = "the formula before it and the result behind it agree, and it comes to neither"
        self.log.report(at, "substitution", printed_text(self.sides[at]), None, why, cause)
        self.log.is_only_symbolic = True


def agree(one: Worth, other: Worth) -> bool:
    """Whether two values may be one, as far as rounding tells."""
    return compare(one, other, "≈") is not Verdict.WRONG or is_near(one, other)


def is_numeric(side: Side) -> bool:
    """Whether a side is read and has no symbols."""
    return side.expression is not None and not has_symbols(side.expression)


def _is_percent(side: Side) -> bool:
    return side.latex.rstrip(" .,;}").endswith("%")


_DOTS = re.compile(r"\d\s*(?:\.\.|…|\\[cl]?dots)")  # 0.555... goes on
_NINES = re.compile(r"0\.9{3,}(?!\d)")  # 0.9999 says that it is just below 1
_ARROW = re.compile(r"[\s$?]*(?:\\(?:implies|Rightarrow|Longrightarrow|to|rightarrow)\b|[→⇒⟹?])")
