"""A notation of the user's own: a named one with some of its roles written otherwise.

Also whether a notation fits an example: no two of its quantities may look alike.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from generator.network.example import Example
from generator.network.names import Name
from generator.page.arrays import ArraySymbols
from generator.page.notation import CONSTANTS, Letter, Notation, Symbol, Symbols
from generator.page.pattern import stands_alone
from generator.page.plain_text import anchor_word


@dataclass(frozen=True)
class Role:
    """What an instructor may write otherwise: in words, and the fields that its pattern may have.

    is_factor: whether formulas multiply it.
    """

    words: str
    fields: tuple[str, ...] = ()
    is_factor: bool = True


OF_UNIT = ("unit", "layer")
ROLES = {
    "input": Role("an input", OF_UNIT),
    "target": Role("the target of an output", OF_UNIT),
    "weight": Role("a weight: {source} is the unit it leaves, {unit} the unit it enters",
                   ("unit", "source", "layer", "number")),
    "bias": Role("a bias; one that a layer shares has no {unit}", ("unit", "layer", "number")),
    "pre_activation": Role("a unit's pre-activation, its weighted sum", OF_UNIT),
    "activation": Role("a unit's activation, what it passes on", OF_UNIT),
    "error_signal": Role("a unit's error signal, the loss's derivative in its pre-activation",
                         OF_UNIT),
    "loss_term": Role("what one output adds to the loss", OF_UNIT, is_factor=False),
    "sample_loss": Role("the loss of one sample; by default as `loss`", is_factor=False),
    "data_loss": Role("the loss without its penalty; by default as `loss`", is_factor=False),
    "loss": Role("the loss", is_factor=False),
    "penalty": Role("the penalty on the weights", is_factor=False),
    "learning_rate": Role("the learning rate"),
}  # fmt: skip
OF_OUTPUT = ("weight", "bias", "pre_activation", "activation", "error_signal")
ROLES |= {
    f"{role}.output": replace(ROLES[role], words=f"the same in the output layer: {role}.output")
    for role in OF_OUTPUT
}


def own(like: Notation, letters: Mapping[str, Letter]) -> Notation:
    """A notation with some letters of its own, each with an anchor that no other letter has.

    What belongs to the loss is written with the loss's letter, unless it has its own.
    """
    written = {**_of_loss(like, letters["loss"]), **letters} if "loss" in letters else letters
    merged = {**like.letters, **written}
    words = {
        role: letter.word or anchor_word(letter.base)
        for role, letter in merged.items()
        if letter.word or role in ROLES  # an optimizer's quantities are called by their roles
    }
    for role in written:
        is_alone = list(words.values()).count(words[role]) == 1
        if role == "learning_rate" or not is_alone:
            words[role] = re.sub("[_.]", "-", role)
        merged[role] = replace(merged[role], word=words[role])
    return replace(like, letters=merged)


def _of_loss(like: Notation, loss: Letter) -> dict[str, Letter]:
    word = Letter(re.sub(r"\\mathrm\{(\w+)\}", r"\1", loss.base), word=loss.word)
    return {
        "sample_loss": loss,
        "data_loss": replace(word, sub=r"\text{{data}}", word=f"{loss.word}-data"),
        "loss_term": replace(word, sub=like.letters["loss_term"].sub),
    }


@dataclass(frozen=True)
class Clash:
    """Why a notation does not fit an example; role: the key that is best changed, if there is."""

    role: str
    message: str


def clashes(example: Example, notation: Notation, written: Container[str]) -> Iterator[Clash]:
    """Quantities that a reader cannot tell apart, one clash for each pair of roles.

    written: the roles that the user writes, which are those that can be changed.
    """
    symbols = Symbols(replace(example, samples=example.samples[: example.batch_size]), notation)
    for layer, own_layer in enumerate(example.layers, start=1):
        bias = symbols(Name("bias", layer))
        if own_layer.shared_bias and not bias.sub and not stands_alone(bias.base):
            what = f"the bias that a layer shares has no {{unit}}, and '{bias.base}' without an"
            yield Clash(
                "bias", f"{what} index means something else; give it {{layer}} or {{number}}"
            )
            return
    told = set()
    for first, second, what in _alike(symbols):
        roles = [_role(symbols, each) for each in (second, first)]
        if frozenset(roles) not in told:
            told.add(frozenset(roles))
            blamed = next((role for role in roles if role in written), "")
            yield Clash(blamed, f"{what}; write another letter, or one more index")
    for name, role, latex in _like_arrays(symbols):
        blamed = next((each for each in (_role(symbols, name), role) if each in written), "")
        what = f"{latex}, the {role.replace('_', ' ')}s of a whole layer, would read as"
        yield Clash(
            blamed, f"{what} {symbols(name).latex}, {_words(symbols, name)}; write another letter"
        )
        return
    owners: set[str] = set()
    counts = [example.inputs, *(own_layer.units for own_layer in example.layers)]
    for layer, count in enumerate(counts):
        names = [symbols.unit(layer, unit) for unit in range(count)]
        double = next((name for name in names if not name.isdigit() and name in owners), None)
        if double:
            yield Clash("hidden_unit", f"units of two layers would both be called {double}")
            return
        owners |= set(names)


def _alike(symbols: Symbols) -> Iterator[tuple[Name | str, Name | str, str]]:
    """Two quantities and how they are alike."""
    named = {name: symbols(name) for name in _names(symbols.example)}
    looks: dict[str, Name | str] = {}
    keys: dict[str, Name | str] = {}
    for name, symbol in named.items():
        other = looks.setdefault(_look(symbol), name)
        words = _words(symbols, other), _words(symbols, name)
        if other != name:
            yield other, name, f"{words[0]} and {words[1]} would both be written {symbol.latex}"
        elif keys.setdefault(symbol.key, name) != name:
            other = keys[symbol.key]
            what = f"{_words(symbols, other)} and {words[1]} would share the anchor {symbol.key}"
            yield other, name, what
    for name, symbol in named.items():
        index = re.sub(r"\[.*?\]|\(.*?\)", "", symbol.sup).strip(",")
        stem = looks.get(_look(replace(symbol, sup="")))
        if index and stem is not None:
            what = f"{symbol.latex}, {_words(symbols, name)}, would read as a power of "
            yield stem, name, f"{what}{symbols(stem).latex}, {_words(symbols, stem)}"


def _like_arrays(symbols: Symbols) -> Iterator[tuple[Name | str, str, str]]:
    """A quantity that a layer's array is written like, or like a power of; its role, its LaTeX."""
    looks = {_look(symbols(name)): name for name in _names(symbols.example)}
    last = len(symbols.example.layers)
    roles = ("weight", "pre_activation", "activation", "error_signal")
    places = [(role, layer) for layer in range(1, last + 1) for role in roles]
    for role, layer in [*places, ("input", 0), ("target", last)]:
        latex = ArraySymbols(symbols).array(role, layer)
        array = Symbol(latex, "", "")
        stem = Symbol(re.sub(r"\^(\{[^{}]*\}|.)$", "", latex), "", "")
        for look in (_look(array), _look(stem)):
            if look in looks:
                yield looks[look], role, latex


