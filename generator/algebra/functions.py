"""Primitive table functions: those that no expression of the algebra defines."""

from __future__ import annotations

import math
from decimal import Decimal, DivisionByZero, localcontext

import numpy as np

from generator.algebra.code import Code
from generator.algebra.expression import (
    ONE,
    ZERO,
    Constant,
    Expression,
    FloatArray,
    Function,
    Quantity,
    as_expression,
)
from generator.algebra.number import evaluate

_PI = Constant(Decimal("3.14159265358979323846264338327950288419716940"))
PI = Quantity("pi", _PI, _PI.value)  # defined, so that a page rounds it


def is_positive(x: Expression) -> bool:
    """Whether an expression's value is above 0: how a function with a corner picks its side."""
    return evaluate(x) > 0


def sign(x: Expression) -> Expression:
    """1, 0 or -1, by the value of an expression; 0 at 0, as in PyTorch."""
    value = evaluate(x)
    return ONE if value > 0 else as_expression(-1) if value < 0 else ZERO


def _ln(x: Decimal) -> Decimal:
    if not x:
        raise DivisionByZero("the logarithm of 0")
    return x.ln()


def _tanh(x: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec += 20
        squared = (2 * abs(x)).exp() if abs(x) < 1000 else Decimal(0)
        value = (squared - 1) / (squared + 1) if squared else Decimal(1)
    return +value.copy_sign(x)


def _normal_cdf(x: Decimal) -> Decimal:
    """The standard normal distribution function: a series near 0, a continued fraction far off."""
    with localcontext() as context:
        context.prec += 25
        density = (-x * x / 2).exp() / (2 * PI.value).sqrt()
        if abs(x) < 6:
            term = total = abs(x)
            n = 1
            while term > total.scaleb(-context.prec):
                n += 2
                term *= x * x / n
                total += term
            tail = Decimal("0.5") - density * total
        else:
            fraction = abs(x)
            for n in range(400, 0, -1):
                fraction = abs(x) + n / fraction
            tail = density / fraction
        value = 1 - tail if x > 0 else tail
    return +value


def _float_normal_cdf(x: FloatArray) -> FloatArray:
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    result: FloatArray = 0.5 * erfc(-np.asarray(x) / math.sqrt(2))
    return result


def _float_normal_density(x: FloatArray) -> FloatArray:
    result: FloatArray = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return result


exp = Function(
    name="exp",
    latex="e^{%s}",
    kernel=np.exp,
    slope=np.exp,
    derivative=lambda x, output: (output,),
    decimal=Decimal.exp,
)

ln = Function(
    name="ln",
    latex=r"\ln\left(%s\right)",
    kernel=np.log,
    slope=np.reciprocal,
    derivative=lambda x, output: (1 / x,),
    decimal=_ln,
)

sqrt = Function(
    name="sqrt",
    latex=r"\sqrt{%s}",
    kernel=np.sqrt,
    slope=lambda x: 0.5 / np.sqrt(x),
    derivative=lambda x, output: (1 / (2 * output),),
    decimal=Decimal.sqrt,
)

tanh = Function(
    name="tanh",
    latex=r"\tanh\left(%s\right)",
    kernel=np.tanh,
    slope=lambda x: 1 / np.cosh(np.clip(x, -350, 350)) ** 2,
    derivative=lambda x, output: (1 - output**2,),
    code=Code("np.tanh(z)", "1 / np.cosh(z) ** 2", "torch.tanh({z})"),
    decimal=_tanh,
)

normal_cdf = Function(
    name="normal_cdf",
    latex=r"\Phi\left(%s\right)",
    kernel=_float_normal_cdf,
    slope=_float_normal_density,
    derivative=lambda x, output: (exp(-(x**2) / 2) / sqrt(2 * PI),),
    decimal=_normal_cdf,
)

absolute = Function(
    name="absolute",
    latex=r"\lvert %s \rvert",
    kernel=np.abs,
    slope=np.sign,
    derivative=lambda x, output: (sign(x),),
    decimal=abs,
)

maximum = Function(
    name="maximum",
    latex=r"\max\left(%s, %s\right)",
    kernel=np.maximum,
    slope=lambda x, y: np.where(y > x, 1.0, 0.0),
    derivative=lambda x, y, output: (ZERO, ONE) if is_positive(y - x) else (ONE, ZERO),
    decimal=max,
)
