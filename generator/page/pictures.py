"""The files of a page's figures, each an SVG under the name that the page links it by."""

from __future__ import annotations

from generator.network.law import Run
from generator.network.training import TrainingStep
from generator.page.drawing import draw_gradients, draw_network, draw_paths, path_layers
from generator.page.markdown import environment, fill
from generator.page.notation import Notation


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

    def svg(template: str, figure: object) -> str:
        return fill(templates, f"{template}.svg", figure=figure)

    files = {f"{name}-network.svg": svg("network", draw_network(step, notation, description))}
    for layer in path_layers(step):
        paths = draw_paths(step, notation, description, layer)
        files[f"{name}-paths-{layer}.svg"] = svg("paths", paths)
    if step.by_sample:
        gradients = draw_gradients(step, notation, description, digits)
        files[f"{name}-gradients.svg"] = svg("gradients", gradients)
    if run is not None:
        from generator.page.plot import draw_loss

        files[f"{name}-loss.svg"] = svg("loss", draw_loss(run, plain, step.example.title))
    return files
