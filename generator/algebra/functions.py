"""Primitive table functions: those that no expression of the algebra defines."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from generator.algebra.expression import Function

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
    decimal=Decimal.ln,
)
