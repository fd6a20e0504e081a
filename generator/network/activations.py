"""Activations: one entry gives the number, the LaTeX and the derivative.

An entry is a function from its parameters to an activation; its name, its
parameters with their defaults and its docstring are what the configuration
offers. To add one, write its function and list it in ACTIVATIONS.

Formulas, defaults and corners are PyTorch's (torch.nn). A derivative uses the
output a where textbooks do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

import numpy as np

from generator.algebra import Call, Expression, Function, defined, exp
from generator.algebra.expression import HALF, ONE, ZERO, Constant, FloatArray, as_expression
from generator.algebra.functions import (
    PI,
    absolute,
    is_positive,
    ln,
    maximum,
    normal_cdf,
    sqrt,
)
from generator.algebra.functions import tanh as hyperbolic_tangent


class Activation(Protocol):
    """What a layer asks of its activation: values, and the law's gradient in z."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, Decimal]: ...

    def __call__(self, z: Any, /) -> Any: ...

    def pullback(self, gradient: FloatArray, z: FloatArray) -> FloatArray: ...


def linear() -> Activation:
    """The pre-activation as it is."""
    return Function(
        name="linear",
        latex="%s",
        kernel=lambda z: z,
        slope=np.ones_like,
        expression=lambda z: z,
    )


def _logistic(z: FloatArray) -> FloatArray:
    """1 / (1 + e^-z) without overflow: e^-|z| is at most 1."""
    small = np.exp(-np.abs(z))
    result: FloatArray = np.where(z >= 0, 1, small) / (1 + small)
    return result


def _logistic_slope(z: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(z))
    result: FloatArray = small / (1 + small) ** 2
    return result


def _softplus(z: FloatArray) -> FloatArray:
    result: FloatArray = np.logaddexp(0, z)
    return result


_sigmoid = Function(
    name="sigmoid",
    latex=r"\sigma\left(%s\right)",
    kernel=_logistic,
    slope=_logistic_slope,
    expression=lambda z: 1 / (1 + exp(-z)),
    derivative=lambda z, a: (a * (1 - a),),
)

_softplus_function = Function(
    name="softplus",
    latex=r"\mathrm{softplus}\left(%s\right)",
    kernel=_softplus,
    slope=_logistic,
    expression=lambda z: ln(1 + exp(z)),
    derivative=lambda z, a: (_sigmoid(z),),
)


def sigmoid() -> Activation:
    """The logistic function, 1 / (1 + e^-z)."""
    return _sigmoid


def tanh() -> Activation:
    """The hyperbolic tangent."""
    return hyperbolic_tangent


def relu() -> Activation:
    """max(0, z); its slope at 0 is 0."""
    return Function(
        name="relu",
        corners=(Decimal(0),),
        latex=r"\mathrm{ReLU}\left(%s\right)",
        kernel=lambda z: np.maximum(z, 0.0),
        slope=lambda z: np.where(z > 0, 1.0, 0.0),
        expression=lambda z: maximum(ZERO, z),
        derivative=lambda z, a: (ONE if is_positive(z) else ZERO,),
    )


def leaky_relu(negative_slope: Decimal = Decimal("0.01")) -> Activation:
    """The pre-activation z above 0, negative_slope times z below."""
    slope, number = as_expression(negative_slope), float(negative_slope)
    return Function(
        name="leaky_relu",
        corners=(Decimal(0),),
        parameters={"negative_slope": negative_slope},
        latex=rf"\mathrm{{LeakyReLU}}_{{{negative_slope:f}}}\left(%s\right)",
        kernel=lambda z: np.where(z > 0, z, number * z),
        slope=lambda z: np.where(z > 0, 1.0, number),
        expression=lambda z: z if is_positive(z) else slope * z,
        derivative=lambda z, a: (ONE if is_positive(z) else slope,),
    )


