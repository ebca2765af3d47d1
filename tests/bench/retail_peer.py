"""The same key results computed with pandas alone: knows of krtracker only what R4 to R9 say."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import pandas as pd

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Expected:
    """What pandas says of one key result at the end of one day."""

    data_day: pd.Timestamp
    actual: float
    baseline: float
    target: float
    progress: float
    expected: float

    @property
    def catch_up(self) -> float:
        if self.progress >= 1:
            return 0.0
        left = 1 - self.expected
        return (1 - self.progress) / left if left else float("inf")

    def vote(self, *, total: bool) -> str:
        """The pace status of R9, without R14."""
        on_track, at_risk = (1.02, 1.20) if total else (1.10, 1.50)
        if self.catch_up <= on_track + 1e-9:
            return "on_track"
        return "at_risk" if self.catch_up <= at_risk + 1e-9 else "off_track"


def read_lines(path: Path) -> pd.DataFrame:
    """The invoice lines with `at` (local), its `day`, and `customer`, which may be missing."""
    lines = pd.read_csv(path, dtype={"Invoice": str, "StockCode": str})
    lines["at"] = pd.to_datetime(lines["InvoiceDate"], format="%m/%d/%Y %H:%M")
    lines["day"] = lines["at"].dt.normalize()
    lines["customer"] = lines["Customer ID"].astype("Int64")
    return lines


@dataclass(frozen=True)
class Daily:
    """One number a day, indexed by day; a closed day is absent from `active`, zero elsewhere."""

    active: pd.Series
    german: pd.Series
    new: pd.Series
    orders: pd.Series
    revenue: pd.Series
    cancelled: pd.Series
    invoices: pd.Series


def daily(lines: pd.DataFrame) -> Daily:
    bought = lines[~lines["Invoice"].str.startswith("C")]
    returned = lines[lines["Invoice"].str.startswith("C")]
    invoices = lines.groupby("day")["Invoice"].nunique()
    first = bought.dropna(subset=["customer"]).groupby("customer")["day"].min()
    every = pd.date_range(lines["day"].min(), lines["day"].max())
    active = bought.groupby("day")["customer"].nunique()
    return Daily(
        active=active,
        german=bought[bought["Country"] == "Germany"].groupby("day")["customer"].nunique(),
        new=first.value_counts().reindex(every, fill_value=0).sort_index(),
        orders=bought.groupby("day")["Invoice"].nunique().reindex(every, fill_value=0),
        revenue=(lines["Quantity"] * lines["Price"])
        .groupby(lines["day"])
        .sum()
        .reindex(every, fill_value=0.0),
        cancelled=returned.groupby("day")["Invoice"]
        .nunique()
        .reindex(invoices.index, fill_value=0),
        invoices=invoices,
    )


@dataclass(frozen=True)
class Peer:
    """Answers for the cycle from `start` to `end`; every method takes the day it is asked for."""

    numbers: Daily
    start: pd.Timestamp
    end: pd.Timestamp

    def tau(self, day: pd.Timestamp) -> float:
        return float(((day - self.start).days + 1) / ((self.end - self.start).days + 1))

    def made(
        self, day: pd.Timestamp, actual: float, *, of: tuple[float, float, float], e: float
    ) -> Expected:
        baseline, origin, target = of
        return Expected(day, actual, baseline, target, (actual - origin) / (target - origin), e)

    def active(self, day: pd.Timestamp, target: float) -> Expected:
        """`reach`: trailing 7-day mean of the open days, from that of the week before the cycle."""
        baseline = mean(self.numbers.active, self.start - 7 * DAY, self.start - DAY)
        data_day = newest(self.numbers.active, day)
        actual = trailing(self.numbers.active, data_day, 7)
        of = (baseline, baseline, target)
        return self.made(data_day, actual, of=of, e=self.tau(data_day))

    def active_up(self, day: pd.Timestamp, percent: float) -> Expected:
        """`+25%` of the 28 days before the cycle, by the trailing 28-day mean."""
        baseline = mean(self.numbers.active, self.start - 28 * DAY, self.start - DAY)
        data_day = newest(self.numbers.active, day)
        actual = trailing(self.numbers.active, data_day, 28)
        of = (baseline, baseline, baseline * (1 + percent / 100))
        return self.made(data_day, actual, of=of, e=self.tau(data_day))

    def new_rate(self, day: pd.Timestamp, baseline: float, target: float) -> Expected:
        """A rate: the mean of 28 days times the days of a mean month."""
        actual = mean(self.numbers.new, day - 27 * DAY, day) * 365.25 / 12
        return self.made(day, actual, of=(baseline, baseline, target), e=self.tau(day))

    def orders(self, day: pd.Timestamp, target: float, weights: list[float]) -> Expected:
        """A total from zero, expected by the weights of its weekdays."""
        actual = self.numbers.orders.loc[self.start : day].sum()
        days = pd.Series(pd.date_range(self.start, self.end))
        weight = days.dt.day_of_week.map(dict(enumerate(weights)))
        e = weight[days <= day].sum() / weight.sum()
        return self.made(day, float(actual), of=(0.0, 0.0, target), e=float(e))

    def orders_up(self, day: pd.Timestamp, percent: float, before: pd.Timestamp) -> Expected:
        """A total against that of the previous cycle, from `before` on, scaled by its days."""
        earlier = float(self.numbers.orders.loc[before : self.start - DAY].sum())
        scale = ((self.end - self.start).days + 1) / (self.start - before).days
        baseline = earlier * scale
        actual = float(self.numbers.orders.loc[self.start : day].sum())
        of = (baseline, 0.0, baseline * (1 + percent / 100))
        return self.made(day, actual, of=of, e=self.tau(day))

    def revenue(self, day: pd.Timestamp, percent: float) -> Expected:
        """A total against the total of the same period last year, 364 days before."""
        year = 364 * DAY
        before = float(self.numbers.revenue.loc[self.start - year : self.end - year].sum())
        actual = float(self.numbers.revenue.loc[self.start : day].sum())
        target = before * (1 + percent / 100)
        return self.made(day, actual, of=(before, 0.0, target), e=self.tau(day))

    def cancellations(self, day: pd.Timestamp) -> tuple[pd.Timestamp, float]:
        """The share of invoices cancelled in the 28 days to the newest open day, pooled."""
        data_day = newest(self.numbers.invoices, day)
        return data_day, self.share(data_day - 27 * DAY, data_day)

    def share(self, first: pd.Timestamp, last: pd.Timestamp) -> float:
        return float(
            self.numbers.cancelled.loc[first:last].sum()
            / self.numbers.invoices.loc[first:last].sum()
        )

    def cancellations_half(self, day: pd.Timestamp, percent: float) -> Expected:
        data_day, actual = self.cancellations(day)
        baseline = self.share(self.start - 28 * DAY, self.start - DAY)
        of = (baseline, baseline, baseline * (1 + percent / 100))
        return self.made(data_day, actual, of=of, e=self.tau(data_day))

    def cancellations_points(self, day: pd.Timestamp, points: float) -> Expected:
        """`-2 pp`, two points of percentage less than in the 28 days before the cycle."""
        data_day, actual = self.cancellations(day)
        baseline = self.share(self.start - 28 * DAY, self.start - DAY)
        of = (baseline, baseline, baseline + points / 100)
        return self.made(data_day, actual, of=of, e=self.tau(data_day))

    def germans(self, day: pd.Timestamp, target: float) -> Expected:
        """A segment: German customers on the newest day that had any, from a given baseline."""
        data_day = newest(self.numbers.german, day)
        actual = float(self.numbers.german.loc[:data_day].iloc[-10:].mean())
        return self.made(data_day, actual, of=(1.5, 1.5, target), e=self.tau(data_day))


def mean(series: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> float:
    """The mean of the days that are there."""
    return float(series.loc[first:last].mean())


def trailing(series: pd.Series, day: pd.Timestamp, days: int) -> float:
    """The mean of the last days; not a number where fewer than four of five are known (R4)."""
    window = series.loc[day - (days - 1) * DAY : day]
    return float(window.mean()) if len(window) >= ceil(0.8 * days) else float("nan")


def newest(series: pd.Series, day: pd.Timestamp) -> pd.Timestamp:
    found = series.loc[:day].index[-1]
    assert isinstance(found, pd.Timestamp)
    return found
