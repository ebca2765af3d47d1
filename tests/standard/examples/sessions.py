"""Worked examples of sessions: gaps, midnight, session ids, the edges of the window."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "gap_of_exactly_1800_seconds",
        "A gap of exactly half an hour continues the session.",
        """
        ann | 2024-03-04 08:00:00
        ann | 2024-03-04 08:30:00
        """,
        ask("sessions", "2024-03-04"),
        {"2024-03-04": 1},
    ),
    Example(
        "gap_of_1801_seconds",
        "One second more begins a new one.",
        """
        ann | 2024-03-04 08:00:00
        ann | 2024-03-04 08:30:01
        """,
        ask("sessions", "2024-03-04"),
        {"2024-03-04": 2},
    ),
    Example(
        "gap_of_a_millisecond_more",
        "So does one millisecond.",
        """
        ann | 2024-03-04 08:00:00.100
        ann | 2024-03-04 08:30:00.100
        ann | 2024-03-04 09:00:00.101
        """,
        ask("sessions", "2024-03-04"),
        # 1800.000 s continues, 1800.001 s does not
        {"2024-03-04": 2},
    ),
    Example(
        "gap_is_since_the_last_event",
        "A long session is kept open by its events, each gap counted from the one before.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:25
        ann | 2024-03-04 08:50
        ann | 2024-03-04 09:15
        """,
        ask("session_duration", "2024-03-04"),
        # one session of 75 min
        {"2024-03-04": (4500, 1)},
    ),
    Example(
        "gap_of_ten_minutes",
        "`gap_minutes` is the longest silence.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 08:10
        ann | 2024-03-04 08:21
        ann | 2024-03-04 08:32
        """,
        ask("sessions", "2024-03-04", gap_minutes=10),
        # 8:00 with 8:10, then 8:21, then 8:32
        {"2024-03-04": 3},
    ),
    Example(
        "sessions_are_per_user",
        "Users side by side have their own; nobody has none.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:20
        ann | 2024-03-04 08:40
        bob | 2024-03-04 08:45
        -   | 2024-03-04 08:50
        ""  | 2024-03-04 08:50
        """,
        ask("sessions", "2024-03-04"),
        # ann 8:00, ann 8:40 (40 min later), bob 8:20 to 8:45
        {"2024-03-04": 3},
    ),
    Example(
        "sessions_of_qualifying_events",
        "Events that do not count do not bridge a gap.",
        """
        ann | 2024-03-04 08:00 | view
        ann | 2024-03-04 08:25 | ping
        ann | 2024-03-04 08:50 | view
        """,
        ask("sessions", "2024-03-04", exclude="ping"),
        # 50 min between the views
        {"2024-03-04": 2},
    ),
    Example(
        "sessions_on_empty_and_dead_days",
        "A day with rows and no session is 0, a day without rows is nothing.",
        """
        ann | 2024-03-04 08:00
        -   | 2024-03-05 08:00
        ann | 2024-03-07 08:00
        """,
        ask("sessions", "2024-03-04 to 2024-03-07"),
        {"2024-03-04": 1, "2024-03-05": 0, "2024-03-07": 1},
    ),
    Example(
        "over_midnight",
        "A session over midnight is one, of the day it began.",
        """
        ann | 2024-03-04 23:50
        ann | 2024-03-05 00:10
        ann | 2024-03-05 00:20
        """,
        ask("sessions", "2024-03-04 to 2024-03-05"),
        # the 5th has rows, and no session began
        {"2024-03-04": 1, "2024-03-05": 0},
    ),
    Example(
        "over_midnight_split",
        "`split_midnight` makes two.",
        """
        ann | 2024-03-04 23:50
        ann | 2024-03-05 00:10
        ann | 2024-03-05 00:20
        """,
        ask("sessions", "2024-03-04 to 2024-03-05", split_midnight=True),
        {"2024-03-04": 1, "2024-03-05": 1},
    ),
    Example(
        "over_midnight_split_durations",
        "Split at midnight, each part lasts from its own first event to its own last.",
        """
        ann | 2024-03-04 23:40
        ann | 2024-03-04 23:50
        ann | 2024-03-05 00:10
        ann | 2024-03-05 00:30
        """,
        ask("session_duration", "2024-03-04 to 2024-03-05", split_midnight=True),
        # 23:40 to 23:50 = 600 s; 0:10 to 0:30 = 1200 s
        {"2024-03-04": (600, 1), "2024-03-05": (1200, 1)},
    ),
    Example(
        "split_at_local_midnight",
        "It is the midnight of the metric's zone, here 23:00 UTC.",
        """
        ann | 2024-03-04 22:50
        ann | 2024-03-04 23:10
        ann | 2024-03-04 23:50
        ann | 2024-03-05 00:10
        """,
        ask(
            "sessions",
            "2024-03-04 to 2024-03-05",
            zone="Europe/Berlin",
            split_midnight=True,
            gap_minutes=60,
        ),
        # Berlin: 4th 23:50 | 5th 0:10, 0:50, 1:10
        {"2024-03-04": 1, "2024-03-05": 1},
    ),
    Example(
        "begun_before_the_window",
        "The tail of a session begun the day before is no session of this day.",
        """
        ann | 2024-03-03 23:40
        ann | 2024-03-04 00:05
        ann | 2024-03-04 12:00
        bob | 2024-03-03 20:00
        bob | 2024-03-04 00:10
        """,
        ask("sessions", "2024-03-04"),
        # ann at noon; bob at 0:10, four hours after his last; ann's 0:05 belongs to the 3rd
        {"2024-03-04": 2},
    ),
    Example(
        "running_over_the_end",
        "A session that runs on after the window has its whole length.",
        """
        ann | 2024-03-04 23:45
        ann | 2024-03-05 00:05
        ann | 2024-03-05 00:25
        """,
        ask("session_duration", "2024-03-04"),
        # 23:45 to 0:25 = 40 min
        {"2024-03-04": (2400, 1)},
    ),
    Example(
        "session_ids",
        "Ids decide: they interleave, bridge a long silence and cut a short one.",
        """
        ann | 2024-03-04 08:00 | view | session=s1
        ann | 2024-03-04 08:05 | view | session=s2
        ann | 2024-03-04 09:00 | view | session=s1
        ann | 2024-03-04 08:10 | view | session=s2
        """,
        ask("session_duration", "2024-03-04", session_column="session_id"),
        # s1: 3600 s, s2: 300 s
        {"2024-03-04": (1950, 2)},
    ),
    Example(
        "session_ids_of_two_users",
        "The same id of two users is two sessions; rows without an id belong to none.",
        """
        ann | 2024-03-04 08:00 | view | session=1
        bob | 2024-03-04 08:00 | view | session=1
        bob | 2024-03-04 08:10 | view | session=1
        bob | 2024-03-04 08:20
        cid | 2024-03-04 08:20
        """,
        ask("events_per_session", "2024-03-04", session_column="session_id"),
        # ann 1 event, bob 2 events: 3 / 2
        {"2024-03-04": (3 / 2, 2)},
    ),
    Example(
        "session_ids_over_midnight",
        "An id used on two days is one session of the first, or one a day when split.",
        """
        ann | 2024-03-04 23:50 | view | session=s1
        ann | 2024-03-05 00:10 | view | session=s1
        ann | 2024-03-05 00:20 | view | session=s2
        """,
        ask(
            "sessions", "2024-03-04 to 2024-03-05", session_column="session_id", split_midnight=True
        ),
        # 4: s1; 5: the rest of s1, and s2
        {"2024-03-04": 1, "2024-03-05": 2},
    ),
    Example(
        "session_ids_begun_before_the_window",
        "A session whose id was seen the day before is not of this day.",
        """
        ann | 2024-03-03 23:50 | view | session=s1
        ann | 2024-03-04 08:00 | view | session=s1
        ann | 2024-03-04 08:20 | view | session=s2
        """,
        ask("sessions", "2024-03-04", session_column="session_id"),
        # s2
        {"2024-03-04": 1},
    ),
)
