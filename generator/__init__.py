"""Worked examples of small neural networks: every step in symbols, with numbers, with its result.

`generate` is the whole way from a configuration's text to the files of its
example. Each stage hands a frozen value to the next, and data flows one way.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import localcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from generator.config import Config
    from generator.network.training import TrainingStep
    from generator.page.pytorch import PyTorchSays

ENDINGS = {"markdown": ".md", "json": ".json", "ipynb": ".ipynb", "latex": ".tex"}
FORMATS = tuple(ENDINGS)
__version__ = "0.1.0"


def generate(
    text: str, name: str, formats: Sequence[str] = ("markdown",), folder: Path = Path()
) -> dict[str, str]:
    """The files of an example, by name, from the text of its configuration.

    name: what the files' names begin with; formats: some of FORMATS; folder:
    from where the path of an author's own page is. The files come in the order of the
    formats. A page brings its figures, and what its readers can download: the golden
    values and the formats that its configuration names; an author's own page brings
    those figures and values that it shows.
    Raises located.Unusable where the configuration cannot be used, and
    ledgers.LedgersDiffer where graph and law, or page and PyTorch, disagree: a fault
    of the generator.
    """
    from generator.algebra import NotFinite
    from generator.algebra.number import PRECISION
    from generator.config import parse
    from generator.config.located import Unusable, read_yaml, unusable
    from generator.config.template import read_template
    from generator.golden import golden_values
    from generator.page.stepwise import RoundingMisleads

    config = parse(text)
    files: dict[str, str] = {}
    own_page, shown = None, ""
    try:
        if set(formats) - {"json"}:
            template = folder / config.page.template if config.page.template else None
            own_page = (template, read_template(text, template)) if template else None
            written = tuple(dict.fromkeys([*formats, *config.page.downloads]))
            with localcontext(PRECISION):
                shown, files = _page(config, text, name, own_page, written)
        if own_page is None or "json" in formats or quote(f"{name}.json") in shown:
            files[f"{name}.json"] = golden_values(config.example)
    except RoundingMisleads as error:
        raise Unusable([read_yaml(text).problem(("page", "rounding"), str(error))]) from error
    except NotFinite as error:
        raise unusable(
            "network", f"{error}; other weights, inputs or hyperparameters would do"
        ) from error
    return files


def _page(
    config: Config,
    text: str,
    name: str,
    own_page: tuple[Path, str] | None,
    formats: Sequence[str],
) -> tuple[str, dict[str, str]]:
    """The page, and its files: forward, backward, update, outline, Markdown, other formats.

    own_page: the path and the text of the author's own template, where there is one.
    """
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
    from generator.page.author import author_values
    from generator.page.compose import Worked, compose, writer_of
    from generator.page.markdown import environment, fill
    from generator.page.numpy_program import numpy_program
    from generator.page.outline import Colophon
    from generator.page.pictures import drawings, pictures
    from generator.page.stepwise import is_zero, stepwise

    example = config.example
    count = count_quantities(example)
    if count > MOST_QUANTITIES:
        raise unusable(
            "network",
            f"a page of {count:,} quantities helps nobody, its limit is {MOST_QUANTITIES:,}; "
            "take fewer units or samples, or `--format json`, which has no limit",
        )
    exact = step = training_step(example)
    corners = compare(step, example)
    unfrozen = training_step(with_trained_biases(example)) if example.freezes_biases else None
    is_long = example.trains and example.steps > 1
    plain = run(without_momentum(example)) if is_long and example.has_momentum else None
    check = central_difference(step)
    said = _pytorch(step) if config.page.pytorch else None
    if config.page.rounding == "stepwise":
        steps = [step, unfrozen] if unfrozen else [step]
        step, *others = stepwise(steps, config.page.digits)
        unfrozen = others[0] if others else None
        corners = [quantity for quantity in corners if is_zero(step, quantity)]
    worked = Worked(
        example=example,
        step=step,
        unfrozen=unfrozen,
        run=run(example) if is_long else None,
        plain=plain,
        corners=corners,
        check=check,
        mistakes=tuple(mistakes(step)),
        pytorch=said,
    )
    options = config.page
    link = {format_: quote(f"{name}{ending}") for format_, ending in ENDINGS.items()}
    offered = {format_: link[format_] for format_ in options.downloads}
    colophon = Colophon(text.strip("\n"), __version__, link["json"], offered)
    page = compose(worked, options, colophon, name)
    if own_page is None:
        markdown = fill(environment(), "page.md", page=page)
    else:
        markdown = _filled_own(*own_page, author_values(step, writer_of(step, options), page))
    about = (options.notation, options.digits, page.figure_text, name)
    figures = {
        file: svg
        for file, svg in pictures(step, worked.run, plain, *about).items()
        if own_page is None or quote(file) in markdown
    }
    files: dict[str, str] = {}
    for format_ in formats:
        if format_ == "markdown":
            files |= {f"{name}.md": markdown} | figures
        elif format_ == "ipynb":
            from generator.page.notebook import notebook, statements

            digits = options.result_digits
            printed = statements(exact, worked.run, digits)
            program = numpy_program(example, digits)
            files[f"{name}.ipynb"] = notebook(markdown, figures, program, printed, digits)
        elif format_ == "latex":
            from generator.page.tex import tex

            files[f"{name}.tex"] = tex(markdown, drawings(step, *about))
    return markdown, files


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


def _filled_own(path: Path, text: str, values: dict[str, object]) -> str:
    """The author's own page; raises located.Unusable with the faults of its template."""
    from generator.config.located import Problem, Unusable
    from generator.page.markdown import PageFaults, fill_own

    try:
        return fill_own(text, values)
    except PageFaults as error:
        raise Unusable(
            [Problem(f.line, f.column, f.where, f.message, str(path)) for f in error.faults]
        ) from None
