"""What a forecast learns from and what it draws, at the edges: 400 days, closed days, weights."""

from __future__ import annotations

import numpy as np
import pytest

from krtracker.evaluation import evaluate
from krtracker.evaluation.cases import case_of
from krtracker.evaluation.days import Known
from krtracker.evaluation.forecast import settled_points
from krtracker.evaluation.forecast.history import future_days, future_weights, is_share
from krtracker.evaluation.forecast.judge import meets
from krtracker.evaluation.forecast.method import WEEKLY_GROWTH, drift_of, learn
from krtracker.evaluation.forecast.scales import Scale
from krtracker.evaluation.forecast.seed import seed_digest
from krtracker.model import Actual, Kind
from tests.evaluation.forecast.given import Values, asking, foretold, noisy
from tests.evaluation.forecast.test_odds import odds
from tests.evaluation.given import LAST, ask, day, flat, goal, metric, points, question, run

NOISY = noisy()
NAN = float("nan")


def long(count: int) -> Values:
    """So many days to day 40, the noisy ones last."""
    return {n: 1000.0 + n % 7 for n in range(41 - count, -139)} | NOISY


@pytest.mark.parametrize(("count", "used"), [(399, 399), (400, 400), (401, 400), (500, 400)])
def test_four_hundred_days_are_learnt_from(count: int, used: int) -> None:
    assert foretold(long(count), goal(900, 1000)).days_used == used


def test_what_lies_further_back_changes_nothing() -> None:
    """Day -359 is the four hundredth."""
    known = long(500)
    before = foretold(known, goal(900, 1000))
    assert foretold(known | {-360: 5e6}, goal(900, 1000)) == before
    assert foretold(known | {-359: 5e6}, goal(900, 1000)) != before


@pytest.mark.parametrize(("marked", "used"), [(-360, 400), (-359, 399), (40, 399), (41, 400)])
def test_a_marked_day_is_not_learnt_from(marked: int, used: int) -> None:
    made = foretold(long(500), goal(900, 1000), holidays=(day(marked),))
    assert made.days_used == used


def test_a_day_with_nothing_to_count_is_not_learnt_from() -> None:
    weights = dict.fromkeys(NOISY, 10.0) | {30: 0.0}
    rates = {n: value / 2000 for n, value in NOISY.items()}
    asked = asking(rates, goal(0.1, 0.9), of=metric(LAST, kind=Kind.RATIO))
    series = points(rates, weights)
    made = foretold(rates, goal(0.1, 0.9), of=metric(LAST, kind=Kind.RATIO), series=series)
    assert (made.days_used, len(asked.series)) == (179, 180)


@pytest.mark.parametrize(("kind", "newest"), [(Kind.RATIO, 39), (Kind.COUNT, 40)])
def test_a_ratio_is_foretold_from_where_both_sides_are_known(kind: Kind, newest: int) -> None:
    rates = {n: value / 2000 for n, value in NOISY.items()}
    series = points(rates, dict.fromkeys(rates, 10.0) | {40: NAN})
    made = foretold(rates, goal(0.1, 0.9), of=metric(LAST, kind=kind), series=series)
    assert made.data_day == day(newest)


# --- days that never have a value ----------------------------------------------------------------


def known_days(*numbers: int) -> Known:
    found = [day(n).toordinal() for n in numbers]
    return Known(found, [1.0] * len(found), None)


def test_a_weekday_not_seen_for_six_weeks_is_not_to_come() -> None:
    """Day 39's weekday was seen last on day -3; days -2 and -1 lie just before and in the six."""
    often = [n for n in range(-10, 41) if n == -3 or (n - 39) % 7]
    ahead = future_days(known_days(*often), day(54).toordinal())
    assert [n - day(0).toordinal() for n in ahead] == [
        n for n in range(41, 55) if n not in (46, 53)
    ]
    seen = future_days(known_days(*sorted({*often, 4})), day(47).toordinal())
    assert len(seen) == 7


def test_a_closed_weekday_leaves_the_others_their_own_height() -> None:
    """Open Monday to Saturday, each day a hundred more than the one before, never a Sunday."""
    height = {n: 500.0 + 100 * ((n + 2) % 7) for n in range(-139, 41)}
    shop = {n: value for n, value in height.items() if (n + 2) % 7 != 6}
    made = foretold(shop, goal(100, 900), of=metric(LAST))
    ahead = {(one.day - day(0)).days: one.middle for one in made.fan}
    assert set(ahead) == {n for n in range(41, 101) if (n + 2) % 7 != 6}
    for n, middle in ahead.items():
        assert middle == pytest.approx(500 + 100 * ((n + 2) % 7), rel=0.02)


