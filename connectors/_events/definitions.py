"""What each standard metric computed from events is, in one line; it computes none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = {
    "dau": "distinct users of the day",
    "wau": "distinct users of the 7 days that end with the day; or calendar weeks",
    "mau": "distinct users of the 30 days that end with the day; or calendar months",
    "stickiness": "`dau` by `mau` of the same day, a fraction; weighted by `mau`",
    "sessions": "sessions begun on the day; a silence of more than 30 minutes ends one",
    "session_duration": "last minus first event in seconds, sessions of one event as 0; "
    "weighted by sessions",
    "retention": "of the users whose first event ever is of the day, the share seen on civil day "
    "N after it; weighted by users",
    "sign_ups": "users whose first sign-up event ever is of the day; or rows of a users table",
    "new_users": "users whose first event ever is of the day; or rows of a users table",
    "activation": "of the users with the start event on the day, the share with the goal event "
    "within `window_days` (7) times 24 hours; weighted by users",
    "conversion": "as activation; with same_bucket distinct users over such of the day",
    "growth": "users by day: new (first ever), retained, resurrected, churned",
    "bounce_rate": "share of the sessions begun on the day with exactly one event",
    "events_per_session": "events by sessions begun on the day; weighted by sessions",
    "event_count": "qualifying events of the day, those of unknown users included",
}
DEFINITIONS: Mapping[str, tuple[bool, str]] = MappingProxyType(
    {name: (True, words) for name, words in WORDS.items()}
)
