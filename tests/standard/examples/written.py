"""How a worked example is written down, and how its little table is read; computes no metric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.standard.reference import Answer, Event, Log

CLOSE = 1e-9
Number = float | tuple[float, float]


@dataclass(frozen=True)
class Question:
    """A standard metric with its options, over the days `first` to `last` of a zone."""

    standard: str
    first: date
    last: date
    zone: str = "UTC"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One fact: a table of events, a question, and its numbers by day.

    `events` has a row a line: `user | time | event | column=value ...`, `-` for a user that is
    NULL, `""` for one that is empty; a time without an offset is UTC. `session=` is the session
    column. `expected` maps `2024-03-04` or `2024-03-04 segment` to a value, or to a value and its
    weight. `users` is a users table: `user | created`. `stored` is how times stand in the table
    (the engine's own way when empty) and `time_zone` the zone of those that have none.
    """

    name: str
    sentence: str
    events: str
    ask: Question
    expected: Mapping[str, Number]
    placeholders: tuple[str, ...] = ()
    users: str = ""
    stored: str = ""
    time_zone: str = "UTC"

    def log(self) -> Log:
        return Log(
            events=[event(line) for line in lines(self.events)],
            first=self.ask.first,
            last=self.ask.last,
            zone=self.ask.zone,
            placeholders=self.placeholders,
            users=[created(line) for line in lines(self.users)],
        )

    def answer(self) -> Answer:
        found: Answer = {}
        for key, number in self.expected.items():
            day, _, segment = key.partition(" ")
            value, weight = number if isinstance(number, tuple) else (number, None)
            found[date.fromisoformat(day), segment] = (value, weight)
        return found


def ask(standard: str, over: str, /, *, zone: str = "UTC", **options: Any) -> Question:
    """`over` is `2024-03-04` or `2024-03-04 to 2024-03-06`."""
    first, _, last = over.partition(" to ")
    ends = date.fromisoformat(first), date.fromisoformat(last or first)
    return Question(standard, *ends, zone=zone, options=options)


def lines(table: str) -> list[list[str]]:
    rows = [line for line in table.splitlines() if line.strip()]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def person(text: str) -> str | None:
    return {"-": None, '""': ""}.get(text, text)


def event(cells: list[str]) -> Event:
    user, at, *rest = cells
    columns = dict(pair.split("=", 1) for pair in rest[1].split()) if len(rest) > 1 else {}
    session = columns.pop("session", None)
    name = rest[0] if rest else "view"
    return Event(person(user), instant(at), name, session, columns)


def created(cells: list[str]) -> tuple[str, datetime]:
    return cells[0], instant(cells[1])


def differences(given: Answer, wanted: Answer) -> list[str]:
    """What is missing, too much, or further off than 1e-9; empty when both say the same."""
    return [
        f"{day} {segment}: {given.get((day, segment))}, by hand {wanted.get((day, segment))}"
        for day, segment in sorted(given.keys() | wanted.keys())
        if not same(given.get((day, segment)), wanted.get((day, segment)))
    ]


def same(one: tuple[float, float | None] | None, other: tuple[float, float | None] | None) -> bool:
    if one is None or other is None:
        return one is other
    return close(one[0], other[0]) and close(one[1], other[1])


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
