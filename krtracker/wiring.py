"""Construction: where settings, connectors, store and tracker meet; decides nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from krtracker import registry
from krtracker.collect import guarded
from krtracker.confined import ConfinedQuery, confined
from krtracker.connector import Connector, ConnectorType, Options, Secret, SourceRejectedError
from krtracker.errors import (
    ConfigurationError,
    KrtrackerError,
    Place,
    Problem,
    UnknownNameError,
    nearest,
)
from krtracker.model import Metric, Source, Workspace
from krtracker.settings import load, read_dotenv, resolve_secrets
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker


def now() -> datetime:
    """The clock of the program: the one place below the faces that reads it."""
    return datetime.now(UTC)


def open_store(workspace: Workspace) -> Store:
    """The workspace's store, open for writing. Raises StoreBusyError naming who has it."""
    return Store.open(StorePaths(workspace.store_path), now=now())


def sources(workspace: Workspace, environ: Mapping[str, str]) -> WiredSources:
    """The sources of a workspace; nothing is opened and no secret is read before it is needed."""
    return WiredSources(workspace, environ)


def tracker(workspace: Workspace, store: Store, environ: Mapping[str, str]) -> Tracker:
    """A tracker on the real clock and the real sources."""
    return Tracker(workspace=workspace, store=store, sources=sources(workspace, environ), now=now)


def accepted(configuration: Path) -> tuple[Workspace, tuple[Problem, ...]]:
    """The configuration with every check passed, and the remarks on it.

    Raises ConfigurationError with the mistakes of all files and all plug-in tables at once.
    """
    try:
        workspace = load(configuration)
    except ConfigurationError as error:
        if not isinstance(error.rest, Workspace):
            raise
        known = {one.place for one in error.problems}
        more = [one for one in check(error.rest) if one.place not in known]
        raise ConfigurationError([*error.problems, *more]) from None
    found = check(workspace)
    if any(one.severity == "error" for one in found):
        raise ConfigurationError([one for one in found if one.severity == "error"])
    return workspace, (*workspace.remarks, *found)


def check(workspace: Workspace) -> tuple[Problem, ...]:
    """The plug-in tables against what their connectors take, with positions; does no I/O."""
    found: list[Problem] = []
    kinds: dict[str, ConnectorType] = {}
    for source in workspace.sources.values():
        place = _Places(workspace, "source", ("sources", source.id))
        kind = _loaded(source, place, found)
        if kind is not None:
            kinds[source.id] = kind
            found += _misfits(kind.SourceOptions, source.options, place)
    for metric in workspace.metrics.values():
        kind = kinds.get(metric.source)
        if kind is not None:
            found += _of_metric(metric, workspace.sources[metric.source], kind, workspace=workspace)
    return tuple(found)


def _of_metric(
    metric: Metric, source: Source, kind: ConnectorType, *, workspace: Workspace
) -> Iterator[Problem]:
    """What a connector says against a metric; what it can never answer is said alone."""
    place = _Places(workspace, "metric", ("metrics", metric.id))
    answered, reason = standards_of(kind).get(metric.standard or "", (True, ""))
    if not answered:
        words = f"`{source.connector}` does not answer the standard metric `{metric.standard}`"
        hint = "`krtracker connectors` shows who answers what"
        yield Problem("K044", words, place.of("standard"), reason, hint)
        return
    yield from _misfits(kind.QueryOptions, metric.query, place)
    by_events = metric.standard is not None and "events" in kind.SourceOptions.model_fields
    if by_events and not source.options.get("events"):
        yield _without_events(metric, place)


def standards_of(kind: ConnectorType) -> Mapping[str, tuple[bool, str]]:
    """Each standard metric: whether a connector answers it, and its definition or why not.

    Empty for a connector that does not say.
    """
    found: Mapping[str, tuple[bool, str]] = getattr(kind, "standards", {})
    return found


class WiredSources:
    """Connectors by source, built when first asked for and kept until closed."""

    def __init__(self, workspace: Workspace, environ: Mapping[str, str]) -> None:
        self._workspace = workspace
        self._environ = {**read_dotenv(workspace.folder), **environ}
        self._open: dict[str, Connector[Any]] = {}
        self._queries: dict[str, Options] = {}
        self._lock = threading.Lock()

    def open(self, source: str) -> Connector[Any]:
        """The connector of a source. Raises KrtrackerError or SourceRejectedError."""
        with self._lock:
            if source not in self._open:
                told = self._workspace.sources[source]
                kind = registry.load(told.connector)
                name = f"source `{source}`"
                options = dict(told.options)
                if "max_requests" in kind.SourceOptions.model_fields:
                    options["max_requests"] = told.max_requests
                resolved = self._resolved(options)
                read = _read(kind.SourceOptions, resolved, name)
                ours = registry.is_ours(told.connector)
                self._open[source] = (
                    kind(read)
                    if ours
                    else confined(told.connector, kind, _revealed(resolved, None))
                )
            return self._open[source]

    def query(self, metric: Metric) -> Options:
        """The connector's own question of a metric. Raises as `open` does."""
        found = self._queries.get(metric.id)
        if found is None:
            connector = self._workspace.sources[metric.source].connector
            kind = registry.load(connector)
            resolved = self._resolved(metric.query)
            found = _read(kind.QueryOptions, resolved, f"metric `{metric.id}`")
            if not registry.is_ours(connector):
                found = ConfinedQuery(table=_revealed(resolved, None))
            self._queries[metric.id] = found
        return found

    def close(self) -> None:
        """Lets go of every connection; a connector that fails to is left behind."""
        with self._lock:
            for connector in self._open.values():
                guarded(connector.close)
            self._open.clear()

    def _resolved(self, table: Mapping[str, Any]) -> dict[str, Any]:
        return resolve_secrets(table, self._environ, self._workspace.folder)


