"""What a page says of PyTorch is what PyTorch prints, and a page that it contradicts is refused."""

import json
import re
from decimal import Decimal, localcontext

import pytest

from generator import generate
from generator.__main__ import main
from generator.algebra.number import PRECISION
from generator.config import parse, shapes
from generator.config.located import Unusable
from generator.network.training import training_step
from generator.page import pytorch
from generator.page.pytorch import PyTorchDiffers, TooCoarse, pytorch_says, relative
from tests.program_lines import drawn_example

MAZUR = """
title: Mazur
network:
  inputs: 2
  layers:
    - {units: 2, activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
    - {units: 2, activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
samples:
  - {inputs: [0.05, 0.10], targets: [0.01, 0.99]}
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
training: {steps: 3, train_biases: false}
page: {pytorch: true}
"""

# 0.1 + 0.2 - 0.3 is 0 in decimals, where ReLU's slope is 0, and 5.6e-17 in float64.
CORNER = """
network:
  inputs: 2
  layers:
    - {activation: relu, weights: [[1, 1]], biases: [-0.3]}
    - {activation: linear, weights: [[1]]}
samples: [{inputs: [0.1, 0.2], targets: [1]}]
loss: half_squared_error
optimizer: sgd
page: {pytorch: true}
"""

# The gradient of a bias that all of a softmax's logits share is 0; Adam divides its rounding errors
# by their own size.
NOISE = """
network:
  inputs: 1
  layers:
    - {activation: softmax, weights: [[0.37], [-0.7], [0.1]], bias: 0.24}
samples: [{inputs: [0.9], targets: [0.11252, 0.51, 0.37748]}]
loss: cross_entropy
optimizer: {name: adam, learning_rate: 0.2, eps: 1e-16}
page: {pytorch: true}
"""


def step_of(text):
    with localcontext(PRECISION):
        return training_step(parse(text).example)


@pytest.fixture
def torch():
    found = pytest.importorskip("torch", reason="pip install -e '.[test,oracle]' brings PyTorch")
    threads = found.get_num_threads()
    found.set_num_threads(1)
    yield found
    found.set_num_threads(threads)


def test_a_page_says_what_pytorch_found(torch):
    page = generate(MAZUR, "mazur")["mazur.md"]
    (said,) = re.findall(r"\*\*In PyTorch\.\*\* (.*)", page)
    assert torch.__version__.partition("+")[0] in said
    assert "$0.298371109$ before the step and $0.291027774$ after it" in said
    assert "$10^{-12}$" in said


def test_a_page_that_does_not_ask_says_nothing_and_needs_no_pytorch(monkeypatch):
    monkeypatch.setattr(pytorch, "pytorch_says", None)
    monkeypatch.setattr(shapes, "is_installed", lambda: False)
    page = generate(MAZUR.replace("true}", "false}"), "mazur")["mazur.md"]
    assert "**In PyTorch.**" not in page


def test_the_numbers_are_pytorchs(torch):
    says = pytorch_says(step_of(MAZUR))
    assert abs(says.before - 0.298371108760003) < 1e-14
    assert abs(says.after - 0.291027773693599) < 1e-14
    assert 0 < says.difference < 1e-14


def test_a_run_leaves_pytorch_as_it_was(torch):
    before = torch.get_default_dtype()
    pytorch_says(step_of(MAZUR))
    assert torch.get_default_dtype() == before == torch.float32


@pytest.mark.parametrize("number", range(60))
def test_pytorch_agrees_with_drawn_examples(torch, number):
    example, text = drawn_example(number)
    if example.loss is None:
        return
    try:
        with localcontext(PRECISION):
            says = pytorch_says(training_step(example))
    except TooCoarse:
        return
    assert says.difference < 1e-9, text


@pytest.mark.parametrize(
    ("right", "wrong", "label"),
    [
        ("lr=0.5", "lr=0.5000001", "updated W2"),
        ("torch.sigmoid(x", "torch.tanh(x", "loss before the step"),
        ('"sum")', '"sum") + 1e-8 * (W1 - W1.detach()).sum()', "gradient of W1"),
        ('show("loss after the step", ', 'show("loss after the step", 1.00001 * ', "loss after"),
    ],
)
def test_a_page_that_pytorch_contradicts_is_refused(
    torch, monkeypatch, capsys, tmp_path, right, wrong, label
):
    program = pytorch.pytorch_program

    def planted(example, digits):
        assert right in program(example, digits)
        return program(example, digits).replace(right, wrong)

    monkeypatch.setattr(pytorch, "pytorch_program", planted)
    with pytest.raises(PyTorchDiffers, match=label):
        pytorch_says(step_of(MAZUR))
    (tmp_path / "net.yaml").write_text(MAZUR, encoding="utf-8")
    assert main([str(tmp_path / "net.yaml")]) == 3
    assert "PyTorch" in capsys.readouterr().err
    assert not (tmp_path / "net.md").exists()


@pytest.mark.parametrize("text", [CORNER, NOISE], ids=["a corner", "rounding errors"])
def test_where_float64_is_too_coarse_the_user_is_told_so(torch, text):
    with pytest.raises(Unusable, match=r"PyTorch computes in float64, which is too coarse here"):
        generate(text, "x")


def test_without_pytorch_the_file_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(shapes, "is_installed", lambda: False)
    (tmp_path / "net.yaml").write_text(MAZUR, encoding="utf-8")
    assert main([str(tmp_path / "net.yaml")]) == 2
    line = MAZUR[: MAZUR.index("pytorch:")].count("\n") + 1
    said = capsys.readouterr().err
    assert f"net.yaml:{line}:17: page.pytorch: needs PyTorch, which is not installed" in said
    assert "pip install torch" in said


@pytest.mark.parametrize("key", ["loss", "targets"])
def test_without_gradients_there_is_nothing_to_compare(key):
    config = {
        "network": {"inputs": 1, "layers": [{"activation": "linear", "weights": [[1]]}]},
        "samples": [{"inputs": [1], "targets": [1]}],
        "loss": "squared_error",
        "page": {"pytorch": True},
    }
    config.pop(key, None)
    config["samples"][0].pop(key, None)
    with pytest.raises(Unusable, match="compares gradients"):
        parse(json.dumps(config))


@pytest.mark.parametrize(
    ("page", "other", "difference"),
    [("2", 2.5, "0.25"), ("-2", -2.5, "0.25"), ("0", 0.5, "500"), ("1", float("nan"), "Infinity")],
)
def test_a_difference_is_relative_to_the_value_or_to_a_thousandth(page, other, difference):
    assert relative(Decimal(page), other) == Decimal(difference)
