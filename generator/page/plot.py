"""The plot of a training's loss; templates/loss.svg holds what axes.py draws."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from generator.network.law import Run
from generator.page.axes import DARK, FIRST, INK, SECOND, dress, legend_above, svg_elements
from generator.page.labels import escaped
from generator.page.numbers import rounded, text_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 720, 380  # in points, which are the SVG's units
LOG_FROM = 30  # the largest over the smallest loss, from which on the axis is logarithmic
DIGITS = 6  # of a plotted loss: more than a pixel, less than machines differ in


@dataclass(frozen=True)
class LossPlot:
    """A plot as SVG elements, and what its title and its description are filled from.

    dark: the colour in the dark for each colour of the elements.
    """

    title: str
    width: int
    height: int
    steps: str
    first: str
    last: str
    is_log: bool
    has_plain: bool
    batches: bool  # whether a step's loss is that of its batch alone
    thinned: bool
    dark: dict[str, str]
    elements: str


def draw_loss(run: Run, plain: Run | None, title: str) -> LossPlot:
    """The loss over the updates; where there is one, dashed, also without momentum."""
    losses = [loss for each in (run, plain) if each for _, loss in each.curve]
    is_log = min(losses) > 0 and max(losses) / min(losses) >= LOG_FROM
    return LossPlot(
        title=escaped(title),
        width=WIDTH,
        height=HEIGHT,
        steps=f"{run.steps:,}",
        first=_number(run.losses[0][1]),
        last=_number(run.final_loss),
        is_log=is_log,
        has_plain=plain is not None,
        batches=run.batch_size < run.samples,
        thinned=len(run.curve) < run.steps,
        dark=DARK,
        elements=_elements(run, plain, is_log),
    )


def _elements(run: Run, plain: Run | None, is_log: bool) -> str:
    def draw(axes: Axes) -> None:
        _curve(axes, run, "with momentum" if plain else "", FIRST, "solid")
        if plain:
            _curve(axes, plain, "without momentum", SECOND, "dashed")
            legend_above(axes)
        _dress(axes, run.steps, is_log)

    return svg_elements(draw, WIDTH, HEIGHT, (0.11, 0.15, 0.83, 0.74), "loss")


def _curve(axes: Axes, run: Run, label: str, colour: str, style: str) -> None:
    steps = [step for step, _ in run.curve]
    losses = [float(f"{loss:.{DIGITS}g}") for _, loss in run.curve]
    axes.plot(
        steps, losses, color=colour, linestyle=style, linewidth=2.25, label=label, clip_on=False
    )


def _dress(axes: Axes, steps: int, is_log: bool) -> None:
    """Numbers and grid."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    axes.set_xlim(0, steps)
    axes.set_xlabel("updates", color=INK)
    axes.set_title("loss", loc="left", color=INK, fontsize=13)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=(1, 2, 5, 10)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    if is_log:
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 2000 else (1,)))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: _number(loss, 10)))
    dress(axes)


def _number(value: float, digits: int = 4) -> str:
    return text_number(rounded(Decimal(f"{value:.12g}"), digits))
