"""The configuration file: YAML to a resolved, frozen Config, or every problem of it, located."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from pydantic_core import ErrorDetails

from generator.located import Document, Path, Plain, Problem, Unusable, read_yaml
from generator.network.activations import ACTIVATIONS
from generator.network.example import Example, Layer, Sample
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS, Optimizer
from generator.page.compose import PageOptions
from generator.page.notation import NOTATIONS
from generator.shapes import misfits

NUMBER = re.compile(r"[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?")
NAME = re.compile(r"[^\W_]+([ _-][^\W_]+)*")


@dataclass(frozen=True)
class Config:
    """A configuration file, resolved: what is computed and how it is printed."""

    example: Example
    page: PageOptions


def parse(text: str) -> Config:
    """The configuration that a YAML text describes; raises Unusable with all of its problems."""
    document = read_yaml(text)
    problems: list[Problem] = []
    config = None
    try:
        config = _File.model_validate(document.value)
    except ValidationError as error:
        problems += (_translated(document, fault) for fault in error.errors())
    problems += (document.problem(path, message) for path, message in misfits(document.value))
    if problems or config is None:
        raise Unusable(problems)
    return _resolved(config)


def _number(value: object) -> Decimal:
    if isinstance(value, Plain) and NUMBER.fullmatch(value):
        number = Decimal(value.replace("_", ""))
        if abs(float(number)) == float("inf"):
            raise ValueError(f"{value} is too large; float64 ends at 1.8e308")
        return number if number else abs(number)
    if isinstance(value, str) and not isinstance(value, Plain) and NUMBER.fullmatch(value):
        raise ValueError(f"'{value}' is text; a number stands without quotes: {value}")
    raise ValueError(f"{_shown(value)} is not a number; write one such as 0.5 or 1e-3")


def _whole(value: object) -> int:
    if isinstance(value, Plain) and re.fullmatch(r"[-+]?\d+", value):
        return int(value)
    raise ValueError(f"{_shown(value)} is not a whole number; write one such as 2")


def _truth(value: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, Plain) and value.lower() in words:
        return words[value.lower()]
    raise ValueError(f"{_shown(value)} is neither true nor false")


def _unit_name(value: object) -> str:
    if isinstance(value, str) and NAME.fullmatch(value):
        return re.sub("[_-]", " ", value)
    raise ValueError(
        f"{_shown(value)} cannot name a unit; use letters, digits, spaces, hyphens and underscores"
    )


def _named(value: object) -> object:
    """A bare name is short for a mapping with `name:`."""
    return {"name": value} if isinstance(value, str) else value


def _count_or_names(value: object) -> str:
    return "names" if isinstance(value, list) else "count"


Number: TypeAlias = Annotated[Decimal, BeforeValidator(_number)]
Whole: TypeAlias = Annotated[int, BeforeValidator(_whole)]
Count: TypeAlias = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
Digits: TypeAlias = Annotated[int, BeforeValidator(_whole), Field(ge=2, le=12)]
Truth: TypeAlias = Annotated[bool, BeforeValidator(_truth)]
UnitName: TypeAlias = Annotated[str, BeforeValidator(_unit_name)]


class _Part(BaseModel):
    """A mapping of the file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Activation(_Part):
    name: Literal[tuple(ACTIVATIONS)]  # type: ignore[valid-type]


class _Loss(_Part):
    name: Literal[tuple(LOSSES)]  # type: ignore[valid-type]


class _Optimizer(_Part):
    name: Literal[tuple(OPTIMIZERS)]  # type: ignore[valid-type]
    learning_rate: Number


class _Trainable(_Part):
    weights: Truth = True
    bias: Truth | None = None


class _Layer(_Part):
    units: Count | None = None
    names: list[UnitName] | None = None
    activation: Annotated[_Activation, BeforeValidator(_named)]
    weights: list[list[Number]]
    bias: Number | None = None
    biases: list[Number] | None = None
    trainable: _Trainable = _Trainable()


class _Network(_Part):
    inputs: Annotated[
        Annotated[Count, Tag("count")] | Annotated[list[UnitName], Tag("names")],
        Discriminator(_count_or_names),
    ]
    outputs: list[UnitName] | None = None
    weights_layout: Literal["out_in", "in_out"] = "out_in"
    layers: Annotated[list[_Layer], Field(min_length=1)]


class _Sample(_Part):
    inputs: list[Number]
    targets: list[Number] | None = None


class _Training(_Part):
    steps: Count = 1
    train_biases: Truth = True


