"""The standard metrics computed with pandas alone, as an analyst with care would write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
GAP = pd.Timedelta(minutes=30)
Numbers = dict[date, float]
Answering = Callable[[pd.DataFrame, pd.DatetimeIndex], Numbers]
EVER = 3_000


@dataclass(frozen=True)
class Peer:
    """A metric's `answer` from events and the days asked for; what it needs read of the table."""

    answer: Answering
    before: int = 0
    after: int = 0
    columns: tuple[str, ...] = ("user_id", "ts")


def numbers(series: pd.Series, days: pd.DatetimeIndex) -> Numbers:
    inside = series[(series.index >= days[0]) & (series.index <= days[-1])]
    named = pd.DatetimeIndex(inside.index).date
    return dict(zip(named, inside.astype(float), strict=True))


def between(events: pd.DataFrame, days: pd.DatetimeIndex, before: int = 0) -> pd.DataFrame:
    """The rows of the days and of some before them, with their `day`."""
    first, end = days[0] - before * DAY, days[-1] + DAY
    rows = events[(events["ts"] >= first) & (events["ts"] < end)]
    return rows.assign(day=rows["ts"].dt.floor("D"))


def dau(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(between(events, days).groupby("day")["user_id"].nunique(), days)


def active_days(events: pd.DataFrame, days: pd.DatetimeIndex, before: int) -> pd.DataFrame:
    """One row a user and day, by user and day."""
    rows = between(events, days, before)[["user_id", "day"]].drop_duplicates()
    return rows.sort_values(["user_id", "day"])


def trailing(users: pd.DataFrame, length: int) -> pd.Series:
    """Distinct users of the `length` days to each day, by differences."""
    following = users["day"].shift(-1).where(users["user_id"] == users["user_id"].shift(-1))
    gap = (following - users["day"]).dt.days.fillna(length).clip(upper=length)
    begins = users["day"].value_counts()
    ends = (users["day"] + pd.to_timedelta(gap, unit="D")).value_counts()
    every = pd.date_range(users["day"].min(), users["day"].max())
    change = begins.reindex(every, fill_value=0) - ends.reindex(every, fill_value=0)
    total: pd.Series = change.cumsum()
    return total


def wau(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(trailing(active_days(events, days, 6), 7), days)


def mau(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(trailing(active_days(events, days, 29), 30), days)


def stickiness(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    users = active_days(events, days, 29)
    return numbers(users["day"].value_counts().sort_index() / trailing(users, 30), days)


def sessions_of(events: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """One row a session: the day it began, its seconds, its events."""
    rows = events[(events["ts"] >= days[0] - DAY) & (events["ts"] < days[-1] + 2 * DAY)]
    rows = rows[["user_id", "ts"]].sort_values(["user_id", "ts"])
    same = rows["user_id"] == rows["user_id"].shift()
    number = (~same | (rows["ts"].diff() > GAP)).cumsum()
    found = rows.groupby(number)["ts"].agg(["min", "max", "size"])
    return pd.DataFrame(
        {
            "day": found["min"].dt.floor("D"),
            "seconds": (found["max"] - found["min"]).dt.total_seconds(),
            "events": found["size"],
        }
    )


def sessions(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(sessions_of(events, days)["day"].value_counts(), days)


def session_duration(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(sessions_of(events, days).groupby("day")["seconds"].mean(), days)


def bounce_rate(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    found = sessions_of(events, days)
    return numbers((found["events"] == 1).groupby(found["day"]).mean(), days)


def events_per_session(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(sessions_of(events, days).groupby("day")["events"].mean(), days)


def retention(nth: int) -> Answering:
    def of(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
        rows = events[["user_id"]].assign(day=events["ts"].dt.floor("D")).drop_duplicates()
        first = rows.groupby("user_id")["day"].min()
        on = rows[rows["day"] - rows["user_id"].map(first) == nth * DAY]
        back = first.index.isin(on["user_id"])
        return numbers(pd.Series(back, index=first.index).groupby(first).mean(), days)

    return of


def first_days(events: pd.DataFrame) -> pd.Series:
    first: pd.Series = events.groupby("user_id")["ts"].min()
    days: pd.Series = first.dt.floor("D").value_counts()
    return days


def new_users(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(first_days(events).reindex(days, fill_value=0), days)


def sign_ups(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    found = first_days(events[events["name"] == "sign_up"])
    return numbers(found.reindex(days, fill_value=0), days)


def activation(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    """Of those who sign up on a day, the share that publishes within seven days."""
    starts = between(events[events["name"] == "sign_up"], days)
    starts = starts.groupby(["day", "user_id"])["ts"].min().reset_index().sort_values(by="ts")
    goals = events.loc[events["name"] == "publish", ["user_id", "ts"]].sort_values("ts")
    goals = goals.assign(goal=goals["ts"])
    pairs = pd.merge_asof(starts, goals, on="ts", by="user_id", direction="forward")
    reached = pairs["goal"] - pairs["ts"] < 7 * DAY
    return numbers(reached.groupby(pairs["day"]).mean(), days)


def growth(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    """Retained users; the other three accounts are computed on the way."""
    users = active_days(events, days, EVER)
    same = users["user_id"] == users["user_id"].shift()
    passed = (users["day"] - users["day"].shift()).where(same)
    kind = np.select([~same, passed == DAY], ["new", "retained"], "resurrected")
    table = users.groupby(["day", kind]).size().unstack(fill_value=0)
    active = table.sum(axis=1)
    table["churned"] = active.shift(fill_value=0) - table["retained"]
    return numbers(table["retained"], days)


def event_count(events: pd.DataFrame, days: pd.DatetimeIndex) -> Numbers:
    return numbers(between(events, days)["day"].value_counts(), days)


NAMED = ("user_id", "ts", "name")
PEERS: dict[str, Peer] = {
    "dau": Peer(dau),
    "wau": Peer(wau, before=6),
    "mau": Peer(mau, before=29),
    "stickiness": Peer(stickiness, before=29),
    "sessions": Peer(sessions, before=1, after=1),
    "session_duration": Peer(session_duration, before=1, after=1),
    "bounce_rate": Peer(bounce_rate, before=1, after=1),
    "events_per_session": Peer(events_per_session, before=1, after=1),
    "retention day 1": Peer(retention(1), before=EVER, after=1),
    "retention day 7": Peer(retention(7), before=EVER, after=7),
    "retention day 30": Peer(retention(30), before=EVER, after=30),
    "sign_ups": Peer(sign_ups, before=EVER, columns=NAMED),
    "new_users": Peer(new_users, before=EVER),
    "activation": Peer(activation, after=7, columns=NAMED),
    "growth": Peer(growth, before=EVER),
    "event_count": Peer(event_count, columns=("ts",)),
}
