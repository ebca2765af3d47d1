"""Notices edited configuration files and says what differs; never applies what it finds."""

from __future__ import annotations

import glob
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from krtracker.model import KeyResult, Workspace

Stamp = tuple[int, int, int]
Look = dict[str, Stamp]
ABSENT: Stamp = (0, 0, 0)


class Watch:
    """The files of one configuration: the main one, its includes, SQL files and `.env`.

    A change is told once it has stood still from one look to the next, so that a file caught
    half-written is not complained about.
    """

    def __init__(self, configuration: Path) -> None:
        self._configuration = configuration
        self._files: tuple[str, ...] = ()
        self._globs: tuple[str, ...] = ()
        self._taken: Look = {}
        self._before: Look = {}

    def reading(self) -> None:
        """The files are about to be read: what lies there now is known, whatever comes of it."""
        self._globs = _include_globs(self._configuration) or self._globs
        self._taken = self._before = self._look()

    def taken(self, files: Iterable[str]) -> None:
        """The files were read and hold; `files` are all of them, relative to the main one."""
        self._files = tuple(files)
        # A file that changed while it was read keeps its older stamp, and is noticed.
        look = self._look()
        self._taken = {name: self._taken.get(name, stamp) for name, stamp in look.items()}
        self._before = dict(self._taken)

    def changed(self) -> bool:
        """Whether the files differ from what was taken, and have stopped changing."""
        look = self._look()
        still, self._before = look == self._before, look
        return still and look != self._taken

    def _look(self) -> Look:
        folder = self._configuration.parent
        names = {str(self._configuration), str(folder / ".env")}
        names |= {str(folder / name) for name in self._files}
        for pattern in self._globs:
            names |= set(glob.glob(str(folder / pattern), recursive=True))
        return {name: _stamp(name) for name in names}


def _stamp(name: str) -> Stamp:
    try:
        found = Path(name).stat()
    except OSError:
        return ABSENT
    return found.st_mtime_ns, found.st_size, found.st_ino


def _include_globs(configuration: Path) -> tuple[str, ...]:
    """The `include` list; none where the file cannot be read just now."""
    try:
        found = tomllib.loads(configuration.read_text(encoding="utf-8")).get("include", ())
    except (OSError, ValueError):
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(
        one for one in found if isinstance(one, str) and one and not Path(one).is_absolute()
    )


def changed_metrics(old: Workspace, new: Workspace) -> tuple[str, ...]:
    """The metrics that are new, defined otherwise, or asked of a source that is."""
    sources = {name for name, source in new.sources.items() if old.sources.get(name) != source}
    return tuple(
        name
        for name, metric in new.metrics.items()
        if old.metrics.get(name) != metric or metric.source in sources
    )


def with_frozen_targets(
    old: Workspace, new: Workspace, today: date
) -> tuple[Workspace, tuple[str, ...]]:
    """The new workspace with the old targets of frozen cycles, and the key results held so.

    After `freeze` a target changes by an amendment only (decisions.md 30).
    """
    held = {
        name: replace(key_result, target=old.key_results[name].target)
        for name, key_result in new.key_results.items()
        if name in old.key_results and _is_held(old.key_results[name], key_result, new, today=today)
    }
    if not held:
        return new, ()
    return replace(new, key_results={**new.key_results, **held}), tuple(held)


def _is_held(old: KeyResult, new: KeyResult, workspace: Workspace, *, today: date) -> bool:
    freeze = workspace.cycles[new.cycle].freeze
    return (
        freeze is not None
        and today > freeze
        and new.target != old.target
        and new.amendments == old.amendments
    )
