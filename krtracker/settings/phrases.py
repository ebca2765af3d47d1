"""Readable phrases ("daily 06:10", "28d weighted mean") to values; no I/O, no clock."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from krtracker.model import Actual, Refresh
from krtracker.periods import Grain

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CRON_WEEKDAYS = ("sun", *WEEKDAYS[:-1], "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SCHEDULES = '"hourly", "every 15 min", "daily 06:10", "weekly mon 09:00" or five cron fields'
SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}

DURATION_PATTERN = r"^\d+(\.\d+)?\s*(ms|s|min|h|d|w)$"
DAYS_PATTERN = r"^\d+\s*(d|w)$"
TIME_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
QUIET_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
RATE_PATTERN = r"^[1-9]\d*\s*/\s*(s|min|h|d)$"
REFRESH_PATTERN = (
    r"^(hourly|every [1-9]\d* ?(s|min|h)|daily( ([01]\d|2[0-3]):[0-5]\d)?"
    r"|weekly (mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d|\S+ \S+ \S+ \S+ \S+)$"
)
ACTUAL_PATTERN = (
    r"^(last|[1-9]\d*[dwm] (mean|weighted mean|run rate)|cycle (sum|max|min|p\d{1,2}(\.\d+)?)"
    r"|month to date|last full month|last [1-9]\d*)$"
)
SUCCESS_PATTERN = r"^(at the end|touch for [1-9]\d*d)$"
CHANGE_PATTERN = r"^\d+(\.\d+)?\s*%( vs (same weekday|previous day))?$"
SHARE_PATTERN = r"^\d+(\.\d+)?\s*%$"


class PhraseError(ValueError):
    """An unreadable phrase: `says` completes "refresh of `dau` ...", `hint` shows good ones."""

    def __init__(self, says: str, *, label: str = "", hint: str = "") -> None:
        self.says, self.label, self.hint = says, label, hint
        super().__init__(says)


def read_duration(text: str) -> float:
    """Seconds of "60s", "15 min", "30h", "2d"."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d|w)", text.strip())
    if found is None:
        raise PhraseError(
            "is not a length of time",
            label='write it like "30h"',
            hint="units: ms, s, min, h, d, w",
        )
    return float(found[1]) * SECONDS[found[2]]


def read_days(text: str) -> int:
    """Days of "3d" or "2w"."""
    found = re.fullmatch(r"(\d{1,5})\s*(d|w)", text.strip())
    if found is None:
        raise PhraseError(
            "is not a number of days", label='write it like "3d"', hint="units: d (days), w (weeks)"
        )
    return int(found[1]) * (7 if found[2] == "w" else 1)


def read_time(text: str) -> time:
    """The wall-clock time of "06:10"."""
    if re.fullmatch(TIME_PATTERN, text) is None:
        raise PhraseError("is not a time of day", label='write it like "06:10"')
    return time(int(text[:2]), int(text[3:]))


def read_share(text: str) -> float:
    """The share of "95%": 0.95."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text.strip())
    if found is None or float(found[1]) > 100:
        raise PhraseError("is not a share", label='write it like "95%", from 0% to 100%')
    return float(found[1]) / 100


def read_change(text: str) -> tuple[float, str]:
    """("40% vs same weekday") to (0.4, "same weekday")."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%(?: vs (same weekday|previous day))?", text.strip())
    if found is None:
        raise PhraseError(
            "is not a largest change",
            label='write it like "40% vs same weekday"',
            hint='compare with "same weekday" or "previous day"',
        )
    return float(found[1]) / 100, found[2] or "same weekday"


def read_success(text: str) -> int | None:
    """Days of "touch for 3d"; None for "at the end"."""
    found = re.fullmatch(r"at the end|touch for ([1-9]\d{0,3})d", text.strip())
    if found is None:
        raise PhraseError("is not a rule of success", label='write "at the end" or "touch for 3d"')
    return int(found[1]) if found[1] else None


def read_actual(text: str) -> Actual:
    """How points become the one number (R4); `size` is as written, see `in_periods`."""
    phrase = " ".join(text.split())
    if found := re.fullmatch(r"([1-9]\d{0,3})[dwm] (mean|weighted mean|run rate)", phrase):
        return Actual(found[2].replace(" ", "_"), float(found[1]), phrase)
    if found := re.fullmatch(r"cycle p(\d{1,2}(?:\.\d+)?)", phrase):
        return Actual("cycle_percentile", float(found[1]), phrase)
    if found := re.fullmatch(r"last ([1-9]\d{0,3})", phrase):
        return Actual("last_n", float(found[1]), phrase)
    fixed = ("last", "cycle sum", "month to date", "last full month", "cycle max", "cycle min")
    if phrase in fixed:
        return Actual(phrase.replace(" ", "_"), 0, phrase)
    raise PhraseError(
        "is not a way to take the actual",
        label='write it like "7d mean"',
        hint='"last", "7d mean", "7d weighted mean", "cycle sum", "28d run rate", "month to date", '
        '"last full month", "cycle max", "cycle min", "cycle p95" or "last 3"',
    )


