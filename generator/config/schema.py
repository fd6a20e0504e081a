"""The schema of a configuration: what may stand in the file, as pydantic models.

Scalars arrive as text with the digits that were typed (see located); a validator
for each kind of scalar reads them and says what would be right. The entries of
the tables (activations, losses, ...) make their own models from their signatures.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    create_model,
)

from generator.config.located import Plain, shortened
from generator.config.notation import TIMES, UnitPattern, pattern_fields
from generator.network.activations import ACTIVATIONS
from generator.network.initializers import INITIALIZERS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.page.notation import NOTATIONS

NUMBER = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
TAGS = ("name", "init")
MOST_STEPS = 1_000_000
NAME = re.compile(r"[^\W_]+([ _-][^\W_]+)*")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a configuration, with a description for every key."""
    schema = File.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _number(value: object) -> Decimal:
    if isinstance(value, Plain) and NUMBER.fullmatch(value):
        return _in_range(value)
    if isinstance(value, str) and not isinstance(value, Plain) and NUMBER.fullmatch(value):
        raise ValueError(f"'{value}' is text; a number stands without quotes: {value}")
    raise ValueError(f"{_shown(value)} is not a number; write one such as 0.5 or 1e-3")


def _in_range(text: str) -> Decimal:
    """The Decimal of a number's text; not one that float64 takes for infinite or for 0."""
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:  # an exponent that not even a Decimal holds
        number = Decimal("Infinity")
    if number and float(number) == 0:
        raise ValueError(f"{shortened(text)} is too small; float64 begins at 5e-324")
    if abs(float(number)) == float("inf"):
        raise ValueError(f"{shortened(text)} is out of the range of float64, 5e-324 to 1.8e308")
    return number if number else abs(number)


def _whole(value: object) -> int:
    if isinstance(value, Plain) and WHOLE.fullmatch(value):
        return int(value)
    raise ValueError(f"{_shown(value)} is not a whole number; write one such as 2")


def _class_index(value: object) -> int:
    try:
        return _whole(value)
    except ValueError:
        right = "targets are a list of numbers, or the index of a class"
        message = f"{_shown(value)} is not a whole number; {right}"
        raise ValueError(message) from None


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
    if isinstance(value, dict):
        return {key: str(item) if key in TAGS and item else item for key, item in value.items()}
    return {"name": str(value)} if isinstance(value, str) else value


def _batch_size(value: object) -> object:
    if value == "all":
        return "all"
    size = _whole(value)
    if size < 1:
        raise ValueError("must be `all` or at least 1")
    return size


Number: TypeAlias = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
NotNegative: TypeAlias = Annotated[
    Decimal,
    Field(ge=0),
    BeforeValidator(_number),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
Whole: TypeAlias = Annotated[int, BeforeValidator(_whole)]
Count: TypeAlias = Annotated[int, Field(ge=1), BeforeValidator(_whole)]
Digits: TypeAlias = Annotated[int, Field(ge=2, le=12), BeforeValidator(_whole)]
Truth: TypeAlias = Annotated[bool, BeforeValidator(_truth)]
UnitName: TypeAlias = Annotated[str, BeforeValidator(_unit_name)]
Names: TypeAlias = Annotated[list[UnitName], Field(min_length=1)]
Numbers: TypeAlias = Annotated[list[Number], Field(min_length=1)]
ClassIndex: TypeAlias = Annotated[int, Field(ge=0), BeforeValidator(_class_index)]
DrawnDigits: TypeAlias = Annotated[int, Field(ge=0, le=15), BeforeValidator(_whole)]
BatchSize: TypeAlias = Annotated[int | Literal["all"], BeforeValidator(_batch_size)]


_NotationName: TypeAlias = Literal[tuple(NOTATIONS)]  # type: ignore[valid-type]


class _Part(BaseModel):
    """A mapping of the file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# The bounds that PyTorch sets, and those without which a formula has no value.
BOUNDS: dict[str, dict[str, int]] = {
    "learning_rate": {"ge": 0},
    "momentum": {"ge": 0},
    "weight_decay": {"ge": 0},
    "lr_decay": {"ge": 0},
    "initial_accumulator_value": {"ge": 0},
    "eps": {"ge": 0},
    "rho": {"ge": 0, "le": 1},
    "betas": {"ge": 0, "lt": 1},
    "delta": {"gt": 0},
    "beta": {"ge": 0},
    "std": {"ge": 0},
}

# The same bounds as JSON Schema calls them.
JSON_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}


def _field(name: str, kind: Any, default: Any) -> tuple[Any, Any]:
    """A parameter of a table's entry as a field of a model."""
    bounds = BOUNDS.get(name, {})
    described = {"type": "number"} | {JSON_BOUNDS[key]: limit for key, limit in bounds.items()}
    constraint: Any = Field(**bounds)  # type: ignore[call-overload]
    number = Annotated[Decimal, constraint, BeforeValidator(_number), WithJsonSchema(described)]
    types = {Decimal: number, int: Count, bool: Truth}
    required = default is inspect.Parameter.empty
    return types.get(kind, tuple[number, number]), ... if required else default


@dataclass(frozen=True)
class _OrBareName:
    """What the JSON Schema says of a choice: a mapping, or just one of its names."""

    names: tuple[str, ...]

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.names)}, handler(core)]}


