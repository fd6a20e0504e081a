"""A notation of one's own: what its patterns make, and how what is wrong with one is told."""

import json
import random
import re

import jsonschema
import pytest

from generator import generate
from generator.audit import read_page
from generator.audit.reading.functions import FUNCTIONS
from generator.config import parse
from generator.config.located import Unusable
from generator.config.schema import json_schema
from generator.network.optimizers import OPTIMIZERS
from generator.page.notation import NOTATIONS
from generator.page.own_notation import ROLES, clashes
from generator.page.pattern import letter
from generator.page.plain_text import GREEK, anchor_word, plain_text

NET = """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], biases: [0.35, 0.1]}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], biases: [0.60, -0.2]}
samples: [{inputs: [0.05, 0.10], targets: [0.01, 0.99]}]
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""


def with_notation(notation, net=NET):
    return f"{net}page:\n  notation: {json.dumps(notation)}\n"


def page(notation, net=NET):
    return generate(with_notation(notation, net), "net")["net.md"]


def problems(notation, net=NET):
    with pytest.raises(Unusable) as refused:
        parse(with_notation(notation, net))
    assert all(problem.line == len(net.splitlines()) + 2 for problem in refused.value.problems)
    return [f"{problem.where}: {problem.message}" for problem in refused.value.problems]


ALL = ("unit", "source", "layer", "number")


@pytest.mark.parametrize(
    ("pattern", "base", "sub", "sup"),
    [
        ("s_{unit}^{layer}", "s", "{unit}", "{layer}"),
        ("s^{layer}_{unit}", "s", "{unit}", "{layer}"),
        ("v_{unit}{source}", "v", "{unit}{source}", ""),
        ("v_{{unit}{source}}^{({layer})}", "v", "{unit}{source}", "({layer})"),
        (r"\hat{y}_{unit}", r"\hat y", "{unit}", ""),
        (r"\hat y_{unit}", r"\hat y", "{unit}", ""),
        (r"\tilde\theta_{unit}", r"\tilde \theta", "{unit}", ""),
        (r"\mathbf{w}_{number}", r"\mathbf w", "{number}", ""),
        ("net_{unit}", "net", "{unit}", ""),
        (r"\mathrm{net}_{unit}", "net", "{unit}", ""),
        ("θ_{unit}", r"\theta", "{unit}", ""),
        (r"w_{unit}^\text{out}", "w", "{unit}", r"\text{{out}}"),
        ("w_{unit}^{h}", "w", "{unit}", "h"),
        (r"w_{\alpha {unit}}", "w", r"\alpha{unit}", ""),
        ("J", "J", "", ""),
    ],
)
def test_a_pattern_is_read_as_latex_is_written(pattern, base, sub, sup):
    found = letter(pattern, ALL)
    assert (found.base, found.sub, found.sup) == (base, sub, sup)


@pytest.mark.parametrize(
    ("latex", "text", "word"),
    [
        (r"\theta", "θ", "theta"),
        (r"\delta", "δ", "delta"),
        (r"\hat y", "ŷ", "y-hat"),
        (r"\mathbf w", "w", "w"),
        (r"\mathcal L", "L", "l"),
        (r"\mathrm{loss}", "loss", "loss"),
        ("net", "net", "net"),
    ],
)
def test_a_letter_has_its_unicode_for_figures_and_its_word_for_anchors(latex, text, word):
    assert (plain_text(latex), anchor_word(latex)) == (text, word)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("s_{units}", r"{units} is not known as a field; did you mean 'unit'?"),
        ("E_{total}", r"a word is written \text{total}"),
        ("s_{unit", "'s_{unit' has a `{` that nothing closes"),
        ("s_unit}", "'s_unit}' has a `}` that closes nothing"),
        ("s_unit", "'unit' runs its letters together; write {unit}"),
        ("s_{number}", "{number} is no field of this symbol; it has {unit}, {layer}"),
        ("s{unit}", "has an index without `_` or `^` before it"),
        ("s_{unit}_{layer}", "has two subscripts"),
        ("s_", "has nothing behind `_`"),
        ("_{unit}", "has no letter before its indices"),
        ("s_{({unit}}", "has a bracket without its partner"),
        ("s_{unit}^2", "'^2' would read as a power"),
        ("s_{unit}^+", "'+' cannot stand in an index"),
        (r"\boxed{s}_{unit}", r"\boxed is not allowed in a symbol"),
        (r"\teta_{unit}", r"\teta is not allowed in a symbol; did you mean '\theta'?"),
        (r"s_{\frac{unit}}", r"\frac is not allowed"),
        (r"\mathcal{a}_{unit}", r"\mathcal stands before one capital letter"),
        ("$s_{unit}$", "has a dollar sign"),
        (r"\sigma_{unit}", r"\sigma is the sigmoid on a page"),
        ("e", "e alone is Euler's number on a page"),
        ("out", "'out' alone would read as a product of its letters"),
        ("\theta_{unit}", "write LaTeX in single quotes"),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told_where_it_stands(pattern, message):
    (told,) = problems({"pre_activation": pattern})
    assert told.startswith("page.notation.pre_activation: ")
    assert message in told


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ({"pre_activations": "s"}, "page.notation.pre_activations: unknown key; did you mean"),
        ({"activation.outputs": "s"}, "did you mean 'activation.output'?"),
        ({"like": "layerd"}, "page.notation.like: 'layerd' is not known; did you mean 'layered'?"),
        ({"times": "star"}, "page.notation.times: 'star' is not known"),
        ({"hidden_unit": "h"}, "page.notation.hidden_unit: must be letters and then {unit}"),
        ({"activation": None}, "page.notation.activation: is no pattern"),
        ({"activation": ["a"]}, "page.notation.activation: is no pattern"),
    ],
)
def test_a_wrong_key_of_a_notation_is_told(notation, message):
    (told,) = problems(notation)
    assert message in told


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        (
            {"activation": "o_{unit}"},
            "page.notation.activation: the activation of unit 1 of layer 1 and the activation of "
            "unit 1 of layer 2 would both be written o_1; write another letter, or one more index",
        ),
        (
            {"target": "x_{unit}"},
            "page.notation.target: the input of input 1 and the target of unit 1 of layer 2 would "
            "both be written x_1",
        ),
        ({"learning_rate": "L"}, "the loss and the learning rate would both be written L"),
        (
            {"like": "nielsen", "input": "a_{unit}"},
            "a_1^{2}, the activation of unit 1 of layer 2, would read as a power of a_1, "
            "the input of input 1",
        ),
        (
            {"hidden_unit": "n{unit}", "output_unit": "n{unit}"},
            "page.notation.hidden_unit: units of two layers would both be called n1",
        ),
    ],
)
def test_two_quantities_that_look_alike_are_both_named(notation, message):
    assert any(message in told for told in problems(notation))


def test_a_word_for_a_shared_bias_needs_more_than_its_unit():
    shared = NET.replace("biases: [0.35, 0.1]", "bias: 0.35")
    (told,) = problems({"bias": "in_{unit}^{layer}"}, shared)
    assert "the bias that a layer shares has no {unit}" in told


HAYKIN = {
    "like": "mazur",
    "times": "space",
    "pre_activation": "v_{unit}",
    "activation": "y_{unit}",
    "target": "d_{unit}",
    "input": "x_{unit}",
    "weight": "w_{unit}{source}",
    "loss": r"\mathcal{E}",
    "learning_rate": r"\eta",
}


def test_a_page_is_written_in_the_users_own_letters():
    text = page(HAYKIN)
    for line in (
        r"v_{\text{h1}} &= w_{h1,1} x_1 + w_{h1,2} x_2 + b_1".replace(r"\text{h1}", "h1"),
        r"y_{h1} &= \sigma\left(v_{h1}\right)",
        r"\mathcal E_{o1} &= \frac{1}{2} \left(d_{o1} - y_{o1}\right)^2",
        r"\mathcal E &= \mathcal E_{o1} + \mathcal E_{o2}",
    ):
        assert line in text
    assert '<a id="v-h1"></a>' in text


def test_the_figure_has_the_users_letters_in_unicode():
    files = generate(with_notation({"bias": r"\theta_{unit}^\text{in}{layer}"}), "net")
    assert ">θ<" in files["net-network.svg"]
    assert ">in1<" in files["net-network.svg"]
    assert "\\" not in files["net-network.svg"]


def test_what_follows_the_loss_takes_its_letter():
    notation = parse(with_notation({"loss": r"\mathrm{loss}"})).page.notation
    assert notation.letters["loss"].base == r"\mathrm{loss}"
    assert notation.letters["loss_term"].base == "loss"


def test_layers_may_be_counted_from_the_inputs():
    assert "$z_1^{[2]}$ | pre-activation of unit 1 of layer 2" in page({"first_layer": 2})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", NOTATIONS)
def test_no_named_notation_writes_two_quantities_alike(name, optimizer):
    more = "penalty: {l1: 0.1, l2: 0.1}\n"
    net = NET.replace("{name: sgd, learning_rate: 0.5}", f"{{name: {optimizer}}}") + more
    example = parse(net).example
    assert list(clashes(example, NOTATIONS[name], ())) == []


def test_the_reader_knows_no_function_that_a_word_could_name():
    for name in FUNCTIONS:
        with pytest.raises(ValueError, match=r"function|allowed|on a page|letter"):
            letter(f"{name}_{{unit}}", ALL)


def test_the_figures_know_every_letter_that_is_allowed():
    assert all(len(char) == 1 and char.isalpha() for char in GREEK.values())


def test_the_json_schema_describes_every_role():
    schema = json_schema()
    own = schema["$defs"]["own"]["properties"]
    assert set(ROLES) < set(own)
    assert all(own[role]["description"] for role in ROLES)
    for notation, is_valid in ((HAYKIN, True), ("nielsen", True), ({"likes": "mazur"}, False)):
        found = jsonschema.Draft202012Validator(schema["properties"]["page"] | {
            "$defs": schema["$defs"]}).is_valid({"notation": notation})  # fmt: skip
        assert found == is_valid


# An own mapping is refused with a located error, or gives a page that reads back clean.

LETTERS = [*"abdeiosuvwxyzEJLW", r"\theta", r"\beta", r"\lambda", r"\hat y", r"\mathbf{w}", "net",
           r"\mathcal{L}", r"\mathrm{err}", "in"]  # fmt: skip
SUBS = ["_{unit}"] * 6 + ["", "_{unit}{source}", "_{{layer}{unit}}", r"_\text{in}", "_{number}"]
SUPS = ["", "", "^{layer}", "^{layer}", "^{({layer})}", "^{[{layer}]}", "^h", "^{unit}"]
NETS = [
    NET,
    """\
