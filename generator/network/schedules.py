"""Schedules: the learning rate of each update, by PyTorch's formulas (torch.optim.lr_scheduler)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Rate: TypeAlias = Callable[[float, int], float]


@dataclass(frozen=True)
class Schedule:
    """A schedule: from the first learning rate and an update's number, from 1, to its rate.

    code: the rate of a step in a program, of the settings, `initial_rate` and `step`.
    pytorch: the name of its class in torch.optim.lr_scheduler.
    """

    name: str
    settings: dict[str, Decimal | int]
    rate: Rate
    code: str
    pytorch: str


def constant() -> Schedule:
    """The same learning rate for every update."""
    return Schedule("constant", {}, lambda rate, update: rate, "initial_rate", "ConstantLR")


def step(step_size: int, gamma: Decimal = Decimal("0.1")) -> Schedule:
    """The learning rate times gamma after every step_size updates; StepLR."""
    factor = float(gamma)
    return Schedule(
        "step",
        {"step_size": step_size, "gamma": gamma},
        lambda rate, update: rate * _power(factor, (update - 1) // step_size),
        "initial_rate * gamma ** ((step - 1) // step_size)",
        "StepLR",
    )


def exponential(gamma: Decimal) -> Schedule:
    """The learning rate times gamma after every update; ExponentialLR."""
    factor = float(gamma)
    return Schedule(
        "exponential",
        {"gamma": gamma},
        lambda rate, update: rate * _power(factor, update - 1),
        "initial_rate * gamma ** (step - 1)",
        "ExponentialLR",
    )


def cosine(T_max: int, eta_min: Decimal = Decimal(0)) -> Schedule:
    """Half a cosine wave from the learning rate to eta_min in T_max updates; CosineAnnealingLR."""
    low = float(eta_min)
    return Schedule(
        "cosine",
        {"T_max": T_max, "eta_min": eta_min},
        lambda rate, update: (
            low + (rate - low) * (1 + math.cos(math.pi * (update - 1) / T_max)) / 2
        ),
        "wave = (1 + np.cos(np.pi * (step - 1) / T_max)) / 2\n"
        "eta_min + (initial_rate - eta_min) * wave",
        "CosineAnnealingLR",
    )


def _power(factor: float, exponent: int) -> float:
    """A power that is infinite, rather than an error, where it is too large."""
    try:
        return float(factor**exponent)
    except OverflowError:
        return math.inf


SCHEDULES: dict[str, Callable[..., Schedule]] = {
    entry.__name__: entry for entry in (constant, step, exponential, cosine)
}
