r"""Losses: what one output of one sample adds to the loss, as a table.

An entry is a function of the target t and the output y. Its derivative and its
slope are those in y; a target is given, so nothing asks for the other.
"""

from __future__ import annotations

from generator.algebra import Function, Quotient
from generator.algebra.expression import as_expression

HALF = Quotient(as_expression(1), as_expression(2))

half_squared_error = Function(
    name="half_squared_error",
    latex=None,
    kernel=lambda t, y: 0.5 * (t - y) ** 2,
    slope=lambda t, y: y - t,
    expression=lambda t, y: HALF * (t - y) ** 2,
    derivative=lambda t, y, loss: (t - y, -(t - y)),
)

LOSSES = {entry.name: entry for entry in (half_squared_error,)}
