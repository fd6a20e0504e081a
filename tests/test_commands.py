"""The command's other parts: new, schema and --watch."""

import json
import os
import re
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


OWN = "# Mine\n\nThe loss is $<< q.l.value >>$.\n"


@pytest.fixture
def own_page(tmp_path, monkeypatch):
    """A folder with a configuration, the template that it names, and nothing else."""
    monkeypatch.chdir(tmp_path)
    net = (ROOT / "docs/examples/single-neuron.yaml").read_text(encoding="utf-8")
    page, own = "page: {downloads: [ipynb, latex]}", "page: {template: lesson/my.jinja}"
    assert page in net
    (tmp_path / "net.yaml").write_text(net.replace(page, own))
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson/my.jinja").write_text(OWN)
    return tmp_path


def test_an_own_page_is_written_beside_its_configuration(own_page, monkeypatch):
    monkeypatch.chdir(own_page / "lesson")  # the template's path is from the YAML's folder
    assert main(["../net.yaml"]) == 0
    assert re.fullmatch(r"# Mine\n\nThe loss is \$[\d.]+\$\.\n", (own_page / "net.md").read_text())
    assert (own_page / "lesson/my.jinja").read_text() == OWN


def test_an_own_page_goes_to_standard_output(own_page, capsys):
    assert main(["net.yaml", "--stdout"]) == 0
    assert capsys.readouterr().out.startswith("# Mine\n")
    assert not (own_page / "net.md").exists()


def test_an_own_page_is_a_notebook_and_a_document_too(own_page):
    (own_page / "lesson/my.jinja").write_text(OWN + "\n![A network](net-network.svg)\n")
    assert main(["net.yaml", "--format", "ipynb", "--format", "latex"]) == 0
    assert {file.name for file in own_page.iterdir()} == {
        "net.yaml",
        "lesson",
        "net.ipynb",
        "net.tex",
    }
    first, *_, last = json.loads((own_page / "net.ipynb").read_text())["cells"]
    assert first["source"][0] == "# Mine\n" and list(first["attachments"]) == ["figure-1.svg"]
    assert "".join(last["source"]).startswith("assert ")
    document = (own_page / "net.tex").read_text()
    assert "\\pagetitle{Mine}" in document and "\\begin{tikzpicture}" in document


def test_an_own_page_is_out_of_date_once_its_template_changes(own_page, capsys):
    assert main(["net.yaml"]) == 0
    assert main(["net.yaml", "--check"]) == 0
    (own_page / "lesson/my.jinja").write_text(OWN.replace("Mine", "Yours"))
    assert main(["net.yaml", "--check"]) == 1
    assert "-# Mine\n+# Yours\n" in capsys.readouterr().out


def test_a_fault_of_a_template_leaves_everything_as_it_was(own_page, capsys):
    assert main(["net.yaml"]) == 0
    before = (own_page / "net.md").read_text()
    (own_page / "lesson/my.jinja").write_text("# Worse\n\n<< q.zz >>\n")
    assert main(["net.yaml"]) == 2
    assert capsys.readouterr().err.startswith(
        "lesson/my.jinja:3:4: q.zz: there is no quantity zz; "
    )
    assert (own_page / "net.md").read_text() == before


@pytest.mark.parametrize("more", [[], ["--check"], ["--format", "markdown"]])
def test_a_page_is_not_written_over_its_own_template(own_page, capsys, more):
    net = own_page / "net.yaml"
    net.write_text(net.read_text().replace("lesson/my.jinja", "lesson/../net.md"))
    (own_page / "net.md").write_text(OWN)
    assert main(["net.yaml", *more]) == 2
    line = net.read_text().count("\n")
    assert capsys.readouterr().err == (
        f"net.yaml:{line}:18: page.template: would be written over by its own page; "
        "call it net.jinja, for one\n"
    )
    assert (own_page / "net.md").read_text() == OWN
    assert main(["net.yaml", "-o", "elsewhere"]) == 0
    assert (own_page / "elsewhere/net.md").read_text().startswith("# Mine\n")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("lesson/none.jinja", "there is no file lesson/none.jinja"),
        ("lesson", "lesson cannot be read: Is a directory"),
        ("latin.jinja", "latin.jinja is not UTF-8 text"),
    ],
)
def test_a_template_that_cannot_be_read_is_located_in_the_yaml(own_page, capsys, named, said):
    net = own_page / "net.yaml"
    net.write_text(net.read_text().replace("lesson/my.jinja", named))
    (own_page / "latin.jinja").write_bytes("Größe".encode("latin-1"))
    assert main(["net.yaml"]) == 2
    line = net.read_text().count("\n")
    assert capsys.readouterr().err.startswith(f"net.yaml:{line}:18: page.template: {said}")
    assert not (own_page / "net.md").exists()


def test_watching_watches_the_template_too(own_page):
    page, template = own_page / "net.md", own_page / "lesson/my.jinja"
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "net.yaml", "--watch"],
        cwd=own_page,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: page.is_file() and "# Mine" in page.read_text())
        template.write_text("<< q.zz >>")
        time.sleep(0.6)
        template.unlink()
        time.sleep(0.6)
        template.write_text(OWN.replace("Mine", "Yours"))
        wait_until(lambda: "# Yours" in page.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "lesson/my.jinja:1:4: q.zz: there is no quantity zz" in err
    assert "page.template: there is no file lesson/my.jinja" in err
