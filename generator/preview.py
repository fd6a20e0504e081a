"""A MkDocs hook for `mkdocs serve`: a page follows its YAML and its templates as they change.

It is comfort for whoever writes, and nothing of the site depends on it: `mkdocs build` makes
the same site without it, and `python -m generator --watch` beside any preview does the same.
A change of a page's sources writes its files, as the command does, and renders that page
alone; any other change builds the site anew, as always. A configuration that cannot be used
leaves the files as they are: what is wrong is logged, and shown above the page in the preview.
Until the next full build the search and the titles in other pages' navigation are the old ones.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import ObservedWatch
from watchdog.observers.polling import PollingObserver

from generator.job import Job, explained, outputs, sources, write

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.preview")

OFTEN = 0.2  # seconds from one look at the files to the next
CONFIGURATION = re.compile(r"^network:", re.MULTILINE)  # tells ours from other YAML files
PROBLEM = """\
<div class="admonition failure" role="alert">
<p class="admonition-title">The page below is out of date: its configuration cannot be used</p>
<pre><code>{}</code></pre>
</div>

"""

Stamp = tuple[int, int]


# What MkDocs calls


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Keep what a page is rendered with."""
    _preview.site = Site(config, files, nav)


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Keep the theme's templates."""
    _preview.env = env


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Give a configuration that never had a page one to show its problem on."""
    from mkdocs.structure.files import File

    for uri in _preview.problems:
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, content=f"# {Path(uri).stem}\n"))


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    """Put the problem of a configuration above its page, in the preview only."""
    problem = _preview.problems.get(page.file.src_uri)
    return PROBLEM.format(escape(problem)) + markdown if problem else None


def on_serve(
    server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., None]
) -> None:
    """Look at the files more often than MkDocs does, and build no more than has changed."""
    _preview.start(server, Path(config.docs_dir))


# The preview


@dataclass(frozen=True)
class Site:
    """What the last full build knows of the site."""

    config: MkDocsConfig
    files: Files
    nav: Navigation


@dataclass
class Preview:
    """The state of `mkdocs serve`: what was built, what has changed since, what is wrong."""

    site: Site | None = None
    env: Any = None  # the theme's templates, a jinja2.Environment
    is_built: bool = False  # the last full build came to its end
    jobs: dict[Path, tuple[Job, frozenset[Path]]] = field(default_factory=dict)  # with its sources
    changed: set[Path] = field(default_factory=set)  # since the last build
    folders: set[Path] = field(default_factory=set)  # outside the docs, of templates
    written: dict[Path, Stamp | None] = field(default_factory=dict)  # by the preview itself
    lock: Lock = field(default_factory=Lock)  # MkDocs watches in one thread, builds in another
    problems: dict[str, str] = field(default_factory=dict)  # by the page's path in the docs

    def start(self, server: LiveReloadServer, docs: Path) -> None:
        """Take over the server's watching and building."""
        self.docs, self.server, self.build = docs, server, server.builder
        server.builder = self.rebuild
        watched = list(server._watched_paths)
        for place in watched:
            server.unwatch(place)
        server.observer = _Observer(self.is_news)
        for place in watched:
            server.watch(place)
        for suffix in ("*.yaml", "*.yml"):
            for path in docs.rglob(suffix):
                self._meet(path)
        self.is_built = True

    def is_news(self, event: FileSystemEvent) -> bool:
        """Whether somebody else than the preview has changed a file; it is kept for the build."""
        paths = {Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        with self.lock:
            news = {
                path
                for path in paths
                if self._concerns(path)
                and (path not in self.written or self.written[path] != _stamp(path))
            }
            self.changed |= news
        return bool(news)

    def rebuild(self) -> None:
        """Write and render the pages whose sources have changed, or build the whole site."""
        with self.lock:
            changed, self.changed = self.changed, set()
        if not changed:  # the build before took them in
            return
        for path in changed:
            self._meet(path)
        jobs = [(job, of) for job, of in self.jobs.values() if of & changed]
        names = {path for job, _ in jobs for path in self._written_by(job)}
        known = {path for _, of in jobs for path in of}
        if changed - known or not self._renders(names):
            self.is_built = False
            self.build()
            self.is_built = True

    def _concerns(self, path: Path) -> bool:
        """Whether the site is made from a file: the folder of a template holds others too."""
        if path.name.startswith("."):
            return False
        places = {Path(place) for place in self.server._watched_paths} - self.folders
        return any(path.is_relative_to(place) for place in places | {self.docs}) or any(
            path in of for _, of in list(self.jobs.values())
        )

    def _meet(self, path: Path) -> None:
        """Take a new configuration in, forget one that is gone, and watch what it is made from."""
        is_ours = path in self.jobs or _is_configuration(path)
        if not path.is_file():
            if self.jobs.pop(path, None):
                self.problems.pop(self._uri(path.with_suffix(".md")), None)
        elif is_ours and path.is_relative_to(self.docs):
            source = Path(os.path.relpath(path))
            job = Job(str(source), source, source.parent)
            of = frozenset(_absolute(source) for source in sources(job))
            self.jobs[path] = (job, of)
            for folder in {needed.parent for needed in of} - self.folders:
                if not folder.is_relative_to(self.docs):
                    self.folders.add(folder)
                    self.server.watch(str(folder), recursive=False)

    def _written_by(self, job: Job) -> set[Path]:
        """Do a job: the files that it changed, and the page, to be rendered."""
        from generator.config.located import Unusable
        from generator.network.ledgers import LedgersDiffer

        folder = _absolute(job.folder)
        page = folder / f"{job.name}.md"
        try:
            files = outputs(job, ("markdown",))
            with self.lock:
                names = write(job.folder, files)
                changed = {folder / name for name in names}
                self.written |= {path: _stamp(path) for path in changed}
        except (Unusable, LedgersDiffer, OSError) as error:
            lines = explained(error, job)
            for line in lines:
                log.error(line)
            self.problems[self._uri(page)] = "\n".join(lines)
            return {page}
        self.problems.pop(self._uri(page), None)
        log.info(f"{job.file}: wrote {', '.join(names) or 'nothing, the page is as it was'}")
        return changed | {page}

    def _renders(self, paths: set[Path]) -> bool:
        """Bring these files to the built site; False where that takes a full build."""
        from mkdocs.commands.build import _build_page, _populate_page
        from mkdocs.structure.files import InclusionLevel

        if not (self.site and self.env and self.is_built):
            return False
        config, files, nav = self.site.config, self.site.files, self.site.nav
        found = [files.get_file_from_path(self._uri(path)) for path in sorted(paths)]
        known = [file for file in found if file is not None and file.generated_by is None]
        if len(known) < len(found) or any(f.is_documentation_page() and not f.page for f in known):
            return False
        pages = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        for file in known:
            if file.page is None:
                file.copy_file()
                continue
            _populate_page(file.page, config, files)
            _build_page(file.page, config, pages, nav, self.env)
        return True

    def _uri(self, path: Path) -> str:
        return path.relative_to(self.docs).as_posix()


class _Observer(PollingObserver):
    """MkDocs' observer, which passes only news on."""

    def __init__(self, is_news: Callable[[FileSystemEvent], bool]) -> None:
        super().__init__(timeout=OFTEN)
        self._is_news = is_news

    def schedule(
        self, event_handler: FileSystemEventHandler, path: str | Path, **options: Any
    ) -> ObservedWatch:
        """Watch a path; the handler hears of no folder, and of nothing that is no news."""
        tell = event_handler.on_any_event

        def on_any_event(event: FileSystemEvent) -> None:
            if not event.is_directory and self._is_news(event):
                tell(event)

        event_handler.on_any_event = on_any_event  # type: ignore[method-assign]
        return super().schedule(event_handler, path, **options)


def _is_configuration(path: Path) -> bool:
    if path.suffix not in (".yaml", ".yml"):
        return False
    try:
        return bool(CONFIGURATION.search(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def _absolute(path: Path) -> Path:
    """A path from the root on, links and all, as MkDocs calls it."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _stamp(path: Path) -> Stamp | None:
    """A file's time and size; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


_preview = Preview()
