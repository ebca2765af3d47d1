"""Worked examples of retention: cohorts by first day, calendar days, on and on or after."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "retention_day_1",
        "Of the users first seen on a day, the share seen on the next; dated by the first.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        bob | 2024-03-04 09:00
        bob | 2024-03-06 09:00
        cid | 2024-03-05 10:00
        cid | 2024-03-06 10:00
        """,
        ask("retention", "2024-03-04 to 2024-03-05", day=1),
        # 4: ann, bob, ann is back. 5: cid (ann is not new), back
        {"2024-03-04": (1 / 2, 2), "2024-03-05": (1, 1)},
    ),
    Example(
        "retention_day_7_by_default",
        "On the seventh day, neither the sixth nor the eighth.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-11 23:59:59
        bob | 2024-03-04 08:00
        bob | 2024-03-10 23:59:59
        cid | 2024-03-04 08:00
        cid | 2024-03-12 00:00:00
        dan | 2024-03-04 23:00
        dan | 2024-03-11 00:00:00
        """,
        ask("retention", "2024-03-04"),
        # ann and dan on the 11th, of four
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_on_or_after",
        "Any later day will do, however late.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-11 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-10 08:00
        cid | 2024-03-04 08:00
        cid | 2024-06-01 08:00
        dan | 2024-03-04 08:00
        """,
        ask("retention", "2024-03-04", mode="on_or_after"),
        # ann, cid
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_in_a_bracket",
        "Between day 1 and day 3, both included.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-07 23:00
        cid | 2024-03-04 08:00
        cid | 2024-03-08 00:00
        dan | 2024-03-04 08:00
        dan | 2024-03-04 20:00
        """,
        ask("retention", "2024-03-04", mode="bracket", brackets=[1, 3]),
        # ann on day 1, bob on day 3; cid on day 4, dan on day 0
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_in_a_bracket_of_weeks",
        "A bracket counts units: weeks 1 to 2 are days 7 to 20.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-10 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-11 08:00
        cid | 2024-03-04 08:00
        cid | 2024-03-24 08:00
        dan | 2024-03-04 08:00
        dan | 2024-03-25 08:00
        """,
        ask("retention", "2024-03-04", mode="bracket", brackets=[1, 2], unit="week"),
        # days 6, 7, 20, 21: bob, cid
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_in_week_1",
        "The first week is days 7 to 13.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-10 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-11 08:00
        cid | 2024-03-04 08:00
        cid | 2024-03-17 08:00
        dan | 2024-03-04 08:00
        dan | 2024-03-18 08:00
        eve | 2024-03-05 08:00
        eve | 2024-03-11 08:00
        """,
        ask("retention", "2024-03-04 to 2024-03-05", day=1, unit="week"),
        # 4: days 6, 7, 13, 14: bob, cid of four. 5: eve on day 6 of hers
        {"2024-03-04": (2 / 4, 4), "2024-03-05": (0, 1)},
    ),
    Example(
        "retention_in_month_1",
        "The first month is days 30 to 59.",
        """
        ann | 2024-03-01 08:00
        ann | 2024-03-30 08:00
        bob | 2024-03-01 08:00
        bob | 2024-03-31 08:00
        cid | 2024-03-01 08:00
        cid | 2024-04-29 08:00
        dan | 2024-03-01 08:00
        dan | 2024-04-30 08:00
        """,
        ask("retention", "2024-03-01", day=1, unit="month"),
        # 1 March + 29, + 30, + 59, + 60: bob, cid
        {"2024-03-01": (2 / 4, 4)},
    ),
    Example(
        "retention_week_on_or_after",
        "On or after a week begins at its first day.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-17 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-18 08:00
        """,
        ask("retention", "2024-03-04", day=2, unit="week", mode="on_or_after"),
        # days 13 and 14: bob
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_of_first_ever",
        "A user seen before the window is no new user inside it.",
        """
        ann | 2023-01-01 08:00
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        bob | 2024-03-04 08:00
        """,
        ask("retention", "2024-03-04 to 2024-03-05", day=1),
        # 4: bob alone, not back; 5: nobody is new, so no number
        {"2024-03-04": (0, 1)},
    ),
    Example(
        "retention_of_first_in_range",
        "The first day inside the window makes the cohort, whatever was before.",
        """
        ann | 2023-01-01 08:00
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        bob | 2024-03-04 08:00
        """,
        ask("retention", "2024-03-04 to 2024-03-05", day=1, cohort="first_in_range"),
        # 4: ann, bob, ann is back; on the 5th ann is not first any more
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_recurring",
        "Every active day makes a cohort.",
        """
        ann | 2023-01-01 08:00
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        ann | 2024-03-06 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-04 09:00
        bob | 2024-03-06 08:00
        """,
        ask("retention", "2024-03-04 to 2024-03-06", day=1, cohort="recurring"),
        # 4: ann, bob, ann is back. 5: ann, back. 6: ann, bob, nobody yet
        {"2024-03-04": (1 / 2, 2), "2024-03-05": (1, 1), "2024-03-06": (0, 2)},
    ),
    Example(
        "retention_immature",
        "A cohort whose day is still to come is answered as known; the tracker asks later.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        """,
        ask("retention", "2024-03-04", day=30),
        {"2024-03-04": (0, 2)},
    ),
    Example(
        "retention_without_a_cohort",
        "A day on which nobody is new has no number.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        -   | 2024-03-05 08:00
        ""  | 2024-03-06 08:00
        """,
        ask("retention", "2024-03-04 to 2024-03-06", day=1),
        {"2024-03-04": (1, 1)},
    ),
    Example(
        "retention_twice_on_the_first_day",
        "Two starts on the first day are one user, and day 0 is no return.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 20:00
        bob | 2024-03-04 08:00
        bob | 2024-03-05 08:00
        bob | 2024-03-05 09:00
        """,
        ask("retention", "2024-03-04", day=1),
        {"2024-03-04": (1 / 2, 2)},
    ),
)
