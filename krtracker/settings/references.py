"""Names that point at other tables: are they there, and do they run in a ring; no values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from krtracker.errors import nearest
from krtracker.settings.documents import Spot
from krtracker.settings.reading import Tables
from krtracker.settings.shapes import NOUNS

PATIENCE = 200
"""After so many problems no more near names are looked for: the search costs time."""

Edges = Mapping[str, Iterable[tuple[str, Spot]]]


def refer(
    tables: Tables, sections: tuple[str, ...], name: str, *, at: Spot, cycle: str = ""
) -> str:
    """The full id that `name` means in one of the sections, "" where nothing bears it (K010)."""
    for section in sections:
        for full in (f"{cycle}/{name}", name) if cycle else (name,):
            if full in tables.known(section):
                return full
    if any(name.rsplit("/", 1)[-1] in tables.perhaps(section) for section in sections):
        return ""
    words = " or ".join(NOUNS[section][0] for section in sections)
    hint = _nearest(tables, sections, name, cycle=cycle)
    tables.report.error("K010", f"no {words} `{name}`", at, label=_absence(tables), hint=hint)
    return ""


def _absence(tables: Tables) -> str:
    return "not defined in any readable file" if tables.unread else "not defined in any file"


def _nearest(tables: Tables, sections: tuple[str, ...], name: str, *, cycle: str) -> str:
    if len(tables.report.problems) > PATIENCE:
        return ""
    known: dict[str, Spot] = {}
    for section in sections:
        for full, spot in tables.known(section).items():
            inside = full.removeprefix(f"{cycle}/") if cycle else full
            known.setdefault(inside, spot)
            if full.endswith(f"/{name}"):
                return f"`{name}` of another cycle is written `{full}`"
    near = nearest(name, list(known))
    if near is None and not known:
        return f"no {NOUNS[sections[0]][0]} is defined: write [{sections[0]}.{name}]"
    if near is not None:
        return f"did you mean `{near}` ({known[near].place})?"
    shown = [f"`{one}`" for one in known]
    return f"known: {', '.join(shown[:8])}{', ...' if len(shown) > 8 else ''}"


def check_rings(edges: Edges, tables: Tables, words: str) -> None:
    """Reports every ring in the graph once, at the edge that closes it (K012)."""
    done: set[str] = set()
    for start in edges:
        if start not in done:
            _follow(start, edges, done, tables=tables, words=words)


def _follow(start: str, edges: Edges, done: set[str], *, tables: Tables, words: str) -> None:
    """Depth first without recursion: ten thousand links in a row are no problem."""
    path: list[str] = [start]
    waiting: list[Iterator[tuple[str, Spot]]] = [iter(edges.get(start, ()))]
    on_path = {start}
    while path:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            on_path.discard(path[-1])
            done.add(path.pop())
        elif following[0] in on_path:
            _tell(
                [*path[path.index(following[0]) :], following[0]],
                following[1],
                tables=tables,
                words=words,
            )
        elif following[0] not in done:
            path.append(following[0])
            on_path.add(following[0])
            waiting.append(iter(edges.get(following[0], ())))


def _tell(ring: list[str], at: Spot, *, tables: Tables, words: str) -> None:
    names = [one.rsplit("/", 1)[-1] for one in ring]
    shown = names if len(names) < 8 else [*names[:3], "...", *names[-3:]]
    message = f"`{names[0]}` {words} itself"
    tables.report.error(
        "K012", message, at, label=" -> ".join(shown), hint="take one of these links away"
    )
