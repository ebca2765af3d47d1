"""Reads the files into tables by id and reports what is wrong with their shape; no meaning yet."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from krtracker.errors import Place, Problem, nearest
from krtracker.settings.documents import Document, Report, Spot, masked
from krtracker.settings.fields import ID_PATTERN
from krtracker.settings.goal_tables import (
    KEYED,
    SINGLE,
    CycleTable,
    KeyResultTable,
    ObjectiveTable,
)
from krtracker.settings.positions import scan
from krtracker.settings.shapes import NOUNS, Entry, read_table
from krtracker.settings.shelves import Shelf
from krtracker.settings.tables import (
    AlertTable,
    ChannelTable,
    DigestTable,
    GovernanceTable,
    MetricTable,
    PersonTable,
    ServerTable,
    SourceTable,
    StoreTable,
    WorkspaceTable,
)

ROOT_ONLY = {"store", "server"}
SETTINGS = tuple(one.alias or name for name, one in WorkspaceTable.model_fields.items())
PER_CYCLE = ("objectives", "key_results")


@dataclass
class Tables:
    """All files as read: entries by id, in the order of the files."""

    shelf: Shelf
    root: str
    report: Report = field(default_factory=Report)
    texts: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    workspace: WorkspaceTable = field(default_factory=WorkspaceTable)
    store: Entry[StoreTable] | None = None
    server: Entry[ServerTable] | None = None
    governance: Entry[GovernanceTable] | None = None
    cycles: dict[str, Entry[CycleTable]] = field(default_factory=dict)
    sources: dict[str, Entry[SourceTable]] = field(default_factory=dict)
    metrics: dict[str, Entry[MetricTable]] = field(default_factory=dict)
    objectives: dict[str, Entry[ObjectiveTable]] = field(default_factory=dict)
    key_results: dict[str, Entry[KeyResultTable]] = field(default_factory=dict)
    people: dict[str, Entry[PersonTable]] = field(default_factory=dict)
    channels: dict[str, Entry[ChannelTable]] = field(default_factory=dict)
    digests: dict[str, Entry[DigestTable]] = field(default_factory=dict)
    alerts: dict[str, Entry[AlertTable]] = field(default_factory=dict)
    defined: dict[str, dict[str, Spot]] = field(default_factory=dict)

    def known(self, section: str) -> dict[str, Spot]:
        """Everything defined in a section, broken tables too: full ids to their headers."""
        return self.defined.setdefault(section, {})

    def perhaps(self, section: str) -> set[str]:
        """Ids whose headers stand in files that are no valid TOML: not to be called missing."""
        wanted = re.compile(rf"^\s*\[\s*{section}\s*\.\s*[\"']?([A-Za-z0-9_-]+)", re.M)
        return {one for name in self.unread for one in wanted.findall(self.texts.get(name, ""))}


def read_files(shelf: Shelf, root: str) -> Tables:
    """Reads the root file and all it includes."""
    tables = Tables(shelf, root)
    waiting = [root]
    while waiting:
        name = waiting.pop(0)
        document = _open(tables, name)
        if document is None:
            continue
        if name == root:
            _read_workspace(tables, document)
            waiting += _included(tables, document)
    _read_sections(tables)
    return tables


def _open(tables: Tables, name: str) -> Document | None:
    """The document, or None where it cannot be read as TOML (which is reported)."""
    report = tables.report
    try:
        text = tables.shelf.read(name)
        tables.texts[name] = text
        document = Document(name, text, tomllib.loads(text.replace("\r\n", "\n")))
    except OSError as error:
        reason = (error.strerror or "cannot be opened").lower()
        report.problems.append(Problem("K002", f"cannot read `{name}`: {reason}"))
    except UnicodeDecodeError as error:
        where = f"byte {error.start}"
        report.problems.append(Problem("K002", f"cannot read `{name}`: not UTF-8 at {where}"))
    except (ValueError, RecursionError) as error:
        report.problems.append(_syntax(name, text, error))
    else:
        tables.documents[name] = document
        return document
    tables.unread.add(name)
    return None


def _syntax(name: str, text: str, error: Exception) -> Problem:
    """tomllib's words with a place; a key set twice is shown where it stands the second time."""
    said = str(error) or "too deeply nested"
    found = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    document = Document(name, text, {})
    twice = scan(text)[1]
    message = said[: found.start()] if found else said
    if twice and re.match(r"Cannot (overwrite|declare|mutate|redefine)", message):
        place = document.place(twice[0])
        words = f"`{'.'.join(twice[0])}` is set twice"
        return Problem("K001", f"{words} in {name}", place, "set before", "keep one of them")
    if found is None or found[1] is None:
        lines = text.rstrip("\n").split("\n")
        place = Place(name, len(lines), max(1, len(lines[-1])), 1, masked(lines[-1]))
    else:
        offset = document.line_starts[int(found[1]) - 1] + int(found[2]) - 1
        place = document.place_at(offset, offset + 1)
    return Problem("K001", f"{name} is not valid TOML", place, message[:1].lower() + message[1:])


def _read_workspace(tables: Tables, document: Document) -> None:
    raw = {key: value for key, value in document.table.items() if key in SETTINGS}
    entry = read_table(WorkspaceTable, raw, Spot(document), report=tables.report)
    tables.workspace = entry.table if entry else WorkspaceTable()


