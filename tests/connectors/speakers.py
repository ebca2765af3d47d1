"""What each connector over HTTP is asked in the fault suite, and how its product answers well.

A new connector joins with one Speaker in SPEAKERS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from krtracker.connector import (
    ConnectorError,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from tests.connectors.faulty import Answering, Given, Heard

CANARY = "c4n4ry/t0p+s3cret=="
"""The credential of every source here: it must never be seen in any form."""

WINDOW = Window(date(2026, 3, 1), date(2026, 3, 3), "UTC")
Points = tuple[Point, ...]


def points(*values: float | None, weight: float | None = None) -> Points:
    """A point a day from the window's first on; None for a day that is not there."""
    days = enumerate(values, 1)
    return tuple(Point(date(2026, 3, n), v, weight) for n, v in days if v is not None)


@dataclass(frozen=True)
class Variant:
    """Another answer of the product, and what must come of it: points, or a failure."""

    good: Answering
    expected: Points | type[ConnectorError]
    words: str = ""


@dataclass(frozen=True)
class Speaker:
    """One connector: `source` (with CANARY as its credential) at an address, `query`, a good answer
    to any request and the points in it. `number` is a number's bytes that stand in the answer
    just once, None where it holds no JSON numbers. `spared` are requests that never fail (a login).
    `elsewhere` tells of faults without a variant: the test that shows them (`module:name`), or why
    there is no such fault.
    """

    connector: str
    source: Callable[[str], Mapping[str, Any]]
    query: Mapping[str, Any]
    good: Answering
    points: Points
    number: bytes | None = None
    json: bool = True
    spared: Callable[[Heard], bool] | None = None
    variants: Mapping[str, Variant] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    window: Window = WINDOW


def told(value: Any, kind: str = "application/json") -> Answering:
    """The same JSON, or the same text, to every request."""
    body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return lambda _: Given(body, kind)


def _days(*rows: tuple[str, Any]) -> Answering:
    return told({"data": [{"date": day, "n": n} for day, n in rows], "page": 1})


def _http(url: str) -> Mapping[str, Any]:
    return {"url": f"{url}/v2", "auth": {"token": CANARY}}


HTTP = Speaker(
    "http",
    _http,
    {
        "request": {
            "path": "days",
            "params": {"from": "{start}", "to": "{last}"},
            "rows": "data",
            "day": "date",
            "value": "n",
            "error": "error",
        }
    },
    _days(("2026-03-01", 4), ("2026-03-02", 987), ("2026-03-03", 6)),
    points(4, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_days(("2026-03-03", 6)), points(None, None, 6)),
        "no days": Variant(_days(), ()),
        "unordered days": Variant(
            _days(("2026-03-03", 6), ("2026-03-01", 4), ("2026-03-03", 6)), points(4, None, 6)
        ),
        "duplicate days": Variant(
            _days(("2026-03-03", 6), ("2026-03-03", 7)), UnexpectedAnswerError, "two rows"
        ),
        "numbers as text": Variant(
            _days(("2026-03-01", "4"), ("2026-03-02", "1e3")), points(4, 1000)
        ),
        "percents": Variant(
            _days(("2026-03-01", "50%"), ("2026-03-02", "0.5 %")), points(0.5, 0.005)
        ),
        "no number": Variant(_days(("2026-03-01", "N/A")), UnexpectedAnswerError, "'N/A'"),
        "the secret for a number": Variant(
            _days(("2026-03-01", CANARY)), UnexpectedAnswerError, "'***'"
        ),
        "grouped number": Variant(
            _days(("2026-03-01", "1.234,5")), UnexpectedAnswerError, "decimal"
        ),
        "null": Variant(_days(("2026-03-01", None)), UnexpectedAnswerError, "missing"),
        "boolean": Variant(_days(("2026-03-01", True)), UnexpectedAnswerError, "not a number"),
        "error inside 200": Variant(
            told({"error": "no such report"}), UnexpectedAnswerError, "says: no such report"
        ),
        "schema drift": Variant(told({"items": []}), UnexpectedAnswerError, "finds nothing"),
    },
    elsewhere={
        "endless pages": "test_http_answers:test_pages_without_end_are_refused",
        "repeating pages": "test_http_answers:test_pages_that_repeat_are_refused",
    },
)


def _sheet(*rows: str) -> Answering:
    return told("\n".join(["Day,Users", *rows, ""]), "text/csv")


NO_PAGES = "its answers have no pages"

