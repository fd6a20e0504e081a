"""The longest page three times: MathML made by the build, KaTeX and MathJax in the browser.

    pip install -e '.[browser]' && python benchmarks/mathematics_in_the_browser.py

Prints the time to the first contentful paint, to the moment when every formula is painted in its
font, the layout shift, and what the page and all of its files, compressed, weigh on their way. Each
is the median of three visits with an empty cache. It needs npm and Chromium.
"""

import functools
import gzip
import http.server
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PAGE = "examples/xor.html"
RUNS = 3
TEXT = {".html", ".css", ".js", ".json", ".svg", ".xml", ".yaml", ".md"}
DESK, PHONE = 1280, 390  # pixels wide
DONE = "requestAnimationFrame(() => requestAnimationFrame(() => window.done = performance.now()))"
WHEN_DONE = {
    "MathML": "",
    "KaTeX": """addEventListener("load", () => {
        renderMathInElement(document.body, {delimiters: [
            {left: "\\\\[", right: "\\\\]", display: true},
            {left: "\\\\(", right: "\\\\)", display: false}]})
        document.fonts.ready.then(() => %s) })""",
    "MathJax": "MathJax = {startup: {pageReady: () => MathJax.startup.defaultPageReady().then("
    "() => document.fonts.ready.then(() => %s))}}",
}
FILES = {
    "MathML": ([], []),
    "KaTeX": (
        ["npm/katex/dist/katex.min.css"],
        ["npm/katex/dist/katex.min.js", "npm/katex/dist/contrib/auto-render.min.js"],
    ),
    "MathJax": ([], ["npm/mathjax/es5/tex-chtml.js"]),
}
OBSERVE = """window.moved = 0
new PerformanceObserver(list => list.getEntries().forEach(one => window.moved += one.value))
    .observe({type: "layout-shift", buffered: true})
new PerformanceObserver(list => list.getEntries().forEach(one => window.painted = one.startTime))
    .observe({type: "paint", buffered: true})"""


def build(folder: Path, variant: str, modules: Path) -> None:
    """The site with its mathematics by one of the three."""
    docs = folder / f"docs-{variant}"
    shutil.copytree(ROOT / "docs", docs)
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace('!ENV [SITE_URL, ""]', '""')
    config = yaml.safe_load(text) | {"docs_dir": str(docs), "site_dir": str(folder / variant)}
    config["validation"] = {}
    config["theme"]["custom_dir"] = str(ROOT / "docs" / "templates")
    config["hooks"] = []  # for `mkdocs serve` alone
    for one in config["markdown_extensions"]:
        if "generator.mathml:MathMLExtension" in one:
            one["generator.mathml:MathMLExtension"]["font_folder"] = str(docs / "fonts")
    if variant != "MathML":
        (docs / "when-done.js").write_text(WHEN_DONE[variant] % DONE, encoding="utf-8")
        config["markdown_extensions"] = [
            one for one in config["markdown_extensions"] if "generator.mathml" not in str(one)
        ] + [{"pymdownx.arithmatex": {"generic": True}}]
        config["theme"]["features"].remove("navigation.instant")
        styles, scripts = FILES[variant]
        config["extra_css"] = [*config["extra_css"][1:], *styles]
        config["extra_javascript"] = ["when-done.js", *scripts]
    path = folder / f"{variant}.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", path],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    if variant != "MathML":
        (folder / variant / "npm").symlink_to(modules)


class Compressing(http.server.SimpleHTTPRequestHandler):
    """A file server that sends text compressed, as GitHub Pages does, and says nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        is_text = path.suffix in TEXT
        content = compressed(path) if is_text else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@functools.cache
def compressed(path: Path) -> bytes:
    """A file as it travels."""
    return gzip.compress(path.read_bytes())


def measure(browser, address: str, slow: bool) -> dict[str, float]:
    """One visit with an empty cache; slow is a phone's connection and a quarter of its speed."""
    width = PHONE if slow else DESK
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.add_init_script(OBSERVE)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    if slow:
        speed = {"downloadThroughput": 200_000, "uploadThroughput": 90_000, "latency": 150}
        session.send("Network.emulateNetworkConditions", {"offline": False, **speed})
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, timeout=120_000)
    if "MathML" not in address:
        page.wait_for_function("window.done", timeout=120_000)
    page.wait_for_timeout(300)
    found = page.evaluate(
        "({paint: window.painted, complete: window.done ?? 0, shift: window.moved})"
    )
    found["complete"] = found["complete"] or found["paint"]  # MathML needs no more
    context.close()
    return found | {"weight": sum(weights) / 1000}


def main() -> None:
    """Build the three, visit each in turn, print the medians."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", folder, "katex", "mathjax@3"], check=True
        )
        for variant in FILES:
            build(folder, variant, folder / "node_modules")
        handler = functools.partial(Compressing, directory=name)
        httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for slow in (False, True):
            print("phone" if slow else "desk")
            for variant in FILES:
                address = f"http://127.0.0.1:{httpd.server_port}/{variant}/{PAGE}"
                runs = [measure(browser, address, slow) for _ in range(RUNS)]
                row = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                html = folder / variant / PAGE
                print(
                    f"  {variant:8} first paint {row['paint']:6.0f} ms, "
                    f"mathematics complete {row['complete']:6.0f} ms, "
                    f"shift {row['shift']:.3f}, HTML {html.stat().st_size / 1000:.0f} kB "
                    f"({len(compressed(html)) / 1000:.0f} compressed), "
                    f"all files {row['weight']:.0f} kB"
                )
        browser.close()


if __name__ == "__main__":
    main()
