"""The whole configuration, from files or texts to one checked value; all mistakes at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from krtracker.errors import ConfigurationError, Problem
from krtracker.model import Server, Workspace
from krtracker.settings.cycles import read_cycles
from krtracker.settings.documents import Places, Spot
from krtracker.settings.inactive import note_inactive
from krtracker.settings.key_results import read_key_results
from krtracker.settings.messages import check_messages, check_server, plain_sections, plain_table
from krtracker.settings.metrics import read_metrics
from krtracker.settings.objectives import check_goal_rings, read_objectives
from krtracker.settings.reading import Tables, read_files
from krtracker.settings.shapes import NOUNS
from krtracker.settings.shelves import DiskShelf, Shelf, TextShelf
from krtracker.settings.sources import read_sources
from krtracker.settings.tables import ServerTable, StoreTable

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def load(configuration: Path) -> Workspace:
    """The workspace of a configuration file and all it includes.

    Raises ConfigurationError with every problem of every file; warnings and notes are `remarks`.
    """
    folder = Path(os.path.abspath(configuration)).parent
    return _workspace(DiskShelf(folder), folder, configuration.name)


def parse(files: Mapping[str, str], *, folder: Path, file: str = "krtracker.toml") -> Workspace:
    """The same from texts by name relative to the folder, as `Workspace.files` keeps them."""
    return _workspace(TextShelf(files), folder, file)


def _workspace(shelf: Shelf, folder: Path, file: str) -> Workspace:
    # long: one value with many plain fields, each in its own line
    tables = read_files(shelf, file)
    settings = tables.workspace
    sources = read_sources(tables, folder, settings.timezone)
    metrics = read_metrics(tables, sources, settings.timezone)
    cycles = read_cycles(tables)
    objectives = read_objectives(tables)
    key_results = read_key_results(tables, metrics, cycles)
    check_goal_rings(tables)
    check_messages(tables)
    check_server(tables)
    note_inactive(tables)
    problems = _in_order(tables)
    store = tables.store.table if tables.store else StoreTable()
    found = Workspace(
        folder=folder,
        file=folder / file,
        name=settings.name or folder.name,
        zone=settings.timezone,
        store_path=Path(os.path.normpath(folder / store.path)),
        digest=_digest(tables.texts),
        week_start=WEEKDAYS.index(settings.week_start),
        holidays=tuple(settings.holidays),
        server=_server(tables),
        sources=sources,
        metrics=metrics,
        cycles=cycles,
        objectives=objectives,
        key_results=key_results,
        people={name: plain_table(one) for name, one in tables.people.items()},
        sections=plain_sections(tables),
        files=tables.texts,
        places=_places(tables),
        remarks=problems,
    )
    if any(one.severity == "error" for one in problems):
        raise ConfigurationError([one for one in problems if one.severity != "note"], rest=found)
    return found


def _in_order(tables: Tables) -> tuple[Problem, ...]:
    """All that is to be said, in the order of the files."""
    order = {name: number for number, name in enumerate(tables.texts)}

    def place(problem: Problem) -> tuple[int, int, int]:
        where = problem.place
        return (order.get(where.file, -1), where.line, where.column) if where else (-1, 0, 0)

    return tuple(sorted(tables.report.problems, key=place))


def _server(tables: Tables) -> Server:
    table = tables.server.table if tables.server else ServerTable()
    return Server(table.listen, table.url or "", table.auth, table.push_token or "")


def _digest(texts: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for name in sorted(texts):
        for part in (name, texts[name]):
            content = part.encode()
            whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def _places(tables: Tables) -> Places:
    spots: dict[tuple[str, ...], Spot] = {}
    for section, known in tables.defined.items():
        for full, spot in known.items():
            # A cycle is known by its `id`; its place is its table.
            spots[section, full] = (
                Spot(spot.document, spot.path[:1]) if section == "cycles" else spot
            )
    for document in tables.documents.values():
        for key in document.table:
            if key not in NOUNS:
                spots.setdefault((key,), Spot(document, (key,)))
    return Places(spots)
