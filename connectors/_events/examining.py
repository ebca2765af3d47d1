"""Looks an events table over before anyone trusts its numbers; reads little, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from connectors._events.answering import Fusion
from connectors._events.dialects import number
from connectors._events.kinds import Database
from connectors._events.options import EventsTable
from connectors._events.rows import Ground, Rows, named_table
from connectors._events.zones import DAY, instant, moment
from krtracker.connector import Answer, ConnectorError, Finding

RECENT = 7 * DAY
"""How much of the table's newest time is looked at row by row."""

AHEAD = DAY // 24
"""A clock that is further ahead than this is worth a word."""

KINDS = {
    "naive": "times without a zone, read as {zone}",
    "aware": "times with a zone",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "text": "text, read as {zone} where it names no offset",
}


class Examining:
    """A question about the table itself; `found` holds the findings afterwards."""

    def __init__(self, table: EventsTable, now: datetime) -> None:
        self._table, self._now = table, instant(now.astimezone(UTC))
        self.found: list[Finding] = []

    def answer(self, database: Database) -> Answer:
        try:
            ground = Fusion(self._table, {}).ground(database, "UTC")
        except ConnectorError as error:
            self._fail(str(error), "correct the names in [sources.ID.events]")
            return Answer(())
        if ground is None or not self._holds_any(database):
            fix = "nothing to do if the product is new; else correct `table`"
            self.found.append(Finding("warn", f"`{self._table.table}` holds no events", fix))
            return Answer(())
        self.found += self._findings(database, ground)
        return Answer(())

    def _holds_any(self, database: Database) -> bool:
        source = named_table(self._table.table, database.dialect, self._table.time)
        time = source.c[self._table.time]
        return bool(database.rows(select(time).where(time.is_not(None)).limit(1)))

    def _fail(self, words: str, fix: str) -> None:
        self.found.append(Finding("FAIL", words, fix))

    def _findings(self, database: Database, ground: Ground) -> Iterator[Finding]:
        words = KINDS[ground.shape.time_kind].format(zone=self._table.time_zone)
        yield Finding("ok", f"`{self._table.time}` holds {words}")
        low, high = self._range(database, ground)
        yield from self._of_range(low, high)
        yield from self._of_rows(database, ground, high)
        yield from self._of_indexes(database, ground)

    def _range(self, database: Database, ground: Ground) -> tuple[int, int]:
        """The oldest and the newest instant."""
        rows = ground.rows(self._now - RECENT, self._now + RECENT)
        text = ground.shape.time_kind == "text"
        raw = rows.at() if text else rows.time
        ends = select(func.min(raw).label("low"), func.max(raw).label("high")).subquery("ends")
        low, high = (
            (ends.c.low, ends.c.high) if text else (rows.at(ends.c.low), rows.at(ends.c.high))
        )
        ((first, last),) = database.rows(select(low, high).select_from(ends))
        return int(first), int(last)

    def _of_range(self, low: int, high: int) -> Iterator[Finding]:
        try:
            words = f"events from {moment(low):%Y-%m-%d} to {moment(high):%Y-%m-%d %H:%M} UTC"
        except (OverflowError, ValueError):
            yield Finding("FAIL", "its times are no dates", "set `time_kind` to what they are")
            return
        if moment(low).year < 1990:
            fix = "set `time_kind` (epoch_s or epoch_ms), or leave such rows out"
            yield Finding("warn", f"{words}: the oldest cannot be right", fix)
            return
        yield Finding("ok", words)
        if high > self._now + AHEAD:
            ahead = (high - self._now) / DAY * 24
            fix = "a clock is wrong, or `time_zone` is: such events count on days to come"
            yield Finding("warn", f"the newest event is {ahead:.1f} h in the future", fix)

    def _of_rows(self, database: Database, ground: Ground, high: int) -> Iterator[Finding]:
        """Null users and exact duplicates among the newest days."""
        rows = ground.rows(high - RECENT, high)
        held = rows.between(high - RECENT, high + 1_000_000)
        seen = select(*self._columns(rows), func.count().label("many")).where(*held)
        groups = seen.group_by(*self._columns(rows)).subquery("groups")
        nobody = case((groups.c.who.is_(None), groups.c.many), else_=number(0))
        twice = and_(groups.c.who.is_not(None), groups.c.many > number(1))
        again = case((twice, groups.c.many - number(1)), else_=number(0))
        sums = select(func.sum(groups.c.many), func.sum(nobody), func.sum(again))
        ((many, null, double),) = database.rows(sums)
        many, null, double = int(many or 0), int(null or 0), int(double or 0)
        yield _share(null, many, "have no user", fix="they count for event_count only")
        fix = "the same user, event and instant: is the table loaded twice?"
        yield _share(double, many, "are there twice", fix=fix)

    def _columns(self, rows: Rows) -> Sequence[ColumnElement[Any]]:
        return rows.user_column.label("who"), rows.time.label("raw"), rows.event.label("what")

    def _of_indexes(self, database: Database, ground: Ground) -> Iterator[Finding]:
        paths = database.paths(self._table.table)
        if paths is None:
            return
        time, user = self._table.time, self._table.user
        if time not in (*paths.partitions, *(index[0] for index in paths.indexes if index)):
            fix = f"create an index on ({time}), or partition the table by its ranges"
            words = f"no index or partition on `{time}`: every pull reads the whole table"
            yield Finding("warn", words, fix)
        if ground.indexed and not any(index[:2] == (user, time) for index in paths.indexes):
            fix = f"create an index on ({user}, {time}) for new users, growth and retention"
            yield Finding("warn", f"no index on (`{user}`, `{time}`): first events are slow", fix)


def _share(part: int, many: int, what: str, *, fix: str) -> Finding:
    words = f"{part:,} of the newest {many:,} events {what}"
    return Finding("warn" if part * 100 > many else "ok", words, fix if part * 100 > many else "")
