"""Plain counts by day: events, distinct users, accounts; and the days with any row at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, distinct, func, or_, select

from connectors._events.dialects import number
from connectors._events.rows import (
    Filter,
    Ground,
    Rows,
    instant_of,
    known,
    named_table,
    segments,
    where,
)
from connectors._events.rows import between as between_instants
from connectors._events.scans import Instants, Key, key_of, together
from krtracker.connector import SourceRejectedError
from krtracker.periods import Span

EVERYTHING = Filter()


@dataclass(frozen=True)
class Tally:
    """Rows with these names, or the users among them; `known` leaves unknown users out of rows."""

    what: Literal["events", "users"]
    chosen: Filter
    known: bool = True


@dataclass(frozen=True)
class TallyScan:
    """Several tallies over rows that differ in their names alone."""

    chosen: Filter
    span: Span
    tallies: tuple[Tally, ...]

    def joined(self, other: Any) -> TallyScan | None:
        if not isinstance(other, TallyScan) or other.chosen != self.chosen:
            return None
        span = together(self.span, other.span)
        tallies = tuple(dict.fromkeys((*self.tallies, *other.tallies)))
        return None if span is None else TallyScan(self.chosen, span, tallies)

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        rows = ground.rows(edges.low, edges.high, self.chosen)
        held = [*rows.where(self.chosen), *rows.between(edges.low, edges.high)]
        wanted = [and_(*_conditions(rows, one)) for one in self.tallies if _conditions(rows, one)]
        if len(wanted) == len(self.tallies):
            held.append(or_(*wanted))
        told = [
            _told(rows, one, alone=len(self.tallies) == 1).label(f"told_{place}")
            for place, one in enumerate(self.tallies)
        ]
        segment = rows.segment(self.chosen.by)
        seen = select(rows.shown().label("day"), *segment, *told).where(*held).subquery("seen")
        keys = [column for column in seen.c if not column.name.startswith("told_")]
        counts = [_counted(seen.c[f"told_{place}"], one) for place, one in enumerate(self.tallies)]
        return select(*keys, *counts).group_by(*keys)

    def read(self, rows: Iterable[Sequence[Any]]) -> dict[tuple[Tally, Key], float]:
        found = {}
        for row in rows:
            key, left = key_of(row, self.chosen.by)
            for tally, many in zip(self.tallies, left, strict=True):
                found[tally, key] = float(many or 0)
        return found


def _conditions(rows: Rows, tally: Tally) -> list[ColumnElement[bool]]:
    known = rows.known_user() if tally.known else []
    return [*known, *rows.named(tally.chosen)]


def _told(rows: Rows, tally: Tally, *, alone: bool) -> ColumnElement[Any]:
    """1 or the user for a row that counts, NULL for any other."""
    what = rows.user if tally.what == "users" else number(1)
    conditions = _conditions(rows, tally)
    return what if alone or not conditions else case((and_(*conditions), what))


def _counted(told: ColumnElement[Any], tally: Tally) -> ColumnElement[int]:
    return func.count(distinct(told)) if tally.what == "users" else func.count(told)


@dataclass(frozen=True)
class LiveScan:
    """Days on which the events table has any row at all."""

    span: Span

    def joined(self, other: Any) -> LiveScan | None:
        if not isinstance(other, LiveScan):
            return None
        span = together(self.span, other.span)
        return None if span is None else LiveScan(span)

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        rows = ground.rows(edges.low, edges.high)
        held = rows.between(edges.low, edges.high)
        return select(rows.day().label("day")).where(*held).distinct()

    def read(self, rows: Iterable[Sequence[Any]]) -> frozenset[int]:
        return frozenset(int(row[0]) for row in rows)


@dataclass(frozen=True)
class AccountScan:
    """Users by the day they were created, from the users table or a column of the events."""

    span: Span
    column: str | None = None
    chosen: Filter = EVERYTHING

    def joined(self, other: Any) -> AccountScan | None:
        if not isinstance(other, AccountScan):
            return None
        span = together(self.span, other.span)
        return replace(self, span=span) if span and replace(other, span=self.span) == self else None

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        if ground.table.users_table is None:
            return self._of_events(ground, edges)
        source, created, held = self._of_users(ground)
        own = replace(ground, shape=ground.users_shape or ground.shape)
        at = instant_of(own, created, (edges.low, edges.high))
        day = ground.rows(edges.low, edges.high).shown(at).label("day")
        segment = segments(source, self.chosen.by)
        inside = between_instants(own, created, low=edges.low, high=edges.high)
        days = select(day, *segment).where(*held, *inside).subquery("days")
        return select(*days.c, func.count()).group_by(*days.c)

    def read(self, rows: Iterable[Sequence[Any]]) -> dict[Key, float]:
        found = {}
        for row in rows:
            key, (many,) = key_of(row, self.chosen.by)
            found[key] = float(many)
        return found

    def _of_users(
        self, ground: Ground
    ) -> tuple[FromClause, ColumnElement[Any], list[ColumnElement[bool]]]:
        told = ground.table.users_table
        if told is None:
            raise SourceRejectedError("this needs `users_table` in the source's events table")
        name = self.column or told.created_at
        source = named_table(
            told.table, ground.dialect, told.user, name, *self.chosen.columns
        ).alias()
        shape = ground.users_shape or ground.shape
        held = known(ground, shape, source.c[told.user])
        return source, source.c[name], [*held, *where(source, self.chosen)]

    def _of_events(self, ground: Ground, edges: Instants) -> Select[Any]:
        if self.column is None:
            raise SourceRejectedError("this needs `users_table` in the source's events table")
        rows = ground.rows(edges.low, edges.high, self.chosen, Filter(by=self.column))
        raw = rows.source.c[self.column]
        held = [
            *rows.qualifying(self.chosen),
            *between_instants(ground, raw, low=edges.low, high=edges.high),
        ]
        day = rows.shown(rows.at(raw)).label("day")
        seen = select(day, *rows.segment(self.chosen.by), rows.user.label("who")).where(*held)
        users = seen.subquery("seen")
        keys = [column for column in users.c if column.name != "who"]
        return select(*keys, func.count(distinct(users.c.who))).group_by(*keys)
