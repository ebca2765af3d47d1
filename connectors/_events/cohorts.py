"""Cohorts by their first day and how many came back: retention and activation, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.engine.interfaces import Dialect

from connectors._events.dialects import nullable, number, worked_out
from connectors._events.firsts import entries, in_window
from connectors._events.rows import Filter, Ground
from connectors._events.scans import Instants, Key, key_of, together
from connectors._events.zones import DAY
from krtracker.periods import Span

Kind = Literal["first_ever", "first_in_range", "recurring"]


@dataclass(frozen=True)
class Reach:
    """Days after the start in which a return counts: from `low` to before `high`, or for good."""

    low: int
    high: int | None


@dataclass(frozen=True)
class Start:
    """Who enters a cohort when: the first start event ever, in the window, or of every day."""

    chosen: Filter
    kind: Kind


@dataclass(frozen=True)
class Return:
    """What brings a user back; `rolling` counts in periods of 24 hours from his own start."""

    chosen: Filter
    rolling: bool


@dataclass(frozen=True)
class CohortScan:
    """Sizes of the cohorts of some days, and how many of each came back within each reach."""

    start: Start
    back: Return
    span: Span
    reaches: tuple[Reach, ...]

    def joined(self, other: Any) -> CohortScan | None:
        same = isinstance(other, CohortScan) and (other.start, other.back) == (
            self.start,
            self.back,
        )
        if not same:
            return None
        span = together(self.span, other.span)
        if self.start.kind == "first_in_range" and self.span != other.span:
            return None
        reaches = tuple(dict.fromkeys((*self.reaches, *other.reaches)))
        return None if span is None else CohortScan(self.start, self.back, span, reaches)

    def statement(self, ground: Ground) -> Select[Any]:
        return _marked(self, ground) if self.start.kind == "recurring" else _flagged(self, ground)

    def read(self, rows: Iterable[Sequence[Any]]) -> dict[tuple[Reach, Key], tuple[int, int]]:
        """(size, returned) by reach, day and segment."""
        found = {}
        for row in rows:
            key, left = key_of(row, self.start.chosen.by)
            if self.start.kind == "recurring":
                which, size, back = map(int, left)
                found[self.reaches[which], key] = size, back
                continue
            for reach, back in zip(self.reaches, left[1:], strict=True):
                found[reach, key] = int(left[0]), int(back)
        return found

    @property
    def last_reach(self) -> int | None:
        """The most days after a start that any reach looks at."""
        ends = [one.high for one in self.reaches]
        return None if None in ends else max(one or 0 for one in ends)


def _returns(scan: CohortScan, ground: Ground, edges: Instants) -> Select[Any]:
    """who, instant (a day unless rolling)[, segment] of every return that may matter."""
    after, first = scan.last_reach, min(one.low for one in scan.reaches)
    # A civil day is at most two hours longer or shorter than 24: a day more on either side.
    low = edges.low + first * DAY - DAY
    high = None if after is None else edges.high + after * DAY + DAY
    until = edges.high + 366 * DAY if high is None else high
    chosen = scan.back.chosen
    rows = ground.rows(min(low, edges.low), until, chosen)
    at = rows.at() if scan.back.rolling else rows.day()
    held = [*rows.qualifying(chosen), *rows.between(low, high)]
    return select(rows.user.label("who"), at.label("instant"), *rows.segment(chosen.by)).where(
        *held
    )


def _segment(source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c.segment] if "segment" in source.c else []


def _flagged(scan: CohortScan, ground: Ground) -> Select[Any]:
    """Each user of the cohorts once, with a flag for each reach; then sums by day."""
    edges = Instants.of(scan.span, ground.zone)
    made = entries if scan.start.kind == "first_ever" else in_window
    first = made(ground, scan.start.chosen, scan.span).subquery("entries")
    rows = ground.rows(edges.low, edges.high)
    # With buckets, reaches still count from the civil day: then both stand side by side.
    dated = [rows.shown(first.c.instant).label("day")]
    if ground.buckets is not None:
        dated.append(rows.day(first.c.instant).label("own_day"))
    inside = and_(first.c.instant >= number(edges.low), first.c.instant < number(edges.high))
    entered = select(first.c.who, first.c.instant, *dated, *_segment(first)).where(inside)
    cohort = entered.subquery("cohort")
    back = worked_out(_returns(scan, ground, edges), "came_back", ground.dialect)
    same = [cohort.c.who == back.c.who]
    same += [mine == back.c.segment for mine in _segment(cohort)]
    since = cohort.c.instant if scan.back.rolling else cohort.c[dated[-1].name]
    passed = back.c.instant - since
    flags = [
        _flag(passed, one, scan.back.rolling).label(f"f{n}") for n, one in enumerate(scan.reaches)
    ]
    keys = [cohort.c.day, *_segment(cohort)]
    owner = [cohort.c.who, *keys]
    each = _joined(select(*owner, *flags), cohort, back, on=and_(*same), dialect=ground.dialect)
    users = each.group_by(*owner).subquery("each_user")
    days = [users.c[column.name] for column in keys]
    sums = [func.sum(users.c[f"f{n}"]) for n in range(len(scan.reaches))]
    return select(*days, func.count(), *sums).group_by(*days)


def _joined(
    shown: Select[Any],
    cohort: FromClause,
    back: FromClause,
    *,
    on: ColumnElement[bool],
    dialect: Dialect,
) -> Select[Any]:
    """Every user of the cohorts with his returns, if any.

    PostgreSQL guesses that computed conditions leave next to nothing, and would read all returns
    anew for each user. A full join it must do by hashing; what is in no cohort is left out after.
    """
    if dialect.name != "postgresql":
        return shown.outerjoin_from(cohort, back, on)
    both = shown.outerjoin_from(cohort, back, on, full=True)
    return both.having(func.count(cohort.c.who) > number(0))


def _flag(passed: ColumnElement[int], reach: Reach, rolling: bool) -> ColumnElement[int]:
    unit = DAY if rolling else 1
    inside = passed >= number(reach.low * unit)
    if reach.high is not None:
        inside = and_(inside, passed < number(reach.high * unit))
    return func.max(case((inside, number(1)), else_=number(0)))


def _marked(scan: CohortScan, ground: Ground) -> Select[Any]:
    """Every start puts a mark where a reach begins; the next return after a mark decides.

    One sort, however often users start and return: a join would pair every start with every return.
    """
    edges, unit = Instants.of(scan.span, ground.zone), DAY if scan.back.rolling else 1
    marks = _marks(scan, ground, edges, unit=unit)
    returns = _returns(scan, ground, edges)
    back = (returns if scan.back.rolling else returns.distinct()).subquery("came_back")
    nothing = number(0)
    returned = select(back.c.who, *_segment(back), nothing, nothing, back.c.instant, number(1))
    line = union_all(marks, returned).subquery("timeline")
    owner = [line.c.who, *_segment(line)]
    come = func.min(case((line.c.is_return == number(1), nullable(line.c.instant))))
    following = come.over(
        partition_by=owner,
        order_by=[line.c.instant.desc(), line.c.is_return.desc()],
        rows=(None, 0),
    )
    told = select(*line.c, following.label("later")).subquery("told")
    in_time = [_in_time(told, n, one, unit=unit) for n, one in enumerate(scan.reaches)]
    keys = [told.c.day, *_segment(told), told.c.which]
    back_in_time = func.sum(case((or_(*in_time), number(1)), else_=number(0)))
    return (
        select(*keys, func.count(), back_in_time)
        .where(told.c.is_return == number(0))
        .group_by(*keys)
    )


def _in_time(told: FromClause, place: int, reach: Reach, *, unit: int) -> ColumnElement[bool]:
    inside = [told.c.which == number(place), told.c.later.is_not(None)]
    if reach.high is None:  # true of all; Spark's optimizer breaks a plan in which it is not asked
        inside.append(told.c.later >= told.c.instant)
    else:
        width = number((reach.high - reach.low) * unit)
        inside.append(told.c.later - told.c.instant < width)
    return and_(*inside)


def _marks(scan: CohortScan, ground: Ground, edges: Instants, *, unit: int) -> Select[Any]:
    """who[, segment], day, which, instant, is_return of every start and reach."""
    chosen = scan.start.chosen
    rows = ground.rows(edges.low, edges.high, chosen)
    held = [*rows.qualifying(chosen), *rows.between(edges.low, edges.high)]
    keys = [rows.user.label("who"), *rows.segment(chosen.by), rows.day().label("day")]
    seen = select(*keys, rows.at().label("instant")).where(*held).subquery("seen")
    owner = [column for column in seen.c if column.name != "instant"]
    first = (
        select(*owner, func.min(seen.c.instant).label("first")).group_by(*owner).subquery("starts")
    )
    places = [
        select(number(n).label("which"), number(one.low * unit).label("low"))
        for n, one in enumerate(scan.reaches)
    ]
    reaches = (union_all(*places) if len(places) > 1 else places[0]).subquery("reaches")
    since = first.c.first if scan.back.rolling else first.c.day
    day = rows.shown(first.c.first).label("day") if ground.buckets else first.c.day
    shown = (first.c.who, *_segment(first), day, reaches.c.which)
    at = (since + reaches.c.low).label("instant")
    joined = first.join(reaches, literal_column("1") == literal_column("1"))
    return select(*shown, at, number(0).label("is_return")).select_from(joined)
