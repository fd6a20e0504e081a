"""The command's other parts: new, schema and --watch."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

from generator.__main__ import main
from generator.config import parse
from generator.config.located import Unusable
from generator.config.schema import json_schema
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.optimizers import OPTIMIZERS

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))


def test_a_new_file_runs_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "net.yaml"]) == 0
    assert main(["net.yaml"]) == 0
    assert (tmp_path / "net.md").read_text().startswith("# My first network\n")


def test_a_new_file_never_overwrites(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text("mine")
    assert main(["new", "net.yaml"]) == 2
    assert "net.yaml" in capsys.readouterr().err
    assert (tmp_path / "net.yaml").read_text() == "mine"


def test_a_new_file_in_no_folder_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "none/net.yaml"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "none/net.yaml" in line


def test_the_schema_is_printed_as_json(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()


def test_the_schema_is_a_schema_with_a_description_for_every_key():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    bare = {
        f"{name}.{key}"
        for name, part in {"file": schema, **schema["$defs"]}.items()
        for key, value in part.get("properties", {}).items()
        if "description" not in value and "$ref" not in value and "description" not in part
    }
    assert bare == set()


def test_the_schema_knows_every_entry_of_the_tables():
    text = json.dumps(json_schema())
    for name in (*ACTIVATIONS, *LOSSES, *OPTIMIZERS):
        assert f'"{name}"' in text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_the_schema(path):
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json_schema())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("activation: sigmoid", "activation: sigmod"),
        ("inputs: 2 ", "inputs: 0 "),
        ("learning_rate: 0.5", "learning_rate: fast"),
        ("name: sgd", "name: adam, momentum: 1"),
        ("digits: 4", "digts: 4"),
    ],
)
def test_the_schema_refuses_what_the_generator_refuses(old, new):
    text = (ROOT / "docs/examples/mazur.yaml").read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json_schema())
    with pytest.raises(Unusable):
        parse(text)


def test_watching_writes_again_on_each_change_and_outlives_a_bad_file(tmp_path):
    source, page = tmp_path / "net.yaml", tmp_path / "net.md"
    good = (ROOT / "docs/examples/single-neuron.yaml").read_text(encoding="utf-8")
    source.write_text(good)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "net.yaml", "--watch"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: page.is_file() and "# A single neuron" in page.read_text())
        source.write_text("titel: a typo\n")
        time.sleep(0.6)
        source.write_text(good.replace("A single neuron", "Another title"))
        wait_until(lambda: "# Another title" in page.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "net.yaml:1:1: titel: unknown key; did you mean 'title'?" in err


@pytest.mark.parametrize("other", ["--check", "--stdout"])
def test_watching_goes_with_nothing_that_writes_once(tmp_path, monkeypatch, other):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text("")
    assert main(["net.yaml", "--watch", other]) == 2


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
