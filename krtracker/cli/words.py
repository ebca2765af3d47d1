"""Options as people type them: days, instants, spans; it reads no clock and no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from krtracker.periods import Span

if TYPE_CHECKING:
    DayType = click.ParamType[date]
    NumberType = click.ParamType[float]
    MomentType = click.ParamType["Moment"]
else:  # older clicks know no brackets here
    DayType = MomentType = NumberType = click.ParamType


class Number(NumberType):
    """A value as 41 or -0.5, without its unit."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return float(value)
        except ValueError:
            self.fail(f"`{value}` is no number; write it as 41.5, without a unit", param, ctx)


class Day(DayType):
    """A civil day as 2026-11-20."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"`{value}` is no day; write it as 2026-11-20", param, ctx)


@dataclass(frozen=True, slots=True)
class Moment:
    """What `--as-of` was given: an instant, or a bare day that means its last moment."""

    instant: datetime | None = None
    day: date | None = None

    def in_zone(self, zone: str) -> datetime:
        """The instant, a naive one or a day's end taken in the workspace's zone."""
        place = ZoneInfo(zone)
        if self.day is not None:
            end = datetime.combine(self.day + timedelta(days=1), time(), place)
            return end.astimezone(UTC) - timedelta(microseconds=1)
        assert self.instant is not None
        known = self.instant if self.instant.tzinfo else self.instant.replace(tzinfo=place)
        return known.astimezone(UTC)


class Instant(MomentType):
    """An instant as 2026-11-20 (its end), "2026-11-20 08:00" or 2026-11-20T08:00:00Z."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Moment:
        if isinstance(value, Moment):
            return value
        try:
            if len(value) == 10:
                return Moment(day=date.fromisoformat(value))
            return Moment(instant=datetime.fromisoformat(value))
        except ValueError:
            self.fail(
                f"`{value}` is no instant; write 2026-11-20 or 2026-11-20T08:00:00+01:00",
                param,
                ctx,
            )


DAY, INSTANT, NUMBER = Day(), Instant(), Number()


def span_between(first: date | None, last: date | None, *, newest: date, days: int) -> Span:
    """The asked days; a missing end is `newest`, a missing start `days` before the end."""
    end = last or newest
    begin = first or end - timedelta(days=days - 1)
    if begin > end:
        raise click.UsageError(f"--from {begin} is later than --to {end}: swap them")
    return Span(begin, end)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which answer is wanted: now, as known at an instant, or of a day; never both of these."""

    as_of: Moment | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        if self.as_of is not None and self.day is not None:
            raise click.UsageError("--as-of and --day ask two different things: give one of them")

    @property
    def of_now(self) -> bool:
        return self.as_of is None and self.day is None


def moment_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--as-of and --day (decisions.md 1)."""
    day = click.option("--day", type=DAY, help="What is said of that day with all known now.")
    as_of = click.option(
        "--as-of", type=INSTANT, help="What was known then, by the configuration of then."
    )
    return as_of(day(function))
