"""The page: what Mazur's says, and what no page's Markdown and LaTeX may hold."""

import json
import random
import re
from itertools import pairwise, product
from pathlib import Path

import pytest

from generator import generate
from generator.config.located import Unusable
from generator.page.notation import NOTATIONS

ROOT = Path(__file__).parents[2]
MAZUR = generate((ROOT / "docs/examples/mazur.yaml").read_text(encoding="utf-8"), "mazur")
PAGE = MAZUR["mazur.md"]


def section(page, title):
    """The text under a heading, to the next one of its rank."""
    rank = re.search(rf"^(#+) {re.escape(title)}$", page, re.MULTILINE)
    after = page[rank.end() :]
    return re.split(rf"^#{{1,{len(rank[1])}}} ", after, flags=re.MULTILINE)[0]


def equations(page):
    """Each left side of the page's blocks with the right sides that follow it."""
    found = {}
    for block in blocks(page):
        for row in block.splitlines()[1:-1]:
            left, _, right = row.removesuffix(r" \\").partition("&")
            if left.strip():
                current = found.setdefault(left.strip(), [])
            current.append(right)
    return found


def results(page):
    """Each left side of the page's blocks with the number it comes to."""
    return {left: rows[-1].split()[-1] for left, rows in equations(page).items()}


WEIGHTS_OF_MAZUR = [  # gradient, then value after the update to nine digits
    ("0.0004386", "0.149780716"),
    ("0.0008771", "0.199561432"),
    ("0.0004977", "0.249751144"),
    ("0.0009954", "0.299502287"),
    ("0.08217", "0.358916480"),
    ("0.08267", "0.408666186"),
    ("-0.02260", "0.511301270"),
    ("-0.02274", "0.561370121"),
]


def gradient(symbol):
    return rf"\frac{{\partial E_{{total}}}}{{\partial {symbol}}}"


@pytest.mark.parametrize(
    ("symbol", "result"),
    [
        ("net_{h1}", "0.3775"),
        ("net_{h2}", "0.3925"),
        ("out_{h1}", "0.5933"),
        ("out_{h2}", "0.5969"),
        ("net_{o1}", "1.106"),
        ("net_{o2}", "1.225"),
        ("out_{o1}", "0.7514"),
        ("out_{o2}", "0.7729"),
        ("E_{o1}", "0.2748"),
        ("E_{o2}", "0.02356"),
        ("E_{total}", "0.2984"),
        (r"\delta_{o1}", "0.1385"),
        (r"\delta_{o2}", "-0.03810"),
        (r"\delta_{h1}", "0.008771"),
        (r"\delta_{h2}", "0.009954"),
        (gradient("out_{h1}"), "0.03635"),
        (gradient("out_{h2}"), "0.04137"),
        (gradient("b_1"), "0.01873"),
        (gradient("b_2"), "0.1004"),
        ("out_{o1}^{+}", "0.7421"),
        ("out_{o2}^{+}", "0.7753"),
        ("E_{total}^{+}", "0.2910"),
        *((gradient(f"w_{n}"), slope) for n, (slope, _) in enumerate(WEIGHTS_OF_MAZUR, start=1)),
    ],
)
def test_mazurs_page_works_out_every_value(symbol, result):
    assert results(PAGE)[symbol] == result


def test_mazurs_loss_falls_by_the_right_amount():
    assert "from $0.298371109$ to $0.291027774$: it falls" in section(PAGE, "At a glance")
    assert "from $0.298371109$ to $0.291027774$" in section(PAGE, "Second forward pass")


@pytest.mark.parametrize("number", range(1, 9))
def test_mazurs_results_have_every_weight_to_nine_digits(number):
    _, after = WEIGHTS_OF_MAZUR[number - 1]
    row = re.search(rf"^\|.*\$w_{number}\$ \|.*$", section(PAGE, "Update"), re.MULTILINE)[0]
    assert row.endswith(f"| ${after}$ |")


def test_mazurs_biases_stay_and_the_page_says_what_would_happen_otherwise():
    stay = section(PAGE, "The biases stay")
    assert "| $b_1$ | $0.35$ | $0.0187256094$ | $-0.00936280470$ | $0.340637195$ |" in stay
    assert "| $b_2$ | $0.60$ | $0.100400325$ | $-0.0502001626$ | $0.549799837$ |" in stay
    assert "the loss after the step would be $0.285750887$" in stay
    assert "b_1^{+}" not in PAGE


def test_mazurs_famous_wrong_error_is_nowhere():
    assert "0.2910279" not in PAGE


def test_the_total_error_is_the_sum_of_both_terms():
    assert equations(PAGE)["E_{total}"] == [
        "= E_{o1} + E_{o2}",
        "= 0.2748 + 0.02356",
        r"\approx 0.2984",
    ]


