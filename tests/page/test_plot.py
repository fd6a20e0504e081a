"""The plot of the loss: its points are the training's, its bytes the same, its file sound."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from generator import generate
from generator.config import parse
from generator.network.law import curve_stride, run, train
from generator.network.training import without_momentum
from generator.page.axes import DARK
from generator.page.markdown import environment, fill
from generator.page.plot import draw_loss
from tests.page.test_figures import SVG, contrast

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LIGHT_PANEL, DARK_PANEL = "#ffffff", "#161b22"


def example(name, **changes):
    made = parse((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")).example
    return replace(made, **changes)


MOMENTUM = example("momentum")
PLOT = draw_loss(run(MOMENTUM), run(without_momentum(MOMENTUM)), MOMENTUM.title)


def svg(plot):
    return fill(environment(), "loss.svg", figure=plot)


def curves(text):
    """The points of each drawn curve, which is two and a quarter wide."""
    for path in ET.fromstring(text).iter(f"{SVG}path"):
        if "stroke-width: 2.25" in path.get("style", "") and path.get("d").count("L") > 2:
            yield [tuple(map(float, p.split())) for p in re.split(r"[ML]", path.get("d"))[1:]]


def test_a_curve_has_each_step_s_loss_and_the_last():
    made = example("xor", steps=40)
    losses = [float(step.forward.loss.total) for step in train(made)]
    whole = run(made)
    assert whole.curve == (*enumerate(losses), (40, whole.final_loss))


@pytest.mark.parametrize(("steps", "points"), [(499, 500), (500, 501), (501, 252), (10_000, 501)])
def test_a_long_curve_is_thinned_evenly(steps, points):
    curve = run(example("momentum", steps=steps)).curve
    assert len(curve) == points
    assert [curve[0][0], curve[-1][0]] == [0, steps]


def test_a_thinned_curve_of_batches_meets_every_batch():
    made = example("xor", steps=10_000, batch_size=1)
    stride = curve_stride(made)
    assert stride >= 20
    assert {made.batch(1 + stride * k) for k in range(4)} == {range(i, i + 1) for i in range(4)}


def test_the_curve_in_the_file_is_the_training_s():
    """Along a logarithmic axis the heights of the points follow the logarithms of the losses."""
    from math import log

    drawn, plain = list(curves(svg(PLOT)))[:2]
    for points, losses in (
        (drawn, run(MOMENTUM).curve),
        (plain, run(without_momentum(MOMENTUM)).curve),
    ):
        (_, top), (_, bottom) = points[0], points[-1]
        first, last = log(losses[0][1]), log(losses[-1][1])
        scale = (bottom - top) / (last - first)
        assert len(points) <= len(losses)
        by_step = {step: log(loss) for step, loss in losses}
        left, right = points[0][0], points[-1][0]
        for x, y in points:
            step = round((x - left) / (right - left) * MOMENTUM.steps)
            assert y == pytest.approx(top + scale * (by_step[step] - first), abs=0.02)


def test_without_momentum_is_a_second_curve_and_dashed():
    text = svg(PLOT)
    assert len([points for points in curves(text) if len(points) > 3]) >= 1
    assert text.count("stroke-dasharray: 8.325,3.6") == 2  # the curve and its sign
    assert "with momentum</text>" in text
    assert "stroke-dasharray" not in svg(draw_loss(run(MOMENTUM), None, "Alone"))


def test_it_has_a_title_and_a_description():
    root = ET.fromstring(svg(PLOT))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert description.text == (
        f"The loss over 50 updates, from {PLOT.first} before the first to {PLOT.last} after the "
        "last, on a logarithmic axis. A dashed line shows what it would be without momentum."
    )
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_an_even_loss_has_a_plain_axis():
    plot = draw_loss(run(example("xor", steps=3)), None, "Short")
    assert not plot.is_log
    assert "logarithmic" not in svg(plot)


def test_a_title_may_hold_any_character():
    ET.fromstring(svg(draw_loss(run(MOMENTUM), None, '<a> & "b"')))


def test_it_needs_nothing_from_elsewhere_and_says_no_date():
    text = re.sub(r'xmlns(:xlink)?="[^"]*"', "", svg(PLOT))
    assert not re.search(r"http|@import|<script|Matplotlib|20\d\d-", text)


def test_every_colour_has_one_for_the_dark_and_contrast_in_both():
    text = svg(PLOT)
    drawn = set(re.findall(r"(?:stroke|fill): (#\w{6})", PLOT.elements))
    assert drawn == set(DARK)
    assert all(f'[style*="stroke: {colour}"]' in text for colour in drawn)
    grid = "#d0d7de"
    for light, dark in DARK.items():
        if light != grid:
            assert contrast(light, LIGHT_PANEL) >= 4.5
            assert contrast(dark, DARK_PANEL) >= 4.5


DRAW = """
import sys, hashlib
from generator import generate
text = open(sys.argv[1], encoding="utf-8").read()
print(hashlib.sha256(generate(text, "net")["net-loss.svg"].encode()).hexdigest())
"""


def python(code, *arguments, folder):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    return done.stdout


def test_two_runs_draw_the_same_bytes_whatever_the_reader_s_settings(tmp_path):
    (tmp_path / "matplotlibrc").write_text("axes.grid: False\nfont.size: 30\nlines.linewidth: 9\n")
    file = EXAMPLES / "momentum.yaml"
    assert python(DRAW, file, folder=tmp_path) == python(DRAW, file, folder=EXAMPLES)


@pytest.mark.parametrize(("name", "loaded"), [("mazur", False), ("momentum", True)])
def test_matplotlib_is_loaded_only_for_a_plot(name, loaded, tmp_path):
    code = (
        "import sys; from generator import generate\n"
        "generate(open(sys.argv[1], encoding='utf-8').read(), 'net')\n"
        "print('matplotlib' in sys.modules)"
    )
    assert python(code, EXAMPLES / f"{name}.yaml", folder=tmp_path).strip() == str(loaded)


def test_the_help_loads_no_matplotlib(tmp_path):
    code = (
        "import sys, contextlib, runpy\n"
        "sys.argv = ['generator', '--help']\n"
        "with contextlib.suppress(SystemExit):\n"
        "    runpy.run_module('generator', run_name='__main__')\n"
        "print('matplotlib' in sys.modules)"
    )
    assert python(code, folder=tmp_path).strip().endswith("False")


def test_an_example_of_one_step_has_no_plot():
    files = generate((EXAMPLES / "mazur.yaml").read_text(encoding="utf-8"), "mazur")
    assert set(files) == {
        "mazur.md", "mazur.json", "mazur.ipynb", "mazur.tex",
        "mazur-network.svg", "mazur-paths-1.svg", "mazur-gradients.svg",
    }  # fmt: skip
