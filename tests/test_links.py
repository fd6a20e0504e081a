"""Every link and anchor of the built site leads somewhere, whichever program builds it."""

import functools
import http.server
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from tests.links import Page, broken_links
from tests.test_site import formulas

ROOT = Path(__file__).parents[1]
ADDRESS = "https://x.github.io/sub/"
OURS = ("docs", "generator", "templates", "mkdocs.yml")
COMMANDS = {"mkdocs": "mkdocs build --strict", "zensical": "zensical build --strict"}


def copied(folder: Path) -> Path:
    """What the site is made from, in a folder of its own."""
    for name in OURS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def small(folder: Path) -> Path:
    """The site of the guide to publishing, with two pages."""
    shutil.copy(ROOT / "docs/guides/publishing/mkdocs.yml", folder)
    (folder / "docs/stylesheets").mkdir(parents=True)
    shutil.copy(ROOT / "docs/stylesheets/math.css", folder / "docs/stylesheets")
    (folder / "docs/index.md").write_text("# Home\n\n[Another page](other.md#there)\n")
    (folder / "docs/other.md").write_text("# Another page\n\n## There\n")
    return folder


def build(program: str, folder: Path, address: str) -> subprocess.CompletedProcess[str]:
    if not importlib.util.find_spec(program):
        pytest.skip(f"{program} is not installed")
    return subprocess.run(
        [sys.executable, "-m", *COMMANDS[program].split()],
        cwd=folder,
        env={**os.environ, "SITE_URL": address, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module", params=COMMANDS)
def program(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def site(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site for an address with a path, as its host has it: in a folder of that name."""
    folder = copied(tmp_path_factory.mktemp(program))
    done = build(program, folder, ADDRESS)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "site").rename(folder / "sub")


@pytest.fixture(scope="module")
def on_disk(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site for no address."""
    folder = copied(tmp_path_factory.mktemp(program))
    done = build(program, folder, "")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of a server that has the site below /sub/, and its 404 page as GitHub has it."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        error_message_format = (site / "404.html").read_text(encoding="utf-8").replace("%", "%%")

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=site.parent)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sub/"
    server.shutdown()
    server.server_close()


def pages(site: Path) -> dict[str, str]:
    """Every page by its path, without the 404 page."""
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    return {name: path.read_text("utf-8") for name, path in found.items() if name != "404.html"}


def meta(html: str, name: str) -> str:
    (content,) = re.findall(rf'<meta (?:property|name)="{name}" content="([^"]*)">', html)
    return content


@pytest.mark.slow
def test_every_link_and_anchor_resolves_below_a_path(site: Path) -> None:
    assert broken_links(site, ADDRESS) == []
    assert len(pages(site)) > 10


@pytest.mark.slow
def test_every_link_and_anchor_resolves_on_disk(on_disk: Path) -> None:
    assert broken_links(on_disk) == []
    for name, html in pages(on_disk).items():
        for link in Page(html).links:
            parts = urlsplit(link)
            if not parts.scheme and parts.path:  # no server finds index.html in a folder there
                assert not parts.path.startswith("/"), (name, link)
                assert (on_disk / name).parent.joinpath(parts.path).is_file(), (name, link)


@pytest.mark.slow
@pytest.mark.parametrize(
    "planted",
    [
        "[a page](nowhere.md)",
        "[an anchor](other.md#nowhere)",
        "[an anchor here](#nowhere)",
    ],
)
def test_a_broken_link_fails_the_build(program: str, tmp_path: Path, planted: str) -> None:
    folder = small(tmp_path)
    with (folder / "docs/index.md").open("a") as page:
        page.write(f"\n{planted}\n")
    assert build(program, folder, "").returncode != 0


@pytest.mark.slow
def test_good_links_pass_the_build(program: str, tmp_path: Path) -> None:
    assert build(program, small(tmp_path), "").returncode == 0


@pytest.mark.slow
def test_what_the_builds_let_pass_is_found(program: str, tmp_path: Path) -> None:
    folder = small(tmp_path)
    with (folder / "docs/index.md").open("a") as page:
        page.write('\n<p><a href="gone.html#here">raw</a> <img src="gone.png"></p>\n')
    assert build(program, folder, "").returncode == 0
    assert broken_links(folder / "site") == [
        "index.html: gone.html#here: there is no such file",
        "index.html: gone.png: there is no such file",
    ]


@pytest.mark.slow
def test_each_page_says_where_it_is_and_what_others_show_of_it(site: Path) -> None:
    for name, html in pages(site).items():
        assert f'<link rel="canonical" href="{ADDRESS}{name}">' in html
        assert meta(html, "og:url") == ADDRESS + name
        assert meta(html, "og:title") and meta(html, "og:description")
        picture = meta(html, "og:image")
        assert (site / picture.removeprefix(ADDRESS)).is_file()
    assert meta(pages(site)["examples/mazur.html"], "og:title").startswith("A step by step")


@pytest.mark.slow
def test_without_an_address_no_page_pretends_to_one(on_disk: Path) -> None:
    for html in pages(on_disk).values():
        assert 'rel="canonical"' not in html and 'property="og:' not in html


@pytest.mark.slow
def test_every_formula_is_mathematics(site: Path) -> None:
    for name, html in pages(site).items():
        source = (ROOT / "docs" / name).with_suffix(".md").read_text(encoding="utf-8")
        assert html.count("<math") == formulas(source), name


@pytest.mark.slow
def test_the_sitemap_lists_every_page(site: Path) -> None:
    listed = re.findall(r"<loc>(.*)</loc>", (site / "sitemap.xml").read_text())
    assert sorted(listed) == sorted(ADDRESS + name for name in pages(site))


@pytest.mark.slow
def test_an_address_that_leads_nowhere_gets_a_page_with_ways_on(served: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urljoin(served, "examples/deep/down/nowhere.html"))
    assert error.value.code == 404
    html = error.value.read().decode()
    assert "This page is not here" in html
    for link in Page(html).links:
        if urlsplit(link).path and not urlsplit(link).netloc:  # its styles, and the ways on
            with urllib.request.urlopen(urljoin(error.value.url, link)) as reply:
                assert reply.status == 200


@pytest.mark.slow
def test_a_page_below_a_path_has_all_that_it_needs(served: str) -> None:
    for name in ("", "index.html", "examples/mazur.html"):
        with urllib.request.urlopen(served + name) as reply:
            links = Page(reply.read().decode()).links
        for link in {link for link in links if not urlsplit(link).netloc}:
            with urllib.request.urlopen(urljoin(served + name, link)) as reply:
                assert reply.status == 200


# The checker itself


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ('<a href="nowhere.html">', "there is no such file"),
        ('<a href="deep/nowhere.html">', "there is no such file"),
        ('<img src="nowhere.png">', "there is no such file"),
        ('<img srcset="picture.png 1x, nowhere.png 2x">', "there is no such file"),
        ('<script src="nowhere.js"></script>', "there is no such file"),
        ('<a href="#nowhere">', "there is no such anchor"),
        ('<a href="deep/page.html#nowhere">', "there is no such anchor"),
        ('<a href="https://x.github.io/sub/nowhere.html">', "there is no such file"),
        ('<a href="/index.html">', "outside of the site, which is at /sub/"),
        ('<a href="../index.html">', "outside of the site, which is at /sub/"),
        ('<meta property="og:image" content="https://x.github.io/sub/no.png">', "no such file"),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, link: str, problem: str) -> None:
    (found,) = broken_links(_small_site(tmp_path, link), ADDRESS)
    assert found.startswith("index.html: ") and problem in found


@pytest.mark.parametrize(
    "link",
    [
        '<a href="deep/page.html#k%C3%B6ln">',
        '<a href="deep/">',
        '<a href="#here">',
        '<a href="?query#here">',
        '<a href="">',
        '<a href="/sub/deep/page.html">',
        '<a href="https://other.example/no.html">',
        '<a href="mailto:a@b.example">',
        '<a href="javascript:void 0">',
        '<img src="data:image/png;base64,AA">',
    ],
)
def test_a_good_link_is_none(tmp_path: Path, link: str) -> None:
    assert broken_links(_small_site(tmp_path, link), ADDRESS) == []


def test_a_broken_link_in_the_sitemap_and_in_the_search_is_found(tmp_path: Path) -> None:
    site = _small_site(tmp_path, "")
    (site / "sitemap.xml").write_text(f"<loc>{ADDRESS}gone.html</loc>")
    (site / "search").mkdir()
    (site / "search/search_index.json").write_text('{"docs": [{"location": "index.html#gone"}]}')
    assert broken_links(site, ADDRESS) == [
        f"sitemap.xml: {ADDRESS}gone.html: there is no such file",
        "search/search_index.json: index.html#gone: there is no such anchor",
    ]


def _small_site(folder: Path, link: str) -> Path:
    (folder / "deep").mkdir()
    (folder / "picture.png").touch()
    (folder / "index.html").write_text(f"<h1 id=here></h1>{link}")
    (folder / "deep/page.html").write_text('<p id="köln"><a href="../index.html#here">')
    (folder / "deep/index.html").touch()
    return folder