def test_a_hidden_units_gradient_is_the_sum_over_both_paths():
    rows = equations(PAGE)[gradient("out_{h1}")]
    assert r"= \delta_{o1} \cdot w_5 + \delta_{o2} \cdot w_7" in rows
    assert r"= 0.1385 \cdot 0.40 + \left(-0.03810\right) \cdot 0.50" in rows


def test_an_output_weight_has_the_chain_of_three_factors():
    factors = [
        gradient("out_{o1}"),
        r"\frac{\partial out_{o1}}{\partial net_{o1}}",
        r"\frac{\partial net_{o1}}{\partial w_5}",
    ]
    assert equations(PAGE)[gradient("w_5")][0] == "= " + r" \cdot ".join(factors)
    assert set(factors) <= set(equations(PAGE))


@pytest.mark.parametrize("number", range(1, 9))
def test_an_update_starts_from_the_old_weight_and_the_gradient(number):
    rows = equations(PAGE)[f"w_{number}^{{+}}"]
    assert rows[0] == rf"= w_{number} - \eta \cdot {gradient(f'w_{number}')}"
    assert "^{+}" not in "".join(rows)


@pytest.mark.parametrize("anchor", [f"w{number}-gradient" for number in range(1, 9)])
def test_every_gradient_can_be_linked_to(anchor):
    assert PAGE.count(f'<a id="{anchor}"></a>') == 1


def test_every_quantity_is_found_in_full():
    full = section(PAGE, "Values in full")
    only_another_symbol = r"\frac{\partial net"  # its derivative is a weight, an input or a unit
    of_a_layer = "^{[1]}", "^{[2]}"
    for left in equations(PAGE):
        is_array = left in ("i", r"\mathrm{target}") or any(script in left for script in of_a_layer)
        if not left.startswith(only_another_symbol) and not is_array:
            assert f"| ${left}$ |" in full


def test_the_figures_are_beside_the_page():
    figures = {f"mazur-{figure}.svg" for figure in ("network", "paths-1", "gradients")}
    downloads = {"mazur.json", "mazur.ipynb", "mazur.tex"}
    assert set(MAZUR) == {"mazur.md", *downloads, *figures}
    assert "](mazur-network.svg)" in PAGE


# Every page, whatever its network.

COMMANDS = r"""
    \frac \text \mathrm \cdot \times \underbrace \hat \sum \sqrt \partial \odot \top \approx
    \mathbf \mathcal \bar \tilde \ell
    \ln \exp \tanh \max \ge \le \lt \quad \lvert \rvert \left \right \begin \end
    \alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \kappa \lambda \mu \nu \xi
    \pi \rho \sigma \tau \phi \varphi \chi \psi \omega
    \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Phi \Psi \Omega
"""
ALLOWED = {*COMMANDS.split(), "\\\\"}
ENVIRONMENTS = {"aligned", "bmatrix", "cases"}


def blocks(page):
    """The LaTeX between two lines of dollar signs."""
    return re.findall(r"^\$\$\n(.*?)\n\$\$$", page, re.MULTILINE | re.DOTALL)


def inline(page):
    """The LaTeX between two dollar signs in a line."""
    return re.findall(r"(?<!\$)\$(?!\$)([^$\n]+)\$(?!\$)", page)


def rows(page):
    return [line for line in page.splitlines() if line.startswith("|")]


def forbidden_commands(page):
    for formula in blocks(page) + inline(page):
        yield from set(re.findall(r"\\(?:[A-Za-z]+|.)", formula)) - ALLOWED
        yield from set(re.findall(r"\\begin\{(\w+)\}", formula)) - ENVIRONMENTS
        yield from re.findall(r"\\\\ *\[[^]]*\]", formula)
        yield from re.findall(r"\\(?:left|right)(?!\(|\)|\\[lr]vert)", formula)


def misplaced_blocks(page):
    """A `$$` that is not alone, that no blank line sets apart, or a blank line inside."""
    lines = ["", *page.splitlines(), ""]
    inside = False
    for number, line in enumerate(lines):
        if "$$" in line and line != "$$":
            yield line
        elif line == "$$":
            inside = not inside
            if lines[number - 1 if inside else number + 1] != "":
                yield f"no blank line at line {number}"
        elif inside and not line.strip():
            yield f"a blank line inside a block, line {number}"
    if inside:
        yield "a block without an end"


def broken_in_a_line(page):
    """What GitHub breaks in inline mathematics."""
    for formula in inline(page):
        yield from re.findall(r"\}_\{|\*|\\[^A-Za-z]", formula)
    for line in page.splitlines():
        if line != "$$" and line.count("$") % 2:
            yield f"an odd dollar sign in {line!r}"


