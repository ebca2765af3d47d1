"""Worked examples of names that look alike, or hold what SQL would stumble over."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "users_of_different_case",
        "Ids that differ in case or accent are different users, whatever the collation.",
        """
        ann | 2024-03-04 08:00
        Ann | 2024-03-04 08:00
        ánn | 2024-03-04 08:00
        ANN | 2024-03-05 08:00
        """,
        ask("dau", "2024-03-04 to 2024-03-05"),
        {"2024-03-04": 3, "2024-03-05": 1},
    ),
    Example(
        "first_of_different_case",
        "And none of them comes back for another.",
        """
        ann | 2024-03-04 08:00
        Ann | 2024-03-05 08:00
        bob | 2024-03-04 08:00
        bob | 2024-03-05 08:00
        """,
        ask("retention", "2024-03-04", day=1),
        # bob of ann, bob
        {"2024-03-04": (1 / 2, 2)},
    ),
    Example(
        "sessions_of_different_case",
        "Nor do they share a session.",
        """
        ann | 2024-03-04 08:00
        Ann | 2024-03-04 08:10
        ann | 2024-03-04 08:20
        """,
        ask("events_per_session", "2024-03-04"),
        # ann 2, Ann 1: 3 / 2
        {"2024-03-04": (3 / 2, 2)},
    ),
    Example(
        "events_of_different_case",
        "Names of events are compared letter by letter.",
        """
        ann | 2024-03-04 08:00 | view
        bob | 2024-03-04 08:00 | View
        """,
        ask("dau", "2024-03-04", events="view"),
        {"2024-03-04": 1},
    ),
    Example(
        "filters_of_different_case",
        "So are the values of filters.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-04 08:00 | view | country=de
        """,
        ask("dau", "2024-03-04", where={"country": ["DE"]}),
        {"2024-03-04": 1},
    ),
    Example(
        "segments_of_different_case",
        "So are segments.",
        """
        ann | 2024-03-04 08:00 | view | country=DE
        bob | 2024-03-04 08:00 | view | country=de
        cid | 2024-03-04 08:00 | view | country=De
        cid | 2024-03-04 09:00 | view | country=de
        """,
        ask("dau", "2024-03-04", by="country"),
        {"2024-03-04 DE": 1, "2024-03-04 de": 2, "2024-03-04 De": 1},
    ),
    Example(
        "quotes_and_signs",
        "Quotes, colons, percent signs and backslashes are letters like others.",
        r"""
        o'neil   | 2024-03-04 08:00 | it's:done
        50%      | 2024-03-04 08:00 | it's:done
        a\b      | 2024-03-04 08:00 | it's:done
        :start   | 2024-03-04 08:00 | it's:done
        "x"      | 2024-03-04 08:00 | 100%
        """,
        ask("dau", "2024-03-04", events="it's:done"),
        {"2024-03-04": 4},
    ),
    Example(
        "filters_with_quotes",
        "In filters, too.",
        r"""
        ann | 2024-03-04 08:00 | view | plan=o'clock
        bob | 2024-03-04 08:00 | view | plan=50%
        cid | 2024-03-04 08:00 | view | plan=a\b
        """,
        ask("event_count", "2024-03-04", where={"plan": ["o'clock", "a\\b"]}, by="plan"),
        {"2024-03-04 o'clock": 1, "2024-03-04 a\\b": 1},
    ),
)
