"""Plausible, Matomo and Umami in the fault suite: what each is asked, and its other answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from krtracker.connector import SourceRejectedError, SourceUnavailableError, UnexpectedAnswerError
from tests.connectors.faulty import Answering, Given, Heard
from tests.connectors.site_servers import WEBSITE, Matomo, Plausible, Umami, given
from tests.connectors.speakers import CANARY, NO_PAGES, Speaker, Variant, points, told


def _results(*rows: tuple[str, Any], **meta: Any) -> Answering:
    results = [{"metrics": [n], "dimensions": [day]} for day, n in rows]
    return told({"results": results, "meta": meta, "query": {}})


def _full_page(_: Heard) -> Given:
    """As many rows as a page holds, of twice as many, whatever page is asked for."""
    row = {"metrics": [4], "dimensions": ["2026-03-01"]}
    return given({"results": [row] * 10_000, "meta": {"total_rows": 20_000}, "query": {}})


PLAUSIBLE = Speaker(
    "plausible",
    lambda url: {"url": url, "site_id": "example.com", "token": CANARY},
    {"standard": "dau"},
    Plausible(CANARY),
    points(40, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_results(("2026-03-03", 6)), points(None, None, 6)),
        "no days": Variant(_results(), ()),
        "unordered days": Variant(
            _results(("2026-03-03", 6), ("2026-03-01", 4), ("2026-03-03", 6)), points(4, None, 6)
        ),
        "duplicate days": Variant(
            _results(("2026-03-03", 6), ("2026-03-03", 7)), UnexpectedAnswerError, "two rows"
        ),
        "numbers as text": Variant(_results(("2026-03-01", "4")), points(4)),
        "no number": Variant(_results(("2026-03-01", "N/A")), UnexpectedAnswerError, "'N/A'"),
        "boolean": Variant(_results(("2026-03-01", True)), UnexpectedAnswerError, "not a number"),
        "null": Variant(_results(("2026-03-01", None), ("2026-03-02", 5)), points(None, 5)),
        "no date": Variant(_results(("(none)", 4)), UnexpectedAnswerError, "not a date"),
        "a warning with the secret": Variant(
            _results(("2026-03-01", 4), imports_warning=f"asked by {CANARY}"), points(4)
        ),
        "percents": Variant(_results(("2026-03-01", "50%")), points(0.5)),
        "error inside 200": Variant(
            told({"error": f"no {CANARY}"}), UnexpectedAnswerError, "`results` is NULL"
        ),
        "schema drift": Variant(told({"rows": []}), UnexpectedAnswerError, "`results` is NULL"),
        "too few numbers": Variant(
            told({"results": [{"metrics": [], "dimensions": ["2026-03-01"]}]}),
            UnexpectedAnswerError,
            "0 numbers where 1",
        ),
        "endless pages": Variant(
            _results(("2026-03-01", 4), total_rows=10**9), SourceRejectedError, "`max_rows`"
        ),
        "a page cut short": Variant(
            _results(("2026-03-01", 4), total_rows=50_000),
            UnexpectedAnswerError,
            "ends after 1 rows",
        ),
        "another zone": Variant(
            Plausible(CANARY, "Asia/Tokyo"), SourceRejectedError, "write the site's zone"
        ),
        "repeating pages": Variant(_full_page, UnexpectedAnswerError, "is there twice"),
    },
)


def _bulk(report: Any) -> Answering:
    """The site and this report for everything else."""

    def answering(heard: Heard) -> Given:
        urls = [dict(parse_qsl(one)) for key, one in heard.form.items() if key.startswith("urls[")]
        site = {"idsite": "1", "timezone": "UTC"}
        return given([site if "date" not in one else report for one in urls])

    return answering


def _visitors(*rows: tuple[str, Any]) -> Answering:
    return _bulk({day: {"nb_uniq_visitors": n, "nb_visits": 1} for day, n in rows})


def _failed(words: str) -> Answering:
    return _bulk({"result": "error", "message": words})


MATOMO = Speaker(
    "matomo",
    lambda url: {"url": url, "site": 1, "token": CANARY},
    {"standard": "dau"},
    Matomo(CANARY),
    points(40, 987, 6),
    number=b"987",
    variants={
        "missing days": Variant(_visitors(("2026-03-03", 6)), points(None, None, 6)),
        "empty days": Variant(_bulk({"2026-03-01": [], "2026-03-02": []}), ()),
        "no days": Variant(_bulk([]), ()),
        "unordered days": Variant(
            _visitors(("2026-03-03", 6), ("2026-03-01", 4)), points(4, None, 6)
        ),
        "numbers as text": Variant(_visitors(("2026-03-01", "4")), points(4)),
        "percents": Variant(_visitors(("2026-03-01", "50%")), points(0.5)),
        "no number": Variant(_visitors(("2026-03-01", "-")), UnexpectedAnswerError, "'-'"),
        "no metric": Variant(
            _bulk({"2026-03-01": {"nb_visits": 1}}), UnexpectedAnswerError, "no `nb_uniq_visitors`"
        ),
        "no days as keys": Variant(_bulk({"a": 1}), UnexpectedAnswerError, "a table by day"),
        "fewer reports": Variant(told([[]]), UnexpectedAnswerError, "a list of 2 reports"),
        "error inside 200": Variant(
            _failed("The method 'get' does not exist"), SourceRejectedError, "does not exist"
        ),
        "no right, inside 200": Variant(
            _failed("You can't access this resource as it requires 'view' access."),
            SourceRejectedError,
            "give the token's user the right",
        ),
        "refused token, inside 200": Variant(
            _failed(f"Unable to authenticate with the provided token {CANARY}."),
            SourceRejectedError,
            "renew the token",
        ),
        "database gone, inside 200": Variant(
            _failed("SQLSTATE[HY000]: MySQL server has gone away"),
            SourceUnavailableError,
            "gone away",
        ),
        "the whole refused, inside 200": Variant(
            told({"result": "error", "message": f"Plugin API is not active for {CANARY}"}),
            SourceRejectedError,
            "not active for ***",
        ),
        "another zone": Variant(
            Matomo(CANARY, "Asia/Tokyo"), SourceRejectedError, 'timezone = "Asia/Tokyo"'
        ),
    },
    elsewhere={
        "duplicate days": "its days are keys of an object: a key twice is refused",
        "endless pages": NO_PAGES,
        "repeating pages": NO_PAGES,
    },
)


def _series(*rows: tuple[Any, Any]) -> Answering:
    series = [{"x": day, "y": n} for day, n in rows]
    return told({"pageviews": series, "sessions": series})


UMAMI_VARIANTS: Mapping[str, Variant] = {
    "missing days": Variant(_series(("2026-03-03 00:00:00", 6)), points(None, None, 6)),
    "no days": Variant(_series(), ()),
    "unordered days": Variant(
        _series(("2026-03-03", 6), ("2026-03-01", 4), ("2026-03-03", 6)), points(4, None, 6)
    ),
    "duplicate days": Variant(
        _series(("2026-03-03", 6), ("2026-03-03", 7)), UnexpectedAnswerError, "two rows"
    ),
    "numbers as text": Variant(_series(("2026-03-01", "4")), points(4)),
    "no number": Variant(_series(("2026-03-01", [])), UnexpectedAnswerError, "not a number"),
    "no date": Variant(_series((None, 4)), UnexpectedAnswerError, "not a date"),
    "schema drift": Variant(
        told({"pageviews": [], "visitors": []}), UnexpectedAnswerError, "`sessions` is NULL"
    ),
    "percents": Variant(_series(("2026-03-01", "50%")), points(0.5)),
    "error inside 200": Variant(
        told({"error": {"message": f"no {CANARY}", "code": "bad-request"}}),
        UnexpectedAnswerError,
        "`pageviews` is NULL",
    ),
    "an entry of another shape": Variant(
        told({"pageviews": ["x"], "sessions": []}), UnexpectedAnswerError, "not an object"
    ),
}


def _is_login(heard: Heard) -> bool:
    return heard.path == "/api/auth/login"


def _after_login(good: Answering) -> Answering:
    token = Given(json.dumps({"token": CANARY}).encode())
    return lambda heard: token if _is_login(heard) else good(heard)


ONE_ANSWER = {"endless pages": NO_PAGES, "repeating pages": NO_PAGES}
UMAMI = Speaker(
    "umami",
    lambda url: {"url": url, "user": "krtracker", "password": CANARY, "website": WEBSITE},
    {"standard": "dau"},
    Umami(CANARY),
    points(40, 987, 6),
    number=b"987",
    spared=_is_login,
    variants={
        name: Variant(_after_login(one.good), one.expected, one.words)
        for name, one in UMAMI_VARIANTS.items()
    },
    elsewhere=ONE_ANSWER,
)
UMAMI_CLOUD = Speaker(
    "umami",
    lambda url: {"url": f"{url}/v1", "api_key": CANARY, "website": WEBSITE},
    {"standard": "dau"},
    Umami(api_key=CANARY),
    points(40, 987, 6),
    number=b"987",
    variants=UMAMI_VARIANTS,
    elsewhere=ONE_ANSWER,
)

SITES: Mapping[str, Speaker] = {
    "plausible": PLAUSIBLE,
    "matomo": MATOMO,
    "umami": UMAMI,
    "umami cloud": UMAMI_CLOUD,
}
