"""Losses: what one output of one sample adds to the loss, as a table.

An entry is a function from its parameters to a Loss; its name, its parameters
with their defaults and its docstring are what the configuration offers.

A term is a function of the target t and the output y; its derivative and slope
are those in y. Formulas and corners are PyTorch's, where PyTorch has the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from generator.algebra import Code, Expression, Function, evaluate, exp
from generator.algebra.expression import HALF, ZERO, FloatArray, as_expression, negate
from generator.algebra.functions import absolute, is_positive, ln, maximum, sign, tanh


@dataclass(frozen=True)
class FromLogits:
    """A loss and the activation before it as one function of the logits z, in float64.

    Stable where the activation alone would round to 0 or 1: both take arrays
    (outputs, samples). slope: the derivative of each term in its y, infinite where
    float64 does not hold it. signal: the derivative of the summed terms in z.
    shortcut: that derivative in one term of the algebra, from t and y; where
    needs_distribution, only if a sample's targets sum to 1.
    code: the terms in a program, of the logits z; its slope is the signal, of the
    outputs y, for targets that sum to 1 where that is needed.
    """

    terms: Callable[[FloatArray, FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray], FloatArray]
    signal: Callable[[FloatArray, FloatArray], FloatArray]
    shortcut: Callable[[Expression, Expression], Expression]
    code: Code
    needs_distribution: bool = False


@dataclass(frozen=True)
class Loss:
    """A loss: its term for one output, and whether it is their mean or their sum.

    from_logits: the fused forms, by the name of the last layer's activation.
    needs: the name of the activation without which the loss makes no sense.
    has_half: whether the term carries a factor of one half.
    sample_mean: PyTorch's reduction that is the mean over samples of a loss that
        is a sum over outputs; empty where it has none.
    """

    name: str
    term: Function
    is_mean: bool = True
    from_logits: Mapping[str, FromLogits] = field(default_factory=dict)
    needs: str | None = None
    has_half: bool = False
    sample_mean: str = ""

    @property
    def parameters(self) -> Mapping[str, Decimal]:
        return self.term.parameters

    def code_after(self, activation: str) -> Code | None:
        """Its terms in a program, after a last layer with this activation."""
        fused = self.from_logits.get(activation)
        return fused.code if fused else self.term.code

    def terms(self, t: Any, y: Any, z: Any, activation: str) -> Any:
        """The terms (outputs, samples); from the logits where floats would lose them."""
        if activation in self.from_logits and y.dtype != object:
            return self.from_logits[activation].terms(t, z)
        return self.term(t, y)


def half_squared_error() -> Loss:
    """The sum of (1/2) (t - y)^2 over the outputs."""
    term = Function(
        name="half_squared_error",
        latex=None,
        kernel=lambda t, y: 0.5 * (t - y) ** 2,
        slope=lambda t, y: y - t,
        expression=lambda t, y: HALF * (t - y) ** 2,
        derivative=lambda t, y, loss: (t - y, -(t - y)),
        code=Code("0.5 * (t - y) ** 2", "y - t", "0.5 * F.mse_loss({y}, t{reduction})"),
    )
    return Loss("half_squared_error", term, is_mean=False, has_half=True)


_square = Function(
    name="squared_error",
    latex=None,
    kernel=lambda t, y: (t - y) ** 2,
    slope=lambda t, y: 2 * (y - t),
    expression=lambda t, y: (t - y) ** 2,
    derivative=lambda t, y, loss: (2 * (t - y), -(2 * (t - y))),
    code=Code("(t - y) ** 2", "2 * (y - t)", "F.mse_loss({y}, t{reduction})"),
)


def squared_error() -> Loss:
    """The sum of (t - y)^2 over the outputs."""
    return Loss("squared_error", _square, is_mean=False)


def mean_squared_error() -> Loss:
    """The mean of (t - y)^2 over the outputs; torch.nn.MSELoss."""
    return Loss("mean_squared_error", _square)


def mean_absolute_error() -> Loss:
    """The mean of |t - y| over the outputs; torch.nn.L1Loss. Its slope at 0 is 0."""
    term = Function(
        name="mean_absolute_error",
        latex=None,
        kernel=lambda t, y: np.abs(t - y),
        slope=lambda t, y: np.sign(y - t),
        expression=lambda t, y: absolute(t - y),
        derivative=lambda t, y, loss: (sign(t - y), -sign(t - y)),
        code=Code("np.abs(t - y)", "np.sign(y - t)", "F.l1_loss({y}, t{reduction})"),
    )
    return Loss("mean_absolute_error", term)


def huber(delta: Decimal = Decimal("1.0")) -> Loss:
    """The mean of (1/2) (t - y)^2 where |t - y| < delta, else delta (|t - y| - delta / 2)."""
    edge, d = as_expression(delta), float(delta)

    def is_near(t: Expression, y: Expression) -> bool:
        return abs(evaluate(t - y)) < delta

    term = Function(
        name="huber",
        parameters={"delta": delta},
        latex=None,
        kernel=lambda t, y: np.where(
            np.abs(t - y) < d, 0.5 * (t - y) ** 2, d * (np.abs(t - y) - 0.5 * d)
        ),
        slope=lambda t, y: np.clip(y - t, -d, d),
        expression=lambda t, y: (
            HALF * (t - y) ** 2 if is_near(t, y) else edge * (absolute(t - y) - HALF * edge)
        ),
        derivative=lambda t, y, loss: (
            (t - y, -(t - y)) if is_near(t, y) else (edge * sign(t - y), -(edge * sign(t - y)))
        ),
        code=Code(
            "distance = np.abs(t - y)\n"
            "far = delta * (distance - 0.5 * delta)\n"
            "np.where(distance < delta, 0.5 * distance**2, far)",
            "np.clip(y - t, -delta, delta)",
            "F.huber_loss({y}, t{reduction}, delta={delta})",
        ),
    )
    return Loss("huber", term, has_half=True)


def smooth_l1(beta: Decimal = Decimal("1.0")) -> Loss:
    """The mean of (t - y)^2 / (2 beta) where |t - y| < beta, else |t - y| - beta / 2."""
    edge, b = as_expression(beta), float(beta)

    def is_near(t: Expression, y: Expression) -> bool:
        return abs(evaluate(t - y)) < beta

    def kernel(t: FloatArray, y: FloatArray) -> FloatArray:
        distance = np.abs(t - y)
        near = distance**2 / (2 * b) if b else distance
        return np.where(distance < b, near, distance - 0.5 * b)

    def slope(t: FloatArray, y: FloatArray) -> FloatArray:
        near = (y - t) / b if b else np.sign(y - t)
        return np.where(np.abs(t - y) < b, near, np.sign(y - t))

    term = Function(
        name="smooth_l1",
        parameters={"beta": beta},
        latex=None,
        kernel=kernel,
        slope=slope,
        expression=lambda t, y: (
            (t - y) ** 2 / (2 * edge) if is_near(t, y) else absolute(t - y) - HALF * edge
        ),
        derivative=lambda t, y, loss: (
            ((t - y) / edge, -((t - y) / edge)) if is_near(t, y) else (sign(t - y), -sign(t - y))
        ),
        code=Code(
            "distance = np.abs(t - y)\n"
            "near = distance**2 / (2 * beta)\n"
            "np.where(distance < beta, near, distance - 0.5 * beta)",
            "np.clip((y - t) / beta, -1, 1)",
            "F.smooth_l1_loss({y}, t{reduction}, beta={beta})",
        )
        if beta
        else Code("np.abs(t - y)", "np.sign(y - t)", "F.l1_loss({y}, t{reduction})"),
    )
    return Loss("smooth_l1", term, has_half=True)


def log_cosh() -> Loss:
    """The mean of ln cosh(y - t) over the outputs."""

    def kernel(t: FloatArray, y: FloatArray) -> FloatArray:
        distance = np.abs(y - t)
        result: FloatArray = distance + np.log1p(np.exp(-2 * distance)) - np.log(2.0)
        return result

    term = Function(
        name="log_cosh",
        latex=None,
        kernel=kernel,
        slope=lambda t, y: np.tanh(y - t),
        expression=lambda t, y: ln((exp(y - t) + exp(-(y - t))) / 2),
        derivative=lambda t, y, loss: (-tanh(y - t), tanh(y - t)),
        code=Code(
            "np.logaddexp(y - t, t - y) - np.log(2)  # ln cosh(y - t)",
            "np.tanh(y - t)",
            "(torch.logaddexp({y} - t, t - {y}) - math.log(2)).{reduce}()",
        ),
    )
    return Loss("log_cosh", term)


def binary_cross_entropy() -> Loss:
    """The mean of -(t ln y + (1 - t) ln(1 - y)); after sigmoid computed from the logits."""

    def expression(t: Expression, y: Expression) -> Expression:
        if evaluate(t) == 1:
            return negate(ln(y))
        if evaluate(t) == 0:
            return negate(ln(1 - y))
        result: Expression = -(t * ln(y) + (1 - t) * ln(1 - y))
        return result

    def derivative(t: Expression, y: Expression, loss: Expression) -> tuple[Expression, ...]:
        if evaluate(t) == 1:
            return ZERO, -(1 / y)
        if evaluate(t) == 0:
            return ZERO, 1 / (1 - y)
        return ln(1 - y) - ln(y), -(t / y) + (1 - t) / (1 - y)

    def kernel(t: FloatArray, y: FloatArray) -> FloatArray:
        one = np.where(t == 0, 0.0, t * np.log(np.where(t == 0, 1.0, y)))
        other = np.where(t == 1, 0.0, (1 - t) * np.log(np.where(t == 1, 1.0, 1 - y)))
        return -(one + other)

    def slope(t: FloatArray, y: FloatArray) -> FloatArray:
        one = np.where(t == 0, 0.0, t / np.where(t == 0, 1.0, y))
        other = np.where(t == 1, 0.0, (1 - t) / np.where(t == 1, 1.0, 1 - y))
        return other - one

    def terms(t: FloatArray, z: FloatArray) -> FloatArray:
        result: FloatArray = np.logaddexp(0, z) - t * z
        return result

    def signal(t: FloatArray, z: FloatArray) -> FloatArray:
        small = np.exp(-np.abs(z))
        result: FloatArray = np.where(z >= 0, 1, small) / (1 + small) - t
        return result

    term = Function(
        name="binary_cross_entropy",
        latex=None,
        kernel=kernel,
        slope=slope,
        expression=expression,
        derivative=derivative,
        code=Code(
            "yes = t * np.log(np.where(t > 0, y, 1))\n"
            "no = (1 - t) * np.log(np.where(t < 1, 1 - y, 1))\n"
            "-(yes + no)",
            "no = (1 - t) / np.where(t < 1, 1 - y, 1)\nyes = t / np.where(t > 0, y, 1)\nno - yes",
            "F.binary_cross_entropy({y}, t{reduction})",
        ),
    )
    of_logits = Code(
        "np.logaddexp(0, z) - t * z",
        "y - t",
        "F.binary_cross_entropy_with_logits({y}, t{reduction})",
    )

    def fused_slope(t: FloatArray, z: FloatArray) -> FloatArray:
        one = np.where(t == 0, 0.0, t * (1 + np.exp(-z)))
        other = np.where(t == 1, 0.0, (1 - t) * (1 + np.exp(z)))
        return other - one

    fused = FromLogits(terms, fused_slope, signal, lambda t, y: y - t, of_logits)
    return Loss("binary_cross_entropy", term, from_logits={"sigmoid": fused})


def _log_softmax(z: FloatArray) -> FloatArray:
    shifted = z - z.max(axis=0)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=0))
    return result


def _softmax_slope(t: FloatArray, z: FloatArray) -> FloatArray:
    """-t / p, the derivative of -t ln p in p, from the logits of p."""
    return np.where(t == 0, 0.0, -t * np.exp(-_log_softmax(z)))


LOG_SOFTMAX = "shifted = z - z.max(axis=0)\nlog_p = shifted - np.log(np.exp(shifted).sum(axis=0))\n"


def cross_entropy() -> Loss:
    """The sum of -t ln p over the outputs of a softmax, computed from the logits."""
    term = Function(
        name="cross_entropy",
        latex=None,
        kernel=lambda t, p: np.where(t == 0, 0.0, -t * np.log(np.where(t == 0, 1.0, p))),
        slope=lambda t, p: np.where(t == 0, 0.0, -t / np.where(t == 0, 1.0, p)),
        expression=lambda t, p: -(t * ln(p)),
        derivative=lambda t, p, loss: (-ln(p), -(t / p)),
    )
    fused = FromLogits(
        terms=lambda t, z: -t * _log_softmax(z),
        slope=_softmax_slope,
        signal=lambda t, z: np.exp(_log_softmax(z)) * t.sum(axis=0) - t,
        shortcut=lambda t, p: p - t,
        code=Code(f"{LOG_SOFTMAX}-t * log_p", "y - t", "F.cross_entropy({y}, t{reduction})"),
        needs_distribution=True,
    )
    return Loss(
        "cross_entropy",
        term,
        is_mean=False,
        from_logits={"softmax": fused},
        needs="softmax",
        sample_mean="mean",
    )


def hinge() -> Loss:
    """The sum of max(0, 1 - t y) over the outputs, for targets of 1 and -1."""
    term = Function(
        name="hinge",
        latex=None,
        kernel=lambda t, y: np.maximum(0, 1 - t * y),
        slope=lambda t, y: np.where(1 - t * y > 0, -t, 0.0),
        expression=lambda t, y: maximum(ZERO, 1 - t * y),
        derivative=lambda t, y, loss: (-y, -t) if is_positive(1 - t * y) else (ZERO, ZERO),
        code=Code(
            "np.maximum(0, 1 - t * y)",
            "np.where(1 - t * y > 0, -t, 0.0)",
            "F.relu(1 - t * {y}).{reduce}()",
        ),
    )
    return Loss("hinge", term, is_mean=False)


def kl_divergence() -> Loss:
    """The sum of t ln(t / p) over the outputs, 0 where t is 0."""

    def entropy(t: FloatArray) -> FloatArray:
        return np.where(t == 0, 0.0, t * np.log(np.where(t == 0, 1.0, t)))

    term = Function(
        name="kl_divergence",
        latex=None,
        kernel=lambda t, p: entropy(t) - np.where(t == 0, 0.0, t * np.log(p)),
        slope=lambda t, p: np.where(t == 0, 0.0, -t / np.where(t == 0, 1.0, p)),
        expression=lambda t, p: t * ln(t / p) if evaluate(t) else ZERO,
        derivative=lambda t, p, loss: (ln(t / p) + 1, -(t / p)) if evaluate(t) else (ZERO, ZERO),
        code=Code(
            "ratio = np.where(t > 0, t, 1) / np.where(t > 0, y, 1)\nt * np.log(ratio)",
            "-t / np.where(t > 0, y, 1)",
            "F.kl_div({y}[t > 0].log(), t[t > 0]{reduction})",
        ),
    )
    fused = FromLogits(
        terms=lambda t, z: entropy(t) - t * _log_softmax(z),
        slope=_softmax_slope,
        signal=lambda t, z: np.exp(_log_softmax(z)) * t.sum(axis=0) - t,
        shortcut=lambda t, p: p - t,
        code=Code(
            f"{LOG_SOFTMAX}t * (np.log(np.where(t > 0, t, 1)) - log_p)",
            "y - t",
            "F.kl_div(F.log_softmax({y}, dim=1), t{reduction})",
        ),
        needs_distribution=True,
    )
    return Loss("kl_divergence", term, is_mean=False, from_logits={"softmax": fused})


LOSSES: dict[str, Callable[..., Loss]] = {
    entry.__name__: entry
    for entry in (
        half_squared_error,
        squared_error,
        mean_squared_error,
        mean_absolute_error,
        huber,
        smooth_l1,
        log_cosh,
        binary_cross_entropy,
        cross_entropy,
        hinge,
        kl_divergence,
    )
}
