"""The circuit: values above, gradients below, nothing on anything else, the page's numbers."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from generator import generate
from generator.page.circuit import Node, Pair, circuit_figure
from generator.page.drawing import draw_gradients
from generator.page.labels import Label
from generator.page.markdown import environment, fill
from generator.page.notation import NOTATIONS
from tests.page.test_drawing import EXAMPLES, MADE, NAMES, example, step_of
from tests.page.test_figures import (
    SHAPES,
    SVG,
    VARIANTS,
    contrast,
    layered,
    marks,
    overlaps,
    plain,
    segments,
    short_names,
    struck_through,
    union,
)

NUMBERS = ["0.1385", "−0.0004386", "1.234×10⁻⁷", "−11.9000001", "0"]


def pair(label, number):
    return Pair(label, NUMBERS[number % len(NUMBERS)])


def circuit(sizes, bias="shared", symbol=plain, names=short_names, sample=1):
    numbered = [Label("", value=number) for number in NUMBERS]
    columns = [
        [
            Node(names(c, u), pair(numbered[u % 5], u + 1), pair(numbered[u % 3], u) if c else None)
            for u in range(size)
        ]
        for c, size in enumerate(sizes)
    ]
    weights = [
        [[pair(symbol("w", j * fan_in + i, layer), i) for i in range(fan_in)] for j in range(units)]
        for layer, (fan_in, units) in enumerate(pairwise(sizes), 1)
    ]
    biases = {
        "none": [()] * len(weights),
        "shared": [pair(symbol("b", n, n), n) for n in range(1, len(sizes))],
        "own": [
            [pair(symbol("b", unit, n), unit) for unit in range(size)]
            for n, size in enumerate(sizes[1:], 1)
        ],
    }[bias]
    loss = Node(Label("E", "total"), Pair(Label("", value="0.2984"), "1"))
    return circuit_figure(columns, weights, biases, loss, "A network", "It", sample=sample)


def svg(figure):
    return fill(environment(), "gradients.svg", figure=figure)


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize(("bias", "symbol", "names"), VARIANTS)
def test_nothing_lies_on_anything_else(sizes, bias, symbol, names):
    root = ET.fromstring(svg(circuit(sizes, bias, symbol, names)))
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []
    left, top, width, height = map(int, root.get("viewBox").split())
    everything = union(marks(root))
    assert left < everything[0]
    assert top < everything[1]
    assert everything[2] < left + width
    assert everything[3] < top + height


def test_the_checks_find_a_gradient_on_its_line_and_on_its_value():
    figure = circuit((2, 2, 2))
    index, mark = next(
        (i, m) for i, m in enumerate(figure.marks) if m.texts and m.texts[0].style == "gradient"
    )
    for move, finds in ((-10, struck_through), (-21, lambda root: overlaps(marks(root)))):
        moved = replace(mark, texts=tuple(replace(t, y=t.y + move) for t in mark.texts))
        planted = (*figure.marks[:index], moved, *figure.marks[index + 1 :])
        assert finds(ET.fromstring(svg(replace(figure, marks=planted))))


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 4, 2), (6, 6, 6)], ids=str)
def test_each_weight_has_a_line_with_its_value_above_and_its_gradient_below(sizes):
    """Between each value and its gradient there is a level line, and nothing else."""
    figure = circuit(sizes, "none", layered)
    root = ET.fromstring(svg(figure))
    level = [(a, b) for a, b in segments(root) if abs(a[1] - b[1]) < 1]
    texts = [t for t in root.iter(f"{SVG}text") if t.get("class") in ("value", "gradient")]
    found = 0
    for value, gradient in pairwise(text for text in texts if " " not in text.text):
        kinds = (value.get("class"), gradient.get("class"))
        if kinds == ("value", "gradient") and value.get("x") == gradient.get("x"):
            x, over, under = (float(n) for n in (value.get("x"), value.get("y"), gradient.get("y")))
            assert any(a[0] <= x <= b[0] and over < a[1] < under - 8 for a, b in level)
            found += 1
    assert found >= sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]) * 2


def test_a_large_circuit_is_abridged_and_says_so():
    figure = circuit((784, 12, 10), "own")
    assert sum(mark.circle is not None for mark in figure.marks) == 6 + 6 + 6 + 1
    assert not any(text.text == "w" for mark in figure.marks for text in mark.texts)
    assert "not every unit or weight" in ET.fromstring(svg(figure)).findtext(f"{SVG}desc")


# From a step.


def as_text(latex):
    """A page's number as a figure prints it."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    power = re.fullmatch(r"(.*) \\times 10\^\{(.*)\}", latex)
    plain_text = power[1] + "×10" + power[2].translate(raised) if power else latex
    return plain_text.replace("-", "−", 1) if not power else plain_text.replace("-", "−")


