"""An audit as text for a terminal, as JSON, and as Markdown for a page of errata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

from generator.audit.findings import Audit, Finding, Unread


def as_text(audit: Audit, name: str) -> str:
    """Coverage first, then every finding: line, quote, what is printed, what is right, why."""
    return "\n".join(_text(audit, name)) + "\n"


def as_json(audit: Audit, name: str) -> str:
    """The report's fixed form; lines and columns count from 1."""
    coverage = audit.coverage
    content = {
        "file": name,
        "coverage": {
            "equalities": coverage.equalities,
            "checked": coverage.checked,
            "symbolic": coverage.symbolic,
            "unread": len(coverage.unread),
            "not_read": [asdict(each) for each in coverage.unread],
            "hidden_digits": [asdict(each) for each in coverage.hidden_digits],
            "truncated": [asdict(each) for each in coverage.truncated],
            "compared": coverage.compared,
            "unmatched": [asdict(each) for each in coverage.unmatched],
        },
        "findings": [_as_dict(finding) for finding in audit.findings],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _as_dict(finding: Finding) -> dict[str, object]:
    """A finding's public fields: not those that only the auditor itself reads."""
    inner = ("by_values", "leans_on")
    return {key: value for key, value in asdict(finding).items() if key not in inner}


def as_markdown(audit: Audit, name: str) -> str:
    """Errata: each root with what follows from it."""
    return "\n".join(_markdown(audit, name)) + "\n"


FORMATS: Mapping[str, Callable[[Audit, str], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}


def _text(audit: Audit, name: str) -> Iterator[str]:
    coverage = audit.coverage
    yield f"{name}: {_counted(coverage.equalities, 'equality', 'equalities')} read"
    yield f"  {coverage.checked} checked"
    yield f"  {coverage.symbolic} in symbols only, nothing to recompute"
    yield from _listed(coverage.unread, "not read")
    yield from _listed(coverage.hidden_digits, "right only with digits that are not printed")
    yield from _listed(coverage.truncated, "cut off instead of rounded, as everywhere on this page")
    if coverage.compared is not None:
        yield f"  {coverage.compared} values held against the network"
        yield from _listed(
            coverage.unmatched, "values not matched with the network, and not judged"
        )
    yield ""
    roots = sum(finding.root is None for finding in audit.findings)
    carried = len(audit.findings) - roots
    yield _counted(roots, "finding") + (f", and {carried} that follow from them" if carried else "")
    for number, finding in enumerate(audit.findings):
        yield ""
        yield f"[{number}] {name}:{finding.line}:{finding.column}: {finding.kind}"
        yield f"    {finding.quote}"
        yield f"    printed   {finding.printed}"
        if finding.expected is not None:
            yield f"    expected  {finding.expected}"
        yield f"    why       {finding.message}"
        if finding.cause:
            yield f"    cause     {finding.cause}"
        if finding.root is not None:
            yield f"    follows   from [{finding.root}]"


def _listed(each: Sequence[Unread], what: str) -> Iterator[str]:
    yield f"  {len(each)} {what}" + (":" if each else "")
    for one in dict.fromkeys(each):  # an equality of matrices is one for each entry
        yield f"    {one.line}:{one.column}: {one.quote}"
        yield f"        {one.reason}"


def _markdown(audit: Audit, name: str) -> Iterator[str]:
    yield f"# Errata of {name}"
    yield ""
    yield from errata(audit, "##")


def errata(audit: Audit, heading: str) -> Iterator[str]:
    """The lines of an errata page below its title, each root under a heading of its own."""
    coverage = audit.coverage
    read = _counted(coverage.equalities, "equality", "equalities")
    yield (
        f"{read} read: {coverage.checked} checked, {coverage.symbolic} in symbols only,"
        f" {len(coverage.unread)} not read."
    )
    followers: dict[int, list[Finding]] = {}
    for finding in audit.findings:
        if finding.root is not None:
            followers.setdefault(finding.root, []).append(finding)
    for index, finding in enumerate(audit.findings):
        if finding.root is None:
            yield ""
            yield f"{heading} Line {finding.line}: {finding.kind}, `{_code(finding.printed)}`"
            yield ""
            yield from _erratum(finding)
            if index in followers:
                yield "- carried on:"
                yield from map(_carried_on, followers[index])
    if coverage.unread:
        yield ""
        yield f"{heading} Not read"
        yield ""
        for each in dict.fromkeys(coverage.unread):
            yield f"- line {each.line}: `{_code(each.quote)}`: {each.reason}"


def _carried_on(finding: Finding) -> str:
    right = f", right is `{_code(finding.expected)}`" if finding.expected else ""
    return f"    - line {finding.line}: `{_code(finding.printed)}`{right}"


def _erratum(finding: Finding) -> Iterator[str]:
    yield f"- quote: `{_code(finding.quote)}`"
    yield f"- printed: `{_code(finding.printed)}`"
    if finding.expected is not None:
        yield f"- right: `{_code(finding.expected)}`"
    yield f"- why: {finding.message}"
    if finding.cause:
        yield f"- cause: {finding.cause}"


def _code(text: str) -> str:
    return text.replace("`", "'")


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
