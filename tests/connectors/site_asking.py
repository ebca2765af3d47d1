"""Asks Plausible, Matomo or Umami over a real socket, for the tests of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from krtracker import registry
from krtracker.connector import STANDARD_METRICS, Answer, Ask, ConnectorError, Deadline, Window
from tests.connectors.faulty import Answering, FaultyServer
from tests.connectors.speakers import CANARY, WINDOW, Points, Speaker

Query = Mapping[str, Any]


class Site:
    """One product behind a server of its own; `server.heard` are the requests it got."""

    def __init__(self, speaker: Speaker, good: Answering | None = None) -> None:
        self._speaker = speaker
        self._kind = registry.load(speaker.connector)
        self.server = FaultyServer(good or speaker.good)

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def results(
        self, *queries: Query, window: Window = WINDOW, **source: Any
    ) -> list[Answer | ConnectorError]:
        """All of one fetch by a new connector; none of them shows the credential."""
        options = {**self._speaker.source(self.server.url), **source}
        connector = self._kind(self._kind.SourceOptions.model_validate(options))
        asks = [Ask(self._kind.QueryOptions.model_validate(dict(one)), window) for one in queries]
        try:
            found = list(connector.fetch(asks, Deadline(10)))
        finally:
            connector.close()
        assert CANARY not in f"{found}"
        return found

    def points(self, query: Query, window: Window = WINDOW) -> Points:
        """The points of a query that must not fail."""
        (result,) = self.results(query, window=window)
        assert isinstance(result, Answer), result
        return tuple(result.points)

    def failure(self, query: Query, **source: Any) -> ConnectorError:
        (result,) = self.results(query, **source)
        assert isinstance(result, ConnectorError), result
        return result


def refused(connector: str, table: Query, kind: str = "QueryOptions") -> str:
    """What is said of a table that is refused."""
    with pytest.raises(ValidationError) as caught:
        getattr(registry.load(connector), kind).model_validate(dict(table))
    return str(caught.value)


def matrix_holds(connector: str, needed: Mapping[str, Query]) -> None:
    """Every standard metric is taken, or refused with the reason that the matrix shows."""
    kind = registry.load(connector)
    standards = getattr(kind, "standards", {})
    assert tuple(standards) == STANDARD_METRICS
    for name, (known, words) in standards.items():
        table = {"standard": name, **needed.get(name, {})}
        assert len(words) > 20
        if known:
            assert kind.QueryOptions.model_validate(table)
        else:
            assert words in refused(connector, table)
