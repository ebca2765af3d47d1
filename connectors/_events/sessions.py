"""Sessions of users, summed up by the day they start: one scan for four metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select

from connectors._events.dialects import nullable, number, told_before, whole
from connectors._events.rows import Filter, Ground, Rows
from connectors._events.scans import Instants, Key, key_of
from connectors._events.zones import DAY, HOUR, SECOND
from krtracker.periods import Span

LOOK = DAY
"""Sessions are built over so much time before and after the window."""

TENTHS = {"median": 5, "p90": 9}


@dataclass(frozen=True)
class Rule:
    """What makes a session: a gap in microseconds, or a column with its id; a cut at midnight."""

    gap: int
    column: str | None
    split_midnight: bool


@dataclass(frozen=True)
class Variant:
    """Which sessions count, how long they count at most, and a percentile if one is asked."""

    max_hours: float | None = None
    exclude_single: bool = False
    cap_minutes: float | None = None
    percentile: str | None = None


@dataclass(frozen=True)
class SessionSums:
    """The sessions of a day: how many, their seconds, single ones, events, the percentile asked."""

    sessions: int
    seconds: float
    single: int
    events: int
    percentile: float | None


@dataclass(frozen=True)
class SessionScan:
    """Sessions that start in a window; several variants are summed side by side."""

    chosen: Filter
    rule: Rule
    span: Span
    variants: tuple[Variant, ...]

    def joined(self, other: Any) -> SessionScan | None:
        alike = isinstance(other, SessionScan) and (
            (other.chosen, other.rule, other.span) == (self.chosen, self.rule, self.span)
        )
        if not alike:
            return None
        variants = tuple(dict.fromkeys((*self.variants, *other.variants)))
        return SessionScan(self.chosen, self.rule, self.span, variants)

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        low, high = edges.low - LOOK, edges.high + LOOK
        columns = Filter(by=self.rule.column)
        rows = ground.rows(low, high, self.chosen, columns)
        held = [*rows.qualifying(self.chosen), *rows.between(low, high)]
        made = (self._by_column if self.rule.column else self._by_gap)(rows, held)
        built = told_before(made, "built", ground.dialect)
        day = ground.rows(low, high).shown(built.c.started).label("day")
        inside = and_(built.c.started >= number(edges.low), built.c.started < number(edges.high))
        shown = [day, *_segment(built), built.c.lasted, built.c.events]
        return self._summed(select(*shown).where(inside).subquery("sessions"))

    def read(self, rows: Iterable[Sequence[Any]]) -> dict[tuple[Variant, Key], SessionSums]:
        found = {}
        for row in rows:
            key, left = key_of(row, self.chosen.by)
            for place, variant in enumerate(self.variants):
                sums = _read(left[place * 6 : place * 6 + 6], variant)
                if sums.sessions:
                    found[variant, key] = sums
        return found

    def _by_column(self, rows: Rows, held: list[ColumnElement[bool]]) -> Select[Any]:
        session = rows.source.c[self.rule.column or ""]
        keys = [rows.user.label("who"), session.label("session"), *rows.segment(self.chosen.by)]
        if self.rule.split_midnight:
            keys.append(rows.day().label("day"))
        seen = (
            select(*keys, rows.at().label("instant"))
            .where(*held, session.is_not(None))
            .subquery("seen")
        )
        owner = [column for column in seen.c if column.name != "instant"]
        first, last = func.min(seen.c.instant), func.max(seen.c.instant)
        sums = (
            first.label("started"),
            (last - first).label("lasted"),
            func.count().label("events"),
        )
        return select(*_segment(seen), *sums).group_by(*owner)

    def _by_gap(self, rows: Rows, held: list[ColumnElement[bool]]) -> Select[Any]:
        """Only the first and the last event of each session are kept, then paired."""
        keys = [rows.user.label("who"), *rows.segment(self.chosen.by), rows.at().label("instant")]
        split = [rows.day().label("day")] if self.rule.split_midnight else []
        seen = told_before(select(*keys, *split).where(*held), "seen", rows.dialect)
        owner = [column for column in seen.c if column.name in {"who", "segment"}]
        marked = self._marked(seen, owner).subquery("marked")
        ends = (
            select(*marked.c)
            .where(or_(marked.c.opens == number(1), marked.c.closes == number(1)))
            .subquery("ends")
        )
        owner = [ends.c[column.name] for column in owner]
        order: dict[str, Any] = {"partition_by": owner, "order_by": ends.c.place}
        last = func.lead(nullable(ends.c.instant)).over(**order)
        place = func.lead(nullable(ends.c.place)).over(**order)
        paired = select(*ends.c, last.label("last"), place.label("until")).subquery("paired")
        alone = paired.c.closes == number(1)
        lasted = case((alone, number(0)), else_=paired.c.last - paired.c.instant)
        events = case((alone, number(1)), else_=paired.c.until - paired.c.place + number(1))
        shown = (paired.c.instant.label("started"), lasted.label("lasted"), events.label("events"))
        return select(*_segment(paired), *shown).where(paired.c.opens == number(1))

    def _marked(self, seen: FromClause, owner: list[Any]) -> Select[Any]:
        """Each event with its place and whether it opens or closes a session."""
        order: dict[str, Any] = {"partition_by": owner, "order_by": seen.c.instant}
        columns = [seen.c.instant] + ([seen.c.day] if self.rule.split_midnight else [])
        around = [
            move(nullable(column)).over(**order).label(f"{name}_{column.name}")
            for column in columns
            for name, move in (("before", func.lag), ("after", func.lead))
        ]
        place = func.row_number().over(**order).label("place")
        told = select(*owner, *columns, *around, place).subquery("around")
        opens = self._breaks(told, told.c.before_instant, told.c.instant, side="before")
        closes = self._breaks(told, told.c.instant, told.c.after_instant, side="after")
        shown = [told.c[column.name] for column in owner]
        return select(
            *shown, told.c.instant, told.c.place, opens.label("opens"), closes.label("closes")
        )

    def _breaks(
        self, told: FromClause, one: Any, following: Any, *, side: str
    ) -> ColumnElement[int]:
        outside = told.c.before_instant if side == "before" else told.c.after_instant
        apart = [outside.is_(None), following - one > number(self.rule.gap)]
        if self.rule.split_midnight:
            apart.append(told.c.day != told.c[f"{side}_day"])
        return case((or_(*apart), number(1)), else_=number(0))

    def _summed(self, built: FromClause) -> Select[Any]:
        keys = [built.c.day, *_segment(built)]
        ranked = [
            _ranked(built, keys, place, variant=one) for place, one in enumerate(self.variants)
        ]
        told = select(*built.c, *(column for columns in ranked for column in columns)).subquery(
            "ranked"
        )
        sums = [
            column for place, one in enumerate(self.variants) for column in _sums(told, place, one)
        ]
        shown = [told.c[column.name] for column in keys]
        return select(*shown, *sums).group_by(*shown)


def _segment(source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c.segment] if "segment" in source.c else []


def _counts(built: FromClause, variant: Variant) -> ColumnElement[int]:
    """1 for a session of this variant, 0 for any other."""
    left_out = []
    if variant.exclude_single:
        left_out.append(built.c.events == number(1))
    if variant.max_hours is not None:
        left_out.append(built.c.lasted > number(round(variant.max_hours * HOUR)))
    return case((or_(*left_out), number(0)), else_=number(1)) if left_out else number(1)


def _lasted(built: FromClause, variant: Variant) -> ColumnElement[int]:
    if variant.cap_minutes is None:
        found: ColumnElement[int] = built.c.lasted
        return found
    most = number(round(variant.cap_minutes * 60 * SECOND))
    return case((built.c.lasted > most, most), else_=built.c.lasted)


def _ranked(
    built: FromClause, keys: list[Any], place: int, *, variant: Variant
) -> list[ColumnElement[Any]]:
    """For a percentile: each session's rank among those that count, and how many those are."""
    if variant.percentile is None:
        return []
    among = [*keys, _counts(built, variant)]
    rank = func.row_number().over(partition_by=among, order_by=_lasted(built, variant))
    many = func.count().over(partition_by=among)
    return [rank.label(f"rank_{place}"), many.label(f"many_{place}")]