def _look(symbol: Symbol) -> str:
    """A symbol as the eye sees it, without braces, spaces and fonts of words."""
    return re.sub(r"\\(?:text|mathrm)|[{}\s]", "", symbol.latex)


def _names(example: Example) -> Iterator[Name | str]:
    """The quantities of a page that a notation has a letter of their own for."""
    yield from CONSTANTS
    for layer, own_layer in enumerate(example.layers, start=1):
        units, sources = range(own_layer.units), range(len(own_layer.weights[0]))
        yield from (Name("weight", layer, unit, source) for unit in units for source in sources)
        for unit in range(len(own_layer.biases)):
            yield Name("bias", layer, None if own_layer.shared_bias else unit)
    for sample in range(len(example.samples)):
        yield from (Name("input", 0, unit, sample=sample) for unit in range(example.inputs))
        for layer, own_layer in enumerate(example.layers, start=1):
            for unit in range(own_layer.units):
                z = Name("pre_activation", layer, unit, sample=sample)
                yield from (z, replace(z, role="activation"))
                if example.loss is not None:
                    yield Name("gradient", of=z, by=Name("loss"))
    if example.loss is not None:
        yield from _names_of_loss(example)


def _names_of_loss(example: Example) -> Iterator[Name]:
    for sample in range(len(example.samples)):
        for unit in range(example.outputs):
            yield Name("target", 0, unit, sample=sample)
            if example.outputs > 1:
                yield Name("loss_term", 0, unit, sample=sample)
        if len(example.samples) > 1:
            yield Name("sample_loss", sample=sample)
    yield Name("loss")
    if example.has_penalty:
        yield from (Name("data_loss"), Name("penalty"), Name("l1"), Name("l2"))
    yield from (Name(key) for key in (example.optimizer.numbers if example.optimizer else ()))


def _role(symbols: Symbols, name: Name | str) -> str:
    """The key of ROLES that writes a quantity."""
    if isinstance(name, str):
        return name
    if name.of is not None:
        return _role(symbols, replace(name.of, role="error_signal"))
    is_last = name.layer == len(symbols.example.layers)
    output = f"{name.role}.output"
    return output if is_last and output in symbols.notation.letters else name.role


def _words(symbols: Symbols, name: Name | str) -> str:
    """A quantity as a message speaks of it."""
    if isinstance(name, str):
        return f"the constant {name.replace('_', ' ')}"
    if name.of is not None:
        return _words(symbols, replace(name.of, role="error_signal"))
    words = f"the {name.role.replace('pre_', 'pre-').replace('_', ' ')}"
    layer = len(symbols.example.layers) if name.role in ("target", "loss_term") else name.layer
    if name.source is not None:
        words += f" from {symbols.unit_in_words(layer - 1, name.source)}"
    if name.unit is not None:
        link = "to" if name.source is not None else "of"
        words += f" {link} {symbols.unit_in_words(layer, name.unit)}"
    elif name.role == "bias":
        words += f" of layer {symbols.layer(layer)}"
    several = len(symbols.example.samples) > 1 and name.sample is not None
    return f"{words} of sample {(name.sample or 0) + 1}" if several else words
