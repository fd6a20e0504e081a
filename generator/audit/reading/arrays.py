"""Vectors and matrices while a formula is read: arithmetic on them, entry by entry.

An array lives only until its side is read: sums, products and functions of arrays
become arrays whose entries are expressions, so that every equality between arrays is
checked as equalities between entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generator.algebra import (
    Call,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    exp,
)
from generator.algebra.expression import is_constant
from generator.audit.reading.tokens import Unreadable

MAX_ENTRIES = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Array(Expression):
    """A matrix, row by row; a vector is a matrix of one column or of one row.

    is_list: it was written as `[1, 2]` or `(1, 2)`, whose direction is not said.
    """

    rows: tuple[tuple[Expression, ...], ...]
    is_list: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    @property
    def entries(self) -> tuple[Expression, ...]:
        return tuple(entry for row in self.rows for entry in row)

    def mapped(self, function: Callable[[Expression], Expression]) -> Array:
        return Array(tuple(tuple(map(function, row)) for row in self.rows), self.is_list)

    def repeated(self, columns: int) -> Array:
        """A column as many times, one beside the other."""
        return Array(tuple(row * columns for row in self.rows))

    def transposed(self) -> Array:
        if self.is_list:
            return self
        return Array(tuple(zip(*self.rows, strict=True)))


def array(rows: Sequence[Sequence[Expression]], *, is_list: bool = False) -> Array:
    """An array of rows that are equally long; Unreadable if they are not."""
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        raise Unreadable("a matrix whose rows differ in length")
    if len(rows) * len(rows[0]) > MAX_ENTRIES:
        raise Unreadable(f"a matrix of more than {MAX_ENTRIES} entries")
    if any(isinstance(entry, Array) for row in rows for entry in row):
        raise Unreadable("a matrix of matrices")
    return Array(tuple(tuple(row) for row in rows), is_list)


def listed(entries: Sequence[Expression]) -> Array:
    """An array in brackets: `[1, 2]`, or `[[1, 2], [3, 4]]` row by row."""
    rows = [each for each in entries if isinstance(each, Array) and each.is_list]
    if len(rows) == len(entries) > 1:
        return array([row.entries for row in rows])
    return array([entries], is_list=True)


def scalar(expression: Expression) -> Expression:
    """A matrix of one entry as that entry."""
    if isinstance(expression, Array) and expression.shape == (1, 1):
        return expression.rows[0][0]
    return expression


def _is_large(expression: Expression) -> bool:
    return isinstance(expression, Array) and expression.shape != (1, 1)


def summed(terms: Sequence[Expression]) -> Expression:
    terms = terms if any(_is_large(term) for term in terms) else [scalar(term) for term in terms]
    if not any(isinstance(term, Array) for term in terms):
        return Sum(tuple(terms))
    shapes = {_oriented(term, terms).shape for term in terms if isinstance(term, Array)}
    shape = max(shapes, key=lambda shape: shape[1])
    if any(other != shape and other != (shape[0], 1) for other in shapes):
        raise Unreadable("a sum of matrices of different shapes")
    arrays = []
    for term in terms:
        if isinstance(term, Array):
            oriented = _oriented(term, terms)
            is_column = oriented.shape[1] < shape[1]  # one for all columns, as a layer's biases are
            arrays.append(oriented.repeated(shape[1]) if is_column else oriented)
        elif isinstance(term, Constant) or isinstance(getattr(term, "operand", None), Constant):
            arrays.append(Array(((term,) * shape[1],) * shape[0]))
        else:
            raise Unreadable("a matrix plus a symbol whose shape is not known")
    rows = zip(*(each.rows for each in arrays), strict=True)
    return Array(
        tuple(tuple(Sum(parts) for parts in zip(*row, strict=True)) for row in rows),
        all(term.is_list for term in terms if isinstance(term, Array)),
    )


def _oriented(term: Array, beside: Sequence[Expression]) -> Array:
    """A list beside columns is a column."""
    others = [each for each in beside if isinstance(each, Array) and not each.is_list]
    if term.is_list and others and others[0].shape == term.shape[::-1]:
        return Array(tuple(zip(*term.rows, strict=True)))
    return term


def negated(expression: Expression) -> Expression:
    return expression.mapped(Negative) if isinstance(expression, Array) else Negative(expression)


def multiplied(factors: Sequence[Expression], signs: Sequence[str]) -> Expression:
    """The product of factors; signs[i] stands between factor i and the next ('' for none)."""
    if not any(isinstance(factor, Array) for factor in factors):
        return factors[0] if len(factors) == 1 else Product(tuple(factors))
    product, scalars = factors[0], [factors[0]]
    for sign, factor in zip(signs, factors[1:], strict=True):
        if isinstance(product, Array) or isinstance(factor, Array):
            left = product if isinstance(product, Array) else multiplied(scalars, [""] * 99_999)
            product = _pair(left, factor, sign)
        else:
            product = factor
            scalars.append(factor)
            product = Product(tuple(scalars))
            continue
        scalars = [product]
    return product


def _pair(left: Expression, right: Expression, sign: str) -> Expression:
    if not isinstance(left, Array):
        return _scaled(left, right, is_left=True)
    if not isinstance(right, Array):
        return _scaled(right, left, is_left=False)
    is_elementwise = sign in (r"\odot", r"\circ", r"\ast", "*")
    if left.is_list or right.is_list:
        left, right = _of_lists(left, right, is_elementwise=is_elementwise)
    (rows, inner), (height, columns) = left.shape, right.shape
    if is_elementwise and left.shape == right.shape:
        pairs = (zip(*both, strict=True) for both in zip(left.rows, right.rows, strict=True))
        return Array(tuple(tuple(Product(pair) for pair in row) for row in pairs))
    if sign in (r"\odot", r"\circ"):
        raise Unreadable("an elementwise product of matrices of different shapes")
    if inner != height:
        if left.shape == right.shape and 1 in left.shape and sign:
            raise Unreadable("a product of two vectors, inner or elementwise")
        raise Unreadable(f"a product of a {rows} × {inner} and a {height} × {columns} matrix")
    if rows * inner * columns > 16 * MAX_ENTRIES:
        raise Unreadable("a product of large matrices")
    return Array(
        tuple(
            tuple(_dot(row, column) for column in zip(*right.rows, strict=True))
            for row in left.rows
        )
    )


def _of_lists(left: Array, right: Array, *, is_elementwise: bool) -> tuple[Array, Array]:
    """Lists in the direction that their product needs."""
    if is_elementwise:
        if left.shape != right.shape:
            left = left if not left.is_list else Array(tuple(zip(*left.rows, strict=True)))
            right = right if not right.is_list else Array(tuple(zip(*right.rows, strict=True)))
        return left, right
    if right.is_list and left.shape[1] == right.shape[1]:
        right = Array(tuple(zip(*right.rows, strict=True)))
    return left, right


def _dot(row: Sequence[Expression], column: Sequence[Expression]) -> Expression:
    products = tuple(Product(pair) for pair in zip(row, column, strict=True))
    return products[0] if len(products) == 1 else Sum(products)


def _scaled(factor: Expression, matrix: Expression, *, is_left: bool) -> Expression:
    assert isinstance(matrix, Array)
    if isinstance(factor, Quantity):
        raise Unreadable(f"whether `{factor.name}` is a number or a matrix is not said")
    return matrix.mapped(lambda entry: Product((factor, entry) if is_left else (entry, factor)))


def divided(above: Expression, below: Expression) -> Expression:
    if isinstance(below, Array):
        raise Unreadable("a division by a matrix")
    if isinstance(above, Array):
        return above.mapped(lambda entry: Quotient(entry, below))
    return Quotient(above, below)


def powered(base: Expression, exponent: Expression) -> Expression:
    if isinstance(exponent, Array):
        raise Unreadable("a matrix as an exponent")
    if not isinstance(base, Array):
        return Power(base, exponent)
    if isinstance(exponent, Quantity) and exponent.name in ("T", "t", r"\mathsf{T}"):
        return base.transposed()
    if is_constant(exponent, 2) and 1 in base.shape:
        return base.mapped(lambda entry: Power(entry, exponent))
    raise Unreadable("a power of a matrix")


def called(function: Function, arguments: Sequence[Expression]) -> Expression:
    """A function of numbers, or of every entry of one array among its arguments."""
    arrays = [each for each in arguments if isinstance(each, Array)]
    if function.name in ("maximum", "minimum") and len(arguments) != 2:
        raise Unreadable(f"{len(arguments)} arguments for the function {function.name}")
    if not arrays:
        return Call(function, tuple(arguments))
    if len(arrays) > 1:
        raise Unreadable(f"the function {function.name} of two matrices")
    return arrays[0].mapped(
        lambda entry: Call(
            function, tuple(entry if isinstance(each, Array) else each for each in arguments)
        )
    )


def softmax(argument: Expression) -> Expression:
    """e^z of each entry over their sum: over all of a vector, over each column of a matrix."""
    if isinstance(argument, Constant | Negative):
        raise Unreadable("a softmax of one number, which names an entry")
    if not isinstance(argument, Array):
        raise Unreadable("a softmax of something that is no vector")
    rows = argument.rows if argument.shape[0] > 1 else tuple(zip(*argument.rows, strict=True))
    columns = []
    for column in zip(*rows, strict=True):
        powers = tuple(Call(exp, (entry,)) for entry in column)
        columns.append(tuple(Quotient(power, Sum(powers)) for power in powers))
    found = Array(tuple(zip(*columns, strict=True)))
    return Array(found.rows if rows is argument.rows else found.transposed().rows, argument.is_list)


def mean_of(arguments: Sequence[Expression]) -> Expression:
    """The mean of several numbers, or of those of one vector."""
    numbers = [scalar(each) for each in arguments]
    if len(numbers) == 1 and isinstance(numbers[0], Array):
        numbers = list(numbers[0].entries)
    if len(numbers) < 2 or any(isinstance(each, Array) for each in numbers):
        raise Unreadable("the mean of something that is no list")
    return divided(Sum(tuple(numbers)), Constant(Decimal(len(numbers))))


def of_many(function: Function, arguments: Sequence[Expression]) -> Expression:
    """The largest or smallest of several numbers, or of those of one vector."""
    numbers = [scalar(each) for each in arguments]
    if len(numbers) == 1 and isinstance(numbers[0], Array):
        numbers = list(numbers[0].entries)
    elif len(numbers) == 2:
        return called(function, numbers)
    if len(numbers) < 2 or any(isinstance(each, Array) for each in numbers):
        raise Unreadable(f"{len(arguments)} arguments for the function {function.name}")
    largest = numbers[0]
    for number in numbers[1:]:
        largest = Call(function, (largest, number))
    return largest
