"""Real daily series, the days they are forecast from, and the targets set there; forecasts nothing.

`../shared/data/daily/*.csv` (page views, trips, events, transactions) and a real shop's daily
series. A day that is not known is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.bench.retail_company import invoice_file
from tests.bench.retail_peer import daily, read_lines

Array = NDArray[np.float64]

HORIZONS = (14, 30, 60, 90)
HISTORIES = (30, 60, 120, 180)
ORIGINS = 4
POINTS = tuple((n + 0.5) / 10 for n in range(10))
EVENT_DRIVEN = ("chinese-new-year", "christmas", "easter", "independence", "peyton-manning")


@dataclass(frozen=True, eq=False)
class Daily:
    """One real series: values of successive days from `first` on; `kind` is that of its metric."""

    name: str
    kind: str
    first: int
    values: Array

    @property
    def ordinary(self) -> bool:
        """Whether it is the traffic of a product and not of a yearly event."""
        return not any(word in self.name for word in EVENT_DRIVEN)


@dataclass(frozen=True, eq=False)
class Origin:
    """A series seen from the place `at`, its newest known day: so much history, 90 days to come."""

    series: Daily
    at: int
    history: int

    @property
    def past(self) -> Array:
        return self.series.values[self.at - self.history + 1 : self.at + 1]

    @property
    def day(self) -> int:
        """The ordinal of the newest known day."""
        return self.series.first + self.at

    def open_days(self, days: int) -> NDArray[np.bool_]:
        """Which days to come have a value: not those weekdays that had none for six weeks."""
        lately = np.arange(self.at - 41, self.at + 1)
        lately = lately[np.isfinite(self.series.values[lately]) & (lately > self.at - self.history)]
        return np.isin((self.at + 1 + np.arange(days)) % 7, lately % 7)


def shared() -> Path:
    return invoice_file().parent


def all_series() -> list[Daily]:
    """Every file, and four series of the shop."""
    found = [_read(path) for path in sorted((shared() / "daily").glob("*.csv"))]
    shop = daily(read_lines(invoice_file()))
    kinds = {"active": "count", "new": "count", "orders": "count", "revenue": "money"}
    return found + [_shop(name, kind, getattr(shop, name)) for name, kind in kinds.items()]


def _read(path: Path) -> Daily:
    table = pd.read_csv(path, parse_dates=["day"])
    values = table.set_index("day")["value"].asfreq("D").to_numpy(dtype=float)
    kind = "ratio" if path.stem.endswith("share") else "count"
    return Daily(path.stem, kind, table["day"].iloc[0].toordinal(), values)


def _shop(name: str, kind: str, known: pd.Series[float]) -> Daily:
    whole = known.asfreq("D")
    day: date = whole.index[0].date()
    return Daily(f"retail-{name}", kind, day.toordinal(), np.asarray(whole, dtype=float))


def origins(series: list[Daily]) -> list[Origin]:
    """Four a series, evenly spread; the lengths of history take turns, so none has its own days."""
    made = []
    for n, one in enumerate(series):
        places = np.linspace(max(HISTORIES), len(one.values) - max(HORIZONS) - 1, ORIGINS)
        for k, place in enumerate(places.astype(int).tolist()):
            at = place - int(np.argmax(np.isfinite(one.values[place::-1])))
            made.append(Origin(one, at, HISTORIES[(n + k) % len(HISTORIES)]))
    return made


def level(values: Array, at: int) -> float:
    """The mean of the seven days to `at`; NaN with fewer than six of them (R4)."""
    week = values[max(0, at - 6) : at + 1]
    return float(np.nanmean(week)) if np.isfinite(week).sum() >= 6 else np.nan


def outcome(values: Array, at: int, days: int, *, total: bool) -> float:
    """What came of the `days` after `at`: their sum, or the level at their end."""
    if total:
        return float(np.nansum(values[at + 1 : at + days + 1]))
    return level(values, at + days)


def multiples(series: list[Daily], days: int, *, total: bool) -> list[float]:
    """What ten targets are of the level at any origin: 5 to 95 % of what all series ever did.

    The same for every series, so no target tells a method anything of the series it is set for.
    """
    ratios = [_ratios(one.values, days, total=total) for one in series]
    # Each series counts alike, however long it is.
    alike = [np.quantile(one, np.linspace(0.005, 0.995, 100)) for one in ratios]
    return [float(one) for one in np.quantile(np.concatenate(alike), POINTS)]


def _ratios(values: Array, days: int, *, total: bool) -> Array:
    found = []
    for at in range(6, len(values) - days, 7):
        base = level(values, at)
        count = int(np.isfinite(values[at + 1 : at + days + 1]).sum()) if total else 1
        if base > 0 and count:
            found.append(outcome(values, at, days, total=total) / (base * count))
    return np.asarray(found)[np.isfinite(found)]


def unit(origin: Origin, days: int, *, total: bool) -> float:
    """What a target is a multiple of: the level, times the days of a total that have a value."""
    counted = int(origin.open_days(days).sum()) if total else 1
    return level(origin.series.values, origin.at) * counted
