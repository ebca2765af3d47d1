"""The bench a connector is put on: how it is opened and asked; it judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from krtracker.connector import (
    Answer,
    Ask,
    Connector,
    ConnectorError,
    ConnectorType,
    Deadline,
    Window,
)
from krtracker.testing.watching import ContractError, Holding

LONG_AGO = Window(date(1971, 1, 1), date(1971, 1, 7), "UTC")

Source = Mapping[str, Any]
Query = Mapping[str, Any]
Result = Answer | ConnectorError


@dataclass(frozen=True)
class Bench:
    """A connector with what it is held to; `window` must hold at least one point."""

    kind: ConnectorType
    source: Source
    query: Query
    window: Window
    empty: Window | None = LONG_AGO
    hanging: Query | None = None
    hanging_source: Source | None = None
    failing: Query | None = None
    broken: Source | None = None
    patience: float = 0.5
    seconds: float = 30.0
    said: list[str] = field(default_factory=list)

    def ask(self, window: Window | None = None, query: Query | None = None) -> Ask[Any]:
        table = self.kind.QueryOptions.model_validate(dict(query or self.query))
        return Ask(table, window or self.window)

    def open(self, source: Source | None = None) -> Connector[Any]:
        return self.kind(self.kind.SourceOptions.model_validate(dict(source or self.source)))

    def fetch(self, *asks: Ask[Any], source: Source | None = None) -> list[Result]:
        """All results of one fetch; a failure of the contract that is raised counts as the last."""
        connector = self.open(source)
        results: list[Result] = []
        try:
            with Holding("three-failures", ConnectorError):
                results.extend(connector.fetch(asks, Deadline(self.seconds)))
        except ConnectorError as failure:
            results.append(failure)
        finally:
            connector.close()
        self.note(connector, *results)
        return results

    def note(self, *things: object) -> None:
        """Keeps all that a person would be shown, for the search for secrets."""
        for thing in things:
            self.said.extend([str(thing), repr(thing), repr(getattr(thing, "__cause__", None))])

    def answer(self, window: Window | None = None) -> Answer:
        """The answer to the good query."""
        results = self.fetch(self.ask(window))
        if len(results) != 1 or not isinstance(results[0], Answer):
            raise ContractError("one-result-per-ask", f"one good ask gave {results!r}")
        return results[0]
