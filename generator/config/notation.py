"""A notation of one's own in the configuration: its patterns, and whether it fits the example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from generator.config.located import Document, Problem
from generator.network.example import Example
from generator.network.training import MOST_QUANTITIES, count_quantities
from generator.page.notation import NOTATIONS, Letter, Notation
from generator.page.own_notation import ROLES, Role, clashes, own
from generator.page.pattern import letter

TIMES = {"space": " ", "dot": r" \cdot ", "cross": r" \times "}
MOST_CHARACTERS = 80
WHERE = ("page", "notation")


def pattern_fields() -> dict[str, Any]:
    """The fields of the schema that are patterns, one a role."""
    return {role.replace(".", "_"): _field(role, ROLES[role]) for role in ROLES}


def notation_of(choice: Any) -> Notation:
    """The notation that the file chose by its name, or wrote."""
    if isinstance(choice, str):
        return NOTATIONS[choice]
    like = NOTATIONS[choice.like]
    given = {
        "times": TIMES.get(choice.times),
        "hidden": choice.hidden_unit,
        "output": choice.output_unit,
        "counts_through": choice.counts_through,
        "first_layer": choice.first_layer,
    }
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return own(replace(like, **changes), _letters(choice))


def misfits_of(choice: Any, example: Example, document: Document) -> Iterator[Problem]:
    """Quantities of the example that the file's own notation writes alike."""
    if isinstance(choice, str) or count_quantities(example) > MOST_QUANTITIES:
        return
    for clash in clashes(example, notation_of(choice), _letters(choice)):
        yield document.problem((*WHERE, *([clash.role] if clash.role else [])), clash.message)


def _letters(choice: Any) -> dict[str, Letter]:
    written = {role: getattr(choice, role.replace(".", "_")) for role in ROLES}
    return {role: letter for role, letter in written.items() if letter is not None}


def _field(role: str, described: Role) -> tuple[Any, Any]:
    fields = ", ".join(f"{{{field}}}" for field in described.fields)
    description = f"How one writes {described.words}. " + (f"Fields: {fields}." if fields else "")
    kind = Annotated[Any, BeforeValidator(_reader(described)), WithJsonSchema({"type": "string"})]
    return kind, Field(default=None, alias=role, description=description.strip())


def _reader(role: Role) -> Callable[[object], Letter]:
    def read(value: object) -> Letter:
        if not isinstance(value, str):
            raise ValueError("is no pattern; write a letter with its indices, such as 'a_{unit}'")
        if len(value) > MOST_CHARACTERS:
            raise ValueError(f"is longer than the {MOST_CHARACTERS} characters of a pattern")
        return letter(value, role.fields, is_factor=role.is_factor)

    return read


def _unit_pattern(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{0,12}\{unit\}", value):
        return value
    raise ValueError("must be letters and then {unit}, such as 'h{unit}'")


UnitPattern: TypeAlias = Annotated[
    str, BeforeValidator(_unit_pattern), WithJsonSchema({"type": "string"})
]
