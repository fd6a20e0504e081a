"""Worked examples of small neural networks: every step in symbols, with numbers, with its result.

`generate` is the whole way from a configuration's text to the files of its
example. Each stage hands a frozen value to the next, and data flows one way.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.config import Config
    from generator.network.training import TrainingStep
    from generator.page.pytorch import PyTorchSays

FORMATS = ("markdown", "json")


def generate(text: str, name: str, formats: Sequence[str] = ("markdown",)) -> dict[str, str]:
    """The files of an example, by name, from the text of its configuration.

    name: what the files' names begin with; formats: some of FORMATS.
    Raises located.Unusable where the configuration cannot be used, and
    ledgers.LedgersDiffer where graph and law, or page and PyTorch, disagree: a fault
    of the generator.
    """
    from generator.algebra import NotFinite
    from generator.algebra.number import PRECISION
    from generator.config import parse
    from generator.config.located import unusable

    config = parse(text)
    files: dict[str, str] = {}
    try:
        if "markdown" in formats:
            with localcontext(PRECISION):
                files |= _page(config, name)
        if "json" in formats:
            from generator.golden import golden_values

            files[f"{name}.json"] = golden_values(config.example)
    except NotFinite as error:
        raise unusable(
            "network", f"{error}; other weights, inputs or hyperparameters would do"
        ) from error
    return files


def _page(config: Config, name: str) -> dict[str, str]:
    """The page and its figure: forward, backward, update, outline, Markdown."""
    from generator.config.located import unusable
    from generator.network.central_difference import central_difference
    from generator.network.law import run
    from generator.network.ledgers import compare
    from generator.network.mistakes import mistakes
    from generator.network.training import (
        MOST_QUANTITIES,
        count_quantities,
        training_step,
        with_trained_biases,
        without_momentum,
    )
    from generator.page.compose import Worked, compose
    from generator.page.drawing import draw_network
    from generator.page.markdown import environment, fill

    example = config.example
    count = count_quantities(example)
    if count > MOST_QUANTITIES:
        raise unusable(
            "network",
            f"a page of {count:,} quantities helps nobody, its limit is {MOST_QUANTITIES:,}; "
            "take fewer units or samples, or `--format json`, which has no limit",
        )
    step = training_step(example)
    corners = compare(step, example)
    unfrozen = training_step(with_trained_biases(example)) if example.freezes_biases else None
    is_long = example.trains and example.steps > 1
    plain = run(without_momentum(example)) if is_long and example.has_momentum else None
    worked = Worked(
        example=example,
        step=step,
        unfrozen=unfrozen,
        run=run(example) if is_long else None,
        plain=plain,
        corners=corners,
        check=central_difference(step),
        mistakes=tuple(mistakes(step)),
        pytorch=_pytorch(step) if config.page.pytorch else None,
    )
    figure = f"{name}-network.svg"
    page = compose(worked, config.page, figure)
    templates = environment()
    drawing = draw_network(step, config.page.notation, page.figure_text)
    return {
        f"{name}.md": fill(templates, "page.md", page=page),
        figure: fill(templates, "network.svg", figure=drawing),
    }


def _pytorch(step: TrainingStep) -> PyTorchSays:
    """What PyTorch makes of a page's numbers."""
    from generator.config.located import unusable
    from generator.page.pytorch import TooCoarse, pytorch_says

    try:
        return pytorch_says(step)
    except TooCoarse as error:
        raise unusable("page.pytorch", str(error)) from error
    except (ImportError, OSError) as error:
        raise unusable("page.pytorch", f"PyTorch cannot be imported: {error}") from error
