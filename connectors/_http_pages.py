"""Follows the pages of an answer to the last one; refuses those that never end or come again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from connectors._http import Reply, Request
from connectors._http_picks import found
from connectors._http_request import PagesTable
from krtracker.connector import SourceRejectedError, UnexpectedAnswerError

Row = tuple[Any, ...]
Read = Callable[[Request], tuple[Reply, Any, list[Row]]]
"""Asks for one page: its reply, its document (None for CSV) and its rows."""


class Pages:
    """One walk through the pages; `most_rows` is the cap on all of them together."""

    def __init__(self, table: PagesTable | None, most_rows: int) -> None:
        self._table, self._most_rows = table, most_rows
        self._rows: list[Row] = []
        self._seen_rows: set[int] = set()
        self._seen_next: set[str] = set()

    def rows(self, read: Read, request: Request) -> list[Row]:
        """The rows of all pages. Raises UnexpectedAnswerError for pages that do not end."""
        following: Request | None = self._first(request)
        for number in range(1, (self._table.most if self._table else 1) + 1):
            reply, document, rows = read(following or request)
            self._take(rows, number)
            following = self._following(following or request, reply, document, rows=rows)
            if following is None:
                return self._rows
        raise UnexpectedAnswerError(
            f"more than {number} pages came: raise `most` of `pages` if there are so many, "
            "or ask for larger pages or fewer days"
        )

    def _take(self, rows: list[Row], number: int) -> None:
        mark = hash(repr(rows))
        if rows and mark in self._seen_rows:
            raise UnexpectedAnswerError(
                f"page {number} holds the rows of an earlier one: correct `param` of `pages`"
            )
        self._seen_rows.add(mark)
        self._rows += rows
        if len(self._rows) > self._most_rows:
            raise SourceRejectedError(
                f"the answer has more than {self._most_rows:,} rows: ask for a number a day, "
                "or raise `max_rows` of the source"
            )

    def _first(self, request: Request) -> Request:
        table = self._table
        if table is None:
            return request
        if table.size is not None and table.size_param is not None:
            request = self._with(request, table.size_param, table.size)
        if table.by in ("page", "offset"):
            return self._with(request, table.param, self._number(table))
        return request

    def _following(
        self, request: Request, reply: Reply, document: Any, *, rows: list[Row]
    ) -> Request | None:
        table = self._table
        if table is None:
            return None
        total = _total(table, document)
        if table.by in ("page", "offset"):
            ends = not rows or len(rows) < (table.size or 0) or len(self._rows) == total
            self._position = self._number(table) + (1 if table.by == "page" else len(rows))
            after = None if ends else self._with(request, table.param, self._position)
        elif table.by == "cursor":
            cursor = self._moved(found(table.next or "@", document))
            after = None if cursor is None else self._with(request, table.param, cursor)
        else:
            after = self._linked(request, reply, document)
        if after is None and total is not None and not self._complete(total):
            words = f"the source speaks of {total:,} rows, and {len(self._rows):,} came"
            raise UnexpectedAnswerError(f"{words}: correct `pages`")
        return after

    _position: int | None = None

    def _number(self, table: PagesTable) -> int:
        first = table.first if table.first is not None else int(table.by == "page")
        return first if self._position is None else self._position

    def _complete(self, total: int) -> bool:
        """Pages may overlap while rows come in: then every one of them came, some twice."""
        return total in (len(self._rows), len(set(map(repr, self._rows))))

    def _linked(self, request: Request, reply: Reply, document: Any) -> Request | None:
        table = self._table
        stated = found(table.next, document) if table and table.next else _next_link(reply)
        link = self._moved(stated)
        return None if link is None else replace(request, path=urljoin(reply.url, link), params={})

    def _moved(self, told: Any) -> str | None:
        """The next cursor or link; None at the end. It must be another one each time."""
        if told is None or told is False or told == "":
            return None
        if isinstance(told, bool) or not isinstance(told, (str, int)):
            raise UnexpectedAnswerError("`next` of `pages` finds neither text nor a number")
        if str(told) in self._seen_next:
            raise UnexpectedAnswerError("the next page is one that was asked already: it circles")
        self._seen_next.add(str(told))
        return str(told)

    def _with(self, request: Request, name: str | None, value: Any) -> Request:
        """The request with a parameter of the pages, in its address or its body."""
        if self._table is None or name is None:
            return request
        if self._table.into == "params":
            return replace(request, params={**request.params, name: value})
        body = copy.deepcopy(request.json)
        *way, last = name.split(".")
        inside = body
        for key in way:
            inside = inside.setdefault(key, {})
        inside[last] = value
        return replace(request, json=body)


def _total(table: PagesTable, document: Any) -> int | None:
    if table.total is None:
        return None
    total = found(table.total, document)
    if isinstance(total, str) and total.isdecimal() and len(total) < 16:
        total = int(total)
    if isinstance(total, bool) or not isinstance(total, int):
        raise UnexpectedAnswerError(f"`total = {table.total}` of `pages` finds no whole number")
    return total


def _next_link(reply: Reply) -> str | None:
    """The address of `Link: <...>; rel="next"` (RFC 8288)."""
    from requests.utils import parse_header_links

    links = parse_header_links(reply.headers.get("Link", ""))
    return next((one["url"] for one in links if "next" in one.get("rel", "").split()), None)
