"""Results: each against the network, with what it carries on or the mistake that gives it."""

from __future__ import annotations

from decimal import Decimal

from generator.algebra import quantities_in
from generator.audit.against.comparison import Comparison, Printed, WrongFormula, like
from generator.audit.against.explanations import explained
from generator.audit.against.lines import Line
from generator.audit.against.matching import Candidate, Meaning
from generator.audit.against.network import Known, Variant, recomputed
from generator.audit.reading.statements import number_of
from generator.audit.reading.values import as_text, is_rounding


def check_result(
    page: Comparison,
    line: Line,
    meaning: Meaning,
    target: Candidate,
    formula: WrongFormula | None,
    operands: list[int],
) -> None:
    side = line.result
    number = number_of(side) if side is not None else None
    if side is None or number is None:
        return
    quantity = page.as_quantity(target, meaning)
    page.compared += 1
    if page.is_right(target, number):
        page.printed[quantity].append(Printed(number, side.start, None))
        return
    behind = _behind(page, target, number, operands)
    if behind is None and formula is not None and formula.gives(number):
        behind = page.root_of(formula.finding)
    expected = like(target.value, number)
    why, cause = f"the network gives {expected}", None
    if behind is not None:
        why = f"{why}; it carries an earlier error on"
    elif target.known is not None:
        behind, cause = cause_of(page, target.known, number)
    finding = page.report(
        side.start, "value", line.quote, as_text(number), expected, why, cause, behind
    )
    if behind is None and target.known is not None:
        suspect(page, target.known, number, finding)
    page.printed[quantity].append(Printed(number, side.start, finding))


def _behind(
    page: Comparison, target: Candidate, number: Decimal, operands: list[int]
) -> int | None:
    """The finding behind a wrong result, if it has one."""
    if target.known is not None:
        return carried(page, target.known, number, operands)
    return page.root_of(operands[0]) if operands else None


def cause_of(page: Comparison, known: Known, number: Decimal) -> tuple[int | None, str | None]:
    """The mistake that gives a number, and the finding that is the same mistake."""
    for variant in page.network.variants:
        is_made = variant.cause in page.mistakes and known.quantity in variant.values
        if is_made and _is_possible(page, variant):
            value = variant.values[known.quantity]
            if page.tolerance.allows(known.quantity, number, value):
                first = page.mistakes[variant.cause]
                page.found[first].cause = variant.cause
                return page.root_of(first), variant.cause
    explanation = explained(known, number, page.network, page.values(), page.name_of)
    return None, explanation.cause if explanation else None


def suspect(page: Comparison, known: Known, number: Decimal, finding: int) -> None:
    """Notes the mistakes of the whole computation that would give a number.

    The next value that one of them gives shows that it was made.
    """
    for variant in page.network.variants:
        value = variant.values.get(known.quantity)
        if value is not None and is_rounding(value, number) and _is_possible(page, variant):
            page.mistakes.setdefault(variant.cause, finding)


def _is_possible(page: Comparison, variant: Variant) -> bool:
    """Whether no right result of the page speaks against a mistake that would change it."""
    return all(
        page.tolerance.allows(quantity, each.number, variant.values[quantity])
        for quantity, all_ in page.printed.items()
        if quantity in variant.values and quantity.definition is not None
        for each in all_
        if each.finding is None
    )


def carried(page: Comparison, known: Known, number: Decimal, operands: list[int]) -> int | None:
    """The finding that a wrong number carries on, if what the page prints leads to it."""
    if operands:
        return page.root_of(max(operands, key=lambda each: page.found[each].size))
    before = page.printed_before(known.quantity, number)
    if before is not None and before.finding is not None:
        return page.root_of(before.finding)
    if known.quantity.definition is None:
        return None
    wrong = {
        quantity: all_[-1]
        for quantity, all_ in page.printed.items()
        if all_[-1].finding is not None and quantity is not known.quantity
    }
    if not wrong:
        return None
    values = page.values()
    values.pop(known.quantity, None)
    try:
        came = recomputed([known.quantity], values)[known.quantity]
    except ArithmeticError:
        return None
    if came == known.value or not page.tolerance.allows(known.quantity, number, came):
        return None
    effects: dict[int, Decimal] = {}
    for quantity, each in wrong.items():
        without = {q: v for q, v in values.items() if q is not quantity}
        moved = abs(recomputed([known.quantity], without)[known.quantity] - came)
        assert each.finding is not None
        effects[each.finding] = max(moved, effects.get(each.finding, moved))
    largest = max(effects, key=lambda each: effects[each])
    if not effects[largest]:  # two wrong values agree with each other
        direct = [wrong[q].finding for q in quantities_in(known.quantity.definition) if q in wrong]
        largest = next((each for each in direct if each is not None), largest)
    return page.root_of(largest)
