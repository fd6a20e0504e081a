"""The guide to publishing: its files are real, and what it tells to run runs in a clean folder."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.links import broken_links

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/guides/publishing.md").read_text(encoding="utf-8")
FILES = ROOT / "docs/guides/publishing"
OURS, THEIRS = ROOT / ".github/workflows/pages.yml", FILES / "pages.yml"
ADDRESS = "https://x.github.io/sub"


def workflow(path: Path) -> dict[str, Any]:
    """A workflow as GitHub reads it; YAML 1.1 takes its key `on` for true."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {{True: "on"}.get(key, key): value for key, value in read.items()}


def commands(path: Path) -> list[tuple[str, dict[str, str]]]:
    """The commands of a workflow, each with its environment."""
    (job,) = workflow(path)["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step]
    base = re.compile(r"\$\{\{ *steps\.pages\.outputs\.base_url *\}\}")
    return [
        (step["run"], {name: base.sub(ADDRESS, text) for name, text in step.get("env", {}).items()})
        for step in steps
    ]


def run(command: str, folder: Path, **environment: str) -> None:
    """A command as GitHub's runner gives it to its shell."""
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def as_before(path: Path) -> str:
    """PATH with the Python of an environment first."""
    return f"{path}{os.pathsep}{os.environ['PATH']}"


def site_of_their_own(folder: Path) -> Path:
    """What the guide tells to put into a repository."""
    (folder / "docs/stylesheets").mkdir(parents=True)
    shutil.copy(FILES / "mkdocs.yml", folder)
    shutil.copy(ROOT / "docs/stylesheets/math.css", folder / "docs/stylesheets")
    shutil.copy(ROOT / "docs/examples/mazur.yaml", folder / "docs/net.yaml")
    (folder / "docs/index.md").write_text("# My pages\n\n[A network](net.md), step by step.\n")
    return folder


def run_their_workflow(folder: Path, python: Path, **environment: str) -> None:
    """The commands of the workflow to copy that come after the installation."""
    install, *rest = commands(THEIRS)
    assert install == ("pip install -r requirements.txt", {})
    for command, given in rest:
        run(command, folder, **given, **environment, PATH=as_before(python))


@pytest.mark.parametrize("name", ["mkdocs.yml", "pages.yml"])
def test_the_guide_shows_the_files_that_it_offers(name: str) -> None:
    shown = re.findall(rf"\[{name}\]\(publishing/{name}\).*?```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert shown == [(FILES / name).read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", [OURS, THEIRS], ids=["ours", "theirs"])
def test_a_workflow_may_publish_and_no_more_and_does_it_last(path: Path) -> None:
    read = workflow(path)
    assert set(read["on"]) == {"push", "workflow_dispatch"}
    assert read["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    (job,) = read["jobs"].values()
    uses = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
    assert uses == [
        "actions/checkout",
        "actions/setup-python",
        "actions/configure-pages",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
    ]
    assert ["uses" in step for step in job["steps"][-2:]] == [True, True]
    assert job["steps"][-2]["with"] == {"path": "site"}
    named = {step["id"] for step in job["steps"] if "id" in step}
    asked = set(re.findall(r"\$\{\{ *steps\.(\w+)\.", path.read_text(encoding="utf-8")))
    assert asked == named


@pytest.mark.parametrize("path", [OURS, THEIRS], ids=["ours", "theirs"])
def test_both_workflows_build_strictly_and_never_quietly(path: Path) -> None:
    (build,) = [command for command, _ in commands(path) if command.startswith("mkdocs")]
    assert build == "mkdocs build --strict"


@pytest.mark.slow
def test_our_workflow_runs(tmp_path: Path) -> None:
    for name in ("docs", "generator", "templates", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = []
    for command, environment in commands(OURS):
        if command != "pip install -e .":  # .ci/run has that one
            run(
                command,
                tmp_path,
                **environment,
                PYTHONPATH=str(tmp_path),
                PATH=as_before(Path(sys.executable).parent),
            )
            done.append(command.split()[0])
    assert done == ["mkdocs", "python"]
    assert broken_links(tmp_path / "site", f"{ADDRESS}/") == []


@pytest.mark.slow
def test_the_workflow_to_copy_runs_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    environment, folder = tmp_path / "environment", site_of_their_own(tmp_path / "repository")
    (folder / "requirements.txt").write_text(f"worked-example-generator @ {ROOT.as_uri()}\n")
    venv.create(environment, with_pip=True)
    install = commands(THEIRS)[0][0]
    run(install, folder, PYTHONPATH="", PATH=as_before(environment / "bin"))
    run_their_workflow(folder, environment / "bin", PYTHONPATH="")
    page = (folder / "site/net.html").read_text(encoding="utf-8")
    assert "<math" in page and f'<link rel="canonical" href="{ADDRESS}/net.html">' in page
    assert broken_links(folder / "site", f"{ADDRESS}/") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("docs/net.yaml", "sigmoid", "sigmod"),
        ("docs/index.md", "net.md", "nte.md"),
        ("docs/index.md", "net.md", "net.md#w99"),
    ],
)
def test_the_workflow_to_copy_stops_at_what_is_wrong(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    folder = site_of_their_own(tmp_path)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(AssertionError, match=new):
        run_their_workflow(folder, Path(sys.executable).parent, PYTHONPATH=str(ROOT))


def test_the_preview_to_copy_is_the_one_that_is_there() -> None:
    """tests/test_preview.py runs it."""
    from generator import preview

    (line,) = re.findall(r"```python\n(from generator\.preview import .*)\n```", GUIDE)
    names = set(line.split(" import ")[1].split(", "))
    assert names == {name for name in vars(preview) if name.startswith("on_")}
