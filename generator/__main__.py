"""The command: arguments, files, exit status. The only place that prints."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import FORMATS, generate

DONE, FOUND, UNUSABLE, LEDGERS_DIFFER = 0, 1, 2, 3
EXAMPLES = Path("docs/examples")
MOST_PROBLEMS = 100  # that are printed of one file
BYTE_ORDER_MARK = "\ufeff"

DESCRIPTION = """\
Reads a small neural network and writes a complete worked example of one training
step: every value in symbols, with the numbers put in, with its result.
"""

EPILOG = """\
examples:
  python -m generator mazur.yaml            write mazur.md and its figure beside it
  python -m generator *.yaml -o pages       write several pages to a folder
  python -m generator net.yaml --format json --format markdown
                                            golden values beside the page
  python -m generator net.yaml --watch      again on each change, until Ctrl-C
  python -m generator --check docs/examples/*.yaml
                                            is every page up to date?
  python -m generator audit page.md         what is wrong in a worked example?
  python -m generator new net.yaml          a commented file to start from
  python -m generator schema                the JSON Schema of the configuration

A file that is not here is looked for in docs/examples/.

exit status: 0 done; 1 a page is out of date (--check), or wrong (audit); 2 a file cannot be used:
standard error has FILE:LINE:COLUMN for every problem of it, and nothing was
written; 3 the two computations of a value differ, a fault of the generator.
"""


@dataclass(frozen=True)
class Job:
    """One configuration: the name it was given by, where it is, and where its files go."""

    file: str
    source: Path
    folder: Path

    @property
    def name(self) -> str:
        return self.source.stem


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is the worst of its jobs."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    formats = tuple(dict.fromkeys(options.format or ["markdown"]))
    if options.stdout and (len(options.files) > 1 or len(formats) > 1):
        return _refuse("--stdout takes one file and one format")
    if options.stdout and (options.check or options.output or options.watch):
        return _refuse("--stdout writes once and no file; leave out -o, --check and --watch")
    if options.check and options.watch:
        return _refuse("--check writes nothing, --watch goes on writing; take one of them")
    jobs = [_job(file, options.output) for file in options.files]
    targets = [(job.folder / job.name).resolve() for job in jobs]
    for job, target in zip(jobs, targets, strict=True):
        if targets.count(target) > 1:
            return _refuse(f"{job.file}: another file given would write {target.name} too")
    if options.watch:
        return _watch(jobs, formats, options)
    return max(_run(job, formats, options) for job in jobs)


def _job(file: str, output: Path | None) -> Job:
    """A name that is not a file here is looked for among the examples."""
    path = Path(file)
    if not os.path.exists(path) and path.name == file and os.path.exists(EXAMPLES / file):  # noqa: PTH110 (Path.exists raises for names that no file can have)
        path = EXAMPLES / file
    return Job(file, path, output or path.parent)


def _watch(jobs: Sequence[Job], formats: Sequence[str], options: argparse.Namespace) -> int:
    """Run each job, and again whenever its file changes, until the user stops it."""
    seen: dict[Job, float | None] = {}
    try:
        while True:
            for job in jobs:
                changed = job.source.stat().st_mtime if job.source.is_file() else None
                if job not in seen or seen[job] != changed:
                    seen[job] = changed
                    if _run(job, formats, options) == DONE:
                        print(f"{job.file}: written to {job.folder}", flush=True)
            time.sleep(0.2)
    except KeyboardInterrupt:
        return DONE


def _new(arguments: Sequence[str]) -> int:
    """Write a commented configuration to start from; never over a file that is there."""
    parser = argparse.ArgumentParser(
        prog="python -m generator new",
        description="Writes a commented configuration to start from.",
    )
    parser.add_argument("file", metavar="NET.yaml", type=Path, help="the file to write")
    path: Path = parser.parse_args(arguments).file
    from generator.page.markdown import template_text

    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template_text("starter.yaml"))
    except FileExistsError:
        return _refuse(f"{path}: is there already; choose another name")
    except OSError as error:
        return _refuse(f"{path}: cannot be written: {error.strerror}")
    return DONE


def _schema(arguments: Sequence[str]) -> int:
    """Print the JSON Schema of the configuration."""
    import json

    parser = argparse.ArgumentParser(
        prog="python -m generator schema",
        description="Prints the JSON Schema of the configuration, for editors that complete and "
        "check a YAML by it.",
    )
    parser.parse_args(arguments)
    from generator.config.schema import json_schema

    print(json.dumps(json_schema(), indent=2))
    return DONE


def _audit(arguments: Sequence[str]) -> int:
    """Report what is wrong in a worked example, whoever wrote it."""
    from generator.audit import UnusableSource, audit_reading, read, read_source
    from generator.audit.findings import KINDS
    from generator.audit.report import FORMATS as REPORTS
    from generator.config.located import Unusable

    kinds = "\n".join(f"  {kind:14}{meaning}" for kind, meaning in KINDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m generator audit",
        description="Reads a worked example in Markdown, LaTeX or a notebook, recomputes every "
        "equality that it prints, and reports what does not hold.",
        epilog=f"findings:\n{kinds}\n\nexit status: 0 nothing found; 1 findings; 2 the page "
        "cannot be read",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("page", metavar="PAGE.md", help="a .md, .tex or .ipynb file")
    parser.add_argument(
        "--against", metavar="NET.yaml", help="the network of the page, to hold each value against"
    )
    parser.add_argument("--format", choices=REPORTS, default="text", help="default: text")
    options = parser.parse_args(arguments)
    path = Path(options.page)
    file = options.page  # the one at fault, should one be unusable
    try:
        reading = read(read_source(_read(path), path.suffix.lower()))
        result = audit_reading(reading)
        if options.against:
            from generator.audit.against import against
            from generator.expected import network_of

            file = options.against
            result = against(reading, result, network_of(_read(_job(file, None).source)))
    except Unusable as error:
        for problem in error.problems:
            print(problem.located(file), file=sys.stderr)
        return UNUSABLE
    except UnusableSource as error:
        print(f"{options.page}:{error.line}:{error.column}: file: {error}", file=sys.stderr)
        return UNUSABLE
    sys.stdout.write(REPORTS[options.format](result, options.page))
    return FOUND if result.findings else DONE


COMMANDS = {"audit": _audit, "new": _new, "schema": _schema}


def _run(job: Job, formats: Sequence[str], options: argparse.Namespace) -> int:
    """One job from its file to its exit status."""
    from generator.config.located import Unusable
    from generator.network.ledgers import LedgersDiffer

    try:
        files = generate(_read(job.source), job.name, formats)
        if options.stdout:
            sys.stdout.write(next(iter(files.values())))
        elif options.check:
            return _check(job, files, formats, options.output)
        elif any((job.folder / name).resolve() == job.source.resolve() for name in files):
            return _refuse(f"{job.file}: would be written over by its own page; call it .yaml")
        else:
            _write(job.folder, files)
    except Unusable as error:
        for problem in error.problems[:MOST_PROBLEMS]:
            print(problem.located(job.file), file=sys.stderr)
        if len(error.problems) > MOST_PROBLEMS:
            more = len(error.problems) - MOST_PROBLEMS
            print(error.problems[-1].located(job.file), f"(and {more - 1:,} more)", file=sys.stderr)
        return UNUSABLE
    except LedgersDiffer as error:
        print(f"{job.file}: {error}. This is a fault of the generator.", file=sys.stderr)
        return LEDGERS_DIFFER
    except BrokenPipeError:
        raise
    except OSError as error:
        return _refuse(f"{error.filename or job.folder}: cannot be written: {error.strerror}")
    return DONE


def _read(path: Path) -> str:
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
    import difflib

    here = [*path.parent.glob("*.y*ml"), *EXAMPLES.glob("*.y*ml")]
    close = difflib.get_close_matches(path.name, [other.name for other in here], n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write all files or none: each beside its place first, then all renamed.

    A file that would not change is left alone. Where a renaming fails, those
    before it are taken back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spare: list[Path] = []
    replaced: list[tuple[Path, Path | None]] = []
    try:
        changes = []
        for name, text in files.items():
            target = (folder / name).resolve()
            if target.is_file() and _is_current(target, text):
                continue
            part = target.with_name(f".{name}.{os.getpid()}")
            spare.append(part)
            part.write_text(text, encoding="utf-8", newline="\n")
            changes.append((part, target))
        for part, target in changes:
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


def _check(job: Job, files: dict[str, str], formats: Sequence[str], output: Path | None) -> int:
    """Print the difference of every file that is out of date, and the command that mends it."""
    import difflib

    status = DONE
    for name, text in files.items():
        target = job.folder / name
        if target.is_file() and _is_current(target, text):
            continue
        old = _text_of(target) if target.is_file() else None
        status = FOUND
        print(f"{target}: {'is missing' if old is None else 'is out of date'}")
        if old is not None:
            sides = (old.splitlines(), text.splitlines())
            print(*difflib.unified_diff(*sides, "now", "would be", n=1, lineterm=""), sep="\n")
    if status == FOUND:
        named = () if tuple(formats) == ("markdown",) else formats
        flags = [flag for name in named for flag in ("--format", name)]
        flags += ["-o", str(output)] if output else []
        file = ["--", job.file] if job.file.startswith("-") else [job.file]
        print(f"To refresh: {shlex.join(['python', '-m', 'generator', *flags, *file])}")
    return status


def _is_current(path: Path, text: str) -> bool:
    """Whether a file says what it would: golden values may differ by rounding errors."""
    from generator.golden import agree

    old = _text_of(path)
    return old == text or (path.suffix == ".json" and agree(old, text))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _refuse(message: str) -> int:
    print(f"python -m generator: {message}", file=sys.stderr)
    return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="NET.yaml", help="a configuration of a network")
    add("-o", dest="output", type=Path, metavar="DIR", help="where to (default: beside the YAML)")
    add(
        "--format",
        action="append",
        choices=FORMATS,
        help="what to write: markdown, the page (default), or json, its values in full float64; "
        "may be given more than once",
    )
    add("--stdout", action="store_true", help="write to standard output, one file")
    add(
        "--check",
        action="store_true",
        help="write nothing; exit 1 and print the difference where a page is out of date",
    )
    add("--watch", action="store_true", help="write again on each change of a file")
    return parser


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has stopped
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = DONE
    sys.exit(status)
