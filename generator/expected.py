"""A network for the auditor: its quantities as plain data, and itself with each classic mistake.

The one place that knows both: the auditor gets trees and numbers, no networks and no notations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from functools import partial

from generator.algebra import Constant, Expression, NotFinite, Quantity, Sum, quantities_in
from generator.algebra.expression import children, substitute
from generator.algebra.number import PRECISION
from generator.audit.against.network import Known, Network, Rewriting, Variant, in_order, recomputed
from generator.network.example import Example
from generator.network.forward import ForwardPass, parameters_of
from generator.network.names import Name
from generator.network.training import TrainingStep, training_step, with_trained_biases
from generator.page.notation import NOTATIONS, Symbols

MOST_QUANTITIES = 1_000  # for which every mistake is worked out


def network_of(text: str) -> Network:
    """The network that a configuration's text describes. Raises located.Unusable."""
    from generator.config import parse
    from generator.config.located import unusable

    try:
        return expected(parse(text).example)
    except NotFinite as error:
        raise unusable("network", f"{error}; it has no values to compare a page with") from error


def expected(example: Example) -> Network:
    """All quantities of an example's first step."""
    with localcontext(PRECISION):
        step = training_step(example)
        quantities = _quantities(step)
        names = {each.name: each for each in quantities}
        return Network(
            knowns=tuple(_known(step.example, quantity, names) for quantity in quantities),
            layers=(example.inputs, *(layer.units for layer in example.layers)),
            samples=len(step.example.samples),
            trained=frozenset(_trained(step)),
            variants=tuple(_variants(step, quantities)),
        )


def _quantities(step: TrainingStep) -> list[Quantity]:
    """Every quantity once, behind all that it depends on."""
    roots = [*_forward(step.forward)]
    for gradients in step.by_sample:
        roots += [gradient.quantity for gradient in gradients.values()]
    roots += parameters_of(step.gradients or ())
    roots += [each for shown in step.state.values() for each in shown]
    roots += parameters_of(step.updated or ())
    roots += _forward(step.after) if step.after else []
    return [each for each in in_order(roots) if isinstance(each.name, Name)]


def _forward(values: ForwardPass) -> Iterator[Quantity]:
    yield from values.inputs.flat
    yield from values.targets.flat if values.targets is not None else ()
    yield from parameters_of(values.parameters)
    for own in values.layers:
        yield from own.pre_activations.flat
        yield from own.activations.flat
    if values.loss is not None:
        yield from (each for each in values.loss.terms.flat if isinstance(each, Quantity))
        yield values.loss.total.item()


def _trained(step: TrainingStep) -> Iterator[Quantity]:
    for before, after in zip(step.forward.parameters, step.updated or (), strict=False):
        pairs = zip(parameters_of([before]), parameters_of([after]), strict=True)
        yield from (old for old, new in pairs if old is not new)


def _known(example: Example, quantity: Quantity, by_name: Mapping[Name, Quantity]) -> Known:
    name: Name = quantity.name
    place = name.of or name  # a gradient stands where its quantity does
    layer = len(example.layers) if place.role in ("target", "loss_term") else place.layer
    symbols = [Symbols(example, notation) for notation in NOTATIONS.values()]
    return Known(
        quantity=quantity,
        role=name.role,
        layer=layer,
        unit=place.unit,
        source=place.source,
        sample=place.sample if place.sample is not None or name.by is None else name.by.sample,
        step=name.step,
        of=by_name.get(name.of) if name.of else None,
        by=by_name.get(name.by) if name.by else None,
        written=tuple((each.partial(name).latex, each(name).latex) for each in symbols),
        words=str(name),
    )


def _variants(step: TrainingStep, quantities: list[Quantity]) -> Iterator[Variant]:
    """The step worked out with each mistake that it allows; values that stay right left out."""
    if len(quantities) > MOST_QUANTITIES:
        return
    by_name = {each.name: each for each in quantities}
    for cause, given, rewrite in _mistakes(step, by_name):
        try:
            values = recomputed(quantities, given, rewrite)
        except ArithmeticError:
            continue
        yield Variant(cause, {q: v for q, v in values.items() if v != q.value})
    if step.example.freezes_biases:
        after = _quantities(training_step(with_trained_biases(step.example)))
        values = {}
        for q in after:  # a frozen bias is the same quantity before and after
            name = q.name if q.name in by_name else replace(q.name, step=0)
            if name in by_name and (name == q.name or name.role == "bias"):
                values[by_name[name]] = q.value
        yield Variant(
            "the biases are trained too", {q: v for q, v in values.items() if v != q.value}
        )


_Mistake = tuple[str, Mapping[Quantity, Decimal], Rewriting]