def _choice(table: Mapping[str, Callable[..., Any]], key: str = "name", **more: Any) -> Any:
    """One of a table's entries by name, with its parameters as PyTorch calls them."""
    models = []
    for name, entry in table.items():
        parameters = {
            parameter.name: _field(parameter.name, parameter.annotation, parameter.default)
            for parameter in inspect.signature(entry, eval_str=True).parameters.values()
            if parameter.name not in ("fan_in", "fan_out")
        }
        fields: dict[str, Any] = {key: (Literal[name], ...)} | parameters | more
        models.append(create_model(name, __base__=_Part, __doc__=entry.__doc__, **fields))
    choice = [Field(discriminator=key), BeforeValidator(_named)]
    short = [] if key == "init" else [_OrBareName(tuple(table))]
    return Annotated[reduce(or_, models), *choice, *short]


_Schedule = _choice(SCHEDULES)
_Activation = _choice(ACTIVATIONS)
_Loss = _choice(LOSSES)
_Optimizer = _choice(OPTIMIZERS, schedule=(_Schedule | None, None))
_Drawn = _choice(INITIALIZERS, key="init", digits=(DrawnDigits, 2))


class _Trainable(_Part):
    """Which parameters of a layer the optimizer moves."""

    weights: Truth = True
    """Whether its weights are trained."""
    bias: Truth | None = None
    """Whether its biases are trained; by default as `training.train_biases` says."""


def _either(of_list: Any, of_other: Any, other: str, least: int = 1) -> Any:
    """A list or something else, told apart by what stands in the file."""
    return Annotated[
        Annotated[of_list, Field(min_length=least), Tag("list")] | Annotated[of_other, Tag(other)],
        Discriminator(lambda value: "list" if isinstance(value, list) else other),
    ]


class _Layer(_Part):
    """A dense layer: its units, their activation and their first parameters."""

    units: Count | None = None
    """How many units; may be left out where `weights` or `names` tell."""
    names: Names | None = None
    """Names of the units, one each."""
    activation: _Activation  # type: ignore[valid-type]
    """The activation function, a bare name or a mapping with its parameters."""
    weights: _either(list[Numbers], _Drawn, "drawn")  # type: ignore[valid-type]
    """One row a unit and one column an input, as in PyTorch; or drawn: {init: xavier_uniform}."""
    bias: Number | None = None
    """One bias that the layer's units share."""
    biases: _either(list[Number], _Drawn, "drawn", 0) | None = None  # type: ignore[valid-type]
    """One bias a unit, or drawn; neither `bias` nor `biases`: none."""
    trainable: _Trainable = _Trainable()
    """Freezes parts of the layer."""


class _Network(_Part):
    """The network, from its inputs to its last layer."""

    inputs: _either(list[UnitName], Count, "count")  # type: ignore[valid-type]
    """How many inputs, or a list of their names."""
    outputs: Names | None = None
    """Names of the outputs."""
    weights_layout: Literal["out_in", "in_out"] = "out_in"
    """in_out: matrices have one row an input and one column a unit."""
    layers: Annotated[list[_Layer], Field(min_length=1)]
    """The layers, the last of them the output layer."""


