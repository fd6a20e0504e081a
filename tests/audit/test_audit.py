"""The auditor on other hands' pages: what it finds, what it leaves alone, what it says."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.__main__ import main
from generator.audit import UnusableSource, audit, claims, read, read_source
from generator.audit.consistency.coherence import DOUBT

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.md"))
SOURCE = ROOT.parent / "shared" / "source-example.md"

# A page in a style that is not ours: units h1, h2 into y1, Markdown with bare environments, the
# letter x as a times sign, results behind equals signs although they are rounded.
PAGE = r"""# Two hidden units

Weights $w1 = 0.3$, $w2 = -0.25$, $w3 = 0.72$, $w4 = 0.11$ and inputs $x1 = 0.85$, $x2 = 0.4$.

\begin{align}
    z1 = (w1 x1 + w2 x2 + b1) \\
    z1 = (0.3 x 0.85 - 0.25 x 0.4 + 0.2) = 0.355
\end{align}

\begin{equation}
  h1 = \sigma (z1) = \frac{1}{1 + e ^ {- 0.355}} = 0.5878
\end{equation}

In the same way $h2 = 0.7083$.

\begin{align}
  y1 = (w5 h1 + w6 h2 + b2) \\
  y1 = 0.9 x 0.5878 + 0.35 x 0.7083 - 0.1 = 0.6769 \\
  \hat{y1} = \sigma (y1) = 0.6631
\end{align}

\begin{equation}
  E = \frac{1}{2}(t1 - \hat{y1})^2 = \frac{1}{2}(1 - 0.6631)^2 = 0.0568
\end{equation}

\begin{align}
  \frac{\partial E}{\partial \hat{y1}} = -(t1 - \hat{y1}) = -(1 - 0.6631) = -0.3369 \\
  \frac{\partial \hat{y1}}{\partial y1} = \hat{y1}(1 - \hat{y1}) = 0.6631(1 - 0.6631) = 0.2234 \\
  \frac{\partial y1}{\partial w5} = h1 = 0.5878
\end{align}

\begin{align}
  \frac{\partial E}{\partial w5} = \frac{\partial E}{\partial \hat{y1}}
    \frac{\partial \hat{y1}}{\partial y1} \frac{\partial y1}{\partial w5} \\
  = -0.3369 * 0.2234 * 0.5878 = -0.04424
\end{align}

$$ w5 = w5 - \alpha \frac{\partial E}{\partial w5} = 0.9 - 0.5 * (-0.04424) = 0.9221 $$
"""


def findings(text, suffix=".md"):
    return audit(read_source(text, suffix)).findings


def kinds(text, suffix=".md"):
    return [finding.kind for finding in findings(text, suffix)]


def changed(right, wrong):
    assert PAGE.count(right) == 1, right
    return PAGE.replace(right, wrong)


def test_a_right_page_has_no_findings_and_is_read_in_full():
    result = audit(read_source(PAGE, ".md"))
    assert result.findings == ()
    assert result.coverage.unread == ()
    assert result.coverage.equalities == result.coverage.checked + result.coverage.symbolic > 30


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.stem)
def test_the_pages_of_the_gallery_are_right_and_read_in_full(page):
    result = audit(read_source(page.read_text(encoding="utf-8"), ".md"))
    assert result.findings == ()
    assert result.coverage.unread == ()


# Every planted error is found on its line, and nothing else is.

ERRORS = {
    "a wrong result": ("+ 0.2) = 0.355", "+ 0.2) = 0.365", "arithmetic", "0.355"),
    "a sign": ("= -0.3369 \\\\", "= 0.3369 \\\\", "arithmetic", "-0.3369"),
    "the half left out": ("^2 = 0.0568", "^2 = 0.1135", "arithmetic", "0.0568"),
    "a swapped operand": ("0.9 x 0.5878", "0.9 x 0.7083", "substitution", "0.5878"),
    "two digits exchanged": ("= 0.6631(1 - ", "= 0.6361(1 - ", "substitution", "0.6631"),
    "another value": ("0.6631)^2 = 0.0568", "0.6769)^2 = 0.0522", "substitution", "0.6631"),
    "a factor's index": ("w6 h2 + b2", "w6 h1 + b2", "symbol", "w_6 h_2"),
    "a chain that is broken": (
        r"\frac{\partial \hat{y1}}{\partial y1} \frac{\partial y1}{\partial w5} \\",
        r"\frac{\partial \hat{y1}}{\partial h1} \frac{\partial y1}{\partial w5} \\",
        "symbol",
        r"\frac{\partial \hat{y}_1}{\partial y_1}",
    ),
    "a wrong step": ("= 0.9221", "= 0.8779", "arithmetic", "0.9221"),
    "a value left open": ("In the same way $h2 = 0.7083$.", "Later.\n\nTBC\n", "unfinished", None),
}


@pytest.mark.parametrize("error", ERRORS)
def test_a_planted_error_is_found_on_its_line(error):
    right, wrong, kind, expected = ERRORS[error]
    page = changed(right, wrong)
    roots = [finding for finding in findings(page) if finding.root is None]
    at = PAGE.index(right) + len(right) - len(right.lstrip())
    line = PAGE[:at].count("\n") + 1
    assert [(f.kind, abs(f.line - line) <= 2) for f in roots] == [(kind, True)]
    assert roots[0].expected == expected


@pytest.mark.parametrize(
    ("right", "wrong", "cause"),
    [
        ("= -0.3369 \\\\", "= 0.3369 \\\\", "the sign"),
        ("= 0.0568", "= 0.1135", "the factor 1/2 left out"),
        ("= 0.355\n", "= 0.155\n", "the term 0.2 left out"),
        ("= 0.9221", "= 0.8779", "a sign"),
        ("0.9 x 0.5878", "0.9 x 0.7083", "0.7083 is the value of `h_2`"),
        ("= 0.6631(1 - ", "= 0.6361(1 - ", "two digits exchanged"),
        ("+ 0.2) = 0.355", "+ 0.2) = 3.55", "the decimal point"),
    ],
)
def test_a_cause_is_named_if_it_gives_the_printed_digits(right, wrong, cause):
    first = findings(changed(right, wrong))[0]
    assert cause in str(first.cause)


def test_the_right_value_used_after_a_wrong_one_follows_from_that():
    first, second, *_ = findings(changed("+ 0.2) = 0.355", "+ 0.2) = 0.365"))
    assert (first.root, second.root) == (None, 0)
    assert second.printed == "0.355"


@pytest.mark.parametrize(
    ("result", "lines"), [("0.0304", [2]), ("0.0302", [2]), ("0.0412", [2, 2])]
)
def test_a_wrong_result_of_a_wrong_number_is_an_error_of_its_own(result, lines):
    found = findings(
        rf"""$h = 0.12 \cdot 0.21 = 0.0252$
$z = 1.2 h = 1.2 \cdot 0.0253 = {result}$"""
    )
    assert [(finding.line, finding.root) for finding in found] == [(line, None) for line in lines]


@pytest.mark.parametrize(("result", "found"), [("0.0425", []), ("0.0435", ["arithmetic"])])
def test_factors_that_always_stand_the_other_way_round_are_no_other_values(result, found):
    page = r"""$z_1 = w_1 x_1 + w_2 x_2 = 0.05 \cdot 0.15 + 0.10 \cdot 0.20 = 0.0275$
$z_2 = w_3 x_1 + w_4 x_2 = 0.05 \cdot 0.25 + 0.10 \cdot 0.30 = 0.0425$

