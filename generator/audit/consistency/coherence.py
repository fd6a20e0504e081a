"""Pages that are no one worked example: what rests on the values of their symbols is uncertain.

On a worked example about every second line that is checked puts in the values that its symbols
have. Notes on many things seldom do: there `x` and `y` are others in each paragraph.
"""

from __future__ import annotations

from dataclasses import replace

from generator.audit.findings import Audit, Finding, Unread

LONG = 20  # equalities that are checked; of fewer, the part that puts in values says nothing
SELDOM = 0.25  # such numbers and results for each equality that is checked
DOUBT = "this page seldom puts in the values of its symbols: it may be about something else"


def without_doubtful(audit: Audit, confirmed: int) -> Audit:
    """The audit; where symbols seldom keep their values, what rests on these is listed as unread.

    confirmed: how many numbers that were put in, and results, are those of the page's values.
    """
    coverage = audit.coverage
    if coverage.checked < LONG or confirmed >= SELDOM * coverage.checked:
        return audit
    kept = [number for number, each in enumerate(audit.findings) if not _rests(each, audit)]
    places = {number: place for place, number in enumerate(kept)}
    doubtful = {
        Unread(each.line, each.column, each.quote, DOUBT)
        for number, each in enumerate(audit.findings)
        if number not in places
    }
    unread = sorted([*coverage.unread, *doubtful], key=lambda each: (each.line, each.column))
    checked = max(0, coverage.checked - len(doubtful))
    equalities = checked + coverage.symbolic + len(unread)
    return Audit(
        replace(coverage, equalities=equalities, checked=checked, unread=tuple(unread)),
        tuple(
            replace(each, root=None if each.root is None else places[each.root])
            for each in (audit.findings[number] for number in kept)
        ),
    )


def _rests(finding: Finding, audit: Audit) -> bool:
    """Whether a finding, or the one that it follows from, rests on the values of symbols."""
    root = finding if finding.root is None else audit.findings[finding.root]
    return root.kind in ("substitution", "symbol") or root.by_values
