"""Local derivatives: every rule against central differences, and as a textbook writes it."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from generator.algebra import Function, defined, evaluate, exp, given, ln, local_derivatives
from generator.algebra.expression import as_expression, total

sigmoid = Function(
    name="sigmoid",
    latex=r"\sigma\left(%s\right)",
    kernel=lambda z: 1 / (1 + np.exp(-z)),
    slope=lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    expression=lambda z: 1 / (1 + exp(-z)),
    derivative=lambda z, a: (a * (1 - a),),
)
identity = Function(
    name="identity", latex="%s", kernel=np.copy, slope=np.ones_like, expression=lambda z: z
)
product = Function(
    name="product",
    latex=None,
    kernel=np.multiply,
    slope=lambda a, b: a,
    expression=lambda a, b: a * b,
    derivative=lambda a, b, output: (b, a),
)
x = given("x", Decimal("0.7"))
y = given("y", Decimal("-1.3"))
z = given("z", Decimal("2.1"))
tiny = given("tiny", Decimal("1e-12"))
huge = given("huge", Decimal("1e12"))

TREES = {
    "a quantity": x,
    "a constant factor": 2 * x,
    "a negative factor": -3 * x * y,
    "a negative value as a factor": x * y * z,
    "a quantity twice": x * x,
    "a sum": x + y - z,
    "nested sums": x + (y + (z - x)) * 2,
    "minus a sum": z - (x + y),
    "minus a whole sum": -(x + y) * z,
    "a product with a sum inside": x * (y + z) * (x - y),
    "a quotient": x / y,
    "a quotient of sums": (x + y) / (z - x),
    "one over a sum": 1 / (1 + x * y),
    "minus a quotient": -(x / (y - z)),
    "a square": x**2,
    "a square of a negative value": y**2,
    "a cube of a negative value": y**3,
    "a power of a negative tree": (-x) ** 3,
    "minus a power": -(x**2),
    "a power of a sum": (x - y) ** 2 / 2,
    "a root": z ** Decimal("0.5"),
    "a negative power": x**-2,
    "power 1": (x + y) ** 1 * z,
    "power 0": (x + y) ** 0 * z,
    "times 0": 0 * x + y,
    "times 1": 1 * x * y,
    "times -1": -1 * x * y,
    "very small and very large": tiny * huge * x + huge * y - tiny,
    "an exponential": exp(-x) * y,
    "a logarithm": ln(1 + x * z),
    "a chain of functions": exp(ln(z) * 2 - sigmoid(x)),
    "a sigmoid": sigmoid(x * y + z),
    "a function that does nothing": identity(x * y),
    "a function of two arguments": product(x + y, y * z),
    "a weighted sum": total([x * y, z * x, y]),
}


def central_difference(tree, quantity):
    """The derivative of a tree in one quantity, from its values alone."""
    h = Decimal("1e-12") * max(abs(quantity.value), Decimal("1e-3"))

    def at(value):
        return evaluate(tree, lambda other: value if other is quantity else other.value)

    return (at(quantity.value + h) - at(quantity.value - h)) / (2 * h)


@pytest.mark.parametrize("textbook", [True, False], ids=["textbook", "by the rules"])
@pytest.mark.parametrize("name", TREES)
def test_a_derivative_is_the_slope_of_the_values(name, textbook):
    tree = TREES[name]
    partials = local_derivatives(tree, textbook=textbook)
    for quantity in (x, y, z, tiny, huge):
        derivative = evaluate(partials.get(quantity, as_expression(0)))
        assert_close(derivative, central_difference(tree, quantity))


@pytest.mark.parametrize("function", [exp, ln, sigmoid], ids=str)
@pytest.mark.parametrize("at", ["0.3", "1", "2.5"])
def test_a_function_states_the_slope_of_its_own_values(function, at):
    point = given("point", Decimal(at))
    (derivative,) = local_derivatives(function(point)).values()
    assert_close(evaluate(derivative), central_difference(function(point), point))


@pytest.mark.parametrize(
    ("tree", "of", "derivative"),
    [
        (x * y + z, x, y),
        (x * y + z, z, as_expression(1)),
        (x * y * z, y, x * z),
        (-x * y, x, -y),
        (x - y, y, as_expression(-1)),
        (x / y, x, 1 / y),
        (x**3, x, 3 * x**2),
        (x**2, x, 2 * x),
        (exp(x), x, exp(x)),
        (ln(x), x, 1 / x),
        (x * y + x * z, x, y + z),
        (2 * (x + y), x, as_expression(2)),
    ],
)
def test_a_derivative_reads_as_one_writes_it(tree, of, derivative):
    assert local_derivatives(tree)[of] == derivative


def test_a_textbook_rule_names_the_output():
    a = defined("a", sigmoid(z))
    assert local_derivatives(a.definition, a)[z] == a * (1 - a)


def test_without_the_textbook_the_output_is_not_needed():
    a = defined("a", sigmoid(z))
    assert local_derivatives(a.definition, a, textbook=False)[z] == exp(-z) / (1 + exp(-z)) ** 2


def test_a_derivative_stops_at_named_quantities():
    u = defined("u", x * y)
    assert set(local_derivatives(u * z)) == {u, z}


def test_one_sweep_gives_every_partial_of_a_wide_sum():
    weights = [given(f"w{i}", Decimal(i)) for i in range(1024)]
    inputs = [given(f"x{i}", Decimal(i)) for i in range(1024)]
    partials = local_derivatives(total([w * i for w, i in zip(weights, inputs, strict=True)]))
    assert partials == dict(zip(weights + inputs, inputs + weights, strict=True))


def test_the_oracle_sees_a_derivative_that_is_one_part_in_a_million_off():
    derivative = evaluate(local_derivatives(sigmoid(x))[x])
    with pytest.raises(AssertionError):
        assert_close(derivative * Decimal("1.000001"), central_difference(sigmoid(x), x))


def assert_close(left, right):
    with localcontext(prec=50):
        assert abs(left - right) <= Decimal("1e-15") * max(abs(left), abs(right), Decimal("1e-6"))
