"""Shapes of a figure: circles, labels and wires with positions, and the rectangle around them.

Coordinates are whole SVG units, y pointing down.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias, TypeVar

from generator.page.labels import Text

MARGIN = 20  # around the figure
COLUMN = 688  # a page's width on a desk
RADIUS, BIAS_RADIUS = 24, 12

# Where something belongs, counted as a Name counts: a unit (layer, unit), a weight (layer,
# unit, source); the inputs are layer 0, the loss is one unit behind the last layer. () is nowhere.
Place: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Circle:
    """A unit, the constant 1 that a shared bias multiplies, or the loss."""

    x: int
    y: int
    radius: int
    kind: str  # input, hidden, output, bias or loss


@dataclass(frozen=True)
class Mark:
    """What belongs together: the texts of one label, or a circle and the texts inside it."""

    texts: tuple[Text, ...]
    circle: Circle | None = None
    place: Place = ()
    emphasis: str = ""  # path or aside, in a figure that has some


@dataclass(frozen=True)
class Wire:
    """A line through points: an edge, the part of it before its label, or the part after it."""

    kind: str  # weight, bias or loss
    points: tuple[tuple[int, int], ...]
    place: Place = ()
    emphasis: str = ""


@dataclass(frozen=True)
class NetworkFigure:
    """A network's figure: what to draw, and the rectangle that holds it."""

    title: str
    description: str
    left: int
    top: int
    width: int
    height: int
    wires: tuple[Wire, ...]
    marks: tuple[Mark, ...]
    abridged: bool  # some units, or the labels of some weights, are left out

    least: ClassVar[float] = 0.78  # of its size, at which its labels can still be read

    @property
    def shown(self) -> tuple[int, int]:
        """Its width and height on a page: shrunk to a column, as far as it can be read."""
        width = max(min(self.width, COLUMN), round(self.least * self.width))
        return width, round(width * self.height / self.width)


Drawn: TypeAlias = list[Wire | Mark]
Item = TypeVar("Item", Wire, Mark)


def wire(kind: str, *points: tuple[int, int], place: Place = ()) -> Wire:
    """A wire without the points that repeat the one before."""
    return Wire(kind, tuple(dict.fromkeys(points)), place)


def heights(drawn: Sequence[Wire | Mark]) -> tuple[int, int]:
    """The highest and the lowest y of what is drawn."""
    marks = [item for item in drawn if isinstance(item, Mark)]
    circles = [mark.circle for mark in marks if mark.circle]
    texts = [text for mark in marks for text in mark.texts]
    tops = [c.y - c.radius for c in circles] + [text.y - text.size for text in texts]
    bottoms = [c.y + c.radius for c in circles] + [text.y for text in texts]
    return min(tops), max(bottoms)


def highlighted(figure: NetworkFigure, places: Collection[Place]) -> NetworkFigure:
    """The figure with what belongs to these places set off from the rest, and drawn last."""

    def set_off(items: Sequence[Item]) -> tuple[Item, ...]:
        marked = [
            replace(item, emphasis="path" if item.place in places else "aside") for item in items
        ]
        return tuple(sorted(marked, key=lambda item: item.emphasis == "path"))

    return replace(figure, wires=set_off(figure.wires), marks=set_off(figure.marks))