$z_2 = w_3 x_1 + w_4 x_2 = """
    assert kinds(f"{page}{result}$") == found


def test_a_wrong_number_carried_on_follows_from_its_root():
    page = changed("= 0.6631(1 - 0.6631) = 0.2234", "= 0.6769(1 - 0.6769) = 0.2187")
    page = page.replace("* 0.2234 *", "* 0.2187 *").replace("0.04424", "0.04331")
    first, second, *more = findings(page.replace("0.9221", "0.9217"))
    assert (first.kind, first.root) == ("substitution", None)
    assert (second.printed, second.root) == ("0.2187", 0)
    assert all(each.root == 0 for each in more)


# What is right, or may be right, is left alone.

RIGHT = [
    # Functions whose definition turns on their argument.
    r"$h = \mathrm{ReLU}(z) = \max(0, z)$, $a = \mathrm{ReLU}(-0.5) = 0$, $|x| = x$",
    r"$z = 2 - 3 = -1$, $a = \mathrm{LeakyReLU}_{0.1}(z) = 0.1 \cdot (-1) = -0.1$",
    # Rounded on the way: hidden digits.
    r"$a = 0.593269992$, $b \approx 0.5933$, $c = 0.5933 \cdot 0.5933 = 0.351969$",
    r"$p = 0.7514 \cdot 0.1868 \cdot 0.5933 = 0.0833$",
    r"$0.1374 + 0.2767 + 0.5858 = 1$",
    # Loops, samples, iterations and cases use their letters again.
    "For $k = 1$ the sum is 3, for $k = 2$ it is 5, and $k=3$ gives 7.",
    "## Epoch 1\n\n$y = 0.7514$\n\n## Epoch 2\n\n$y = 0.7428$",
    "**Sample 1** $x = 0.25$, $z = 2 x = 2 \\cdot 0.25 = 0.5$\n\n"
    "**Sample 2** $x = 0.75$, $z = 2 x = 2 \\cdot 0.75 = 1.5$",
    r"$w = 0.4$. The update: $w = w - 0.5 \cdot 0.08 = 0.4 - 0.04 = 0.36$. So $w = 0.36$.",
    r"$w_5 = 0.4$ and $w_5^{+} = 0.3589$",
    "With $\\alpha = 0.1$ it is slow; with $\\alpha = 0.9$ it diverges.",
    # No equalities.
    "It costs $5 or $6. In 2015, f(x)=y, e.g. `x == 3`, <img src='a.png' width=300>",
    "See [here](http://x.org/?a=1&b=2) and ![a](b.png){width=50%}.",
    r"A $3 \times 2$ matrix times $(2 \times 1) = (3 \times 1)$.",
    r"$\lim_{h \to 0} \frac{f(x+h) - f(x)}{h}$ and $f(x) = x^2$, $f(3) = 9$",
    # Logarithms of any base.
    r"$-\log(0.7) = 0.3567$ and $\log 100 = 2$ and $\log 8 = 3$",
    # Percent, thousands, scientific, units.
    r"$0.2767 = 27.67\%$, $64 \cdot 27 = 1{,}728$, $2 \cdot 500 = 1,000$, $10^{-3} = 1e-3$",
    r"$v = 3\,\text{m/s} \cdot 2 = 6\,\text{m/s}$",
    r"$0.5933\ldots \approx 0.593$, $\frac{1}{3} = 0.333...$, $\pi \approx 3.14$",
    # Vectors.
    r"$\begin{bmatrix} 1 & 2 \end{bmatrix}^T = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$",
    r"$W = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, "
    r"$x = \begin{pmatrix} 5 \\ 6 \end{pmatrix}$,"
    r" $W x = \begin{pmatrix} 17 \\ 39 \end{pmatrix}$",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_left_alone(text):
    assert findings(text) == ()


EXAMPLE = "$a = 0.5$, $b = 0.25$, $a b = 0.125$."

WRONG = [
    (r"$0.15 \cdot 0.05 + 0.2 \cdot 0.1 + 0.35 = 0.3785$", "arithmetic"),
    (r"$\frac{1}{1 + e^{-0.3775}} = 0.5963$", "arithmetic"),
    (r"$\tanh(0.5) = 0.4261$", "arithmetic"),
    (r"$z = 1 = 0.61$", "arithmetic"),
    (r"\(2 + 2 = 5\) and \[3 + 3 = 6\]", "arithmetic"),
    ("```math\n2 + 2 = 5\n```", "arithmetic"),
    ("$`2 + 2 = 5`$", "arithmetic"),
    ("```\nnet_h1 = 0.15 * 0.05 + 0.2 * 0.1 + 0.35 = 0.3785\n```", "arithmetic"),
    ("So net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3785, and on.", "arithmetic"),
    ("h₁ = 1/(1+e^(-0.3775)) ≈ 0.5963", "arithmetic"),
    ("Es gilt $0{,}5 \\cdot 0{,}5 = 0{,}35$.", "arithmetic"),
    (
        r"$\begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} 3 \\ 4 \end{bmatrix} = 12$",
        "arithmetic",
    ),
    (
        r"$2 \begin{bmatrix} 1 \\ 2 \end{bmatrix} = \begin{bmatrix} 2 \\ 5 \end{bmatrix}$",
        "arithmetic",
    ),
    (r"$W = [0.25, 0.5]$, $2 W = [0.5, 1.5]$", "arithmetic"),
    (r"$w_7 = ?$", "unfinished"),
    (r"$w_7 \leftarrow w_7 - 0.1 = \;?$", "unfinished"),
    ("| Weight | Value |\n|---|---|\n| a | 0.3 |\n| b | ? |", "unfinished"),
    ("So `7×8 = 54`.", "arithmetic"),
    (r"$3 \times 4 = 13$", "arithmetic"),
    (f"{EXAMPLE} The gradient will be added later.", "unfinished"),
    (f"{EXAMPLE} The rest is TODO.", "unfinished"),
    (f"{EXAMPLE}\n\n- [ ] **TODO** the second layer", "unfinished"),
    (f"{EXAMPLE} So $w_7 = $ TBC", "unfinished"),
    (f"{EXAMPLE}\n\n| $w_7$ | TBD |", "unfinished"),
    (f"{EXAMPLE}\n\nXXX", "unfinished"),
    (r"$a = 0.35$, $b = 0.45$, $c = a b = 0.35 \cdot 0.54 = 0.189$", "substitution"),
    (r"$out = \frac{1}{1 + e^{-out}}$", "symbol"),
    (r"$h_1 = 0.3$, $h_2 = 0.4$, $y = w_5 h_1 + w_6 h_1$", "symbol"),
]


@pytest.mark.parametrize(("text", "kind"), WRONG)
def test_what_is_wrong_is_found(text, kind):
    assert kinds(text) == [kind]


GIVEN = r"$w = 0.45$, $h = 0.625$, $b = 0.35$, $t = 0.2$"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        # a term, a factor and a sign left out between a right formula and its right result
        (r"z &= w h + b \\ &= 0.45 \cdot 0.625 \\ &= 0.6313", 4),
        (r"z &= w h + b \\ &= 0.45 + 0.35 \\ &= 0.6313", 4),
        (r"z &= w h - b \\ &= 0.45 \cdot 0.625 + 0.35 \\ &= -0.0688", 4),
        (r"z &= -w (h - t) \\ &= 0.45 (0.625 - 0.2) \\ &= -0.1913", 4),
        # a wrong result
        (r"z &= w h + b \\ &= 0.45 \cdot 0.625 + 0.35 \\ &= 0.6133", 5),
        # a symbol, and another one's numbers
        (r"z &= w \\ &= 0.625 \cdot 0.2 \\ &= 0.125", 4),
    ],
)
def test_of_the_rows_that_differ_the_wrong_one_is_reported(rows, line):
    rows = rows.replace(r"\\ ", "\\\\\n")
    (finding,) = findings(f"{GIVEN}\n\n$$ {rows} $$")
    assert finding.line == line


USED = r"$p = a v = {0} \cdot 2.5 = {1}$, $q = a u = {0} \cdot 1.5 = {2}$"


def test_a_given_value_that_no_line_uses_is_reported_where_it_is_given():
    page = f"$a = 0.45$\n\n$v = 2.5$, $u = 1.5$\n\n{USED}"
    assert findings(page.format("0.45", "1.125", "0.675")) == ()
    (finding,) = findings(page.format("0.65", "1.625", "0.975"))
    assert (finding.line, finding.printed, finding.expected) == (1, "0.45", "0.65")


def test_a_value_that_is_given_anew_is_no_error():
    page = f"$a = 0.45$\n\n$v = 2.5$, $u = 1.5$\n\nThen\n$a = 0.65$\n\n{USED}"
    assert findings(page.format("0.65", "1.625", "0.975")) == ()


def test_a_symbol_before_the_value_of_its_sibling_is_reported_there():
    page = (
        "$s_1 = 0.35$, $s_2 = 0.62$\n\n$y_1 = 2 s_1 = 0.7$\n\n$y_{} = 2 s_2 = 1.24$\n\n"
        r"$E = y_1 + y_2 = 0.7 + 1.24 = 1.94$, $F = y_1 y_2 = 0.7 \cdot 1.24 = 0.868$"
    )
    assert findings(page.replace("{}", "2")) == ()
    (finding,) = findings(page.replace("{}", "1"))
    assert (finding.line, finding.printed, finding.expected) == (5, "y_1", "y_2")


FORMULAS = (
    "$t = 0.2$, $w = 0.45$, $h = 0.625$, $b = 0.5$\n\n"
    r"$z = w h + b = 0.45 \cdot 0.625 + 0.5 = 0.7813$" + "\n\n"
    r"$a = \tanh(z) = \tanh(0.7813) = 0.6534$, $E = \frac{1}{2} (t - a)^2 = 0.1028$" + "\n\n"
)


@pytest.mark.parametrize(
    ("above", "below", "right", "wrong", "expected"),
    [
        ("z", "w", "h = 0.625", "b = 0.5", "h"),
        ("z", "w", "h = 0.625", "w h = 0.2813", "h"),  # not differentiated
        ("a", "z", "1 - a^2 = 1 - 0.6534^2 = 0.5731", "a (1 - a) = 0.2265", None),
        ("E", "a", "-(t - a) = -(0.2 - 0.6534) = 0.4534", "t - a = 0.2 - 0.6534 = -0.4534", None),
        ("E", "a", "a - t = 0.4534", "2 (a - t) = 0.9068", None),
        ("E", "a", "0.4534", "-0.4534", "0.4534"),
    ],
)
def test_a_derivative_is_held_against_its_formula(above, below, right, wrong, expected):
    page = rf"{FORMULAS}$\frac{{\partial {above}}}{{\partial {below}}} = "
    assert findings(f"{page}{right}$") == ()
    (finding,) = findings(f"{page}{wrong}$")
    assert (finding.line, finding.expected) == (7, expected)
    assert "differentiated" in finding.message


FACTORS = (
    r"$\frac{\partial E}{\partial a} = 0.4534$, $\frac{\partial a}{\partial z} = 0.5731$, "
    r"$\frac{\partial z}{\partial w} = 0.625$" + "\n\n"
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (r"\frac{dL}{dw} = \frac{dL}{dz} \frac{dz}{dw} = (-6) \cdot 4 = -24", []),
        (r"\frac{dL}{dw} = \frac{dL}{dz} = (-6) \cdot 4 = -24", ["symbol"]),
        (r"\frac{dL}{db} = \frac{dL}{dz} = (-6) \cdot 1 = -6", []),
        (r"\frac{dL}{dv} = \frac{dL}{dz} = 2 \cdot 3 = 6", []),
    ],
)
def test_a_derivative_that_lacks_a_factor_of_its_numbers_is_found(line, found):
    page = r"$\frac{dz}{dw} = 4$, $\frac{dL}{dz} = 3 \cdot (-2) = -6$"
    assert kinds(f"{page} and\n\n${line}$") == found


def test_a_factor_of_the_chain_rule_that_is_left_out_is_found():
    page = FACTORS + r"$\frac{\partial E}{\partial w} = "
    assert findings(page + r"0.4534 \cdot 0.5731 \cdot 0.625 = 0.1624$") == ()
    assert findings(page + "0.1624$") == ()
    (finding,) = findings(page + r"0.4534 \cdot 0.625 = 0.2834$")
    assert (finding.line, finding.cause) == (3, r"`\frac{\partial a}{\partial z}` left out")


def test_a_symbol_without_a_value_that_stands_for_another_is_found():
    page = r"With $\lambda = 0.1$, $v = 1.6$ one gets $v - {} \cdot (-0.1178) = 1.61178$."
    assert findings(page.replace("{}", r"\lambda")) == ()
    (finding,) = findings(page.replace("{}", r"\kappa"))
    assert (finding.kind, finding.printed, finding.expected) == ("symbol", r"\kappa", r"\lambda")
    assert findings(page.replace("{}", r"\kappa").replace("1.61178", "1.63556")) == ()


def test_a_derivative_by_another_way_is_not_judged():
    page = r"$x = 0.5$, $u = 3 x = 1.5$, $y = u + x = 2$, $\frac{\partial y}{\partial x} = 4$"
    assert findings(page) == ()


def test_a_wrong_sign_before_an_array_is_found_in_the_formula():
    page = (
        "$$ v = \\begin{bmatrix} 0.5 \\\\ 0.25 \\end{bmatrix}, \\quad "
        "b = \\begin{bmatrix} 0.35 \\\\ 0.15 \\end{bmatrix} $$\n\n$$ z &= v + b \\\\\n"
        "&= \\begin{bmatrix} 0.5 \\\\ 0.25 \\end{bmatrix} "
        "+ \\begin{bmatrix} 0.35 \\\\ 0.15 \\end{bmatrix} \\\\\n"
        "&= \\begin{bmatrix} 0.85 \\\\ 0.4 \\end{bmatrix} $$"
    )
    assert findings(page) == ()
    found = findings(page.replace("v + b", "v - b"))
    assert {finding.line for finding in found if finding.root is None} == {3}


TABLE = """| Symbol | Value |
|---|---|
| $x_1$ | 0.8 |
| $x_2$ | 0.3 |
| $t_1$ | 1.5 |

