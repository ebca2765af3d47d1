"""What a forecast may learn from: settled days, enough of them, marked ones left out (F.1)."""

from __future__ import annotations

from datetime import date

import numpy as np

from krtracker.evaluation.cases import Case
from krtracker.evaluation.days import Known
from krtracker.evaluation.forecast.scales import Array
from krtracker.evaluation.needs import LEARNT
from krtracker.model import Kind

LATELY, NEEDED = 42, 28
"""At least 28 known of the last 42."""
MOST_WHOLE = 0.1
"""Of the newest days of a rate, so many may be 0 or 1 for it to be foretold."""


def learnable(case: Case, known: Known) -> Array:
    """The values of up to 400 successive days to the origin, from the first usable one on.

    NaN where a day is not known, is marked by the user, or had nothing to count (weight 0).
    """
    origin = known.days[-1]
    values = np.full(LEARNT, np.nan)
    i, _ = known.between(origin - LEARNT + 1, origin)
    places = np.asarray(known.days[i:]) - (origin - LEARNT + 1)
    values[places] = known.values[i:]
    if known.weights is not None:
        values[places[np.asarray(known.weights[i:]) == 0]] = np.nan
    for holiday in case.question.holidays:
        place = holiday.toordinal() - (origin - LEARNT + 1)
        if 0 <= place < LEARNT:
            values[place] = np.nan
    usable = np.flatnonzero(np.isfinite(values))
    return values[usable[0] :] if len(usable) else values[:0]


def too_short(values: Array, origin: int) -> str:
    """The words of a refusal for want of days, or nothing."""
    usable = int(np.isfinite(values[-LATELY:]).sum())
    if usable >= NEEDED:
        return ""
    last = date.fromordinal(origin)
    words = f"only {usable} of the {LATELY} days to {last} are known, settled and not marked"
    return f"{words}, {NEEDED} are needed"


def too_sparse(case: Case, values: Array) -> str:
    """The words of a refusal for rates whose days have too few cases, or nothing.

    Their days jump to 0 and 1, where a logit has no end: cohorts of one to four with a pooled rate
    of 32 % were forecast at 49 %.
    """
    if not is_share(case, values):
        return ""
    newest = values[-LATELY:][np.isfinite(values[-LATELY:])]
    whole = int(((newest <= 0) | (newest >= 1)).sum())
    if whole <= MOST_WHOLE * len(newest):
        return ""
    words = f"{whole} of the {len(newest)} newest days of this rate are exactly 0 or 1"
    return f"{words}: so few cases a day foretell nothing"


def future_days(known: Known, end: int) -> list[int]:
    """The days after the origin that will have a value: not the weekdays that never have one.

    A shop that is closed on Saturdays and sends no row for them will not send one next week.
    """
    origin = known.days[-1]
    i, _ = known.between(origin - LATELY + 1, origin)
    seen = {day % 7 for day in known.days[i:]}
    return [day for day in range(origin + 1, end + 1) if day % 7 in seen]


def future_weights(known: Known, days: list[int]) -> Array:
    """The denominators of days to come: the mean of their weekday over the last six weeks."""
    i, _ = known.between(known.days[-1] - LATELY + 1, known.days[-1])
    weights = np.asarray(known.weights)[i:]
    weekday = np.asarray(known.days[i:]) % 7
    means = np.full(7, weights.mean())
    for one in set(weekday.tolist()):
        means[one] = weights[weekday == one].mean() or means[one]
    return np.asarray(means[np.asarray(days) % 7])


def is_share(case: Case, values: Array) -> bool:
    """Whether values are shares in [0, 1], which go through a logit."""
    known = values[np.isfinite(values)]
    ratio = case.question.metric.kind is Kind.RATIO
    return ratio and bool(known.min() >= 0 and known.max() <= 1)
