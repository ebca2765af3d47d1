"""The scale a series is forecast on, by hand (F.1: c0)."""

from __future__ import annotations

import numpy as np
import pytest

from krtracker.evaluation.forecast.scales import scale_of


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ([100.0, 200.0, 300.0], 0.0),  # 100 > 5 % of 200
        ([10.0, 200.0, 300.0], 20.0),  # 10 is 5 % of 200, not more: a tenth of the median
        ([0.0, 200.0, 300.0], 20.0),
        ([0.0, 1.0, 2.0], 0.5),  # a median of at most 1.5
        ([0.0, 0.0, 0.0], 0.5),
        ([0.0, 2.0, 2.0], 0.2),
    ],
)
def test_zeros_get_a_share_of_the_median_added(values: list[float], size: float) -> None:
    scale = scale_of(np.asarray(values))
    assert scale.kind == "log"
    assert scale.size == pytest.approx(size)


def test_what_is_not_counted_has_no_unit_of_its_own() -> None:
    hours = np.asarray([0.0, 0.2, 0.4])
    assert scale_of(hours, counted=False).size == pytest.approx(0.02)
    assert scale_of(hours * 3600, counted=False).size == pytest.approx(72)


def test_a_series_below_zero_stays_plain_in_units_of_its_size() -> None:
    scale = scale_of(np.asarray([-10.0, 20.0, 30.0]))
    assert (scale.kind, scale.size) == ("plain", 20)
    assert scale.forward(np.asarray([50.0]))[0] == 2.5


@pytest.mark.parametrize(
    ("values", "share"),
    [([3.0, 5.0, 8.0], False), ([0.0, 5.0, 8.0], False), ([-3.0, 5.0], False), ([0.2, 0.9], True)],
)
def test_back_undoes_forward(values: list[float], share: bool) -> None:
    given = np.asarray(values)
    scale = scale_of(given, share=share)
    assert scale.back(scale.forward(given)) == pytest.approx(given)


def test_shares_of_all_and_nothing_stay_finite() -> None:
    scale = scale_of(np.asarray([0.0, 1.0]), share=True)
    assert scale.forward(np.asarray([0.0, 0.5, 1.0])) == pytest.approx([-6.906755, 0, 6.906755])


def test_no_path_of_a_count_falls_below_zero_or_overflows() -> None:
    scale = scale_of(np.asarray([0.0, 200.0, 300.0]))
    assert scale.back(np.asarray([-50.0]))[0] == 0.0
    assert np.isfinite(scale.back(np.asarray([1e6]))[0])
