"""Numbers put in for symbols, against the values that the page gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from generator.algebra import Expression, Quantity, Quotient, quantities_in
from generator.algebra.expression import children
from generator.audit.consistency.blame import come_to_result, fits, has_other_operator, is_confirmed
from generator.audit.consistency.causes import cause_of_digits, is_slip
from generator.audit.consistency.history import MANY
from generator.audit.consistency.known import Known
from generator.audit.consistency.log import Log
from generator.audit.consistency.patterns import split_derivative
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque, shape
from generator.audit.reading.statements import Reading, has_law, is_symbol, number_of, printed_text
from generator.audit.reading.values import as_text, half_unit, printed_number, rounded_like
from generator.audit.rounding import Verdict, Worth, compare, same_value, significant
from generator.audit.substitution import Pair, in_order

OTHER_CASE = "it puts in other values than the page gives: another case, or a later step"


class Substitutions:
    """The checks of what one chain puts in for its symbols.

    suspected: symbols of formulas that are reported, by the formula's identity.
    repeated: the places of values in tables of results.
    """

    def __init__(
        self,
        reading: Reading,
        known: Known,
        log: Log,
        suspected: set[tuple[int, Quantity]],
        repeated: frozenset[int],
    ) -> None:
        self.reading, self.known, self.log = reading, known, log
        self.history, self.ledger, self.suspected = known.history, known.ledger, suspected
        self.repeated = repeated
        self.statement, self.sides = log.statement, log.sides

    def check(
        self, at: int, formula: Expression, pairs: Sequence[Pair], *, is_step: bool = False
    ) -> str:
        """Each number against the value of its symbol; `checked`, or why it is not.

        is_step: the formula is one step's, and has the step's number in its symbols.
        """
        wrong: list[tuple[Quantity, Decimal]] = []
        agreeing = 0
        for part, number in dict.fromkeys(in_order(formula, pairs, self.known.number)):
            if not isinstance(part, Quantity):
                agreeing += self._check_part(at, formula, part, number, is_step=is_step)
            elif not isinstance(part.name, Opaque):
                agrees = self._agrees(at, part, number)
                agreeing += agrees is True
                self.ledger.confirmed += agrees is True
                if agrees is False and (id(formula), part) not in self.suspected:
                    wrong.append((part, number))
        if wrong and self._is_right_as_a_whole(at, formula):
            return "checked"
        slips = [
            each
            for each in wrong
            if self._meant(at, formula, *each) is not None
            or self._is_slip(*each, len(wrong), agreeing)
        ]
        self._report_all(at, formula, slips)
        if wrong and not slips and not agreeing:
            return OTHER_CASE
        return "checked"

    def check_restated(self, symbol: Quantity, number: Decimal) -> None:
        """A value that stands alone, against those that the page gave before."""
        side = self.sides[1]
        before = self.history.before(symbol, side.start)
        if not before or any(same_value(value.number, number) for value in before):
            return
        latest = before[-1]
        is_result = latest.kind in ("computed", "implied")
        section = self.reading.statements[latest.statement].section
        is_near = side.start in self.repeated or (
            latest.epoch == self.history.epoch(side.start) and section == self.statement.section
        )
        if not is_result or not is_near or significant(number) < 3 or len(self.sides) > 2:
            return
        root = self.ledger.corrected(symbol, number)
        if root is not None or is_slip(number, latest.number):
            line, _ = self.reading.place(latest.start)
            expected = rounded_like(latest.number, number)
            why = f"`{symbol.name}` is {as_text(latest.number)} on line {line}"
            cause = cause_of_digits(number, latest.number)
            self.log.report(1, "substitution", as_text(number), expected, why, cause, root)

    def _agrees(self, at: int, symbol: Quantity, number: Decimal) -> bool | None:
        """Whether a number is a value of its symbol; None where nothing was known before."""
        known = self.known.known_as(symbol)
        if not self.known.is_given(known) and self._is_siblings(symbol, number):
            return None
        if not self.history.has_value_for(known, self.statement.start):
            self.known.imply(symbol, number, self.sides[at])
            return None
        found = self.history.agreeing(known, number)
        if found is None:
            return False
        finding = self.ledger.wrong_value(known, found.number, found.start)
        if finding is not None and self.log.root is None:
            self.ledger.carry(finding, self.statement, known, number)
        return True

    def _check_part(
        self, at: int, formula: Expression, part: Expression, number: Decimal, *, is_step: bool
    ) -> bool:
        """A part of a formula that was worked out on the way: `(t - y)` as -0.38."""
        if has_law(part) or self.known.is_uncertain(part, is_step=is_step):
            return False
        if not is_step and not self._is_of_here(part):
            return False
        value = self.known.evaluated(part)
        if value is None or self._is_put_in_here(part):
            return False
        verdict = compare(value, Worth(number, Decimal(0), number), "≈")
        units = 2 if significant(number) > 1 else 1
        room = units * half_unit(number) + value.spread
        is_wrong = verdict is Verdict.WRONG and abs(value.value - number) > room
        if is_wrong and not self._is_right_as_a_whole(at, formula):
            expected = rounded_like(value.value, number)
            why = f"with the values of this page that part is {expected}"
            cause = cause_of_digits(number, value.value)
            carried = self.ledger.went_wrong(number)
            if carried is not None and self.log.root is None:
                self.ledger.carry(carried[1], self.statement, carried[0], number)
            elif not self.ledger.has_carried(self.statement):
                self.log.report(at, "substitution", as_text(number), expected, why, cause)
        return True

    def _is_of_here(self, part: Expression) -> bool:
        """Whether the values of a part are given, or computed in this section."""
        for symbol in set(quantities_in(part)):
            latest = self.known.latest(symbol)
            is_certain = latest is not None and latest.kind in ("given", "table")
            if latest is not None and (not is_certain or self.history.has_examples):
                section = self.reading.statements[latest.statement].section
                if section != self.statement.section:
                    return False
        return True

    def _is_put_in_here(self, part: Expression) -> bool:
        """Whether a symbol's only value is one that this chain puts in: R² for 148/150."""
        values = [self.known.latest(symbol) for symbol in set(quantities_in(part))]
        return any(v and v.kind == "implied" and v.statement == self.known.index for v in values)

    def _is_right_as_a_whole(self, at: int, formula: Expression) -> bool:
        """Whether two sides agree although their parts do not: a fraction reduced."""
        value = self.known.evaluated(formula)
        numbers = self.known.worth(self.sides[at])
        if value is None or numbers is None:
            fraction = self.sides[at].expression
            if not isinstance(formula, Quotient) or not isinstance(fraction, Quotient):
                return False
            return all(_is_whole(part) for part in children(fraction))
        return compare(value, numbers, "≈") is not Verdict.WRONG

    def _is_siblings(self, symbol: Quantity, number: Decimal) -> bool:
        """Whether a symbol that has no value stands where a sibling's number was put in."""
        family = [
            s for s in self.history.shapes.get(shape(str(symbol.name)), ()) if s is not symbol
        ]
        if significant(number) < 3 or len(family) < 2 or str(symbol.name).endswith("]"):
            return False
        for sibling in family[:MANY]:
            latest = self.history.latest(sibling, self.statement.start)
            if latest and latest.number == number and latest.start < self.statement.start:
                at = next((i for i, side in enumerate(self.sides) if _reads(side, symbol)), 0)
                why = f"`{symbol.name}` stands where `{sibling.name}` was put in"
                self.log.report(at, "symbol", str(symbol.name), str(sibling.name), why)
                return True
        return False

    def _is_slip(self, symbol: Quantity, number: Decimal, wrong: int, agreeing: int) -> bool:
        """Whether a number that no value of its symbol agrees with is an error.

        It may also be another sample or a later step, whose values are not all printed.
        """
        known, latest = self.known.known_as(symbol), self.known.latest(symbol)
        assert latest is not None
        if self.ledger.corrected(known, number) is not None:
            return True
        if self._is_said(number) or _RUNNING.search(str(symbol.name)):
            return False
        same_epoch = latest.epoch == self.history.epoch(self.statement.start)
        owner = self.known.owner(number, symbol)
        if (
            owner is not None
            and latest.kind == "implied"
            and self._moves_with(owner, latest.number)
        ):
            return False
        is_here = self.reading.statements[latest.statement].section == self.statement.section
        if owner is not None and not is_here and not _are_siblings(owner, known):
            owner = None  # a number that something else has by chance
        if not is_here and self.history.has_examples:
            return False
        is_copied = is_slip(number, latest.number) and not _is_round(number)
        explained = is_copied or owner is not None
        if self.history.changes(known):
            return same_epoch and explained and agreeing > 0
        if not same_epoch:
            return wrong == 1 and explained and agreeing > 0
        if latest.kind == "implied":
            return (is_copied and significant(number) > 2) or owner is not None
        is_certain = is_here or latest.kind in ("given", "table")  # else of another example
        if explained or (is_certain and agreeing >= wrong):
            return True
        return is_here and wrong == 1 and not _is_round(number)

    def _is_said(self, number: Decimal) -> bool:
        """Whether the sentence says which number it is about: if it assigns 0.01, L = -log 0.01."""
        start = self.statement.start
        before = self.reading.prose[max(0, start - 80) : start]
        sentence = re.split(r"[.!?;:]\s|\n", before)[-1]
        return re.search(rf"(?<![\d.]){re.escape(as_text(number))}(?![\d.])", sentence) is not None

    def _moves_with(self, owner: Quantity, number: Decimal) -> bool:
        """Whether another symbol had a symbol's former value, too: ∂z/∂w1, which is x1."""
        return any(
            value.number == number for value in self.history.before(owner, self.statement.start)
        )

    def _report_all(
        self, at: int, formula: Expression, slips: Sequence[tuple[Quantity, Decimal]]
    ) -> None:
        """The slips of one line, each in its own right; those with a root elsewhere last."""
        before, first = self.log.root, self.log.root
        roots = {each: self._root(*each) for each in slips}
        for symbol, number in sorted(slips, key=lambda each: roots[each] is not None):
            self.log.root = before
            self._report(at, formula, symbol, number, roots[symbol, number])
            first = self.log.root if first is None else first
        self.log.root = first

    def _root(self, symbol: Quantity, number: Decimal) -> int | None:
        return self.ledger.corrected(self.known.known_as(symbol), number)

    def _report(
        self, at: int, formula: Expression, symbol: Quantity, number: Decimal, root: int | None
    ) -> None:
        latest = self.known.latest(symbol)
        assert latest is not None
        line, _ = self.reading.place(latest.start)
        right = self.known.right(symbol, latest)
        written = next((i for i, side in enumerate(self.sides) if side.expression is formula), None)
        kind, text = "substitution", as_text(number)
        expected: str | None = rounded_like(right, number)
        why = f"`{symbol.name}` is {as_text(latest.number)} on line {line}, not {text}"
        cause = cause_of_digits(number, latest.number)
        owner = self.known.owner(number, symbol)
        if root is not None:
            cause, expected = "the right value is put in here; it is printed wrong above", None
        elif owner is not None:
            cause = f"{text} is the value of `{owner.name}`"
        meant = self._meant(at, formula, symbol, number) if root is None else None
        if meant is not None:
            kind, why = "symbol", f"`{symbol.name}` stands where `{meant.name}` was put in"
            cause = f"{text} is the value of `{meant.name}`"
            text, expected = str(symbol.name), str(meant.name)
            at = at if written is None else written
        if written is not None and self._has_other_sign(at, number, latest.number):
            name = str(symbol.name)
            why = f"`{name.rpartition('[')[0] or name}` is put in with the other sign"
            text = printed_text(self.sides[written])
            self.log.report(written, "symbol", text, None, why, "the sign")
            self.log.is_only_symbolic = True
            return
        self.log.report(at, kind, text, expected, why, cause, root)
        if kind == "substitution" and root is None:
            self._correct(formula)

    def _has_other_sign(self, at: int, number: Decimal, value: Decimal) -> bool:
        """Whether a number has another sign than the formula, and the result has it, too."""
        return (
            same_value(number, -value)
            and has_other_operator(self.sides[at], number)
            and come_to_result(self.known, self.sides, at)
        )

    def _correct(self, formula: Expression) -> None:
        """What the chain comes to with the right number."""
        value, result = self.known.corrected(formula), number_of(self.sides[-1])
        if value is not None and result is not None:
            self.log.correct(rounded_like(value.value, result))
            if abs(value.value - result) <= 2 * half_unit(result) + value.spread:
                self.log.is_only_symbolic = True  # the result is right all the same

    def _meant(
        self, at: int, formula: Expression, symbol: Quantity, number: Decimal
    ) -> Quantity | None:
        """The symbol that a formula should have, where the number is right: ∂L/∂w2 = δ x1."""
        head, written = self.log.head, set(quantities_in(formula))
        name = str(symbol.name)
        has_its_indices = is_symbol(formula) or (head is not None and split_derivative(head))
        around = [str(head.name)] if isinstance(head, Quantity) and has_its_indices else []
        is_confirmed_result = is_confirmed(
            self.known, head, number_of(self.sides[-1])
        ) and come_to_result(self.known, self.sides, at)
        for owner in self.known.owners(number, symbol):
            other = str(owner.name)
            if owner in written or shape(name) != shape(other):
                continue
            if is_confirmed_result or fits(other, name, around):
                return owner
        return None


def _are_siblings(one: Quantity, other: Quantity) -> bool:
    """Whether two symbols are of one letter."""
    return str(one.name).partition("_")[0] == str(other.name).partition("_")[0]


def _is_round(number: Decimal) -> bool:
    """Whether a number is another case as easily as a slip: 4000, where 1000 was."""
    return abs(number) >= 10 and len(number.normalize().as_tuple().digits) == 1


def _is_whole(node: Expression) -> bool:
    number = printed_number(node)
    return number is not None and number == number.to_integral_value()


def _reads(side: Side, symbol: Quantity) -> bool:
    return side.expression is not None and symbol in set(quantities_in(side.expression))


# x_i is each of them in turn; P(X = 1) is that of the distribution in question.
_RUNNING = re.compile(r"_\{?[i-n]\}?$|\(.*=.*\)$")
