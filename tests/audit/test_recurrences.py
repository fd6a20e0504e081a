"""Steps in numbers are held against the rule of all steps."""

import pytest

from generator.audit import audit, read_source

MOMENTUM = r"""The rule, with $\mu = 0.9$ and $\alpha = 0.1$:

$$ v_{k} = \mu v_{k-1} + g_{k}, \qquad w_{k} = w_{k-1} - \alpha v_{k} $$

$w_0 = 2$, $v_0 = 0$

### Step $k=1$

$g_1 = 3.15$

$v_1 = 0.9 \cdot 0 + 3.15 = 3.15$

$w_1 = 2 - 0.1 \cdot 3.15 = 1.685$

### Step $k=2$

$g_2 = 2.37$

$v_2 = 0.9 \cdot 3.15 + 2.37 = 5.205$

$w_2 = 1.685 - 0.1 \cdot 5.205 = 1.1645$
"""


def findings(text):
    return audit(read_source(text, ".md")).findings


def roots(text):
    return [(f.line, f.kind) for f in findings(text) if f.root is None]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        (
            r"$w_2 = 1.685 - 0.1 \cdot 5.205 = 1.1645",
            r"$w_2 = 1.685 + 0.1 \cdot 5.205 = 2.2055",
            21,
        ),
        (r"$v_2 = 0.9 \cdot 3.15 + 2.37 = 5.205", r"$v_2 = 0.9 \cdot 3.51 + 2.37 = 5.529", 19),
        (r"$w_2 = 1.685 - 0.1 \cdot 5.205 = 1.1645", r"$w_2 = 1.685 - 0.1 \cdot 3.15 = 1.37", 21),
    ],
)
def test_a_step_is_held_against_the_rule(right, wrong, line):
    assert right in MOMENTUM
    assert findings(MOMENTUM) == ()
    found = roots(MOMENTUM.replace(right, wrong))
    assert [place for place, _ in found][:1] == [line]


def test_the_number_of_the_step_stands_for_its_letter_in_an_exponent():
    page = (
        r"$\hat m_t = \frac{m_t}{1 - \beta^t}$, $\beta = 0.9$" + "\n\n"
        r"$m_1 = 0.4$, $\hat m_1 = \frac{0.4}{1 - 0.9} = 4$" + "\n\n"
        r"$m_2 = 0.26$, $\hat m_2 = \frac{0.26}{1 - 0.81} = 1.3684$"
    )
    assert findings(page) == ()
    wrong = page.replace("1 - 0.81} = 1.3684", "1 - 0.9} = 2.6")
    assert [place for place, _ in roots(wrong)] == [5]


@pytest.mark.parametrize(
    "page",
    [
        # Another rule for the same letter: which of them is used, the page does not say.
        "$v_t = a v_{t-1} + g_t$, then $v_t = a v_{t-1} + b g_t$, with $a = 0.9$, $b = 0.1$\n\n"
        "$v_0 = 1$, $g_1 = 2$\n\n$v_1 = 0.9 \\cdot 1 + 0.1 \\cdot 2 = 1.1$",
        # A letter that is no index of the head.
        "$y_j = w_{ij} x_i$\n\n$x_1 = 0.5$\n\n$y_2 = 0.3 \\cdot 0.7 = 0.21$",
        # The rule of the next step.
        "$x_{n+1} = 2 x_n$\n\n$x_0 = 3$\n\n$x_1 = 2 \\cdot 3 = 6$\n\n$x_2 = 2 \\cdot 6 = 12$",
    ],
)
def test_what_keeps_the_rule_or_has_none_is_left_alone(page):
    assert findings(page) == ()
