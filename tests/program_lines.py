"""What a program prints, and what it must print by the golden values."""

import contextlib
import io
import json
from dataclasses import replace
from math import isclose

import numpy as np

from generator.golden import golden_values

# Nine digits are right to half a unit of the ninth; below 1e-12 float64's own rounding shows.
TOLERANCE = {"rel_tol": 6e-9, "abs_tol": 1e-12}


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
        milestones = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, example.steps]
        for step in golden["steps"][1:]:
            if step["step"] in milestones:
                lines.append((f"loss before step {step['step']}", [step["loss"]]))
        lines.append(("final loss", [final["loss"]]))
    return lines


def differences(found, right, tolerance=TOLERANCE):
    """Each line that is not as it must be."""
    if [label for label, _ in found] != [label for label, _ in right]:
        return [f"other lines: {found}, not {right}"]
    return [
        f"{label}: {numbers}, not {others}"
        for (label, numbers), (_, others) in zip(found, right, strict=True)
        if len(numbers) != len(others)
        or not all(isclose(*pair, **tolerance) for pair in zip(numbers, others, strict=True))
    ]
