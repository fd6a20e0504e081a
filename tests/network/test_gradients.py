"""Gradients: both ledgers against central differences of a loss that is computed only here."""

import copy
import json
import random
from itertools import pairwise, product

import numpy as np
import pytest

from generator.config import parse
from generator.network.law import train
from generator.network.training import training_step

H = 1e-6
RATE = 0.7


def drawn(seed, shape, activations, bias, samples=1, reduction="mean"):
    """A configuration with numbers from a seed."""
    draw = random.Random(seed)

    def numbers(count):
        return [round(draw.uniform(-2, 2), 2) for _ in range(count)]

    layers = []
    for (fan_in, units), activation in zip(pairwise(shape), activations, strict=True):
        weights = [numbers(fan_in) for _ in range(units)]
        biases = {"own": {"biases": numbers(units)}, "shared": {"bias": numbers(1)[0]}, "none": {}}
        layers.append({"activation": activation, "weights": weights, **biases[bias]})
    pairs = [(numbers(shape[0]), numbers(shape[-1])) for _ in range(samples)]
    return {
        "network": {"inputs": shape[0], "layers": layers},
        "samples": [{"inputs": inputs, "targets": targets} for inputs, targets in pairs],
        "reduction": reduction,
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": RATE},
    }


SHAPES = [
    ((1, 1), ["sigmoid"]),
    ((2, 1), ["linear"]),
    ((1, 1, 1), ["sigmoid", "linear"]),
    ((2, 2, 2), ["sigmoid", "sigmoid"]),
    ((3, 4, 2), ["linear", "sigmoid"]),
    ((2, 3, 1, 3), ["sigmoid", "sigmoid", "linear"]),
]
NETWORKS = {
    f"{'-'.join(map(str, shape))} {'/'.join(activations)}, {bias} bias, {reduction} of {samples}": (
        drawn(f"{shape}{bias}{samples}", shape, activations, bias, samples, reduction)
    )
    for (shape, activations), bias, (samples, reduction) in product(
        SHAPES, ["none", "shared", "own"], [(1, "mean"), (3, "mean"), (2, "sum")]
    )
}


def loss(config):
    """The loss of a configuration in twelve lines of NumPy."""
    sample_losses = []
    for sample in config["samples"]:
        x = np.array(sample["inputs"])
        for layer in config["network"]["layers"]:
            z = np.array(layer["weights"]) @ x + np.array(layer.get("biases", layer.get("bias", 0)))
            x = z if layer["activation"] == "linear" else 1 / (1 + np.exp(-z))
        sample_losses.append(0.5 * np.sum((np.array(sample["targets"]) - x) ** 2))
    return np.mean(sample_losses) if config["reduction"] == "mean" else np.sum(sample_losses)


def central_differences(config, layer, key):
    """The slopes of the loss in one of a layer's parameters, shaped like it."""
    values = np.array(config["network"]["layers"][layer][key], dtype=float)
    slopes = np.empty_like(values)
    for index in np.ndindex(values.shape):
        losses = []
        for step in (H, -H):
            moved, nudged = values.copy(), copy.deepcopy(config)
            moved[index] += step
            nudged["network"]["layers"][layer][key] = moved.tolist()
            losses.append(loss(nudged))
        slopes[index] = (losses[0] - losses[1]) / (2 * H)
    return slopes


def by_graph(config):
    return training_step(example(config))


def by_law(config):
    return next(train(example(config)))


def example(config):
    return parse(json.dumps(config)).example


def gradients_of(step):
    return step.gradients.parameters if hasattr(step.gradients, "parameters") else step.gradients


def parameters(config):
    """Each layer's index with the keys of its parameters."""
    for index, layer in enumerate(config["network"]["layers"]):
        for key in ("weights", "biases", "bias"):
            if key in layer:
                yield index, key


def values_of(own, key):
    """A layer's parameters, or what is shaped like them, as floats."""
    array = own.weights if key == "weights" else own.bias
    return np.vectorize(lambda value: float(getattr(value, "value", value)))(array)


