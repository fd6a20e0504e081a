"""How well an auditor does on documents whose errors are known.

Beside each document NAME.md, .tex or .ipynb stands NAME.expected.json:

    {"correct": false, "errors": [{"line": 14, "kind": "arithmetic", "note": "…", "root": true}]}

A line counts from 1 in the file as it is stored. `root: false` marks a line that only carries an
earlier error on, or that prints the right value where a wrong one was printed before: a finding
there counts neither for nor against.

    python -m tests.audit.score tests/audit/pages/dev [MODULE:FUNCTION]

where FUNCTION takes a path and returns findings with `line` and `kind`.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("arithmetic", "substitution", "symbol", "unfinished", "truncated")
SUFFIXES = (".md", ".tex", ".ipynb")


@dataclass(frozen=True)
class Error:
    """An error that a document is known to have."""

    document: str
    line: int
    kind: str
    note: str
    root: bool


@dataclass(frozen=True)
class Report:
    """A finding of the auditor; `message` is whatever it says of it."""

    document: str
    line: int
    kind: str
    message: str


@dataclass(frozen=True)
class Score:
    """The findings and the known errors, sorted.

    true: findings at a root error; neutral: at a line that carries one on; false: elsewhere.
    found, missed: the root errors.
    """

    true: tuple[Report, ...]
    neutral: tuple[Report, ...]
    false: tuple[Report, ...]
    found: tuple[Error, ...]
    missed: tuple[Error, ...]

    @property
    def precision(self) -> float:
        return _ratio(len(self.true), len(self.true) + len(self.false))

    @property
    def recall(self) -> float:
        return _ratio(len(self.found), len(self.found) + len(self.missed))

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """For each kind of error: how many were found, of how many."""
        found = Counter(error.kind for error in self.found)
        missed = Counter(error.kind for error in self.missed)
        return {kind: (found[kind], found[kind] + missed[kind]) for kind in KINDS}

    def __str__(self) -> str:
        lines = [
            f"precision {self.precision:.3f} ({len(self.true)} true, {len(self.false)} false, "
            f"{len(self.neutral)} carried on)",
            f"recall {self.recall:.3f} ({len(self.found)} found, {len(self.missed)} missed)",
            *(f"  {kind}: {found} of {all_}" for kind, (found, all_) in self.by_kind().items()),
            *(f"false  {r.document}:{r.line}: {r.kind}: {r.message}" for r in self.false),
            *(f"missed {e.document}:{e.line}: {e.kind}: {e.note}" for e in self.missed),
        ]
        return "\n".join(lines)


def score(audit: Callable[[Path], Iterable[Any]], directory: Path) -> Score:
    """The score of an auditor over all documents of a directory."""
    return total(
        judged(audit(document), expected(document), document.name)
        for document in documents(directory)
    )


def documents(directory: Path) -> list[Path]:
    """The documents that have an expectation beside them."""
    paths = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES)
    return [path for path in paths if expectation(path).exists()]


def expectation(document: Path) -> Path:
    return document.with_name(f"{document.stem}.expected.json")


def expected(document: Path) -> list[Error]:
    """The known errors of a document."""
    return read_errors(expectation(document), document.name)


def read_errors(path: Path, document: str) -> list[Error]:
    rows = json.loads(path.read_text(encoding="utf-8"))["errors"]
    return [Error(document, r["line"], r["kind"], r["note"], r["root"]) for r in rows]


def judged(findings: Iterable[Any], errors: Sequence[Error], document: str) -> Score:
    """The score of one document.

    A finding one line beside an error counts for it, unless that line has an error of its own:
    on a page full of errors a neighbour's finding proves nothing.
    """
    reports = [_report(finding, document) for finding in findings]
    roots = {error.line for error in errors if error.root}
    carried = {error.line for error in errors if not error.root}
    sorted_reports: dict[str, list[Report]] = {"true": [], "neutral": [], "false": []}
    for report in reports:
        sorted_reports[_verdict(report.line, roots, carried)].append(report)
    lines = {report.line for report in reports}
    free = lines - roots - carried
    found = [e for e in errors if e.root and (e.line in lines or {e.line - 1, e.line + 1} & free)]
    missed = [e for e in errors if e.root and e not in found]
    return Score(*map(tuple, sorted_reports.values()), tuple(found), tuple(missed))


def _verdict(line: int, roots: set[int], carried: set[int]) -> str:
    if line in roots:
        return "true"
    if line in carried:
        return "neutral"
    near = {line - 1, line + 1}
    return "true" if near & roots else "neutral" if near & carried else "false"


def total(scores: Iterable[Score]) -> Score:
    """Several scores as one."""
    parts = list(scores)
    return Score(
        tuple(report for part in parts for report in part.true),
        tuple(report for part in parts for report in part.neutral),
        tuple(report for part in parts for report in part.false),
        tuple(error for part in parts for error in part.found),
        tuple(error for part in parts for error in part.missed),
    )


def _report(finding: Any, document: str) -> Report:
    """A finding as an object with attributes, or as a mapping (an auditor's JSON)."""
    if isinstance(finding, dict):
        message = finding.get("message") or finding.get("quote", "")
        return Report(document, finding["line"], finding["kind"], str(message))
    quote = getattr(finding, "quote", "")
    message = f"{getattr(finding, 'message', '')} [{quote}]"
    return Report(document, finding.line, finding.kind, message)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def read_page_findings(path: Path) -> Iterable[Any]:
    """The reader of equalities as an auditor: what it finds in Markdown."""
    from generator.audit import read_page

    return read_page(path.read_text(encoding="utf-8")).findings if path.suffix == ".md" else ()


def main(directory: str, auditor: str = "tests.audit.score:read_page_findings") -> None:
    module, _, function = auditor.partition(":")
    print(score(getattr(importlib.import_module(module), function), Path(directory)))


if __name__ == "__main__":
    main(*sys.argv[1:])
