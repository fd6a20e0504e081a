"""Configurations drawn from a seed, and how they are written as YAML."""

import inspect
from decimal import Decimal
from random import Random
from typing import Any

from generator.network.activations import ACTIVATIONS
from generator.network.initializers import INITIALIZERS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS
from generator.network.schedules import SCHEDULES

# From where a parameter is drawn, by its own name or that of its entry; 0 is drawn more often.
RANGES = {
    "negative_slope": (-0.2, 0.5),
    "elu.alpha": (0.2, 2),
    "delta": (0.1, 2),
    "beta": (0, 2),
    "learning_rate": (0.001, 0.5),
    "momentum": (0, 0.95),
    "dampening": (0, 0.9),
    "weight_decay": (0, 0.2),
    "lr_decay": (0, 0.5),
    "initial_accumulator_value": (0, 1),
    "eps": (0.0001, 0.1),
    "rmsprop.alpha": (0.5, 0.99),
    "rho": (0.1, 0.99),
    "betas": (0, 0.99),
    "gamma": (0.1, 1),
    "eta_min": (0, 0.1),
    "value": (-1, 1),
    "low": (-1, -0.1),
    "high": (0, 1),
    "mean": (-0.5, 0.5),
    "std": (0.1, 1),
    "gain": (0.3, 1.5),
}


def draw_configuration(random: Random) -> dict:
    loss = random.choice(list(LOSSES))
    last = random.choice(LAST_ACTIVATIONS.get(loss, list(ACTIVATIONS)))
    sizes = [random.randint(1, 6) for _ in range(random.randint(2, 5))]
    if (loss, last) == ("binary_cross_entropy", "softmax"):
        sizes[-1] = random.randint(2, 6)  # one probability alone is 1, and BCELoss is infinite
    activations = [random.choice(list(ACTIVATIONS)) for _ in sizes[2:]] + [last]
    in_out = random.random() < 0.25
    network = {"inputs": sizes[0], "layers": []}
    for index, activation in enumerate(activations):
        layer = draw_layer(random, sizes[index], sizes[index + 1], activation, in_out)
        network["layers"].append(layer)
    name_units(random, network, sizes)
    config = {
        "network": network | ({"weights_layout": "in_out"} if in_out else {}),
        "samples": [draw_sample(random, sizes, loss) for _ in range(random.randint(1, 4))],
        "seed": random.randint(0, 999),
        "loss": draw_entry(random, LOSSES, loss),
        "optimizer": draw_optimizer(random),
    }
    if random.random() < 0.6:
        config["reduction"] = random.choice(["mean", "sum"])
    if random.random() < 0.3:
        keys = random.choice([["l1"], ["l2"], ["l1", "l2"]])
        config["penalty"] = {key: draw_number(random, 0, 0.3) for key in keys}
    training = {
        "steps": random.randint(1, 5),
        "batch_size": random.choice(["all", 1, 2, 3, 9]),
        "train_biases": random.random() < 0.6,
    }
    if kept := {key: value for key, value in training.items() if random.random() < 0.7}:
        config["training"] = kept
    what = random.random()
    if what < 0.03:  # run forward only: without a loss, or without targets
        del config["loss"]
    elif what < 0.06:
        for sample in config["samples"]:
            del sample["targets"]
    if what < 0.02 or what > 0.95:
        del config["optimizer"]
    return config


LAST_ACTIVATIONS = {
    "binary_cross_entropy": ["sigmoid", "sigmoid", "softmax", "hard_sigmoid"],
    "cross_entropy": ["softmax"],
    "kl_divergence": ["softmax", "softmax", "sigmoid", "softplus"],
}


def draw_layer(random: Random, fan_in: int, units: int, activation: str, in_out: bool) -> dict:
    rows, columns = (fan_in, units) if in_out else (units, fan_in)
    spread = 1.5 / fan_in**0.5
    layer: dict[str, Any] = {
        "units": units,
        "activation": draw_entry(random, ACTIVATIONS, activation),
        "weights": [
            [draw_number(random, -spread, spread) for _ in range(columns)] for _ in range(rows)
        ],
    }
    if random.random() < 0.3:
        layer["weights"] = draw_initializer(random)
    elif random.random() < 0.5:
        del layer["units"]
    biases = random.choice(["bias", "biases", "biases", "drawn", "none"])
    if biases == "bias":
        layer["bias"] = draw_number(random, -1, 1)
    elif biases == "biases":
        layer["biases"] = [draw_number(random, -1, 1) for _ in range(units)]
    elif biases == "drawn":
        layer["biases"] = draw_initializer(random)
    frozen = {"weights": random.random() < 0.7, "bias": random.random() < 0.5}
    if kept := {key: value for key, value in frozen.items() if random.random() < 0.2}:
        layer["trainable"] = kept
    return layer


