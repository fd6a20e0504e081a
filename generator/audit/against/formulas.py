"""Formulas in symbols, held against the network: what each comes to with the right values."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from generator.algebra import Expression, Product, Quantity, evaluate
from generator.audit.against.comparison import Comparison, Setting, WrongFormula, numbers_in
from generator.audit.against.corrections import Correction, corrections
from generator.audit.against.lines import Line
from generator.audit.against.matching import Candidate, Meaning
from generator.audit.reading.latex import Side
from generator.audit.reading.statements import one_line, printed_text
from generator.audit.reading.values import as_text


def check_formulas(
    page: Comparison, line: Line, meaning: Meaning, is_update: bool
) -> tuple[Meaning, WrongFormula | None]:
    """Checks the sides in symbols; what the head must mean, and the formula that is wrong."""
    wrong = None
    if is_update and not meaning.is_new and line.symbolic:
        _old_is_new(page, line)
    for index in line.symbolic:
        side = line.sides[index]
        assert side.expression is not None
        trees = [
            (setting, page.translated(side.expression, setting))
            for setting in page.settings(meaning, is_update)
        ]
        read = [(setting, tree) for setting, tree in trees if tree is not None]
        heads = {setting: page.head(meaning, setting) for setting, _ in read}
        right = [tree for s, tree in read if _same(heads[s], tree)]
        if right and not isinstance(side.expression, Quantity):
            page.definitions[meaning] = right[0]
        if right or not read or (page.network.samples > 1 and meaning.sample is None):
            continue
        setting, tree = read[0]
        head = heads[setting]
        if head is not None:
            fix = _fix(page, head, meaning, tree, side, setting)
            finding = _report_formula(page, line, side, fix, head)
            wrong = WrongFormula(finding, tree, fix.tree if fix else None)
            meaning = fix.meaning if fix is not None else meaning
            page.wrong_formulas[meaning] = wrong
            if fix is not None:
                page.definitions[meaning] = tree if fix.tree is None else fix.tree
    return meaning, wrong


def _fix(
    page: Comparison,
    head: Candidate,
    meaning: Meaning,
    tree: Expression,
    side: Side,
    setting: Setting,
) -> Correction | None:
    """What the formula should be, if one change makes it right."""
    assert side.expression is not None
    factors = side.expression.factors if isinstance(side.expression, Product) else ()
    meanings = [page.matching.meaning(each.name) for each in factors if isinstance(each, Quantity)]
    chain = [each for each in meanings if each is not None and each.below is not None]
    is_chain = len(chain) == len(factors) > 1
    found = corrections(
        head, meaning, tree, chain if is_chain else [], page.matching.places, page.name_of
    )
    fix = next(found, None)
    if fix is None or not fix.chain:
        return fix
    quantities = [page.quantity(each, setting) for each in fix.chain]
    return replace(fix, tree=Product(tuple(each for each in quantities if each is not None)))


def _old_is_new(page: Comparison, line: Line) -> None:
    """`w = w - ...`: the old and the new value are one symbol."""
    assert line.head is not None
    name = str(line.head.name)
    why = f"the old and the new `{name}` are one symbol: true only if the gradient is 0"
    if "old is new" not in page.repeated:  # once a page: it is a habit, not a slip
        printed, expected = f"{name} = {name} - …", f"{name}^+ = {name} - …"
        finding = page.report(line.start, "symbol", line.quote, printed, expected, why)
        page.repeated["old is new"] = finding


def _report_formula(
    page: Comparison, line: Line, side: Side, fix: Correction | None, head: Candidate
) -> int:
    quote = one_line(f"{line.sides[0].latex.strip()} = {side.latex.strip()}")
    is_factor = fix is not None and not fix.printed
    key = fix.message if fix is not None and is_factor else quote
    root = page.repeated.get(key)
    if fix is None:
        why = f"this does not come to the network's {as_text(head.value, 6)}"
        finding = page.report(
            side.start, "symbol", quote, printed_text(side), None, why, None, root
        )
    else:
        whole = printed_text(side)
        printed, expected = fix.printed or whole, fix.expected
        if not fix.printed and expected is not None:
            expected = expected.format(whole)
        finding = page.report(
            side.start, "symbol", quote, printed, expected, fix.message, None, root
        )
    page.repeated.setdefault(key, finding)
    return finding


def _same(head: Candidate | None, tree: Expression) -> bool:
    """Whether a formula comes to what its head is, as far as its own numbers tell."""
    if head is None:
        return False
    try:
        other = evaluate(tree)
    except ArithmeticError:
        return False
    digits = [len(n.as_tuple().digits) for n in numbers_in(tree)]
    long = [count for count in digits if count > 2]
    relative = Decimal(10) ** (1 - min(long)) if long else Decimal("1e-20")
    size = max(abs(head.value), abs(other))
    return abs(head.value - other) <= relative * size + Decimal("1e-30")
