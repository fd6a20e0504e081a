"""Which formulas a page holds, and where."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audit.reading.markdown import MarkdownPage


def formulas(text):
    return [formula.latex.strip() for formula in MarkdownPage(text).formulas]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The weight $w_5 = 0.40$ is given.", ["w_5 = 0.40"]),
        ("$$\nz = 1\n$$", ["z = 1"]),
        ("Here $$z = 1$$ in a line.", ["z = 1"]),
        (r"Inline \(a = 1\) and display \[b = 2\].", ["a = 1", "b = 2"]),
        ("over\ntwo $a +\nb$ lines", ["a +\nb"]),
        ("- item $a$\n  - deeper $b$", ["a", "b"]),
        ('<details markdown="1">\n<summary>more</summary>\n\n$a = 1$\n\n</details>', ["a = 1"]),
        ('| <a id="w5"></a>$w_5$ | weight | 0.40 |', ["w_5"]),
        ("> quoted\n>\n> $$\n> a = 1\n> $$", ["a = 1"]),
    ],
)
def test_finds_formulas(text, found):
    assert formulas(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "```\n$a = 1$\n```",
        "~~~ text\n$a = 1$\n~~~~",
        "- ```\n  $a = 1$\n  ```",
        "---\ntitle: $a = 1$\n---\nText.",
        "Code `$a = 1$` in a line, and ``two ` ticks $a$``.",
        r"It costs \$5 and \$6.",
        "It costs $5 or $6.",
        "From $ 5 to $ 6.",
        "<!-- $a = 1$ -->",
    ],
)
def test_leaves_out_what_is_no_formula(text):
    assert formulas(text) == []


def test_goes_on_behind_what_is_no_formula():
    text = "```\n$a$\n```\nAn open ` tick, a price of $5, then $b$.\n\n`$c$` and $d$"
    assert formulas(text) == ["b", "d"]


def test_an_escaped_dollar_inside_a_formula_does_not_end_it():
    assert formulas(r"$a = \$5$") == [r"a = \$5"]


def test_line_and_column_count_from_one():
    page = MarkdownPage("---\na: 1\n---\nThe $a$\n\n$$\nb\n$$\n")
    assert [(f.line, f.column) for f in page.formulas] == [(4, 6), (6, 3)]
    assert page.place(page.formulas[1].start + 1) == (7, 1)


def test_a_display_that_is_never_closed_ends_with_its_paragraph():
    page = MarkdownPage("$$\na = 1\n\nText with $b$.")
    assert [(f.latex.strip(), f.is_closed) for f in page.formulas] == [
        ("a = 1", False),
        ("b", True),
    ]


def assignments(text):
    return [(row.symbol.latex, row.value.latex) for row in MarkdownPage(text).assignments]


@pytest.mark.parametrize(
    ("row", "assignment"),
    [
        ("| $w_5$ | 0.40 |", ("w_5", "0.40")),
        ('| <a id="w5"></a>$w_5$ | -0.0381 |', ("w_5", "-0.0381")),
        (r"| $w_5$ | $4.386 \times 10^{-5}$ |", ("w_5", r"4.386 \times 10^{-5}")),
        ("  | $w_5$ | 7 |  ", ("w_5", "7")),
        ("$w_5$ | 7", ("w_5", "7")),
    ],
)
def test_a_row_under_value_assigns(row, assignment):
    assert assignments(f"| Quantity | Value |\n|---|---|\n{row}\n") == [assignment]


@pytest.mark.parametrize(
    "row", ["| w5 | 0.40 |", "| $w_5$ | |", "| $w_5$ | see below |", "| $a$ |"]
)
def test_other_rows_assign_nothing(row):
    assert assignments(f"| Quantity | Value |\n|---|---|\n{row}\n") == []


def test_only_the_column_headed_value_assigns():
    table = "| Symbol | Meaning | Value |\n|:--|---|--:|\n| $a$ | 1 | 2 |\n\n"
    other = "| Parameter | Before | After |\n|---|---|---|\n| $b$ | 3 | 4 |\n"
    assert assignments(table + other) == [("a", "2")]


def test_assignments_know_their_places():
    (row,) = MarkdownPage("| Symbol | Value |\n|---|---|\n| $a$ | 0.5 |\n").assignments
    assert (row.symbol.line, row.symbol.column) == (3, 4)
    assert (row.value.line, row.value.column) == (3, 9)


@given(st.text(alphabet="$\\`~()[]{}|-\n >ab1=<!", max_size=60))
def test_any_text_is_read_without_a_crash(text):
    page = MarkdownPage(text)
    for formula in page.formulas:
        assert text.count("\n", 0, formula.start) + 1 == formula.line


@pytest.mark.parametrize(
    "piece", ["$1", r"\(", "` `` ", "$$\n\n", "\\[", "|-", "<!--", " ", "\n", "$a$ ", "> "]
)
def test_a_large_page_takes_no_more_than_seconds(piece):
    start = time.perf_counter()
    MarkdownPage(piece * (300_000 // len(piece)))
    assert time.perf_counter() - start < 5
