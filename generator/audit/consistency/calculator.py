"""Pages that keep the calculator rule are held to it: every line from its own printed digits.

Most pages round on the way, so that a last digit may be off by what is not printed. A
page that gives its values in full, or whose many lines all hold to the last digit, has
no such excuse on the one or two lines that do not.
"""

from __future__ import annotations

import re
from dataclasses import replace

from generator.audit.consistency.history import gathered
from generator.audit.equalities import PageReading, read_page
from generator.audit.findings import Audit
from generator.audit.reading.statements import Reading
from generator.audit.reading.values import FULL_DIGITS

FULL_VALUES = 6  # so many values in full make a table of them
USUAL = 0.13  # plain rounding breaks the rule on 13 % of lines, and on more

_SUM = re.compile(r"-?[\d.]+(?:\s*[-+]\s*(?:\\left)?\(?-?[\d.]+(?:\\right)?\)?)+")  # -0.01 + 0.65
KINDS = {"value": "substitution"}


def with_calculator_rule(audit: Audit, reading: Reading) -> Audit:
    """The audit, with what breaks the calculator rule on a page that keeps it elsewhere."""
    symbols = gathered(reading).values.values()
    full = sum(
        len(value.number.as_tuple().digits) >= FULL_DIGITS
        for values in symbols
        for value in values[:1] + values[-1:]
        if value.kind == "table"
    )
    listed = sum({"table", "computed"} <= {value.kind for value in values} for values in symbols)
    if full < FULL_VALUES and audit.coverage.checked < 60:
        return audit
    strict = read_page(reading.source.text, reading.source.place)
    if not strict.findings or not _keeps_the_rule(strict, has_full_values=full >= FULL_VALUES):
        return audit
    lines = {finding.line for finding in audit.findings}
    roots = _roots_by_line(audit, reading)
    # Without a table of results a symbol may have one value before an update and one behind it.
    is_certain = max(full, listed) >= FULL_VALUES
    more = [
        replace(
            each,
            kind=KINDS.get(each.kind, each.kind),
            root=roots.get(each.line, roots.get(each.leans_on or 0)),
        )
        for each in strict.findings
        if each.line not in lines and (is_certain or each.kind not in ("value", "substitution"))
        # Elsewhere the terms of a sum may be rounded each.
        if full >= FULL_VALUES or not _SUM.fullmatch(each.printed)
    ]
    merged = sorted([*audit.findings, *more], key=lambda each: (each.line, each.column))
    places = {id(each): place for place, each in enumerate(merged)}
    order = [places[id(each)] for each in audit.findings]
    return replace(
        audit,
        findings=tuple(
            each if each.root is None else replace(each, root=order[each.root]) for each in merged
        ),
    )


def _roots_by_line(audit: Audit, reading: Reading) -> dict[int, int]:
    """The lines of each chain that has a finding, with that finding or what it follows from."""
    chains: dict[int, set[int]] = {}
    for statement in reading.statements:
        lines = {reading.place(side.start)[0] for side in statement.sides}
        for line in lines:
            chains.setdefault(line, set()).update(lines)
    found: dict[int, int] = {}
    for number, finding in enumerate(audit.findings):
        for line in chains.get(finding.line, ()):
            found.setdefault(line, number if finding.root is None else finding.root)
    return found


def _keeps_the_rule(strict: PageReading, *, has_full_values: bool) -> bool:
    found = len(strict.findings)
    if has_full_values:
        return found <= max(4, strict.checked // 25)
    return found <= USUAL / 4 * strict.checked / 2
