"""R5 and decisions.md 17: where a goal starts, when it is frozen, what restatements do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from krtracker.model import Actual, Baseline, Frozen, Kind, Status, Target
from krtracker.periods import Grain, Span
from tests.evaluation.given import (
    LAST,
    MEAN7,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    metric,
    points,
    run,
)

WEEK_BEFORE = Baseline("previous", days=7)
LAST_YEAR = Baseline("same_period_last_year")
EARLIER = Baseline("previous_cycle")


def over(first: int, last: int, about: float | None = None) -> Baseline:
    return Baseline("mean", span=Span(day(first), day(last)), about=about)


# actual, baseline, known days, by hand
MEASURED = [
    (MEAN7, WEEK_BEFORE, run(-6, [10, 20, 30, 40, 50, 60, 70]), 40),
    (MEAN7, None, run(-6, [10, 20, 30, 40, 50, 60, 70]), 40),  # the default of levels
    (MEAN7, Baseline("previous", days=14), run(-13, [10.0] * 7 + [20.0] * 7), 15),
    (MEAN7, WEEK_BEFORE, {**flat(10, -6, -1)}, 10),  # six of seven days
    (MEAN7, over(-30, -1), flat(12, -30, -1), 12),
    (MEAN7, LAST_YEAR, {**flat(30, -363, -314), **flat(50, -313, -264)}, 40),
    (LAST, WEEK_BEFORE, run(-6, [10, 20, 30, 40, 50, 60, 70]), 40),
    (Actual("run_rate", 28), WEEK_BEFORE, flat(16, -6, 0), 487),
    (Actual("last_full_month"), over(-30, 0), flat(2, -30, 0), 62),  # December 2025
    (Actual("month_to_date"), over(-60, 0), flat(2, -60, 0), 61),  # November and December: 122 / 2
    (Actual("last_full_month"), WEEK_BEFORE, flat(16, -6, 0), 487),
    (Actual("cycle_max"), WEEK_BEFORE, run(-6, [10, 20, 30, 40, 50, 60, 70]), 70),
    (Actual("cycle_min"), WEEK_BEFORE, run(-6, [10, 20, 30, 40, 50, 60, 70]), 10),
    (Actual("cycle_percentile", 25), WEEK_BEFORE, run(-6, [10, 20, 30, 40, 50, 60, 70]), 25),
    (Actual("last_n", 2), over(-30, 0), {-29: 9, -20: 20, -3: 30}, 25),
    (TOTAL, LAST_YEAR, flat(3, -363, -264), 300),
    (TOTAL, over(-49, 0), flat(3, -49, 0), 300),  # 150 in 50 days is 300 in 100
]


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: f"{row[0].how}-{row[3]}")
def test_a_baseline_is_the_metrics_own_aggregation_over_its_window(
    row: tuple[Actual, Baseline | None, dict[int, float], float],
) -> None:
    actual, baseline, known, by_hand = row
    target = Target("percent", 50.0)
    said = ask(5, points({**known, **flat(1, 1, 5)}), goal(baseline, target), of=metric(actual))
    assert said.baseline == pytest.approx(by_hand, rel=1e-12)
    assert said.target == pytest.approx(1.5 * by_hand, rel=1e-12)
    assert [one.values for one in said.freeze] == [(said.baseline,)]


def test_a_ratios_baseline_is_pooled() -> None:
    """1 of 2 and six times 10 of 100: 61 of 602."""
    known, weights = run(-6, [0.5] + [0.1] * 6), run(-6, [2] + [100] * 6)
    known, weights = {**known, 1: 0.2}, {**weights, 1: 10}
    of = metric(LAST, kind=Kind.RATIO)
    said = ask(1, points(known, weights), goal(WEEK_BEFORE, 0.5), of=of)
    assert said.baseline == pytest.approx(61 / 602)


def test_a_ratio_without_weights_starts_from_its_last_value() -> None:
    known = {**run(-6, [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.4]), 1: 0.5}
    said = ask(1, points(known), goal(WEEK_BEFORE, 0.9), of=metric(LAST, kind=Kind.RATIO))
    assert said.baseline == 0.4


def test_the_previous_cycle_of_a_total_is_scaled_to_the_length_of_this_one() -> None:
    """180 in 90 days is 200 in 100."""
    before = Span(day(-89), day(0))
    said = ask(
        5,
        points({**flat(2, -89, 0), **flat(2, 1, 5)}),
        goal(EARLIER, Target("percent", 10.0)),
        of=metric(TOTAL),
        previous_cycle=before,
    )
    assert (said.baseline, said.target) == pytest.approx((200, 220))


def test_without_an_earlier_cycle_there_is_no_baseline_to_take_from_it() -> None:
    said = ask(5, points(flat(2, -9, 5)), goal(EARLIER, 9))
    assert said.status is Status.NO_DATA
    assert "no cycle before this one" in said.reason


def test_a_total_to_a_plain_target_needs_no_baseline() -> None:
    said = ask(50, points(flat(1, 1, 50)), goal(None, 100), of=metric(TOTAL))
    assert (said.baseline, said.origin, said.progress, said.freeze) == (None, 0, 0.5, ())


def test_a_window_with_too_few_days_gives_no_baseline() -> None:
    said = ask(8, points(flat(2, -4, 8)), goal(WEEK_BEFORE, 9))
    assert said.status is Status.NO_DATA
    assert "5 of the 7 days in 2025-12-25 to 2025-12-31" in said.reason
    assert said.actual == 2


def test_a_manual_metric_may_be_as_sparse_as_it_is() -> None:
    of = metric(LAST, source="manual", stale_after=35)
    said = ask(5, points({-3: 40, 2: 44}), goal(WEEK_BEFORE, 50), of=of)
    assert (said.baseline, said.progress) == pytest.approx((40, 0.4))


def test_weeks_before_the_start_are_counted_as_weeks() -> None:
    of = metric(LAST, grain=Grain.WEEK)
    known = {-45: 2.0, -38: 3.0, -31: 4.0, -24: 5.0, -17: 6.0, -10: 7.0, -3: 8.0, 4: 9.0}
    said = ask(6, points(known), goal(WEEK_BEFORE, 50), of=of)
    assert said.baseline == 5


# --- settling, freezing, drifting -------------------------------------------------------------


def test_about_serves_until_the_window_is_settled() -> None:
    kr, of = goal(over(-6, 0, about=41), 80), metric(settles_in=3)
    known = points(flat(40, -6, 4))
    early, later = ask(2, known, kr, of=of), ask(3, known, kr, of=of)
    assert (early.baseline, early.freeze) == (41, ())
    assert "baseline_about" in early.flags
    assert (later.baseline, len(later.freeze)) == (40, 1)
    assert "baseline_about" not in later.flags


@pytest.mark.parametrize(
    ("about", "warned"), [(40, False), (44.4, False), (44.5, True), (36, True), (37, False)]
)
def test_a_guess_more_than_a_tenth_off_is_told(about: float, warned: bool) -> None:
    said = ask(5, points(flat(40, -6, 5)), goal(over(-6, 0, about=about), 80))
    assert ("baseline_differs_from_about" in said.flags) is warned


def test_without_a_guess_an_unsettled_window_is_used_as_it_is_and_not_frozen() -> None:
    said = ask(1, points(flat(40, -6, 1)), goal(WEEK_BEFORE, 80), of=metric(settles_in=3))
    assert (said.baseline, said.freeze) == (40, ())
    assert "baseline_provisional" in said.flags


def test_a_baseline_is_frozen_with_its_window() -> None:
    said = ask(5, points(flat(40, -6, 5)), goal(WEEK_BEFORE, 80))
    (frozen,) = said.freeze
    assert (frozen.key_result, frozen.what, frozen.values) == ("q/kr", "baseline", (40.0,))
    assert frozen.window == Span(date(2025, 12, 25), date(2025, 12, 31))


def held(value: float, **changes: Any) -> Frozen:
    window = Span(date(2025, 12, 25), date(2025, 12, 31))
    return replace(Frozen("q/kr", "baseline", (value,), window), **changes)


@pytest.mark.parametrize(
    ("restated", "drifted"), [(40, False), (40.4, False), (40.41, True), (39.5, True)]
)
def test_a_restatement_moves_no_frozen_baseline_and_is_told(restated: float, drifted: bool) -> None:
    said = ask(5, points(flat(restated, -6, 5)), goal(WEEK_BEFORE, 80), frozen=(held(40.0),))
    assert (said.baseline, said.freeze) == (40, ())
    assert ("baseline_drift" in said.flags) is drifted


def test_a_frozen_baseline_outlives_its_days() -> None:
    said = ask(50, points(flat(60, 40, 50)), goal(WEEK_BEFORE, 80), frozen=(held(40.0),))
    assert (said.baseline, said.progress) == (40, 0.5)


def test_another_window_is_measured_anew() -> None:
    kr = goal(Baseline("previous", days=14), 80)
    said = ask(5, points(flat(44, -13, 5)), kr, frozen=(held(40.0),))
    assert (said.baseline, len(said.freeze)) == (44, 1)


def test_a_baseline_of_another_metric_is_measured_anew() -> None:
    of, kr = metric(id="visitors"), goal(WEEK_BEFORE, 80, metric="visitors")
    frozen = ask(5, points(flat(40, -6, 5)), goal(WEEK_BEFORE, 80)).freeze
    said = ask(5, points(flat(44, -6, 5)), kr, of=of, frozen=frozen)
    assert said.baseline == 44


def test_a_fixed_baseline_is_never_overruled() -> None:
    said = ask(5, points(flat(44, -6, 5)), goal(30, 80), frozen=(held(40.0),))
    assert said.baseline == 30


def test_the_first_frozen_value_stands() -> None:
    early = held(40.0, recorded_at=datetime(2026, 1, 2, tzinfo=UTC))
    late = held(44.0, recorded_at=datetime(2026, 1, 9, tzinfo=UTC))
    kr, known = goal(WEEK_BEFORE, 80), points(flat(40, -6, 5))
    assert ask(5, known, kr, frozen=(early, late)).baseline == 40
    assert ask(5, known, kr, frozen=(late, early)).baseline == 40


def test_installing_in_mid_cycle_measures_the_baseline_and_says_so() -> None:
    said = ask(50, points(flat(40, -6, 50)), goal(WEEK_BEFORE, 80))
    assert (said.baseline, said.status) == (40, Status.OFF_TRACK)
    assert "baseline_backfilled" in said.flags
    assert len(said.freeze) == 1


@pytest.mark.parametrize(("recorded", "flagged"), [(3, False), (50, True)])
def test_a_baseline_frozen_late_stays_marked(recorded: int, flagged: bool) -> None:
    at = datetime.combine(day(recorded), datetime.min.time(), UTC)
    kr, known = goal(WEEK_BEFORE, 80), points(flat(40, -6, 60))
    said = ask(60, known, kr, frozen=(held(40.0, recorded_at=at),))
    assert ("baseline_backfilled" in said.flags) is flagged