"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"t = \begin{bmatrix} 1.5 \end{bmatrix}", "4.5"),
        (r"v = \begin{bmatrix} 0.3 \\ 0.8 \end{bmatrix}", None),  # another vector
        (
            r"v = \begin{bmatrix} 0.8 \\ 1.5 \end{bmatrix} $$ $$ z = 2 v = "
            r"2 \begin{bmatrix} 0.8 \\ 1.5 \end{bmatrix} = \begin{bmatrix} 1.6 \\ 3 \end{bmatrix}",
            "4.5",
        ),
    ],
)
def test_an_array_of_the_tables_numbers_is_held_to_them(right, wrong):
    assert findings(f"{TABLE}$$ {right} $$") == ()
    if wrong is not None:
        found = findings(f"{TABLE}$$ {right.replace('1.5', wrong, 1)} $$")
        assert [(f.line, f.printed, f.expected) for f in found] == [(7, wrong, "1.5")]


LAYERED = "\n\n".join(
    rf"$z_{u}^{{{k}}} = 0.{u}{k}$, $b_{u}^{{{k}}} = 0.{k}{u}$, $a_{u}^{{{k}}} = 0.3{u}{k}$"
    for u in "12"
    for k in "123"
)


@pytest.mark.parametrize(
    "line",
    [r"$r = b_1^{3} + a_2^{7} = 0.632$", r"$\frac{\partial z_1^{7}}{\partial a_1^{1}} = 0.4$"],
)
def test_an_index_that_no_symbol_has_is_found(line):
    assert findings(LAYERED) == findings(f"{LAYERED}\n\n{line.replace('7', '2')}") == ()
    (finding,) = findings(f"{LAYERED}\n\n{line}")
    assert (finding.kind, finding.line) == ("symbol", 13)
    assert "^{7}" in finding.printed


@pytest.mark.parametrize(
    "text",
    [
        "- Mean square: MS𝓇/1 = 841.5",
        "Mean: (sum of all marks)/12 = 1305 / 12 = 108.75",
        "so it is -4.00x2.00=-8.00.",
        "The critical value at a=0.05 ≈ 4.76, so it is significant.",
        "- Sample 2 = (3.5 - 3)^2 = 0.25",
        "df = a - 1 = 4 - 1 = 3",
        "G = 1−(0.7)2−(0.3)2=0.421 - (0.7)^2 - (0.3)^2 = 0.42",
        r"loss2=(0.5-0.2)^2=0.09\text{loss}_2 = (0.5 - 0.2)^2 = 0.09",
        "N = 5 rats × 6 mazes = 30, so that N - 1 = 30 - 1 = 29",
        r"$25\% \text{ percentile} = 13.5$ and $60 \text{ min} = 1 \text{ h}$",
        r"$0.25^{10} \approx 10^{-6}$",
        "log₂(8) = 3, log₁₀(100) = 2 and log2(4) = 2; log₁₀(2×2×2) = 3×0.3010 = 0.9030",
        "```\n  − (−0.4422) = +0.4422\n```",
        "the x-difference = 3 - 2 = 1 where x = 5",
        "```\nμ₂[1] = 5\nμ₁[1] = 2\n(μ₂[1] − μ₁[1]) × 2 = (5 − 2) × 2 = 6\n```",
        "With C = 100. So with two C−1 = 1",
        "P(a|b) = ???\n\nP(a|b) = 0.5*0.2 = 0.1",
        "10^12 = 1 TRILLION nodes",
        r"It needs $7 \times 10^9 \times 16 = 112$ GB.",
        r"**Proof:** the largest slope is at $x=0$. For tanh it is $\sigma'(x) = 1 - \tanh^2(x)$.",
        r"so that p \*-1 = 0",
        r"How does one choose $\eta$???",
        r"$0.2873108420117 \approx 0.2890155129943$",
        r"$7\frac13/50 = 22/150$",
        r"$\frac{{30 \cdot 50}}{{40}} = {{37}}{{.5}}$",
        "the layer has 28*28*512 = 400K values, where K = 1024",
        "× n=2 = 18.125",
        "  × 3 = 154.5",
        "its address is (5+9)%11=3, and 3933 ＊3933 = 15,468,489",
        "Sums: 25,120 and 4 × 7,225 = 28,900",
        "```\nx[2] = 1.5\nx[3] = 0.25 + 0.5 = 0.75\n```",
        "With $u = [1, 2]$ and $v = [3, 1]$: if they are orthogonal, then $u v = 0$.",
        r"$\ln(0.0067) \approx -4.9999$",
    ],
)
def test_numbers_in_prose_labels_and_units_are_no_errors(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("$(2 - 2.67)^2 + (5 - 4.33)^2 = 0.45 + 0.45 = 0.90$", 0),
        ("$(2 - 2.6)^2 + (5 - 4.3)^2 = 0.36 + 0.52 = 0.88$", 1),
        (r"$\frac{1}{1 + e^{-0.42}} (1 - \frac{1}{1 + e^{-0.42}}) \approx 0.6 \cdot (1 - 0.6)$", 0),
        (r"$\frac{1}{1 + e^{-0.42}} (1 - \frac{1}{1 + e^{-0.42}}) \approx 0.7 \cdot (1 - 0.7)$", 1),
    ],
)
def test_parts_of_a_sum_may_be_rounded_each(text, wrong):
    assert kinds(text) == ["arithmetic"] * wrong


@pytest.mark.parametrize("fence", ["", "```\n", "> "])
def test_plain_text_goes_on_behind_an_equals_sign_on_the_next_line(fence):
    rows = ["z = w * x + b", "  = 0.5 * 0.4 + 0.1", "  = 0.4", "", "a = 2 * z", "= 0.8"]
    lead = fence if fence == "> " else ""
    page = "" if lead else fence
    page += "\n".join(lead + row for row in rows) + ("\n```\n" if fence.startswith("`") else "\n")
    (finding,) = findings("w = 0.5, x = 0.4, b = 0.1\n\n" + page)
    assert (finding.printed, finding.expected, finding.quote) == (
        "0.4",
        "0.3",
        "0.5 * 0.4 + 0.1 = 0.4",
    )


def test_a_block_in_a_programming_language_does_not_shift_the_blocks_behind_it():
    python = "```python\nx = 3 * 2 = 5\n```\n\n"
    page = f"{python}Rows: 2 + 2 apart.\n\n```\ns = 2 * 3 = 7\n```\n\n{python}"
    assert [f.quote for f in findings(page)] == ["2 * 3 = 7"]


COLLECTION = r"""\begin{problem} Let $n = 5$ and $s = 0.4$. \end{problem}
\begin{sol} $$ v = n s = 5 \cdot 0.4 = 2 $$ \end{sol}
\begin{problem} Let $n = 8$ and $s = 0.7$. \end{problem}
\begin{sol} $$ v = n s = 8 \cdot 0.4 = 3.2 $$ \end{sol}
"""


def test_each_problem_of_a_collection_has_symbols_of_its_own():
    (finding,) = findings(COLLECTION)
    assert (finding.line, finding.printed, finding.expected) == (4, "0.4", "0.7")
    questions = COLLECTION.replace("\\begin{problem}", "\n### Q: ").replace("\\end{problem}", "")
    assert [f.expected for f in findings(questions)] == ["0.7"]
    given = "Everywhere $n = 8$ and $s = 0.4$.\n\n"
    assert kinds(given + COLLECTION.replace("0.7", "0.4")) == []


