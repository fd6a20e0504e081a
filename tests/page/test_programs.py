"""The NumPy program of a page prints the page's numbers, and reads as a person writes it."""

from pathlib import Path
from random import Random

import pytest

from generator.algebra import NotFinite
from generator.config import parse
from generator.page.programs import numpy_program
from tests.drawn import draw_configuration, yaml_text
from tests.program_lines import differences, expected, run

GALLERY = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.yaml"), key=lambda p: p.stem)
examples = pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)


def example_of(path):
    return parse(path.read_text(encoding="utf-8")).example


@examples
def test_the_numpy_program_of_an_example_prints_its_golden_values(path):
    example = example_of(path)
    assert differences(run(numpy_program(example, 9)), expected(example)) == []


@pytest.mark.parametrize("number", range(400))
def test_the_numpy_program_of_a_drawn_configuration_prints_its_golden_values(number):
    random = Random(f"programs, {number}")
    text = yaml_text(draw_configuration(random), random)
    example = parse(text).example
    program = numpy_program(example, 9)
    try:
        right = expected(example)
    except NotFinite:
        return
    lines = differences(run(program), right)
    assert not lines, "\n".join([*lines, text, program])
