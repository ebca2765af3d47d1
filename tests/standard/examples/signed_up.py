"""Worked examples of sign-ups and new users, by events and by a users table."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

TWICE = """
    ann | 2024-03-04 08:00 | sign_up
    ann | 2024-03-04 08:00 | sign_up
    ann | 2024-03-05 08:00 | sign_up
    bob | 2024-03-05 09:00 | sign_up
    cid | 2024-03-06 09:00 | view
"""

EXAMPLES = (
    Example(
        "sign_ups_once_a_user",
        "A double submit and a second sign-up do not count.",
        TWICE,
        ask("sign_ups", "2024-03-04 to 2024-03-07"),
        # 4: ann; 5: bob; 6: a view, 0; 7: no row
        {"2024-03-04": 1, "2024-03-05": 1, "2024-03-06": 0},
    ),
    Example(
        "sign_ups_by_users_a_day",
        "`count = users`: distinct users each day.",
        TWICE,
        ask("sign_ups", "2024-03-04 to 2024-03-07", count="users"),
        # 4: ann; 5: ann, bob
        {"2024-03-04": 1, "2024-03-05": 2, "2024-03-06": 0},
    ),
    Example(
        "sign_ups_by_events",
        "`count = events`: every one.",
        TWICE,
        ask("sign_ups", "2024-03-04 to 2024-03-07", count="events"),
        {"2024-03-04": 2, "2024-03-05": 2, "2024-03-06": 0},
    ),
    Example(
        "sign_ups_long_ago",
        "Who signed up before the window does not sign up again.",
        """
        ann | 2022-03-04 08:00 | sign_up
        ann | 2024-03-04 08:00 | sign_up
        bob | 2024-03-04 08:00 | sign_up
        """,
        ask("sign_ups", "2024-03-04"),
        {"2024-03-04": 1},
    ),
    Example(
        "sign_ups_of_other_names",
        "Any of the listed events is a sign-up; the first of any is the one.",
        """
        ann | 2024-03-04 08:00 | registered
        ann | 2024-03-05 08:00 | invited
        bob | 2024-03-05 08:00 | invited
        cid | 2024-03-05 08:00 | sign_up
        """,
        ask("sign_ups", "2024-03-04 to 2024-03-05", events=["registered", "invited"]),
        # 4: ann; 5: bob
        {"2024-03-04": 1, "2024-03-05": 1},
    ),
    Example(
        "sign_ups_of_nobody",
        "A sign-up event without a user is none, however it is counted.",
        """
        -         | 2024-03-04 08:00 | sign_up
        ""        | 2024-03-04 08:00 | sign_up
        anonymous | 2024-03-04 08:00 | sign_up
        ann       | 2024-03-04 08:00 | sign_up
        """,
        ask("sign_ups", "2024-03-04", count="events"),
        {"2024-03-04": 1},
        placeholders=("anonymous",),
    ),
    Example(
        "sign_ups_where",
        "First among the rows that match.",
        """
        ann | 2024-03-04 08:00 | sign_up | plan=free
        ann | 2024-03-05 08:00 | sign_up | plan=team
        bob | 2024-03-05 08:00 | sign_up | plan=team
        """,
        ask("sign_ups", "2024-03-04 to 2024-03-05", where={"plan": "team"}),
        # 4: the table lives, nobody matches: 0; 5: ann, bob
        {"2024-03-04": 0, "2024-03-05": 2},
    ),
    Example(
        "sign_ups_in_new_york",
        "The first sign-up falls on the day of the zone.",
        """
        ann | 2024-03-05 04:59 | sign_up
        bob | 2024-03-05 05:00 | sign_up
        """,
        ask("sign_ups", "2024-03-04 to 2024-03-05", zone="America/New_York"),
        # 23:59 on the 4th, 0:00 on the 5th
        {"2024-03-04": 1, "2024-03-05": 1},
    ),
    Example(
        "sign_ups_of_a_users_table",
        "With a users table, sign-ups are its rows by the day they were created.",
        """
        ann | 2024-03-04 08:00 | sign_up
        zed | 2024-03-06 08:00 | view
        """,
        ask("sign_ups", "2024-03-04 to 2024-03-07", zone="Europe/Berlin"),
        # Berlin: 4: ann, bob (23:59); 5: cid (0:00); 6: events but nobody: 0; 7: nothing at all
        {"2024-03-04": 2, "2024-03-05": 1, "2024-03-06": 0},
        users="""
        ann | 2024-03-04 08:00
        bob | 2024-03-04 22:59
        cid | 2024-03-04 23:00
        """,
    ),
    Example(
        "sign_ups_of_events_despite_a_users_table",
        "Named events are counted as events.",
        """
        ann | 2024-03-04 08:00 | registered
        """,
        ask("sign_ups", "2024-03-04", events="registered"),
        {"2024-03-04": 1},
        users="""
        bob | 2024-03-04 08:00
        cid | 2024-03-04 08:00
        """,
    ),
    Example(
        "new_users_first_event",
        "The first event of any kind, ever.",
        """
        old | 2020-01-01 08:00 | view
        old | 2024-03-04 08:00 | view
        ann | 2024-03-04 08:00 | view
        ann | 2024-03-05 08:00 | sign_up
        bob | 2024-03-05 00:00 | ping
        """,
        ask("new_users", "2024-03-04 to 2024-03-05"),
        # 4: ann; 5: bob
        {"2024-03-04": 1, "2024-03-05": 1},
    ),
    Example(
        "new_users_of_listed_events",
        "The first of the events that count.",
        """
        ann | 2024-03-04 08:00 | ping
        ann | 2024-03-05 08:00 | view
        bob | 2024-03-05 08:00 | view
        """,
        ask("new_users", "2024-03-04 to 2024-03-05", exclude="ping"),
        # 4: a row, yet nobody: 0; 5: ann, bob
        {"2024-03-04": 0, "2024-03-05": 2},
    ),
    Example(
        "new_users_on_quiet_and_dead_days",
        "Nobody new among living rows is 0; no row is nothing.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        ann | 2024-03-07 08:00
        """,
        ask("new_users", "2024-03-04 to 2024-03-07"),
        {"2024-03-04": 1, "2024-03-05": 0, "2024-03-07": 0},
    ),
    Example(
        "new_users_by_country",
        "New in each country, without zeros.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        ann | 2024-03-05 08:00 | view | country=FR
        bob | 2024-03-05 08:00 | view | country=DE
        """,
        ask("new_users", "2024-03-04 to 2024-03-05", by="country"),
        # DE: ann 4, bob 5; FR: ann 5
        {"2024-03-04 DE": 1, "2024-03-05 DE": 1, "2024-03-05 FR": 1},
    ),
    Example(
        "new_users_of_a_users_table",
        "With a users table, new users are its rows by the day they were created.",
        """
        ann | 2024-03-05 08:00
        bob | 2024-03-05 08:00
        """,
        ask("new_users", "2024-03-04 to 2024-03-06"),
        # 4: ann created; 5: rows of events, none of users: 0; 6: bob created, no event needed
        {"2024-03-04": 1, "2024-03-05": 0, "2024-03-06": 1},
        users="""
        ann | 2024-03-04 08:00
        bob | 2024-03-06 08:00
        """,
    ),
    Example(
        "sign_ups_counted_despite_a_users_table",
        "`count` speaks of events, and so events are counted.",
        """
        ann | 2024-03-04 08:00 | sign_up
        ann | 2024-03-04 09:00 | sign_up
        """,
        ask("sign_ups", "2024-03-04", count="events"),
        {"2024-03-04": 2},
        users="bob | 2024-03-04 08:00",
    ),
    Example(
        "placeholders_of_a_users_table",
        "Ids that stand for nobody do not count there either.",
        "ann | 2024-03-04 08:00",
        ask("sign_ups", "2024-03-04"),
        # ann and bob
        {"2024-03-04": 2},
        placeholders=("anonymous",),
        users="""
        ann       | 2024-03-04 08:00
        bob       | 2024-03-04 09:00
        anonymous | 2024-03-04 10:00
        """,
    ),
    Example(
        "new_users_of_events_despite_a_users_table",
        "A filter speaks of events, and so the first of those is taken.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-04 08:00 | view | country=FR
        """,
        ask("new_users", "2024-03-04", where={"country": "DE"}),
        {"2024-03-04": 1},
        users="""
        cid | 2024-03-04 08:00
        dan | 2024-03-04 08:00
        """,
    ),
    Example(
        "new_users_by_a_column",
        "`first_seen_column`: each event tells when its user was first seen, in the table or not.",
        """
        ann | 2024-03-05T10:00:00 | view | seen=2024-03-04T23:30:00Z
        ann | 2024-03-06T10:00:00 | view | seen=2024-03-04T23:30:00Z
        bob | 2024-03-06T10:00:00 | view | seen=2024-03-04T22:59:59Z
        cid | 2024-03-06T10:00:00 | view | seen=2020-01-01T00:00:00Z
        dan | 2024-03-06T10:00:00 | view
        -   | 2024-03-06T10:00:00 | view | seen=2024-03-05T10:00:00Z
        """,
        ask(
            "new_users", "2024-03-04 to 2024-03-06", zone="Europe/Berlin", first_seen_column="seen"
        ),
        # Berlin: bob on the 4th at 23:59:59, ann on the 5th at 0:30; on the 6th rows, nobody: 0
        {"2024-03-04": 1, "2024-03-05": 1, "2024-03-06": 0},
        stored="text",
    ),
)
