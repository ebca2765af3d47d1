"""Asks Plausible (cloud or self-hosted) by the Stats API v2 for numbers by day; changes nothing.

    [sources.site]
    connector = "plausible"
    site_id = "example.com"
    token = "${env:PLAUSIBLE_KEY}"
    timezone = "Europe/Berlin"

    [metrics.sign_ups]
    title = "Sign-ups"
    kind = "count"
    source = "site"
    standard = "sign_ups"
    events = "Signup"

    [metrics.readers_in_germany]
    title = "Readers in Germany"
    kind = "count"
    source = "site"
    report = { metrics = ["visitors"], filters = [["is", "visit:country", ["DE"]]] }

`token` is a Stats API key; `url` the address of a self-hosted server. Days are those of the site's
time zone, which must be the source's. Metrics with the same filter come by one request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from connectors._http import Http, Request
from connectors._http_auth import bearer
from connectors._http_route import Address
from connectors._http_tables import LimitOptions
from connectors._plausible_options import ALIVE, PERCENTS, PRODUCT, PlausibleQuery, thawed
from connectors._site_question import Sheet
from connectors._site_tables import Table, Tables, civil_day, list_of, table_of, told
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Secret,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)

PAGE = 10_000
"""Rows of one answer at most, as the API has it."""
WARNINGS = ("imports_warning", "imports_skip_reason", "metric_warnings")
SECOND = timedelta(seconds=1)


class PlausibleSource(LimitOptions):
    """The connector's part of `[sources.ID]`; `max_rows` is the most one report may answer."""

    url: Address = "https://plausible.io"
    site_id: str = Field(min_length=1)
    token: Secret
    max_rows: int = Field(default=100_000, gt=0)


class PlausibleConnector:
    """One site of Plausible."""

    SourceOptions = PlausibleSource
    QueryOptions = PlausibleQuery
    standards = PRODUCT.standards

    def __init__(self, options: PlausibleSource) -> None:
        self._options = options
        self._http = Http(options.url, bearer(options.token), limits=options.limits("600/h"))

    def fetch(
        self, asks: Sequence[Ask[PlausibleQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order; the metrics of one filter and window by one request."""
        questions = [(ask.query.question(), ask.window) for ask in asks]

        def ask_table(sheet: Sheet, metrics: tuple[str, ...], window: Window) -> Table:
            return self._table(deadline, sheet, metrics, window=window)

        tables = Tables(ask_table, questions, ALIVE, locked_out=lambda: self._http.locked_out)

        def answer(query: PlausibleQuery, window: Window, _deadline: Deadline) -> Answer:
            return told(query.question(), window, tables)

        return self._http.answers(asks, deadline, answer)

    def close(self) -> None:
        self._http.close()

    def _table(
        self, deadline: Deadline, sheet: Sheet, metrics: tuple[str, ...], *, window: Window
    ) -> Table:
        """All pages of one report. Raises one of the contract's three failures."""
        made, offset, total = Table(), 0, 1
        while offset < total:
            body = _body(self._options.site_id, sheet, metrics, window=window)
            page = {**body, "pagination": {"limit": PAGE, "offset": offset}}
            raw = self._http.json(Request("/api/v2/query", "POST", json=page), deadline)
            found = table_of(raw, "the answer")
            _refuse_other_days(found.get("query"), window)
            results = list_of(found.get("results"), "`results`")
            fresh = [made.put(*_row(one, metrics)) for one in results]
            meta = found.get("meta")
            total, offset = _told_of(meta, offset + len(results), made), offset + PAGE
            if offset < total:
                self._refuse_endless(total, len(results))
            if fresh and not any(fresh):
                raise UnexpectedAnswerError(f"the page from row {offset - PAGE:,} is there twice")
        return made

    def _refuse_endless(self, total: int, rows: int) -> None:
        if total > self._options.max_rows:
            raise SourceRejectedError(
                f"the report has {total:,} rows: take fewer `dimensions`, or raise `max_rows`"
            )
        if rows < PAGE:
            raise UnexpectedAnswerError(f"a page ends after {rows:,} rows, and {total:,} are said")


def _body(site: str, sheet: Sheet, metrics: tuple[str, ...], *, window: Window) -> dict[str, Any]:
    include = {"total_rows": True, **({"imports": True} if sheet.kind == "imports" else {})}
    return {
        "site_id": site,
        "metrics": list(metrics),
        "date_range": [str(window.first), str(window.last)],
        "dimensions": ["time:day", *sheet.by],
        "filters": thawed(sheet.filter),
        "order_by": [["time:day", "asc"], *([one, "asc"] for one in sheet.by)],
        "include": include,
    }


def _row(raw: Any, metrics: tuple[str, ...]) -> tuple[date, Mapping[str, Any], str]:
    row = table_of(raw, "a row")
    labels = list_of(row.get("dimensions"), "`dimensions` of a row")
    cells = list_of(row.get("metrics"), "`metrics` of a row")
    if len(cells) != len(metrics) or not labels:
        raise UnexpectedAnswerError(f"a row has {len(cells)} numbers where {len(metrics)} belong")
    read = {name: _cell(name, cell) for name, cell in zip(metrics, cells, strict=True)}
    return civil_day(labels[0]), read, " / ".join(map(str, labels[1:]))


def _cell(metric: str, raw: Any) -> Any:
    if isinstance(raw, dict):
        return raw.get("value")
    percent = metric in PERCENTS and isinstance(raw, (int, float)) and not isinstance(raw, bool)
    return raw / 100 if percent else raw


def _told_of(meta: Any, rows: int, made: Table) -> int:
    """How many rows there are in all; what Plausible warns of becomes notes."""
    if not isinstance(meta, dict):
        return rows
    said = [f"Plausible says: {str(meta[one])[:200]}" for one in WARNINGS if meta.get(one)]
    made.notes = tuple(dict.fromkeys((*made.notes, *said)))
    total = meta.get("total_rows")
    return total if isinstance(total, int) else rows


def _refuse_other_days(query: Any, window: Window) -> None:
    """Days that begin and end elsewhere than the metric's are other days: refused, not shifted."""
    bounds = query.get("date_range") if isinstance(query, dict) else None
    try:
        first, last = map(datetime.fromisoformat, bounds or ())
        other = first - window.start_utc and last + SECOND - window.end_utc
    except (TypeError, ValueError):
        return
    if other:
        raise SourceRejectedError(
            f"the site's days begin at {first.isoformat()}, those of {window.zone} at "
            f"{window.start_utc.isoformat()}: write the site's zone as `timezone` of the source"
        )
