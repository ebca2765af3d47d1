"""Worked examples of `by`: one series a value, each computed alone."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "dau_by_platform",
        "A user of two platforms counts in both; a platform without users that day is absent.",
        """
        ann | 2024-03-04 08:00 | view | platform=web
        ann | 2024-03-04 09:00 | view | platform=ios
        bob | 2024-03-04 10:00 | view | platform=web
        bob | 2024-03-05 10:00 | view | platform=web
        """,
        ask("dau", "2024-03-04 to 2024-03-05", by="platform"),
        # 4: web ann, bob; ios ann. 5: web bob; ios nobody, so no point and no zero
        {"2024-03-04 web": 2, "2024-03-04 ios": 1, "2024-03-05 web": 1},
    ),
    Example(
        "dau_by_a_null_column",
        "Rows whose column is NULL are the segment (none).",
        """
        ann | 2024-03-04 08:00 | view | platform=web
        bob | 2024-03-04 09:00
        ann | 2024-03-04 10:00
        -   | 2024-03-04 11:00
        """,
        ask("dau", "2024-03-04", by="platform"),
        # (none): ann, bob, and not the user NULL
        {"2024-03-04 web": 1, "2024-03-04 (none)": 2},
    ),
    Example(
        "dau_by_with_filter",
        "The filter goes first.",
        """
        ann | 2024-03-04 08:00 | view | platform=web country=DE
        bob | 2024-03-04 09:00 | view | platform=web country=FR
        cid | 2024-03-04 10:00 | view | platform=ios country=DE
        """,
        ask("dau", "2024-03-04", by="platform", where={"country": "DE"}),
        {"2024-03-04 web": 1, "2024-03-04 ios": 1},
    ),
    Example(
        "wau_by_platform_looks_back",
        "A segment looks back in itself.",
        """
        ann | 2024-02-28 08:00 | view | platform=web
        ann | 2024-03-04 08:00 | view | platform=ios
        bob | 2024-03-04 09:00 | view | platform=web
        """,
        ask("wau", "2024-03-04 to 2024-03-06", by="platform"),
        # web: 28 Feb ann counts until 5 March. 4: ann, bob; 5: ann, bob; 6: bob. ios: ann
        {
            "2024-03-04 web": 2,
            "2024-03-05 web": 2,
            "2024-03-06 web": 1,
            "2024-03-04 ios": 1,
            "2024-03-05 ios": 1,
            "2024-03-06 ios": 1,
        },
    ),
    Example(
        "stickiness_by_platform",
        "Numerator and denominator are of the same segment.",
        """
        ann | 2024-03-01 08:00 | view | platform=web
        bob | 2024-03-04 09:00 | view | platform=web
        ann | 2024-03-04 09:00 | view | platform=ios
        """,
        ask("stickiness", "2024-03-04", by="platform"),
        # web: bob of ann, bob; ios: ann of ann
        {"2024-03-04 web": (1 / 2, 2), "2024-03-04 ios": (1, 1)},
    ),
    Example(
        "sessions_by_platform",
        "Events of two platforms never make one session together.",
        """
        ann | 2024-03-04 08:00 | view | platform=web
        ann | 2024-03-04 08:10 | view | platform=ios
        ann | 2024-03-04 08:20 | view | platform=web
        ann | 2024-03-04 08:55 | view | platform=ios
        """,
        ask("sessions", "2024-03-04", by="platform"),
        # web: 8:00 and 8:20, 20 min: 1. ios: 8:10 and 8:55, 45 min: 2
        {"2024-03-04 web": 1, "2024-03-04 ios": 2},
    ),
    Example(
        "duration_by_platform",
        "Means carry their segment's sessions as weight.",
        """
        ann | 2024-03-04 08:00 | view | platform=web
        ann | 2024-03-04 08:10 | view | platform=web
        bob | 2024-03-04 09:00 | view | platform=web
        bob | 2024-03-04 09:00 | view | platform=ios
        """,
        ask("session_duration", "2024-03-04", by="platform"),
        # web: (600 + 0) / 2; ios: 0 / 1
        {"2024-03-04 web": (300, 2), "2024-03-04 ios": (0, 1)},
    ),
    Example(
        "retention_by_country",
        "First and return both lie in the segment.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        ann | 2024-03-05 08:00 | view | country=DE
        bob | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-05 08:00 | view | country=FR
        bob | 2024-03-06 08:00 | view | country=FR
        """,
        ask("retention", "2024-03-04 to 2024-03-05", day=1, by="country"),
        # DE on 4: ann and bob, ann is back in DE. FR on 5: bob, back in FR on 6
        {"2024-03-04 DE": (1 / 2, 2), "2024-03-05 FR": (1, 1)},
    ),
    Example(
        "sign_ups_by_plan",
        "A user's first sign-up of each plan.",
        """
        ann | 2024-03-04 08:00 | sign_up | plan=free
        ann | 2024-03-05 08:00 | sign_up | plan=team
        bob | 2024-03-05 08:00 | sign_up | plan=free
        ann | 2024-03-06 08:00 | sign_up | plan=free
        """,
        ask("sign_ups", "2024-03-04 to 2024-03-06", by="plan"),
        # free: ann 4, bob 5 (ann's of the 6th is her second); team: ann 5
        {"2024-03-04 free": 1, "2024-03-05 free": 1, "2024-03-05 team": 1},
    ),
    Example(
        "conversion_by_country",
        "Start and goal lie in the segment.",
        """
        ann | 2024-03-04 08:00 | start | country=DE
        ann | 2024-03-04 09:00 | goal  | country=DE
        bob | 2024-03-04 08:00 | start | country=FR
        bob | 2024-03-04 09:00 | goal  | country=DE
        """,
        ask(
            "conversion",
            "2024-03-04",
            start_event="start",
            goal_event="goal",
            window_days=1,
            by="country",
        ),
        # DE: ann of ann; FR: none of bob
        {"2024-03-04 DE": (1, 1), "2024-03-04 FR": (0, 1)},
    ),
    Example(
        "events_by_name",
        "The name of the event can be the segment; a row of nobody counts.",
        """
        ann | 2024-03-04 08:00 | view
        bob | 2024-03-04 09:00 | view
        -   | 2024-03-04 09:00 | buy
        """,
        ask("event_count", "2024-03-04", by="name"),
        {"2024-03-04 view": 2, "2024-03-04 buy": 1},
    ),
    Example(
        "recurring_on_or_after_by_platform",
        "Every day starts anew on each platform, and only a return on the same one counts.",
        """
        ann | 2024-03-04 08:00 | view | platform=web
        bob | 2024-03-04 09:00 | view | platform=web
        ann | 2024-03-05 08:00 | view | platform=ios
        ann | 2024-03-07 08:00 | view | platform=web
        """,
        ask(
            *("retention", "2024-03-04 to 2024-03-05"),
            day=2,
            cohort="recurring",
            mode="on_or_after",
            by="platform",
        ),
        # web: ann of ann and bob is back on the 7th; ios: ann is not
        {"2024-03-04 web": (0.5, 2), "2024-03-05 ios": (0.0, 1)},
    ),
)
