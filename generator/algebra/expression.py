"""The expression tree: constants, signs, sums, products, quotients, powers, calls, quantities.

Arithmetic on expressions builds trees and folds only 0, 1 and signs; it never
reorders what its author wrote. A quantity cuts the tree: an expression reads
as far as the named quantities in it and no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from generator.algebra.code import Code

FloatArray: TypeAlias = NDArray[np.float64]
ObjectArray: TypeAlias = NDArray[np.object_]


class Expression:
    """One node of a tree; `+ - * / **` build larger trees.

    A branch on an expression would silently keep one side of it, so asking for
    its truth, its order or its absolute value raises TypeError. `==` tells
    whether two trees are the same, and raises for anything that is no tree.
    """

    __slots__ = ()

    def __add__(self, other: object) -> Any:
        return _binary(self, other, add)

    def __radd__(self, other: object) -> Any:
        return _binary(other, self, add)

    def __sub__(self, other: object) -> Any:
        return _binary(self, other, lambda left, right: add(left, negate(right)))

    def __rsub__(self, other: object) -> Any:
        return _binary(other, self, lambda left, right: add(left, negate(right)))

    def __mul__(self, other: object) -> Any:
        return _binary(self, other, multiply)

    def __rmul__(self, other: object) -> Any:
        return _binary(other, self, multiply)

    def __truediv__(self, other: object) -> Any:
        return _binary(self, other, divide)

    def __rtruediv__(self, other: object) -> Any:
        return _binary(other, self, divide)

    def __pow__(self, other: object) -> Any:
        return _binary(self, other, raise_to)

    def __neg__(self) -> Expression:
        return negate(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            raise TypeError(f"an expression has no value to compare with {other!r}")
        return self is other or (type(self) is type(other) and self._parts() == other._parts())

    def __hash__(self) -> int:
        return hash((type(self), self._parts()))

    def _parts(self) -> tuple[object, ...]:
        slots: tuple[str, ...] = self.__slots__
        return tuple(getattr(self, slot) for slot in slots)

    def _no_branch(self, *_: object) -> NoReturn:
        raise TypeError("a forward pass may not branch on an expression; use a table function")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __abs__ = __float__ = _no_branch


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Expression):
    """A number written in a formula; a Decimal, so its digits stay as they were typed."""

    value: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Negative(Expression):
    """Minus something."""

    operand: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Sum(Expression):
    """Terms in the order of their author; a subtracted term is a Negative."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Product(Expression):
    """Factors in the order of their author."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Quotient(Expression):
    """A fraction."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Power(Expression):
    """A base with an exponent."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expression):
    """A table function applied to its arguments."""

    function: Function
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Quantity(Expression):
    """A named value: given (no definition) or defined by an expression.

    Two quantities are the same only if they are one object. `value` is the
    decimal reading of the definition; `given` and `defined` compute it. `name` is
    whatever its owner tells it by.
    """

    name: Any
    definition: Expression | None
    value: Decimal

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            raise TypeError(f"a quantity is a symbol, not a number to compare with {other!r}")
        return self is other

    def __hash__(self) -> int:
        return id(self) >> 4

    def __repr__(self) -> str:
        return f"Quantity({self.name})"


@dataclass(frozen=True, eq=False)
class Function:
    """A table function: one entry gives its number, its LaTeX and its derivative.

    Called with float64 arrays it runs `kernel`; called with expressions, or
    object arrays of them, it builds a Call (elementwise).

    latex: a %-template with one %s for each argument, each in a place of its own
        (in parentheses or braces); None where a page always writes it out.
    kernel: its float64 reading, numerically stable, elementwise.
    slope: the float64 derivative in the last argument, elementwise. It is
        written apart from `derivative`, so that the two ledgers are two.
    expression: its definition in the algebra; None for a primitive such as exp.
    derivative: from the arguments and then the output (the textbook's form may
        use it), the derivative in each argument; None derives `expression`.
    decimal: a primitive's reading in decimal arithmetic.
    parameters: the numbers that its formulas hold, such as a negative slope.
    corners: the last arguments at which its formula or its derivative becomes another.
    code: how it stands in a program; an activation needs it.
    """

    name: str
    latex: str | None
    kernel: Callable[..., FloatArray]
    slope: Callable[..., FloatArray]
    expression: Callable[..., Expression] | None = None
    derivative: Callable[..., tuple[Expression, ...]] | None = None
    decimal: Callable[..., Decimal] | None = None
    parameters: Mapping[str, Decimal] = field(default_factory=dict)
    corners: tuple[Decimal, ...] = ()
    code: Code | None = None

    def __call__(self, *arguments: Any) -> Any:
        if any(isinstance(a, np.ndarray) and a.dtype == object for a in arguments):
            return np.frompyfunc(self._call, len(arguments), 1)(*arguments)
        if any(isinstance(a, Expression) for a in arguments):
            return self._call(*arguments)
        return self.kernel(*arguments)

    def _call(self, *arguments: object) -> Expression:
        return Call(self, tuple(as_expression(a) for a in arguments))

    def pullback(self, gradient: FloatArray, z: FloatArray) -> FloatArray:
        """The gradient in its argument, from that in its value, in float64."""
        return gradient * self.slope(z)

    def is_written_out(self, only_nameless: bool) -> bool:
        """Whether its call gives way to its defining expression."""
        return self.expression is not None and not (only_nameless and self.latex)

    def __repr__(self) -> str:
        return self.name


ZERO = Constant(Decimal(0))
ONE = Constant(Decimal(1))
HALF = Quotient(ONE, Constant(Decimal(2)))


def as_expression(value: object) -> Expression:
    """An expression as it is; an int or a Decimal as a constant (floats have hidden digits)."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        return Negative(Constant(-number)) if number < 0 else Constant(number)
    raise TypeError(f"{value!r} is neither an expression, an int nor a Decimal")


