"""The command: arguments, files, exit status. The only place that prints."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from generator import FORMATS
from generator.job import Job, explained, is_current, job_of, outputs, read, sources, text_of, write

DONE, FOUND, UNUSABLE, LEDGERS_DIFFER = 0, 1, 2, 3
MANY = 4  # files, from which on a terminal shows a bar
BAR = 30  # characters
CHECK_HELP = "write nothing; exit 1 and print the difference where a page is out of date"

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
  python -m generator net.yaml --format ipynb
                                            the page as a Jupyter notebook
  python -m generator net.yaml --format latex && lualatex net.tex && lualatex net.tex
                                            the page as a PDF, by TeX Live
  python -m generator net.yaml --watch      again on each change, until Ctrl-C
  python -m generator --check docs/examples/*.yaml
                                            is every page up to date?
  python -m generator audit page.md         what is wrong in a worked example?
  python -m generator gallery docs/examples/*.yaml
                                            a page of cards, one for each example
  python -m generator reference -o docs/guides
                                            what a configuration can hold, as pages
  python -m generator new net.yaml          a commented file to start from
  python -m generator schema                the JSON Schema of the configuration

A file that is not here is looked for in docs/examples/. Four files or more show a bar
on a terminal, and nothing in a pipe.

exit status: 0 done; 1 a page is out of date (--check), or wrong (audit); 2 a file cannot be used:
standard error has FILE:LINE:COLUMN for every problem of it, and nothing was
written; 3 the two computations of a value differ, a fault of the generator.
"""


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
    jobs = [job_of(file, options.output) for file in options.files]
    targets = [(job.folder / job.name).resolve() for job in jobs]
    for job, target in zip(jobs, targets, strict=True):
        if targets.count(target) > 1:
            return _refuse(f"{job.file}: another file given would write {target.name} too")
    if options.watch:
        return _watch(jobs, formats, options)
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if terminal and len(jobs) >= MANY and not (options.quiet or options.verbose):
        return _run_with_bar(jobs, formats, options)
    return max(_run(job, formats, options) for job in jobs)


def _run_with_bar(jobs: Sequence[Job], formats: Sequence[str], options: argparse.Namespace) -> int:
    """Run the jobs, with a bar on the terminal that makes way for what they print."""
    status = DONE
    width = shutil.get_terminal_size().columns - 1
    try:
        for done, job in enumerate(jobs):
            filled = BAR * done // len(jobs)
            line = f"[{'#' * filled}{'.' * (BAR - filled)}] {done + 1} of {len(jobs)}  {job.name}"
            print(f"\r{line[:width]:{width}}", end="", file=sys.stderr, flush=True)
            with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complained:
                status = max(status, _run(job, formats, options))
            if said.getvalue() or complained.getvalue():
                print(f"\r{'':{width}}\r", end="", file=sys.stderr, flush=True)
                print(said.getvalue(), end="", flush=True)
                print(complained.getvalue(), end="", file=sys.stderr)
    finally:
        print(f"\r{'':{width}}\r", end="", file=sys.stderr, flush=True)
    return status


def _watch(jobs: Sequence[Job], formats: Sequence[str], options: argparse.Namespace) -> int:
    """Run each job, and again whenever a file of it changes, until the user stops it."""
    watched = {job: sources(job) for job in jobs}
    seen: dict[Job, tuple[float | None, ...]] = {}
    try:
        while True:
            for job in jobs:
                if seen.get(job) != _changes(watched[job]):
                    watched[job] = sources(job)
                    seen[job] = _changes(watched[job])
                    if _run(job, formats, options) == DONE and not options.quiet:
                        print(f"{job.file}: written to {job.folder}", flush=True)
            time.sleep(0.2)
    except KeyboardInterrupt:
        return DONE


def _changes(files: Sequence[Path]) -> tuple[float | None, ...]:
    """When each file was last written to; None where there is none."""
    return tuple(path.stat().st_mtime if path.is_file() else None for path in files)


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
    from generator.audit import UnusableSource, audit_reading, read_source
    from generator.audit import read as statements
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
        reading = statements(read_source(read(path), path.suffix.lower()))
        result = audit_reading(reading)
        if options.against:
            from generator.audit.against.check import against
            from generator.expected import network_of

            file = options.against
            result = against(reading, result, network_of(read(job_of(file).source)))
    except Unusable as error:
        for problem in error.problems:
            print(problem.located(file), file=sys.stderr)
        return UNUSABLE
    except UnusableSource as error:
        print(f"{options.page}:{error.line}:{error.column}: file: {error}", file=sys.stderr)
        return UNUSABLE
    sys.stdout.write(REPORTS[options.format](result, options.page))
    return FOUND if result.findings else DONE


