"""The options of the standard metrics, which of them GA4 can honour, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from connectors._ga4_question import Conditions, FieldName, Text
from krtracker.connector import STANDARD_METRICS, Options

Events = Text | list[Text]

ANSWERED = {
    "dau": "`active1DayUsers`: users GA4 calls active on the day; with `events`: `totalUsers` "
    "with one of these events",
    "wau": "`active7DayUsers`: active users of the trailing 7 days",
    "mau": "`active28DayUsers`: active users of the trailing 28 days, not 30",
    "stickiness": "`dauPerMau` (over 30 days), `dauPerWau` or `wauPerMau`, a fraction; weighted "
    "by `active28DayUsers` (`active7DayUsers` for dau/wau)",
    "sessions": "`sessions`: begun on the day; not split at midnight",
    "session_duration": "`averageSessionDuration` in seconds, sessions of one event included; "
    "weighted by `sessions`",
    "retention": "`cohortActiveUsers` / `cohortTotalUsers` of the users first seen on the day, on "
    "calendar day N after it",
    "sign_ups": '`totalUsers` with the event `sign_up` that day (`count = "events"`: '
    "`eventCount`); GA4 does not know which sign-up was a user's first",
    "new_users": "`newUsers`: devices and browsers seen for the first time, not registrations",
    "conversion": "`totalUsers` with the goal event over `totalUsers` with the start event (or "
    "all) of the same day; users are not followed over days",
    "bounce_rate": "`bounceRate`: share of sessions up to 10 s without a key event or a second "
    "view; weighted by `sessions`",
    "events_per_session": "`eventCount` / `sessions`",
    "event_count": "`eventCount`, with `events` only of these",
}
REFUSED = {
    "activation": "GA4's reports do not follow a user from one event to a later one; "
    "`conversion` is the share of the same day",
    "growth": "GA4's reports do not tell retained, resurrected and churned users apart",
}
STANDARDS: Mapping[str, tuple[bool, str]] = MappingProxyType(
    {name: (name in ANSWERED, {**REFUSED, **ANSWERED}[name]) for name in STANDARD_METRICS}
)
"""By name: whether GA4 answers it, and the definition or the reason why not."""

ANY = None
EVERYWHERE = {"where": ANY}
SEGMENTED = {**EVERYWHERE, "by": ANY}
FITTING: Mapping[str, Mapping[str, tuple[Any, ...] | None]] = {
    "dau": {**SEGMENTED, "events": ANY, "exclude": ANY, "window": ("calendar", "trailing")},
    "wau": {**SEGMENTED, "window": ("trailing",), "days": (7,)},
    "mau": {**SEGMENTED, "window": ("trailing",), "days": (28,)},
    "stickiness": {**SEGMENTED, "numerator": ANY, "denominator": ANY},
    "sessions": {**SEGMENTED, "split_midnight": (False,)},
    "session_duration": {
        **SEGMENTED,
        "split_midnight": (False,),
        "statistic": ("mean",),
        "exclude_single": (False,),
    },
    "retention": {
        **EVERYWHERE,
        "day": ANY,
        "unit": ("day",),
        "cohort": ("first_ever",),
        "mode": ("on",),
        "window": ("calendar",),
    },
    "sign_ups": {**SEGMENTED, "events": ANY, "count": ("users", "events")},
    "new_users": SEGMENTED,
    "conversion": {**SEGMENTED, "start_event": ANY, "goal_event": ANY, "same_bucket": (True,)},
    "bounce_rate": SEGMENTED,
    "events_per_session": SEGMENTED,
    "event_count": {**SEGMENTED, "events": ANY, "exclude": ANY},
}
"""The options of each standard metric, and the values that GA4 can honour."""

OWN_SESSIONS = "GA4 cuts sessions itself, by the timeout set in the property"
OWN_COHORTS = "GA4's cohorts are the users first seen on a day"
REASONS = {
    "gap_minutes": OWN_SESSIONS,
    "split_midnight": OWN_SESSIONS,
    "session_column": OWN_SESSIONS,
    "max_hours": OWN_SESSIONS,
    "cap_minutes": OWN_SESSIONS,
    "exclude_single": OWN_SESSIONS,
    "statistic": "GA4 reports the mean only",
    "days": "GA4 counts active users over the trailing 7 (wau) and 28 (mau) days only",
    "window": "GA4 counts trailing days for active users and calendar days for retention",
    "count": 'GA4 does not know a user\'s first sign-up: write count = "users" or "events"',
    "unit": "GA4's weeks run from Sunday: ask for a day",
    "cohort": OWN_COHORTS,
    "start_event": OWN_COHORTS,
    "return_event": "GA4 counts a user as returned by any activity",
    "mode": "GA4 tells who returned on a day, not on or after it",
    "brackets": "GA4 tells who returned on a day, not in a span of days",
    "same_bucket": "GA4 only has the share of the same day",
    "window_days": "GA4 only has the share of the same day",
    "by": "GA4's cohorts cannot be told apart by another dimension here",
}


def _refusal(standard: str, option: str, value: object) -> str | None:
    """Why GA4 cannot honour an option of a standard metric, or None."""
    fitting = FITTING.get(standard, {})
    if option in fitting:
        allowed = fitting[option]
        if allowed is ANY or value in allowed:
            return None
    return REASONS.get(option, f"it is no option of `{standard}` with GA4")


class StandardOptions(Options):
    """`standard` and the options every connector knows; what GA4 cannot honour is refused."""

    standard: str | None = None
    where: Conditions | None = None
    by: FieldName | None = None
    events: Events | None = None
    exclude: Events | None = None
    window: str | None = None
    days: int | None = None
    day: int | None = Field(default=None, ge=1, le=365)
    unit: str | None = None
    numerator: Literal["dau", "wau"] | None = None
    denominator: Literal["wau", "mau"] | None = None
    count: str | None = None
    start_event: Events | None = None
    return_event: Events | None = None
    goal_event: Events | None = None
    same_bucket: bool | None = None
    window_days: int | None = None
    statistic: str | None = None
    cohort: str | None = None
    mode: str | None = None
    brackets: list[int] | None = None
    gap_minutes: float | None = None
    max_hours: float | None = None
    cap_minutes: float | None = None
    split_midnight: bool | None = None
    session_column: str | None = None
    exclude_single: bool | None = None

    @field_validator("*")
    @classmethod
    def _can_be_answered(cls, value: Any, seen: ValidationInfo) -> Any:
        name, standard = str(seen.field_name), seen.data.get("standard")
        if name == "standard" and value is not None:
            known, words = STANDARDS.get(value, (False, "GA4 does not know it"))
            if not known:
                raise ValueError(words)
        elif name != "report" and value is not None and standard is not None:
            reason = _refusal(standard, name, value)
            if reason is not None:
                raise ValueError(reason)
        return value
