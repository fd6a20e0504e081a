"""How worked examples name the quantities of a network: letters, indices and marks.

A symbol such as `out_{h1}` or `W_{12}^{[1]}` is taken apart; a table says which roles its
letter may have, and a convention says which layer and unit its indices mean. Which of the
possible readings a page means is for its numbers to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from generator.audit.against.network import Network


@dataclass(frozen=True)
class Parts:
    r"""A symbol taken apart: `w_{h1,i2}^{[1]+}` has base w, letters h and i, digits 1 and 2.

    layer: a number above it that may count layers (or samples); is_new: it is marked as
    updated; is_entry: it is an entry of a vector or a matrix, counted row by row.
    """

    base: str
    letters: tuple[str, ...]
    digits: tuple[int, ...]
    layer: str
    is_new: bool
    is_entry: bool = False

    @property
    def family(self) -> tuple[object, ...]:
        """What all symbols have in common that differ in their numbers alone."""
        return self.base, self.letters, self.layer, len(self.digits), self.is_entry


@dataclass(frozen=True)
class Slot:
    """A place in the network: a role with its indices, at any step and for any sample.

    sign: -1 where a page's convention is the negative of ours.
    """

    role: str
    layer: int
    unit: int | None = None
    source: int | None = None
    sign: int = 1


@dataclass(frozen=True)
class Convention:
    """One way to read a family of symbols.

    layer: ANY where the numbers say which; numbering: how units are counted; certain:
    whether the letters alone say so.
    """

    role: str
    layer: int
    numbering: str
    sign: int = 1
    certain: bool = False


ANY = -1

_NEW = re.compile(
    r"\+|\\prime|new|neu|nouveau|nuevo|updated|\((?:new|t\+1|n\+1|k\+1)\)|\{?(?:t|k|n)\+1\}?|'|\\ast$"
)
_ENTRY = re.compile(r"(.+)\[(\d+)\]")
_SYMBOL = re.compile(r"(?P<base>.+?)(?:_(?:\{(?P<sub>[^{}]*)\}|(?P<one>.)))?(?:\^\{(?P<sup>.*)\})?")

LOSSES = ("E", "L", "C", "J", r"\mathcal{L}", r"\ell", "Loss", "loss", "Error", "error", "cost")
ROLES = {
    "input": ("x", "X", "i", "I", "in", "input"),
    "target": ("t", "T", "target", "d", "y", r"\bar{y}", "tgt", "desired"),
    "weight": ("w", "W", r"\theta", "v", "V", "u", "U", r"\omega"),
    "bias": ("b", "B", r"\theta", "bias"),
    "pre_activation": ("net", "Net", "z", "Z", "in", "s", "S", "u", "n", "v", "a", "y", "h", "I"),
    "activation": (
        "out", "h", "H", "a", "A", "o", "O", "y", "Y", r"\hat{y}", r"\hat{o}", r"\tilde{y}", "p",
        "z", "output", "pred",
    ),
    "error_signal": (r"\delta", "Err", "err", r"\Delta", "e"),
    "loss_term": LOSSES,
    "loss": (*LOSSES, "MSE", "SSE"),
    "learning_rate": (
        r"\eta", r"\alpha", "lr", r"\epsilon", r"\varepsilon", r"\gamma", "l", "r", r"\mu",
    ),
}  # fmt: skip
WORDS_OF_LOSS = {"", "total", "tot", "Total", "t", "T"}
LAYER_LETTERS = {
    "h": "hidden", "H": "hidden", "hidden": "hidden", "hid": "hidden", "z": "hidden",
    "o": "output", "O": "output", "out": "output", "output": "output", "y": "output", "k": "output",
    "i": "input", "I": "input", "in": "input", "x": "input", "input": "input",
}  # fmt: skip
CERTAIN = {("net", "hidden"), ("net", "output"), ("out", "hidden"), ("out", "output")}


def taken_apart(name: str) -> Parts | None:
    """The parts of a symbol's canonical LaTeX; None for one that is no indexed letter."""
    entry = _ENTRY.fullmatch(name)
    if entry is not None:
        whole = taken_apart(entry[1])
        if whole is None or whole.digits:
            return None
        base = re.sub(r"\\(?:mathbf|boldsymbol|bm|vec)\{(.*)\}", r"\1", whole.base)
        return replace(whole, base=base, digits=(int(entry[2]),), is_entry=True)
    match = _SYMBOL.fullmatch(name)
    if match is None:
        return None
    sub, sup = match["sub"] or match["one"] or "", match["sup"] or ""
    sup, marks = _NEW.subn("", sup)
    sub, more = re.subn(r"[,(\s]*(?:new|neu|updated)\)?|\+$", "", sub)
    indices = [each for each in re.split(r"[,\s]+", sub.replace(r"\text", "")) if each]
    pieces = [re.fullmatch(r"([A-Za-z]*)(\d*)", each) for each in indices]
    if not all(pieces):
        pairs = re.fullmatch(r"([A-Za-z]+)(\d)([A-Za-z]+)(\d)", sub)
        if pairs is None:
            return None
        return Parts(
            match["base"],
            (pairs[1], pairs[3]),
            (int(pairs[2]), int(pairs[4])),
            sup.strip("[]() "),
            bool(marks or more),
        )
    letters = tuple(each[1] for each in pieces if each)
    digits = tuple(int(each[2]) for each in pieces if each and each[2])
    return Parts(match["base"], letters, digits, sup.strip("[]() "), bool(marks or more))


