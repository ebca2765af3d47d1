"""Rule tests as people write them in TOML, read to values; it judges nothing.

[[test]]
title = "A DAU that stands still is off track by mid November"
day = 2026-11-15
series = [{ metric = "dau", from = 2026-09-01, to = 2026-11-15, value = 42_000 }]

[test.expect.dau-50k]
status = "off_track"
progress = 0.02
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krtracker.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from krtracker.model import Point, Workspace
    from krtracker.tracker import RuleTest

KEYS = {"title", "day", "series", "expect", "history"}
SERIES_KEYS = {"metric", "segment", "from", "to", "value", "values", "weight", "weights"}


def read_rule_tests(file: Path, workspace: Workspace) -> list[RuleTest]:
    """The tests of a file, in its order. Raises UsageError naming file and test."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    tests = table.get("test")
    if set(table) != {"test"} or not isinstance(tests, list):
        raise UsageError(f"{file} must hold [[test]] tables and nothing else")
    return [_test(one, f"{file}, test {n}", workspace) for n, one in enumerate(tests, start=1)]


def _test(table: Mapping[str, Any], place: str, workspace: Workspace) -> RuleTest:
    from krtracker.tracker import RuleTest

    _only(table, KEYS, place)
    day, title = table.get("day"), table.get("title", place)
    if not isinstance(day, date):
        raise UsageError(f"{place}: `day` must be a date, the last day that is over")
    points: dict[tuple[str, str], list[Point]] = {}
    for series in table.get("series", []):
        metric, segment = _metric(series, place, workspace), str(series.get("segment", ""))
        points.setdefault((metric, segment), []).extend(_points(series, place))
    expect = {
        _full(name, day, workspace, place=place): fields
        for name, fields in table.get("expect", {}).items()
    }
    if not expect:
        raise UsageError(f"{place}: write [test.expect.KEY_RESULT] with what is expected")
    return RuleTest(title, day, points, expect, place, bool(table.get("history", True)))


def _only(table: Mapping[str, Any], known: set[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"{place}: unknown setting `{key}`; known: {', '.join(sorted(known))}")


def _metric(series: Mapping[str, Any], place: str, workspace: Workspace) -> str:
    _only(series, SERIES_KEYS, place)
    metric = series.get("metric")
    if metric not in workspace.metrics:
        raise UnknownNameError("metric", str(metric), tuple(workspace.metrics))
    return str(metric)


def _points(series: Mapping[str, Any], place: str) -> Iterator[Point]:
    """`values` one a day from `from` on, or `value` on each day to `to`; weights likewise."""
    from krtracker.model import Point

    first, last = series.get("from"), series.get("to")
    if not isinstance(first, date) or ("value" in series) == ("values" in series):
        raise UsageError(f"{place}: a series has `from` and either `values`, or `value` and `to`")
    if "values" in series:
        values = list(series["values"])
    else:
        days = (last - first).days + 1 if isinstance(last, date) else 0
        values = [series["value"]] * days
    weights = list(series.get("weights", [series.get("weight")] * len(values)))
    if not values or len(weights) != len(values):
        raise UsageError(f"{place}: a series needs a day at least, and a weight for every value")
    for n, (value, weight) in enumerate(zip(values, weights, strict=True)):
        known = None if weight is None else float(weight)
        yield Point(first + timedelta(days=n), float(value), known, str(series.get("segment", "")))


def _full(name: str, day: date, workspace: Workspace, *, place: str) -> str:
    """The full id of a key result or an objective."""
    if name in workspace.objectives or name in workspace.key_results:
        return name
    for cycle in workspace.cycles.values():
        full = f"{cycle.id}/{name}"
        if day in cycle.span and (full in workspace.key_results or full in workspace.objectives):
            return full
    every = (*workspace.key_results, *workspace.objectives)
    known = tuple(dict.fromkeys(one.rpartition("/")[2] for one in every))
    raise UsageError(f"{place}: {UnknownNameError('key result or objective', name, known)}")
