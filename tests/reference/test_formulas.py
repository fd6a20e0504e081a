"""The formulas that the catalogue prints, read back and computed, are what the tables compute."""

import inspect
import math
import re
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from generator.algebra import evaluate
from generator.algebra.number import PRECISION
from generator.audit.reading.latex import parse
from generator.audit.reading.symbols import SymbolTable
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES
from generator.reference import formulas, loss_formulas, updates

CATALOGUE = Path(__file__).parents[2] / "docs" / "guides" / "catalogue.md"
SECTIONS = {
    (part, entry): text
    for part, texts in re.findall(
        r"^## (\w+)\n(.*?)(?=^## |\Z)", CATALOGUE.read_text(encoding="utf-8"), re.M | re.S
    )
    for entry, text in re.findall(
        r"^### (\w+)(?: schedule)?\n(.*?)(?=^### |\Z)", texts, re.M | re.S
    )
}
RELATIONS = {
    r"\lt": lambda x, y: x < y,
    r"\le": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    r"\ge": lambda x, y: x >= y,
    "=": lambda x, y: x == y,
}


def lines(part, entry):
    """The equations of an entry, as left side and right side, those with options too."""
    return [
        equations(block) for block in re.findall(r"\$\$\n(.*?)\n\$\$", SECTIONS[part, entry], re.S)
    ]


def equations(block):
    body = re.sub(r"\\(?:begin|end)\{aligned\}", "", block)
    parts = re.split(r" \\\\\n(?=[^\n]*&=)", body.strip())
    return [tuple(side.strip() for side in re.split("&?=", part, maxsplit=1)) for part in parts]


def value(latex, values):
    """What LaTeX comes to; values: what its symbols are, by their LaTeX."""
    cases = re.fullmatch(r"\\begin\{cases\}\n(.*)\n\\end\{cases\}", latex, re.S)
    if cases:
        for line in cases[1].split(" \\\\\n"):
            formula, condition = line.split(" & ")
            if holds(condition, values):
                return value(formula, values)
        raise AssertionError(f"no case of {latex} holds for {values}")
    symbols = SymbolTable()
    tree = parse(latex, symbols)
    given = {read(symbol): number for symbol, number in values.items()}
    known = {quantity: given[str(name)] for name, quantity in symbols.items()}
    with localcontext(PRECISION):
        return evaluate(tree, lambda quantity: known.get(quantity, quantity.value))


@cache
def read(symbol):
    """A symbol as the reader calls it."""
    symbols = SymbolTable()
    parse(symbol, symbols)
    return str(next(iter(symbols), symbol))


def holds(condition, values):
    if condition == r"\text{otherwise}":
        return True
    found = re.split(r" (\\lt|\\le|\\ge|>|=) ", condition.removeprefix(r"\text{if } "))
    numbers = [value(side, values) for side in found[::2]]
    relations = [RELATIONS[sign] for sign in found[1::2]]
    return all(r(x, y) for r, x, y in zip(relations, numbers, numbers[1:], strict=False))


PLACES = [
    Decimal(text) for text in ("-6.3", "-3", "-1.7", "-0.2", "0", "0.3", "1", "2.9", "3", "5.1")
]
CONSTANTS = {
    r"\pi": Decimal("3.14159265358979323846264338328"),
    r"\lambda_s": Decimal("1.0507009873554804934193349852946"),
    r"\alpha_s": Decimal("1.6732632423543772848170429916717"),
}


def settings(table, name, letters):
    """An entry with numbers of no default for its parameters, and what its letters are."""
    names = list(inspect.signature(table[name]).parameters)
    given = {key: Decimal("0.37") + Decimal(i) / 10 for i, key in enumerate(names)}
    return table[name](**given), {letters[key]: number for key, number in given.items()}


