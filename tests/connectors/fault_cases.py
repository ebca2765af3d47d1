"""What goes wrong on the way to a product, and what must come of it, for every connector alike."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from krtracker.connector import (
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
from tests.connectors import faulty
from tests.connectors.faulty import Fault
from tests.connectors.product_speakers import PRODUCTS
from tests.connectors.site_speakers import SITES
from tests.connectors.speakers import SPEAKERS as PLAIN

SPEAKERS = {**PLAIN, **SITES, **PRODUCTS}
SECONDS = 2.0
BRIEFLY = 1.0
"""Seconds where something is tried again: a tenth of what is left may be waited."""
REJECTED, UNAVAILABLE, UNEXPECTED = (
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)


@dataclass(frozen=True)
class Case:
    """A fault, what must come of it (None: the good points) and after how many requests."""

    fault: Fault
    expected: type[ConnectorError] | None
    words: str = ""
    requests: int | None = 1
    retry_after: float | None = None
    seconds: float = SECONDS


CASES: Mapping[str, Case] = {
    "400": Case(faulty.status(400), REJECTED, "400 Bad Request.*correct"),
    "401": Case(faulty.status(401), REJECTED, "credential was not accepted"),
    "403": Case(faulty.status(403, b'{"error": "no"}'), REJECTED, "403 Forbidden: no: .*right"),
    "403 quota": Case(
        faulty.status(403, b'{"error": {"message": "Quota exceeded for today"}}'),
        UNAVAILABLE,
        "Quota exceeded",
        retry_after=60,
    ),
    "404": Case(faulty.status(404), REJECTED, "correct `url`"),
    "410": Case(faulty.status(410), REJECTED, "gone"),
    "429 in seconds": Case(
        faulty.status(429, Retry_After="120"), UNAVAILABLE, "too often", retry_after=120
    ),
    "429 at a date": Case(
        faulty.status(429, Retry_After=faulty.IN_TWO_MINUTES),
        UNAVAILABLE,
        "too often",
        retry_after=120,
    ),
    "429 without a word": Case(faulty.status(429), UNAVAILABLE, "429", retry_after=60),
    "429 then well": Case(
        faulty.then_well(faulty.status(429, Retry_After="0")), None, requests=2, seconds=BRIEFLY
    ),
    "500": Case(faulty.status(500), UNAVAILABLE, "500 Internal Server Error"),
    "502 with a page": Case(
        faulty.status(502, b"<html><body><h1>Bad gateway</h1></body></html>", "text/html"),
        UNAVAILABLE,
        "502 Bad Gateway: Bad gateway$",
        requests=3,
        seconds=BRIEFLY,
    ),
    "503 then well": Case(faulty.then_well(faulty.status(503)), None, requests=2, seconds=BRIEFLY),
    "reset then well": Case(faulty.then_well(faulty.reset), None, requests=2, seconds=BRIEFLY),
    "silence": Case(faulty.silent, UNAVAILABLE, "deadline", seconds=0.15),
    "slow drip": Case(faulty.drip_body, UNAVAILABLE, "deadline", seconds=0.155),
    "slow drip without length": Case(
        faulty.drip_unmeasured, UNAVAILABLE, "deadline", seconds=0.155
    ),
    "slow drip of the head": Case(faulty.drip_head, UNAVAILABLE, "deadline", seconds=0.155),
    "cut with length": Case(
        faulty.cut_measured, UNAVAILABLE, "cut short", requests=3, seconds=BRIEFLY
    ),
    "cut in chunks": Case(
        faulty.cut_chunks, UNAVAILABLE, "cut short|ended before", requests=3, seconds=BRIEFLY
    ),
    "cut while packed": Case(
        faulty.cut_packed, UNAVAILABLE, "cut short", requests=3, seconds=BRIEFLY
    ),
    "cut without length": Case(faulty.cut_unmeasured, UNEXPECTED, "too early|cut short"),
    "packed in chunks": Case(faulty.packed, None),
    "wrong content type": Case(
        faulty.instead(b"\x89PNG\r\n", "image/png"), UNEXPECTED, "`image/png` where"
    ),
    "login page": Case(
        faulty.instead(faulty.LOGIN, "text/html"), UNEXPECTED, "web page.*Sign in Please log in"
    ),
    "login page as text": Case(faulty.instead(faulty.LOGIN, "text/plain"), UNEXPECTED, "web page"),
    "empty": Case(faulty.instead(b""), UNEXPECTED, "empty|where CSV"),
    "endless": Case(faulty.endless, UNEXPECTED, "larger than the cap", seconds=20),
    "gzip bomb": Case(faulty.bomb, UNEXPECTED, "larger than the cap", seconds=20),
    "redirect to a file": Case(faulty.redirect("file:///etc/passwd"), REJECTED, "no address"),
    "redirect in a circle": Case(faulty.redirect("/round"), REJECTED, "circle", requests=None),
}

JSON_CASES: Mapping[str, Case] = {
    "broken JSON": Case(faulty.instead(b'{"data": [1, 2}'), UNEXPECTED, "not JSON"),
    "deep nesting": Case(faulty.instead(b"[" * 200_000), UNEXPECTED, "nested|early"),
    "not UTF-8": Case(faulty.instead(b'{"data": "\xff\xfe"}'), UNEXPECTED, "not UTF-8"),
    "a key twice": Case(faulty.instead(b'{"data": 1, "data": 2}'), UNEXPECTED, "there twice"),
    "another shape": Case(faulty.instead(b"42"), UNEXPECTED),
    "null": Case(faulty.instead(b"null"), UNEXPECTED),
}

NUMBERS = {"NaN": b"NaN", "endless": b"1e999", "of 5,000 digits": b"9" * 5000}


def forms(secret: str) -> set[str]:
    """The secret as it is, in an address, and behind a user's name or itself as basic login."""
    pairs = {base64.b64encode(f"{name}:{secret}".encode()).decode() for name in ("reader", secret)}
    return {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), *pairs}
