"""Rule tests: given this series, expect this verdict; pure, they ask no source and no store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from krtracker.model import Evaluation, ObjectiveEvaluation, Point, Series, Workspace
from krtracker.periods import ONE_DAY, Span
from krtracker.tracker.docket import docket
from krtracker.tracker.folding import behind, fold, knowing
from krtracker.tracker.judging import (
    Timeline,
    at_end_of,
    derive_days,
    foretell,
    judge,
    judge_objectives,
    round_of,
)
from krtracker.tracker.questions import Goal, Material, worked_out

Answer = Evaluation | ObjectiveEvaluation


@dataclass(frozen=True)
class RuleTest:
    """One test: points by metric and segment, the day asked, what is expected of whom.

    `expect` maps a full id, of a key result or an objective, to fields of its answer. With
    `history` every day of the cycle before it is judged too, so that R14 holds statuses.
    """

    title: str
    day: date
    points: Mapping[tuple[str, str], Sequence[Point]]
    expect: Mapping[str, Mapping[str, Any]]
    place: str = ""
    history: bool = True


@dataclass(frozen=True)
class Tested:
    """How a test went: `failures` is empty when all was as expected."""

    test: RuleTest
    failures: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.failures


def run_rule_test(workspace: Workspace, test: RuleTest) -> Tested:
    """Judges the workspace on the test's day with the test's points alone."""
    whole = docket(workspace)
    material = worked_out(_material(whole.asked, test), whole.asked)
    now = datetime.combine(test.day + ONE_DAY, time(23, 59), UTC)
    asked = round_of(whole, material, now=now)
    timeline: Timeline = {}
    put = {}
    for name, one in asked.put.items():
        known, span = knowing(one, now), one.key_result.span
        last = min(test.day - ONE_DAY, span.last) if test.history else span.first - ONE_DAY
        before = list(fold(known, Span(span.first, last)))
        timeline[name] = {said.today - ONE_DAY: said for said in before}
        put[name] = behind(known, before)
    votes = derive_days(asked, timeline, {}, until=test.day - ONE_DAY)
    then = foretell(at_end_of(replace(asked, put=put), test.day))
    answers = judge(then, votes)
    said: dict[str, Answer] = {one.objective: one for one in judge_objectives(then, answers, {})}
    return _compared(test, {**said, **answers})


def _material(asked: Sequence[Goal], test: RuleTest) -> Material:
    """The test's points as the store would give them; every day of them is covered."""
    spans: dict[tuple[str, str], Span] = {}
    series: dict[tuple[str, str], Series] = {}
    coverage: dict[str, tuple[Span, ...]] = {}
    for goal in asked:
        for one in (*goal.asked, goal.metric):
            spans[one.id, goal.key_result.segment] = goal.needed
    for (metric, segment), points in test.points.items():
        ordered = sorted(points)
        weights = [one.weight for one in ordered]
        known = [one for one in weights if one is not None]
        series[metric, segment] = Series(
            [one.day.toordinal() for one in ordered],
            [one.value for one in ordered],
            known if known and len(known) == len(weights) else None,
        )
        if ordered:
            coverage[metric] = (Span(ordered[0].day, ordered[-1].day),)
    return Material(series, spans, coverage, {}, {}, {})


def _compared(test: RuleTest, said: Mapping[str, Answer]) -> Tested:
    failures, reasons = [], {}
    for name, fields in test.expect.items():
        answer = said.get(name)
        if answer is None:
            failures.append(f"{name}: not judged")
            continue
        reasons[name] = answer.reason
        for key, wanted in fields.items():
            found = getattr(answer, key, None)
            if not _meets(found, wanted):
                failures.append(f"{name}: {key} is {_shown(found)}, expected {_shown(wanted)}")
    return Tested(test, tuple(failures), reasons)


def _meets(found: Any, wanted: Any) -> bool:
    """Equal; numbers to the digits written, lists as what must at least be among them."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    if isinstance(wanted, int | float):
        if not isinstance(found, int | float):
            return False
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=_half_a_digit(wanted))
    if isinstance(wanted, list):
        return set(wanted) <= set(found or ())
    if isinstance(wanted, date):
        return bool(found == wanted)
    return str(found) == str(wanted)


def _half_a_digit(wanted: float) -> float:
    """Half of the last digit written: 0.31 is met by 0.305 to 0.315."""
    text = repr(float(wanted))
    digits = len(text.partition(".")[2]) if "e" not in text and not text.endswith(".0") else 0
    return 0.5 * 10**-digits + 1e-12 if digits else 1e-9


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(getattr(value, "value", value))
