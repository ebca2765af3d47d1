"""Values to words and small pictures for a terminal; it prints nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from krtracker.model.verdicts import Status

SPARKS = "▁▂▃▄▅▆▇█"
PLAIN_SPARKS = "_.-~=^*#"
BAR = ("▰", "▱")
PLAIN_BAR = ("#", "-")
SURE = (0.02, 0.98)

# Shapes that differ, so that no verdict hangs on its colour alone.
ICONS: Mapping[Status, tuple[str, str, str]] = {
    Status.ACHIEVED: ("★", "*", "bold green"),
    Status.ON_TRACK: ("✓", "+", "green"),
    Status.AT_RISK: ("▲", "!", "yellow"),
    Status.OFF_TRACK: ("✗", "x", "red"),
    Status.MISSED: ("■", "#", "red"),
    Status.STALE: ("◷", "?", "grey"),
    Status.NO_DATA: ("∅", "0", "grey"),
    Status.INVALID: ("‼", "!!", "magenta"),
    Status.NOT_STARTED: ("○", "o", "grey"),
}


def icon(status: Status, *, unicode: bool = True) -> str:
    return ICONS[status][0 if unicode else 1]


def style(status: Status) -> str:
    return ICONS[status][2]


def sparkline(
    values: Sequence[float | None],
    width: int = 12,
    *,
    unicode: bool = True,
    scale: tuple[float, float] | None = None,
) -> str:
    """The newest values as small bars, lowest to highest; a missing one is a blank.

    `scale` is what lowest and highest mean, where several are to be compared.
    """
    shown = _sampled(values, width)
    known = [one for one in shown if one is not None]
    if not known:
        return ""
    marks = SPARKS if unicode else PLAIN_SPARKS
    low, high = scale or (min(known), max(known))
    return "".join(" " if one is None else marks[_level(one, low, high)] for one in shown)


def _level(value: float, low: float, high: float) -> int:
    if high <= low:
        return len(SPARKS) // 2
    return min(len(SPARKS) - 1, int((value - low) / (high - low) * len(SPARKS)))


def _sampled(values: Sequence[float | None], width: int) -> list[float | None]:
    """At most `width` values, the newest always among them."""
    if len(values) <= width:
        return list(values)
    step = (len(values) - 1) / (width - 1)
    return [values[round(n * step)] for n in range(width)]


def chance_words(chance: float | None) -> str:
    """Odds as F.1 shows them, from "<2 %" to ">98 %": nobody knows the future better."""
    if chance is not None and not SURE[0] <= chance <= SURE[1]:
        return f"<{percent(SURE[0])}" if chance < SURE[0] else f">{percent(SURE[1])}"
    return percent(chance)


def bar(share: float | None, width: int = 10, *, unicode: bool = True) -> str:
    """A share of the way as a bar; below 0 empty, above 1 full."""
    full, empty = BAR if unicode else PLAIN_BAR
    filled = 0 if share is None else math.floor(min(1.0, max(0.0, share)) * width + 1e-9)
    return full * filled + empty * (width - filled)


def percent(share: float | None, digits: int = 0) -> str:
    """A share as a percentage: 0.56 is "56 %", None is "–"; never "100 %" before it is."""
    if share is None or not math.isfinite(share):
        return "–"
    scale = 10.0**digits
    scaled = share * 100 * scale
    rounded = math.floor(scaled + 1e-6) if 0.99 < share < 1 else round(scaled)
    return f"{rounded / scale + 0.0:.{digits}f} %"


def quantity(value: float | None, kind: str = "number", unit: str = "") -> str:
    """A value in the words of its kind: "46.4k", "38.2 %", "€12.5k", "7.2 min"; None is "–"."""
    if value is None:
        return "–"
    if kind == "ratio":
        return percent(value, 1 if abs(value) < 0.995 else 2)
    if kind == "duration" and unit == "s":
        value, unit = _longer_unit(value)
    if kind == "money" and unit and not unit[-1].isalpha():
        return f"{'-' if value < 0 else ''}{unit}{compact(abs(value))}"
    return f"{compact(value)} {unit}".rstrip()


def _longer_unit(seconds: float) -> tuple[float, str]:
    """Seconds as a person says them: from two minutes on minutes, from two hours on hours."""
    if abs(seconds) >= 7200:
        return seconds / 3600, "h"
    return (seconds / 60, "min") if abs(seconds) >= 120 else (seconds, "s")


def compact(value: float) -> str:
    """Three or four significant digits with k, M, G: 46,412 is "46.4k", 812 is "812"."""
    size = abs(value)
    for limit, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit * 0.99995:
            return f"{value / (1e3 if name == 'k' else limit):.1f}{name}"
    if size >= 1000:
        return f"{value:,.0f}"
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.3g}"


def catch_up_words(factor: float | None) -> str:
    """R9's c as a person says it: "from here 1.3 times as fast as planned"."""
    if factor is None or math.isnan(factor):
        return ""
    if factor <= 0:
        return "target reached"
    if math.isinf(factor):
        return "the time is up"
    if abs(factor - 1) < 0.005:
        return "exactly at the planned pace"
    if factor < 1:
        return f"from here {factor:.2g} times the planned pace is enough"
    digits = 2 if factor < 1.1 else 1
    if factor >= 100:
        return "from here over 100 times as fast as planned"
    return f"from here {factor:.{digits}f} times as fast as planned"


def short_day(day: date | None, today: date | None = None) -> str:
    """ "19 Nov", with the year when it is not today's; None is "–"."""
    if day is None:
        return "–"
    text = f"{day.day} {day:%b}"
    return text if today is None or day.year == today.year else f"{text} {day.year}"


def duration(seconds: float) -> str:
    """A span of time in its largest sensible unit: "0.4 s", "12 min", "3 h", "5 days"."""
    for limit, size, name in ((90, 1.0, "s"), (90 * 60, 60.0, "min"), (48 * 3600, 3600.0, "h")):
        if abs(seconds) < limit:
            return f"{seconds / size:.1f} {name}" if size == 1 else f"{seconds / size:.0f} {name}"
    return f"{timedelta(seconds=seconds).days} days"


def size_of(count: float) -> str:
    """Bytes in words: "812 B", "1.4 MB"."""
    for limit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= limit:
            return f"{count / limit:.1f} {name}"
    return f"{count:.0f} B"


def several(count: int, one: str, many: str = "") -> str:
    """ "1 metric", "3 metrics"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
