"""Numbers put in for symbols: each against the value of its quantity."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from generator.algebra import Constant, Expression, Product, Quantity, quantities_in
from generator.algebra.expression import expanded, substitute
from generator.audit.against.comparison import (
    UPDATED_ROLES,
    Comparison,
    Printed,
    Setting,
    like,
    numbers_in,
)
from generator.audit.against.lines import Line, flat, pairs
from generator.audit.against.matching import Candidate, Meaning
from generator.audit.against.results import carried, cause_of, suspect
from generator.audit.reading.latex import Side
from generator.audit.reading.statements import number_of
from generator.audit.reading.values import as_text


def check_operands(page: Comparison, line: Line, meaning: Meaning, target: Candidate) -> list[int]:
    """Checks the numbers put in; the findings behind those that are wrong."""
    causes: list[int] = []
    for index in line.numeric:
        side = line.sides[index]
        assert side.expression is not None
        put_in = _put_in(page, line, index, meaning, target)
        for quantity, number in put_in or ():
            causes += _operand(page, line, meaning, side, quantity, number)
        if put_in is None:
            causes += _reused(page, side.expression)
    return causes


def _put_in(
    page: Comparison, line: Line, index: int, meaning: Meaning, target: Candidate
) -> list[tuple[Quantity, Decimal]] | None:
    """Which number stands for which quantity, by the form that the most of them fit."""
    expression = line.sides[index].expression
    assert expression is not None
    numbers = flat(expression)
    best, fewest = None, 1 << 60
    for form in _forms(page, line, index, meaning, target):
        for put_in in (pairs(form, numbers), _in_any_order(page, form, numbers)):
            misfits = sum(not page.fits(q, n) for q, n in put_in)
            if put_in and misfits < fewest:
                best, fewest = list(dict.fromkeys(put_in)), misfits
    if best and fewest and _is_reordered(page, line, target, best):
        return []
    if best and fewest and line.head is not None and str(line.head.name).endswith("]"):
        return None  # a product of matrices has its factors in an order of its own
    return best


def _is_reordered(
    page: Comparison, line: Line, target: Candidate, put_in: list[tuple[Quantity, Decimal]]
) -> bool:
    """Whether the numbers are the right ones in another order: `δ w` for `w δ`."""
    result = number_of(line.result) if line.result is not None else None
    if result is None or not page.is_right(target, result):
        return False
    quantities = [quantity for quantity, _ in put_in]
    return all(any(page.fits(each, number) for each in quantities) for _, number in put_in)


def _in_any_order(
    page: Comparison, form: Expression, numbers: Expression
) -> list[tuple[Quantity, Decimal]]:
    """The factors of a product, each with a number that fits it; none if one has none."""
    if not isinstance(form, Product) or not isinstance(numbers, Product):
        return []
    left = [each for each in numbers.factors if isinstance(each, Constant)]
    found = []
    for factor in flat(form).factors:  # type: ignore[attr-defined]
        fitting = [
            each for each in left if isinstance(factor, Quantity) and page.fits(factor, each.value)
        ]
        if not fitting:
            return []
        left = [each for each in left if each is not fitting[0]]
        found.append((factor, fitting[0].value))
    return found if not left else []


def _forms(
    page: Comparison, line: Line, index: int, meaning: Meaning, target: Candidate
) -> Iterator[Expression]:
    """What a side in numbers may be the numbers of, over the network's quantities."""
    setting = Setting(
        target.step, 0 if meaning.slot.role in UPDATED_ROLES else target.step, target.sample
    )
    if meaning in page.definitions:
        yield page.definitions[meaning]
    for before in reversed([i for i in line.symbolic if i < index]):
        expression = line.sides[before].expression
        assert expression is not None
        tree = page.translated(expression, setting)
        if tree is not None and not isinstance(tree, Quantity):
            yield tree
    if target.known is not None and target.known.quantity.definition is not None:
        definition = target.known.quantity.definition
        for other, tree in list(page.definitions.items()):
            same = (other.slot.role, other.slot.layer) == (
                meaning.slot.role,
                meaning.slot.layer,
            )
            if same and other.below is None and meaning.below is None and other != meaning:
                turned = _transferred(page, other, tree, definition)
                if turned is not None:
                    yield turned
        yield definition
        yield expanded(definition)


def _transferred(
    page: Comparison, other: Meaning, tree: Expression, definition: Expression
) -> Expression | None:
    """The formula of one unit with another one's quantities in their places."""
    source = page.pick(page.matching.places.candidates(other), 0, None)
    if source is None or source.known is None or source.known.quantity.definition is None:
        return None
    mine = list(quantities_in(source.known.quantity.definition))
    yours = list(quantities_in(definition))
    if len(mine) != len(yours):
        return None
    by = dict(zip(mine, yours, strict=True))
    if any(q not in by for q in quantities_in(tree)):
        return None
    return substitute(tree, by)


def _operand(
    page: Comparison, line: Line, meaning: Meaning, side: Side, quantity: Quantity, number: Decimal
) -> list[int]:
    """One number put in for a quantity; the finding behind it if it is wrong."""
    if page.fits(quantity, number):
        return []
    before = page.printed_before(quantity, number)
    if before is not None:
        return [before.finding] if before.finding is not None else []
    wrong = page.wrong_formulas.get(meaning)
    root, cause = None, None
    if wrong is not None and wrong.explains(quantity, number):
        root = page.root_of(wrong.finding)
    known = page.network.by_quantity.get(quantity)
    if root is None and known is not None:
        root = carried(page, known, number, [])
        if root is not None:
            return [root]
    if root is None:
        owner = _owner(page, number, quantity)
        cause = f"{as_text(number)} is {owner}" if owner else None
        if cause is None and known is not None:
            root, cause = cause_of(page, known, number)
    name, expected = page.name_of(quantity), like(quantity.value, number)
    why = f"`{name}` is {expected}, not {as_text(number)}"
    finding = page.report(
        side.start, "substitution", line.quote, as_text(number), expected, why, cause, root
    )
    page.slips[quantity].append(Printed(number, side.start, finding))
    if root is None and known is not None:
        suspect(page, known, number, finding)
    return [finding]


def _reused(page: Comparison, expression: Expression) -> list[int]:
    """The findings behind numbers of a formula that are printed wrong above."""
    wrong = {
        abs(each.number): each.finding
        for all_ in page.printed.values()
        for each in all_
        if each.finding is not None
    }
    return [wrong[abs(n)] for n in numbers_in(expression) if abs(n) in wrong]


def _owner(page: Comparison, number: Decimal, not_of: Quantity) -> str | None:
    """Another quantity with just that value, as the page calls it."""
    if len(number.as_tuple().digits) < 2 and number in (0, 1, 2):
        return None
    for quantity, all_ in page.printed.items():
        if quantity is not not_of and any(each.number == number for each in all_):
            return f"the printed `{page.name_of(quantity)}`"
    kinds = {each.role for each in page.network.knowns if each.quantity is not_of}
    for known in page.network.knowns:
        alike = known.role in kinds and known.step == 0
        if alike and known.quantity is not not_of and known.value == number:
            return f"`{page.name_of(known.quantity)}`"
    return None
