"""One configuration's job: the files that it reads, and those that it writes, all or none."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import generate

EXAMPLES = Path("docs/examples")
MOST_PROBLEMS = 100  # that are told of one file
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Job:
    """One configuration: the name it was given by, where it is, and where its files go."""

    file: str
    source: Path
    folder: Path

    @property
    def name(self) -> str:
        return self.source.stem


def job_of(file: str, output: Path | None = None) -> Job:
    """A name that is not a file here is looked for among the examples."""
    path = Path(file)
    if not os.path.exists(path) and path.name == file and os.path.exists(EXAMPLES / file):  # noqa: PTH110 (Path.exists raises for names that no file can have)
        path = EXAMPLES / file
    return Job(file, path, output or path.parent)


def outputs(job: Job, formats: Sequence[str]) -> dict[str, str]:
    """A job's files, by name; raises Unusable where they would overwrite the page's template."""
    text = read(job.source)
    files = generate(text, job.name, formats, job.source.parent)
    _spare_template(text, job, files)
    return files


def sources(job: Job) -> tuple[Path, ...]:
    """The files that a job's page comes from: its configuration and every template."""
    from generator.config.located import Unusable
    from generator.config.template import template_path
    from generator.page.markdown import template_files

    try:
        text = read(job.source)
    except Unusable:
        text = ""
    own = template_path(text, job.source.parent) if "template" in text else None
    return (job.source, *([own] if own else ()), *template_files())


def explained(error: Exception, job: Job) -> list[str]:
    """Why a job was not done, a line for each problem, the first hundred of them."""
    from generator.config.located import Unusable
    from generator.network.ledgers import LedgersDiffer

    if isinstance(error, Unusable):
        lines = [problem.located(job.file) for problem in error.problems[:MOST_PROBLEMS]]
        more = len(error.problems) - MOST_PROBLEMS
        last = f"{error.problems[-1].located(job.file)} (and {more - 1:,} more)"
        return [*lines, last] if more > 0 else lines
    if isinstance(error, LedgersDiffer):
        return [f"{job.file}: {error}. This is a fault of the generator."]
    assert isinstance(error, OSError)
    return [f"{error.filename or job.folder}: cannot be written: {error.strerror}"]


def _spare_template(text: str, job: Job, files: dict[str, str]) -> None:
    """Raise Unusable where the page would be written over the template that it is made from."""
    from generator.config.template import at_template, template_path

    template = template_path(text, job.source.parent)
    for name in files if template else ():
        if template and (job.folder / name).resolve() == template.resolve():
            other = f"{template.stem}.jinja"
            raise at_template(
                text, f"would be written over by its own page; call it {other}, for one"
            )


def read(path: Path) -> str:
    """The text of a file that the user named; raises Unusable."""
    from generator.config.located import Problem, Unusable, unusable

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise unusable("file", f"not found here or in {EXAMPLES}{_alike(path)}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise unusable("file", f"cannot be read: {reason}") from None
    try:
        return content.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix(BYTE_ORDER_MARK)
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = "is not UTF-8 text; save the file as UTF-8"
        raise Unusable([Problem(line, column, "file", message)]) from None


def _alike(path: Path) -> str:
    """A hint at a file of nearly the same name."""
    here = [*path.parent.glob("*.y*ml"), *EXAMPLES.glob("*.y*ml")]
    close = difflib.get_close_matches(path.name, [other.name for other in here], n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def write(folder: Path, files: dict[str, str]) -> list[str]:
    """Write all files or none: each beside its place first, then all renamed.

    The names of those that changed; a file that would not change is left alone.
    Where a renaming fails, those before it are taken back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spare: list[Path] = []
    replaced: list[tuple[Path, Path | None]] = []
    try:
        changes = []
        for name, text in files.items():
            target = (folder / name).resolve()
            if target.is_file() and is_current(target, text):
                continue
            part = target.with_name(f".{name}.{os.getpid()}")
            spare.append(part)
            part.write_text(text, encoding="utf-8", newline="\n")
            changes.append((name, part, target))
        for _, part, target in changes:
            old = part.with_name(f"{part.name}.old") if target.is_file() else None
            if old:
                spare.append(old)
                shutil.copy2(target, old)
            part.replace(target)
            replaced.append((target, old))
    except OSError:
        for target, old in replaced:
            old.replace(target) if old else target.unlink()
        raise
    finally:
        for path in spare:
            path.unlink(missing_ok=True)
    return [name for name, _, _ in changes]


def is_current(path: Path, text: str) -> bool:
    """Whether a file says what it would: golden values may differ by rounding errors."""
    from generator.golden import agree

    old = text_of(path)
    return old == text or (path.suffix == ".json" and agree(old, text))


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
