"""Named explanations of a wrong number: the one that gives the printed digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

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
    evaluate,
)
from generator.algebra.expression import children, rebuilt
from generator.audit.reading.values import half_unit, place
from generator.audit.rounding import significant

MAX_NODES = 120  # of a tree that explanations are tried on

Named = tuple[str, Decimal]


def cause_of_result(tree: Expression, printed: Decimal, others: Iterable[Named]) -> str | None:
    """What was done to a tree in numbers, if that gives the printed result."""
    try:
        right = evaluate(tree)
    except ArithmeticError:
        return None
    simple = cause_of_digits(printed, right)
    if simple in ("the sign", "the decimal point"):
        return simple
    if significant(printed) >= 2 and _size(tree) <= MAX_NODES:
        for cause, changed in _changed(tree):
            if _gives(changed, printed):
                return cause
        if significant(printed) >= 3:
            for cause, changed in _with_other_numbers(tree, list(others)):
                if _gives(changed, printed):
                    return cause
    return simple


def cause_of_digits(printed: Decimal, right: Decimal) -> str | None:
    """How a number differs from the right one, seen only from its digits."""
    half = half_unit(printed)
    if not right or not printed:
        return None
    if abs(printed + right) <= half:
        return "the sign"
    for shift in (-3, -2, -1, 1, 2, 3):
        if significant(printed) > 1 and abs(printed - right.scaleb(shift)) <= half:
            return "the decimal point"
    if abs(right.adjusted() - printed.adjusted()) > 1:
        return None
    digits = str(abs(printed))
    rounded = str(abs(round(right, -place(printed)))) if place(printed) > -40 else ""
    if len(digits) == len(rounded) and significant(printed) > 1:
        differ = [
            i for i, pair in enumerate(zip(digits, rounded, strict=True)) if len(set(pair)) > 1
        ]
        if len(differ) == 1:
            return "one digit"
        if len(differ) == 2 and sorted(digits) == sorted(rounded) and differ[1] - differ[0] <= 2:
            return "two digits exchanged"
    return None


def is_slip(printed: Decimal, right: Decimal) -> bool:
    """Whether a number looks like a slip in copying another."""
    return cause_of_digits(printed, right) is not None


def _gives(tree: Expression, printed: Decimal) -> bool:
    try:
        value = evaluate(tree)
        return value.is_finite() and abs(value - printed) <= half_unit(printed)
    except ArithmeticError:
        return False


def _size(tree: Expression) -> int:
    count, stack = 0, [tree]
    while stack and count <= MAX_NODES:
        count += 1
        stack.extend(children(stack.pop()))
    return count


def _changed(tree: Expression) -> Iterator[tuple[str, Expression]]:
    """The tree with one thing done wrong at one place, likely things first."""
    for rule in (_dropped_terms, _signs, _dropped_factors, _powers):
        yield from _everywhere(tree, rule)


def _everywhere(node: Expression, rule) -> Iterator[tuple[str, Expression]]:  # type: ignore[no-untyped-def]
    yield from rule(node)
    parts = children(node)
    for index, part in enumerate(parts):
        for cause, changed in _everywhere(part, rule):
            yield cause, rebuilt(node, (*parts[:index], changed, *parts[index + 1 :]))


def _dropped_terms(node: Expression) -> Iterator[tuple[str, Expression]]:
    if isinstance(node, Sum) and len(node.terms) > 1:
        for index in range(len(node.terms)):
            rest = node.terms[:index] + node.terms[index + 1 :]
            yield (
                f"the term {_text(node.terms[index])} left out",
                rest[0] if len(rest) == 1 else Sum(rest),
            )


def _signs(node: Expression) -> Iterator[tuple[str, Expression]]:
    if isinstance(node, Sum):
        for index, term in enumerate(node.terms):
            turned = term.operand if isinstance(term, Negative) else Negative(term)
            yield "a sign", Sum((*node.terms[:index], turned, *node.terms[index + 1 :]))
    elif isinstance(node, Constant) and node.value.is_signed():
        yield "a sign", Constant(-node.value)
    elif isinstance(node, Call):
        yield "a sign", Call(node.function, tuple(map(Negative, node.arguments)))


def _dropped_factors(node: Expression) -> Iterator[tuple[str, Expression]]:
    if isinstance(node, Product):
        for index, factor in enumerate(node.factors):
            rest = node.factors[:index] + node.factors[index + 1 :]
            yield (
                f"the factor {_text(factor)} left out",
                rest[0] if len(rest) == 1 else Product(rest),
            )
            yield f"the factor {_text(factor)} twice", Product((*node.factors, factor))
    elif isinstance(node, Quotient):
        yield f"the factor 1/{_text(node.denominator)} left out", node.numerator
        yield "a fraction upside down", Quotient(node.denominator, node.numerator)


def _powers(node: Expression) -> Iterator[tuple[str, Expression]]:
    if isinstance(node, Power):
        yield "the exponent left out", node.base
        yield "a product with the exponent instead of a power", Product((node.base, node.exponent))
    elif isinstance(node, Sum) and len(node.terms) == 2:
        yield "a product instead of a sum", Product(node.terms)


def _with_other_numbers(tree: Expression, others: list[Named]) -> Iterator[tuple[str, Expression]]:
    """The tree with one of its numbers replaced by another symbol's."""

    def rule(node: Expression) -> Iterator[tuple[str, Expression]]:
        if isinstance(node, Constant):
            for name, number in others:
                if number != node.value:
                    text = f"{number}, the value of `{name}`, for {node.value}"
                    yield text, Constant(number)

    if len(others) * _size(tree) <= 2_000:
        yield from _everywhere(tree, rule)


def _text(node: Expression) -> str:
    if isinstance(node, Constant):
        return str(node.value)
    if isinstance(node, Quantity):
        return f"`{node.name}`"
    if isinstance(node, Negative):
        return f"-{_text(node.operand)}"
    if isinstance(node, Product):
        return " · ".join(map(_text, node.factors))
    if isinstance(node, Quotient):
        return f"{_text(node.numerator)}/{_text(node.denominator)}"
    if isinstance(node, Power):
        return f"{_text(node.base)}^{_text(node.exponent)}"
    if isinstance(node, Sum):
        return f"({' + '.join(map(_text, node.terms))})"
    return "in brackets"
