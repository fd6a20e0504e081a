"""What a page claims: that a symbol has an expression, a value, or both."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from generator.algebra import Expression, Quantity, quantities_in
from generator.audit.reading.statements import Reading, Statement, is_symbol, number_of, one_line
from generator.audit.reading.statements import printed_text as printed


@dataclass(frozen=True)
class Claim:
    r"""A symbol with what a page says that it is.

    symbol: its canonical LaTeX, such as `w_5`, `net_{h1}`, `\hat{y}_1` or
        `\frac{\partial E}{\partial w_5}`.
    expression: what defines it in symbols on that line, if anything does.
    substituted: that expression with numbers put in, if it is there.
    value: the number as it is printed; number: the same as a number.
    line, column: of the value, or of the symbol where there is none.
    """

    symbol: str
    expression: Expression | None
    substituted: Expression | None
    value: str | None
    number: Decimal | None
    line: int
    column: int
    quote: str
    start: int
    section: int


def claims(reading: Reading) -> tuple[Claim, ...]:
    """Every claim of a page, in its order."""
    found = []
    for statement in reading.statements:
        for run in statement.chain.runs_of_equalities():
            found += _claims_of(reading, statement, run)
    return tuple(found)


def _claims_of(reading: Reading, statement: Statement, run: range) -> list[Claim]:
    sides = [statement.sides[index] for index in run]
    heads = [each for each in sides if is_symbol(each.expression)]
    if not heads or len(sides) < 2:
        return []
    values = [each for each in sides if number_of(each) is not None]
    formulas = [
        each.expression
        for each in sides
        if each.expression is not None and not is_symbol(each.expression)
    ]
    symbolic = [each for each in formulas if set(quantities_in(each))]
    numeric = [
        each for each in formulas if not set(quantities_in(each)) and each not in _plain(sides)
    ]
    value = values[-1] if values else None
    whole = " = ".join(each.latex for each in sides)
    found = []
    for head in heads:
        assert isinstance(head.expression, Quantity)
        line, column = reading.place((value or head).start)
        found.append(
            Claim(
                symbol=str(head.expression.name),
                expression=symbolic[0] if symbolic else None,
                substituted=numeric[0] if numeric else None,
                value=printed(value) if value else None,
                number=number_of(value) if value else None,
                line=line,
                column=column,
                quote=one_line(whole),
                start=(value or head).start,
                section=statement.section,
            )
        )
    return found


def _plain(sides: list) -> list[Expression]:  # type: ignore[type-arg]
    return [each.expression for each in sides if number_of(each) is not None]
