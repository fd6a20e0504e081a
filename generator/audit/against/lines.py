"""The lines of a page: runs of sides that are said to be equal, sorted by what they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from generator.algebra import Expression, Negative, Product, Quantity, Sum, quantities_in
from generator.algebra.expression import children, rebuilt
from generator.audit.against.matching import Evidence, is_plain
from generator.audit.reading.latex import Side, side
from generator.audit.reading.names import Opaque
from generator.audit.reading.statements import Reading, Statement, number_of, one_line
from generator.audit.substitution import substituted

LONGEST_SYMBOL = 40  # characters of LaTeX


@dataclass(frozen=True)
class Line:
    """Sides that are said to be equal, such as `z1 = w1 x1 + b1 = 0.15 · 0.05 + 0.3 = 0.3075`."""

    statement: Statement
    sides: tuple[Side, ...]

    @property
    def start(self) -> int:
        return self.sides[0].start

    @cached_property
    def head(self) -> Quantity | None:
        """The symbol that the line is about: its first side."""
        first = self.sides[0].expression
        return first if isinstance(first, Quantity) and is_plain(first) else None

    @cached_property
    def symbolic(self) -> tuple[int, ...]:
        """The sides behind the head that have symbols in them."""
        return tuple(
            index
            for index, side in enumerate(self.sides)
            if side.expression is not None
            and (index > 0 or self.head is None)
            and next(quantities_in(side.expression), None) is not None
        )

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """The sides that are formulas in numbers."""
        return tuple(
            index
            for index, side in enumerate(self.sides)
            if side.expression is not None
            and number_of(side) is None
            and next(quantities_in(side.expression), None) is None
        )

    @cached_property
    def result(self) -> Side | None:
        """The last number of the line."""
        return next((s for s in reversed(self.sides) if number_of(s) is not None), None)

    @property
    def quote(self) -> str:
        return one_line(" = ".join(each.latex.strip() for each in self.sides))


def lines(reading: Reading) -> Iterator[Line]:
    for statement in reading.statements:
        for run in statement.chain.runs_of_equalities():
            if len(run) > 1:
                yield Line(statement, tuple(statement.sides[index] for index in run))


def evidence(reading: Reading) -> Mapping[str, Evidence]:
    """For each symbol of a page, the numbers and the formulas that it prints for it."""
    numbers: dict[str, list[Decimal]] = defaultdict(list)
    formulas: dict[str, list[Expression]] = defaultdict(list)
    names: dict[str, None] = {}
    for line in lines(reading):
        for each in line.sides:
            if each.expression is not None:
                for symbol in quantities_in(each.expression):
                    if isinstance(symbol.name, str) and not isinstance(symbol.name, Opaque):
                        names[symbol.name] = None
        definition = None
        for index in line.symbolic:
            expression = line.sides[index].expression
            assert expression is not None
            if line.head is not None and not is_plain(expression):
                formulas[str(line.head.name)].append(expression)
            definition = expression
        if line.head is not None and line.result is not None:
            number = number_of(line.result)
            assert number is not None
            numbers[str(line.head.name)].append(number)
        if definition is None and line.head is not None and formulas.get(str(line.head.name)):
            definition = formulas[str(line.head.name)][-1]
        for index in line.numeric if definition is not None else ():
            expression = line.sides[index].expression
            assert expression is not None and definition is not None
            for symbol, number in pairs(definition, expression):
                if isinstance(symbol.name, str):
                    numbers[symbol.name].append(number)
    names |= dict.fromkeys(numbers) | {name: None for _, name in mentions(reading)}
    return {
        name: Evidence(tuple(numbers.get(name, ())), tuple(formulas.get(name, ())))
        for name in names
    }


def mentions(reading: Reading) -> Iterator[tuple[int, str]]:
    """Symbols that stand alone in a formula, as prose names them."""
    for formula in reading.formulas:
        if len(formula.latex) > LONGEST_SYMBOL or re.search(r"[=<>]|\\approx", formula.latex):
            continue
        expression = side(formula.latex, 0, reading.symbols).expression
        if is_plain(expression) and isinstance(expression, Quantity):
            yield formula.start, str(expression.name)


def pairs(formula: Expression, numbers: Expression) -> list[tuple[Quantity, Decimal]]:
    """The numbers that one side puts in for the symbols of another; none if they differ in form."""
    return substituted(flat(formula), flat(numbers)) or []


def flat(node: Expression) -> Expression:
    """A tree whose sums and products have no sums and products as parts."""
    parts = tuple(flat(part) for part in children(node))
    if isinstance(node, Sum):
        return Sum(tuple(m for part in parts for m in _members(Sum, part)))
    if isinstance(node, Product):
        return Product(tuple(m for part in parts for m in _members(Product, part)))
    if isinstance(node, Negative) and isinstance(parts[0], Negative):
        return parts[0].operand
    return rebuilt(node, parts) if parts else node


def _members(kind: type[Expression], node: Expression) -> tuple[Expression, ...]:
    return children(node) if isinstance(node, kind) else (node,)