@pytest.mark.parametrize("ledger", [by_graph, by_law])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_gradient_is_the_slope_of_the_loss(name, ledger):
    config = NETWORKS[name]
    gradients = gradients_of(ledger(config))
    for layer, key in parameters(config):
        slopes = central_differences(config, layer, key)
        found = values_of(gradients[layer], key).reshape(slopes.shape)
        assert found == pytest.approx(slopes, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", NETWORKS)
def test_graph_and_law_agree_to_the_precision_of_floats(name):
    graph, law = by_graph(NETWORKS[name]), by_law(NETWORKS[name])
    for layer, key in parameters(NETWORKS[name]):
        found = values_of(gradients_of(graph)[layer], key)
        assert found == pytest.approx(
            values_of(gradients_of(law)[layer], key), rel=1e-11, abs=1e-14
        )


@pytest.mark.parametrize("ledger", [by_graph, by_law])
@pytest.mark.parametrize("name", NETWORKS)
def test_an_update_moves_every_parameter_against_its_gradient(name, ledger):
    config = NETWORKS[name]
    step = ledger(config)
    for layer, key in parameters(config):
        typed = np.array(config["network"]["layers"][layer][key])
        moved = values_of(step.updated[layer], key).reshape(typed.shape)
        expected = typed - RATE * central_differences(config, layer, key)
        assert moved == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("ledger", [by_graph, by_law])
def test_a_shared_bias_has_the_sum_of_what_its_units_would_have(ledger):
    shared = drawn(1, (3, 4, 2), ["sigmoid", "sigmoid"], "shared", samples=2)
    own = copy.deepcopy(shared)
    for layer in own["network"]["layers"]:
        layer["biases"] = [layer.pop("bias")] * len(layer["weights"])
    for one, many in zip(gradients_of(ledger(shared)), gradients_of(ledger(own)), strict=True):
        assert values_of(one, "bias").item() == pytest.approx(values_of(many, "bias").sum())


@pytest.mark.parametrize("ledger", [by_graph, by_law])
def test_summing_over_samples_instead_of_averaging_scales_by_their_number(ledger):
    config = drawn(2, (2, 2, 2), ["sigmoid", "sigmoid"], "own", samples=3)
    mean, total = (
        gradients_of(ledger(config | {"reduction": reduction})) for reduction in ("mean", "sum")
    )
    for layer, key in parameters(config):
        assert 3 * values_of(mean[layer], key) == pytest.approx(values_of(total[layer], key))


@pytest.mark.parametrize("ledger", [by_graph, by_law])
def test_a_frozen_bias_has_its_gradient_and_stays(ledger):
    config = drawn(3, (2, 2, 2), ["sigmoid", "sigmoid"], "own")
    frozen = ledger(config | {"training": {"train_biases": False}})
    trained = ledger(config)
    for layer, typed in enumerate(config["network"]["layers"]):
        assert values_of(frozen.updated[layer], "bias").flatten().tolist() == typed["biases"]
        assert values_of(gradients_of(frozen)[layer], "bias") == pytest.approx(
            values_of(gradients_of(trained)[layer], "bias")
        )


@pytest.mark.parametrize("ledger", [by_graph, by_law])
def test_a_layer_can_freeze_its_weights_alone(ledger):
    config = drawn(4, (2, 2, 2), ["sigmoid", "sigmoid"], "own")
    config["network"]["layers"][0]["trainable"] = {"weights": False}
    typed = config["network"]["layers"]
    updated = ledger(config).updated
    assert values_of(updated[0], "weights").tolist() == typed[0]["weights"]
    assert values_of(updated[0], "bias").flatten().tolist() != typed[0]["biases"]
    assert values_of(updated[1], "weights").tolist() != typed[1]["weights"]


@pytest.mark.parametrize("ledger", [by_graph, by_law])
def test_without_an_optimizer_there_are_gradients_and_no_update(ledger):
    config = drawn(5, (2, 2), ["sigmoid"], "own")
    step = ledger(config | {"optimizer": None})
    assert step.updated is None
    assert values_of(gradients_of(step)[0], "weights").shape == (2, 2)


def test_the_oracle_sees_a_gradient_that_is_one_in_ten_thousand_off():
    config = NETWORKS["2-2-2 sigmoid/sigmoid, own bias, mean of 1"]
    slopes = central_differences(config, 0, "weights")
    assert slopes * 1.0001 != pytest.approx(slopes, rel=1e-6, abs=1e-8)
