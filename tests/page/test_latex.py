"""A tree as LaTeX: in symbols as a textbook has it, and with numbers put in."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from generator.algebra import Constant, Function, evaluate, exp, given, ln, substitute
from generator.algebra.expression import as_expression, total
from generator.page.latex import write
from generator.page.notation import Symbol

x, y, z = (given(name, Decimal(0)) for name in "xyz")
sigmoid = Function(
    name="sigmoid",
    latex=r"\sigma\left(%s\right)",
    kernel=lambda z: 1 / (1 + np.exp(-z)),
    slope=lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
)


def in_symbols(tree, times=" "):
    return write(tree, lambda quantity: Symbol(quantity.name, quantity.name, quantity.name), times)


def with_numbers(tree, **values):
    """The tree with numbers put in, typed as they are given: `x="0.20"`."""
    named = {"x": x, "y": y, "z": z}
    by = {named[name]: Constant(Decimal(value)) for name, value in values.items()}
    return in_symbols(substitute(tree, by))


@pytest.mark.parametrize(
    ("tree", "latex"),
    [
        (x + y - z, "x + y - z"),
        (x - y + z, "x - y + z"),
        (-x + y, "-x + y"),
        (x * y + z, "x y + z"),
        (x * (y + z), r"x \left(y + z\right)"),
        ((x + y) * z, r"\left(x + y\right) z"),
        ((x + y) * (y - z), r"\left(x + y\right) \left(y - z\right)"),
        (x * (1 - x), r"x \left(1 - x\right)"),
        (x - (y + z), r"x - \left(y + z\right)"),
        (x - (y - z), r"x - \left(y - z\right)"),
        (-(x + y), r"-\left(x + y\right)"),
        (-(x - y) * z, r"-\left(x - y\right) z"),
        (-x * y, "-x y"),
        (x * -y, "-x y"),
        (x - y * z, "x - y z"),
        (x + -y * z, "x - y z"),
        (2 * x, r"2 \cdot x"),
        (2 * x * y, r"2 \cdot x y"),
        (-2 * x, r"-2 \cdot x"),
        (x - 2 * y, r"x - 2 \cdot y"),
        (x / y, r"\frac{x}{y}"),
        (-x / y, r"-\frac{x}{y}"),
        ((x - y) / (x + y), r"\frac{x - y}{x + y}"),
        (x / (y / z), r"\frac{x}{\frac{y}{z}}"),
        (x * (y / z), r"x \cdot \frac{y}{z}"),
        ((x + y) / 2 * (x - y), r"\frac{x + y}{2} \left(x - y\right)"),
        (x**2, "x^2"),
        (x**10, "x^{10}"),
        (x ** Decimal("0.5"), "x^{0.5}"),
        (x**-1, "x^{-1}"),
        (-(x**2), "-x^2"),
        ((-x) ** 2, r"\left(-x\right)^2"),
        ((x + y) ** 2, r"\left(x + y\right)^2"),
        ((x * y) ** 2, r"\left(x y\right)^2"),
        ((x / y) ** 2, r"\left(\frac{x}{y}\right)^2"),
        ((x**2) ** 3, r"\left(x^2\right)^3"),
        (exp(x), "e^{x}"),
        (exp(-x), "e^{-x}"),
        (exp(-(x + y)), r"e^{-\left(x + y\right)}"),
        (exp(x) ** 2, r"\left(e^{x}\right)^2"),
        (1 / (1 + exp(-x)), r"\frac{1}{1 + e^{-x}}"),
        (ln(x + y), r"\ln\left(x + y\right)"),
        (-ln(x), r"-\ln\left(x\right)"),
        (sigmoid(x), r"\sigma\left(x\right)"),
        (x - sigmoid(x - y), r"x - \sigma\left(x - y\right)"),
        (as_expression(1) / 2 * (x - y) ** 2, r"\frac{1}{2} \left(x - y\right)^2"),
    ],
)
def test_symbols_are_written_as_a_textbook_writes_them(tree, latex):
    assert in_symbols(tree) == latex


@pytest.mark.parametrize(
    ("tree", "latex"),
    [
        (x * y + z, r"x \cdot y + z"),
        (x * (y + z), r"x \cdot \left(y + z\right)"),
        (x**2 * y, r"x^2 \cdot y"),
        ((x + y) * (y + z), r"\left(x + y\right) \cdot \left(y + z\right)"),
    ],
)
def test_a_notation_can_ask_for_a_dot_between_factors(tree, latex):
    assert in_symbols(tree, r" \cdot ") == latex


@pytest.mark.parametrize(
    ("tree", "values", "latex"),
    [
        pytest.param(
            x * y + z,
            {"x": "0.20", "y": "0.10", "z": "0.35"},
            r"0.20 \cdot 0.10 + 0.35",
            id="typed",
        ),
        pytest.param(
            x * y, {"x": "2", "y": "-3"}, r"2 \cdot \left(-3\right)", id="negative second factor"
        ),
        pytest.param(x * y, {"x": "-2", "y": "3"}, r"-2 \cdot 3", id="negative first factor"),
        pytest.param(
            z + x * y,
            {"x": "-2", "y": "3", "z": "1"},
            r"1 + \left(-2\right) \cdot 3",
            id="negative factor after a plus",
        ),
        pytest.param(x + y, {"x": "1", "y": "-2"}, r"1 + \left(-2\right)", id="plus a negative"),
        pytest.param(x - y, {"x": "1", "y": "-2"}, r"1 - \left(-2\right)", id="minus a negative"),
        pytest.param(x + y, {"x": "-1", "y": "2"}, "-1 + 2", id="negative first term"),
        pytest.param(-x, {"x": "-1"}, r"-\left(-1\right)", id="minus of a negative"),
        pytest.param(
            z - (x + y),
            {"x": "-1", "y": "-2", "z": "-3"},
            r"-3 - \left(-1 + \left(-2\right)\right)",
            id="minus a sum",
        ),
        pytest.param(
            z * (x - y),
            {"x": "-1", "y": "-2", "z": "-3"},
            r"-3 \cdot \left(-1 - \left(-2\right)\right)",
            id="product with a sum inside",
        ),
        pytest.param(x**2, {"x": "-2"}, r"\left(-2\right)^2", id="square of a negative"),
        pytest.param(
            -(x**2), {"x": "-2"}, r"-\left(-2\right)^2", id="minus a square of a negative"
        ),
        pytest.param(x**2 * y**2, {"x": "2", "y": "3"}, r"2^2 \cdot 3^2", id="two powers"),
        pytest.param(
            (x - y) ** 2,
            {"x": "0.01", "y": "-1"},
            r"\left(0.01 - \left(-1\right)\right)^2",
            id="loss",
        ),
        pytest.param(exp(-x), {"x": "-2"}, r"e^{-\left(-2\right)}", id="exponent of a negative"),
        pytest.param(x / y, {"x": "-2", "y": "-3"}, r"\frac{-2}{-3}", id="negative in a fraction"),
        pytest.param(x * y, {"x": "0", "y": "1"}, r"0 \cdot 1", id="0 and 1 stay"),
        pytest.param(x * y, {"x": "1.0", "y": "-1.00"}, r"1 \cdot \left(-1\right)", id="no 1.0"),
        pytest.param(exp(-x), {"x": "0"}, r"e^{-\left(0\right)}", id="no minus zero"),
        pytest.param(x * y, {"x": "0", "y": "-1"}, r"0 \cdot \left(-1\right)", id="-1"),
        pytest.param(
            x + y,
            {"x": "1", "y": "0.00002"},
            r"1 + 2 \times 10^{-5}",
            id="very small term",
        ),
        pytest.param(
            x * y,
            {"x": "3", "y": "-20000000"},
            r"3 \cdot \left(-2.0000000 \times 10^{7}\right)",
            id="very large negative factor",
        ),
        pytest.param(
            x**2,
            {"x": "0.00002"},
            r"\left(2 \times 10^{-5}\right)^2",
            id="square of a small number",
        ),
    ],
)
def test_numbers_stand_so_that_no_sign_meets_an_operator(tree, values, latex):
    assert with_numbers(tree, **values) == latex


def test_a_symbol_with_an_exponent_of_its_own_is_raised_in_parentheses():
    updated = Symbol("a", "a", "a", sub="1", sup="[2]", is_compound=True)
    assert write(x**2, lambda _: updated) == r"\left(a_1^{[2]}\right)^2"
    assert write(2 * x, lambda _: updated) == r"2 \cdot a_1^{[2]}"


def test_a_fraction_of_partial_derivatives_needs_parentheses_only_in_a_power():
    partial = Symbol(r"\frac{\partial E}{\partial w}", "∂E/∂w", "w-gradient", is_compound=True)
    assert write(x - x, lambda _: partial).count(r"\left(") == 0
    assert write(x**2, lambda _: partial) == r"\left(\frac{\partial E}{\partial w}\right)^2"


def test_a_wide_sum_is_written_in_one_line():
    assert in_symbols(total([x, y] * 512)) == " + ".join(["x", "y"] * 512)


# What is written, read by the ordinary rules of arithmetic, is the value of the tree.

AWKWARD = ["0", "1", "-1", "2", "-3", "0.5", "-0.25", "0.00001", "-0.00002", "3000000", "-4e9"]
LEAVES = st.sampled_from([x, y, z, Constant(Decimal(1)), Constant(Decimal(2))])
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a - b, parts, parts),
        st.builds(lambda a, b: a * b, parts, parts),
        st.builds(lambda a, b: a / b, parts, parts),
        st.builds(lambda a: -a, parts),
        st.builds(lambda a: a**2, parts),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@forall(TREES, st.tuples(*[st.sampled_from(AWKWARD)] * 3), st.sampled_from([" ", r" \cdot "]))
def test_what_is_written_reads_back_as_the_value_of_the_tree(tree, values, times):
    by = dict(zip((x, y, z), map(Decimal, values), strict=True))
    latex = in_symbols(substitute(tree, {q: Constant(value) for q, value in by.items()}), times)
    assert not re.search(r"(\+|-|\\cdot|\\times) *-", latex)
    try:
        expected = evaluate(tree, by.__getitem__)
    except ArithmeticError:
        return
    assert float(read_back(latex)) == pytest.approx(float(expected), rel=1e-12)


def read_back(latex):
    """The value of a line of numbers, by Python's own arithmetic in fractions."""
    text = re.sub(r"\\left|\\right", "", latex)
    text = re.sub(r"\d+(\.\d+)?", lambda number: f"F('{number[0]}')", text)
    while "{" in text:
        text = re.sub(r"\^\{([^{}]*)\}", r"^(\1)", text)
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"\\cdot|\\times", "*", text).replace("^", "**")
    text = re.sub(r"\) *(?=\()", ")*", text)
    return eval(text, {"F": Fraction})


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        (r"2 \cdot \left(-3\right) + 0.5", Fraction(-11, 2)),
        (r"-\left(-2\right)^2", -4),
        (r"\frac{1}{2} \left(1 - \left(-3\right)\right)^2", 8),
        (r"2 \times 10^{-5}", Fraction(1, 50000)),
    ],
)
def test_the_reader_of_this_test_reads_right(latex, value):
    assert read_back(latex) == value
