"""Instants and civil days as integers: a zone's offsets, worked out so that no engine must.

Instants are microseconds since 1970, days are `date.toordinal()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case

from connectors._events.dialects import Named, number, short, whole
from krtracker.periods import day_start

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_1970 = date(1970, 1, 1).toordinal() * DAY
"""Added to an instant it makes whole days count from 0001-01-01, and every instant positive."""


def instant(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The same instant as an aware datetime."""
    return EPOCH + timedelta(microseconds=microseconds)


def starts(day: date, zone: str) -> int:
    """The first instant of a civil day."""
    return instant(day_start(day, zone))


Reach = tuple[int, int]
"""The first and the last instant for which an expression has to be right."""


@dataclass(frozen=True)
class Piece:
    """An offset in microseconds, in force until an instant (None: for good)."""

    offset: int
    until: int | None = None


@lru_cache(maxsize=256)
def pieces(zone: str, low: int, high: int) -> tuple[Piece, ...]:
    """The offsets of a zone between two instants, oldest first; usually one to three a year."""
    place = ZoneInfo(zone)
    found: list[Piece] = []
    at, step = low, 12 * HOUR
    offset = _offset(place, at)
    while at < high:
        following = min(at + step, high)
        changed = _offset(place, following)
        if changed != offset:
            edge = _change(place, at, following)
            found.append(Piece(offset, edge))
            offset = _offset(place, edge)
            following = edge
        at = following
    return (*found, Piece(offset))


def _offset(place: ZoneInfo, at: int) -> int:
    shown = moment(at).astimezone(place).utcoffset() or timedelta()
    return shown // timedelta(microseconds=1)


def _change(place: ZoneInfo, low: int, high: int) -> int:
    """The second at which the offset first differs from the one at `low`."""
    before = _offset(place, low)
    low_second, high_second = low // SECOND, -(-high // SECOND)
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        if _offset(place, middle * SECOND) == before:
            low_second = middle
        else:
            high_second = middle
    return high_second * SECOND


def _by_piece(
    value: ColumnElement[int], among: tuple[Piece, ...], edges: list[int], *, sign: int, plus: int
) -> ColumnElement[int]:
    shifts = [number(sign * one.offset + plus) for one in among]
    if len(shifts) == 1:
        return value + shifts[0]

    def shifted(at: ColumnElement[int]) -> ColumnElement[int]:
        whens = [(at < number(edge), shift) for edge, shift in zip(edges, shifts, strict=False)]
        return at + case(*whens, else_=shifts[-1])

    return Named(value, shifted)


def local_of(at: ColumnElement[int], zone: str, reach: Reach) -> ColumnElement[int]:
    """What a clock of the zone shows at an instant, in microseconds since the year 1 began."""
    among = pieces(zone, *reach)
    edges = [one.until for one in among if one.until is not None]
    return _by_piece(at, among, edges, sign=1, plus=BEFORE_1970)


def day_of(at: ColumnElement[int], zone: str, reach: Reach) -> ColumnElement[int]:
    """The civil day of an instant; right within the reach."""
    return short(whole(local_of(at, zone, reach), DAY))


def from_local(clock: ColumnElement[int], zone: str, reach: Reach) -> ColumnElement[int]:
    """The instant of a naive time that a clock of `zone` showed; the first one where it did twice.

    Right within the reach; earlier times stay earlier, later ones later.
    """
    among = pieces(zone, reach[0] - 2 * DAY, reach[1] + 2 * DAY)
    edges = [
        one.until + max(one.offset, following.offset)
        for one, following in pairwise(among)
        if one.until is not None
    ]
    return _by_piece(clock, among, edges, sign=-1, plus=0)
