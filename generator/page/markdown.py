"""Fills the templates, the project's and an author's own: the only place that knows Jinja."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from generator.page.author import no_such, offered

DELIMITERS: dict[str, Any] = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}

# What an author's page may take, so that one which never ends is an error.
MOST_TURNS = 200_000  # of loops and macros
MOST_CHARACTERS = 10_000_000
MOST_POWER = 1_000

AUTHORS = "<template>"  # what Jinja calls the file of a template that is given as text


@cache
def environment() -> Environment:
    """The Jinja environment of the project's templates.

    Its delimiters are << >> and <% %>, because LaTeX is full of braces.
    """
    return Environment(
        loader=FileSystemLoader(_folder()),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        **DELIMITERS,
    )


def template_text(name: str) -> str:
    """A file of the templates as it is."""
    return (_folder() / name).read_text(encoding="utf-8")


def template_files() -> tuple[Path, ...]:
    """Every file of the templates."""
    return tuple(sorted(path for path in _folder().iterdir() if path.is_file()))


def fill(templates: Environment, template: str, **values: Any) -> str:
    """A template with its values put in; no blank line twice, one newline at the end."""
    text = templates.get_template(template).render(values)
    return _tidied(line.rstrip() for line in text.splitlines())


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an author's page, by line and column from 1."""

    line: int
    column: int
    where: str
    message: str


class PageFaults(Exception):
    """An author's page that cannot be filled."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)


def fill_own(text: str, values: Mapping[str, object]) -> str:
    """An author's page with its values put in; raises PageFaults.

    The page runs in a sandbox: it can include the project's own templates and
    no other file, and what never ends is stopped. The two spaces of a line break
    stay, but no blank line is printed twice outside of a fence.
    """
    templates = _Sandbox(values)
    try:
        pieces = templates.from_string(text).generate(values)
        lines = _limited(pieces).splitlines()
        return _tidied(line if line.endswith("  ") else line.rstrip() for line in lines)
    except TemplateSyntaxError as error:
        raise PageFaults([Fault(error.lineno, 1, "template syntax", str(error.message))]) from None
    except Exception as error:
        faults = list(_unknown_names(templates, text, values))
        if not faults:
            line = _line_of(error)
            faults = [Fault(line, 1, "template", _in_words(error, templates))]
        raise PageFaults(faults) from None


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja for an author's page: nothing private, nothing random, nothing without end."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, values: Mapping[str, object]) -> None:
        class Unknown(StrictUndefined):
            """A name that is not there, with the nearest one that is."""

            @property
            def _undefined_message(self) -> str:
                if self._undefined_hint or not isinstance(self._undefined_name, str):
                    return super()._undefined_message
                owner = self._undefined_obj
                return no_such(self._undefined_name, values if owner is missing else owner)

        super().__init__(
            loader=FileSystemLoader(_folder()),
            undefined=Unknown,
            autoescape=False,
            keep_trailing_newline=True,
            **DELIMITERS,
        )
        self.turns = 0
        self.filters["counted"] = self._counted
        del self.filters["random"], self.globals["lipsum"]  # a page is the same each time

    def _generate(self, source: nodes.Template, *names: Any, **more: Any) -> str:
        """Compile a template, its loops counted: the hook that Jinja has for this."""
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(
                loop.iter, "counted", [], [], None, None, lineno=loop.lineno, environment=self
            )
        return super()._generate(source, *names, **more)

    def _counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self._count()
            yield value

    def call(self, context: Context, called: Any, *values: Any, **named: Any) -> Any:
        self._count()
        return super().call(context, called, *values, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """A product or a power, unless its result would be out of all proportion."""
        if operator == "**" and (abs(left) > MOST_POWER or abs(right) > MOST_POWER):
            raise SecurityError(f"a power is of numbers up to {MOST_POWER:,}")
        for sequence, times in ((left, right), (right, left)):
            if hasattr(sequence, "__len__") and len(sequence) * times > MOST_CHARACTERS:
                raise SecurityError(f"a text or list is repeated {times:,} times")
        return super().call_binop(context, operator, left, right)

    def _count(self) -> None:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise SecurityError(f"its loops and macros take more than {MOST_TURNS:,} turns")


def _limited(pieces: Iterable[str]) -> str:
    """The pieces of a page as one text, unless it grows without end."""
    kept, length = [], 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > MOST_CHARACTERS:
            raise SecurityError(f"the page is longer than {MOST_CHARACTERS:,} characters")
    return "".join(kept)


def _unknown_names(
    templates: Environment, text: str, values: Mapping[str, object]
) -> Iterator[Fault]:
    """Every name in a page that its values do not have, such as `q.h9`, in order.

    What the page itself sets stays out, and so does what only running it could tell.
    """
    tree = templates.parse(text)
    looked_up = find_undeclared_variables(tree) - set(templates.globals)
    lines = text.splitlines()
    seen = set()
    for node in sorted(
        tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)), key=lambda node: node.lineno
    ):
        path = _path(node)
        if path is None or path[0] not in looked_up:
            continue
        found = _first_unknown(path, values)
        if found is not None and (node.lineno, found[0]) not in seen:
            where, message = found
            seen.add((node.lineno, where))
            line = lines[node.lineno - 1]
            column = line.find(where) + 1 or line.find(where.split(".")[-1]) + 1 or 1
            yield Fault(node.lineno, column, where, message)


def _first_unknown(path: Sequence[str], values: Mapping[str, object]) -> tuple[str, str] | None:
    """The first name on a path that is not there, with the path so far; and what to say of it."""
    value: object = values
    for depth, name in enumerate(path, start=1):
        known = offered(value)
        if known is None or name.startswith("_"):
            return None
        found = _item(value, name)
        if found is None and name not in known:
            return ".".join(path[:depth]), no_such(name, value)
        value = found
    return None


def _path(node: nodes.Node) -> list[str] | None:
    """`["q", "w5", "value"]` of `q.w5.value` and `q["w5"].value`; None where it is computed."""
    match node:
        case nodes.Name():
            return [node.name]
        case nodes.Getattr():
            name = node.attr
        case nodes.Getitem(arg=nodes.Const(value=str(name))):
            pass
        case _:
            return None
    before = _path(node.node)
    return None if before is None else [*before, name]


def _item(value: Any, name: str) -> object:
    """What a value has by this name, in brackets; None where it has not."""
    try:
        return value[name]
    except (TypeError, LookupError):
        return None


def _line_of(error: Exception) -> int:
    """The line of an author's page at which an error came up."""
    steps = walk_tb(error.__traceback__)
    found = [line for frame, line in steps if frame.f_code.co_filename == AUTHORS]
    return found[-1] if found else 1


def _in_words(error: Exception, templates: Environment) -> str:
    """What an error says to the author of a page."""
    if isinstance(error, TemplateNotFound):
        known = ", ".join(name for name in templates.list_templates() if name.endswith(".md"))
        return f"there is no '{error.name}' to include; a page can include {known}"
    return re.sub(r"\s+", " ", str(error)) or type(error).__name__


def _tidied(lines: Iterable[str]) -> str:
    """Lines as a text: no blank line twice outside of a fence, one newline at the end."""
    kept: list[str] = []
    fence = ""
    for line in lines:
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark:
            fence = "" if fence and line.strip().startswith(fence) else fence or mark[1]
        if fence or line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def _folder() -> Path:
    """The templates: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"
