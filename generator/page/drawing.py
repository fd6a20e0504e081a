"""The figures of a page: the network with every given value on it."""

from __future__ import annotations

from generator.algebra import Quantity
from generator.network.training import TrainingStep
from generator.page.figures import NetworkFigure, network_figure
from generator.page.labels import Label
from generator.page.notation import Notation, Symbols
from generator.page.numbers import text_number
from generator.page.plain_text import plain_text


def draw_network(step: TrainingStep, notation: Notation, description: str) -> NetworkFigure:
    """The network with its parameters, and with the inputs where there is one sample."""
    symbols = Symbols(step.example, notation)
    several = len(step.example.samples) > 1

    def label(quantity: Quantity, *, valued: bool = True) -> Label:
        symbol = symbols(quantity.name)
        value = text_number(quantity.value) if valued else ""
        return Label(symbol.text, symbol.sub_text, plain_text(symbol.sup), value)

    values = step.forward
    columns = [[label(q, valued=not several) for q in values.inputs[:, 0]]]
    for number, layer in enumerate(values.layers, start=1):
        names = [symbols.unit(number, unit) for unit in range(len(layer.activations))]
        columns.append(
            [
                label(q, valued=False) if name.isdigit() else Label(name)
                for name, q in zip(names, layer.activations[:, 0], strict=True)
            ]
        )
    biases: list[Label | list[Label]] = []
    for own, shape in zip(values.parameters, step.example.layers, strict=True):
        labels = [label(q) for q in own.bias.flat] if own.bias is not None else []
        biases.append(labels[0] if shape.shared_bias else labels)
    weights = [[[label(q) for q in row] for row in own.weights] for own in values.parameters]
    return network_figure(columns, weights, biases, step.example.title, description)
