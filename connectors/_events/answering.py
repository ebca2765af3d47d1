"""Answers standard metrics on an open database: joins scans, runs each once, gives out points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from connectors._events.kinds import Database, kind_of
from connectors._events.metrics import finish
from connectors._events.options import EventsTable, StandardOptions
from connectors._events.questions import Finish, Question
from connectors._events.rows import Ground, Shape, named_table
from connectors._events.scans import Scan, ordinal
from connectors._events.tallies import LiveScan
from connectors._indexes import Paths
from krtracker.connector import (
    Answer,
    Ask,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.periods import Span


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
        """The kinds of a table's user and time columns; kept once a user was seen in it."""
        if table in self._shapes:
            return self._shapes[table]
        source = named_table(table, database.dialect, *columns)
        user, time = (source.c[name] for name in columns)
        timed = select(user, time).where(time.is_not(None)).limit(1)
        seen = database.rows(timed.where(user.is_not(None))) or database.rows(timed)
        if not seen:
            return None
        someone, at = seen[0]
        kind = self._table.time_kind
        if kind == "auto":
            kind = kind_of(database, at, (table, columns[1]))
        shape = Shape(kind, isinstance(someone, str))
        if someone is not None:
            self._shapes[table] = shape
        return shape

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

    def paths(self, table: str) -> Paths | None:
        return self._database.paths(table)

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
