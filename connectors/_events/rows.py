"""The events table as expressions in one dialect: who, when, which day, which rows qualify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, bindparam, column, func, or_, table
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import NullType

from connectors._events.buckets import Buckets
from connectors._events.dialects import as_text, exact, micros, number
from connectors._events.options import EventsTable, Names, StandardOptions
from connectors._events.zones import DAY, SECOND, Reach, day_of, from_local, moment

NO_SEGMENT = "(none)"
INDEXED = frozenset({"sqlite", "postgresql", "mysql", "mariadb"})
"""Engines that look up a user's rows by an index rather than read a column through."""


@dataclass(frozen=True)
class Filter:
    """Which rows qualify: names, left-out names, `where` as (column, values); the `by` column."""

    events: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    by: str | None = None

    @classmethod
    def of(cls, asked: StandardOptions) -> Filter:
        where = tuple(
            (name, tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,))
            for name, wanted in sorted(asked.where.items())
        )
        return cls(listed(asked.events), listed(asked.exclude), where, asked.by)

    def named(self, events: Names | None) -> Filter:
        """The same rows with these names alone, or unchanged where none are given."""
        return replace(self, events=listed(events), exclude=()) if events else self

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of besides those every events table has."""
        return [name for name, _ in self.where] + ([self.by] if self.by else [])

    @property
    def anything(self) -> Filter:
        """Which rows, whatever their name."""
        return replace(self, events=(), exclude=())


def listed(value: Names | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class Shape:
    """What was found out of a table: the kind of its time column, whether users are text."""

    time_kind: str
    text_user: bool


@dataclass(frozen=True)
class Ground:
    """Everything a scan's SQL depends on besides the question."""

    table: EventsTable
    shape: Shape
    dialect: Dialect
    zone: str
    users_shape: Shape | None = None
    buckets: Buckets | None = None
    indexed: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "indexed", self.dialect.name in INDEXED)

    def rows(self, low: int, high: int, *filters: Filter) -> Rows:
        """A new use of the events table; days are right for instants from `low` to `high`."""
        wanted = [one for chosen in filters for one in chosen.columns]
        return Rows(self, (low, high), wanted)


def bound(value: Any) -> ColumnElement[Any]:
    """A value as a parameter; never in the text."""
    return bindparam(None, value, type_=NullType(), unique=True)


def named_table(name: str, dialect: Dialect, *columns: str) -> Any:
    """A table by its dotted name, every part quoted as the dialect needs."""
    *before, last = name.split(".")
    quote = dialect.identifier_preparer.quote
    schema = quoted_name(".".join(map(quote, before)), quote=False) if before else None
    return table(last, *(column(one) for one in dict.fromkeys(columns)), schema=schema)


class Rows:
    """One use of the events table in a FROM."""

    def __init__(self, ground: Ground, reach: tuple[int, int], columns: Sequence[str]) -> None:
        told = ground.table
        self._ground, self._reach = ground, reach
        held = (told.user, told.time, told.event, *filter(None, [told.session]), *columns)
        self.source = named_table(told.table, ground.dialect, *held).alias()
        self.user_column: ColumnElement[Any] = self.source.c[told.user]
        self.time: ColumnElement[Any] = self.source.c[told.time]
        self.event: ColumnElement[Any] = exact(self.source.c[told.event])

    @property
    def dialect(self) -> Dialect:
        return self._ground.dialect

    @property
    def user(self) -> ColumnElement[Any]:
        text = self._ground.shape.text_user
        return exact(self.user_column) if text else self.user_column

    def at(self, raw: ColumnElement[Any] | None = None) -> ColumnElement[int]:
        """The instant of a row, or of a value of the time column."""
        return instant_of(self._ground, self.time if raw is None else raw, self._reach)

    def day(self, at: ColumnElement[int] | None = None) -> ColumnElement[int]:
        """The civil day of a row, or of an instant."""
        return day_of(self.at() if at is None else at, self._ground.zone, self._reach)

    def shown(self, at: ColumnElement[int] | None = None) -> ColumnElement[int]:
        """What a row or an instant is summed up by: its civil day, or its bucket."""
        buckets = self._ground.buckets
        if buckets is None:
            return self.day(at)
        return buckets.of(self.at() if at is None else at, self.day(at), self._reach)

    def segment(self, by: str | None) -> list[ColumnElement[Any]]:
        return segments(self.source, by)

    def known_user(self) -> list[ColumnElement[bool]]:
        """Neither null, nor empty, nor a placeholder."""
        return known(self._ground, self._ground.shape, self.user_column)

    def named(self, chosen: Filter) -> list[ColumnElement[bool]]:
        """The event's name is one that counts."""
        conditions: list[ColumnElement[bool]] = []
        if chosen.events:
            conditions.append(self.event.in_([bound(one) for one in chosen.events]))
        if chosen.exclude:
            kept = self.event.not_in([bound(one) for one in chosen.exclude])
            conditions.append(or_(self.event.is_(None), kept))
        return conditions

    def where(self, chosen: Filter) -> list[ColumnElement[bool]]:
        return where(self.source, chosen)

    def qualifying(self, chosen: Filter) -> list[ColumnElement[bool]]:
        return [*self.known_user(), *self.named(chosen), *self.where(chosen)]

    def between(self, low: int | None, high: int | None) -> list[ColumnElement[bool]]:
        """Rows from an instant up to (not including) another, said of the raw column."""
        return between(self._ground, self.time, low=low, high=high)


