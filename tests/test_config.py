"""The configuration file: what it resolves to, and how its problems are told."""

import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest
import yaml

from generator.config import parse
from generator.config.located import Unusable
from generator.page.notation import LAYERED
from generator.page.notation import MAZUR as MAZURS

MAZUR = """\
# yaml-language-server: $schema=config.schema.json
title: A step by step backpropagation example
source: https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/

network:
  inputs: 2                                   # or a list of names
  layers:
    - units: 2
      activation: sigmoid
      weights: [[0.15, 0.20], [0.25, 0.30]]   # one row per unit, one column per input
      bias: 0.35                              # one bias shared by the layer's units
    - units: 2
      activation: sigmoid
      weights: [[0.40, 0.45], [0.50, 0.55]]
      bias: 0.60

samples:
  - {inputs: [0.05, 0.10], targets: [0.01, 0.99]}
reduction: mean

loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
training: {steps: 1, train_biases: false}

page:
  notation: mazur
  digits: 4
  result_digits: 9
  rounding: exact
"""

SMALL = """\
network:
  inputs: 2
  layers:
    - activation: sigmoid
      weights: [[1, 2], [3, 4], [5, 6]]
      biases: [7, 8, 9]
    - activation: linear
      weights: [[1, 2, 3]]
samples:
  - inputs: [1, 2]
    targets: [3]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.1}
"""

ONE_LAYER = """
network: {inputs: 1, layers: [{activation: linear, weights: [[2]]}]}
samples: [{inputs: [3]}]
"""

HERE = "»"  # stands in a test's YAML where a problem is to be found


