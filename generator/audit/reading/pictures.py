"""Formulas drawn by a web service, whose LaTeX stands in the address of the picture.

Pages from before Markdown had formulas hold them so: as pictures of Markdown or of HTML,
their LaTeX percent-encoded behind `latex?`, `image?`, `tex=` or `math=`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from urllib.parse import unquote

from generator.audit.reading.source import Source


def with_pictured_formulas(source: Source) -> Source:
    """A page with formulas between dollar signs where it has pictures of formulas."""
    if _PICTURE.search(source.text) is None:
        return source
    parts: list[str] = []
    places: list[tuple[int, int, int]] = []
    length = 0
    for part, start in _parts(source):
        places.append((length, *source.place(start)))
        parts.append(part)
        length += len(part)
    return Source("".join(parts), tuple(places), source.escaped)


def _parts(source: Source) -> Iterator[tuple[str, int]]:
    """The page in pieces with where each begins in the source: lines, and signs of formulas."""
    text, at = source.text, 0
    line_starts = [start for start, _, _ in source.lines]
    for picture in _PICTURE.finditer(text):
        yield from _lines(text, line_starts, at, picture.start())
        mark = "$$" if _is_alone(text, *picture.span()) else "$"
        yield mark, picture.start()
        yield from _signs(picture)
        yield mark, picture.end() - 1
        at = picture.end()
    yield from _lines(text, line_starts, at, len(text))


def _lines(text: str, line_starts: list[int], start: int, end: int) -> Iterator[tuple[str, int]]:
    inner = line_starts[bisect_right(line_starts, start) : bisect_left(line_starts, end)]
    for begin, finish in pairwise([start, *inner, end]):
        yield text[begin:finish], begin


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands on a picture's line, but tags around it and marks before it."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    line = before + text[end:].split("\n", 1)[0]
    return not _MARKS.sub("", line)


def _signs(picture: re.Match[str]) -> Iterator[tuple[str, int]]:
    """The signs of a picture's formula, decoded, each with its place."""
    address = "markdown" if picture["markdown"] is not None else "html"
    is_query = picture[f"{address}_query"] is not None
    for sign in _SIGN.finditer(picture[address]):
        yield _decoded(sign, is_query=is_query), picture.start(address) + sign.start()


def _decoded(sign: re.Match[str], *, is_query: bool) -> str:
    """A sign of an address; in a query's value, a plus stands for a space."""
    if sign["looks"] or sign[0] == "&space;" or (is_query and sign[0] == "+"):
        return " "
    return unescape(unquote(sign[0]))


def _address(kind: str, end: str) -> str:
    """The address of a picture of a formula, for a regular expression."""
    return rf"(?:https?:)?//(?:(?:{_PATHS})|(?P<{kind}_query>{_QUERIES}))(?P<{kind}>{end})"


_PATHS = r"\w+\.codecogs\.com/\w+\.(?:latex|image)\?|(?:i\.upmath\.me|tex\.s2cms\.ru)/(?:svg|png)/"
_QUERIES = (
    r"[\w.-]+/(?:render/math\?math|equation\?tex|chart\?cht=tx&(?:amp;)?chl)="
    r"|math\.(?:vercel\.app|now\.sh)/?\?from="
)
_BALANCED = r"(?:[^()\n]|\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\))*?"
_QUOTED = r"[^\"\n]*"
_PICTURE = re.compile(
    rf"!\[[^\]\n]*\]\([ \t]*{_address('markdown', _BALANCED)}(?:[ \t]+\"{_QUOTED}\")?[ \t]*\)"
    rf"|<img\s[^<>\n]*?src=\"{_address('html', _QUOTED)}\"[^<>\n]*>"
)
_SIGN = re.compile(
    r"(?P<looks>(?:\\|%5C)(?:inline|dpi(?:\{|%7B)\d+(?:\}|%7D)|bg_?(?:\{|%7B)?\w+(?:\}|%7D)?|fn_\w+"
    r"|huge|Huge|LARGE|Large|large|small|tiny)(?![A-Za-z]))"
    r"|%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+|&\w+;|."
)
_MARKS = re.compile(r"<[^<>]*>|&nbsp;|[>\s]|^\s*(?:[-*+]|\d+[.)])\s")
