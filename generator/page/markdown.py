"""Fills the templates: the only place that knows Jinja."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The Jinja environment of the project's templates.

    Its delimiters are << >> and <% %>, because LaTeX is full of braces.
    """
    return Environment(
        loader=FileSystemLoader(_folder()),
        undefined=StrictUndefined,
        autoescape=False,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        keep_trailing_newline=True,
    )


def template_text(name: str) -> str:
    """A file of the templates as it is."""
    return (_folder() / name).read_text(encoding="utf-8")


def fill(templates: Environment, template: str, **values: Any) -> str:
    """A template with its values put in; no blank line twice but in code, a newline at the end."""
    kept = [""]
    in_code = False
    for line in templates.get_template(template).render(values).splitlines():
        in_code ^= line.startswith("```")
        if line.strip() or kept[-1] or in_code:
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n") + "\n"


def _folder() -> Path:
    """The templates: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"