def _gallery(arguments: Sequence[str]) -> int:
    """Write the gallery of some examples: a page of cards, and its filters' style sheet."""
    parser = argparse.ArgumentParser(
        prog="python -m generator gallery",
        description="Writes a page with a card for each example: its figure, what it shows, links "
        "to its page and its YAML, and filters. A style sheet of the same name goes with it.",
    )
    parser.add_argument("files", nargs="+", metavar="NET.yaml", help="the examples")
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        metavar="FILE.md",
        help="the page (default: index.md beside the first example)",
    )
    parser.add_argument("--check", action="store_true", help=CHECK_HELP)
    options = parser.parse_args(arguments)
    from generator.config import parse
    from generator.config.located import Unusable
    from generator.page.gallery import Exhibit, gallery

    jobs = [job_of(file) for file in options.files]
    page = options.output or jobs[0].folder / "index.md"
    if page.suffix != ".md":
        return _refuse(f"{page}: the gallery is a Markdown page; call it .md")
    exhibits, status = [], DONE
    for job in jobs:
        try:
            config = parse(read(job.source))
        except Unusable as error:
            print(*explained(error, job), sep="\n", file=sys.stderr)
            status = UNUSABLE
            continue
        stem = os.path.relpath(job.source.with_suffix(""), page.parent).replace(os.sep, "/")
        exhibits.append(
            Exhibit(
                stem=stem,
                example=config.example,
                notation=config.page.notation,
                summary=config.summary,
                downloads=config.page.downloads,
            )
        )
    if status != DONE:
        return status
    output = ["-o", str(options.output)] if options.output else []
    refresh = ["gallery", *output, *options.files]
    return _deliver(page.parent, gallery(exhibits, page.stem), refresh, options.check)


def _reference(arguments: Sequence[str]) -> int:
    """Write the reference of what a configuration can hold."""
    parser = argparse.ArgumentParser(
        prog="python -m generator reference",
        description="Writes catalogue.md, with every activation, loss, optimizer, schedule and "
        "initializer, its formulas and plots, and yaml.md, with every key of a configuration.",
    )
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="DIR", default=Path(), help="where to"
    )
    parser.add_argument("--check", action="store_true", help=CHECK_HELP)
    options = parser.parse_args(arguments)
    from generator.reference import reference

    refresh = ["reference", "-o", str(options.output)]
    return _deliver(options.output, reference(), refresh, options.check)


def _deliver(folder: Path, files: dict[str, str], refresh: Sequence[str], check: bool) -> int:
    """Write a subcommand's files, or check them; refresh: the arguments that write them."""
    if check:
        return _compare(folder, files, refresh)
    try:
        write(folder, files)
    except OSError as error:
        return _refuse(f"{error.filename or folder}: cannot be written: {error.strerror}")
    return DONE


COMMANDS = {
    "audit": _audit,
    "gallery": _gallery,
    "new": _new,
    "reference": _reference,
    "schema": _schema,
}


def _run(job: Job, formats: Sequence[str], options: argparse.Namespace) -> int:
    """One job from its file to its exit status."""
    from generator.config.located import Unusable
    from generator.network.ledgers import LedgersDiffer

    start = time.monotonic()
    status = DONE
    try:
        files = outputs(job, formats)
        if options.stdout:
            sys.stdout.write(next(iter(files.values())))
            what = "printed"
        elif options.check:
            status = _check(job, files, formats, options.output)
            what = "out of date" if status else "up to date"
        elif any((job.folder / name).resolve() == job.source.resolve() for name in files):
            return _refuse(f"{job.file}: would be written over by its own page; call it .yaml")
        else:
            what = _told(write(job.folder, files), files)
    except BrokenPipeError:
        raise
    except (Unusable, LedgersDiffer, OSError) as error:
        print(*explained(error, job), sep="\n", file=sys.stderr)
        return LEDGERS_DIFFER if isinstance(error, LedgersDiffer) else UNUSABLE
    if options.verbose:
        print(f"{job.file}: {what}, {time.monotonic() - start:.2f} s", file=sys.stderr)
    return status


def _told(written: Sequence[str], files: Iterable[str]) -> str:
    """What became of a job's files, in words."""
    same = [name for name in files if name not in written]
    parts = [("wrote", written), ("unchanged", same)]
    return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


def _check(job: Job, files: dict[str, str], formats: Sequence[str], output: Path | None) -> int:
    """Compare a job's files with those that are there."""
    named = () if tuple(formats) == ("markdown",) else formats
    flags = [flag for name in named for flag in ("--format", name)]
    flags += ["-o", str(output)] if output else []
    file = ["--", job.file] if job.file.startswith("-") else [job.file]
    return _compare(job.folder, files, [*flags, *file])


def _compare(folder: Path, files: dict[str, str], refresh: Sequence[str]) -> int:
    """Print the difference of every file that is out of date, and the command that mends it."""
    import difflib

    status = DONE
    for name, text in files.items():
        target = folder / name
        if target.is_file() and is_current(target, text):
            continue
        old = text_of(target) if target.is_file() else None
        status = FOUND
        print(f"{target}: {'is missing' if old is None else 'is out of date'}")
        if old is not None:
            sides = (old.splitlines(), text.splitlines())
            print(*difflib.unified_diff(*sides, "now", "would be", n=1, lineterm=""), sep="\n")
    if status == FOUND:
        print(f"To refresh: {shlex.join(['python', '-m', 'generator', *refresh])}")
    return status


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
        help="what to write: markdown, the page (default); json, its values in full float64; "
        "ipynb, the page as a Jupyter notebook that computes its numbers again; latex, the page "
        "as a document for LuaLaTeX; may be given more than once",
    )
    add("--stdout", action="store_true", help="write to standard output, one file")
    add(
        "--check",
        action="store_true",
        help=CHECK_HELP,
    )
    add("--watch", action="store_true", help="write again on each change of a file")
    much = parser.add_mutually_exclusive_group()
    much.add_argument(
        "--quiet", action="store_true", help="say only what is wrong: no bar, no word of success"
    )
    much.add_argument(
        "--verbose",
        action="store_true",
        help="say of each file, on standard error, what was written, what stayed the same and "
        "how long it took",
    )
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
