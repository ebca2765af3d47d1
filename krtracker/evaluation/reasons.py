"""Why a status stands, in one sentence with numbers in the metric's unit; decides nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

from krtracker.evaluation.cases import (
    Case,
    interval_of,
    level_met,
    progress_of,
    within_noise,
)
from krtracker.evaluation.days import age_of
from krtracker.evaluation.levels import level_words
from krtracker.evaluation.odds import no_odds, odds
from krtracker.evaluation.quantities import percent, quantity
from krtracker.evaluation.rules import Verdict
from krtracker.evaluation.scores import score_of, shown_score
from krtracker.evaluation.statuses import DEPTH
from krtracker.model import Status


def reason_of(case: Case, verdict: Verdict) -> str:
    """The sentence; its first words are the status."""
    if verdict.rule in SENTENCES:
        return SENTENCES[verdict.rule](case)
    return _final(case, verdict) if verdict.final else _running(case, verdict)


def _invalid(case: Case) -> str:
    code, words = case.problem or ("", "")
    return f"Invalid ({code}): {words}."


def _not_started(case: Case) -> str:
    first = case.question.key_result.span.first
    return f"Not started: the first day, {first}, is not complete on {case.question.today}."


def _no_data(case: Case) -> str:
    reading, frame = case.standing.reading, case.frame
    if case.ground.problem and case.aim is None:
        return f"No data: the baseline is not known, {case.ground.problem}."
    if reading is not None and reading.refusal:
        return f"No data: {reading.refusal}."
    newest = date.fromordinal(frame.limit)
    return f"No data: no day up to {newest} is known."


def _final(case: Case, verdict: Verdict) -> str:
    end = case.question.key_result.span.last
    head = f"{NAMES[verdict.status]}: {_place(case)}, at the end, {end}"
    if case.question.key_result.touch_days is not None and verdict.status is Status.ACHIEVED:
        head += f", touched for {case.question.key_result.touch_days} days in a row"
    levels = _levels(case)
    return f"{head}{f'; {levels}' if levels else ''}{_original(case)}."


def _original(case: Case) -> str:
    """The score under the target before it was eased (R15)."""
    aim, actual = case.aim, case.standing.actual
    if aim is None or actual is None or not eased(case):
        return ""
    score = shown_score(score_of(progress_of(actual, aim, aim.first)))
    first = quantity(case.question.metric, aim.first)
    return f"; the target was eased from {first}, under which the score is {score}"


def eased(case: Case) -> bool:
    """Whether the target in force lies nearer to the origin than the first one (R15)."""
    aim, target = case.aim, case.standing.target
    return aim is not None and target is not None and (target - aim.first) * aim.direction < 0


def _stale(case: Case) -> str:
    metric, frame = case.question.metric, case.frame
    age, period = age_of(frame), metric.grain.value
    newest = date.fromordinal(frame.day or 1)
    late = f"{age} {period}s older than expected (limit {metric.stale_after})"
    return f"Stale: the newest known {period} is {newest}, {late}; it then stood at {_place(case)}."


def _total_reached(case: Case) -> str:
    settled = date.fromordinal(min(case.frame.settled, case.frame.day or 1))
    return f"Achieved: {_place(case)}, reached on days settled by {settled}."


def _touched(case: Case) -> str:
    days = case.question.key_result.touch_days
    target = quantity(case.question.metric, case.standing.target or 0.0)
    return f"Achieved: the target {target} was met on {days} settled days in a row; {_place(case)}."


def _running(case: Case, verdict: Verdict) -> str:
    day = date.fromordinal(case.frame.day or 1)
    parts = [f"{NAMES[verdict.status]}: {_place(case, f' on {day}')}{_due(case)}"]
    if verdict.rule == "chance":
        parts.append(odds(case, verdict))
    elif case.standing.catch_up is not None:
        parts.append(_pace(case, verdict))
    if verdict.rule != "chance" and (why := no_odds(case)):
        parts.append(why)
    parts += [one for one in (_levels(case), _noise(case)) if one]
    if verdict.vote is not verdict.status:
        parts.append(f"this day alone says {verdict.vote.words}, two in a row are needed")
    return "; ".join(parts) + "."


def _levels(case: Case) -> str:
    key_result, metric = case.question.key_result, case.question.metric
    if key_result.commit is None and key_result.stretch is None:
        return ""
    return level_words(key_result, metric, case.ground.value, level=level_met(case))


def _noise(case: Case) -> str:
    """How sure a rate is, where what it started from is not outside of it."""
    interval, reading = interval_of(case), case.standing.reading
    if interval is None or reading is None or not within_noise(case):
        return ""
    low, high = (quantity(case.question.metric, round(one, 4)) for one in interval)
    cases = f"n = {reading.weight:,.0f}"
    return f"not distinguishable from noise ({cases}, 95% interval {low} to {high})"


NAMES = {status: status.words.capitalize() for status in Status}


def _place(case: Case, when: str = "") -> str:
    """Where it stands: actual, target, when, share of the way."""
    metric, standing, aim = case.question.metric, case.standing, case.aim
    actual, target, progress = standing.actual, standing.target, standing.progress
    if actual is None or target is None or progress is None or aim is None:
        return "no value known"
    words = f"{quantity(metric, actual)} of {quantity(metric, target)}"
    if case.total:
        return f"{words} ({_way(progress)}){when}"
    return f"{words}{when}, {_way(progress)} of the way from {quantity(metric, aim.origin)}"


def _way(share: float) -> str:
    return percent(round(share, 3))


def _due(case: Case) -> str:
    due, value = case.standing.expected, case.standing.expected_value
    if due is None or value is None:
        return ", held without a pace"
    return f" where {quantity(case.question.metric, value)} ({_way(due)}) was expected"


def _pace(case: Case, verdict: Verdict) -> str:
    factor, limits = case.standing.catch_up, verdict.limits
    if factor is None or limits is None:
        return ""
    if factor == 0:
        return "the target is reached"
    if math.isinf(factor):
        return "the planned way is over and the target not reached"
    on_track, at_risk = limits.on_track, limits.at_risk
    words = "going on as planned is enough" if factor <= 1 else "the rest needs"
    needed = f"{words} ({factor:.2f} times the plan" if factor <= 1 else f"{words} {factor:.2f}"
    tail = f"on track to {on_track:.2f}, at risk to {at_risk:.2f})"
    text = f"{needed}, {tail}" if factor <= 1 else f"{needed} times the planned pace ({tail}"
    if verdict.pace is not verdict.vote and verdict.vote in DEPTH:
        inner = f"{limits.inner_on_track:.2f} and {limits.inner_at_risk:.2f}"
        text += f", coming back takes {inner}"
    return text


SENTENCES: dict[str, Callable[[Case], str]] = {
    "invalid": _invalid,
    "not_started": _not_started,
    "no_data": _no_data,
    "stale": _stale,
    "total": _total_reached,
    "touch": _touched,
}
