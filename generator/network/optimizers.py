"""Optimizers: how a parameter moves, as a table of PyTorch's formulas (torch.optim).

An entry is a function from its hyperparameters, with PyTorch's defaults, to an
Optimizer. Its step runs on float64 arrays and on arrays of quantities alike;
`name` turns what a page shows on the way into quantities and leaves floats be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from generator.algebra.functions import absolute, maximum, sqrt

State: TypeAlias = dict[str, Any]


class Naming(Protocol):
    """Names an array after a role, such as `exp_avg`."""

    def __call__(self, values: Any, role: str) -> Any: ...


class Step(Protocol):
    """One update of one parameter array.

    p: the parameter; g: its gradient; s: its state before, by PyTorch's names;
    h: the hyperparameters; t: the number of the update, from 1.
    Returns the new parameter and the new state.
    """

    def __call__(
        self, p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]: ...


@dataclass(frozen=True)
class Optimizer:
    """An optimizer with its hyperparameters as the user typed them.

    numbers: those that its formulas read, by name (betas as beta1 and beta2).
    settings: all of them as PyTorch calls them, resolved.
    state: the names of the state's arrays, all zero before the first update
        unless `initial` says otherwise.
    code: the body of a NumPy function of the parameter w, its gradient g, its
        state and the number of the step; the last line is the new parameter.
    pytorch: the name of its class in torch.optim.
    quirk: what PyTorch does and a reader would not expect; empty if nothing.
    """

    name: str
    numbers: Mapping[str, Decimal]
    settings: Mapping[str, Any]
    state: tuple[str, ...]
    step: Step
    initial: Mapping[str, Decimal]
    code: tuple[str, ...]
    pytorch: str
    quirk: str = ""

    @property
    def learning_rate(self) -> Decimal:
        return self.numbers["learning_rate"]


def sgd(
    learning_rate: Decimal = Decimal("0.001"),
    momentum: Decimal = Decimal(0),
    dampening: Decimal = Decimal(0),
    nesterov: bool = False,
    weight_decay: Decimal = Decimal(0),
) -> Optimizer:
    """Gradient descent, with momentum, Nesterov's look-ahead and weight decay if asked for."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        g = _decayed(p, g, h, weight_decay, name)
        if not momentum:
            return p - h["learning_rate"] * g, {}
        if t == 1:
            buffer = name(g, "momentum_buffer")
        elif dampening:
            buffer = h["momentum"] * s["momentum_buffer"] + (1 - h["dampening"]) * g
            buffer = name(buffer, "momentum_buffer")
        else:
            buffer = name(h["momentum"] * s["momentum_buffer"] + g, "momentum_buffer")
        direction = name(g + h["momentum"] * buffer, "look_ahead") if nesterov else buffer
        return p - h["learning_rate"] * direction, {"momentum_buffer": buffer}

    return _optimizer(
        "sgd",
        step,
        pytorch="SGD",
        code=(
            *_decay_line(weight_decay),
            *_sgd_code(bool(momentum), bool(dampening), nesterov),
        ),
        state=("momentum_buffer",) if momentum else (),
        quirk="first_momentum" if momentum else "",
        learning_rate=learning_rate,
        momentum=momentum,
        dampening=dampening,
        nesterov=nesterov,
        weight_decay=weight_decay,
    )


def adagrad(
    learning_rate: Decimal = Decimal("0.01"),
    lr_decay: Decimal = Decimal(0),
    weight_decay: Decimal = Decimal(0),
    initial_accumulator_value: Decimal = Decimal(0),
    eps: Decimal = Decimal("1e-10"),
) -> Optimizer:
    """Steps divided by the root of the sum of all squared gradients."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        g = _decayed(p, g, h, weight_decay, name)
        summed = name(s["sum"] + g**2, "sum")
        rate = h["learning_rate"]
        if lr_decay and t > 1:
            rate = rate / (1 + (t - 1) * h["lr_decay"])
        return p - rate * g / (sqrt(summed) + h["eps"]), {"sum": summed}

    return _optimizer(
        "adagrad",
        step,
        pytorch="Adagrad",
        code=(
            *_decay_line(weight_decay),
            'state["sum"] = state["sum"] + g**2',
            *(("rate = learning_rate / (1 + (step - 1) * lr_decay)",) if lr_decay else ()),
            f'w - {"rate" if lr_decay else "learning_rate"} * g / (np.sqrt(state["sum"]) + eps)',
        ),
        state=("sum",),
        initial={"sum": initial_accumulator_value},
        learning_rate=learning_rate,
        lr_decay=lr_decay,
        weight_decay=weight_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=eps,
    )


def rmsprop(
    learning_rate: Decimal = Decimal("0.01"),
    alpha: Decimal = Decimal("0.99"),
    eps: Decimal = Decimal("1e-8"),
    weight_decay: Decimal = Decimal(0),
    momentum: Decimal = Decimal(0),
    centered: bool = False,
) -> Optimizer:
    """Steps divided by the root of a running mean of squared gradients."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        g = _decayed(p, g, h, weight_decay, name)
        square = name(h["alpha"] * s["square_avg"] + (1 - h["alpha"]) * g**2, "square_avg")
        state: State = {"square_avg": square}
        spread = square
        if centered:
            mean = name(h["alpha"] * s["grad_avg"] + (1 - h["alpha"]) * g, "grad_avg")
            state["grad_avg"] = mean
            spread = name(square - mean**2, "variance")
        direction = g / (sqrt(spread) + h["eps"])
        if momentum:
            buffer = h["momentum"] * s["momentum_buffer"] + direction
            direction = state["momentum_buffer"] = name(buffer, "momentum_buffer")
        return p - h["learning_rate"] * direction, state

    return _optimizer(
        "rmsprop",
        step,
        pytorch="RMSprop",
        code=(
            *_decay_line(weight_decay),
            'state["square_avg"] = alpha * state["square_avg"] + (1 - alpha) * g**2',
            *_rmsprop_code(centered, bool(momentum)),
        ),
        state=(
            "square_avg",
            *(("grad_avg",) if centered else ()),
            *(("momentum_buffer",) if momentum else ()),
        ),
        learning_rate=learning_rate,
        alpha=alpha,
        eps=eps,
        weight_decay=weight_decay,
        momentum=momentum,
        centered=centered,
    )


