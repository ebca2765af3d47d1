"""Asks Amplitude's Dashboard REST API for numbers by day of the project; changes nothing there.

    [sources.product]
    connector = "amplitude"
    api_key = "${env:AMPLITUDE_API_KEY}"
    secret_key = "${env:AMPLITUDE_SECRET_KEY}"
    timezone = "America/Los_Angeles"

    [metrics.active]
    title = "Monthly active users in Germany"
    kind = "count"
    source = "product"
    standard = "mau"
    where = { country = "Germany" }

    [metrics.revenue]
    title = "Revenue"
    kind = "count"
    source = "product"
    report = { event = "Purchase", measure = "sums", property = "amount" }

Days are those of the project's time zone, which must be the source's. `where` and `by` name user
properties (Amplitude's own such as `country`, or yours), or `event.NAME` for the event's. In Europe
write url = "https://analytics.eu.amplitude.com/api/2". Windows longer than a year (retention: 120
days) are asked in parts; metrics that need the same chart share one request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors._amplitude_options import PRODUCT, AmplitudeQuery
from connectors._amplitude_questions import rows
from connectors._amplitude_talk import Talk
from connectors._asked_once import AskedOnce
from connectors._http import Http
from connectors._http_auth import basic
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._rows import answer
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Secret,
    Window,
)


class AmplitudeSource(LimitOptions):
    """The connector's part of `[sources.ID]`."""

    url: Address = "https://amplitude.com/api/2"
    api_key: Secret
    secret_key: Secret


class AmplitudeConnector:
    """One project of Amplitude."""

    SourceOptions = AmplitudeSource
    QueryOptions = AmplitudeQuery
    standards = PRODUCT.standards

    def __init__(self, options: AmplitudeSource) -> None:
        auth = basic(options.api_key, options.secret_key)
        self._http = Http(options.url, auth, limits=options.limits())

    def fetch(
        self, asks: Sequence[Ask[AmplitudeQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        talk = Talk(AskedOnce(self._http, deadline))

        def answered(query: AmplitudeQuery, window: Window, _: Deadline) -> Answer:
            names, found = rows(query, window, talk)
            days = {"start": f"{window.first:%Y%m%d}", "end": f"{window.last:%Y%m%d}"}
            return answer(names, found, window, parameters=days)

        return self._http.answers(asks, deadline, answered)

    def close(self) -> None:
        self._http.close()
