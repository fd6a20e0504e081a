"""The two ledgers check each other: a fault planted in either of them stops the page."""

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from generator import config, generate
from generator.__main__ import main
from generator.algebra import exp
from generator.config import parse
from generator.network.layers import dense
from generator.network.ledgers import LedgersDiffer

MAZUR = {
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
right_law = dense.law


def wrong_law(change):
    """The dense layer's law with its gradients (weights, bias, input) changed."""

    def law(weights, bias, x, delta):
        return change(weights, bias, x, delta, *right_law(weights, bias, x, delta))

    return law


def sigmoids(example, **wrong):
    """The example with something else in the entry of its sigmoids."""
    return replace(
        example,
        layers=tuple(
            replace(layer, activation=replace(layer.activation, **wrong))
            if layer.activation.name == "sigmoid"
            else layer
            for layer in example.layers
        ),
    )


def loss(example, **wrong):
    """The example with something else in the entry of its loss."""
    return replace(example, loss=replace(example.loss, term=replace(example.loss.term, **wrong)))


WRONG_ENTRIES = {
    "derivative one in a hundred off": lambda example: sigmoids(
        example, derivative=lambda z, a: (a * (1 - a) * Decimal("1.01"),)
    ),
    "derivative one in ten million off": lambda example: sigmoids(
        example, derivative=lambda z, a: (a * (1 - a) * Decimal("1.0000001"),)
    ),
    "derivative without 1 - a": lambda example: sigmoids(example, derivative=lambda z, a: (a,)),
    "float slope one in a hundred off": lambda example: sigmoids(
        example, slope=lambda z: 0.99 / (np.exp(z) + 2 + np.exp(-z))
    ),
    "float values a millionth off": lambda example: sigmoids(
        example, kernel=lambda z: 1 / (1 + np.exp(-z)) + 1e-6
    ),
    "expression with a 2 for a 1": lambda example: sigmoids(
        example, expression=lambda z: 1 / (2 + exp(-z))
    ),
    "loss with the sign of the descent": lambda example: loss(
        example, derivative=lambda t, y, _: (y - t, t - y)
    ),
    "loss without its half": lambda example: loss(example, slope=lambda t, y: 2 * (y - t)),
}
WRONG_LAWS = {
    "weights not transposed": lambda W, b, x, delta, dW, db, dx: (dW, db, W @ delta),
    "gradient transposed": lambda W, b, x, delta, dW, db, dx: (dW.T, db, dx),
    "input left out": lambda W, b, x, delta, dW, db, dx: (delta @ np.ones_like(x).T, db, dx),
    "error signal left out": lambda W, b, x, delta, dW, db, dx: (dW, db, W.T @ np.ones_like(x)),
    "shared bias as the mean": lambda W, b, x, delta, dW, db, dx: (dW, db / 2, dx),
    "a factor of two": lambda W, b, x, delta, dW, db, dx: (2 * dW, db, dx),
    "one gradient slightly off": lambda W, b, x, delta, dW, db, dx: (
        dW * (1 + 1e-7 * np.eye(2)),
        db,
        dx,
    ),
}
FAULTS = [*WRONG_ENTRIES, *WRONG_LAWS]


def plant(fault, monkeypatch):
    """Put a fault into everything that is computed from now on."""
    if fault in WRONG_LAWS:
        monkeypatch.setattr(dense, "law", wrong_law(WRONG_LAWS[fault]))
        return

    def planted(text):
        right = parse(text)
        return replace(right, example=WRONG_ENTRIES[fault](right.example))

    monkeypatch.setattr(config, "parse", planted)


def test_without_a_fault_there_is_a_page():
    assert "At a glance" in generate(json.dumps(MAZUR), "mazur")["mazur.md"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_refused(fault, monkeypatch):
    plant(fault, monkeypatch)
    with pytest.raises(LedgersDiffer):
        generate(json.dumps(MAZUR), "mazur")


@pytest.mark.parametrize("fault", FAULTS)
def test_the_command_writes_nothing_and_says_what_differs(fault, monkeypatch, tmp_path, capsys):
    plant(fault, monkeypatch)
    source = tmp_path / "mazur.yaml"
    source.write_text(json.dumps(MAZUR))
    assert main([str(source)]) == 3
    assert list(tmp_path.iterdir()) == [source]
    error = capsys.readouterr().err
    assert "mazur.yaml" in error
    assert "layer" in error or "loss" in error
    assert "Traceback" not in error


def test_an_old_page_survives_a_fault(monkeypatch, tmp_path):
    source, page = tmp_path / "mazur.yaml", tmp_path / "mazur.md"
    source.write_text(json.dumps(MAZUR))
    page.write_text("the page of yesterday")
    plant("a factor of two", monkeypatch)
    assert main([str(source)]) == 3
    assert page.read_text() == "the page of yesterday"


def test_a_fault_in_one_job_does_not_hide_the_others(monkeypatch, tmp_path):
    for activation in ("sigmoid", "linear"):
        text = json.dumps(MAZUR).replace("sigmoid", activation)
        (tmp_path / f"{activation}.yaml").write_text(text)
    plant("derivative one in a hundred off", monkeypatch)
    assert main([str(tmp_path / "sigmoid.yaml"), str(tmp_path / "linear.yaml")]) == 3
    assert (tmp_path / "linear.md").exists()
    assert not (tmp_path / "sigmoid.md").exists()


def with_layer(inputs, targets, **layer):
    network = {"inputs": len(inputs), "layers": [layer]}
    return MAZUR | {"network": network, "samples": [{"inputs": inputs, "targets": targets}]}


HARD_FOR_FLOATS = {
    "terms that cancel": with_layer(
        [0.1, 0.3], [0.3], activation="linear", weights=[[3e8, -1e8]], biases=[0.3]
    ),
    "a saturated unit": with_layer([1], [1], activation="sigmoid", weights=[[80]]),
    "a unit that is far out": with_layer([1], [1], activation="sigmoid", weights=[[-2000]]),
    "huge weights": with_layer([1, 1], [0], activation="linear", weights=[[1e60, -2e60]]),
    "tiny weights": with_layer([1e-20], [0], activation="sigmoid", weights=[[1e-30]]),
    "a target that is reached": with_layer([1], [0.3], activation="linear", weights=[[0.3]]),
}


@pytest.mark.parametrize("name", HARD_FOR_FLOATS)
def test_what_floats_cannot_hold_is_no_fault(name):
    assert generate(json.dumps(HARD_FOR_FLOATS[name]), "x")["x.md"]


def test_on_a_corner_the_page_takes_the_decimals_side_and_the_json_pytorchs():
    config = with_layer([0.1, 0.2], [1], activation="relu", weights=[[1, 1]], biases=[-0.3])
    files = generate(json.dumps(config), "x", ["markdown", "json"])
    (step,) = json.loads(files["x.json"])["steps"]
    (layer,) = step["samples"][0]["layers"]
    assert 0 < layer["pre_activations"][0] < 1e-15  # 0.1 + 0.2 - 0.3 in float64
    assert layer["error_signals"][0] == pytest.approx(-1)
    assert r"| $\delta_1^{[1]}$ | 0 |" in files["x.md"]
