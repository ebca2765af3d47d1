"""Asks Mixpanel's Query API for numbers by day of the project; changes nothing there.

    [sources.product]
    connector = "mixpanel"
    project_id = 2195193
    username = "krtracker.a1b2c3.mp-service-account"
    secret = "${env:MIXPANEL_SECRET}"
    timezone = "US/Pacific"

    [metrics.uploads]
    title = "People who uploaded"
    kind = "count"
    source = "product"
    standard = "dau"
    events = "Upload finished"

    [metrics.rolling_users]
    title = "Monthly active users"
    kind = "count"
    source = "product"
    report = { bookmark_id = 61234567 }

Days are those of the project's time zone, which must be the source's. `username` and `secret` are
of a service account; without them the project's own secret, and no `project_id`. In Europe write
url = "https://eu.mixpanel.com/api/query". Sixty queries an hour are allowed: metrics that count
events over the same days share one request, and so do retentions of one cohort.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field, model_validator

from connectors._asked_once import AskedOnce
from connectors._http import Http
from connectors._http_auth import Auth, basic
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._mixpanel_options import PRODUCT, MixpanelQuery
from connectors._mixpanel_questions import announce, rows
from connectors._mixpanel_talk import Talk
from connectors._rows import answer
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Secret,
    Window,
)

RATE = "60/h"
"""What Mixpanel allows a project."""


class MixpanelSource(LimitOptions):
    """The connector's part of `[sources.ID]`; `max_requests` is 60/h unless written."""

    url: Address = "https://mixpanel.com/api/query"
    project_id: int | None = Field(default=None, gt=0)
    username: str | None = Field(default=None, min_length=1)
    secret: Secret

    @model_validator(mode="after")
    def _whole(self) -> MixpanelSource:
        if (self.username is None) != (self.project_id is None):
            raise ValueError("a service account needs `username` and `project_id`")
        return self

    def auth(self) -> Auth:
        """A service account, or the project's secret in the place of a user."""
        if self.username is not None:
            return basic(self.username, self.secret)
        return basic(self.secret, Secret(""))


class MixpanelConnector:
    """One project of Mixpanel."""

    SourceOptions = MixpanelSource
    QueryOptions = MixpanelQuery
    standards = PRODUCT.standards

    def __init__(self, options: MixpanelSource) -> None:
        limits = options.limits(RATE)
        self._http = Http(options.url, options.auth(), limits=limits, complaint=_said)
        self._project = options.project_id

    def fetch(
        self, asks: Sequence[Ask[MixpanelQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        talk = Talk(AskedOnce(self._http, deadline), self._project)
        for ask in asks:
            announce(ask.query, ask.window, talk)

        def answered(query: MixpanelQuery, window: Window, _: Deadline) -> Answer:
            names, found = rows(query, window, talk)
            days = {"from_date": str(window.first), "to_date": str(window.last)}
            saved = query.report is not None and query.report.bookmark_id is not None
            return answer(names, found, window, parameters=days, clipped=saved)

        return self._http.answers(asks, deadline, answered)

    def close(self) -> None:
        self._http.close()


def _said(found: Any) -> str | None:
    """What went wrong in an answer with 200."""
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, str) and error else None
