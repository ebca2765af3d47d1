"""Asks any API that answers JSON or CSV over HTTP; what is asked stands whole in the metric.

    [sources.crm]
    connector = "http"
    url = "https://api.crm.example/v2"
    auth = { token = "${env:CRM_TOKEN}" }
    max_requests = "30/min"

    [metrics.deals_won]
    title = "Deals won"
    kind = "count"
    source = "crm"

    [metrics.deals_won.request]
    path = "deals/by-day"
    params = { from = "{start}", to = "{last}", zone = "{zone}" }
    rows = "data.days"
    day = "date"
    value = "won"
    pages = { by = "page", param = "page", size = 50, size_param = "per_page" }

`auth` is one of { token }, { header, token }, { param, token }, { user, password } and
{ oauth2 = { token_url, client_id, client_secret, scope } }. Placeholders, bound as values: {start}
and {last} are the first and the last day, {end} the day after it, also as {start:%Y%m%d}; with
_utc or _local instants, with _epoch seconds and with _ms milliseconds; {zone} is the metric's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import Field

from connectors._http import Reply, Request
from connectors._http_pages import Pages, Row
from connectors._http_picks import Picks, found
from connectors._http_request import RequestTable
from connectors._http_tables import HttpOptions
from connectors._http_window import bound, bound_path
from connectors._rows import answer
from connectors._standard_terms import none_answered
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    UnexpectedAnswerError,
    Window,
)

CSV_WANTED = {"Accept": "text/csv, text/plain;q=0.9, */*;q=0.5"}


class HttpSource(HttpOptions):
    """The connector's part of `[sources.ID]`; `max_rows` is the most one metric may answer."""

    max_rows: int = Field(default=100_000, gt=0)


class HttpQuery(Options):
    """The connector's part of `[metrics.ID]`."""

    request: RequestTable


class HttpConnector:
    """Any API; a page's rows are read, and a day that comes twice must say the same twice."""

    SourceOptions = HttpSource
    QueryOptions = HttpQuery
    standards = none_answered("an API's own words are not known: write what to ask as `request`")

    def __init__(self, options: HttpSource) -> None:
        self._http, self._max_rows = options.http(), options.max_rows

    def fetch(
        self, asks: Sequence[Ask[HttpQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return self._http.answers(asks, deadline, self._answer)

    def close(self) -> None:
        self._http.close()

    def _answer(self, query: HttpQuery, window: Window, deadline: Deadline) -> Answer:
        table, picks = query.request, Picks(query.request)

        def read(request: Request) -> tuple[Reply, Any, list[Row]]:
            return self._read(picks, request, deadline)

        rows: list[Row] = []
        for part in _parts(window, table.days_per_request):
            came = Pages(table.pages, self._max_rows).rows(read, _request(table, part))
            rows += came if table.day is not None else _dated(came, part)
        names = picks.names if table.day is not None else ("day", *picks.names)
        told = answer(
            names,
            list(dict.fromkeys(rows)),
            window,
            parameters={"start": str(window.first), "end": str(window.end)},
            clipped=not table.windowed,
        )
        return replace(told, rows=len(rows))

    def _read(
        self, picks: Picks, request: Request, deadline: Deadline
    ) -> tuple[Reply, Any, list[Row]]:
        reply = self._http.reply(request, deadline)
        if picks.table.format == "csv":
            return reply, None, picks.of_csv(reply.csv())
        document = reply.json(partial(_said, picks.table.error))
        return reply, document, picks.of_json(document)


def _request(table: RequestTable, window: Window) -> Request:
    headers = bound(table.headers, window)
    return Request(
        bound_path(table.path, window),
        table.method,
        bound(table.params, window),
        bound(table.body, window),
        bound(table.form, window),
        {**CSV_WANTED, **headers} if table.format == "csv" else headers,
    )


def _parts(window: Window, days: int | None) -> Iterator[Window]:
    """The window in pieces of so many days, oldest first."""
    first, step = window.first, timedelta(days=days or window.days)
    while first <= window.last:
        yield replace(window, first=first, last=min(window.last, first + step - timedelta(days=1)))
        first += step


def _dated(rows: list[Row], window: Window) -> list[Row]:
    if len(rows) > 1:
        raise UnexpectedAnswerError(f"{window.first} has {len(rows)} rows: write `day`")
    return [(window.first, *row) for row in rows]


def _said(error: str | None, document: Any) -> str | None:
    """What the API says went wrong in an answer with 200."""
    said = found(error, document) if error is not None else None
    return str(said) if said else None
