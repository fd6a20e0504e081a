"""The guides of the site: the files that they show are there, and the pages made from them."""

import re
from pathlib import Path

import pytest

from generator import generate
from generator.__main__ import main
from generator.audit import read_page
from generator.config.located import Unusable
from generator.page.notation import NOTATIONS

GUIDES = Path(__file__).parents[1] / "docs" / "guides"
OWN_PAGE = (GUIDES / "own-page.md").read_text(encoding="utf-8")
MADE = sorted(GUIDES.rglob("*.yaml"))
MAZUR = (GUIDES.parent / "examples" / "mazur.yaml").read_text(encoding="utf-8")


def filled(template, folder, text=MAZUR):
    (folder / "my.jinja").write_text(template, encoding="utf-8")
    text = text.replace("page:\n", "page:\n  template: my.jinja\n")
    return generate(text, "net", folder=folder)["net.md"].removesuffix("\n")


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_a_page_of_the_guides_is_what_the_generator_makes(path):
    assert main(["--check", str(path)]) == 0


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_every_equality_of_a_guides_page_holds(path):
    reading = read_page(path.with_suffix(".md").read_text(encoding="utf-8"))
    assert (reading.findings, reading.unread) == ((), ())
    assert reading.checked > 8


@pytest.mark.parametrize("kind", ["yaml", "jinja"])
def test_the_guide_shows_the_files_of_its_example(kind):
    shown, *_ = re.findall(rf"```{kind}\n(.*?)```\n", OWN_PAGE, re.DOTALL)
    assert shown == (GUIDES / "own-page" / f"lesson.{kind}").read_text(encoding="utf-8")


def test_the_guide_tells_what_a_reading_prints(tmp_path):
    row = r"^\| (?:`q\.w5_gradient`, )?`(q\.w5_gradient\.\w+)` \| \$?(.+?)\$? \| "
    rows = [own for own in re.findall(row, OWN_PAGE, re.MULTILINE) if "equation" not in own[0]]
    assert len(rows) == 10
    for asked, said in rows:
        assert filled(f"<< {asked} >>", tmp_path) == said


def test_the_guides_fault_is_what_the_generator_says(tmp_path):
    (shown,) = re.findall(r"^lesson\.jinja:.+$", OWN_PAGE, re.MULTILINE)
    lesson = GUIDES / "own-page" / "lesson"
    template = lesson.with_suffix(".jinja").read_text(encoding="utf-8")
    (tmp_path / "lesson.jinja").write_text(template.replace("q.w5.value", "q.w5.vlaue"))
    with pytest.raises(Unusable) as caught:
        generate(lesson.with_suffix(".yaml").read_text("utf-8"), "lesson", folder=tmp_path)
    (found,) = (problem.located("") for problem in caught.value.problems)
    assert found == f"{tmp_path}/{shown}"


def test_every_notation_is_on_the_page_of_notations():
    page = (GUIDES / "notations.md").read_text(encoding="utf-8")
    for name in NOTATIONS:
        assert page.count(f"`{name}`") > 10


def test_the_loop_of_the_guide_is_one(tmp_path):
    *_, loop = re.findall(r"```jinja\n(.*?)```\n", OWN_PAGE, re.DOTALL)
    lines = filled(loop, tmp_path).splitlines()
    assert all(re.match(r"- \$.+\$$", line) for line in lines)
    assert len(lines) > 50