def ugly_numbers(page):
    cells = [cell.strip() for row in rows(page) for cell in row.split("|")]
    numbers = [cell for cell in cells if re.fullmatch(r"-+[\d.]+", cell)]
    for formula in blocks(page) + inline(page) + numbers:
        yield from re.findall(r"(?:[-+]|\\cdot|\\times) *-", formula)
        yield from re.findall(r"-0(?:\.0*)?(?![.\d])", formula)
        yield from re.findall(r"(?<![.\d])1\.0+ \\cdot", formula)


def bars_in_cells(page):
    for row in rows(page):
        yield from (formula for formula in inline(row) if "|" in formula)


def uneven_tables(page):
    lines = page.splitlines()
    for above, line in pairwise(lines):
        if line.startswith("|") and above.startswith("|"):
            if line.count("|") != above.count("|"):
                yield line
        elif line.startswith("|") != above.startswith("|") and line and above:
            yield f"a table that no blank line sets apart: {above!r}, {line!r}"


def double_anchors(page):
    anchors = re.findall(r'<a id="([^"]*)">', page)
    yield from sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
    yield from (anchor for anchor in anchors if not re.fullmatch(r"[\w-]+", anchor))
    yield from set(re.findall(r"\]\(#([^)]*)\)", page)) - set(anchors)


def double_definitions(page):
    """A symbol that stands for two quantities; the same law twice is one."""
    laws = re.findall(r"^([^&\n]*\S) +&((?:=|\\approx) .*?)(?: \\\\)?$", page, re.MULTILINE)
    lefts = [left for left, _ in set(laws)]
    yield from sorted({left for left in lefts if lefts.count(left) > 1})


def leftovers(page):
    yield from re.findall(r"<<|>>|<%|%>|\bNone\b|\bnan\b|\binf\b|Decimal|[ \t]+$", page)
    without_code = re.sub(r"^```.*?^```", "code", page, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"\n\n\n", without_code)


CHECKS = [
    forbidden_commands,
    misplaced_blocks,
    broken_in_a_line,
    ugly_numbers,
    bars_in_cells,
    uneven_tables,
    double_anchors,
    double_definitions,
    leftovers,
]


def named(check):
    return check.__name__.replace("_", " ")


def faults(page):
    return [f"{named(check)}: {fault}" for check in CHECKS for fault in check(page)]


@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_mazurs_page_is_portable(check):
    assert list(check(PAGE)) == []


def drawn(seed, shape, bias, samples, notation, draw_weight, names):
    """A network with numbers from a seed."""
    draw = random.Random(seed)

    def matrix(rows, columns):
        return [[draw_weight(draw) for _ in range(columns)] for _ in range(rows)]

    layers = []
    for number, (fan_in, units) in enumerate(pairwise(shape), start=1):
        own = {"none": {}, "shared": {"bias": draw_weight(draw)}, "own": {}}[bias]
        own |= {"biases": matrix(1, units)[0]} if bias == "own" else {}
        own |= {"names": [names(number, unit) for unit in range(units)]} if names else {}
        activation = draw.choice(["sigmoid", "linear"])
        layers.append({"activation": activation, "weights": matrix(units, fan_in), **own})
    inputs = [names(0, unit) for unit in range(shape[0])] if names else shape[0]
    pairs = [
        [[round(draw.uniform(-1, 1), 2) for _ in range(units)] for units in (shape[0], shape[-1])]
        for _ in range(samples)
    ]
    return {
        "title": f"Network {seed}",
        "network": {"inputs": inputs, "layers": layers},
        "samples": [{"inputs": x, "targets": t} for x, t in pairs],
        "reduction": draw.choice(["mean", "sum"]),
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": draw.choice([0.5, 1, 1e-5])},
        "training": {"train_biases": draw.choice([True, False])},
        "page": {"notation": notation, "digits": draw.choice([2, 4, 7])},
    }


