"""From the status of an answer to one of the contract's failures, naming what to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from connectors._http_body import Heard
from connectors._http_words import Words
from krtracker.connector import (
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)

QUOTA = re.compile(r"quota|rate.?limit|limit.{0,20}exceeded|too many requests|throttl", re.I)
WITHOUT_A_WORD = 60.0
"""Seconds to wait after a 429 that does not say how long."""
LONGEST_WAIT = 86_400.0

ADVICE = {
    400: "correct what the query asks for",
    401: "the credential was not accepted: renew it in the source",
    402: "the plan of this account does not include it",
    403: "the credential may not read this: give it the right, or use another one",
    404: "correct `url` of the source, or the path and the ids of the query",
    405: "correct the method or the path of the query",
    407: "the proxy wants a credential: write it into the proxy variable of the environment",
    410: "it is gone for good: ask for something else",
    413: "ask for less at a time",
    422: "correct what the query asks for",
}


@dataclass(frozen=True)
class Verdict:
    """A failure, whether it is worth another try now, and the seconds the source wants left alone.

    `locked` says that no other request with this credential will be answered either.
    """

    failure: ConnectorError
    again: bool = False
    wait: float | None = None
    locked: bool = False


def verdict_of_status(heard: Heard, place: str, words: Words) -> Verdict | None:
    """None for an answer with 2xx; 3xx is not judged here."""
    status = heard.status
    if 200 <= status < 300:
        return None
    said = words.said(heard.body)
    text = f"{place} answered {_named(status)}{f': {said}' if said else ''}"
    wait = retry_after(heard.headers)
    if status == 429 or (status == 403 and (wait is not None or QUOTA.search(said))):
        wait = WITHOUT_A_WORD if wait is None else wait
        failure = SourceUnavailableError(f"{text} (asked too often)", wait)
        return Verdict(failure, status == 429, wait)
    if status >= 500 or status in (408, 425):
        again = status in (408, 425, 502, 503, 504)
        return Verdict(SourceUnavailableError(text, wait), again, wait)
    if 400 <= status < 500:
        hint = ADVICE.get(status, "correct the query")
        return Verdict(SourceRejectedError(f"{text}: {hint}"), locked=status in (401, 407))
    return Verdict(UnexpectedAnswerError(f"{text}, which is no answer to a query"))


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After, in both its forms; a date is taken from the answer's own date."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        told = parsedate_to_datetime(headers.get("Date", ""))
        return min(max(0.0, (until - told).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):
        return None