network:
  inputs: [left, right side]
  outputs: [cat, dog]
  layers:
    - {activation: tanh, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
    - {activation: softmax, weights: [[0.40, 0.45], [0.50, 0.55]], biases: [0.60, -0.2]}
samples: [{inputs: [0.05, 0.10], targets: 1}, {inputs: [0.3, -0.10], targets: 0}]
loss: cross_entropy
penalty: {l2: 0.1}
optimizer: {name: adam}
""",
]


def drawn(draw):
    notation = {"like": draw.choice(list(NOTATIONS))}
    for role in draw.sample(sorted(ROLES), draw.randint(1, 4)):
        fields = ROLES[role].fields
        sub = "_{unit}{source}" if "source" in fields else draw.choice(SUBS) if fields else ""
        sup = draw.choice(SUPS) if fields else ""
        notation[role] = draw.choice(LETTERS) + sub + sup
    return notation


def test_an_own_notation_is_refused_or_reads_back_clean():
    draw = random.Random(20261122)
    outcomes = {"refused": 0, "read": 0}
    lines = set()
    for number in range(80):
        notation, net = drawn(draw), NETS[number % 2]
        try:
            text = page(notation, net)
        except Unusable as refused:
            outcomes["refused"] += 1
            lines |= {problem.line - len(net.splitlines()) for problem in refused.problems}
            continue
        outcomes["read"] += 1
        reading = read_page(text)
        assert (reading.findings, reading.unread) == ((), ()), notation
        anchors = re.findall(r'<a id="([^"]*)">', text)
        assert len(anchors) == len(set(anchors)), notation
    assert min(outcomes.values()) > 15, outcomes
    assert lines == {2}  # each problem stands at the mapping
