"""How long the generator takes: run with `python -m pytest benchmarks`.

Nothing is asserted; pytest-benchmark prints the figures. The files are written
nowhere: what is timed is the way from a YAML text to the text of its files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import generate
from generator.config import parse
from generator.network.training import count_quantities

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def dense(units: int, layers: int = 2) -> str:
    """A network of square layers with drawn weights."""
    layer = (
        f"{{units: {units}, activation: tanh, "
        "weights: {init: xavier_uniform, digits: 2}, biases: {init: zeros}}"
    )
    row = ", ".join(["0.5"] * units)
    return (
        f"seed: 1\nnetwork: {{inputs: {units}, layers: [{', '.join([layer] * layers)}]}}\n"
        f"samples: [{{inputs: [{row}], targets: [{row}]}}]\n"
        "loss: half_squared_error\noptimizer: {name: sgd, learning_rate: 0.1}\n"
    )


def test_the_gallery(benchmark):
    texts = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.yaml")}
    benchmark.extra_info["pages"] = len(texts)
    benchmark(lambda: [generate(text, name) for name, text in texts.items()])


@pytest.mark.parametrize("units", [1, 2, 4, 8, 16, 24])
def test_growth_with_the_number_of_quantities(benchmark, units):
    text = dense(units)
    benchmark.extra_info["quantities"] = count_quantities(parse(text).example)
    benchmark(generate, text, "net")


@pytest.mark.parametrize("steps", [10_000, 100_000])
def test_long_training_of_mazurs_network(benchmark, steps):
    text = (EXAMPLES / "mazur.yaml").read_text(encoding="utf-8")
    text = text.replace("steps: 1,", f"steps: {steps},")
    benchmark.pedantic(generate, args=(text, "mazur", ["json"]), rounds=1)


def test_a_million_weights_as_json(benchmark):
    benchmark.pedantic(generate, args=(dense(1000, layers=1), "net", ["json"]), rounds=1)
