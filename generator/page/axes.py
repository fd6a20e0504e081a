"""Axes and curves as SVG elements: the only module that knows matplotlib, which it loads late.

It draws in the light colours below; the templates hold what it draws, with a panel, a title, a
description and the dark colours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT, FIRST, SECOND = "#1b1f24", "#d0d7de", "#0b4f9e", "#a8290f"
DARK = {INK: "#eef2f6", FAINT: "#3d444d", FIRST: "#9ecbff", SECOND: "#ff9d85"}


def svg_elements(
    draw: Callable[[Axes], None],
    width: int,
    height: int,
    box: tuple[float, float, float, float],
    salt: str,
) -> str:
    """What matplotlib draws on a pair of axes, the same bytes each time.

    width, height: in points, which are the SVG's units; box: of the axes in the
    figure, as left, bottom, width and height from 0 to 1; salt: what the names of
    the figure's parts are made from.
    """
    import matplotlib
    from matplotlib.figure import Figure

    # the reader's own matplotlibrc has no say
    settings = {
        key: value
        for key, value in matplotlib.rcParamsDefault.items()
        if not key.startswith(("backend", "interactive", "date.epoch"))
    } | {"svg.fonttype": "none", "svg.hashsalt": salt, "font.size": 13}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        axes = figure.add_axes(box)
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        draw(axes)
        file = StringIO()
        figure.savefig(
            file,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    body = re.search(r"<svg[^>]*>(.*)</svg>", file.getvalue(), re.DOTALL)
    assert body is not None
    return body[1].strip()


def dress(axes: Axes) -> None:
    """The grid, the numbers' colour, and lines at the left and below alone."""
    axes.grid(color=FAINT, linewidth=0.75)
    axes.set_axisbelow(True)
    axes.tick_params(color=INK, labelcolor=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def legend_above(axes: Axes) -> None:
    """The curves' names above the axes, where no curve comes."""
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, labelcolor=INK)
