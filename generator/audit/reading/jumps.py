"""Functions that jump or bend, which are only read: floor, round, sign, step, clip."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from generator.algebra import Function
from generator.algebra.expression import FloatArray

LOST = Decimal("1e-20")  # that much below a whole number is the number itself


def _flat(*_: object) -> FloatArray:
    raise NotImplementedError("a function that is only read has no slope")


def _floor(x: Decimal) -> Decimal:
    return (x + LOST).to_integral_value(ROUND_FLOOR)


def _ceiling(x: Decimal) -> Decimal:
    return (x - LOST).to_integral_value(ROUND_CEILING)


def _sign(x: Decimal) -> Decimal:
    if not x:
        raise ArithmeticError("pages differ in what the sign of zero is")
    return Decimal(1).copy_sign(x)


def _step(x: Decimal) -> Decimal:
    if x <= 0:
        raise ArithmeticError("pages differ in what a step is before it: 0 or -1")
    return Decimal(1)


def _nearest(x: Decimal) -> Decimal:
    if abs(x - x.to_integral_value(ROUND_FLOOR) - Decimal("0.5")) < LOST:
        raise ArithmeticError("pages differ in what a half is rounded to")
    return x.to_integral_value()


def _clip(x: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return min(max(x, low), high)


nearest = Function("round", r"\mathrm{round}\left(%s\right)", np.round, _flat, decimal=_nearest)
clip = Function("clip", r"\mathrm{clip}\left(%s, %s, %s\right)", np.clip, _flat, decimal=_clip)
floor = Function("floor", r"\left\lfloor %s \right\rfloor", np.floor, _flat, decimal=_floor)
ceiling = Function("ceiling", r"\left\lceil %s \right\rceil", np.ceil, _flat, decimal=_ceiling)
sign = Function("sign", r"\mathrm{sign}\left(%s\right)", np.sign, _flat, decimal=_sign)
step = Function("step", r"\mathrm{step}\left(%s\right)", np.heaviside, _flat, decimal=_step)