def adadelta(
    learning_rate: Decimal = Decimal("1.0"),
    rho: Decimal = Decimal("0.9"),
    eps: Decimal = Decimal("1e-6"),
    weight_decay: Decimal = Decimal(0),
) -> Optimizer:
    """Steps in the ratio of the running means of squared steps and squared gradients."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        g = _decayed(p, g, h, weight_decay, name)
        square = name(h["rho"] * s["square_avg"] + (1 - h["rho"]) * g**2, "square_avg")
        ratio = sqrt(s["acc_delta"] + h["eps"]) / sqrt(square + h["eps"])
        delta = name(ratio * g, "delta")
        moved = name(h["rho"] * s["acc_delta"] + (1 - h["rho"]) * delta**2, "acc_delta")
        return p - h["learning_rate"] * delta, {"square_avg": square, "acc_delta": moved}

    return _optimizer(
        "adadelta",
        step,
        pytorch="Adadelta",
        code=(
            *_decay_line(weight_decay),
            'state["square_avg"] = rho * state["square_avg"] + (1 - rho) * g**2',
            'ratio = np.sqrt(state["acc_delta"] + eps) / np.sqrt(state["square_avg"] + eps)',
            "delta = ratio * g",
            'state["acc_delta"] = rho * state["acc_delta"] + (1 - rho) * delta**2',
            "w - learning_rate * delta",
        ),
        state=("square_avg", "acc_delta"),
        learning_rate=learning_rate,
        rho=rho,
        eps=eps,
        weight_decay=weight_decay,
    )


def _adam_step(
    p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
) -> tuple[Any, State]:
    mean = name(h["beta1"] * s["exp_avg"] + (1 - h["beta1"]) * g, "exp_avg")
    square = name(h["beta2"] * s["exp_avg_sq"] + (1 - h["beta2"]) * g**2, "exp_avg_sq")
    mean_hat = name(mean / (1 - h["beta1"] ** t), "exp_avg_hat")
    square_hat = name(square / (1 - h["beta2"] ** t), "exp_avg_sq_hat")
    moved = p - h["learning_rate"] * mean_hat / (sqrt(square_hat) + h["eps"])
    return moved, {"exp_avg": mean, "exp_avg_sq": square}


ADAM_LINES = (
    'state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * g',
    'state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g**2',
    'mean = state["exp_avg"] / (1 - beta1**step)',
    'square = state["exp_avg_sq"] / (1 - beta2**step)',
    "w - learning_rate * mean / (np.sqrt(square) + eps)",
)


def adam(
    learning_rate: Decimal = Decimal("0.001"),
    betas: tuple[Decimal, Decimal] = (Decimal("0.9"), Decimal("0.999")),
    eps: Decimal = Decimal("1e-8"),
    weight_decay: Decimal = Decimal(0),
) -> Optimizer:
    """Running means of the gradient and of its square, corrected for their start at zero."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        return _adam_step(p, _decayed(p, g, h, weight_decay, name), s, h, t, name)

    return _optimizer(
        "adam",
        step,
        pytorch="Adam",
        code=(
            *_decay_line(weight_decay),
            *ADAM_LINES,
        ),
        state=("exp_avg", "exp_avg_sq"),
        learning_rate=learning_rate,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
    )


