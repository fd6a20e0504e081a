"""Published figures of optimizers, of a softmax network and of a long training come out here.

To the last digit that was printed; errors of the publishers are excepted one by one, each with
its reason. The figures of single steps of sigmoid networks are in test_reference.py.
"""

import json
from decimal import Decimal

import numpy as np
import pytest

from generator import generate
from generator.network.optimizers import OPTIMIZERS


def one_weight(weight, optimizer, samples, **training):
    """A single linear unit, whose gradient for an input of 1 is its weight minus the target."""
    return {
        "network": {"inputs": 1, "layers": [{"activation": "linear", "weights": [[weight]]}]},
        "samples": [{"inputs": [1], "targets": [target]} for target in samples],
        "loss": "half_squared_error",
        "optimizer": optimizer,
        "training": training,
    }


CASES = {
    # q4quant.studio, Adam, exercise 1: the first update for a gradient of 4.
    # https://www.q4quant.studio/dashboard/learn/programming/ml/optimization-algo/exercises/adam-ex-01-first-update-solution
    "q4quant_adam_step": {
        "network": one_weight(
            4, {"name": "adam", "learning_rate": 0.1, "betas": [0.9, 0.999], "eps": 0}, [0]
        ),
        "published": {
            "weight gradients 1": ["4"],
            "exp_avg 1": ["0.4"],
            "exp_avg_sq 1": ["0.016"],
            "change of weights 1": ["-0.1"],  # mhat and vhat: see the last test
        },
    },
    # Open-Deep-ML/DML-OpenProblem, problem 146, commit 04708b4: theta 1, velocity 0.5, gradient
    # 0.1. Its velocity has the learning rate in it, PyTorch's buffer has not: 0.5 is a buffer of
    # 50, which a first gradient of 50 leaves.
    "dml_146_momentum": {
        "network": one_weight(
            1.5,
            {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9},
            [-48.5, 0.9],
            steps=2,
            batch_size=1,
        ),
        "published": {
            "weights 1": ["1"],
            "weight gradients 1": ["0.1"],
            "velocity 1": ["0.451"],
            "updated weights 1": ["0.549"],
        },
    },
    # mcp-tool-shop-org/backprop-trace, commit 4a0b81e,
    # fixtures/external/tensorflow.softmax-ce.golden.jsonl
    "bt_tf_softmax_ce": {
        "network": {
            "network": {
                "inputs": 2,
                "layers": [
                    {
                        "activation": "sigmoid",
                        "weights": [[0.12, 0.22], [0.32, 0.42]],
                        "bias": 0.04,
                    },
                    {
                        "activation": "softmax",
                        "weights": [[0.18, 0.28], [0.38, 0.48], [0.08, 0.18]],
                        "bias": 0.14,
                    },
                ],
            },
            "samples": [{"inputs": [0.75, 0.25], "targets": [0, 0, 1]}],
            "loss": "cross_entropy",
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"train_biases": False},
        },
        "published": {
            "pre-activations 1": ["0.185000000", "0.385000000"],
            "activations 1": ["0.546118541", "0.595078474"],
            "pre-activations 2": ["0.404923310", "0.633162713", "0.290803609"],
            "activations 2": ["0.317607805", "0.399038023", "0.283354171"],
            "loss": ["1.26105767"],
            "updated weights 1": ["0.117184059", "0.219061353", "0.317262594", "0.419087531"],
            "updated weights 2": [
                *("0.162654849", "0.261099843"),
                *("0.358207794", "0.456254106"),
                *("0.119137357", "0.222646051"),
            ],
            "loss after": ["1.21097743"],
        },
    },
    # Matt Mazur, A Step by Step Backpropagation Example (2015-03-17), after 10,000 steps.
    # https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
    "mazur_10000": {
        "network": {
            "network": {
                "inputs": 2,
                "layers": [
                    {
                        "activation": "sigmoid",
                        "weights": [[0.15, 0.20], [0.25, 0.30]],
                        "bias": 0.35,
                    },
                    {
                        "activation": "sigmoid",
                        "weights": [[0.40, 0.45], [0.50, 0.55]],
                        "bias": 0.60,
                    },
                ],
            },
            "samples": [{"inputs": [0.05, 0.10], "targets": [0.01, 0.99]}],
            "loss": "half_squared_error",
            "optimizer": {"name": "sgd", "learning_rate": 0.5},
            "training": {"steps": 10_000, "train_biases": False},
        },
        "published": {
            "outputs after": ["0.015912196", "0.984065734"],
            "loss after": ["0.0000351085"],
            # The loss before the last step is that after 9,999 steps.
            "loss": ["0.0000351085"],
        },
        "errors": {
            # Of a training whose hidden gradients use output weights that were updated before,
            # which his own text rules out.
            ("outputs after", 0): "0.015913620",
            ("outputs after", 1): "0.984064274",
            # One step early: 9,999 steps, and those of the algorithm in his text.
            ("loss after", 0): "0.0000351019",
        },
    },
}


