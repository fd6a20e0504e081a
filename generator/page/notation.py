"""Notations: how each quantity of a network is written, as data.

A notation is a row of letters with index patterns, one a role; to add one, add
a value to NOTATIONS. A pattern's fields are `{unit}` (the unit's name or
number), `{source}`, `{layer}` and `{number}` (parameters counted through the
whole network: w1 ... w8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from generator.network.example import Example
from generator.network.names import Name
from generator.page.plain_text import plain_text


@dataclass(frozen=True)
class Symbol:
    """A symbol in its parts, so that LaTeX, a figure and an anchor each write their own.

    base, sub and sup are LaTeX; text and sub_text are Unicode for the figures.
    key: the stem of the anchor.
    is_compound: whether it needs parentheses before an exponent.
    """

    base: str
    text: str
    key: str
    sub: str = ""
    sub_text: str = ""
    sup: str = ""
    is_compound: bool = False

    @property
    def latex(self) -> str:
        """Subscript first: Markdown on GitHub breaks on `}_{`."""
        sub = f"_{braced(self.sub)}" if self.sub else ""
        return self.base + sub + (f"^{{{self.sup}}}" if self.sup else "")


@dataclass(frozen=True)
class Letter:
    """How one role is written: a letter in LaTeX and its index patterns.

    text: the letter in Unicode, where that is not the LaTeX itself.
    word: the letter in an anchor, where that is not the text in lower case.
    """

    base: str
    sub: str = ""
    sup: str = ""
    text: str = ""
    word: str = ""


@dataclass(frozen=True)
class Notation:
    """Letters by role, and what stands between two factors.

    A role may have a row of its own for the output layer, `activation.output`;
    hidden and output are the patterns of a unit's default name; counts_through:
    whether hidden units count on from layer to layer (h1, h2, ...); first_layer:
    the number of the first layer that has weights, 2 where the inputs are layer 1.
    """

    letters: Mapping[str, Letter]
    times: str = " "
    hidden: str = "{unit}"
    output: str = "{unit}"
    counts_through: bool = False
    first_layer: int = 1


# What optimizers and penalties bring along is written alike in every notation.
OPTIMIZER_LETTERS = {
    "momentum": Letter(r"\mu", text="μ", word="momentum"),
    "dampening": Letter(r"\tau", text="τ", word="dampening"),
    "weight_decay": Letter(r"\lambda", text="λ", word="weight-decay"),
    "lr_decay": Letter(r"\gamma", text="γ", word="lr-decay"),
    "initial_accumulator_value": Letter("G", "0", word="initial-accumulator-value"),
    "eps": Letter(r"\epsilon", text="ε", word="eps"),
    "alpha": Letter(r"\rho", text="ρ", word="alpha"),
    "rho": Letter(r"\rho", text="ρ", word="rho"),
    "beta1": Letter(r"\beta", "1", text="β", word="beta"),
    "beta2": Letter(r"\beta", "2", text="β", word="beta"),
    "l1": Letter(r"\lambda", "1", text="λ", word="penalty-lambda"),
    "l2": Letter(r"\lambda", "2", text="λ", word="penalty-lambda"),
    "momentum_buffer": Letter("v"),
    "look_ahead": Letter("d"),
    "decayed_gradient": Letter("g"),
    "sum": Letter("G"),
    "square_avg": Letter("s"),
    "grad_avg": Letter("m"),
    "variance": Letter("c"),
    "delta": Letter(r"\Delta", text="Δ"),
    "acc_delta": Letter("u"),
    "exp_avg": Letter("m"),
    "exp_avg_sq": Letter("v"),
    "exp_avg_hat": Letter(r"\hat m", text="m̂"),
    "exp_avg_sq_hat": Letter(r"\hat v", text="v̂"),
    "exp_inf": Letter("u"),
    "shrunk": Letter("p"),
    "penalty": Letter("R"),
}

# The constants in formulas, by their names in the algebra.
CONSTANTS = {
    "pi": Letter(r"\pi", text="π"),
    "selu_scale": Letter(r"\lambda", "s", text="λ"),
    "selu_alpha": Letter(r"\alpha", "s", text="α"),
}

MAZUR = Notation(
    letters=OPTIMIZER_LETTERS
    | {
        "input": Letter("i", "{unit}"),
        "target": Letter("target", "{unit}"),
        "weight": Letter("w", "{number}"),
        "bias": Letter("b", "{number}"),
        "pre_activation": Letter("net", "{unit}"),
        "activation": Letter("out", "{unit}"),
        "error_signal": Letter(r"\delta", "{unit}", text="δ", word="delta"),
        "loss_term": Letter("E", "{unit}"),
        "sample_loss": Letter("E", "total"),
        "data_loss": Letter("E", "data"),
        "loss": Letter("E", "total"),
        "learning_rate": Letter(r"\eta", text="η", word="learning-rate"),
    },
    times=r" \cdot ",
    hidden="h{unit}",
    output="o{unit}",
    counts_through=True,
)

SOURCE = Notation(
    letters=OPTIMIZER_LETTERS
    | {
        "input": Letter("x", "{unit}"),
        "target": Letter("t", "{unit}"),
        "weight": Letter("w", "{number}"),
        "bias": Letter("b", "{number}"),
        "pre_activation": Letter("z", "{unit}"),
        "pre_activation.output": Letter("y", "{unit}"),
        "activation": Letter("h", "{unit}"),
        "activation.output": Letter(r"\hat y", "{unit}", text="ŷ", word="y-hat"),
        "error_signal": Letter(r"\delta", "z{unit}", text="δ", word="delta-z"),
        "error_signal.output": Letter(r"\delta", "y{unit}", text="δ", word="delta-y"),
        "loss_term": Letter("E", "y{unit}"),
        "sample_loss": Letter("E", "total"),
        "data_loss": Letter("E", "data"),
        "loss": Letter("E", "total"),
        "learning_rate": Letter(r"\alpha", text="α", word="learning-rate"),
    },
    counts_through=True,
)

LAYERED = Notation(
    letters=OPTIMIZER_LETTERS
    | {
        "input": Letter("x", "{unit}"),
        "target": Letter("y", "{unit}"),
        "weight": Letter("W", "{unit}{source}", "[{layer}]"),
        "bias": Letter("b", "{unit}", "[{layer}]"),
        "pre_activation": Letter("z", "{unit}", "[{layer}]"),
        "activation": Letter("a", "{unit}", "[{layer}]"),
        "error_signal": Letter(r"\delta", "{unit}", "[{layer}]", text="δ", word="delta"),
        "loss_term": Letter("L", "{unit}"),
        "sample_loss": Letter("L"),
        "data_loss": Letter("L", "data"),
        "loss": Letter("L"),
        "learning_rate": Letter(r"\alpha", text="α", word="learning-rate"),
    },
)

# Michael Nielsen's book, Neural Networks and Deep Learning, chapter 2: the inputs are
# the activations of layer 1, w^l_{jk} leads from unit k of layer l-1 to unit j of layer l.
NIELSEN = Notation(
    letters=OPTIMIZER_LETTERS
    | {
        "input": Letter("a", "{unit}", "{layer}"),
        "target": Letter("y", "{unit}"),
        "weight": Letter("w", "{unit}{source}", "{layer}"),
        "bias": Letter("b", "{unit}", "{layer}"),
        "pre_activation": Letter("z", "{unit}", "{layer}"),
        "activation": Letter("a", "{unit}", "{layer}"),
        "error_signal": Letter(r"\delta", "{unit}", "{layer}", text="δ", word="delta"),
        "loss_term": Letter("C", "{unit}"),
        "sample_loss": Letter("C"),
        "data_loss": Letter("C", "data"),
        "loss": Letter("C"),
        "learning_rate": Letter(r"\eta", text="η", word="learning-rate"),
    },
    first_layer=2,
)

NOTATIONS = {"layered": LAYERED, "mazur": MAZUR, "nielsen": NIELSEN, "source": SOURCE}


@dataclass(frozen=True)
class Symbols:
    """The symbols of one example in one notation."""

    example: Example
    notation: Notation

    def __call__(self, name: Name | str) -> Symbol:
        """The symbol of a quantity; the gradient of a pre-activation is its error signal."""
        if isinstance(name, str):
            letter = CONSTANTS[name]
            return Symbol(letter.base, letter.text, name, letter.sub, letter.sub)
        if name.role == "gradient" and name.of is not None and name.of.role == "pre_activation":
            return self._letter("error_signal", name.of)
        return self.partial(name)

    def partial(self, name: Name | str) -> Symbol:
        """The same, but every gradient as a fraction of partial derivatives."""
        if isinstance(name, str):
            return self(name)
        if name.of is None:
            return self._letter(name.role, name)
        if name.role == "gradient":
            assert name.by is not None, name
            fraction = _fraction(self(name.by), self(name.of), "gradient")
            of_what = name.by.role.removesuffix("_loss").replace("_", "-")
            if name.of.sample is not None or of_what == "loss":
                return fraction
            sample = "" if name.by.sample is None else f"-{name.by.sample + 1}"
            return replace(fraction, key=f"{fraction.key}-{of_what}{sample}")
        if name.by is None:
            return self._state(name)
        return _fraction(self(name.of), self(name.by), "derivative")

    def _state(self, name: Name) -> Symbol:
        """An optimizer's quantity for a parameter: its letter with the parameter below."""
        assert name.of is not None, name
        letter, of = self.notation.letters[name.role], self(name.of)
        plus = "+" if name.step else ""
        key = f"{of.key}-{name.role.replace('_', '-')}{'-updated' if plus else ''}"
        return Symbol(letter.base, letter.text or letter.base, key, of.latex, "", plus, bool(plus))

    def unit(self, layer: int, unit: int) -> str:
        """A unit's name in plain text, the user's own or h1, o1, 1; layer 0 is the input."""
        names = self.example.layers[layer - 1].names if layer else self.example.input_names
        if names:
            return names[unit]
        if layer == 0:
            return str(unit + 1)
        if layer == len(self.example.layers):
            return self.notation.output.format(unit=unit + 1)
        pattern = self.notation.hidden
        if self.notation.counts_through:
            unit += sum(own.units for own in self.example.layers[: layer - 1])
        return pattern.format(unit=unit + 1)

    def unit_in_words(self, layer: int, unit: int) -> str:
        """A unit as prose speaks of it: `h1`, `unit 2 of layer 1`, `input 1`."""
        name = self.unit(layer, unit)
        if layer == 0:
            return f"input {name}"
        if not name.isdigit():
            return name
        if self.notation.counts_through:
            return f"{'output' if layer == len(self.example.layers) else 'hidden unit'} {name}"
        if len(self.example.layers) == 1:
            return f"unit {name}"
        return f"unit {name} of layer {self.layer(layer)}"

    def layer(self, layer: int) -> int:
        """The number that the notation gives a layer; without one of its own, layer 1 is 1."""
        return layer - 1 + self.notation.first_layer

    def ends(self, name: Name) -> tuple[str, str]:
        """Where a weight comes from and where it leads, in words."""
        assert name.source is not None and name.unit is not None, name
        return self.unit_in_words(name.layer - 1, name.source), self.unit_in_words(
            name.layer, name.unit
        )

    def heading(self, layer: int, unit: int) -> str:
        """A unit as a heading has it: `Unit h1`, `Unit 2 of layer 1`."""
        words = self.unit_in_words(layer, unit)
        is_named = not words.startswith(("unit ", "hidden unit ", "output "))
        return f"Unit {words}" if is_named else words[0].upper() + words[1:]

    def _letter(self, role: str, name: Name) -> Symbol:
        letters = self.notation.letters
        last = len(self.example.layers)
        layer = last if role in ("target", "loss_term") else name.layer
        letter = letters[role]
        if layer == last:
            letter = letters.get(f"{role}.output", letter)
        unit = "" if name.unit is None else self.unit(layer, name.unit)
        source = "" if name.source is None else self.unit(layer - 1, name.source)
        number = self._numbers.get(Name(role, name.layer, name.unit, name.source), 0)
        layer = self.layer(layer)
        plain = {"unit": unit, "source": source, "layer": str(layer), "number": str(number)}
        latex = {field: _index(index) for field, index in plain.items()}
        sub, sup = (_filled(pattern, latex) for pattern in (letter.sub, letter.sup))
        sub_text = plain_text(_filled(letter.sub, plain))
        key = _key(letter, layer, unit, source, number)
        if name.sample is not None and len(self.example.samples) > 1:
            sup += f"{',' * sup[-1:].isalnum()}({name.sample + 1})"  # 2,(1): no product
            key += f"-sample-{name.sample + 1}"
        if name.step:
            sup += "+"
            key += "-updated"
        text = letter.text or plain_text(letter.base)
        return Symbol(letter.base, text, key, sub, sub_text, sup, bool(sup))

    @cached_property
    def _numbers(self) -> dict[Name, int]:
        """Weights and biases counted from 1 through the network, row by row."""
        weights: list[Name] = []
        biases: list[Name] = []
        for layer, own in enumerate(self.example.layers, start=1):
            for unit, row in enumerate(own.weights):
                weights += [Name("weight", layer, unit, source) for source in range(len(row))]
            for unit in range(len(own.biases)):
                biases.append(Name("bias", layer, None if own.shared_bias else unit))
        return {name: i for names in (weights, biases) for i, name in enumerate(names, start=1)}


