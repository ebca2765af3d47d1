"""Worked examples of retention by hours, by other events, and of filters."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "retention_by_calendar_over_midnight",
        "Two minutes over midnight are a return on day 1.",
        """
        ann | 2024-03-04 23:59
        ann | 2024-03-05 00:01
        """,
        ask("retention", "2024-03-04", day=1),
        {"2024-03-04": (1, 1)},
    ),
    Example(
        "retention_by_hours_over_midnight",
        "By hours they are not.",
        """
        ann | 2024-03-04 23:59
        ann | 2024-03-05 00:01
        """,
        ask("retention", "2024-03-04", day=1, window="rolling_24h"),
        {"2024-03-04": (0, 1)},
    ),
    Example(
        "retention_by_hours_edges",
        "Day 1 is from 24 h, included, to 48 h, excluded, after a user's own start.",
        """
        ann | 2024-03-04 10:00:00
        ann | 2024-03-05 10:00:00
        bob | 2024-03-04 10:00:00
        bob | 2024-03-05 09:59:59.999
        cid | 2024-03-04 10:00:00
        cid | 2024-03-06 09:59:59.999
        dan | 2024-03-04 10:00:00
        dan | 2024-03-06 10:00:00
        """,
        ask("retention", "2024-03-04", day=1, window="rolling_24h"),
        # ann at 24 h, cid just before 48 h
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_by_hours_in_weeks",
        "Week 1 is from 168 h to 336 h.",
        """
        ann | 2024-03-04 10:00
        ann | 2024-03-11 09:59
        bob | 2024-03-04 10:00
        bob | 2024-03-11 10:00
        cid | 2024-03-04 10:00
        cid | 2024-03-18 09:59
        dan | 2024-03-04 10:00
        dan | 2024-03-18 10:00
        """,
        ask("retention", "2024-03-04", day=1, unit="week", window="rolling_24h"),
        # bob, cid
        {"2024-03-04": (2 / 4, 4)},
    ),
    Example(
        "retention_by_hours_on_or_after",
        "On or after 48 h, without an end.",
        """
        ann | 2024-03-04 10:00
        ann | 2024-03-06 09:59
        bob | 2024-03-04 10:00
        bob | 2024-03-06 10:00
        cid | 2024-03-04 10:00
        cid | 2024-05-06 10:00
        """,
        ask("retention", "2024-03-04", day=2, window="rolling_24h", mode="on_or_after"),
        # bob, cid
        {"2024-03-04": (2 / 3, 3)},
    ),
    Example(
        "retention_by_hours_in_a_bracket",
        "Days 1 to 2 by hours are from 24 h to 72 h.",
        """
        ann | 2024-03-04 10:00
        ann | 2024-03-07 09:59
        bob | 2024-03-04 10:00
        bob | 2024-03-07 10:00
        """,
        ask(
            "retention",
            "2024-03-04",
            mode="bracket",
            brackets=[1, 2],
            window="rolling_24h",
        ),
        # 71:59 and 72:00: ann
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_by_hours_recurring",
        "A recurring cohort counts hours from the first start of each day.",
        """
        ann | 2024-03-04 10:00
        ann | 2024-03-04 20:00
        ann | 2024-03-05 09:00
        ann | 2024-03-06 11:00
        """,
        ask(
            "retention",
            "2024-03-04 to 2024-03-05",
            day=1,
            window="rolling_24h",
            cohort="recurring",
        ),
        # 4 from 10:00: [5th 10:00, 6th 10:00): nothing. 5 from 9:00: [6th 9:00, 7th 9:00): 11:00
        {"2024-03-04": (0, 1), "2024-03-05": (1, 1)},
    ),
    Example(
        "retention_of_a_start_event",
        "The start event makes the cohort, any event the return.",
        """
        ann | 2024-03-03 08:00 | view
        ann | 2024-03-04 08:00 | sign_up
        ann | 2024-03-05 08:00 | view
        bob | 2024-03-04 08:00 | view
        bob | 2024-03-05 08:00 | view
        """,
        ask("retention", "2024-03-03 to 2024-03-04", day=1, start_event="sign_up"),
        # ann starts on the 4th; bob never
        {"2024-03-04": (1, 1)},
    ),
    Example(
        "retention_of_a_return_event",
        "Only the return event brings a user back.",
        """
        ann | 2024-03-04 08:00 | sign_up
        ann | 2024-03-05 08:00 | view
        bob | 2024-03-04 08:00 | sign_up
        bob | 2024-03-05 08:00 | edit
        cid | 2024-03-04 08:00 | view
        cid | 2024-03-05 08:00 | edit
        """,
        ask(
            "retention",
            "2024-03-04 to 2024-03-05",
            day=1,
            start_event="sign_up",
            return_event="edit",
        ),
        # 4: ann, bob, bob is back
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_of_listed_events",
        "Events left out neither start nor return.",
        """
        ann | 2024-03-03 08:00 | ping
        ann | 2024-03-04 08:00 | view
        ann | 2024-03-05 08:00 | ping
        bob | 2024-03-04 08:00 | edit
        bob | 2024-03-05 08:00 | view
        """,
        ask("retention", "2024-03-03 to 2024-03-04", day=1, events=["view", "edit"]),
        # ann's pings count neither way: 4: ann, bob, bob is back
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_of_filtered_rows",
        "Filters hold before the first: a user's first row in DE, though seen in FR before.",
        """
        ann | 2024-03-03 08:00 | view | country=FR
        ann | 2024-03-04 08:00 | view | country=DE
        ann | 2024-03-05 08:00 | view | country=DE
        bob | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-05 08:00 | view | country=FR
        """,
        ask("retention", "2024-03-03 to 2024-03-04", day=1, where={"country": "DE"}),
        # 4: ann and bob, ann is back in DE
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "retention_of_placeholders",
        "An id that stands for nobody is in no cohort.",
        """
        anonymous | 2024-03-04 08:00
        anonymous | 2024-03-05 08:00
        ann       | 2024-03-04 08:00
        """,
        ask("retention", "2024-03-04", day=1),
        {"2024-03-04": (0, 1)},
        placeholders=("anonymous",),
    ),
    Example(
        "retention_in_tokyo",
        "Days are those of the zone: 14:59 and 15:00 UTC are two days in Tokyo.",
        """
        ann | 2024-03-04 14:59
        ann | 2024-03-04 15:00
        bob | 2024-03-04 15:00
        bob | 2024-03-05 14:59
        """,
        ask("retention", "2024-03-04 to 2024-03-05", zone="Asia/Tokyo", day=1),
        # ann on the 4th at 23:59 and the 5th at 0:00; bob twice on the 5th
        {"2024-03-04": (1, 1), "2024-03-05": (0, 1)},
    ),
    Example(
        "retention_by_hours_over_a_clock_change",
        "24 hours are 24 hours: over the spring night they end an hour later on the clock.",
        """
        ann | 2024-03-30 12:00+01:00
        ann | 2024-03-31 12:30+02:00
        bob | 2024-03-30 12:00+01:00
        bob | 2024-03-31 13:00+02:00
        """,
        ask("retention", "2024-03-30", zone="Europe/Berlin", day=1, window="rolling_24h"),
        # ann after 23:30 h, bob after 24 h
        {"2024-03-30": (1 / 2, 2)},
    ),
    Example(
        "retention_by_days_over_a_clock_change",
        "By the calendar the 23-hour day is a day.",
        """
        ann | 2024-03-30 23:30+01:00
        ann | 2024-03-31 00:30+01:00
        bob | 2024-03-31 23:30+02:00
        bob | 2024-04-01 00:30+02:00
        """,
        ask("retention", "2024-03-30 to 2024-03-31", zone="Europe/Berlin", day=1),
        {"2024-03-30": (1, 1), "2024-03-31": (1, 1)},
    ),
)
