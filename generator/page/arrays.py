"""The symbols of a layer as a whole: its matrices and vectors, and its units by an index.

Both are read from the letters of the notation in force: without its unit, the
symbol of an activation is that of the layer's vector of activations; with j in
the unit's place it is that of any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from generator.algebra import Function
from generator.network.activations import Activation
from generator.network.training import TrainingStep
from generator.page.equations import Block, Equation, Writer, block
from generator.page.notation import Letter, Symbol, Symbols
from generator.page.outline import Arrays, Values
from generator.page.tables import layer_title

OF_ONE = re.compile(r"\{(unit|source|number)\}")


@dataclass(frozen=True)
class ArraySymbols:
    """The symbols of whole layers in the notation of `symbols`; layers count from 1."""

    symbols: Symbols

    def array(self, role: str, layer: int) -> str:
        r"""A layer's vector or matrix: `z^{[1]}`; W is the capital of a weight's letter w.

        Where the notation does not write a layer's number, it stands in brackets. Only a
        single letter has a capital; a word is upright, or it would read as a product.
        """
        role, layer = self._activations_or_inputs(role, layer)
        letter = self._letter(role, layer)
        is_weight = role == "weight" and re.fullmatch("[a-z]", letter.base)
        base = letter.base.upper() if is_weight else letter.base
        base = rf"\mathrm{{{base}}}" if len(base) > 1 and base.isalpha() else base
        is_repeated = role == "bias" and self.symbols.example.layers[layer - 1].shared_bias
        if base in "ed" or is_repeated:  # no power of e, no d of dx, and not the one bias itself
            base = rf"\mathbf{{{base}}}"
        if role in ("input", "target") and "{layer}" not in letter.sub + letter.sup:
            return base
        layer = self.symbols.layer(layer)
        sub = _without_unit(letter.sub).format(layer=layer)
        sup = _without_unit(letter.sup).format(layer=layer)
        if "{layer}" not in letter.sub + letter.sup:
            sub, sup = "", f"[{layer}]"
        return Symbol(base, "", "", sub, "", sup).latex

    def indexed(self, role: str, layer: int, unit: str, source: str = "") -> str:
        """Any unit's symbol, by an index such as j; only where has_indices."""
        role, layer = self._activations_or_inputs(role, layer)
        letter = self._letter(role, layer)
        layer = self.symbols.layer(layer)
        sub, sup = (
            pattern.format(unit=unit, source=source, layer=layer, number="")
            for pattern in (letter.sub, letter.sup)
        )
        return Symbol(letter.base, "", "", sub, "", sup).latex

    @property
    def has_indices(self) -> bool:
        """Whether a weight is written by the two units that it joins, not by a number."""
        letter = self.symbols.notation.letters["weight"]
        return {"unit", "source"} <= set(OF_ONE.findall(letter.sub + letter.sup))

    def _activations_or_inputs(self, role: str, layer: int) -> tuple[str, int]:
        return ("input", 0) if role == "activation" and layer == 0 else (role, layer)

    def _letter(self, role: str, layer: int) -> Letter:
        letters = self.symbols.notation.letters
        is_last = layer == len(self.symbols.example.layers)
        return letters.get(f"{role}.output", letters[role]) if is_last else letters[role]


def _without_unit(pattern: str) -> str:
    """A pattern without the fields of a single unit and the commas beside them."""
    return OF_ONE.sub("", pattern).strip(", ")


def forward_law(step: TrainingStep, write: Writer) -> Block | None:
    """The first layer's law for any of its units, where the notation has indices for that."""
    symbols = ArraySymbols(write.symbols)
    layer = step.example.layers[0]
    if not symbols.has_indices:
        return None
    z, a = (symbols.indexed(role, 1, "j") for role in ("pre_activation", "activation"))
    product = rf"\sum_i {symbols.indexed('weight', 1, 'j', 'i')} {symbols.indexed('input', 0, 'i')}"
    bias = (
        f" + {symbols.indexed('bias', 1, '' if layer.shared_bias else 'j')}" if layer.biases else ""
    )
    laws = [Equation("", z, (("=", product + bias),))]
    if layer.activation.name != "softmax":
        laws.append(Equation("", a, (("=", activation_pattern(layer.activation) % z),)))
    return block(laws)


def recursion(step: TrainingStep, index: int, write: Writer) -> Block | None:
    """The error signal of any unit of a hidden layer, from those of the layer after it."""
    symbols = ArraySymbols(write.symbols)
    activation, layer = step.example.layers[index].activation, index + 1
    if not symbols.has_indices or activation.name == "softmax":
        return None
    delta, after = (
        symbols.indexed("error_signal", at, i) for at, i in ((layer, "j"), (layer + 1, "k"))
    )
    slope = derivative_pattern(activation) % symbols.indexed("pre_activation", layer, "j")
    weight = symbols.indexed("weight", layer + 1, "k", "j")
    return block([Equation("", delta, (("=", rf"{slope} \sum_k {weight} {after}".strip()),))])


def activation_pattern(activation: Activation) -> str:
    r"""An activation function's LaTeX with a place for its argument: `\sigma\left(%s\right)`."""
    named = isinstance(activation, Function) and activation.latex
    return named or rf"\mathrm{{{activation.name}}}\left(%s\right)"


def derivative_pattern(activation: Activation) -> str:
    r"""The same for its derivative, `\sigma'\left(%s\right)`; without a place for the slope 1."""
    pattern = activation_pattern(activation)
    return "%.0s" if pattern == "%s" else pattern.replace(r"\left(", r"'\left(", 1)


def arrays(step: TrainingStep, write: Writer) -> Arrays:
    """What each layer's arrays are called, and their shapes."""
    symbols, example = ArraySymbols(write.symbols), step.example
    count = len(example.samples)
    fan_in = [example.inputs, *(layer.units for layer in example.layers)]

    def row(name: str, role: str, shapes: Iterable[tuple[int, int]], offset: int = 1) -> Values:
        cells = (
            rf"${symbols.array(role, at)}$, ${rows} \times {columns}$"
            for at, (rows, columns) in enumerate(shapes, start=offset)
        )
        return Values((), name, tuple(cells))

    columns = [(layer.units, count) for layer in example.layers]
    rows = [
        row("reads", "activation", [(units, count) for units in fan_in[:-1]], 0),
        row("weights", "weight", list(zip(fan_in[1:], fan_in[:-1], strict=True))),
    ]
    if all(layer.biases for layer in example.layers):
        rows.append(row("biases", "bias", [(layer.units, 1) for layer in example.layers]))
    rows.append(row("pre-activations", "pre_activation", columns))
    rows.append(row("activations", "activation", columns))
    if step.by_sample:
        rows.append(row("error signals", "error_signal", columns))
        last = row("targets", "target", columns[-1:], len(columns))
        rows.append(replace(last, cells=("",) * (len(columns) - 1) + last.cells))
    titles = (layer_title(example, index) for index in range(len(example.layers)))
    return Arrays(tuple(titles), tuple(rows), count)
