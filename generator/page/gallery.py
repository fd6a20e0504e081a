"""The gallery of examples: a card for each, and the filters over what they show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from generator.network.example import Example
from generator.page.markdown import environment, fill
from generator.page.notation import NOTATIONS, Notation

OWN_NOTATION = "own"


@dataclass(frozen=True)
class Exhibit:
    """An example of the gallery: where its files begin, and what its configuration says.

    stem: the path of its files from the gallery's page, without their endings;
    downloads: the formats that its page is offered in.
    """

    stem: str
    example: Example
    notation: Notation
    summary: str
    downloads: Sequence[str] = ()


@dataclass(frozen=True)
class Card:
    """A card as its template fills it in.

    link: the path that its files begin with, as a web address; facts: a label
    with what the example has of it; tags: what the filters find the card by;
    downloads: the formats that the page is offered in.
    """

    title: str
    link: str
    description: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    downloads: Sequence[str]


@dataclass(frozen=True)
class Option:
    """A choice of a filter: its tag, its words, and how many cards have it."""

    tag: str
    words: str
    count: int


@dataclass(frozen=True)
class Filter:
    """What a reader can choose examples by."""

    label: str
    options: tuple[Option, ...]


def _activations(exhibit: Exhibit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(layer.activation.name for layer in exhibit.example.layers))


def _loss(exhibit: Exhibit) -> tuple[str, ...]:
    return (exhibit.example.loss.name if exhibit.example.loss else "none",)


def _optimizer(exhibit: Exhibit) -> tuple[str, ...]:
    optimizer = exhibit.example.optimizer
    return (optimizer.name if optimizer and exhibit.example.trains else "none",)


def _notation(exhibit: Exhibit) -> tuple[str, ...]:
    named = (name for name, notation in NOTATIONS.items() if notation == exhibit.notation)
    return (next(named, OWN_NOTATION),)


# What the cards can be filtered by: a label, and what an example has of it.
FILTERS: dict[str, Callable[[Exhibit], tuple[str, ...]]] = {
    "activation": _activations,
    "loss": _loss,
    "optimizer": _optimizer,
    "layers": lambda exhibit: (str(len(exhibit.example.layers)),),
    "samples": lambda exhibit: (_one_or_several(len(exhibit.example.samples)),),
    "steps": lambda exhibit: (_one_or_several(exhibit.example.steps),),
    "notation": _notation,
}


def gallery(exhibits: Sequence[Exhibit], name: str) -> dict[str, str]:
    """The gallery's page NAME.md and its filters' style sheet NAME.css, small networks first."""
    cards = [_card(exhibit) for exhibit in sorted(exhibits, key=_size)]
    values = {"cards": cards, "filters": tuple(_filters(cards))}
    return {
        f"{name}.md": fill(environment(), "gallery.md", **values),
        f"{name}.css": fill(environment(), "gallery.css", **values),
    }


def shape(example: Example) -> str:
    """The units of each layer, the inputs first: `2-2-1`."""
    return "-".join(map(str, (example.inputs, *(layer.units for layer in example.layers))))


def _size(exhibit: Exhibit) -> tuple[int, int, str]:
    example = exhibit.example
    parameters = sum(layer.parameters for layer in example.layers)
    return parameters, len(example.samples), example.title


def _card(exhibit: Exhibit) -> Card:
    example = exhibit.example
    size = shape(example)
    return Card(
        title=re.sub(r"([\\`*_\[\]<>|$])", r"\\\1", example.title),
        link=quote(exhibit.stem),
        description=f"The network of this example, {size}",
        summary=exhibit.summary,
        facts=(
            ("Network", size),
            ("Activation", _code(_activations(exhibit))),
            ("Loss", _code(_loss(exhibit))),
            ("Optimizer", _code(_optimizer(exhibit))),
            ("Samples", f"{len(example.samples):,}"),
            ("Steps", f"{example.steps:,}"),
            ("Notation", _code(_notation(exhibit))),
        ),
        tags=tuple(_tag(label, value) for label, of in FILTERS.items() for value in of(exhibit)),
        downloads=exhibit.downloads,
    )


def _filters(cards: Sequence[Card]) -> Iterator[Filter]:
    """A filter for everything that not all cards have alike."""
    counts = Counter(tag for card in cards for tag in card.tags)
    for label in FILTERS:
        begin = _tag(label, "")
        tags = sorted(tag for tag in counts if tag.startswith(begin))
        options = tuple(Option(tag, tag.removeprefix(begin), counts[tag]) for tag in tags)
        if len(options) > 1:
            yield Filter(label, options)


def _tag(label: str, value: str) -> str:
    return f"{label}-{value}"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _one_or_several(count: int) -> str:
    return "one" if count == 1 else "several"
