"""What may be asked of Matomo: its standard metrics and reports as questions; asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import Field, model_validator

from connectors._site_question import Column, Question, Reading, Sheet, of_report
from connectors._standard_terms import (
    ANY,
    SESSION_OPTIONS,
    Product,
    StandardTerms,
    Text,
    listed,
    texts,
)
from krtracker.connector import Options

VISITS = "VisitsSummary.get"
ALIVE = Column(Sheet(VISITS, (("period", "day"),)), "nb_visits")

EVERYWHERE = {"where": ANY}
OWN_VISITS = "Matomo cuts visits itself (30 minutes; at midnight and at a new campaign)"
CALENDAR = "Matomo counts unique visitors of calendar weeks and months only"
PATHS = "Matomo's reports do not follow a visitor from one day to a later one"
PRODUCT = Product(
    "Matomo",
    answered={
        "dau": "`nb_uniq_visitors` of the day; with `events` those whose visits hold one of these "
        "event actions",
        "wau": "`nb_uniq_visitors` of the calendar week (from Monday), dated by its last day",
        "mau": "`nb_uniq_visitors` of the calendar month, dated by its last day",
        "sessions": "`nb_visits`: split at midnight and at a new campaign",
        "session_duration": "`sum_visit_length` / `nb_visits` in seconds; visits of one action are "
        "0 and included, others one second longer than last - first",
        "sign_ups": "`nb_uniq_visitors` whose visits hold the event action `sign_up` (others by "
        '`events`; `count = "events"`: `nb_events`)',
        "new_users": "`nb_uniq_visitors` on their first visit, by cookie: not registrations",
        "conversion": "`nb_uniq_visitors` with the goal event over those with the start event (or "
        "all) of the same day; visitors are not followed over days",
        "bounce_rate": "`bounce_count` / `nb_visits`: visits of one action",
        "events_per_session": "`nb_actions` / `nb_visits`: page views, downloads, outlinks, ...",
        "event_count": "`nb_actions`; with `events` `nb_events` of these event actions",
    },
    refused={
        "stickiness": f"{CALENDAR}, so there is no month that ends with each day",
        "retention": f"{PATHS} (the Cohorts plug-in is asked by `report`)",
        "activation": f"{PATHS}; `conversion` is the share of the same day",
        "growth": f"{PATHS}, so retained and churned visitors cannot be told",
    },
    fitting={
        "dau": {**EVERYWHERE, "events": ANY, "window": ("calendar", "trailing")},
        "wau": {**EVERYWHERE, "events": ANY, "window": ("calendar",), "week_start": ("monday",)},
        "mau": {**EVERYWHERE, "events": ANY, "window": ("calendar",)},
        "sessions": {**EVERYWHERE, "gap_minutes": (30,), "split_midnight": (True,)},
        "session_duration": {
            **EVERYWHERE,
            "gap_minutes": (30,),
            "split_midnight": (True,),
            "statistic": ("mean",),
            "exclude_single": (False,),
        },
        "sign_ups": {**EVERYWHERE, "events": ANY, "count": ("users", "events")},
        "new_users": EVERYWHERE,
        "conversion": {
            **EVERYWHERE,
            "start_event": ANY,
            "goal_event": ANY,
            "same_bucket": (True,),
        },
        "bounce_rate": {**EVERYWHERE, "gap_minutes": (30,), "split_midnight": (True,)},
        "events_per_session": EVERYWHERE,
        "event_count": {**EVERYWHERE, "events": ANY},
    },
    reasons={
        **dict.fromkeys(SESSION_OPTIONS, OWN_VISITS),
        "statistic": "Matomo reports the mean only",
        "exclude": "Matomo filters visits, and cannot leave single events out",
        "by": "write a `report` with `by_label = true` for numbers by country, device, ...",
        "count": 'Matomo does not know a first sign-up: write count = "users" or "events"',
        "window": CALENDAR,
        "days": CALENDAR,
        "week_start": "Matomo's weeks begin on Monday",
        "same_bucket": "Matomo only has the share of the same day",
        "window_days": "Matomo only has the share of the same day",
    },
    needs={"wau": ("window",), "mau": ("window",), "conversion": ("goal_event",)},
)

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Method = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]*\.get[A-Za-z]*$")]
OURS = frozenset(
    {"module", "method", "format", "period", "date", "idSite", "token_auth", "urls", "segment"}
    | {"filter_limit", "filter_offset", "format_metrics", "expanded", "flat", "labels"}
)


class ReportTable(Options):
    """`report = { method, metrics, params, segment, label, by_label, weight }` in Matomo's names.

    One metric is the value, two are numerator and denominator, `weight` weighs a mean; a method
    that answers one number has the metric `value`. Of a table `label` takes one row, and
    `by_label` makes each row a segment. `params` are those of the method, as `{ idGoal = "3" }`.
    """

    method: Method = VISITS
    metrics: list[Name] = Field(min_length=1, max_length=2)
    params: Mapping[Name, Text] = Field(default_factory=dict)
    segment: Text | None = None
    label: Text | None = None
    by_label: bool = False
    weight: Name | None = None

    @model_validator(mode="after")
    def _meant(self) -> ReportTable:
        if self.weight is not None and len(self.metrics) == 2:
            raise ValueError("numerator and denominator need no `weight`: it is the denominator")
        if self.label is not None and self.by_label:
            raise ValueError("write either `label` or `by_label`")
        if taken := OURS & set(self.params):
            raise ValueError(f"leave `{min(taken)}` out of `params`: it is set by krtracker")
        if self.method == "API.getBulkRequest":
            raise ValueError("name the report itself: requests are put together by krtracker")
        return self

    def question(self) -> Question:
        labels = (self.label,) if self.label is not None else ()
        sheet = _sheet(self.method, segment=self.segment, labels=labels, params=self.params)
        sheet = Sheet(sheet.kind, sheet.filter, ("label",) if self.by_label else ())
        counts = self.metrics[0].startswith("nb_") or self.metrics[0] == "value"
        counts = counts and "_per_" not in self.metrics[0]
        return of_report(sheet, self.metrics, self.weight, counts=counts)


class MatomoQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `report`, or `standard` with its options.

    `where` takes names of Matomo's segments, as `countryCode`; `events` take event actions.
    """

    product: ClassVar[Product] = PRODUCT
    report: ReportTable | None = None

    def question(self) -> Question:
        """The columns of Matomo that answer it."""
        return self.report.question() if self.report is not None else _standard(self)


