"""Golden values: the keys and shapes that are fixed, and numbers against a rewrite in NumPy."""

import copy
import json
import random
from itertools import pairwise, product

import numpy as np
import pytest

from generator import generate
from generator.__main__ import main
from generator.golden import agree


def golden(config):
    """The golden values of a configuration, read back from their JSON."""
    return json.loads(generate(json.dumps(config), "x", ["json"])["x.json"])


MAZUR = {
    "title": "Mazur",
    "network": {
        "inputs": 2,
        "layers": [
            {"activation": "sigmoid", "weights": [[0.15, 0.20], [0.25, 0.30]], "bias": 0.35},
            {"activation": "sigmoid", "weights": [[0.40, 0.45], [0.50, 0.55]], "bias": 0.60},
        ],
    },
    "samples": [{"inputs": [0.05, 0.10], "targets": [0.01, 0.99]}],
    "loss": "half_squared_error",
    "optimizer": {"name": "sgd", "learning_rate": 0.5},
}


def drawn(seed, shape, bias, samples=1, reduction="mean", steps=1, trained=True):
    """A configuration with numbers from a seed."""
    draw = random.Random(seed)

    def numbers(count):
        return [round(draw.uniform(-2, 2), 3) for _ in range(count)]

    layers = []
    for fan_in, units in pairwise(shape):
        own = {"own": {"biases": numbers(units)}, "shared": {"bias": numbers(1)[0]}, "none": {}}
        layers.append({"weights": [numbers(fan_in) for _ in range(units)], **own[bias]})
        layers[-1]["activation"] = draw.choice(["sigmoid", "linear"])
    pairs = [(numbers(shape[0]), numbers(shape[-1])) for _ in range(samples)]
    return {
        "network": {"inputs": shape[0], "layers": layers},
        "samples": [{"inputs": inputs, "targets": targets} for inputs, targets in pairs],
        "reduction": reduction,
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": 0.05},
        "training": {"steps": steps, "train_biases": trained},
    }


# The contract


def test_the_whole_has_its_keys():
    values = golden(MAZUR)
    assert values["format"] == 1
    assert values["title"] == "Mazur"
    assert values["loss_function"] == "half_squared_error"
    assert values["reduction"] == "mean"
    assert values["optimizer"].items() >= {"name": "sgd", "learning_rate": 0.5}.items()
    assert set(values["final"]) >= {"loss", "outputs"}


def test_a_step_has_its_keys():
    (step,) = golden(MAZUR)["steps"]
    assert set(step) >= {"step", "loss", "samples", "layers"}
    (sample,) = step["samples"]
    assert set(sample) >= {"inputs", "targets", "loss", "layers"}
    for layer in sample["layers"]:
        assert set(layer) >= {"pre_activations", "activations", "error_signals"}
    for layer in step["layers"]:
        assert set(layer) >= {"activation", "weights", "weight_gradients", "updated_weights"}
        assert set(layer) >= {"biases", "bias_gradients", "updated_biases"}
        assert layer["activation"] == "sigmoid"


@pytest.mark.parametrize(
    ("bias", "biases"), [("own", [3, 2]), ("shared", [1, 1]), ("none", [0, 0])]
)
def test_shapes_are_pytorchs(bias, biases):
    (step,) = golden(drawn(1, (4, 3, 2), bias, samples=2))["steps"]
    for layer, units, fan_in, count in zip(step["layers"], [3, 2], [4, 3], biases, strict=True):
        for key in ("weights", "weight_gradients", "updated_weights"):
            assert np.shape(layer[key]) == (units, fan_in)
        for key in ("biases", "bias_gradients", "updated_biases"):
            assert np.shape(layer[key]) == (count,)
    for sample in step["samples"]:
        assert (len(sample["inputs"]), len(sample["targets"])) == (4, 2)
        for layer, units in zip(sample["layers"], [3, 2], strict=True):
            assert {len(layer[key]) for key in ("pre_activations", "error_signals")} == {units}


def test_frozen_biases_have_their_gradients_and_stay():
    (frozen,) = golden(drawn(2, (2, 2, 2), "own", trained=False))["steps"]
    (trained,) = golden(drawn(2, (2, 2, 2), "own"))["steps"]
    for one, other in zip(frozen["layers"], trained["layers"], strict=True):
        assert one["updated_biases"] == one["biases"]
        assert one["bias_gradients"] == other["bias_gradients"]
        assert other["updated_biases"] != other["biases"]
        assert one["updated_weights"] == other["updated_weights"]


