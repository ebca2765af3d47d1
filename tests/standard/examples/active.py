"""Worked examples of dau, wau and mau: who counts, which day, how far back."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "dau_once_a_day",
        "A user counts once a day, however many events.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-04 09:00
        bob | 2024-03-04 23:00
        ann | 2024-03-05 10:00
        """,
        ask("dau", "2024-03-04 to 2024-03-05"),
        # 4 March: ann, bob; 5 March: ann
        {"2024-03-04": 2, "2024-03-05": 1},
    ),
    Example(
        "dau_nobody",
        "A user that is NULL or empty counts for nobody.",
        """
        ann | 2024-03-04 08:00
        -   | 2024-03-04 09:00
        ""  | 2024-03-04 10:00
        """,
        ask("dau", "2024-03-04"),
        {"2024-03-04": 1},
    ),
    Example(
        "dau_placeholders",
        "Ids that stand for nobody are left out, others that look alike are not.",
        """
        ann       | 2024-03-04 08:00
        anonymous | 2024-03-04 09:00
        0         | 2024-03-04 10:00
        00        | 2024-03-04 11:00
        """,
        ask("dau", "2024-03-04"),
        # ann and 00
        {"2024-03-04": 2},
        placeholders=("anonymous", "0"),
    ),
    Example(
        "dau_event_list",
        "Only the listed events make a user active.",
        """
        ann | 2024-03-04 08:00 | view
        bob | 2024-03-04 09:00 | edit
        cid | 2024-03-04 10:00 | save
        """,
        ask("dau", "2024-03-04", events=["edit", "save"]),
        # bob, cid
        {"2024-03-04": 2},
    ),
    Example(
        "dau_exclusion",
        "Excluded events make nobody active, other events of the same user do.",
        """
        ann | 2024-03-04 08:00 | ping
        bob | 2024-03-04 09:00 | ping
        bob | 2024-03-04 09:01 | view
        cid | 2024-03-04 10:00 | error
        """,
        ask("dau", "2024-03-04", exclude=["ping", "error"]),
        # bob by his view
        {"2024-03-04": 1},
    ),
    Example(
        "dau_excluded_from_the_list",
        "An event both listed and excluded is excluded.",
        """
        ann | 2024-03-04 08:00 | edit
        bob | 2024-03-04 09:00 | save
        """,
        ask("dau", "2024-03-04", events=["edit", "save"], exclude="edit"),
        {"2024-03-04": 1},
    ),
    Example(
        "dau_where_one_value",
        "A filter keeps the rows with that value; NULL never matches.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-04 09:00 | view | country=FR
        cid | 2024-03-04 10:00 | view
        """,
        ask("dau", "2024-03-04", where={"country": "DE"}),
        {"2024-03-04": 1},
    ),
    Example(
        "dau_where_list_and_second_column",
        "A list means any of its values; several columns must all match.",
        """
        ann | 2024-03-04 08:00 | view | country=DE platform=web
        bob | 2024-03-04 09:00 | view | country=AT platform=web
        cid | 2024-03-04 10:00 | view | country=AT platform=ios
        dan | 2024-03-04 11:00 | view | country=FR platform=web
        """,
        ask("dau", "2024-03-04", where={"country": ["DE", "AT"], "platform": "web"}),
        # ann, bob
        {"2024-03-04": 2},
    ),
    Example(
        "dau_empty_and_dead_days",
        "Zero is said of a day on which the table has any row, whatever the filters; else nothing.",
        """
        ann | 2024-03-04 08:00 | edit
        -   | 2024-03-05 08:00 | edit
        bob | 2024-03-07 08:00 | ping
        """,
        ask("dau", "2024-03-04 to 2024-03-08", events="edit"),
        # 4: ann. 5: a row of nobody, 0. 6: no row, nothing. 7: only a ping, 0. 8: nothing
        {"2024-03-04": 1, "2024-03-05": 0, "2024-03-07": 0},
    ),
    Example(
        "dau_half_open",
        "An event at exactly midnight belongs to the day that begins.",
        """
        ann | 2024-03-03 23:59:59.999
        bob | 2024-03-04 00:00:00
        cid | 2024-03-04 23:59:59.999
        dan | 2024-03-05 00:00:00
        eve | 2024-03-05 00:00:00
        """,
        ask("dau", "2024-03-04 to 2024-03-05"),
        # 4: bob, cid; 5: dan, eve; ann is before the window
        {"2024-03-04": 2, "2024-03-05": 2},
    ),
    Example(
        "wau_looks_back",
        "The first day of a window counts users of the six days before it.",
        """
        old | 2024-02-26 12:00
        ann | 2024-02-27 12:00
        bob | 2024-03-01 12:00
        ann | 2024-03-04 12:00
        """,
        ask("wau", "2024-03-04 to 2024-03-05"),
        # 4 March: 27 Feb to 4 March: ann, bob. 5 March: a day without a row, yet ann, bob = 2
        {"2024-03-04": 2, "2024-03-05": 2},
    ),
    Example(
        "wau_edges",
        "Seven days end with and include the day: d - 6 counts, d - 7 does not.",
        """
        ann | 2024-02-27 00:00
        bob | 2024-02-26 23:59:59
        cid | 2024-03-04 23:59:59
        dan | 2024-03-05 00:00
        """,
        ask("wau", "2024-03-04"),
        # ann, cid
        {"2024-03-04": 2},
    ),
    Example(
        "wau_day_by_day",
        "Coming back within the seven days counts once; leaving them counts no more.",
        """
        ann | 2024-03-01 12:00
        ann | 2024-03-06 12:00
        bob | 2024-03-02 12:00
        cid | 2024-03-09 12:00
        """,
        ask("wau", "2024-03-07 to 2024-03-09"),
        # 7: 1 to 7: ann, bob. 8: 2 to 8: ann, bob. 9: 3 to 9: ann, cid
        {"2024-03-07": 2, "2024-03-08": 2, "2024-03-09": 2},
    ),
    Example(
        "wau_empties_to_zero",
        "When the last active user is seven days ago, a living day says 0.",
        """
        ann | 2024-03-01 12:00 | edit
        bob | 2024-03-08 12:00 | ping
        """,
        ask("wau", "2024-03-07 to 2024-03-09", events="edit"),
        # 7: 1 to 7: ann. 8: 2 to 8: nobody, but there is a ping: 0. 9: no row: nothing
        {"2024-03-07": 1, "2024-03-08": 0},
    ),
    Example(
        "mau_edges",
        "Thirty days by default: d - 29 counts, d - 30 does not, over the end of February.",
        """
        ann | 2024-03-02 00:00
        bob | 2024-03-01 23:59
        cid | 2024-03-15 12:00
        cid | 2024-03-31 12:00
        """,
        ask("mau", "2024-03-31"),
        # 31 March - 29 days = 2 March: ann, cid
        {"2024-03-31": 2},
    ),
    Example(
        "mau_of_28_days",
        "`days = 28` gives GA4's monthly users.",
        """
        ann | 2024-03-02 12:00
        bob | 2024-03-04 00:00
        cid | 2024-03-31 12:00
        """,
        ask("mau", "2024-03-30 to 2024-03-31", days=28),
        # 30: 3 to 30 March: bob. 31: 4 to 31 March: bob, cid
        {"2024-03-30": 1, "2024-03-31": 2},
    ),
    Example(
        "wau_of_calendar_weeks",
        "Calendar weeks begin on Monday and are dated by their Sunday.",
        """
        ann | 2024-03-03 12:00
        ann | 2024-03-04 00:00
        bob | 2024-03-10 23:59
        ann | 2024-03-11 12:00
        ann | 2024-03-17 12:00
        """,
        ask("wau", "2024-03-04 to 2024-03-17", window="calendar"),
        # 4 to 10 March: ann, bob; 11 to 17 March: ann
        {"2024-03-10": 2, "2024-03-17": 1},
    ),
    Example(
        "wau_of_whole_weeks_only",
        "A week that has not ended is not given; one begun before the window is, and whole.",
        """
        ann | 2024-03-04 12:00
        bob | 2024-03-08 12:00
        cid | 2024-03-11 12:00
        """,
        ask("wau", "2024-03-07 to 2024-03-12", window="calendar"),
        # 4 to 10 March: ann (before the window), bob; 11 to 17 is not over
        {"2024-03-10": 2},
    ),
    Example(
        "mau_of_calendar_months",
        "Calendar months are dated by their last day, the 29th in a leap year.",
        """
        ann | 2024-01-31 12:00
        ann | 2024-02-01 00:00
        bob | 2024-02-29 23:59
        bob | 2024-03-01 00:00
        """,
        ask("mau", "2024-02-01 to 2024-03-30", window="calendar"),
        # February: ann, bob; March is not over
        {"2024-02-29": 2},
    ),
    Example(
        "wau_of_weeks_from_sunday",
        "`week_start = sunday`: weeks end on Saturday, as GA4's do.",
        """
        ann | 2024-03-03 00:00
        bob | 2024-03-09 23:59
        cid | 2024-03-10 00:00
        """,
        ask("wau", "2024-03-03 to 2024-03-10", window="calendar", week_start="sunday"),
        # 3 (Sunday) to 9 (Saturday): ann, bob; the week of the 10th is not over
        {"2024-03-09": 2},
    ),
)
