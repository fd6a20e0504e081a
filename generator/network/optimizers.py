"""Optimizers: how a parameter moves, as a table of PyTorch's formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Rule:
    """An optimizer's formula: (parameter, gradient, learning rate) to the new parameter.

    It runs on float64 arrays and on quantities alike.
    """

    name: str
    update: Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Optimizer:
    """A rule with its hyperparameters, as the user typed them."""

    rule: Rule
    learning_rate: Decimal


sgd = Rule("sgd", lambda parameter, gradient, rate: parameter - rate * gradient)

OPTIMIZERS = {rule.name: rule for rule in (sgd,)}
