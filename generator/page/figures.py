"""Figures: a network as wires, circles and labels with positions, for templates/network.svg.

From left to right a figure is cut into bands that share no x: a column of units, a fan of
wires, those wires' labels, the stubs that lead into the next column. A label stands in its
wire and every wire keeps to its bands, so nothing lies on top of anything else.

Coordinates are whole SVG units, y pointing down, the origin in the middle of the first column.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from generator.page.labels import (
    PAD,
    SYMBOL_SIZE,
    UNIT_SIZE,
    Label,
    Text,
    escaped,
    label_width,
    part_widths,
    shortened,
    texts_at,
    texts_at_pivot,
)

MAX_UNITS = 8  # a longer column is drawn as its first four and last two units
MAX_WEIGHTS = 36  # between two columns; above it their wires have no labels

RADIUS, BIAS_RADIUS = 24, 12
LINE, TALL_LINE = 18, 22  # between the middles of two labels; where there are superscripts
MARGIN = 20  # around the figure


@dataclass(frozen=True)
class Circle:
    """A unit, or the constant 1 that a shared bias multiplies."""

    x: int
    y: int
    radius: int
    kind: str  # input, hidden, output or bias


@dataclass(frozen=True)
class Mark:
    """What belongs together: the texts of one label, or a circle and the texts inside it."""

    texts: tuple[Text, ...]
    circle: Circle | None = None


@dataclass(frozen=True)
class Wire:
    """A line through points: the part of an edge before its label, or the part after it."""

    kind: str  # weight or bias
    points: tuple[tuple[int, int], ...]


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


def network_figure(
    columns: Sequence[Sequence[Label]],
    weights: Sequence[Sequence[Sequence[Label]]],
    biases: Sequence[Label | Sequence[Label]],
    title: str,
    description: str,
) -> NetworkFigure:
    """The figure of a feed-forward network.

    columns holds the units of each column, the inputs first. weights[l][j][i] labels the edge
    from unit i of column l to unit j of column l + 1. biases[l] belongs to column l + 1: a
    Label that its units share, or a sequence with one Label a unit, or an empty sequence.
    """
    first = source = _column("input", columns[0], (), 0)
    drawn = _draw_units(first, 0)
    x = 0
    for layer, (units, rows, bias) in enumerate(zip(columns[1:], weights, biases, strict=True)):
        kind = "output" if layer == len(weights) - 1 else "hidden"
        own, shared = ((), bias) if isinstance(bias, Label) else (bias, None)
        target = _column(kind, units, own, _ladder_spacing(source, rows))
        edges, x = _draw_edges(source, target, rows, shared, x)
        drawn += edges + _draw_units(target, x)
        source = target

    left, right = -first.outer - MARGIN, x + source.outer + MARGIN
    top, bottom = _heights(drawn)
    return NetworkFigure(
        title=escaped(title),
        description=escaped(description),
        left=left,
        top=top - MARGIN,
        width=right - left,
        height=bottom - top + 2 * MARGIN,
        wires=tuple(item for item in drawn if isinstance(item, Wire)),
        marks=tuple(item for item in drawn if isinstance(item, Mark)),
        abridged=not all(map(_is_labelled, weights)),
    )


def _heights(drawn: Sequence[Wire | Mark]) -> tuple[int, int]:
    """The highest and the lowest y of what is drawn."""
    marks = [item for item in drawn if isinstance(item, Mark)]
    circles = [mark.circle for mark in marks if mark.circle]
    texts = [text for mark in marks for text in mark.texts]
    tops = [c.y - c.radius for c in circles] + [text.y - text.size for text in texts]
    bottoms = [c.y + c.radius for c in circles] + [text.y for text in texts]
    return min(tops), max(bottoms)


def _is_labelled(rows: Sequence[Sequence[Label]]) -> bool:
    """Whether a weight matrix is small enough for labels."""
    return max(len(rows), len(rows[0])) <= MAX_UNITS and len(rows) * len(rows[0]) <= MAX_WEIGHTS


@dataclass(frozen=True)
class _Column:
    """A column of units and the room it takes; a dict has only the units that are drawn."""

    kind: str
    total: Label | None  # how many units there are, where some are left out
    spacing: int  # between centres
    ys: dict[int, int]  # centres
    dots_y: int  # where units are left out, if so
    symbols: dict[int, Label]  # inside the circles
    captions: dict[int, list[Label]]  # outside: a name too long for the circle, a value
    biases: dict[int, Label]  # one a unit, above it
    below: int  # from a unit's centre to the end of what is under it
    side: int  # from the middle to the wires
    outer: int  # from the middle to the margin, in the first and the last column


def _column(
    kind: str, units: Sequence[Label], biases: Sequence[Label], least_spacing: int
) -> _Column:
    """A column, centred at y = 0."""
    n = len(units)
    places: list[int | None] = [*range(n)]
    if n > MAX_UNITS:
        places[4:-2] = [None]
    shown = {place: shortened(units[place]) for place in places if place is not None}
    symbols = {unit: replace(label, value="") for unit, label in shown.items()}
    values = {u: [Label("", value=label.value)] * bool(label.value) for u, label in shown.items()}
    captions = values
    if any(label_width(symbol, UNIT_SIZE) > 2 * RADIUS - PAD for symbol in symbols.values()):
        captions = {unit: [symbol, *values[unit]] for unit, symbol in symbols.items()}
        symbols = {}
    own = {unit: biases[unit] for unit in shown if biases}
    total = Label("n", value=f"= {n}") if None in places else None

    lines = [line for stack in captions.values() for line in stack]
    centred = [*own.values(), *([total] if total else []), *(lines if kind == "hidden" else [])]
    side = max([RADIUS, *(ceil(label_width(label) / 2) + PAD for label in centred)])
    above = RADIUS + (2 * PAD + LINE if own else 0)
    below = RADIUS
    if kind == "hidden" and lines:
        below += PAD + LINE * max(map(len, captions.values()))
    spacing = max(104 if n <= 4 else 84, above + below + 2 * PAD, least_spacing)
    ys = [round((k - (len(places) - 1) / 2) * spacing) for k in range(len(places))]
    return _Column(
        kind=kind,
        total=total,
        spacing=spacing,
        ys={unit: y for unit, y in zip(places, ys, strict=True) if unit is not None},
        dots_y=ys[places.index(None)] if total else 0,
        symbols=symbols,
        captions=captions,
        biases=own,
        below=below,
        side=side,
        outer=max(side, RADIUS + 2 * PAD + max([0, *map(label_width, lines)])),
    )


def _draw_units(column: _Column, x: int) -> list[Wire | Mark]:
    """A column's circles and the labels around them."""
    drawn: list[Wire | Mark] = []
    anchor, caption_x = {
        "input": ("end", x - RADIUS - 2 * PAD),
        "hidden": ("middle", x),
        "output": ("start", x + RADIUS + 2 * PAD),
    }[column.kind]
    for unit, y in column.ys.items():
        circle = Circle(x, y, RADIUS, column.kind)
        symbol = column.symbols.get(unit)
        drawn.append(Mark(texts_at(symbol, x, y, "middle", UNIT_SIZE) if symbol else (), circle))
        lines = column.captions[unit]
        below = RADIUS + PAD + LINE // 2 if column.kind == "hidden" else 0
        line_y = y + (below or -(LINE * (len(lines) - 1) // 2))
        drawn += [
            Mark(texts_at(line, caption_x, line_y + LINE * k, anchor))
            for k, line in enumerate(lines)
        ]
        if unit in column.biases:
            drawn.append(_wire("bias", (x, y - RADIUS - 2 * PAD), (x, y - RADIUS)))
            above = y - RADIUS - 2 * PAD - LINE // 2
            drawn.append(Mark(texts_at(column.biases[unit], x, above, "middle")))
    if column.total:
        drawn.append(Mark(texts_at(Label("⋮"), x, column.dots_y - LINE // 2, "middle", UNIT_SIZE)))
        drawn.append(Mark(texts_at(column.total, x, column.dots_y + LINE // 2, "middle")))
    return drawn


def _ladder_spacing(source: _Column, rows: Sequence[Sequence[Label]]) -> int:
    """The least spacing of the targets that leaves each label of their wires its line."""
    if len(rows) == 1 or not _is_labelled(rows):
        return 0
    line = TALL_LINE if any(label.sup for row in rows for label in row) else LINE
    return ceil(_reach(source) * line / (source.spacing - line))


def _reach(source: _Column) -> float:
    """From a column's first wire to its last, and on to where the next target's may begin."""
    ys = source.ys.values()
    return max(ys) - min(ys) + 1.4 * source.spacing


def _draw_edges(
    source: _Column,
    target: _Column,
    rows: Sequence[Sequence[Label]],
    shared: Label | None,
    x: int,
) -> tuple[list[Wire | Mark], int]:
    """The wires between two columns with their labels, and the x of the second column.

    The labels stand one below the other in the order of the matrix: the first target's weights,
    the second target's, …, each where a straight wire has a fraction u of its height to go.
    """
    u = 0.35
    if len(target.ys) > 1:
        u = min(u, target.spacing / (target.spacing + _reach(source)))
    edges = [
        (start, round(end + u * (start - end)), end, rows[j][i])
        for j, end in target.ys.items()
        for i, start in source.ys.items()
    ]
    widths = [part_widths(label, SYMBOL_SIZE) for *_, label in edges] if _is_labelled(rows) else []
    base, scripts, value = (max(parts) for parts in zip(*widths, (0, 0, 0), strict=True))
    fan = max(110, round(0.4 * max(abs(middle - start) for start, middle, _, _ in edges)))
    stub = max(44, round(0.4 * max(abs(end - middle) for _, middle, end, _ in edges)))

    leave = x + source.side
    left = leave + max(fan, label_width(shared) if shared else 0)
    pivot = left + PAD + base
    right = pivot + scripts + value + PAD
    arrive = right + stub
    end_x = arrive + target.side

    drawn: list[Wire | Mark] = []
    for start, middle, end, label in edges:
        out, into = ((x + RADIUS, start), (leave, start)), ((arrive, end), (end_x - RADIUS, end))
        if not widths:
            drawn.append(_wire("weight", *out, *into))
            continue
        base, _, value = part_widths(label, SYMBOL_SIZE)
        before, after = pivot - base - PAD, pivot + scripts + value + PAD
        drawn += [
            _wire("weight", *out, (left, middle), (before, middle)),
            _wire("weight", (after, middle), (right, middle), *into),
            Mark(texts_at_pivot(label, pivot, middle, SYMBOL_SIZE, scripts)),
        ]
    if shared:
        lowest = max(*source.ys.values(), max(target.ys.values()) + target.below)
        drawn += _draw_shared_bias(shared, target, end_x, lowest + 2 * PAD + BIAS_RADIUS)
    return drawn, end_x


def _draw_shared_bias(label: Label, target: _Column, x: int, y: int) -> list[Wire | Mark]:
    """The constant 1 under the stubs, its label, and a trunk with a branch to each unit."""
    trunk = x - target.side - 16
    one = texts_at(Label("", value="1"), trunk, y, "middle")
    drawn: list[Wire | Mark] = [
        Mark(one, Circle(trunk, y, BIAS_RADIUS, "bias")),
        Mark(texts_at(label, trunk - BIAS_RADIUS - PAD, y, "end")),
        _wire("bias", (trunk, y - BIAS_RADIUS), (trunk, min(target.ys.values()) + RADIUS)),
    ]
    for unit_y in target.ys.values():
        edge = (x - round(0.87 * RADIUS), unit_y + RADIUS // 2)
        drawn.append(_wire("bias", (trunk, unit_y + RADIUS), edge))
    return drawn


def _wire(kind: str, *points: tuple[int, int]) -> Wire:
    return Wire(kind, tuple(dict.fromkeys(points)))