def test_denominators_to_come_are_those_of_the_last_six_weeks() -> None:
    """Mondays weigh 70, the other days 10; 43 days ago a Monday weighed 7,000."""
    numbers = range(-30, 41)
    days = [day(n).toordinal() for n in numbers]
    heavy = [70.0 if (d - 1) % 7 == 0 else 10.0 for d in days]
    old = next(place for place, d in enumerate(days) if (d - 1) % 7 == 0)
    heavy[old] = 7000.0
    known = Known(days, [0.5] * len(days), heavy)
    ahead = [days[-1] + n for n in range(1, 15)]
    expected = [70.0 if (d - 1) % 7 == 0 else 10.0 for d in ahead]
    assert future_weights(known, ahead).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "values", "share"),
    [
        (Kind.RATIO, [0.0, 1.0], True),
        (Kind.RATIO, [0.2, 1.5], False),
        (Kind.RATIO, [-0.1, 0.5], False),
        (Kind.COUNT, [0.2, 0.5], False),
    ],
)
def test_a_share_lies_between_none_and_all(kind: Kind, values: list[float], share: bool) -> None:
    case = case_of(question(5, points(flat(0.5, 1, 5)), goal(0.1, 0.9), of=metric(kind=kind)))
    assert is_share(case, np.asarray([*values, NAN])) is share


# --- what is learnt ------------------------------------------------------------------------------


def test_the_drift_is_the_clipped_mean_square_of_weekly_steps_and_the_prior() -> None:
    """Weeks at 0, 2, 4, 6, 20: steps 2, 2, 2 and 14, which counts as 3 x 1.4826 x 2."""
    d = np.repeat([0.0, 2.0, 4.0, 6.0, 20.0], 7)
    clipped = 3 * 1.4826 * 2
    mean = (4 + 4 + 4 + clipped**2) / 4
    seen = (mean - 2 * 0.5**2 / 7) / (99 / 21)
    by_hand = (12 * 0.03**2 + 4 * seen) / 16 * (1 + 7 / 35)
    assert drift_of(d, 0.5, 35) == pytest.approx(by_hand, rel=1e-12)
    assert pytest.approx(99 / 21) == WEEKLY_GROWTH


def test_gaps_hardly_move_what_weekdays_are_worth() -> None:
    """A pure weekly pattern with every tenth day missing; one pass would be off by a twentieth."""
    pattern = np.asarray([0.0, 0.1, 0.2, 0.3, 0.2, -0.3, -0.5])
    values = np.exp(np.tile(pattern, 40))
    values[5:-5:10] = np.nan
    known = int(np.isfinite(values).sum())
    found = learn(values, 0, Scale("log", 0.0)).weekday
    per_day = known / 7
    whole = (pattern - pattern.mean()) * per_day / (per_day + 0.5)
    assert np.abs(found - whole).max() < 0.012


def test_equal_within_a_billionth_meets_the_target() -> None:
    near = np.asarray([1e6 - 9e-4, 1e6 - 1.1e-3, 1e6 + 1.0])
    assert meets(near, 1e6, 1).tolist() == [True, False, True]
    assert meets(2e6 - near, 1e6, -1).tolist() == [True, False, True]


def test_a_share_of_paths_has_three_decimals() -> None:
    assert odds([[100.0, 200], [100, 100], [100, 100]], goal(100, 200)) == (0.333, 0.0, 0.333)


def test_the_side_of_the_target_is_told_as_one() -> None:
    assert foretold(NOISY, goal(900, 1000)).direction == 1
    assert foretold(NOISY, goal(1000, 900)).direction == -1


# --- fingerprints --------------------------------------------------------------------------------

SEED = "20bbd2dd76784ab980c97e0fac8b2755bb48363f682a91ff66e498845c26722b"
INPUTS = "b0c6104f60036a7a6b356b4898e53842af0f596a7241feb1df184d174a7762df"


def seed(weights: float) -> str:
    rates = {n: value / 2000 for n, value in NOISY.items()}
    series = points(rates, dict.fromkeys(rates, weights))
    of = metric(Actual("weighted_mean", 7))
    case = case_of(asking(rates, goal(0.1, 0.9), of=of, series=series))
    return seed_digest(case, settled_points(case)).hex()


def test_other_weights_are_other_draws() -> None:
    assert seed(10.0) != seed(20.0)


def test_a_fingerprint_is_the_same_for_ever() -> None:
    """As of the method versions of 2026: another byte here redraws every forecast there is."""
    series = points(run(40, [float(n) for n in range(11)]))
    made = ask(50, series, goal(0, 20), of=metric(LAST))
    case = case_of(question(50, series, goal(0, 20), of=metric(LAST)))
    assert seed_digest(case, settled_points(case)).hex() == SEED
    assert made.inputs_digest == INPUTS
    assert evaluate(question(50, series, goal(0, 20), of=metric(LAST))) == made