def test_mazur_s_numbers_stand_where_they_belong():
    """The page's published figures: 0.15 of w1 with 0.0004386 below it, and so on."""
    figure = draw_gradients(step_of(MADE["mazur"]), NOTATIONS["mazur"], "It", 4)
    texts = ["".join(t.text for t in mark.texts) for mark in figure.marks]
    for value, gradient in [
        ("w10.15", "0.0004386"), ("w50.40", "0.08217"), ("w70.50", "−0.02260"),
        ("0.3775", "0.008771"), ("0.5933", "0.03635"), ("1.106", "0.1385"), ("0.7514", "0.7414"),
        ("b10.35", "0.01873"), ("0.2984", "1"),
    ]:  # fmt: skip
        assert texts[texts.index(value) + 1] == gradient


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_figure_stands_on_the_page(name):
    files = generate((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), name)
    if f"{name}-gradients.svg" not in files:
        pytest.skip("no loss")
    number = r"-?\d+(?:\.\d+)?(?: \\times 10\^\{-?\d+\})?"
    printed = {as_text(found) for found in re.findall(number, files[f"{name}.md"])}
    root = ET.fromstring(files[f"{name}-gradients.svg"])
    legend = {t.text for t in root.iter(f"{SVG}text") if " " in t.text}
    shown = {
        t.text for t in root.iter(f"{SVG}text") if t.get("class") in ("value", "gradient")
    } - legend - {"1"}  # fmt: skip
    assert shown
    assert shown <= printed


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_nothing_lies_on_anything_in_a_real_circuit(name, notation):
    root = ET.fromstring(svg(draw_gradients(step_of(MADE[name]), NOTATIONS[notation], "It", 4)))
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []


def test_several_samples_and_a_penalty_are_named():
    step = step_of(example("xor"))
    assert "of sample 1" in svg(draw_gradients(step, NOTATIONS["layered"], "It", 4))
    assert "penalty" not in svg(draw_gradients(step, NOTATIONS["layered"], "It", 4))
    assert "sample" not in svg(draw_gradients(step_of(MADE["mazur"]), NOTATIONS["mazur"], "It", 4))
    decayed = svg(replace(circuit((1, 1)), has_penalty=True))
    assert "the penalty has no part" in decayed


def test_it_is_the_same_each_time_and_its_ids_are_its_own():
    assert svg(circuit((3, 4, 2))) == svg(circuit((3, 4, 2)))
    root = ET.fromstring(svg(circuit((3, 4, 2))))
    assert root.get("aria-labelledby") == "gradients-title gradients-description"
    assert root.get("role") == "img"


@pytest.mark.parametrize("template", ["paths", "gradients"])
def test_the_added_colours_have_their_contrast(template):
    text = (Path(__file__).parents[2] / "templates" / f"{template}.svg").read_text("utf-8")
    light, dark = text.split("@media", 1)
    for rules, panel in ((light, "#ffffff"), (dark, "#161b22")):
        fills = re.findall(r"\.(?:gradient|note|word)[^{]*\{ fill: (#\w{6})", rules)
        strokes = re.findall(r"\.wire\.path[^{]*\{ stroke: (#\w{6})", rules)
        assert fills + strokes
        assert all(contrast(colour, panel) >= 4.5 for colour in fills + strokes)