def computed(config):
    """Our values of the last step under the names of the published ones, flat, row by row."""
    values = json.loads(generate(json.dumps(config), "x", ["json"])["x.json"])
    step, final = values["steps"][-1], values["final"]
    (sample,) = step["samples"]
    rate = config["optimizer"]["learning_rate"]
    found = {
        "loss": [step["loss"]],
        "loss after": [final["loss"]],
        "outputs after": final["outputs"][0],
    }
    for number, (of_sample, of_all) in enumerate(
        zip(sample["layers"], step["layers"], strict=True), start=1
    ):
        weights, updated = np.ravel(of_all["weights"]), np.ravel(of_all["updated_weights"])
        state = {key: np.ravel(rows) for key, rows in of_all["state"]["weights"].items()}
        found |= {
            f"pre-activations {number}": of_sample["pre_activations"],
            f"activations {number}": of_sample["activations"],
            f"weights {number}": weights,
            f"weight gradients {number}": np.ravel(of_all["weight_gradients"]),
            f"updated weights {number}": updated,
            f"change of weights {number}": updated - weights,
            **{f"{key} {number}": rows for key, rows in state.items()},
        }
        if "momentum_buffer" in state:
            found[f"velocity {number}"] = rate * state["momentum_buffer"]
    return {name: [float(value) for value in quantity] for name, quantity in found.items()}


@pytest.fixture(scope="module")
def ours():
    return {name: computed(case["network"]) for name, case in CASES.items()}


def agree(figure, value):
    """Whether a printed figure is within half a unit of its last place, as floats go."""
    unit = Decimal(1).scaleb(Decimal(figure).as_tuple().exponent)
    return abs(Decimal(figure) - Decimal(value)) <= unit / 2


FIGURES = [
    pytest.param(name, quantity, index, figure, id=f"{name}: {quantity}[{index}]")
    for name, case in CASES.items()
    for quantity, figures in case["published"].items()
    for index, figure in enumerate(figures)
]


@pytest.mark.parametrize(("name", "quantity", "index", "figure"), FIGURES)
def test_a_published_figure_comes_out(ours, name, quantity, index, figure):
    value = ours[name][quantity][index]
    right = CASES[name].get("errors", {}).get((quantity, index), figure)
    assert agree(right, value)
    assert agree(figure, value) == (right == figure)


@pytest.mark.parametrize(
    ("role", "figure"),
    [("exp_avg", "0.4"), ("exp_avg_sq", "0.016"), ("exp_avg_hat", "4"), ("exp_avg_sq_hat", "16")],
)
def test_what_adam_names_on_its_way_is_as_q4quant_printed_it(role, figure):
    optimizer = OPTIMIZERS["adam"](learning_rate=Decimal("0.1"), eps=Decimal(0))
    named = {}
    optimizer.step(
        np.zeros(1),
        np.array([4.0]),
        {key: np.zeros(1) for key in optimizer.state},
        {key: float(number) for key, number in optimizer.numbers.items()},
        1,
        lambda values, role: named.setdefault(role, values),
    )
    assert Decimal(float(named[role][0])).quantize(Decimal("1e-12")) == Decimal(figure)
