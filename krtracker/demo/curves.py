"""What Fieldnote's numbers are meant to be on each day; draws nothing at random and writes nothing.

A day is counted from the first day of the running cycle (0), so that today, day 51 of the cycle, is
50. Values are those of the whole company; the event log keeps one user in `SAMPLE`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

TODAY = 50
"""Today, counted from the first day of the running cycle: its 51st day (decisions.md 37)."""
HISTORY = 548
"""Days of history before today: 18 months."""
SAMPLE = 100
LAUNCH = 19
"""The day the Android app came out."""
OUTAGE = TODAY - 12
"""The day nobody could sign in from nine to five."""
LAST_SURVEY = TODAY - 43
"""The newest survey: older than the 35 days after which a value by hand is stale."""

Curve = Sequence[tuple[float, float]]

ACTIVE_USERS: Curve = (
    (-498, 24_000),
    (-365, 28_000),
    (-183, 34_000),
    (-92, 38_200),
    (0, 42_800),
    (19, 43_500),
    (30, 45_700),
    (50, 47_300),
    (200, 52_000),
)
SIGN_UPS: Curve = (
    (-498, 140),
    (-183, 215),
    (-92, 240),
    (0, 270),
    (19, 270),
    (20, 324),
    (200, 335),
)
SESSION_SECONDS: Curve = ((-498, 385), (-183, 393), (-92, 410), (0, 432), (50, 524), (200, 545))
CRASH_SHARE: Curve = (
    (-498, 0.015),
    (-92, 0.0105),
    (-47, 0.0095),
    (-46, 0.0082),
    (19, 0.008),
    (22, 0.0013),
)
RETENTION: Curve = ((-498, 0.27), (0, 0.314), (50, 0.308))
ACTIVATION: Curve = ((-498, 0.46), (0, 0.52), (15, 0.535), (30, 0.585), (200, 0.6))
FIRST_NOTE_SECONDS: Curve = ((-498, 430), (0, 390), (35, 322), (50, 300), (200, 270))
OPEN_BUGS: Curve = ((-498, 60), (-92, 96), (0, 84), (50, 67), (200, 45))
REVENUE: Curve = (
    (-498, 6_500),
    (-183, 9_800),
    (-92, 11_200),
    (0, 14_200),
    (19, 16_400),
    (50, 18_800),
    (200, 22_000),
)
SURVEYS: Curve = ((-480, 27), (-300, 31), (-120, 36), (LAST_SURVEY, 40))

# Monday first; each row has a mean of one, so that a whole week is the curve itself.
WEEK_ACTIVE = (1.08, 1.1, 1.1, 1.08, 1.04, 0.8, 0.8)
WEEK_SIGN_UPS = (1.25, 1.25, 1.2, 1.2, 1.1, 0.5, 0.5)
WEEK_REVENUE = (1.4, 1.3, 1.3, 1.25, 1.25, 0.25, 0.25)

COUNTRIES = ("DE",) * 8 + ("US",) * 5 + ("FR",) * 3 + ("GB",) * 2 + ("NL",) * 2
COUNTRIES_SINCE_LAUNCH = ("DE",) * 9 + ("US",) * 4 + ("FR",) * 3 + ("GB",) * 2 + ("NL",) * 2
PLATFORMS = ("web",) * 7 + ("ios",) * 3
PLATFORMS_SINCE_LAUNCH = ("web",) * 5 + ("ios",) * 3 + ("android",) * 2


def along(curve: Curve, day: float) -> float:
    """The height of a curve on a day: straight between its points, level beyond its ends."""
    index = bisect_right(curve, day, key=lambda point: point[0])
    if index == 0:
        return curve[0][1]
    if index == len(curve):
        return curve[-1][1]
    (left, low), (right, high) = curve[index - 1], curve[index]
    return low + (high - low) * (day - left) / (right - left)


def outage(day: int) -> float:
    """The share of ordinary traffic that got through: all of it but on the day of the outage."""
    return 0.35 if day == OUTAGE else 1.0
