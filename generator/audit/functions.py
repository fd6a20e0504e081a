"""The functions that the reader knows, by what they are written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from generator.algebra import Function, exp, ln
from generator.algebra.functions import absolute, maximum, normal_cdf, tanh
from generator.audit.tokens import Unreadable, words
from generator.network.activations import (
    Activation,
    elu,
    gelu,
    gelu_tanh,
    hard_sigmoid,
    leaky_relu,
    mish,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
)

# What a function is written as, behind its backslash if it has one; to read another, enter it
# here. How many arguments it takes is how many its own LaTeX has places for.
FUNCTIONS: Mapping[str, Function] = {
    name: function
    for names, function in (
        (r"\exp exp", exp),
        (r"\ln ln", ln),
        (r"\tanh tanh", tanh),
        (r"\max max", maximum),
        (r"\lvert", absolute),
        (r"\Phi", normal_cdf),
        (r"\sigma sigmoid", sigmoid()),
        ("ReLU", relu()),
        ("GELU", gelu()),
        ("SiLU", silu()),
        ("Mish", mish()),
        ("SELU", selu()),
        ("softplus", softplus()),
        ("softsign", softsign()),
        ("hardsigmoid", hard_sigmoid()),
    )
    if isinstance(function, Function)
    for name in names.split()
}

# Functions whose subscript is a parameter, or tells them from another of the name.
WITH_SUBSCRIPT: Mapping[str, Callable[[str], Activation]] = {
    "LeakyReLU": lambda subscript: leaky_relu(Decimal(subscript)),
    "ELU": lambda subscript: elu(Decimal(subscript)),
    "GELU": lambda subscript: gelu_tanh(),
}

NOT_ENTERED = words(r"\log \lg \sinh \cosh \min \sin \cos \tan \det \arg \lVert \operatorname |")


def with_subscript(base: str, subscript: str) -> Function:
    """The function that a subscript tells from others of its name."""
    try:
        function = WITH_SUBSCRIPT[base](subscript)
    except ArithmeticError:
        raise Unreadable(f"`{subscript}` is no parameter of {base}") from None
    assert isinstance(function, Function), base
    return function
