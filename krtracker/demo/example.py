"""Finds and copies the made-up company's configuration, dates moved to today; judges nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from krtracker.demo import curves

DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True, slots=True)
class Shifted:
    """What a copy is: `moved` whole days later, `cycles` maps shipped ids to the copy's."""

    configuration: Path
    moved: int
    cycles: Mapping[str, str]


def example() -> Traversable:
    """The shipped configuration: inside an installed package, or `config/` of a working copy."""
    inside = files("krtracker") / "example"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "config"


def shift_example(source: Traversable, target: Path, *, today: date) -> Shifted:
    """Copies TOML and SQL files to `target` so that `today` is day 51 of the running cycle.

    Every date moves by the same number of whole days, comments stay. A cycle is named anew, and its
    file with it, after the quarter that most of it lies in: `2026-q4` is what it is called only
    while that is true. Existing files of the same name are replaced.
    """
    texts = dict(_texts(source))
    starts = {name: _start(text) for name, text in texts.items() if name.startswith("okrs/")}
    moved = (today - max(starts.values())).days - curves.TODAY
    cycles = {
        Path(name).stem: quarter(start + timedelta(days=moved + 45))
        for name, start in starts.items()
    }
    for name, text in texts.items():
        path = target / _renamed(name, cycles)
        path.parent.mkdir(parents=True, exist_ok=True)
        shifted = _shifted(text, moved) if name.endswith(".toml") else text
        path.write_text(_renamed(shifted, cycles), encoding="utf-8")
    return Shifted(target / "krtracker.toml", moved, cycles)


def quarter(day: date) -> str:
    """The id of the calendar quarter a day lies in: `2026-q4`."""
    return f"{day.year}-q{(day.month + 2) // 3}"


def _texts(folder: Traversable, within: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir() and not entry.name.startswith(".") and entry.name != "data":
            yield from _texts(entry, f"{within}{entry.name}/")
        elif entry.name.endswith((".toml", ".sql")):
            yield f"{within}{entry.name}", entry.read_text(encoding="utf-8")


def _start(text: str) -> date:
    start = tomllib.loads(text)["cycle"]["start"]
    assert isinstance(start, date)
    return start


def _shifted(text: str, days: int) -> str:
    def later(found: re.Match[str]) -> str:
        return str(date.fromisoformat(found[0]) + timedelta(days=days))

    return DATE.sub(later, text)


def _renamed(text: str, cycles: Mapping[str, str]) -> str:
    # All at once, so that one cycle's new name is not taken for another's old one.
    pattern = re.compile("|".join(map(re.escape, cycles)))
    return pattern.sub(lambda found: cycles[found[0]], text)
