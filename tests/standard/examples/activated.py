"""Worked examples of activation and conversion: from a start event to a goal event."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "activation_within_days",
        "Of the day's starters, the share that reached the goal within the window.",
        """
        ann | 2024-03-04 08:00 | sign_up
        ann | 2024-03-06 08:00 | publish
        bob | 2024-03-04 09:00 | sign_up
        bob | 2024-03-20 09:00 | publish
        cid | 2024-03-05 09:00 | sign_up
        cid | 2024-03-05 09:00 | view
        dan | 2024-03-05 09:00 | publish
        """,
        ask(
            "activation",
            "2024-03-04 to 2024-03-05",
            start_event="sign_up",
            goal_event="publish",
            window_days=7,
        ),
        # 4: ann of ann, bob; 5: cid did not; dan never started
        {"2024-03-04": (1 / 2, 2), "2024-03-05": (0, 1)},
    ),
    Example(
        "activation_edges",
        "The goal counts at the start itself, and no more at exactly the window's end.",
        """
        ann | 2024-03-04 08:00:00     | sign_up
        ann | 2024-03-04 08:00:00     | publish
        bob | 2024-03-04 08:00:00     | sign_up
        bob | 2024-03-04 07:59:59.999 | publish
        cid | 2024-03-04 08:00:00     | sign_up
        cid | 2024-03-06 07:59:59.999 | publish
        dan | 2024-03-04 08:00:00     | sign_up
        dan | 2024-03-06 08:00:00     | publish
        """,
        ask(
            "activation",
            "2024-03-04",
            start_event="sign_up",
            goal_event="publish",
            window_days=2,
        ),
        # ann at 0 h, cid just before 48 h
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "activation_open_window",
        "A window still open is answered as known; the tracker asks when it has closed.",
        """
        ann | 2024-03-04 08:00 | sign_up
        bob | 2024-03-04 08:00 | sign_up
        ann | 2024-03-04 08:30 | publish
        """,
        ask(
            "activation",
            "2024-03-04",
            start_event="sign_up",
            goal_event="publish",
            window_days=14,
        ),
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "activation_without_starters",
        "A day on which nobody starts has no number.",
        """
        ann | 2024-03-04 08:00 | publish
        -   | 2024-03-04 08:00 | sign_up
        """,
        ask(
            "activation",
            "2024-03-04",
            start_event="sign_up",
            goal_event="publish",
            window_days=7,
        ),
        {},
    ),
    Example(
        "activation_of_several_events",
        "Either start and either goal will do.",
        """
        ann | 2024-03-04 08:00 | sign_up
        ann | 2024-03-04 09:00 | publish
        bob | 2024-03-04 08:00 | invited
        bob | 2024-03-04 09:00 | share
        cid | 2024-03-04 08:00 | invited
        cid | 2024-03-04 09:00 | view
        """,
        ask(
            "activation",
            "2024-03-04",
            start_event=["sign_up", "invited"],
            goal_event=["publish", "share"],
            window_days=1,
        ),
        {"2024-03-04": (2 / 3, 3)},
    ),
    Example(
        "conversion_of_every_day",
        "A user who starts on two days counts on both, each from the first start of the day.",
        """
        ann | 2024-03-04 08:00 | visit
        ann | 2024-03-04 20:00 | visit
        ann | 2024-03-05 09:00 | buy
        ann | 2024-03-05 10:00 | visit
        """,
        ask(
            "conversion",
            "2024-03-04 to 2024-03-05",
            start_event="visit",
            goal_event="buy",
            window_days=1,
        ),
        # 4: from 8:00 on, 25 h to the purchase: no (from 20:00 it would be). 5: bought before
        {"2024-03-04": (0, 1), "2024-03-05": (0, 1)},
    ),
    Example(
        "conversion_once_a_user",
        "Two purchases of one user convert her once.",
        """
        ann | 2024-03-04 08:00 | visit
        ann | 2024-03-04 09:00 | buy
        ann | 2024-03-04 10:00 | buy
        bob | 2024-03-04 08:00 | visit
        bob | 2024-03-04 08:01 | visit
        """,
        ask(
            "conversion",
            "2024-03-04",
            start_event="visit",
            goal_event="buy",
            window_days=1,
        ),
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "conversion_within_days_of_24_hours",
        "A window of one day is 24 h, on the 25-hour day too.",
        """
        ann | 2024-10-27 00:30+02:00 | visit
        ann | 2024-10-27 23:29+01:00 | buy
        bob | 2024-10-27 00:30+02:00 | visit
        bob | 2024-10-27 23:30+01:00 | buy
        """,
        ask(
            "conversion",
            "2024-10-27",
            zone="Europe/Berlin",
            start_event="visit",
            goal_event="buy",
            window_days=1,
        ),
        # 26 22:30 to 27 22:29 UTC is 23:59 h: ann; bob is at exactly 24:00 h
        {"2024-10-27": (1 / 2, 2)},
    ),
    Example(
        "conversion_in_the_same_bucket",
        "`same_bucket`: the day's goal users by its start users, which can exceed 1.",
        """
        ann | 2024-03-04 08:00 | visit
        bob | 2024-03-04 07:00 | buy
        cid | 2024-03-04 07:00 | buy
        ann | 2024-03-04 07:00 | buy
        ann | 2024-03-05 07:00 | visit
        bob | 2024-03-05 07:00 | visit
        bob | 2024-03-06 07:00 | buy
        """,
        ask(
            "conversion",
            "2024-03-04 to 2024-03-06",
            start_event="visit",
            goal_event="buy",
            same_bucket=True,
        ),
        # 4: three buyers by one visitor; 5: none by two; 6: one by none, no number
        {"2024-03-04": (3, 1), "2024-03-05": (0, 2)},
    ),
    Example(
        "conversion_where",
        "Filters hold for start and goal.",
        """
        ann | 2024-03-04 08:00 | visit | country=DE
        ann | 2024-03-04 09:00 | buy   | country=FR
        bob | 2024-03-04 08:00 | visit | country=DE
        bob | 2024-03-04 09:00 | buy   | country=DE
        """,
        ask(
            "conversion",
            "2024-03-04",
            start_event="visit",
            goal_event="buy",
            window_days=1,
            where={"country": "DE"},
        ),
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "activation_over_midnight",
        "The goal may fall on a later day, even outside the asked window.",
        """
        ann | 2024-03-04 23:59 | sign_up
        ann | 2024-03-05 00:01 | publish
        """,
        ask(
            "activation",
            "2024-03-04",
            start_event="sign_up",
            goal_event="publish",
            window_days=1,
        ),
        {"2024-03-04": (1, 1)},
    ),
)
