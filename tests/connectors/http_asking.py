"""Asks the connector `http` one request over a real socket, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from krtracker import registry
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Window,
)
from tests.connectors.faulty import Answering, FaultyServer, Given, Heard

BERLIN = Window(date(2026, 3, 28), date(2026, 3, 30), "Europe/Berlin")
PICKS = {"rows": "days", "day": "day", "value": "n"}


def given(value: Any, **headers: str) -> Given:
    return Given(json.dumps(value).encode(), headers=headers)


def fetched(
    server: FaultyServer,
    request: Mapping[str, Any],
    window: Window = BERLIN,
    **source: Any,
) -> Answer | ConnectorError:
    kind = registry.load("http")
    options = {"url": server.url, **source}
    connector = kind(kind.SourceOptions.model_validate(options))
    query = kind.QueryOptions.model_validate({"request": {**PICKS, **request}})
    try:
        (result,) = connector.fetch([Ask(query, window)], Deadline(10))
    finally:
        connector.close()
    return result


def heard(request: Mapping[str, Any], **source: Any) -> Heard:
    """What goes out for a request."""
    with FaultyServer(lambda _: given({"days": []})) as server:
        result = fetched(server, request, **source)
        assert isinstance(result, Answer), result
        (one,) = server.heard
        return one


def values(good: Answering, request: Mapping[str, Any], **source: Any) -> list[float]:
    with FaultyServer(good) as server:
        result = fetched(server, request, **source)
    assert isinstance(result, Answer), result
    return [point.value for point in result.points]


def failure(good: Answering, request: Mapping[str, Any], **source: Any) -> ConnectorError:
    with FaultyServer(good) as server:
        result = fetched(server, request, **source)
    assert isinstance(result, ConnectorError), result
    return result
