"""The figures of a page, from a training step: the network, and the paths to the loss in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.algebra import Quantity
from generator.network.training import TrainingStep
from generator.page.circuit import CircuitFigure, Node, Pair, circuit_figure
from generator.page.equations import printed
from generator.page.figures import network_figure
from generator.page.labels import Label, escaped
from generator.page.notation import Notation, Symbols
from generator.page.numbers import text_number
from generator.page.plain_text import plain_text
from generator.page.shapes import NetworkFigure, Place, highlighted


@dataclass(frozen=True)
class PathsFigure(NetworkFigure):
    """A network up to its loss, with every path from one weight of a hidden layer set off.

    layer: the weight's; source, target, next_units: in words, whom it leaves, whom it feeds,
    and whom that one feeds.
    """

    layer: int
    source: str
    target: str
    next_units: tuple[str, ...]


def draw_network(step: TrainingStep, notation: Notation, description: str) -> NetworkFigure:
    """The network with its parameters, and with the inputs where there is one sample."""
    return _network(step, Symbols(step.example, notation), description, to_loss=False)


def path_layers(step: TrainingStep) -> range:
    """The layers whose first weight has paths to draw: the hidden ones, where there is a loss."""
    return range(1, len(step.example.layers) if step.by_sample else 1)


def draw_paths(step: TrainingStep, notation: Notation, description: str, layer: int) -> PathsFigure:
    """The network with every path from the first weight of a hidden layer to the loss set off."""
    symbols = Symbols(step.example, notation)
    figure = _network(step, symbols, description, to_loss=True)
    places = path_places(step, layer)
    next_units = sorted(place for place in places if len(place) == 2 and place[0] == layer + 1)
    return PathsFigure(
        **vars(highlighted(figure, places)),
        layer=layer,
        source=escaped(symbols.unit_in_words(layer - 1, 0)),
        target=escaped(symbols.unit_in_words(layer, 0)),
        next_units=tuple(escaped(symbols.unit_in_words(*place)) for place in next_units),
    )


def draw_gradients(
    step: TrainingStep, notation: Notation, description: str, digits: int
) -> CircuitFigure:
    """Every value and every gradient of the first sample, as its pages print them.

    The gradients are those of that sample's own loss, without a penalty.
    """
    symbols = Symbols(step.example, notation)
    values, gradients = step.forward, step.by_sample[0]
    assert values.loss is not None
    several = len(step.example.samples) > 1

    def number(quantity: Quantity) -> str:
        return text_number(printed(quantity, digits))

    def pair(quantity: Quantity, *, named: bool = False) -> Pair:
        symbol = _label(symbols, quantity) if named else Label("")
        gradient = number(gradients[quantity].quantity) if quantity in gradients else ""
        return Pair(replace(symbol, value=number(quantity)), gradient)

    columns = [[Node(_label(symbols, q), pair(q)) for q in values.inputs[:, 0]]]
    for index, layer in enumerate(values.layers):
        inside = zip(layer.pre_activations[:, 0], layer.activations[:, 0], strict=True)
        columns.append(
            [Node(_unit_label(symbols, index + 1, a), pair(a), pair(z)) for z, a in inside]
        )
    weights = [
        [[pair(q, named=True) for q in row] for row in own.weights] for own in values.parameters
    ]
    biases: list[Pair | list[Pair]] = []
    for own, shape in zip(values.parameters, step.example.layers, strict=True):
        pairs = [pair(q, named=True) for q in own.bias.flat] if own.bias is not None else []
        biases.append(pairs[0] if shape.shared_bias else pairs)
    root = values.loss.samples[0] if several else values.loss.data.item()
    loss = Node(_label(symbols, root), Pair(Label("", value=number(root)), "1"))
    return circuit_figure(
        columns,
        weights,
        biases,
        loss,
        step.example.title,
        description,
        sample=1 if several else 0,
        has_penalty=step.example.has_penalty,
    )


def path_places(step: TrainingStep, layer: int) -> frozenset[Place]:
    """The units and edges on the paths from a layer's first weight to the first sample's loss."""
    weight = step.forward.parameters[layer - 1].weights[0, 0]
    reached = set(_reached(step, weight))
    places: set[Place] = {(layer, 0, 0)}
    last = len(step.forward.layers)
    for number, own in enumerate(step.forward.layers[layer - 1 :], start=layer):
        fed = step.forward.layers[number].pre_activations if number < last else [[None]]
        for unit, activation in enumerate(own.activations[:, 0]):
            if activation in reached:
                places.add((number, unit))
                places |= {(number + 1, target, unit) for target in range(len(fed))}
    return frozenset(places | {(last + 1, 0)})


def _reached(step: TrainingStep, start: Quantity) -> Iterator[Quantity]:
    """Every quantity that a quantity acts through on the first sample's loss, once."""
    gradients = step.by_sample[0]
    found, stack = {start}, [start]
    while stack:
        for path in gradients[stack.pop()].contributions:
            if path.consumer not in found:
                found.add(path.consumer)
                yield path.consumer
                if path.consumer in gradients:  # all but the loss itself
                    stack.append(path.consumer)


def _network(
    step: TrainingStep, symbols: Symbols, description: str, *, to_loss: bool
) -> NetworkFigure:
    """The figure of the network itself, up to its loss where that is wanted."""
    values = step.forward
    is_alone = len(step.example.samples) == 1

    def valued(quantity: Quantity) -> Label:
        return replace(_label(symbols, quantity), value=text_number(quantity.value))

    columns = [[valued(q) if is_alone else _label(symbols, q) for q in values.inputs[:, 0]]]
    for number, layer in enumerate(values.layers, start=1):
        columns.append([_unit_label(symbols, number, q) for q in layer.activations[:, 0]])
    biases: list[Label | list[Label]] = []
    for own, shape in zip(values.parameters, step.example.layers, strict=True):
        labels = [valued(q) for q in own.bias.flat] if own.bias is not None else []
        biases.append(labels[0] if shape.shared_bias else labels)
    weights = [[[valued(q) for q in row] for row in own.weights] for own in values.parameters]
    loss = _label(symbols, values.loss.total.item()) if to_loss and values.loss else None
    return network_figure(columns, weights, biases, step.example.title, description, loss)


def _unit_label(symbols: Symbols, layer: int, activation: Quantity) -> Label:
    """What stands in a unit's circle: its name, or the symbol of its activation."""
    name = symbols.unit(layer, activation.name.unit)
    return _label(symbols, activation) if name.isdigit() else Label(name)


def _label(symbols: Symbols, quantity: Quantity) -> Label:
    """A quantity's symbol, the same for every sample."""
    symbol = symbols(replace(quantity.name, sample=None))
    return Label(symbol.text, symbol.sub_text, plain_text(symbol.sup))
