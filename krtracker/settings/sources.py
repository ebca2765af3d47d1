"""Sources as written to checked values; connectors' own options stay opaque, only paths move."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from krtracker.model import Source
from krtracker.settings.documents import PASSWORDS_IN_URL, SECRET_NAME, Report, Spot
from krtracker.settings.reading import Tables
from krtracker.settings.secrets import WRITTEN, unknown_references
from krtracker.settings.shapes import Entry, place_words, read_table
from krtracker.settings.tables import EventsTable, SourceTable

READS_EVENTS = ("sql", "files")
PATHS = ("folder", "path", "glob", "ca_file", "credentials_file")
FILE_URL = re.compile(r"((?:sqlite|duckdb)(?:\+\w+)?:///)([^/:$?][^?]*)(\?.*)?", re.S)
NOT_DEFINING = re.compile(
    r"timeout|retries|retry|max_requests|max_rows|max_bytes|pool|transport|ca_file"
    r"|credentials_file|redirects_to",
    re.I,
)


def read_sources(tables: Tables, folder: Path, zone: str) -> dict[str, Source]:
    """Every source, its relative paths made absolute from the file it stands in."""
    return {
        name: _source(entry, tables, folder=folder, zone=zone)
        for name, entry in tables.sources.items()
    }


def _source(entry: Entry[SourceTable], tables: Tables, *, folder: Path, zone: str) -> Source:
    table, options = entry.table, dict(entry.table.model_extra or {})
    if entry.id == "manual":
        hint = 'values recorded by hand need no source table: source = "manual" is enough'
        tables.report.error("K008", "`manual` cannot be the id of a source", entry.spot, hint=hint)
    check_secrets(options, entry.spot, tables.report)
    if table.connector in READS_EVENTS and "events" in options:
        read_table(EventsTable, options["events"], entry.spot / "events", report=tables.report)
    beside = folder / os.path.dirname(entry.spot.document.name)
    return Source(
        id=entry.id,
        connector=table.connector,
        zone=table.timezone or zone,
        timeout=table.timeout,
        max_requests=table.max_requests or "",
        options={key: _absolute(key, value, beside) for key, value in options.items()},
    )


def _absolute(key: str, value: Any, beside: Path) -> Any:
    if key in PATHS and isinstance(value, list):
        return [_absolute(key, one, beside) for one in value]
    if not isinstance(value, str):
        return value
    if key == "url" and (found := FILE_URL.fullmatch(value)):
        return f"{found[1]}{_joined(beside, found[2])}{found[3] or ''}"
    if key in PATHS and not value.startswith("${") and "://" not in value:
        return _joined(beside, value)
    return value


def _joined(beside: Path, value: str) -> str:
    return os.path.normpath(beside / value) if value else value


def defining_options(entry: Entry[SourceTable]) -> dict[str, Any]:
    """The options that decide what numbers come: as written, without secrets and time limits."""
    return _defining(entry.table.model_extra or {})


def _defining(options: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        key: _defining(value) if isinstance(value, Mapping) else value
        for key, value in sorted(options.items())
        if not SECRET_NAME.search(key)
        and not NOT_DEFINING.search(key)
        and not (isinstance(value, str) and "${" in value)
    }
    return {key: value for key, value in kept.items() if value != {} or options[key] == {}}


def check_secrets(options: Mapping[str, Any], spot: Spot, report: Report) -> None:
    """Refuses secrets in plain text (K013) and references of no known kind (K035)."""
    for key, value, at in _texts(options, spot):
        if "${" in value:
            for unknown in unknown_references(value):
                message = f"`{unknown}` is no reference to a secret"
                report.error("K035", message, at, label="not a known kind", hint=f"write {WRITTEN}")
        if _has_plain_password(value):
            words = f"`{key}` of {place_words(spot.path)} holds a password in plain text"
            _plain(words, key, at=at, report=report)
        elif SECRET_NAME.search(key) and "${" not in value and value:
            words = f"`{key}` of {place_words(spot.path)} is a secret in plain text"
            _plain(words, key, at=at, report=report)


def _has_plain_password(value: str) -> bool:
    return any(
        "${" not in found[2] for pattern in PASSWORDS_IN_URL for found in pattern.finditer(value)
    )


def _plain(message: str, key: str, *, at: Spot, report: Report) -> None:
    owner = at.path[1] if len(at.path) > 2 else "krtracker"
    name = re.sub(r"\W+", "_", f"{owner}_{key}").upper()
    hint = f'write {key} = "${{env:{name}}}" and put {name}=... into .env'
    report.error("K013", message, at, label="everyone who reads this file reads it", hint=hint)


def _texts(value: Any, spot: Spot, key: str = "") -> Iterator[tuple[str, str, Spot]]:
    """Every text in a table, however deep, with its key and its place."""
    if isinstance(value, str):
        yield key, value, spot
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, spot / name, name)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, spot / number, key)
