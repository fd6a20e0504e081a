"""The author's own page that a configuration names: `page: {template: my-page.md}`."""

from __future__ import annotations

from pathlib import Path

from generator.config.located import Unusable, read_yaml

WHERE = ("page", "template")


def template_path(text: str, folder: Path) -> Path | None:
    """The template that a YAML text names, from its folder on; None where it names none.

    Also of a text that is otherwise no configuration, as far as it can be read.
    """
    try:
        value = read_yaml(text).value
    except Unusable:
        return None
    page = value.get("page") if isinstance(value, dict) else None
    name = page.get("template") if isinstance(page, dict) else None
    return folder / name if isinstance(name, str) and name else None


def read_template(text: str, path: Path) -> str:
    """The text of a template; raises Unusable, located where the YAML text names it."""
    try:
        return path.read_bytes().decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except FileNotFoundError:
        raise at_template(text, f"there is no file {path}; its path is from this file's") from None
    except UnicodeDecodeError:
        raise at_template(text, f"{path} is not UTF-8 text; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise at_template(text, f"{path} cannot be read: {reason}") from None


def at_template(text: str, message: str) -> Unusable:
    """A problem with a template, located where the YAML text names it."""
    return Unusable([read_yaml(text).problem(WHERE, message)])