def _sheet(
    method: str,
    *,
    segment: str | None = None,
    labels: tuple[str, ...] = (),
    params: Mapping[str, str] | None = None,
    period: str = "day",
) -> Sheet:
    told: dict[str, object] = {**(params or {}), "period": period}
    if segment:
        told["segment"] = segment
    if labels:
        told["labels"] = labels
    return Sheet(method, tuple(sorted(told.items())))


def _any(name: str, values: tuple[str, ...]) -> str:
    """One of the values; a comma is "or" and a semicolon "and", so those of a value are quoted."""
    return ",".join(f"{name}=={quote(one, safe='')}" for one in values)


def _segment(wanted: MatomoQuery, *more: str) -> str:
    where = [_any(name, texts(one)) for name, one in sorted((wanted.where or {}).items())]
    return ";".join([*where, *filter(None, more)])


def _visitors(wanted: MatomoQuery, events: tuple[str, ...], period: str = "day") -> Column:
    segment = _segment(wanted, _any("eventAction", events))
    return Column(_sheet(VISITS, segment=segment, period=period), "nb_uniq_visitors")


PAIRS = {
    "session_duration": ("sum_visit_length", "nb_visits"),
    "bounce_rate": ("bounce_count", "nb_visits"),
    "events_per_session": ("nb_actions", "nb_visits"),
}
PERIODS = {"wau": "week", "mau": "month"}


def _standard(wanted: MatomoQuery) -> Question:
    name = wanted.standard or ""
    visits = _sheet(VISITS, segment=_segment(wanted))
    if name in PAIRS:
        return Question(Reading.RATIO, tuple(Column(visits, one) for one in PAIRS[name]))
    if name == "conversion":
        goal, start = listed(wanted.goal_event), listed(wanted.start_event)
        return Question(Reading.RATIO, (_visitors(wanted, goal), _visitors(wanted, start)))
    if name in PERIODS:
        column = _visitors(wanted, listed(wanted.events), PERIODS[name])
        return Question(Reading.PLAIN, (column,))
    return Question(Reading.COUNT, (_counted(wanted, name, visits),))


def _counted(wanted: MatomoQuery, name: str, visits: Sheet) -> Column:
    events = listed(wanted.events) or (("sign_up",) if name == "sign_ups" else ())
    if name == "sessions":
        return Column(visits, "nb_visits")
    if name == "new_users":
        segment = _segment(wanted, "visitorType==new")
        return Column(_sheet(VISITS, segment=segment), "nb_uniq_visitors")
    if name == "event_count" and not events:
        return Column(visits, "nb_actions")
    if name == "event_count" or wanted.count == "events":
        sheet = _sheet("Events.getAction", segment=_segment(wanted), labels=events)
        return Column(sheet, "nb_events")
    return _visitors(wanted, events)
