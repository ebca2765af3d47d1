"""What may be asked of Plausible: its standard metrics and reports as questions; asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from connectors._site_question import Column, Question, Reading, Sheet, of_report
from connectors._standard_terms import (
    ANY,
    SESSION_OPTIONS,
    Product,
    StandardTerms,
    Where,
    listed,
    texts,
)
from krtracker.connector import Options

PERCENTS = (
    "bounce_rate",
    "conversion_rate",
    "group_conversion_rate",
    "exit_rate",
    "percentage",
    "scroll_depth",
)
"""Metrics Plausible tells in percents; they become fractions."""
COUNTS = ("visitors", "visits", "pageviews", "events")
"""Metrics that are 0 on a day on which only others were seen."""
ALIVE = Column(Sheet(), "events")

EVERYWHERE = {"where": ANY, "by": ANY}
A_DAY = "Plausible knows a visitor for one day only (its salt changes daily)"
OWN_VISITS = "Plausible cuts visits itself, after 30 minutes without an event, and not at midnight"
PRODUCT = Product(
    "Plausible",
    answered={
        "dau": "`visitors` of the day; with `events` those who completed one of these goals",
        "sessions": "`visits`: begun after 30 minutes without an event; not split at midnight",
        "session_duration": "`visit_duration` in seconds, rounded, visits of one event are 0 and "
        "included; weighted by `visits`",
        "sign_ups": "`visitors` who completed the goal `sign_up` that day (others by `events`; "
        '`count = "events"`: its completions)',
        "conversion": "`visitors` who completed the goal over `visitors` (or those who completed "
        "the start goal) of the same day",
        "bounce_rate": "`bounce_rate` as a fraction: visits of one page view and nothing else; "
        "weighted by `visits`",
        "events_per_session": "`events` / `visits`; page views are events",
        "event_count": "`events`, page views included; with `events` completions of these goals",
    },
    refused={
        "wau": f"{A_DAY}, so weeks cannot be counted",
        "mau": f"{A_DAY}, so months cannot be counted",
        "stickiness": f"{A_DAY}, so months cannot be counted",
        "retention": f"{A_DAY}, so nobody is seen to return",
        "new_users": f"{A_DAY}, so everybody is new",
        "activation": f"{A_DAY}; `conversion` is the share of the same day",
        "growth": f"{A_DAY}, so nobody is seen to return",
    },
    fitting={
        "dau": {**EVERYWHERE, "events": ANY, "window": ("calendar", "trailing")},
        "sessions": {**EVERYWHERE, "gap_minutes": (30,), "split_midnight": (False,)},
        "session_duration": {
            **EVERYWHERE,
            "gap_minutes": (30,),
            "split_midnight": (False,),
            "statistic": ("mean",),
            "exclude_single": (False,),
        },
        "sign_ups": {**EVERYWHERE, "events": ANY, "count": ("users", "events")},
        "conversion": {
            **EVERYWHERE,
            "start_event": ANY,
            "goal_event": ANY,
            "same_bucket": (True,),
        },
        "bounce_rate": {**EVERYWHERE, "gap_minutes": (30,), "split_midnight": (False,)},
        "events_per_session": EVERYWHERE,
        "event_count": {**EVERYWHERE, "events": ANY},
    },
    reasons={
        **dict.fromkeys(SESSION_OPTIONS, OWN_VISITS),
        "statistic": "Plausible reports the mean only",
        "exclude": "Plausible cannot leave goals out",
        "count": 'Plausible does not know a first sign-up: write count = "users" or "events"',
        "window": f"{A_DAY}: there are no longer windows",
        "days": f"{A_DAY}: there are no longer windows",
        "same_bucket": "Plausible only has the share of the same day",
        "window_days": "Plausible only has the share of the same day",
    },
    needs={"conversion": ("goal_event",)},
)

Name = Annotated[str, Field(pattern=r"^[a-z_]+$")]
DimensionName = Annotated[str, Field(pattern=r"^(event|visit):\S.*$")]


class ReportTable(Options):
    """`report = { metrics, dimensions, filters, weight, imports }` in Plausible's own names.

    One metric is the value, two are numerator and denominator, `weight` weighs a mean. `filters`
    are those of the Stats API v2, as `[["is", "event:goal", ["Signup"]]]`. Each combination of
    `dimensions` is a segment. Percents become fractions; of revenue the amount is taken.
    """

    metrics: list[Name] = Field(min_length=1, max_length=2)
    dimensions: list[DimensionName] = Field(default_factory=list, max_length=5)
    filters: list[list[Any]] = Field(default_factory=list)
    weight: Name | None = None
    imports: bool = False

    @model_validator(mode="after")
    def _meant(self) -> ReportTable:
        if self.weight is not None and len(self.metrics) == 2:
            raise ValueError("numerator and denominator need no `weight`: it is the denominator")
        return self

    def question(self) -> Question:
        filters = _frozen(self.filters)
        sheet = Sheet("imports" if self.imports else "", filters, tuple(self.dimensions))
        counts = self.metrics[0] in COUNTS
        return of_report(sheet, self.metrics, self.weight, counts=counts)


def _frozen(raw: Any) -> Any:
    """Lists and tables of a filter in a form that can be compared; `thawed` turns it back."""
    if isinstance(raw, list):
        return tuple(map(_frozen, raw))
    if isinstance(raw, dict):
        return frozenset((key, _frozen(one)) for key, one in raw.items())
    return raw


def thawed(raw: Any) -> Any:
    """A filter as the API takes it."""
    if isinstance(raw, frozenset):
        return {key: thawed(one) for key, one in raw}
    return [thawed(one) for one in raw] if isinstance(raw, tuple) else raw


class PlausibleQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `report`, or `standard` with its options.

    `where` and `by` take dimensions such as `visit:country` or `event:props:plan`; `events` take
    goals as the site's settings call them.
    """

    product: ClassVar[Product] = PRODUCT
    report: ReportTable | None = None

    @model_validator(mode="after")
    def _dimensions(self) -> PlausibleQuery:
        for name in (*(self.where or ()), *((self.by,) if self.by else ())):
            if not name.startswith(("event:", "visit:")):
                raise ValueError(
                    f"`{name}` is no dimension of Plausible: write visit:country, event:page, ..."
                )
        return self

    def question(self) -> Question:
        """The columns of Plausible that answer it."""
        return self.report.question() if self.report is not None else _standard(self)