def changed(old: str, new: str, text: str = SMALL) -> str:
    """The text with one place changed; a test that changes nothing is a mistake."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def problems(text: str) -> list[str]:
    """Every problem of a text, as `LINE:COLUMN: where: message`."""
    with pytest.raises(Unusable) as error:
        parse(text)
    return [problem.located("").removeprefix(":") for problem in error.value.problems]


def without_marks(text: str) -> tuple[str, list[str]]:
    """A text without its marks, and the `LINE:COLUMN` of each of them."""
    places = []
    for number, line in enumerate(text.split("\n"), start=1):
        marks = [match.start() for match in re.finditer(HERE, line)]
        places += [f"{number}:{column - before + 1}" for before, column in enumerate(marks)]
    return text.replace(HERE, ""), places


# What a file resolves to


def resolved(text: str) -> dict[str, Any]:
    """What a text resolves to, as plain values; numbers as text, so that digits count."""
    config = parse(text)
    example, page = config.example, config.page
    return {
        "title": example.title,
        "source": example.source,
        "input names": example.input_names,
        "activations": [layer.activation.name for layer in example.layers],
        "weights": [[plain(row) for row in layer.weights] for layer in example.layers],
        "biases": [plain(layer.biases) for layer in example.layers],
        "shared bias": [layer.shared_bias for layer in example.layers],
        "names": [layer.names for layer in example.layers],
        "trains": [(layer.trains_weights, layer.trains_biases) for layer in example.layers],
        "samples": [(plain(own.inputs), plain(own.targets)) for own in example.samples],
        "reduction": example.reduction,
        "loss": example.loss and example.loss.name,
        "learning rate": example.optimizer and str(example.optimizer.learning_rate),
        "steps": example.steps,
        "batch size": example.batch_size,
        "page": (page.notation, page.digits, page.result_digits),
    }


def plain(numbers: tuple[Decimal, ...]) -> str:
    return " ".join(map(str, numbers))


def test_the_file_of_the_design_resolves_to_the_values_that_it_shows() -> None:
    assert resolved(MAZUR) == {
        "title": "A step by step backpropagation example",
        "source": "https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/",
        "input names": (),
        "activations": ["sigmoid", "sigmoid"],
        "weights": [["0.15 0.20", "0.25 0.30"], ["0.40 0.45", "0.50 0.55"]],
        "biases": ["0.35", "0.60"],
        "shared bias": [True, True],
        "names": [(), ()],
        "trains": [(True, False), (True, False)],
        "samples": [("0.05 0.10", "0.01 0.99")],
        "reduction": "mean",
        "loss": "half_squared_error",
        "learning rate": "0.5",
        "steps": 1,
        "batch size": 1,
        "page": (MAZURS, 4, 9),
    }


def test_a_configuration_is_frozen() -> None:
    config = parse(SMALL)
    with pytest.raises(FrozenInstanceError):
        config.example.steps = 2  # type: ignore[misc]
    assert hash(config.example.layers[0].weights) is not None


def test_only_network_and_samples_are_required() -> None:
    found = resolved(ONE_LAYER)
    assert found.pop("title")
    assert found == {
        "source": None,
        "input names": (),
        "activations": ["linear"],
        "weights": [["2"]],
        "biases": [""],
        "shared bias": [False],
        "names": [()],
        "trains": [(True, True)],
        "samples": [("3", "")],
        "reduction": "mean",
        "loss": None,
        "learning rate": None,
        "steps": 1,
        "batch size": 1,
        "page": (LAYERED, 4, 9),
    }


@pytest.mark.parametrize(
    "text",
    [
        changed("    targets: [3]\n", ""),
        changed("loss: half_squared_error\n", ""),
        changed("loss: half_squared_error\n", "", changed("    targets: [3]\n", "")),
    ],
    ids=["without targets", "without a loss", "without both"],
)
def test_without_targets_or_a_loss_the_example_is_only_run_forward(text: str) -> None:
    assert resolved(text)["loss"] is None


def test_without_a_loss_some_samples_may_have_targets() -> None:
    text = changed("loss: half_squared_error\n", "")
    text = changed("    targets: [3]\n", "    targets: [3]\n  - inputs: [3, 4]\n", text)
    assert resolved(text)["samples"] == [("1 2", "3"), ("3 4", "")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0.20", "0.20"),
        ("1.0", "1.0"),
        ("007", "7"),
        ("1e-3", "0.001"),
        ("1E-3", "0.001"),
        ("1.0e-8", "1.0E-8"),
        ("2e2", "2E+2"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("1_000", "1000"),
        ("1e308", "1E+308"),
        ("0." + "123456789" * 5, "0." + "123456789" * 5),
    ],
)
def test_a_number_keeps_the_digits_that_were_typed(typed: str, kept: str) -> None:
    text = changed("biases: [7, 8, 9]", f"biases: [7, 8, {typed}]")
    assert resolved(text)["biases"][0] == f"7 8 {kept}"


@pytest.mark.parametrize(
    ("bias", "biases", "is_shared"),
    [
        ("bias: 0.60", "0.60", True),
        ("biases: [0.6, 0.70]", "0.6 0.70", False),
        ("# no bias", "", False),
    ],
)
def test_a_bias_is_shared_or_one_a_unit_or_none(bias: str, biases: str, is_shared: bool) -> None:
    found = resolved(changed("bias: 0.60", bias, MAZUR))
    assert (found["biases"][1], found["shared bias"][1]) == (biases, is_shared)


def test_in_out_reads_matrices_with_a_row_for_each_input() -> None:
    text = changed("  inputs: 2\n", "  inputs: 2\n  weights_layout: in_out\n")
    text = changed("[[1, 2], [3, 4], [5, 6]]", "[[1, 3, 5], [2, 4, 6]]", text)
    text = changed("[[1, 2, 3]]", "[[1], [2], [3]]", text)
    assert resolved(text) == resolved(SMALL)


@pytest.mark.parametrize(
    ("training", "trainable", "trains"),
    [
        ("{}", "{}", (True, True)),
        ("{train_biases: false}", "{}", (True, False)),
        ("{}", "{bias: false}", (True, False)),
        ("{}", "{weights: false}", (False, True)),
        ("{train_biases: no}", "{weights: off, bias: yes}", (False, True)),
    ],
)
def test_a_layer_trains_what_it_says_and_else_what_the_training_says(
    training: str, trainable: str, trains: tuple[bool, bool]
) -> None:
    text = changed("biases: [7, 8, 9]", f"biases: [7, 8, 9]\n      trainable: {trainable}")
    assert resolved(f"{text}training: {training}\n")["trains"][0] == trains


def test_units_have_the_names_that_the_file_gives_them() -> None:
    text = changed("inputs: 2", "inputs: [sepal length, größe]\n  outputs: [is_iris]")
    text = changed(
        "- activation: sigmoid", "- names: [h-1, '2', h3]\n      activation: sigmoid", text
    )
    found = resolved(text)
    assert found["input names"] == ("sepal length", "größe")
    assert found["names"] == [("h 1", "2", "h3"), ("is iris",)]


def test_a_bare_name_is_short_for_a_mapping_with_that_name() -> None:
    text = changed("activation: sigmoid", "activation: {name: sigmoid}")
    text = changed("loss: half_squared_error", "loss: {name: half_squared_error}", text)
    assert resolved(text) == resolved(SMALL)


@pytest.mark.parametrize(("typed", "size"), [("all", 2), ("1", 1), ("2", 2), ("5", 2)])
def test_a_batch_has_as_many_samples_as_asked_for_or_as_there_are(typed: str, size: int) -> None:
    text = changed("targets: [3]", "targets: [3]\n  - {inputs: [3, 4], targets: [5]}")
    assert resolved(f"{text}training: {{batch_size: {typed}}}\n")["batch size"] == size


def test_a_class_index_stands_for_a_one_and_zeros() -> None:
    text = changed("[[1, 2, 3]]", "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]")
    assert resolved(changed("targets: [3]", "targets: 2", text))["samples"] == [("1 2", "0 0 1")]


def test_drawn_values_follow_from_the_seed_and_have_the_digits_asked_for() -> None:
    drawn = "{init: uniform, low: -1, high: 1, digits: 3}"
    text = changed("[[1, 2, 3]]", f"{drawn}\n      biases: {drawn}\n      units: 2")
    text = changed("targets: [3]", "targets: [3, 4]", text)
    one, again, other = (resolved(f"seed: {seed}\n{text}") for seed in (1, 1, 2))
    assert one == again
    assert one["weights"][1] != other["weights"][1]
    values = [*" ".join(one["weights"][1]).split(), *one["biases"][1].split()]
    assert len(values) == 8
    assert all(re.fullmatch(r"-?0\.\d{3}", value) for value in values)


def test_a_title_is_one_line() -> None:
    assert resolved(f"title: |\n  two\n  lines\n{SMALL}")["title"] == "two lines"


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{SMALL}",
        SMALL.replace("\n", "\r\n"),
        f"---\n{SMALL}...\n",
        changed("[[1, 2, 3]]", "[&three [1, 2, 3]]"),
        changed("[7, 8, 9]", "[7, 8, 9]   # café 🙂"),
        SMALL.rstrip("\n"),
    ],
    ids=["byte order mark", "Windows line ends", "document marks", "anchor", "emoji", "no newline"],
)
def test_how_a_file_is_saved_makes_no_difference(text: str) -> None:
    assert resolved(text) == resolved(SMALL)


def test_an_alias_repeats_what_its_anchor_marks() -> None:
    text = changed("bias: 0.35", "bias: &b 0.35", changed("bias: 0.60", "bias: *b", MAZUR))
    assert resolved(text)["biases"] == ["0.35", "0.35"]


# What is wrong with a file, and where: a mark stands before the place of each problem


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # keys
        ("loss: half", "»los: half", "los: unknown key; did you mean 'loss'?"),
        (
            "inputs: 2\n",
            "inputs: 2\n  »ouputs: [a]\n",
            "network.ouputs: unknown key; did you mean 'o",
        ),
        ("learning_rate", "»lr: 1, learning_rate", "optimizer.lr: unknown key"),
        ("biases: [7", "»beta: [7", "network.layers[0].beta: unknown key"),
        ("    targets", "    »target", "samples[0].target: unknown key; did you mean 'targets'?"),
        ("    targets: [3]", "    »7: [3]", "samples[0].7: unknown key"),
        ("{name: sgd, learning_rate", "»{learning_rate", "optimizer.name: is missing"),
        (
            "activation: sigmoid\n      weights",
            "»weights",
            "network.layers[0].activation: is missing",
        ),
        ("- inputs: [1, 2]\n    ", "- »", "samples[0].inputs: is missing"),
        ("  inputs: 2\n", "  inputs: 2\n  »inputs: 3\n", "network.inputs: is given twice"),
        ("  inputs: 2\n", "  inputs: 2\n  »[a]: 3\n", "network: a key must be a single word"),
        # values that are not of their kind
        ("0.1}", "»fast}", "optimizer.learning_rate: 'fast' is not a number"),
        ("[7, 8, 9]", "[7, »eight, 9]", "network.layers[0].biases[1]: 'eight' is not a number"),
        ("[7, 8, 9]", "[7, »'8', 9]", "network.layers[0].biases[1]: '8' is text"),
        ("[7, 8, 9]", '[7, »"", 9]', "network.layers[0].biases[1]: '' is not a number"),
        ("[7, 8, 9]", "[7, »[8], 9]", "network.layers[0].biases[1]: a list is not a number"),
        ("[7, 8, 9]", "[7, »{a: 8}, 9]", "network.layers[0].biases[1]: a mapping is not a number"),
        ("[7, 8, 9]", "[7, »~, 9]", "network.layers[0].biases[1]: nothing is not a number"),
        ("[7, 8, 9]", "»7", "network.layers[0].biases: "),
        (
            "[[1, 2], [3, 4], [5, 6]]",
            "[»1, »2, »3]",
            "network.layers[0].weights[0]: must be a list",
        ),
        ("[[1, 2, 3]]", "»3", "network.layers[1].weights: "),
        ("inputs: 2", "inputs: »two", "network.inputs: 'two' is not a whole number"),
        ("inputs: 2", "inputs: »2.0", "network.inputs: '2.0' is not a whole number"),
        ("inputs: 2", "inputs: »-2", "network.inputs: must be at least 1"),
        ("inputs: 2", "inputs:»", "network.inputs: nothing is not a whole number"),
        ("inputs: 2", "inputs: [a, »b$]", "network.inputs[1]: 'b$' cannot name a unit"),
        ("inputs: 2", "inputs: [a, »~]", "network.inputs[1]: nothing cannot name a unit"),
        ("sigmoid", "»sigmod", "network.layers[0].activation: 'sigmod' is not known; did you"),
        ("sigmoid", "»[sigmoid]", "network.layers[0].activation: must be "),
        (
            "sigmoid",
            "{name: sigmoid, »alpha: 1}",
            "network.layers[0].activation.alpha: unknown key",
        ),
        ("half_squared_error", "»half_sqared_error", "loss: 'half_sqared_error' is not known; did"),
        ("name: sgd", "name: »sdg", "optimizer.name: 'sdg' is not known; did you mean 'sgd'?"),
        ("- inputs: [1, 2]\n    targets: [3]", "-»", "samples[0]: must be a mapping"),
        (
            "[7, 8, 9]",
            "{init: »zeroes}",
            "network.layers[0].biases.init: 'zeroes' is not known; did",
        ),
        ("[7, 8, 9]", "{init: »[a]}", "network.layers[0].biases.init: "),
        ("[7, 8, 9]", "{init: zeros, digits: »99}", "network.layers[0].biases.digits: must be at"),
        ("learning_rate: 0.1", "momentum: »-1", "optimizer.momentum: must be at least 0"),
        ("sgd, learning_rate: 0.1", "adam, betas: [0.9, »1]", "optimizer.betas[1]: must be less"),
        ("sgd, learning_rate: 0.1", "sgd, schedule: »step", "optimizer.schedule.step_size: is mis"),
        ("half_squared_error", "{name: huber, delta: »0}", "loss.delta: must be more than 0"),
        ("targets: [3]", "targets: »0.5", "samples[0].targets: '0.5' is not a whole number"),
        # parts that do not fit one another
        ("targets: [3]", "targets: »1", "samples[0].targets: is class 1; the network has 1"),
        ("half_squared_error", "»cross_entropy", "loss: cross_entropy needs a softmax layer"),
        ("[7, 8, 9]", "»{init: normal}", "network.layers[0].biases: is drawn, so the file needs"),
        ("learning_rate: 0.1", "nesterov: »true", "optimizer.nesterov: needs a momentum"),
        (
            "[[1, 2], [3, 4], [5, 6]]",
            "[[1, 2], »[3], [5, 6]]",
            "network.layers[0].weights[1]: has 1 number for 2 inputs",
        ),
        ("[7, 8, 9]", "»[7, 8]", "network.layers[0].biases: has 2 numbers for 3 units"),
        ("[7, 8, 9]", "»[]", "network.layers[0].biases: has 0 numbers for 3 units"),
        ("[[1, 2, 3]]", "[»[1, 2]]", "network.layers[1].weights[0]: has 2 numbers for 3 inputs"),
        (
            "[[1, 2, 3]]",
            "»[[1, 2, 3], [4, 5, 6]]\n      names: [o]",
            "network.layers[1].weights: has 2 rows for 1 unit",
        ),
        (
            "targets: [3]",
            "targets: »[3, 4]",
            "samples[0].targets: has 2 numbers; the network has 1 output",
        ),
        (
            "inputs: [1, 2]",
            "inputs: »[1]",
            "samples[0].inputs: has 1 number; the network has 2 inputs",
        ),
        (
            "biases: [7",
            "bias: 7\n      biases: »[7",
            "network.layers[0].biases: stands beside `bias`",
        ),
        (
            "targets: [3]",
            "targets: [3]\n  - »inputs: [3, 4]",
            "samples[1]: has no targets, but other samples do",
        ),
        ("inputs: 2", "inputs: [a, »a]", "network.inputs[1]: 'a' names two "),
        ("inputs: 2", "inputs: [a, b]\n  outputs: [»b]", "network.outputs[0]: 'b' names two "),
        ("inputs: 2", "inputs: [a, »A]", "network.inputs[1]: 'A' names two "),
        ("inputs: 2", "inputs: [a-b, »a_b]", "network.inputs[1]: 'a_b' names two "),
        ("inputs: 2", "inputs: 2\n  outputs: »[b, c]", "network.outputs: has 2 names for 1 unit"),
    ],
)
def test_a_problem_is_told_where_it_stands(old: str, new: str, told: str) -> None:
    text, places = without_marks(changed(old, new))
    found = problems(text)
    assert [problem.split(": ")[0] for problem in found] == places
    assert found[0].split(": ", 1)[1].startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("sigmoid", "ReLU", "did you mean 'relu'?"),
        ("sigmoid", "[sigmoid]", "name"),
        ("sigmoid", "", "name"),
        ("[7, 8, 9]", "7", "list"),
        ("[[1, 2, 3]]", "7", "list"),
        ("[[1, 2, 3]]", "[1, 2, 3]", "[["),
        ("{name: sgd, learning_rate", "{learning_rate", "sgd"),
        ("sgd, learning_rate: 0.1", "adam, betas: 0.9", "list"),
        ("sgd, learning_rate: 0.1", "sgd, lr: 0.1", "did you mean 'learning_rate'?"),
        ("targets: [3]", "targets: 0.5", "list"),
        ("inputs: 2", "inputs:2", "space"),
        ("    - activation: sigmoid", "\t- activation: sigmoid", "spaces"),
        ("inputs: 2", "inputs: [a, b", "]"),
    ],
)
def test_a_message_says_what_would_be_right(old: str, new: str, advice: str) -> None:
    assert advice in problems(changed(old, new))[0]


def test_a_training_of_more_steps_than_anybody_waits_for_is_refused() -> None:
    (problem,) = problems(f"{SMALL}training: {{steps: 1000000000}}\n")
    assert problem.startswith("14:19: training.steps: ")


def test_a_name_may_not_be_one_that_the_notation_gives_to_something_else() -> None:
    text = f"{SMALL}page: {{notation: mazur}}\n"
    hidden = changed(
        "- activation: sigmoid", "- names: [a, b, »o1]\n      activation: sigmoid", text
    )
    output = changed("inputs: 2", "inputs: 2\n  outputs: [»total]", text)
    for marked in (hidden, output):
        text, (place,) = without_marks(marked)
        (problem,) = problems(text)
        assert problem.startswith(f"{place}: network.")


def test_what_is_missing_is_told_at_the_mapping_that_should_have_it() -> None:
    assert problems("{}") == ["1:1: network: is missing", "1:1: samples: is missing"]


def test_a_wrong_number_of_units_is_told_wherever_it_does_not_fit() -> None:
    text = changed("- activation: linear", "- units: 2\n      activation: linear")
    text = changed("[[1, 2, 3]]", "»[[1, 2, 3]]", changed("targets: [3]", "targets: »[3]", text))
    text, places = without_marks(text)
    assert problems(text) == [
        f"{places[0]}: network.layers[1].weights: has 1 row for 2 units; write a row for each unit",
        f"{places[1]}: samples[0].targets: has 1 number; the network has 2 outputs",
    ]


def test_no_unit_at_all_is_one_problem_and_not_one_a_row() -> None:
    (problem,) = problems(changed("inputs: 2", "inputs: 0"))
    assert problem.startswith("2:11: network.inputs: must be at least 1")


@pytest.mark.parametrize(
    "typed",
    [
        *("0x10", "0o7", "1:30", ".inf", "-.inf", ".nan", "nan", "inf", "Infinity", "1;5", "1/2"),
        *("1e", "e5", ".", "-", "--1", "0.1.2", "1 000", "true", "2024-01-01", "½", "٣", "1e400"),
        *("-1e400", "1e99999999999999999999", "1e-99999999999999999999", "_1"),
    ],
)
def test_what_is_no_number_is_refused_where_it_stands(typed: str) -> None:
    text, (place,) = without_marks(changed("0.1}", f"»{typed}}}"))
    (problem,) = problems(text)
    assert problem.startswith(f"{place}: optimizer.learning_rate: ")
    assert typed in problem


@pytest.mark.parametrize("typed", ["1e-400", "-4e-325"])
def test_a_number_that_float64_takes_for_0_is_refused(typed: str) -> None:
    (problem,) = problems(changed("0.1}", f"{typed}}}"))
    assert problem.startswith("13:39: optimizer.learning_rate: ")
    assert typed in problem


def test_a_count_of_thousands_of_digits_is_a_problem_and_no_fault() -> None:
    (problem, *_) = problems(changed("inputs: 2", f"inputs: {'9' * 5000}"))
    assert problem.startswith("2:11: network.inputs: ")
    assert len(problem) < 300


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (changed("inputs: 2", "inputs: »[]"), "network.inputs"),
        (changed("[[1, 2, 3]]", "»[]"), "network.layers[1].weights"),
        (changed("[[1, 2, 3]]", "[»[]]"), "network.layers[1].weights[0]"),
        (
            changed("- activation: linear", "- activation: linear\n      names: »[]"),
            "network.layers[1].names",
        ),
        (changed("inputs: 2", "inputs: 2\n  outputs: »[]"), "network.outputs"),
        (changed("inputs: [1, 2]", "inputs: »[]"), "samples[0].inputs"),
        (
            changed("inputs: 1,", "inputs: »[],", ONE_LAYER.replace("[[2]]", "[[]]")),
            "network.inputs",
        ),
        (changed("[[2]]", "»[]", ONE_LAYER), "network.layers[0].weights"),
        (
            changed("[[2]]", "»[]", ONE_LAYER.replace("1,", "1, weights_layout: in_out,", 1)),
            "network.layers[0].weights",
        ),
    ],
)
def test_an_empty_list_is_refused_wherever_the_network_would_have_no_unit(
    text: str, where: str
) -> None:
    text, places = without_marks(text)
    found = problems(text)
    assert any(problem.startswith(f"{places[0]}: {where}: ") for problem in found), found


FULL = """\
title: Every part of a file
source: https://example.org
seed: 1
network:
  inputs: [a, b]
  outputs: [c]
  weights_layout: out_in
  layers:
    - units: 2
      names: [d, e]
      activation: {name: leaky_relu, negative_slope: 0.1}
      weights: {init: normal, mean: 0, std: 1, digits: 2}
      biases: {init: constant, value: 1}
      trainable: {weights: true, bias: false}
    - activation: linear
      weights: [[1, 2]]
      bias: 3
