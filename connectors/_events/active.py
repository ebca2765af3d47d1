"""Who was active when: one scan for dau, wau, mau, stickiness and growth, whatever their windows.

The scan answers, by day, how many users were active that day and next after so many days. From
this small table every distinct count over any run of days follows exactly: a user counts in a run
on his last active day in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, or_, select

from connectors._events.dialects import nullable, number
from connectors._events.rows import Filter, Ground
from connectors._events.scans import Instants, key_of, ordinal, together
from krtracker.periods import Span


@dataclass(frozen=True)
class ActiveScan:
    """Active users of some days; gaps to the next active day are told apart below `reach` days."""

    chosen: Filter
    span: Span
    reach: int

    def joined(self, other: Any) -> ActiveScan | None:
        if not isinstance(other, ActiveScan) or other.chosen != self.chosen:
            return None
        span = together(self.span, other.span)
        return None if span is None else ActiveScan(self.chosen, span, max(self.reach, other.reach))

    def statement(self, ground: Ground) -> Select[Any]:
        edges = Instants.of(self.span, ground.zone)
        rows = ground.rows(edges.low, edges.high, self.chosen)
        segment = rows.segment(self.chosen.by)
        shown = [rows.user.label("who"), rows.shown().label("day"), *segment]
        held = [*rows.qualifying(self.chosen), *rows.between(edges.low, edges.high)]
        seen = select(*shown).where(*held)
        return _counted(seen) if self.reach == 1 else _gaps(seen, self.reach)

    def read(self, rows: Iterable[Sequence[Any]]) -> Activity:
        found: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        for row in rows:
            (day, segment), left = key_of(row, self.chosen.by)
            gap, users = (1, left[0]) if self.reach == 1 else left
            found[segment][day][int(gap)] = int(users)
        return Activity(found, self.reach)


def _counted(seen: Select[Any]) -> Select[Any]:
    inner = seen.subquery("seen")
    keys = [column for column in inner.c if column.name != "who"]
    return select(*keys, func.count(distinct(inner.c.who))).group_by(*keys)


def _gaps(seen: Select[Any], reach: int) -> Select[Any]:
    days = seen.distinct().subquery("days")
    keys = [column for column in days.c if column.name != "who"]
    owner = [column for column in days.c if column.name != "day"]
    following = func.lead(nullable(days.c.day)).over(partition_by=owner, order_by=days.c.day)
    paired = select(*keys, following.label("later")).subquery("paired")
    gap = _capped(paired.c.later, paired.c.day, reach)
    shown = [paired.c[column.name] for column in keys]
    gapped = select(*shown, gap.label("gap")).subquery("gapped")
    return select(*gapped.c, func.count()).group_by(*gapped.c)


def _capped(following: ColumnElement[int], day: ColumnElement[int], most: int) -> Any:
    far = or_(following.is_(None), following - day >= number(most))
    return case((far, number(most)), else_=following - day)


class Activity:
    """How many users were active on a day and next after a gap, by segment."""

    def __init__(self, found: Mapping[str, Mapping[int, Mapping[int, int]]], reach: int) -> None:
        self._found, self._reach = found, reach
        self._staying = {name: _staying(days, reach) for name, days in found.items()}

    @property
    def segments(self) -> list[str]:
        return sorted(self._found)

    def distinct(self, segment: str, first: date, last: date) -> int:
        """Users active on any day from `first` to `last`, at most `reach` days apart."""
        days, end = self._staying.get(segment, {}), ordinal(last)
        return sum(days[d][end - d] for d in range(ordinal(first), end + 1) if d in days)

    def from_to(self, segment: str, before: Span, after: Span) -> int:
        """Users whose last active day of some days is followed by one in later days."""
        low, high = ordinal(after.first), ordinal(after.last)
        return sum(
            users
            for day, gaps in self._days(segment, before)
            for gap, users in gaps.items()
            if gap < self._reach and low <= day + gap <= high
        )

    def not_until(self, segment: str, before: Span, last: date) -> int:
        """Users active in some days and never again up to `last`."""
        end = ordinal(last)
        return sum(
            users
            for day, gaps in self._days(segment, before)
            for gap, users in gaps.items()
            if gap >= self._reach or day + gap > end
        )

    def _days(self, segment: str, span: Span) -> Iterable[tuple[int, Mapping[int, int]]]:
        held = self._found.get(segment, {})
        return (
            (d, held[d]) for d in range(ordinal(span.first), ordinal(span.last) + 1) if d in held
        )


def _staying(days: Mapping[int, Mapping[int, int]], reach: int) -> dict[int, list[int]]:
    """By day: how many of its users were not active again within 0, 1, 2... days."""
    found = {}
    for day, gaps in days.items():
        left, line = sum(gaps.values()), []
        for distance in range(reach):
            left -= gaps.get(distance, 0) if distance else 0
            line.append(left)
        found[day] = line
    return found
