"""The paths of F.1: their spread by formula, their noise as it came, their bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from krtracker.evaluation.forecast.method import Learned
from krtracker.evaluation.forecast.scales import Array, Scale
from krtracker.evaluation.forecast.simulate import PATHS, blocks, paths

QUIET = Learned(
    scale=Scale("plain", 1.0),
    weekday=np.asarray([1.0, 2, 3, 4, 5, 6, 7]),
    residuals=np.zeros(30),
    noise=1e-9,
    drift=1e-18,
    freedom=6,
    gain=0.3,
    level=100.0,
)
DAYS = np.arange(28) % 7


def changed(**changes: Any) -> Learned:
    return replace(QUIET, **changes)


def drawn(learned: Learned) -> Array:
    return paths(learned, DAYS, np.random.RandomState(5))


def test_without_noise_every_path_is_level_and_weekday() -> None:
    assert drawn(QUIET) == pytest.approx(np.tile(100 + QUIET.weekday, (PATHS, 4)).T, abs=1e-6)


def test_where_the_level_stands_is_unsure_by_twice_gain_times_noise() -> None:
    made = drawn(changed(noise=2.0))
    assert made[0].var() == pytest.approx(2 * 0.3 * 4, rel=0.1)
    assert made[27].std() == pytest.approx(made[0].std())


def test_the_level_drifts_by_its_daily_variance() -> None:
    made = drawn(changed(drift=0.25))
    # A t of six degrees has 6/4 of its scale's variance.
    assert made[3].var() == pytest.approx(4 * 0.25 * 1.5, rel=0.2)
    assert made[27].var() == pytest.approx(28 * 0.25 * 1.5, rel=0.2)


def test_a_path_is_calm_or_wild_as_a_whole() -> None:
    made = np.diff(drawn(changed(drift=0.25)).T - np.tile(QUIET.weekday, 4), axis=1)
    early, late = np.abs(made[:, :13]).mean(axis=1), np.abs(made[:, 14:]).mean(axis=1)
    assert np.corrcoef(early, late)[0, 1] > 0.6


def test_noise_comes_in_whole_runs_of_seven() -> None:
    made = blocks(np.arange(30.0), 17, np.random.RandomState(5))
    assert made.shape == (17, PATHS)
    for first in (0, 7, 14):
        assert (np.diff(made[first : first + 7], axis=0) == 1).all()
    assert (made.min(), made.max()) == (0, 29)


def test_the_same_seed_gives_the_same_bytes() -> None:
    learned = changed(drift=0.25, noise=2.0, residuals=np.arange(30.0))
    assert drawn(learned).tobytes() == drawn(learned).tobytes()
