"""What may be asked of Umami: its standard metrics and reports as questions; asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from connectors._site_question import Column, Question, Reading, Sheet, of_report
from connectors._standard_terms import (
    ANY,
    SESSION_OPTIONS,
    Events,
    Product,
    StandardTerms,
    Text,
    listed,
)
from krtracker.connector import Options

ALIVE = Column(Sheet("pageviews"), "pageviews")
FILTERS = frozenset(
    {"path", "url", "referrer", "title", "query", "host", "hostname", "tag", "event", "language"}
    | {"os", "browser", "device", "country", "region", "city", "segment", "cohort", "distinctId"}
    | {"utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm", "domain", "channel"}
)
"""What Umami filters by; it takes no notice of other names, and would answer for everybody."""

EVERYWHERE = {"where": ANY}
A_MONTH = "Umami gives a visitor who is not identified a new id each calendar month"
OWN_VISITS = "Umami cuts visits itself, 30 minutes after they began"
PRODUCT = Product(
    "Umami",
    answered={
        "dau": "visitors with a page view that day (`sessions` of the page view series)",
        "wau": f"visitors with a page view in the trailing 7 days; {A_MONTH} and counts both",
        "mau": f"visitors with a page view in the trailing 30 days; {A_MONTH} and counts both",
        "stickiness": f"visitors of the day over those of the trailing 30 days; {A_MONTH}",
        "sessions": "`visits` with a page view: cut 30 minutes after they began",
        "session_duration": "`totaltime` / `visits` in seconds: first to last page view, visits of "
        "one are 0 and included",
        "retention": "of the visitors first seen in the calendar month on the day, those with an "
        f"event on calendar day N after it; {A_MONTH}: identify them, or a month's end is lost",
        "sign_ups": "completions of the event `sign_up` (others by `events`), also repeated ones",
        "bounce_rate": "`bounces` / `visits`: visits of one page view",
        "events_per_session": "`pageviews` / `visits`: the events of a visit are its page views",
        "event_count": "custom events, without page views; with `events` only these",
    },
    refused={
        "new_users": f"{A_MONTH}, so everybody is new on its first day",
        "activation": "Umami's API does not follow visitors from one event to a later one",
        "conversion": "Umami's goal report divides events by visitors: that is no share",
        "growth": f"{A_MONTH}, so nobody is seen to return",
    },
    fitting={
        "dau": {**EVERYWHERE, "window": ("calendar", "trailing")},
        "wau": {**EVERYWHERE, "window": ("trailing",), "days": ANY},
        "mau": {**EVERYWHERE, "window": ("trailing",), "days": ANY},
        "stickiness": {
            **EVERYWHERE,
            "numerator": ("dau", "wau"),
            "denominator": ("wau", "mau"),
        },
        "sessions": {**EVERYWHERE, "split_midnight": (False,)},
        "session_duration": {**EVERYWHERE, "statistic": ("mean",), "exclude_single": (False,)},
        "retention": {
            "day": tuple(range(1, 32)),
            "unit": ("day",),
            "cohort": ("first_in_range",),
            "mode": ("on",),
            "window": ("calendar",),
        },
        "sign_ups": {**EVERYWHERE, "events": ANY, "count": ("events",)},
        "bounce_rate": EVERYWHERE,
        "events_per_session": EVERYWHERE,
        "event_count": {**EVERYWHERE, "events": ANY},
    },
    reasons={
        **dict.fromkeys(SESSION_OPTIONS, OWN_VISITS),
        "statistic": "Umami reports the total only, which makes a mean",
        "events": "Umami counts the visitors of page views, not those of an event",
        "exclude": "Umami cannot leave single events out",
        "by": "Umami has no series by day and another dimension: filter by `where`",
        "count": 'Umami counts events, not those who sent them: write count = "events"',
        "window": "Umami counts trailing days for visitors and calendar days for retention",
        "day": "Umami's retention ends at day 31",
        "unit": "Umami's retention is by day",
        "cohort": "Umami's cohorts are the visitors first seen in a range: first_in_range",
        "mode": "Umami tells who returned on a day, not on or after it",
        "brackets": "Umami tells who returned on a day, not in a span of days",
        "start_event": "Umami's cohorts begin with any event",
        "return_event": "Umami counts a visitor as returned by any event",
        "where": "Umami filters the cohort only, not who returned",
    },
)


def _known_filters(wanted: Mapping[str, str]) -> Mapping[str, str]:
    for name in wanted:
        if name not in FILTERS:
            raise ValueError(f"`{name}` is no filter of Umami: {', '.join(sorted(FILTERS))}")
    return wanted


Filters = Annotated[Mapping[Text, Text], AfterValidator(_known_filters)]
Metric = Literal["pageviews", "visitors", "visits", "bounces", "totaltime", "events"]
PLACES: Mapping[str, tuple[str, str]] = {
    "pageviews": ("pageviews", "pageviews"),
    "visitors": ("pageviews", "sessions"),
    "events": ("events", "events"),
}
"""Where a metric of a report stands: kind of sheet and column; the others stand in `stats`."""


class ReportTable(Options):
    """`report = { metrics, filters, events, weight }` in Umami's own names.

    One metric is the value, two are numerator and denominator, `weight` weighs a mean. `events`
    are the names that the metric `events` counts. Each day of visits, bounces and totaltime is
    a request of its own.
    """

    metrics: list[Metric] = Field(min_length=1, max_length=2)
    filters: Filters = Field(default_factory=dict)
    events: Events | None = None
    weight: Metric | None = None

    @model_validator(mode="after")
    def _meant(self) -> ReportTable:
        if self.weight is not None and len(self.metrics) == 2:
            raise ValueError("numerator and denominator need no `weight`: it is the denominator")
        if self.events is not None and "events" not in self.metrics:
            raise ValueError('`events` goes with metrics = ["events"]')
        return self

    def question(self) -> Question:
        made = of_report(Sheet(), list(self.metrics), self.weight, counts=True)
        columns = tuple(self._column(one.metric) for one in made.columns)
        return Question(made.reading, columns)

    def _column(self, metric: str) -> Column:
        kind, name = PLACES.get(metric, ("stats", metric))
        more = (("events", listed(self.events)),) if kind == "events" and self.events else ()
        return Column(Sheet(kind, (*sorted(self.filters.items()), *more)), name)


class UmamiQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `report`, or `standard` with its options.

    `where` takes Umami's filters, each with one value: `{ country = "DE" }`.
    """

    product: ClassVar[Product] = PRODUCT
    report: ReportTable | None = None

    @model_validator(mode="after")
    def _filters(self) -> UmamiQuery:
        for name, one in (self.where or {}).items():
            if not isinstance(one, str):
                raise ValueError(f"Umami compares `{name}` with one text")
            _known_filters({name: one})
        return self

    def question(self) -> Question:
        """The columns of Umami that answer it."""
        return self.report.question() if self.report is not None else _standard(self)


