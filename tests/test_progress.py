"""What the command says of long work: a bar on a terminal, nothing in a pipe."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import main

ROOT = Path(__file__).parents[1]
NET = (ROOT / "docs/examples/single-neuron.yaml").read_text(encoding="utf-8")
NAMES = [f"net-{number}.yaml" for number in range(5)]
BAR = re.compile(r"\[#*\.*\] (\d+) of 5  net-(\d)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five networks, the fourth of them bad."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        (tmp_path / name).write_text(NET)
    (tmp_path / "net-3.yaml").write_text(NET.replace("sigmoid", "sigmod"))
    return tmp_path


def on_terminal(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit status, and what a terminal got from the command."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    return process.wait(timeout=20), text.decode()


def left_on_screen(text: str) -> list[str]:
    """The lines that stand there at the end: what follows a carriage return overwrites."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return [line for line in lines if line]


def test_many_files_show_a_bar_on_a_terminal_that_leaves_nothing_behind(folder: Path) -> None:
    status, text = on_terminal(*NAMES)
    assert status == 2
    steps = [(str(n + 1), str(n)) for n in range(5)]
    assert BAR.findall(text) == steps
    (problem,) = left_on_screen(text)
    assert re.match(r"net-3\.yaml:\d+:\d+: network", problem)


def test_the_bar_fits_a_narrow_terminal(folder: Path) -> None:
    _, text = on_terminal(*NAMES, COLUMNS="20")
    assert "\r[" in text
    drawn = [part for part in re.split(r"[\r\n]", text) if "#" in part or "..." in part]
    assert max(len(part) for part in drawn if part.startswith("[")) == 19


@pytest.mark.parametrize("arguments", [NAMES[:3], [*NAMES, "--quiet"], [*NAMES, "--verbose"]])
def test_few_files_and_those_who_ask_get_no_bar(folder: Path, arguments: list[str]) -> None:
    assert "\r[" not in on_terminal(*arguments)[1]


def test_a_terminal_that_cannot_move_back_gets_no_bar(folder: Path) -> None:
    assert "\r[" not in on_terminal(*NAMES, TERM="dumb")[1]


def test_a_pipe_gets_nothing_but_the_problems(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "generator", *NAMES],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert (folder / "net-4.md").is_file()


def test_verbose_says_what_was_written_and_what_stayed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["net-0.yaml", "--verbose"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"net-0\.yaml: wrote net-0\.md, .*net-0\.json, \d+\.\d\d s\n", err)
    (folder / "net-0.md").write_text("old")
    assert main(["net-0.yaml", "--verbose"]) == 0
    err = capsys.readouterr().err
    assert re.fullmatch(r"net-0\.yaml: wrote net-0\.md; unchanged .*json, \d+\.\d\d s\n", err)
    assert main(["net-0.yaml", "--verbose", "--check"]) == 0
    assert re.fullmatch(r"net-0\.yaml: up to date, \d+\.\d\d s\n", capsys.readouterr().err)
    assert main(["net-0.yaml", "--verbose", "--stdout"]) == 0
    out, err = capsys.readouterr()
    assert out == (folder / "net-0.md").read_text() and "printed" in err


def test_quiet_leaves_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["net-0.yaml", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["net-3.yaml", "--quiet"]) == 2
    assert "did you mean 'sigmoid'?" in capsys.readouterr().err
    (folder / "net-0.md").write_text("old")
    assert main(["net-0.yaml", "--quiet", "--check"]) == 1
    assert "is out of date" in capsys.readouterr().out


def test_one_cannot_be_quiet_and_verbose(folder: Path) -> None:
    with pytest.raises(SystemExit) as error:
        main(["net-0.yaml", "--quiet", "--verbose"])
    assert error.value.code == 2
