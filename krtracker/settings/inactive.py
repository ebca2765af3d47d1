"""What the language knows and this version does not do yet, one line each; refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from krtracker.settings.documents import Spot
from krtracker.settings.reading import Tables
from krtracker.settings.shapes import Entry
from krtracker.settings.tables import ServerTable

CODE = "K900"


@dataclass(frozen=True)
class Inactive:
    """A setting that is checked and has no effect yet: where it stands, what happens instead."""

    section: str
    setting: str
    instead: str


INACTIVE = (
    Inactive("channels", "", "nothing is sent"),
    Inactive("digests", "", "nothing is sent"),
    Inactive("alerts", "", "nothing is sent"),
    Inactive("governance", "", "nothing is refused for it"),
    Inactive("objectives", "depends_on", "nothing is told of what they wait for"),
    Inactive("key_results", "depends_on", "nothing is told of what they wait for"),
)


def note_inactive(tables: Tables) -> None:
    """One note for each line of the table that the files make use of."""
    for one in INACTIVE:
        uses = list(_uses(one, tables))
        if uses:
            what = f"`{one.setting}`" if one.setting else f"[{one.section}]"
            _note(tables, f"{what} is not active in this version", uses, instead=one.instead)
    if tables.server is not None and _wants_pages(tables.server):
        words = "the pages of [server] are not active in this version"
        instead = "the daemon only takes values pushed with `push_token`"
        _note(tables, words, [("", tables.server.spot)], instead=instead)


def _wants_pages(server: Entry[ServerTable]) -> bool:
    """Whether the table says more than what pushes need."""
    return not server.table.push_token or server.table.auth == "proxy"


def _note(tables: Tables, words: str, uses: list[tuple[str, Spot]], *, instead: str) -> None:
    names = [name for name, _ in uses if name]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    label = f"used by {shown}" if names else ""
    tables.report.note(CODE, words, uses[0][1], label=label, hint=f"until then {instead}")


def _uses(one: Inactive, tables: Tables) -> Iterator[tuple[str, Spot]]:
    """Ids and places that use the setting."""
    found: Any = getattr(tables, one.section)
    entries: list[Entry[Any]] = list(found.values()) if isinstance(found, dict) else [found]
    for entry in entries:
        if entry is None:
            continue
        if not one.setting:
            yield entry.id, entry.spot
        elif entry.has(one.setting) and getattr(entry.table, one.setting):
            yield entry.id, (entry.spot / one.setting).key
