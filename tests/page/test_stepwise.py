"""Stepwise rounding: each named value rounded, the next step going on with the rounded number."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import yaml

from generator import generate
from generator.__main__ import main
from generator.audit import read_page
from generator.audit.reading.markdown import MarkdownPage
from generator.audit.reading.printed import PrintedPage
from generator.config.located import Unusable

GALLERY = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))
DIGITS = range(2, 7)


def stepwise(text, digits, notation="mazur"):
    """A configuration with a page of its own."""
    rest = re.sub(r"^page:.*\n(?:[ ].*\n)*", "", text, flags=re.MULTILINE)
    return f"{rest}page: {{rounding: stepwise, digits: {digits}, notation: {notation}}}\n"


def equations(page):
    """Each left side of the page's aligned blocks with the right sides that follow it."""
    found = {}
    for block in re.findall(r"\\begin{aligned}\n(.*?)\n\\end{aligned}", page, re.DOTALL):
        for row in block.split(" \\\\\n"):
            left, _, right = row.partition("&")
            if left.strip():
                rows = found.setdefault(left.strip(), [])
            rows.append(right)
    return {left: rows for left, rows in found.items() if "bmatrix" not in "".join(rows)}


def section(page, title):
    """The text under a heading of the second rank."""
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


# By hand: Mazur's network, with both biases trained, worked out with nothing but decimals. Every
# line rounds what it computes, and reads only what an earlier line rounded or the user typed.

