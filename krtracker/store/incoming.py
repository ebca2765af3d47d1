"""The points of many pulls as columns, each (series, day) once; knows no SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any

from krtracker.errors import UsageError
from krtracker.model import Pull
from krtracker.periods import Span
from krtracker.store.columns import EPOCH_ORDINAL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Days fit into 22 bits, so that series and day make one sortable number.
DAY_BITS = 22


@dataclass(slots=True)
class Names:
    """What the single writer remembers of the store's small tables, so as not to ask each time."""

    series: dict[tuple[str, str], int] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    expectations: dict[str, int] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    next_run: int = 1

    def of_metric(self, metric: str) -> list[int]:
        return [one for (name, _), one in self.series.items() if name == metric]

    def statement(self, text: str) -> str:
        """The name a query's text is kept under."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Columns of one commit: `given` points and retractions, windows `asked`, series `touched`.

    `span` holds every day that may change; None when there is nothing to write.
    """

    given: dict[str, NDArray[Any]]
    asked: dict[str, NDArray[Any]]
    touched: dict[str, NDArray[Any]]
    new_series: dict[tuple[str, str], int]
    new_expectations: dict[str, int]
    span: Span | None


@dataclass(slots=True)
class _Gathering:
    """The columns while they grow, as plain lists."""

    names: Names
    pull: list[int] = field(default_factory=list)
    series: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)
    value: list[float | None] = field(default_factory=list)
    weight: list[float | None] = field(default_factory=list)
    failed: list[int | None] = field(default_factory=list)
    asked: list[tuple[int, int, int, int]] = field(default_factory=list)
    new: dict[tuple[str, str], int] = field(default_factory=dict)
    new_expectations: dict[str, int] = field(default_factory=dict)

    def series_id(self, metric: str, segment: str) -> int:
        key = (metric, segment)
        known = self.names.series.get(key) or self.new.get(key)
        if known is None:
            known = len(self.names.series) + len(self.new) + 1
            self.new[key] = known
        return known

    def expectation(self, words: str) -> int:
        known = self.names.expectations.get(words) or self.new_expectations.get(words)
        if known is None:
            known = len(self.names.expectations) + len(self.new_expectations) + 1
            self.new_expectations[words] = known
        return known

    def add_points(self, number: int, pull: Pull) -> None:
        if not pull.points:
            return
        day, value, weight, segment = zip(*pull.points, strict=True)
        ids = {one: self.series_id(pull.metric, one) for one in dict.fromkeys(segment)}
        self.pull.extend(repeat(number, len(day)))
        self.series.extend(map(ids.__getitem__, segment))
        self.day.extend(one.toordinal() for one in day)
        self.value.extend(value)
        self.weight.extend(weight)
        if pull.quarantined:
            words = map(pull.quarantined.get, zip(day, segment, strict=True))
            self.failed.extend(None if one is None else self.expectation(one) for one in words)
        else:
            self.failed.extend(repeat(None, len(day)))

    def add_retractions(self, number: int, pull: Pull) -> None:
        for day, segment in pull.retracted:
            self.pull.append(number)
            self.series.append(self.series_id(pull.metric, segment))
            self.day.append(day.toordinal())
            self.value.append(None)
            self.weight.append(None)
            self.failed.append(None)

    def add_window(self, number: int, pull: Pull) -> None:
        if pull.retract_missing:
            first, last = pull.window.first.toordinal(), pull.window.last.toordinal()
            known = self.names.of_metric(pull.metric)
            self.asked.extend((number, one, first, last) for one in known)


def gather(pulls: Sequence[Pull], names: Names) -> Incoming:
    """All pulls as columns; raises UsageError for a value that is not finite or a day given twice.

    Where two pulls of one commit give the same day, the later pull counts.
    """
    growing = _Gathering(names)
    for number, pull in enumerate(pulls):
        growing.add_points(number, pull)
        growing.add_retractions(number, pull)
        growing.add_window(number, pull)
    given = _given(growing)
    _refuse_not_finite(given, growing, pulls)
    kept = _each_day_once(given, pulls)
    given = given if kept is None else {name: array[kept] for name, array in given.items()}
    return _incoming(given, growing)


def _given(growing: _Gathering) -> dict[str, NDArray[Any]]:
    import numpy as np

    return {
        "pull": np.array(growing.pull, dtype=np.int32),
        "series_id": np.array(growing.series, dtype=np.int32),
        "day": _days(np.array(growing.day, dtype=np.int64)),
        "value": np.array(growing.value, dtype=np.float64),
        "weight": np.array(growing.weight, dtype=np.float64),
        "failed": np.array(growing.failed, dtype=np.float64),
    }


def _days(ordinals: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (ordinals - EPOCH_ORDINAL).astype("datetime64[D]").astype("datetime64[us]")


def _refuse_not_finite(
    given: dict[str, NDArray[Any]], growing: _Gathering, pulls: Sequence[Pull]
) -> None:
    """NaN would be read as a retraction, so that the store looks once more itself."""
    import numpy as np

    for name, raw in (("value", growing.value), ("weight", growing.weight)):
        for at in np.flatnonzero(~np.isfinite(given[name])):
            if raw[at] is not None:
                pull = pulls[int(given["pull"][at])]
                day = given["day"][at].astype("datetime64[D]")
                raise UsageError(
                    f"{pull.metric} on {day} has the {name} {raw[at]}: "
                    f"only finite numbers are stored; correct it at the source"
                )


def _each_day_once(
    given: dict[str, NDArray[Any]], pulls: Sequence[Pull]
) -> NDArray[np.bool_] | None:
    """Which rows to keep; None when every (series, day) is there once."""
    import numpy as np

    days = given["day"].astype("datetime64[D]").astype(np.int64) + EPOCH_ORDINAL
    keys = (given["series_id"].astype(np.int64) << DAY_BITS) | days
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    if not same.any():
        return None
    earlier, later = order[:-1][same], order[1:][same]
    twice = np.flatnonzero(given["pull"][earlier] == given["pull"][later])
    if len(twice):
        at = int(earlier[twice[0]])
        metric, day = pulls[int(given["pull"][at])].metric, given["day"][at]
        raise UsageError(
            f"{metric} has two values for {day.astype('datetime64[D]')}: "
            f"give one value a day and segment"
        )
    kept = np.ones(len(keys), dtype=np.bool_)
    kept[earlier] = False
    return kept


def _incoming(given: dict[str, NDArray[Any]], growing: _Gathering) -> Incoming:
    import numpy as np

    asked = np.array(growing.asked, dtype=np.int64).reshape(-1, 4)
    first, last = _days(asked[:, 2]), _days(asked[:, 3])
    every_day = np.concatenate([given["day"], first, last])
    touched = np.unique(np.concatenate([given["series_id"], asked[:, 1].astype(np.int32)]))
    span = None
    if len(every_day):
        ends = every_day.min(), every_day.max()
        span = Span(*(one.astype("datetime64[D]").item() for one in ends))
    return Incoming(
        given=given,
        asked={
            "pull": asked[:, 0].astype(np.int32),
            "series_id": asked[:, 1].astype(np.int32),
            "first": first,
            "last": last,
        },
        touched={"series_id": touched},
        new_series=growing.new,
        new_expectations=growing.new_expectations,
        span=span,
    )
