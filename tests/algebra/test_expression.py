"""Arithmetic on expressions builds the tree its author wrote, and lets nobody branch on it."""

from decimal import Decimal

import numpy as np
import pytest

from generator.algebra import (
    Call,
    Constant,
    Function,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    exp,
    expanded,
    given,
    quantities_in,
    substitute,
)
from generator.algebra.expression import as_expression, total

x, y, z = (given(name, Decimal(value)) for name, value in [("x", 2), ("y", 3), ("z", 5)])
sigmoid = Function(
    name="sigmoid",
    latex=r"\sigma\left(%s\right)",
    kernel=lambda z: 1 / (1 + np.exp(-z)),
    slope=lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    expression=lambda z: 1 / (1 + exp(-z)),
    derivative=lambda z, a: (a * (1 - a),),
)
ZERO, ONE, TWO, THREE = (Constant(Decimal(number)) for number in range(4))


@pytest.mark.parametrize(
    ("built", "tree"),
    [
        (x + y, Sum((x, y))),
        (y + x, Sum((y, x))),
        (x - y, Sum((x, Negative(y)))),
        (x * y * z, Product((x, y, z))),
        (x / y, Quotient(x, y)),
        (x**2, Power(x, TWO)),
        (2 * x, Product((TWO, x))),
        (2 - x, Sum((TWO, Negative(x)))),
        (2 / x, Quotient(TWO, x)),
        (Decimal("0.50") * x, Product((Constant(Decimal("0.50")), x))),
    ],
)
def test_an_operator_builds_its_node(built, tree):
    assert built == tree


@pytest.mark.parametrize(
    ("built", "tree"),
    [
        ((x + y) + z, Sum((x, y, z))),
        (x + (y + z), Sum((x, y, z))),
        (x + 2 + x + 3, Sum((x, TWO, x, THREE))),
        ((x + y) * z, Product((Sum((x, y)), z))),
        (z * (x + y), Product((z, Sum((x, y))))),
        (x - (y + z), Sum((x, Negative(Sum((y, z)))))),
        (x - (y - z), Sum((x, Negative(Sum((y, Negative(z))))))),
        (x * y / z, Quotient(Product((x, y)), z)),
        (x * (y / z), Product((x, Quotient(y, z)))),
        ((x * y) ** 2, Power(Product((x, y)), TWO)),
        ((-x) ** 2, Power(Negative(x), TWO)),
        (-(x**2), Negative(Power(x, TWO))),
    ],
)
def test_terms_and_factors_keep_the_order_of_their_author(built, tree):
    assert built == tree


@pytest.mark.parametrize(
    ("built", "tree"),
    [
        (x + 0, x),
        (0 + x, x),
        (x - 0, x),
        (0 - x, Negative(x)),
        (x * 1, x),
        (1 * x, x),
        (x * 0, ZERO),
        (0 * x, ZERO),
        (0 / x, ZERO),
        (x / 1, x),
        (x**1, x),
        (x**0, ONE),
        (as_expression(0) + 0, ZERO),
        (as_expression(1) * 1, ONE),
        (x - x, Sum((x, Negative(x)))),
        (x / x, Quotient(x, x)),
        (as_expression(2) + 3, Sum((TWO, THREE))),
    ],
)
def test_0_and_1_fold_and_nothing_else_does(built, tree):
    assert built == tree


@pytest.mark.parametrize(
    ("built", "tree"),
    [
        (-x, Negative(x)),
        (0 - (-x), x),
        (-as_expression(0), ZERO),
        (as_expression(-2), Negative(TWO)),
        (-1 * x, Negative(x)),
        (x * -1, Negative(x)),
        (x / -1, Negative(x)),
        (-x * y, Negative(Product((x, y)))),
        (x * -y, Negative(Product((x, y)))),
        (-x * -y, Product((x, y))),
        (-x * -y * -z, Negative(Product((x, y, z)))),
        (-x / y, Negative(Quotient(x, y))),
        (x / -y, Negative(Quotient(x, y))),
        (-x / -y, Quotient(x, y)),
        (x + -y, Sum((x, Negative(y)))),
        (x - -y, Sum((x, y))),
        (x + -2, Sum((x, Negative(TWO)))),
    ],
)
def test_signs_move_to_the_front(built, tree):
    assert built == tree


