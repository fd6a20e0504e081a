"""The findings of one chain: the first is its root, what follows from it is not told again."""

from __future__ import annotations

from decimal import Decimal

from generator.algebra import Expression, Quantity
from generator.algebra.expression import children
from generator.audit.consistency.ledger import Ledger
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque
from generator.audit.reading.statements import Statement, number_of, printed_text, quote
from generator.audit.reading.values import as_text, printed_number
from generator.audit.rounding import significant
from generator.audit.substitution import has_symbols


class Log:
    """What is found in one chain.

    root: the number of the finding that the rest of the chain carries on.
    is_only_symbolic: the error is in the symbols, the chain's numbers are right.
    wrong_at: the side whose numbers the last finding says are wrong.
    """

    def __init__(self, ledger: Ledger, statement: Statement) -> None:
        self.ledger, self.statement = ledger, statement
        self.chain, self.sides = statement.chain, statement.sides
        self.head = statement.sides[0].expression
        self.root: int | None = None
        self.is_only_symbolic = False
        self.wrong_at: int | None = None

    def report(
        self,
        at: int,
        kind: str,
        printed: str,
        expected: str | None,
        why: str,
        cause: str | None = None,
        root: int | None = None,
        *,
        by_values: bool = False,
        is_second: bool = False,
    ) -> None:
        """Enters a finding about a side and the one before it, unless one was entered before.

        is_second: it is wrong in its own right, whatever was entered before.
        """
        if self.root is not None and root is None and not is_second:
            return
        self.wrong_at = at if kind != "symbol" and root is None else None
        text = quote(self.chain, at - 1, at) if at else printed_text(self.sides[0])
        side = self.sides[at]
        self.root = self.ledger.report(
            side.start, kind, text, printed, expected, why, cause, root, by_values=by_values
        )
        if kind == "symbol" or root is not None:
            self.is_only_symbolic = True  # the numbers are right

    def correct(self, expected: str | None) -> None:
        """What the chain should have come to, so that its use further on is understood."""
        number = number_of(self.sides[-1])
        if isinstance(self.head, Quantity) and expected is not None and self.root is not None:
            self.ledger.correct(self.head, expected, number, self.root)

    def close(self) -> None:
        """Ends the chain: its result is wrong for all that follows, or carries something on."""
        target = self.chain.target if self.chain.target is not None else self.head
        if target is not None and not isinstance(target, Quantity):  # the tanh(C_t) of a chain
            target = Quantity(Opaque(printed_text(self.sides[0])), None, Decimal("NaN"))
        number = number_of(self.sides[-1])
        if self.root is None:
            self._find_carried()
        elif not self.is_only_symbolic and isinstance(target, Quantity) and number is not None:
            self.ledger.taint(target, number, self.sides[-1].start, self.root)

    def _find_carried(self) -> None:
        """Numbers that an earlier finding corrects, put in right, or carries on, put in wrong."""
        if len(self.sides) < 2 or self.ledger.has_carried(self.statement):
            return
        for at, side in enumerate(self.sides):
            for number in _operands(side):
                found = self.ledger.by_number(number, self.head, self.statement.start)
                if found is not None:
                    self._report_carried(at, number, *found)
                    return

    def _report_carried(
        self, at: int, number: Decimal, symbol: Quantity, expected: str | None, root: int
    ) -> None:
        text = as_text(number)
        if expected is None:
            why = f"{text} is the right value of `{symbol.name}`, which is printed wrong above"
        else:
            why = f"it goes on with {text} for `{symbol.name}`, which is wrong above"
        self.report(at, "substitution", text, expected, why, None, root)


def _operands(side: Side) -> list[Decimal]:
    """The numbers of some length that a side computes with, a minus as part of its number."""
    found: dict[Decimal, None] = {}
    if side.expression is None or has_symbols(side.expression) or number_of(side) is not None:
        return []
    stack: list[Expression] = [side.expression]
    while stack:
        node = stack.pop()
        number = printed_number(node)
        if number is None:
            stack.extend(reversed(children(node)))
        elif significant(number) > 2:
            found[number] = None
    return list(found)
