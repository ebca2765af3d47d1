"""Worked examples of growth accounting: new, retained, resurrected and churned."""

from __future__ import annotations

from collections.abc import Mapping

from tests.standard.examples.written import Example, ask

SEGMENTS = ("new", "retained", "resurrected", "churned")


def accounts(days: Mapping[str, tuple[int, int, int, int]]) -> dict[str, float]:
    """New, retained, resurrected, churned of each day, as points."""
    return {
        f"{day} {segment}": number
        for day, numbers in days.items()
        for segment, number in zip(SEGMENTS, numbers, strict=True)
    }


EXAMPLES = (
    Example(
        "growth_by_day",
        "Each day's users are new, retained or resurrected; yesterday's retained or churned.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        ann | 2024-03-05 08:00
        cid | 2024-03-05 08:00
        bob | 2024-03-06 08:00
        cid | 2024-03-06 08:00
        """,
        ask("growth", "2024-03-04 to 2024-03-07", interval="day"),
        # 4: ann, bob new. 5: cid new, ann retained, bob churned
        # 6: cid retained, bob resurrected, ann churned. 7: no row, but bob, cid churned
        accounts(
            {
                "2024-03-04": (2, 0, 0, 0),
                "2024-03-05": (1, 1, 0, 1),
                "2024-03-06": (0, 1, 1, 1),
                "2024-03-07": (0, 0, 0, 2),
            }
        ),
    ),
    Example(
        "growth_looks_back",
        "Who was seen before the window is not new, and yesterday is the day before it.",
        """
        ann | 2021-03-04 08:00
        bob | 2024-03-03 08:00
        cid | 2024-03-03 08:00
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        dan | 2024-03-04 08:00
        """,
        ask("growth", "2024-03-04", interval="day"),
        # dan new, bob retained, ann resurrected, cid churned
        accounts({"2024-03-04": (1, 1, 1, 1)}),
    ),
    Example(
        "growth_by_week",
        "Weeks from Monday, dated by their Sunday; a week not over is not given.",
        """
        ann | 2024-03-04 00:00
        bob | 2024-03-10 23:59
        ann | 2024-03-11 08:00
        ann | 2024-03-13 08:00
        cid | 2024-03-17 08:00
        bob | 2024-03-18 08:00
        """,
        ask("growth", "2024-03-04 to 2024-03-20", interval="week"),
        # to 10: ann, bob new. to 17: cid new, ann retained, bob churned
        accounts({"2024-03-10": (2, 0, 0, 0), "2024-03-17": (1, 1, 0, 1)}),
    ),
    Example(
        "growth_by_month",
        "Months of the calendar, dated by their last day.",
        """
        ann | 2023-12-31 23:59
        ann | 2024-02-01 00:00
        bob | 2024-01-31 08:00
        bob | 2024-02-29 23:59
        cid | 2024-01-01 00:00
        dan | 2024-02-10 08:00
        """,
        ask("growth", "2024-01-01 to 2024-02-29", interval="month"),
        # January: bob, cid new, ann (December) churned
        # February: dan new, bob retained, ann resurrected, cid churned
        accounts({"2024-01-31": (2, 0, 0, 1), "2024-02-29": (1, 1, 1, 1)}),
    ),
    Example(
        "growth_with_longer_absence",
        "`churn_after = 2`: back after one empty day is retained, gone after two is churned.",
        """
        ann | 2024-03-04 08:00
        bob | 2024-03-04 08:00
        cid | 2024-03-05 08:00
        ann | 2024-03-06 08:00
        bob | 2024-03-07 08:00
        """,
        ask("growth", "2024-03-04 to 2024-03-08", interval="day", churn_after=2),
        # 4: ann, bob new. 5: cid new; one day away is not gone
        # 6: ann retained (4th), bob's last is two days ago: churned
        # 7: bob resurrected, cid churned. 8: ann (6th) churned; no row, but she left
        accounts(
            {
                "2024-03-04": (2, 0, 0, 0),
                "2024-03-05": (1, 0, 0, 0),
                "2024-03-06": (0, 1, 0, 1),
                "2024-03-07": (0, 0, 1, 1),
                "2024-03-08": (0, 0, 0, 1),
            }
        ),
    ),
    Example(
        "growth_of_listed_events",
        "Only what counts counts; a day with other rows alone says zeros.",
        """
        ann | 2024-03-04 08:00 | edit
        bob | 2024-03-05 08:00 | view
        cid | 2024-03-06 08:00 | view
        """,
        ask("growth", "2024-03-04 to 2024-03-06", interval="day", events="edit"),
        # 4: ann new; 5: ann churned; 6: nothing happens on a living day
        accounts(
            {
                "2024-03-04": (1, 0, 0, 0),
                "2024-03-05": (0, 0, 0, 1),
                "2024-03-06": (0, 0, 0, 0),
            }
        ),
    ),
    Example(
        "growth_on_dead_days",
        "A day without a row on which nobody leaves is not given.",
        """
        ann | 2024-03-04 08:00
        ann | 2024-03-08 08:00
        """,
        ask("growth", "2024-03-04 to 2024-03-08", interval="day"),
        # 5: ann churned; 6 and 7: nothing; 8: ann resurrected
        accounts(
            {
                "2024-03-04": (1, 0, 0, 0),
                "2024-03-05": (0, 0, 0, 1),
                "2024-03-08": (0, 0, 1, 0),
            }
        ),
    ),
    Example(
        "growth_by_week_in_tokyo",
        "The week turns at Tokyo's midnight, Sunday 15:00 UTC.",
        """
        ann | 2024-03-10 14:59
        bob | 2024-03-10 15:00
        ann | 2024-03-17 14:59
        """,
        ask("growth", "2024-03-10 to 2024-03-17", zone="Asia/Tokyo", interval="week"),
        # to 10: ann new. to 17: bob new, ann retained
        accounts({"2024-03-10": (1, 0, 0, 0), "2024-03-17": (1, 1, 0, 0)}),
    ),
    Example(
        "growth_without_placeholders",
        "Nobody is neither new nor gone.",
        """
        -         | 2024-03-04 08:00
        ""        | 2024-03-04 08:00
        anonymous | 2024-03-04 08:00
        ann       | 2024-03-04 08:00
        bob       | 2024-03-05 08:00
        """,
        ask("growth", "2024-03-04 to 2024-03-05", interval="day"),
        accounts({"2024-03-04": (1, 0, 0, 0), "2024-03-05": (1, 0, 0, 1)}),
        placeholders=("anonymous",),
    ),
    Example(
        "growth_by_week_from_sunday",
        "Weeks may begin on Sunday.",
        """
        ann | 2024-03-09 23:59
        ann | 2024-03-10 00:00
        bob | 2024-03-16 23:59
        """,
        ask("growth", "2024-03-09 to 2024-03-17", interval="week", week_start="sunday"),
        # to 9 (Saturday): ann new. to 16: bob new, ann retained
        accounts({"2024-03-09": (1, 0, 0, 0), "2024-03-16": (1, 1, 0, 0)}),
    ),
)
