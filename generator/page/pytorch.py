"""What PyTorch says: a page's own PyTorch program is run, and its numbers held against the page's.

It is a third ledger, by other people's formulas. Two numbers agree by the rule of
the other two: |PyTorch - page| <= 1e-9 x |page|, where 0.001 stands for whatever
is smaller than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np

from generator.algebra import Quantity
from generator.network.example import Example
from generator.network.law import final_pass, train
from generator.network.ledgers import ABSOLUTE, RELATIVE, LedgersDiffer
from generator.network.training import TrainingStep
from generator.page.programs import pytorch_program

SMALL = ABSOLUTE / RELATIVE
EXACT_DIGITS = 17  # that a float64 is read back from
TIMES_ITS_NOISE = 100  # how far float64 may be off beyond what it is off by itself

Lines: TypeAlias = list[tuple[str, list[Any]]]


class PyTorchDiffers(LedgersDiffer):
    """A number that PyTorch and the page do not agree on: a fault of the generator."""

    def __init__(self, label: str, page: Decimal, pytorch: float) -> None:
        Exception.__init__(self, f"{label}: the page says {page:.17g}, PyTorch {pytorch!r}")


class TooCoarse(Exception):
    """A number that no float64 program can follow: at a corner, or a difference of equals."""

    def __init__(self, label: str, page: Decimal, pytorch: float) -> None:
        super().__init__(
            f"PyTorch computes in float64, which is too coarse here: {label} is {page:.9g}, "
            f"PyTorch makes it {pytorch:.9g}; leave `pytorch` out, or take other numbers"
        )


@dataclass(frozen=True)
class PyTorchSays:
    """What a run of the program printed of the first step.

    after: None without an update. difference: the greatest of a gradient or an
    updated parameter to the page's, relative to its value (or to 0.001 where it
    is smaller).
    """

    version: str
    before: float
    after: float | None
    difference: float


def is_installed() -> bool:
    return find_spec("torch") is not None


def pytorch_says(step: TrainingStep) -> PyTorchSays:
    """Run the program of a first step and compare every number of it.

    Raises PyTorchDiffers at the first number that differs, TooCoarse if that is
    float64's doing, and ImportError without a PyTorch that works.
    """
    assert step.gradients is not None, "there is nothing to compare without a loss"
    import torch

    example = replace(step.example, steps=1)
    found = run(pytorch_program(example, EXACT_DIGITS))
    page = list(_page_lines(step))
    assert [label for label, _ in found] == [label for label, _ in page]
    greatest = Decimal(0)
    for (label, others), (_, quantities) in zip(found, page, strict=True):
        for other, quantity in zip(others, quantities, strict=True):
            difference = relative(quantity.value, other)
            if difference > RELATIVE:
                _blame_float64(example, page, label, quantity, other)
                raise PyTorchDiffers(label, quantity.value, other)
            if not label.startswith("loss"):
                greatest = max(greatest, difference)
    return PyTorchSays(
        version=str(torch.__version__).partition("+")[0],
        before=found[0][1][0],
        after=found[-1][1][0] if step.after else None,
        difference=float(greatest),
    )


def run(program: str) -> Lines:
    """The lines that a PyTorch program prints, each a label with numbers.

    It runs in this process, with a print of its own, and leaves the default dtype
    as it was.
    """
    import torch

    lines: list[str] = []
    dtype = torch.get_default_dtype()

    def collect(*parts: object) -> None:
        lines.append(" ".join(str(part) for part in parts))

    try:
        exec(compile(program, "<program>", "exec"), {"__name__": "__main__", "print": collect})
    finally:
        torch.set_default_dtype(dtype)
    split = (line.partition(": ") for line in lines)
    return [(label, [float(number) for number in rest.split()]) for label, _, rest in split]


def relative(page: Decimal, other: float) -> Decimal:
    """How far a number is from the page's, over its size, or over 0.001 if it is smaller."""
    if not np.isfinite(other):
        return Decimal("Infinity")
    return abs(Decimal(other) - page) / max(abs(page), SMALL)


def _page_lines(step: TrainingStep) -> Iterator[tuple[str, list[Quantity]]]:
    """The page's quantities in the order in which the program prints its numbers."""
    loss, after = step.forward.loss, step.after
    assert loss is not None and step.gradients is not None
    yield "loss before the step" if after else "loss", [loss.total.item()]
    for index, own in enumerate(step.gradients, start=1):
        yield from _rows(f"gradient of W{index}", own.weights)
        yield from _rows(f"gradient of b{index}", own.bias)
    if after is None or step.updated is None:
        return
    for index, (layer, own) in enumerate(
        zip(step.example.layers, step.updated, strict=True), start=1
    ):
        yield from _rows(f"updated W{index}", own.weights if layer.trains_weights else None)
        yield from _rows(f"updated b{index}", own.bias if layer.trains_biases else None)
    assert after.loss is not None
    yield "loss after the step", [after.loss.total.item()]


def _rows(label: str, array: Any) -> Iterator[tuple[str, list[Quantity]]]:
    """An array's rows; a bias, which is a column, is one row."""
    if array is not None:
        rows = array.T if label.split()[-1].startswith("b") else array
        yield from ((label, list(row)) for row in rows)


def _blame_float64(
    example: Example,
    page: Sequence[tuple[str, list[Quantity]]],
    label: str,
    quantity: Quantity,
    other: float,
) -> None:
    """Raise TooCoarse where our own float64 ledger is as far from the decimals as PyTorch.

    It runs as it is, and with the last digit of each of its numbers moved up or
    down: beside a corner, or where equals cancel, one of these is off too.
    """
    index = next(k for k, (_, row) in enumerate(page) if any(q is quantity for q in row))
    column = next(k for k, q in enumerate(page[index][1]) if q is quantity)
    noise = max(
        relative(quantity.value, _law_rows(example, moved)[index][column]) for moved in (0, 1, -1)
    )
    if relative(quantity.value, other) <= TIMES_ITS_NOISE * noise:
        raise TooCoarse(label, quantity.value, other)


def _law_rows(example: Example, moved: int) -> list[list[float]]:
    """The same numbers by the law in float64, with last digits moved up or down in turn."""

    def shaken(values: Any, role: str, layer: int = 0) -> Any:
        if not moved:
            return values
        up = np.arange(values.size).reshape(values.shape) % 2 == (moved > 0)
        return np.nextafter(values, np.where(up, np.inf, -np.inf))

    step = next(train(example, shaken))
    assert step.forward.loss is not None and step.gradients is not None
    rows = [[float(step.forward.loss.total)]]
    for own in step.gradients.parameters:
        rows += own.weights.tolist()
        rows += own.bias.T.tolist() if own.bias is not None else []
    for layer, moved_to in zip(example.layers, step.updated or (), strict=False):
        rows += moved_to.weights.tolist() if layer.trains_weights else []
        if layer.trains_biases and moved_to.bias is not None:
            rows += moved_to.bias.T.tolist()
    if step.updated is not None:
        last = final_pass(example, step)
        assert last.loss is not None
        rows.append([float(last.loss.total)])
    return rows
