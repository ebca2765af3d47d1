"""Answers standard metrics on an open database: joins scans, runs each once, gives out points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.engine.interfaces import Dialect

from connectors._events.metrics import finish
from connectors._events.options import EventsTable, StandardOptions
from connectors._events.questions import Finish, Question
from connectors._events.rows import Ground, Shape, named_table
from connectors._events.scans import Scan, ordinal
from connectors._events.tallies import LiveScan
from krtracker.connector import (
    Answer,
    Ask,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.periods import Span

MILLISECONDS = 100_000_000_000
"""A number from here on is milliseconds since 1970, below it seconds (until the year 5138)."""


INSTANTS = frozenset({"clickhouse", "clickhousedb", "spark", "databricks", "hive"})
"""Dialects whose usual time type is an instant."""


class Database(Protocol):
    """An open database that runs a reading statement in UTC."""

    dialect: Dialect

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        """All rows of a statement; raises one of the contract's three failures."""
        ...

    def indexes(self, table: str, /) -> Sequence[tuple[str, ...]] | None:
        """The columns of each index of a table; None where there are none to see."""
        ...


@dataclass
class Group:
    """One scan for several metrics, and what it read once it was run."""

    scan: Scan
    members: int = 1
    read: Any = None
    failed: bool = False


class Fusion:
    """The standard metrics of one fetch, with the scans that serve several of them."""

    def __init__(self, table: EventsTable, shapes: dict[str, Shape]) -> None:
        self._table, self._shapes = table, shapes
        self._groups: dict[str, list[Group]] = {}
        self._live: dict[str, dict[int, bool]] = {}

    def add(self, asked: StandardOptions, window: Window) -> StandardAsk:
        """Takes in one metric before anything is run."""
        made = finish(Question(asked, window.span, self._table))
        groups = [self._grouped(scan, window.zone) for scan in made.scans]
        return StandardAsk(self, made, window, groups)

    def _grouped(self, scan: Scan, zone: str) -> Group:
        groups = self._groups.setdefault(zone, [])
        for group in groups:
            joined = group.scan.joined(scan)
            if joined is not None:
                group.scan, group.members = joined, group.members + 1
                return group
        groups.append(Group(scan))
        return groups[-1]

    def ground(self, database: Database, zone: str) -> Ground | None:
        """What SQL is written for; None when there is neither an event nor a user yet."""
        shape = self._shape(database, self._table.table, self._table.user, self._table.time)
        told, users = self._table.users_table, None
        if told is not None:
            users = self._shape(database, told.table, told.user, told.created_at)
        either = shape or users
        if either is None:
            return None
        return Ground(self._table, either, database.dialect, zone, users or either)

    def _shape(self, database: Database, table: str, *columns: str) -> Shape | None:
        if table not in self._shapes:
            source = named_table(table, database.dialect, *columns)
            user, time = (source.c[name] for name in columns)
            known = (user.is_not(None), time.is_not(None))
            seen = database.rows(select(user, time).where(*known).limit(1))
            if not seen:
                return None
            kind = self._table.time_kind
            found = kind_of(seen[0][1]) if kind == "auto" else kind
            if found == "naive" and kind == "auto" and database.dialect.name in INSTANTS:
                found = "aware"  # its driver leaves the zone out
            self._shapes[table] = Shape(found, isinstance(seen[0][0], str))
        return self._shapes[table]

    def live(self, database: Database, ground: Ground, spans: Sequence[Span]) -> frozenset[int]:
        """The days of some spans on which the table has any row; asked once a day."""
        known = self._live.setdefault(ground.zone, {})
        wanted = [ordinal(day) for span in spans for day in span]
        missing = [day for day in wanted if day not in known]
        if missing:
            span = Span(date.fromordinal(min(missing)), date.fromordinal(max(missing)))
            scan = LiveScan(span)
            alive = scan.read(database.rows(scan.statement(ground)))
            known.update({ordinal(day): ordinal(day) in alive for day in span})
        return frozenset(day for day in wanted if known[day])


@dataclass(frozen=True)
class StandardAsk:
    """A standard metric in its fetch: what the sessions of this source know how to answer."""

    fusion: Fusion
    made: Finish
    window: Window
    groups: Sequence[Group]

    def answer(self, database: Database) -> Answer:
        """The points; raises one of the contract's three failures."""
        counting, window = _Counting(database), self.window
        ground = self.fusion.ground(counting, window.zone)
        shown = {"start": str(window.first), "end": str(window.end), "zone": window.zone}
        if ground is None:
            return Answer((), parameters=shown)
        read = [
            _read(counting, ground, group, own=own)
            for group, own in zip(self.groups, self.made.scans, strict=True)
        ]

        def live(spans: Sequence[Span]) -> frozenset[int]:
            return self.fusion.live(counting, ground, spans)

        given = self.made.points(*read, live=live)
        points = sorted(given, key=lambda point: (point.day, point.segment))
        return Answer(points, rows=counting.seen, parameters=shown)

    def statements(self, database: Database) -> list[Select[Any]]:
        """The SQL this metric is made of, alone; none while the table is empty."""
        ground = self.fusion.ground(database, self.window.zone)
        return [] if ground is None else [scan.statement(ground) for scan in self.made.scans]


class _Counting:
    """A database that counts the rows it gave."""

    def __init__(self, database: Database) -> None:
        self._database, self.dialect = database, database.dialect
        self.seen = 0

    def indexes(self, table: str) -> Sequence[tuple[str, ...]] | None:
        return self._database.indexes(table)

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        given = self._database.rows(statement)
        self.seen += len(given)
        return given


class _Homeless:
    """A standard metric of a source that does not say where its events are."""

    def answer(self, _database: Database) -> Answer:
        raise SourceRejectedError(
            "the source does not say where its events are: write a table [sources.ID.events] "
            "with `table`, `user`, `time` and `event`"
        )

    def statements(self, database: Database) -> list[Select[Any]]:
        self.answer(database)
        return []


def _read(database: Database, ground: Ground, group: Group, *, own: Scan) -> Any:
    """What a scan gives, run once for all its metrics; alone when the joined one is refused."""
    if group.read is None and not group.failed:
        try:
            group.read = group.scan.read(database.rows(group.scan.statement(ground)))
        except (SourceRejectedError, UnexpectedAnswerError):
            if group.members == 1:
                raise
            group.failed = True
    if group.failed:
        return own.read(database.rows(own.statement(ground)))
    return group.read


def kind_of(value: Any) -> str:
    """The kind of a time column, by one of its values."""
    if isinstance(value, datetime):
        return "aware" if value.tzinfo else "naive"
    if isinstance(value, int | float | Decimal):
        return "epoch_ms" if abs(float(value)) >= MILLISECONDS else "epoch_s"
    if isinstance(value, str):
        return "text"
    raise SourceRejectedError(
        f"the time column holds {type(value).__name__}: name the right column, or set `time_kind`"
    )


def fused(
    asks: Sequence[Ask[Any]], table: EventsTable | None, shapes: dict[str, Shape]
) -> list[Ask[Any]]:
    """The same asks, standard ones as `StandardAsk` that share their scans."""
    if table is None:
        return [Ask(_Homeless() if one.query.standard else one.query, one.window) for one in asks]
    fusion = Fusion(table, shapes)
    return [
        Ask(fusion.add(one.query, one.window), one.window) if one.query.standard else one
        for one in asks
    ]
