"""The NumPy program of a page prints the page's numbers, and both read as a person writes them."""

import math
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from generator import generate
from generator.config import parse
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.page.programs import numpy_program, pytorch_program
from generator.page.python_text import factor, number, tidy
from tests.program_lines import differences, drawn_example, expected, run

GALLERY = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.yaml"), key=lambda p: p.stem)
MAZUR = next(path for path in GALLERY if path.stem == "mazur")
CORNERS = np.array([[0.0, 3.0, -3.0, 1.0, -1.0, 0.5, -0.5, 25.0, -25.0, 300.0, -300.0]])
TARGETS = np.array([[0.25, 0.5, 0.75, 0.125]])
OUTPUTS = np.array([[0.5, 0.5, 0.125, 0.875]])


def example_of(path):
    return parse(path.read_text(encoding="utf-8")).example


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_numpy_program_of_an_example_prints_its_golden_values(path):
    example = example_of(path)
    assert differences(run(numpy_program(example, 9)), expected(example)) == []


@pytest.mark.parametrize("number", range(300))
def test_the_numpy_program_of_a_drawn_configuration_prints_its_golden_values(number):
    example, text = drawn_example(number)
    program = numpy_program(example, 9)
    lines = differences(run(program), expected(example))
    assert not lines, "\n".join([*lines, text, program])


def test_the_drawn_configurations_hold_every_kind_of_example():
    examples = [drawn_example(number)[0] for number in range(300)]
    layers = [layer for example in examples for layer in example.layers]
    trained = [example for example in examples if example.trains]
    assert {layer.activation.name for layer in layers} == set(ACTIVATIONS)
    assert {example.loss.name for example in examples if example.loss} == set(LOSSES)
    assert {example.optimizer.name for example in trained} == set(OPTIMIZERS)
    assert {example.schedule.name for example in trained if example.steps > 1} == set(SCHEDULES)
    kinds = {
        "forward only": any(example.loss is None for example in examples),
        "no optimizer": any(example.loss and not example.optimizer for example in examples),
        "a shared bias": any(layer.shared_bias and layer.units > 1 for layer in layers),
        "no bias": any(not layer.biases for layer in layers),
        "frozen weights": any(not layer.trains_weights for layer in layers),
        "frozen biases": any(example.freezes_biases for example in trained),
        "both penalties": any(example.l1 and example.l2 for example in trained),
        "a sum over samples": any(example.reduction == "sum" for example in trained),
        "batches": any(example.batch_size < len(example.samples) for example in trained),
        "a hidden softmax": any(
            own.activation.name == "softmax" for example in trained for own in example.layers[:-1]
        ),
    }
    assert [kind for kind, found in kinds.items() if not found] == []


def test_a_program_has_as_many_digits_as_the_page():
    assert run(numpy_program(example_of(MAZUR), 4))[0] == ("loss before the step", [0.2984])
    assert run(numpy_program(example_of(MAZUR), 9))[-1][1] == [0.291027774]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (" * sigmoid_slope(z1)", ""),
        ("W2.T @ delta2", "W2 @ delta2"),
        ("W1 - learning_rate", "W1 + learning_rate"),
        ("0.15, 0.20", "0.15, 0.2000001"),
        ("delta2.sum()", "delta2.mean()"),
        ('show("gradient of b1", db1)\n', ""),
    ],
)
def test_a_wrong_program_is_seen(right, wrong):
    example = example_of(MAZUR)
    program = numpy_program(example, 9)
    assert right in program
    assert differences(run(program.replace(right, wrong)), expected(example))