MAZUR = """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
samples: [{inputs: [0.05, 0.10], targets: [0.01, 0.99]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""


def by_hand(digits):
    """Every value of the page by its symbol, as somebody with a calculator finds it."""

    def r(value):
        if not value:
            return value
        return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_UP)

    def partial(above, below):
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"

    d, found = Decimal, {}
    i1, i2, target = d("0.05"), d("0.10"), {"o1": d("0.01"), "o2": d("0.99")}
    w = dict(
        enumerate(map(d, ["0.15", "0.20", "0.25", "0.30", "0.40", "0.45", "0.50", "0.55"]), start=1)
    )
    b, rate = {1: d("0.35"), 2: d("0.60")}, d("0.5")

    def forward(w, b, plus):
        v = {}
        for unit, (first, second) in {"h1": (1, 2), "h2": (3, 4)}.items():
            v["net", unit] = r(w[first] * i1 + w[second] * i2 + b[1])
            v["out", unit] = r(1 / (1 + (-v["net", unit]).exp()))
        for unit, (first, second) in {"o1": (5, 6), "o2": (7, 8)}.items():
            v["net", unit] = r(w[first] * v["out", "h1"] + w[second] * v["out", "h2"] + b[2])
            v["out", unit] = r(1 / (1 + (-v["net", unit]).exp()))
            v["E", unit] = r((target[unit] - v["out", unit]) ** 2 / 2)
        v["E", "total"] = r(v["E", "o1"] + v["E", "o2"])
        for (letter, unit), value in v.items():
            found[f"{letter}_{{{unit}}}{plus}"] = value
        return v

    v = forward(w, b, "")
    out = {unit: v["out", unit] for unit in ("h1", "h2", "o1", "o2")}
    delta, gradient = {}, {}
    for unit in ("o1", "o2"):
        by_out = r(out[unit] - target[unit])
        slope = r(out[unit] * (1 - out[unit]))
        delta[unit] = r(by_out * slope)
        found[partial(f"E_{{{unit}}}", f"out_{{{unit}}}")] = by_out
        found[partial("E_{total}", f"out_{{{unit}}}")] = by_out
        found[partial(f"out_{{{unit}}}", f"net_{{{unit}}}")] = slope
    for unit, (first, second) in {"h1": (5, 7), "h2": (6, 8)}.items():
        by_out = r(delta["o1"] * w[first] + delta["o2"] * w[second])
        slope = r(out[unit] * (1 - out[unit]))
        delta[unit] = r(by_out * slope)
        found[partial("E_{total}", f"out_{{{unit}}}")] = by_out
        found[partial(f"out_{{{unit}}}", f"net_{{{unit}}}")] = slope
    found |= {f"\\delta_{{{unit}}}": value for unit, value in delta.items()}
    reads = {1: ("h1", i1), 2: ("h1", i2), 3: ("h2", i1), 4: ("h2", i2)} | {
        5: ("o1", out["h1"]), 6: ("o1", out["h2"]), 7: ("o2", out["h1"]), 8: ("o2", out["h2"])
    }  # fmt: skip
    for number, (unit, x) in reads.items():
        gradient[f"w_{number}"] = r(delta[unit] * x)
    gradient["b_1"] = r(delta["h1"] + delta["h2"])
    gradient["b_2"] = r(delta["o1"] + delta["o2"])
    found |= {partial("E_{total}", symbol): value for symbol, value in gradient.items()}
    new_w = {number: r(old - rate * gradient[f"w_{number}"]) for number, old in w.items()}
    new_b = {number: r(old - rate * gradient[f"b_{number}"]) for number, old in b.items()}
    found |= {f"w_{number}^{{+}}": value for number, value in new_w.items()}
    found |= {f"b_{number}^{{+}}": value for number, value in new_b.items()}
    forward(new_w, new_b, "^{+}")
    found[partial("net_{o1}", "w_5")] = out["h1"]
    found[partial("net_{h1}", "w_1")] = i1
    found[partial("net_{o1}", "out_{h1}")], found[partial("net_{o2}", "out_{h1}")] = w[5], w[7]
    return found


def number(text):
    """The value of a printed number, such as `5.2 \\times 10^{-5}`."""
    mantissa, _, exponent = text.partition(r" \times 10^")
    return Decimal(mantissa) * Decimal(10) ** int(exponent.strip("{}") or 0)


@pytest.mark.parametrize("digits", [*DIGITS, 9, 12])
def test_every_value_is_what_a_calculator_finds_step_by_step(digits):
    page = generate(stepwise(MAZUR, digits), "net")["net.md"]
    printed = {left: number(rows[-1].split(" ", 1)[1]) for left, rows in equations(page).items()}
    assert printed == by_hand(digits)


def test_the_last_digits_differ_from_the_exact_ones():
    """Else the tests here would hold of pages that are not rounded stepwise at all."""
    exact = generate(f"{MAZUR}page: {{notation: mazur, digits: 3}}\n", "net")["net.md"]
    exact, page = equations(exact), equations(generate(stepwise(MAZUR, 3), "net")["net.md"])
    assert exact.keys() == page.keys()
    assert sum(exact[left][-1].split()[1:] != page[left][-1].split()[1:] for left in exact) > 5


@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_a_symbol_has_one_and_the_same_number_everywhere(example):
    page = generate(stepwise(example.read_text(encoding="utf-8"), 3), "net")["net.md"]
    numbers = {
        symbol.name: {str(each.number) for each in printed}
        for symbol, printed in PrintedPage(MarkdownPage(page)).printed.items()
    }
    assert numbers
    assert {name: found for name, found in numbers.items() if len(found) > 1} == {}


# What else the page shows


def test_longer_forms_stand_in_symbols_and_the_numbers_go_into_the_short_one():
    page = generate(stepwise(MAZUR, 4), "net")["net.md"]
    announced, *rows = equations(page)[r"\frac{\partial E_{total}}{\partial w_5}"]
    *symbols, substituted, result = rows
    assert symbols[0] == announced
    assert symbols == [
        r"= \frac{\partial E_{total}}{\partial out_{o1}} \cdot \frac{\partial out_{o1}}"
        r"{\partial net_{o1}} \cdot \frac{\partial net_{o1}}{\partial w_5}",
        r"= \delta_{o1} \cdot out_{h1}",
    ]
    assert (substituted, result) == (r"= 0.1385 \cdot 0.5933", r"\approx 0.08217")


def test_the_page_says_that_it_is_rounded_stepwise_and_what_is_not():
    page = generate(stepwise(MAZUR, 4), "net")["net.md"]
    introduction = page.split("## At a glance")[0]
    assert "Rounding is stepwise: each computed value is rounded to 4 significant digits" in page
    assert "twelve" not in introduction
    assert "to 4 digits" in section(page, "Update").lower()
    exact = generate(MAZUR, "net")["net.md"]
    assert "stepwise" not in exact.split("## About this page")[0]


def test_the_json_is_exact_whatever_the_rounding():
    exact = generate(f"{MAZUR}page: {{digits: 2}}\n", "net", ["json"])["net.json"]
    both = generate(stepwise(MAZUR, 2), "net", ["markdown", "json"])
    assert both["net.json"] == exact
    assert json.loads(exact)["final"]["loss"] == pytest.approx(0.2857508868)


def test_the_check_without_calculus_is_exact():
    page = section(generate(stepwise(MAZUR, 2), "net")["net.md"], "Check it")
    assert "0.298453269687" in page
    assert re.search(r"^.frac.*} (=|.approx) 0\.082$", page, re.MULTILINE)


# Where rounding would mislead


def on_a_corner(activation="relu", loss="half_squared_error", bias="-0.9999", target=0.5):
    """0.33333 comes to 0.3333 with four digits, and 3 · 0.33333 - 0.9999 from 0.00009 to 0."""
    return f"""\
