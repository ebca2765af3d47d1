"""Early warnings W1 to W8 (A.3): what was seen and remembered in, warnings raised or over out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from krtracker.evaluation.guardrails import Sighting
from krtracker.evaluation.numbers import at_least, beyond
from krtracker.evaluation.odds import shown_chance
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import Question, actual_of
from krtracker.evaluation.statuses import DEPTH
from krtracker.evaluation.steps import step_change
from krtracker.model import Alarm, AlarmState, Evaluation, Status, Vote

COOL_DOWN = 7
"""Data days between two warnings of one key."""

RESTATED = 0.02
"""A settled day restated by more than this share is told (W6)."""

RUNNING = frozenset({*DEPTH, Status.STALE})


class Restated(NamedTuple):
    """A settled day whose value changed since the last evaluation."""

    day: date
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer with what warnings look at besides: `votes` are those of earlier data days.

    `question` is None for milestones and composites. `interval` is the 95 % interval of the final
    actual, `sightings` what was seen of leading indicators.
    """

    answer: Evaluation
    votes: tuple[Vote, ...] = ()
    question: Question | None = None
    interval: tuple[float, float] | None = None
    restated: tuple[Restated, ...] = ()
    sightings: tuple[Sighting, ...] = ()


Found = tuple[int, str]
"""How deep a condition is, 0 for none, and its words."""

NONE: Found = (0, "")


def alarms_of(scene: Scene, state: Mapping[str, AlarmState]) -> tuple[Alarm, ...]:
    """What is to be told now: warnings raised for the first time or again, and those over.

    `state` is what is remembered by rule. A key that was raised stays silent until it was over
    and 7 data days have gone by; one that gets deeper need not have been over.
    """
    answer = scene.answer
    if answer.status not in RUNNING or answer.data_day is None:
        return ()
    told = []
    for rule, look in RULES.items():
        found = look(scene)
        if found is None:
            continue
        alarm = _due(scene, rule, found, state=state.get(rule))
        if alarm is not None:
            told.append(alarm)
    return tuple(told)


def _due(scene: Scene, rule: str, found: Found, *, state: AlarmState | None) -> Alarm | None:
    depth, words = found
    if not depth:
        over = state is not None and not state.over
        return _alarm(scene, rule, raised=False, words="over", depth=0) if over else None
    if state is not None:
        armed = state.over or depth > state.depth
        if not armed or _data_days_since(scene, state.raised_on) < COOL_DOWN:
            return None
    return _alarm(scene, rule, raised=True, words=words, depth=depth)


def _alarm(scene: Scene, rule: str, *, raised: bool, words: str, depth: int) -> Alarm:
    answer = scene.answer
    day = answer.data_day or answer.today
    return Alarm(answer.key_result, rule, answer.cycle, day, raised, words, depth)


def _data_days_since(scene: Scene, day: date) -> int:
    """Data days after `day`, the answer's own among them; eight votes are remembered."""
    newest = scene.answer.data_day
    later = sum(day < one.data_day for one in _earlier(scene))
    return later + (newest is not None and newest > day)


def _earlier(scene: Scene) -> Sequence[Vote]:
    newest = scene.answer.data_day
    return [one for one in scene.votes if newest is not None and one.data_day < newest]


def _unlikely(scene: Scene) -> Found | None:
    """W1: the chance is below one half on two data days."""
    chance = scene.answer.probability
    if chance is None:
        return None
    votes = _earlier(scene)
    before = votes[-1].probability if votes else None
    low = before is not None and before < 0.5 and chance < 0.5
    return (1, f"the chance of reaching the target is {shown_chance(chance)}") if low else NONE


def _falling(scene: Scene) -> Found | None:
    """W2: the chance fell by 0.2 within 7 data days."""
    chance = scene.answer.probability
    if chance is None:
        return None
    before = [
        one.probability for one in _earlier(scene)[-COOL_DOWN:] if one.probability is not None
    ]
    best = max(before, default=chance)
    if not at_least(best - chance, 0.2):
        return NONE
    return 1, f"the chance fell from {shown_chance(best)} to {shown_chance(chance)} within a week"


def _behind(scene: Scene) -> Found | None:
    """W3: the catch-up factor crossed a limit on two data days; the milder side counts (R14)."""
    answer, votes = scene.answer, _earlier(scene)
    if answer.pace_status not in DEPTH or not votes or votes[-1].pace not in DEPTH:
        return None
    status = min(answer.pace_status, votes[-1].pace, key=lambda one: DEPTH.get(one, 0))
    depth = DEPTH[status]
    if not depth or answer.catch_up is None:
        return (depth, f"the pace is {status.words} on two days in a row") if depth else NONE
    return depth, f"the rest needs {answer.catch_up:.2f} times the planned pace: {status.words}"


