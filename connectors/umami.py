"""Asks Umami (cloud or self-hosted) for numbers by day; changes nothing.

    [sources.umami]
    connector = "umami"
    url = "https://umami.example.com"
    user = "krtracker"
    password = "${env:UMAMI_PASSWORD}"
    website = "3f2c0a5e-7f0e-4d3c-9a51-6d1c5a1f0b11"

    [metrics.visitors]
    title = "Daily visitors"
    kind = "count"
    source = "umami"
    standard = "dau"

    [metrics.downloads]
    title = "Downloads"
    kind = "count"
    source = "umami"
    report = { metrics = ["events"], events = ["download"] }

On Umami Cloud write `api_key = "${env:UMAMI_KEY}"` instead of `url`, `user` and `password`. Days
are those of the metric's time zone. Visitors, page views and events of any days come by one
request; visits, their length and trailing visitors by one request a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field, model_validator

from connectors._http import Http, Limits
from connectors._http_auth import Auth, header
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._site_tables import Tables, told
from connectors._umami_asking import Asking
from connectors._umami_login import Login
from connectors._umami_options import ALIVE, PRODUCT, UmamiQuery
from krtracker.connector import Answer, Ask, ConnectorError, Deadline, Secret, Window

CLOUD = "https://api.umami.is/v1"
CLOUD_RATE = "3/s"
"""Umami Cloud takes 50 requests in 15 seconds."""


class UmamiSource(LimitOptions):
    """The connector's part of `[sources.ID]`: `api_key`, or `url` with `user` and `password`."""

    website: str = Field(pattern=r"^[0-9a-fA-F-]{36}$")
    url: Address | None = None
    user: str | None = None
    password: Secret | None = None
    api_key: Secret | None = None

    @model_validator(mode="after")
    def _one_login(self) -> UmamiSource:
        own = self.user is not None and self.password is not None and self.url is not None
        half = self.user is not None or self.password is not None
        if (self.api_key is not None) == own or (half and not own):
            raise ValueError("write `api_key`, or `url` with `user` and `password`")
        return self


class UmamiConnector:
    """One website of Umami."""

    SourceOptions = UmamiSource
    QueryOptions = UmamiQuery
    standards = PRODUCT.standards

    def __init__(self, options: UmamiSource) -> None:
        self._website = options.website
        self._login: Login | None = None
        limits = options.limits(CLOUD_RATE if options.url is None else "")
        if options.api_key is not None:
            base, auth = options.url or CLOUD, header("x-umami-api-key", options.api_key)
        else:
            base, auth = self._own(options, limits)
        self._http = Http(base, auth, limits=limits)

    def fetch(
        self, asks: Sequence[Ask[UmamiQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order; what several metrics need is asked for once."""
        questions = [(ask.query.question(), ask.window) for ask in asks]
        asking = Asking(self._http, self._website, deadline)
        tables = Tables(asking.table, questions, ALIVE, locked_out=lambda: self._http.locked_out)

        def answer(query: UmamiQuery, window: Window, _deadline: Deadline) -> Answer:
            return told(query.question(), window, tables)

        return self._http.answers(asks, deadline, answer)

    def close(self) -> None:
        self._http.close()
        if self._login is not None:
            self._login.close()

    def _own(self, options: UmamiSource, limits: Limits) -> tuple[str, Auth]:
        """The address of a self-hosted Umami and the login to it."""
        base = f"{(options.url or '').rstrip('/').removesuffix('/api')}/api"
        secret = options.password or Secret("")
        self._login = Login(base, options.user or "", secret, limits=limits)
        return base, self._login