def _read(shape: type[Options], resolved: Mapping[str, Any], name: str) -> Options:
    """The table as its connector takes it. Raises SourceRejectedError."""
    try:
        return shape.model_validate(_revealed(resolved, shape))
    except ValidationError as error:
        # Only place and kind of the mistake: the value itself could be a secret.
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SourceRejectedError(
            f"{name}: `{where}` cannot be used ({first['type']}): run `krtracker check`"
        ) from None


class _Places:
    """Where the parts of one plug-in table stand, and what the table is called."""

    def __init__(self, workspace: Workspace, noun: str, path: tuple[str, ...]) -> None:
        self._workspace, self._path = workspace, path
        self.noun, self.name = noun, f"{noun} `{path[-1]}`"

    def of(self, *keys: object) -> Place | None:
        return self._workspace.places.get((*self._path, *map(str, keys)))


def _without_events(metric: Metric, place: _Places) -> Problem:
    words = f"source `{metric.source}` does not say where its events are"
    hint = f"write [sources.{metric.source}.events] with table, user, time and event"
    at = place.of("standard")
    return Problem("K046", words, at, f"`{metric.standard}` is computed from events", hint)


def _loaded(source: Source, place: _Places, found: list[Problem]) -> ConnectorType | None:
    try:
        return registry.load(source.connector)
    except UnknownNameError as error:
        near = nearest(error.name, error.known)
        hint = f"did you mean `{near}`?" if near else f"installed: {', '.join(error.known)}"
        words, label = f"no connector `{source.connector}`", "not installed"
        found.append(Problem("K040", words, place.of("connector"), label, hint))
    except KrtrackerError as error:
        found.append(Problem("K041", str(error), place.of("connector"), "cannot be loaded"))
    return None


def _misfits(shape: type[Options], table: Mapping[str, Any], place: _Places) -> Iterator[Problem]:
    """What a connector would not take of its table; a reference fits everywhere."""
    yield from _plain_secrets(shape, table, place)
    try:
        shape.model_validate(_hidden(table))
    except ValidationError as error:
        for one in error.errors(include_url=False):
            if one["type"] == "extra_forbidden" or not isinstance(one["input"], Secret):
                yield _misfit(shape, one["loc"], (one["type"], one["msg"]), place=place)


def _misfit(
    shape: type[BaseModel], path: Sequence[int | str], said: tuple[str, str], *, place: _Places
) -> Problem:
    kind, words = said
    key = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        fields = _fields(shape, path[:-1])
        near = nearest(key, fields)
        hint = f"did you mean `{near}`?" if near else f"known: {', '.join(fields)}"
        words, label = f"unknown option `{key}` in {place.name}", "not an option of its connector"
        return Problem("K042", words, place.of(*path, "="), label, hint)
    if kind == "missing":
        words, label = f"`{'.'.join(map(str, path))}` is missing in {place.name}", f"needs `{key}`"
        return Problem("K043", words, place.of(*path[:-1]), label)
    label = words.removeprefix("Value error, ")
    return Problem(
        "K044", f"`{key or 'table'}` of {place.name} cannot be used", place.of(*path), label
    )


def _plain_secrets(
    shape: type[BaseModel], table: Mapping[str, Any], place: _Places
) -> Iterator[Problem]:
    """Secrets written in plain text; an address without a password is none."""
    for key, value in table.items():
        if not isinstance(value, str) or "${" in value or not _takes_secret(shape, key):
            continue
        if "://" in value and not urlsplit(value).password:
            continue
        words = f"`{key}` of {place.name} is a secret in plain text"
        hint = f'write {key} = "${{env:NAME}}" and put NAME=... into .env'
        yield Problem("K045", words, place.of(key), "everyone who reads this file reads it", hint)


def _hidden(value: Any) -> Any:
    """The table with every text that holds a reference as a Secret."""
    if isinstance(value, Mapping):
        return {key: _hidden(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(one) for one in value]
    return Secret(value) if isinstance(value, str) and "${" in value else value


def _revealed(value: Any, shape: type[BaseModel] | None) -> Any:
    """The table with plain text wherever its shape does not ask for a Secret."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, list):
        return [_revealed(one, shape) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: one
        if isinstance(one, Secret) and shape is not None and _takes_secret(shape, key)
        else _revealed(one, None if shape is None else _inner(shape, key))
        for key, one in value.items()
    }


def _takes_secret(shape: type[BaseModel], key: str) -> bool:
    return Secret in _parts(shape, key)


def _inner(shape: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The shape of a table inside a table."""
    for part in _parts(shape, key):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _parts(shape: type[BaseModel], key: str) -> tuple[Any, ...]:
    """The types a field may be of, those inside `X | None` and `list[X]` too."""
    field = shape.model_fields.get(key)
    if field is None:
        return ()
    outer = (field.annotation, *get_args(field.annotation))
    return tuple(part for one in outer for part in (one, *get_args(one)))


def _fields(shape: type[BaseModel], path: Sequence[int | str]) -> tuple[str, ...]:
    """The names of the options at a path inside a table."""
    for key in path:
        shape = _inner(shape, str(key)) or shape
    return tuple(shape.model_fields)