def elu(alpha: Decimal = Decimal("1.0")) -> Activation:
    """The pre-activation z above 0, alpha (e^z - 1) below."""
    scale, number = as_expression(alpha), float(alpha)
    return Function(
        name="elu",
        corners=(Decimal(0),),
        parameters={"alpha": alpha},
        latex=rf"\mathrm{{ELU}}_{{{alpha:f}}}\left(%s\right)",
        kernel=lambda z: np.where(z > 0, z, number * np.expm1(np.minimum(z, 0))),
        slope=lambda z: np.where(z > 0, 1.0, number * np.exp(np.minimum(z, 0))),
        expression=lambda z: z if is_positive(z) else scale * (exp(z) - 1),
        derivative=lambda z, a: (ONE if is_positive(z) else a + scale,),
    )


SELU_ALPHA = Constant(Decimal("1.6732632423543772848170429916717"))
SELU_SCALE = Constant(Decimal("1.0507009873554804934193349852946"))


def selu() -> Activation:
    """ELU times a scale, with the two constants of Klambauer et al. (2017)."""
    scale, alpha = defined("selu_scale", SELU_SCALE), defined("selu_alpha", SELU_ALPHA)
    s, a_ = float(SELU_SCALE.value), float(SELU_ALPHA.value)
    return Function(
        name="selu",
        corners=(Decimal(0),),
        latex=r"\mathrm{SELU}\left(%s\right)",
        kernel=lambda z: s * np.where(z > 0, z, a_ * np.expm1(np.minimum(z, 0))),
        slope=lambda z: s * np.where(z > 0, 1.0, a_ * np.exp(np.minimum(z, 0))),
        expression=lambda z: scale * z if is_positive(z) else scale * alpha * (exp(z) - 1),
        derivative=lambda z, a: (scale if is_positive(z) else a + scale * alpha,),
    )


def gelu() -> Activation:
    """The pre-activation z times the standard normal distribution function of z."""

    def slope(z: FloatArray) -> FloatArray:
        result: FloatArray = normal_cdf.kernel(z) + z * normal_cdf.slope(z)
        return result

    return Function(
        name="gelu",
        latex=r"\mathrm{GELU}\left(%s\right)",
        kernel=lambda z: z * normal_cdf.kernel(z),
        slope=slope,
        expression=lambda z: z * normal_cdf(z),
        derivative=lambda z, a: (normal_cdf(z) + z * exp(-(z**2) / 2) / sqrt(2 * PI),),
    )


def gelu_tanh() -> Activation:
    """The approximation of GELU by a hyperbolic tangent."""
    cubic = as_expression(Decimal("0.044715"))
    root = np.sqrt(2 / np.pi)

    def inner(z: FloatArray) -> FloatArray:
        result: FloatArray = root * (z + 0.044715 * z**3)
        return result

    def slope(z: FloatArray) -> FloatArray:
        t = np.tanh(inner(z))
        result: FloatArray = 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * root * (1 + 0.134145 * z**2)
        return result

    return Function(
        name="gelu_tanh",
        latex=r"\mathrm{GELU}_{\tanh}\left(%s\right)",
        kernel=lambda z: 0.5 * z * (1 + np.tanh(inner(z))),
        slope=slope,
        expression=lambda z: HALF * z * (1 + hyperbolic_tangent(sqrt(2 / PI) * (z + cubic * z**3))),
    )


def silu() -> Activation:
    """The pre-activation z times its logistic function; also called swish."""

    def slope(z: FloatArray) -> FloatArray:
        s = _logistic(z)
        result: FloatArray = s * (1 + z * _logistic(-z))
        return result

    return Function(
        name="silu",
        latex=r"\mathrm{SiLU}\left(%s\right)",
        kernel=lambda z: z * _logistic(z),
        slope=slope,
        expression=lambda z: z * _sigmoid(z),
        derivative=lambda z, a: (_sigmoid(z) * (1 + z * (1 - _sigmoid(z))),),
    )


def softplus() -> Activation:
    """ln(1 + e^z)."""
    return _softplus_function


def softsign() -> Activation:
    """The pre-activation z over 1 + |z|."""
    return Function(
        name="softsign",
        latex=r"\mathrm{softsign}\left(%s\right)",
        kernel=lambda z: z / (1 + np.abs(z)),
        slope=lambda z: 1 / (1 + np.abs(z)) ** 2,
        expression=lambda z: z / (1 + absolute(z)),
        derivative=lambda z, a: (1 / (1 + absolute(z)) ** 2,),
    )


