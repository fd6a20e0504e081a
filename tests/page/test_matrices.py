"""The matrix view: its lines, recomputed by NumPy from the numbers they print, come out right."""

import itertools
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from generator import generate

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))
MATRIX = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}")

# What a line's LaTeX is in NumPy, in this order; a matrix is M<number> by then.
IN_NUMPY = [
    (r"\\sigma\\left\((M\d+)\\right\)", r"(1 / (1 + np.exp(-\1)))"),
    (r"\\tanh\\left\((M\d+)\\right\)", r"np.tanh(\1)"),
    (r"\\mathrm\{ReLU\}\\left\((M\d+)\\right\)", r"np.maximum(\1, 0)"),
    (r"\\mathrm\{softmax\}\\left\((M\d+)\\right\)", r"(np.exp(\1) / np.exp(\1).sum(axis=0))"),
    (r"\\frac\{1\}\{(\d+)\} ", r"1 / \1 * "),
    (r"\^\\top", ".T"),
    (r"\\odot", "*"),
    (r"(M\d+(?:\.T)?) (M\d+)", r"\1 @ \2"),
]


def numbers(body):
    return [
        [re.sub(r" \\times 10\^\{(-?\d+)\}", r"e\1", cell.strip()) for cell in row.split("&")]
        for row in body.split(r"\\")
    ]


def faults(page):
    """The lines of matrices whose result is not that of the numbers on them, to its last digit."""
    for operation, result in lines(page):
        found = [numbers(body) for body in MATRIX.findall(operation)]
        names = iter(f"M{n}" for n in range(len(found)))
        text = MATRIX.sub(lambda _, names=names: next(names), operation)
        for latex, numpy in IN_NUMPY:
            text = re.sub(latex, numpy, text)
        assert "\\" not in text, text
        scope = {f"M{n}": np.array(rows, dtype=float) for n, rows in enumerate(found)}
        value = eval(text, {"np": np}, scope)
        printed = numbers(MATRIX.fullmatch(result)[1])
        for row, computed in zip(printed, value, strict=True):
            for cell, number in zip(row, computed, strict=True):
                half = Decimal(5).scaleb(Decimal(cell).as_tuple().exponent - 1)
                if abs(number - float(cell)) > float(half) * (1 + 1e-9) + 1e-12:
                    yield f"{text}: {number}, not {cell}"


def lines(page):
    """Each row of matrices with the row that gives its result."""
    rows = [row.removesuffix(r" \\").lstrip("&= ") for row in page.splitlines()]
    for row, after in itertools.pairwise(rows):
        result = after.removeprefix(r"\approx ")
        if r"\begin{bmatrix}" in row and MATRIX.fullmatch(result):
            yield row.removeprefix(r"\approx "), result


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_the_matrices_of_the_gallery_come_out_right(file):
    page = generate(file.read_text(encoding="utf-8"), file.stem)[f"{file.stem}.md"]
    assert sum(1 for _ in lines(page)) >= 2
    assert list(faults(page)) == []


def test_a_wrong_entry_is_found():
    page = generate(EXAMPLES[-1].read_text(encoding="utf-8"), "x")["x.md"]
    _, result = next(iter(lines(page)))
    entry = numbers(MATRIX.fullmatch(result)[1])[0][0]
    wrong = result.replace(entry, f"{Decimal(entry) + Decimal('0.1')}", 1)
    assert list(faults(page.replace(result, wrong, 1)))


def network(units, page="{}"):
    rows = [[0.1] * units] * units
    return f"""\
network: {{inputs: {units}, layers: [{{activation: tanh, weights: {rows}}}]}}
samples: [{{inputs: {[0.3] * units}, targets: {[1] * units}}}]
loss: squared_error
page: {page}
"""


def test_a_matrix_too_large_to_read_is_left_out():
    assert "bmatrix" in generate(network(8), "x")["x.md"]
    assert "bmatrix" not in generate(network(9), "x")["x.md"]


def test_each_view_can_stand_alone():
    index = generate(network(2, "{views: [index]}"), "x")["x.md"]
    assert "bmatrix" not in index
    assert r"\begin{aligned}" in index
    matrix = generate(network(2, "{views: [matrix]}"), "x")["x.md"]
    assert "bmatrix" in matrix
    assert "Unit 1" not in matrix


def test_a_compact_page_folds_nothing_but_its_configuration():
    page = generate(network(3, "{detail: compact}"), "x")["x.md"]
    assert page.count("<details") == 1
    assert len(page) < len(generate(network(3), "x")["x.md"]) * 0.7
