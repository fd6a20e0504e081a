"""The command: what it writes, what it prints, what it answers, and what it leaves alone."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from generator.__main__ import main

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"

NET = """\
title: A small network
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.1, 0.2], [0.3, 0.4]], bias: 0.5}
    - {activation: linear, weights: [[0.6, 0.7]]}
samples:
  - {inputs: [1, 2], targets: [3]}
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""
OTHER = NET.replace("0.7", "0.8")
BAD = NET.replace("0.7", "seven")
PROBLEM = re.compile(r"[^\n]+:\d+:\d+: [^\n]+: [^\n]+\n")
LONG_AGO = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with `net.yaml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET)
    return tmp_path


@pytest.fixture
def written(folder: Path) -> Path:
    """The same with its page written, long ago."""
    assert main(["net.yaml", "--format", "markdown", "--format", "json"]) == 0
    for file in folder.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    return folder


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file under a folder, with its bytes and its time."""
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def run(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a user runs it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, "-m", "generator", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=10)


# What it writes

BESIDE = {f"net-{figure}.svg" for figure in ("network", "paths-1", "gradients")} | {"net.json"}


def test_the_page_and_its_figure_stand_beside_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["net.yaml"]) == 0
    assert names(folder) == {"net.yaml", "net.md", *BESIDE}
    assert (folder / "net.md").read_text().startswith("# A small network\n")
    assert capsys.readouterr() == ("", "")


def test_beside_the_file_also_where_that_is_another_folder(folder: Path) -> None:
    (folder / "nets").mkdir()
    (folder / "net.yaml").rename(folder / "nets" / "net.yaml")
    assert main(["nets/net.yaml"]) == 0
    assert names(folder / "nets") == {"net.yaml", "net.md", *BESIDE}
    assert names(folder) == {"nets"}


def test_o_names_another_folder_which_is_made(folder: Path) -> None:
    assert main(["net.yaml", "-o", "site/pages"]) == 0
    assert names(folder / "site" / "pages") == {"net.md", *BESIDE}
    assert names(folder) == {"net.yaml", "site"}


@pytest.mark.parametrize(
    ("formats", "files"),
    [
        (["json"], {"net.json"}),
        (["markdown"], {"net.md", *BESIDE}),
        (["json", "markdown"], {"net.md", *BESIDE}),
        (["json", "json"], {"net.json"}),
        (["ipynb"], {"net.ipynb", "net.json"}),
        (["latex"], {"net.tex", "net.json"}),
        (["latex", "ipynb", "markdown"], {"net.md", "net.ipynb", "net.tex", *BESIDE}),
    ],
)
def test_format_says_what_is_written(folder: Path, formats: list[str], files: set[str]) -> None:
    flags = [flag for name in formats for flag in ("--format", name)]
    assert main(["net.yaml", *flags]) == 0
    assert names(folder) == {"net.yaml", *files}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("markdown", "net.md"),
        ("json", "net.json"),
        ("ipynb", "net.ipynb"),
        ("latex", "net.tex"),
    ],
)
def test_stdout_has_what_the_file_would_have_and_nothing_is_written(
    folder: Path, name: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["net.yaml", "--format", name]) == 0
    before = contents(folder)
    assert main(["net.yaml", "--stdout", "--format", name]) == 0
    assert capsys.readouterr() == ((folder / file).read_text(), "")
    assert contents(folder) == before


def test_a_name_that_is_not_here_is_looked_for_among_the_examples(folder: Path) -> None:
    examples = folder / "docs" / "examples"
    examples.mkdir(parents=True)
    (folder / "net.yaml").rename(examples / "net.yaml")
    assert main(["net.yaml"]) == 0
    assert names(examples) == {"net.yaml", "net.md", *BESIDE}
    assert names(folder) == {"docs"}


def test_a_file_that_is_here_goes_before_an_example(folder: Path) -> None:
    examples = folder / "docs" / "examples"
    examples.mkdir(parents=True)
    (examples / "net.yaml").write_text(BAD)
    assert main(["net.yaml"]) == 0
    assert names(examples) == {"net.yaml"}


def test_a_file_that_would_not_change_is_not_written_again(written: Path) -> None:
    before = contents(written)
    assert main(["net.yaml", "--format", "markdown", "--format", "json"]) == 0
    assert contents(written) == before


def test_only_what_changed_is_written_again(written: Path) -> None:
    (written / "net.md").write_text("old")
    assert main(["net.yaml"]) == 0
    assert (written / "net.md").stat().st_mtime > LONG_AGO
    assert (written / "net-network.svg").stat().st_mtime == LONG_AGO


def test_a_page_behind_a_link_is_written_and_the_link_stays(folder: Path) -> None:
    (folder / "kept").mkdir()
    (folder / "net.md").symlink_to("kept/page.md")
    assert main(["net.yaml"]) == 0
    assert (folder / "net.md").is_symlink()
    assert (folder / "kept" / "page.md").read_text().startswith("# A small network\n")


@pytest.mark.parametrize(("file", "flags"), [("net.md", []), ("net.json", ["--format", "json"])])
def test_the_configuration_is_never_written_over(
    folder: Path, file: str, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").rename(folder / file)
    assert main([file, *flags]) == 2
    assert (folder / file).read_text() == NET
    assert capsys.readouterr().err


@pytest.mark.parametrize("name", ["my net", "größe", "a(b)", "a.b", "-net", "50%20", "#1", "why?"])
def test_whatever_a_file_is_called_every_reader_of_markdown_finds_its_figure(
    folder: Path, name: str
) -> None:
    (folder / "net.yaml").rename(folder / f"{name}.yaml")
    assert main(["--", f"{name}.yaml"]) == 0
    text = (folder / f"{name}.md").read_text()
    addresses = re.findall(r"^!\[[^\]]+\]\((.+)\)$", text, re.MULTILINE)
    assert len(addresses) == 3
    for address in addresses:
        assert re.fullmatch(r"[\w.~%-]+", address)
        assert (folder / unquote(address)).is_file()


# Several files


def test_a_bad_file_does_not_stop_the_others_and_gives_the_exit_status(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text(BAD)
    (folder / "other.yaml").write_text(OTHER)
    assert main(["net.yaml", "bad.yaml", "none.yaml", "other.yaml"]) == 2
    net = {"net.md", *BESIDE}
    pages = net | {file.replace("net", "other", 1) for file in net}
    assert names(folder) == {"net.yaml", "bad.yaml", "other.yaml", *pages}
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == ["bad.yaml", "none.yaml"]


def test_an_unusable_file_is_worse_than_a_page_out_of_date(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    assert main(["--check", "net.yaml"]) == 1
    assert main(["--check", "bad.yaml", "net.yaml"]) == 2
    assert main(["--check", "net.yaml", "bad.yaml"]) == 2


@pytest.mark.parametrize(
    "files",
    [
        ["net.yaml", "net.yaml"],
        ["net.yaml", "./net.yaml"],
        ["net.yaml", "net.yml"],
        ["net.yaml", "more/net.yaml", "-o", "pages"],
        ["net.yaml", "same/net.yaml"],
    ],
)
def test_two_jobs_that_would_write_the_same_file_are_refused(
    folder: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yml").write_text(OTHER)
    (folder / "more").mkdir()
    (folder / "more" / "net.yaml").write_text(OTHER)
    (folder / "same").symlink_to(".")
    before = contents(folder)
    assert main(files) == 2
    assert "net.y" in capsys.readouterr().err
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stdout", "net.yaml", "other.yaml"],
        ["--stdout", "--format", "markdown", "--format", "json", "net.yaml"],
        ["--stdout", "--check", "net.yaml"],
    ],
)
def test_stdout_takes_one_output_and_no_check(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.yaml").write_text(OTHER)
    before = contents(folder)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, "--stdout" in err) == ("", True)
    assert contents(folder) == before


# Checking


def test_checking_what_is_up_to_date_says_nothing(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(written)
    assert main(["--check", "net.yaml", "--format", "markdown", "--format", "json"]) == 0
    assert capsys.readouterr() == ("", "")
    assert contents(written) == before


@pytest.mark.parametrize("file", ["net.md", "net-network.svg"])
def test_checking_prints_the_difference_and_the_command_that_mends_it(
    written: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = written / file
    target.write_text(target.read_text().replace("0.6", "0.9"))
    before = contents(written)
    assert main(["--check", "net.yaml"]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == f"{file}: is out of date"
    assert any(line.startswith("-") and "0.9" in line for line in lines)
    assert any(line.startswith("+") and "0.6" in line for line in lines)
    assert lines[-1] == "To refresh: python -m generator net.yaml"
    assert err == ""
    assert contents(written) == before


@pytest.mark.parametrize("file", ["net.md", "net-network.svg", "net.json"])
def test_a_missing_file_is_out_of_date(
    written: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (written / file).unlink()
    before = contents(written)
    assert main(["--check", "net.yaml", "--format", "markdown", "--format", "json"]) == 1
    assert capsys.readouterr().out.startswith(f"{file}: is missing\n")
    assert contents(written) == before


@pytest.mark.parametrize(("form", "file"), [("ipynb", "net.ipynb"), ("latex", "net.tex")])
def test_the_other_formats_of_a_page_are_checked_where_they_are_asked_for(
    written: Path, form: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "net.yaml", "--format", form]) == 1
    refresh = f"To refresh: python -m generator --format {form} net.yaml"
    assert capsys.readouterr().out.splitlines() == [f"{file}: is missing", refresh]
    assert main(["net.yaml", "--format", form]) == 0
    assert main(["--check", "net.yaml", "--format", form]) == 0
    target = written / file
    target.write_text(target.read_text().replace("0.6", "0.9"))
    assert main(["--check", "net.yaml", "--format", form]) == 1
    assert main(["--check", "net.yaml"]) == 0


@pytest.mark.parametrize("old", [b"", b"\xff\xfe no UTF-8", b"# cut off"])
def test_whatever_stands_in_place_of_a_page_is_out_of_date(
    written: Path, old: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (written / "net.md").write_bytes(old)
    assert main(["--check", "net.yaml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "net.md: is out of date"
    assert lines[-1] == "To refresh: python -m generator net.yaml"


@pytest.mark.parametrize("changed", [{"\n": "\r\n"}, {"\n## ": "\n\n## "}], ids=["CRLF", "blank"])
def test_a_page_that_differs_only_in_blanks_is_out_of_date(
    written: Path, changed: dict[str, str]
) -> None:
    page = written / "net.md"
    text = page.read_text()
    for old, new in changed.items():
        text = text.replace(old, new)
    page.write_bytes(text.encode())
    assert main(["--check", "net.yaml"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["net.yaml"],
        ["net.yaml", "-o", "pages"],
        ["net.yaml", "--format", "json"],
        ["net.yaml", "--format", "json", "--format", "markdown", "-o", "my pages"],
        ["my net.yaml"],
        ["--", "-net.yaml"],
    ],
)
def test_the_command_that_checking_prints_mends_what_it_found(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for other in ("my net.yaml", "-net.yaml"):
        (folder / other).write_text(OTHER)
    assert main(["--check", *arguments]) == 1
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("To refresh: python -m generator ")
    command = shlex.split(last.removeprefix("To refresh: python -m generator "))
    assert main(command) == 0
    assert main(["--check", *arguments]) == 0


def test_checking_says_nothing_of_a_file_that_cannot_be_used_but_its_problems(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (written / "net.yaml").write_text(BAD)
    assert main(["--check", "net.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert PROBLEM.fullmatch(err)


# What cannot be used


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (NET.replace("title", "titel").encode(), "net.yaml:1:1: titel: unknown key; did you mean"),
        (
            NET.replace("[0.3, 0.4]", "[0.3]").encode(),
            "net.yaml:5:51: network.layers[0].weights[1]: ",
        ),
        (BAD.encode(), "net.yaml:6:44: network.layers[1].weights[0][1]: 'seven' is not a number"),
        (None, "net.yaml:1:1: file: not found"),
        (b"", "net.yaml:1:1: file: is empty"),
        (b"network: [1, 2\n", "net.yaml:2:1: YAML syntax: "),
        ((NET + "title: again\n").encode(), "net.yaml:11:1: title: is given twice"),
        (NET.encode("utf-16"), "net.yaml:1:1: file: is not UTF-8"),
        (NET.replace("small", "süß").encode("latin-1"), "net.yaml:1:11: file: is not UTF-8"),
        ("title: süß".encode() + b"\xff", "net.yaml:1:11: file: is not UTF-8"),
        ("\ufefftitle: süß".encode() + b"\xff", "net.yaml:1:11: file: is not UTF-8"),
        (b"# a\r\n# b \xff", "net.yaml:2:5: file: is not UTF-8"),
        ("folder", "net.yaml:1:1: file: "),
    ],
    ids=[
        *("wrong key", "wrong shape", "text for a number", "missing", "empty", "syntax"),
        *("key twice", "UTF-16", "Latin-1", "after an umlaut", "after a mark", "after CRLF"),
        "folder",
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_and_nothing_changes(
    written: Path, content: bytes | str | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written / "net.yaml"
    source.unlink()
    if content == "folder":
        source.mkdir()
    elif isinstance(content, bytes):
        source.write_bytes(content)
    before = contents(written)
    assert main(["net.yaml", "--format", "markdown", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert PROBLEM.fullmatch(err), err
    assert err.startswith(told)
    assert contents(written) == before


def test_every_problem_is_a_line_of_standard_error_and_no_folder_is_made(folder: Path) -> None:
    text = NET.replace("title", "titel").replace("0.1", "x").replace("0.7", "y").replace("sgd", "z")
    (folder / "net.yaml").write_text(text)
    done = run("net.yaml", "-o", "pages", cwd=folder)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (2, b"")
    places = ["1:1", "5:40", "6:44", "10:19"]
    assert [line.split(": ")[0] for line in lines] == [f"net.yaml:{place}" for place in places]
    assert names(folder) == {"net.yaml"}


def test_a_file_is_told_by_the_name_that_it_was_given_by(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(BAD)
    for name in ("net.yaml", "./net.yaml", str(folder / "net.yaml")):
        assert main([name]) == 2
        assert capsys.readouterr().err.startswith(f"{name}:6:44: ")


def test_a_file_of_nearly_the_name_is_offered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nte.yaml"]) == 2
    assert "did you mean 'net.yaml'?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["n" * 300 + ".yaml", ".", "net.yaml/x.yaml"])
def test_a_name_that_no_file_can_have_is_told_as_one_line(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    assert main([name]) == 2
    assert PROBLEM.fullmatch(capsys.readouterr().err)
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.6, 0.7", "1e200, 1e308"),
        ("learning_rate: 0.5", "learning_rate: 1e308"),
        ("[0.1, 0.2]", "[-1e10, 0]"),
        ("[0.1, 0.2]", "[-1e17, 0]"),
        ("[0.1, 0.2]", "[-1e300, 0]"),
        ("[0.1, 0.2]", "[1e300, 1e-300]"),
        ("targets: [3]", "targets: [1e200]"),
    ],
)
@pytest.mark.parametrize("name", ["markdown", "json", "ipynb", "latex"])
def test_numbers_that_go_out_of_range_are_computed_or_told(
    folder: Path, name: str, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert NET.count(old) == 1
    (folder / "net.yaml").write_text(NET.replace(old, new))
    status = main(["net.yaml", "--format", name])
    assert status in (0, 2)
    assert (status == 2) == bool(PROBLEM.fullmatch(capsys.readouterr().err))


def test_a_gradient_of_an_input_that_goes_out_of_range_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(
        """\
network: {inputs: 1, layers: [{activation: linear, weights: [[1e300]]}]}
samples: [{inputs: [1e-150], targets: [1]}]
loss: half_squared_error
"""
    )
    assert main(["net.yaml", "--format", "json"]) == 2
    assert PROBLEM.fullmatch(capsys.readouterr().err)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_without_end_is_told(folder: Path, opening: str) -> None:
    (folder / "net.yaml").write_text(opening * 100_000)
    done = run("net.yaml", cwd=folder)
    assert done.returncode == 2
    assert PROBLEM.match(done.stderr.decode())


def test_aliases_of_aliases_are_told_before_they_take_the_memory(folder: Path) -> None:
    lines = ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for one, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 9)}]")
    (folder / "net.yaml").write_text("\n".join(lines))
    done = run("net.yaml", cwd=folder)
    assert done.returncode == 2
    assert 1 <= len(done.stderr.splitlines()) < 100


# Files that a fuzzer found, cut down as far as they go


def net(layers: str, inputs: str, targets: str, more: str) -> str:
    """A configuration on three lines."""
    count = len(inputs.split(","))
    sample = f"{{inputs: [{inputs}], targets: {targets}}}"
    return f"network: {{inputs: {count}, layers: [{layers}]}}\nsamples: [{sample}]\n{more}\n"


@pytest.mark.parametrize(
    "text",
    [
        net("{activation: sigmoid, weights: [[10]]}", "1", "[0]", "loss: binary_cross_entropy"),
        net("{activation: sigmoid, weights: [[40]]}", "1", "[0]", "loss: binary_cross_entropy"),
        net(
            "{activation: softplus, weights: [[0.3]]}, {activation: sigmoid, weights: [[1]]}",
            *("100", "[0]", "loss: binary_cross_entropy"),
        ),
        net("{activation: softmax, weights: [[20], [0]]}", "1", "1", "loss: cross_entropy"),
        net("{activation: sigmoid, weights: [[0]]}", "1", "[1]", "loss: half_squared_error"),
        net(
            *("{activation: tanh, weights: [[1]]}", "1", "[0]"),
            "loss: mean_squared_error\noptimizer: {name: rmsprop, momentum: 0.9}\n"
            "training: {steps: 2}",
        ),
        net(
            *("{activation: linear, weights: [[1]]}", "1", "[0]"),
            "loss: squared_error\npenalty: {l2: 1}\noptimizer: sgd",
        ),
        NET.replace("targets: [3]}", "targets: [3]}\n  - {inputs: [3, 1], targets: [2]}"),
        NET.replace("bias: 0.5", "bias: 0.5, trainable: {weights: false, bias: false}"),
    ],
    ids=[
        *("a logit of 10", "a logit of 40", "a logit of 30 that is computed", "softmax of 20"),
        *("weight 0", "RMSprop with momentum", "penalty", "two samples", "a frozen layer"),
    ],
)
def test_a_small_network_has_a_page_with_sound_numbers_and_an_anchor_for_each_quantity(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(text)
    assert main(["net.yaml", "--format", "markdown", "--format", "json"]) == 0
    assert capsys.readouterr() == ("", "")
    page = (folder / "net.md").read_text()
    assert not re.search(r"\b(nan|inf|Infinity|None)\b|<<|[{( ]-0(?![.\d])", page)
    anchors = re.findall(r'<a id="([^"]+)">', page)
    assert {anchor for anchor in anchors if anchors.count(anchor) > 1} == set()


@pytest.mark.parametrize(
    "text",
    [
        net("{activation: relu, weights: [[1]]}", "1e150", "[0]", "loss: log_cosh"),
        net("{activation: silu, weights: [[1e100]]}", "1", "[0]", "loss: smooth_l1"),
        net("{activation: softmax, weights: [[1e9], [0]]}", "1", "1", "loss: cross_entropy"),
        net("{activation: sigmoid, weights: [[-1e16, 0.3]]}", "1e16, 0.1", "[1]", "loss: huber"),
        net(
            "{activation: selu, weights: [[1e6]]}, {activation: softmax, weights: [[0], [1]]}",
            *("1", "[0, 0]", "loss: mean_absolute_error"),
        ),
        net(
            "{activation: sigmoid, weights: [[1e9, -3e9]], bias: 1}",
            *("0.3, 0.1", "[0]", "loss: half_squared_error"),
        ),
        net(
            *("{activation: relu, weights: [[1]]}", "1e150", "[0]"),
            "loss: half_squared_error\noptimizer: adadelta",
        ),
        net(
            *("{activation: linear, weights: [[1]]}", "1e150", "[1]"),
            "loss: half_squared_error\noptimizer: {name: sgd, learning_rate: 1e200}",
        ),
        net(
            *("{activation: linear, weights: [[1]]}", "1", "[0]"),
            "loss: huber\noptimizer: {name: sgd, schedule: {name: exponential, gamma: 1e3}}\n"
            "training: {steps: 150}",
        ),
        net(
            "{activation: relu, units: 1, weights: {init: uniform, low: 1e30}}",
            *("1", "[0]", "seed: 0"),
        ),
        net(
            *("{activation: silu, weights: [[1e9]]}", "0", "[0]"),
            "loss: huber\noptimizer: adadelta\npenalty: {l2: 1e150}",
        ),
        net("{activation: tanh, weights: [[100]]}", "-1", "[-1]", "loss: hinge"),
        "network: {inputs: 1, layers: [{activation: softmax, weights: [[0], [1]], bias: 1e15}]}\n"
        "samples: [{inputs: [1.6]}]\n",
        "network: {inputs: 1, layers: [{activation: sigmoid, weights: [[5]]}]}\n"
        "samples: [{inputs: [1e308]}]\n",
    ],
    ids=[
        *("input 1e150", "weight 1e100", "softmax of 1e9", "sigmoid of -1e32", "softmax of 1e6"),
        *("terms that cancel", "Adadelta at 1e150", "learning rate 1e200", "growing schedule"),
        *("drawn to 1e30", "penalty 1e150", "tanh at its end", "softmax of 1e15", "no loss"),
    ],
)
@pytest.mark.parametrize("name", ["markdown", "json", "ipynb", "latex"])
def test_numbers_of_any_size_are_computed_or_told(
    folder: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(text)
    status = main(["net.yaml", "--format", name])
    err = capsys.readouterr().err
    assert (status == 0 and not err) or (status == 2 and PROBLEM.fullmatch(err)), err


def test_more_drawn_weights_than_a_memory_holds_are_refused_at_once(folder: Path) -> None:
    layer = "{activation: relu, units: 1000000000, weights: {init: normal}}"
    (folder / "net.yaml").write_text(f"seed: 1\n{net(layer, '1', '0', '')}")
    done = run("net.yaml", cwd=folder)
    assert done.returncode == 2
    assert PROBLEM.fullmatch(done.stderr.decode())


@pytest.mark.parametrize(
    "title",
    ['"bell \\a"', '"two\\nlines"', "'<b>&amp;'", "'a < b'", "'$x$ | `y`'", "''", "'<< x >>'"],
)
def test_any_title_gives_a_page_of_one_heading_and_a_figure_that_is_xml(
    folder: Path, title: str
) -> None:
    (folder / "net.yaml").write_text(NET.replace("A small network", title))
    status = main(["net.yaml"])
    assert status in (0, 2)
    if status == 0:
        ElementTree.fromstring((folder / "net-network.svg").read_text())
        first, second, *_ = (folder / "net.md").read_text().splitlines()
        assert re.fullmatch(r"# \S.*", first)
        assert second == ""


@pytest.mark.parametrize(
    "source", ["https://example.org/a b", "https://example.org/(a)", '"two\\nlines"', "a book"]
)
def test_a_source_is_a_link_that_every_reader_of_markdown_follows_or_plain_text(
    folder: Path, source: str
) -> None:
    (folder / "net.yaml").write_text(f"source: {source}\n{NET}")
    status = main(["net.yaml"])
    assert status in (0, 2)
    if status == 0:
        (line,) = re.findall(r"^.* comes from .*$", (folder / "net.md").read_text(), re.MULTILINE)
        for address in re.findall(r"\]\((.*?)\)(?=[. ]|$)", line):
            assert re.fullmatch(r"https?://[^\s()]+", address)


# What goes wrong while writing


@pytest.mark.parametrize("step", ["write_text", "replace"])
@pytest.mark.parametrize("fails_at", [1, 2])
def test_files_are_written_all_or_not_at_all(
    written: Path,
    step: str,
    fails_at: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (written / "net.yaml").write_text(OTHER)
    before = contents(written)
    real = getattr(Path, step)
    calls = []

    def failing(path: Path, *arguments: object, **more: object) -> object:
        calls.append(path)
        if len(calls) == fails_at:
            if step == "write_text":
                real(path, "half of i", **more)
            raise OSError(28, "No space left on device", str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, step, failing)
    assert main(["net.yaml"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert contents(written) == before


@pytest.mark.parametrize("output", ["net.yaml", "net.yaml/pages"])
def test_a_folder_that_cannot_be_made_is_told(
    folder: Path, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    assert main(["net.yaml", "-o", output]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert output in line
    assert contents(folder) == before


def test_a_folder_in_place_of_a_page_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.md").mkdir()
    assert main(["net.yaml"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "net.md" in line
    assert names(folder) == {"net.yaml", "net.md"}


def test_a_reader_that_stops_reading_is_no_fault(folder: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m generator net.yaml --stdout | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(3):
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, timeout=20
        )
        assert (done.stdout, done.stderr) == (b"# A small network\n", b"")


@pytest.mark.parametrize("arguments", [["--stdout"], ["--check"]])
def test_a_terminal_that_knows_only_ascii_is_no_fault(folder: Path, arguments: list[str]) -> None:
    (folder / "net.yaml").write_text(NET.replace("small", "süßes 🙂"))
    assert main(["net.yaml"]) == 0
    (folder / "net.md").write_text("old")
    done = run("net.yaml", *arguments, cwd=folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (arguments == ["--check"], b"")


# The command line itself


def test_help_shows_examples_and_exits_0(folder: Path) -> None:
    done = run("--help", cwd=folder)
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "examples:" in text
    for example in ("python -m generator mazur.yaml", "--check docs/examples/*.yaml"):
        assert f"  python -m generator {example.removeprefix('python -m generator ')}" in text
    options = ("-o DIR", "--format", "--stdout", "--check", "--watch", "--quiet", "--verbose")
    for shown in (*options, "exit status"):
        assert shown in text


@pytest.mark.parametrize("arguments", [["--help"], [], ["--format", "pdf", "net.yaml"]])
def test_an_answer_about_the_command_line_needs_no_heavy_import(
    folder: Path, arguments: list[str]
) -> None:
    script = f"""
import atexit, runpy, sys
sys.argv[1:] = {arguments!r}
heavy = ("jinja2", "yaml", "pydantic", "mkdocs", "math_core", "markdown")
atexit.register(lambda: print("imported:", [name for name in heavy if name in sys.modules]))
runpy.run_module("generator", run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == (0 if arguments == ["--help"] else 2)
    assert done.stdout.endswith("imported: []\n")


@pytest.mark.parametrize(
    "arguments", [[], ["--format", "pdf", "net.yaml"], ["--chekc", "net.yaml"], ["-o"]]
)
def test_a_command_line_that_cannot_be_read_exits_2(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m generator ")
    assert names(folder) == {"net.yaml"}


def test_the_examples_of_this_project_are_found_from_its_folder() -> None:
    done = run("--stdout", "mazur.yaml", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (EXAMPLES / "mazur.md").read_bytes()


def test_the_readme_shows_the_message_that_its_example_gives(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (net,) = re.findall(r"```yaml\n(.+?)```", readme, re.DOTALL)
    (folder / "net.yaml").write_text(net)
    assert main(["net.yaml"]) == 0
    (folder / "net.yaml").write_text(net.replace("sigmoid", "sigmod", 1))
    assert main(["net.yaml"]) == 2
    assert capsys.readouterr().err in readme