def braced(text: str) -> str:
    """A subscript or an exponent: in braces unless it is one character."""
    return text if len(text) == 1 else f"{{{text}}}"


def _filled(pattern: str, indices: Mapping[str, str]) -> str:
    """A pattern with its fields filled in; a comma between two where one is long.

    A shared bias has no unit: the brackets or the comma around that go with it.
    """
    is_long = any(len(index) > 1 for field, index in indices.items() if f"{{{field}}}" in pattern)
    filled = (pattern.replace("}{", "},{") if is_long else pattern).format(**indices)
    return re.sub(r"\(\)|\[\]", "", filled).strip(",")


def _index(name: str) -> str:
    """LaTeX of a unit's name as an index: `h1` as it is, `sepal length` as text."""
    return name if re.fullmatch(r"[A-Za-z]?[0-9]*", name) else rf"\text{{{name}}}"


def _key(letter: Letter, layer: int, unit: str, source: str, number: int) -> str:
    """An anchor's stem: `w5`, `net-h1`, `z-1-2`, unique among the example's quantities."""
    word = letter.word or letter.base.lower()
    if "{number}" in letter.sub + letter.sup:
        return f"{word}{number}"
    indices = [str(layer)] if "{layer}" in letter.sub + letter.sup else []
    if letter.sub and "{" not in letter.sub:
        indices.append(letter.sub)
    indices += [index.replace(" ", "_") for index in (unit, source) if index]
    return "-".join([word, *indices]).lower()


def _fraction(above: Symbol, below: Symbol, what: str) -> Symbol:
    base = rf"\frac{{\partial {above.latex}}}{{\partial {below.latex}}}"
    key = f"{below.key}-gradient" if what == "gradient" else f"{above.key}-by-{below.key}"
    return Symbol(base, f"∂{above.text}/∂{below.text}", key, is_compound=True)
