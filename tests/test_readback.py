"""Every printed equality of a page, read back from its Markdown, holds: none false, none unread."""

import itertools
import random
import re
from pathlib import Path

import pytest

from generator import generate
from generator.audit import audit, read_page, read_source
from generator.config.located import Unusable
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.page.notation import NOTATIONS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
GALLERY = sorted(EXAMPLES.glob("*.yaml"))

# The activation a loss needs or is mostly seen with, and targets that it has a meaning for.
LAST = {"cross_entropy": "softmax", "kl_divergence": "softmax", "binary_cross_entropy": "sigmoid"}
TARGETS = {
    "hinge": "[1, -1]",
    "cross_entropy": "1",
    "kl_divergence": "[0.25, 0.75]",
    "binary_cross_entropy": "[1, 0.3]",
}


def drawn_configurations(count):
    """So many configurations in which every activation, loss and optimizer has its turn."""
    draw = random.Random(20261122)
    turns = zip(
        itertools.cycle(ACTIVATIONS),
        itertools.cycle(LOSSES),
        itertools.cycle(OPTIMIZERS),
        range(count),
        strict=False,
    )
    for activation, loss, optimizer, number in turns:
        last = LAST.get(loss, draw.choice(list(ACTIVATIONS)))
        hidden = draw.randint(1, 3)

        def matrix(rows, columns):
            return [
                [round(draw.uniform(-1.5, 1.5), 2) for _ in range(columns)] for _ in range(rows)
            ]

        sample = f"{{inputs: {matrix(1, 2)[0]}, targets: {TARGETS.get(loss, '[0.5, -0.2]')}}}"
        samples = ", ".join([sample] * (1 + number % 2))
        yield f"""\
network:
  inputs: 2
  layers:
    - {{activation: {activation}, weights: {matrix(hidden, 2)}, biases: {matrix(1, hidden)[0]}}}
    - {{activation: {last}, weights: {matrix(2, hidden)}, bias: {round(draw.uniform(-1, 1), 3)}}}
samples: [{samples}]
loss: {loss}
optimizer: {{name: {optimizer}}}
penalty: {draw.choice(["{l1: 0.01}", "{l2: 0.1}", "{}", "{}"])}
reduction: {draw.choice(["mean", "sum"])}
training: {{steps: {draw.choice([1, 3])}, train_biases: {draw.choice(["true", "false"])}}}
page: {{notation: {draw.choice(list(NOTATIONS))}, digits: {draw.randint(2, 7)}}}
"""


def faults(page):
    reading = read_page(page)
    assert reading.equalities == reading.checked + reading.symbolic + len(reading.unread)
    assert reading.equalities > 20
    assert reading.checked > 2 * reading.symbolic  # laws, which have no numbers
    return reading.findings, reading.unread


@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_every_equality_of_a_gallery_page_holds(example):
    page = example.with_suffix(".md").read_text(encoding="utf-8")
    assert faults(page) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("text", list(drawn_configurations(200)), ids=range(200))
def test_every_equality_of_a_drawn_page_holds(text):
    assert faults(generate(text, "net")["net.md"]) == ((), ()), text


# The same of pages that are rounded stepwise

STEPWISE = [
    (digits, list(NOTATIONS)[digits % len(NOTATIONS)]) for digits in range(2, 7)
]  # in each notation
OTHERS = [pair for pair in itertools.product(range(2, 7), NOTATIONS) if pair not in STEPWISE]


def stepwise(text, digits, notation):
    """A configuration with a page of its own, which is its last part."""
    rest = re.sub(r"^page:.*\n( .*\n)*", "", text, flags=re.MULTILINE)
    return f"{rest}page: {{rounding: stepwise, notation: {notation}, digits: {digits}}}\n"


def stepwise_page(text):
    """Its page, or that with the digits that its refusal says would do."""
    try:
        return generate(text, "net")["net.md"]
    except Unusable as refused:
        enough = re.search(r"`(digits: \d+)` would do", str(refused))[1]
        return generate(re.sub(r"digits: \d+}\n\Z", enough + "}", text), "net")["net.md"]


