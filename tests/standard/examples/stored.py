"""Worked examples of how instants stand in the table: epochs, texts, times without a zone."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EDGES = """
    ann | 2024-03-03 22:59:59
    bob | 2024-03-03 23:00:00
    cid | 2024-03-04 22:59:59
    dan | 2024-03-04 23:00:00
"""
# Berlin is an hour ahead: ann on the 3rd, bob and cid on the 4th, dan on the 5th.
NUMBERS = {"2024-03-03": 1, "2024-03-04": 2, "2024-03-05": 1}
DAYS = "2024-03-03 to 2024-03-05"

EXAMPLES = (
    Example(
        "epoch_seconds",
        "Seconds since 1970.",
        EDGES,
        ask("dau", DAYS, zone="Europe/Berlin"),
        NUMBERS,
        stored="epoch_s",
    ),
    Example(
        "epoch_milliseconds",
        "Milliseconds since 1970, of which none is lost.",
        """
        ann | 2024-03-04 08:00:00.250
        ann | 2024-03-04 08:00:01.000
        bob | 2024-03-04 22:59:59.999
        cid | 2024-03-04 23:00:00.000
        """,
        ask("session_duration", "2024-03-04", zone="Europe/Berlin"),
        # ann 0.75 s, bob 0 s; cid is on the 5th
        {"2024-03-04": (0.375, 2)},
        stored="epoch_ms",
    ),
    Example(
        "text",
        "Text such as 2024-03-03 22:59:59.",
        EDGES,
        ask("dau", DAYS, zone="Europe/Berlin"),
        NUMBERS,
        stored="text",
    ),
    Example(
        "text_of_a_zone",
        "Text told by the clock of New York.",
        """
        ann | 2024-03-10 01:59-05:00
        ann | 2024-03-10 03:01-04:00
        bob | 2024-03-10 23:59-04:00
        cid | 2024-03-11 00:00-04:00
        """,
        ask("session_duration", "2024-03-10", zone="America/New_York"),
        # ann 6:59 to 7:01 UTC, 120 s; bob 0 s; cid is on the 11th
        {"2024-03-10": (60, 2)},
        stored="text",
        time_zone="America/New_York",
    ),
    Example(
        "naive",
        "Times without a zone are UTC.",
        EDGES,
        ask("dau", DAYS, zone="Europe/Berlin"),
        NUMBERS,
        stored="naive",
    ),
    Example(
        "naive_of_the_same_zone",
        "Times told by Berlin's clock, asked for Berlin's days over the spring change.",
        """
        ann | 2024-03-30 23:59:59+01:00
        bob | 2024-03-31 00:00:00+01:00
        cid | 2024-03-31 23:59:59+02:00
        dan | 2024-04-01 00:00:00+02:00
        """,
        ask("dau", "2024-03-30 to 2024-04-01", zone="Europe/Berlin"),
        {"2024-03-30": 1, "2024-03-31": 2, "2024-04-01": 1},
        stored="naive",
        time_zone="Europe/Berlin",
    ),
    Example(
        "naive_of_another_zone",
        "Times told by Tokyo's clock, asked for New York's days.",
        """
        ann | 2024-03-05 13:59+09:00
        bob | 2024-03-05 14:00+09:00
        """,
        ask("dau", "2024-03-04 to 2024-03-05", zone="America/New_York"),
        # 4:59 UTC is 23:59 of the 4th, 5:00 UTC midnight of the 5th
        {"2024-03-04": 1, "2024-03-05": 1},
        stored="naive",
        time_zone="Asia/Tokyo",
    ),
    Example(
        "naive_over_a_clock_change",
        "1:50 and 3:10 on Berlin's clock are 20 minutes apart on the night it skips an hour.",
        """
        ann | 2024-03-31 01:50+01:00
        ann | 2024-03-31 03:10+02:00
        """,
        ask("session_duration", "2024-03-31", zone="UTC"),
        # 0:50 to 1:10 UTC
        {"2024-03-31": (1200, 1)},
        stored="naive",
        time_zone="Europe/Berlin",
    ),
    Example(
        "epoch_seconds_by_hours",
        "Hours since the start are exact on numbers.",
        """
        ann | 2024-03-04 10:00:00
        ann | 2024-03-05 10:00:00
        bob | 2024-03-04 10:00:00
        bob | 2024-03-05 09:59:59
        """,
        ask("retention", "2024-03-04", day=1, window="rolling_24h"),
        {"2024-03-04": (1 / 2, 2)},
        stored="epoch_s",
    ),
    Example(
        "text_wau_looks_back",
        "The window's edges hold on text as well.",
        """
        ann | 2024-02-26 23:59:59
        bob | 2024-02-27 00:00:00
        cid | 2024-03-04 23:59:59
        dan | 2024-03-05 00:00:00
        """,
        ask("wau", "2024-03-04"),
        # bob, cid
        {"2024-03-04": 2},
        stored="text",
    ),
    Example(
        "before_1970",
        "Instants before 1970 fall on the right days.",
        """
        ann | 1969-12-31 23:59:59
        bob | 1970-01-01 00:00:00
        cid | 1969-12-30 00:00:00
        """,
        ask("dau", "1969-12-30 to 1970-01-01"),
        {"1969-12-30": 1, "1969-12-31": 1, "1970-01-01": 1},
        stored="epoch_s",
    ),
)
