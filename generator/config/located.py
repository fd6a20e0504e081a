"""YAML with positions: plain Python values, and where in the file each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

Path: TypeAlias = tuple[str | int, ...]

MOST_NODES = 500_000
MOST_LEVELS = 50

# What a parser's complaint most often means.
SYNTAX_HINTS = {
    "cannot start any token": "; indent with spaces, not tabs, and quote text such as '@a'",
    "could not find expected ':'": "; a key needs a colon and a space after it",
    "while scanning a simple key": "; a key needs a colon and a space after it",
    "unknown escape character": "; in single quotes a backslash is a backslash",
    "mapping values are not allowed": "; a key needs a colon and a space, text with a colon quotes",
}


class Plain(str):
    """A scalar as it was typed without quotes: perhaps a number, true or a name."""

    __slots__ = ()


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a file: where it stands, what it is, what would be right.

    file: the file, where it is not the configuration itself.
    """

    line: int
    column: int
    where: str
    message: str
    file: str = ""

    def located(self, file: str) -> str:
        """`FILE:LINE:COLUMN: where: what is wrong`, on one line whatever it quotes."""
        file = self.file or file
        return printable(f"{file}:{self.line}:{self.column}: {self.where}: {self.message}")


class Unusable(Exception):
    """An input that cannot be used, with every problem of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(sorted(set(problems)))


def unusable(where: str, message: str) -> Unusable:
    """A file that is right line by line and cannot be used as a whole."""
    return Unusable([Problem(1, 1, where, message)])


@dataclass(frozen=True)
class Document:
    """A YAML document as dict, list and text.

    Scalars stay text (`Plain` where unquoted, None for null), so that a number
    keeps the digits that were typed. keys and values map the path of a part to
    the line and column, from 1, of its key and of its value. problems are those
    of its keys: given twice, or no word.
    """

    value: Any
    problems: tuple[Problem, ...]
    keys: dict[Path, tuple[int, int]]
    values: dict[Path, tuple[int, int]]

    def problem(self, path: Path, message: str, *, at_key: bool = False) -> Problem:
        """A problem at a path, or at the nearest part above it that stands in the file."""
        positions = self.keys if at_key else self.values
        found = path
        while found and found not in positions:
            found = found[:-1]
        line, column = positions.get(found) or self.values.get((), (1, 1))
        return Problem(line, column, path_text(path), message)


def read_yaml(text: str) -> Document:
    """Parse one YAML document; raises Unusable for bad syntax and for nesting without end."""
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(part for part in (error.problem, error.context) if part)
        hints = (hint for part, hint in SYNTAX_HINTS.items() if part in what)
        what += next(hints, "")
        raise Unusable([Problem(line, column, "YAML syntax", what)]) from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = "holds a character that YAML does not allow"
        raise Unusable([Problem(line, column, "YAML syntax", what)]) from None
    if node is None:
        raise Unusable([Problem(1, 1, "file", "is empty; `python -m generator --help` shows one")])
    return _Reading().document(node)


def path_text(path: Path) -> str:
    """`network.layers[0].weights`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shortened(part)}" for part in path)
    return "".join(parts).removeprefix(".") or "file"


def printable(text: str) -> str:
    """A text on one line: control characters and the like as their escapes."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def shortened(text: str) -> str:
    """What somebody typed, cut where it is longer than a message can be."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _check_depth(text: str) -> None:
    """Refuse nesting that would overflow the stack of whoever walks it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_LEVELS:
            mark: Any = event.start_mark
            place = (mark.line + 1, mark.column + 1)
            raise Unusable([Problem(*place, "file", "is nested too deeply")])


class _Reading:
    """One walk over the nodes of a document, which notes positions as it goes."""

    def __init__(self) -> None:
        self.keys: dict[Path, tuple[int, int]] = {}
        self.values: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.open: set[int] = set()

    def document(self, root: yaml.Node) -> Document:
        value = self.value(root, ())
        return Document(value, tuple(self.problems), self.keys, self.values)

    def value(self, node: yaml.Node, path: Path) -> Any:
        position = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.values[path] = position
        if isinstance(node, yaml.ScalarNode):
            if not node.style:  # None or '' where nothing quotes it
                null = node.tag == "tag:yaml.org,2002:null"
                return None if null else Plain(node.value)
            return str(node.value)
        if len(self.values) > MOST_NODES:
            raise unusable("file", f"has more than {MOST_NODES:,} parts, its aliases written out")
        if id(node) in self.open:
            self.problem(position, path, "contains itself")
            return None
        self.open.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            value: Any = [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        else:
            value = self.mapping(node, path)
        self.open.discard(id(node))
        return value

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key, item in node.value:
            position = (key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                self.problem(position, path, "a key must be a single word")
            elif key.value in value:
                self.problem(position, (*path, key.value), "is given twice; keep one of them")
            else:
                self.keys[*path, key.value] = position
                value[key.value] = self.value(item, (*path, key.value))
        return value

    def problem(self, position: tuple[int, int], path: Path, message: str) -> None:
        self.problems.append(Problem(*position, path_text(path), message))
