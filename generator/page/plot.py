"""The plot of a training's loss: the only module that knows matplotlib, which it loads late.

matplotlib draws axes and curves in the light colours below; templates/loss.svg holds them, with
a panel, a title, a description and the dark colours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

from generator.network.law import Run
from generator.page.labels import escaped
from generator.page.numbers import rounded, text_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 720, 380  # in points, which are the SVG's units
LOG_FROM = 30  # the largest over the smallest loss, from which on the axis is logarithmic
DIGITS = 6  # of a plotted loss: more than a pixel, less than machines differ in

INK, FAINT, LOSS, PLAIN = "#1b1f24", "#d0d7de", "#0b4f9e", "#a8290f"
DARK = {INK: "#eef2f6", FAINT: "#3d444d", LOSS: "#9ecbff", PLAIN: "#ff9d85"}


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
    """What matplotlib draws, the same bytes each time."""
    import matplotlib
    from matplotlib.figure import Figure

    # the reader's own matplotlibrc has no say
    settings = {
        key: value
        for key, value in matplotlib.rcParamsDefault.items()
        if not key.startswith(("backend", "interactive", "date.epoch"))
    } | {"svg.fonttype": "none", "svg.hashsalt": "loss", "font.size": 13}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72)
        axes = figure.add_axes((0.11, 0.15, 0.83, 0.74))
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        _curve(axes, run, "with momentum" if plain else "", LOSS, "solid")
        if plain:
            _curve(axes, plain, "without momentum", PLAIN, "dashed")
            above = (1, 1)  # the axes, where no curve comes
            axes.legend(
                loc="lower right", bbox_to_anchor=above, ncols=2, frameon=False, labelcolor=INK
            )
        _dress(axes, run.steps, is_log)
        file = StringIO()
        figure.savefig(
            file,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    body = re.search(r"<svg[^>]*>(.*)</svg>", file.getvalue(), re.DOTALL)
    assert body is not None
    return body[1].strip()


def _curve(axes: Axes, run: Run, label: str, colour: str, style: str) -> None:
    steps = [step for step, _ in run.curve]
    losses = [float(f"{loss:.{DIGITS}g}") for _, loss in run.curve]
    axes.plot(
        steps, losses, color=colour, linestyle=style, linewidth=2.25, label=label, clip_on=False
    )


def _dress(axes: Axes, steps: int, is_log: bool) -> None:
    """Axes, grid and numbers."""
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
    axes.grid(color=FAINT, linewidth=0.75)
    axes.set_axisbelow(True)
    axes.tick_params(color=INK, labelcolor=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def _number(value: float, digits: int = 4) -> str:
    return text_number(rounded(Decimal(f"{value:.12g}"), digits))
