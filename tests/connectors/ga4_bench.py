"""How tests ask GA4: one server a module, and a table of questions over the first days of March."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Connector, ConnectorError, Deadline, Window
from tests.connectors.ga4_server import Ga4Server, key_text

ZONE = "Europe/Berlin"
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 6)
WINDOW = Window(FIRST, LAST, ZONE)
Result = Answer | ConnectorError
Table = Mapping[str, Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ga4Server]:
    server = Ga4Server(tmp_path_factory.mktemp("ga4"))
    yield server
    server.close()


@pytest.fixture
def server(served: Ga4Server) -> Ga4Server:
    """The server as new."""
    served.reset()
    return served


def opened(source: Table) -> Connector[Any]:
    kind = registry.load("ga4")
    return kind(kind.SourceOptions.model_validate(dict(source)))


def asked(query: Table, window: Window = WINDOW) -> Ask[Any]:
    return Ask(registry.load("ga4").QueryOptions.model_validate(dict(query)), window)


def fetched(source: Table, asks: Sequence[Ask[Any]], seconds: float = 20) -> list[Result]:
    """All results of one fetch; a failure that is raised counts as the last."""
    connector = opened(source)
    results: list[Result] = []
    try:
        results.extend(connector.fetch(asks, Deadline(seconds)))
    except ConnectorError as failure:
        results.append(failure)
    finally:
        connector.close()
    return results


def answer(source: Table, query: Table, window: Window = WINDOW) -> Answer:
    """The answer to one question that must not fail."""
    (result,) = fetched(source, [asked(query, window)])
    assert isinstance(result, Answer), result
    return result


def failure(source: Table, query: Table, seconds: float = 20) -> ConnectorError:
    """The failure of one question that must fail."""
    (result,) = fetched(source, [asked(query)], seconds)
    assert isinstance(result, ConnectorError), result
    return result


def values(told: Answer, segment: str = "") -> dict[int, float]:
    """The values of a segment by day of March."""
    return {one.day.day: one.value for one in told.points if one.segment == segment}


def weights(told: Answer) -> dict[int, float | None]:
    return {one.day.day: one.weight for one in told.points}


def folder_of(path: Path, name: str, text: str) -> str:
    """A file with a text, and its path."""
    (path / name).write_text(text, "utf-8")
    return str(path / name)


@pytest.fixture(autouse=True)
def nothing_secret_is_said(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], server: Ga4Server
) -> Iterator[None]:
    """No test here may let a key or a token be seen, in the log of all libraries neither."""
    with caplog.at_level(logging.DEBUG):
        yield
    said = caplog.text + "".join(capfd.readouterr())
    table = json.loads(key_text())
    tokens = [one.removeprefix("Bearer ") for one in server.tokens if len(one) > 10]
    for secret in (table["private_key"], table["private_key_id"], *tokens):
        assert secret not in said
