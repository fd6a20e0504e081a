"""Symbols: how each quantity of a network is written, and what its anchor is called."""

import json
from decimal import Decimal
from itertools import pairwise

import pytest

from generator.algebra import Constant, Power, Quantity
from generator.config import parse
from generator.network.names import Name
from generator.page.latex import write
from generator.page.notation import NOTATIONS, Symbol, Symbols


def symbols(shape, notation, names=None, samples=1, shared=False):
    """The symbols of a network of this shape; names: the user's, by layer, 0 the inputs."""
    return Symbols(example(shape, names, samples, shared), NOTATIONS[notation])


def example(shape, names=None, samples=1, shared=False):
    names = names or {}
    layers = []
    for number, (fan_in, units) in enumerate(pairwise(shape), start=1):
        bias = {"bias": 1} if shared else {"biases": [1] * units}
        layers.append({"activation": "sigmoid", "weights": [[1] * fan_in] * units, **bias})
        if number in names:
            layers[-1]["names"] = names[number]
    config = {
        "network": {"inputs": names.get(0, shape[0]), "layers": layers},
        "samples": [{"inputs": [1] * shape[0], "targets": [1] * shape[-1]}] * samples,
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": 0.5},
    }
    return parse(json.dumps(config)).example


LOSS = Name("loss")
W5 = Name("weight", 2, unit=0, source=0)
NET_H2, OUT_H1 = Name("pre_activation", 1, unit=1), Name("activation", 1, unit=0)
NET_O1, OUT_O1 = Name("pre_activation", 2, unit=0), Name("activation", 2, unit=0)


@pytest.mark.parametrize(
    ("name", "mazur", "layered"),
    [
        (Name("input", 0, unit=1), "i_2", "x_2"),
        (Name("target", 0, unit=0), "target_{o1}", "y_1"),
        (Name("weight", 1, unit=1, source=0), "w_3", "W_{21}^{[1]}"),
        (W5, "w_5", "W_{11}^{[2]}"),
        (Name("bias", 1), "b_1", "b^{[1]}"),
        (NET_H2, "net_{h2}", "z_2^{[1]}"),
        (OUT_O1, "out_{o1}", "a_1^{[2]}"),
        (Name("loss_term", 0, unit=0), "E_{o1}", "L_1"),
        (LOSS, "E_{total}", "L"),
        (Name("learning_rate"), r"\eta", r"\alpha"),
        (Name("weight", 2, unit=0, source=0, step=1), "w_5^{+}", "W_{11}^{[2]+}"),
        (Name("loss", step=1), "E_{total}^{+}", "L^{+}"),
        (Name("gradient", of=NET_H2, by=LOSS), r"\delta_{h2}", r"\delta_2^{[1]}"),
        (
            Name("gradient", of=W5, by=LOSS),
            r"\frac{\partial E_{total}}{\partial w_5}",
            r"\frac{\partial L}{\partial W_{11}^{[2]}}",
        ),
        (
            Name("local_derivative", of=NET_O1, by=OUT_H1),
            r"\frac{\partial net_{o1}}{\partial out_{h1}}",
            r"\frac{\partial z_1^{[2]}}{\partial a_1^{[1]}}",
        ),
    ],
)
def test_a_quantity_has_its_symbol(name, mazur, layered):
    for notation, latex in (("mazur", mazur), ("layered", layered)):
        assert symbols((2, 2, 2), notation, shared=True)(name).latex == latex


def test_an_error_signal_can_be_written_as_the_derivative_that_it_is():
    partial = symbols((2, 2, 2), "mazur").partial(Name("gradient", of=NET_H2, by=LOSS))
    assert partial.latex == r"\frac{\partial E_{total}}{\partial net_{h2}}"


@pytest.mark.parametrize(
    ("name", "mazur", "layered"),
    [
        (W5, "w5", "w-2-1-1"),
        (Name("gradient", of=W5, by=LOSS), "w5-gradient", "w-2-1-1-gradient"),
        (Name("weight", 2, unit=0, source=0, step=1), "w5-updated", "w-2-1-1-updated"),
        (NET_H2, "net-h2", "z-1-2"),
        (Name("gradient", of=NET_H2, by=LOSS), "delta-h2", "delta-1-2"),
        (Name("learning_rate"), "learning-rate", "learning-rate"),
    ],
)
def test_a_quantity_has_its_anchor(name, mazur, layered):
    for notation, key in (("mazur", mazur), ("layered", layered)):
        assert symbols((2, 2, 2), notation)(name).key == key


@pytest.mark.parametrize(
    ("notation", "name", "latex"),
    [
        ("layered", OUT_H1, "a_1^{[1](2)}"),
        ("layered", Name("input", 0, unit=0), "x_1^{(2)}"),
        ("mazur", OUT_H1, "out_{h1}^{(2)}"),
        ("mazur", Name("sample_loss"), "E_{total}^{(2)}"),
    ],
)
def test_of_several_samples_each_value_says_its_own(notation, name, latex):
    second = Name(name.role, name.layer, name.unit, sample=1)
    assert symbols((2, 2, 2), notation, samples=2)(second).latex == latex


