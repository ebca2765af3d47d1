"""Asks an analytics product over a real socket, for the tests of its connector."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from krtracker import registry
from krtracker.connector import Answer, Ask, ConnectorError, Deadline, Point, Window

HERE = Path(__file__).parent
WINDOW = Window(date(2026, 3, 1), date(2026, 3, 3), "Europe/Berlin")
Table = Mapping[str, Any]
Result = Answer | ConnectorError
Expected = Sequence[tuple[Any, ...]]


def recorded(product: str, name: str) -> Any:
    """An answer of the product, as its file holds it."""
    return json.loads((HERE / product / f"{name}.json").read_text("utf-8"))


def fetched(
    connector: str, source: Table, queries: Sequence[Table], window: Window = WINDOW
) -> list[Result]:
    """The results of one fetch."""
    kind = registry.load(connector)
    asked = [Ask(kind.QueryOptions.model_validate(dict(one)), window) for one in queries]
    opened = kind(kind.SourceOptions.model_validate(dict(source)))
    try:
        return list(opened.fetch(asked, Deadline(10)))
    finally:
        opened.close()


def told(result: Result) -> list[tuple[Any, ...]]:
    """The points as (day of the month, value[, weight][, segment])."""
    assert isinstance(result, Answer), result
    return [_short(point) for point in result.points]


def about(expected: Expected) -> list[Any]:
    """Rows to compare with, as near as floats are."""
    return [pytest.approx(row) for row in expected]


def _short(point: Point) -> tuple[Any, ...]:
    parts = [point.day.day, point.value, point.weight, point.segment or None]
    return tuple(one for one in parts if one is not None)


def refused(connector: str, kind: str, table: Table) -> str:
    """What is said of a table of options that is refused."""
    with pytest.raises(ValidationError) as caught:
        getattr(registry.load(connector), kind).model_validate(dict(table))
    return str(caught.value)
