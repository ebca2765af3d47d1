"""How Mixpanel, Amplitude and PostHog are asked in the fault suite, and how they answer well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from krtracker.connector import SourceRejectedError, SourceUnavailableError, UnexpectedAnswerError
from tests.connectors.faulty import Answering
from tests.connectors.speakers import CANARY, NO_PAGES, Speaker, Variant, points, told

SHAPE = Variant(
    told({"data": {"series": "nope"}}), UnexpectedAnswerError, "the answer holds no list"
)


def _log_ins(*days: tuple[str, Any], **more: Any) -> Answering:
    data = {"series": [day for day, _ in days], "values": {"Log in": dict(days)}}
    return told({"data": data, "legend_size": 1, **more})


MIXPANEL = Speaker(
    "mixpanel",
    lambda url: {"url": url, "project_id": 1, "username": "reader", "secret": CANARY},
    {"standard": "dau", "events": "Log in"},
    _log_ins(("2026-03-02", 987), ("2026-03-03", 6), ("2026-03-01", 4)),
    points(4, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_log_ins(("2026-03-03", 6)), points(None, None, 6)),
        "no days": Variant(_log_ins(), ()),
        "unordered days": Variant(
            _log_ins(("2026-03-03", 6), ("2026-03-01", 4)), points(4, None, 6)
        ),
        "numbers as text": Variant(_log_ins(("2026-03-01", "4")), UnexpectedAnswerError, "number"),
        "percents": Variant(_log_ins(("2026-03-01", "50%")), UnexpectedAnswerError, "number"),
        "null": Variant(_log_ins(("2026-03-01", None)), UnexpectedAnswerError, "number"),
        "no day": Variant(_log_ins(("soon", 4)), UnexpectedAnswerError, "`day` is"),
        "error inside 200": Variant(
            told({"request": "/api/query/events", "error": f"no such project {CANARY}"}),
            UnexpectedAnswerError,
            "says: no such project ***",
        ),
        "schema drift": SHAPE,
    },
    elsewhere={
        "duplicate days": "its days are keys of an object: a key twice is refused",
        "endless pages": NO_PAGES,
        "repeating pages": NO_PAGES,
    },
)


def _chart(values: list[Any], days: list[Any]) -> Answering:
    return told({"data": {"series": [values], "seriesMeta": [{}], "xValues": days}})


DAYS: list[Any] = ["2026-03-01", "2026-03-02", "2026-03-03"]
AMPLITUDE = Speaker(
    "amplitude",
    lambda url: {"url": url, "api_key": CANARY, "secret_key": CANARY},
    {"standard": "dau"},
    _chart([4, 987, 6], DAYS),
    points(4, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_chart([6], DAYS[2:]), points(None, None, 6)),
        "no days": Variant(told({"data": {"series": [], "xValues": []}}), ()),
        "unordered days": Variant(_chart([6, 4], [DAYS[2], DAYS[0]]), points(4, None, 6)),
        "too few values": Variant(_chart([6], DAYS), UnexpectedAnswerError, "another number"),
        "numbers as text": Variant(_chart(["4"], DAYS[:1]), UnexpectedAnswerError, "no number"),
        "percents": Variant(_chart(["50%"], DAYS[:1]), UnexpectedAnswerError, "no number"),
        "null": Variant(_chart([None], DAYS[:1]), UnexpectedAnswerError, "no number"),
        "no day": Variant(_chart([4], [None]), UnexpectedAnswerError, "`day` is"),
        "duplicate days": Variant(
            _chart([4, 5], [DAYS[0], DAYS[0]]), UnexpectedAnswerError, "2026-03-01 twice"
        ),
        "error inside 200": Variant(
            told({"error": {"http_code": 400, "message": f"no {CANARY}"}}),
            UnexpectedAnswerError,
            "the answer holds no list",
        ),
        "schema drift": SHAPE,
    },
    elsewhere={"endless pages": NO_PAGES, "repeating pages": NO_PAGES},
)
COLUMNS = ["part", "day", "segment", "a", "b"]


def _rows(*rows: tuple[str, Any], columns: list[str] = COLUMNS, **more: Any) -> Answering:
    results = [[0, day, "", n, 0] for day, n in rows]
    return told({"columns": columns, "results": results, "hasMore": False, "error": None, **more})


POSTHOG = Speaker(
    "posthog",
    lambda url: {"url": url, "project_id": 1, "token": CANARY},
    {"standard": "dau"},
    _rows(("2026-03-01", 4), ("2026-03-02", 987), ("2026-03-03", 6)),
    points(4, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_rows(("2026-03-03", 6)), points(None, None, 6)),
        "no days": Variant(_rows(), ()),
        "unordered days": Variant(_rows(("2026-03-03", 6), ("2026-03-01", 4)), points(4, None, 6)),
        "duplicate days": Variant(
            _rows(("2026-03-01", 4), ("2026-03-01", 5)), UnexpectedAnswerError, "two rows"
        ),
        "numbers as text": Variant(_rows(("2026-03-01", "4")), UnexpectedAnswerError, "number"),
        "percents": Variant(_rows(("2026-03-01", "50%")), UnexpectedAnswerError, "number"),
        "null": Variant(_rows(("2026-03-01", None)), UnexpectedAnswerError, "NULL"),
        "cut by its limit": Variant(
            _rows(("2026-03-01", 4), hasMore=True), SourceRejectedError, "LIMIT"
        ),
        "not done": Variant(
            told({"query_status": {"id": "1", "complete": False, "error": False}}),
            SourceUnavailableError,
            "still computes",
        ),
        "error inside 200": Variant(
            _rows(error=f"it broke {CANARY}"), UnexpectedAnswerError, "says: it broke ***"
        ),
        "failed inside 200": Variant(
            told({"query_status": {"error": True, "error_message": f"bad {CANARY}"}}),
            SourceRejectedError,
            "says: bad ***",
        ),
        "schema drift": Variant(_rows(columns=["day"]), UnexpectedAnswerError, "five names"),
    },
    elsewhere={
        "endless pages": "one query is one answer; `cut by its limit` is refused",
        "repeating pages": "one query is one answer",
    },
)

PRODUCTS: Mapping[str, Speaker] = {
    "amplitude": AMPLITUDE,
    "mixpanel": MIXPANEL,
    "posthog": POSTHOG,
}
