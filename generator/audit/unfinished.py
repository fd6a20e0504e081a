"""What a page leaves open: question marks, TBC and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.audit.statements import Reading

_WORDS = re.compile(
    r"\b(?:TODO|TBC|TBD|FIXME)\b|\bXXX+\b"
    r"|\bto\s+be\s+(?:continued|done|completed|computed|calculated|added|written|determined)\b"
    r"|\b(?:not\s+(?:yet\s+)?(?:finished|done|computed)\s+yet|coming\s+soon|work\s+in\s+progress)\b"
    r"|\b(?:wird\s+fortgesetzt|Fortsetzung\s+folgt|à\s+(?:compléter|suivre|faire)|por\s+(?:hacer|completar))\b"
    r"|未完|待续|待補|待补|待定"
    r"|(?:[=≈:]|\bis)[ \t]*\?+(?=\s|[.,;|)]|$)|(?<!\?)\?{3,}",
)
_IN_FORMULA = re.compile(
    r"(?:[=≈&]|\\approx|[-+]|\\cdot|\\times|\*)\s*\\?,?\s*(?:\\text\{\s*)?\?+"
    r"|\\(?:text|mathrm|mbox)\{[^{}]*(?:TODO|TBC|TBD|\?\?)[^{}]*\}|^\s*\?+\s*$"
)


def open_ends(reading: Reading) -> Iterator[tuple[int, str]]:
    """Where a page leaves something open, and what stands there; one a line."""
    found = [(match.start(), match[0]) for match in _WORDS.finditer(reading.prose)]
    for formula in reading.formulas:
        for match in _IN_FORMULA.finditer(formula.latex):
            found.append((formula.start + match.start(), formula.latex))
    lines = set()
    for start, text in sorted(found):
        line, _ = reading.place(start)
        if line not in lines:
            lines.add(line)
            yield start, " ".join(text.split())