def test_matrices_given_the_other_way_round_come_out_in_pytorchs_layout():
    config = drawn(3, (3, 2), "none")
    turned = copy.deepcopy(config)
    turned["network"]["weights_layout"] = "in_out"
    weights = turned["network"]["layers"][0]["weights"]
    turned["network"]["layers"][0]["weights"] = [
        list(column) for column in zip(*weights, strict=True)
    ]
    assert golden(turned)["steps"] == golden(config)["steps"]


def test_numbers_are_full_floats():
    config = copy.deepcopy(MAZUR)
    config["network"]["layers"][0]["weights"][0][0] = 0.1234567890123456
    text = generate(json.dumps(config), "x", ["json"])["x.json"]
    assert "0.1234567890123456" in text
    values = json.loads(text)
    loss = values["steps"][0]["loss"]
    assert len(repr(loss)) >= 16


def test_the_file_is_the_name_of_the_example(tmp_path):
    source = tmp_path / "mazur.yaml"
    source.write_text(json.dumps(MAZUR))
    assert main([str(source), "--format", "json"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mazur.json", "mazur.yaml"]
    assert json.loads((tmp_path / "mazur.json").read_text())["title"] == "Mazur"


# Several steps, and fewer than one


def test_each_step_starts_where_the_one_before_ended():
    steps = golden(drawn(4, (2, 3, 2), "own", samples=2, steps=5))["steps"]
    assert [step["step"] for step in steps] == [1, 2, 3, 4, 5]
    for before, after in pairwise(steps):
        for old, new in zip(before["layers"], after["layers"], strict=True):
            assert new["weights"] == old["updated_weights"]
            assert new["biases"] == old["updated_biases"]


def test_the_final_pass_has_the_last_updated_parameters():
    config = drawn(5, (2, 3, 2), "own", samples=2, steps=3)
    final = golden(config)["final"]
    config["training"]["steps"] = 4
    fourth = golden(config)["steps"][3]
    assert final["loss"] == fourth["loss"]
    assert final["outputs"] == [sample["layers"][-1]["activations"] for sample in fourth["samples"]]


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        (3, [1, 2, 3]),
        (100, list(range(1, 101))),
        (101, [1, 2, 5, 10, 20, 50, 100, 101]),
        (1000, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
        (1234, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1234]),
    ],
)
def test_past_a_hundred_steps_only_milestones_and_the_last_are_written(steps, written):
    config = drawn(6, (1, 1), "none", steps=steps)
    assert [step["step"] for step in golden(config)["steps"]] == written


def test_a_milestone_is_the_same_step_however_many_follow():
    short, long = (golden(drawn(7, (2, 2), "own", steps=steps))["steps"] for steps in (50, 150))
    assert short[49] == next(step for step in long if step["step"] == 50)


@pytest.mark.parametrize("left_out", [["loss", "optimizer"], ["targets", "loss", "optimizer"]])
def test_forward_only_there_are_no_gradients(left_out):
    config = {key: value for key, value in MAZUR.items() if key not in left_out}
    if "targets" in left_out:
        config["samples"] = [{"inputs": [0.05, 0.10]}]
    values = golden(config)
    (step,) = values["steps"]
    (sample,) = step["samples"]
    assert (values["loss_function"], values["optimizer"], step["loss"]) == (None, None, None)
    assert [layer["error_signals"] for layer in sample["layers"]] == [[], []]
    assert [layer["weight_gradients"] for layer in step["layers"]] == [[], []]
    assert [layer["updated_weights"] for layer in step["layers"]] == [
        layer["weights"] for layer in step["layers"]
    ]
    assert values["final"]["loss"] is None
    assert values["final"]["outputs"] == [sample["layers"][-1]["activations"]]


def test_without_an_optimizer_there_are_gradients_and_nothing_moves():
    (step,) = golden({key: value for key, value in MAZUR.items() if key != "optimizer"})["steps"]
    (trained,) = golden(MAZUR)["steps"]
    for layer, other in zip(step["layers"], trained["layers"], strict=True):
        assert layer["weight_gradients"] == other["weight_gradients"]
        assert layer["updated_weights"] == layer["weights"]


# Values, against the same network in NumPy


def forward(layers, x):
    """The activations of every layer, the input first."""
    activations = [np.array(x)]
    for layer in layers:
        z = np.array(layer["weights"]) @ activations[-1]
        z = z + np.array(layer.get("biases", layer.get("bias", 0)))
        activations.append(z if layer["activation"] == "linear" else 1 / (1 + np.exp(-z)))
    return activations


