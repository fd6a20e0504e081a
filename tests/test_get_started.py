"""The guide for beginners: every command that it shows is run in a clean folder."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from generator.config import parse
from generator.config.located import Unusable
from generator.page.markdown import template_text

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "guides" / "get-started.md").read_text(encoding="utf-8")
WORKS = (ROOT / "docs" / "guides" / "how-it-works.md").read_text(encoding="utf-8")
CHECKED = (ROOT / "docs" / "guides" / "how-it-is-checked.md").read_text(encoding="utf-8")

# What needs an account, or goes on until it is stopped.
NOT_RUN = re.compile(r"git clone |cd worked-examples$|git push$|mkdocs serve$|.* --watch$")


def commands(guide):
    """The commands of a guide, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", guide, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def test_the_guide_shows_the_line_for_the_navigation_as_the_file_has_it():
    (line,) = re.findall(r"^```yaml\n(.*?)\n```", GUIDE, re.M | re.S)
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"\n{line.replace('net.md', 'index.md')}\n" in navigation


def test_the_guide_shows_what_a_mistake_is_told_as():
    (shown,) = re.findall(r"^docs/examples/net\.yaml:.*$", GUIDE, re.M)
    starter = template_text("starter.yaml")
    with pytest.raises(Unusable) as caught:
        parse(starter.replace("activation: tanh", "activation: tahn"))
    (problem,) = caught.value.problems
    assert problem.located("docs/examples/net.yaml") == shown


def test_the_guide_installs_as_the_readme_does():
    assert "pip install -e . &&" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install -e ." in commands(GUIDE)
    (tests, _) = commands(CHECKED)
    assert tests == "pip install -e '.[test,oracle]'"


@pytest.mark.slow
def test_every_command_of_the_guide_works_in_a_clean_folder(tmp_path):
    copy = tmp_path / "worked-examples"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, tracked.stdout.decode().split("\0")):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            target.write_bytes((ROOT / name).read_bytes())
    (added,) = re.findall(r"^```yaml\n(.*?)\n```", GUIDE, re.M | re.S)
    before = added.replace("net.md", "index.md")
    script = ["set -e", "git init -q .", "git add -A", "git commit -qm start"]
    for command in commands(GUIDE):
        if command.startswith("python -m generator gallery"):
            script.append(f"sed -i 's|^{before}$|&\\n{added}|' mkdocs.yml")
        if not NOT_RUN.match(command):
            script += [f"echo + {command!r}", command]
    people = {
        f"GIT_{who}_{what}": "tests@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SITE_URL")
    }
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=copy,
        env=environment | people,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "site" / "examples" / "net.html").is_file()
    gallery = (copy / "site" / "examples" / "index.html").read_text(encoding="utf-8")
    assert '<a href="net.html">My first network</a>' in gallery
    left = subprocess.run(
        ["git", "status", "--porcelain"], cwd=copy, capture_output=True, text=True, check=True
    )
    assert left.stdout == ""


def test_only_what_cannot_be_run_is_left_out():
    left = [command for command in commands(GUIDE) if NOT_RUN.match(command)]
    assert [command.split()[-1] for command in left] == [
        "worked-examples",
        "worked-examples",
        "--watch",
        "serve",
        "push",
    ]


def test_the_numbers_of_how_it_works_are_those_of_the_page():
    page = (ROOT / "docs" / "examples" / "mazur.md").read_text(encoding="utf-8")
    for shown in (
        r"net_{h1} = w_1 \cdot i_1 + w_2 \cdot i_2 + b_1",
        r"\sigma\left(net_{h1}\right)",
        r"\frac{1}{1 + e^{-net_{h1}}}",
        r"\frac{1}{1 + e^{-0.3775}}",
        "0.593269992107",
        r"out_{h1} \cdot \left(1 - out_{h1}\right)",
    ):
        assert shown in WORKS
        assert shown in page or shown.replace(" = ", " &= ") in page


def test_the_famous_error_is_told_as_the_page_and_the_tests_of_published_figures_have_it():
    page = (ROOT / "docs" / "examples" / "mazur.md").read_text(encoding="utf-8")
    published = (ROOT / "tests" / "test_reference.py").read_text(encoding="utf-8")
    assert "0.291027774" in CHECKED and "0.291027774" in page
    assert "0.291027924" in CHECKED and "0.291027924" in published
