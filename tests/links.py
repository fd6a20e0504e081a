"""The links of a built site that lead nowhere: `python tests/links.py FOLDER [ADDRESS]`.

It reads the HTML as a browser would, whichever program made it. ADDRESS is the site's own
address, whose links are followed in the folder as well. Other hosts are not asked.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

LINKING = ("href", "src", "poster", "data", "xlink:href")
ANYWHERE = "http://site.invalid/"  # stands for the address of a site that has none


@dataclass
class Page(HTMLParser):
    """What an HTML or SVG file links to, and what can be linked to in it."""

    text: str
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "name" in given:
            self.anchors.add(given["name"])
        self.links += [given[name] for name in LINKING if name in given]
        self.links += [part.split()[0] for part in given.get("srcset", "").split(",") if part]
        if tag == "meta" and given.get("property") in ("og:image", "og:url"):
            self.links.append(given.get("content", ""))


def broken_links(site: Path, address: str = "") -> list[str]:
    """What is wrong with the links in a folder of built pages, a line for each."""
    address = address or ANYWHERE
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    found = []
    for path, page in sorted(pages.items()):
        here = urljoin(address, path.relative_to(site).as_posix())
        for link in page.links:
            problem = _problem(urljoin(here, link), site, address, pages)
            if problem:
                found.append(f"{path.relative_to(site)}: {link}: {problem}")
    for name, links in _listed(site).items():
        for link in links:
            problem = _problem(urljoin(address, link), site, address, pages)
            if problem:
                found.append(f"{name}: {link}: {problem}")
    return found


def _problem(link: str, site: Path, address: str, pages: dict[Path, Page]) -> str:
    """Why a full address leads nowhere; nothing where it does, or where it leaves the site."""
    target, own = urlsplit(link), urlsplit(address)
    if (target.scheme, target.netloc) != (own.scheme, own.netloc):
        return ""
    if not target.path.startswith(own.path):
        return f"outside of the site, which is at {own.path}"
    file = site / unquote(target.path.removeprefix(own.path))
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return "there is no such file"
    anchor = unquote(target.fragment)
    if anchor and file in pages and anchor not in pages[file].anchors:
        return "there is no such anchor"
    return ""


def _listed(site: Path) -> dict[str, list[str]]:
    """The addresses in the sitemap and in the search, by the name of the file."""
    listed: dict[str, list[str]] = {}
    sitemap = site / "sitemap.xml"
    if sitemap.is_file():
        listed["sitemap.xml"] = re.findall(r"<loc>(.*?)</loc>", sitemap.read_text(encoding="utf-8"))
    for name, entries in (("search/search_index.json", "docs"), ("search.json", "items")):
        if (site / name).is_file():
            index = json.loads((site / name).read_text(encoding="utf-8"))
            listed[name] = [entry["location"] for entry in index[entries]]
    return listed


if __name__ == "__main__":
    lines = broken_links(Path(sys.argv[1]), *sys.argv[2:3])
    print(*lines or ["every link and anchor resolves"], sep="\n")
    sys.exit(bool(lines))
