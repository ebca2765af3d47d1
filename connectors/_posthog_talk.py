"""Asks PostHog's query API; several standard metrics become one query, each part with a mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from connectors._answer_shape import Row, Rows, Shape
from connectors._asked_once import AskedOnce
from connectors._http import Request
from connectors._posthog_options import PLACEHOLDER, PosthogQuery
from connectors._posthog_standard import COUNTS, MEANS, live_days, select
from connectors._posthog_templates import PART, TOGETHER
from connectors._posthog_words import Words
from krtracker.connector import (
    Ask,
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

POSTHOG = Shape("PostHog")
MOST_ROWS = 50_000
MOST_PARTS = 4
"""Metrics in one query: it may take ten seconds."""
AGAIN = 10.0
"""Seconds after which an answer that PostHog still computes is asked for again."""
Part = tuple[PosthogQuery | None, Window]
"""A standard metric over a window; None for the days on which anything was recorded."""


class Talk:
    """The queries of one fetch; announced first, so that they share requests."""

    def __init__(self, once: AskedOnce, asks: Sequence[Ask[PosthogQuery]]) -> None:
        self._once = once
        self._batches: list[list[Part]] = []
        for ask in asks:
            if ask.query.report is None and ask.query.by is None:
                self._announce((ask.query, ask.window))

    def rows(self, query: PosthogQuery, window: Window) -> Rows:
        """The rows of one metric. Raises one of the contract's three failures."""
        if query.report is not None:
            return self._own(query.report.hogql, window)
        found = self._found((query, window))
        if query.standard in COUNTS:
            if query.by is None and query.standard != "growth":
                found = [*found, *self._zeros(query, window, found)]
            return ("day", "segment", "value"), [(day, name, a) for day, name, a, _ in found]
        kept = [row for row in found if row[3]]
        ways = ("value", "weight") if query.standard in MEANS else ("numerator", "denominator")
        return ("day", "segment", *ways), kept

    def _announce(self, part: Part) -> None:
        if any(part in batch for batch in self._batches):
            return
        if not self._batches or len(self._batches[-1]) == MOST_PARTS:
            self._batches.append([])
        self._batches[-1].append(part)

    def _found(self, part: Part) -> list[Row]:
        """Day, segment, a and b; alone where asking it with others failed for no lack of turns."""
        batch = next((one for one in self._batches if part in one), [part])
        try:
            return self._together(batch)[batch.index(part)]
        except ConnectorError as failure:
            waits = isinstance(failure, SourceUnavailableError) and failure.retry_after is not None
            if len(batch) == 1 or waits or self._once.locked_out:
                raise
        return self._together([part])[0]

    def _zeros(self, query: PosthogQuery, window: Window, found: list[Row]) -> list[Row]:
        """Days of a count without a row on which something else was recorded."""
        days = Counter(str(day) for day, *_ in found)
        if query.window == "calendar" or all(days[str(day)] for day in window.span):
            return []
        if query.standard in ("dau", "event_count"):
            return []
        return [(day, "", 0, 0) for day, *_ in self._found((None, window)) if not days[str(day)]]

    def _together(self, batch: list[Part]) -> list[list[Row]]:
        """The rows of each part of one query."""
        texts, values = [], dict[str, Any]()
        for place, (query, window) in enumerate(batch):
            words = Words(query or PosthogQuery(standard="event_count"), window, f"v{place}_")
            text = select(words) if query is not None else live_days(words)
            texts.append(PART.format(place=place, text=text))
            values.update(words.values)
        columns, rows = self._ask(
            TOGETHER.format(parts=" UNION ALL ".join(texts), most=MOST_ROWS), values
        )
        if len(columns) != 5:
            raise POSTHOG.wrong(("columns",), "five names")
        found: list[list[Row]] = [[] for _ in batch]
        for row in rows:
            place = row[0]
            if not isinstance(place, int) or not 0 <= place < len(found):
                raise POSTHOG.wrong(("results", "part"), "part that was asked for")
            found[place].append(tuple(row[1:]))
        return found

    def _own(self, text: str, window: Window) -> Rows:
        """The rows of a person's query."""
        given: dict[str, Any] = {
            "start": str(window.first),
            "last": str(window.last),
            "end": str(window.end),
            "start_epoch": int(window.start_utc.timestamp()),
            "end_epoch": int(window.end_utc.timestamp()),
            "zone": window.zone,
        }
        named = set(PLACEHOLDER.findall(text))
        columns, rows = self._ask(text, {key: given[key] for key in given if key in named})
        return tuple(map(str, columns)), [tuple(row) for row in rows]

    def _ask(self, text: str, values: dict[str, Any]) -> tuple[list[Any], list[list[Any]]]:
        """The columns and all rows of one query."""
        query = {"kind": "HogQLQuery", "query": text, "values": values}
        body = {"query": query, "refresh": "force_blocking", "name": "krtracker"}
        told = POSTHOG.table(self._once.json(Request("query/", "POST", json=body)))
        if told.get("hasMore") is True:
            raise SourceRejectedError(
                "the query answers more rows than its LIMIT (100 without one): write LIMIT 50000, "
                "and group by day (and segment)"
            )
        columns = POSTHOG.items(told, "columns")
        rows = POSTHOG.items(told, "results")
        if any(not isinstance(row, list) or len(row) != len(columns) for row in rows):
            raise POSTHOG.wrong(("results",), "list of rows as long as `columns`")
        return columns, rows


def said(found: Any) -> ConnectorError | str | None:
    """What went wrong in an answer with 2xx, or that it only says the query was begun."""
    if not isinstance(found, dict):
        return None
    status = found.get("query_status")
    if "results" not in found and isinstance(status, dict):
        if status.get("error") is True:
            return SourceRejectedError(f"PostHog says: {str(status.get('error_message'))[:160]}")
        return SourceUnavailableError("PostHog has begun the query and still computes it", AGAIN)
    error = found.get("error")
    return error if isinstance(error, str) and error else None