def _mistakes(step: TrainingStep, by_name: Mapping[Name, Quantity]) -> Iterator[_Mistake]:
    """What is put in for a given quantity, or how a definition is rewritten, for each mistake."""
    yield from _of_gradients(step, by_name)
    yield from _of_parameters(step, by_name)
    rate = step.hyperparameters.get("learning_rate")
    if rate is not None:
        yield "the update adds the gradient", {rate: -rate.value}, _as_it_is
        yield "the learning rate is left out", {rate: Decimal(1)}, _as_it_is
    targets = [by_name[n] for n in by_name if n.role == "target" and n.sample == 0]
    if len(targets) == 2 and len(step.example.samples) == 1:
        first, second = targets
        swapped = {first: second.value, second: first.value}
        yield "the targets are exchanged", swapped, _as_it_is
    trained = [q for q in by_name.values() if q.name.role == "bias" and q.name.step == 1]
    if trained:
        before = {q: by_name[replace(q.name, step=0)].value for q in trained}
        yield "the biases are not trained", before, _as_it_is


def _of_gradients(step: TrainingStep, by_name: Mapping[Name, Quantity]) -> Iterator[_Mistake]:
    def weights_by(other: Callable[[Name], Name]) -> Rewriting:
        """A gradient that goes back over other weights."""

        def rewrite(quantity: Quantity, definition: Expression) -> Expression:
            if not _is_gradient(quantity, "activation"):
                return definition
            used = {q for q in _named_in(definition) if q.name.role == "weight"}
            return substitute(definition, {q: by_name.get(other(q.name), q) for q in used})

        return rewrite

    if step.updated is not None:
        new = weights_by(lambda name: replace(name, step=1))
        yield "the hidden gradients use the already updated weights", {}, new
    transposed = weights_by(lambda name: replace(name, unit=name.source, source=name.unit))
    yield "the weights are transposed on the way back", {}, transposed
    last = len(step.example.layers)
    for where, layers in (("output", {last}), ("hidden", set(range(1, last)))):
        if layers:
            for what, power in (
                (f"the slope of the {where} activation is left out", 0),
                (f"the slope of the {where} activation is taken twice", 2),
            ):
                yield what, {}, partial(_slope_to_the, layers, power)
    if step.example.loss is not None and step.example.loss.name == "half_squared_error":
        yield "the factor 1/2 is left out of the loss", {}, partial(_doubled, last)
    yield "only one of the paths to the loss is followed", {}, _first_path
    yield "the sign of the error is the other way round", {}, partial(_negated, last)


def _of_parameters(step: TrainingStep, by_name: Mapping[Name, Quantity]) -> Iterator[_Mistake]:
    biases = [q for q in by_name.values() if q.name.role == "bias" and q.name.step == 0]
    if biases:
        yield "the biases are dropped", {bias: Decimal(0) for bias in biases}, _as_it_is
    if all(own.shared_bias for own in step.example.layers):
        for bias in biases:
            for other in biases:
                if other.value != bias.value:
                    what = (
                        f"the bias of layer {other.name.layer} is used in layer {bias.name.layer}"
                    )
                    yield what, {bias: other.value}, _as_it_is
    for layer, own in enumerate(step.example.layers, start=1):
        if own.units == len(own.weights[0]) > 1:
            weights = [
                q for n, q in by_name.items() if (n.role, n.layer, n.step) == ("weight", layer, 0)
            ]
            turned = {
                q: by_name[replace(q.name, unit=q.name.source, source=q.name.unit)].value
                for q in weights
            }
            yield f"the weights of layer {layer} are transposed", turned, _as_it_is


def _as_it_is(quantity: Quantity, definition: Expression) -> Expression:
    return definition


def _is_gradient(quantity: Quantity, role: str) -> bool:
    name = quantity.name
    return name.role == "gradient" and name.of is not None and name.of.role == role


def _slope_to_the(
    layers: set[int], power: int, quantity: Quantity, definition: Expression
) -> Expression:
    if not _is_gradient(quantity, "pre_activation") or quantity.name.of.layer not in layers:
        return definition
    slopes = {q for q in _named_in(definition) if q.name.role == "local_derivative"}
    return substitute(definition, {q: q**power for q in slopes})


def _doubled(last: int, quantity: Quantity, definition: Expression) -> Expression:
    is_output = _is_gradient(quantity, "activation") and quantity.name.of.layer == last
    is_loss = quantity.name.role == "loss_term" or (
        quantity.name.role == "loss" and not _has_role(definition, "loss_term")
    )
    return Constant(Decimal(2)) * definition if is_output or is_loss else definition


def _negated(last: int, quantity: Quantity, definition: Expression) -> Expression:
    is_output = _is_gradient(quantity, "activation") and quantity.name.of.layer == last
    return -definition if is_output else definition


def _first_path(quantity: Quantity, definition: Expression) -> Expression:
    is_hidden = _is_gradient(quantity, "activation") and isinstance(definition, Sum)
    is_hidden = is_hidden and any(q.name.role == "weight" for q in _named_in(definition))
    return children(definition)[0] if is_hidden else definition


def _has_role(definition: Expression, role: str) -> bool:
    return any(each.name.role == role for each in _named_in(definition))


def _named_in(definition: Expression) -> Iterator[Quantity]:
    return (each for each in quantities_in(definition) if isinstance(each.name, Name))
