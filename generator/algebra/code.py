"""The formulas of a table's entry as text of a NumPy and of a PyTorch program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A function and its derivative, written as a person writes them in a program.

    value: the body of a NumPy function of the arguments and the parameters, by
        their names; its last line is the expression that it returns.
    slope: the same for its derivative; an activation's may call the function itself.
    pytorch: PyTorch's expression, a template with the arguments and the
        parameters in braces.
    """

    value: str
    slope: str
    pytorch: str