def _sums(told: FromClause, place: int, variant: Variant) -> list[ColumnElement[Any]]:
    """sessions, microseconds, single, events, and the two neighbours of the percentile."""
    counts, lasted = _counts(told, variant), _lasted(told, variant)
    single = case((told.c.events == number(1), counts), else_=number(0))
    sums = [counts, counts * lasted, single, counts * told.c.events]
    columns: list[ColumnElement[Any]] = [
        func.sum(one).label(f"sum_{place}_{n}") for n, one in enumerate(sums)
    ]
    if variant.percentile is None:
        return [*columns, number(0).label(f"low_{place}"), number(0).label(f"high_{place}")]
    tenths = TENTHS[variant.percentile]
    below = whole((told.c[f"many_{place}"] - number(1)) * number(tenths), 10) + number(1)
    for name, wanted in (("low", below), ("high", below + number(1))):
        at = and_(counts == number(1), told.c[f"rank_{place}"] == wanted)
        columns.append(func.max(case((at, lasted))).label(f"{name}_{place}"))
    return columns


def _read(sums: Sequence[Any], variant: Variant) -> SessionSums:
    many, lasted, single, events = (int(one or 0) for one in sums[:4])
    percentile = None
    if variant.percentile and many:
        part = (many - 1) * TENTHS[variant.percentile] % 10 / 10
        low = float(sums[4])
        high = low if sums[5] is None or not part else float(sums[5])
        percentile = (low + part * (high - low)) / SECOND
    return SessionSums(many, lasted / SECOND, single, events, percentile)
