"""The actual on paths is R4 itself: a path put after the known days is read as any series."""

from __future__ import annotations

import numpy as np
import pytest

from krtracker.evaluation.actuals import READERS, View, reading_at
from krtracker.evaluation.days import Frame, Known, Periods
from krtracker.evaluation.forecast.endings import Outlook, actuals
from krtracker.model import Actual, Kind
from tests.evaluation.given import CYCLE, day, metric

START, END = CYCLE.first.toordinal(), CYCLE.last.toordinal()
SIZES = {"mean": 7, "weighted_mean": 28, "run_rate": 28, "last_n": 5, "cycle_percentile": 90}
FRAME = Frame(START, END, END + 1, Periods(), END, END, END, END, END)


def outlook(
    origin: int, *, weights: bool = False, without: int | None = None, holes: int = 11
) -> Outlook:
    """Three paths from a day of the cycle on; the known days have holes and reach back 60 days."""
    random = np.random.RandomState(origin + 100)
    before = [
        n for n in range(origin - 60, origin + 1) if n % holes and day(n).weekday() != without
    ]
    ahead = [n for n in range(origin + 1, 101) if day(n).weekday() != without]
    known = Known(
        [day(n).toordinal() for n in before],
        random.uniform(50, 150, len(before)).tolist(),
        random.uniform(1, 9, len(before)).tolist() if weights else None,
    )
    drawn = random.uniform(50, 150, (len(ahead), 3))
    share = random.uniform(1, 9, len(ahead)) if weights else None
    return Outlook(known, [day(n).toordinal() for n in ahead], drawn, share, START)


def one_by_one(seen: Outlook, actual: Actual, kind: Kind) -> list[list[float | None]]:
    """What R4 says of each path at each day to come."""
    rows = []
    for path in seen.paths.T:
        weights = None
        if seen.weights is not None:
            weights = [*(seen.known.weights or []), *seen.weights.tolist()]
        whole = Known(seen.known.days + seen.days, seen.known.values + path.tolist(), weights)
        asked = metric(actual, kind=kind)
        days = seen.days[seen.first :]
        rows.append([reading_at(View(whole, actual, asked, FRAME, one)).value for one in days])
    return rows


@pytest.mark.parametrize("origin", [-20, 0, 1, 40, 99])
@pytest.mark.parametrize("how", sorted(set(READERS) - {"weighted_mean"}))
def test_every_aggregation_is_that_of_r4(how: str, origin: int) -> None:
    actual, seen = Actual(how, SIZES.get(how, 0)), outlook(origin)
    assert actuals(seen, actual) == pytest.approx(
        np.asarray(one_by_one(seen, actual, Kind.COUNT)).T
    )


@pytest.mark.parametrize("how", ["weighted_mean", "last", "last_n"])
def test_rates_are_pooled_by_their_weights(how: str) -> None:
    actual, seen = Actual(how, SIZES.get(how, 0)), outlook(40, weights=True)
    assert actuals(seen, actual) == pytest.approx(
        np.asarray(one_by_one(seen, actual, Kind.RATIO)).T
    )


@pytest.mark.parametrize("how", ["mean", "cycle_sum", "last", "run_rate"])
def test_a_weekday_that_never_has_a_value_is_no_day(how: str) -> None:
    actual, seen = Actual(how, SIZES.get(how, 0)), outlook(40, without=5, holes=59)
    assert actuals(seen, actual) == pytest.approx(
        np.asarray(one_by_one(seen, actual, Kind.COUNT)).T
    )


def test_days_before_the_cycle_are_not_told() -> None:
    assert actuals(outlook(-20), Actual("last")).shape == (100, 3)
    assert actuals(outlook(40), Actual("last")).shape == (60, 3)
