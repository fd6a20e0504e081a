"""A network as a circuit: on every line a value stands above it, and its gradient below.

The bands are those of figures.py. A weight stands on its wire. On the line into a unit stand its
pre-activation and the error signal, which is the loss's gradient in it; on the line out of the
unit its activation and the gradient in that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import ClassVar

from generator.page.figures import MAX_UNITS, is_labelled
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

ABOVE, BELOW = 11, 10  # from a line to the middles of its value and of its gradient
RUNG, TALL_RUNG = 44, 46  # between two weights' lines; where there are superscripts
UNDER = 32  # from a unit's middle to where the branch of a shared bias begins
LINE = 18  # between the middles of two lines of text
LEAST_SPACING = 140  # of a column, so that a third of it holds a rung
GRAIN = 20  # spacings are multiples of it, so that columns of one length stand level
LEGEND_WIDTH, LEGEND_LINES = 560, 4  # and one line more where there is more to say


@dataclass(frozen=True)
class Pair:
    """What stands on a line: a value, with its symbol where it has one, and its gradient."""

    value: Label
    gradient: str = ""


@dataclass(frozen=True)
class Node:
    """A unit with what stands on the line into it, if any, and on the line out of it."""

    symbol: Label
    after: Pair
    before: Pair | None = None


@dataclass(frozen=True)
class CircuitFigure(NetworkFigure):
    """A network's values and gradients, with room for a legend from (left, top) on.

    sample: from 1, whose values and whose loss these are; 0 where there is only one.
    has_penalty: whether the loss has one, which these gradients leave out.
    """

    legend_x: int
    legend_y: int
    sample: int
    has_penalty: bool

    least: ClassVar[float] = 1  # its numbers are as small as can be


def circuit_figure(
    columns: Sequence[Sequence[Node]],
    weights: Sequence[Sequence[Sequence[Pair]]],
    biases: Sequence[Pair | Sequence[Pair]],
    loss: Node,
    title: str,
    description: str,
    sample: int = 0,
    has_penalty: bool = False,
) -> CircuitFigure:
    """The circuit of a feed-forward network up to its loss.

    Columns, weights and biases are arranged as in network_figure.
    """
    rungs = [_rung(rows) for rows in weights]
    source = _column("input", columns[0], (), _first_spacing(columns, rungs[0]))
    drawn = _draw_column(source, 0)
    left, x = -source.left, 0
    for units, rows, bias, rung in zip(columns[1:], weights, biases, rungs, strict=True):
        kind = "output" if units is columns[-1] else "hidden"
        own, shared = ((), bias) if isinstance(bias, Pair) else (bias, None)
        target = _column(kind, units, own, _ladder_spacing(source, len(rows), rung))
        edges, x = _draw_edges(source, target, rows, shared, x)
        drawn += edges + _draw_column(target, x)
        source = target
    end = _column("loss", [loss], (), 0)
    edges, x = _draw_loss_edges(source, end, x)
    drawn += edges + _draw_column(end, x)

    top, bottom = heights(drawn)
    lines = LEGEND_LINES + bool(sample or has_penalty)
    return CircuitFigure(
        title=escaped(title),
        description=escaped(description),
        left=left - MARGIN,
        top=top - MARGIN,
        width=max(x + end.right - left, LEGEND_WIDTH) + 2 * MARGIN,
        height=bottom - top + 3 * MARGIN + lines * LINE,
        wires=tuple(item for item in drawn if isinstance(item, Wire)),
        marks=tuple(item for item in drawn if isinstance(item, Mark)),
        abridged=not all(rungs),
        legend_x=left,
        legend_y=bottom + MARGIN + LINE,
        sample=sample,
        has_penalty=has_penalty,
    )


@dataclass(frozen=True)
class _Column:
    """A column of units and the room it takes; a dict has only the units that are drawn."""

    kind: str
    total: Label | None  # how many units there are, where some are left out
    spacing: int  # between centres
    ys: dict[int, int]  # centres
    dots_y: int  # where units are left out, if so
    nodes: dict[int, Node]
    is_captioned: bool  # the symbols are too wide for the circles and stand below them
    biases: dict[int, Pair]  # one a unit, above it
    below: int  # from a unit's centre to the end of what is under it
    left: int  # from the middle to the wires' ends
    right: int


def _column(
    kind: str, units: Sequence[Node], biases: Sequence[Pair], least_spacing: int
) -> _Column:
    """A column, centred at y = 0."""
    n = len(units)
    places: list[int | None] = [*range(n)]
    if n > MAX_UNITS:
        places[4:-2] = [None]
    nodes = {place: units[place] for place in places if place is not None}
    symbols = [shortened(node.symbol) for node in nodes.values()]
    is_captioned = any(label_width(symbol, UNIT_SIZE) > 2 * RADIUS - PAD for symbol in symbols)
    own = {unit: biases[unit] for unit in nodes if biases}
    total = Label("n", value=f"= {n}") if None in places else None

    centred = [_pair_width(pair) for pair in own.values()]
    centred += [label_width(symbol) for symbol in symbols] if is_captioned else []
    side = max([RADIUS, *(ceil(width / 2) for width in centred)])
    before = [_pair_width(node.before) for node in nodes.values() if node.before]
    after = [_pair_width(node.after) for node in nodes.values()]
    above = RADIUS + (2 * PAD + 2 * LINE if own else 0)
    below = RADIUS + (2 * PAD + LINE if is_captioned else 0)
    spacing = _grained(max(LEAST_SPACING, above + below + 2 * PAD, least_spacing))
    ys = [round((k - (len(places) - 1) / 2) * spacing) for k in range(len(places))]
    return _Column(
        kind=kind,
        total=total,
        spacing=spacing,
        ys={unit: y for unit, y in zip(places, ys, strict=True) if unit is not None},
        dots_y=ys[places.index(None)] if total else 0,
        nodes=nodes,
        is_captioned=is_captioned,
        biases=own,
        below=below,
        left=max(side + PAD, RADIUS + 2 * PAD + max(before)) if before else side + PAD,
        right=max(side + PAD, RADIUS + 2 * PAD + max(after)),
    )


def _rung(rows: Sequence[Sequence[Pair]]) -> int:
    """The room between two weights' lines; 0 where there are too many weights for labels."""
    if not is_labelled(rows):
        return 0
    return TALL_RUNG if any(pair.value.sup for row in rows for pair in row) else RUNG


