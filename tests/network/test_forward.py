"""The forward pass: once over floats, once over quantities, once more here by hand."""

import json
import math
import random

import pytest

from generator.algebra import NotFinite
from generator.config import parse
from generator.network.activations import ACTIVATIONS
from generator.network.law import final_pass, train
from generator.network.training import training_step

BY_HAND = {"linear": lambda z: z, "sigmoid": lambda z: 1 / (1 + math.exp(-z))}


def drawn(seed, shape, activations, bias, samples=1, **more):
    """A configuration with numbers from a seed."""
    draw = random.Random(seed)

    def numbers(count):
        return [round(draw.uniform(-2, 2), 2) for _ in range(count)]

    layers = []
    for fan_in, units, activation in zip(shape, shape[1:], activations, strict=False):
        layer = {"activation": activation, "weights": [numbers(fan_in) for _ in range(units)]}
        layers.append(layer | {"none": {}, "shared": {"bias": 0.35}}.get(bias, {}))
        if bias == "own":
            layers[-1]["biases"] = numbers(units)
    return {
        "network": {"inputs": shape[0], "layers": layers},
        "samples": [
            {"inputs": numbers(shape[0]), "targets": numbers(shape[-1])} for _ in range(samples)
        ],
        "loss": "half_squared_error",
        **more,
    }


def example(config):
    return parse(json.dumps(config)).example


def by_hand(config, sample):
    """Each layer's pre-activations and activations for one sample."""
    x, layers = sample["inputs"], []
    for layer in config["network"]["layers"]:
        units = len(layer["weights"])
        biases = layer.get("biases", [layer.get("bias", 0)] * units)
        z = [
            sum(weight * value for weight, value in zip(row, x, strict=True)) + bias
            for row, bias in zip(layer["weights"], biases, strict=True)
        ]
        x = [BY_HAND[layer["activation"]](value) for value in z]
        layers.append((z, x))
    return layers


def loss_by_hand(config, sample):
    *_, (_, outputs) = by_hand(config, sample)
    return sum((t - y) ** 2 / 2 for t, y in zip(sample["targets"], outputs, strict=True))


NETWORKS = {
    "1-1": drawn(1, (1, 1), ["sigmoid"], "shared"),
    "1-1 without a bias": drawn(2, (1, 1), ["linear"], "none"),
    "2-2-2 with shared biases": drawn(3, (2, 2, 2), ["sigmoid", "sigmoid"], "shared"),
    "3-4-2 with a bias a unit": drawn(4, (3, 4, 2), ["sigmoid", "linear"], "own"),
    "4-1-3 without biases": drawn(5, (4, 1, 3), ["linear", "sigmoid"], "none"),
    "2-3-3-1 over three samples": drawn(6, (2, 3, 3, 1), ["sigmoid"] * 3, "own", samples=3),
    "2-2 over two samples": drawn(7, (2, 2), ["sigmoid"], "shared", samples=2),
}
READINGS = {
    "floats": lambda config: next(train(example(config))).forward,
    "quantities": lambda config: training_step(example(config)).forward,
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_unit_has_the_value_that_a_person_would_compute(name, reading):
    config = NETWORKS[name]
    values = READINGS[reading](config)
    for number, sample in enumerate(config["samples"]):
        for layer, (z, a) in zip(values.layers, by_hand(config, sample), strict=True):
            assert floats(layer.pre_activations[:, number]) == pytest.approx(z, rel=1e-13)
            assert floats(layer.activations[:, number]) == pytest.approx(a, rel=1e-13)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_is_the_mean_or_sum_over_samples_of_the_sum_over_outputs(name, reduction, reading):
    config = NETWORKS[name] | {"reduction": reduction}
    losses = [loss_by_hand(config, sample) for sample in config["samples"]]
    expected = sum(losses) / (len(losses) if reduction == "mean" else 1)
    values = READINGS[reading](config)
    assert number(values.loss.total.item()) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_readings_of_an_activation_agree_however_far_out(activation):
    config = drawn(0, (1, 1), [activation], "none") | {"loss": None}
    config["network"]["layers"][0]["weights"] = [[1]]
    far_and_near = [-800, -30, -3, -1, -0.25, 0, 1e-9, 0.5, 3, 30, 800]
    config["samples"] = [{"inputs": [z]} for z in far_and_near]
    in_floats, in_decimals = (floats(reading(config).outputs.flat) for reading in READINGS.values())
    assert in_decimals == pytest.approx(in_floats, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("reading", READINGS)
def test_a_shared_bias_acts_as_the_same_bias_in_every_unit(reading):
    shared = drawn(8, (3, 4, 2), ["sigmoid", "sigmoid"], "shared")
    own = drawn(8, (3, 4, 2), ["sigmoid", "sigmoid"], "none")
    for layer in own["network"]["layers"]:
        layer["biases"] = [0.35] * len(layer["weights"])
    outputs = [floats(READINGS[reading](config).outputs.flat) for config in (shared, own)]
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("reading", READINGS)
def test_without_a_loss_there_is_only_the_way_forward(reading):
    config = NETWORKS["2-2 over two samples"] | {"loss": None}
    values = READINGS[reading](config)
    assert values.outputs.shape == (2, 2)
    assert values.loss is None


def test_without_targets_there_is_only_the_way_forward():
    config = drawn(9, (2, 2), ["sigmoid"], "own") | {"samples": [{"inputs": [1, 2]}]}
    step = training_step(example(config))
    assert step.forward.loss is None
    assert step.gradients is None


def test_decimals_start_from_the_digits_that_were_typed():
    config = drawn(10, (2, 1), ["linear"], "none")
    config["network"]["layers"][0]["weights"] = [[0.1, 0.2]]
    config["samples"] = [{"inputs": [1, 1], "targets": [0.3]}]
    in_floats, in_decimals = (reading(config).loss.total.item() for reading in READINGS.values())
    assert in_decimals.value == 0
    assert in_floats > 0


def test_the_second_forward_pass_uses_the_updated_parameters():
    config = NETWORKS["3-4-2 with a bias a unit"]
    config = config | {"optimizer": {"name": "sgd", "learning_rate": 0.5}}
    step = training_step(example(config))
    after = final_pass(example(config), next(train(example(config)))).loss.total.item()
    assert number(step.after.loss.total.item()) == pytest.approx(after, rel=1e-12)
    assert after != pytest.approx(number(step.forward.loss.total.item()))


@pytest.mark.parametrize(
    ("weight", "what"),
    [(1e200, "pre activation in layer 2 of unit 1 for sample 1"), (1e100, "loss")],
)
def test_a_float_that_overflows_is_refused_by_name(weight, what):
    config = drawn(11, (1, 1, 1), ["linear", "linear"], "none")
    for layer in config["network"]["layers"]:
        layer["weights"] = [[weight]]
    with pytest.raises(NotFinite, match=what):
        next(train(example(config)))


def floats(quantities):
    return [number(quantity) for quantity in quantities]


def number(quantity):
    return float(getattr(quantity, "value", quantity))
