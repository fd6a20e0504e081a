"""Formulas on a page, from LaTeX to MathML."""

from html import unescape

import pytest
from markdown import Markdown

EXTENSIONS = [
    "attr_list",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.superfences",
    "generator.mathml:MathMLExtension",
]

CASES = r"\begin{cases} x & \text{if } x \ge 0 \\ 0 & \text{otherwise} \end{cases}"
ALIGNED = "\\begin{aligned}\nz &= w x + b \\\\\n&= 1 \\lt 2\n\\end{aligned}"

# Every command that a page may use.
PORTABLE = [
    r"\frac{\partial E}{\partial w_5}",
    r"\mathrm{net}_{h1} = w_1 \cdot i_1",
    r"4.38 \times 10^{-4}",
    r"\left( 1 - a \right)",
    r"\begin{bmatrix} 0.15 & 0.20 \\ 0.25 & 0.30 \end{bmatrix}",
    r"\underbrace{a (1 - a)}_{\text{local gradient}}",
    r"\hat{y} \approx \sum_{i=1}^{2} \sqrt{x_i}",
    r"(W^\top \delta) \odot \sigma'(z)",
    r"\ln x + \exp x + \tanh x + \max(0, x)",
    r"\lvert x \rvert \ge 0, \quad y \le 1, \quad x \lt y",
    r"\alpha \beta \gamma \delta \epsilon \eta \theta \lambda \mu \sigma \phi \Delta \Sigma",
    ALIGNED,
    CASES,
]


def render(text: str) -> tuple[str, Markdown]:
    """The HTML of a page, and the converter with its table of contents."""
    md = Markdown(extensions=EXTENSIONS)
    return md.convert(text), md


def html(text: str) -> str:
    return render(text)[0]


def annotation(page: str) -> str:
    """The LaTeX that travels with a page's only formula."""
    _, _, rest = page.partition('<annotation encoding="application/x-tex">')
    source, _, _ = rest.partition("</annotation>")
    return unescape(source)


def test_a_formula_in_a_line_is_inline_mathematics() -> None:
    page = html("The weight $w_1$ is given.")
    assert page.count("<math>") == 1
    assert "<msub><mi>w</mi><mn>1</mn></msub>" in page
    assert "$" not in page


def test_a_formula_on_its_own_lines_is_a_displayed_equation() -> None:
    assert html("before\n\n$$\nE = 1\n$$\n\nafter").count('<math display="block">') == 1


@pytest.mark.parametrize("latex", PORTABLE)
def test_every_portable_command_parses_and_its_source_travels_along(latex: str) -> None:
    page = html(f"$$\n{latex}\n$$")
    assert page.count("<math ") == 1
    assert annotation(page) == latex


@pytest.mark.parametrize("latex", ["x < y", r"a \lt b > c", "a*b*c", "a_1 b_1", r"\text{a \& b}"])
def test_the_source_in_a_line_survives_markdown_and_html(latex: str) -> None:
    assert annotation(html(f"So ${latex}$ holds.")) == latex


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("| symbol | value |\n|---|---|\n| $w_1$ | $0.15$ |", id="table"),
        pytest.param("- one $x$\n\n    $$\n    y\n    $$", id="list"),
        pytest.param(
            '<details markdown="1">\n<summary markdown="span">The rest, $x$</summary>\n\n'
            "$$\ny\n$$\n\n</details>",
            id="fold",
        ),
        pytest.param("## From $x$ to $y$", id="heading"),
        pytest.param("**both $x$ and** *$y$*", id="emphasis"),
        pytest.param("[both $x$ and $y$](#here)", id="link"),
    ],
)
def test_formulas_stand_anywhere(text: str) -> None:
    page = html(text)
    assert page.count("<math") == 2
    assert "$" not in page


@pytest.mark.parametrize(
    "text",
    [
        "the code `$x$`",
        "```\n$x$\n```",
        r"it costs \$5 or \$6",
        "it costs $5 or $6",
        r"\(x\) and \[y\] are prose here",
    ],
)
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert "<math" not in html(text)


@pytest.mark.parametrize(
    "text",
    [
        r"Here is $\frac{a}{b$.",
        "$$\n\\frac{a}{b\n$$",
        "| a |\n|---|\n| $\\frac{a}{b$ |",
        r"## On $\frac{a}{b$",
    ],
)
def test_latex_that_does_not_parse_stops_the_build_and_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"closing token.*\$\\frac\{a\}\{b\$"):
        html(text)


def test_an_unknown_command_stops_the_build() -> None:
    with pytest.raises(ValueError, match=r"Unknown command .*\\sigmoid.*\$\\sigmoid\(z\)\$"):
        html(r"$\sigmoid(z)$")


def test_a_heading_is_plain_text_in_the_table_of_contents() -> None:
    page, md = render("## The gradient of $w_5$")
    assert 'id="the-gradient-of-w5"' in page
    assert [token["name"] for token in md.toc_tokens] == ["The gradient of w5"]


def test_a_heading_keeps_the_anchor_it_is_given() -> None:
    assert '<h2 id="w5-gradient">' in html("## The gradient of $w_5$ {#w5-gradient}")


def test_a_displayed_equation_is_a_scroll_box_for_the_keyboard() -> None:
    page = html("$$\nx\n$$")
    assert 'tabindex="0"' in page
    assert 'role="group"' in page
    assert 'aria-label="Equation"' in page
    assert "tabindex" not in html("$x$")


def test_search_leaves_formulas_out_except_in_headings() -> None:
    assert 'data-search-exclude="true"' in html("$x$")
    assert 'data-search-exclude="true"' in html("$$\nx\n$$")
    assert "data-search-exclude" not in html("## On $x$")
