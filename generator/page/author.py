"""What an author's own page is filled with: quantities by name, figures, tables, the outline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, partial

from generator.algebra import Quantity
from generator.network.backward import Contribution
from generator.network.names import Name
from generator.network.training import TrainingStep
from generator.page.equations import Equation, Gradients, Writer, local_derivative
from generator.page.named import READINGS, NamedQuantity, Parts, Quantities
from generator.page.notation import NOTATIONS, Symbols
from generator.page.outline import Page
from generator.page.tables import all_quantities, givens, meanings, values_in_full

ALIKE = 0.5  # how much of a name must be right for the nearest one to be what was meant
MOST_LISTED = 16  # names that an error lists


def author_values(step: TrainingStep, write: Writer, page: Page) -> dict[str, object]:
    """All that a template can name, by name; write: in the notation of the page."""
    others = {
        key: replace(write, symbols=Symbols(step.example, own)) for key, own in NOTATIONS.items()
    }
    return {
        "title": page.title,
        "q": named_quantities(step, write, page.result_digits),
        "notations": Parts(
            {key: named_quantities(step, own, page.result_digits) for key, own in others.items()}
        ),
        "figures": Parts(_figures(page)),
        "tables": Parts(_tables(step, write, page)),
        "page": page,
    }


def named_quantities(step: TrainingStep, write: Writer, result_digits: int) -> Quantities:
    """Every quantity of the page, in its order; an error signal also as a partial derivative."""
    defining = _Defining(step, write)

    def named(quantity: Quantity, *, as_partial: bool = False) -> NamedQuantity:
        symbol = (write.symbols.partial if as_partial else write.symbols)(quantity.name)
        return NamedQuantity(
            anchor=symbol.key,
            symbol=symbol.latex,
            _identity=(quantity.name, as_partial),
            _quantity=quantity,
            _write=write,
            _result_digits=result_digits,
            _define=partial(defining.in_short, quantity),
            _derive=partial(defining.in_full, quantity),
        )

    found: list[NamedQuantity] = []
    for quantity in defining.quantities():
        found.append(named(quantity))
        if write.symbols(quantity.name) != write.symbols.partial(quantity.name):
            found.append(named(quantity, as_partial=True))
    return Quantities(tuple(found))


@dataclass(frozen=True)
class _Defining:
    """Finds the equation of each quantity; a gradient's needs the paths that it sums over."""

    step: TrainingStep
    write: Writer

    def quantities(self) -> Iterable[Quantity]:
        """Each quantity once, a gradient after the local derivatives that it needs."""
        found: dict[Name | str, Quantity] = {}
        for quantity in all_quantities(self.step):
            for path, of in self._paths_of(quantity):
                local = local_derivative(path, of)
                found.setdefault(local.name, local)
            found.setdefault(quantity.name, quantity)
        return found.values()

    def in_short(self, quantity: Quantity) -> Equation:
        """A gradient in error signals and weights; anything else as it is defined."""
        if quantity.name not in self._gradients:
            return self._other(quantity)
        gradients, of = self._gradients[quantity.name]
        return self.write.gradient(gradients[of])

    def in_full(self, quantity: Quantity) -> Equation:
        """A gradient by the chain rule; anything else as it is defined."""
        if quantity.name not in self._gradients:
            return self._other(quantity)
        gradients, of = self._gradients[quantity.name]
        role = of.name.role
        if role == "bias":
            return self.write.gradient(gradients[of])
        if role == "weight":
            (path,) = gradients[of].contributions
            if len(gradients[path.consumer].contributions) == 1:
                return self.write.three_factors(gradients, of)
        return self.write.chain(gradients, of)

    def _other(self, quantity: Quantity) -> Equation:
        if quantity.definition is None:
            return _given(quantity, self.write)
        if quantity.name in self._local_derivatives:
            return self.write.local_derivative(*self._local_derivatives[quantity.name])
        return self.write.equation(quantity)

    def _paths_of(self, quantity: Quantity) -> Iterator[tuple[Contribution, Quantity]]:
        """The paths of a gradient, each with what it is the gradient of; else none."""
        if quantity.name in self._gradients:
            gradients, of = self._gradients[quantity.name]
            for path in gradients[of].contributions:
                yield path, of

    @cached_property
    def _gradients(self) -> Mapping[Name | str, tuple[Gradients, Quantity]]:
        return {
            gradient.quantity.name: (own, of)
            for own in self.step.by_sample
            for of, gradient in own.items()
        }

    @cached_property
    def _local_derivatives(self) -> Mapping[Name | str, tuple[Contribution, Quantity]]:
        return {
            local_derivative(path, of).name: (path, of)
            for own in self.step.by_sample
            for of, gradient in own.items()
            for path in gradient.contributions
        }


