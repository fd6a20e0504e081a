"""The reader of worked examples: Markdown with LaTeX back to expressions, and what is wrong.

source text → formulas with places → statements (chains of equalities) → findings → report,
one frozen value a stage. `reading` goes as far as the statements; `consistency` holds a page
against itself, `against` against a network. `equalities` reads our own pages back, strictly.
"""

from generator.audit.claims import Claim, claims
from generator.audit.consistency.check import audit, audit_reading
from generator.audit.equalities import PageReading, read_page
from generator.audit.findings import Audit, Coverage, Finding, Unread
from generator.audit.reading.source import Source, UnusableSource, read_source
from generator.audit.reading.statements import Reading, Statement, read

__all__ = [
    "Audit",
    "Claim",
    "Coverage",
    "Finding",
    "PageReading",
    "Reading",
    "Source",
    "Statement",
    "Unread",
    "UnusableSource",
    "audit",
    "audit_reading",
    "claims",
    "read",
    "read_page",
    "read_source",
]
