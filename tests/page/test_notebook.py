"""The notebook of a page is one, runs from top to bottom, and stops at a number that is wrong."""

import contextlib
import io
import json
from base64 import b64encode
from decimal import localcontext
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from generator import generate
from generator.algebra.number import PRECISION
from generator.network.law import run as whole_run
from generator.network.training import training_step
from generator.page.notebook import notebook, statements
from generator.page.programs import numpy_program
from tests.program_lines import drawn_example

GALLERY = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.yaml"), key=lambda p: p.stem)
MAZUR = next(path for path in GALLERY if path.stem == "mazur").read_text(encoding="utf-8")


def notebook_of(text, name="net"):
    return generate(text, name, ["ipynb"])[f"{name}.ipynb"]


def cells(text, kind):
    return [
        "".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == kind
    ]


def run(codes):
    """Run cells one after the other in one namespace, as a kernel does; what they print."""
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        for code in codes:
            exec(compile(code, "cell", "exec"), names)
    return printed.getvalue()


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_notebook_of_an_example_is_valid_and_runs(path):
    text = notebook_of(path.read_text(encoding="utf-8"), path.stem)
    nbformat.validate(json.loads(text), relax_add_props=False)
    assert run(cells(text, "code")).endswith("\nEvery number agrees.\n")


@pytest.mark.parametrize("number", range(100))
def test_the_notebook_of_a_drawn_configuration_runs(number):
    example, _ = drawn_example(number)
    training = whole_run(example) if example.trains and example.steps > 1 else None
    with localcontext(PRECISION):
        printed = statements(training_step(example), training, 9)
    text = notebook("# A title\n\n## About it\n", {}, numpy_program(example, 9), printed, 9)
    run(cells(text, "code"))


@pytest.mark.slow
def test_a_kernel_runs_it_from_top_to_bottom_and_stops_at_a_wrong_number():
    text = notebook_of(MAZUR)
    done = NotebookClient(nbformat.reads(text, 4), timeout=60).execute()
    assert "Every number agrees." in done.cells[-1].outputs[0].text
    wrong = text.replace('[\\"0.291027774\\"]', '[\\"0.291027924\\"]')
    assert wrong != text
    with pytest.raises(CellExecutionError, match=r", not 0\.291027924"):
        NotebookClient(nbformat.reads(wrong, 4), timeout=60).execute()


def numbers_of_the_page():
    """Every number that the notebook compares, with its place in the cell."""
    cell = cells(notebook_of(MAZUR), "code")[1]
    start, end = cell.index("EXPECTED = {"), cell.index("}\n")
    at = start
    for word in cell[start:end].replace('"', " ").replace(",", " ").split():
        with contextlib.suppress(ValueError):
            float(word)
            at = cell.index(word, at)
            yield at, word
            at += len(word)


def test_it_compares_the_losses_every_gradient_and_every_new_parameter():
    found = [word for _, word in numbers_of_the_page()]
    assert found[0] == "0.298371109" and found[-1] == "0.291027774"
    assert len(found) == 1 + 10 + 8 + 1


@pytest.mark.parametrize(("at", "number"), list(numbers_of_the_page()))
@pytest.mark.parametrize("by", [1, -1])
def test_a_number_altered_in_its_last_digit_stops_it(at, number, by):
    codes = cells(notebook_of(MAZUR), "code")
    last = (int(number[-1]) + by) % 10
    altered = number[:-1] + str(last)
    codes[1] = codes[1][:at] + altered + codes[1][at + len(number) :]
    with pytest.raises(AssertionError, match=f", not {altered}"):
        run(codes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[0.05, 0.10]", "[0.05, 0.11]"),
        ("learning_rate = 0.5", "learning_rate = 0.6"),
        ("(W2.T @ delta2)", "(W2 @ delta2)"),
        ("* sigmoid(-z)", "* sigmoid(z)"),
    ],
)
def test_a_program_that_computes_otherwise_stops(old, new):
    codes = cells(notebook_of(MAZUR), "code")
    altered = [code.replace(old, new) for code in codes]
    assert altered != codes
    with pytest.raises(AssertionError, match=", not "):
        run(altered)


def test_a_part_left_out_is_told():
    codes = cells(notebook_of(MAZUR), "code")
    with pytest.raises(AssertionError):
        run([*codes[:-2], codes[-1]])


def test_its_text_is_the_page_with_the_figures_inside():
    files = generate(MAZUR, "my net", ["markdown", "ipynb"])
    page, texts = files["my net.md"], cells(files["my net.ipynb"], "markdown")
    program = next(text for text in texts if text.startswith("## The numbers, computed again"))
    joined = "\n\n".join(text for text in texts if text != program) + "\n"
    attached = {}
    for cell in json.loads(files["my net.ipynb"])["cells"]:
        attached |= cell.get("attachments", {})
    for name, content in attached.items():
        (file,) = (
            file
            for file, text in files.items()
            if content == {"image/svg+xml": b64encode(text.encode()).decode()}
        )
        joined = joined.replace(f"](attachment:{name})", f"]({quote(file)})")
    assert joined == page
    assert len(attached) == sum(file.endswith(".svg") for file in files) == page.count("![")
    assert all(text.startswith(("# ", "## ", "### ")) for text in texts)
    assert texts[-1] == program


def test_that_of_a_page_rounded_stepwise_has_the_exact_numbers():
    text = MAZUR.replace("rounding: exact", "rounding: stepwise")
    assert text != MAZUR
    assert run(cells(notebook_of(text), "code")).endswith("\nEvery number agrees.\n")


def test_a_heading_inside_a_code_block_does_not_cut_it():
    text = notebook_of(MAZUR + "\n\n## a comment\n### another\n")
    assert "\n## a comment\n### another\n" in cells(text, "markdown")[-2]


def test_it_is_the_same_each_time():
    assert notebook_of(MAZUR) == notebook_of(MAZUR)
