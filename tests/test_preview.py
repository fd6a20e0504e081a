"""`mkdocs serve`: a page follows its YAML and its templates, and outlives what is wrong in them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from generator.__main__ import main

ROOT = Path(__file__).parents[1]
NET = (ROOT / "docs/examples/single-neuron.yaml").read_text(encoding="utf-8")
GIVEN, CHANGED = "weights: [[0.6]]", "weights: [[0.6125]]"
OWN = "# Mine\n\nThe loss is $<< q.l.value >>$.\n"
ADDRESS, MINE = "examples/single-neuron.html", "own/mine.html"
QUICK = 2.0  # seconds on a busy machine; the change is there in half of that on an idle one

pytestmark = pytest.mark.slow


class Server:
    """A running preview: its pages, as a browser reads them, and what it logs."""

    def __init__(self, folder: Path, config: str = "mkdocs.yml") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log_file = folder / "server.log"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-f", config, "-a", f"127.0.0.1:{self.port}"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SITE_URL": ""},
            stdout=self.log_file.open("w"),
            stderr=subprocess.STDOUT,
        )

    def page(self, address: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{address}", timeout=10) as f:
                return unescape(f.read().decode())
        except urllib.error.HTTPError as error:
            return f"HTTP {error.code}"

    def reloads_after(self, address: str) -> Callable[[], bool]:
        """What a browser that shows a page now asks until it is told to reload it."""
        epoch, request = re.findall(r"livereload\((\d+), (\d+)\)", self.page(address))[0]
        return lambda: int(self.page(f"livereload/{epoch}/{request}")) > int(epoch)

    def log(self) -> str:
        return self.log_file.read_text()

    def reloads(self) -> int:
        return self.log().count("Reloading browsers")

    def builds(self) -> int:
        return self.log().count("Building documentation")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)


def wait_until(holds: Callable[[], bool], seconds: float) -> float:
    """How long it took until something held."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - start


