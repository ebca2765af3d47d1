"""The options of a metric that Amplitude answers, and its words for what it cannot; no requests."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from connectors._standard_terms import ANY, Product, StandardTerms, Text, Where
from krtracker.connector import Options

ACTIVE = ("dau", "wau", "mau")
ONE = (
    "Amplitude counts the users of one event at a time: make a custom event of several "
    '(`events = "ce:Name"`)'
)
ROLLING = "trailing: `rollingWindow`, at most 90 days"
ANSWERED = {
    "dau": "`uniques` of any active event (`_active`) by day; with `events` of that event",
    "wau": f"`uniques` of any active event over 7 days, {ROLLING}",
    "mau": f"`uniques` of any active event over 30 days, {ROLLING}",
    "stickiness": "`uniques` of a day over those of 30 trailing days, which are the weight",
    "sessions": "`totals` of the event `session_start`, which Amplitude's SDKs send where sessions "
    "are tracked",
    "session_duration": "`/sessions/average` in seconds, sessions of one event included as 0; "
    "without weight, and a day of 0 s is one without sessions",
    "retention": "`/retention`: new users of the day (`_new`; with start_event, all who did it "
    "that day), the share who returned in the N-th 24 hours",
    "sign_ups": "`uniques` of the event that day (`events`: `totals`); Amplitude's API does not "
    "know which was a user's first",
    "new_users": "`/users?m=new`: users whose first event ever is of that day",
    "activation": "`/funnels` in this order: of the users with the start event that day, the "
    "share with the goal event within `window_days` (7)",
    "conversion": "`/funnels` as activation; with same_bucket `uniques` over `uniques` of the day",
    "event_count": "`totals` of the events by day (`_all` without `events`)",
}
REFUSED = {
    "growth": "the Dashboard REST API has no lifecycle chart",
    "bounce_rate": "the Dashboard REST API tells no sessions of one event",
    "events_per_session": "the Dashboard REST API counts events of users, not of sessions",
}
FILTERED = {"events": ANY, "where": ANY, "by": ANY}
TRAILING = {**FILTERED, "window": ("trailing",), "days": tuple(range(1, 91))}
FUNNEL = {"where": ANY, "start_event": ANY, "goal_event": ANY, "window_days": ANY}
PRODUCT = Product(
    "Amplitude",
    ANSWERED,
    REFUSED,
    fitting={
        "dau": FILTERED,
        "wau": TRAILING,
        "mau": TRAILING,
        "stickiness": {
            "events": ANY,
            "where": ANY,
            "days": tuple(range(1, 91)),
            "numerator": ("dau", "wau"),
            "denominator": ("wau", "mau"),
        },
        "sessions": {"where": ANY, "by": ANY, "split_midnight": (False,)},
        "session_duration": {
            "split_midnight": (False,),
            "statistic": ("mean",),
            "exclude_single": (False,),
        },
        "retention": {
            "where": ANY,
            "day": ANY,
            "start_event": ANY,
            "return_event": ANY,
            "unit": ("day",),
            "cohort": ("first_ever", "recurring"),
            "mode": ("on", "on_or_after"),
            "window": ("rolling_24h",),
        },
        "sign_ups": {**FILTERED, "count": ("users", "events")},
        "new_users": {"where": ANY, "by": ANY},
        "activation": {**FUNNEL, "same_bucket": (False,)},
        "conversion": {**FUNNEL, "same_bucket": ANY},
        "event_count": FILTERED,
    },
    reasons={
        "exclude": "Amplitude takes inactive events out itself: mark them so in its taxonomy",
        "window": "Amplitude counts trailing days here, and 24 hours for retention",
        "days": "Amplitude's rolling windows have at most 90 days",
        "count": 'Amplitude does not know a user\'s first sign-up: write count = "users"',
        "unit": "Amplitude dates cohorts of weeks and months by the week and month: ask by day",
        "brackets": "Amplitude's brackets are not asked here: use mode on, or on_or_after",
        "mode": "Amplitude's brackets are not asked here: use mode on, or on_or_after",
        "gap_minutes": "Amplitude's SDKs cut the sessions",
        "split_midnight": "Amplitude's SDKs cut the sessions",
        "statistic": "Amplitude reports the mean only",
        "where": "`/sessions` cannot be filtered by a property",
        "by": "Amplitude answers it for all users together here",
    },
    needs={
        "activation": ("start_event", "goal_event"),
        "conversion": ("start_event", "goal_event"),
    },
)


class AmplitudeReport(Options):
    """`report = { ... }`: one event segmentation in Amplitude's own words.

    `measure` is its `m`; `property` is the event's, for sums and value_avg; `rolling_days` counts
    trailing days; `where` and `by` are user properties, or `event.NAME`.
    """

    event: Text
    measure: Literal["uniques", "totals", "pct_dau", "average", "sums", "value_avg"] = "totals"
    property: Text | None = None
    rolling_days: Annotated[int, Field(gt=1, le=90)] | None = None
    where: Where | None = None
    by: Text | None = None

    @model_validator(mode="after")
    def _fits(self) -> AmplitudeReport:
        if (self.property is None) == (self.measure in ("sums", "value_avg")):
            raise ValueError("`sums` and `value_avg` need the event's `property`, others take none")
        return self


class AmplitudeQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `standard` with its options, or `report`."""

    product: ClassVar[Product] = PRODUCT

    report: AmplitudeReport | None = None

    @model_validator(mode="after")
    def _can_be_asked(self) -> AmplitudeQuery:
        if (name := self.crowded()) and not (self.of_totals and self.by is None):
            raise ValueError(f"`{name}`: {ONE}")
        if (self.numerator or "dau", self.denominator or "mau") == ("wau", "wau"):
            raise ValueError("stickiness is dau/mau, dau/wau or wau/mau")
        if self.cohort == "first_ever" and self.start_event is not None:
            raise ValueError('Amplitude has first_ever cohorts of new users only: "recurring"')
        if self.same_bucket and self.window_days is not None:
            raise ValueError("`same_bucket` is of one day: leave `window_days` out")
        return self
