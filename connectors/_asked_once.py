"""Asks each request of a fetch once and shares what came, good or bad; keeps nothing after it."""

from __future__ import annotations

from typing import Any

from connectors._http import Http, Request
from krtracker.connector import ConnectorError, Deadline


class AskedOnce:
    """The answers of one fetch: several metrics that need the same request cause one."""

    def __init__(self, http: Http, deadline: Deadline) -> None:
        self._http, self._deadline = http, deadline
        self._came: dict[str, Any] = {}
        self._failed: dict[str, ConnectorError] = {}

    @property
    def locked_out(self) -> bool:
        return self._http.locked_out is not None

    def json(self, request: Request) -> Any:
        """The JSON of the answer. Raises one of the contract's three, again if it did before."""
        key = repr(request)
        if key in self._failed:
            raise self._failed[key]
        if key not in self._came:
            try:
                self._came[key] = self._http.json(request, self._deadline)
            except ConnectorError as failure:
                self._failed[key] = failure
                raise
        return self._came[key]