def draw_initializer(random: Random) -> dict:
    entry = draw_entry(random, INITIALIZERS, random.choice(list(INITIALIZERS)))
    chosen = {"init": entry} if isinstance(entry, str) else {"init": entry.pop("name"), **entry}
    return chosen | ({"digits": random.randint(1, 6)} if random.random() < 0.7 else {})


def draw_optimizer(random: Random) -> str | dict:
    optimizer = draw_entry(random, OPTIMIZERS, random.choice(list(OPTIMIZERS)))
    if isinstance(optimizer, dict) and optimizer.get("nesterov"):
        optimizer["momentum"] = draw_number(random, 0.1, 0.95)
        optimizer["dampening"] = 0
    if random.random() < 0.5:
        schedule = draw_entry(random, SCHEDULES, random.choice(list(SCHEDULES)))
        own = {"name": optimizer} if isinstance(optimizer, str) else optimizer
        optimizer = own | {"schedule": schedule}
    return optimizer


def draw_entry(random: Random, table: dict, entry: str) -> str | dict:
    """An entry with some of its parameters, PyTorch's defaults for the others."""
    found = {}
    for parameter in inspect.signature(table[entry], eval_str=True).parameters.values():
        key, required = parameter.name, parameter.default is inspect.Parameter.empty
        if key not in ("fan_in", "fan_out") and (required or random.random() < 0.6):
            if parameter.annotation is bool:
                found[key] = random.random() < 0.5
            elif parameter.annotation is int:
                found[key] = random.randint(1, 4)
            else:
                low, high = RANGES.get(f"{entry}.{key}") or RANGES[key]
                pair = [draw_number(random, low, high) for _ in range(2)]
                found[key] = pair[0] if parameter.annotation is Decimal else pair
    return {"name": entry} | found if found or random.random() < 0.2 else entry


def draw_number(random: Random, low: float, high: float) -> Decimal:
    """A number within bounds, with one to six digits after the point."""
    if low == 0 and random.random() < 0.15:
        return Decimal(0)
    while True:
        number = Decimal(repr(round(random.uniform(low, high), random.randint(1, 6))))
        if number and low <= number <= high:
            return number


def draw_sample(random: Random, sizes: list[int], loss: str) -> dict:
    outputs = sizes[-1]
    inputs = [draw_number(random, -1.5, 1.5) for _ in range(sizes[0])]
    targets: Any = [draw_number(random, -1, 1) for _ in range(outputs)]
    if loss == "hinge":
        targets = [random.choice([1, -1]) for _ in range(outputs)]
    elif loss in LAST_ACTIVATIONS:
        kind = random.choice(["index", "one-hot", "soft", "any"])
        index = random.randrange(outputs)
        targets = {
            "index": index,
            "one-hot": [int(unit == index) for unit in range(outputs)],
            "soft": shares(random, outputs),
            "any": [draw_number(random, 0, 1) for _ in range(outputs)],
        }[kind]
    return {"inputs": inputs, "targets": targets}


def shares(random: Random, count: int) -> list[Decimal]:
    """Hundredths that sum to 1, some perhaps 0."""
    cuts = sorted(random.randint(0, 100) for _ in range(count - 1))
    edges = zip([0, *cuts], [*cuts, 100], strict=True)
    return [Decimal(above - below) / 100 for below, above in edges]


def name_units(random: Random, network: dict, sizes: list[int]) -> None:
    if random.random() < 0.2:
        network["inputs"] = [f"feature {unit}" for unit in range(sizes[0])]
    if random.random() < 0.2:
        network["outputs"] = [f"class_{unit}" for unit in range(sizes[-1])]
    elif random.random() < 0.2:
        network["layers"][-1]["names"] = [f"unit-{unit}" for unit in range(sizes[-1])]


# Writing YAML


def yaml_text(config: dict, random: Random | None = None) -> str:
    """A configuration as YAML, a key a line; with a random, each number in one of its spellings."""
    random = random or Random(0)
    return "".join(f"{key}: {flow(value, random)}\n" for key, value in config.items())


def flow(value: Any, random: Random) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(v, random)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, random) for item in value) + "]"
    if isinstance(value, bool):
        return random.choice({True: ["true", "yes", "On"], False: ["false", "no", "OFF"]}[value])
    return random.choice(spellings(value)) if isinstance(value, Decimal) else str(value)


def spellings(number: Decimal) -> list[str]:
    """The same number as people and programs write it."""
    plain = f"{number:f}"
    sign, digits, exponent = number.as_tuple()
    whole = "-" * sign + "".join(map(str, digits))
    found = [plain, plain, f"{number:e}", f"{number:E}", f"{whole}e{exponent}"]
    if not sign:
        found.append(f"+{plain}")
    if "." in plain:
        found += [f"{plain}0", plain.replace("0.", ".", 1) if abs(number) < 1 else plain]
    if len(digits) > 2:
        found.append(f"{whole[:-1]}_{whole[-1]}e{exponent}")
    return found