def _stepped(scene: Scene) -> Found | None:
    """W4: two days beyond 4 robust standard deviations, weekdays allowed for."""
    if scene.question is None or scene.answer.data_day is None:
        return None
    return step_change(scene.question, scene.answer.data_day)


def _leading(scene: Scene) -> Found | None:
    """W5: something that moves ahead of the goal crossed its own line."""
    seen = [one for one in scene.sightings if one.watch.role == "leading"]
    known = [one for one in seen if one.depth is not None]
    if not known:
        return None
    deepest = max(known, key=lambda one: one.depth or 0)
    crossed = [one for one in known if one.depth]
    if not crossed:
        return NONE
    leads = ", ".join(_ahead(one) for one in crossed)
    return deepest.depth or 0, leads


def _ahead(seen: Sighting) -> str:
    lead = seen.watch.lead
    return seen.words + (f", which moves {lead} days ahead" if lead else ", which moves ahead")


def _doubtful(scene: Scene) -> Found | None:
    """W6: missing days, a late source, a settled day restated by over 2 %, a moved baseline."""
    answer = scene.answer
    if scene.question is None:
        return None
    words = []
    if answer.days_missing and not scene.question.metric.manual:
        words.append(f"{answer.days_missing} days of the window are missing")
    if answer.age and answer.age > scene.question.metric.stale_after:
        words.append(f"the source is {answer.age} days late")
    for one in scene.restated:
        if abs(one.after - one.before) > RESTATED * abs(one.before):
            metric = scene.question.metric
            values = f"{quantity(metric, one.before)} to {quantity(metric, one.after)}"
            words.append(f"{one.day} was restated from {values}")
    if "baseline_drift" in answer.flags:
        words.append("the baseline's days were restated by over 1%")
    return (1, "; ".join(words)) if words else NONE


def _out_of_reach(scene: Scene) -> Found | None:
    """W7: the target lies beyond the 95 % interval of where it may end."""
    answer, interval = scene.answer, scene.interval
    if interval is None or answer.target is None or answer.origin is None or not scene.question:
        return None
    rising = answer.target >= answer.origin
    end = interval[1] if rising else interval[0]
    if not beyond(answer.target, end, 1 if rising else -1):
        return NONE
    metric = scene.question.metric
    low, high = (quantity(metric, one) for one in interval)
    return 1, f"the target {quantity(metric, answer.target)} lies outside {low} to {high}"


def _unheard_of(scene: Scene) -> Found | None:
    """W8: a total needs more a day from here than the best seven days on record gave."""
    answer, question = scene.answer, scene.question
    if question is None or not actual_of(question.key_result, question.metric).is_total:
        return None
    if answer.actual is None or answer.target is None or answer.data_day is None:
        return None
    left = (question.key_result.span.last - answer.data_day).days
    if left <= 0 or at_least(answer.actual, answer.target):
        return NONE
    needed, best = (answer.target - answer.actual) / left, _best_week(question, answer.data_day)
    if best is None or not beyond(needed, best, 1):
        return NONE
    metric = question.metric
    return 1, f"{quantity(metric, needed)} a day is needed, the best week had " + quantity(
        metric, best
    )


def _best_week(question: Question, until: date) -> float | None:
    """The best mean of seven days in a row, all known; None where there are none."""
    best, row, total, previous = None, 0, 0.0, 0
    values = question.series.values
    for n, day in enumerate(question.series.days):
        if day > until.toordinal():
            break
        row = row + 1 if day == previous + 1 else 1
        total = sum(values[n - 6 : n + 1]) if row >= COOL_DOWN else 0.0
        previous = day
        if row >= COOL_DOWN:
            best = total / 7 if best is None else max(best, total / 7)
    return best


RULES: Mapping[str, Callable[[Scene], Found | None]] = {
    "W1": _unlikely,
    "W2": _falling,
    "W3": _behind,
    "W4": _stepped,
    "W5": _leading,
    "W6": _doubtful,
    "W7": _out_of_reach,
    "W8": _unheard_of,
}


def remembered(state: Mapping[str, AlarmState], told: Sequence[Alarm]) -> dict[str, AlarmState]:
    """The state by rule after what was told; the alarms are of one key result."""
    after = dict(state)
    for one in told:
        if one.raised:
            after[one.rule] = AlarmState(one.data_day, one.depth)
        elif one.rule in after:
            known = after[one.rule]
            after[one.rule] = AlarmState(known.raised_on, known.depth, over=True)
    return after
