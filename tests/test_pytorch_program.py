"""The PyTorch program of a page prints the same lines as the NumPy one, with PyTorch's numbers."""

from pathlib import Path

import pytest

from generator.config import parse
from generator.page.programs import pytorch_program
from tests.program_lines import differences, drawn_example, expected, run

torch = pytest.importorskip("torch", reason="pip install -e '.[test,oracle]' brings PyTorch")

GALLERY = sorted((Path(__file__).parents[1] / "docs/examples").glob("*.yaml"), key=lambda p: p.stem)


@pytest.fixture(autouse=True, scope="module")
def _as_before():
    """The programs set the default dtype; networks of this size are slower on several threads."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_pytorch_program_of_an_example_prints_its_golden_values(path):
    example = parse(path.read_text(encoding="utf-8")).example
    assert differences(run(pytorch_program(example, 9)), expected(example)) == []


@pytest.mark.parametrize("number", range(300))
def test_the_pytorch_program_of_a_drawn_configuration_prints_its_golden_values(number):
    example, text = drawn_example(number)
    program = pytorch_program(example, 9)
    lines = differences(run(program), expected(example))
    assert not lines, "\n".join([*lines, text, program])
