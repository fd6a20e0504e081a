r"""Activations: one entry gives the number, the LaTeX and the derivative.

To add one, write its entry; the configuration, the page, the JSON and the tests
find it in the table.
"""

from __future__ import annotations

import numpy as np

from generator.algebra import Function, exp
from generator.algebra.expression import FloatArray


def _logistic(z: FloatArray) -> FloatArray:
    """1 / (1 + e^-z) without overflow: e^-|z| is at most 1."""
    small = np.exp(-np.abs(z))
    result: FloatArray = np.where(z >= 0, 1, small) / (1 + small)
    return result


linear = Function(
    name="linear",
    latex="%s",
    kernel=lambda z: z,
    slope=np.ones_like,
    expression=lambda z: z,
)

sigmoid = Function(
    name="sigmoid",
    latex=r"\sigma\left(%s\right)",
    kernel=_logistic,
    slope=lambda z: _logistic(z) * _logistic(-z),
    expression=lambda z: 1 / (1 + exp(-z)),
    derivative=lambda z, a: (a * (1 - a),),
)

ACTIVATIONS = {entry.name: entry for entry in (linear, sigmoid)}