def _sheet(wanted: PlausibleQuery, goals: tuple[str, ...] = ()) -> Sheet:
    where: Where = wanted.where or {}
    filters = [("is", name, texts(one)) for name, one in sorted(where.items())]
    if goals:
        filters.append(("is", "event:goal", goals))
    return Sheet("", tuple(filters), (wanted.by,) if wanted.by else ())


PAIRS: Mapping[str, tuple[Reading, str, str]] = {
    "session_duration": (Reading.MEAN, "visit_duration", "visits"),
    "bounce_rate": (Reading.MEAN, "bounce_rate", "visits"),
    "events_per_session": (Reading.RATIO, "events", "visits"),
}


def _standard(wanted: PlausibleQuery) -> Question:
    name = wanted.standard or ""
    if name in PAIRS:
        reading, one, other = PAIRS[name]
        return Question(reading, (Column(_sheet(wanted), one), Column(_sheet(wanted), other)))
    if name == "conversion":
        goal = Column(_sheet(wanted, listed(wanted.goal_event)), "visitors")
        start = Column(_sheet(wanted, listed(wanted.start_event)), "visitors")
        return Question(Reading.RATIO, (goal, start))
    goals = listed(wanted.events) or (("sign_up",) if name == "sign_ups" else ())
    whole = "visits" if name == "sessions" else "visitors"
    events = name == "event_count" or wanted.count == "events"
    return Question(Reading.COUNT, (Column(_sheet(wanted, goals), "events" if events else whole),))
