"""The keys of a configuration, read from its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from generator.config.schema import json_schema
from generator.network.activations import ACTIVATIONS
from generator.network.initializers import INITIALIZERS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.reference.catalogue import SAMPLES
from generator.reference.examples import EXAMPLES
from generator.reference.formulas import default_text

Schema: TypeAlias = Mapping[str, Any]

# What a choice by name is called here, and where it is described.
CHOICES: Mapping[frozenset[str], tuple[str, str]] = {
    frozenset(table): names
    for table, names in (
        (ACTIVATIONS, ("activation", "activations")),
        (LOSSES, ("loss", "losses")),
        (OPTIMIZERS, ("optimizer", "optimizers")),
        (SCHEDULES, ("schedule", "schedules")),
        (INITIALIZERS, ("initializer", "initializers")),
    )
}
PLURALS = {"a number": "numbers", "a list": "lists", "a mapping": "mappings", "text": "texts"}
KINDS = {"number": "number", "integer": "whole number", "string": "text", "boolean": ""}


@dataclass(frozen=True)
class Key:
    """A key: its name, its path in the file, what it is for, and what may stand there.

    default: empty where the key is required or nothing stands for it.
    """

    name: str
    path: str
    says: str
    kind: str
    default: str
    is_required: bool
    example: str

    @property
    def anchor(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.path.lower()).strip("-")


@dataclass(frozen=True)
class Section:
    """A mapping of the file: where it stands, what it is, and its keys."""

    path: str
    says: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Choice:
    """The keys beside the name of an activation, a loss and so on, entry by entry."""

    title: str
    anchor: str
    rows: tuple[tuple[str, Key], ...]


def sections() -> tuple[Section, ...]:
    """The mappings of a configuration, each after the one that it stands in."""
    schema = json_schema()
    return tuple(_sections(schema, schema, ""))


def choices() -> tuple[Choice, ...]:
    """What each choice by name takes beside its name."""
    schema = json_schema()
    found: dict[str, Choice] = {}
    for node in _nodes(schema):
        if isinstance(node.get("discriminator"), dict):
            title, anchor = CHOICES[frozenset(node["discriminator"]["mapping"])]
            found[title] = Choice(title, anchor, tuple(_rows(node, schema)))
    return tuple(found[title] for title, _ in CHOICES.values())


def _sections(part: Schema, schema: Schema, path: str) -> Iterator[Section]:
    required = part.get("required", ())
    inner: list[tuple[Schema, str]] = []
    keys = []
    for name, node in part["properties"].items():
        of_key = f"{path}.{name}" if path else name
        mapping, is_list = _mapping_in(node, schema)
        if mapping:
            inner.append((mapping, f"{of_key}[]" if is_list else of_key))
        says = node.get("description") or (mapping or {}).get("description", "")
        keys.append(
            Key(
                name,
                of_key,
                " ".join(says.split()),
                kind(node, schema),
                "" if name in required or (mapping and not is_list) else _default(node),
                name in required,
                EXAMPLES[of_key],
            )
        )
    yield Section(path, part.get("description", ""), tuple(keys))
    for mapping, of_mapping in inner:
        yield from _sections(mapping, schema, of_mapping)


def _mapping_in(node: Schema, schema: Schema) -> tuple[Schema | None, bool]:
    """The mapping that stands at a key, if one does, and whether it is one of a list."""
    for branch in _branches(node, schema):
        if branch.get("type") == "object" and "const" not in str(branch["properties"].get("name")):
            return branch, False
        items = _resolved(branch.get("items", {}), schema)
        if items.get("type") == "object":
            return items, True
    return None, False


def _branches(node: Schema, schema: Schema) -> Iterator[Schema]:
    """What may stand at a key, one kind at a time; a choice by name is one kind."""
    node = _resolved(node, schema)
    alternatives = node.get("anyOf") or node.get("oneOf")
    if alternatives and "discriminator" not in node:
        for each in alternatives:
            yield from _branches(each, schema)
    else:
        yield node


def kind(node: Schema, schema: Schema) -> str:
    """What may stand at a key, in words."""
    words = [_words(branch, schema) for branch in _branches(node, schema)]
    return ", or ".join(dict.fromkeys(filter(None, words)))


def _words(node: Schema, schema: Schema) -> str:
    kind_of = node.get("type")
    if "discriminator" in node:
        title, anchor = CHOICES[frozenset(node["discriminator"]["mapping"])]
        tag = node["discriminator"]["propertyName"]
        short = "its name, or a mapping" if tag == "name" else "a mapping"
        article = "an" if title[0] in "aio" else "a"
        return f"{article} [{title}](catalogue.md#{anchor}): {short} with `{tag}:`"
    if "enum" in node:
        if frozenset(node["enum"]) in CHOICES:
            return ""  # the short form of the choice beside it
        return "one of " + ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if "prefixItems" in node:
        each = _words(node["prefixItems"][0], schema)
        return f"a list of {len(node['prefixItems'])}: {each} each"
    if kind_of == "array":
        items = kind(node["items"], schema)
        first = items.partition(" of ")[0]
        if first in PLURALS:
            return f"a list of {items.replace(first, PLURALS[first], 1)}"
        return f"a list; each is {items}"
    if kind_of == "object":
        return "a mapping"
    if kind_of == "boolean":
        return "`true` or `false`"
    return f"{_article(KINDS[kind_of])}{_bounds(node)}" if kind_of in KINDS else ""


def _article(words: str) -> str:
    return words if words == "text" else f"a {words}"


def _bounds(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high:,}"
    words = [f"at least {low}"] if low is not None else []
    words += [f"more than {above}"] if above is not None else []
    words += [f"less than {below}"] if below is not None else []
    return f", {' and '.join(words)}" if words else ""


def _default(node: Schema) -> str:
    value = node.get("default")
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, str) and node.get("type") == "number":
        return default_text(Decimal(value))
    return "" if value is None else default_text(value) if isinstance(value, bool) else str(value)


def _rows(choice: Schema, schema: Schema) -> Iterator[tuple[str, Key]]:
    """Each key of each entry of a choice but its name."""
    tag = choice["discriminator"]["propertyName"]
    for name, reference in choice["discriminator"]["mapping"].items():
        entry = schema["$defs"][reference.rsplit("/", 1)[-1]]
        for key, node in entry["properties"].items():
            if key != tag:
                yield name, _parameter(name, tag, key, node, entry, schema)


def _parameter(name: str, tag: str, key: str, node: Schema, entry: Schema, schema: Schema) -> Key:
    default = _default(node)
    chosen = {tag: name} | {
        other: default_text(SAMPLES[other]) for other in entry["required"] if other in SAMPLES
    }
    value = default or ("constant" if key == "schedule" else default_text(SAMPLES[key]))
    items = ", ".join(f"{each}: {text}" for each, text in (chosen | {key: value}).items())
    is_required = key in entry["required"]
    return Key(key, key, "", kind(node, schema), default, is_required, f"{{{items}}}")


def _resolved(node: Schema, schema: Schema) -> Schema:
    if "$ref" in node:
        target: Schema = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        return target
    return node


def _nodes(node: Any) -> Iterator[Schema]:
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)
