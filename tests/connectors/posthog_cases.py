"""What is asked of the PostHog project, and what its twelve events make of it, counted by hand."""

from __future__ import annotations

from collections.abc import Mapping

from tests.connectors.product_asking import Expected, Table

REVENUE = """
SELECT toDate(toTimeZone(timestamp, {zone})) AS day, countIf(event = 'buy') AS value FROM events
WHERE timestamp >= fromUnixTimestamp({start_epoch}) AND timestamp < fromUnixTimestamp({end_epoch})
GROUP BY day LIMIT 1000
"""

CASES: Mapping[str, tuple[Table, Expected]] = {
    "dau": ({"standard": "dau"}, [(1, 2), (2, 3), (3, 1)]),
    "dau of viewers": ({"standard": "dau", "events": "view"}, [(1, 1), (2, 1), (3, 0)]),
    "dau without pings": ({"standard": "dau", "exclude": ["ping"]}, [(1, 2), (2, 3), (3, 0)]),
    "dau of a plan": (
        {"standard": "dau", "where": {"plan": ["free", "none"]}},
        [(1, 1), (2, 1), (3, 0)],
    ),
    "dau by plan": (
        {"standard": "dau", "by": "plan"},
        [
            (1, 1, "free"),
            (1, 1, "pro"),
            (2, 1, "(none)"),
            (2, 1, "free"),
            (2, 1, "pro"),
            (3, 1, "pro"),
        ],
    ),
    "wau": ({"standard": "wau"}, [(1, 2), (2, 3), (3, 3)]),
    "wau of weeks": ({"standard": "wau", "window": "calendar"}, [(1, 2)]),
    "mau": ({"standard": "mau"}, [(1, 2), (2, 3), (3, 3)]),
    "mau of buyers": ({"standard": "mau", "events": "buy"}, [(1, 0), (2, 2), (3, 2)]),
    "mau of months": ({"standard": "mau", "window": "calendar"}, []),
    "stickiness": ({"standard": "stickiness"}, [(1, 1, 2), (2, 1, 3), (3, 1 / 3, 3)]),
    "sessions": ({"standard": "sessions"}, [(1, 2), (2, 2), (3, 0)]),
    "session_duration": ({"standard": "session_duration"}, [(1, 1200, 2), (2, 15, 2)]),
    "longer sessions": (
        {"standard": "session_duration", "exclude_single": True, "max_hours": 0.25},
        [(1, 600, 1), (2, 30, 1)],
    ),
    "bounce_rate": ({"standard": "bounce_rate"}, [(1, 0, 2), (2, 0.5, 2)]),
    "events_per_session": ({"standard": "events_per_session"}, [(1, 2, 2), (2, 1.5, 2)]),
    "retention": ({"standard": "retention"}, [(1, 1, 1), (2, 0, 1)]),
    "retention of the next day": (
        {"standard": "retention", "day": 1, "cohort": "recurring"},
        [(1, 1, 2), (2, 1 / 3, 3), (3, 0, 1)],
    ),
    "retention in the week after": (
        {"standard": "retention", "day": 1, "unit": "week", "start_event": "sign_up"},
        [(1, 1, 1), (2, 0, 1)],
    ),
    "retention at last": (
        {"standard": "retention", "day": 2, "mode": "on_or_after"},
        [(1, 1, 1), (2, 0, 1)],
    ),
    "retention in a span": (
        {"standard": "retention", "mode": "bracket", "brackets": [1, 6]},
        [(1, 1, 1), (2, 0, 1)],
    ),
    "retention in the window": (
        {"standard": "retention", "day": 2, "cohort": "first_in_range"},
        [(1, 0.5, 2), (2, 0, 1)],
    ),
    "sign_ups": ({"standard": "sign_ups"}, [(1, 1), (2, 1), (3, 0)]),
    "sign-up events": ({"standard": "sign_ups", "count": "events"}, [(1, 1), (2, 1), (3, 0)]),
    "new_users": ({"standard": "new_users"}, [(1, 1), (2, 1), (3, 0)]),
    "activation": (
        {"standard": "activation", "start_event": "sign_up", "goal_event": "buy"},
        [(1, 0, 1), (2, 1, 1)],
    ),
    "conversion": (
        {"standard": "conversion", "start_event": "view", "goal_event": "buy", "window_days": 1},
        [(1, 1, 1), (2, 0, 1)],
    ),
    "conversion of a day": (
        {"standard": "conversion", "start_event": "view", "goal_event": "buy", "same_bucket": True},
        [(1, 0, 1), (2, 2, 1)],
    ),
    "growth": (
        {"standard": "growth"},
        [
            (1, 1, "new"),
            (1, 1, "retained"),
            (2, 1, "new"),
            (2, 2, "retained"),
            (3, 2, "churned"),
            (3, 1, "retained"),
        ],
    ),
    "event_count": ({"standard": "event_count"}, [(1, 3), (2, 4), (3, 1)]),
    "own words": ({"report": {"hogql": REVENUE}}, [(1, 0), (2, 2), (3, 0)]),
}
