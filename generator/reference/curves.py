"""The plots of the catalogue: an activation, a loss or a schedule as curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from generator.algebra import Function
from generator.algebra.expression import FloatArray
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.schedules import SCHEDULES
from generator.page.axes import DARK, FIRST, INK, SECOND, dress, legend_above, svg_elements
from generator.page.markdown import environment, fill
from generator.reference.loss_formulas import loss_corners

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 480, 300
BOX = (0.11, 0.17, 0.85, 0.71)
POINTS = 400
BESIDE = 1e-9  # how near to a corner its two sides are drawn
DIGITS = 6  # of a plotted value: more than a pixel, less than machines differ in

REACH = 5  # activations are drawn for z from -REACH to REACH
TARGET = 1.0  # of every plotted loss
FAR = 3.0  # how far from the target its predictions go
LEAST = 0.02  # the smallest plotted probability
HIGHEST = 5.0  # the largest plotted size of a loss or its derivative

# What the plotted schedules have for what they need.
RATE, UPDATES = 0.1, 30
SETTINGS: dict[str, Any] = {"step_size": 5, "gamma": Decimal("0.8"), "T_max": 20}


@dataclass(frozen=True)
class Curve:
    """A curve by its points, with its name for the legend; nan where its line breaks."""

    name: str
    x: FloatArray
    y: FloatArray


@dataclass(frozen=True)
class Plot:
    """A plot as SVG elements, and what its title and its description say."""

    key: str
    title: str
    description: str
    width: int
    height: int
    dark: dict[str, str]
    elements: str


def plots() -> dict[str, str]:
    """Every plot of the catalogue, by the name of its file."""
    drawn = [*map(activation, ACTIVATIONS), *map(loss, LOSSES), *map(schedule, SCHEDULES)]
    return {
        f"catalogue-{plot.key}.svg": fill(environment(), "curves.svg", figure=plot)
        for plot in drawn
    }


@cache
def activation(name: str) -> Plot:
    """An activation and its derivative; of a softmax the first unit, the others being 0."""
    made: Any = ACTIVATIONS[name]()
    z = _places(-REACH, REACH, getattr(made, "corners", ()))
    if isinstance(made, Function):
        a, slope = made.kernel(z), made.pullback(np.ones_like(z), z)
        horizontal, said = "z", f"{name} and its derivative for z from −{REACH} to {REACH}"
    else:
        layer = np.stack([z, np.zeros_like(z), np.zeros_like(z)])
        first = np.zeros_like(layer)
        first[0] = 1
        a, slope = made(layer)[0], made.pullback(first, layer)[0]
        horizontal = "z₁"
        said = (
            f"The first of three outputs of {name} and its derivative in z₁, "
            f"for z₁ from −{REACH} to {REACH} and the other two at 0"
        )
    curves = (Curve("a", z, a), Curve("derivative", z, slope))
    return _plot(f"activation-{name}", f"The activation {name}", said, curves, horizontal)


@cache
def loss(name: str) -> Plot:
    """What one output adds to a loss, and its derivative, over the prediction."""
    made = LOSSES[name]()
    has_logarithm = not np.isfinite(_quietly(made.term.kernel, np.array([-1.0]))[0])
    low, high = (LEAST, 1.0) if has_logarithm else (TARGET - FAR, TARGET + FAR)
    y = _places(low, high, loss_corners(name, TARGET))
    curves = (
        Curve("loss", y, _quietly(made.term.kernel, y)),
        Curve("derivative", y, _quietly(made.term.slope, y)),
    )
    said = f"{name} of one output and its derivative over the prediction y, for the target 1"
    return _plot(f"loss-{name}", f"The loss {name}", said, curves, "y")


@cache
def schedule(name: str) -> Plot:
    """The learning rate over the updates."""
    made = SCHEDULES[name](**schedule_settings(name))
    updates = np.arange(1, UPDATES + 1, dtype=np.float64)
    rates = np.array([made.rate(RATE, int(update)) for update in updates])
    said = f"The learning rate of {UPDATES} updates from {RATE} by the schedule {name}"
    curves = (Curve("learning rate", updates, rates),)
    return _plot(f"schedule-{name}", f"The schedule {name}", said, curves, "update", dots=True)


def schedule_settings(name: str) -> dict[str, Any]:
    """What a schedule is plotted with."""
    import inspect

    names = inspect.signature(SCHEDULES[name]).parameters
    return {key: value for key, value in SETTINGS.items() if key in names}


def _places(low: float, high: float, corners: Sequence[Any]) -> FloatArray:
    """Evenly spaced places, with both sides of each corner and a break between them."""
    even = np.linspace(low, high, POINTS + 1)
    ends = [-np.inf, *sorted(map(float, corners)), np.inf]
    parts: list[Any] = []
    for left, right in pairwise(ends):
        within = even[(even > left) & (even < right)]
        parts += [[left + BESIDE], within, [right - BESIDE], [np.nan]]
    return np.concatenate(parts[1:-2])


def _quietly(function: Callable[..., FloatArray], y: FloatArray) -> FloatArray:
    """A function of target and prediction where it may have no value."""
    with np.errstate(all="ignore"):
        return function(np.full_like(y, TARGET), y)


def _plot(
    key: str,
    title: str,
    said: str,
    curves: Sequence[Curve],
    horizontal: str,
    *,
    dots: bool = False,
) -> Plot:
    def draw(axes: Axes) -> None:
        for curve, colour, style in zip(
            curves, (FIRST, SECOND), ("none" if dots else "solid", "dashed"), strict=False
        ):
            y = [float(f"{value:.{DIGITS}g}") for value in curve.y]
            axes.plot(
                curve.x,
                y,
                color=colour,
                linestyle=style,
                marker="o" if dots else "",
                markersize=4,
                linewidth=2.25,
                label=curve.name,
            )
        low, high = axes.get_ylim()
        axes.set_ylim(0 if dots else max(low, -HIGHEST), min(high, HIGHEST))
        axes.set_xlabel(horizontal, color=INK)
        legend_above(axes)
        dress(axes)

    elements = svg_elements(draw, WIDTH, HEIGHT, BOX, key)
    return Plot(key, title, f"{said}.", WIDTH, HEIGHT, DARK, elements)