PAIRS = {
    "session_duration": ("totaltime", "visits"),
    "bounce_rate": ("bounces", "visits"),
    "events_per_session": ("pageviews", "visits"),
}
TRAILING = {"dau": 1, "wau": 7, "mau": 30}


def _standard(wanted: UmamiQuery) -> Question:
    name = wanted.standard or ""
    where = tuple((key, str(one)) for key, one in sorted((wanted.where or {}).items()))
    if name in PAIRS:
        sheet = Sheet("stats", where)
        return Question(Reading.RATIO, tuple(Column(sheet, one) for one in PAIRS[name]))
    if name == "retention":
        day, sheet = wanted.day or 7, Sheet("retention")
        return Question(Reading.RATIO, (Column(sheet, f"{day}"), Column(sheet, "size")))
    if name == "stickiness":
        ends = TRAILING[wanted.numerator or "dau"], TRAILING[wanted.denominator or "mau"]
        return Question(Reading.RATIO, tuple(_visitors(where, days) for days in ends))
    return Question(Reading.COUNT, (_counted(wanted, name, where),))


def _visitors(where: tuple[tuple[str, str], ...], days: int) -> Column:
    return Column(Sheet("stats" if days == 1 else f"stats {days}", where), "visitors")


def _counted(wanted: UmamiQuery, name: str, where: tuple[tuple[str, str], ...]) -> Column:
    if name == "dau":
        return Column(Sheet("pageviews", where), "sessions")
    if name == "sessions":
        return Column(Sheet("stats", where), "visits")
    if name in TRAILING:
        return _visitors(where, wanted.days or TRAILING[name])
    events = listed(wanted.events) or (("sign_up",) if name == "sign_ups" else ())
    more = (("events", events),) if events else ()
    return Column(Sheet("events", (*where, *more)), "events")
