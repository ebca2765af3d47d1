"""From whatever Google's client raises to one of the contract's failures; tries nothing again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from google.api_core import exceptions as calls
from google.auth import exceptions as logins

from connectors._http_failures import retry_after
from connectors._http_line import TROUBLES, LateError
from connectors._http_troubles import verdict_of_trouble
from connectors._http_words import Words
from krtracker.connector import (
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)

PARSE_ERROR: type[Exception] = import_module("google.protobuf.json_format").ParseError
RAISED: tuple[type[Exception], ...] = (
    calls.GoogleAPIError,
    logins.GoogleAuthError,
    PARSE_ERROR,
    import_module("grpc").RpcError,
    LateError,
    RecursionError,
    *TROUBLES,
)
"""All that a call ends with besides an answer: five families without a common ancestor."""

MOST_WORDS = 200
DAY = 86_400.0
HOUR = 3_600.0
SOON = 5.0
"""Seconds to wait where GA4 names no time: until a request of somebody else has ended."""


@dataclass(frozen=True)
class Judged:
    """A failure; `tries` is how often such a call may be made in all, `said` are GA4's own words,
    `whole` says that no other request to this property will fare better."""

    failure: ConnectorError
    tries: int = 1
    said: str = ""
    refused: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Place:
    """Whom was asked what as whom; words for messages."""

    host: str
    asked: str
    account: str
    words: Words
    seconds: float

    @property
    def late(self) -> SourceUnavailableError:
        return SourceUnavailableError(
            f"no answer of {self.host} within the deadline of {float(f'{self.seconds:.2g}'):g} s: "
            "ask for fewer days, or raise `timeout` of the source"
        )


def judge(trouble: Exception, place: Place) -> Judged:
    """The failure in it, in words that hold no secret and say what to do."""
    if isinstance(trouble, (LateError, calls.DeadlineExceeded)):
        return Judged(place.late, whole=False)
    if isinstance(trouble, calls.GoogleAPICallError):
        return _of_call(trouble, place)
    if isinstance(trouble, logins.GoogleAuthError):
        return _of_login(trouble, place)
    if isinstance(trouble, (PARSE_ERROR, RecursionError, UnicodeDecodeError)):
        words = f"{place.host} answered with something that is no report: is `endpoint` right?"
        return Judged(UnexpectedAnswerError(words), whole=False)
    if type(trouble).__name__ == "TooManyRedirects":
        words = f"{place.host} sends requests on to another address: correct `endpoint`"
        return Judged(SourceRejectedError(words))
    if isinstance(trouble, TROUBLES):
        verdict = verdict_of_trouble(trouble, place.host)
        whole = not isinstance(verdict.failure, UnexpectedAnswerError)
        return Judged(verdict.failure, 3 if verdict.again else 1, whole=whole)
    return Judged(SourceUnavailableError(f"{place.host}: the call failed"), 2)


def _of_login(trouble: logins.GoogleAuthError, place: Place) -> Judged:
    if isinstance(trouble, logins.TransportError) or trouble.retryable:
        return Judged(SourceUnavailableError("Google's login service cannot be reached"), 2)
    return Judged(SourceRejectedError(f"Google refuses the credentials{_whose(place)}: renew them"))


def _of_call(call: calls.GoogleAPICallError, place: Place) -> Judged:
    # long: one answer a status, each a line or two
    status, said = int(call.code or 0), _said(call, place)
    told = f": {said}" if said else ""
    if "message larger than max" in said:
        # gRPC says this itself, with the status of a used-up quota.
        words = f"{place.host}: the answer is larger than the cap: ask for fewer days at a time"
        return Judged(UnexpectedAnswerError(words), whole=False)
    if status == 429 or (status == 403 and re.search(r"quota|rate limit", said, re.I)):
        return _of_quota(call, said)
    if status == 401:
        failure = f"GA4 does not accept the credentials{_whose(place)}: renew them{told}"
        return Judged(SourceRejectedError(failure))
    if status == 403:
        return Judged(SourceRejectedError(_forbidden(call, place) + told))
    if status == 404:
        hint = f"there is no {place.asked}, or no such address: correct `property`"
        return Judged(SourceRejectedError(f"GA4 answers 404 Not Found, {hint}{told}"))
    if status == 400 or 402 <= status < 500:
        failure = f"GA4 refuses the query{told}: correct its metrics, dimensions or filter"
        return Judged(SourceRejectedError(failure), said=said, refused=True, whole=False)
    if "deserializing response" in said:
        words = f"{place.host} answered with something that is no report"
        return Judged(UnexpectedAnswerError(words), whole=False)
    if "CERTIFICATE_VERIFY_FAILED" in said or "certificate" in said.lower():
        words = "its certificate is not to be trusted: give its authority's file as `ca_file`"
        return Judged(SourceRejectedError(f"{place.host}: {words}"))
    if "metadata from plugin" in said:
        return Judged(SourceRejectedError(f"Google refuses the credentials{_whose(place)}"))
    # Ten server errors an hour lock the property out, so hardly anything is tried again.
    name = f"{status} {type(call).__name__}" if status else "no answer"
    wait = _wait(call)
    return Judged(SourceUnavailableError(f"GA4 answers {name}{told}", wait), 2)


def _forbidden(call: calls.GoogleAPICallError, place: Place) -> str:
    if call.reason == "SERVICE_DISABLED":
        return (
            "GA4 answers 403: switch on the Google Analytics Data API in the Google Cloud project "
            "of this account"
        )
    who = place.account or "this account"
    return (
        f"GA4 answers 403: {who} may not read {place.asked}: add it as a Viewer "
        "(Admin > Property access management)"
    )


def _of_quota(call: calls.GoogleAPICallError, said: str) -> Judged:
    """Too many at once pass in seconds; tokens come back on the hour, or at midnight Pacific."""
    wait = _wait(call)
    if re.search(r"concurren|simultaneous", said, re.I):
        failure = SourceUnavailableError(
            f"GA4 answers 429, too many requests of this property run at once: {said}",
            SOON if wait is None else wait,
        )
        return Judged(failure, 3)
    if re.search(r"per.?day|daily", said, re.I):
        until = _to_midnight(call) if wait is None else wait
        words = "the property's quota of the day is used up until midnight Pacific time"
        return Judged(SourceUnavailableError(f"GA4 answers 429, {words}: {said}", until))
    words = "the property's quota of the hour is used up"
    wait = HOUR if wait is None else wait
    return Judged(SourceUnavailableError(f"GA4 answers 429, {words}: {said}", wait))


def _said(call: calls.GoogleAPICallError, place: Place) -> str:
    """GA4's own words without the address Google's client puts before them, and short."""
    text = re.sub(r"^(?:GET|POST) \S+: ", "", str(call.message or ""))
    if "<" in text:
        return place.words.start(text.encode("utf-8", "replace"))
    return " ".join(place.words.hidden(text).split())[:MOST_WORDS]


def _whose(place: Place) -> str:
    return f" of {place.account}" if place.account else ""


def _headers(call: calls.GoogleAPICallError) -> Mapping[str, str]:
    found = getattr(call.response, "headers", None)
    return found if isinstance(found, Mapping) else {}


def _wait(call: calls.GoogleAPICallError) -> float | None:
    """Seconds GA4 wants to be left alone: of the header, or of a RetryInfo among the details."""
    for one in call.details or ():
        told = one.get("retryDelay") if isinstance(one, dict) else None
        if told is not None and re.fullmatch(r"\d{1,6}(\.\d+)?s", str(told)):
            return float(str(told)[:-1])
        delay: Any = getattr(one, "retry_delay", None)
        if delay is not None:
            return min(DAY, max(0.0, float(delay.seconds)))
    return retry_after(_headers(call))


def _to_midnight(call: calls.GoogleAPICallError) -> float:
    """Seconds to midnight in California by the answer's own date; else a quarter of a day."""
    try:
        told = parsedate_to_datetime(_headers(call).get("Date", ""))
    except (ValueError, TypeError):
        return DAY / 4
    local = told.astimezone(ZoneInfo("America/Los_Angeles"))
    passed = local.hour * HOUR + local.minute * 60 + local.second
    return DAY - passed
