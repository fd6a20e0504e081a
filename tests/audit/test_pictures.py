"""Formulas whose LaTeX stands in the address of a picture."""

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audit import audit, read, read_source
from generator.audit.reading.pictures import with_pictured_formulas

SERVICE = "https://latex.codecogs.com/svg.image?"


def text_of(text, suffix=".md"):
    return with_pictured_formulas(read_source(text, suffix)).text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"![eq]({SERVICE}a%20%3D%20%5Cfrac%7B1%7D%7B2%7D)", r"$$a = \frac{1}{2}$$"),
        (f"So ![]({SERVICE}a=2) is right.", "So $a=2$ is right."),
        ("![](http://latex.codecogs.com/gif.latex?\\frac{1}{2} = 0.5)", r"$$\frac{1}{2} = 0.5$$"),
        (f'![a]({SERVICE}f(g(x))=1 "f(g(x))=1")', "$$f(g(x))=1$$"),
        (f"- ![a]({SERVICE}%5Cinline%20%5Cdpi%7B120%7D%20%5Clarge%20a=1)", "- $$      a=1$$"),
        (f'<img src="{SERVICE}a&plus;b&space;=&space;1&amp;2" title="a+b" />', "$$a+b = 1&2$$"),
        (
            '<a href="https://www.codecogs.com/eqnedit.php?latex=a" target="_blank">'
            '<img src="https://latex.codecogs.com/gif.latex?a+b=3" title="a" /></a>',
            '<a href="https://www.codecogs.com/eqnedit.php?latex=a" target="_blank">$$a+b=3$$</a>',
        ),
        ("![](https://www.zhihu.com/equation?tex=a+%2B+b+%3D+3)", "$$a + b = 3$$"),
        (
            '<img src="https://render.githubusercontent.com/render/math?math=\\hat{y}%3D0.5">',
            r"$$\hat{y}=0.5$$",
        ),
        ("![](https://math.now.sh?from=a%3D1)", "$$a=1$$"),
        ("![](https://i.upmath.me/svg/%5Ceta%3D0.1)", r"$$\eta=0.1$$"),
        (f"![]({SERVICE}a%3D1) ![]({SERVICE}b%3D2)", "$a=1$ $b=2$"),
        (f"![]({SERVICE}%CE%B7=0.5)", "$$η=0.5$$"),
    ],
)
def test_formulas_of_pictures_are_read(text, read):
    assert text_of(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "![a figure](figures/net.png) and ![badge](https://img.shields.io/badge/a=1-green)",
        "[a link](https://latex.codecogs.com/svg.image?a=1)",
        "https://www.zhihu.com/equation?tex=a%3D1",
        "![never closed](https://latex.codecogs.com/svg.image?a=1",
    ],
)
def test_other_pictures_and_links_stay(text):
    assert text_of(text) == text


def test_a_wrong_result_is_found_at_its_place_in_the_file():
    formula = r"\frac{1}{1+e^{-0.3775}} = 0.5833"
    text = f"# Title\n\nThe unit: ![z]({SERVICE}{quote(formula)}) and $0.4 + 0.1 = 0.6$.\n"
    found = audit(read_source(text, ".md")).findings
    line = text.split("\n")[2]
    assert [each.line for each in found] == [3, 3]
    assert line[found[0].column - 1 :].startswith("0.5833")
    assert line[found[1].column - 1 :].startswith("0.6$")


def test_a_wrong_result_is_found_at_its_place_in_a_notebook():
    cell = f'Words "quoted", then ![z]({SERVICE}{quote("0.4 + 0.1 = 0.6")}) and $0.2 + 0.2 = 0.5$'
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [cell + "\n", "end"]}]
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    found = audit(read_source(text, ".ipynb")).findings
    lines = text.split("\n")
    assert [lines[each.line - 1][each.column - 1 :][:3] for each in found] == ["0.6", "0.5"]


@given(st.text("![](<img src=\"'>https://latex.codecogs.com/a.latex?%5C$)\n =0.1"))
def test_any_text_is_read(text):
    for suffix in (".md", ".tex"):
        read(read_source(text, suffix))


AROUND = st.text("ab1 $.(\n", max_size=40)


@given(AROUND, st.text("a=+\\{}1 ", min_size=1, max_size=20), AROUND)
def test_what_stands_around_a_picture_keeps_its_place(before, formula, after):
    page = read_source(f"{before}x ![x]({SERVICE}{quote(formula)}) x{after}", ".md")
    source = with_pictured_formulas(page)
    assert source.text == f"{before}x ${formula}$ x{after}"
    for at in range(len(before) + 1):
        assert source.place(at) == page.place(at)
    for at in range(1, len(after) + 1):
        assert source.place(len(source.text) - at) == page.place(len(page.text) - at)


def test_many_pictures_take_no_long():
    start = time.perf_counter()
    text_of("![](" + "(" * 50_000 + f"\n![]({SERVICE}" + "(" * 50_000)
    text_of(f"![]({SERVICE}a%3D1) <img src= \n" * 20_000)
    assert time.perf_counter() - start < 5
