"""The contract kit: holds a connector to the contract, rule by rule; it knows none by name.

    from krtracker.testing import check_connector

    def test_contract() -> None:
        check_connector("sql", {"url": url}, {"query": query}, window=Window(first, last, "UTC"))

Each broken rule is a ContractError whose `rule` names it. Cases only the caller can make (a source
that hangs, a query that fails) are given as `hanging`, `failing` and `broken`.
"""

from __future__ import annotations

from typing import Any

from krtracker import registry
from krtracker.connector import Answer, ConnectorType, Window
from krtracker.testing.bench import Bench, Query, Source
from krtracker.testing.rules import RULES
from krtracker.testing.watching import ContractError, quiet, secrets

__all__ = ["Bench", "ContractError", "check_connector"]


def check_connector(
    connector: str | ConnectorType,
    source: Source,
    query: Query,
    *,
    window: Window,
    **cases: Any,
) -> Answer:
    """Holds a connector to every rule it has the cases for, and gives the answer it saw.

    `connector` is a registered name or a type. `cases` are those of Bench: `empty` (a window with
    no points, None where there is none), `hanging` and `hanging_source` (a query, a source that
    never answers), `failing` (a query that fails), `broken` (a source that cannot be reached),
    `patience` and `seconds`. Raises ContractError.
    """
    kind = registry.load(connector) if isinstance(connector, str) else connector
    bench = Bench(kind, source, query, window, **cases)
    with quiet(bench.said):
        for rule in RULES:
            rule(bench)
    _no_secret(bench)
    return bench.answer()


def _no_secret(bench: Bench) -> None:
    hidden: set[str] = set()
    for source in (bench.source, bench.broken, bench.hanging_source):
        hidden |= secrets(bench.kind, source) if source is not None else set()
    if any(secret in text for secret in hidden for text in bench.said):
        raise ContractError("no-secret", "a secret stands in a message, a note or the log")
