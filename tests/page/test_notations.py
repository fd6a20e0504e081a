"""Every named notation on every example of the gallery; one small page in each, and in each view.

The snapshots are written anew by `pytest tests/page/test_notations.py --refresh-snapshots`.
"""

import json
import re
from pathlib import Path

import pytest
import yaml

from generator import generate
from generator.audit import read_page
from generator.page.notation import NOTATIONS

HERE = Path(__file__).parent
GALLERY = sorted((HERE.parents[1] / "docs" / "examples").glob("*.yaml"))
REFRESH = "pytest tests/page/test_notations.py --refresh-snapshots"

TINY = """\
title: A network of 1, 2 and 1 units
network:
  inputs: 1
  layers:
    - {activation: sigmoid, weights: [[0.5], [-0.3]], biases: [0.1, 0.2]}
    - {activation: sigmoid, weights: [[0.4, -0.6]], bias: 0.3}
samples: [{inputs: [0.8], targets: [1]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""

OWN = {
    "like": "nielsen",
    "input": "x_{unit}",
    "pre_activation": "s_{unit}^{layer}",
    "activation": "o_{unit}^{layer}",
    "activation.output": r"\hat{y}_{unit}",
    "bias": r"\theta_{unit}^{layer}",
    "loss": r"\mathcal{E}",
}

# How the small page is written, by name of the snapshot.
PAGES = {
    **{name: {"notation": name} for name in NOTATIONS},
    "own": {"notation": OWN},
    "stepwise": {"rounding": "stepwise", "digits": 3},
    "index": {"views": ["index"]},
    "matrix": {"views": ["matrix"]},
    "compact": {"detail": "compact"},
}


def example(path, notation):
    """The example of a file in another notation, with every digit as it was typed."""
    text = path.read_text(encoding="utf-8")
    page = (yaml.safe_load(text).get("page") or {}) | {"notation": notation}
    return re.sub(r"(?ms)^page:.*?(?=^\S|\Z)", "", text) + f"\npage: {page}\n"


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_equality_of_an_example_holds_in_every_notation(notation, path):
    reading = read_page(generate(example(path, notation), "net")["net.md"])
    assert reading.equalities > 20
    assert (reading.findings, reading.unread) == ((), ())


@pytest.mark.parametrize("name", PAGES)
def test_a_small_page_is_as_its_snapshot(name, request):
    page = generate(f"{TINY}page: {json.dumps(PAGES[name])}\n", "tiny")["tiny.md"]
    path = HERE / "snapshots" / f"{name}.md"
    if request.config.getoption("--refresh-snapshots"):
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8"), f"`{REFRESH}` writes it anew"


@pytest.mark.parametrize("name", PAGES)
def test_a_snapshot_reads_back_clean(name):
    reading = read_page((HERE / "snapshots" / f"{name}.md").read_text(encoding="utf-8"))
    assert reading.equalities > 20
    assert (reading.findings, reading.unread) == ((), ())
