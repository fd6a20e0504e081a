"""Sine, cosine and tangent, which other mathematics than a network's needs; degrees or radians."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np

from generator.algebra import Call, Constant, Expression, Function
from generator.algebra.expression import FloatArray, children, rebuilt
from generator.algebra.functions import PI

LARGEST = Decimal(10_000)  # of an angle whose turns can be taken off without losing digits


def _unused(*_: object) -> FloatArray:
    raise NotImplementedError("a function that is only read has no slope")


def _sine(x: Decimal) -> Decimal:
    if abs(x) > LARGEST:
        raise ArithmeticError("the sine of a very large number")
    with localcontext() as context:
        context.prec += 20
        turn = 2 * PI.value
        rest = x - (x / turn).to_integral_value() * turn
        term = total = rest
        n = 1
        while abs(term) > Decimal(1).scaleb(-context.prec):
            term *= -rest * rest / ((n + 1) * (n + 2))
            total += term
            n += 2
    return +total


def _cosine(x: Decimal) -> Decimal:
    return _sine(x + PI.value / 2)


def _tangent(x: Decimal) -> Decimal:
    return _sine(x) / _cosine(x)


sin = Function("sin", r"\sin\left(%s\right)", np.sin, _unused, decimal=_sine)
cos = Function("cos", r"\cos\left(%s\right)", np.cos, _unused, decimal=_cosine)
tan = Function("tan", r"\tan\left(%s\right)", np.tan, _unused, decimal=_tangent)
_ALL = (sin, cos, tan)


def has_angle(node: Expression) -> bool:
    if isinstance(node, Call) and node.function in _ALL:
        return True
    return any(map(has_angle, children(node)))


def in_degrees(node: Expression) -> Expression:
    """The expression with its angles read as degrees."""
    parts = tuple(in_degrees(part) for part in children(node))
    if isinstance(node, Call) and node.function in _ALL:
        return Call(node.function, tuple(part * (PI.value / 180) for part in parts))
    return rebuilt(node, parts) if parts else node


def with_pi(call: Expression, pi: Expression | None) -> Expression:
    r"""A call whose argument has the symbol \pi in it, which is a number there."""
    if pi is None:
        return call
    if call is pi:
        return Constant(PI.value)
    parts = tuple(with_pi(part, pi) for part in children(call))
    return rebuilt(call, parts) if parts else call