@pytest.mark.parametrize(
    "text",
    [
        # A definition in symbols is held against no value from elsewhere.
        "$x = 2$, $y = 7$\n\n## Another function\n\nLet $y = x (x + 2)$.",
        "Near the end $1 - b \\approx 1 - b^2$, and $b = 0.5$.",
        # Another example under its own heading, with values of its own.
        "## One\n\n$x = 4$, $w = 3.25$, $y = 2 + 5 x + w = 2 + 5 \\cdot 4 + 3.25 = 25.25$\n\n"
        "## Two\n\n$x = 9$, so $y = 2 + 5 \\cdot 9 + 1.75 = 48.75$",
        # A value that stands only behind a line does not judge it.
        "$-z = -0.64$\n\n## Later\n\n$z = 0.5 + 0.24 = 0.74$",
        # A function at a place, and a tuple that gives values.
        "$L = 10$, $w = 1$\n\n$L(1) = (1 - 3)^2 = 4$",
        "$x = 5$, $v = 3$, and the place $p = (x, y, z) = (3, 4, 5)$",
        # An error e, squared.
        "$e = 2$, so $L = e^2 = 2^2 = 4$",
        # The chain rule with the factor 1 of a bias left out, or with a function for its value.
        r"$\frac{dL}{db} = \frac{dL}{da} \frac{da}{dz}$",
        r"$$h(x) = u(g(x))$$ $$\frac{dh}{dx} = \frac{du}{dg} \cdot \frac{dg}{dx}$$",
        # What stands before or behind a piece of plain text belongs to it.
        "```\nd = [0.2, 0.5] ⊙ [0.3*2, 0.4*2]\n  = [0.12, 0.4]\n```",
        "```\nz = [[1, 2], [3, 4]] @ [1, 1] + [0, 0]\n  = [1+2, 3+4]\n```",
        "```\nh0 = 0 --[W_hh]--> h1 = 0.537\n```",
        "mAP@0.5 = (0.85 + 0.78 + 0.72) / 3 = 0.783",
        "Leaky ReLU(-2) = -0.02",
        "The ten digits 0-9 = 10 classes.",
        "w_new = w_old - eta * dL/dw with eta = 0.1\n\nw_new = 1.5 - 0.03 = 1.47",
        # Units and shares.
        "It has $2 \\times 4096 \\times 16384 = 134.2$M parameters.",
        "The three matrices are 150,994,944 = 78.26% of the block.",
        "About 15% ≈ 1 token, and 11×11 / 224×224 = 0.24%.",
        # What is cut from its function, its factor or its other terms.
        "```\nL = -log σ(0.081) = -log(0.520) = 0.654\n```",
        "LN1: γ (512) + β (512) = 1,024",
        "```\ng = 2(y - wx - b)(-x)\n  = -2x(y - wx - b)\n```",
        "3×3×64 vs 3×3×256 = 576 vs 2304",
        # A table in typewriter letters.
        "```\nsteps     gradient\n  10         0.001\n  50         ≈ 0\n```",
        r"$\sigma(10) = \frac{1}{1 + e^{-10}} \approx 0.9999$, $0.5 \cdot 0.3333 = 0.16665$",
        # A sum over several lines.
        "```\n(1*1) + (2*0) +\n(4*1) + (5*-1) +\n(3*2)\n= 6\n```",
        # A task's title, a word that goes on, a question, a worksheet.
        "#### TODO list\n\n#### TODO 1: the forward pass",
        "一个未完成的请求",
        "We can also do this below: ? Is the curve flat, and what is? Yes.",
        " ".join(f"$z_{i} = \\quad ?$" for i in range(6)),
        # σ for its value in the chain rule.
        r"$\frac{dy}{dx} = \frac{d\sigma}{dz} \cdot \frac{dz}{dx}$",
        # A function whose derivative is not entered; numbers of very different size.
        "`y = sin(x^2)`\n\n```\ndy/dx = cos(x^2) * 2x\n```",
        "```\nsum = 2.99e44\n```\n\n```\nsum = 1.503\n```",
        # A label, a condition, a function that the page gives a value, a code's sign.
        "softmax(2.0) = exp(2.0 - 4.0) / 1.5530 = 0.0871",
        r"Is $4 \le 2.5 \implies -1$?",
        "t = 1\n\nt(1) = 40\n\nV1 = 0.9 * 0 + 0.1 * t(1) = 4",
        "Why `+=` and not `=`?",
        # A third, and the Spanish word for all.
        "-log(0.333) ≈ 1.099, and then -log(0.5) = 0.693",
        "Usa columnas en TODO el ejercicio.",
        # A derivative before its bracket, a σ that is another function, a copy of drawn formulas.
        r"$q = u + v$, $u = 5$, $v = -2$: $\frac{dq}{dv} = \frac{dq}{dv} (u + v) = 1$",
        "The sigmoid is smooth. Here σ(x) = tanh(x), so σ'(0) = 1",
        "- y=32=9y = 3^2 = 9y=32=9",
        # A quotient by a quotient, shapes, a rough power of two, LaTeX between no dollars.
        "5 km at 1/2 km a minute = 5 ÷ 1/2 = 10 minutes",
        "K[2550×1024] V[2550×1024] = 2 × 5.0 MB",
        "|S| = 10*12*2^30 = 120*10^9",
        "So we have 2 \\cdot 5000 + 7 = 10007 and 8 + 3 = 11 \\times 1",
        # Sums of named parts, of shares; columns, bits, floats; what somebody else wrote.
        "```\nTwo layers: A: 5×20 + B: 20×5\n            = 100 + 100 = 200\n```",
        "$0.33 + 0.3399 + 0.33 = 0.9999 \\approx 1.0000$",
        "```\nValue:  4000   700    5     0.08\n                               = 4705.08\n```",
        "11010101 + 1 = 11010110",
        "In FP32, $10^8 + 1 = 10^8$.",
        "**Bits:** 64 = 1 sign + 11 exponent + 52 mantissa",
        'The answer was nonsense ("3600/100 = 3600").',
        "The line is 3x1 + 4x2 - 10 = 0, and 16x16 = 196 patches are seen.",
        # Values of the kind P(1), powers of ten, factors in another order, no slope at all.
        r"$P = (0.9, 0.1)$, so $h = P(1) \log P(1) = 0.9 \times \log 0.9$",
        r"With $q = 0.1$: $l = -\log q = 2.303$; with $q = 10^{-4}$: $l = -\log q = -\log 10^{-4}$",
        r"$u \times 10^8 = 10^8 \times 1.19$",
        r"$\frac{\Delta y}{0} = \text{undefined}$",
        r"$m \in \{0,1\}$, and $8 (4096 + 4096) = 65,536$",
        "```\nx₁ = ?   x₂ = ?   x₃ = ?\n```",
        "So 4,426,165,368 ≈ 44 亿, and 4,426,165,368 / 120 ≈ 3690 万.",
        r"By convention $0 \cdot \log_2 (1/0) = 0$.",
        "```\nw = 0.5, loss = 10.XXXX\n```",
        r"$L = -\log p$. If it has 0.99, $p = 0.99$. If it has 0.01, then $L = -\log 0.01 = 4.605$",
        # The change of a weight is one symbol; Σ in plain text is a sum.
        r"$b = -1.5$, and then $\Delta b = 1*1 = 1$",
        "```\nS = Σ x = 4\ndb = (2/3) × Σ e = (2/3) × (-150) = -100\n```",
        # Units, codes, cut factors, counts rounded up, labels, shares of whole numbers.
        r"$32128 \times 768 \approx 24.7\text{M}$, and $31.25 \approx 32$ batches",
        "The tests (032934=5, 040257=3) ran on 990TFLOPS * 0.4 = 396 and 100M x 768 x 4 = 300 GB",
        "One past 11.18 = 121, and ($+0.10 = 0.40$).",
        r"$\begin{bmatrix} 52 \\ 8 \end{bmatrix} \approx \begin{bmatrix} 255/5 \\ 8 \end{bmatrix}$",
        "```\nJ = (1/2×3) × (400 + 400 + 400) = (1/6) × 1200 = 200\n```",
        "标准尚未完全统一",
        # A chain with a part that is not read, one behind a number, a slope of a rounded value.
        "```\n∂L/∂w₁ = ∂L/∂aₙ · ∂aₙ/∂zₙ · ∂zₙ/∂aₙ₋₁ · ... · ∂z₁/∂w₁\n```",
        r"$$\begin{align} &\frac{dy}{db} = 1 \\ &= \frac{dE}{dy} \frac{dy}{db} \end{align}$$",
        "tanh'(1.112) × 1.5 = (1 - 0.804²) × 1.5",
        # Ellipses, places in a matrix, a number with a power of ten, what nobody knows.
        "```\n∂L/∂h₁ = ∂L/∂h₂ × ∂h₂/∂h₁ × ∂h₃/∂h₂ × ... (many!)\n```",
        "```\nn = 512\n\nTotal: 1² + 2² + ... + 512² = n(n+1)(2n+1)/6 ≈ 44.9 million\n```",
        "**Off the diagonal, [1,2] = [2,1]:** the same",
        "```\ng = 0.0001\nr = 0.0002\nu = g × r = 2×10⁻⁸\n```",
        "| Model | Size |\n|---|---|\n| Opus 4 | ? |\n| ITEM-XXX... | 2 |",
        "Con 10.000 esempi e batch di 100: 10.000 / 100 = 100",
        # Factors in another order than their symbols, of which one or both have values.
        r"$x = 2$, $z = w x + b = 2 \cdot 0.5 + 0.1 = 1.1$, $h = 3 w = 3 \cdot 0.5 = 1.5$",
        r"$a = 2 \cdot 0.276 = 0.552$, $w = 0.4$, $y = w a + 1 = 0.552 \cdot 0.4 + 1 = 1.2208$",
        # A call cut off on both sides, rows of a drawing, a product that goes on further in.
        "So `f(3) = sin 9` and `f′(3) = 6·cos 9`.",
        "```\n│ 1 │   1×0 + 2×1\n├───┤   =  4×(-1) + 5×5  = 5\n│ 4 │   7×0 - 8\n```",
        "```\ndE/dw1 = (dE/dy) * (dy/dnet)\n         * (dnet/dy_{L-1}) * ... * (dnet/dw1)\n```",
        "Terms:\n\n- a = 2\n  * b = 3\n  + 4 = 2 + 2\n",
        # Functions that jump, where all agree and where pages differ.
        r"$n = \lfloor \frac{217}{4} \rfloor + 1 = 55$, sgn(-0.3) = -1, step(0) = 0, step(-1) = -1",
        "z = -0.5\n\nstep(z) = 1 if z >= 0, else 0",
        # A square that has a value of its own name, and an inverse.
        r"$\sigma = 2$, so $\sigma^2 = 4$. A uniform one has $\sigma^2 = 0.25$.",
        r"$D = \begin{bmatrix} 1 & 1 \\ 0 & 1 \end{bmatrix}$,"
        r" $D^{-1} = \begin{bmatrix} 1 & -1 \\ 0 & 1 \end{bmatrix}$",
        # An array that is another one than its letter's scalars.
        "| Variable | Value |\n|---|---|\n| $b_1$ | 0.1 |\n| $b_2$ | 0.2 |\n\n"
        r"$b = \begin{bmatrix} 0.5 \\ 0.6 \end{bmatrix}$,"
        r" $z = \begin{bmatrix} 1 \\ 2 \end{bmatrix} + \begin{bmatrix} 0.5 \\ 0.6 \end{bmatrix}$",
        # A symbol that another example defines, further on, by others.
        r"$y = w_1 h$, $\frac{\partial L}{\partial h} = \frac{\partial L}{\partial z_2}"
        r" \frac{\partial z_2}{\partial h}$. Later: $z_2 = w_2 a_1 + b_2$ $= 0.8 \cdot 1.7 - 0.5$",
        # The gradient in a hidden state is another name of none.
        r"$x = 0.5$, $h_3 = \tanh(x) = 0.4621$, $g = \nabla_{h3} \cdot 2 = 0.9242$",
        "On the way: - 0.5 * 2 = -1 is a dash or a sign.",
        # Ratios, ranges, ordinals, numbered steps and settings, and tokens beside each other.
        "Prior odds are 0.004 / 0.996 = 1 : 249, with r = 16 ≈ 29–31 GB, 5e-3 vs ~2e-5 ≈ 250.",
        "The $9/9 = 100$th percentile. Steps 1 + 4 ≈ 90% of the code, PP=2 × TP=2 of TP=4.",
        "```\nin: 1 2 + 7 = 1 9\n```\n\nIn all (390) = 45 / 390 = 0.1154, 5 = r-x, x = max(0, x)",
        "A recall of r = 0.0 = 0.5, so to say. The mean of recall=0.0 = 0.5 says nothing.",
        # Units and shapes in other spellings.
        r"$8.19 \times 10^9 \times 2 = \mathbf{16.38\text{ GB}}$",
        r"$6 \times 10^8 = 0.6\text{B params}$",
        r"$\frac{3600\ \text{s}}{1\ \text{hour}} = 1$, 28 * 28 * 5 * 5 * 192 = 3.8 Mil",
        "keys = b x 6 x 2 = 2 x 6 x 2 and (6,512/4) = (6,128)",
        # What a logarithm without brackets is of; a contradiction; floating-point numbers.
        r"$-(4/6 \cdot \log_2 4/6 + 2/6 \cdot \log_2 2/6) = 0.92$, $0 = -4$",
        "0.1 + 0.2 = 0.30000000000000004, and $5.998^2 = 35.98 \\approx 35.97$",
        # Equations to solve, conditions, other cases.
        "$x = 6$, $y = 2$. Solve $2x + 3 = 2x - 5$ and $x + y = 5$; orthogonal: $x y = 0$",
        "For $\\beta = 0$:\n\n$$a = 1$$\n\nFor $\\alpha = \\beta = 1$:\n\n$$a = 2$$",
        "$d_k = 2$\n\n# Another\n\n$\\sqrt{d_k} = \\sqrt{1} = 1$",
        "```\nd_k = d_v = 4096 / 32 = 128\n```\n\nLarge:\n\n```\nd_k = d_v = 1024 / 16 = 64\n```",
        r"The moments $\mu_k = \mathbb{E}[X^k] c$, so $\mu_1 = \mathbb{E}[X] c$",
        r"$\nabla J = \begin{bmatrix} \frac{\partial J}{\partial w} \ "
        r"\frac{\partial J}{\partial b} \end{bmatrix}$",
        # What stands before or behind a formula belongs to it.
        "The interval: 3.2 ± 1.96×0.2530 = 3.2 ± 0.496, of (78−80), (82−80) = −2, +2; ∛8 = 8^(1/3)",
        "The Gini impurity is 1 - 0.25 = 0.75, then = 1 - $0.25 + 0.125 = 0.625$",
        "The boundaries are 256 = 12+63+",
        "Is `√(25 + 144) = √25 + √144`? And an average mean≈0 / var≈1 of var = 4",
        "$8^8 \\approx 17$ Millionen, 150,528 × 1000 = 150 millones",
        "$7 \\cdot 10^8 = 7 \\text{ 亿}$",
        r"$\{1, 2, 3\} = \{3, 1, 2\}$, $6.5 = 110.1$ and $0.99^{1000} \approx e^{-10}$",
        r"$\frac{140 \times 10^9}{312 \times 10^{12}} \approx 0.45 \text{ ms}$",
        "Entropy = -3/5$\\log_{2}$(3/5) - 2/5$\\log_{2}$(2/5) = 0.971",
        r"$\frac{\partial J}{\partial z^l} = \frac{\partial J}{\partial a^{(l)}}"
        r" \frac{\partial a^{(l)}}{\partial z^{(l)}}$",
        r"$\text{dp}[4][8] = 9$, $\text{ReLU}'(0) = 1$, $4.004001 \approx 4 + 4 \times 0.001$",
        r"2023 = (15.5 + 16.5)/2, $V = 128000$, $4 V \text{ bytes} = 0.512 \text{ MB}$",
        r"$2 \times 2^{24} = 32\text{MB per head}$ and $\sin 0.1 \approx 0.1 - 0.001/6$",
        "ReLU$(-3) = 0$",
        "Max pooling: 28/2 = 14×14×512",
        "The softmax:\n\n$$\\sigma(1.0) = \\frac{e^1}{e^1 + e^2} = 0.2689$$",
        r"Not the sigmoid: $\sigma(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$,"
        r" $\sigma(1.0) = \frac{e^1}{e^1 + e^2}$",
        "$0{,}5 + 0{,}25 = 0{,}75$, $0{,}1 + 0{,}2 = 0{,}3$, $1.200 - 891 = 309$,"
        " $-1{,}363 - 0{,}822 + 2{,}185 = 0{,}000$, $\\sqrt{181.160} \\approx 425{,}63$",
        r"$\frac{1}{1 + 0.638} \approx 0.610 \;(61.0\%)$",
        # Running indices, round numbers and conditions are of any case.
        "$x_i = 12$ here. For $X = 107$: $z = \\frac{x_i - 29}{35.6} = \\frac{107 - 29}{35.6}$",
        "$n = 1000$, $c = n / 10 = 4000 / 10$",
        "$w = 2$, $x = 3$, $b = 1$. On the line $w x = -b$, and $6 w + 24 = 0$",
        r"$z = 0.5$, $w x + b \xrightarrow{\text{ReLU}} a = \max(0, z)$, $x = \cos x$",
        "$a = 0.5$, $b = 0.25$, $a b = 0.125$. Fix: ???",
        # A percent sign behind a digit is no comment; columns go on with their rows.
        "$\\frac{900}{1000} = 90%$",
        r"$$\begin{align*} P &= \frac{25}{28} &= 0.89 \\ R &= \frac{25}{31} &= 0.81 \end{align*}$$",
        "Four operations $\\times$ $175 = 700$ parameters.",
        # Another example behind the words that name it.
        "For **5,000**:\n\n$z = 0.01125 \\cdot 5000 = 56.25$\n\nFor **50,000**:\n\n$z = 562.5$",
        # The argument of a function, which had a value in another section.
        "Take $x = 4$.\n\n## Sigmoid\n\n$$\\sigma(x) = \\frac{1}{1 + e^{-x}}$$\n\n"
        "For an input of $1$ the output is $\\sigma(x) = 0.73$.",
    ],
)
def test_what_stands_on_public_pages_and_is_right_is_left_alone(text):
    assert findings(text) == ()


