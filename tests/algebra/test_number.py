"""The reading of a tree as a number: decimals, from the digits that were typed."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from generator.algebra import NotFinite, defined, evaluate, exp, given, ln
from generator.algebra.expression import as_expression, total

FIFTY_DIGITS = Decimal("1e-49")


def sigmoid(z):
    return 1 / (1 + exp(-z))


def number(value):
    return given(f"number {value}", Decimal(value))


a, b, c = number("0.15"), number("-0.2"), number("3")
zero, one, minus_one = number(0), number(1), number(-1)
tiny, huge = number("1e-400"), number("1e400")
third = defined("third", as_expression(1) / 3)


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        pytest.param(a + b, "-0.05", id="sum with a negative term"),
        pytest.param(a - b, "0.35", id="minus a negative"),
        pytest.param(a * b, "-0.030", id="negative factor"),
        pytest.param(b * a * b, "0.0060", id="two negative factors"),
        pytest.param((a + b) * c, "-0.15", id="product with a sum inside"),
        pytest.param((a + (b + c)) * (a - c), "-8.4075", id="nested sums"),
        pytest.param(a - (b + c), "-2.65", id="minus a sum"),
        pytest.param(-(a + b), "0.05", id="minus a whole sum"),
        pytest.param(c / a, "20", id="quotient"),
        pytest.param(a / (c + b - 2), "0.1875", id="quotient by a sum"),
        pytest.param(one / c, "0." + 50 * "3", id="one third to fifty digits"),
        pytest.param(b**2, "0.04", id="square of a negative"),
        pytest.param(-(b**2), "-0.04", id="minus a square"),
        pytest.param(b**3, "-0.008", id="cube of a negative"),
        pytest.param(zero * c + one * a, "0.15", id="0 and 1"),
        pytest.param(minus_one * a, "-0.15", id="-1"),
        pytest.param(minus_one**2, "1", id="-1 squared"),
        pytest.param(tiny * huge, "1", id="very small times very large"),
        pytest.param(huge * huge, "1e800", id="far beyond float64"),
        pytest.param(tiny * tiny, "1e-800", id="far below float64"),
        pytest.param(number("0.1") + number("0.2"), "0.3", id="as a person adds"),
        pytest.param(exp(zero), "1", id="e to the 0"),
        pytest.param(ln(one), "0", id="logarithm of 1"),
        pytest.param(sigmoid(zero), "0.5", id="sigmoid of 0"),
    ],
)
def test_a_tree_reads_as_its_number(tree, value):
    assert evaluate(tree) == Decimal(value)


@pytest.mark.parametrize(
    ("tree", "digits"),
    [
        (exp(one), "2.7182818284590452353602874713526624977572470936999595749669676"),
        (ln(number(2)), "0.69314718055994530941723212145817656807550013436025525412068000"),
        (sigmoid(one), "0.73105857863000487925115924182183627436514464016505651927636590"),
    ],
)
def test_a_function_is_right_to_the_last_of_its_digits(tree, digits):
    assert abs(evaluate(tree) - Decimal(digits)) < 10 * FIFTY_DIGITS


@pytest.mark.parametrize("z", ["-700", "-1", "-1e-9", "0.25", "30"])
def test_decimals_and_floats_tell_the_same(z):
    assert float(evaluate(exp(number(z)))) == pytest.approx(exp(np.array([float(z)]))[0], rel=1e-14)


def test_a_sigmoid_far_out_neither_overflows_nor_reaches_its_limits():
    assert 0 < evaluate(sigmoid(number(-100_000))) < Decimal("1e-40000")
    assert evaluate(sigmoid(number(100_000))) == 1


def test_terms_that_cancel_leave_0_and_not_the_rounding_of_the_last_digit():
    assert evaluate(third + third + third - 1) == 0
    assert evaluate(total([third * number("1e30"), -number("1e30") / 3, zero])) == 0


def test_what_is_small_against_its_terms_but_was_typed_stays():
    assert evaluate(number("1.00000000000000000001") - 1) == Decimal("1e-20")


def test_a_quantity_is_computed_once_from_what_it_is_defined_by():
    u = defined("u", a * c)
    assert u.value == Decimal("0.45")
    assert evaluate(u + 1) == Decimal("1.45")


def test_quantities_can_be_read_by_other_values_than_their_own():
    assert evaluate(a * c + 1, {a: Decimal(2), c: Decimal(5)}.__getitem__) == 11


def test_thousands_of_terms_are_added_without_loss():
    terms = [number("0.1")] * 4096
    assert evaluate(total(terms)) == Fraction(4096, 10)


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        (one / zero, "division by zero"),
        (zero / (one + minus_one), "division by zero"),
        (ln(minus_one), "undefined"),
        (exp(exp(exp(number(40)))), "too large"),
    ],
)
def test_a_value_that_no_number_can_hold_is_refused_by_name(tree, why):
    with pytest.raises(NotFinite, match=why) as caught:
        defined("the culprit", tree)
    assert caught.value.name == "the culprit"
