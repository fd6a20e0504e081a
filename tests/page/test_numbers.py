"""Numbers on a page: rounding, printing, and the calculator rule."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import mul

import pytest
from hypothesis import assume, settings
from hypothesis import given as forall
from hypothesis import strategies as st

from generator.algebra import (
    Constant,
    Negative,
    NotFinite,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    defined,
    exp,
    given,
)
from generator.algebra.expression import as_expression
from generator.page.equations import printed
from generator.page.latex import write
from generator.page.numbers import calculation, latex_number, rounded, text_number


def shown(value, digits):
    """A value as a page shows it."""
    return latex_number(rounded(Decimal(value), digits))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        pytest.param("0.59326999", 4, "0.5933", id="up"),
        pytest.param("0.59324999", 4, "0.5932", id="down"),
        pytest.param("0.12345", 4, "0.1235", id="half up from an even digit"),
        pytest.param("0.12335", 4, "0.1234", id="half up from an odd digit"),
        pytest.param("-0.12345", 4, "-0.1235", id="half away from zero below it"),
        pytest.param("2.5", 1, "3", id="half of a whole"),
        pytest.param("0.60004", 4, "0.6000", id="trailing zeros say that it is rounded"),
        pytest.param("0.6", 4, "0.6", id="an exact value is not padded"),
        pytest.param("0.3775", 4, "0.3775", id="exact at its last digit"),
        pytest.param("9.9996", 4, "10.00", id="into the next power of ten"),
        pytest.param("0.99996", 4, "1.000", id="into one"),
        pytest.param("-9.9996", 4, "-10.00", id="into the next power of ten, negative"),
        pytest.param("0.099996", 4, "0.1000", id="into a tenth"),
        pytest.param("12345.678", 4, "12346", id="digits before the point are not cut"),
        pytest.param("12345", 2, "12345", id="a whole number stays"),
        pytest.param("100", 4, "100", id="zeros of a whole number stay"),
        pytest.param("99999.6", 4, "100000", id="a whole number grows"),
        pytest.param("0", 4, "0", id="zero"),
        pytest.param("-0", 4, "0", id="no minus zero"),
        pytest.param("0E-20", 4, "0", id="zero with places"),
        pytest.param("0.0001", 4, "0.0001", id="the smallest in plain digits"),
        pytest.param("0.00012344", 4, "0.0001234", id="leading zeros are not digits"),
        pytest.param("0.0000999949", 4, r"9.999 \times 10^{-5}", id="just below the smallest"),
        pytest.param("0.00009999996", 4, "0.0001000", id="up into plain digits"),
        pytest.param("0.000012345", 4, r"1.235 \times 10^{-5}", id="small"),
        pytest.param("-0.00002", 4, r"-2 \times 10^{-5}", id="small, exact and negative"),
        pytest.param("1e-400", 4, r"1 \times 10^{-400}", id="below float64"),
        pytest.param("1.23456e-3000000", 3, r"1.23 \times 10^{-3000000}", id="a sigmoid far out"),
        pytest.param("999999", 4, "999999", id="the largest in plain digits"),
        pytest.param("1000000", 4, r"1 \times 10^{6}", id="large and exact"),
        pytest.param("1234567.8", 4, r"1.235 \times 10^{6}", id="large"),
        pytest.param("9999960", 4, r"1.000 \times 10^{7}", id="large, up a power of ten"),
        pytest.param("-6.02214076e23", 3, r"-6.02 \times 10^{23}", id="large and negative"),
        pytest.param("1e400", 4, r"1 \times 10^{400}", id="beyond float64"),
    ],
)
def test_a_value_is_rounded_half_up_to_significant_digits(value, digits, text):
    assert shown(value, digits) == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("0.20", "0.20"),
        ("0.5000000000000001", "0.5000000000000001"),
        ("3", "3"),
        ("3.0", "3.0"),
        ("-0.10", "-0.10"),
        ("0.0", "0.0"),
        ("-0.0", "0.0"),
        ("1e-3", "0.001"),
        ("1e5", "100000"),
        ("2.50e-7", r"2.50 \times 10^{-7}"),
        ("1500000", r"1.500000 \times 10^{6}"),
    ],
)
def test_a_typed_value_stays_as_it_was_typed_at_any_number_of_digits(typed, text):
    quantity = given("typed", Decimal(typed))
    assert {latex_number(printed(quantity, digits)) for digits in (2, 4, 12)} == {text}


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.20", "0.20"), ("-0.5", "−0.5"), ("-0.000041", "−4.1×10⁻⁵"), ("12000000", "1.2000000×10⁷")],
)
def test_a_figure_has_its_numbers_in_plain_text(value, text):
    assert text_number(Decimal(value)) == text


@settings(deadline=None, derandomize=True)
@forall(
    st.decimals(-(10**9), 10**9, allow_nan=False, places=12) | st.decimals(-1, 1, places=30),
    st.integers(1, 12),
)
def test_rounding_never_moves_a_value_by_more_than_half_a_unit_of_its_last_place(value, digits):
    text = shown(value, digits)
    assert abs(number(text) - Fraction(value)) <= last_unit(text) / 2
    assert Decimal(shown(rounded(value, digits), digits).split(" ")[0]) == Decimal(
        text.split(" ")[0]
    )


# The calculator rule. A line is read here as its reader would: from what it prints, in fractions.


def number(text):
    """The value of a printed number."""
    mantissa, _, exponent = text.partition(r" \times 10^")
    return Fraction(mantissa) * Fraction(10) ** int(exponent.strip("{}") or 0)


def last_unit(text):
    """One unit of the last digit of a printed number."""
    mantissa, _, exponent = text.partition(r" \times 10^")
    places = len(mantissa.partition(".")[2])
    return Fraction(10) ** (int(exponent.strip("{}") or 0) - places)


def half_up(value, unit):
    units = (abs(value) / unit + Fraction(1, 2)) // 1 * unit
    return -units if value < 0 else units


def operated(tree):
    """The exact value of a tree of printed numbers."""
    match tree:
        case Constant(value):
            return number(latex_number(value))
        case Negative(operand):
            return -operated(operand)
        case Sum(terms):
            return sum(map(operated, terms))
        case Product(factors):
            return reduce(mul, map(operated, factors))
        case Quotient(numerator, denominator):
            return operated(numerator) / operated(denominator)
        case Power(base, exponent):
            return operated(base) ** operated(exponent)


def line_of(tree, digits):
    quantity = defined("line", tree)
    return quantity.value, calculation(quantity.value, tree, digits, printed)


def assert_follows_on_a_calculator(line):
    exact, text = operated(line.substituted), latex_number(line.result)
    assert half_up(exact, last_unit(text)) == number(text)
    assert line.is_exact == (exact == number(text))


TYPED = [
    given(f"typed {value}", Decimal(value))
    for value in (0, 1, -1, 2, "0.5", "0.20", "-0.35", "0.3333", "0.12345", "0.00002", 1000, "-3e7")
]
COMPUTED = [
    defined("a third", as_expression(1) / 3),
    defined("minus two sevenths", as_expression(-2) / 7),
    defined("nearly a third", as_expression(1) / 3 + Decimal("0.00001")),
    defined("a half", as_expression(1) / 2),
    defined("e", exp(as_expression(1))),
    defined("e^-12", exp(as_expression(-12))),
    defined("e^15", exp(as_expression(15))),
    defined("nearly one", 1 - exp(as_expression(-12))),
]
TREES = st.recursive(
    st.sampled_from([*TYPED, *COMPUTED, as_expression(1) / 3, as_expression(1) / 2]),
    lambda parts: st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a - b, parts, parts),
        st.builds(lambda a, b: a * b, parts, parts),
        st.builds(lambda a: a**2, parts),
        st.builds(lambda a: -a, parts),
    ),
    max_leaves=6,
)
QUOTIENTS = st.builds(lambda a, b: a / b, TREES, TREES)


@settings(max_examples=400, deadline=None, derandomize=True)
@forall(TREES | QUOTIENTS, st.integers(2, 9))
def test_every_line_follows_on_a_calculator(tree, digits):
    assume(not isinstance(tree, Quantity))  # a line of its own, without numbers put in
    try:
        value, line = line_of(tree, digits)
    except NotFinite:
        assume(False)
    assert_follows_on_a_calculator(line)
    text = latex_number(line.result)
    assert abs(number(text) - Fraction(value)) <= last_unit(text) / 2


third, seventh = COMPUTED[0], defined("a seventh", as_expression(1) / 7)
rounded_third = given("0.3333", Decimal("0.3333"))
tenth, half = given("0.1", Decimal("0.1")), given("0.5", Decimal("0.5"))


@pytest.mark.parametrize(
    ("tree", "digits", "numbers", "result"),
    [
        pytest.param(half * tenth, 4, r"0.5 \cdot 0.1", "= 0.05", id="typed and exact"),
        pytest.param(third * half, 4, r"0.3333 \cdot 0.5", r"\approx 0.1667", id="no digit more"),
        pytest.param(
            third * seventh, 4, r"0.33333 \cdot 0.14286", r"\approx 0.04762", id="one digit more"
        ),
        pytest.param(
            third - rounded_third, 4, "0.33333333 - 0.3333", r"= 3.333 \times 10^{-5}",
            id="what cancels needs more digits",
        ),
        pytest.param(third - third, 4, "0.3333 - 0.3333", "= 0", id="nothing is left"),
        pytest.param(
            third + third + third - 1, 4, "0.33333 + 0.33333 + 0.33333 - 1", r"\approx 0",
            id="nothing but rounding is left",
        ),
        pytest.param(third * 0, 4, "0", "= 0", id="times 0"),
        pytest.param(half + exp(as_expression(-80)), 4, "0.5 + e^{-80}", r"\approx 0.5000", id="e"),
    ],
)  # fmt: skip
def test_a_line_has_as_few_digits_as_its_result_allows(tree, digits, numbers, result):
    _, line = line_of(tree, digits)
    assert write(line.substituted, None) == numbers
    relation = "=" if line.is_exact else r"\approx"
    assert f"{relation} {latex_number(line.result)}" == result


@pytest.mark.parametrize(
    ("of", "result", "is_exact"),
    [("0.3", "0.3", True), ("0.06", "0.06", True), ("0.061235", "0.06124", False)],
)
def test_a_mean_of_three_equal_values_is_exactly_that_value(of, result, is_exact):
    value = given(of, Decimal(of))
    _, line = line_of(as_expression(1) / 3 * (value + value + value), 4)
    assert (latex_number(line.result), line.is_exact) == (result, is_exact)


def test_a_denominator_that_rounds_to_0_gets_more_digits():
    _, line = line_of(1 / (third - rounded_third), 4)
    assert_follows_on_a_calculator(line)
    assert latex_number(line.result) == "30000"


@pytest.mark.parametrize("z", [5, 12, 30, 46, 60])
def test_a_line_stays_readable_where_a_sigmoid_saturates(z):
    a = defined("a", 1 / (1 + exp(as_expression(-z))))
    _, line = line_of(a * (1 - a), 4)
    assert_follows_on_a_calculator(line)
    digits = max(map(len, re.findall(r"\d+", write(line.substituted, None))))
    assert digits <= z / 2.3 + 6
    assert len(latex_number(line.result).split(r"\times")[0]) <= 8


def test_a_quantity_on_its_own_is_shown_as_it_prints():
    line = calculation(third.value, third, 4, printed)
    assert (latex_number(line.result), line.is_exact) == ("0.3333", False)
    line = calculation(tenth.value, tenth, 4, printed)
    assert (latex_number(line.result), line.is_exact) == ("0.1", True)


@pytest.mark.parametrize(
    ("result", "is_exact"), [("0.0477", False), ("0.04762", True), ("0.047", False)]
)
def test_the_reader_of_this_test_sees_a_line_that_does_not_follow(result, is_exact):
    _, line = line_of(third * seventh, 4)
    wrong = type(line)(line.substituted, Decimal(result), is_exact)
    with pytest.raises(AssertionError):
        assert_follows_on_a_calculator(wrong)
