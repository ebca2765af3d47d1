"""Daily series to forecast from: made of weekdays, noise and a level, always the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from krtracker.evaluation import Question, forecast_of
from krtracker.model import Cycle, Forecast, KeyResult, Metric, NoForecast
from tests.evaluation.given import metric, points, question

FIRST = -139
"""The oldest day of the noisy series, by its number in the cycle."""

Values = dict[int, float]


def noisy(last: int = 40, *, height: float = 1000.0, spread: float = 0.1, seed: int = 7) -> Values:
    """Independent noise around a level, a fifth lower at weekends (days 3 and 4 of the cycle)."""
    random = np.random.RandomState(seed)
    count = last - FIRST + 1
    drawn = np.exp(spread * random.standard_normal(count))
    weekend = [0.8 if (n - 3) % 7 < 2 else 1.0 for n in range(FIRST, last + 1)]
    values = height * drawn * np.asarray(weekend)
    return dict(zip(range(FIRST, last + 1), values.tolist(), strict=True))


def asking(
    values: Values, key_result: KeyResult, *, of: Metric | None = None, **changes: Any
) -> Question:
    """Asked on the morning after the newest day; the chance decides."""
    cycle = Cycle("q", "Q", key_result.span)
    plain = question(max(values), points(values), key_result, of=of or metric(), cycle=cycle)
    return replace(plain, **changes)


def foretold(
    values: Values, key_result: KeyResult, *, of: Metric | None = None, **changes: Any
) -> Forecast:
    """The forecast; fails where there is none."""
    made = forecast_of(asking(values, key_result, of=of, **changes))
    assert isinstance(made, Forecast), made
    return made


def refused(
    values: Values, key_result: KeyResult, *, of: Metric | None = None, **changes: Any
) -> NoForecast:
    """The refusal; fails where there is a forecast."""
    made = forecast_of(asking(values, key_result, of=of, **changes))
    assert isinstance(made, NoForecast), made
    return made
