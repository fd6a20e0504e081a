"""The configuration file: YAML to a resolved, frozen Config, or every problem of it, located."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from pydantic import ValidationError

from generator.config.faults import translated
from generator.config.located import Unusable, read_yaml
from generator.config.notation import misfits_of, notation_of
from generator.config.schema import File
from generator.config.shapes import misfits
from generator.network.activations import ACTIVATIONS
from generator.network.example import Example, Layer, Row, Sample
from generator.network.initializers import INITIALIZERS, drawn
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.page.compose import PageOptions


@dataclass(frozen=True)
class Config:
    """A configuration file, resolved: what is computed, how it is printed, what it shows."""

    example: Example
    page: PageOptions
    summary: str = ""


def parse(text: str) -> Config:
    """The configuration that a YAML text describes; raises Unusable with all of its problems."""
    document = read_yaml(text)
    problems = list(document.problems)
    config = None
    try:
        config = File.model_validate(document.value)
    except ValidationError as error:
        problems += (translated(document, fault) for fault in error.errors())
    problems += (document.problem(path, message) for path, message in misfits(document.value))
    if problems or config is None:
        raise Unusable(problems)
    resolved = _resolved(config)
    alike = tuple(misfits_of(config.page.notation, resolved.example, document))
    if alike:
        raise Unusable(alike)
    return resolved


def _resolved(file: File) -> Config:
    has_targets = all(sample.targets is not None for sample in file.samples)
    layers = tuple(_layers(file))
    count = len(file.samples)
    size = file.training.batch_size
    schedule = file.optimizer.schedule if file.optimizer else None
    example = Example(
        title=" ".join(file.title.split()) or File.model_fields["title"].default,
        source=file.source,
        input_names=tuple(file.network.inputs) if isinstance(file.network.inputs, list) else (),
        layers=layers,
        samples=tuple(
            Sample(tuple(sample.inputs), _targets(sample.targets, layers[-1].units))
            for sample in file.samples
        ),
        reduction=file.reduction,
        loss=_made(LOSSES, file.loss) if file.loss and has_targets else None,
        l1=file.penalty.l1,
        l2=file.penalty.l2,
        optimizer=_made(OPTIMIZERS, file.optimizer) if file.optimizer else None,
        schedule=_made(SCHEDULES, schedule) if schedule else SCHEDULES["constant"](),
        steps=file.training.steps,
        batch_size=count if size == "all" else min(size, count),
    )
    page = file.page
    options = PageOptions(
        notation_of(page.notation),
        page.digits,
        page.result_digits,
        page.detail,
        tuple(page.views),
        page.rounding,
        page.pytorch,
        page.template or "",
        tuple(dict.fromkeys(page.downloads)),
    )
    return Config(example, options, " ".join((file.summary or "").split()))


def _made(table: Mapping[str, Callable[..., Any]], choice: Any, **more: Any) -> Any:
    """The entry of a table that the file chose, with its parameters."""
    key = "init" if hasattr(choice, "init") else "name"
    skipped = {key, "schedule", "digits"}
    given = {name: getattr(choice, name) for name in type(choice).model_fields}
    parameters = {name: value for name, value in given.items() if name not in skipped}
    return table[getattr(choice, key)](**more, **parameters)


def _layers(file: File) -> Iterator[Layer]:
    """The layers from the first to the last, the drawn values in that order from one seed."""
    random = Random(file.seed or 0)
    inputs = file.network.inputs
    fan_in = len(inputs) if isinstance(inputs, list) else inputs
    for index, layer in enumerate(file.network.layers):
        is_last = index == len(file.network.layers) - 1
        names = layer.names or (file.network.outputs if is_last else None) or []
        weights = layer.weights
        if isinstance(weights, list):
            if file.network.weights_layout == "in_out":
                weights = [list(column) for column in zip(*weights, strict=True)]
            rows = tuple(tuple(row) for row in weights)
        else:
            units = layer.units or len(names)
            values = _drawn(weights, random, fan_in, units, units * fan_in)
            rows = tuple(values[start : start + fan_in] for start in range(0, len(values), fan_in))
        biases = layer.biases if layer.bias is None else [layer.bias]
        if biases is not None and not isinstance(biases, list):
            biases = _drawn(biases, random, fan_in, len(rows), len(rows))
        own = layer.trainable.bias
        yield Layer(
            activation=_made(ACTIVATIONS, layer.activation),
            weights=rows,
            biases=tuple(biases or ()),
            shared_bias=layer.bias is not None,
            names=tuple(names),
            trains_weights=layer.trainable.weights,
            trains_biases=file.training.train_biases if own is None else own,
        )
        fan_in = len(rows)


def _drawn(choice: Any, random: Random, fan_in: int, fan_out: int, count: int) -> Row:
    draw = _made(INITIALIZERS, choice, fan_in=fan_in, fan_out=fan_out)
    return drawn(draw, random, choice.digits, count)


def _targets(targets: list[Decimal] | int | None, outputs: int) -> Row:
    """The targets of a sample; a class index as a one and zeros."""
    if isinstance(targets, int):
        return tuple(Decimal(int(unit == targets)) for unit in range(outputs))
    return tuple(targets or ())
