"""The built site in a real browser: Playwright drives the system's Chromium, axe-core inspects."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.test_site import formulas

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix()[:-3] for path in DOCS.rglob("*.md"))
LONGEST = "examples/xor"
SUB_PATH = "worked-examples"  # as on GitHub Pages

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
QUIET = "--disable-gpu --disable-background-networking --disable-component-update --disable-sync"
AXE = "axe-core@4"


class Silent(http.server.SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An address with the site below it, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("www")
    handler = functools.partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{httpd.server_port}/{SUB_PATH}"
        build = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder / SUB_PATH],
            cwd=ROOT,
            env={**os.environ, "SITE_URL": f"{address}/"},
            capture_output=True,
            text=True,
        )
        assert build.returncode == 0, build.stderr
        yield address, folder / SUB_PATH
        httpd.shutdown()


@pytest.fixture(scope="module")
def site(server):
    return server[0]


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]'")
    if not CHROMIUM:
        pytest.skip("no chromium here: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *QUIET.split()]
        )
        yield browser
        browser.close()


@pytest.fixture
def tab(browser):
    """Opens a page of the given width and scheme; what goes wrong there is in `tab.faults`."""
    contexts = []

    def open_(address, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        page = context.new_page()
        page.faults = watch(page, address)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(150)
        return page

    yield open_
    for context in contexts:
        context.close()


def watch(page, address):
    """The list that errors, warnings and requests to other hosts will be written to."""
    faults = []
    home = urlsplit(address).netloc

    def request(request):
        split = urlsplit(request.url)
        if split.scheme not in ("data", "blob") and split.netloc != home:
            faults.append(f"asks {request.url}")

    def console(message):
        if message.type in ("error", "warning"):
            faults.append(f"says {message.text}")

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"raises {error}"))
    page.on("requestfailed", lambda request: faults.append(f"misses {request.url}"))
    return faults


def count(page, selector):
    return page.locator(selector).count()


# Every page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone(name, site, tab):
    page = tab(f"{site}/{name}.html", width=390)
    assert page.faults == []
    assert count(page, "math") == formulas((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    assert sideways(page) == 0
    for fold in page.locator(".md-typeset details").all():
        fold.evaluate("fold => fold.open = true")
    assert sideways(page) == 0


def sideways(page):
    """By how much the page itself scrolls sideways."""
    return page.evaluate(
        "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    )


@pytest.mark.parametrize("name", ["index", "examples/mazur"])
def test_a_page_from_disk(name, server, tab):
    page = tab((server[1] / f"{name}.html").as_uri())
    assert page.faults == []
    assert count(page, "math") == formulas((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    assert page.evaluate("document.fonts.check('16px \"Site Math\"')")


def test_mathematics_is_drawn_with_the_font_of_the_site(site, tab):
    page = tab(f"{site}/{LONGEST}.html")
    assert page.evaluate("[...document.fonts].map(font => [font.family, font.status])") == [
        ["Site Math", "loaded"]
    ]


def test_nothing_moves_while_the_longest_page_loads(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => window.moved += entry.value)).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{site}/{LONGEST}.html")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.moved") < 0.02
    context.close()


# What a reader does


def test_search_finds_softmax(site, tab):
    page = tab(f"{site}/index.html")
    page.click(".md-search__input")
    page.type(".md-search__input", "softmax", delay=20)
    page.wait_for_selector(".md-search-result__link")
    first = page.locator(".md-search-result__link").first.get_attribute("href")
    assert "examples/softmax.html" in first
    assert page.faults == []


def test_the_theme_switch_darkens_the_page_and_its_mathematics(site, tab):
    page = tab(f"{site}/index.html", color_scheme="light")
    colours = "['body', 'math'].map(name => getComputedStyle(document.querySelector(name)).color)"
    light = page.evaluate(colours)
    for title in ("Switch to light mode", "Switch to dark mode"):
        page.locator(f"label[title='{title}']").click()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    dark = page.evaluate(colours)
    assert light[0] == light[1] != dark[1] == dark[0]


def test_navigation_without_reload_keeps_the_mathematics(site, tab):
    page = tab(f"{site}/index.html")
    page.wait_for_timeout(500)  # the site map arrives
    page.evaluate("window.stays = true")
    page.locator(".md-content a[href$='examples/index.html']").click()
    page.locator(".md-content a[href$='softmax.html']").first.click()
    page.wait_for_selector("h1:has-text('softmax')")
    assert page.evaluate("window.stays")
    wanted = formulas((DOCS / "examples/softmax.md").read_text(encoding="utf-8"))
    assert count(page, "math") == wanted
    page.locator("div.arithmatex").first.focus()
    assert count(page, ".copy-latex") == 1
    assert page.faults == []


@pytest.mark.parametrize("disk", [False, True])
def test_the_latex_of_an_equation_is_copied_with_the_keyboard(disk, server, tab):
    address, folder = server
    page = tab((folder / "index.html").as_uri() if disk else f"{address}/index.html")
    page.evaluate(
        "addEventListener('copy', event => window.copied = event.clipboardData.getData('text'))"
    )
    page.locator("div.arithmatex").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    copied = page.evaluate("window.copied")
    assert copied.startswith("$$\n\\begin{aligned}\n\\frac{\\partial E_{total}}{\\partial w_5}")
    assert copied.endswith("\\end{aligned}\n$$")


def test_a_selection_with_formulas_is_copied_as_markdown(site, tab):
    page = tab(f"{site}/examples/mazur.html")
    page.evaluate(
        """() => {
            addEventListener('copy', event => window.copied = event.clipboardData.getData('text'))
            const row = document.querySelector('td math').closest('tr')
            getSelection().selectAllChildren(row)
            document.execCommand('copy')
        }"""
    )
    assert page.evaluate("window.copied.split(/\\s+/)") == ["$i_1$", "input", "1", "0.05"]


def test_what_scrolls_on_a_phone_is_reached_with_the_keyboard(site, tab):
    page = tab(f"{site}/examples/softmax.html", width=390)
    out_of_reach = page.evaluate(
        """() => [...document.querySelectorAll('.md-typeset *')].filter(box =>
            box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0 &&
            ['auto', 'scroll'].includes(getComputedStyle(box).overflowX)
        ).map(box => box.outerHTML.slice(0, 80))"""
    )
    assert out_of_reach == []
    assert count(page, ".md-typeset [tabindex='0']") > 0


# Print


def test_a_page_prints_with_its_folds_open_and_without_navigation(site, tab):
    page = tab(f"{site}/examples/mazur.html")
    inside = ".md-typeset details div.arithmatex"
    assert not page.locator(inside).first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(inside).first.is_visible()
    for gone in (".md-header", ".md-sidebar", ".md-footer", ".headerlink"):
        assert not page.locator(gone).first.is_visible()
    cut = "div.arithmatex, p:has(> img), tr"
    styles = page.locator(f".md-typeset :is({cut})").evaluate_all(
        "found => [...new Set(found.map(one => getComputedStyle(one).breakInside))]"
    )
    assert styles == ["avoid"]


@pytest.mark.parametrize("name", ["guides/catalogue", "examples/deep"])
def test_no_equation_is_wider_than_the_sheet(name, site, tab):
    page = tab(f"{site}/{name}.html")
    assert too_wide_on_paper(page, "beforeprint") == []


def test_an_equation_too_wide_for_the_sheet_is_seen(site, tab):
    page = tab(f"{site}/guides/catalogue.html")
    (planted,) = too_wide_on_paper(page, "nothing")  # as no script sets it smaller
    assert "0.044715" in planted


def too_wide_on_paper(page, event):
    """The equations that a sheet of A4 cuts off, after what the browser says before it prints."""
    page.evaluate(f"dispatchEvent(new Event('{event}'))")
    page.set_viewport_size({"width": 673, "height": 952})
    page.emulate_media(media="print")
    return page.locator("div.arithmatex").evaluate_all(
        "found => found.filter(one => one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.textContent)"
    )


def test_a_printed_page_is_white_in_the_dark_scheme_too(site, tab):
    page = tab(f"{site}/examples/mazur.html", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


# axe-core


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("axe-core comes from npm, which is not here")
    folder = tmp_path_factory.mktemp("npm")
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", folder, AXE],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"npm could not install {AXE}: {done.stderr[-300:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


INSPECTED = ["index", "examples/index", "examples/mazur"]  # an example costs seconds
INSPECTED += [name for name in PAGES if name.startswith("guides/")] + ["errata", "404"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", INSPECTED)
def test_axe_finds_nothing(name, scheme, site, tab, axe):
    page = tab(f"{site}/{name}.html", color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.wait_for_timeout(600)  # the switch between schemes fades
    assert violations(page, axe) == []


# The checkers themselves

PLANTED = """<!doctype html><html lang="en"><head><title>Planted</title></head><body>
<main><h1>Planted</h1><img src="figure.svg"><p style="color: #bbb">weak</p>
<div style="width: 900px">wide</div></main>%s</body></html>"""


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ('<script src="http://localhost:9/x.js"></script>', "asks http://localhost:9/x.js"),
        ("<script>console.error('broken')</script>", "says broken"),
        ("<script>throw new Error('broken')</script>", "raises broken"),
        ('<img alt="gone" src="http://localhost:9/gone.svg">', "misses http://localhost:9/gone"),
    ],
)
def test_a_planted_fault_is_seen(planted, fault, server, tab):
    (server[1] / "planted.html").write_text(PLANTED % planted, encoding="utf-8")
    page = tab(f"{server[0]}/planted.html")
    assert [line for line in page.faults if line.startswith(fault)]


def test_a_planted_violation_and_a_wide_page_are_seen(server, tab, axe):
    (server[1] / "planted.html").write_text(PLANTED % "", encoding="utf-8")
    page = tab(f"{server[0]}/planted.html", width=390)
    assert sideways(page) > 0
    rules = {line.partition(":")[0] for line in violations(page, axe)}
    assert {"image-alt", "color-contrast"} <= rules
