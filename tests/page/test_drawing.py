"""The figures of a real step: what is set off is what the weight acts on, and nothing else."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest

from generator.algebra.number import PRECISION
from generator.config import parse
from generator.network.law import train
from generator.network.training import training_step
from generator.page.drawing import draw_paths, path_layers, path_places
from generator.page.markdown import environment, fill
from generator.page.notation import NOTATIONS
from tests.page.test_figures import SVG, marks, overlaps, struck_through

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


def example(name):
    return parse((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")).example


def grid(*sizes, activation="tanh", digits=2):
    """An example of any shape, its weights drawn."""
    layers = "\n".join(
        f"    - {{units: {units}, activation: {activation}, "
        f"weights: {{init: xavier_uniform, digits: {digits}}}, "
        f"biases: {{init: xavier_uniform, digits: {digits}}}}}"
        for units in sizes[1:]
    )
    return parse(
        f"title: A grid\nseed: 3\nnetwork:\n  inputs: {sizes[0]}\n  layers:\n{layers}\nsamples:\n"
        f"  - {{inputs: {[0.5] * sizes[0]}, targets: {[0.25] * sizes[-1]}}}\n"
        "loss: half_squared_error\noptimizer: {name: sgd, learning_rate: 0.5}\n"
    ).example


def step_of(made):
    with localcontext(PRECISION):
        return training_step(made)


# The paths.


def moved_units(made, layer):
    """The units whose activation changes where the layer's first weight does, by running both."""
    own = made.layers[layer - 1]
    nudged = ((own.weights[0][0] + Decimal("0.001"), *own.weights[0][1:]), *own.weights[1:])
    layers = list(made.layers)
    layers[layer - 1] = replace(own, weights=nudged)
    passes = [next(train(e)).forward.layers for e in (made, replace(made, layers=tuple(layers)))]
    return {
        (number, unit)
        for number, (before, after) in enumerate(zip(*passes, strict=True), start=1)
        for unit in np.flatnonzero(before.activations[:, 0] != after.activations[:, 0])
    }


MADE = {
    "mazur": example("mazur"),
    "deep": example("deep"),
    "softmax": example("softmax"),
    "xor": example("xor"),
    "6-6-6": grid(6, 6, 6),
    "1-1-1-1": grid(1, 1, 1, 1),
    "a softmax inside": grid(2, 3, 3, 2, activation="softmax"),
}
PATHS = [(name, layer) for name, made in MADE.items() for layer in range(1, len(made.layers))]


@pytest.mark.parametrize(("name", "layer"), PATHS)
def test_a_weight_s_paths_are_the_units_it_moves_and_the_edges_that_leave_them(name, layer):
    made = MADE[name]
    units = moved_units(made, layer)
    widths = [own.units for own in made.layers] + [1]
    edges = {(n + 1, target, u) for n, u in units for target in range(widths[n])}
    loss = (len(made.layers) + 1, 0)
    assert path_places(step_of(made), layer) == units | edges | {(layer, 0, 0), loss}


@pytest.mark.parametrize(("name", "layer"), PATHS)
def test_what_is_set_off_in_the_figure_is_the_paths(name, layer):
    step = step_of(MADE[name])
    places = path_places(step, layer)
    figure = draw_paths(step, NOTATIONS["layered"], "A network.", layer)
    for item in (*figure.wires, *figure.marks):
        assert (item.emphasis == "path") == (item.place in places)
    assert {item.place for item in (*figure.wires, *figure.marks)} >= places


def test_mazur_s_first_weight_has_two_paths():
    """w1, its unit h1, w5 and w7 with their units, and the loss behind both."""
    assert path_places(step_of(MADE["mazur"]), 1) == {
        (1, 0, 0), (1, 0), (2, 0, 0), (2, 1, 0), (2, 0), (2, 1), (3, 0, 0), (3, 0, 1), (3, 0)
    }  # fmt: skip


@pytest.mark.parametrize(("name", "layer"), PATHS)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_nothing_lies_on_anything_in_the_paths(name, layer, notation):
    figure = draw_paths(step_of(MADE[name]), NOTATIONS[notation], "A network.", layer)
    root = ET.fromstring(fill(environment(), "paths.svg", figure=figure))
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []


def test_the_paths_are_told_in_words():
    figure = draw_paths(step_of(MADE["mazur"]), NOTATIONS["mazur"], "A network", 1)
    root = ET.fromstring(fill(environment(), "paths.svg", figure=figure))
    assert root.findtext(f"{SVG}desc") == (
        "A network. Drawn thick: the weight from input 1 to h1, and every way on from there to "
        "the loss, through o1 and through o2."
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_hidden_layer_has_its_paths(name):
    assert list(path_layers(step_of(example(name)))) == [*range(1, len(example(name).layers))]