def test_the_terms_of_a_sum_may_be_rounded_on_a_page_that_is_exact_elsewhere():
    page = "".join(f"$a_{{{i}}} = {i} \\cdot 2.25 = {i * 2.25:.2f}$\n\n" for i in range(11, 91))
    sums = r"$u = 0.427 \cdot (-0.0326) + 1.382 \cdot 0.4674 = -0.0139 + 0.6459 = 0.632$"
    assert findings(page + sums) == ()
    assert [f.printed for f in findings(page + sums.replace("0.632", "0.633"))] == ["0.633"]


def test_a_symbol_may_have_another_value_further_on_on_a_page_that_is_exact_elsewhere():
    exact = "\n\n".join(f"$0.5 \\cdot {n} = {n / 2:.1f}$" for n in range(1, 70))
    page = f"{exact}\n\n$y = 1$ and $e = y - n = 1 - 0.35 = 0.65$\n\nThe label $y = 0$; $y = 0$."
    assert findings(page) == ()


def test_what_rests_on_values_is_not_judged_where_symbols_seldom_have_them():
    notes = "\n\n".join(f"$0.5 \\cdot {n} = {n / 2:.1f}$" for n in range(1, 25))
    slip = r"$x = 0.7$, $w = 2$ and $z = w x = 2 \cdot 0.9 = 1.8$"
    assert [finding.printed for finding in findings(slip)] == ["0.9"]
    found = audit(read_source(f"{notes}\n\n{slip}", ".md"))
    assert found.findings == ()
    assert [(each.line, each.reason) for each in found.coverage.unread] == [(49, DOUBT)]
    assert found.coverage.equalities == found.coverage.checked + found.coverage.symbolic + 1
    worked = "\n\n".join(f"$a_{n} = {n}$, $b_{n} = 2 a_{n} = 2 \\cdot {n}$" for n in range(1, 40))
    assert [finding.printed for finding in findings(f"{worked}\n\n{notes}\n\n{slip}")] == ["0.9"]


