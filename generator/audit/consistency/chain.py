"""The equalities of one chain, walked side by side.

Two sides in numbers are compared by what their printed digits allow; a side in numbers
behind one in symbols must put in the values that the page gives; two sides in symbols are
compared where the page gives every value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities_in,
    substitute,
)
from generator.algebra.expression import children
from generator.audit.consistency.causes import cause_of_result
from generator.audit.consistency.doubts import has_unit_behind
from generator.audit.consistency.known import Known
from generator.audit.consistency.log import Log
from generator.audit.consistency.numeric import NO_VALUE, NumberCheck, agree, is_numeric
from generator.audit.consistency.patterns import split_derivative
from generator.audit.consistency.siblings import exchanged_symbol, leaves_of
from generator.audit.consistency.slips import OTHER_CASE, Substitutions
from generator.audit.consistency.slopes import left_out, slope
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque
from generator.audit.reading.statements import (
    has_law,
    is_symbol,
    number_of,
    printed_text,
)
from generator.audit.reading.values import as_text, printed_number, rounded_like
from generator.audit.rounding import (
    Verdict,
    Worth,
    compare,
    has_log,
    same_value,
    significant,
)
from generator.audit.substitution import Pair, put_in


class ChainCheck:
    """The equalities of one chain."""

    def __init__(self, log: Log, known: Known, substitutions: Substitutions) -> None:
        self.log, self.known, self.substitutions = log, known, substitutions
        self.numbers = NumberCheck(log, known)
        self.history, self.ledger = known.history, known.ledger
        self.chain, self.sides, self.head = log.chain, log.sides, log.head
        self.start = log.statement.start
        self.is_numeric = [is_numeric(side) for side in self.sides]
        self.values = [known.worth(side) for side in self.sides]
        # whether it goes on to numbers, where its symbols are compared
        self.has_result = any(self.is_numeric[1:])
        self.has_value = any(number_of(side) is not None for side in self.sides)

    def outcome(self, at: int) -> str:
        """`checked`, `symbolic`, or why the equality of two sides is not read."""
        left, right = self.sides[at - 1], self.sides[at]
        for side in (left, right):
            if side.expression is None:
                return side.reason
        assert left.expression is not None and right.expression is not None
        if self._is_operator(left) or self._is_operator(right):
            return "symbolic"
        relation = self.chain.relations[at - 1]
        for place in (at - 1, at):
            is_wrong = self.has_value and _divides_by_zero(self.sides[place].expression)
            if is_wrong and self.log.root is None:
                why = "a division by zero"
                self.log.report(place, "arithmetic", printed_text(self.sides[place]), None, why)
                self.log.is_only_symbolic = not self.is_numeric[place]
                return "checked"
        if self.is_numeric[at - 1] and self.is_numeric[at]:
            return self.numbers.check(at, self.values[at - 1], self.values[at], relation)
        if relation not in "=≈":
            return "symbolic"
        if self._misses_slope(at):
            return "checked"
        if at == 1 and self.is_numeric[at] and is_symbol(left.expression):
            return self._head(at, self.values[at])
        if self.is_numeric[at]:
            return self._put_in(at, left.expression, right, self.values[at])
        if self.is_numeric[at - 1]:
            return self._put_in(at, right.expression, left, self.values[at - 1])
        return self._symbols(at, left.expression, right.expression)

    def _is_operator(self, side: Side) -> bool:
        """Whether a side has the derivative that the chain is of: ∂q/∂y (x + y) differentiates."""
        if side.expression is None or is_symbol(side.expression) or self.head is None:
            return False
        is_derivative = split_derivative(self.head) is not None
        return is_derivative and self.head in set(quantities_in(side.expression))

    # A side in symbols and one in numbers.

    def _head(self, at: int, value: Worth | None) -> str:
        """The symbol that a chain begins with, and then a side in numbers."""
        symbol, side = self.head, self.sides[at]
        assert isinstance(symbol, Quantity) and side.expression is not None
        number = number_of(side)
        found = left_out(symbol, self.known, value) if value is not None else None
        if found is not None and self.log.root is None:
            factor, product = found
            why = f"by the chain rule it is {as_text(product, 6)}, with `{factor}` as a factor"
            cause = f"`{factor}` left out"
            self.log.report(at, "substitution", printed_text(side), None, why, cause)
            return "checked"
        if number is not None:
            self.substitutions.check_restated(symbol, number)
            return "checked"
        definition, is_step = self.history.defined_by(symbol, self.start), False
        if definition is None:
            definition = self.known.recurrences.instance(symbol, self.start)
            is_step = True
        if definition is None or value is None:
            return NO_VALUE if value is None else "symbolic"
        pairs = put_in(definition, side.expression, allows_results=True)
        if pairs is None and is_step:
            return self._by_value(at, definition, side, value, is_step=True)
        if pairs and not is_step:  # a part, or a label of 0 or 1, may be of another case
            pairs = [(s, n) for s, n in pairs if isinstance(s, Quantity) and n not in (0, 1)]
        if pairs and (is_step or self._is_of_one_case(pairs)):
            return self.substitutions.check(at, definition, pairs, is_step=is_step)
        return "checked"

    def _is_of_another_case(self, symbols: Expression, side: Side) -> bool:
        """Whether values may be of another example: of another section, and there are others.

        Or numbers are put in, and more than one value of the symbols is not among them. And
        the x of σ(x) alone is seldom the x of another section.
        """
        statements, leaves = self.ledger.reading.statements, leaves_of(side)
        is_of_a_function = len(self.sides) == 2 and isinstance(symbols, Call)
        others = 0
        for symbol in set(quantities_in(symbols)):
            latest = self.known.latest(symbol)
            if latest is None:
                continue
            section = statements[latest.statement].section
            before = self.history.before(self.known.known_as(symbol), self.start)
            if section != self.log.statement.section and (
                is_of_a_function
                or any(not same_value(value.number, latest.number) for value in before)
            ):
                return True
            others += not any(same_value(abs(latest.number), abs(n)) for n in leaves)
        return bool(leaves) and others > 1

    def _is_of_one_case(self, pairs: Sequence[Pair]) -> bool:
        """Whether numbers are of the case that a symbol's formula is of: all but one agree."""
        others = 0
        for part, number in dict.fromkeys(pairs):
            latest = self.known.latest(part) if isinstance(part, Quantity) else None
            is_before = latest is not None and latest.start < self.start
            if latest is not None and is_before and not same_value(latest.number, number):
                others += 1
                section = self.ledger.reading.statements[latest.statement].section
                others += section != self.log.statement.section
        return others < 2

    def _put_in(self, at: int, symbols: Expression, side: Side, value: Worth | None) -> str:
        """A formula, and its numbers or its result."""
        assert side.expression is not None
        if value is None:
            return NO_VALUE
        number = number_of(side)
        pairs: list[Pair] | None = None
        if isinstance(symbols, Quantity):
            if isinstance(symbols.name, Opaque):
                return self.known.unknown(symbols)
            if _TUPLE.fullmatch(self.sides[at - 1].latex.strip()):
                return "symbolic"  # (x, y) = (3, 4) gives values
            latest = self.known.latest(symbols)
            is_computed = latest is not None and latest.kind == "computed"
            is_head = all(is_symbol(each.expression) for each in self.sides[:at])
            if number is None and is_head and is_computed:
                self._find_missing_factor(at, symbols, side, value)
                return "symbolic"  # it is computed again: d_k = d_v = 1024 / 16
            pairs = [(symbols, number)] if number is not None else None
        elif number is None:
            pairs = put_in(symbols, side.expression, allows_results=True)
        if pairs:
            return self.substitutions.check(at, symbols, pairs)
        return self._by_value(at, symbols, side, value) if pairs is None else "checked"

    def _find_missing_factor(self, at: int, symbol: Quantity, side: Side, value: Worth) -> None:
        """Whether a derivative has a factor in numbers that it has not in symbols.

        `∂L/∂w = ∂L/∂z = -6 · 4`, where ∂L/∂z is -6.
        """
        latest = self.known.latest(symbol)
        if at < 2 or latest is None or split_derivative(symbol) is None:
            return
        is_factor = isinstance(side.expression, Product) and any(
            same_value(latest.number, number) for number in leaves_of(side)
        )
        if is_factor and not agree(Worth(latest.number, Decimal(0), latest.number), value):
            line, _ = self.ledger.reading.place(latest.start)
            name, number = str(symbol.name), as_text(latest.number)
            why = f"`{name}` is {number} on line {line}; the numbers have a factor more"
            self.log.report(at - 1, "symbol", name, None, why)

    def _by_value(
        self, at: int, symbols: Expression, side: Side, value: Worth, *, is_step: bool = False
    ) -> str:
        """A formula against a number or other numbers, every symbol having one value."""
        mine = None if has_law(symbols) else self.known.evaluated(symbols)
        if mine is None:
            return self._unknown(at, symbols, value)
        if self.log.root is not None:
            return "checked"
        if len(self.sides) == 2 and (
            self._is_supposed() or self._is_a_case(symbols, value) or _asks(symbols, value)
        ):
            return "symbolic"
        if not agree(mine, value) and self._is_misread(at, symbols, value):
            return "checked"
        if self.known.is_uncertain(symbols, is_step=is_step):
            return "symbolic"
        if agree(mine, value):
            self.ledger.confirmed += 1
            return "checked"
        if value.number == 0:
            return "symbolic"  # where a formula is to be zero
        if not is_step and self._is_of_another_case(symbols, side):
            return OTHER_CASE
        page = self.ledger.reading.source.text
        if side is self.sides[-1] and has_unit_behind(side, mine, value, page):
            return "the words behind it may be the unit of the number"
        if not has_log(symbols):
            self._report_value(at, symbols, side, mine, value)
        return "checked"

    def _is_misread(self, at: int, formula: Expression, value: Worth) -> bool:
        """Whether a formula that stood there before, with another symbol, gives the result."""
        if not is_symbol(self.head) or value.number is None or significant(value.number) < 3:
            return False
        assert isinstance(self.head, Quantity)
        before = self.history.defined_by(self.head, self.start)
        exchanged = None if before is None else exchanged_symbol(before, formula)
        right = self.known.evaluated(before) if before is not None and exchanged else None
        if right is None or compare(right, value, "≈") is not Verdict.HOLDS:
            return False
        printed, expected = map(str, exchanged or ())
        why = f"with `{expected}`, as in the formula before, the result is right"
        self.log.report(at - 1, "symbol", printed, expected, why)
        return True

    def _unknown(self, at: int, symbols: Expression, value: Worth) -> str:
        """A formula with a symbol that has no value, perhaps written for one that has."""
        without = {s for s in quantities_in(symbols) if self.known.latest(s) is None}
        if len(without) != 1 or has_law(symbols) or value.number is None or self.log.root:
            return self.known.unknown(symbols)
        (symbol,) = without
        if symbol in self.history.definitions or split_derivative(symbol) is not None:
            return self.known.unknown(symbols)
        if re.match(r"[A-Za-z]{2}", str(symbol.name)) or self.ledger.is_defined(symbol):
            return self.known.unknown(symbols)
        for name, number in self.known.given() if significant(value.number) > 3 else ():
            meant = self.known.evaluated(substitute(symbols, {symbol: Constant(number)}))
            if meant is not None and compare(meant, value, "≈") is Verdict.HOLDS:
                side = (
                    self.sides[at] if self.sides[at].expression is symbols else self.sides[at - 1]
                )
                where = self.sides.index(side)
                why = f"`{symbol.name}` has no value; with that of `{name}` the result is right"
                self.log.report(where, "symbol", str(symbol.name), name, why)
                return "checked"
        return self.known.unknown(symbols)

    def _is_a_case(self, symbols: Expression, value: Worth) -> bool:
        """Whether plain text only counts for one case: with 2 classes, C-1 = 1."""
        number = value.number
        is_count = number is not None and number == number.to_integral_value()
        is_plain = not any("\\" in side.latex for side in self.sides)
        return is_count and is_plain and len(set(quantities_in(symbols))) == 1

    def _is_supposed(self) -> bool:
        """Whether an "if" stands before it in its sentence: if u and v are orthogonal, u'v = 0."""
        text = self.ledger.reading.source.text
        before = text[max(0, self.start - 200) : self.start]
        return _IF.search(re.split(r"[.!?;:]\s|\n\s*\n", before)[-1]) is not None

    def _report_value(
        self, at: int, symbols: Expression, side: Side, mine: Worth, value: Worth
    ) -> None:
        expected = rounded_like(mine.value, value.number)
        printed = round(value.value, 8) if value.number is None else value.number
        tree = self.known.with_numbers(symbols)
        others = [] if value.number is None else self.known.named_numbers()
        cause = cause_of_result(tree, printed, others) if tree is not None else None
        is_other_value = value.number is None or "the value of" in (cause or "")
        for symbol in set(quantities_in(symbols)):
            latest = self.known.latest(symbol)
            if value.number is not None and latest and latest.number == mine.value:
                is_other_value = True
                line, _ = self.ledger.reading.place(latest.start)
                cause = cause or f"`{symbol.name}` is {as_text(latest.number)} on line {line}"
        kind = "substitution" if is_other_value else "arithmetic"
        why = f"with the values of this page it is {expected}"
        self.log.report(at, kind, printed_text(side), expected, why, cause, by_values=True)
        self.log.correct(expected)

    # A derivative and the formula that it is of.

    def _misses_slope(self, at: int) -> bool:
        """Whether what stands for a derivative is not what the rules of differentiation give."""
        side, value = self.sides[at], self.values[at]
        if side.expression is None or has_law(side.expression):
            return False
        right = slope(self.head, self.known)
        if right is None or (self.is_numeric[at] and at > 1):
            return False
        if not self.is_numeric[at]:
            value = self.known.evaluated(side.expression)
        if value is None or not right.is_another(side.expression, value):
            return False
        line, _ = self.ledger.reading.place(right.start)
        kind = "arithmetic" if self.is_numeric[at] else "symbol"
        expected = right.written(value)
        true = rounded_like(right.worth.value, value.number)
        why = (
            f"`{right.above}` on line {line}, differentiated, gives {true} with this page's values"
        )
        self.log.report(at, kind, printed_text(side), expected, why, right.cause(value))
        self.log.is_only_symbolic = kind == "symbol"
        return True

    # Two sides in symbols.

    def _symbols(self, at: int, left: Expression, right: Expression) -> str:
        """Two formulas, or a symbol and its formula."""
        if has_law(left) or has_law(right) or self.log.root is not None:
            return "symbolic"
        is_definition = at == 1 and is_symbol(left)
        if is_definition and (self.has_result or left in set(quantities_in(right))):
            return "symbolic"
        if self.chain.relations[at - 1] == "≈":
            return "symbolic"
        symbols = {*quantities_in(left), *quantities_in(right)}
        if len(self.sides) == 2 and not is_symbol(left) and not is_symbol(right):
            return "symbolic"  # an equation to solve, a condition: 2x + 3 = 5x - 1, w x = -b
        names = {self.known.known_as(symbol) for symbol in symbols}
        one, other = self.known.evaluated(left), self.known.evaluated(right)
        if (
            one is None
            or other is None
            or not all(self.history.is_known_before(name, self.start) for name in names)
            or self._is_of_several_sections(names)
        ):
            return "symbolic"
        if self.known.is_uncertain(left) or self.known.is_uncertain(right):
            return "symbolic"
        if is_definition and not self._has_value_of_another(one, other):
            return "symbolic"  # of another example, as far as the page tells
        if not agree(one, other):
            why = (
                f"with the values of this page the side before is {as_text(one.value, 6)},"
                f" this one {as_text(other.value, 6)}"
            )
            is_sign = abs(one.value + other.value) <= one.spread + other.spread
            cause = "the sign" if is_sign else None
            printed = printed_text(self.sides[at])
            self.log.report(at, "arithmetic", printed, None, why, cause, by_values=True)
            self.log.is_only_symbolic = True
        return "checked"

    def _is_of_several_sections(self, names: set[Quantity]) -> bool:
        """Whether computed values are of other sections than this, and not of one."""
        statements = self.ledger.reading.statements
        values = [self.history.latest(name, self.start) for name in names]
        found = {statements[v.statement].section for v in values if v and v.kind != "table"}
        return len(found) > 1 and self.log.statement.section not in found

    def _has_value_of_another(self, head: Worth, formula: Worth) -> bool:
        """Whether a formula is not its head's, but comes to a value that the page has."""
        return not agree(head, formula) and any(
            significant(number) > 2
            and compare(formula, Worth(number, Decimal(0), number), "≈") is Verdict.HOLDS
            for _, number in self.known.named_numbers()
        )


_TUPLE = re.compile(r"(?:\\left)?\([^(),]+(?:,[^(),]+)+\)")
_IF = re.compile(r"\b(?:if|whenever|unless|wenn|falls|si|если)\b|若|如果", re.IGNORECASE)


def _asks(formula: Expression, value: Worth) -> bool:
    """Whether it is one equation of several: x + y = 5."""
    if value.number is None or value.number != value.number.to_integral_value():
        return False
    names = {str(symbol.name) for symbol in quantities_in(formula)}
    return isinstance(formula, Sum) and names <= set("xyz") and len(names) > 1


def _divides_by_zero(expression: Expression | None) -> bool:
    """Whether a denominator is the number 0, and the numerator is not: 0/0 may be meant."""
    nodes = [expression] if expression is not None else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, Quotient) and str(printed_number(node.denominator)) == "0":
            return printed_number(node.numerator) != 0
        if not isinstance(node, Call):  # 0 log(1/0) = 0 is a convention
            nodes.extend(children(node))
    return False
