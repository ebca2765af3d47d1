"""The options of a metric that PostHog answers, and its words for what it cannot; asks nothing."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import field_validator, model_validator

from connectors._standard_terms import ANY, Product, StandardTerms
from krtracker.connector import Options

PLACEHOLDER = re.compile(r"\{\s*(\w+)\s*\}")
BOUND = ("start", "last", "end", "start_epoch", "end_epoch", "zone")
OWN = "write it in HogQL: report = { hogql = ... }"
ANSWERED = {
    "dau": "distinct `person_id` with a qualifying event on the day",
    "wau": "distinct `person_id` of the trailing 7 days; or calendar weeks from Monday",
    "mau": "distinct `person_id` of the trailing 30 days; or calendar months",
    "stickiness": "distinct persons of the day over those of the trailing 30 days, the weight",
    "sessions": "distinct `$session_id` begun on the day (PostHog's SDKs: 30 min idle, 24 h)",
    "session_duration": "mean seconds from the first to the last event of a `$session_id` begun "
    "on the day, those of one event included; weighted by sessions",
    "retention": "of the persons whose first start event ever is of the day, the share with the "
    "return event on civil day N after it; weighted by persons",
    "sign_ups": "persons whose first event `sign_up` ever is of the day",
    "new_users": "persons whose first event ever is of the day",
    "activation": "of the persons with the start event on the day, the share with the goal event "
    "within window_days (7) times 24 hours; weighted by persons",
    "conversion": "as activation; with same_bucket distinct persons over such of the day",
    "growth": "persons by day: new (first ever), retained (active the day before), resurrected, "
    "churned (active the day before only)",
    "bounce_rate": "share of the sessions begun on the day with exactly one event",
    "events_per_session": "events per `$session_id` begun on the day; weighted by sessions",
    "event_count": "qualifying events of the day",
}
FILTERED = {"events": ANY, "exclude": ANY, "where": ANY}
SEGMENTED = {**FILTERED, "by": ANY}
TRAILING = {**SEGMENTED, "window": ("trailing", "calendar"), "days": ANY, "week_start": ("monday",)}
SESSION = {
    **SEGMENTED,
    "gap_minutes": (30,),
    "split_midnight": (False,),
    "session_column": ("$session_id",),
    "max_hours": ANY,
    "exclude_single": ANY,
}
FUNNEL = {
    "where": ANY,
    "start_event": ANY,
    "goal_event": ANY,
    "window_days": ANY,
    "same_bucket": ANY,
}
PRODUCT = Product(
    "PostHog",
    ANSWERED,
    {},
    fitting={
        "dau": SEGMENTED,
        "wau": TRAILING,
        "mau": TRAILING,
        "stickiness": {
            **FILTERED,
            "days": ANY,
            "numerator": ("dau", "wau"),
            "denominator": ("wau", "mau"),
        },
        "sessions": SESSION,
        "session_duration": {**SESSION, "statistic": ("mean",)},
        "bounce_rate": SESSION,
        "events_per_session": SESSION,
        "retention": {
            **FILTERED,
            "day": ANY,
            "unit": ("day", "week", "month"),
            "cohort": ("first_ever", "first_in_range", "recurring"),
            "mode": ("on", "on_or_after", "bracket"),
            "brackets": ANY,
            "window": ("calendar",),
            "start_event": ANY,
            "return_event": ANY,
        },
        "sign_ups": {
            "events": ANY,
            "where": ANY,
            "by": ANY,
            "count": ("first_ever", "users", "events"),
        },
        "new_users": SEGMENTED,
        "activation": FUNNEL,
        "conversion": FUNNEL,
        "growth": {**FILTERED, "interval": ("day",), "churn_after": (1,)},
        "event_count": SEGMENTED,
    },
    reasons={
        "gap_minutes": "PostHog's SDKs cut the sessions, after 30 minutes",
        "split_midnight": "PostHog's SDKs cut the sessions, and not at midnight",
        "session_column": "PostHog's sessions are those of `$session_id`",
        "cap_minutes": f"sessions are taken whole; {OWN}",
        "statistic": f"HogQL's median and quantiles are approximate; {OWN}",
        "window": f"retention is by civil days here; {OWN}",
        "interval": f"growth is by day and churned the day after; {OWN}",
        "churn_after": f"growth is by day and churned the day after; {OWN}",
        "week_start": "weeks begin on Monday here",
        "first_seen_column": "the first event ever tells it here",
        "by": "it is answered for all persons together here",
    },
    needs={
        "activation": ("start_event", "goal_event"),
        "conversion": ("start_event", "goal_event"),
    },
)


class PosthogReport(Options):
    """`report = { hogql = ... }`: a SELECT that answers day, value (and weight, segment).

    Bound as values: {start}, {last} and {end} (dates as text, the end open), {start_epoch} and
    {end_epoch} (seconds, for fromUnixTimestamp), {zone}. Write a LIMIT: PostHog's own is 100 rows.
    """

    hogql: str

    @field_validator("hogql")
    @classmethod
    def _names_the_window(cls, text: str) -> str:
        names = set(PLACEHOLDER.findall(text))
        if unknown := names - set(BOUND):
            listed = ", ".join(f"{{{one}}}" for one in BOUND)
            raise ValueError(f"{{{min(unknown)}}} is not given to the query: it may name {listed}")
        if not names & {"start", "start_epoch"}:
            raise ValueError(
                "the query names no window, so every run would read everything: add "
                "where timestamp >= fromUnixTimestamp({start_epoch}) "
                "and timestamp < fromUnixTimestamp({end_epoch})"
            )
        return text


class PosthogQuery(StandardTerms):
    """The connector's part of `[metrics.ID]`: `standard` with its options, or `report`."""

    product: ClassVar[Product] = PRODUCT

    report: PosthogReport | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> PosthogQuery:
        if (self.numerator or "dau", self.denominator or "mau") == ("wau", "wau"):
            raise ValueError("stickiness is dau/mau, dau/wau or wau/mau")
        if self.window == "calendar" and self.days is not None:
            raise ValueError("`days` belongs to a trailing window: leave one of them out")
        if (self.mode == "bracket") != (self.brackets is not None):
            raise ValueError('write `mode = "bracket"` together with `brackets = [first, last]`')
        if self.brackets is not None and not 0 <= self.brackets[0] <= self.brackets[1]:
            raise ValueError("`brackets` are [first, last], the first not after the last")
        if self.same_bucket and self.window_days is not None:
            raise ValueError("`same_bucket` is of one day: leave `window_days` out")
        return self
