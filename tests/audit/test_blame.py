"""Of a formula, its numbers and the result the one is reported that the other two speak against."""

import pytest

from generator.audit import audit, read_source

VALUES = "$w = 0.5$, $x = 1.5$, $b = 0.35$, $c = -0.15$\n\n"


def findings(text):
    return audit(read_source(text, ".md")).findings


def roots(text):
    return [(f.line, f.kind) for f in findings(text) if f.root is None]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        # The formula's sign: numbers and result have the other one.
        (("w x + b", r"0.5 \cdot 1.5 + 0.35", "1.1"), ("w x - b",), 4),
        (("w x + c", r"0.5 \cdot 1.5 + (-0.15)", "0.6"), ("w x - c",), 4),
        # The numbers' sign: the result is the formula's.
        (("w x + b", r"0.5 \cdot 1.5 + 0.35", "1.1"), ("w x + b", r"0.5 \cdot 1.5 - 0.35"), 5),
        # A sign lost where the number is put in, and carried on.
        (
            ("w x + c", r"0.5 \cdot 1.5 + (-0.15)", "0.6"),
            ("w x + c", r"0.5 \cdot 1.5 + 0.15", "0.9"),
            5,
        ),
        # An array of one entry.
        (
            (
                "w x + v",
                r"0.5 \cdot 1.5 + \begin{bmatrix} 0.25 \end{bmatrix}",
                r"\begin{bmatrix} 1.0 \end{bmatrix}",
            ),
            ("w x - v",),
            4,
        ),
    ],
)
def test_a_sign_is_reported_in_the_formula_or_in_the_numbers(right, wrong, line):
    page = VALUES + "$$ v = \\begin{{bmatrix}} 0.25 \\end{{bmatrix}} $$\n$$ z &= {} \\\\\n"
    page += "&= {} \\\\\n&= {} $$"
    assert findings(page.format(*right)) == ()
    found = roots(page.format(*wrong, *right[len(wrong) :]))
    assert [place for place, _ in found] == [line]


SAMPLES = "$z_1^{2,(1)} = 2 \\cdot 0.23 = 0.46$\n\n$z_1^{2,(2)} = 2 \\cdot 0.31 = 0.62$\n\n"


@pytest.mark.parametrize(
    ("page", "right", "wrong", "line"),
    [
        # The indices of what is computed: the symbol, not its number, is wrong.
        (SAMPLES + "$$ a_1^{2,(2)} &= {} = 0.62 $$", "z_1^{2,(2)}", "z_1^{2,(1)}", 5),
        # The result stands in full elsewhere.
        (
            "$a_1 = 1.5$, $a_2 = 0.7595$\n\n$$ C &= -\\ln(2 - {}) \\\\\n&= -\\ln(2 - 0.7595) \\\\\n"
            "&= -0.2155 $$\n\n| Symbol | Value |\n|---|---|\n| $C$ | -0.215514601 |\n",
            "a_2",
            "a_1",
            3,
        ),
    ],
)
def test_a_symbol_is_reported_where_its_number_is_right(page, right, wrong, line):
    assert findings(page.replace("{}", right)) == ()
    (finding,) = [f for f in findings(page.replace("{}", wrong)) if f.root is None]
    assert (finding.line, finding.kind) == (line, "symbol")
    assert (finding.printed, finding.expected) == (wrong, right)


def test_a_number_is_reported_where_the_sibling_lines_have_the_symbol():
    page = "$x = 0.8$, $b_1 = 0.4$, $b_2 = 0.3$\n\n$n_1 = 2 x + b_1 = 2 \\cdot 0.8 + 0.4 = 2.0$\n\n"
    assert findings(page + "$n_2 = 4 x + b_1 = 4 \\cdot 0.8 + 0.4 = 3.6$") == ()
    (finding,) = findings(page + "$n_2 = 4 x + b_1 = 4 \\cdot 0.8 + 0.3 = 3.5$")
    assert (finding.kind, finding.printed, finding.expected) == ("substitution", "0.3", "0.4")


