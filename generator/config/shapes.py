"""Whether the parts of a configuration fit one another: counts of units, rows, columns, names.

Works on the file as it was read, right or wrong, and passes over whatever is
not of its kind: the schema speaks of that. So one run finds every problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from generator.config.located import Path
from generator.network.initializers import INITIALIZERS
from generator.network.losses import LOSSES
from generator.page.notation import NOTATIONS
from generator.page.pytorch import is_installed

Misfit: TypeAlias = tuple[Path, str]

MOST_NAMES = 10_000
MOST_WEIGHTS = 5_000_000
RANDOM = set(INITIALIZERS) - {"zeros", "ones", "constant"}


def misfits(file: Any) -> Iterator[Misfit]:
    """Each place where two parts of the file disagree, with what would be right."""
    network = _get(file, "network")
    layers = _items(_get(network, "layers"))
    in_out = _get(network, "weights_layout") == "in_out"
    inputs = _size(_get(network, "inputs"))
    fan_in = inputs
    parameters = 0
    for index, layer in enumerate(layers):
        path: Path = ("network", "layers", index)
        units = _units(layer, in_out)
        if index == len(layers) - 1:
            units = _size(_get(network, "outputs")) if units is None else units
            yield from _outputs(network, layer, units)
        yield from _layer(layer, path, units, fan_in, in_out)
        yield from _drawn(file, layer, path, units)
        parameters += (units or 0) * (fan_in or 0)
        if parameters > MOST_WEIGHTS:
            yield (
                (*path, "units" if _get(layer, "units") else "weights"),
                f"makes {parameters:,} weights in all; {MOST_WEIGHTS:,} are the limit",
            )
            break
        fan_in = units
    yield from _double_names(file, network, layers)
    for index, sample in enumerate(_items(_get(file, "samples"))):
        yield from _sample(sample, ("samples", index), inputs, fan_in)
    yield from _targets(file)
    yield from _fit_of_loss(file, layers)
    optimizer = _get(file, "optimizer")
    if _is_true(_get(optimizer, "nesterov")):
        momentum, dampening = _get(optimizer, "momentum"), _get(optimizer, "dampening")
        if _is_zero(momentum) or not _is_zero(dampening):
            yield ("optimizer", "nesterov"), "needs a momentum above 0 and no dampening"
    yield from _pytorch(file)


def _pytorch(file: Any) -> Iterator[Misfit]:
    """What a page needs to say what PyTorch makes of it."""
    if not _is_true(_get(_get(file, "page"), "pytorch")):
        return
    path = ("page", "pytorch")
    samples = _items(_get(file, "samples"))
    if _get(file, "loss") is None or all(_get(sample, "targets") is None for sample in samples):
        yield (
            path,
            "compares gradients; without a loss and targets there are none, so leave it out",
        )
    elif not is_installed():
        yield (
            path,
            "needs PyTorch, which is not installed: pip install torch, "
            "or pip install -e '.[oracle]' in a checkout; or leave it out",
        )


def _layer(
    layer: Any, path: Path, units: int | None, fan_in: int | None, in_out: bool
) -> Iterator[Misfit]:
    for key, what in (("names", "names"), ("biases", "numbers")):
        count = _length(_get(layer, key))
        if count is not None and units is not None and count != units:
            yield (*path, key), f"has {_plural(count, what)} for {_plural(units, 'units')}"
    if _get(layer, "bias") is not None and _get(layer, "biases") is not None:
        yield (
            (*path, "biases"),
            "stands beside `bias`; keep the shared `bias` or one a unit",
        )
    weights = _get(layer, "weights")
    rows, columns = (fan_in, units) if in_out else (units, fan_in)
    row_of, column_of = ("inputs", "units") if in_out else ("units", "inputs")
    count = _length(weights)
    if count is not None and rows is not None and count != rows:
        one = row_of.removesuffix("s")
        yield (
            (*path, "weights"),
            f"has {_plural(count, 'rows')} for {_plural(rows, row_of)}; write a row for each {one}",
        )
    for index, row in enumerate(_items(weights)):
        count = _length(row)
        if count is not None and columns is not None and count != columns:
            yield (
                (*path, "weights", index),
                f"has {_plural(count, 'numbers')} for {_plural(columns, column_of)}",
            )


def _drawn(file: Any, layer: Any, path: Path, units: int | None) -> Iterator[Misfit]:
    """What weights drawn from a seed need."""
    for key in ("weights", "biases"):
        init = _get(_get(layer, key), "init")
        if init is None:
            continue
        if key == "weights" and units is None:
            yield path, "says nowhere how many units it has; give it `units:`"
        if isinstance(init, str) and init in RANDOM and _get(file, "seed") is None:
            yield (*path, key), "is drawn, so the file needs a `seed:`, a whole number of your own"


def _outputs(network: Any, layer: Any, units: int | None) -> Iterator[Misfit]:
    count = _length(_get(network, "outputs"))
    if count is None:
        return
    if _get(layer, "names") is not None:
        yield ("network", "outputs"), "names units that the last layer's `names` names; keep one"
    elif units is not None and count != units:
        yield ("network", "outputs"), f"has {_plural(count, 'names')} for {_plural(units, 'units')}"


def _double_names(file: Any, network: Any, layers: list[Any]) -> Iterator[Misfit]:
    """Names given twice, or taken by the page: by its notation or by its loss."""
    taken = set(_names_of_the_page(file, network, layers))
    seen: set[str] = set()
    places: list[Path] = [("network", "inputs"), ("network", "outputs")]
    lists = [_get(network, "inputs"), _get(network, "outputs")]
    for index, layer in enumerate(layers):
        places.append(("network", "layers", index, "names"))
        lists.append(_get(layer, "names"))
    for place, names in zip(places, lists, strict=True):
        for index, name in enumerate(_items(names)):
            if isinstance(name, str):
                plain = re.sub("[_-]", " ", name).lower()
                if plain in taken:
                    message = f"'{name}' is a name that the page gives itself; choose another"
                    yield (*place, index), message
                elif plain in seen:
                    yield (*place, index), f"'{name}' names two units; give each a name of its own"
                seen.add(plain)


def _names_of_the_page(file: Any, network: Any, layers: list[Any]) -> Iterator[str]:
    """The names that no unit can have: those of losses and of the units without names."""
    yield from ("total", "data")
    notation = NOTATIONS.get(str(_get(_get(file, "page"), "notation")))
    if notation is None or not notation.counts_through:
        return
    hidden = 0
    for index, layer in enumerate(layers):
        is_last = index == len(layers) - 1
        count = min(_units(layer, False) or 0, MOST_NAMES)
        if _get(layer, "names") is None and not (is_last and _get(network, "outputs")):
            pattern, before = (notation.output, 0) if is_last else (notation.hidden, hidden)
            yield from (pattern.format(unit=before + i + 1) for i in range(count))
        hidden += count


def _sample(sample: Any, path: Path, inputs: int | None, outputs: int | None) -> Iterator[Misfit]:
    index = _get(sample, "targets")
    is_class = isinstance(index, str) and re.fullmatch(r"[0-9]{1,18}", index)
    if is_class and outputs is not None and int(index) >= outputs:
        yield (*path, "targets"), f"is class {index}; the network has {outputs}, counted from 0"
    for key, expected in (("inputs", inputs), ("targets", outputs)):
        count = _length(_get(sample, key))
        if count is not None and expected is not None and count != expected:
            what = f"{key.removesuffix('s')}{'' if expected == 1 else 's'}"
            yield (
                (*path, key),
                f"has {_plural(count, 'numbers')}; the network has {expected} "
                f"{what.replace('target', 'output')}",
            )


def _targets(file: Any) -> Iterator[Misfit]:
    samples = _items(_get(file, "samples"))
    without = [index for index, sample in enumerate(samples) if _get(sample, "targets") is None]
    if _get(file, "loss") is not None and 0 < len(without) < len(samples):
        for index in without:
            yield ("samples", index), "has no targets, but other samples do; give all or none"


def _fit_of_loss(file: Any, layers: list[Any]) -> Iterator[Misfit]:
    """Losses that only some activations and targets give a meaning to."""
    loss = _name(_get(file, "loss"))
    last = _name(_get(layers[-1], "activation")) if layers else None
    needed = LOSSES[loss]().needs if loss in LOSSES else None
    if needed is not None and last is not None and last != needed:
        yield (
            ("loss",),
            f"{loss} needs a {needed} layer before it, not {last}; "
            "for separate yes-or-no outputs take binary_cross_entropy after sigmoid",
        )
    wanted: dict[str | None, tuple[Callable[[float], bool], str]] = {
        "hinge": (lambda t: abs(t) == 1, "a target of hinge is 1 or -1"),
        "binary_cross_entropy": (lambda t: 0 <= t <= 1, "a target here lies between 0 and 1"),
        "cross_entropy": (lambda t: t >= 0, "a probability is not negative"),
        "kl_divergence": (lambda t: t >= 0, "a probability is not negative"),
    }
    if loss in wanted:
        holds, message = wanted[loss]
        for i, sample in enumerate(_items(_get(file, "samples"))):
            for j, target in enumerate(_items(_get(sample, "targets"))):
                try:
                    fits = holds(float(target))
                except (TypeError, ValueError):
                    continue  # the schema speaks of what is no number
                if not fits:
                    yield ("samples", i, "targets", j), message


def _name(part: Any) -> str | None:
    """The name of an entry, given bare or in a mapping."""
    name = _get(part, "name") if isinstance(part, dict) else part
    return str(name) if isinstance(name, str) else None


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "on")


def _is_zero(number: Any) -> bool:
    try:
        return number is None or float(number) == 0
    except (TypeError, ValueError):
        return False


def _units(layer: Any, in_out: bool) -> int | None:
    """How many units a layer says it has, by its first part that tells."""
    weights = _get(layer, "weights")
    rows = _items(weights)
    counted = _length(rows[0]) if in_out and rows else None if in_out else _length(weights)
    return _size(_get(layer, "units")) or _length(_get(layer, "names")) or counted or None


def _get(part: Any, key: str) -> Any:
    return part.get(key) if isinstance(part, dict) else None


def _items(part: Any) -> list[Any]:
    return part if isinstance(part, list) else []


def _length(part: Any) -> int | None:
    return len(part) if isinstance(part, list) else None


def _size(part: Any) -> int | None:
    """A count, or the length of a list of names."""
    if isinstance(part, str) and re.fullmatch(r"\+?[0-9]{1,18}", part):
        return int(part) or None
    return _length(part) or None


def _plural(count: int, what: str) -> str:
    return f"{count} {what.removesuffix('s') if count == 1 else what}"
