"""Writes docs/errata.md: what the auditor finds in this project's source and in Mazur's figures.

    python -m tests.audit.errata

The source is not ours to publish; it is read from beside the repository.
"""

from __future__ import annotations

from pathlib import Path

from generator.audit import Audit, audit_reading, read, read_source
from generator.audit.against.check import against
from generator.audit.report import errata
from generator.expected import network_of

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared/source-example.md"
MAZUR = ROOT / "tests/audit/pages/mazur-figures.md"
PAGE = ROOT / "docs/errata.md"

INTRODUCTION = """\
---
search:
  exclude: true # formulas as others typed them
---

# Errata

Written by the auditor, not by hand: `python -m tests.audit.errata` makes this page again from
what `python -m generator audit PAGE.md --against NET.yaml` finds. Only formulas are quoted. A root
stands with everything that only carries it on; a cause is named where it gives exactly the printed
digits. [How the auditor works](guides/auditing.md).
"""

OF_SOURCE = """\
## The example that this project began with

An unfinished rewrite of Mazur's post with other names and another first bias. The network with
every value, right and complete: [its page](examples/source.md). Lines are those of the original
file.
"""

OF_MAZUR = """\
## Matt Mazur's step by step example

The figures of [the post](https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/),
held against [the same network](examples/mazur.md). Lines are those of
`tests/audit/pages/mazur-figures.md`, which repeats his figures in our words.
"""


def page() -> str:
    """The whole errata page."""
    parts = [INTRODUCTION]
    for introduction, document, network in (
        (OF_SOURCE, SOURCE, "source"),
        (OF_MAZUR, MAZUR, "mazur"),
    ):
        parts += [introduction, "\n".join(errata(audited(document, network), "###")) + "\n"]
    return "\n".join(parts)


def audited(document: Path, network: str) -> Audit:
    """The audit of a document against one of the examples' networks."""
    text = (ROOT / f"docs/examples/{network}.yaml").read_text(encoding="utf-8")
    reading = read(read_source(document.read_text(encoding="utf-8"), document.suffix))
    return against(reading, audit_reading(reading), network_of(text))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
