"""Local derivatives: one reverse sweep of a definition gives all of its partials."""

from __future__ import annotations

from generator.algebra.expression import (
    ONE,
    Call,
    Constant,
    Expression,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    multiply,
    total,
)


def local_derivatives(
    definition: Expression, output: Quantity | None = None, *, textbook: bool = True
) -> dict[Quantity, Expression]:
    """The derivative of `definition` in each quantity that it reads.

    output: the quantity that the definition defines; a textbook's rule such as
        a(1 - a) then names it instead of repeating its definition.
    textbook: use the derivatives that the tables state; False derives every
        function from its defining expression (the rules below and the
        primitives' own).
    """
    found: dict[Quantity, list[Expression]] = {}

    def sweep(node: Expression, upstream: Expression, output: Expression) -> None:
        match node:
            case Quantity():
                found.setdefault(node, []).append(upstream)
            case Constant():
                pass
            case Negative(operand):
                sweep(operand, -upstream, operand)
            case Sum(terms):
                for term in terms:
                    sweep(term, upstream, term)
            case Product(factors):
                for i, factor in enumerate(factors):
                    others: Expression = ONE
                    for other in factors[:i] + factors[i + 1 :]:
                        others = multiply(others, other)
                    sweep(factor, upstream * others, factor)
            case Quotient(numerator, denominator):
                sweep(numerator, upstream / denominator, numerator)
                sweep(denominator, -(upstream * numerator) / denominator**2, denominator)
            case Power(base, Constant(value)):
                sweep(base, upstream * value * base ** (value - 1), base)
            case Power(base, Negative(Constant(value))):
                sweep(base, upstream * -value * base ** (-value - 1), base)
            case Call(function, arguments):
                derivative = function.derivative
                if function.expression is not None and not (textbook and derivative):
                    written_out = function.expression(*arguments)
                    sweep(written_out, upstream, written_out)
                else:
                    if derivative is None:
                        raise TypeError(f"no derivative is entered for {function.name}")
                    for argument, local in zip(
                        arguments, derivative(*arguments, output), strict=True
                    ):
                        sweep(argument, _times(upstream, local), argument)
            case _:
                raise TypeError(f"no derivative rule for {node!r}")

    sweep(definition, ONE, definition if output is None else output)
    return {quantity: total(terms) for quantity, terms in found.items()}


def _times(upstream: Expression, local: Expression) -> Expression:
    """Upstream times local; (1/d) x reads better as x/d."""
    match upstream:
        case Negative(inner):
            return -_times(inner, local)
        case Quotient(Constant(numerator), denominator) if numerator == 1:
            return local / denominator  # type: ignore[no-any-return]
    return upstream * local  # type: ignore[no-any-return]
