"""The same question has the same answer for ever: replays, digests, and the history needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from krtracker.evaluation import Question, evaluate, needed_span
from krtracker.model import Actual, Baseline, Cycle, Evaluation, Frozen, KeyResult, Metric, Target
from krtracker.periods import Grain, Span
from tests.evaluation.given import (
    CYCLE,
    LAST,
    MEAN7,
    TOTAL,
    day,
    flat,
    goal,
    metric,
    pace,
    points,
    question,
    run,
)

GROWING = run(-400, [1000.0 + n for n in range(600)])
WEEK_BEFORE = Baseline("previous", days=7)

GOALS = [
    (goal(WEEK_BEFORE, 9000), metric(settles_in=2)),
    (goal(Baseline("mean", span=Span(day(-30), day(-1)), about=1000), 9000), metric()),
    (goal(Baseline("same_period_last_year"), Target("percent", 20)), metric(TOTAL)),
    (goal(None, 90_000, pace=pace("weekday")), metric(TOTAL)),
    (goal(None, 9000, touch_days=3), metric(LAST)),
]


def again(question: Question, frozen: tuple[Frozen, ...]) -> Evaluation:
    """The question asked as-of then, with what was frozen by it present."""
    return evaluate(replace(question, frozen=frozen))


@pytest.mark.parametrize("n", [1, 2, 3, 50, 99, 100, 103, 150])
@pytest.mark.parametrize("row", GOALS, ids=lambda row: row[1].actual.how)
def test_the_day_that_froze_a_baseline_replays_to_the_same_bytes(
    row: tuple[KeyResult, Metric], n: int
) -> None:
    asked = question(n, points(GROWING), row[0], of=row[1])
    said = evaluate(asked)
    replayed = again(asked, said.freeze)
    assert replayed.freeze == ()
    assert repr(replace(replayed, freeze=said.freeze)) == repr(said)


def digest(**changes: Any) -> str:
    asked = question(50, points(flat(40, -9, 50)), goal(WEEK_BEFORE, 80))
    return evaluate(replace(asked, **changes)).inputs_digest


@pytest.mark.parametrize(
    "changes",
    [
        {"series": points({**flat(40, -9, 50), 3: 41})},
        {"series": points(flat(40, -9, 50), flat(1, -9, 50))},
        {"today": day(52)},
        {"ready": False},
        {"probability": 0.5},
        {"key_result": goal(WEEK_BEFORE, 81)},
        {"key_result": goal(WEEK_BEFORE, 80, pace=pace("s-curve"))},
        {"metric": metric(settles_in=1)},
        {"metric": metric(Actual("mean", 5))},
        {"cycle": Cycle("q", "Q", CYCLE)},
    ],
)
def test_the_digest_changes_with_whatever_the_answer_follows_from(
    changes: dict[str, object],
) -> None:
    assert digest(**changes) != digest()


def test_the_digest_does_not_change_with_titles_and_days_out_of_reach() -> None:
    assert digest(metric=metric(title="Other", description="words")) == digest()
    assert digest(series=points({-200: 1, **flat(40, -9, 80)})) == digest()
    assert len(digest()) == 64


@pytest.mark.parametrize(
    ("key_result", "of", "first"),
    [
        (goal(None, 9), metric(TOTAL), day(1)),
        (goal(None, 9, pace=pace("weekday")), metric(TOTAL), day(-55)),
        (goal(None, 9, pace=pace("weekday", weekday_weights=(1,) * 7)), metric(TOTAL), day(1)),
        (goal(None, 9, pace=pace("last-year")), metric(TOTAL), day(-363)),
        (goal(1, 9), metric(MEAN7), day(-9)),  # 7 + 2 stale + 1 before day 1
        (goal(1, 9), metric(MEAN7, late_by=5), day(-14)),
        (goal(Baseline("previous", days=28), 9), metric(MEAN7), day(-27)),
        (goal(Baseline("mean", span=Span(day(-80), day(-1))), 9), metric(MEAN7), day(-80)),
        (goal(Baseline("same_period_last_year"), 9), metric(MEAN7), day(-363)),
        (goal(1, 9), metric(Actual("mean", 4), grain=Grain.WEEK), day(1 - 7 * 7)),
    ],
)
def test_the_history_needed_reaches_to_the_oldest_day_that_counts(
    key_result: KeyResult, of: Metric, first: object
) -> None:
    span = needed_span(key_result, of, Cycle("q", "Q", CYCLE), previous_cycle=None)
    assert (span.first, span.last) == (first, CYCLE.last)


def test_the_previous_cycle_is_read_where_the_baseline_lies_there() -> None:
    before = Span(day(-99), day(0))
    kr = goal(Baseline("previous_cycle"), Target("percent", 10))
    span = needed_span(kr, metric(TOTAL), Cycle("q", "Q", CYCLE), previous_cycle=before)
    assert span.first == before.first
