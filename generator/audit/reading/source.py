"""A worked example as a file holds it: Markdown, LaTeX or a notebook, as one text with places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]

FORMATS = (".md", ".markdown", ".tex", ".ipynb")


class UnusableSource(ValueError):
    """A file that cannot be read; line and column say where."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line, self.column, self.message = line, column, message


@dataclass(frozen=True)
class Source:
    """The text to read, and where its lines stand in the file.

    lines: for each line of the text, where it begins in the text, its line in the
        file and its column there, counted from 1.
    escaped: whether the file writes a backslash or a quotation mark as two characters.
    """

    text: str
    lines: tuple[tuple[int, int, int], ...]
    escaped: bool = False

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, in the file, of a place in the text."""
        start, line, column = self.lines[bisect_right(self.lines, (offset, 1 << 60, 0)) - 1]
        before = self.text[start:offset]
        escapes = sum(map(before.count, '\\"\t')) if self.escaped else 0
        return line, column + len(before) + escapes


def read_source(text: str, suffix: str) -> Source:
    """A file's text by the ending of its name. Raises UnusableSource."""
    if suffix == ".ipynb":
        return _notebook(text)
    if suffix == ".tex":
        text = _without_latex_comments(text)
    else:
        text = _COMMENT_LINE.sub(lambda line: " " * len(line[0]), text)
    return Source(text, tuple(_lines(text)))


def _lines(text: str) -> Iterator[tuple[int, int, int]]:
    yield 0, 1, 1
    for number, match in enumerate(re.finditer("\n", text), 2):
        yield match.end(), number, 1


_COMMENT_LINE = re.compile(r"^%.*", re.MULTILINE)  # as MyST has them in Markdown
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|comment|tikzpicture)\}.*?\\end\{\1\}", re.DOTALL
)


def _without_latex_comments(text: str) -> str:
    """A document's body, with its preamble, comments and listings blanked out."""
    for pattern in (_COMMENT, _VERBATIM):
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    start = text.find(r"\begin{document}")
    if start >= 0:
        text = re.sub(r"[^\n]", " ", text[:start]) + text[start:]
    end = text.find(r"\end{document}")
    return text if end < 0 else text[:end] + re.sub(r"[^\n]", " ", text[end:])


class _Placed(str):
    """A string of a JSON file that knows where it stands in it."""

    __slots__ = ("start",)
    start: int


class _PlacedDecoder(JSONDecoder):
    def __init__(self) -> None:
        super().__init__()

        def placed(text: str, start: int, strict: bool = True) -> tuple[_Placed, int]:
            value, end = scanstring(text, start, strict)
            string = _Placed(value)
            string.start = start
            return string, end

        self.parse_string = placed
        self.scan_once = py_make_scanner(self)


def _notebook(text: str) -> Source:
    """The Markdown cells of a notebook, with a blank line behind each."""
    try:
        content = _PlacedDecoder().decode(text)
    except JSONDecodeError as error:
        raise UnusableSource(error.lineno, error.colno, f"is no notebook: {error.msg}") from None
    except RecursionError:
        raise UnusableSource(1, 1, "is no notebook: nested too deep") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise UnusableSource(1, 1, "is no notebook: it has no list of cells")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    parts: list[str] = []
    lines: list[tuple[int, int, int]] = []
    length = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "markdown":
            continue
        strings = cell.get("source")
        strings = strings if isinstance(strings, list) else [strings]
        for string in [*(each for each in strings if isinstance(each, _Placed)), None]:
            if string is None:
                parts.append("\n\n")
                length += 2
                continue
            at = string.start
            for piece in string.splitlines(keepends=True):
                line = bisect_right(starts, at)
                lines.append((length, line, at - starts[line - 1] + 1))
                parts.append(piece)
                length += len(piece)
                at += len(piece) + sum(map(piece.count, '\\"\t\n'))
    return Source("".join(parts), tuple(lines) or ((0, 1, 1),), escaped=True)
