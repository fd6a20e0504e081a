"""Python source as text that its formatters leave as it is: numbers, calls, blank lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

WIDTH = 88

Literal: TypeAlias = "str | Sequence[Literal]"


def number(value: Decimal) -> str:
    """A number with the digits that were typed, as a float: `0.20`, `1.0`, `1e-8`."""
    text = str(value).lower()
    return text if "." in text or "e" in text else f"{text}.0"


def numbers(rows: Iterable[Iterable[Decimal]]) -> list[list[str]]:
    return [[number(value) for value in row] for row in rows]


def call(
    before: str, arguments: Sequence[Literal], after: str = ")", broken: str | None = None
) -> str:
    """`before`, the arguments and `after`, on as many lines as they need.

    before ends with an opening bracket, and after begins with the one that closes
    it; broken: what stands between where one line is too short for it.
    """
    inside = ", ".join(_flat(argument) for argument in arguments)
    if len(before + inside + after) <= WIDTH:
        return before + inside + after
    if len(f"    {inside}") <= WIDTH:
        return f"{before}\n    {inside}\n{after}"
    if len(arguments) == 1:
        return f"{before}\n    {broken or _broken(arguments[0], 4)}\n{after}"
    lines = [f"    {_broken(argument, 4)},\n" for argument in arguments]
    return f"{before}\n{''.join(lines)}{after}"


def function(head: str, docstring: str, body: str) -> str:
    """A function whose body's last line is what it returns; with no docstring if that is empty."""
    *lines, value = body.splitlines()
    inner = [*([f'"""{docstring}"""'] if docstring else []), *lines, f"return {value}"]
    return "\n".join([f"def {head}:", *(f"    {line}" for line in inner)])


def factor(expression: str) -> str:
    """An expression as it stands in a product: a sum goes into parentheses."""
    tree = ast.parse(expression, mode="eval").body
    is_sum = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub)
    return f"({expression})" if is_sum else expression


def mentions(code: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


def renamed(code: str, names: dict[str, str]) -> str:
    """The same code over other names."""
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda found: names.get(found[0], found[0]), code)


def tidy(program: str) -> str:
    """A program with the blank lines of its formatters: two around a function, else one or none."""
    lines: list[str] = []
    in_function = False
    for line in program.splitlines():
        if not line.strip():
            if lines and lines[-1]:
                lines.append("")
            continue
        starts = line.startswith("def ")
        if starts or (in_function and not line.startswith(" ")):
            while lines and not lines[-1]:
                lines.pop()
            lines += ["", ""]
        in_function = starts or (in_function and line.startswith(" "))
        lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"


def _flat(value: Literal) -> str:
    if isinstance(value, str):
        return value
    return "[" + ", ".join(_flat(item) for item in value) + "]"


def _broken(value: Literal, indent: int) -> str:
    """A value on one line if it fits behind so many spaces, else a line for each of its items."""
    text = _flat(value)
    if isinstance(value, str) or indent + len(text) + 1 <= WIDTH:
        return text
    margin = " " * (indent + 4)
    items = [f"{margin}{_broken(item, indent + 4)},\n" for item in value]
    return "[\n" + "".join(items) + " " * indent + "]"
