"""Which numbers one side of a chain puts in for which symbols of the side before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from generator.algebra.expression import children, expanded, quantities_in
from generator.audit.reading.names import shape
from generator.audit.reading.values import printed_number
from generator.audit.rounding import same_value

Pair = tuple[Expression, Decimal]
Part = TypeVar("Part", bound=Expression)


def substituted(before: Expression, after: Expression) -> list[tuple[Quantity, Decimal]] | None:
    """The numbers that stand in the second tree for symbols of the first; None if they differ."""
    pairs = put_in(before, after, allows_results=False)
    if pairs is None:
        return None
    return [(symbol, number) for symbol, number in pairs if isinstance(symbol, Quantity)]


def put_in(before: Expression, after: Expression, *, allows_results: bool) -> list[Pair] | None:
    """The numbers of the second tree that stand for symbols of the first.

    allows_results: a number may also stand for a part of the first tree that was worked
    out already; that part is then paired with it.
    """
    if before is after:
        return []
    number = number_in(after)
    if isinstance(before, Quantity):
        return None if number is None else [(before, number)]
    if isinstance(before, Constant):
        return [] if number is not None and number == before.value else None
    if isinstance(after, Product) and number is not None and not _has_power_of_ten(before):
        return [(before, number)] if allows_results and has_symbols(before) else None
    if isinstance(before, Negative) and not isinstance(after, Negative):
        positive = _without_leading_minus(after)
        if positive is None and allows_results and number is not None:
            return put_in(before.operand, Constant(-number), allows_results=True)
        if positive is None:
            return None
        return put_in(before.operand, positive, allows_results=allows_results)
    if isinstance(after, Negative) and not isinstance(before, Negative) and allows_results:
        positive = _without_leading_minus(before)
        if positive is not None:
            return put_in(positive, after.operand, allows_results=True)
        negative = _with_leading_minus(after.operand)
        if negative is not None and type(before) is type(negative):
            return put_in(before, negative, allows_results=True)
    found = _part_by_part(before, after, allows_results=allows_results)
    if found is None and allows_results:
        found = _otherwise(before, after, number)
    return found


def in_order(
    formula: Expression,
    pairs: Iterable[tuple[Part, Decimal]],
    value: Callable[[Quantity], Decimal | None],
) -> list[tuple[Part, Decimal]]:
    """The pairs, two factors exchanged where their numbers stand the other way round.

    `w x = 2 · 0.5`, where x is 2: people write the factors of a product in any order.
    value: what a symbol is known to be; None where it is not.
    """
    found = list(pairs)
    for product in _products(formula):
        factors = [
            (at, part)
            for at, (part, _) in enumerate(found)
            if isinstance(part, Quantity) and part in product.factors
        ]
        names = {shape(str(symbol.name)) for _, symbol in factors}
        if len(factors) == len(names) == 2:  # y_1 before the value of y_2 is a slip
            (one, first), (other, second) = factors
            number, its = found[one][1], found[other][1]
            is_there = _fits(value(first), number, its), _fits(value(second), its, number)
            if False not in is_there and True in is_there:
                found[one], found[other] = (found[one][0], its), (found[other][0], number)
    return found


def exchanged(lines: Iterable[tuple[Expression, Expression]]) -> dict[Quantity, Decimal]:
    """Symbols whose number always stands where the other factor does: the x of all weights.

    Of `w_1 x = 0.05 · 0.15` and `w_3 x = 0.05 · 0.25`, x is 0.05, not two numbers.

    lines: the two sides of each line, in symbols and with the numbers put in.
    """
    own: dict[Quantity, set[Decimal]] = defaultdict(set)
    others: dict[Quantity, dict[Quantity, Decimal]] = defaultdict(dict)
    for before, after in lines:
        numbers = dict(substituted(before, after) or ())
        for product in _products(before):
            factors = [
                each for each in product.factors if isinstance(each, Quantity) and each in numbers
            ]
            if len(factors) == len({shape(str(each.name)) for each in factors}) == 2:
                for one, other in (factors, factors[::-1]):
                    own[one].add(numbers[one])
                    others[one][other] = numbers[other]
    return {
        symbol: next(iter(theirs.values()))
        for symbol, theirs in others.items()
        if len(theirs) > 1 and len(set(theirs.values())) == 1 < len(own[symbol])
    }


def _fits(known: Decimal | None, here: Decimal, there: Decimal) -> bool | None:
    """Whether a symbol has the number of another place, not that of its own; None: unknown."""
    return None if known is None else same_value(known, there) and not same_value(known, here)


def _products(node: Expression) -> Iterator[Product]:
    if isinstance(node, Product):
        yield node
    for part in children(node):
        yield from _products(part)


def _terms(node: Expression) -> tuple[Expression, ...]:
    """The terms of a sum, those of sums in brackets included."""
    if not isinstance(node, Sum):
        return (node,)
    return tuple(term for part in node.terms for term in _terms(part))


def number_in(node: Expression) -> Decimal | None:
    """A printed number, a power of ten included."""
    match node:
        case Power(Constant(base), Constant(power)) if base == 10 and abs(power) < 100:
            return Decimal(1).scaleb(int(power))
        case Product((Constant(first), Power() as power)):
            scale = number_in(power)
            return None if scale is None else first * scale
    return printed_number(node)


def _has_power_of_ten(node: Expression) -> bool:
    return any(isinstance(each, Power) and number_in(each) is not None for each in children(node))


def written_out(call: Call) -> Expression | None:
    """A call by its function's definition; None where that turns on what its argument is worth."""
    try:
        return expanded(call)
    except ArithmeticError:
        return None


