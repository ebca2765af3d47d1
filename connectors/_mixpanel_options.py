"""The options of a metric that Mixpanel answers, and its words for what it cannot; asks nothing."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from connectors._standard_terms import ANY, Product, StandardTerms, Text
from krtracker.connector import Options

SAVED = "save an Insights report and ask for it by report = { bookmark_id = ... }"
TRAILING = f'users are of calendar weeks and months: write window = "calendar", or {SAVED}'
SESSIONS = f"sessions are virtual events, which the Query API's segmentation lacks: {SAVED}"
ONE = "the Query API counts the users of one event at a time, never of several together"

ANSWERED = {
    "dau": "`type=unique` of one event by day: people who did it that day",
    "wau": "`type=unique` of one event by calendar week from Monday, dated by its Sunday",
    "mau": "`type=unique` of one event by calendar month, dated by its last day",
    "retention": "`/retention`: of those who did the start event for the first time that day "
    "(`birth`; `compounded` for recurring), the share who returned N to N + 1 times 24 hours later",
    "sign_ups": "`first` of `/retention` by `birth`: people who did the event for the first time "
    "that day; `users` is `type=unique`, `events` `type=general`",
    "conversion": "people with the goal event over people with the start event of the same day "
    "(`type=unique` each); not followed over days: see report = { funnel_id = ... }",
    "event_count": "`type=general` of the events by day",
}
REFUSED = {
    "stickiness": f"the Query API has no trailing users to divide by: {SAVED}",
    "sessions": SESSIONS,
    "session_duration": SESSIONS,
    "new_users": "the Query API knows the first time of one event, not of any: use `sign_ups` "
    "with that event",
    "activation": "the Query API follows people through saved funnels only: write "
    "report = { funnel_id = ..., window_days = 7 }",
    "growth": f"the Query API does not tell resurrected from retained users: {SAVED}",
    "bounce_rate": SESSIONS,
    "events_per_session": SESSIONS,
}
FILTERED = {"events": ANY, "where": ANY}
CALENDAR = {"events": ANY, "window": ("calendar",), "week_start": ("monday",)}
PRODUCT = Product(
    "Mixpanel",
    ANSWERED,
    REFUSED,
    fitting={
        "dau": {**FILTERED, "by": ANY},
        "wau": CALENDAR,
        "mau": CALENDAR,
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
        "sign_ups": {**FILTERED, "by": ANY, "count": ("first_ever", "users", "events")},
        "conversion": {"where": ANY, "start_event": ANY, "goal_event": ANY, "same_bucket": (True,)},
        "event_count": {**FILTERED, "by": ANY},
    },
    reasons={
        "window": "Mixpanel has calendar weeks and months for users, and 24 hours for retention",
        "days": TRAILING,
        "exclude": "Mixpanel counts the events that are named: write `events`",
        "unit": "the Query API dates cohorts of weeks and months by the week and month: ask by day",
        "cohort": "Mixpanel has first_ever (`birth`) and recurring (`compounded`) cohorts",
        "mode": "Mixpanel tells who returned on a day, and on or after it",
        "brackets": "Mixpanel tells who returned on a day, and on or after it",
        "same_bucket": ANSWERED["conversion"],
        "window_days": ANSWERED["conversion"],
        "by": "Mixpanel answers it for all people together here",
        "week_start": "Mixpanel's weeks begin as the project says: Monday",
    },
    needs={
        "dau": ("events",),
        "wau": ("events", "window"),
        "mau": ("events", "window"),
        "conversion": ("start_event", "goal_event"),
        "event_count": ("events",),
    },
)


class MixpanelReport(Options):
    """`report = { ... }` in Mixpanel's own words; exactly one of these four ways.

    `bookmark_id` of a saved Insights report (`series` names one of several); `funnel_id` of a
    saved funnel, whose last step is divided by its first; `event` with `unique`, and `sum` or
    `average` of an expression such as `properties["amount"]`; `where` and `on` are expressions.
    """

    bookmark_id: Annotated[int, Field(gt=0)] | None = None
    series: Text | None = None
    funnel_id: Annotated[int, Field(gt=0)] | None = None
    window_days: Annotated[int, Field(gt=0, le=366)] | None = None
    event: Text | None = None
    unique: bool = False
    sum: Text | None = None
    average: Text | None = None
    where: Text | None = None
    on: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> MixpanelReport:
        ways = {"bookmark_id": {"series"}, "funnel_id": {"window_days"}}
        ways["event"] = {"unique", "sum", "average", "where", "on"}
        chosen = [one for one in ways if getattr(self, one) is not None]
        if len(chosen) != 1:
            raise ValueError("write one of `bookmark_id`, `funnel_id` and `event`")
        if strange := self.model_fields_set - ways[chosen[0]] - set(chosen):
            raise ValueError(f"`{min(strange)}` does not go with `{chosen[0]}`")
        if sum((self.unique, self.sum is not None, self.average is not None)) > 1:
            raise ValueError("write one of `unique`, `sum` and `average`")
        if self.on is not None and (self.sum or self.average):
            raise ValueError("`sum` and `average` are not told apart: leave `on` out")
        return self


class MixpanelQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `standard` with its options, or `report`."""

    product: ClassVar[Product] = PRODUCT

    report: MixpanelReport | None = None

    @model_validator(mode="after")
    def _of_one_event(self) -> MixpanelQuery:
        if (name := self.crowded()) and not self.of_totals:
            raise ValueError(f"`{name}`: {ONE}; write one event")
        recurring = self.cohort == "recurring"
        if self.standard == "retention" and not recurring and self.start_event is None:
            raise ValueError("with Mixpanel a first_ever cohort needs start_event")
        if recurring and self.start_event is not None:
            raise ValueError("a recurring cohort of Mixpanel is of `return_event`: leave it out")
        if self.by is not None and self.standard == "sign_ups" and self.count is None:
            raise ValueError('first sign-ups are not told apart: write count = "users" or "events"')
        return self
