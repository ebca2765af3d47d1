"""One configuration file as read, and places in it; looks for positions only when asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from krtracker.errors import Place, Problem
from krtracker.settings.positions import Mark, Path, scan

KEY = "="
"""Last word of a path that means the key itself and not its value, as in `(..., "target", "=")`."""

SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:password|passwd|passphrase|secret|token|api[_-]?key|secret_key|private_key"
    r"|access_key|credentials?|authorization)$",
    re.I,
)
PASSWORDS_IN_URL = (
    re.compile(r"(?<=://)([^/@\s:\"']*:)([^@/\s\"']+)(?=@)"),
    re.compile(r"([?&](?:\w*password|passwd|pwd|\w*token|\w*secret|\w*_key)=)([^&#\s\"']+)", re.I),
)
"""Where an address holds a secret: its second group."""
_SECRET_LINE = re.compile(
    r"""([A-Za-z0-9_-]+)["']?\s*=\s*(?P<value>"(?:\\.|[^"\\])*"?|'[^']*'?)""",
)


class Document:
    """A TOML file: its name relative to the workspace, its text, its table."""

    def __init__(self, name: str, text: str, table: dict[str, Any]) -> None:
        self.name, self.text, self.table = name, text, table

    @cached_property
    def marks(self) -> dict[Path, Mark]:
        return scan(self.text)[0]

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, path: Path) -> Place:
        """Where the value stands (or, with a last word `=`, its key); else the nearest table."""
        of_key = path[-1:] == (KEY,)
        path = path[:-1] if of_key else path
        while path and path not in self.marks:
            path, of_key = path[:-1], False
        if not path:
            return self.place_at(0, 0)
        mark = self.marks[path]
        return self.place_at(*(mark[:2] if of_key else mark[2:]))

    def place_at(self, start: int, end: int) -> Place:
        line = bisect_right(self.line_starts, start)
        opening = self.line_starts[line - 1]
        text = self.text[opening:].split("\n", 1)[0].rstrip("\r") if self.text else ""
        width = max(1, min(end, opening + len(text)) - start)
        return Place(self.name, line, start - opening + 1, width, masked(text))


def masked(line: str) -> str:
    """The line with whatever looks like a secret in plain text starred out, same length."""

    def star(found: re.Match[str]) -> str:
        value = found["value"]
        if not SECRET_NAME.search(found[1]) or "${" in value:
            return found[0]
        closed = len(value) > 1 and value[-1] == value[0]
        hidden = value[0] + "*" * (len(value) - 1 - closed) + (value[0] if closed else "")
        return found[0][: -len(value)] + hidden

    for pattern in PASSWORDS_IN_URL:
        line = pattern.sub(
            lambda found: found[1] + (found[2] if "${" in found[2] else "*" * len(found[2])), line
        )
    return _SECRET_LINE.sub(star, line)


@dataclass(frozen=True, slots=True)
class Spot:
    """A path of keys in one document; `spot / "target"` goes one down."""

    document: Document
    path: Path = ()

    def __truediv__(self, key: str | int) -> Spot:
        return Spot(self.document, (*self.path, str(key)))

    @property
    def key(self) -> Spot:
        return Spot(self.document, (*self.path, KEY))

    @property
    def place(self) -> Place:
        return self.document.place(self.path)


@dataclass
class Report:
    """Gathers the mistakes and remarks of all files."""

    problems: list[Problem] = field(default_factory=list)

    def error(self, code: str, message: str, at: Spot, *, label: str = "", hint: str = "") -> None:
        self.problems.append(Problem(code, message, at.place, label, hint))

    def warn(self, code: str, message: str, at: Spot, *, label: str = "", hint: str = "") -> None:
        self.problems.append(Problem(code, message, at.place, label, hint, "warning"))

    def note(self, code: str, message: str, at: Spot, *, label: str = "", hint: str = "") -> None:
        self.problems.append(Problem(code, message, at.place, label, hint, "note"))


class Places(Mapping[Path, Place]):
    """Places of a whole workspace by path of keys, looked up when first asked.

    Objectives and key results go by their full name: `("key_results", "2026-q4/dau-50k",
    "target")`; a last word `=` asks for the key instead of the value.
    """

    def __init__(self, spots: Mapping[Path, Spot]) -> None:
        self._spots = spots

    def __getitem__(self, path: Path) -> Place:
        for length in range(len(path), 0, -1):
            spot = self._spots.get(path[:length])
            if spot is not None:
                return spot.document.place(spot.path + path[length:])
        raise KeyError(path)

    def __iter__(self) -> Iterator[Path]:
        return iter(self._spots)

    def __len__(self) -> int:
        return len(self._spots)

    def _paths(self) -> dict[Path, Path]:
        return {path: spot.path for path, spot in self._spots.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places) and self._paths() == other._paths()

    def __hash__(self) -> int:
        return hash(frozenset(self._spots))
