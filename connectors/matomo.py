"""Asks Matomo (on premise or cloud) by its Reporting API for numbers by day; changes nothing.

    [sources.matomo]
    connector = "matomo"
    url = "https://matomo.example.com"
    site = 1
    token = "${env:MATOMO_TOKEN}"
    timezone = "Europe/Berlin"

    [metrics.visit_length]
    title = "Average visit"
    kind = "duration"
    source = "matomo"
    standard = "session_duration"

    [metrics.orders]
    title = "Orders"
    kind = "count"
    source = "matomo"
    report = { method = "Goals.get", metrics = ["nb_conversions"], params = { idGoal = "3" } }

`token` belongs to a user with the right to view the site and goes in the body of the request. Days
are those of the site's time zone, which must be the source's. All metrics of a source come by one
request (`API.getBulkRequest`), `batch` of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from connectors._http import Http
from connectors._http_auth import form_field
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._matomo_bulk import Bulk
from connectors._matomo_options import ALIVE, PRODUCT, MatomoQuery
from connectors._matomo_reading import read, refuse_other_days
from connectors._site_question import Sheet
from connectors._site_tables import Table, Tables, may_be_zero, told
from krtracker.connector import Answer, Ask, ConnectorError, Deadline, Secret, Window


class MatomoSource(LimitOptions):
    """The connector's part of `[sources.ID]`; lower `batch` where the server takes too long."""

    url: Address
    site: int = Field(gt=0)
    token: Secret
    batch: int = Field(default=25, ge=1, le=200)


class MatomoConnector:
    """One site of Matomo."""

    SourceOptions = MatomoSource
    QueryOptions = MatomoQuery
    standards = PRODUCT.standards

    def __init__(self, options: MatomoSource) -> None:
        self._options = options
        url = options.url.removesuffix("/index.php")
        self._http = Http(url, form_field("token_auth", options.token), limits=options.limits())

    def fetch(
        self, asks: Sequence[Ask[MatomoQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order; all reports by one request."""
        questions = [(ask.query.question(), ask.window) for ask in asks]
        options = self._options
        bulk = Bulk(self._http, options.site, size=options.batch, deadline=deadline)
        for question, window in questions:
            bulk.want((column.sheet, window) for column in question.columns)
            if may_be_zero(question, ALIVE):
                bulk.want([(ALIVE.sheet, window)])

        def table(sheet: Sheet, metrics: tuple[str, ...], window: Window) -> Table:
            raw = bulk.report(sheet, window)
            refuse_other_days(bulk.zone(), window)
            return read(raw, sheet, metrics, window=window)

        tables = Tables(table, questions, ALIVE, locked_out=lambda: self._http.locked_out)

        def answer(query: MatomoQuery, window: Window, _deadline: Deadline) -> Answer:
            return told(query.question(), window, tables)

        return self._http.answers(asks, deadline, answer)

    def close(self) -> None:
        self._http.close()