def test_a_maximum_of_one_argument_is_unread():
    text = r"$g = 2$ and $\frac{\max|g|}{\min|g|} = \frac{0.4}{0.2} = 2$"
    assert findings(text) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        # Displays that go on with an equals sign.
        (
            "$$z = 2 w$$\n\nWith the numbers:\n\n$$= 2 \\cdot 0.45$$\n\n$$= 0.9$$",
            ("0.9$", "0.8$"),
            7,
        ),
        (
            "$$v = [1, 2] + [3, 4]$$\n\n$$= [4, 6]$$",
            ("[4, 6]", "[4, 7]"),
            3,
        ),
        # Numbers set as text.
        (r"$v = 0.55 + \text{-0.01} \times \text{0.1} = 0.549$", ("0.549", "0.551"), 1),
        # A display whose backslashes got lost.
        ("Then\n\n[\nz = 0.5 \\cdot 3 + 1 = 2.5\n]\n", ("2.5", "2.6"), 4),
        # A matrix as a list of lists.
        (
            "$W = [[0.1, 0.2], [0.3, 0.4]]$, $x = [1, 2]$, $z = W x = [0.5, 1.1]$",
            ("1.1]", "1.2]"),
            1,
        ),
        # A formula in code goes on in the next line; functions that jump.
        ("```\nz = 0.5 * 1 + 0.25 * 2\n    + 0.1 * 3 = 1.3\n```", ("= 1.3", "= 1.4"), 3),
        (r"$n = \left\lfloor \frac{224 - 11 + 4}{4} \right\rfloor + 1 = 55$", ("55", "54"), 1),
        ("`n = floor(217 / 4) + 1 = 55`, so ⌈10/4⌉ = 3", ("= 3", "= 2"), 1),
        (r"$a = \operatorname{sign}(-0.3) = -1$, $u = \text{step}(0.4) = 1$", ("= 1$", "= 0$"), 1),
        # A formula on a line of its own goes on in the next.
        ("$a = 0.5$, $d = 0.2$\n\n$g = a d$\n\n$= 0.5 \\cdot 0.2 = 0.1$", ("= 0.1$", "= 0.2$"), 5),
        (
            "$a = 0.5$, $d = 0.2$\n\n$g = a d$\n\n$= 0.5 \\cdot 0.2 = 0.1$",
            ("0.5 \\cdot", "0.6 \\cdot"),
            5,
        ),
        # The square of a symbol that has a value.
        (r"$a_1 = 0.5$. Then $a_1^2 = 0.25$", ("0.25", "0.35"), 1),
        # Exact numbers leave nothing to rounding, several that are put in nearly nothing.
        ("$w = 0.4$, $d = 0.139$, $a = 0.622$, $w - d a = 0.3135$", ("0.3135", "0.3137"), 1),
        # Nor does a sum of terms that came out without a rest.
        (
            r"$z = 1.1 \cdot 0.3 + 2.2 \cdot 0.7 = 0.33 + 1.54 = 1.87$,"
            r" $a = \frac{1}{1 + e^{-1.87}} = 0.86646$",
            ("0.86646", "0.86607"),
            1,
        ),
        # A function behind brackets; columns that go on with their rows.
        ("H = - (2/5) log2(2/5) - (3/5) log2(3/5) ≈ 0.971", ("0.971", "0.917"), 1),
        (
            r"$$\begin{align*} P &= \frac{25}{28} &= 0.89 \\"
            r" R &= \frac{25}{31} &= 0.81 \end{align*}$$",
            ("0.81", "0.91"),
            1,
        ),
        ("$\\frac{900}{1000} = 90%$", ("90%", "80%"), 1),
        # A sign with a space behind it, in plain text.
        (
            "Entropy(H) = - pFalse * log2(pFalse) - pTrue * log2(pTrue)\n"
            "           = - 0.25 * log2(0.25) - 0.75 * log2(0.75)\n           = 0.8113",
            ("0.8113", "0.8213"),
            3,
        ),
        # A row that begins with words begins a calculation.
        (
            "$$\\begin{align}\n\\text{Unit 1:} \\quad & 0.05 \\cdot 0.9 \\\\\n&= 0.045 \\\\\n"
            "\\text{Unit 2:} \\quad &-0.02 \\cdot 0.5 \\\\\n&= -0.01\n\\end{align}$$",
            ("-0.01", "-0.1"),
            5,
        ),
        # Formulas between two kinds of marks; names of several words; a list with wide spaces.
        (r"$\( w_1 = 0.4 \), \( 0.5 w_1 = 0.2 \)$", ("0.2", "0.3"), 1),
        (
            r"$\mathbf{hidden\_input} = 2 \cdot [0.5, 0.6] = [1.0, \quad 1.2]$,"
            r" $\text{loss\_term} = 0.5 \cdot 0.3 = 0.15$",
            ("1.2]", "1.3]"),
            1,
        ),
        # Numbers of one digit hide none.
        (
            "$y = 0.25 + 0.03 = 0.28 \\approx 0.3$, $u = 0.3 \\cdot 0.92 = 0.276$",
            ("0.276", "0.283"),
            1,
        ),
    ],
)
def test_what_is_right_on_public_pages_is_checked(right, wrong, line):
    assert findings(right) == ()
    assert [f.line for f in findings(right.replace(*wrong)) if f.root is None] == [line]


WORKED = """| Term | Calculation | Value |
|---|---|---|
| $w_1 x_1$ | 0.4 × 0.3 | 0.12 |
| $w_2 x_2$ | 0.6 × 0.7 | 0.42 |
| **Sum $z$** | 0.12 + 0.42 + 0.1 | **0.64** |
| $a = 1/(1.527292)$ | division | **0.654754** |
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [("0.42 |", "0.43 |", 4), ("**0.64**", "**0.74**", 5), ("0.654754", "0.654737", 6)],
)
def test_the_rows_of_a_table_that_computes_are_checked(right, wrong, line):
    assert findings(WORKED) == ()
    found = [f.line for f in findings(WORKED.replace(right, wrong)) if f.root is None]
    assert found == [line]


SUMMARY = r"""# Forward pass

$$\mathbf{z} = \begin{bmatrix} 0.3 & -0.1 \\ 0.2 & 0.4 \end{bmatrix}
\begin{bmatrix} 0.5 \\ -0.2 \end{bmatrix} + \begin{bmatrix} 0.1 \\ -0.257 \end{bmatrix}
= \begin{bmatrix} 0.27 \\ -0.237 \end{bmatrix}$$

$$u = 0.5 \cdot 0.27 + 0.3 \cdot 0.237 = 0.2061$$

$$y = \frac{1}{1 + e^{-0.2061}} = 0.5513$$

# Summary

| Symbol | Value |
|---|---|
| $\mathbf{z}$ | $[0.27, -0.237]$ |
| $u$ | 0.2061 |
| $y$ | 0.5513 |
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [("[0.27, -0.237]", "[0.27, -0.337]", 15), ("0.2061 |", "0.2016 |", 16), ("0.55", "0.45", 17)],
)
def test_a_table_of_results_is_held_to_the_lines_that_computed_them(right, wrong, line):
    assert findings(SUMMARY) == ()
    head, rows = SUMMARY.split("# Summary")
    (found,) = findings(f"{head}# Summary{rows.replace(right, wrong)}")
    assert (found.line, found.kind) == (line, "substitution")


def test_a_table_of_other_values_is_not_held_to_the_lines_before_it():
    head, rows = SUMMARY.split("# Summary")
    after = rows.replace("-0.237", "-0.217").replace("0.2061", "0.2081").replace("513", "518")
    assert findings(f"{head}# After the update{after}") == ()


def test_what_is_put_in_may_be_reduced():
    page = r"$R = 2.5$, $n = 5$: $$ v = \frac{R}{n - 2} = \frac{5}{6} $$"
    assert kinds(page) == []
    assert kinds(page.replace("{6}", "{7}")) == ["substitution"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"$0.15 + 0.7 = \mathbf{0.95}$", 1),
        (r"$-(0.8 - 0.7) = \mathbf{-0.1}$", 0),
        (r"$1 + \cos(\pi) = 0$ and $2\cos(0.1) = 1.99$", 0),
        (r"$\cos(60) = 0.5$, in degrees", 0),
        (r"$\cos(0.9) = 0.65$", 1),
        (r"$\max(1, 4, 2) = 4$ and $\min([3, 5, 2.2]) = 3$", 1),
        (r"$\therefore 2 \cdot 3 = 7$", 1),
    ],
)
def test_what_other_pages_write_is_read(text, wrong):
    assert kinds(text) == ["arithmetic"] * wrong
    assert audit(read_source(text, ".md")).coverage.unread == ()


@pytest.mark.parametrize(("result", "found"), [("0.357", []), ("0.375", ["arithmetic"])])
def test_numbers_are_checked_although_their_symbol_is_a_vector_elsewhere(result, found):
    page = r"""$L = [0.357, 0.105]$ for the two.

$$ L = -(0 \cdot \log(0.2) + 1 \cdot \log(0.7)) $$
$$ = -\log(0.7) \approx """
    assert kinds(f"{page}{result} $$") == found


@pytest.mark.parametrize(("entry", "found"), [("1.2", []), ("1.3", ["arithmetic"])])
def test_a_display_goes_on_with_the_matrix_of_the_one_before_it(entry, found):
    page = r"""$$ z = W x + b $$

$$ = \begin{bmatrix} 0.5 & 0.2 \\ 0.1 & 0.4 \end{bmatrix} \begin{bmatrix} 2 \\ 1 \end{bmatrix} $$
$$ = \begin{bmatrix} %s \\ 0.6 \end{bmatrix} $$
"""
    assert kinds(page % entry) == found


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("0.8¹² = 0.0687", "0.8¹² = 0.0867"),
        ("$0.95²⁰ + 1 = 1.3585$", "$0.95²⁰ + 1 = 1.3855$"),
        ("3×10²³ + 2×10²² = 3.2×10²³", "3×10²³ + 2×10²² = 3.5×10²³"),
        (r"$0.7 + 0.1 = 0.8 \checkmark$", r"$0.7 + 0.1 = 0.9 \checkmark$"),
        ("$a^[1] = 0.5 + 0.2 = 0.7$", "$a^[1] = 0.5 + 0.2 = 0.8$"),
        (r"$y = \cfrac{1}{2} (3)^2 = 4.5$", r"$y = \cfrac{1}{2} (3)^2 = 4.6$"),
        ("1/(1 + e⁻⁰·⁹⁸⁷⁸) = 0.7287", "1/(1 + e⁻⁰·⁹⁸⁷⁸) = 0.7269"),
        ("m̂₁ = 0.6/(1 - 0.9) = 6.0", "m̂₁ = 0.6/(1 - 0.9) = 6.1"),
        ("θ̂ = 0.6 and $\\hat θ · 2 = 1.2$", "θ̂ = 0.6 and $\\hat θ · 2 = 1.3$"),
        (r"$\text{softmax}: e^{0.707} = 2.028$", r"$\text{softmax}: e^{0.707} = 2.082$"),
    ],
)
def test_raised_digits_and_marks_beside_a_formula_are_read(right, wrong):
    assert (kinds(right), kinds(wrong)) == ([], ["arithmetic"])


