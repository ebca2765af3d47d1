"""Worked examples of stickiness and of counts of events."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "stickiness_dau_of_mau",
        "The day's users by those of its thirty days; the weight is the denominator.",
        """
        ann | 2024-02-10 12:00
        bob | 2024-03-01 12:00
        cid | 2024-03-04 12:00
        ann | 2024-03-05 12:00
        bob | 2024-03-05 13:00
        """,
        ask("stickiness", "2024-03-04 to 2024-03-05"),
        # 4: cid of ann, bob, cid = 1/3; 5: ann, bob of the three = 2/3
        {"2024-03-04": (1 / 3, 3), "2024-03-05": (2 / 3, 3)},
    ),
    Example(
        "stickiness_dau_of_wau",
        "Another denominator.",
        """
        ann | 2024-02-10 12:00
        bob | 2024-03-01 12:00
        cid | 2024-03-04 12:00
        """,
        ask("stickiness", "2024-03-04", numerator="dau", denominator="wau"),
        # cid of bob, cid
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "stickiness_wau_of_mau",
        "Another numerator.",
        """
        ann | 2024-02-10 12:00
        bob | 2024-03-01 12:00
        cid | 2024-03-04 12:00
        dan | 2024-02-05 12:00
        """,
        ask("stickiness", "2024-03-04 to 2024-03-06", numerator="wau", denominator="mau"),
        # 4: bob, cid of the four (4 Feb to 4 March) = 2/4. 5: 5 Feb is still in: 2/4
        # 6: 6 Feb on: dan is out: 2/3
        {"2024-03-04": (2 / 4, 4), "2024-03-05": (2 / 4, 4), "2024-03-06": (2 / 3, 3)},
    ),
    Example(
        "stickiness_of_a_quiet_day",
        "Nobody today of somebody this month is 0; nobody this month is nothing.",
        """
        ann | 2024-02-03 12:00
        """,
        ask("stickiness", "2024-03-03 to 2024-03-04"),
        # 3 March - 29 days = 3 Feb: 0/1. 4 March: 0/0
        {"2024-03-03": (0, 1)},
    ),
    Example(
        "stickiness_of_28_days",
        "`days` is the length of the denominator.",
        """
        ann | 2024-03-02 12:00
        bob | 2024-03-04 12:00
        cid | 2024-03-31 12:00
        """,
        ask("stickiness", "2024-03-30 to 2024-03-31", days=28),
        # 30: nobody of bob (3 to 30 March); 31: cid of bob, cid (4 to 31 March)
        {"2024-03-30": (0, 1), "2024-03-31": (1 / 2, 2)},
    ),
    Example(
        "events_counted",
        "Every row counts, also one of nobody; a quiet day is 0, a dead one is nothing.",
        """
        ann | 2024-03-04 08:00 | buy
        ann | 2024-03-04 08:00 | buy
        -   | 2024-03-04 09:00 | buy
        ""  | 2024-03-04 09:00 | buy
        bob | 2024-03-05 09:00 | view
        """,
        ask("event_count", "2024-03-04 to 2024-03-06", events="buy"),
        # 4: two of ann, NULL, empty = 4; 5: a view, 0; 6: no row
        {"2024-03-04": 4, "2024-03-05": 0},
    ),
    Example(
        "events_excluded",
        "Without a list every event counts that is not excluded.",
        """
        ann | 2024-03-04 08:00 | view
        ann | 2024-03-04 08:01 | ping
        bob | 2024-03-04 08:02 | edit
        """,
        ask("event_count", "2024-03-04", exclude=["ping"]),
        {"2024-03-04": 2},
    ),
)
