"""Worked examples of what is said of sessions: durations, bounces, events, exclusions."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "duration_mean_with_singles",
        "A session of one event lasts 0 s and is in the mean.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:10
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:05
        cid | 2024-03-04 08:00
        """,
        ask("session_duration", "2024-03-04"),
        # (600 + 300 + 0) / 3
        {"2024-03-04": (300, 3)},
    ),
    Example(
        "duration_mean_without_singles",
        "`exclude_single` leaves them out of the mean and of its weight.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:10
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:05
        cid | 2024-03-04 08:00
        dan | 2024-03-05 08:00
        """,
        ask("session_duration", "2024-03-04 to 2024-03-05", exclude_single=True),
        # (600 + 300) / 2; on the 5th only a single: nothing
        {"2024-03-04": (450, 2)},
    ),
    Example(
        "duration_without_sessions",
        "No session is no number, not 0 s.",
        """
        -   | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        """,
        ask("session_duration", "2024-03-04 to 2024-03-06"),
        {"2024-03-05": (0, 1)},
    ),
    Example(
        "duration_median_of_four",
        "The median of an even number is half way between the middle two.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:01
        cid | 2024-03-04 08:00
        cid | 2024-03-04 08:05
        dan | 2024-03-04 08:00
        dan | 2024-03-04 08:29
        """,
        ask("session_duration", "2024-03-04", statistic="median"),
        # 0, 60, 300, 1740: (60 + 300) / 2
        {"2024-03-04": (180, 4)},
    ),
    Example(
        "duration_median_of_three",
        "The median of an odd number is the middle one.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:01
        cid | 2024-03-04 08:00
        cid | 2024-03-04 08:29
        """,
        ask("session_duration", "2024-03-04", statistic="median"),
        {"2024-03-04": (60, 3)},
    ),
    Example(
        "duration_p90_of_four",
        "The 90th percentile lies at 0.9 (n - 1) between the sorted values (type 7).",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:01
        cid | 2024-03-04 08:00
        cid | 2024-03-04 08:05
        dan | 2024-03-04 08:00
        dan | 2024-03-04 08:25
        """,
        ask("session_duration", "2024-03-04", statistic="p90"),
        # 0, 60, 300, 1500; place 0.9 * 3 = 2.7: 300 + 0.7 * 1200
        {"2024-03-04": (1140, 4)},
    ),
    Example(
        "duration_p90_of_one",
        "Of one session every statistic is its length.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:07
        """,
        ask("session_duration", "2024-03-04", statistic="p90"),
        {"2024-03-04": (420, 1)},
    ),
    Example(
        "duration_median_without_singles",
        "Exclusions hold for the median too.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:01
        cid | 2024-03-04 08:00
        cid | 2024-03-04 08:05
        """,
        ask("session_duration", "2024-03-04", statistic="median", exclude_single=True),
        # 60, 300
        {"2024-03-04": (180, 2)},
    ),
    Example(
        "duration_in_fractions",
        "Fractions of a second count as stored.",
        """
        ann | 2024-03-04 08:00:00.250
        ann | 2024-03-04 08:00:10.750
        bob | 2024-03-04 08:00:00
        bob | 2024-03-04 08:00:00.125
        """,
        ask("session_duration", "2024-03-04"),
        # (10.5 + 0.125) / 2
        {"2024-03-04": (5.3125, 2)},
    ),
    Example(
        "duration_of_simultaneous_events",
        "Events of one instant make a session of several events and no length.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:00
        """,
        ask("session_duration", "2024-03-04", exclude_single=True),
        # three events: not a single
        {"2024-03-04": (0, 1)},
    ),
    Example(
        "max_hours",
        "A session longer than `max_hours` is left out; one of exactly that long stays.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:30
        ann | 2024-03-04 09:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:30
        bob | 2024-03-04 09:00
        bob | 2024-03-04 09:01
        cid | 2024-03-04 08:00
        """,
        ask("session_duration", "2024-03-04", max_hours=1),
        # ann 3600, cid 0, bob's 3660 is out: 3600 / 2
        {"2024-03-04": (1800, 2)},
    ),
    Example(
        "max_hours_of_sessions",
        "The count leaves them out as well.",
        """
        ann | 2024-03-04 08:00 | view | session=s1
        ann | 2024-03-04 20:00 | view | session=s1
        bob | 2024-03-04 08:00 | view | session=s2
        """,
        ask("sessions", "2024-03-04", session_column="session_id", max_hours=8),
        {"2024-03-04": 1},
    ),
    Example(
        "bounce_rate",
        "The share of sessions with exactly one event.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:05
        bob | 2024-03-04 12:00
        cid | 2024-03-04 08:00
        cid | 2024-03-04 08:00
        """,
        ask("bounce_rate", "2024-03-04 to 2024-03-05"),
        # ann and bob at noon, of 4; two events of cid at one instant are two
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "bounce_rate_over_midnight",
        "A split session can bounce on both sides.",
        """
        ann | 2024-03-04 23:50
        ann | 2024-03-05 00:10
        bob | 2024-03-05 08:00
        bob | 2024-03-05 08:01
        """,
        ask("bounce_rate", "2024-03-04 to 2024-03-05", split_midnight=True),
        # 4: 1 of 1; 5: ann's second part of two
        {"2024-03-04": (1, 1), "2024-03-05": (1 / 2, 2)},
    ),
    Example(
        "events_per_session",
        "Events of the day's sessions by the sessions; events after midnight are the session's.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:05
        bob | 2024-03-04 23:50
        bob | 2024-03-05 00:05
        bob | 2024-03-05 00:20
        """,
        ask("events_per_session", "2024-03-04 to 2024-03-05"),
        # 4: (2 + 3) / 2; no session begins on the 5th
        {"2024-03-04": (5 / 2, 2)},
    ),
    Example(
        "events_per_session_with_gap",
        "Another gap, other sessions.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:05
        ann | 2024-03-04 08:20
        """,
        ask("events_per_session", "2024-03-04", gap_minutes=10),
        # 2 and 1: 3 / 2
        {"2024-03-04": (3 / 2, 2)},
    ),
    Example(
        "duration_over_a_clock_change",
        "A session lasts as long as it lasted: the hour that clocks skip is not in it.",
        """
        ann | 2024-03-31 01:50+01:00
        ann | 2024-03-31 03:10+02:00
        bob | 2024-03-31 01:50+01:00
        bob | 2024-03-31 03:30+02:00
        """,
        ask("session_duration", "2024-03-31", zone="Europe/Berlin"),
        # ann 0:50 to 1:10 UTC: 1200 s; bob 0:50 to 1:30 UTC: 40 min, two sessions of 0 s
        {"2024-03-31": (400, 3)},
    ),
    Example(
        "duration_capped",
        "`cap_minutes` shortens longer sessions to the cap; they stay in the mean.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:30
        ann | 2024-03-04 09:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:05
        """,
        ask("session_duration", "2024-03-04", cap_minutes=20),
        # (1200 instead of 3600, 300) / 2
        {"2024-03-04": (750, 2)},
    ),
    Example(
        "duration_capped_median",
        "The cap holds for the median and the percentile too.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:30
        bob | 2024-03-04 08:00
        bob | 2024-03-04 08:25
        cid | 2024-03-04 08:00
        """,
        ask("session_duration", "2024-03-04", statistic="median", cap_minutes=10),
        # 0, 600, 600
        {"2024-03-04": (600, 3)},
    ),
)
