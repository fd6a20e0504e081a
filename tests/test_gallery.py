"""The gallery: a card for each example, what its filters hide, and the command that writes it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from generator.__main__ import main

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
FILES = sorted(EXAMPLES.glob("*.yaml"))

NET = """\
title: A [small] *network*
network: {inputs: 1, layers: [{activation: tanh, weights: [[0.5]]}]}
samples: [{inputs: [1]}]
"""


def cards(page):
    """The classes and the text of each card, by the name of its example."""
    found = re.findall(r'<article class="([^"]+)"[^>]*>(.*?)</article>', page, re.DOTALL)
    return {re.search(r"\[YAML\]\((\S+)\.yaml\)", text)[1]: (c.split(), text) for c, text in found}


def hidden(css, page, option):
    """The examples that a choice hides: those without the class that its rule asks for."""
    (wanted,) = re.findall(
        rf'\.gallery:has\(option\[value="{option}"\]:checked\) > \.example-card:not\(\.(\S+)\) '
        r"\{ display: none \}",
        css,
    )
    return {name for name, (classes, _) in cards(page).items() if wanted not in classes}


def name_of(part):
    return part["name"] if isinstance(part, dict) else part


def what_it_has(path):
    """What an example has, read from its YAML by another reader than ours."""
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    layers = file["network"]["layers"]
    training, notation = file.get("training", {}), file.get("page", {}).get("notation", "layered")
    return {
        *(f"activation-{name_of(layer['activation'])}" for layer in layers),
        f"loss-{name_of(file.get('loss', 'none'))}",
        f"optimizer-{name_of(file.get('optimizer', 'none'))}",
        f"layers-{len(layers)}",
        f"samples-{'one' if len(file['samples']) == 1 else 'several'}",
        f"steps-{'one' if training.get('steps', 1) == 1 else 'several'}",
        f"notation-{notation}",
    }


PAGE = (EXAMPLES / "index.md").read_text(encoding="utf-8")
CSS = (EXAMPLES / "index.css").read_text(encoding="utf-8")
HAS = {path.stem: what_it_has(path) for path in FILES}
OPTIONS = re.findall(r'<option value="([^"]+)" label="\S+ \((\d+)\)">', PAGE)


def test_the_gallery_is_up_to_date(monkeypatch):
    monkeypatch.chdir(ROOT)
    files = [str(path.relative_to(ROOT)) for path in FILES]
    assert main(["gallery", "--check", *files]) == 0


def test_every_example_has_a_card_with_its_figure_its_title_and_both_links():
    assert cards(PAGE).keys() == HAS.keys()
    for path in FILES:
        _, text = cards(PAGE)[path.stem]
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert f"## [{file['title']}]({path.stem}.md)" in text
        assert file.get("summary", "") in text
        assert f"({path.stem}-network.svg)]({path.stem}.md)" in text
        assert (EXAMPLES / f"{path.stem}-network.svg").is_file()


@pytest.mark.parametrize(("option", "count"), OPTIONS)
def test_a_filter_leaves_the_examples_that_have_what_it_says(option, count):
    left = HAS.keys() - hidden(CSS, PAGE, option)
    assert left == {name for name, has in HAS.items() if option in has}
    assert len(left) == int(count)


def test_there_is_a_filter_for_whatever_tells_examples_apart():
    everywhere = set.intersection(*HAS.values())
    assert {option for option, _ in OPTIONS} == set.union(*HAS.values()) - everywhere


def test_the_form_leaves_no_text_where_forms_are_stripped():
    """GitHub takes the tags of a form away and would keep the words between them."""
    (form,) = re.findall(r"<form.*?</form>", PAGE, re.DOTALL)
    assert not re.sub(r"<[^>]+>", "", form).strip()


def test_a_forward_example_of_another_folder_has_a_card(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "my net.yaml").write_text(NET)
    assert main(["gallery", "nets/my net.yaml", "-o", "pages/all.md"]) == 0
    page = (tmp_path / "pages" / "all.md").read_text()
    assert r"## [A \[small\] \*network\*](../nets/my%20net.md)" in page
    assert "- Loss: `none`" in page
    assert "<form" not in page
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"all.md", "all.css"}


def test_a_bad_example_is_told_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(NET)
    (tmp_path / "bad.yaml").write_text(NET.replace("tanh", "tanhh"))
    assert main(["gallery", "good.yaml", "bad.yaml", "absent.yaml"]) == 2
    err = capsys.readouterr().err
    assert re.search(r"^bad\.yaml:2:\d+: network\.layers\[0\]\.activation: 'tanhh'", err, re.M)
    assert re.search(r"^absent\.yaml:1:1: file: not found", err, re.M)
    assert {path.name for path in tmp_path.iterdir()} == {"good.yaml", "bad.yaml"}
    assert main(["gallery", "good.yaml", "-o", "gallery.html"]) == 2


def test_a_gallery_out_of_date_is_told_with_the_command_that_refreshes_it(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLES / "adam.yaml", tmp_path)
    assert main(["gallery", "--check", "adam.yaml"]) == 1
    assert main(["gallery", "adam.yaml"]) == 0
    assert main(["gallery", "--check", "adam.yaml"]) == 0
    page = tmp_path / "index.md"
    page.write_text(page.read_text().replace("Steps: 3", "Steps: 4"))
    capsys.readouterr()
    assert main(["gallery", "--check", "adam.yaml"]) == 1
    out = capsys.readouterr().out
    assert "index.md: is out of date" in out and "-- Steps: 4\n+- Steps: 3" in out
    assert "To refresh: python -m generator gallery adam.yaml" in out


def test_the_site_has_the_style_sheets_of_the_gallery():
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for sheet in ("stylesheets/gallery.css", "examples/index.css"):
        assert f"\n  - {sheet}\n" in site
        assert (ROOT / "docs" / sheet).is_file()