class _Sample(_Part):
    """One training example."""

    inputs: Numbers
    """One number an input."""
    targets: _either(list[Number], ClassIndex, "class index") | None = None  # type: ignore[valid-type]
    """One number an output, or the index of the right class, from 0."""


class _Penalty(_Part):
    """A penalty on the weights, not on biases, added to the loss once a step."""

    l1: NotNegative = Decimal(0)
    """l1 times the sum of |w|."""
    l2: NotNegative = Decimal(0)
    """Half of l2 times the sum of w^2."""


class _Training(_Part):
    """How long and on what the network is trained."""

    steps: Annotated[int, Field(ge=1, le=MOST_STEPS), BeforeValidator(_whole)] = 1
    """How many updates."""
    batch_size: BatchSize = "all"
    """Samples for each update, taken in order; 1 is online training."""
    train_biases: Truth = True
    """Whether biases move; false keeps them as they are."""


class _Own(_Part):
    """A notation of your own: a named one with some of its symbols written otherwise."""

    like: _NotationName = "layered"
    """The notation that writes whatever is not given here."""
    times: Literal[tuple(TIMES)] | None = None  # type: ignore[valid-type]
    """What stands between two factors in symbols."""
    hidden_unit: UnitPattern | None = None
    """The name of a hidden unit, such as h{unit}."""
    output_unit: UnitPattern | None = None
    """The name of an output unit, such as o{unit}."""
    counts_through: Truth | None = None
    """Whether hidden units count on from layer to layer: h1 and h2, then h3."""
    first_layer: Annotated[int, Field(ge=0, le=2), BeforeValidator(_whole)] | None = None
    """The number of the first layer with weights: 1, or 2 where the inputs are layer 1."""


_OwnNotation = create_model("own", __base__=_Own, __doc__=_Own.__doc__, **pattern_fields())


class _Page(_Part):
    """How the page is written."""

    notation: Annotated[
        Annotated[_NotationName, Tag("name")] | Annotated[_OwnNotation, Tag("own")],
        Discriminator(lambda value: "own" if isinstance(value, dict) else "name"),
    ] = "layered"
    """How symbols are written: a notation by its name, or a mapping with one of your own."""
    digits: Digits = 4
    """Significant digits of a step."""
    result_digits: Digits = 9
    """Significant digits of losses and updated parameters in the result tables."""
    detail: Literal["full", "compact"] = "full"
    """compact: no more than a few slides; without what folds away and what only checks."""
    views: Annotated[list[Literal["index", "matrix"]], Field(min_length=1)] = ["index", "matrix"]
    """index: the units one by one; matrix: whole layers at once, with their numbers."""
    rounding: Literal["exact", "stepwise"] = "exact"
    """exact: as many more digits as a line needs to come out right on a calculator; stepwise:
    each value is rounded where it is computed, and the next step goes on with that."""
    pytorch: Truth = False
    """Whether PyTorch runs the example too and the page says what it found."""
    template: str | None = None
    """A page of your own to fill with the numbers, a Jinja file; its path is from this file's."""
    downloads: list[Literal["ipynb", "latex"]] = []
    """Formats that are written beside the page too, and that it offers its readers: ipynb, a
    Jupyter notebook; latex, a document for LuaLaTeX."""


class File(_Part):
    """A small neural network and how it is trained: the input of a worked example."""

    title: str = "Backpropagation, step by step"
    """The title of the page."""
    source: str | None = None
    """Where the example comes from, a web address for instance."""
    summary: str | None = None
    """What the example shows, in one sentence for the gallery."""
    seed: Whole | None = None
    """A whole number that drawn weights follow from."""
    network: _Network
    samples: Annotated[list[_Sample], Field(min_length=1)]
    """The training examples."""
    reduction: Literal["mean", "sum"] = "mean"
    """How the samples' losses become one."""
    loss: _Loss | None = None  # type: ignore[valid-type]
    """The loss; without one the page is a forward pass alone."""
    penalty: _Penalty = _Penalty()
    """A penalty on the size of the weights."""
    optimizer: _Optimizer | None = None  # type: ignore[valid-type]
    """The optimizer; without one there is no update."""
    training: _Training = _Training()
    page: _Page = _Page()


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{shortened(value)}'"
    return "a list" if isinstance(value, list) else "a mapping"