HTTP_CSV = Speaker(
    "http",
    lambda url: {"url": f"{url}/pub?output=csv", "auth": {"param": "key", "token": CANARY}},
    {"request": {"format": "csv", "day": "Day", "value": "Users", "days_per_request": None}},
    told('Day,Users,Note\n2026-03-01,4,\n2026-03-02,987,"a, b"\n2026-03-03,6,\n', "text/csv"),
    points(4, 987, 6),
    json=False,
    variants={
        "short line": Variant(
            told("Day,Users\n2026-03-01,4\n2026-03-02", "text/csv"), UnexpectedAnswerError, "line 3"
        ),
        "missing column": Variant(
            told("Day,People\n2026-03-01,4\n", "text/csv"),
            UnexpectedAnswerError,
            "`Users` is missing",
        ),
        "other days": Variant(_sheet("2025-01-01,4", "2026-03-02,5"), points(None, 5)),
        "missing days": Variant(_sheet("2026-03-03,6"), points(None, None, 6)),
        "unordered days": Variant(_sheet("2026-03-03,6", "2026-03-01,4"), points(4, None, 6)),
        "duplicate days": Variant(
            _sheet("2026-03-03,6", "2026-03-03,7"), UnexpectedAnswerError, "two rows"
        ),
        "percents": Variant(_sheet("2026-03-01,50%"), points(0.5)),
        "error inside 200": Variant(
            told('{"error": "no such sheet"}', "text/csv"), UnexpectedAnswerError, "is missing"
        ),
        "NaN": Variant(_sheet("2026-03-01,NaN"), UnexpectedAnswerError, "'NaN'"),
    },
    elsewhere={
        "numbers as text": "all its numbers are text",
        "endless pages": NO_PAGES,
        "repeating pages": NO_PAGES,
        "broken JSON": "it answers no JSON",
        "deep nesting": "it answers no JSON",
    },
)


def _range(*values: tuple[int, str], **more: Any) -> Answering:
    """The days of March 2026 by their number, each at its last millisecond, as the server tells."""
    pairs = [[1772323199.999 + 86400 * day, text] for day, text in values]
    result = [{"metric": {}, "values": pairs}] if pairs else []
    inner = {"resultType": "matrix", "result": result}
    return told({"status": "success", "data": inner, **more})


PROMETHEUS = Speaker(
    "prometheus",
    lambda url: {"url": url, "auth": {"user": "reader", "password": CANARY}},
    {"query": "sum(increase(x_total[$day]))"},
    _range((1, "4"), (2, "987"), (3, "6")),
    points(4, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_range((3, "6")), points(None, None, 6)),
        "unordered days": Variant(_range((3, "6"), (1, "4")), points(4, None, 6)),
        "duplicate days": Variant(
            _range((3, "6"), (3, "7")), UnexpectedAnswerError, "several series answer"
        ),
        "percents": Variant(_range((1, "50%")), UnexpectedAnswerError, "not as Prometheus"),
        "error inside 200": Variant(
            told({"status": "error", "errorType": "bad_data", "error": f"no {CANARY}"}),
            SourceRejectedError,
            "bad_data: no ***: correct the query",
        ),
        "no days": Variant(_range(), ()),
        "NaN": Variant(_range((1, "NaN")), UnexpectedAnswerError, "0/0"),
        "a warning with the secret": Variant(
            _range((1, "4"), warnings=[f"asked by {CANARY}"]), points(4)
        ),
        "endless": Variant(_range((1, "+Inf")), UnexpectedAnswerError, "inf"),
        "several series": Variant(
            told(
                {
                    "status": "success",
                    "data": {
                        "resultType": "matrix",
                        "result": [
                            {"metric": {"a": str(n)}, "values": [[1772409599.999, "1"]]}
                            for n in (1, 2)
                        ],
                    },
                }
            ),
            UnexpectedAnswerError,
            "several series",
        ),
        "another shape": Variant(told([1, 2]), UnexpectedAnswerError, "no answer of Prometheus"),
        "a string for series": Variant(
            told({"status": "success", "data": {"resultType": "matrix", "result": ["x"]}}),
            UnexpectedAnswerError,
            "not as Prometheus",
        ),
    },
    elsewhere={
        "numbers as text": "all its numbers are text",
        "endless pages": NO_PAGES,
        "repeating pages": NO_PAGES,
    },
)

SPEAKERS: Mapping[str, Speaker] = {
    "http": HTTP,
    "http csv": HTTP_CSV,
    "prometheus": PROMETHEUS,
}