def close(found, expected):
    return float(found) == pytest.approx(float(expected), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("z", PLACES)
@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_an_activation_and_its_derivative_are_what_the_float_kernels_compute(name, z):
    made, letters = settings(ACTIVATIONS, name, formulas.LETTERS)
    ((definition, derivative),) = lines("Activations", name)
    assert (definition[0], derivative[0]) == ("a", r"\frac{\partial a}{\partial z}")
    known = CONSTANTS | letters | {"z": z}
    a = value(definition[1], known)
    at = np.array([float(z)])
    assert close(a, made.kernel(at)[0])
    assert close(value(derivative[1], known | {"a": a}), made.slope(at)[0])


def test_the_softmax_of_three_and_its_derivatives_are_those_of_the_array():
    made = ACTIVATIONS["softmax"]()
    z = np.array([[0.3], [-1.2], [2.0]])
    a = made(z)[:, 0]
    known = {f"z_{i + 1}": Decimal(repr(float(z[i, 0]))) for i in range(3)}
    known |= {f"a_{i + 1}": Decimal(repr(float(a[i]))) for i in range(3)}
    ((definition, *derivatives),) = lines("Activations", "softmax")
    assert close(value(definition[1], known), a[0])
    first = np.array([[1.0], [0.0], [0.0]])
    slopes = made.pullback(first, z)[:, 0]
    assert len(derivatives) == 3
    for (left, formula), slope, i in zip(derivatives, slopes, range(3), strict=True):
        assert left == rf"\frac{{\partial a_1}}{{\partial z_{i + 1}}}"
        assert close(value(formula, known), slope)


PROBABILITIES = {"binary_cross_entropy", "cross_entropy", "kl_divergence"}
PAIRS = [("0.4", "0.1"), ("0.4", "0.9"), ("1", "0.5"), ("0.25", "0.25"), ("0.6", "0.23")]
FAR = [
    ("0.4", "-3"),
    ("0.4", "3"),
    ("1", "1"),
    ("1", "1.5"),
    ("-1", "0.5"),
    ("-1", "-1.5"),
    ("1.37", "1"),
]


@pytest.mark.parametrize(
    ("name", "t", "y"),
    [
        (name, *pair)
        for name in LOSSES
        for pair in (PAIRS if name in PROBABILITIES else PAIRS + FAR)
    ],
)
def test_a_loss_and_its_derivative_are_what_the_float_kernels_compute(name, t, y):
    made, letters = settings(LOSSES, name, formulas.LETTERS)
    ((definition, derivative),) = lines("Losses", name)
    known = letters | {"t": Decimal(t), "y": Decimal(y)}
    at = np.array([float(t)]), np.array([float(y)])
    assert close(value(definition[1], known), made.term.kernel(*at)[0])
    if abs(abs(float(t) - float(y)) - 0.37) > 1e-9:  # floats miss a corner that decimals meet
        assert close(value(derivative[1], known), made.term.slope(*at)[0])


@pytest.mark.parametrize("name", [name for name, entry in LOSSES.items() if entry().from_logits])
def test_the_short_forms_that_the_catalogue_gives_are_the_fused_signals(name):
    loss = LOSSES[name]()
    for activation, shortcut in loss_formulas.shortcuts(loss):
        assert f"${shortcut}$" in SECTIONS["Losses", name]
        z, t = np.array([[0.3], [-1.2]]), np.array([[0.25], [0.75]])
        y = ACTIVATIONS[activation]()(z)
        expected = loss.from_logits[activation].signal(t, z)
        for i in range(2):
            known = {"t": Decimal(float(t[i, 0])), "y": Decimal(float(y[i, 0]))}
            assert close(value(shortcut, known), expected[i, 0])


@pytest.mark.parametrize("t", [2, 3, 50])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_is_what_the_optimizer_computes_in_floats(name, t):
    found = lines("Optimizers", name)
    rules = updates.rules(name)
    assert len(found) == len(rules)
    for rule, block in zip(rules, found, strict=True):
        defaults = inspect.signature(OPTIMIZERS[name]).parameters
        on = {
            key: True if defaults[key].default is False else Decimal("0.3") for key in rule.options
        }
        made = OPTIMIZERS[name](**on)
        state = {role: 0.21 + i / 10 for i, role in enumerate(made.state)}
        numbers = {key: float(number) for key, number in made.numbers.items()}
        new, _ = made.step(1.5, -0.7, state, numbers, t, lambda values, role: values)
        known = {"t": Decimal(t), r"\theta_{t - 1}": Decimal("1.5"), "g_t": Decimal("-0.7")}
        known |= {latex: Decimal(repr(numbers[key])) for key, latex in updates.letters(name)}
        known |= {
            each.letter.replace("_t", "_{t - 1}"): Decimal(repr(state[each.name]))
            for each in rule.state
        }
        for left, right in block:
            known[left] = value(right, known)
        assert close(known[r"\theta_t"], new)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 11, 21, 30])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_rate_is_what_the_schedule_computes(name, n):
    given = {"step_size": 5, "gamma": Decimal("0.7"), "T_max": 20, "eta_min": Decimal("0.02")}
    names = inspect.signature(SCHEDULES[name]).parameters
    made = SCHEDULES[name](**{key: given[key] for key in names})
    known = {formulas.SCHEDULE_LETTERS[key]: Decimal(given[key]) for key in names}
    known |= {r"\eta": Decimal("0.3"), "n": Decimal(n)}
    ((rate, *others),) = lines("Schedules", name)
    for letter, formula in others:
        word, argument = re.fullmatch(r"\\mathrm\{(\w+)\}\\left\((.*)\\right\)", formula).groups()
        number = float(value(argument, known | CONSTANTS))
        known[letter] = Decimal({"floor": math.floor, "cos": math.cos}[word](number))
    assert rate[0] == r"\eta_n"
    assert close(value(rate[1], known), made.rate(0.3, n))


def test_the_catalogue_has_every_entry():
    names = {entry for _, entry in SECTIONS}
    assert {*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *SCHEDULES} <= names


@pytest.mark.parametrize(
    ("latex", "wrong"),
    [
        (r"z \sigma\left(z\right)", False),
        (r"z + \sigma\left(z\right)", True),
        (
            "\\begin{cases}\nz & \\text{if } z > 0 \\\\\ns z & \\text{if } z \\le 0\n\\end{cases}",
            True,
        ),
    ],
)
def test_a_wrong_formula_is_seen(latex, wrong):
    made = ACTIVATIONS["silu"]()
    known = {"z": Decimal("0.8"), "s": Decimal("0.1")}
    expected = made.kernel(np.array([0.8]))[0]
    found = float(value(latex, known))
    assert (found != pytest.approx(float(expected), rel=1e-12)) == wrong