def conventions(parts: Parts, network: Network) -> Iterator[Convention]:
    """Every way in which a family of symbols could be meant."""
    for role, bases in ROLES.items():
        if parts.base in bases and not (parts.is_entry and network.samples > 1):
            yield from _of_role(role, parts, network)


def slot(parts: Parts, convention: Convention, network: Network) -> Slot | None:
    """Where a symbol points under a convention; None where the network has no such place."""
    role, layer = convention.role, convention.layer
    if role in ("loss", "learning_rate"):
        return Slot(role, layer)
    if role == "weight":
        ends = _ends(parts, convention, network)
        return Slot(role, ends[0], ends[1], ends[2]) if ends else None
    if convention.numbering == "layer":
        return Slot(role, layer)
    if not parts.digits:
        return Slot(role, layer, 0, None, convention.sign) if network.layers[layer] == 1 else None
    if len(parts.digits) > 1:
        return None
    unit = parts.digits[0] - 1
    if layer == ANY:
        before = network.layers[0] if convention.numbering == "units" else 0
        layer, unit = _node(unit + before, network)
    elif convention.numbering == "zero":
        unit += 1
    elif convention.numbering == "through":
        unit -= sum(network.layers[1:layer])
    elif convention.numbering == "nodes":
        unit -= sum(network.layers[:layer])
    if (layer == 0 and role != "input") or not 0 <= unit < network.layers[layer]:
        return None
    return Slot(role, layer, unit, None, convention.sign)


def _node(number: int, network: Network) -> tuple[int, int]:
    """Layer and unit of a node counted from 0 through the whole network, inputs first."""
    for layer, units in enumerate(network.layers):
        if number < units:
            return layer, number
        number -= units
    return 0, -1


def _of_role(role: str, parts: Parts, network: Network) -> Iterator[Convention]:
    if role == "learning_rate":
        if not parts.digits and not parts.letters:
            yield Convention(role, 0, "", certain=parts.base in (r"\eta", r"\alpha"))
        return
    if role == "loss":
        if not parts.digits and set(parts.letters) <= WORDS_OF_LOSS:
            yield Convention(role, 0, "", certain=True)
        return
    if role == "weight":
        yield from _of_weights(parts, network)
        return
    if role == "loss_term" and not parts.digits and not any(parts.letters):
        return  # of one output, the loss itself
    layers = _layers(role, parts, network)
    numberings = ("one", "zero", "through", "nodes") if parts.digits else ("one",)
    signs = (1, -1) if role == "error_signal" else (1,)
    kind = LAYER_LETTERS.get(parts.letters[0], "") if parts.letters else ""
    for layer, numbering, sign in product(layers, numberings, signs):
        if numbering == "through" and (layer < 2 or kind == "output"):
            continue
        is_certain = (parts.base, kind) in CERTAIN and numbering == "one"
        yield Convention(role, layer, numbering, sign, is_certain)
    if parts.digits and not any(parts.letters) and not parts.layer and len(layers) > 1:
        for numbering, sign in product(("nodes", "units"), signs):
            yield Convention(role, ANY, numbering, sign)
    if role == "bias" and len(parts.digits) == 1 and not any(parts.letters):
        yield from (
            Convention(role, layer, "layer") for layer in layers if layer == parts.digits[0]
        )
    if role == "bias" and not parts.digits:
        yield from (Convention(role, layer, "layer") for layer in layers)


