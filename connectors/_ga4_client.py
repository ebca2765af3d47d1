"""Google's own client of GA4 on a connection that can be cut: sends one request of reports."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import (
    BetaAnalyticsDataGrpcTransport,
    BetaAnalyticsDataRestTransport,
)
from google.analytics.data_v1beta.types import BatchRunReportsRequest, BatchRunReportsResponse
from google.api_core import grpc_helpers
from google.api_core.gapic_v1.client_info import ClientInfo
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import BaseAdapter

from connectors._ga4_access import SCOPES, Access
from connectors._ga4_failures import RAISED, Judged, Place, judge
from connectors._ga4_heard import Heard, heard
from connectors._ga4_plan import Page, request
from connectors._ga4_target import Target, is_loopback
from connectors._http_line import Line
from connectors._http_words import Words
from krtracker.connector import ConnectorError, Deadline, SourceRejectedError, UnexpectedAnswerError

MOST_BYTES = 50_000_000
FIRST_PAUSE = 0.5
"""Seconds, doubled for the second and drawn between nothing and that."""
MOST_OF_THE_REST = 0.1
"""The share of a deadline's rest that one such pause may take."""


class RefusedError(Exception):
    """GA4 refuses a request for something in it, perhaps not all of it; `said` are its words."""

    def __init__(self, failure: ConnectorError, said: str) -> None:
        super().__init__(str(failure))
        self.failure, self.said = failure, said


class WholeSourceError(Exception):
    """The failure holds for every other request of this source as well."""

    def __init__(self, failure: ConnectorError) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Client:
    """One talk with GA4, from one thread; `cut` ends it from any other."""

    def __init__(self, target: Target, login: Access, deadline: Deadline) -> None:
        self._target, self._deadline = target, deadline
        self._closing = threading.Event()
        parts = urlsplit(target.endpoint)
        words = Words(login.secrets)
        self._place = Place(
            parts.netloc, target.property, login.account, words, deadline.remaining()
        )
        self._line = Line(target.ca_file)
        roots = _roots(target.ca_file) if target.ca_file else None
        self._transport = (
            _grpc(target, login, roots)
            if target.transport == "grpc"
            else _rest(target, login, _Adapter(self._line, deadline))
        )
        self._client = BetaAnalyticsDataClient(transport=self._transport)

    def ask(self, pages: Sequence[Page]) -> list[Heard]:
        """The pages, in order, by one request.

        Raises RefusedError or WholeSourceError, and the failure itself where it holds for these
        pages alone. What may pass by itself is tried again, inside the deadline.
        """
        message = BatchRunReportsRequest(
            property=self._target.property, requests=[request(one) for one in pages]
        )
        number = 1
        while True:
            judged = self._tried(message)
            if isinstance(judged, BatchRunReportsResponse):
                return _pages(judged, pages)
            pause = self._pause(judged, number)
            if number >= judged.tries or pause >= self._deadline.remaining():
                raise _raised(judged)
            self._closing.wait(pause)
            number += 1

    def cut(self) -> None:
        """Ends what runs now, and lets go of the connection."""
        self._closing.set()
        self._line.cut()
        if self._target.transport == "grpc":
            self._transport.close()

    def _tried(self, message: BatchRunReportsRequest) -> BatchRunReportsResponse | Judged:
        left = self._deadline.remaining()
        if not left or self._closing.is_set():
            return Judged(self._place.late, whole=False)
        try:
            return self._client.batch_run_reports(message, timeout=left, retry=None)
        except RAISED as trouble:
            if self._deadline.expired or self._closing.is_set():
                return Judged(self._place.late, whole=False)
            return judge(trouble, self._place)

    def _pause(self, judged: Judged, number: int) -> float:
        told = getattr(judged.failure, "retry_after", None)
        if told is not None:
            return float(told)
        rest = self._deadline.remaining() * MOST_OF_THE_REST
        return random.SystemRandom().uniform(0, min(FIRST_PAUSE * 2 ** (number - 1), rest))


def _raised(judged: Judged) -> Exception:
    if judged.refused:
        return RefusedError(judged.failure, judged.said)
    return WholeSourceError(judged.failure) if judged.whole else judged.failure


def _pages(told: BatchRunReportsResponse, pages: Sequence[Page]) -> list[Heard]:
    reports = BatchRunReportsResponse.pb(told).reports
    if len(reports) != len(pages):
        raise UnexpectedAnswerError(
            f"asked for {len(pages)} reports, but the answer holds {len(reports)}"
        )
    return [heard(one, page.report) for one, page in zip(reports, pages, strict=True)]


class _Adapter(BaseAdapter):
    """Lets the session of Google's client speak over a line that keeps to the deadline."""

    def __init__(self, line: Line, deadline: Deadline) -> None:
        super().__init__()
        self._line, self._deadline = line, deadline

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        asked = requests.Request(
            request.method, request.url, headers=request.headers, data=request.body
        )
        answered = self._line.exchange(asked, self._deadline, MOST_BYTES)
        response = requests.Response()
        response.status_code, response.reason = answered.status, answered.reason
        response.headers.update(answered.headers)
        response.url, response.request = request.url or "", request
        response._content = answered.body  # where requests itself keeps it
        return response

    def close(self) -> None:
        self._line.close()


class _RestTransport(BetaAnalyticsDataRestTransport):
    """REST over our line: a refused token is not asked for again, no redirect is followed."""

    def __init__(self, adapter: _Adapter, **options: Any) -> None:
        super().__init__(**options)
        login = requests.Session()
        authorized: Any = AuthorizedSession
        session = authorized(
            self._credentials, refresh_status_codes=(), auth_request=Request(session=login)
        )
        for one in (login, session):
            one.mount("https://", adapter)
            one.mount("http://", adapter)
            one.max_redirects = 0
            one.trust_env = False
        self._session = session
        # Its methods were bound to the session it made for itself.
        prepare: Any = self._prep_wrapped_messages
        about: Any = ClientInfo
        prepare(about())


def _rest(target: Target, login: Access, adapter: _Adapter) -> Any:
    parts = urlsplit(target.endpoint)
    return _RestTransport(
        adapter, host=parts.netloc, url_scheme=parts.scheme, credentials=login.credentials
    )


def _grpc(target: Target, login: Access, roots: bytes | None) -> Any:
    """gRPC over TLS, whose calls keep to their deadline by themselves."""
    parts = urlsplit(target.endpoint)
    secure = import_module("grpc").ssl_channel_credentials
    options: list[tuple[str, int]] = [
        ("grpc.max_receive_message_length", MOST_BYTES),
        ("grpc.max_send_message_length", -1),
    ]
    if is_loopback(parts.hostname or ""):
        options.append(("grpc.enable_http_proxy", 0))
    channel = grpc_helpers.create_channel(
        f"{parts.hostname}:{parts.port or 443}",
        credentials=login.credentials,
        default_scopes=SCOPES,
        ssl_credentials=secure(root_certificates=roots) if roots else None,
        options=options,
    )
    return BetaAnalyticsDataGrpcTransport(channel=channel)


def _roots(ca_file: Path) -> bytes:
    try:
        return ca_file.read_bytes()
    except OSError as error:
        raise SourceRejectedError(f"`ca_file` {ca_file} cannot be read: {error.strerror}") from None