def test_the_programs_stand_on_the_page_whole_and_run_by_themselves(tmp_path):
    page = generate(MAZUR.read_text(encoding="utf-8"), "mazur")["mazur.md"]
    on_page = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    example = example_of(MAZUR)
    assert on_page == [numpy_program(example, 9), pytorch_program(example, 9)]
    program = tmp_path / "program.py"
    program.write_text(on_page[0], encoding="utf-8")
    command = [sys.executable, "-I", "-W", "error", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "loss before the step: 0.298371109"
    assert done.stdout.splitlines()[-1] == "loss after the step: 0.291027774"


# The lines of each entry of the tables, at corners and far out, where a network seldom comes


def body(code, **values):
    """The value of an entry's lines."""
    *lines, value = code.splitlines()
    values |= {"np": np, "math": math}
    exec("\n".join(lines), values)
    return eval(value, values)


def close(found, right):
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.filterwarnings("ignore:overflow")
def test_the_lines_of_an_activation_are_its_formulas(name):
    function = ACTIVATIONS[name]()
    parameters = {key: float(value) for key, value in function.parameters.items()}
    assert function.code is not None, f"{name} needs its lines in a program: code=Code(...)"

    def own(z):
        return body(function.code.value, z=z, **parameters)

    close(own(CORNERS), function.kernel(CORNERS))
    close(
        body(function.code.slope, z=CORNERS, **parameters, **{name: own}), function.slope(CORNERS)
    )


def test_the_lines_of_softmax_are_its_formulas():
    softmax = ACTIVATIONS["softmax"]()
    z, gradient = CORNERS.reshape(-1, 1), np.linspace(-1, 1, CORNERS.size).reshape(-1, 1)
    close(body(softmax.code.value, z=z), softmax(z))
    close(body(softmax.code.slope, p=softmax(z), gradient=gradient), softmax.pullback(gradient, z))


@pytest.mark.parametrize("name", LOSSES)
def test_the_lines_of_a_loss_are_its_formulas(name):
    loss = LOSSES[name]()
    parameters = {key: float(value) for key, value in loss.parameters.items()}
    if loss.needs is None:
        assert loss.term.code is not None, f"{name} needs its lines in a program: code=Code(...)"
        values = {"t": TARGETS, "y": OUTPUTS, **parameters}
        close(body(loss.term.code.value, **values), loss.term.kernel(TARGETS, OUTPUTS))
        close(body(loss.term.code.slope, **values), loss.term.slope(TARGETS, OUTPUTS))
    for activation, fused in loss.from_logits.items():
        z, t = CORNERS.reshape(-1, 1), np.zeros((CORNERS.size, 1))
        t[2], t[4] = 0.75, 0.25
        close(body(fused.code.value, t=t, z=z), fused.terms(t, z))
        y = ACTIVATIONS[activation]()(z)
        close(body(fused.code.slope, t=t, y=y), fused.signal(t, z))


# Text


def test_a_program_is_one_that_its_formatter_leaves_as_it_is(tmp_path):
    ruff = shutil.which("ruff")
    if ruff is None:
        pytest.skip("pip install -e '.[lint]' brings ruff")
    for path in GALLERY:
        for kind in (numpy_program, pytorch_program):
            name = f"{path.stem}_{kind.__name__}.py"
            (tmp_path / name).write_text(kind(example_of(path), 9), encoding="utf-8")
    for check in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [ruff, *check, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_holds_only_what_its_example_uses():
    for program in (numpy_program(example_of(MAZUR), 9), pytorch_program(example_of(MAZUR), 9)):
        assert "generator" not in program
        assert not [
            word for word in ("tanh", "softmax", "adam", "state", "math") if word in program
        ]


@pytest.mark.parametrize(
    ("typed", "text"),
    [("0.20", "0.20"), ("1", "1.0"), ("-3", "-3.0"), ("1e-8", "1e-8"), ("1E+3", "1e+3")],
)
def test_a_number_keeps_its_digits_and_is_a_float(typed, text):
    assert number(Decimal(typed)) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [("y - t", "(y - t)"), ("2 * (y - t)", "2 * (y - t)"), ("f(y - t)", "f(y - t)")],
)
def test_a_sum_is_a_factor_in_parentheses(code, text):
    assert factor(code) == text


def test_functions_stand_apart():
    assert tidy("\nimport x\n\n\n\ndef f():\n    a\n\n    b\nf()  \n\n") == (
        "import x\n\n\ndef f():\n    a\n\n    b\n\n\nf()\n"
    )


def test_the_comparison_sees_what_is_wrong():
    right = [("a", [1.0, 2.0]), ("b", [3.0])]
    assert differences([("a", [1.0, 2.0 * (1 + 1e-9)]), ("b", [3.0])], right) == []
    for wrong in (
        [("a", [1.0, 2.0 * (1 + 1e-8)]), ("b", [3.0])],
        [("a", [1.0]), ("b", [3.0])],
        [("a", [1.0, 2.0])],
        [("b", [3.0]), ("a", [1.0, 2.0])],
        [("a", [1.0, float("nan")]), ("b", [3.0])],
    ):
        assert differences(wrong, right)
