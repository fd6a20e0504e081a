"""The functions that the reader knows, by what they are written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

import numpy as np

from generator.algebra import (
    Constant,
    Expression,
    Function,
    exp,
    given,
    ln,
    local_derivatives,
    substitute,
)
from generator.algebra.expression import FloatArray, as_expression
from generator.algebra.functions import absolute, maximum, normal_cdf, sqrt, tanh
from generator.audit.reading.angles import cos, sin, tan
from generator.audit.reading.jumps import ceiling, clip, floor, nearest, sign, step
from generator.audit.reading.tokens import Unreadable, words
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


def _unused(*_: object) -> FloatArray:
    raise NotImplementedError("a function that is only read has no float reading")


def _read_as(name: str, latex: str, expression: Callable[..., Expression]) -> Function:
    return Function(name, latex, _unused, _unused, expression=expression)


def logarithm(base: int) -> Function:
    """The logarithm to a base."""
    divisor = ln(Constant(Decimal(base)))
    return _read_as(f"log{base}", rf"\log_{{{base}}}\left(%s\right)", lambda x: ln(x) / divisor)


# `\log` is the natural logarithm in this field; where it does not fit, the others are tried.
log = _read_as("log", r"\log\left(%s\right)", lambda x: ln(x))
_sigmoid = sigmoid()
assert isinstance(_sigmoid, Function)


def slope_of(function: Function) -> Function:
    """The derivative of an activation, as its table entry has it or as the rules give it."""
    assert function.latex is not None, function
    latex = function.latex.replace(r"\left(", r"'\left(", 1)
    derivative = function.derivative
    if derivative is not None:
        return _read_as(f"{function.name}'", latex, lambda z: derivative(z, function(z))[-1])
    assert function.expression is not None, function
    x = given("x", Decimal(1))
    by_rules = local_derivatives(function.expression(x))[x]
    return _read_as(
        f"{function.name}'", latex, lambda z: substitute(by_rules, {x: as_expression(z)})
    )


minimum = Function("minimum", r"\min\left(%s, %s\right)", np.minimum, _unused, decimal=min)
sinh = _read_as("sinh", r"\sinh\left(%s\right)", lambda x: (exp(x) - exp(-x)) / 2)
mean = _read_as("mean", r"\mathrm{mean}\left(%s\right)", lambda x: x)  # of a list, or of several
erf = _read_as(
    "erf",
    r"\mathrm{erf}\left(%s\right)",
    lambda x: 2 * normal_cdf(x * sqrt(Constant(Decimal(2)))) - 1,
)
logit = _read_as("logit", r"\mathrm{logit}\left(%s\right)", lambda p: ln(p) - ln(1 - p))
cosh = _read_as("cosh", r"\cosh\left(%s\right)", lambda x: (exp(x) + exp(-x)) / 2)

# What a function is written as, behind its backslash if it has one; to read another, enter it
# here. How many arguments it takes is how many its own LaTeX has places for.
FUNCTIONS: Mapping[str, Function] = {
    name: function
    for names, function in (
        (r"\exp exp", exp),
        (r"\ln ln", ln),
        (r"\log log", log),
        (r"\lg lg", logarithm(10)),
        (r"\tanh tanh", tanh),
        (r"\sinh sinh", sinh),
        (r"\cosh cosh", cosh),
        (r"\sin sin", sin),
        (r"\cos cos", cos),
        (r"\tan tan", tan),
        (r"\max max", maximum),
        (r"\min min", minimum),
        (r"\lvert abs", absolute),
        (r"\lfloor ⌊ floor", floor),
        (r"\lceil ⌈ ceil", ceiling),
        ("round", nearest),
        ("clip clamp", clip),
        ("mean Mean avg average", mean),
        ("sign sgn", sign),
        ("step", step),
        (r"sqrt", sqrt),
        (r"\Phi", normal_cdf),
        (r"\sigma sigmoid Sigmoid sig logistic sigm", _sigmoid),
        ("ReLU relu Relu RELU", relu()),
        ("GELU gelu", gelu()),
        ("SiLU silu Swish swish", silu()),
        ("Mish mish", mish()),
        ("SELU selu", selu()),
        ("softplus Softplus", softplus()),
        ("erf", erf),
        ("logit", logit),
        ("softsign", softsign()),
        ("hardsigmoid", hard_sigmoid()),
    )
    if isinstance(function, Function)
    for name in names.split()
}

# The same with a prime: the slopes of those that have one in the activations' table.
SLOPES: Mapping[str, Function] = {
    name: slope_of(function)
    for name, function in FUNCTIONS.items()
    if (function.derivative or function.expression) and (function.latex or "").count("%s") == 1
}

# Functions whose subscript is a parameter, or tells them from another of the name.
WITH_SUBSCRIPT: Mapping[str, Callable[[str], Activation]] = {
    "LeakyReLU": lambda subscript: leaky_relu(Decimal(subscript)),
    "ELU": lambda subscript: elu(Decimal(subscript)),
    "GELU": lambda subscript: gelu_tanh(),
}
LOGARITHMS: Mapping[str, Callable[[], Function]] = {
    "2": partial(logarithm, 2),
    "10": partial(logarithm, 10),
    "e": lambda: ln,
}

# Letters that stand for a function when brackets follow; which one, no page need say.
UNNAMED = words(r"f g \phi \varphi \psi")
NOT_ENTERED = words(r"\det \arg \lVert \operatorname \Pr \sup \inf \lim \int \arctan \coth")


def with_subscript(base: str, subscript: str) -> Function:
    """The function that a subscript tells from others of its name."""
    try:
        function = WITH_SUBSCRIPT[base](subscript)
    except ArithmeticError:
        raise Unreadable(f"`{subscript}` is no parameter of {base}") from None
    assert isinstance(function, Function), base
    return function
