"""A page held against a network: every value, every formula, every number put in.

Symbols whose meaning is certain are judged by the network's own quantities; the others are
listed. A wrong value has the cause that reproduces its digits, or the finding that it
carries on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import localcontext

from generator.algebra.number import GUARDED
from generator.audit.against.comparison import Comparison
from generator.audit.against.formulas import check_formulas
from generator.audit.against.lines import Line
from generator.audit.against.missing import missing
from generator.audit.against.network import Network
from generator.audit.against.operands import check_operands
from generator.audit.against.results import check_result
from generator.audit.against.targets import is_frozen, is_update, moved_though_frozen, target_of
from generator.audit.findings import Audit, Finding, Unread
from generator.audit.reading.statements import Reading


def against(reading: Reading, own: Audit, network: Network) -> Audit:
    """The audit of a page by a network, with what the page alone tells."""
    with localcontext(GUARDED):
        page = Comparison(reading, network)
        for line in page.lines:
            _check_line(page, line)
        for start, kind, quote, printed, expected, message, key in missing(page):
            root = page.repeated.get(key)
            finding = page.report(start, kind, quote, printed, expected, message, None, root)
            page.repeated.setdefault(key, finding)
        return merged(own, page.findings(), page)


def _check_line(page: Comparison, line: Line) -> None:
    """One line: its formulas, the numbers put in, its result."""
    if line.head is None:
        return
    meaning = page.matching.meaning(line.head.name)
    if meaning is None or not page.matching.places.candidates(meaning):
        if line.result is not None:
            at = page.reading.place(line.start)
            why = f"which quantity of the network `{line.head.name}` is, is not certain"
            page.unmatched.append(Unread(*at, line.quote, why))
        return
    before = len(page.found)
    updates = is_update(page, line, meaning)
    if updates and is_frozen(page, meaning):
        moved_though_frozen(page, line, meaning)
        return
    meaning, formula = check_formulas(page, line, meaning, updates)
    target = target_of(page, line, meaning, updates)
    if target is not None:
        operands = check_operands(page, line, meaning, target)
        check_result(page, line, meaning, target, formula, operands)
    if len(page.found) == before and target is not None:
        page.judged_right.add(page.reading.place(line.start)[0])


def merged(own: Audit, found: list[tuple[Finding, int]], page: Comparison) -> Audit:
    """An audit by the page alone with what its network adds to it.

    A finding of the page alone is left out where the network's speaks of the same, or knows
    that the line is right; in a chain with a wrong formula it follows from that.
    """
    taken = {(each.line, each.printed) for each, _ in found}
    lines = {each.line for each, _ in found}
    open_lines = {each.line for each, _ in found if each.kind == "unfinished"}
    formulas = {
        statement: index
        for index, (each, statement) in reversed(list(enumerate(found)))
        if each.kind == "symbol"
    }

    def is_settled(each: Finding) -> bool:
        if each.kind == "unfinished":
            return each.line in open_lines
        is_number = re.fullmatch(r"[-−+]?[\d.,]+", each.printed)
        if page.statement_at((each.line, each.column)) in formulas and not is_number:
            return True
        if each.kind in ("substitution", "symbol"):
            return each.line in lines or each.line in page.judged_right
        return (each.line, each.printed) in taken

    rows: list[tuple[Finding, int, int | None]] = []  # a finding, its number, its root's
    kept: dict[int, int] = {}  # where each finding of the page alone, or what settles it, is
    first_on = {each.line: index for index, (each, _) in reversed(list(enumerate(found)))}
    for index, (each, _) in enumerate(found):
        rows.append((each, index, each.root))
    for index, each in enumerate(own.findings):
        if is_settled(each):
            if each.line in first_on:
                kept[index] = first_on[each.line]
            continue
        kept[index] = len(rows)
        root = kept.get(each.root) if each.root is not None else None
        if root is None and each.kind != "unfinished":
            root = formulas.get(page.statement_at((each.line, each.column)))
        if root is not None and rows[root][2] is not None:
            root = rows[root][2]
        rows.append((each, len(rows), root))
    order = sorted(rows, key=lambda row: (row[0].line, row[0].column, row[1]))
    place = {old: new for new, (_, old, _) in enumerate(order)}
    findings = tuple(
        replace(each, root=place[root] if root is not None else None) for each, _, root in order
    )
    coverage = replace(own.coverage, compared=page.compared, unmatched=tuple(page.unmatched))
    return Audit(coverage, findings)
