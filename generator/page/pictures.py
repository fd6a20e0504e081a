"""The files of a page's figures, each an SVG under the name that the page links it by."""

from __future__ import annotations

from generator.network.law import Run
from generator.network.training import TrainingStep
from generator.page.circuit import CircuitFigure
from generator.page.drawing import (
    PathsFigure,
    draw_gradients,
    draw_network,
    draw_paths,
    path_layers,
)
from generator.page.markdown import environment, fill
from generator.page.notation import Notation
from generator.page.shapes import NetworkFigure

TEMPLATES = {NetworkFigure: "network", PathsFigure: "paths", CircuitFigure: "gradients"}


def pictures(
    step: TrainingStep,
    run: Run | None,
    plain: Run | None,
    notation: Notation,
    digits: int,
    description: str,
    name: str,
) -> dict[str, str]:
    """The figures that an example has, by file name.

    NAME-network.svg always; with a loss NAME-gradients.svg and, for each hidden layer,
    NAME-paths-LAYER.svg; with more than one step NAME-loss.svg, with a second curve where
    `plain` is the same training without momentum.
    """
    templates = environment()
    files = {
        file: fill(templates, f"{TEMPLATES[type(figure)]}.svg", figure=figure)
        for file, figure in drawings(step, notation, digits, description, name).items()
    }
    if run is not None:
        from generator.page.plot import draw_loss

        figure = draw_loss(run, plain, step.example.title)
        files[f"{name}-loss.svg"] = fill(templates, "loss.svg", figure=figure)
    return files


def drawings(
    step: TrainingStep, notation: Notation, digits: int, description: str, name: str
) -> dict[str, NetworkFigure]:
    """The figures that show the network, by file name: all but that of the loss."""
    files = {f"{name}-network.svg": draw_network(step, notation, description)}
    for layer in path_layers(step):
        files[f"{name}-paths-{layer}.svg"] = draw_paths(step, notation, description, layer)
    if step.by_sample:
        gradients = draw_gradients(step, notation, description, digits)
        files[f"{name}-gradients.svg"] = gradients
    return files
