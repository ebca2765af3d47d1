"""What all scans share: the days they read, how two become one, the keys their rows begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import Select

from connectors._events.rows import Ground
from connectors._events.zones import starts
from krtracker.periods import ONE_DAY, Span

Key = tuple[int, str]
"""A civil day (`date.toordinal()`) and a segment ("" for the whole)."""


class Scan(Protocol):
    """One statement and the reading of its rows; `joined` scans answer for both."""

    def joined(self, other: Any) -> Any | None:
        """The scan that reads what both need in one go, or None when that would not pay."""
        ...

    def statement(self, ground: Ground) -> Select[Any]: ...

    def read(self, rows: Iterable[Sequence[Any]]) -> Any:
        """The rows as the metric's finishing wants them."""
        ...


def together(one: Span, other: Span) -> Span | None:
    """Both spans as one, unless that would read more days than one after the other."""
    union = Span(min(one.first, other.first), max(one.last, other.last))
    return union if union.days <= one.days + other.days else None


@dataclass(frozen=True)
class Instants:
    """The instants of a run of civil days, the end left out."""

    low: int
    high: int

    @classmethod
    def of(cls, span: Span, zone: str) -> Instants:
        return cls(starts(span.first, zone), starts(span.last + ONE_DAY, zone))


def ordinal(day: date) -> int:
    return day.toordinal()


def earlier(span: Span, days: int) -> Span:
    """The same span begun so many days earlier."""
    return Span(span.first - timedelta(days=days), span.last)


def key_of(row: Sequence[Any], by: str | None, at: int = 0) -> tuple[Key, Sequence[Any]]:
    """The day and segment a row begins with, and what follows."""
    day = int(row[at])
    if by is None:
        return (day, ""), row[at + 1 :]
    return (day, text_of(row[at + 1])), row[at + 2 :]


def text_of(value: Any) -> str:
    return value.decode() if isinstance(value, bytes | bytearray) else str(value)
