"""Faults of the schema as located problems, in words for a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from generator.config.located import Document, Path, Problem, shortened
from generator.config.schema import TAGS, File
from generator.network.initializers import INITIALIZERS

LISTS = ("layers", "samples")
SECTIONS = ("network", "training", "page")

# What a fault of the schema says to a person; the rest speak for themselves.
MESSAGES = {
    "missing": "is missing",
    "list_type": "must be a list, such as [0.05, 0.10]",
    "model_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list of two numbers, such as [0.9, 0.999]",
    "dict_type": "must be a mapping of keys to values",
    "string_type": "must be text",
    "too_short": "must have at least one entry",
    "greater_than_equal": "must be at least {ge}, not {found}",
    "less_than_equal": "must be at most {le}, not {found}",
    "greater_than": "must be more than {gt}, not {found}",
    "less_than": "must be less than {lt}, not {found}",
}


def translated(document: Document, fault: ErrorDetails) -> Problem:
    """A fault of the schema as a located problem."""
    *above, last = fault["loc"] or ("",)
    path: Path = ()
    for part in above:  # without the names of a union's branches, which stand in no file
        path = (*path, part) if (*path, part) in document.values else path
    kind, found, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys(fault["loc"][:-1])
        home = _section_of(str(last)) if not path else None
        right = f"; it belongs under `{home}:`" if home else _nearest(str(last), known)
        return document.problem((*path, last), f"unknown key{right}", at_key=True)
    if (*path, last) in document.values or kind == "missing":
        path = (*path, last) if last != "" else path
    if kind == "literal_error":
        return document.problem(path, _not_one_of(str(found), str(context["expected"])))
    if kind == "union_tag_invalid" and context["tag"] != "None":
        for key in TAGS:
            path = (*path, key) if (*path, key) in document.values else path
        return document.problem(path, _not_one_of(context["tag"], context["expected_tags"]))
    if kind in ("union_tag_not_found", "union_tag_invalid", "model_attributes_type"):
        known = [model.__name__ for model in _models_at(File, fault["loc"])]
        return _untagged(document, path, found, known)
    if kind == "list_type" and path and path[-1] in LISTS:
        return document.problem(
            path, f"must be a list of {path[-1]}, each on lines that begin `- `"
        )
    if kind == "list_type" and len(path) > 1 and path[-2] == "weights":
        return document.problem(
            path, "must be a list: weights are rows, such as [[0.1, 0.2], [0.3, 0.4]]"
        )
    if kind == "value_error":
        return document.problem(path, str(context["error"]))
    template = MESSAGES.get(kind)
    message = template.format(found=found, **context) if template else fault["msg"]
    if found is None and kind != "missing":
        message += "; it is empty here"
    return document.problem(path, message)


def _not_one_of(found: str, expected: str) -> str:
    known = re.findall(r"'([^']+)'", expected)
    return f"'{shortened(found)}' is not known{_nearest(found, known)}"


def _untagged(document: Document, path: Path, found: object, known: Sequence[str]) -> Problem:
    """A choice among a table's entries that does not say which."""
    if known and known[0] in INITIALIZERS:
        where = (*path, "init") if isinstance(found, dict) and "init" in found else path
        message = "must be a list of numbers, or a mapping with `init:`"
        if path[-1] == "weights":
            message = "must be a list of rows, such as [[0.1, 0.2], [0.3, 0.4]], or have `init:`"
        return document.problem(where, message)
    if isinstance(found, dict):
        return document.problem((*path, "name"), f"is missing; known: {', '.join(known)}")
    message = f"must be a name or a mapping with `name:`; known: {', '.join(known)}"
    return document.problem(path, message)


def _nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was meant, by its letters or as its abbreviation, and all of them."""
    by_lower = {name.lower(): name for name in known}
    initials = {"".join(part[0] for part in name.split("_")): name for name in known if "_" in name}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    meant = initials.get(word.lower()) or (by_lower[close[0]] if close else None)
    names = ", ".join(by_lower.values())
    return f"; did you mean '{meant}'? (known: {names})" if meant else f"; known: {names}"


def _section_of(key: str) -> str | None:
    """The section of the file, such as `page`, that has this key."""
    return next((name for name in SECTIONS if key in _keys((name,))), None)


def _keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys that the mapping at a location may have."""
    fields = _models_at(File, location)[0].model_fields
    return [field.alias or name for name, field in fields.items()]


def _models_at(part: Any, location: tuple[int | str, ...]) -> list[type[BaseModel]]:
    """The kinds of mapping that the schema allows at a location."""
    models = list(_models_in(part))
    for rest, step in enumerate(location, start=1):
        for model in models:
            if step in model.model_fields:
                return _models_at(model.model_fields[str(step)].annotation, location[rest:])
            if step == model.__name__:
                models = [model]
    return models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The mappings that an annotation speaks of: `list[_Layer]` of `_Layer`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)
