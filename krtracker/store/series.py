"""Many series read at once: one query, columns split by key; never a row at a time."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from krtracker.model import Series
from krtracker.periods import Span
from krtracker.store import columns
from krtracker.store.columns import Column

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

FEW = 20_000
"""Up to so many days rows are read one by one: NumPy is not worth its start for them."""

AT_ONCE = 500_000
"""About so many days are read by one query."""

WANTED = """
CREATE OR REPLACE TEMP TABLE wanted_keys (
    place INTEGER, metric VARCHAR, segment VARCHAR, first DATE, last DATE
)
"""
KEYED = """
CREATE OR REPLACE TEMP TABLE wanted_series AS
SELECT w.place, s.series_id, w.first, w.last FROM wanted_keys w
JOIN series s ON s.metric = w.metric AND s.segment = w.segment
"""

# The outer bounds stand as constants, so that zone maps skip all other rows.
READ = """
WITH seen AS (
    SELECT series_id, day, value, weight, revision, failed FROM observation
    WHERE day BETWEEN $first AND $last AND recorded_at <= $until
    AND series_id IN (SELECT series_id FROM wanted_series)
)
SELECT w.place, (o.day - DATE '1970-01-01')::INTEGER AS day, o.value, o.weight
FROM seen o
JOIN wanted_series w ON w.series_id = o.series_id AND o.day BETWEEN w.first AND w.last
ANTI JOIN (SELECT series_id, day, revision FROM seen WHERE revision > 0) n
ON n.series_id = o.series_id AND n.day = o.day AND n.revision = o.revision + 1
WHERE o.value IS NOT NULL AND o.failed IS NULL
"""


def read_series(
    cursor: duckdb.DuckDBPyConnection,
    wanted: Mapping[tuple[str, str], Span],
    until: datetime | None,
) -> dict[tuple[str, str], Series]:
    """The series of Reader.series, so many of them at a time that memory stays small."""
    found: dict[tuple[str, str], Series] = {}
    part: dict[tuple[str, str], Span] = {}
    days = 0
    for key, span in wanted.items():
        part[key] = span
        days += span.days
        if days >= AT_ONCE:
            found |= _read(cursor, part, until)
            part, days = {}, 0
    return found | _read(cursor, part, until) if part else found


def _read(
    cursor: duckdb.DuckDBPyConnection,
    wanted: Mapping[tuple[str, str], Span],
    until: datetime | None,
) -> dict[tuple[str, str], Series]:
    keys = list(wanted)
    cursor.execute(WANTED)
    columns.insert(cursor, "wanted_keys", _wanted(keys, wanted))
    cursor.execute(KEYED)
    outer = {
        "first": min(one.first for one in wanted.values()),
        "last": max(one.last for one in wanted.values()),
        "until": until,
    }
    cursor.execute(READ, outer)
    few = sum(one.days for one in wanted.values()) <= FEW
    found = _from_rows(keys, cursor.fetchall()) if few else _split(keys, cursor.fetchnumpy())
    cursor.execute("DROP TABLE wanted_keys; DROP TABLE wanted_series")
    return found


def _wanted(
    keys: list[tuple[str, str]], wanted: Mapping[tuple[str, str], Span]
) -> dict[str, Column]:
    return {
        "place": columns.integers(range(len(keys))),
        "metric": columns.texts(metric for metric, _ in keys),
        "segment": columns.texts(segment for _, segment in keys),
        "first": columns.days(wanted[one].first for one in keys),
        "last": columns.days(wanted[one].last for one in keys),
    }


def _from_rows(
    keys: list[tuple[str, str]], rows: list[tuple[int, int, float, float | None]]
) -> dict[tuple[str, str], Series]:
    """The same as `_split`, for so few rows that arrays would take longer to import than to use."""
    rows.sort(key=itemgetter(0, 1))
    found = dict.fromkeys(keys, Series([], []))
    for place, of_key in groupby(rows, key=itemgetter(0)):
        _, day, values, weights = zip(*of_key, strict=True)
        weighted = any(one is not None for one in weights)
        found[keys[place]] = Series(
            [one + columns.EPOCH_ORDINAL for one in day],
            list(values),
            [one or 0.0 for one in weights] if weighted else None,
        )
    return found


def _split(keys: list[tuple[str, str]], found: Mapping[str, Any]) -> dict[tuple[str, str], Series]:
    import numpy as np

    place, day, value = (_plain(found[name]) for name in ("place", "day", "value"))
    order = np.argsort((place.astype(np.int64) << 24) + (day.astype(np.int64) + (1 << 22)))
    ends = np.bincount(place, minlength=len(keys)).cumsum().tolist()
    # A number in an array is a fifth of one in a list; whoever judges a series lists its own days.
    days = array("q", (day[order].astype(np.int64) + columns.EPOCH_ORDINAL).tobytes())
    values = array("d", value[order].astype(np.float64).tobytes())
    weights, weighted = _weights(found["weight"], order, place, count=len(keys))
    starts = [0, *ends[:-1]]
    return {
        key: Series(days[a:b], values[a:b], weights[a:b] if weighted[n] else None)
        for n, (key, a, b) in enumerate(zip(keys, starts, ends, strict=True))
    }


def _weights(
    weight: Any, order: NDArray[Any], place: NDArray[Any], *, count: int
) -> tuple[list[float], list[bool]]:
    """All weights in order, and which keys have any at all."""
    import numpy as np

    missing = np.ma.getmaskarray(weight)
    weighted = np.bincount(place[~missing], minlength=count) > 0
    if not weighted.any():
        return [], [False] * count
    plain = np.where(missing, 0.0, np.ma.getdata(weight))
    return plain[order].tolist(), weighted.tolist()


def _plain(array: Any) -> NDArray[Any]:
    import numpy as np

    return np.ma.getdata(array)
