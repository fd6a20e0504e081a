"""The reference's files: up to date, the same each time, and checked by the command."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.network.activations import ACTIVATIONS
from generator.network.losses import LOSSES
from generator.network.schedules import SCHEDULES
from generator.reference import reference
from tests.page.test_figures import SVG

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
FILES = reference()
PLOTS = {name: text for name, text in FILES.items() if name.endswith(".svg")}


def test_the_reference_in_the_guides_is_up_to_date():
    assert main(["reference", "--check", "-o", str(GUIDES)]) == 0


def test_there_is_a_plot_for_every_entry_that_can_have_one_and_no_other():
    names = {f"activation-{name}" for name in ACTIVATIONS} | {f"loss-{name}" for name in LOSSES}
    names |= {f"schedule-{name}" for name in SCHEDULES}
    assert set(PLOTS) == {f"catalogue-{name}.svg" for name in names}
    assert {path.name for path in GUIDES.glob("catalogue-*.svg")} == set(PLOTS)
    assert all(f"({name})" in FILES["catalogue.md"] for name in PLOTS)


def test_the_same_files_come_out_each_time():
    assert reference() == FILES


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_a_picture_with_a_title_and_a_description(name):
    root = ET.fromstring(PLOTS[name])
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text and description.text
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))


def test_a_reference_out_of_date_is_told_with_the_command_that_refreshes_it(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["reference", "--check", "-o", "guides"]) == 1
    assert not (tmp_path / "guides").exists()
    assert main(["reference", "-o", "guides"]) == 0
    page = tmp_path / "guides" / "catalogue.md"
    page.write_text(page.read_text().replace("1 + e^{-z}", "1 - e^{-z}"))
    capsys.readouterr()
    assert main(["reference", "--check", "-o", "guides"]) == 1
    out = capsys.readouterr().out
    assert "-a &= \\frac{1}{1 - e^{-z}}" in out
    assert "To refresh: python -m generator reference -o guides" in out
    assert main(["reference", "--check", "-o", str(GUIDES)]) == 0