WEIGHTS = {
    "ordinary": lambda draw: round(draw.uniform(-1, 1), 2),
    "negative": lambda draw: -round(draw.uniform(0, 2), 1),
    "tiny": lambda draw: draw.choice([1e-7, -3e-9, 0.0001, -0.00002]),
    "huge": lambda draw: draw.choice([1e6, -2.5e7, 123456, -3]),
    "0, 1 and -1": lambda draw: draw.choice([0, 1, -1, 0.0, 1.0]),
}
NAMES = {
    "no names": None,
    "long names": lambda layer, unit: f"layer {'abcd'[layer]} unit {unit + 1}",
    "other alphabets": lambda layer, unit: f"{'αβγδ'[layer]}-größe_{unit}",
}
SHAPES = [(1, 1), (2, 2, 2), (3, 1, 4), (2, 3, 2, 1), (1, 12)]
DRAWN = {
    f"{notation}, {weights} weights, {names}": (notation, WEIGHTS[weights], NAMES[names])
    for notation, weights, names in product(NOTATIONS, WEIGHTS, NAMES)
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_of_any_network_is_portable(name):
    number = list(DRAWN).index(name)
    shape, bias = SHAPES[number % len(SHAPES)], ["shared", "own", "none"][number // 2 % 3]
    config = drawn(name, shape, bias, 1 + number % 2, *DRAWN[name])
    assert faults(generate(json.dumps(config), "drawn")["drawn.md"]) == []


@pytest.mark.parametrize(
    "left_out", [["optimizer"], ["loss", "optimizer"]], ids=["no optimizer", "forward only"]
)
def test_a_page_that_stops_earlier_is_portable(left_out):
    config = drawn("early", (2, 3, 2), "own", 1, "layered", WEIGHTS["ordinary"], None)
    page = generate(json.dumps({k: v for k, v in config.items() if k not in left_out}), "x")["x.md"]
    assert faults(page) == []
    assert ("Backward pass" in page) == (left_out == ["optimizer"])
    assert "Update" not in page


USER_NAMES = {
    "a letter in both cases": {1: ["H1", "h1"]},
    "hidden units called like outputs": {1: ["o1", "o2"]},
    "outputs called like hidden units": {2: ["h1", "h2"]},
    "an output called total": {2: ["total", "loss"]},
    "words that run into each other": {0: ["york times", "times"], 1: ["new", "new york"]},
    "numbers": {1: ["2", "1"]},
    "words of an anchor": {1: ["gradient", "2 gradient"], 2: ["2 updated", "2"]},
}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", USER_NAMES)
def test_no_names_make_two_quantities_look_alike(name, notation):
    config = drawn(name, (2, 2, 2), "own", 1, notation, WEIGHTS["ordinary"], None)
    for layer, names in USER_NAMES[name].items():
        part = config["network"]["layers"][layer - 1] if layer else config["network"]
        part["names" if layer else "inputs"] = names
    try:
        page = generate(json.dumps(config), "x")["x.md"]
    except Unusable as refused:
        page = ""
        assert "name" in str(refused)  # noqa: PT017
    assert list(double_anchors(page)) == []
    assert list(double_definitions(page)) == []


@pytest.mark.parametrize(
    ("check", "planted"),
    [
        (forbidden_commands, r"$\boxed{1}$"),
        (forbidden_commands, "\n$$\n\\cancel{x}\n$$\n"),
        (forbidden_commands, r"$x \, y$"),
        (forbidden_commands, r"$\left[x\right]$"),
        (forbidden_commands, "$$\n\\begin{array}{c}\n\\end{array}\n$$"),
        (forbidden_commands, "$$\n1 \\\\[6pt]\n2\n$$"),
        (forbidden_commands, r"$\dfrac{1}{2}$"),
        (misplaced_blocks, "text\n$$\n1\n$$\n"),
        (misplaced_blocks, "\n$$\n1\n$$\ntext"),
        (misplaced_blocks, "\n$$\n1\n\n2\n$$\n"),
        (misplaced_blocks, "\n$$1$$\n"),
        (misplaced_blocks, "\n$$\n1\n"),
        (broken_in_a_line, r"$\text{a}_{b}$"),
        (broken_in_a_line, "$a*b$"),
        (broken_in_a_line, r"$a\_b$"),
        (broken_in_a_line, "for $5"),
        (ugly_numbers, "$1 + -2$"),
        (ugly_numbers, "$1 - -2$"),
        (ugly_numbers, "$--2$"),
        (ugly_numbers, r"$1 \cdot -2$"),
        (ugly_numbers, "$-0$"),
        (ugly_numbers, r"$1.0 \cdot x$"),
        (ugly_numbers, "| a | -0.00 |"),
        (bars_in_cells, "| $|x|$ | 1 |"),
        (uneven_tables, "| a | b |\n|---|---|\n| 1 |"),
        (uneven_tables, "text\n| a | b |\n|---|---|"),
        (double_anchors, '<a id="w5"></a> <a id="w5"></a>'),
        (double_anchors, '<a id="w 5"></a>'),
        (double_anchors, "[w5](#w5-gradient)"),
        (double_definitions, "$$\nx &= 1 \\\\\nx &= 2\n$$"),
        (leftovers, "the value is None"),
        (leftovers, "<< page.title >>"),
    ],
)
def test_a_check_sees_a_planted_fault(check, planted):
    assert list(check(planted))


@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_no_check_complains_of_what_is_right(check):
    assert not list(check("- $-0.05$ and $10^{-5}$, $a_{11}^{[1]}$ for $-0.5 + \\left(-1\\right)$"))