def mish() -> Activation:
    """The pre-activation z times the hyperbolic tangent of softplus(z)."""

    def slope(z: FloatArray) -> FloatArray:
        t = np.tanh(_softplus(z))
        result: FloatArray = t + z * (1 - t**2) * _logistic(z)
        return result

    return Function(
        name="mish",
        latex=r"\mathrm{Mish}\left(%s\right)",
        kernel=lambda z: z * np.tanh(_softplus(z)),
        slope=slope,
        expression=lambda z: z * hyperbolic_tangent(_softplus_function(z)),
    )


def hard_sigmoid() -> Activation:
    """0 up to -3, 1 from 3 on, z / 6 + 1/2 between."""

    def side(z: Expression) -> int:
        return 1 if not is_positive(3 - z) else 0 if is_positive(z + 3) else -1

    sides: dict[int, Callable[[Expression], Expression]] = {
        -1: lambda z: ZERO,
        0: lambda z: z / 6 + HALF,
        1: lambda z: ONE,
    }
    return Function(
        name="hard_sigmoid",
        corners=(Decimal(-3), Decimal(3)),
        latex=r"\mathrm{hardsigmoid}\left(%s\right)",
        kernel=lambda z: np.clip(z + 3, 0, 6) / 6,
        slope=lambda z: np.where(np.abs(z) < 3, 1 / 6, 0.0),
        expression=lambda z: sides[side(z)](z),
        derivative=lambda z, a: (ZERO if side(z) else as_expression(1) / as_expression(6),),
    )


class Softmax:
    """Softmax over the units of a layer: e^z_i over the sum of all e^z_j.

    Columns are samples. Every output depends on every pre-activation, so its
    derivative is a full Jacobian: p_i (1 - p_i) on the diagonal, -p_i p_j off it.
    """

    name = "softmax"
    parameters: Mapping[str, Decimal] = {}

    def __call__(self, z: Any) -> Any:
        """Probabilities, each column summing to 1: (units, samples)."""
        if z.dtype != object:
            powers = np.exp(z - z.max(axis=0))
            return powers / powers.sum(axis=0)
        rows = [np.frompyfunc(softmax_of(len(z), k), len(z), 1)(*z) for k in range(len(z))]
        return np.stack(rows)

    def pullback(self, gradient: FloatArray, z: FloatArray) -> FloatArray:
        """The gradient in z: p (g - sum of p g), which is the Jacobian times g."""
        p = self(z)
        result: FloatArray = p * (gradient - (p * gradient).sum(axis=0))
        return result


@cache
def softmax_of(units: int, unit: int) -> Function:
    """One output of a softmax as a function of all of its pre-activations."""

    def expression(*z: Expression) -> Expression:
        powers: Any = np.array([exp(each) for each in z], dtype=object)
        result: Expression = powers[unit] / powers.sum()
        return result

    def derivative(*z_and_p: Expression) -> tuple[Expression, ...]:
        *z, p = z_and_p
        others = [Call(softmax_of(units, other), tuple(z)) for other in range(units)]
        return tuple(p * (1 - p) if other == unit else -p * others[other] for other in range(units))

    return Function(
        name="softmax",
        latex=None,
        kernel=np.exp,  # never run: Softmax has the kernel of the whole layer
        slope=np.exp,
        expression=expression,
        derivative=derivative,
    )


def softmax() -> Activation:
    """e^z_i over the sum of all e^z_j of the layer: its outputs are probabilities."""
    return Softmax()


ACTIVATIONS: dict[str, Callable[..., Activation]] = {
    entry.__name__: entry
    for entry in (
        linear,
        sigmoid,
        tanh,
        relu,
        leaky_relu,
        elu,
        selu,
        gelu,
        gelu_tanh,
        silu,
        softplus,
        softsign,
        mish,
        hard_sigmoid,
        softmax,
    )
}
