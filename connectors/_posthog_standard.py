"""The standard metrics in HogQL: which parts fill which template, and how a and b are read.

A count is `a`; a mean is `a` with the weight `b`; a ratio is `a` over `b`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors import _posthog_templates as hogql
from connectors._posthog_templates import filled
from connectors._posthog_words import Words

COUNTS = ("dau", "wau", "mau", "sessions", "sign_ups", "new_users", "growth", "event_count")
MEANS = ("stickiness", "session_duration")
TRAILING = {"dau": 1, "wau": 7, "mau": 30}
UNIT_DAYS = {"day": 1, "week": 7, "month": 30}
CALENDAR = {
    "wau": "addDays(toMonday({day}), 6)",
    "mau": "addDays(addMonths(toStartOfMonth({day}), 1), -1)",
}
FOREVER = 36_500
PERSONS, NUMBER = "uniqExactIf(person_id, {condition})", "countIf({condition})"
SESSION = "properties.`$session_id`"
LENGTH = "dateDiff('millisecond', t0, t1) / 1000"
OF_SESSIONS = {
    "sessions": ("count()", "0"),
    "session_duration": (f"avg({LENGTH})", "count()"),
    "bounce_rate": ("countIf(k = 1)", "count()"),
    "events_per_session": ("sum(k)", "count()"),
}


def select(words: Words) -> str:
    """The SELECT of a standard metric."""
    return BUILT[words.query.standard or ""](words)


def live_days(words: Words) -> str:
    """Days on which anything was recorded, as `a`: a count without a row is 0 on them."""
    return filled(
        hogql.EVENTS,
        day=words.day(),
        segment="''",
        counted="count()",
        inside=words.inside(),
        kept="true",
    )


def _of_events(counted: str) -> Callable[[Words], str]:
    """Counts by day over all events of the window; with segments over the qualifying ones."""

    def built(words: Words) -> str:
        condition = words.condition(_events(words))
        return filled(
            hogql.EVENTS,
            day=words.day(),
            segment=words.segment(),
            counted=filled(counted, condition=condition),
            inside=words.inside(),
            kept=condition if words.query.by is not None else "true",
        )

    return built


def _active(words: Words) -> str:
    many = words.query.days or TRAILING[words.query.standard or ""]
    if words.query.window == "calendar":
        return _calendar(words)
    return _trailing(words, many, a="uniqExact(person_id)", b="0")


def _stickiness(words: Words) -> str:
    few = TRAILING[words.query.numerator or "dau"]
    many = words.query.days or TRAILING[words.query.denominator or "mau"]
    share = f"uniqExactIf(person_id, n < {words.bind(few)}) / uniqExact(person_id)"
    return _trailing(words, many, a=share, b="uniqExact(person_id)")


def _trailing(words: Words, many: int, *, a: str, b: str) -> str:
    """Over each person on each of the trailing days for which an activity counts."""
    return filled(
        hogql.TRAILING,
        a=a,
        b=b,
        many=words.bind(many),
        day=words.day(),
        segment=words.segment(),
        since=words.since(many - 1),
        until=words.until(),
        condition=words.condition(),
        days_inside=words.days_inside(),
    )


def _calendar(words: Words) -> str:
    """Whole weeks or months that end inside the window, dated by their last day."""
    standard = words.query.standard or ""
    return filled(
        hogql.CALENDAR,
        unit=CALENDAR[standard].format(day=words.day()),
        segment=words.segment(),
        since=words.since(TRAILING[standard]),
        until=words.until(),
        condition=words.condition(),
        days_inside=words.days_inside(),
    )


def _sessions(words: Words) -> str:
    """Sessions begun in the window, told from the events of a day more at both ends."""
    query = words.query
    kept = [words.inside("t0")]
    if query.max_hours is not None:
        kept.append(f"{LENGTH} <= {words.bind(query.max_hours * 3600)}")
    if query.exclude_single:
        kept.append("k > 1")
    a, b = OF_SESSIONS[query.standard or ""]
    return filled(
        hogql.SESSIONS,
        day=words.day("t0"),
        a=a,
        b=b,
        session=SESSION,
        segment=words.segment(),
        since=words.since(1),
        until=words.until(1),
        condition=words.condition(),
        kept=" AND ".join(kept),
    )


def _first_ever(words: Words) -> str:
    return filled(
        hogql.FIRST_EVER,
        day=words.day("t0"),
        segment=words.segment(),
        until=words.until(),
        condition=words.condition(_events(words)),
        since=words.since(instant="t0"),
    )


def _events(words: Words) -> str | list[str] | None:
    return words.query.events or ("sign_up" if words.query.standard == "sign_ups" else None)


def _sign_ups(words: Words) -> str:
    counted = {"users": PERSONS, "events": NUMBER}.get(words.query.count or "")
    return _first_ever(words) if counted is None else _of_events(counted)(words)


def _retention(words: Words) -> str:
    query = words.query
    nearest, farthest = _reach(words)
    start = words.condition(query.start_event)
    bounds = ["true" if query.cohort in (None, "first_ever") else words.since()]
    bounds += [words.until(farthest)] if farthest < FOREVER else []
    return filled(
        hogql.RETENTION,
        nearest=words.bind(nearest),
        farthest=words.bind(farthest),
        born=_born(words, start),
        timestamp_day=words.day(),
        since=words.since(),
        back=words.condition(query.return_event),
        bounds=" AND ".join(bounds),
        days_inside=words.days_inside(),
    )


def _reach(words: Words) -> tuple[int, int]:
    """The first and the last day after a cohort's on which its persons may return."""
    query, unit = words.query, UNIT_DAYS[words.query.unit or "day"]
    if query.brackets is not None:
        return query.brackets[0] * unit, query.brackets[1] * unit
    nearest = (query.day or 7) * unit
    return nearest, FOREVER if query.mode == "on_or_after" else nearest + unit - 1


def _born(words: Words, start: str) -> str:
    """The day of each person's cohort, or one row for each of several."""
    if words.query.cohort == "recurring":
        return f"arrayJoin(groupUniqArrayIf({words.day()}, {words.inside()} AND {start}))"
    return words.day(f"minIf(timestamp, {start})")


def _conversion(words: Words) -> str:
    query = words.query
    start, goal = words.condition(query.start_event), words.condition(query.goal_event)
    if query.same_bucket:
        inside = words.inside()
        return filled(hogql.SAME_DAY, day=words.day(), goal=goal, start=start, inside=inside)
    days = query.window_days or 7
    return filled(
        hogql.CONVERSION,
        seconds=words.bind(days * 86_400),
        day=words.day("s"),
        until=words.until(),
        start=start,
        goal=goal,
        since=words.since(),
        reach=words.until(days + 1),
    )


def _growth(words: Words) -> str:
    """Day numbers of each person, then what the person was on each, and on the day after."""
    return filled(
        hogql.GROWTH,
        day=words.day(),
        until=words.until(),
        condition=words.condition(),
        days_inside=words.days_inside(),
    )


BUILT: Mapping[str, Callable[[Words], str]] = {
    "dau": _of_events(PERSONS),
    "wau": _active,
    "mau": _active,
    "stickiness": _stickiness,
    **dict.fromkeys(OF_SESSIONS, _sessions),
    "retention": _retention,
    "sign_ups": _sign_ups,
    "new_users": _first_ever,
    "activation": _conversion,
    "conversion": _conversion,
    "growth": _growth,
    "event_count": _of_events(NUMBER),
}
