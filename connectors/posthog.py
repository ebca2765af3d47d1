"""Asks PostHog by HogQL for numbers by civil day of the metric's zone; changes nothing there.

    [sources.product]
    connector = "posthog"
    project_id = 12345
    token = "${env:POSTHOG_PERSONAL_API_KEY}"

    [metrics.d7]
    title = "Day 7 retention of German sign-ups"
    kind = "ratio"
    source = "product"
    standard = "retention"
    start_event = "sign_up"
    where = { "person.country" = "DE" }

    [metrics.revenue]
    title = "Revenue"
    kind = "count"
    source = "product"
    report.hogql = '''
    SELECT toDate(toTimeZone(timestamp, {zone})) AS day, sum(toFloat(properties.amount)) AS value
    FROM events
    WHERE event = 'purchase' AND timestamp >= fromUnixTimestamp({start_epoch})
      AND timestamp < fromUnixTimestamp({end_epoch})
    GROUP BY day LIMIT 50000
    '''

`token` is a personal API key with the scope `query:read`. In Europe write
url = "https://eu.posthog.com", or your own host. `where` and `by` name properties of the event, or
`person.NAME`. Up to four standard metrics become one query; days are those of the metric's zone,
whatever the project's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from connectors._asked_once import AskedOnce
from connectors._http import Http
from connectors._http_auth import bearer
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._posthog_options import PRODUCT, PosthogQuery
from connectors._posthog_talk import Talk, said
from connectors._rows import answer
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Secret,
    Window,
)

RATE = "240/min"
"""What PostHog allows a project."""


class PosthogSource(LimitOptions):
    """The connector's part of `[sources.ID]`; `max_requests` is 240/min unless written."""

    url: Address = "https://us.posthog.com"
    project_id: Annotated[int, Field(gt=0)]
    token: Secret


class PosthogConnector:
    """One project of PostHog."""

    SourceOptions = PosthogSource
    QueryOptions = PosthogQuery
    standards = PRODUCT.standards

    def __init__(self, options: PosthogSource) -> None:
        base = f"{options.url.rstrip('/')}/api/projects/{options.project_id}"
        self._http = Http(base, bearer(options.token), limits=options.limits(RATE), complaint=said)

    def fetch(
        self, asks: Sequence[Ask[PosthogQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        talk = Talk(AskedOnce(self._http, deadline), asks)

        def answered(query: PosthogQuery, window: Window, _: Deadline) -> Answer:
            names, found = talk.rows(query, window)
            days = {"start": str(window.first), "end": str(window.end), "zone": window.zone}
            return answer(names, found, window, parameters=days)

        return self._http.answers(asks, deadline, answered)

    def close(self) -> None:
        self._http.close()
