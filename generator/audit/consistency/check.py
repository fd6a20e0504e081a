"""The audit of a page: every equality checked, or counted with the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext

from generator.algebra import Quantity
from generator.algebra.number import GUARDED
from generator.audit.consistency.calculator import with_calculator_rule
from generator.audit.consistency.chain import ChainCheck
from generator.audit.consistency.coherence import without_doubtful
from generator.audit.consistency.consensus import outvoted
from generator.audit.consistency.history import gathered
from generator.audit.consistency.known import Known
from generator.audit.consistency.laws import misstated
from generator.audit.consistency.ledger import Ledger
from generator.audit.consistency.log import Log
from generator.audit.consistency.patterns import lonely_indices, suspects, undefined
from generator.audit.consistency.recurrences import Recurrences
from generator.audit.consistency.siblings import copied_operand
from generator.audit.consistency.slips import Substitutions
from generator.audit.consistency.summaries import repeated_results
from generator.audit.consistency.unfinished import announced, open_ends
from generator.audit.findings import Audit, Coverage, Unread, joined
from generator.audit.reading.source import Source
from generator.audit.reading.statements import (
    Reading,
    Statement,
    printed_text,
    quote,
    read,
)
from generator.audit.reading.values import as_text


def audit(source: Source) -> Audit:
    """Everything that is wrong on a page, as far as the page itself tells."""
    return audit_reading(read(source))


def audit_reading(reading: Reading) -> Audit:
    with localcontext(GUARDED):
        auditors = [_Auditor(part) for part in reading.parts()]
        for auditor in auditors:
            auditor.walk()
        is_usual = sum(auditor.ledger.excess_of_truncations for auditor in auditors) > 1
        found = joined([auditor.result(truncates=is_usual) for auditor in auditors])
    confirmed = sum(auditor.ledger.confirmed for auditor in auditors)
    return without_doubtful(with_calculator_rule(found, reading), confirmed)


class _Auditor:
    """One page and what comes of walking its chains."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.history = gathered(reading)
        self.recurrences = Recurrences(self.history, reading.symbols)
        self.ledger = Ledger(reading)
        self.checked = self.symbolic = 0
        self.unread: list[Unread] = []
        self.open_lines: set[int] = set()
        self.repeated = repeated_results(reading, self.history)
        self.suspected: set[tuple[int, Quantity]] = set()  # symbols of formulas that are reported

    def walk(self) -> None:
        """Goes through the chains."""
        self._report_unfinished()
        self._report_undefined()
        roots = dict(self._report_outvoted())
        for index, statement in enumerate(self.reading.statements):
            if statement.chain.relations and self.reading.has(statement.start):
                self._check(statement, index, roots.get(index))
        for symbol, (other, start) in self.history.aliases.items():
            why = f"`{symbol.name}` is never defined; by its index it is `{other.name}`"
            name = str(symbol.name)
            self.ledger.report(start, "symbol", name, name, str(other.name), why)

    def result(self, *, truncates: bool) -> Audit:
        """What was found; truncates: whether the page always cuts digits off."""
        coverage = Coverage(
            equalities=self.checked + self.symbolic + len(self.unread),
            checked=self.checked,
            symbolic=self.symbolic,
            unread=tuple(self.unread),
            hidden_digits=tuple(self.ledger.hidden),
            truncated=self.ledger.truncated_notes() if truncates else (),
        )
        return Audit(coverage, self.ledger.findings(truncates=truncates))

    def _report_unfinished(self) -> None:
        """Open ends, and what is announced and never computed."""
        for start, text in open_ends(self.reading):
            if self.reading.has(start):
                self.open_lines.add(self.reading.place(start)[0])
                self.ledger.report(start, "unfinished", text, text, None, "it is not computed")
        for start, text, names in announced(self.reading, self.history):
            if self.reading.has(start):
                listed = ", ".join(f"`{name}`" for name in names)
                why = f"announced and not computed further on: {listed}"
                self.ledger.report(start, "unfinished", text, ", ".join(names), None, why)

    def _report_undefined(self) -> None:
        """Symbols without a value, where all others have one, and indices that stand once."""
        lines = set()
        for name, sibling, side in undefined(self.reading, self.history):
            if self.reading.has(side.start):
                why = f"`{name}` has no value on this page, where `{sibling}` has one"
                self.ledger.report(side.start, "symbol", printed_text(side), name, None, why)
                lines.add(self.reading.place(side.start)[0])
        for name, start in lonely_indices(self.reading):
            if self.reading.has(start) and self.reading.place(start)[0] not in lines:
                why = "its index stands nowhere else on this page"
                self.ledger.report(start, "symbol", name, name, None, why)

        for law in misstated(self.reading):
            if self.reading.has(law.side.start):
                line, _ = self.reading.place(law.example.start)
                why = f"the line that is written out, line {line}, has `{law.expected}`"
                text = printed_text(law.side)
                self.ledger.report(law.side.start, "symbol", text, law.printed, law.expected, why)

    def _report_outvoted(self) -> Iterator[tuple[int, int]]:
        """Values that the rest of the page disagrees with; their statements and findings."""
        for found in outvoted(self.reading, self.history):
            if not self.reading.has(found.value.start):
                continue
            self.history.remove(found.symbol, found.value)
            statement = self.reading.statements[found.value.statement]
            text = quote(statement.chain, 0, 1)
            start = statement.start if found.kind == "symbol" else found.value.start
            finding = start, found.kind, text, found.printed, found.expected, found.why
            yield found.value.statement, self.ledger.report(*finding)

    def _check(self, statement: Statement, index: int, root: int | None) -> None:
        """One chain: what is suspicious in its symbols, then its equalities.

        root: the finding that is known of it already.
        """
        log = Log(self.ledger, statement)
        known = Known(self.reading, self.history, self.recurrences, self.ledger, statement, index)
        for suspect in list(suspects(self.reading, statement, self.history)):
            at = statement.sides.index(suspect.side)
            if suspect.about is not None:
                self.suspected.add((id(suspect.side.expression), suspect.about))
            log.root = None
            log.report(at, "symbol", suspect.printed, suspect.expected, suspect.message)
        log.root = root if log.root is None else log.root
        log.is_only_symbolic = log.is_only_symbolic or root is not None
        put_in = Substitutions(self.reading, known, log, self.suspected, self.repeated)
        chain = ChainCheck(log, known, put_in)
        for at in range(1, len(statement.sides)):
            self._count(statement, at, chain.outcome(at))
        if log.root is None:
            self._check_copied(log, statement, index)
        log.close()

    def _check_copied(self, log: Log, statement: Statement, index: int) -> None:
        """A number that a line of this kind has once, twice."""
        near = self.reading.statements[max(0, index - 12) : index]
        copied = copied_operand(statement, near)
        if copied is not None:
            at, number, expected, other = copied
            line, _ = self.reading.place(other.start)
            why = f"{as_text(number)} stands here twice, where line {line} has {as_text(expected)}"
            log.report(at, "substitution", as_text(number), as_text(expected), why)

    def _count(self, statement: Statement, at: int, outcome: str) -> None:
        line, column = self.reading.place(statement.sides[at].start)
        if outcome == "checked":
            self.checked += 1
        elif outcome == "symbolic" or line in self.open_lines:
            self.symbolic += 1
        else:
            text = quote(statement.chain, at - 1, at)
            self.unread.append(Unread(line, column, text, outcome))