LAW = (
    "$$ {} &= {} $$\n\n"
    "$$ z_1^{{[1]}} &= w_{{11}}^{{[1]}} x_1 + w_{{12}}^{{[1]}} x_2 + b_1^{{[1]}} $$\n\n"
    "$$ z_1^{{[2]}} &= w_{{11}}^{{[2]}} a_1 + w_{{12}}^{{[2]}} a_2 + b_1^{{[2]}} $$"
)
SUM = r"\sum_i w_{ji}^{[1]} x_i + b_j^{[1]}"


@pytest.mark.parametrize(
    ("head", "law", "expected"),
    [
        ("z_j^{[1]}", SUM.replace(" + b", " - b"), "+ b^{[1]}"),
        ("z_j^{[1]}", SUM.replace("b_j^{[1]}", "b_j^{[2]}"), "b^{[1]}"),
        ("z_j^{[2]}", SUM, "z^{[1]}"),
    ],
)
def test_a_law_is_held_against_the_lines_that_are_written_out(head, law, expected):
    assert findings(LAW.format("z_j^{[1]}", SUM)) == ()
    (finding,) = findings(LAW.format(head, law))
    assert (finding.line, finding.kind, finding.expected) == (1, "symbol", expected)


@pytest.mark.parametrize(
    "law",
    [
        r"z_j^{[1]} &= \sum_i w_{ji}^{[1]} x_i - \theta_j",  # another convention
        r"z_j^{[1]} &= \sum_i w_{ji}^{[1]} x_i",  # without a bias
        r"z_j &= \sum_i w_{ji} x_i - b_j",  # of no layer
        r"z_j^{[l]} &= \sum_i w_{ji}^{[l]} a_i^{[l-1]} - b_j^{[l]}",  # of any layer
    ],
)
def test_a_law_of_another_form_is_left_alone(law):
    assert findings(LAW.replace("{} &= {}", law, 1).replace("{{", "{").replace("}}", "}")) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"$m = \frac{1}{0} (0.2 + 0.4) = 0.15$", 1),
        (r"$p = \frac{0}{0} = 0$", 0),  # by a convention
        (r"$\frac{1}{0} = \infty$", 0),
    ],
)
def test_a_division_by_zero_is_no_value(text, wrong):
    assert len(findings(text)) == wrong


def test_a_layer_and_a_unit_exchanged_are_reported_at_the_symbol():
    right, wrong = "\\delta_1^{2,(4)}", "\\delta_2^{4,(1)}"
    page = (
        f"| Symbol | Value |\n|---|---|\n| ${right}$ | 0.8 |\n\n"
        "$$ {} = \\frac{\\partial C}{\\partial z_1^{2,(4)}} = 1.6 \\cdot 0.5 = 0.8 $$\n\n"
        f"${right} \\cdot 3 = 0.8 \\cdot 3 = 2.4$"
    )
    assert findings(page.replace("{}", right)) == ()
    (finding,) = findings(page.replace("{}", wrong))
    assert (finding.line, finding.printed, finding.expected) == (5, wrong, right)


def test_a_given_array_with_an_entry_of_another_array_is_reported_where_it_is_given():
    table = "| Symbol | Value |\n|---|---|\n| $b_1$ | 0.1 |\n| $b_2$ | 0.2 |\n\n"
    page = table + (
        "$b^{[1]} = \\begin{bmatrix} 0.1 \\end{bmatrix}$\n\n"
        "$b^{[2]} = \\begin{bmatrix} {} \\end{bmatrix}$\n\n## After the update\n\n$$ z &= b^{[2]} "
        "+ \\begin{bmatrix} 0.3 \\end{bmatrix} \\\\\n&= \\begin{bmatrix} 0.2 \\end{bmatrix} + "
        "\\begin{bmatrix} 0.3 \\end{bmatrix} \\\\\n&= \\begin{bmatrix} 0.5 \\end{bmatrix} $$"
    )
    assert findings(page.replace("{}", "0.2")) == ()
    root, *carried = findings(page.replace("{}", "0.1"))
    assert (root.line, root.printed, root.expected) == (8, "0.1", "0.2")
    assert all(finding.root is not None for finding in carried)