def test_two_digits_of_an_index_are_told_apart_by_a_comma():
    layered = symbols((11, 11), "layered")
    assert layered(Name("weight", 1, unit=0, source=10)).latex == "W_{1,11}^{[1]}"
    assert layered(Name("weight", 1, unit=10, source=0)).latex == "W_{11,1}^{[1]}"


@pytest.mark.parametrize(
    ("given", "index"),
    [("a", "a"), ("x2", "{x2}"), ("sepal length", r"{\text{sepal length}}"), ("ß", r"{\text{ß}}")],
)
def test_a_unit_is_called_what_the_user_calls_it(given, index):
    named = symbols((1, 2, 1), "mazur", {0: [given], 1: ["left", "right"]})
    assert named(Name("input", 0, unit=0)).latex == f"i_{index}"
    assert named(Name("activation", 1, unit=1)).latex == r"out_{\text{right}}"


def test_hidden_units_are_counted_on_from_layer_to_layer_where_they_have_no_layer_index():
    deep = symbols((2, 3, 2, 1), "mazur")
    assert deep(Name("activation", 2, unit=0)).latex == "out_{h4}"
    assert deep(Name("activation", 3, unit=0)).latex == "out_{o1}"


def test_a_unit_has_a_name_in_prose():
    assert symbols((2, 2, 2), "mazur").unit_in_words(1, 1) == "h2"
    assert symbols((2, 2, 2), "layered").unit_in_words(1, 1) == "unit 2 of layer 1"
    assert symbols((2, 2), "layered").unit_in_words(1, 1) == "unit 2"
    assert symbols((2, 2), "layered").unit_in_words(0, 1) == "input 2"


def test_a_subscript_stands_before_the_exponent():
    assert Symbol("w", "w", "w5", sub="55", sup="+").latex == "w_{55}^{+}"


@pytest.mark.parametrize(
    ("name", "latex", "key"),
    [
        (Name("input", 0, unit=1), "a_2^{1}", "a-1-2"),
        (Name("target", 0, unit=0), "y_1", "y-1"),
        (Name("weight", 1, unit=1, source=0), "w_{21}^{2}", "w-2-2-1"),
        (W5, "w_{11}^{3}", "w-3-1-1"),
        (Name("bias", 1, unit=0), "b_1^{2}", "b-2-1"),
        (NET_H2, "z_2^{2}", "z-2-2"),
        (OUT_H1, "a_1^{2}", "a-2-1"),
        (Name("loss_term", 0, unit=0), "C_1", "c-1"),
        (LOSS, "C", "c"),
        (Name("learning_rate"), r"\eta", "learning-rate"),
        (Name("gradient", of=NET_H2, by=LOSS), r"\delta_2^{2}", "delta-2-2"),
        (Name("weight", 2, unit=0, source=0, step=1), "w_{11}^{3+}", "w-3-1-1-updated"),
    ],
)
def test_nielsen_counts_the_inputs_as_layer_1(name, latex, key):
    symbol = symbols((2, 2, 2), "nielsen")(name)
    assert (symbol.latex, symbol.key) == (latex, key)


def test_nielsens_layers_have_the_same_numbers_in_words():
    assert symbols((2, 2, 2), "nielsen").unit_in_words(1, 1) == "unit 2 of layer 2"


def test_the_number_of_a_sample_stands_behind_that_of_a_layer():
    second = Name("activation", 1, unit=0, sample=1)
    assert symbols((2, 2, 2), "nielsen", samples=2)(second).latex == "a_1^{2,(2)}"


def test_a_layers_number_is_never_taken_for_a_power():
    symbol = symbols((2, 2, 2), "nielsen")
    squared = Power(Quantity(OUT_H1, None, Decimal(1)), Constant(Decimal(2)))
    written = write(squared, lambda quantity: symbol(quantity.name))
    assert written == r"\left(a_1^{2}\right)^2"


# The network that this project began with, in its own notation: issue figures, eight digits.
SOURCE = """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.30}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
samples: [{inputs: [0.05, 0.10], targets: [0.01, 0.99]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
training: {train_biases: false}
page: {notation: source, digits: 8}
"""


@pytest.mark.parametrize(
    "line",
    [
        "z_1 &= w_1 x_1 + w_2 x_2 + b_1",
        "h_1 &= \\sigma\\left(z_1\\right)",
        "y_1 &= w_5 h_1 + w_6 h_2 + b_2",
        "\\hat y_1 &= \\sigma\\left(y_1\\right)",
        "&\\approx 0.58115096",
        "&\\approx 1.0956193",
        "&\\approx 0.74943840",
        "&= 0.29743291",
        "&\\approx 0.35965298",
        "&\\approx 0.56133275",
        "\\delta_{z1} &= \\frac{\\partial E_{total}}{\\partial z_1}",
        "\\delta_{y1} &= \\frac{\\partial E_{total}}{\\partial y_1}",
    ],
)
def test_the_source_notation_writes_its_own_letters_with_the_right_values(line):
    from generator import generate

    assert line in generate(SOURCE, "net")["net.md"]
