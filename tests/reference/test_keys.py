"""The YAML reference: every key of the schema, each with an example that a file can have."""

import copy
import re
from pathlib import Path

import pytest
import yaml

from generator.config import parse
from generator.config.located import Unusable
from generator.config.schema import File, json_schema
from generator.reference.catalogue import catalogue
from generator.reference.examples import EXAMPLES
from generator.reference.keys import CHOICES, choices, sections

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "yaml.md").read_text(encoding="utf-8")
KEYS = {key.path: key for section in sections() for key in section.keys}
WHOLE = """\
seed: 1
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]]}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]]}
samples:
  - {inputs: [0.05, 0.10], targets: [0.01, 0.99]}
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""


def with_example(path, text):
    """A whole configuration with an example in its place."""
    whole = yaml.safe_load(WHOLE)
    if path.startswith("page.notation."):
        whole["page"] = {"notation": yaml.safe_load(text)}
        return yaml.safe_dump(whole)
    part, (*above, last) = whole, path.split(".")
    for step in above:
        name = step.removesuffix("[]")
        part = part.setdefault(name, {})
        part = part[0] if step.endswith("[]") else part
    (given,) = yaml.safe_load(text).items()
    assert given[0] == last
    part[last] = given[1]
    return yaml.safe_dump(whole)


def every_path(schema, node, path=""):
    """The paths of all keys of the schema but those beside a name, by a walk of its own."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].split("/")[-1]]
    if node.get("properties", {}).get("name", {}).get("const"):
        return
    if node.get("properties", {}).get("init", {}).get("const"):
        return
    for name, part in node.get("properties", {}).items():
        yield f"{path}.{name}".lstrip(".")
        yield from every_path(schema, part, f"{path}.{name}")
    for part in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from every_path(schema, part, path)
    if "items" in node:
        yield from every_path(schema, node["items"], f"{path}[]")


def test_every_key_of_the_schema_is_on_the_page_with_its_anchor():
    schema = json_schema()
    paths = set(every_path(schema, schema))
    assert paths == KEYS.keys() == EXAMPLES.keys()
    for key in KEYS.values():
        assert PAGE.count(f'<a id="{key.anchor}"></a>`{key.name}`') == 1


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_is_right_in_a_whole_file(path):
    if path == "page.pytorch":
        pytest.importorskip("torch")
    parse(with_example(path, EXAMPLES[path]))


def test_a_wrong_example_is_seen():
    with pytest.raises(Unusable):
        parse(with_example("network.layers[].units", "units: 3"))
    with pytest.raises(Unusable):
        parse(with_example("page.digits", "digits: 40"))


def test_every_key_says_what_it_is_for_and_what_may_stand_there():
    assert [path for path, key in KEYS.items() if not (key.says and key.kind)] == []


@pytest.mark.parametrize("path", [path for path, key in KEYS.items() if key.default])
def test_a_default_is_what_a_file_without_the_key_has(path):
    node = File
    *above, last = path.replace("[]", "").split(".")
    for step in above:
        node = _model(node.model_fields[step].annotation)
    default = node.model_fields[last].default
    written = yaml.safe_load(KEYS[path].default)
    assert written == default or float(written) == float(default)


def _model(annotation):
    if hasattr(annotation, "model_fields"):
        return annotation
    found = (_model(inner) for inner in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)


ROWS = [(choice, name, key) for choice in choices() for name, key in choice.rows]


@pytest.mark.parametrize(("choice", "name", "key"), ROWS, ids=[f"{n}-{k.name}" for _, n, k in ROWS])
def test_a_key_beside_a_name_is_right_in_a_whole_file(choice, name, key):
    whole = yaml.safe_load(WHOLE)
    place = {
        "activation": whole["network"]["layers"][0],
        "loss": whole,
        "optimizer": whole,
        "schedule": whole["optimizer"],
        "initializer": whole["network"]["layers"][0] | {"units": 2},
    }[choice.title]
    place["weights" if choice.title == "initializer" else choice.title] = yaml.safe_load(
        key.example
    )
    if choice.title == "initializer":
        whole["network"]["layers"][0] = place
    parse(yaml.safe_dump(whole))


CATALOGUE = catalogue()
ENTRIES = {
    "activation": CATALOGUE.activations,
    "loss": [loss.entry for loss in CATALOGUE.losses],
    "optimizer": [optimizer.entry for optimizer in CATALOGUE.optimizers],
    "schedule": CATALOGUE.schedules,
    "initializer": CATALOGUE.initializers,
}


def test_the_page_has_every_parameter_of_every_entry():
    assert ENTRIES.keys() == {title for title, _ in CHOICES.values()}
    for entry in (entry for entries in ENTRIES.values() for entry in entries):
        for parameter in entry.parameters:
            example = rf"{{(name|init): {entry.name}, (.*, )?{parameter.name}: "
            assert re.search(rf"\| `{parameter.name}` \|.* `{example}", PAGE)


@pytest.mark.parametrize("line", [entry.yaml for entries in ENTRIES.values() for entry in entries])
def test_a_line_of_the_catalogue_is_right_in_a_whole_file(line):
    whole = copy.deepcopy(yaml.safe_load(WHOLE))
    ((key, value),) = yaml.safe_load(line).items()
    if key in ("activation", "weights"):
        layer = whole["network"]["layers"][-1]
        layer |= {key: value, "units": 2}
    else:
        whole[key] = value
        if value in ("cross_entropy", "kl_divergence"):
            whole["network"]["layers"][-1]["activation"] = "softmax"
        if value == "hinge":
            whole["samples"][0]["targets"] = [1, -1]
    parse(yaml.safe_dump(whole))
