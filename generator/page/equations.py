"""Equations: a quantity in symbols, with the numbers put in, with its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from generator.algebra import (
    Expression,
    Quantity,
    defined,
    evaluate,
    expanded,
    quantities_in,
)
from generator.algebra.expression import total
from generator.network.backward import Contribution, Gradient, derived_by_rules
from generator.network.names import Name
from generator.page.latex import write
from generator.page.notation import Symbol, Symbols
from generator.page.numbers import (
    Calculation,
    Calculations,
    calculation,
    calculations,
    latex_number,
    retraced,
    rounded,
)
from generator.page.stepwise import is_constant, is_near, number_of

AGREEMENT = Decimal("1e-20")
EQUATIONS_A_BLOCK = 4

Gradients: TypeAlias = Mapping[Quantity, Gradient]


@dataclass(frozen=True)
class Equation:
    """One chain of equalities: a left side, then rows of a relation and a right side.

    The last four are its parts by name, each there also where the rows leave it
    out: the right side in symbols, with numbers, the last relation, the result.
    """

    anchor: str
    left: str
    rows: tuple[tuple[str, str], ...]
    in_symbols: str = ""
    with_numbers: str = ""
    relation: str = ""
    result: str = ""


@dataclass(frozen=True)
class Block:
    """Related equations that share one aligned block, ready to print."""

    anchors: tuple[str, ...]
    latex: str


def block(equations: Iterable[Equation]) -> Block:
    """Equations one below the other, their relations aligned."""
    equations = tuple(equations)
    rows = [
        f"{equation.left if index == 0 else ''} &{relation} {right}".strip()
        for equation in equations
        for index, (relation, right) in enumerate(equation.rows)
    ]
    lines = " \\\\\n".join(rows)
    return Block(
        tuple(equation.anchor for equation in equations if equation.anchor),
        f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}",
    )


def blocks(equations: Sequence[Equation]) -> tuple[Block, ...]:
    """Equations a few to an aligned block."""
    starts = range(0, len(equations), EQUATIONS_A_BLOCK)
    return tuple(block(equations[start : start + EQUATIONS_A_BLOCK]) for start in starts)


@dataclass(frozen=True)
class Writer:
    """Writes quantities as equations in one notation, at one number of digits.

    is_stepwise: the quantities are rounded (see stepwise), and print as they are.
    """

    symbols: Symbols
    digits: int
    is_stepwise: bool = False

    def symbol(self, quantity: Quantity) -> str:
        return self.symbols(quantity.name).latex

    def value(self, quantity: Quantity, digits: int) -> str:
        """A value on its own: as typed if it was, else rounded."""
        return latex_number(self.number(quantity, digits))

    def number(self, quantity: Quantity, digits: int) -> Decimal:
        """The number that stands for a quantity; stepwise it has no more digits to give."""
        if self.is_stepwise and not is_constant(quantity):
            return number_of(quantity)
        return printed(quantity, digits)

    def stated(self, quantity: Quantity) -> str:
        """A quantity with its value, `w = 0.15` or rounded."""
        value = self.number(quantity, self.digits)
        relation = "=" if value == quantity.value else r"\approx"
        return f"{self.symbol(quantity)} {relation} {latex_number(value)}"

    def equation(self, quantity: Quantity) -> Equation:
        """The equation that defines a quantity: its function by name, then written out."""
        assert quantity.definition is not None, quantity
        named = expanded(quantity.definition, nameless=True)
        written_out = expanded(quantity.definition)
        forms = [self.written(named), self.written(written_out)]
        return self._equation(self.symbols(quantity.name), forms, written_out, quantity)

    def local_derivative(
        self, path: Contribution, of: Quantity, *, derived: bool = False
    ) -> Equation:
        """A consumer's derivative in one of its operands.

        derived: show first what the rules of differentiation give, before the
        textbook's form of it.
        """
        quantity = local_derivative(path, of)
        assert quantity.definition is not None and path.consumer.definition is not None
        forms = [self.written(quantity.definition)]
        if derived:
            by_rules = derived_by_rules(path, of)
            if self._agrees(by_rules, quantity):  # not where digits cancelled
                forms.insert(0, self.written(by_rules))
        return self._equation(self.symbols(quantity.name), forms, quantity.definition, quantity)

    def gradient(self, gradient: Gradient) -> Equation:
        """A gradient in short: error signals times weights or activations, summed."""
        definition = gradient.quantity.definition
        assert definition is not None, gradient
        left = self.symbols(gradient.quantity.name)
        return self._equation(left, [self.written(definition)], definition, gradient.quantity)

    def chain(self, gradients: Gradients, of: Quantity) -> Equation:
        """A gradient by the chain rule: over its paths, upstream times local derivative."""
        gradient = gradients[of].quantity
        leibniz = _leibniz(gradients, of)
        forms = [
            self.symbols.partial(gradient.name).latex,
            write(leibniz, self._partial, r" \cdot "),
        ]
        if len(gradients[of].contributions) > 1 and gradient.definition != leibniz:
            assert gradient.definition is not None, gradient
            forms.append(self.written(gradient.definition))
        return self._equation(self.symbols(gradient.name), forms, leibniz, gradient)

    def comes_to(self, definition: Expression, quantity: Quantity) -> bool:
        """Whether a short form has the number that the page gives the quantity otherwise."""
        return not self.is_stepwise or self._retraced(quantity, definition) is not None

    def shortcut(self, gradient: Gradient, definition: Expression) -> Equation:
        """A gradient's short form, which must have the value that the chain rule gave."""
        if self.is_stepwise:
            left, forms = self.symbols(gradient.quantity.name), [self.written(definition)]
            equation = self._equation(left, forms, definition, gradient.quantity)
            return replace(equation, anchor="")
        quantity = defined(gradient.quantity.name, definition)
        long = gradient.quantity.value
        if abs(quantity.value - long) > Decimal("1e-35") * max(abs(long), Decimal(1)):
            raise ArithmeticError(
                f"the shortcut of {quantity.name} is {quantity.value}, not {long}"
            )
        left = self.symbols(quantity.name)
        equation = self._equation(left, [self.written(definition)], definition, quantity)
        return replace(equation, anchor="")

    def three_factors(self, gradients: Gradients, weight: Quantity) -> Equation:
        """A weight's gradient as one chain from the loss: its error signal split once more.

        Stepwise the error signal was rounded, so the numbers go on from there.
        """
        gradient = gradients[weight].quantity
        (path,) = gradients[weight].contributions
        factors = _leibniz(gradients, path.consumer) * local_derivative(path, weight)
        forms = [write(factors, self._partial, r" \cdot ")]
        if self.is_stepwise:
            if not self._agrees(factors, gradient):
                return self.chain(gradients, weight)
            assert gradient.definition is not None, gradient
            factors = gradient.definition
            forms.append(self.written(factors))
        return self._equation(self.symbols(gradient.name), forms, factors, gradient)

    def _agrees(self, long_form: Expression, quantity: Quantity) -> bool:
        """Whether a longer form has a quantity's value, as far as the digits can tell."""
        if self.is_stepwise:
            return is_near(long_form, quantity.value)
        return abs(evaluate(long_form) - quantity.value) <= AGREEMENT * abs(quantity.value)

    def _calculation(self, quantity: Quantity, numeric: Expression) -> Calculation:
        """The line from an expression to a quantity's value, by the calculator rule."""
        if not self.is_stepwise:
            return calculation(quantity.value, numeric, self.digits, printed)
        line = self._retraced(quantity, numeric)
        if line is None:
            raise ArithmeticError(f"{quantity.name}: {numeric} comes to another number stepwise")
        return line

    def _retraced(self, quantity: Quantity, numeric: Expression) -> Calculation | None:
        return retraced(
            number_of(quantity),
            numeric,
            lambda operand, more: self.number(operand, self.digits + more),
        )

    def together(self, entries: Sequence[tuple[Quantity, Expression]]) -> Calculations | None:
        """One line for several quantities, by the calculator rule; None if it has other numbers."""
        if self.is_stepwise:
            lines = [self._retraced(quantity, entry) for quantity, entry in entries]
            done = [line for line in lines if line is not None]
            if len(done) < len(lines):
                return None
            results = tuple(line.result for line in done)
            has_hidden = any(is_constant(q) for _, entry in entries for q in quantities_in(entry))
            is_exact = all(line.is_exact for line in done) and not has_hidden
            return Calculations({}, results, is_exact)
        pairs = [(quantity.value, entry) for quantity, entry in entries]
        if any(rounded(evaluate(e), self.digits) != rounded(v, self.digits) for v, e in pairs):
            return None
        return calculations(
            pairs, self.digits, lambda q, digits: q.value if is_constant(q) else printed(q, digits)
        )

    def _equation(
        self, left: Symbol, forms: Sequence[str], numeric: Expression, quantity: Quantity
    ) -> Equation:
        """The symbolic forms, the numbers put in, the result; what repeats is left out."""
        line = self._calculation(quantity, numeric)
        result = latex_number(line.result)
        substituted = write(line.substituted, self._symbol)
        forms = [form for form in dict.fromkeys(forms) if form != left.latex]
        rows = [("=", form) for form in forms]
        if substituted not in (result, *forms):
            rows.append(("=", substituted))
        relation = "=" if line.is_exact else r"\approx"
        if result not in forms:
            rows.append((relation, result))
        in_symbols = forms[-1] if forms else left.latex
        key = self.symbols(quantity.name).key
        return Equation(key, left.latex, tuple(rows), in_symbols, substituted, relation, result)

    def line(self, expression: Expression) -> str:
        """An expression with its numbers put in and its result, on one line."""
        line = calculation(evaluate(expression), expression, self.digits, printed)
        relation = "=" if line.is_exact else r"\approx"
        result = latex_number(line.result)
        return f"{write(line.substituted, self._symbol)} {relation} {result}"

    def written(self, expression: Expression) -> str:
        return write(expression, self._symbol, self.symbols.notation.times)

    def _symbol(self, quantity: Quantity) -> Symbol:
        return self.symbols(quantity.name)

    def _partial(self, quantity: Quantity) -> Symbol:
        return self.symbols.partial(quantity.name)


def _leibniz(gradients: Gradients, of: Quantity) -> Expression:
    """The chain rule in partial derivatives: over the paths, upstream times local."""
    return total(
        [path.upstream * local_derivative(path, of) for path in gradients[of].contributions]
    )


def local_derivative(path: Contribution, of: Quantity) -> Quantity:
    """A local derivative as a quantity, also where it is no more than another's symbol."""
    name = Name("local_derivative", of=path.consumer.name, by=of.name)
    local = path.local
    return local if isinstance(local, Quantity) and local.name == name else defined(name, local)


def printed(quantity: Quantity, digits: int) -> Decimal:
    """The number that stands for a quantity: as it was typed, or rounded."""
    if quantity.definition is None:
        return quantity.value
    if isinstance(quantity.definition, Quantity):
        return printed(quantity.definition, digits)
    return rounded(quantity.value, digits)
