"""The site as `mkdocs build --strict` makes it: its mathematics, and what a browser would fetch."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Hosts that Material's scripts name and do not ask: for star counts, which only a site with a
# `repo_url` shows; for diagrams, which only a page with a Mermaid block loads; and for a polyfill,
# which only a browser from before 2020 loads.
DORMANT = {"api.github.com", "unpkg.com"}


# What a browser would fetch


class _Addresses(HTMLParser):
    """The addresses that a browser fetches by itself when it shows a page or an SVG figure."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [given.get(name, "") for name in ("src", "poster", "data", "xlink:href")]
        self.found += [part.strip() for part in given.get("srcset", "").split(",")]
        self.found += _in_css(given.get("style", ""))
        if tag != "a" and given.get("rel") != "canonical":
            self.found.append(given.get("href", ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.found += _in_css(data)
        if self.cdata_elem == "script":
            self.found += _in_script(data)


def _in_css(css: str) -> list[str]:
    return re.findall(r"""(?:@import\s+|url\(\s*)["']?([^"')\s;]+)""", css)


def _in_script(script: str) -> list[str]:
    named = re.findall(r"""["'`]((?:https?:)?//[\w-]+\.[\w.-]+)""", script)
    return [address for address in named if address.split("//")[1] not in DORMANT]


def addresses(text: str, suffix: str) -> list[str]:
    """What a file of that kind makes a browser fetch; for a script, every address it names."""
    if suffix == ".css":
        return _in_css(text)
    if suffix == ".js":
        return _in_script(text)
    parser = _Addresses()
    parser.feed(text)
    return parser.found


def other_hosts(text: str, suffix: str) -> list[str]:
    """The addresses among them that lead to another host."""
    return [
        address
        for address in addresses(text, suffix)
        if re.match(r"(https?:|wss?:)?//", address.strip(), re.IGNORECASE)
    ]


# Formulas, counted without the extension's help


def formulas(markdown: str) -> int:
    """How many formulas a page's Markdown holds."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(`+).+?\1", "", text)
    text, blocks = re.subn(r"^[ >]*\$\$\n.*?\n[ >]*\$\$$", "", text, flags=re.DOTALL | re.MULTILINE)
    text, inline = re.subn(r"(?<!\\)\$[^$]+\$", "", text)
    return blocks + inline


class _Prose(HTMLParser):
    """The text that a reader sees, without code and the formulas' hidden sources.

    entries: what the table of contents calls the headings that have code in them, as text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.text = ""
        self.entries: set[str] = set()
        self._heading = ""
        self._in_heading = self._has_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"annotation", "code", "script", "style"}:
            self.inside.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self._heading, self._in_heading, self._has_code = "", True, False
        self._has_code |= tag == "code"

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()
        if re.fullmatch("h[1-6]", tag):
            self._in_heading = False
            if self._has_code:
                self.entries.add(self._heading.removesuffix("¶").strip())

    def handle_data(self, data: str) -> None:
        self._heading += data if self._in_heading else ""
        if not self.inside:
            self.text += data


def prose(html: str) -> str:
    """The text of a page; code in a heading is code in the table of contents too."""
    parser = _Prose()
    parser.feed(html)
    lines = parser.text.splitlines()
    return "\n".join(line for line in lines if line.strip() not in parser.entries)


# The site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    environment = {name: value for name, value in os.environ.items() if name != "SITE_URL"}
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    return folder


@pytest.mark.slow
def test_every_formula_of_the_sources_is_mathml_on_its_page(site: Path) -> None:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    counted = {page: formulas(page.read_text(encoding="utf-8")) for page in pages}
    assert sum(counted.values()) > 0
    for page, expected in counted.items():
        built = site / page.relative_to(ROOT / "docs").with_suffix(".html")
        assert built.read_text(encoding="utf-8").count("<math") == expected, page


@pytest.mark.slow
def test_no_latex_is_left_in_the_text(site: Path) -> None:
    for page in site.rglob("*.html"):
        left = re.findall(r".*(?:\$|\\[a-z]+).*", prose(page.read_text(encoding="utf-8")))
        assert not left, page


@pytest.mark.slow
def test_the_search_index_holds_the_prose_and_no_mathematics(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    code = re.compile(r"<code>.*?</code>", re.DOTALL)  # what a reader types, not mathematics
    texts = [code.sub("", entry["title"] + entry["text"]) for entry in index["docs"]]
    assert any(texts)
    assert not [text for text in texts if re.search(r"\\[a-z]+|&ApplyFunction;|[∂σ⋅≈]", text)]


@pytest.mark.slow
def test_no_request_leaves_for_another_host(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.suffix in {".html", ".css", ".js", ".svg"}]
    assert files
    for file in files:
        assert not other_hosts(file.read_text(encoding="utf-8"), file.suffix), file


# The checkers themselves


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ('<script src="https://cdn.example/math.js"></script>', ".html"),
        ('<script src="//cdn.example/math.js"></script>', ".html"),
        ('<link rel="stylesheet" href="https://fonts.example/css">', ".html"),
        ('<link rel="preconnect" href="https://fonts.example">', ".html"),
        ('<script>fetch("https://cdn.example/count")</script>', ".html"),
        ('<img src="http://cdn.example/figure.svg">', ".html"),
        ('<img srcset="small.png 1x, https://cdn.example/large.png 2x">', ".html"),
        ('<p style="background: url(https://cdn.example/paper.png)">', ".html"),
        ("<style>@import 'https://fonts.example/css';</style>", ".html"),
        ('<svg><image xlink:href="https://cdn.example/figure.png"/></svg>', ".svg"),
        ('@import "https://fonts.example/css";', ".css"),
        ("@font-face { src: url('//fonts.example/math.woff2') }", ".css"),
        ('import("https://cdn.example/math.js")', ".js"),
    ],
)
def test_a_reference_to_another_host_is_found(text: str, suffix: str) -> None:
    assert len(other_hosts(text, suffix)) == 1


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ('<a href="https://mattmazur.com/">the source</a>', ".html"),
        ('<link rel="canonical" href="https://pages.example/">', ".html"),
        ('<img src="mazur-network.svg"><script src="../assets/bundle.js"></script>', ".html"),
        ('<svg xmlns="http://www.w3.org/2000/svg"></svg>', ".svg"),
        ("a { background: url(../images/paper.png) }", ".css"),
        ("// a comment", ".js"),
    ],
)
def test_an_ordinary_link_is_no_request(text: str, suffix: str) -> None:
    assert not other_hosts(text, suffix)


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("no formula, `$code$` and\n\n```\n$x$\n```\n", 0),
        ("one $x$ and two $y$", 2),
        ("$$\nx = 1\n$$\n\nand $y$\n\n    $$\n    z\n    $$\n", 3),
        (r"it costs \$5 and \$6", 0),
    ],
)
def test_formulas_are_counted(markdown: str, count: int) -> None:
    assert formulas(markdown) == count


def test_latex_left_in_the_text_is_seen() -> None:
    page = "<p>$$ x</p><code>$y$</code><math><annotation>\\frac</annotation></math>"
    assert prose(page) == "$$ x"


@pytest.mark.parametrize(
    ("entry", "heading", "left"),
    [
        ("the \\alpha", "the <code>\\alpha</code>", "\nthe "),
        ("the \\alpha", "the \\alpha", "the \\alpha\nthe \\alpha"),
        ("a \\alpha \\beta", "a <code>\\alpha</code> \\beta", "\na  \\beta"),
        ("the \\beta", "the <code>\\alpha</code>", "the \\beta\nthe "),
    ],
)
def test_code_in_a_heading_may_stand_in_the_contents_and_nothing_else(
    entry: str, heading: str, left: str
) -> None:
    text = prose(f"<nav><a>{entry}</a></nav>\n<h2>{heading}</h2>")
    assert text.split() == left.split()