network:
  inputs: 1
  layers:
    - {{activation: linear, weights: [[0.33333]]}}
    - {{activation: {activation}, weights: [[3]], biases: [{bias}]}}
samples: [{{inputs: [1], targets: [{target}]}}]
loss: {loss}
"""


CORNERS = {
    "relu": on_a_corner(),
    "leaky_relu": on_a_corner("leaky_relu"),
    "elu": on_a_corner("elu"),
    "selu": on_a_corner("selu"),
    "hard_sigmoid": on_a_corner("hard_sigmoid", bias="-3.9999"),
    "absolute": on_a_corner("linear", "mean_absolute_error", bias="-0.9999", target=0),
    "huber": on_a_corner("linear", "huber", "0", 0).replace("0.33333", "0.33334"),
    "smooth_l1": on_a_corner("linear", "smooth_l1", "0", 0).replace("0.33333", "0.33334"),
    "hinge": on_a_corner("linear", "hinge", "0", 1).replace("0.33333", "0.33334"),
    "no loss": re.sub("loss:.*", "", on_a_corner()).replace(", targets: [0.5]", ""),
}


def named_digits(refused):
    """The digits that a refusal says would do."""
    (problem,) = refused.problems
    assert problem.where == "page.rounding"
    found = re.search(r"`digits: (\d+)` would do", problem.message)
    assert found, problem.message
    return int(found[1])


@pytest.mark.parametrize("corner", CORNERS)
def test_a_page_that_would_take_another_branch_is_refused_with_the_digits_that_do(corner):
    text = CORNERS[corner]
    with pytest.raises(Unusable) as refused:
        generate(stepwise(text, 4), "net")
    enough = named_digits(refused.value)
    assert read_page(generate(stepwise(text, enough), "net")["net.md"]).findings == ()
    with pytest.raises(Unusable):
        generate(stepwise(text, enough - 1), "net")
    generate(f"{text}page: {{digits: 4}}\n", "net")


SATURATED = """\
network: {{inputs: 1, layers: [{{activation: sigmoid, weights: [[{z}]]}}]}}
samples: [{{inputs: [1], targets: [{target}]}}]
loss: {loss}
"""


@pytest.mark.parametrize(
    ("loss", "target", "what"),
    [
        ("binary_cross_entropy", 0, "division by 0"),
        ("binary_cross_entropy", 0.5, "division by 0"),
        ("half_squared_error", 0, "a slope of 0"),
    ],
)
def test_where_1_minus_a_would_be_0_the_page_is_refused(loss, target, what):
    text = SATURATED.format(z=12, loss=loss, target=target)
    with pytest.raises(Unusable) as refused:
        generate(stepwise(text, 4), "net")
    (problem,) = refused.value.problems
    assert what in problem.message
    assert named_digits(refused.value) == 5
    assert read_page(generate(stepwise(text, 5), "net")["net.md"]).findings == ()


def test_where_not_even_twelve_digits_would_do_the_page_says_so():
    text = SATURATED.format(z=40, loss="half_squared_error", target=0)
    with pytest.raises(Unusable, match="not even 12 would do, but `rounding: exact`"):
        generate(stepwise(text, 4), "net")


def test_the_command_says_where_and_writes_nothing(tmp_path, capsys):
    file = tmp_path / "net.yaml"
    file.write_text(f"{on_a_corner()}page:\n  digits: 4\n  rounding: stepwise\n", encoding="utf-8")
    assert main([str(file)]) == 2
    error = capsys.readouterr().err
    assert error == (
        f"{file}:10:13: page.rounding: stepwise with 4 digits the activation in layer 2 of unit 1 "
        "for sample 1 would be on the other side of a corner; `digits: 5` would do, or "
        "`rounding: exact`\n"
    )
    assert list(tmp_path.iterdir()) == [file]


def test_a_weight_that_rounding_leaves_where_it_was_is_not_said_to_move():
    text = MAZUR.replace("learning_rate: 0.5", "learning_rate: 0.0001")
    page = generate(stepwise(text, 3), "net")["net.md"]
    assert "**The direction.**" not in section(page, "Check it")


def test_gallery_pages_are_their_own_configuration():
    """`stepwise` replaces the page's options and nothing else."""
    for example in GALLERY:
        text = example.read_text(encoding="utf-8")
        before, after = yaml.safe_load(text), yaml.safe_load(stepwise(text, 4))
        before.pop("page", None)
        assert after.pop("page")["rounding"] == "stepwise"
        assert before == after