def backward(layers, sample):
    """A sample's loss, error signals, and gradients of each layer's weights and biases."""
    activations = forward(layers, sample["inputs"])
    error = activations[-1] - np.array(sample["targets"])
    loss = 0.5 * error @ error
    signals, gradients = [], []
    for layer, x, a in reversed(list(zip(layers, activations, activations[1:], strict=False))):
        delta = error if layer["activation"] == "linear" else error * a * (1 - a)
        error = delta @ np.array(layer["weights"])
        signals.insert(0, delta)
        gradients.insert(0, (np.outer(delta, x), delta.sum() if "bias" in layer else delta))
    return loss, signals, gradients, error


def trained(config):
    """Each step's loss, samples' error signals and parameters' gradients, from a rewrite."""
    layers = copy.deepcopy(config["network"]["layers"])
    share = 1 / len(config["samples"]) if config["reduction"] == "mean" else 1
    rate = config["optimizer"]["learning_rate"]
    for _ in range(config["training"]["steps"]):
        results = [backward(layers, sample) for sample in config["samples"]]
        loss = share * sum(result[0] for result in results)
        gradients = [
            [share * sum(parts) for parts in zip(*own, strict=True)]
            for own in zip(*(result[2] for result in results), strict=True)
        ]
        yield loss, [result[1] for result in results], [result[3] for result in results], gradients
        for layer, (weights, bias) in zip(layers, gradients, strict=True):
            layer["weights"] = (np.array(layer["weights"]) - rate * weights).tolist()
            for key in {"bias", "biases"} & set(layer):
                layer[key] = (np.array(layer[key]) - rate * bias).tolist()


REWRITTEN = [
    drawn(f"{shape} {bias} {samples}", shape, bias, samples, reduction, steps=4)
    for shape, bias, (samples, reduction) in product(
        [(1, 1), (2, 2, 2), (3, 4, 2), (2, 3, 1, 2)],
        ["none", "shared", "own"],
        [(1, "mean"), (3, "mean"), (2, "sum")],
    )
]


@pytest.mark.parametrize("config", REWRITTEN)
def test_every_value_of_every_step_is_that_of_the_rewrite(config):
    for step, (loss, signals, inputs, gradients) in zip(
        golden(config)["steps"], trained(config), strict=True
    ):
        assert step["loss"] == close(loss)
        for sample, of_layers, of_inputs in zip(step["samples"], signals, inputs, strict=True):
            for layer, expected in zip(sample["layers"], of_layers, strict=True):
                assert layer["error_signals"] == close(expected)
            assert sample["input_gradients"] == close(of_inputs)
        for layer, (weights, bias) in zip(step["layers"], gradients, strict=True):
            assert np.array(layer["weight_gradients"]) == close(weights)
            if layer["biases"]:
                assert layer["bias_gradients"] == close(np.atleast_1d(bias))


@pytest.mark.parametrize("config", REWRITTEN[::5])
def test_samples_have_their_own_losses_and_activations(config):
    (first, *_) = golden(config)["steps"]
    layers = config["network"]["layers"]
    for sample, given in zip(first["samples"], config["samples"], strict=True):
        assert sample["inputs"] == given["inputs"]
        assert sample["targets"] == given["targets"]
        assert sample["loss"] == close(backward(layers, given)[0])
        found = [layer["activations"] for layer in sample["layers"]]
        for values, expected in zip(found, forward(layers, given["inputs"])[1:], strict=True):
            assert values == close(expected)


@pytest.mark.parametrize("config", REWRITTEN[::5])
def test_the_rewrite_itself_has_the_slopes_of_its_loss(config):
    (_, _, _, gradients), h = next(trained(config)), 1e-6
    for index, layer in enumerate(config["network"]["layers"]):
        losses = []
        for step in (h, -h):
            nudged = copy.deepcopy(config)
            nudged["network"]["layers"][index]["weights"][-1][0] += step
            losses.append(next(trained(nudged))[0])
        slope = (losses[0] - losses[1]) / (2 * h)
        assert gradients[index][0][-1, 0] == pytest.approx(slope, rel=1e-6, abs=1e-8)
        assert len(layer["weights"]) == len(gradients[index][0])


def close(expected):
    return pytest.approx(expected, rel=1e-10, abs=1e-13)


def test_golden_values_of_another_machine_agree_but_for_rounding_errors():
    text = '{"loss": 0.3, "steps": [{"step": 1, "weights": [[0.25, -1e-300]]}]}'
    assert agree(text, text.replace("0.3", "0.30000000000000004").replace("-1e-300", "0.0"))
    for wrong in ("0.3000001", "3", '"0.3"', "null"):
        assert not agree(text, text.replace("0.3", wrong))
    assert not agree(text, text.replace(", -1e-300", ""))
    assert not agree(text, text.replace('step"', 'time"'))
    assert not agree(text, "not JSON")
