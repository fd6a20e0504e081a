"""Stepwise rounding: a training step as somebody with a calculator works it out.

Every named value is rounded as soon as it is computed and the next one goes on
with the rounded number; what is given is not rounded. The exact step stays as
it is: this is another reading of its definitions, for the page alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

import numpy as np

from generator.algebra import (
    Constant,
    Expression,
    Negative,
    Quantity,
    defined,
    evaluate,
    expanded,
    local_derivatives,
    substitute,
)
from generator.algebra.expression import ZERO, total
from generator.network.backward import Contribution, Gradient
from generator.network.forward import ForwardPass, LayerParameters, LayerPass, LossPass
from generator.network.names import Name
from generator.network.training import TrainingStep
from generator.page.numbers import half_unit, rounded

MOST_DIGITS = 12  # that a page can be asked for


class RoundingMisleads(Exception):
    """A page that rounding would make wrong: a unit on the other side of a corner, a log of 0.

    quantity: the first whose rounded operands do it; digits: the fewest above
    those asked for that do not, None where even twelve are too few.
    """

    def __init__(self, quantity: Quantity, why: str, asked: int, digits: int | None) -> None:
        right = f"`digits: {digits}` would do, or" if digits else "not even 12 would do, but"
        super().__init__(
            f"stepwise with {asked} digits the {quantity.name} {why}; {right} `rounding: exact`"
        )
        self.quantity = quantity
        self.digits = digits


class _Misled(Exception):
    """The same before it is known how many digits would do."""

    def __init__(self, quantity: Quantity, why: str) -> None:
        super().__init__(quantity.name, why)
        self.quantity = quantity
        self.why = why


def stepwise(steps: Sequence[TrainingStep], digits: int) -> list[TrainingStep]:
    """Training steps of the same shape, each value rounded to `digits` where it is named.

    Raises RoundingMisleads where a value has none, or takes another branch of
    its definition or of its derivative than the exact value does.
    """
    try:
        return _written_down(steps, digits)
    except _Misled as error:
        enough = (more for more in range(digits + 1, MOST_DIGITS + 1) if _does(steps, more))
        raise RoundingMisleads(error.quantity, error.why, digits, next(enough, None)) from None


def _written_down(steps: Sequence[TrainingStep], digits: int) -> list[TrainingStep]:
    return [_Notebook(digits).training_step(step) for step in steps]


def _does(steps: Sequence[TrainingStep], digits: int) -> bool:
    """Whether so many digits mislead nobody."""
    try:
        _written_down(steps, digits)
    except _Misled:
        return False
    return True


def is_zero(step: TrainingStep, pre_activation: Quantity) -> bool:
    """Whether a pre-activation of the exact step is 0 in a stepwise one."""
    values = step.forward.layers[pre_activation.name.layer - 1].pre_activations
    value: Decimal = values[pre_activation.name.unit, pre_activation.name.sample].value
    return not value


def number_of(quantity: Quantity) -> Decimal:
    """The number that a stepwise page has for a quantity, the same wherever it stands."""
    alias = quantity.definition
    if isinstance(alias, Quantity) and not is_constant(alias):
        return number_of(alias)
    return quantity.value


def is_constant(quantity: Quantity) -> bool:
    """Whether a quantity is a constant that a formula brings along, such as pi; never rounded."""
    return isinstance(quantity.name, str)


def is_near(expression: Expression, value: Decimal) -> bool:
    """Whether an expression comes to a value, as far as the rounding of both tells.

    Its operands may be half a unit of their last digit off, those that came out
    exact for the numbers on their line excepted.
    """
    try:
        difference = abs(evaluate(expression, number_of) - value)
        allowed = half_unit(value)
        for quantity, slope in local_derivatives(expression).items():
            if _is_rounded(quantity):
                allowed += abs(evaluate(slope, number_of)) * half_unit(number_of(quantity))
    except ArithmeticError:
        return False
    return difference <= allowed


@dataclass(frozen=True)
class _Notebook:
    """What has been written down so far: for each quantity its rounded counterpart."""

    digits: int
    written: dict[Quantity, Quantity] = field(default_factory=dict)

    def training_step(self, step: TrainingStep) -> TrainingStep:
        forward = self.forward(step.forward)
        by_sample = tuple(self.gradients(own) for own in step.by_sample)
        gradients = self.parameters(step.gradients) if step.gradients is not None else None
        state = {
            parameter: tuple(self.quantity(own) for own in found)
            for parameter, found in step.state.items()
        }
        updated = self.parameters(step.updated) if step.updated is not None else None
        after = self.forward(step.after) if step.after is not None else None
        return replace(
            step,
            forward=forward,
            by_sample=by_sample,
            gradients=gradients,
            state=state,
            updated=updated,
            after=after,
        )

    def forward(self, values: ForwardPass) -> ForwardPass:
        layers = tuple(
            LayerPass(self.array(own.pre_activations), self.array(own.activations))
            for own in values.layers
        )
        loss = values.loss
        if loss is not None:
            penalty = self.array(loss.penalty) if loss.penalty is not None else None
            terms, samples, data = map(self.array, (loss.terms, loss.samples, loss.data))
            loss = LossPass(terms, samples, data, penalty, self.array(loss.total))
        parameters = self.parameters(values.parameters)
        return replace(values, parameters=parameters, layers=layers, loss=loss)

    def parameters(self, layers: Sequence[LayerParameters]) -> tuple[LayerParameters, ...]:
        return tuple(
            LayerParameters(
                self.array(own.weights), self.array(own.bias) if own.bias is not None else None
            )
            for own in layers
        )

    def array(self, values: Any) -> Any:
        """An array's quantities, each written down; its expressions over what was."""
        made = np.empty_like(values)
        for index in np.ndindex(values.shape):
            own = values[index]
            made[index] = (
                self.quantity(own) if isinstance(own, Quantity) else substitute(own, self.written)
            )
        return made

    def quantity(self, exact: Quantity) -> Quantity:
        """A quantity's counterpart: its definition over rounded operands, and that rounded."""
        if exact.definition is None or is_constant(exact):
            return exact
        if exact not in self.written:
            made = self.write_down(exact, substitute(exact.definition, self.written))
            self.written[exact] = made
            self.check_branches(exact, made)
        return self.written[exact]

    def gradients(self, exact: Mapping[Quantity, Gradient]) -> Mapping[Quantity, Gradient]:
        """The gradients of a sample, each from contributions that were written down before."""
        made: dict[Quantity, Gradient] = {}
        for of, gradient in exact.items():
            paths = tuple(self.contribution(path, of) for path in gradient.contributions)
            definition = total([path.upstream * path.local for path in paths])
            own = self.write_down(gradient.quantity, definition)
            self.written[gradient.quantity] = own
            made[self.written.get(of, of)] = Gradient(own, paths)
        return made

    def contribution(self, path: Contribution, of: Quantity) -> Contribution:
        """A path with its local derivative written down, unless that is but a symbol or number."""
        local = path.local
        if not isinstance(local, Quantity) or is_constant(local):
            local = defined(Name("local_derivative", of=path.consumer.name, by=of.name), local)
        if _is_typed(path.local):
            counterpart: Expression = path.local
        else:
            counterpart = self.quantity(local)
        if of.name.role == "pre_activation" and local.value and not evaluate(counterpart):
            raise _Misled(path.consumer, "would have a slope of 0, which it has not")
        return Contribution(
            consumer=self.written[path.consumer],
            upstream=substitute(path.upstream, self.written),
            local=counterpart,
        )

    def write_down(self, exact: Quantity, definition: Expression) -> Quantity:
        """A quantity with its value rounded; one that is but another's symbol has its digits."""
        try:
            written_out = expanded(definition)
            value = evaluate(written_out, number_of)
        except (DivisionByZero, InvalidOperation):
            raise _Misled(
                exact, "would need a division by 0 or another undefined operation"
            ) from None
        except Overflow:
            raise _Misled(exact, "would be too large for any number") from None
        if isinstance(written_out, Quantity) and not is_constant(written_out):
            value = number_of(written_out)
        elif not _is_typed(written_out):
            value = rounded(value, self.digits)
        return Quantity(exact.name, definition, value)

    def check_branches(self, exact: Quantity, made: Quantity) -> None:
        """Raise where a definition, or its derivative, has another form at the rounded values."""
        assert exact.definition is not None and made.definition is not None
        forms = [(expanded(exact.definition), expanded(made.definition))]
        if exact.name.of is None and exact.name.role not in ("weight", "bias"):
            slopes = local_derivatives(exact.definition, exact)
            others = local_derivatives(made.definition, made)
            forms += [
                (slope, others.get(self.written.get(of, of), ZERO)) for of, slope in slopes.items()
            ]
        for form, other in forms:
            if substitute(form, self.written) != other:
                raise _Misled(exact, "would be on the other side of a corner")


def _is_rounded(quantity: Quantity) -> bool:
    """Whether a quantity has another value than its definition comes to."""
    if quantity.definition is None or is_constant(quantity):
        return False
    return evaluate(quantity.definition, number_of) != quantity.value


def _is_typed(node: Expression) -> bool:
    """Whether an expression is no more than a number, or a symbol's."""
    return isinstance(node, Constant) or (
        isinstance(node, Negative) and isinstance(node.operand, Constant)
    )
