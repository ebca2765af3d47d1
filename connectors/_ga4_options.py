"""The options of the standard metrics, which of them GA4 can honour, and why not the others."""

from __future__ import annotations

from typing import ClassVar, Literal

from connectors._ga4_question import Conditions, FieldName
from connectors._standard_terms import ANY, SESSION_OPTIONS, Fitting, Product, Terms

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
EVERYWHERE: Fitting = {"where": ANY}
SEGMENTED: Fitting = {**EVERYWHERE, "by": ANY}
FITTING: dict[str, Fitting] = {
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
    **dict.fromkeys(SESSION_OPTIONS, OWN_SESSIONS),
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


PRODUCT = Product("GA4", ANSWERED, REFUSED, FITTING, REASONS, needs={"conversion": ("goal_event",)})


class StandardOptions(Terms):
    """`standard` and the options every connector knows; what GA4 cannot honour is refused."""

    product: ClassVar[Product] = PRODUCT

    where: Conditions | None = None
    by: FieldName | None = None
    numerator: Literal["dau", "wau"] | None = None
    denominator: Literal["wau", "mau"] | None = None
