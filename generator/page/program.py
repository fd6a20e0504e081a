"""What both programs of a page share: their names for an example's parts, and their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from generator.algebra import Code
from generator.network.example import Example, Layer
from generator.network.law import is_milestone
from generator.page.markdown import environment
from generator.page.python_text import tidy


@dataclass(frozen=True)
class Parameter:
    """A weight matrix or a bias as the programs call it.

    trains: whether an update moves it; shown: what the NumPy program prints of it.
    """

    name: str
    trains: bool
    shown: str


def filled(template: str, example: Example, digits: int, **values: Any) -> str:
    """A program from its template, formatted; `math` is imported where it is used."""
    count = len(example.samples)
    parameters = list(parameters_of(example))
    milestones = [step for step in range(1, example.steps + 1) if is_milestone(step)]
    if example.steps not in milestones:
        milestones.append(example.steps)
    text = (
        environment()
        .get_template(template)
        .render(
            title=_title(example),
            digits=digits,
            has_loss=example.loss is not None,
            trains=example.trains,
            steps=example.steps if example.trains else 1,
            samples=count,
            is_batched=is_batched(example),
            batches=-(-count // example.batch_size),
            batch_size=example.batch_size,
            milestones="(" + ", ".join(str(step) for step in milestones) + ")",
            all_parameters=parameters,
            trained=[own for own in parameters if own.trains],
            frozen=frozen_names(example),
            uses_functional=any("F." in str(value) for value in values.values()),
            **values,
        )
    )
    return tidy(("import math\n\n" if "math." in text else "") + text)


def _title(example: Example) -> str:
    sizes = "-".join(str(size) for size in (example.inputs, *(o.units for o in example.layers)))
    what = "A forward and a backward pass" if example.loss else "A forward pass"
    if example.trains:
        what = "One training step" if example.steps == 1 else f"{example.steps} training steps"
    return f"{what} of a {sizes} network"


def with_used_samples(example: Example) -> Example:
    """The example with the samples that it needs: one step takes the first batch alone."""
    if example.trains and example.steps == 1:
        return replace(example, samples=tuple(example.samples[i] for i in example.batch(1)))
    return example


def parameters_of(example: Example) -> Iterator[Parameter]:
    for index, layer in enumerate(example.layers, start=1):
        yield Parameter(f"W{index}", layer.trains_weights, f"W{index}")
        if layer.biases:
            shown = f"b{index}" if layer.shared_bias else f"b{index}.T"
            yield Parameter(f"b{index}", layer.trains_biases, shown)


def moves(example: Example) -> bool:
    """Whether an update changes any parameter."""
    return example.trains and any(own.trains for own in parameters_of(example))


def frozen_names(example: Example) -> str:
    """The names of the parameters that no update moves: `b1`, `b1 and b2`, `W1, b1 and b2`."""
    names = [own.name for own in parameters_of(example) if not own.trains]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def is_batched(example: Example) -> bool:
    return example.trains and example.batch_size < len(example.samples)


def samples_at_once(example: Example) -> int:
    count = len(example.samples)
    return min(example.batch_size, count) if example.trains else count


def name_of_all(name: str, example: Example) -> str:
    """What all samples are called: x and t are those of a batch where there are batches."""
    return name.upper() if is_batched(example) else name


def activation_code(layer: Layer) -> Code:
    code = layer.activation.code
    assert code is not None, layer.activation.name
    return code


def loss_code(example: Example) -> Code:
    assert example.loss is not None
    code = example.loss.code_after(example.layers[-1].activation.name)
    assert code is not None, example.loss.name
    return code


def is_fused(example: Example) -> bool:
    """Whether the loss is computed from the logits of the last layer."""
    last = example.layers[-1].activation.name
    return example.loss is not None and last in example.loss.from_logits


def loss_argument(example: Example) -> str:
    """What the loss calls its first argument: logits z or outputs y."""
    return "z" if is_fused(example) else "y"


def over_weights(example: Example, term: str) -> str:
    """The sum of a term over all weight matrices."""
    names = [f"W{index + 1}" for index in range(len(example.layers))]
    if len(names) == 1:
        return term.format(W=names[0])
    return f"sum({term.format(W='W')} for W in [{', '.join(names)}])"