def _ladder_spacing(source: _Column, targets: int, rung: int) -> int:
    """The least spacing of the targets that leaves each of their lines its rung."""
    return _spacing(len(source.ys), source.spacing, rung) if targets > 1 and rung else 0


def _spacing(sources: int, spacing: int, rung: int) -> int:
    return _grained(_reach(sources, spacing) * rung / (spacing - rung))


def _grained(length: float) -> int:
    return GRAIN * ceil(length / GRAIN)


def _reach(sources: int, spacing: int) -> float:
    """From a column's first line to its last, and on to where the next target's may begin."""
    return (sources - 1 + 1.4) * spacing


def _first_spacing(columns: Sequence[Sequence[Node]], rung: int) -> int:
    """The widest spacing of the inputs that makes the first two columns least high."""
    sources, targets = len(columns[0]), len(columns[1])
    if not rung:
        return 0

    def height(spacing: int) -> int:
        second = _spacing(sources, spacing, rung) if targets > 1 else 0
        return max((sources - 1) * spacing, (targets - 1) * second)

    return min(range(4 * LEAST_SPACING, LEAST_SPACING - 1, -GRAIN), key=height)


def _draw_column(column: _Column, x: int) -> Drawn:
    """A column's circles, what stands on the lines into and out of them, and their biases."""
    drawn: Drawn = []
    for unit, y in column.ys.items():
        node = column.nodes[unit]
        symbol, circle = shortened(node.symbol), Circle(x, y, RADIUS, column.kind)
        if column.is_captioned:
            caption_y = y + RADIUS + 2 * PAD + LINE // 2
            drawn += [Mark((), circle), Mark(texts_at(symbol, x, caption_y, "middle"))]
        else:
            drawn.append(Mark(texts_at(symbol, x, y, "middle", UNIT_SIZE), circle))
        if node.before:
            drawn += _on_line(node.before, x - RADIUS - PAD, y, "end")
        drawn += _on_line(node.after, x + RADIUS + PAD, y, "start")
        drawn.append(wire("out", (x + RADIUS, y), (x + column.right, y)))
        if unit in column.biases:
            top = y - RADIUS - 2 * PAD
            drawn.append(wire("bias", (x, top), (x, y - RADIUS)))
            drawn += _stacked(column.biases[unit], x, top - LINE, "middle")
    if column.total:
        drawn.append(Mark(texts_at(Label("⋮"), x, column.dots_y - LINE // 2, "middle", UNIT_SIZE)))
        drawn.append(Mark(texts_at(column.total, x, column.dots_y + LINE // 2, "middle")))
    return drawn


def _on_line(pair: Pair, x: int, y: int, anchor: str) -> Drawn:
    """A value above a line and its gradient below, both from x on or up to it."""
    marks: Drawn = [Mark(texts_at(pair.value, x, y - ABOVE, anchor))]
    return [*marks, Mark((_gradient(pair, x, y + BELOW, anchor),))] if pair.gradient else marks


def _stacked(pair: Pair, x: int, y: int, anchor: str) -> Drawn:
    """A value and under it its gradient, the middle of both at y."""
    return [
        Mark(texts_at(pair.value, x, y - LINE // 2, anchor)),
        Mark((_gradient(pair, x, y + LINE // 2, anchor),)),
    ]


def _gradient(pair: Pair, x: int, y: int, anchor: str) -> Text:
    (text,) = texts_at(Label("", value=pair.gradient), x, y, anchor)
    return replace(text, style="gradient")


def _pair_width(pair: Pair) -> int:
    return max(label_width(pair.value), label_width(Label("", value=pair.gradient)))


def _draw_edges(
    source: _Column, target: _Column, rows: Sequence[Sequence[Pair]], shared: Pair | None, x: int
) -> tuple[Drawn, int]:
    """The lines between two columns with their pairs, and the x of the second column.

    The lines stand one below the other in the order of the matrix, as in network_figure.
    """
    u = 0.35
    if len(target.ys) > 1:
        u = min(u, target.spacing / (target.spacing + _reach(len(source.ys), source.spacing)))
    edges = [
        (start, round(end + u * (start - end)), end, rows[j][i])
        for j, end in target.ys.items()
        for i, start in source.ys.items()
    ]
    pairs = [pair for *_, pair in edges] if is_labelled(rows) else []
    widths = [part_widths(pair.value, SYMBOL_SIZE) for pair in pairs]
    base, scripts, value = (max(parts) for parts in zip(*widths, (0, 0, 0), strict=True))
    numbers = max([value, *(label_width(Label("", value=pair.gradient)) for pair in pairs)])
    fan = max(64, round(0.25 * max(abs(middle - start) for start, middle, *_ in edges)))
    stub = max(32, round(0.25 * max(abs(end - middle) for _, middle, end, _ in edges)))

    leave = x + source.right
    left = leave + max(fan, _pair_width(shared) if shared else 0)
    pivot = left + PAD + base
    right = pivot + scripts + numbers + PAD
    arrive = right + stub
    end_x = arrive + target.left

    drawn: Drawn = []
    for start, middle, end, pair in edges:
        into = (arrive, end), (end_x - RADIUS, end)
        if not pairs:
            drawn.append(wire("weight", (leave, start), *into))
            continue
        drawn.append(wire("weight", (leave, start), (left, middle), (right, middle), *into))
        above = texts_at_pivot(pair.value, pivot, middle - ABOVE, SYMBOL_SIZE, scripts)
        drawn.append(Mark(above))
        drawn.append(Mark((_gradient(pair, pivot + scripts + PAD, middle + BELOW, "start"),)))
    if shared:
        lowest = max(*source.ys.values(), max(target.ys.values()) + target.below)
        drawn += _draw_shared_bias(shared, target, end_x, lowest + 2 * LINE + BIAS_RADIUS)
    return drawn, end_x


def _draw_loss_edges(source: _Column, target: _Column, x: int) -> tuple[Drawn, int]:
    """The lines from the outputs to the loss, which has no weights, and the x of the loss."""
    leave = x + source.right
    arrive = leave + max(32, round(0.25 * max(map(abs, source.ys.values()))))
    end_x = arrive + target.left
    points = [((leave, y), (arrive, 0), (end_x - RADIUS, 0)) for y in source.ys.values()]
    return [wire("loss", *line) for line in points], end_x


def _draw_shared_bias(pair: Pair, target: _Column, x: int, y: int) -> Drawn:
    """The constant 1 under the stubs, its pair, and a trunk with a branch under each line."""
    trunk = x - target.left - 16
    drawn: Drawn = [
        Mark(
            texts_at(Label("", value="1"), trunk, y, "middle"),
            Circle(trunk, y, BIAS_RADIUS, "bias"),
        ),
        *_stacked(pair, trunk - BIAS_RADIUS - PAD, y, "end"),
        wire("bias", (trunk, y - BIAS_RADIUS), (trunk, min(target.ys.values()) + UNDER)),
    ]
    for unit_y in target.ys.values():
        edge = (x - RADIUS // 2, unit_y + round(0.87 * RADIUS))
        drawn.append(wire("bias", (trunk, unit_y + UNDER), edge))
    return drawn
