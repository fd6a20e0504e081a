"""What an audit says of a page: how much was read, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

KINDS = {
    "arithmetic": "two sides of an equality differ by more than the printed rounding",
    "rounding": "an equals sign before a rounded result, on a page that tells = from ≈",
    "truncated": "digits were cut off where the page otherwise rounds",
    "substitution": "a number put in for a symbol is not the value that the page gives it",
    "symbol": "a wrong symbol: a factor twice, a chain rule that does not hold, a circle",
    "unfinished": "something announced and not computed",
    "value": "a value that is not the network's (with --against)",
}


@dataclass(frozen=True)
class Finding:
    """Something wrong on a page.

    line, column: counted from 1, in the file as it is.
    printed, expected: what stands there, and what would be right where that is known.
    cause: what was probably done, if that gives the printed digits.
    root: the index of the finding that this one only carries on, if any.
    by_values: whether it rests on the values that the page gives its symbols.
    leans_on: the line of the value that it is held against, where that is one.
    """

    line: int
    column: int
    kind: str
    quote: str
    printed: str
    expected: str | None
    cause: str | None
    root: int | None
    message: str
    by_values: bool = False
    leans_on: int | None = None


@dataclass(frozen=True)
class Unread:
    """An equality that was not checked, and why."""

    line: int
    column: int
    quote: str
    reason: str


@dataclass(frozen=True)
class Coverage:
    """How much of a page was read.

    equalities: all of them. Each is checked, symbolic (a law, a definition or a step
        between symbols that have no value on the page) or unread.
    notes: checked equalities that hold only with digits that are not printed, or whose
        digits the whole page cuts off instead of rounding.
    compared: values held against the network, where there is one; unmatched: values of
        symbols that are not certain to be one of its quantities.
    """

    equalities: int
    checked: int
    symbolic: int
    unread: tuple[Unread, ...]
    hidden_digits: tuple[Unread, ...] = ()
    truncated: tuple[Unread, ...] = ()
    compared: int | None = None
    unmatched: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class Audit:
    """The coverage of a page and its findings, in the order of the page."""

    coverage: Coverage
    findings: tuple[Finding, ...]


def joined(audits: Sequence[Audit]) -> Audit:
    """The audits of a page's parts as one of the page."""
    if len(audits) == 1:
        return audits[0]
    findings: list[Finding] = []
    for audit in audits:
        before = len(findings)
        findings += (
            replace(each, root=None if each.root is None else each.root + before)
            for each in audit.findings
        )
    covered = [audit.coverage for audit in audits]
    coverage = Coverage(
        equalities=sum(each.equalities for each in covered),
        checked=sum(each.checked for each in covered),
        symbolic=sum(each.symbolic for each in covered),
        unread=tuple(unread for each in covered for unread in each.unread),
        hidden_digits=tuple(hidden for each in covered for hidden in each.hidden_digits),
        truncated=tuple(cut for each in covered for cut in each.truncated),
    )
    return Audit(coverage, tuple(findings))
