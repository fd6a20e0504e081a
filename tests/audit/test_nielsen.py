"""Layer numbers as superscripts: `a_1^{2}` is a quantity of layer 2 where a page says so."""

import pytest

from generator.audit import read_page

LAYERS = """\
| Symbol | Value |
|---|---|
| $a_1^{1}$ | 0.5 |
| $a_1^{2}$ | 0.3 |

"""


def reading(text):
    found = read_page(text)
    return len(found.findings), len(found.unread), found.symbolic


def page(*lines):
    return LAYERS + "".join(f"$$\n{line}\n$$\n\n" for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        r"a_1^{1} + a_1^{2} = 0.8",
        r"a^{1}_1 + a^2_1 = 0.8",
        r"a_1^1 a_1^2 = 0.5 \cdot 0.3 = 0.15",
        r"\left(a_1^{2}\right)^2 = 0.3^2 = 0.09",
        r"\left(a_1^{2}\right)^{2} = 0.09",
        r"e^{a_1^{2}} = e^{0.3} \approx 1.35",
        r"\left(1 - a_1^{2}\right)^2 = \left(1 - 0.3\right)^2 = 0.49",
        r"a_1^{2+} = a_1^{2} - 0.1 = 0.3 - 0.1 = 0.2",
        r"a_1^{2,(1)} = 2 a_1^{2} = 0.6",
        r"\frac{\partial a_1^{2}}{\partial a_1^{1}} = 2 a_1^{2} = 0.6",
        r"v_{a_1^{2}} = 2 a_1^{2} = 0.6",
    ],
)
def test_a_layers_number_is_part_of_a_name(line):
    assert reading(page(line)) == (0, 0, 0)


@pytest.mark.parametrize(
    "line",
    [
        r"a_1^{1} + a_1^{2} = 0.75",  # a square: 0.5 + 0.25
        r"\left(a_1^{2}\right)^2 = 0.3",
        r"a_1^{1} a_1^{2} = 0.5 \cdot 0.5 = 0.25",
        r"a_1^{2} = 0.25",
    ],
)
def test_a_wrong_number_beside_a_layers_number_is_found(line):
    assert reading(page(line))[0] > 0


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("$r = 0.3$\n\n$r^2 = 0.09$\n", 0),
        ("$r = 0.3$\n\n$r^2 = 0.08$\n", 1),
        ("$r^{2} = 0.08$\n\n$r = 0.3$\n", 1),
        ("$x_1 = 3$\n\n$x_1^2 = x_1^{2} = 9 = 3^2$\n", 0),
        ("| Symbol | Value |\n|---|---|\n| $x$ | 3 |\n| $x^2$ | 8 |\n", 1),
    ],
)
def test_the_exponent_of_a_symbol_with_a_value_of_its_own_stays_an_exponent(text, findings):
    assert reading(text)[:2] == (findings, 0)


def test_a_power_of_e_is_never_a_name():
    assert reading("$e^{2} = 7.39$\n")[0] == 1
    assert reading("$e^{2} \\approx 7.39$\n")[0] == 0


def test_what_has_a_number_with_no_value_is_not_read_as_another_layer():
    assert reading(page(r"a_1^{3} + 1 = 1.027"))[:2] == (0, 1)