samples:
  - {inputs: [1, 2], targets: [3]}
  - {inputs: [4, 5], targets: 0}
reduction: sum
loss: {name: huber, delta: 1}
penalty: {l1: 0.1, l2: 0.2}
optimizer:
  name: adam
  betas: [0.9, 0.99]
  schedule: {name: step, step_size: 2, gamma: 0.5}
training: {steps: 3, batch_size: 1, train_biases: true}
page: {notation: mazur, digits: 4, result_digits: 6, rounding: exact}
"""


def spans(node: yaml.Node) -> Iterator[tuple[int, int]]:
    """Where each value of a document begins and ends, keys left out."""
    yield node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from spans(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from spans(value)


@pytest.mark.parametrize(
    "value",
    [
        *("[a]", "[]", "[[1]]", "{a: 1}", "{}", "{name: [a]}", "{init: {a: 1}}", "{name: }"),
        *("{init: }", "", "''", "word", "-1", "0", "0.5", "1e9", "9999999999", "true", "*a"),
        *("&a [*a]", "!t 1"),
    ],
)
def test_whatever_stands_in_place_of_a_value_is_used_or_told_where_it_stands(value: str) -> None:
    assert parse(FULL)
    for start, end in spans(yaml.compose(FULL)):
        text = f"{FULL[:start]}{value}\n{FULL[end:]}"
        try:
            parse(text)
        except Unusable as error:
            lines = text.split("\n")
            for problem in error.problems:
                assert 1 <= problem.line <= len(lines)
                assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
                assert problem.located("").isprintable()
                assert "Input should" not in problem.message


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_the_file() -> None:
    text, places = without_marks(
        """\