def known(ground: Ground, shape: Shape, user: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """A user column that is neither null, nor empty, nor a placeholder."""
    held = [str(one) for one in ground.table.placeholders]
    conditions: list[ColumnElement[bool]] = [user.is_not(None)]
    if shape.text_user:
        conditions.append(exact(user).not_in([bound(one) for one in ("", *held)]))
    elif held:
        conditions.append(as_text(user).not_in([bound(one) for one in held]))
    return conditions


def segments(source: FromClause, by: str | None) -> list[ColumnElement[Any]]:
    """The text of the `by` column, or nothing."""
    if by is None:
        return []
    return [func.coalesce(exact(as_text(source.c[by])), NO_SEGMENT).label("segment")]


def where(source: FromClause, chosen: Filter) -> list[ColumnElement[bool]]:
    """Every `where` column holds one of its values; null never does."""
    conditions: list[ColumnElement[bool]] = []
    for name, values in chosen.where:
        texts = all(isinstance(one, str) for one in values)
        held = exact(source.c[name]) if texts else source.c[name]
        conditions.append(held.in_([bound(one) for one in values]))
    return conditions


def instant_of(ground: Ground, raw: ColumnElement[Any], reach: Reach) -> ColumnElement[int]:
    """The instant of a time value in microseconds since 1970."""
    kind, zone = ground.shape.time_kind, ground.table.time_zone
    clock = micros(kind, raw)
    local = kind in {"naive", "text"} and zone != "UTC"
    return from_local(clock, zone, reach) if local else clock


def between(
    ground: Ground, raw: ColumnElement[Any], *, low: int | None, high: int | None
) -> list[ColumnElement[bool]]:
    """Bounds on the raw column; where they cannot be sharp, the instant is held to them too."""
    sharp = ground.shape.time_kind not in {"naive", "text"} or (
        ground.shape.time_kind == "naive"
        and ground.table.time_zone == "UTC"
        and ground.dialect.name != "sqlite"
    )
    wide = 0 if sharp else 2 * DAY
    conditions: list[ColumnElement[bool]] = []
    if low is not None:
        conditions.append(raw >= bound(_raw(ground, low - wide)))
    if high is not None:
        conditions.append(raw < bound(_raw(ground, high + wide)))
    if not sharp:
        at = instant_of(ground, raw, (low or high or 0, high or low or 0))
        conditions += _within(ground, at, low=low, high=high)
    return conditions


def _within(
    ground: Ground, at: ColumnElement[int], *, low: int | None, high: int | None
) -> list[ColumnElement[bool]]:
    if low is not None and high is not None and ground.dialect.name == "sqlite":
        return [at.between(number(low), number(high - 1))]  # works the instant out once
    first = [at >= number(low)] if low is not None else []
    return first + ([at < number(high)] if high is not None else [])


def _raw(ground: Ground, at: int) -> Any:
    """An instant as the time column holds it; text as a bare date, which sorts before its times."""
    kind, dialect = ground.shape.time_kind, ground.dialect.name
    if kind == "epoch_s":
        return at // SECOND if at % SECOND == 0 else at / SECOND
    if kind == "epoch_ms":
        return at // 1000
    if kind == "text" or dialect == "sqlite":
        return f"{moment(at).astimezone(ZoneInfo(ground.table.time_zone)):%Y-%m-%d}"
    if kind == "naive" or dialect in {"mysql", "mariadb"}:
        return moment(at).replace(tzinfo=None)
    return moment(at).astimezone(UTC)
