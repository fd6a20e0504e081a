"""What a program prints, and what it must print by the golden values."""

import contextlib
import io
import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from math import isclose
from random import Random

import numpy as np

from generator.algebra import NotFinite
from generator.config import parse
from generator.golden import golden_values
from generator.network.law import is_milestone
from tests.drawn import draw_configuration, yaml_text

# Nine digits are right to half a unit of the ninth; below 1e-12 float64's own rounding shows.
RELATIVE, ABSOLUTE = 6e-9, 1e-12


def run(program):
    """The lines that a program prints, each as its label and its numbers."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    return [
        (label, [float(number) for number in numbers.split()])
        for label, _, numbers in (line.partition(": ") for line in printed.getvalue().splitlines())
    ]


def expected(example):
    """The lines of an example in their order, from its golden values alone."""
    golden = json.loads(golden_values(example))
    first, final = golden["steps"][0], golden["final"]
    if example.loss is None:
        label = "outputs, a row each sample" if len(example.samples) > 1 else "outputs"
        return [(label, row) for row in final["outputs"]]
    is_long = example.trains and example.steps > 1
    steps = " step 1" if is_long else " the step"
    lines = [(f"loss before{steps}" if example.trains else "loss", [first["loss"]])]
    layers = list(zip(example.layers, first["layers"], strict=True))
    for index, (_, own) in enumerate(layers, start=1):
        lines += [(f"gradient of W{index}", row) for row in own["weight_gradients"]]
        lines += [(f"gradient of b{index}", own["bias_gradients"])] * bool(own["biases"])
    if not example.trains:
        return lines
    for index, (layer, own) in enumerate(layers, start=1):
        if layer.trains_weights:
            lines += [(f"updated W{index}", row) for row in own["updated_weights"]]
        if layer.trains_biases and own["biases"]:
            lines.append((f"updated b{index}", own["updated_biases"]))
    batch = tuple(example.samples[index] for index in example.batch(1))
    once = json.loads(golden_values(replace(example, samples=batch, steps=1)))
    lines.append((f"loss after{steps}", [once["final"]["loss"]]))
    if is_long:
        for step in golden["steps"][1:]:
            if is_milestone(step["step"]) or step["step"] == example.steps:
                lines.append((f"loss before step {step['step']}", [step["loss"]]))
        lines.append(("final loss", [final["loss"]]))
    return lines


def differences(found, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
    """Each line that is not as it must be."""
    if [label for label, _ in found] != [label for label, _ in right]:
        return [f"other lines: {found}, not {right}"]
    return [
        f"{label}: {numbers}, not {others}"
        for (label, numbers), (_, others) in zip(found, right, strict=True)
        if len(numbers) != len(others)
        or not all(
            isclose(*pair, rel_tol=rel_tol, abs_tol=abs_tol)
            for pair in zip(numbers, others, strict=True)
        )
    ]


@cache
def drawn_example(number):
    """A drawn example whose numbers float64 can be held to, with its YAML.

    It is drawn again where a value is not finite, and where the golden values change
    in their tenth digit as soon as the inputs do in their fourteenth: beside a
    corner, or where an optimizer divides a gradient of rounding errors by its size.
    """
    random = Random(f"programs, {number}")
    for _ in range(20):
        text = yaml_text(draw_configuration(random), random)
        example = parse(text).example
        try:
            right = expected(example)
            moved = [expected(shaken(example, by)) for by in ("1e-14", "-1e-14", "3e-14")]
        except NotFinite:
            continue
        if not any(differences(each, right, rel_tol=1e-9, abs_tol=1e-13) for each in moved):
            return example, text
    raise AssertionError("twenty configurations in a row are unfair")


def shaken(example, by):
    """The same example with each input off by so much of itself."""
    samples = tuple(
        replace(sample, inputs=tuple(value * (1 + Decimal(by)) for value in sample.inputs))
        for sample in example.samples
    )
    return replace(example, samples=samples)
