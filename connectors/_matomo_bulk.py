"""Asks Matomo for many reports by one request, and tells the failure of each; reads no numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from connectors._http import Http, Reply, Request
from connectors._site_question import Sheet
from krtracker.connector import (
    ConnectorError,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)

LOCKED = re.compile(r"token_auth|authenticat", re.I)
TEMPORARY = re.compile(
    r"SQLSTATE|deadlock|gone away|lock wait|timed? ?out|maintenance|temporar|try again|too many"
    r"|memory size",
    re.I,
)
SITE = "SitesManager.getSiteFromId"


class Bulk:
    """The reports of one fetch: asked when the first is needed, `size` by a request."""

    def __init__(self, http: Http, site: int, *, size: int, deadline: Deadline) -> None:
        self._http, self._site, self._size, self._deadline = http, site, size, deadline
        self._waiting: dict[str, None] = {}
        self._came: dict[str, Any] = {}
        self._zone: str | None = None

    def want(self, reports: Iterable[tuple[Sheet, Window]]) -> None:
        """Has these asked for together with the first of them."""
        self._waiting.update(dict.fromkeys(self._query(*one) for one in reports))

    def zone(self) -> str | None:
        """The site's time zone, once something was asked."""
        return self._zone

    def report(self, sheet: Sheet, window: Window) -> Any:
        """The raw answer of one report. Raises one of the contract's three failures."""
        query = self._query(sheet, window)
        if query not in self._came:
            self._ask(query)
        found = self._came[query]
        if isinstance(found, ConnectorError):
            raise found
        return found

    def _query(self, sheet: Sheet, window: Window) -> str:
        params = {key: value for key, value in sheet.filter if key != "labels"}
        return urlencode(
            {
                "method": sheet.kind,
                "idSite": self._site,
                "date": f"{window.first},{window.last}",
                "format_metrics": "0",
                "filter_limit": "-1",
                **params,
            }
        )

    def _ask(self, query: str) -> None:
        others = [one for one in self._waiting if one not in self._came and one != query]
        batch = [query, *others[: self._size - 1]]
        try:
            told = self._told(batch)
        except ConnectorError as failure:
            told = [failure] * len(batch)
        self._came.update(zip(batch, told, strict=True))

    def _told(self, batch: Sequence[str]) -> list[Any]:
        about = [] if self._zone else [urlencode({"method": SITE, "idSite": self._site})]
        urls = {f"urls[{place}]": one for place, one in enumerate([*about, *batch])}
        form = {"module": "API", "method": "API.getBulkRequest", "format": "JSON", **urls}
        reply = self._http.reply(Request("index.php", "POST", form=form), self._deadline)
        found = reply.json(failure_of)
        if not isinstance(found, list) or len(found) != len(urls):
            raise reply.unexpected(f"something else than a list of {len(urls)} reports")
        if about:
            self._zone = _zone_of(found[0])
        return [self._judged(reply, one) for one in found[len(about) :]]

    def _judged(self, reply: Reply, one: Any) -> Any:
        failure = failure_of(one)
        if failure is None:
            return one
        failure.args = (reply.words.hidden(str(failure)),)
        if LOCKED.search(str(failure)):
            self._http.locked_out = failure
        return failure


def _zone_of(told: Any) -> str | None:
    site = told[0] if isinstance(told, list) and told else told
    zone = site.get("timezone") if isinstance(site, dict) else None
    return zone if isinstance(zone, str) else None


def failure_of(found: Any) -> ConnectorError | None:
    """What Matomo says with status 200 where it failed all the same."""
    if not isinstance(found, dict) or found.get("result") != "error":
        return None
    said = " ".join(re.sub(r"<[^>]*>", " ", str(found.get("message"))).split())
    text = f"Matomo says: {''.join(c for c in said if c.isprintable())[:300]}"
    if TEMPORARY.search(text):
        return SourceUnavailableError(text)
    if LOCKED.search(text):
        return SourceRejectedError(f"{text}: renew the token of the source")
    if "access" in text:
        return SourceRejectedError(f"{text}: give the token's user the right, or correct `site`")
    return SourceRejectedError(f"{text}: correct what the metric asks for")


def no_report(what: str) -> UnexpectedAnswerError:
    """The failure of a report of another shape."""
    return UnexpectedAnswerError(f"Matomo answered {what}")
