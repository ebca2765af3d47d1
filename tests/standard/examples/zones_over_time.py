"""Worked examples of weeks, sessions and windows across clock changes and other odd days."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "wau_over_a_clock_change",
        "Seven civil days in Berlin, one of them of 23 hours.",
        """
        ann | 2024-03-27 22:59:59
        bob | 2024-03-27 23:00:00
        cid | 2024-04-03 21:59:59
        dan | 2024-04-03 22:00:00
        """,
        ask("wau", "2024-04-03", zone="Europe/Berlin"),
        # 28 March 0:00 (+1) to 3 April 24:00 (+2): bob, cid
        {"2024-04-03": 2},
    ),
    Example(
        "mau_over_a_skipped_day",
        "Apia's thirty days to 15 January count the 30th of December that was not.",
        """
        ann | 2011-12-17 09:59
        bob | 2011-12-17 10:00
        cid | 2012-01-15 09:59
        """,
        ask("mau", "2012-01-15", zone="Pacific/Apia"),
        # 15 January - 29 = 17 December: 17 December 0:00 (-10) = 10:00 UTC: bob, cid
        {"2012-01-15": 2},
    ),
    Example(
        "calendar_month_with_a_skipped_day",
        "December 2011 in Apia ends on the 31st all the same.",
        """
        ann | 2011-12-01 10:00
        bob | 2011-12-31 09:59
        cid | 2011-12-31 10:00
        """,
        ask("mau", "2011-12-01 to 2011-12-31", zone="Pacific/Apia", window="calendar"),
        # ann at 0:00 on the 1st, bob at 23:59 on the 31st
        {"2011-12-31": 2},
    ),
    Example(
        "retention_over_a_skipped_day",
        "Who comes back on 31 December comes back on day 2, not on day 1.",
        """
        ann | 2011-12-30 09:00
        ann | 2011-12-30 11:00
        """,
        ask("retention", "2011-12-29", zone="Pacific/Apia", day=2),
        # 29 December 23:00 (-10), 31 December 1:00 (+14)
        {"2011-12-29": (1, 1)},
    ),
    Example(
        "session_over_a_skipped_day",
        "A session over Apia's missing day lasts the two hours that passed.",
        """
        ann | 2011-12-30 09:50
        ann | 2011-12-30 10:10
        """,
        ask("session_duration", "2011-12-29 to 2011-12-31", zone="Pacific/Apia"),
        # 29 December 23:50 to 31 December 0:10: 20 min
        {"2011-12-29": (1200, 1)},
    ),
    Example(
        "split_at_a_midnight_that_is_not",
        "In Havana the 10th of March begins at 1:00: the session is split there.",
        """
        ann | 2024-03-10 04:50
        ann | 2024-03-10 05:10
        ann | 2024-03-10 05:20
        """,
        ask(
            "session_duration",
            "2024-03-09 to 2024-03-10",
            zone="America/Havana",
            split_midnight=True,
        ),
        # 9th 23:50; 10th 1:10 to 1:20
        {"2024-03-09": (0, 1), "2024-03-10": (600, 1)},
    ),
    Example(
        "sessions_of_the_hour_told_twice",
        "2:30 and 2:30 an hour later are an hour apart.",
        """
        ann | 2024-10-27 02:30+02:00
        ann | 2024-10-27 02:30+01:00
        bob | 2024-10-27 02:50+02:00
        bob | 2024-10-27 02:10+01:00
        """,
        ask("sessions", "2024-10-27", zone="Europe/Berlin"),
        # ann 0:30 and 1:30 UTC: 2; bob 0:50 and 1:10 UTC: 1
        {"2024-10-27": 3},
    ),
    Example(
        "stickiness_in_kolkata",
        "Both numbers are of the zone's days.",
        """
        ann | 2024-03-03 18:29
        bob | 2024-03-03 18:30
        """,
        ask(
            "stickiness",
            "2024-03-03 to 2024-03-04",
            zone="Asia/Kolkata",
            denominator="wau",
        ),
        # 3: ann of ann; 4: bob of ann, bob
        {"2024-03-03": (1, 1), "2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "week_over_a_clock_change",
        "New York's calendar week to 10 March ends with a day of 23 hours.",
        """
        ann | 2024-03-04 04:59
        bob | 2024-03-04 05:00
        cid | 2024-03-11 03:59
        dan | 2024-03-11 04:00
        """,
        ask("wau", "2024-03-04 to 2024-03-10", zone="America/New_York", window="calendar"),
        # bob at 0:00 on Monday, cid at 23:59 on Sunday
        {"2024-03-10": 2},
    ),
    Example(
        "zero_of_the_zone",
        "Whether a day lives is asked of the zone's day too.",
        """
        ann | 2024-03-04 14:00 | edit
        bob | 2024-03-04 16:00 | view
        """,
        ask("dau", "2024-03-04 to 2024-03-06", zone="Asia/Tokyo", events="edit"),
        # bob's view is on the 5th in Tokyo: a living day with nobody; the 6th has no row
        {"2024-03-04": 1, "2024-03-05": 0},
    ),
)
