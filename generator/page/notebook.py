"""A page as a Jupyter notebook: its text in cells, and its program, which asserts its numbers.

The notebook is nbformat 4.5 in plain JSON, and the same each time: its cells are numbered, no
clock and no chance is in it.
"""

from __future__ import annotations

import ast
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from generator.network.forward import LayerParameters
from generator.network.law import Run
from generator.network.training import TrainingStep
from generator.page.markdown import environment
from generator.page.numbers import is_scientific, rounded
from generator.page.python_text import tidy

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Statement:
    """What the program prints under one label: rows of numbers, as the page has them."""

    label: str
    rows: tuple[tuple[str, ...], ...]


def notebook(
    page: str,
    figures: Mapping[str, str],
    program: str,
    statements: Sequence[Statement],
    digits: int,
) -> str:
    """The notebook of a page, as text.

    page: its Markdown; figures: its SVG figures by file name, which are put inside;
    program: the example in NumPy, with a function `show` that prints; statements: what it
    must print, to so many digits.
    """
    cells = [_text_cell(section, figures) for section in _sections(page)]
    cells += _program_cells(program, statements, digits)
    numbered = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells, start=1)]
    whole = {"cells": numbered, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def statements(step: TrainingStep, run: Run | None, digits: int) -> tuple[Statement, ...]:
    """What the program of a step, or of a whole run, must print: values of the decimals, rounded.

    The losses of a run's later steps are those of float64, as on the page.
    """
    return tuple(
        Statement(label, tuple(tuple(_number(value, digits) for value in row) for row in rows))
        for label, rows in _values(step, run)
    )


def _values(step: TrainingStep, run: Run | None) -> Iterator[tuple[str, Any]]:
    """Every label of the program, with its rows of values."""
    loss, example = step.forward.loss, step.example
    if loss is None or step.gradients is None:
        label = "outputs, a row each sample" if len(example.samples) > 1 else "outputs"
        yield label, _rows(step.forward.layers[-1].activations.T)
        return
    before = "loss before step 1" if run else "loss before the step" if example.trains else "loss"
    yield before, [[loss.total.item().value]]
    yield from _parameters("gradient of", step.gradients)
    if step.updated is None or step.after is None or step.after.loss is None:
        return
    yield from _parameters("updated", step.updated, moved_only=True)
    after = "loss after step 1" if run else "loss after the step"
    yield after, [[step.after.loss.total.item().value]]
    if run:
        for number, value in run.losses[1:]:
            yield f"loss before step {number}", [[Decimal(value)]]
        yield "final loss", [[Decimal(run.final_loss)]]


def _parameters(
    what: str, layers: Sequence[LayerParameters], *, moved_only: bool = False
) -> Iterator[tuple[str, Any]]:
    """The weights and the bias of each layer; moved_only: of those that the update moved."""
    for index, own in enumerate(layers, start=1):
        for name, values in ((f"W{index}", own.weights), (f"b{index}", own.bias)):
            if values is None or (moved_only and not values.flat[0].name.step):
                continue
            yield f"{what} {name}", _rows(values if name[0] == "W" else values.reshape(1, -1))


def _rows(quantities: Any) -> list[list[Decimal]]:
    return [[quantity.value for quantity in row] for row in quantities]


def _number(value: Decimal, digits: int) -> str:
    number = rounded(value, digits)
    return f"{number:e}" if is_scientific(number) else f"{number:f}"


def _sections(page: str) -> list[str]:
    """The page cut before each heading of a section or a part of one."""
    sections: list[list[str]] = [[]]
    fence = ""
    for line in page.splitlines():
        if line.startswith("```"):
            fence = "" if line == fence else fence or line.rstrip("abcdefghijklmnopqrstuvwxyz")
        if line.startswith(("## ", "### ")) and not fence:
            sections.append([])
        sections[-1].append(line)
    return ["\n".join(lines).strip("\n") for lines in sections]


def _text_cell(text: str, figures: Mapping[str, str]) -> dict[str, Any]:
    """A cell of Markdown, with the figures that it shows inside it."""
    cell: dict[str, Any] = {"cell_type": "markdown", "metadata": {}}
    attachments = {}
    for number, (file, svg) in enumerate(figures.items(), start=1):
        target = f"]({quote(file)})"
        if target in text:
            name = f"figure-{number}.svg"
            text = text.replace(target, f"](attachment:{name})")
            attachments[name] = {"image/svg+xml": b64encode(svg.encode()).decode()}
    if attachments:
        cell["attachments"] = attachments
    return {**cell, "source": _source(text)}


def _code_cell(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _source(text),
    }


def _source(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)


def _program_cells(
    program: str, statements: Sequence[Statement], digits: int
) -> Iterator[dict[str, Any]]:
    """The program in its parts, its `show` replaced by one that also asserts."""

    def filled(part: str) -> str:
        template = environment().get_template(f"notebook_{part}")
        return template.render(statements=statements, digits=digits)

    before, after = _around_show(program)
    yield _text_cell(filled("start.md"), {})
    yield _code_cell(before)
    yield _code_cell(tidy(filled("show.py.jinja")))
    for part in _commented_parts(after):
        yield _code_cell(part)
    yield _code_cell(filled("end.py.jinja"))


def _around_show(program: str) -> tuple[str, str]:
    """The program before its function `show`, and after it."""
    lines = program.splitlines()
    (show,) = (
        node
        for node in ast.parse(program).body
        if isinstance(node, ast.FunctionDef) and node.name == "show"
    )
    return "\n".join(lines[: show.lineno - 1]), "\n".join(lines[show.end_lineno :])


def _commented_parts(code: str) -> list[str]:
    """Statements cut before each comment that stands at a line's beginning."""
    parts: list[list[str]] = [[]]
    for line in code.strip("\n").splitlines():
        if line.startswith("# ") and parts[-1]:
            parts.append([])
        parts[-1].append(line)
    return ["\n".join(lines) for lines in parts]