def _included(tables: Tables, document: Document) -> list[str]:
    """The names of the files that `include` finds, each once."""
    found: dict[str, None] = {}
    for number, pattern in enumerate(tables.workspace.include):
        names = tables.shelf.matching(os.path.normpath(pattern))
        if not names:
            at = Spot(document) / "include" / number
            message = f"`include` finds no file for `{pattern}`"
            said = tables.report.warn if set(pattern) & set("*?[") else tables.report.error
            said("K002", message, at, label="nothing there", hint="paths are relative to this file")
        found |= dict.fromkeys(names)
    return [name for name in found if name != tables.root]


def _read_sections(tables: Tables) -> None:
    for document in tables.documents.values():
        cycle = _read_cycle(tables, document)
        for section, raw in document.table.items():
            spot = Spot(document) / section
            if section in KEYED:
                _read_keyed(tables, spot, raw, cycle=cycle)
            elif section in SINGLE:
                _read_single(tables, spot, raw)
            elif section not in SETTINGS:
                _unknown_section(tables, spot)
            elif document.name != tables.root:
                message = f"`{section}` stands in {document.name}"
                hint = f"move it to {tables.root}"
                tables.report.error("K011", message, spot.key, label="one a workspace", hint=hint)


def _unknown_section(tables: Tables, spot: Spot) -> None:
    name = spot.path[-1]
    known = [*SETTINGS, *SINGLE, *KEYED]
    near = nearest(name, known)
    hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
    message = f"unknown setting `{name}` in {spot.document.name}"
    tables.report.error("K003", message, spot.key, label="not a setting of a file", hint=hint)


def _read_cycle(tables: Tables, document: Document) -> str:
    """The id of the document's cycle, "" where it has none of its own."""
    raw = document.table.get("cycle")
    if raw is None:
        return ""
    spot = Spot(document) / "cycle"
    entry = read_table(CycleTable, raw, spot, report=tables.report)
    name = str(raw.get("id", "")) if isinstance(raw, dict) else ""
    if _defined(tables, "cycles", name, spot=spot / "id") and entry is not None:
        tables.cycles[name] = Entry(name, entry.table, spot, "", entry.broken)
    return name


def _read_keyed(tables: Tables, spot: Spot, raw: Any, *, cycle: str) -> None:
    section = spot.path[0]
    if not isinstance(raw, dict):
        hint = f"write [{section}.some-id]"
        tables.report.error("K005", f"`{section}` must hold tables by id", spot, hint=hint)
        return
    if section in PER_CYCLE and not cycle:
        cycle = _only_cycle(tables, spot)
    kept: dict[str, Entry[Any]] = getattr(tables, section)
    for name, table in raw.items():
        entry = read_table(KEYED[section], table, spot / name, report=tables.report)
        full = f"{cycle}/{name}" if section in PER_CYCLE and cycle else name
        if _defined(tables, section, full, spot=spot / name) and entry is not None:
            inside = cycle if section in PER_CYCLE else ""
            kept[full] = Entry(name, entry.table, entry.spot, inside, entry.broken)


def _only_cycle(tables: Tables, spot: Spot) -> str:
    """The one cycle of the whole workspace, for a file that has none of its own."""
    found = {
        document.table["cycle"].get("id")
        for document in tables.documents.values()
        if isinstance(document.table.get("cycle"), dict)
    }
    if len(found) == 1:
        return str(found.pop())
    words = NOUNS[spot.path[0]][0]
    first = next(iter(spot.document.table[spot.path[0]]), None)
    at = spot / first if first else spot
    tables.report.error(
        "K011",
        f"the {words}s of {spot.document.name} belong to no cycle",
        at,
        hint="put [cycle] with id, start and end into this file",
    )
    return ""


def _defined(tables: Tables, section: str, full: str, *, spot: Spot) -> bool:
    """Notes that an id is defined here; False where it is taken or cannot be an id."""
    name = full.rsplit("/", 1)[-1]
    words = NOUNS.get(section, ("cycle", ""))[0]
    if re.fullmatch(ID_PATTERN, name) is None:
        if name:
            hint = "ids are made of letters, digits, `-`, `_` and `.`"
            tables.report.error("K008", f"`{name}` cannot be the id of a {words}", spot, hint=hint)
        return False
    before = tables.known(section).get(full)
    if before is not None:
        hint = f"first at {before.place}; ids are permanent, choose another"
        tables.report.error("K009", f"{words} `{name}` is defined twice", spot, hint=hint)
        return False
    tables.known(section)[full] = spot
    return True


def _read_single(tables: Tables, spot: Spot, raw: Any) -> None:
    section, report = spot.path[0], tables.report
    if section == "cycle":
        return
    if section in ROOT_ONLY and spot.document.name != tables.root:
        message = f"[{section}] stands in {spot.document.name}"
        report.error(
            "K011", message, spot, label="one a workspace", hint=f"move it to {tables.root}"
        )
        return
    if getattr(tables, section) is not None:
        first = getattr(tables, section).spot.place
        report.error("K009", f"[{section}] is defined twice", spot, hint=f"first at {first}")
        return
    setattr(tables, section, read_table(SINGLE[section], raw, spot, report=report))