def in_periods(actual: Actual, grain: Grain) -> Actual | None:
    """The same actual, its window counted in periods of the grain; None where it does not fit."""
    found = re.match(r"(\d+)([dwm]) ", actual.text)
    if found is None:
        return actual
    size, unit = int(found[1]), found[2]
    days = {"d": 1, "w": 7}
    if grain is Grain.MONTH or unit == "m":
        return actual if grain is Grain.MONTH and unit == "m" else None
    if grain is Grain.WEEK:
        weeks, rest = divmod(size * days[unit], 7)
        return None if rest else Actual(actual.how, weeks, actual.text)
    return Actual(actual.how, size * days[unit], actual.text)


def days_in_periods(days: int, grain: Grain) -> int:
    """Whole periods that hold so many days, rounded up."""
    return -(-days // {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 30}[grain])


def read_refresh(text: str) -> Refresh:
    """When to ask: a phrase or five cron fields; weekdays always by name (decisions.md 31)."""
    phrase = " ".join(text.lower().split())
    if phrase == "hourly":
        return Refresh(text, cron="0 * * * *")
    if found := re.fullmatch(r"every ([1-9]\d{0,6}) ?(s|min|h)", phrase):
        return Refresh(text, every_seconds=_at_least_five(int(found[1]) * int(SECONDS[found[2]])))
    if found := re.fullmatch(r"daily(?: (\d\d:\d\d))?", phrase):
        return Refresh(text, cron=f"{_minute_and_hour(found[1] or '06:00')} * * *")
    weekly = re.fullmatch(rf"weekly ({'|'.join(WEEKDAYS)}) (\d\d:\d\d)", phrase)
    if weekly:
        return Refresh(text, cron=f"{_minute_and_hour(weekly[2])} * * {weekly[1]}")
    if len(phrase.split()) == 5:
        return Refresh(text, cron=_cron(phrase.split()))
    raise PhraseError("is not a schedule", label='write it like "daily 06:10"', hint=SCHEDULES)


def _minute_and_hour(text: str) -> str:
    if re.fullmatch(TIME_PATTERN, text) is None:
        raise PhraseError("is not a schedule", label=f"there is no time {text}", hint=SCHEDULES)
    return f"{int(text[3:])} {int(text[:2])}"


def _at_least_five(seconds: int) -> int:
    if seconds < 5:
        raise PhraseError("is too often", label="at most every 5 s")
    return seconds


CRON_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day of month": (1, 31),
    "month": (1, 12),
    "weekday": (0, 7),
}


def _cron(fields: list[str]) -> str:
    for field, name in zip(fields, CRON_FIELDS, strict=True):
        _cron_values(field, name)
    if fields[2] != "*" and fields[4] != "*":
        raise PhraseError(
            "is not a clear cron line",
            label="day of month and weekday together mean different things to different crons",
            hint="give one of them and * for the other",
        )
    fields[4] = fields[4] if fields[4] == "*" else _weekday_names(fields[4])
    return " ".join(fields)


def _weekday_names(field: str) -> str:
    days = _cron_values(field, "weekday")
    named = {CRON_WEEKDAYS[day] for day in days}
    return "*" if len(named) == 7 else ",".join(day for day in WEEKDAYS if day in named)


def _cron_values(field: str, name: str) -> list[int]:
    """The numbers one cron field stands for, in order."""
    low, high = CRON_FIELDS[name]
    words = {"month": dict(zip(MONTHS, range(1, 13), strict=True))}.get(name, {})
    if name == "weekday":
        words = {day: number for number, day in enumerate(CRON_WEEKDAYS[:7])}
    found: set[int] = set()
    for part in field.split(","):
        shape = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]\d*))?", part)
        if shape is None:
            raise _bad_field(name, field)
        first = _number(shape[1], words, low)
        last = _number(shape[2], words, high if shape[1] is None or shape[3] else first)
        if last == 0 and name == "weekday" and first > 0:
            last = 7
        if not low <= first <= last <= high:
            raise _bad_field(name, field)
        found.update(range(first, last + 1, int(shape[3] or 1)))
    return sorted(found)


def _number(text: str | None, words: dict[str, int], default: int) -> int:
    if text is None:
        return default
    return words[text] if text in words else int(text) if text.isdecimal() else -1


def _bad_field(name: str, field: str) -> PhraseError:
    return PhraseError(
        "is not a cron line",
        label=f"`{field}` is no {name}",
        hint="minute hour day-of-month month weekday, as in `10 6 * * mon-fri`",
    )


def longest_gap_days(refresh: Refresh) -> int:
    """The most days between two ticks: 1 for daily, 7 for weekly (decisions.md 16)."""
    if refresh.cron is None:
        return max(1, -(-(refresh.every_seconds or 0) // 86400))
    fields = refresh.cron.split()
    if fields[2:] == ["*", "*", "*"]:
        return 1
    days = _cron_values(fields[2], "day of month")
    months = _cron_values(fields[3], "month")
    weekdays = {day % 7 for day in _cron_values(fields[4], "weekday")}
    start, gap, last = date(2023, 1, 1), 1, 0
    for number in range(1, 1500):
        day = start + timedelta(days=number)
        if day.day in days and day.month in months and day.isoweekday() % 7 in weekdays:
            gap, last = max(gap, number - last), number
    return gap
