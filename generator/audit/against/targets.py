"""Which value of its symbol a line gives: before or after the update, of which sample."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from generator.algebra import Constant, Sum, quantities_in
from generator.audit.against.comparison import UPDATED_ROLES, Comparison, Printed
from generator.audit.against.explanations import explained
from generator.audit.against.lines import Line
from generator.audit.against.matching import Candidate, Meaning
from generator.audit.reading.statements import number_of, printed_text
from generator.audit.reading.values import as_text

BIASES_TRAINED = "the biases are trained too"  # a variant of networks that freeze some


def is_update(page: Comparison, line: Line, meaning: Meaning) -> bool:
    """Whether a line gives a parameter its new value: from itself and a gradient."""
    if meaning.slot.role not in UPDATED_ROLES or meaning.below is not None:
        return False
    if meaning.is_new:
        return True
    for index in line.symbolic:
        expression = line.sides[index].expression
        assert expression is not None
        if any(each is line.head for each in quantities_in(expression)):
            return True
    old = [c.value for c in page.matching.places.candidates(meaning) if c.step == 0]
    sums = [line.sides[index].expression for index in line.numeric]
    return any(
        isinstance(each, Sum) and isinstance(each.terms[0], Constant) and each.terms[0].value in old
        for each in sums
    )


def is_frozen(page: Comparison, meaning: Meaning) -> bool:
    """Whether the network has no new value of a parameter."""
    candidates = page.matching.places.candidates(meaning)
    is_parameter = meaning.slot.role in UPDATED_ROLES and meaning.below is None
    return is_parameter and all(each.step == 0 for each in candidates)


def moved_though_frozen(page: Comparison, line: Line, meaning: Meaning) -> None:
    """An update of a parameter that the network keeps as it is."""
    candidate = page.matching.places.candidates(meaning)[0]
    number = number_of(line.result) if line.result is not None else None
    if candidate.known is None or number == candidate.value:
        return
    cause = BIASES_TRAINED if meaning.slot.role == "bias" else None
    root = page.mistakes.get(str(cause))
    value = as_text(candidate.value)
    why = f"the network keeps it fixed at {value}, and here it is updated"
    side = line.result or line.sides[-1]
    printed = printed_text(side)
    finding = page.report(side.start, "value", line.quote, printed, value, why, cause, root)
    if cause is not None:
        page.mistakes.setdefault(cause, finding)
    if number is not None:
        page.slips[candidate.known.quantity].append(Printed(number, side.start, finding))


def target_of(page: Comparison, line: Line, meaning: Meaning, is_update: bool) -> Candidate | None:
    """Which value of its symbol a line gives; None where that is not certain."""
    candidates = page.matching.places.candidates(meaning)
    number = number_of(line.result) if line.result is not None else None
    if is_update or meaning.is_new:
        candidates = tuple(c for c in candidates if c.step == 1) or candidates
        if page.updates_from is None and meaning.slot.role in UPDATED_ROLES:
            page.updates_from = line.start
    samples = {c.sample for c in candidates if c.sample is not None}
    steps = {c.step for c in candidates}
    if number is not None:
        for each in sorted(candidates, key=lambda c: c.step):
            if page.is_right(each, number):
                return each
    if len(samples) > 1:
        return None
    if len(steps) == 1:
        return candidates[0]
    return _by_place(page, line, candidates, meaning, number)


def _by_place(
    page: Comparison,
    line: Line,
    candidates: Sequence[Candidate],
    meaning: Meaning,
    number: Decimal | None,
) -> Candidate | None:
    """Before or after the update, by where a line stands and what it prints."""
    old = next(c for c in candidates if c.step == 0)
    new = next(c for c in candidates if c.step == 1)
    is_behind = page.updates_from is not None and line.start > page.updates_from
    is_repeated = (
        number is not None
        and old.known is not None
        and page.printed_before(old.known.quantity, number) is not None
    )
    if not is_behind or is_repeated:
        return old
    if number is None:
        return new if meaning.slot.role in UPDATED_ROLES else None
    if new.known is not None and explained(new.known, number, page.network, {}, page.name_of):
        return new
    if meaning.slot.role in UPDATED_ROLES:
        return new
    near = min((old, new), key=lambda c: abs(c.value - number))
    return near if abs(near.value - number) <= Decimal("0.02") * abs(near.value) else None