@pytest.mark.parametrize("text", ["3.07×10²³ / 3.07×10²³ = 2", "$4.4×10¹⁶ / 3.1×10¹⁴ = 2$"])
def test_a_power_of_ten_behind_a_slash_is_unread(text):
    (unread,) = audit(read_source(text, ".md")).coverage.unread
    assert "two ways" in unread.reason


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (r"$4 + \sqrt{2 \ln(4)} = 4 + 1.67 = 5.67$", []),
        (r"$4 + \sqrt{2 \ln(4)} = 4 + 1.66 = 5.66$", ["truncated"]),
        (r"$4 + \sqrt{2 \ln(4)} = 4 + 1.63 = 5.63$", ["arithmetic"]),
        (r"$2 \log(5/9) = 2 \log(0.555...)$", []),
        ("$-(0.92(-0.083) + 0.03(-3.507)) = 0.076 + 0.105 = 0.181$", []),
        ("$-(0.92(-0.083) + 0.03(-3.507)) = 0.076 + 0.108 = 0.184$", ["arithmetic"]),
        ("$3/8 + 1 = 11/9 = 1.222$", ["arithmetic"]),
        ("$3/8 + 1 = 11/9 = 1.375$", ["arithmetic"]),
        ("$3/8 + 1 = 11/9 = 1.572$", ["arithmetic"] * 2),
        (r"$-0.01 \cdot 0.2 / (0.2 + 10^{-8}) \approx -0.01 \cdot 1 = -0.01$", []),
        ("% ## Later\n% TODO\n\n$2 + 3 = 5$, $2 + 4 = 6$, $2 + 5 = 7$", []),
    ],
)
def test_parts_that_are_cut_off_and_what_may_be_neglected(line, found):
    rounds = "$2/3 = 0.667$, $1/6 = 0.1667$, $5/3 = 1.67$\n\n"
    assert kinds(rounds + line) == found


def test_a_wrong_value_of_what_has_no_symbol_is_carried_on():
    page = r"""$\tanh(C) = \tanh(0.4505) = 0.4221$

$h = o \cdot \tanh(C) = 0.9 \cdot 0.4221 = 0.3799$"""
    first, second = findings(page)
    assert (first.root, second.root) == (None, 0)


@pytest.mark.parametrize(("symbol", "found"), [("w_0", []), ("w_{19}", ["symbol"])])
def test_a_sequence_may_begin_with_a_value_that_is_only_put_in(symbol, found):
    given = " ".join(f"$w_{{{i}}} = 0.{i}$," for i in range(1, 18))
    line = f"$w_{{18}} = {symbol} - 0.1 \\cdot {symbol} = 0.5 - 0.1 \\cdot 0.5 = 0.45$"
    assert kinds(f"{given}\n\n{line}") == found


@pytest.mark.parametrize(
    ("formula", "right", "wrong"),
    [
        ("mean([12, 56, 2])", "23.33", "23.43"),
        (r"$\text{mean}(2, 4, 6)$", "4", "5"),
        ("clip(1.35, 0.8, 1.2)", "1.2", "1.3"),
        (r"$\operatorname{clip}(0.5, 0.8, 1.2)$", "0.8", "0.7"),
        ("clamp(round(-0.507/0.01), -128, 127)", "-51", "-50"),
        (r"$\text{erf}(0.5)$", "0.5205", "0.5305"),
        (r"$\text{logit}(0.8)$", "1.3863", "1.3963"),
        ("swish(1)", "0.7311", "0.7411"),
    ],
)
def test_functions_of_coursework_are_read(formula, right, wrong):
    line = f"{formula.rstrip('$')} = %s" + "$" * formula.startswith("$")
    assert (kinds(line % right), kinds(line % wrong)) == ([], ["arithmetic"])


@pytest.mark.parametrize("text", ["round(2.5) = 3", "clip(3) = 3", "mean(x) = 3"])
def test_what_a_function_does_not_say_is_unread(text):
    assert len(audit(read_source(text, ".md")).coverage.unread) == 1


@pytest.mark.parametrize(("number", "found"), [("1.6", []), ("1.5", ["substitution"])])
def test_a_running_mean_has_a_value_at_each_step(number, found):
    page = r"""$E[g^2]_1 = 0.9 \cdot 0 + 0.1 \cdot (-4)^2 = 1.6$ and
$E[g^2]_2 = 0.9 E[g^2]_1 + 0.1 \cdot 4 = 0.9 \cdot %s + 0.1 \cdot 4 = 1.84$"""
    assert kinds(page % number) == found


@pytest.mark.parametrize(
    ("prior", "result", "found"),
    [("0.5", "0.15", []), ("0.5", "0.25", ["arithmetic"]), ("0.417", "0.125", [])],
)
def test_probabilities_of_a_case_or_on_a_condition_are_symbols(prior, result, found):
    page = r"""$P(c = 1) = 0.5$ and $\pi_\theta(y_w | x) = 0.3$. With the new priors
$\pi_\theta(y_w | x) P(c = 1) = 0.3 \cdot %s = %s$"""
    assert kinds(page % (prior, result)) == found
    assert audit(read_source(page % (prior, result), ".md")).coverage.unread == ()


def test_a_row_of_wrong_entries_is_one_finding():
    (finding,) = findings(r"$2 \cdot [0.5, 0.7, 0.9] = [1.0, 1.5, 1.9]$")
    assert finding.expected == "1.4, 1.8"


def test_a_slope_of_a_wrong_value_is_no_second_root():
    page = r"""The sigmoid gives $z = 0.42$ and $a = \sigma(z) = 0.6135$, so
$$ \frac{\partial a}{\partial z} = \sigma'(z) = 0.6135 \cdot (1 - 0.6135) = 0.2371 $$"""
    assert [f.root for f in findings(page)] == [None, 0]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"With $\frac{dy}{du} = 2$ it is", 1),
        (r"With $\frac{dy}{du} = 2$ and $y = u(g(x))$ it is", 0),
        ("If so, then", 0),
    ],
)
def test_a_function_may_stand_for_its_value_in_the_chain_rule(text, wrong):
    chain = r"$\frac{dy}{dx} = \frac{du}{dg} \cdot \frac{dg}{dx}$"
    assert kinds(f"{text} {chain}.") == ["symbol"] * wrong
    assert kinds(chain.replace("du", "df")) == []  # a letter of functions


@pytest.mark.parametrize(("inner", "found"), [("u", []), ("v", ["symbol"])])
def test_the_innermost_factor_of_the_chain_rule_may_stand_first(inner, found):
    page = rf"""$u = 2 w$, $v = 3 w$, $L = u^2$, $\frac{{dL}}{{du}} = 2 u$
$$ \frac{{d}}{{dw}} L(u) = \frac{{du}}{{dw}} \frac{{dL}}{{d{inner}}} $$"""
    assert kinds(page) == found


@pytest.mark.parametrize(("target", "found"), [("t_2", []), ("t_1", ["symbol"])])
def test_a_formula_that_stands_again_with_a_siblings_symbol_is_found(target, found):
    page = rf"""$t_1 = 0.01$, $t_2 = 0.99$. First $o_1 = 0.7514$, $o_2 = 0.7129$ and
$L_1 = (t_1 - o_1)^2 = 0.5497$, $L_2 = (t_2 - o_2)^2 = 0.0768$.

Now $o_1 = 0.7222$, $o_2 = 0.7555$ and $L_1 = (t_1 - o_1)^2 = 0.5072$,
$L_2 = ({target} - o_2)^2 = 0.0550$."""
    assert kinds(page) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`200 × 150 × 100 × 32 = 96`百万比特", []),
        ("`200 × 150 × 100 × 32 = 96` bits", ["arithmetic"]),
        # A wide space sets statements apart, a narrow one does not.
        (r"$a = 4$ and $$ f = x y \hspace{0.5in} 1 = 1 \hspace{0.5in} a = 4 $$", []),
        (r"$a = 0.5 \hspace{1mm} + 0.2 = 0.8$", ["arithmetic"]),
        ("| $w_1$ | 0.5 |\n|---|---|\n| $w_2$ | ? |\n", ["unfinished"]),
        ("| Document | Class |\n|---|---|\n| $d_1$ | B |\n| $d_2$ | ? |\n", []),
    ],
)
def test_units_spaces_and_classes_to_be_told(text, found):
    assert kinds(text) == found


def test_a_factor_that_moves_with_its_input_is_no_slip():
    page = r"""With $d = 0.25$ and $x = 350$:
$$ g = d \cdot s = 0.25 \cdot 350 = 87.5 $$
The second row has $x = 425$, and then
$$ g = d \cdot s = 0.25 \cdot 425 = 106.25 $$"""
    assert kinds(page) == []


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("- $w_7$: to be computed", True),
        ("The hidden layer is still to be done.", True),
        ("(to be continued)", True),
        ("Every gradient has to be computed before any weight changes.", False),
        ("These are the steps that need to be done.", False),
        ("The loop is to be continued until the loss is small.", False),
        ("Is that all???", False),
        ("$w_8$ ???", True),
        ("$w_7 = ?$ We find $w_7 = 0.5$.", False),
        ("What is $0.2219 / 0.3 = ?$ Try 0.7.", False),
        ("$P(A \\mid B) = ?$", False),
        ("Which one is it, log₂(0.6) = ???", False),
        ("```\ngb = 0.4\nvb = ???\n```", True),
        (r"$W \leftarrow W - 0.1 \frac{\partial C}{\partial W} = \;?$", True),
        ("Fill in each TODO, then run `net.py`. There are 8 TODO in it.", False),
        ("Update TODO.md and the TODO list.", False),
        ("The process (pid XXXXX) listens on 172.17.0.2:XXXXX.", False),
        ("Import '../XXX.tsx'.", False),
        ("⚠️ 部分待补的内容", False),
        ("**待补**：第二层", True),
        ("Compute $3 v - 2 w$ = ?", False),
        ("$(b, s, n) \\to (b, s)$ ???", False),
        (r"The plane\(?\) is pressed flat.", False),
        (r"$z' = 0.8 \times 1.2 + ?$", True),
    ],
)
def test_prose_about_computing_is_no_mark_of_something_unfinished(text, is_open):
    assert kinds(f"{EXAMPLE}\n\n{text}") == ["unfinished"] * is_open


