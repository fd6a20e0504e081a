"""The wheel, installed in an empty environment and used from an empty folder."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as a package index would have it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_every_template_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    templates = {
        f"generator/{file.relative_to(ROOT).as_posix()}"
        for file in (ROOT / "templates").rglob("*")
        if file.is_file()
    }
    assert templates <= names
    assert {name.split("/")[0] for name in names} == {"generator"}


def test_the_installed_wheel_writes_the_page_from_an_empty_folder(
    wheel: Path, tmp_path: Path
) -> None:
    environment, inputs, empty = (tmp_path / name for name in ("environment", "inputs", "empty"))
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)

    inputs.mkdir()
    empty.mkdir()
    network = inputs / "mazur.yaml"
    network.write_bytes((EXAMPLES / "mazur.yaml").read_bytes())
    run(python, "-m", "generator", network, cwd=empty)

    assert (inputs / "mazur.md").read_bytes() == (EXAMPLES / "mazur.md").read_bytes()
    assert not list(empty.iterdir())
