"""What the documentation shows is what the project does."""

import ast
import inspect
import re
from decimal import Decimal
from pathlib import Path

import pytest

from generator import generate
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


@pytest.mark.parametrize(("rounding", "blocks"), [("exact", 1), ("stepwise", 2)])
def test_the_guide_to_rounding_shows_what_its_network_comes_to(rounding, blocks):
    guide = text("docs/guides/rounding.md")
    _, network = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    page = generate(network.replace("rounding: exact", f"rounding: {rounding}"), "net")["net.md"]
    part = guide.split(f"\n## {rounding.title()}\n")[1].split("\n## ")[0]
    shown = re.findall(r"begin{aligned}\n(.*?)\n.end{aligned}", part, re.DOTALL)
    assert [block for block in shown if block not in page] == []
    assert len(shown) == blocks


def test_the_guide_to_rounding_is_right_about_the_other_rounding():
    guide = text("docs/guides/rounding.md")
    assert "the calculator would say\n-0.0425." in guide and "value is -0.0429." in guide
    pre_activation = Decimal("0.441") * Decimal("0.6") - Decimal("0.639") * Decimal("0.9")
    assert str((pre_activation + Decimal("0.268")).normalize()) == "-0.0425"


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *SCHEDULES])
def test_the_readme_names_every_entry_of_the_tables(name):
    assert re.search(rf"\b{name}\b", text("README.md"))


def test_the_gallery_names_every_example_and_so_does_the_navigation():
    names = {path.stem for path in (ROOT / "docs/examples").glob("*.yaml")}
    assert set(re.findall(r"\[YAML\]\((\S+)\.yaml\)", text("docs/examples/index.md"))) == names
    assert set(re.findall(r"- examples/(\S+)\.md", text("mkdocs.yml"))) == names | {"index"}
