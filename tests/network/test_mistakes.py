"""Classic mistakes give the numbers that people who made them have published."""

import math
from decimal import Decimal

import pytest

from generator.config import parse
from generator.network.central_difference import H, central_difference
from generator.network.mistakes import mistakes
from generator.network.training import training_step

# Robert Gordon University's chapter 3, example 3.1: the hidden weights that it prints come from
# output weights that were updated already (0.09916, 0.7978, ... for 0.09907, 0.7976, ...).
RGU = """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.1, 0.8], [0.4, 0.6]]}
    - {activation: sigmoid, weights: [[0.3, 0.9]]}
samples: [{inputs: [0.35, 0.9], targets: [0.5]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 1}
"""

MAZUR = """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
samples: [{inputs: [0.05, 0.10], targets: [0.01, 0.99]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""


def made(text):
    return {mistake.kind: mistake for mistake in mistakes(training_step(parse(text).example))}


def test_updated_output_weights_give_the_hidden_weight_that_was_published():
    wrong = made(RGU)["updated_weights"].wrong
    assert float(Decimal("0.1") - wrong) == pytest.approx(0.09915663266507302, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        # delta, slope and activation as published: 0.74136507, 0.186815602, 0.593269992
        ("slope_missing", 0.74136507 * 0.593269992),
        ("slope_twice", 0.74136507 * 0.186815602**2 * 0.593269992),
        ("half_missing", 2 * 0.082167041),
        ("sign", -0.082167041),
        # delta of o1 0.138498562 and of o2 -0.038098237, slope of h1 0.241300709, input 0.05
        ("path_forgotten", 0.138498562 * 0.40 * 0.241300709 * 0.05),
        ("transposed", (0.138498562 * 0.40 - 0.038098237 * 0.45) * 0.241300709 * 0.05),
        ("updated_weights", (0.138498562 * 0.35891648 - 0.038098237 * 0.511301270) * 0.0120650354),
    ],
)
def test_each_mistake_on_mazurs_network_is_what_his_figures_give(kind, wrong):
    assert float(made(MAZUR)[kind].wrong) == pytest.approx(wrong, rel=1e-7)


def test_an_example_makes_only_the_mistakes_that_it_can():
    single = "network: {inputs: 1, layers: [{activation: linear, weights: [[2]]}]}\n"
    single += "samples: [{inputs: [1], targets: [1]}]\nloss: squared_error\n"
    assert set(made(single)) == {"sign"}


def test_a_central_difference_comes_close_to_the_gradient():
    check = central_difference(training_step(parse(MAZUR).example))
    quotient = (check.above.value - check.below.value) / (2 * H)
    assert float(quotient) == pytest.approx(float(check.gradient.value), rel=1e-6)


def test_the_biases_left_out_give_the_gradient_of_a_network_without_any():
    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    h1 = sigmoid(0.15 * 0.05 + 0.20 * 0.10)
    h2 = sigmoid(0.25 * 0.05 + 0.30 * 0.10)
    o1 = sigmoid(0.40 * h1 + 0.45 * h2)
    wrong = float(made(MAZUR)["bias_dropped"].wrong)
    assert wrong == pytest.approx((o1 - 0.01) * o1 * (1 - o1) * h1, rel=1e-12)


def test_no_biases_cannot_be_left_out():
    assert "bias_dropped" not in made(RGU)
