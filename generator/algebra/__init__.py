"""Expressions over named quantities, and their readings as numbers and derivatives.

This package knows no networks and no LaTeX: an expression is a small tree, a
quantity is a name for one, and everything else is a reading of the tree.
"""

from generator.algebra.calculus import local_derivatives
from generator.algebra.code import Code
from generator.algebra.expression import (
    Call,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    expanded,
    quantities_in,
    substitute,
)
from generator.algebra.functions import exp, ln
from generator.algebra.number import NotFinite, defined, evaluate, given

__all__ = [
    "Call",
    "Code",
    "Constant",
    "Expression",
    "Function",
    "Negative",
    "NotFinite",
    "Power",
    "Product",
    "Quantity",
    "Quotient",
    "Sum",
    "defined",
    "evaluate",
    "exp",
    "expanded",
    "given",
    "ln",
    "local_derivatives",
    "quantities_in",
    "substitute",
]