def has_symbols(expression: Expression) -> bool:
    return next(quantities_in(expression), None) is not None


def _part_by_part(
    before: Expression, after: Expression, *, allows_results: bool
) -> list[Pair] | None:
    if type(before) is not type(after) or len(children(before)) != len(children(after)):
        return None
    if isinstance(before, Call) and isinstance(after, Call) and before.function != after.function:
        return None
    found: list[Pair] = []
    for part, other in zip(children(before), _aligned(before, after), strict=True):
        pairs = put_in(part, other, allows_results=allows_results)
        if pairs is None:
            return None
        found += pairs
    return found


def _aligned(before: Expression, after: Expression) -> list[Expression]:
    """The parts of a product or sum, a number that stands in both where it stands before."""
    parts, others = children(before), list(children(after))
    for at, part in enumerate(parts) if isinstance(before, Product | Sum) else ():
        if part != others[at] and not has_symbols(part) and part in others:
            there = others.index(part)
            if parts[there] != part:
                others[at], others[there] = others[there], others[at]
    return others


def _otherwise(before: Expression, after: Expression, number: Decimal | None) -> list[Pair] | None:
    """The looser ways in which people put numbers in."""
    if number is not None and has_symbols(before):
        return [(before, number)]
    if number is not None and not isinstance(before, Constant):
        return [(before, number)]
    if isinstance(before, Call) and not isinstance(after, Call):
        definition = written_out(before)
        if definition is not None and type(definition) is not Call:
            return put_in(definition, after, allows_results=True)
    if isinstance(after, Call) and isinstance(before, Quotient):
        definition = written_out(after)
        if isinstance(definition, Quotient):
            return put_in(before, definition, allows_results=True)
    if isinstance(before, Sum) and isinstance(after, Sum):
        flat, other = Sum(_terms(before)), Sum(_terms(after))
        if len(flat.terms) + len(other.terms) > len(before.terms) + len(after.terms):
            return put_in(flat, other, allows_results=True)
    shorter, longer = _without_ones(before), _without_ones(after)
    if (shorter, longer) != (before, after):
        return put_in(shorter, longer, allows_results=True)
    if isinstance(before, Power) and isinstance(after, Product):
        squared = Product((before.base, before.base))
        if before.exponent == Constant(Decimal(2)) and len(after.factors) == 2:
            return _part_by_part(squared, after, allows_results=True)
    return None


def _without_ones(node: Expression) -> Expression:
    """The tree without factors 1 and terms 0 at its top."""
    neutral = {Product: 1, Sum: 0}.get(type(node))
    if neutral is None:
        return node
    parts = [each for each in children(node) if printed_number(each) != neutral]
    if len(parts) == len(children(node)) or not parts:
        return node
    if len(parts) == 1:
        return parts[0]
    return type(node)(tuple(parts))  # type: ignore[call-arg]


def _with_leading_minus(node: Expression) -> Expression | None:
    """The tree with a minus at the number that it begins with."""
    if isinstance(node, Constant):
        return Constant(node.value.copy_negate())
    if isinstance(node, Product):
        first = _with_leading_minus(node.factors[0])
        return None if first is None else Product((first, *node.factors[1:]))
    return None


def _without_leading_minus(node: Expression) -> Expression | None:
    """The tree without the minus that its first number leads with: `-0.2 · x` is -(0.2 · x)."""
    if isinstance(node, Constant) and node.value.is_signed():
        return Constant(node.value.copy_negate())
    if isinstance(node, Product):
        first = _without_leading_minus(node.factors[0])
        return None if first is None else Product((first, *node.factors[1:]))
    return None
