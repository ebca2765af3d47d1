"""How honest past odds were, from a ledger of chances and outcomes (F.1); changes no forecast."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from krtracker.evaluation.numbers import at_least, at_most
from krtracker.evaluation.odds import SHOWN
from krtracker.model import Forecast

BINS = 10
ENOUGH = 30
"""So many closed key results before a calibration is worth showing (F.1)."""


class LedgerEntry(NamedTuple):
    """One published chance with what came of it; `low`, `high` and `actual` in the metric's unit.

    `low` to `high` is the 80 % interval of the final actual; `met` says whether that came true
    which the chance was given for.
    """

    metric: str
    key_result: str
    probability: float
    met: bool
    low: float
    high: float
    actual: float


class Bin(NamedTuple):
    """The chances from `low` on to the next bin: their mean, and how often they came true."""

    low: float
    entries: int
    said: float
    happened: float


class Calibration(NamedTuple):
    """`error` is the mean distance between said and happened over the bins, by their counts."""

    entries: int
    key_results: int
    brier: float
    log_loss: float
    error: float
    coverage: float
    bins: tuple[Bin, ...]

    @property
    def enough(self) -> bool:
        """Whether enough key results have closed; many chances of one are one lesson."""
        return self.key_results >= ENOUGH


def entry_of(metric: str, forecast: Forecast, actual: float, *, touched: bool) -> LedgerEntry:
    """A forecast with its outcome: the final actual, and whether the goal was touched in time."""
    final = forecast.final
    holds = at_least if forecast.direction > 0 else at_most
    met = touched if forecast.promise == "touch" else holds(actual, forecast.threshold)
    key_result, chance = forecast.key_result, forecast.probability
    return LedgerEntry(metric, key_result, chance, met, final.low80, final.high80, actual)


def calibration_of(entries: Sequence[LedgerEntry]) -> Calibration | None:
    """Brier score, log loss, calibration error, cover of the 80 % interval; None without entries.

    The chances are taken as they were shown, from 2 to 98 %.
    """
    if not entries:
        return None
    count = len(entries)
    chances = [shown(one) for one in entries]
    bins = reliability(entries)
    return Calibration(
        entries=count,
        key_results=len({one.key_result for one in entries}),
        brier=math.fsum((p - one.met) ** 2 for p, one in zip(chances, entries, strict=True))
        / count,
        log_loss=-math.fsum(
            math.log(p if one.met else 1 - p) for p, one in zip(chances, entries, strict=True)
        )
        / count,
        error=math.fsum(one.entries * abs(one.said - one.happened) for one in bins) / count,
        coverage=sum(one.low <= one.actual <= one.high for one in entries) / count,
        bins=bins,
    )


def calibration_by_metric(entries: Iterable[LedgerEntry]) -> dict[str, Calibration]:
    """A calibration for each metric that has entries, in the order of their names."""
    sorted_in: dict[str, list[LedgerEntry]] = {}
    for one in entries:
        sorted_in.setdefault(one.metric, []).append(one)
    found = {metric: calibration_of(sorted_in[metric]) for metric in sorted(sorted_in)}
    return {metric: one for metric, one in found.items() if one is not None}


def reliability(entries: Sequence[LedgerEntry]) -> tuple[Bin, ...]:
    """What was said against what happened, in ten bins; empty ones are left out."""
    sorted_in: dict[int, list[LedgerEntry]] = {}
    for one in entries:
        # A chance of 30 % belongs to the bin that begins there, whatever its last bit says.
        place = min(BINS - 1, math.floor(shown(one) * BINS + 1e-9))
        sorted_in.setdefault(place, []).append(one)
    return tuple(_bin(place, sorted_in[place]) for place in sorted(sorted_in))


def _bin(place: int, entries: Sequence[LedgerEntry]) -> Bin:
    count = len(entries)
    said = math.fsum(shown(one) for one in entries) / count
    return Bin(place / BINS, count, said, sum(one.met for one in entries) / count)


def shown(entry: LedgerEntry) -> float:
    """The chance as it was shown."""
    return min(max(entry.probability, SHOWN[0]), SHOWN[1])