def answers(server: Server) -> bool:
    assert server.process.poll() is None, server.log()
    return "Serving on" in server.log()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site of this project's settings with two networks: a plain one, and one with a template."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=_left_out)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copytree(ROOT / "generator", tmp_path / "generator")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "docs/own").mkdir()
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/mine.jinja").write_text(OWN)
    (tmp_path / "docs/own/mine.yaml").write_text(
        NET.replace("downloads: [ipynb, latex]", "template: ../../lessons/mine.jinja")
    )
    (tmp_path / "docs/own/mine.md").write_text("# Mine\n\nNot made yet.\n")
    return tmp_path


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Most of the examples and guides, so that the site is quickly built."""
    kept = {"examples": ("index.", "adam", "single-neuron"), "guides": ("rounding.md",)}
    return [name for name in names if not name.startswith(kept.get(Path(folder).name, ("",)))]


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    running = Server(folder)
    try:
        wait_until(lambda: answers(running), 60)
        time.sleep(0.5)  # its first look at the files
        yield running
    finally:
        running.stop()


@pytest.fixture
def net(folder: Path) -> Path:
    return folder / "docs/examples/single-neuron.yaml"


def test_a_page_follows_its_yaml_and_browsers_reload(server: Server, net: Path) -> None:
    assert GIVEN in NET and "0.6125" not in server.page(ADDRESS)
    builds = server.builds()
    reloaded = server.reloads_after(ADDRESS)
    net.write_text(NET.replace(GIVEN, CHANGED))
    took = wait_until(reloaded, 10)
    assert "0.6125" in server.page(ADDRESS)
    assert "0.6125" in server.page("examples/single-neuron-network.svg")
    assert "0.6125" in net.with_suffix(".md").read_text()
    assert took < QUICK
    assert server.builds() == builds  # that page alone was rendered


def test_what_the_preview_writes_does_not_make_it_build_again(server: Server, net: Path) -> None:
    reloaded = server.reloads_after(ADDRESS)
    net.write_text(NET.replace(GIVEN, CHANGED))
    wait_until(reloaded, 10)
    time.sleep(2)
    assert (server.builds(), server.reloads()) == (1, 1), server.log()


def test_a_bad_yaml_is_shown_above_its_page_and_mended(server: Server, net: Path) -> None:
    before = net.with_suffix(".md").read_bytes()
    problem = f"docs{os.sep}examples{os.sep}single-neuron.yaml:6:30: network.layers[0].activation: "
    problem += "'sigmod' is not known; did you mean 'sigmoid'?"
    reloaded = server.reloads_after(ADDRESS)
    net.write_text(NET.replace("activation: sigmoid", "activation: sigmod"))
    wait_until(reloaded, 10)
    assert problem in server.page(ADDRESS)
    assert problem in server.log()
    assert net.with_suffix(".md").read_bytes() == before

    (net.parent / "index.md").write_text("# Another gallery\n")  # a full build shows it too
    wait_until(lambda: "Another gallery" in server.page("examples/index.html"), 20)
    assert problem in server.page(ADDRESS)

    net.write_text(NET.replace(GIVEN, CHANGED))
    wait_until(lambda: "0.6125" in server.page(ADDRESS), 10)
    assert problem not in server.page(ADDRESS)
    assert server.process.poll() is None


@pytest.mark.parametrize("text", ["", "- \n", "network: [", "network: \0", "x" * 100_000])
def test_no_yaml_ends_the_server(server: Server, net: Path, text: str) -> None:
    net.write_text(text)
    wait_until(lambda: "its configuration cannot be used" in server.page(ADDRESS), 10)
    net.write_text(NET.replace(GIVEN, CHANGED))
    wait_until(lambda: "0.6125" in server.page(ADDRESS), 10)


def test_a_page_follows_the_authors_template(server: Server, folder: Path) -> None:
    template = folder / "lessons/mine.jinja"
    template.write_text(OWN.replace("The loss is", "In the end:"))
    wait_until(lambda: "In the end:" in server.page(MINE), 10)
    template.write_text(OWN.replace("q.l.value", "q.l.vlaue"))
    wait_until(lambda: "mine.jinja:3:" in server.page(MINE), 10)
    assert "did you mean value?" in server.page(MINE)
    assert "In the end:" in (folder / "docs/own/mine.md").read_text()
    template.write_text(OWN)
    wait_until(lambda: "The loss is" in server.page(MINE), 10)
    time.sleep(1)
    assert (server.builds(), server.reloads()) == (1, 3), server.log()


def test_every_page_follows_the_projects_templates(server: Server, folder: Path) -> None:
    template = folder / "templates/colophon.md"
    template.write_text(f"Made anew.\n\n{template.read_text()}")
    for address in (ADDRESS, "examples/adam.html"):
        wait_until(lambda address=address: "Made anew." in server.page(address), 30)


def test_a_new_configuration_gets_its_page(server: Server, folder: Path) -> None:
    (folder / "docs/own/new.yaml").write_text(NET.replace("activation: sigmoid", "activation: x"))
    wait_until(lambda: "own/new.html" in server.page("sitemap.xml"), 10)
    assert "network.layers[0].activation: 'x' is not known" in server.page("own/new.html")
    assert not (folder / "docs/own/new.md").exists()
    (folder / "docs/own/new.yaml").write_text(NET)
    wait_until(lambda: "A single neuron" in server.page("own/new.html"), 10)
    assert (folder / "docs/own/new.md").is_file()


def test_a_yaml_that_is_no_configuration_is_left_alone(server: Server, folder: Path) -> None:
    other = folder / "docs/guides/rounding.yaml"
    before = (folder / "docs/guides/rounding.md").read_bytes()
    other.write_text("name: a workflow\n")
    wait_until(lambda: "a workflow" in server.page("guides/rounding.yaml"), 10)
    assert (folder / "docs/guides/rounding.md").read_bytes() == before


def test_an_ordinary_page_builds_the_site_anew(server: Server, folder: Path) -> None:
    (folder / "docs/index.md").write_text("# Another home\n")
    wait_until(lambda: "Another home" in server.page("index.html"), 20)
    assert server.builds() == 2


def test_the_preview_of_the_guide_to_publishing_follows_the_yaml_too(tmp_path: Path) -> None:
    guide = (ROOT / "docs/guides/publishing.md").read_text(encoding="utf-8")
    settings = (ROOT / "docs/guides/publishing/mkdocs.yml").read_text(encoding="utf-8")
    (hooks,) = re.findall(r"```yaml\n(hooks:\n.*?)```", guide, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "mkdocs.yml").write_text(f"{settings}\n{hooks}")
    (tmp_path / "preview.py").write_text(program)
    (tmp_path / "docs/stylesheets").mkdir(parents=True)
    shutil.copy(ROOT / "docs/stylesheets/math.css", tmp_path / "docs/stylesheets")
    (tmp_path / "docs/index.md").write_text("# Home\n")
    (tmp_path / "docs/net.yaml").write_text(NET)
    assert main([str(tmp_path / "docs/net.yaml")]) == 0
    running = Server(tmp_path)
    try:
        wait_until(lambda: answers(running), 60)
        time.sleep(0.5)
        (tmp_path / "docs/net.yaml").write_text(NET.replace(GIVEN, CHANGED))
        wait_until(lambda: "0.6125" in running.page("net.html"), 10)
        assert running.builds() == 1
    finally:
        running.stop()


def test_the_built_site_is_the_same_without_the_hook(folder: Path) -> None:
    settings = folder / "mkdocs.yml"
    without = folder / "without.yml"
    text = settings.read_text()
    without.write_text(re.sub(r"^hooks:\n(  .*\n)+", "", text, flags=re.MULTILINE))
    assert "hooks:" in text and "hooks:" not in without.read_text()
    (folder / "docs/examples/single-neuron.yaml").write_text("out: of order")
    sites = []
    for config in (settings, without):
        site = folder / config.stem
        command = [sys.executable, "-m", "mkdocs", "build", "-f", config, "-d", site]
        (folder / "docs/own/mine.md").unlink(missing_ok=True)
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        files = {f.relative_to(site): f.read_bytes() for f in site.rglob("*") if f.is_file()}
        sites.append({f: text for f, text in files.items() if f.suffix != ".gz"})
    assert sites[0] == sites[1]