def _given(quantity: Quantity, write: Writer) -> Equation:
    """The equation of what was typed: its symbol is its value."""
    symbol, value = write.symbols(quantity.name), write.value(quantity, write.digits)
    return Equation(symbol.key, symbol.latex, (("=", value),), symbol.latex, value, "=", value)


def _figures(page: Page) -> dict[str, str]:
    """The figures of the page as images in Markdown, by name: those that there are."""
    files = page.figures
    images = {
        "network": (page.figure_text, files.network),
        "gradients": ("The network with its values and its gradients", files.gradients),
        "loss": ("The loss over the steps", files.loss),
    }
    for layer, path in enumerate(files.paths, start=1):
        images[f"paths_{layer}"] = (f"The paths from layer {layer} to the loss", path)
    return {name: f"![{text}]({file})" for name, (text, file) in images.items() if file}


def _tables(step: TrainingStep, write: Writer, page: Page) -> dict[str, str]:
    """The tables of the page in Markdown, by name; results only where there is an update."""
    tables = {
        "givens": _table(
            ("Symbol", "Meaning", "Value"),
            ((f"${row.symbol}$", row.meaning, row.value) for row in givens(step, write)),
        ),
        "meanings": _table(
            ("Symbol", "Meaning"),
            ((f"${row.symbol}$", row.meaning) for row in meanings(step, write)),
        ),
        "values": _table(
            ("Quantity", "Value"),
            ((f"${row.symbol}$", row.value) for row in values_in_full(step, write)),
        ),
    }
    if page.update is None or page.loss is None:
        return tables
    results = [
        (f"${row.symbol}$", f"${row.before}$", f"${row.gradient}$", f"${row.after}$")
        for row in page.update.changes
    ]
    loss = (f"${page.update.loss_before}$", "", f"${page.update.loss_after}$")
    results.append((f"${page.loss.symbol}$", *loss))
    return tables | {"results": _table(("Symbol", "Before", "Gradient", "After"), results)}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("|" + "|".join(f" {cell} " for cell in line) + "|" for line in lines)


def offered(value: object) -> list[str] | None:
    """The names that a template can ask a value for; None where that is not known."""
    if isinstance(value, Mapping | Parts):
        return [str(key) for key in value]
    if isinstance(value, Quantities):
        return [own.name for own in value]
    if isinstance(value, NamedQuantity):
        return list(READINGS)
    if is_dataclass(value):
        return [field.name for field in fields(value)]
    return None


def no_such(name: str, value: object) -> str:
    """The sentence about a name that a value does not offer, with the nearest that it does."""
    known = [own for own in offered(value) or () if own != name]
    what = f"there is no {'quantity ' if isinstance(value, Quantities) else ''}{name}"
    nearest = max(known, key=lambda own: _likeness(own, name), default="")
    if nearest and _likeness(nearest, name) >= ALIKE:
        what += f"; did you mean {nearest}?"
    if isinstance(value, Quantities) and "?" not in what:
        return f"{what}; `<< q >>` in the page lists them all"
    return f"{what} (known: {', '.join(known)})" if 0 < len(known) <= MOST_LISTED else what


def _likeness(known: str, name: str) -> float:
    """How much a name is like a known one, as a whole or like its end: h1 is like net_h1.

    Not at all where it begins with another letter.
    """
    word = name.lower().replace("_", "")
    whole, end = (
        SequenceMatcher(None, side, word).ratio() if side[:1] == word[:1] else 0
        for side in (known.replace("_", ""), known.rpartition("_")[2])
    )
    return max(whole, 0.99 * end)