def adamw(
    learning_rate: Decimal = Decimal("0.001"),
    betas: tuple[Decimal, Decimal] = (Decimal("0.9"), Decimal("0.999")),
    eps: Decimal = Decimal("1e-8"),
    weight_decay: Decimal = Decimal("0.01"),
) -> Optimizer:
    """Adam with the weight decay taken from the parameter itself, not put into its gradient."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        if weight_decay:
            p = name(p * (1 - h["learning_rate"] * h["weight_decay"]), "shrunk")
        return _adam_step(p, g, s, h, t, name)

    return _optimizer(
        "adamw",
        step,
        pytorch="AdamW",
        code=(
            *(("w = w * (1 - learning_rate * weight_decay)",) if weight_decay else ()),
            *ADAM_LINES,
        ),
        state=("exp_avg", "exp_avg_sq"),
        learning_rate=learning_rate,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
    )


def adamax(
    learning_rate: Decimal = Decimal("0.002"),
    betas: tuple[Decimal, Decimal] = (Decimal("0.9"), Decimal("0.999")),
    eps: Decimal = Decimal("1e-8"),
    weight_decay: Decimal = Decimal(0),
) -> Optimizer:
    """Adam with a running maximum of the gradient's size in place of its mean square."""

    def step(
        p: Any, g: Any, s: State, h: Mapping[str, Any], t: int, name: Naming
    ) -> tuple[Any, State]:
        g = _decayed(p, g, h, weight_decay, name)
        mean = name(h["beta1"] * s["exp_avg"] + (1 - h["beta1"]) * g, "exp_avg")
        largest = maximum(h["beta2"] * s["exp_inf"], absolute(g) + h["eps"])
        largest = name(largest, "exp_inf")
        moved = p - h["learning_rate"] / (1 - h["beta1"] ** t) * mean / largest
        return moved, {"exp_avg": mean, "exp_inf": largest}

    return _optimizer(
        "adamax",
        step,
        pytorch="Adamax",
        code=(
            *_decay_line(weight_decay),
            'state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * g',
            'state["exp_inf"] = np.maximum(beta2 * state["exp_inf"], np.abs(g) + eps)',
            'w - learning_rate / (1 - beta1**step) * state["exp_avg"] / state["exp_inf"]',
        ),
        state=("exp_avg", "exp_inf"),
        learning_rate=learning_rate,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
    )


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    entry.__name__: entry for entry in (sgd, adagrad, rmsprop, adadelta, adam, adamw, adamax)
}


def _decayed(p: Any, g: Any, h: Mapping[str, Any], weight_decay: Decimal, name: Naming) -> Any:
    """The gradient with PyTorch's weight decay in it, where there is some."""
    return name(g + h["weight_decay"] * p, "decayed_gradient") if weight_decay else g


def _sgd_code(has_momentum: bool, has_dampening: bool, nesterov: bool) -> tuple[str, ...]:
    """The update of sgd; its first step has no dampening."""
    if not has_momentum:
        return ("w - learning_rate * g",)
    lines: tuple[str, ...] = ('state["momentum_buffer"] = momentum * state["momentum_buffer"] + g',)
    if has_dampening:
        lines = (
            'buffer = momentum * state["momentum_buffer"] + (1 - dampening) * g',
            'state["momentum_buffer"] = g if step == 1 else buffer',
        )
    direction = 'state["momentum_buffer"]'
    direction = f"(g + momentum * {direction})" if nesterov else direction
    return (*lines, f"w - learning_rate * {direction}")


def _rmsprop_code(centered: bool, has_momentum: bool) -> tuple[str, ...]:
    """The update of rmsprop once its mean of squares is known."""
    lines: tuple[str, ...] = ('direction = g / (np.sqrt(state["square_avg"]) + eps)',)
    if centered:
        lines = (
            'state["grad_avg"] = alpha * state["grad_avg"] + (1 - alpha) * g',
            'variance = state["square_avg"] - state["grad_avg"] ** 2',
            "direction = g / (np.sqrt(variance) + eps)",
        )
    if has_momentum:
        buffer = 'state["momentum_buffer"]'
        return (
            *lines,
            f"{buffer} = momentum * {buffer} + direction",
            f"w - learning_rate * {buffer}",
        )
    return (*lines, "w - learning_rate * direction")


def _decay_line(weight_decay: Decimal) -> tuple[str, ...]:
    return ("g = g + weight_decay * w",) if weight_decay else ()


def _optimizer(
    name: str,
    step: Step,
    pytorch: str,
    code: tuple[str, ...],
    state: tuple[str, ...],
    initial: Mapping[str, Decimal] | None = None,
    quirk: str = "",
    **settings: Any,
) -> Optimizer:
    numbers: dict[str, Decimal] = {}
    for key, value in settings.items():
        if key == "betas":
            numbers |= {"beta1": value[0], "beta2": value[1]}
        elif isinstance(value, Decimal):
            numbers[key] = value
    return Optimizer(name, numbers, settings, state, step, initial or {}, code, pytorch, quirk)