def _layers(role: str, parts: Parts, network: Network) -> list[int]:
    """The layers that a symbol may belong to, by its letters and the number above."""
    last = network.outputs
    kind = LAYER_LETTERS.get(parts.letters[0], "unknown") if parts.letters else ""
    if any(parts.letters) and kind == "unknown":
        return []
    first = {"input": 0, "target": last, "loss_term": last}.get(role)
    found = [first] if first is not None else list(range(1, last + 1))
    if role in ("activation", "pre_activation") and parts.base in ("y", r"\hat{y}", "p"):
        found = [last]
    if any(parts.letters):
        allowed = {"input": {0}, "output": {last}, "hidden": set(range(1, last))}[kind]
        found = [layer for layer in found if layer in allowed]
    if parts.layer:
        if not parts.layer.isdigit():
            return []
        number = int(parts.layer)
        found = [layer for layer in found if layer in (number, number - 1)]
    return found


def _of_weights(parts: Parts, network: Network) -> Iterator[Convention]:
    last = network.outputs
    layers = _layers("weight", parts, network) if not any(parts.letters) else range(1, last + 1)
    if len(parts.digits) == 1 and not any(parts.letters):
        digit = str(parts.digits[0])
        yield Convention("weight", 0, "rows")
        yield Convention("weight", 0, "columns")
        for layer in layers:
            yield Convention("weight", layer, "rows")
            yield Convention("weight", layer, "columns")
        if len(digit) == 2:
            if not parts.layer:
                yield Convention("weight", ANY, "nodes")
            for layer in layers:
                yield Convention("weight", layer, "unit source")
                yield Convention("weight", layer, "source unit")
                yield Convention("weight", layer, "nodes")
    elif len(parts.digits) == 2:
        if not parts.layer:
            yield Convention("weight", ANY, "nodes")
        for layer in layers:
            yield Convention("weight", layer, "unit source")
            yield Convention("weight", layer, "source unit")
            yield Convention("weight", layer, "nodes")
    elif (
        not parts.digits
        and sum(a * b for a, b in zip(network.layers, network.layers[1:], strict=False)) == 1
    ):
        yield Convention("weight", 1, "rows")


def _ends(parts: Parts, convention: Convention, network: Network) -> tuple[int, int, int] | None:
    """Layer, unit and source of a weight."""
    layers, digits = network.layers, list(parts.digits)
    if convention.numbering in ("rows", "columns"):
        number = (digits[0] if digits else 1) - 1
        for layer in range(1, len(layers)):
            if convention.layer not in (0, layer):
                continue
            units, sources = layers[layer], layers[layer - 1]
            if number < units * sources:
                if convention.numbering == "rows":
                    return layer, number // sources, number % sources
                return layer, number % units, number // units
            number -= units * sources
        return None
    if len(digits) == 1:
        digits = [int(each) for each in str(digits[0])]
    layer = convention.layer
    if layer == ANY:
        (_, source), (layer, unit) = (_node(each - 1, network) for each in digits)
    elif convention.numbering == "nodes":
        source = digits[0] - 1 - sum(layers[: layer - 1])
        unit = digits[1] - 1 - sum(layers[:layer])
    else:
        unit, source = (each - 1 for each in digits)
        if convention.numbering == "source unit":
            unit, source = source, unit
    if 0 <= unit < layers[layer] and 0 <= source < layers[layer - 1]:
        return layer, unit, source
    return None