def test_a_matrix_product_of_quantities_builds_sums_in_the_order_of_the_matrix():
    W = np.array([[given(f"w{row}{column}", Decimal(1)) for column in "abc"] for row in "12"])
    v = np.array([[x], [y], [z]])
    b = given("b", Decimal(1))
    for row, built in zip(W, (W @ v + np.array([[b]])).flat, strict=True):
        products = (Product((weight, own)) for weight, own in zip(row, v.flat, strict=True))
        assert built == Sum((*products, b))


def test_a_matrix_of_one_by_one_needs_no_sum():
    assert (np.array([[x]]) @ np.array([[y]])).item() == Product((x, y))


def test_a_sum_over_an_array_is_one_sum():
    assert np.array([x, y, z]).sum() == Sum((x, y, z))
    assert np.array([[x, y], [z, x]]).sum(axis=0)[1] == Sum((y, x))


def test_a_total_is_one_sum_without_its_zeros():
    assert total([x + y, ZERO, -z]) == Sum((x, y, Negative(z)))
    assert total([ZERO, x]) == x
    assert total([]) == ZERO


def test_a_number_joins_an_array_of_quantities_on_either_side():
    array = np.array([x, y])
    assert list(2 * array) == [2 * x, 2 * y]
    assert list(array * 2) == [x * 2, y * 2]
    assert list(1 - array) == [1 - x, 1 - y]
    assert list(array**2) == [x**2, y**2]


@pytest.mark.parametrize(
    "branch",
    [
        lambda node: node == 0.5,
        lambda node: node != 0,
        lambda node: node == None,  # noqa: E711
        lambda node: node in [1, 2],
        lambda node: node < 0,
        lambda node: node <= y,
        lambda node: node > 0,
        lambda node: node >= 0,
        lambda node: bool(node),
        lambda node: "positive" if node else "zero",
        lambda node: abs(node),
        lambda node: max(node, 0),
        lambda node: float(node),
        lambda node: np.maximum(0, np.array([node])),
        lambda node: np.abs(np.array([node])),
        lambda node: np.sign(np.array([node])),
        lambda node: np.where(np.array([node]) > 0, 1, 0),
        lambda node: np.array([node]).astype(float),
        lambda node: np.array([node, node]).max(),
    ],
)
@pytest.mark.parametrize(
    "node", [x, x + y, ZERO, x * y], ids=["quantity", "sum", "zero", "product"]
)
def test_a_branch_on_an_expression_raises(branch, node):
    with pytest.raises(TypeError):
        branch(node)


@pytest.mark.parametrize("number", [0.5, np.float64(0.5), True, "0.5", None])
def test_a_number_whose_digits_nobody_typed_joins_no_tree(number):
    with pytest.raises(TypeError):
        x + number
    with pytest.raises(TypeError):
        number * x


def test_trees_are_equal_where_they_are_the_same_tree():
    assert x + y == x + y
    assert x + y != y + x
    assert x * y != x + y
    assert hash(x + y) == hash(x + y)


def test_a_quantity_is_equal_to_itself_alone():
    twin = given("x", Decimal(2))
    assert x == x
    assert x != twin
    assert {x: 1, twin: 2}[twin] == 2


def test_a_quantity_cuts_the_tree():
    inner = Quantity("u", x + y, Decimal(5))
    assert list(quantities_in(inner * z)) == [inner, z]


def test_quantities_stand_left_to_right_and_as_often_as_they_are_written():
    assert list(quantities_in((x - y) ** 2 / (z * x) + sigmoid(y))) == [x, y, z, x, y]


def test_substituted_numbers_fold_nothing():
    by = {x: ONE, y: ZERO, z: Constant(Decimal(-3))}
    expected = Sum((Product((ONE, ZERO)), Constant(Decimal(-3))))
    assert substitute(x * y + z, by) == expected


def test_substitution_reaches_every_kind_of_node():
    tree = -(sigmoid(x) * (x + 2) / x**2)
    assert substitute(tree, {x: y}) == -(sigmoid(y) * (y + 2) / y**2)


def test_a_table_function_becomes_a_call_for_one_expression_and_for_an_array():
    assert sigmoid(x) == Call(sigmoid, (x,))
    assert list(sigmoid(np.array([x, y]))) == [sigmoid(x), sigmoid(y)]


def test_a_table_function_over_floats_is_its_kernel():
    assert sigmoid(np.array([0.0]))[0] == 0.5


def test_a_call_written_out_is_its_definition():
    written_out = expanded(1 - sigmoid(x))
    assert [type(node) for node in written_out.terms] == [Constant, Negative]
    assert isinstance(written_out.terms[1].operand, Quotient)
    assert expanded(1 - sigmoid(x), nameless=True) == 1 - sigmoid(x)
