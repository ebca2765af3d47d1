"""A PostHog server over a real socket, with answers that ClickHouse gave to the same queries.

    python -m tests.connectors.posthog_project

records them anew (`chdb` must be installed): the events of `posthog/events.json` are put into a
table as HogQL shows it, and what the connector sends is run there with its values bound.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from krtracker import registry
from krtracker.connector import Ask, Deadline, Window
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.posthog_cases import CASES
from tests.connectors.product_asking import HERE, WINDOW, Table, fetched

TOKEN = "phx_c4n4ry/t0p+s3cret"
PATH = "/api/projects/12345/query/"
FILE = HERE / "posthog" / "recorded.json"
Run = Callable[[str, dict[str, Any]], Any]


def source(url: str) -> Table:
    return {"url": url, "project_id": 12345, "token": TOKEN}


def error(status: int, kind: str, code: str, detail: str) -> Given:
    told = {"type": kind, "code": code, "detail": detail, "attr": None}
    return Given(json.dumps(told).encode(), status=status)


def answering(run: Run) -> Callable[[Heard], Given]:
    """Answers as the query API does, after `run` has found the rows."""

    def answer(heard: Heard) -> Given:
        if heard.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "authentication_error", "authentication_failed", "Invalid token.")
        if (heard.method, heard.path) != ("POST", PATH):
            return error(404, "invalid_request", "not_found", "Endpoint not found.")
        query = json.loads(heard.body)["query"]
        found = run(query["query"], query["values"])
        if found is None:
            return error(400, "validation_error", "illegal_hogql", "Unable to resolve field.")
        return Given(json.dumps({**found, "hasMore": False, "error": None}).encode())

    return answer


def replayed() -> Run:
    """What ClickHouse said to the same text and values; None to any other."""
    known = {
        (one["query"], json.dumps(one["values"])): one["answer"]
        for one in json.loads(FILE.read_text("utf-8"))
    }
    return lambda query, values: known.get((query, json.dumps(values)))


def record() -> None:
    """Runs every case alone and all together, and keeps what ClickHouse answered."""
    kept: dict[str, Any] = {}
    run = _clickhouse()

    def keeping(query: str, values: dict[str, Any]) -> Any:
        kept[query + json.dumps(values)] = one = {"query": query, "values": values}
        one["answer"] = run(query, values)
        return one["answer"]

    with FaultyServer(answering(keeping)) as server:
        for case in CASES.values():
            fetched("posthog", source(server.url), [case[0]])
        fetched("posthog", source(server.url), [case[0] for case in CASES.values()])
        windows = (WINDOW, replace(WINDOW, first=WINDOW.last), replace(WINDOW, last=WINDOW.first))
        fetch_over(server.url, windows)
        for window in windows:
            fetch_over(server.url, [window])
    FILE.write_text(json.dumps(list(kept.values()), indent=1) + "\n", "utf-8")


def fetch_over(url: str, windows: Sequence[Window]) -> None:
    """The first case over several windows, as the contract kit asks."""
    kind = registry.load("posthog")
    query = kind.QueryOptions.model_validate(CASES["dau"][0])
    opened = kind(kind.SourceOptions.model_validate(source(url)))
    list(opened.fetch([Ask(query, window) for window in windows], Deadline(10)))
    opened.close()


def _clickhouse() -> Run:
    session = importlib.import_module("chdb.session").Session()
    session.query(
        "CREATE TABLE events (person_id String, timestamp DateTime64(6, 'UTC'), event String, "
        "properties Tuple(`$session_id` Nullable(String), plan Nullable(String))) ENGINE Memory"
    )
    for event in json.loads((HERE / "posthog" / "events.json").read_text("utf-8")):
        person, at, name, visit, plan = (_literal(one) for one in event)
        session.query(
            f"INSERT INTO events SELECT {person}, toDateTime64({at}, 6, 'Europe/Berlin'), {name}, "
            f"tuple({visit}, {plan})"
        )

    def run(query: str, values: dict[str, Any]) -> Any:
        text = re.sub(r"\{(\w+)\}", lambda found: _literal(values[found[1]]), query)
        # HogQL's name for what is plain `toDate` in ClickHouse.
        text = text.replace("_toDate(", "toDate(")
        told = json.loads(str(session.query(text, "JSONCompact")))
        rows = [[_number(one) for one in row] for row in told["data"]]
        return {"columns": [one["name"] for one in told["meta"]], "results": rows}

    return run


def _literal(value: Any) -> str:
    return "NULL" if value is None else "'" + value + "'" if isinstance(value, str) else str(value)


def _number(value: Any) -> Any:
    """JSON of ClickHouse writes whole numbers of 64 bits as text, PostHog's does not."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


if __name__ == "__main__":
    record()