class _Page(_Part):
    notation: Literal[tuple(NOTATIONS)] = "layered"  # type: ignore[valid-type]
    digits: Digits = 4
    result_digits: Digits = 9
    rounding: Literal["exact"] = "exact"


class _File(_Part):
    title: str = "Backpropagation, step by step"
    source: str | None = None
    network: _Network
    samples: Annotated[list[_Sample], Field(min_length=1)]
    reduction: Literal["mean", "sum"] = "mean"
    loss: Annotated[_Loss, BeforeValidator(_named)] | None = None
    optimizer: Annotated[_Optimizer, BeforeValidator(_named)] | None = None
    training: _Training = _Training()
    page: _Page = _Page()


def _resolved(file: _File) -> Config:
    network = file.network
    last = len(network.layers) - 1
    targets = all(sample.targets is not None for sample in file.samples)
    example = Example(
        title=" ".join(file.title.split()),
        source=file.source,
        input_names=tuple(network.inputs) if isinstance(network.inputs, list) else (),
        layers=tuple(
            _layer(file, layer, network.outputs if index == last else None)
            for index, layer in enumerate(network.layers)
        ),
        samples=tuple(
            Sample(tuple(sample.inputs), tuple(sample.targets or ())) for sample in file.samples
        ),
        reduction=file.reduction,
        loss=LOSSES[file.loss.name] if file.loss and targets else None,
        optimizer=Optimizer(OPTIMIZERS[file.optimizer.name], file.optimizer.learning_rate)
        if file.optimizer
        else None,
        steps=file.training.steps,
    )
    page = file.page
    return Config(example, PageOptions(page.notation, page.digits, page.result_digits))


def _layer(file: _File, layer: _Layer, outputs: list[str] | None) -> Layer:
    rows = layer.weights
    if file.network.weights_layout == "in_out":
        rows = [list(column) for column in zip(*rows, strict=True)]
    biases = layer.biases if layer.bias is None else [layer.bias]
    trains_biases = layer.trainable.bias
    return Layer(
        activation=ACTIVATIONS[layer.activation.name],
        weights=tuple(tuple(row) for row in rows),
        biases=tuple(biases or ()),
        shared_bias=layer.bias is not None,
        names=tuple(layer.names or outputs or ()),
        trains_weights=layer.trainable.weights,
        trains_biases=file.training.train_biases if trains_biases is None else trains_biases,
    )


# What a fault of the schema says to a person; the rest speak for themselves.
MESSAGES = {
    "missing": "is missing",
    "list_type": "must be a list, such as [0.05, 0.10]",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "string_type": "must be text",
    "too_short": "must have at least one entry",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


def _translated(document: Document, fault: ErrorDetails) -> Problem:
    """A fault of the schema as a located problem."""
    *above, last = fault["loc"] or ("",)
    path: Path = ()
    for part in above:  # without the names of a union's branches, which stand in no file
        path = (*path, part) if (*path, part) in document.values else path
    kind, found = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        known = _keys(fault["loc"][:-1])
        return document.problem(
            (*path, last), f"unknown key{_nearest(str(last), known)}", at_key=True
        )
    if (*path, last) in document.values or kind == "missing":
        path = (*path, last) if last != "" else path
    if kind == "literal_error":
        return document.problem(path, _not_one_of(str(found), str(fault["ctx"]["expected"])))
    if kind == "value_error":
        return document.problem(path, str(fault["ctx"]["error"]))
    template = MESSAGES.get(kind)
    message = template.format(**fault.get("ctx", {})) if template else fault["msg"]
    if found is None and kind != "missing":
        message += "; it is empty here"
    return document.problem(path, message)


def _not_one_of(found: str, expected: str) -> str:
    known = re.findall(r"'([^']+)'", expected)
    return f"'{found}' is not known{_nearest(found, known)}"


def _nearest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    meant = f"; did you mean '{close[0]}'?" if close else ";"
    return f"{meant} (known: {', '.join(known)})" if close else f"; known: {', '.join(known)}"


def _keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys that a mapping of the file may have, found by walking the schema."""
    part: Any = _File
    for step in location:
        fields = getattr(part, "model_fields", {})
        if step in fields:
            part = _part_in(fields[str(step)].annotation)
    return list(part.model_fields)


def _part_in(annotation: Any) -> Any:
    """The mapping that an annotation speaks of: `list[_Layer]` of `_Layer`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _part_in(inner)
        if found is not None:
            return found
    return None


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{value}'"
    return "a list" if isinstance(value, list) else "a mapping"
