"""The reader of worked examples: Markdown with LaTeX back to expressions, and what is wrong.

source text → formulas with places → statements (chains of equalities) → claims (a symbol
and its value) → findings → report, one frozen value a stage.
"""

from generator.audit.check import audit, audit_reading
from generator.audit.claims import Claim, claims
from generator.audit.equalities import PageReading, read_page
from generator.audit.findings import Audit, Coverage, Finding, Unread
from generator.audit.source import Source, UnusableSource, read_source
from generator.audit.statements import Reading, Statement, read

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
