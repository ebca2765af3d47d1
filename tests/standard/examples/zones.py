"""Worked examples of days in time zones: offsets, clock changes, days that are not."""

from __future__ import annotations

from tests.standard.examples.written import Example, ask

EXAMPLES = (
    Example(
        "tokyo",
        "Tokyo's day begins at 15:00 UTC of the day before.",
        """
        ann | 2024-03-03 14:59:59
        bob | 2024-03-03 15:00:00
        cid | 2024-03-04 14:59:59
        dan | 2024-03-04 15:00:00
        """,
        ask("dau", "2024-03-04", zone="Asia/Tokyo"),
        # bob, cid
        {"2024-03-04": 2},
    ),
    Example(
        "kolkata",
        "Kolkata's day begins at 18:30 UTC.",
        """
        ann | 2024-03-03 18:29:59
        bob | 2024-03-03 18:30:00
        cid | 2024-03-04 18:29:59
        dan | 2024-03-04 18:30:00
        """,
        ask("dau", "2024-03-03 to 2024-03-04", zone="Asia/Kolkata"),
        # 3: ann (23:59:59); 4: bob, cid; dan on the 5th
        {"2024-03-03": 1, "2024-03-04": 2},
    ),
    Example(
        "kathmandu",
        "Quarter hours count too: Kathmandu is 5:45 ahead.",
        """
        ann | 2024-03-03 18:14:59
        bob | 2024-03-03 18:15:00
        """,
        ask("dau", "2024-03-03 to 2024-03-04", zone="Asia/Kathmandu"),
        {"2024-03-03": 1, "2024-03-04": 1},
    ),
    Example(
        "new_york_in_spring",
        "On 10 March New York's offset goes from -5 to -4: the day has 23 hours.",
        """
        ann | 2024-03-10 04:59
        bob | 2024-03-10 05:00
        cid | 2024-03-11 03:59
        dan | 2024-03-11 04:00
        eve | 2024-03-12 03:59
        """,
        ask("dau", "2024-03-09 to 2024-03-11", zone="America/New_York"),
        # 9: ann at 23:59; 10: bob at 0:00, cid at 23:59; 11: dan at 0:00, eve at 23:59
        {"2024-03-09": 1, "2024-03-10": 2, "2024-03-11": 2},
    ),
    Example(
        "new_york_in_autumn",
        "On 3 November it goes back: the day has 25 hours.",
        """
        ann | 2024-11-03 03:59
        bob | 2024-11-03 04:00
        cid | 2024-11-04 04:59
        dan | 2024-11-04 05:00
        """,
        ask("dau", "2024-11-02 to 2024-11-04", zone="America/New_York"),
        # 2: ann; 3: bob, cid; 4: dan
        {"2024-11-02": 1, "2024-11-03": 2, "2024-11-04": 1},
    ),
    Example(
        "berlin_in_spring",
        "The 31st of March 2024 has 23 hours in Berlin, 23:00 to 22:00 UTC.",
        """
        ann | 2024-03-30 22:59:59
        ann | 2024-03-30 23:00:00
        ann | 2024-03-31 01:00:00
        ann | 2024-03-31 21:59:59
        ann | 2024-03-31 22:00:00
        """,
        ask("event_count", "2024-03-30 to 2024-04-01", zone="Europe/Berlin"),
        # 30: one; 31: three; 1 April: one
        {"2024-03-30": 1, "2024-03-31": 3, "2024-04-01": 1},
    ),
    Example(
        "berlin_in_autumn",
        "The 27th of October has 25 hours; the hour told twice is of the same day.",
        """
        ann | 2024-10-26 21:59:59
        bob | 2024-10-26 22:00:00
        cid | 2024-10-27 02:30+02:00
        dan | 2024-10-27 02:30+01:00
        eve | 2024-10-27 22:59:59
        fay | 2024-10-27 23:00:00
        """,
        ask("dau", "2024-10-26 to 2024-10-28", zone="Europe/Berlin"),
        # 26: ann; 27: bob, cid, dan, eve; 28: fay
        {"2024-10-26": 1, "2024-10-27": 4, "2024-10-28": 1},
    ),
    Example(
        "berlin_both_ways_in_one_window",
        "One window over both changes knows three offsets.",
        """
        ann | 2024-03-30 23:30
        bob | 2024-03-31 22:30
        cid | 2024-10-26 22:30
        dan | 2024-10-27 22:30
        eve | 2024-10-27 23:30
        """,
        ask("event_count", "2024-03-31 to 2024-10-28", zone="Europe/Berlin"),
        # 31 March 0:30; 1 April 0:30; 27 October 0:30 and 23:30; 28 October 0:30
        {"2024-03-31": 1, "2024-04-01": 1, "2024-10-27": 2, "2024-10-28": 1},
    ),
    Example(
        "lord_howe_in_autumn",
        "Lord Howe turns its clocks by half an hour, from +11:00 to +10:30: 24.5 hours.",
        """
        ann | 2024-04-06 12:59
        bob | 2024-04-06 13:00
        cid | 2024-04-07 13:29
        dan | 2024-04-07 13:30
        """,
        ask("dau", "2024-04-06 to 2024-04-08", zone="Australia/Lord_Howe"),
        # 6: ann at 23:59 (+11); 7: bob at 0:00 (+11), cid at 23:59 (+10:30); 8: dan
        {"2024-04-06": 1, "2024-04-07": 2, "2024-04-08": 1},
    ),
    Example(
        "lord_howe_in_spring",
        "And back in October: 23.5 hours.",
        """
        ann | 2024-10-05 13:29
        bob | 2024-10-05 13:30
        cid | 2024-10-06 12:59
        dan | 2024-10-06 13:00
        """,
        ask("dau", "2024-10-05 to 2024-10-07", zone="Australia/Lord_Howe"),
        # 5: ann (+10:30); 6: bob, cid (+11); 7: dan
        {"2024-10-05": 1, "2024-10-06": 2, "2024-10-07": 1},
    ),
    Example(
        "apia_skips_a_day",
        "Apia had no 30 December 2011: from -10 on the 29th to +14 on the 31st.",
        """
        ann | 2011-12-30 09:59:59
        bob | 2011-12-30 10:00:00
        cid | 2011-12-31 09:59:59
        dan | 2011-12-31 10:00:00
        """,
        ask("dau", "2011-12-29 to 2012-01-01", zone="Pacific/Apia"),
        # 29: ann at 23:59:59; 31: bob at 0:00, cid at 23:59:59; 1 January: dan
        {"2011-12-29": 1, "2011-12-31": 2, "2012-01-01": 1},
    ),
    Example(
        "santiago_without_midnight",
        "Santiago's 8 September 2024 begins at 1:00, when it is 4:00 UTC.",
        """
        ann | 2024-09-08 03:59:59
        bob | 2024-09-08 04:00:00
        cid | 2024-09-09 02:59:59
        dan | 2024-09-09 03:00:00
        """,
        ask("dau", "2024-09-07 to 2024-09-09", zone="America/Santiago"),
        # 7: ann at 23:59:59 (-4); 8: bob at 1:00 (-3), cid at 23:59:59; 9: dan
        {"2024-09-07": 1, "2024-09-08": 2, "2024-09-09": 1},
    ),
    Example(
        "santiago_with_two_midnights",
        "On 7 April 2024 its clock goes from 24:00 to 23:00: the 6th has that hour twice.",
        """
        ann | 2024-04-07 02:30
        bob | 2024-04-07 03:30
        cid | 2024-04-07 04:00
        """,
        ask("dau", "2024-04-06 to 2024-04-07", zone="America/Santiago"),
        # 6: ann at 23:30 (-3), bob at 23:30 (-4); 7: cid at 0:00
        {"2024-04-06": 2, "2024-04-07": 1},
    ),
    Example(
        "havana_without_midnight",
        "Havana's 10 March 2024 begins at 1:00, when it is 5:00 UTC.",
        """
        ann | 2024-03-10 04:59:59
        bob | 2024-03-10 05:00:00
        cid | 2024-03-11 03:59:59
        dan | 2024-03-11 04:00:00
        """,
        ask("dau", "2024-03-09 to 2024-03-11", zone="America/Havana"),
        # 9: ann (-5); 10: bob, cid (-4); 11: dan
        {"2024-03-09": 1, "2024-03-10": 2, "2024-03-11": 1},
    ),
    Example(
        "havana_with_two_midnights",
        "Havana's 3 November 2024 tells 0:00 to 1:00 twice and stays one day of 25 hours.",
        """
        ann | 2024-11-03 03:59:59
        bob | 2024-11-03 04:00:00
        cid | 2024-11-03 05:00:00
        dan | 2024-11-04 04:59:59
        """,
        ask("dau", "2024-11-02 to 2024-11-03", zone="America/Havana"),
        # 2: ann at 23:59:59 (-4); 3: bob at 0:00 (-4), cid at 0:00 (-5), dan at 23:59:59
        {"2024-11-02": 1, "2024-11-03": 3},
    ),
)
