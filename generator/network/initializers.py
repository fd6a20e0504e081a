"""Initial weights drawn from a seed, as a table (torch.nn.init), rounded for people.

The draws come from Python's Mersenne Twister and plain arithmetic, whose
sequence is the same on every platform; rounding hides what a library's last
bit could change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from random import Random
from statistics import NormalDist
from typing import TypeAlias

Draw: TypeAlias = Callable[[Random], float]
UNIT_NORMAL = NormalDist()
WIDE = Context(prec=400)


def zeros(fan_in: int, fan_out: int) -> Draw:
    """All 0."""
    return lambda random: 0.0


def ones(fan_in: int, fan_out: int) -> Draw:
    """All 1."""
    return lambda random: 1.0


def constant(fan_in: int, fan_out: int, value: Decimal) -> Draw:
    """All the same value."""
    return lambda random: float(value)


def uniform(
    fan_in: int, fan_out: int, low: Decimal = Decimal(0), high: Decimal = Decimal(1)
) -> Draw:
    """Uniform between low and high."""
    return _uniform(float(low), float(high))


def normal(
    fan_in: int, fan_out: int, mean: Decimal = Decimal(0), std: Decimal = Decimal(1)
) -> Draw:
    """Normal with a mean and a standard deviation."""
    return _normal(float(mean), float(std))


def xavier_uniform(fan_in: int, fan_out: int, gain: Decimal = Decimal(1)) -> Draw:
    """Uniform within gain * sqrt(6 / (fan_in + fan_out)) of 0 (Glorot and Bengio 2010)."""
    bound = float(gain) * math.sqrt(6 / (fan_in + fan_out))
    return _uniform(-bound, bound)


def xavier_normal(fan_in: int, fan_out: int, gain: Decimal = Decimal(1)) -> Draw:
    """Normal with the standard deviation gain * sqrt(2 / (fan_in + fan_out))."""
    return _normal(0, float(gain) * math.sqrt(2 / (fan_in + fan_out)))


def kaiming_uniform(fan_in: int, fan_out: int) -> Draw:
    """Uniform within sqrt(6 / fan_in) of 0, for ReLU (He et al. 2015)."""
    bound = math.sqrt(6 / fan_in)
    return _uniform(-bound, bound)


def kaiming_normal(fan_in: int, fan_out: int) -> Draw:
    """Normal with the standard deviation sqrt(2 / fan_in), for ReLU."""
    return _normal(0, math.sqrt(2 / fan_in))


def lecun_normal(fan_in: int, fan_out: int) -> Draw:
    """Normal with the standard deviation sqrt(1 / fan_in) (LeCun et al. 1998)."""
    return _normal(0, math.sqrt(1 / fan_in))


INITIALIZERS: dict[str, Callable[..., Draw]] = {
    entry.__name__: entry
    for entry in (
        zeros,
        ones,
        constant,
        uniform,
        normal,
        xavier_uniform,
        xavier_normal,
        kaiming_uniform,
        kaiming_normal,
        lecun_normal,
    )
}


def drawn(draw: Draw, random: Random, digits: int, count: int) -> tuple[Decimal, ...]:
    """So many values, rounded to so many digits after the point."""
    place = Decimal(1).scaleb(-digits)
    values = (Decimal(draw(random)).quantize(place, ROUND_HALF_EVEN, WIDE) for _ in range(count))
    return tuple(value if value else abs(value) for value in values)


def _uniform(low: float, high: float) -> Draw:
    return lambda random: low + (high - low) * random.random()


def _normal(mean: float, std: float) -> Draw:
    """By the inverse of the distribution function, one draw of the generator a value."""
    return lambda random: mean + std * UNIT_NORMAL.inv_cdf(max(random.random(), 2**-53))
