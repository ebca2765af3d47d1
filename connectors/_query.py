"""Reads what krtracker must know of a person's SQL: placeholders, one statement; runs nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from krtracker.connector import Explained, Window

PLACEHOLDERS: Mapping[str, Callable[[Window], date | datetime | int]] = {
    "start": lambda window: window.first,
    "end": lambda window: window.end,
    "start_utc": lambda window: window.start_utc,
    "end_utc": lambda window: window.end_utc,
    "start_epoch": lambda window: int(window.start_utc.timestamp()),
    "end_epoch": lambda window: int(window.end_utc.timestamp()),
}
"""What a query may name and what is bound to it (decisions.md 26)."""

QUIET = re.compile(
    r"""
      [eE]'(?:[^'\\]|\\.|'')*'              # PostgreSQL escape string
    | '(?:[^']|'')*'                        # text
    | "(?:[^"]|"")*"                        # quoted name
    | `(?:[^`]|``)*`                        # quoted name, MySQL
    | --[^\n]*                              # comment to the end of the line
    | /\*.*?\*/                             # comment
    | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$  # dollar-quoted text
    """,
    re.VERBOSE | re.DOTALL,
)
NAMED = re.compile(r"(?<![:\w\\\[]):([A-Za-z_]\w*)")
READS = ("select", "with", "values", "from", "table")


class AsksSql(Protocol):
    """A query table that holds SQL, or a standard metric made ready for its fetch."""

    @property
    def query(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Statement:
    """One reading statement: its pieces in order (code or not) and the placeholders it uses."""

    pieces: tuple[tuple[bool, str], ...]
    names: tuple[str, ...]

    def rendered(self, mark: Callable[[str], str], quiet: Callable[[str], str] = str) -> str:
        """The text with every placeholder written as `mark(name)`; other text through `quiet`."""
        out: list[str] = []
        for is_code, text in self.pieces:
            if not is_code:
                out.append(quiet(text))
                continue
            at = 0
            for found in NAMED.finditer(text):
                out += [quiet(text[at : found.start()]), mark(found[1])]
                at = found.end()
            out.append(quiet(text[at:]))
        return "".join(out)

    def values(self, window: Window) -> dict[str, date | datetime | int]:
        """What is bound to the placeholders used, no others."""
        return {name: PLACEHOLDERS[name](window) for name in self.names}

    def mentions(self, name: str) -> bool:
        """Whether the query speaks of a table by this name."""
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        return any(word.search(text) for _, text in self.pieces)


@lru_cache(maxsize=1024)
def read_statement(text: str) -> Statement:
    """Raises ValueError saying what to write instead."""
    pieces = tuple(_pieces(text.strip()))
    spoken = "".join(part if is_code else _stand_in(part) for is_code, part in pieces)
    _refuse_all_but_one_select(spoken.strip())
    names = tuple(dict.fromkeys(found[1] for found in NAMED.finditer(spoken)))
    for name in names:
        if name not in PLACEHOLDERS:
            near = difflib.get_close_matches(name, PLACEHOLDERS, n=1) or ["start"]
            raise ValueError(
                f"the query uses `:{name}`, which is not given to it: did you mean `:{near[0]}`?"
            )
    if not names:
        raise ValueError(
            "the query names no window, so every run would read everything: "
            "add `where day >= :start and day < :end`"
        )
    return Statement(pieces, names)


def written(text: str | None, window: Window) -> list[Explained]:
    """A person's query as it will be sent, nothing where there is none."""
    if text is None:
        return []
    return [Explained(text.strip(), read_statement(text).values(window))]


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    at = 0
    for found in QUIET.finditer(text):
        yield True, text[at : found.start()]
        yield False, found[0]
        at = found.end()
    yield True, text[at:]


def _stand_in(quiet: str) -> str:
    return " " if quiet.startswith(("--", "/*")) else " x "


def _refuse_all_but_one_select(spoken: str) -> None:
    if not spoken.strip("; \t\n"):
        raise ValueError("the query is empty: write one SELECT that answers day, value")
    if ";" in spoken.rstrip("; \t\n"):
        raise ValueError("the query holds more than one statement: write one SELECT")
    if re.search(r"\binto\s+(outfile|dumpfile)\b", spoken, re.IGNORECASE):
        raise ValueError("the query writes a file: leave `into outfile` out")
    first = re.match(r"[\s(]*(\w+)", spoken)
    if first is None or first[1].lower() not in READS:
        word = first[1].upper() if first else spoken[:10]
        raise ValueError(f"the query begins with {word}: only one SELECT (or WITH) is run")
