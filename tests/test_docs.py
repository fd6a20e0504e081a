"""What the documentation shows is what the project does."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from generator.network import activations
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES

ROOT = Path(__file__).parents[1]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_home_page_shows_a_piece_of_a_generated_page():
    shown = re.findall(r"\$\$\n(.*?)\n\$\$", text("docs/index.md"), re.DOTALL)
    (piece,) = (block.removeprefix("\\begin{aligned}\n") for block in shown)
    assert piece in text("docs/examples/mazur.md")


def test_the_activation_that_the_guide_shows_is_the_one_in_the_table():
    (shown,) = re.findall(r"```python\n(.*?)```", text("CONTRIBUTING.md"), re.DOTALL)
    real = inspect.getsource(activations.leaky_relu)
    assert ast.dump(ast.parse(shown)) == ast.dump(ast.parse(real))


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *SCHEDULES])
def test_the_readme_names_every_entry_of_the_tables(name):
    assert re.search(rf"\b{name}\b", text("README.md"))


def test_the_gallery_names_every_example_and_so_does_the_navigation():
    names = {path.stem for path in (ROOT / "docs/examples").glob("*.yaml")}
    assert set(re.findall(r"\[YAML\]\((\S+)\.yaml\)", text("docs/examples/index.md"))) == names
    assert set(re.findall(r"- examples/(\S+)\.md", text("mkdocs.yml"))) == names | {"index"}
