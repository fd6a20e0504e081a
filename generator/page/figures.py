"""Figures: a network as wires, circles and labels with positions, for templates/network.svg.

From left to right a figure is cut into bands that share no x: a column of units, a fan of
wires, those wires' labels, the stubs that lead into the next column. A label stands in its
wire and every wire keeps to its bands, so nothing lies on top of anything else.

The origin is the middle of the first column.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from generator.page.labels import (
    PAD,
    SYMBOL_SIZE,
    UNIT_SIZE,
    Label,
    escaped,
    label_width,
    part_widths,
    shortened,
    texts_at,
    texts_at_pivot,
)
from generator.page.shapes import (
    BIAS_RADIUS,
    MARGIN,
    RADIUS,
    Circle,
    Drawn,
    Mark,
    NetworkFigure,
    Wire,
    heights,
    wire,
)

MAX_UNITS = 8  # a longer column is drawn as its first four and last two units
MAX_WEIGHTS = 36  # between two columns; above it their wires have no labels

LINE, TALL_LINE = 18, 22  # between the middles of two labels; where there are superscripts


def network_figure(
    columns: Sequence[Sequence[Label]],
    weights: Sequence[Sequence[Sequence[Label]]],
    biases: Sequence[Label | Sequence[Label]],
    title: str,
    description: str,
    loss: Label | None = None,
) -> NetworkFigure:
    """The figure of a feed-forward network; where a loss is given, up to it.

    columns holds the units of each column, the inputs first. weights[l][j][i] labels the edge
    from unit i of column l to unit j of column l + 1. biases[l] belongs to column l + 1: a
    Label that its units share, or a sequence with one Label a unit, or an empty sequence.
    """
    first = source = _column(0, "input", "end", columns[0], (), 0)
    drawn = _draw_units(first, 0)
    x = 0
    for layer, (units, rows, bias) in enumerate(zip(columns[1:], weights, biases, strict=True)):
        kind = "output" if layer == len(weights) - 1 else "hidden"
        anchor = "start" if kind == "output" and loss is None else "middle"
        own, shared = ((), bias) if isinstance(bias, Label) else (bias, None)
        target = _column(layer + 1, kind, anchor, units, own, _ladder_spacing(source, rows))
        edges, x = _draw_edges(source, target, rows, shared, x)
        drawn += edges + _draw_units(target, x)
        source = target
    if loss:
        target = _column(len(columns), "loss", "start", [loss], (), 0)
        edges, x = _draw_loss_edges(source, target, x)
        drawn += edges + _draw_units(target, x)
        source = target

    left, right = -first.outer - MARGIN, x + source.outer + MARGIN
    top, bottom = heights(drawn)
    return NetworkFigure(
        title=escaped(title),
        description=escaped(description),
        left=left,
        top=top - MARGIN,
        width=right - left,
        height=bottom - top + 2 * MARGIN,
        wires=tuple(item for item in drawn if isinstance(item, Wire)),
        marks=tuple(item for item in drawn if isinstance(item, Mark)),
        abridged=not all(map(is_labelled, weights)),
    )


def is_labelled(rows: Sequence[Sequence[object]]) -> bool:
    """Whether a weight matrix is small enough for labels."""
    return max(len(rows), len(rows[0])) <= MAX_UNITS and len(rows) * len(rows[0]) <= MAX_WEIGHTS


@dataclass(frozen=True)
class _Column:
    """A column of units and the room it takes; a dict has only the units that are drawn."""

    layer: int
    kind: str
    anchor: str  # of the captions: end, on the left; middle, below; start, on the right
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
    layer: int,
    kind: str,
    anchor: str,
    units: Sequence[Label],
    biases: Sequence[Label],
    least_spacing: int,
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
    centred = [*own.values(), *([total] if total else []), *(lines if anchor == "middle" else [])]
    side = max([RADIUS, *(ceil(label_width(label) / 2) + PAD for label in centred)])
    above = RADIUS + (2 * PAD + LINE if own else 0)
    below = RADIUS
    if anchor == "middle" and lines:
        below += PAD + LINE * max(map(len, captions.values()))
    spacing = max(104 if n <= 4 else 84, above + below + 2 * PAD, least_spacing)
    ys = [round((k - (len(places) - 1) / 2) * spacing) for k in range(len(places))]
    return _Column(
        layer=layer,
        kind=kind,
        anchor=anchor,
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


def _draw_units(column: _Column, x: int) -> Drawn:
    """A column's circles and the labels around them."""
    drawn: Drawn = []
    anchor, outside = column.anchor, RADIUS + 2 * PAD
    caption_x = x + {"end": -outside, "middle": 0, "start": outside}[anchor]
    for unit, y in column.ys.items():
        circle = Circle(x, y, RADIUS, column.kind)
        symbol, place = column.symbols.get(unit), (column.layer, unit)
        inside = texts_at(symbol, x, y, "middle", UNIT_SIZE) if symbol else ()
        drawn.append(Mark(inside, circle, place))
        lines = column.captions[unit]
        below = RADIUS + PAD + LINE // 2 if anchor == "middle" else 0
        line_y = y + (below or -(LINE * (len(lines) - 1) // 2))
        drawn += [
            Mark(texts_at(line, caption_x, line_y + LINE * k, anchor), place=place)
            for k, line in enumerate(lines)
        ]
        if unit in column.biases:
            drawn.append(wire("bias", (x, y - RADIUS - 2 * PAD), (x, y - RADIUS)))
            above = y - RADIUS - 2 * PAD - LINE // 2
            drawn.append(Mark(texts_at(column.biases[unit], x, above, "middle")))
    if column.total:
        drawn.append(Mark(texts_at(Label("⋮"), x, column.dots_y - LINE // 2, "middle", UNIT_SIZE)))
        drawn.append(Mark(texts_at(column.total, x, column.dots_y + LINE // 2, "middle")))
    return drawn


def _ladder_spacing(source: _Column, rows: Sequence[Sequence[Label]]) -> int:
    """The least spacing of the targets that leaves each label of their wires its line."""
    if len(rows) == 1 or not is_labelled(rows):
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
) -> tuple[Drawn, int]:
    """The wires between two columns with their labels, and the x of the second column.

    The labels stand one below the other in the order of the matrix: the first target's weights,
    the second target's, …, each where a straight wire has a fraction u of its height to go.
    """
    u = 0.35
    if len(target.ys) > 1:
        u = min(u, target.spacing / (target.spacing + _reach(source)))
    edges = [
        (start, round(end + u * (start - end)), end, rows[j][i], (target.layer, j, i))
        for j, end in target.ys.items()
        for i, start in source.ys.items()
    ]
    widths = (
        [part_widths(label, SYMBOL_SIZE) for *_, label, _ in edges] if is_labelled(rows) else []
    )
    base, scripts, value = (max(parts) for parts in zip(*widths, (0, 0, 0), strict=True))
    fan = max(110, round(0.4 * max(abs(middle - start) for start, middle, *_ in edges)))
    stub = max(44, round(0.4 * max(abs(end - middle) for _, middle, end, *_ in edges)))

    leave = x + source.side
    left = leave + max(fan, label_width(shared) if shared else 0)
    pivot = left + PAD + base
    right = pivot + scripts + value + PAD
    arrive = right + stub
    end_x = arrive + target.side

    drawn: Drawn = []
    for start, middle, end, label, place in edges:
        out, into = ((x + RADIUS, start), (leave, start)), ((arrive, end), (end_x - RADIUS, end))
        if not widths:
            drawn.append(wire("weight", *out, *into, place=place))
            continue
        base, _, value = part_widths(label, SYMBOL_SIZE)
        before, after = pivot - base - PAD, pivot + scripts + value + PAD
        drawn += [
            wire("weight", *out, (left, middle), (before, middle), place=place),
            wire("weight", (after, middle), (right, middle), *into, place=place),
            Mark(texts_at_pivot(label, pivot, middle, SYMBOL_SIZE, scripts), place=place),
        ]
    if shared:
        lowest = max(*source.ys.values(), max(target.ys.values()) + target.below)
        drawn += _draw_shared_bias(shared, target, end_x, lowest + 2 * PAD + BIAS_RADIUS)
    return drawn, end_x


def _draw_loss_edges(source: _Column, target: _Column, x: int) -> tuple[Drawn, int]:
    """The wires from the outputs to the loss, which has no weights, and the x of the loss."""
    leave = x + source.side
    arrive = leave + max(44, round(0.4 * max(map(abs, source.ys.values()))))
    end_x = arrive + target.side
    drawn: Drawn = [
        wire(
            "loss",
            (x + RADIUS, y), (leave, y), (arrive, 0), (end_x - RADIUS, 0),
            place=(target.layer, 0, unit),
        )
        for unit, y in source.ys.items()
    ]  # fmt: skip
    return drawn, end_x


def _draw_shared_bias(label: Label, target: _Column, x: int, y: int) -> Drawn:
    """The constant 1 under the stubs, its label, and a trunk with a branch to each unit."""
    trunk = x - target.side - 16
    one = texts_at(Label("", value="1"), trunk, y, "middle")
    drawn: Drawn = [
        Mark(one, Circle(trunk, y, BIAS_RADIUS, "bias")),
        Mark(texts_at(label, trunk - BIAS_RADIUS - PAD, y, "end")),
        wire("bias", (trunk, y - BIAS_RADIUS), (trunk, min(target.ys.values()) + RADIUS)),
    ]
    for unit_y in target.ys.values():
        edge = (x - round(0.87 * RADIUS), unit_y + RADIUS // 2)
        drawn.append(wire("bias", (trunk, unit_y + RADIUS), edge))
    return drawn
