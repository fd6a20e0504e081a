"""The README and the guide for beginners: every command is run in a clean folder."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from generator.config import parse
from generator.config.located import Unusable
from generator.page.markdown import template_text

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
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
    assert "pip install -e . &&" in README
    assert "pip install -e ." in commands(GUIDE)
    (tests, _) = commands(CHECKED)
    assert tests == "pip install -e '.[test,oracle]'"


def clean_copy(folder):
    """What git would hand out of this tree, in a repository of its own."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, tracked.stdout.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            target.write_bytes((ROOT / name).read_bytes())


def run(folder, script, **more):
    """Run the lines of a script; the first that fails ends it."""
    people = {
        f"GIT_{who}_{what}": "tests@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    ours = ("PYTHONPATH", "SITE_URL", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    start = ["set -e", "git init -q .", "git add -A", "git commit -qm start"]
    return subprocess.run(
        ["bash", "-c", "\n".join([*start, *script])],
        cwd=folder,
        env=environment | people | more,
        capture_output=True,
        text=True,
    )


def changed_in(folder):
    """What git says has changed in a folder."""
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.slow
def test_both_commands_of_the_readme_work_in_a_clean_folder(tmp_path):
    copy = tmp_path / "worked-examples"
    clean_copy(copy)
    (block,) = re.findall(r"^Two commands.*?^```\n(.*?)^```", README, re.M | re.S)
    first, second = (line.partition("  #")[0].strip() for line in block.splitlines())
    assert first.endswith("python -m generator mazur.yaml") and second.endswith("python -m pytest")
    page = copy / "docs" / "examples" / "mazur.md"
    text = page.read_bytes()
    page.unlink()
    script = [f"python3 -m venv {tmp_path}/env", f". {tmp_path}/env/bin/activate", first, second]
    some = "tests/algebra tests/test_main.py -m 'not slow'"  # all of them would run this one again
    done = run(copy, script, PYTEST_ADDOPTS=some)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"\d\d+ passed", done.stdout) and page.read_bytes() == text


@pytest.mark.slow
def test_every_command_of_the_guide_works_in_a_clean_folder(tmp_path):
    copy = tmp_path / "worked-examples"
    clean_copy(copy)
    (added,) = re.findall(r"^```yaml\n(.*?)\n```", GUIDE, re.M | re.S)
    before = added.replace("net.md", "index.md")
    script = []
    for command in commands(GUIDE):
        if command.startswith("python -m generator gallery"):
            script.append(f"sed -i 's|^{before}$|&\\n{added}|' mkdocs.yml")
        if not NOT_RUN.match(command):
            script += [f"echo + {command!r}", command]
    done = run(copy, script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "site" / "examples" / "net.html").is_file()
    gallery = (copy / "site" / "examples" / "index.html").read_text(encoding="utf-8")
    assert '<a href="net.html">My first network</a>' in gallery
    assert changed_in(copy) == ""


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