def test_a_function_that_is_not_named_is_not_judged():
    (unread,) = audit(read_source(r"$\sigma(2) = 2$", ".md")).coverage.unread
    assert "which function" in unread.reason
    assert kinds(r"The sigmoid: $\sigma(2) = 2$") == ["arithmetic"]


def test_a_symbol_with_two_names_is_found():
    page = r"$z1 = 0.355$, $h1 = \sigma(z1) = 0.5878$, $y = 2 out_{h1} = 1.1756$"
    assert [(f.printed, f.expected) for f in findings(page)] == [("out_{h1}", "h_1")]


def test_a_number_copied_from_the_line_of_a_sibling_is_found():
    page = (
        r"$s_1 = 0.4 \cdot 0.5933 + 0.45 \cdot 0.5969 + 0.6 = 1.1059$, "
        r"$s_2 = 0.5 \cdot 0.5933 + 0.55 \cdot {} + 0.6 = {}$"
    )
    assert findings(page.replace("{}", "0.5969", 1).replace("{}", "1.2249")) == ()
    (finding,) = findings(page.replace("{}", "0.5933", 1).replace("{}", "1.2230"))
    assert (finding.printed, finding.expected) == ("0.5933", "0.5969")


def test_what_is_announced_and_never_computed_is_found():
    page = (
        "$w_5 = 0.4 - 0.5 \\cdot 0.08 = 0.36$. "
        "Now we calculate the new values for $w_1$ and $w_2$. "
    )
    (finding,) = findings(page + "Bye.")
    assert (finding.kind, finding.printed) == ("unfinished", "w_1, w_2")
    assert findings(page + "$w_1 = 0.2$, $w_2 = 0.3$") == ()
    assert findings("We calculate $w_1$ and $w_2$ as usual.") == ()


def test_digits_cut_off_are_found_where_the_page_rounds():
    rounded = r"$0.77 \cdot 0.88 = 0.678$, $0.67 \cdot 0.44 = 0.295$, "
    assert kinds(rounded + r"$0.37 \cdot 0.47 = 0.173$") == ["truncated"]


def test_a_page_that_always_cuts_off_is_noted_and_not_blamed():
    result = audit(read_source(r"$0.37 \cdot 0.47 = 0.173$, $\frac{2}{3} = 0.66$", ".md"))
    assert result.findings == ()
    assert len(result.coverage.truncated) == 2


def test_every_equality_is_checked_symbolic_or_listed():
    text = r"$y = \int_0^1 x$, $2 + 2 = 4$, $z = \sum_i x_i = 3$, $a = 1 +$, $q = r$"
    coverage = audit(read_source(text, ".md")).coverage
    assert coverage.equalities == coverage.checked + coverage.symbolic + len(coverage.unread) == 6
    assert all(each.reason for each in coverage.unread)
    assert len(coverage.unread) == 3


# The page that the project began with.


@pytest.mark.skipif(not SOURCE.exists(), reason="the source is not ours to carry along")
def test_the_source_has_its_errors_and_no_others():
    found = findings(SOURCE.read_text(encoding="utf-8"))
    assert [(f.line, f.kind) for f in found] == [
        (31, "symbol"),  # w6 h1 for w6 h2
        (62, "symbol"),  # h1 does not depend on w5
        (70, "symbol"),  # 2 · ½ (t - ŷ1), without the inner derivative -1
        (78, "symbol"),  # ŷ1 is a function of itself
        (79, "substitution"),  # 0.7391 for 0.7491
        (85, "symbol"),  # out_h1 is never defined
        (86, "substitution"),  # 0.5932 for 0.5812
        (92, "symbol"),  # the chain through h1 again
        (96, "substitution"),  # goes on with the slope of line 79
        (105, "unfinished"),
        (110, "unfinished"),  # w1, w2, w3, w4
        (120, "unfinished"),
    ]
    assert [f.root for f in found] == [None] * 8 + [4] + [None] * 3


# Formats.


def test_latex_leaves_out_comments_and_what_stands_before_the_document():
    text = "\\newcommand{\\a}{$1 = 2$}\n\\begin{document}\n% $3 = 4$\n50\\% of $5 + 1 = 7$\n"
    assert [(f.line, f.column) for f in findings(text, ".tex")] == [(4, 18)]


def test_a_notebook_counts_lines_and_columns_in_the_file():
    cells = [
        {"cell_type": "code", "source": ["x = 1 + 1 == 3\n"]},
        {"cell_type": "markdown", "source": ['A "quoted" word,\n', "then \\\\ $2 + 2 = 5$.\n"]},
        {"cell_type": "markdown", "source": "one\nstring $3 + 3 = 7$"},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    first, second = findings(text, ".ipynb")
    lines = text.split("\n")
    assert lines[first.line - 1][first.column - 1 :].startswith("5$")
    assert lines[second.line - 1][second.column - 1 :].startswith("7$")


@pytest.mark.parametrize(
    ("text", "place"),
    [("{", (1, 2)), ("[]", (1, 1)), ('{"cells": 3}', (1, 1)), ("[" * 99_999, (1, 1))],
)
def test_what_is_no_notebook_says_where(text, place):
    with pytest.raises(UnusableSource) as problem:
        read_source(text, ".ipynb")
    assert (problem.value.line, problem.value.column) == place


# Claims.


def test_claims_are_symbols_with_their_values():
    page = PAGE + "\n| Weight | Value |\n|---|---|\n| $w_8$ | 0.55 |\n"
    found = {
        (each.symbol, each.value, each.line) for each in claims(read(read_source(page, ".md")))
    }
    assert {
        ("w_1", "0.3", 3),
        ("z_1", "0.355", 7),
        (r"\hat{y}_1", "0.6631", 19),
        (r"\frac{\partial E}{\partial w_5}", "-0.04424", 35),
        ("w_8", "0.55", 42),
    } <= found


# The command.


def test_the_command_answers_with_its_exit_status(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("$2 + 2 = 4$", encoding="utf-8")
    assert main(["audit", str(page)]) == 0
    assert "1 equality read" in capsys.readouterr().out
    page.write_text("# T\n\n$2 + 2 = 5$", encoding="utf-8")
    assert main(["audit", str(page), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["coverage"]["equalities"] == report["coverage"]["checked"] == 1
    assert report["coverage"]["unread"] == 0
    (finding,) = report["findings"]
    assert {k: finding[k] for k in ("line", "column", "kind", "printed", "expected", "root")} == {
        "line": 3,
        "column": 10,
        "kind": "arithmetic",
        "printed": "5",
        "expected": "4",
        "root": None,
    }
    assert main(["audit", str(page), "--format", "markdown"]) == 1
    assert "- right: `4`" in capsys.readouterr().out
    assert main(["audit", str(page)]) == 1
    text = capsys.readouterr().out
    assert text.index("1 checked") < text.index("arithmetic") < text.index("expected  4")


def test_the_command_says_where_a_page_cannot_be_read(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none.md")]) == 2
    page = tmp_path / "page.ipynb"
    page.write_text("{\n 3", encoding="utf-8")
    assert main(["audit", str(page)]) == 2
    page.write_bytes(b"a\n\xff")
    assert main(["audit", str(page)]) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith(str(tmp_path / "none.md") + ":1:1: file: not found")
    assert second.startswith(f"{page}:2:2: file: is no notebook")
    assert third.startswith(f"{page}:2:1: file: is not UTF-8")


# Malformed and large pages.

PIECES = [
    *(
        "$",
        "$$",
        "\n\n",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "```",
        "```math\n",
        "|",
        "|---|",
        "x = ",
        "=",
        "≈",
    ),
    *(
        "0.5",
        "1/",
        "w_1",
        "h1",
        "\\frac",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "^",
        "_",
        "+",
        "-",
        "\\\\",
        "&",
    ),
    *(
        "\\begin{align}",
        "\\end{align}",
        "\\begin{bmatrix}",
        "\\end{bmatrix}",
        "\\hat",
        "√",
        "½",
        "²",
        "e",
    ),
    *(
        "# Epoch 2\n",
        "TODO",
        "?",
        "\\sigma(",
        "\\partial ",
        "dE/dw",
        "\\left",
        "\\text{",
        "...",
        "%",
        "→",
        "\n\n| Symbol | Value |\n|---|---|\n| $x$ | $[1, 2]$ |\n",
        "[0.5, 1]",
    ),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["", " ", "\n"]))
def test_any_pieces_are_read_without_a_crash(pieces, between):
    for suffix in (".md", ".tex"):
        coverage = audit(read_source(between.join(pieces), suffix)).coverage
        assert coverage.equalities == coverage.checked + coverage.symbolic + len(coverage.unread)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_without_a_crash(data):
    page = PAGE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(page)))
        end = data.draw(st.integers(start, min(len(page), start + 30)))
        page = page[:start] + data.draw(st.text("\\{}()$^_&=|-09e. \n", max_size=4)) + page[end:]
    audit(read_source(page, ".md"))


@pytest.mark.parametrize("piece", ["a=1\n", "$a=1$ ", " ", "<a ", "a=(", "1e5", "`", "**", "x = "])
def test_a_long_page_takes_no_more_than_seconds(piece):
    start = time.process_time()
    audit(read_source(piece * (60_000 // len(piece)), ".md"))
    assert time.process_time() - start < 15


def test_a_page_of_a_megabyte_takes_no_more_than_seconds():
    page = PAGE * (1_000_000 // len(PAGE))
    start = time.process_time()
    assert audit(read_source(page, ".md")).coverage.unread == ()
    assert time.process_time() - start < 60


def test_an_array_of_one_problem_has_more_entries_than_that_of_all():
    page = r"""$b = \arg \begin{pmatrix} 1 \end{pmatrix}$

## Problem 1

$b = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$

## Problem 2

$p = 2$
"""
    assert findings(page) == ()


def test_deep_nesting_is_unread():
    text = "$" + "(" * 5_000 + "1" + ")" * 5_000 + " = 2$"
    (unread,) = audit(read_source(text, ".md")).coverage.unread
    assert re.search("deep", unread.reason)
