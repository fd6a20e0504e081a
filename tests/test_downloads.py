"""The downloads of a page: what its configuration asks for is written, and nothing else linked."""

import json
import os
import re
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.config import parse
from tests.test_main import NET

ROOT = Path(__file__).parents[1]
GALLERY = sorted((ROOT / "docs" / "examples").glob("*.yaml"))
BOTH = NET + "page: {downloads: [ipynb, latex]}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder, text, *arguments):
    """The files that a configuration makes, by name, sorted, and its page."""
    (folder / "net.yaml").write_text(text, encoding="utf-8")
    assert main(["net.yaml", *arguments]) == 0
    page = folder / "net.md"
    names = sorted(path.name for path in folder.iterdir() if path.suffix not in (".yaml", ".svg"))
    return names, page.read_text(encoding="utf-8") if page.is_file() else ""


def linked(page):
    """The files that a page links to."""
    return set(re.findall(r"\]\(([^)#:]+)\)", page))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["net.json", "net.md"]),
        ("page: {downloads: []}", ["net.json", "net.md"]),
        ("page: {downloads: [ipynb]}", ["net.ipynb", "net.json", "net.md"]),
        ("page: {downloads: [latex]}", ["net.json", "net.md", "net.tex"]),
        ("page: {downloads: [latex, ipynb]}", ["net.ipynb", "net.json", "net.md", "net.tex"]),
        ("page: {downloads: [latex, latex]}", ["net.json", "net.md", "net.tex"]),
    ],
)
def test_a_page_links_to_what_was_written_with_it_and_to_nothing_else(asked, names, folder):
    written, page = made(folder, f"{NET}{asked}\n")
    assert written == names
    others = {name for name in linked(page) if not name.endswith(".svg")}
    assert others == {name for name in names if name != "net.md"}
    assert all((folder / name).is_file() for name in linked(page))


def test_a_format_of_the_command_alone_is_not_linked(folder):
    formats = [flag for name in ("markdown", "ipynb", "latex") for flag in ("--format", name)]
    written, page = made(folder, NET, *formats)
    assert written == ["net.ipynb", "net.json", "net.md", "net.tex"]
    assert not {"net.ipynb", "net.tex"} & linked(page)


def test_the_values_alone_are_the_values_alone(folder):
    assert made(folder, BOTH, "--format", "json")[0] == ["net.json"]


@pytest.mark.parametrize(("form", "begins"), [("latex", "% Compile"), ("ipynb", "{\n")])
def test_the_standard_output_has_the_format_that_was_asked_for(form, begins, folder, capsys):
    (folder / "net.yaml").write_text(BOTH, encoding="utf-8")
    assert main(["net.yaml", "--stdout", "--format", form]) == 0
    assert capsys.readouterr().out.startswith(begins)
    assert main(["net.yaml", "--stdout"]) == 0
    assert capsys.readouterr().out.startswith("# A small network")


def test_a_name_with_a_space_is_linked_as_an_address(folder):
    (folder / "my net.yaml").write_text(BOTH, encoding="utf-8")
    assert main(["my net.yaml"]) == 0
    assert (folder / "my net.ipynb").is_file()
    assert "](my%20net.ipynb)" in (folder / "my net.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["net.ipynb", "net.tex"])
def test_a_download_that_is_old_or_missing_is_out_of_date(name, folder, capsys):
    made(folder, BOTH)
    assert main(["net.yaml", "--check"]) == 0
    changed = (folder / name).read_text(encoding="utf-8").replace("0.7", "0.8")
    (folder / name).write_text(changed, encoding="utf-8")
    assert main(["net.yaml", "--check"]) == 1
    assert f"{name}: is out of date" in capsys.readouterr().out
    (folder / name).unlink()
    assert main(["net.yaml", "--check"]) == 1
    assert f"{name}: is missing" in capsys.readouterr().out


def test_another_format_is_refused_with_those_that_there_are(folder, capsys):
    (folder / "net.yaml").write_text(f"{NET}page: {{downloads: [pdf]}}\n", encoding="utf-8")
    assert main(["net.yaml"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("net.yaml:11:") and "'pdf'" in complaint
    assert "ipynb" in complaint and "latex" in complaint


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_an_example_offers_its_notebook_its_document_and_its_values(path):
    assert parse(path.read_text(encoding="utf-8")).page.downloads == ("ipynb", "latex")
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    gallery = (path.parent / "index.md").read_text(encoding="utf-8")
    for ending in (".ipynb", ".tex", ".json"):
        assert f"{path.stem}{ending}" in linked(page)
        assert path.with_suffix(ending).is_file()
    for ending in (".ipynb", ".tex", ".yaml"):
        assert f"{path.stem}{ending}" in linked(gallery)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_notebook_offered_runs_and_holds_its_numbers(path, folder, capsys):
    cells = json.loads(path.with_suffix(".ipynb").read_text(encoding="utf-8"))["cells"]
    program = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    names = {"__name__": "notebook"}
    exec(compile(program, os.fspath(path), "exec"), names)
    assert capsys.readouterr().out
