"""Users by the day of their first qualifying event ever; reads the history of no other users.

Where the engine has indexes, only users seen in the window are looked up, each by (user, time).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from connectors._events.dialects import exact, number, worked_out
from connectors._events.rows import Filter, Ground, Rows
from connectors._events.scans import Instants, Key, key_of, together
from krtracker.periods import Span

LOOKED_UP = 31
"""Up to so many days the users of the window are looked up; beyond, the table is read through."""


@dataclass(frozen=True)
class FirstScan:
    """Users whose first qualifying event ever lies on a day."""

    chosen: Filter
    span: Span

    def joined(self, other: Any) -> FirstScan | None:
        if not isinstance(other, FirstScan) or other.chosen != self.chosen:
            return None
        span = together(self.span, other.span)
        return None if span is None else FirstScan(self.chosen, span)

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        first = entries(ground, self.chosen, self.span).subquery("firsts")
        day = ground.rows(edges.low, edges.high).shown(first.c.instant).label("day")
        dated = (
            select(day, *_segments(first))
            .where(first.c.instant >= number(edges.low))
            .subquery("dated")
        )
        return select(*dated.c, func.count()).group_by(*dated.c)

    def read(self, rows: Iterable[Sequence[Any]]) -> dict[Key, float]:
        found = {}
        for row in rows:
            key, (users,) = key_of(row, self.chosen.by)
            found[key] = float(users)
        return found


def entries(ground: Ground, chosen: Filter, span: Span) -> Select[Any]:
    """who, instant[, segment]: the first event ever of users; those before the window do not count.

    Users whose first event is older may be in it or not: compare `instant`.
    """
    edges = Instants.of(span, ground.zone)
    if span.days > LOOKED_UP:
        return _grouped(ground, chosen, edges)
    return (
        _looked_up(ground, chosen, edges)
        if ground.indexed
        else _grouped_some(ground, chosen, edges)
    )


def in_window(ground: Ground, chosen: Filter, span: Span) -> Select[Any]:
    """who, instant[, segment]: the first event of every user inside the window."""
    edges = Instants.of(span, ground.zone)
    rows = ground.rows(edges.low, edges.high, chosen)
    held = [*rows.qualifying(chosen), *rows.between(edges.low, edges.high)]
    return _earliest(ground, rows, chosen, held=held)


def _segments(source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c.segment] if "segment" in source.c else []


def _earliest(
    ground: Ground, rows: Rows, chosen: Filter, *, held: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """The earliest instant of each user among the rows held."""
    keys = [rows.user.label("who"), *rows.segment(chosen.by)]
    text = ground.shape.time_kind == "text"
    by_user = (
        select(*keys, (rows.at() if text else rows.time).label("raw")).where(*held).subquery("seen")
    )
    owner = [column for column in by_user.c if column.name != "raw"]
    least = (
        select(*owner, func.min(by_user.c.raw).label("raw")).group_by(*owner).subquery("earliest")
    )
    at = least.c.raw if text else rows.at(least.c.raw)
    return select(least.c.who, at.label("instant"), *_segments(least))


def _grouped(ground: Ground, chosen: Filter, edges: Instants) -> Select[Any]:
    rows = ground.rows(edges.low, edges.high, chosen)
    held = [*rows.qualifying(chosen), *rows.between(None, edges.high)]
    return _earliest(ground, rows, chosen, held=held)


def _grouped_some(ground: Ground, chosen: Filter, edges: Instants) -> Select[Any]:
    rows = ground.rows(edges.low, edges.high, chosen)
    seen = ground.rows(edges.low, edges.high, chosen)
    among = select(seen.user_column).where(
        *seen.qualifying(chosen), *seen.between(edges.low, edges.high)
    )
    held = [*rows.qualifying(chosen), *rows.between(None, edges.high)]
    return _earliest(ground, rows, chosen, held=[*held, rows.user_column.in_(among)])


def _looked_up(ground: Ground, chosen: Filter, edges: Instants) -> Select[Any]:
    seen = ground.rows(edges.low, edges.high, chosen)
    held = [*seen.qualifying(chosen), *seen.between(edges.low, edges.high)]
    keys = [seen.user_column.label("raw_user"), seen.user.label("who"), *seen.segment(chosen.by)]
    users = select(*keys).where(*held).distinct().subquery("users_seen")
    rows = ground.rows(edges.low, edges.high, chosen)
    same = [rows.user_column == users.c.raw_user, *rows.qualifying(chosen)]
    if exact_users(ground):
        same.append(rows.user == users.c.who)
    same += [exact(mine) == exact(users.c.segment) for mine in rows.segment(chosen.by)]
    text = ground.shape.time_kind == "text"
    least = select(func.min(rows.at() if text else rows.time)).where(*same)
    found = select(
        users.c.who, least.correlate(users).scalar_subquery().label("raw"), *_segments(users)
    )
    inner = worked_out(found, "earliest", ground.dialect)
    at = inner.c.raw if text else rows.at(inner.c.raw)
    return select(inner.c.who, at.label("instant"), *_segments(inner))


def exact_users(ground: Ground) -> bool:
    """Whether equal users of this engine may be different texts."""
    return ground.shape.text_user and ground.dialect.name in {"mysql", "mariadb"}
