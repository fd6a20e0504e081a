"""Read from top to bottom, a page has no symbol that it did not introduce."""

import re
from decimal import localcontext
from pathlib import Path

import pytest

from generator import generate
from generator.algebra import Quantity, quantities_in
from generator.algebra.number import PRECISION
from generator.config import parse
from generator.network.forward import parameters_of
from generator.network.training import training_step
from generator.page.notation import NOTATIONS, Symbols

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))

# What a student who knows derivatives knows: functions and signs with one meaning everywhere,
# and the letters of any number, any unit and any sample that a law speaks of.
KNOWN = r"""
    \frac \cdot \times \left \right \begin{aligned} \end{aligned} \begin{bmatrix} \end{bmatrix}
    \sum \sqrt \partial \odot \top \approx \ln \exp \tanh \max \ge \le \lt \lvert \rvert \pi e
"""

GIVEN = {("input", 0), ("target", 0), ("weight", 0), ("bias", 0)}  # each has a row of its own


def formulas(page):
    """Each formula of a page in its order: those in lines and those on lines of their own."""
    outside = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    for found in re.finditer(r"^\$\$\n(.*?)\n\$\$$|\$([^$\n]+)\$", outside, re.M | re.S):
        yield found[1] or found[2]


def kinds(text):
    """The symbol of each quantity of an example with what kind of quantity it is."""
    config = parse(text)
    with localcontext(PRECISION):
        step = training_step(config.example)
    symbols = Symbols(step.example, config.page.notation)
    found = {}
    for quantity in quantities(step):
        for write in (symbols, symbols.partial):
            name = quantity.name
            kind = (name, 0) if isinstance(name, str) else (name.role, name.step)
            found[write(name).latex] = kind
    return found


def quantities(step):
    seen, stack = {}, []
    passes = [own for own in (step.forward, step.after) if own is not None]
    for values in passes:
        stack += [*values.inputs.flat, *values.layers[-1].activations.flat]
        stack += [values.loss.total.item(), *values.loss.samples.flat] if values.loss else []
    for own in (step.forward.parameters, step.gradients or (), step.updated or ()):
        stack += parameters_of(own)
    for gradients in step.by_sample:
        for gradient in gradients.values():
            stack.append(gradient.quantity)
            for path in gradient.contributions:
                stack += [q for q in (path.upstream, path.local) if isinstance(q, Quantity)]
    for state in step.state.values():
        stack += state
    while stack:
        quantity = stack.pop()
        if isinstance(quantity, Quantity) and quantity not in seen:
            seen[quantity] = None
            if quantity.definition is not None:
                stack += quantities_in(quantity.definition)
    return seen


def one_of(names, before, after):
    """A pattern of any of the names, the longest that fits."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(f"{before}(?:{'|'.join(map(re.escape, longest_first))}){after}")


def unknown(page, kind_of):
    """Each symbol that a page uses before it says what it is."""
    glance = page[page.index("## At a glance") : page.index("## Forward pass")]
    rows = re.findall(r"^\| (?:<a[^|]*</a>)?\$([^$]+)\$ \|", glance, re.MULTILINE)
    introduced = {kind_of.get(symbol, (symbol, 0)) for symbol in rows}
    if any(step for _, step in introduced):  # the plus is explained with the first updated weight
        introduced |= {(kind, step) for kind, _ in introduced for step in (0, 1)}
    functions = {symbol.split(r"\left")[0] for symbol in rows if r"\left(z\right)" in symbol}
    arrays = set(re.findall(r"\$([^$]+)\$, \$\d+ \\times \d+\$", glance))
    letters = {re.split("[_^]", symbol)[0] for symbol in rows}  # as in "the error signal \\delta"
    known = one_of([*kind_of, *arrays], r"(?<![\\A-Za-z])", r"(?![A-Za-z_{]|\^\{)")
    letters = one_of([*functions, *KNOWN.split(), *letters], "", "(?![A-Za-z])")
    for formula in formulas(page):
        text = formula.replace(r"^\top", "")  # and a derivative is known with its two parts:
        text = text.replace(r"\frac{\partial", " ").replace(r"}{\partial", " ")
        for symbol in set(known.findall(text)):
            kind = kind_of.get(symbol)
            if kind is not None and symbol not in rows and kind not in introduced - GIVEN:
                yield symbol
        text = letters.sub(" ", known.sub(" ", text))
        yield from (left for left in re.findall(r"\\?[A-Za-z]+", text) if set(left) - set("ijkz"))


TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in EXAMPLES} | {
    f"{activation} with {loss} and {optimizer}": f"""\
network:
  inputs: 2
  layers:
    - {{activation: {activation}, weights: [[0.5, -0.3], [0.2, 0.8]], biases: [0.1, -0.2]}}
    - {{activation: {last}, weights: [[0.7, 0.4], [-0.6, 0.3]]}}
samples: [{{inputs: [0.5, 1], targets: {targets}}}, {{inputs: [1, -1], targets: {targets}}}]
loss: {loss}
optimizer: {optimizer}
penalty: {{l2: 0.1}}
"""
    for activation, last, loss, targets, optimizer in (
        ("gelu", "linear", "huber", [1, 0], "{name: rmsprop, centered: true, momentum: 0.9}"),
        ("selu", "softmax", "cross_entropy", 1, "adamax"),
        ("softmax", "sigmoid", "binary_cross_entropy", [1, 0], "adadelta"),
        ("mish", "hard_sigmoid", "log_cosh", [1, 0], "adagrad"),
        ("silu", "leaky_relu", "smooth_l1", [1, 0], "adamw"),
    )
}


@pytest.mark.parametrize(
    ("name", "notation"),
    [
        (name, notation)
        for name in TEXTS
        for notation in NOTATIONS
        if " with " in name or notation == "layered" or name == "mazur"
    ],
)
def test_every_symbol_is_introduced_before_its_first_use(name, notation):
    text = re.sub(r"^page:.*\n( .*\n)*", "", TEXTS[name], flags=re.MULTILINE)
    text += f"\npage: {{notation: {notation}}}\n"
    page = generate(text, "x")["x.md"]
    assert sorted(set(unknown(page, kinds(text)))) == []


@pytest.mark.parametrize(
    ("row", "symbol"),
    [
        (r"\| \$E_\{o1\}\$ \|.*\n", "E_{o1}"),
        (r"\| \$\\sigma.*\n", r"\sigma"),
        (r"\| \$w_1\^\{\+\}\$ \|.*\n", "w_1^{+}"),
        (r"\| weights \|.*\n", "W"),
        (r'\| <a id="w7"></a>.*\n', "w_7"),
    ],
)
def test_a_symbol_without_its_row_is_found(row, symbol):
    page = generate(TEXTS["mazur"], "x")["x.md"]
    without, count = re.subn(row, "", page, count=1)
    assert count == 1
    assert symbol in set(unknown(without, kinds(TEXTS["mazur"])))