def is_constant(node: Expression, number: int) -> bool:
    return isinstance(node, Constant) and node.value == number


def negate(node: Expression) -> Expression:
    if isinstance(node, Negative):
        return node.operand
    return node if is_constant(node, 0) else Negative(node)


def add(left: Expression, right: Expression) -> Expression:
    terms = [t for t in _members(Sum, left) + _members(Sum, right) if not is_constant(t, 0)]
    if not terms:
        return ZERO
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def multiply(left: Expression, right: Expression) -> Expression:
    left_negative, left = _sign(left)
    right_negative, right = _sign(right)
    factors = _members(Product, left) + _members(Product, right)
    if any(is_constant(f, 0) for f in factors):
        return ZERO
    factors = tuple(f for f in factors if not is_constant(f, 1))
    product = ONE if not factors else factors[0] if len(factors) == 1 else Product(factors)
    return negate(product) if left_negative != right_negative else product


def divide(numerator: Expression, denominator: Expression) -> Expression:
    above_negative, above = _sign(numerator)
    below_negative, below = _sign(denominator)
    if is_constant(above, 0) and not is_constant(below, 0):
        return ZERO
    quotient = above if is_constant(below, 1) else Quotient(above, below)
    return negate(quotient) if above_negative != below_negative else quotient


def raise_to(base: Expression, exponent: Expression) -> Expression:
    if is_constant(exponent, 0):
        return ONE
    return base if is_constant(exponent, 1) else Power(base, exponent)


def total(terms: list[Expression]) -> Expression:
    """The sum of all terms at once: linear in their number."""
    members = tuple(m for t in terms for m in _members(Sum, t) if not is_constant(m, 0))
    return ZERO if not members else members[0] if len(members) == 1 else Sum(members)


def children(node: Expression) -> tuple[Expression, ...]:
    """The parts a node is made of; a constant or a quantity has none."""
    match node:
        case Sum(parts) | Product(parts) | Call(_, parts):
            return parts
        case Quotient(first, second) | Power(first, second):
            return (first, second)
        case Negative(operand):
            return (operand,)
    return ()


def rebuilt(node: Expression, parts: tuple[Expression, ...]) -> Expression:
    """The same node over other parts, nothing folded."""
    match node:
        case Sum():
            return Sum(parts)
        case Product():
            return Product(parts)
        case Call(function, _):
            return Call(function, parts)
        case Quotient() | Power() | Negative():
            return type(node)(*parts)
    return node


def substitute(node: Expression, by: Mapping[Quantity, Expression]) -> Expression:
    """The tree with quantities replaced, nothing folded: `1 · 0.5` stays a product."""
    if isinstance(node, Quantity):
        return by.get(node, node)
    return rebuilt(node, tuple(substitute(part, by) for part in children(node)))


def expanded(node: Expression, *, nameless: bool = False) -> Expression:
    """The tree with every call that has a defining expression written out.

    nameless: only the calls of functions that have no LaTeX name.
    """
    if isinstance(node, Call) and node.function.is_written_out(nameless):
        assert node.function.expression is not None
        return expanded(node.function.expression(*node.arguments), nameless=nameless)
    return rebuilt(node, tuple(expanded(part, nameless=nameless) for part in children(node)))


def quantities_in(node: Expression) -> Iterator[Quantity]:
    """The quantities that a tree reads, left to right, one as often as it stands there."""
    rest = [node]
    while rest:
        node = rest.pop()
        if isinstance(node, Quantity):
            yield node
        else:
            rest += reversed(children(node))


def _binary(
    left: object, right: object, build: Callable[[Expression, Expression], Expression]
) -> Any:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return NotImplemented  # NumPy maps the operator over the array
    return build(as_expression(left), as_expression(right))


def _members(kind: type[Sum] | type[Product], node: Expression) -> tuple[Expression, ...]:
    return children(node) if isinstance(node, kind) else (node,)


def _sign(node: Expression) -> tuple[bool, Expression]:
    return (True, node.operand) if isinstance(node, Negative) else (False, node)