DRAWN_STEPWISE = [
    stepwise(text, *page)
    for text, page in zip(
        drawn_configurations(200), itertools.cycle(STEPWISE + OTHERS), strict=False
    )
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [*itertools.islice(drawn_configurations(200), 30, 70)], ids=range(40)
)
def test_the_auditor_finds_nothing_on_a_drawn_page(text):
    result = audit(read_source(generate(text, "net")["net.md"], ".md"))
    assert (result.findings, result.coverage.unread) == ((), ()), text


@pytest.mark.slow
@pytest.mark.parametrize("text", DRAWN_STEPWISE[:40], ids=range(40))
def test_the_auditor_finds_nothing_on_a_drawn_stepwise_page(text):
    result = audit(read_source(stepwise_page(text), ".md"))
    assert (result.findings, result.coverage.unread) == ((), ()), text


@pytest.mark.parametrize(("digits", "notation"), STEPWISE)
@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_every_equality_of_a_stepwise_page_holds(example, digits, notation):
    text = stepwise(example.read_text(encoding="utf-8"), digits, notation)
    assert faults(generate(text, "net")["net.md"]) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize(("digits", "notation"), OTHERS)
@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_every_equality_of_a_stepwise_page_in_another_notation_holds(example, digits, notation):
    text = stepwise(example.read_text(encoding="utf-8"), digits, notation)
    assert faults(generate(text, "net")["net.md"]) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("text", DRAWN_STEPWISE, ids=range(200))
def test_every_equality_of_a_drawn_stepwise_page_holds(text):
    assert faults(stepwise_page(text)) == ((), ()), text


def test_a_wrong_last_digit_on_a_stepwise_page_is_found():
    text = (EXAMPLES / "mazur.yaml").read_text(encoding="utf-8")
    page = generate(stepwise(text, 4, "mazur"), "net")["net.md"]
    right = "&= 0.1385 \\cdot 0.5933 \\\\\n&\\approx 0.08217"
    wrong = right.replace("0.08217", "0.08216")
    assert page.count(right) == 1
    findings, _ = faults(page.replace(right, wrong))
    assert findings


@pytest.mark.parametrize(
    "optimizer",
    [
        "{name: sgd, momentum: 0.9, nesterov: true, weight_decay: 0.1}",
        "{name: sgd, momentum: 0.9, dampening: 0.5}",
        "{name: rmsprop, centered: true, momentum: 0.5}",
        "{name: adagrad, lr_decay: 0.1, initial_accumulator_value: 0.25}",
        "{name: adamax, weight_decay: 0.1}",
        "{name: adamw, weight_decay: 0.1, betas: [0.8, 0.99]}",
        "{name: adadelta, schedule: {name: cosine, T_max: 5}}",
    ],
)
def test_every_equality_of_an_optimizers_page_holds(optimizer):
    text = f"""\
network: {{inputs: 1, layers: [{{activation: tanh, weights: [[0.5]], biases: [-0.2]}}]}}
samples: [{{inputs: [0.7], targets: [1]}}, {{inputs: [-0.4], targets: [0.3]}}]
loss: squared_error
optimizer: {optimizer}
training: {{steps: 4, batch_size: 1}}
"""
    assert faults(generate(text, "net")["net.md"]) == ((), ())


@pytest.mark.parametrize(
    "change", [("0.2984", "0.2985"), ("0.1385 \\cdot 0.5969", "0.1385 \\cdot 0.5933")]
)
def test_a_wrong_number_on_a_page_is_found(change):
    page = (EXAMPLES / "mazur.md").read_text(encoding="utf-8")
    old, new = change
    assert page.count(old) >= 1
    findings, _ = faults(page.replace(old, new, 1))
    assert findings


@pytest.mark.parametrize("rounding", ["exact", "stepwise"])
def test_a_constant_that_only_the_second_forward_pass_reads_is_given_too(rounding):
    """SELU's alpha, where the update moves a pre-activation below 0."""
    text = f"""\
network: {{inputs: 1, layers: [{{activation: selu, weights: [[0.5]], biases: [0.1]}}]}}
samples: [{{inputs: [1], targets: [-3]}}]
loss: half_squared_error
optimizer: {{name: sgd, learning_rate: 0.5}}
page: {{rounding: {rounding}}}
"""
    assert faults(generate(text, "net")["net.md"]) == ((), ())