»tite: a typo
network:
  inputs: »two
  layers:
    - activation: »sigmiod
      weights: [[1, 2], [3, 4], [»x, 6]]
      biases: »[7, 8]
      »bais: 1
    - »weights: [»[1, 2]]
samples:
  - inputs: [1, »"2"]
    targets: »[3, 4]
optimizer: {name: sgd, learning_rate: »fast}
page: {digits: »1, »dgits: 2, result_digits: »13, notation: »goodfellow, rounding: »up}
"""
    )
    found = [problem.split(": ")[0] for problem in problems(text)]
    assert found == places


def test_a_key_given_twice_does_not_hide_the_other_problems() -> None:
    text, places = without_marks(
        changed("0.1}", "»fast}", f"{SMALL}»loss: half_squared_error\n»zzz: 1\n")
    )
    assert [problem.split(": ")[0] for problem in problems(text)] == places


def test_a_key_that_is_unlike_all_others_gets_the_list_of_them() -> None:
    (problem,) = problems(f"{SMALL}zzz: 1\n")
    assert problem.startswith("14:1: zzz: unknown key")
    for key in ("title", "source", "network", "samples", "loss", "optimizer", "training", "page"):
        assert key in problem


def test_nothing_in_place_of_a_name_is_told_as_nothing() -> None:
    (problem,) = problems(changed("activation: sigmoid", "activation: {name: }"))
    assert "None" not in problem


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_is_told_as_empty(text: str) -> None:
    (problem,) = problems(text)
    assert re.match(r"\d:1: file: .*empty", problem)


@pytest.mark.parametrize("text", ["just words", "- a\n- list\n", "3\n"])
def test_a_file_that_is_no_mapping_is_told_so(text: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith("1:1: file: must be a mapping")


@pytest.mark.parametrize(
    "text",
    [
        "network: [1, 2\nsamples»: 3\n",
        "title: a»: b\n",
        "title: a\n»\tnetwork: b\n",
        "title: »@a\n",
        "title: »*nowhere\n",
        "title: 'a\nnetwork: b\n»",
        'title: "»\\q"\n',
        "a: 1\n»---\nb: 2\n",
        "title: a\n # »\x07\n",
        "title: a\n# ü🙂»\x00\n",
    ],
    ids=[
        *("open list", "second colon", "tab", "reserved", "no anchor", "open quote", "escape"),
        *("two documents", "control character", "NUL after emoji"),
    ],
)
def test_a_syntax_error_is_told_where_it_stands(text: str) -> None:
    text, (place,) = without_marks(text)
    (problem,) = problems(text)
    assert problem.startswith(f"{place}: YAML syntax: ")


@pytest.mark.parametrize("depth", [100, 1_000, 10_000])
def test_deep_nesting_is_a_problem_and_no_fault(depth: int) -> None:
    (problem, *_) = problems(f"title: {'[' * depth}{']' * depth}\n")
    assert problem.startswith("1:")


def test_a_file_that_contains_itself_is_a_problem() -> None:
    assert any("contains itself" in problem for problem in problems("network: &n [*n]\n"))


@pytest.mark.parametrize(
    "text",
    [
        f'{SMALL}"a\\nb": 1\n',
        f'{SMALL}"a\\e[31mb": 1\n',
        changed("0.1}", '"a\\nb"}'),
        changed("0.1}", f"{'x' * 5000}}}"),
        changed("activation: linear", 'activation: "a\\nb"'),
        changed("inputs: 2", 'inputs: ["a\\nb", c]'),
        changed("inputs: 2", 'inputs: ["a\\u2028b", c]'),
        f"{SMALL}{'k' * 1000}: 1\n",
    ],
)
def test_a_problem_is_one_line_that_a_person_can_read(text: str) -> None:
    for problem in problems(text):
        assert problem.isprintable()
        assert len(problem) < 500
