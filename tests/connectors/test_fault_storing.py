"""A store under every fault of every API: nothing of a bad answer is kept, nothing secret told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from krtracker import settings, wiring
from krtracker.connector import Point
from krtracker.model import Outcome, Pull, Workspace
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.connectors import faulty
from tests.connectors.fault_cases import CASES, JSON_CASES, SPEAKERS, UNEXPECTED, Case, forms
from tests.connectors.faulty import FaultyServer, Given
from tests.connectors.ga4_property import Property
from tests.connectors.ga4_server import key_text, rest_answer
from tests.connectors.speakers import CANARY, Speaker, points

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAYS = Span(date(2026, 3, 1), date(2026, 3, 3))
BEFORE = (1.0, 2.0, 3.0)
"""What was known of the days before anything went wrong."""

NAMES = (
    *("401", "403", "404", "429 in seconds", "500", "502 with a page", "503 then well"),
    *("slow drip", "cut with length", "cut without length", "wrong content type", "login page"),
    *("endless", "gzip bomb", "redirect in a circle"),
)
PROPERTY = Property()
GA4 = Speaker(
    "ga4",
    lambda url: {"property": 1234, "endpoint": url, "credentials": CANARY},
    {"standard": "sessions"},
    lambda heard: Given(rest_answer(heard.body, PROPERTY)),
    points(150, 180, 130),
    number=b"180",
    window=replace(SPEAKERS["http"].window, zone="Europe/Berlin"),
)
ALL = {**SPEAKERS, "ga4": GA4}


def nan(number: bytes) -> faulty.Fault:
    """The good answer with a day in it that is no number."""
    return lambda talk: talk.answer(
        Given(talk.good.body.replace(number, b"NaN", 1), talk.good.kind)
    )


def cases(speaker: Speaker) -> dict[str, Case]:
    found = {name: CASES[name] for name in NAMES}
    if speaker.json:
        found |= {name: JSON_CASES[name] for name in ("broken JSON", "deep nesting")}
    if speaker.number:
        found["NaN"] = Case(nan(speaker.number), UNEXPECTED)
    return found


HEAD = 'schema = 1\n[store]\npath = "krtracker.duckdb"\n'
TABLES = """
[sources.{id}]
connector = "{connector}"
timezone = "{zone}"
timeout = "{milliseconds}ms"
{source}

[metrics.{id}]
kind = "count"
source = "{id}"
history = "3d"
{query}
"""


def toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return '"${env:KEY}"' if value == CANARY else json.dumps(value)


def lines(table: Mapping[str, Any]) -> str:
    kept = {key: one for key, one in table.items() if one is not None}
    return "\n".join(f"{key} = {toml(one)}" for key, one in _stated(kept))


def _stated(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, one in table.items():
        inner = isinstance(one, Mapping)
        yield key, {name: part for name, part in one.items() if part is not None} if inner else one


def configuration(speaker: Speaker, urls: Mapping[str, str]) -> str:
    """A source and a metric a fault."""
    text = HEAD
    for place, (name, case) in enumerate(cases(speaker).items()):
        text += TABLES.format(
            id=f"m{place}",
            connector=speaker.connector,
            zone=speaker.window.zone,
            milliseconds=int(case.seconds * 1000),
            source=lines(speaker.source(urls[name])),
            query=lines(speaker.query),
        )
    return text


def known(workspace: Workspace) -> Iterator[Pull]:
    """A good answer of yesterday for every metric."""
    told = [Point(day, value) for day, value in zip(DAYS, BEFORE, strict=True)]
    for one in workspace.metrics.values():
        digest = one.query_digest
        yield Pull(one.id, one.source, DAYS, NOW, Outcome.OK, points=told, query_digest=digest)


def secrets(speaker: Speaker) -> tuple[str, set[str]]:
    """The credential, and all forms in which it could be seen."""
    if speaker is not GA4:
        return CANARY, forms(CANARY)
    key = json.loads(key_text())
    return key_text(), {key["private_key_id"], *key["private_key"].splitlines()[1:-1]}


def collected(
    folder: Path, speaker: Speaker, secret: str
) -> tuple[dict[str, tuple[float, ...]], set[str]]:
    """One round over all faults: what is stored of each fault's metric after it, and the tokens
    that were sent."""
    with ExitStack() as stack:
        found = cases(speaker)
        servers = {
            name: stack.enter_context(FaultyServer(speaker.good, one.fault, speaker.spared))
            for name, one in found.items()
        }
        text = configuration(speaker, {name: one.url for name, one in servers.items()})
        (folder / "krtracker.toml").write_text(text, "utf-8")
        workspace = settings.load(folder / "krtracker.toml")
        sources = wiring.sources(workspace, {"KEY": secret})
        stack.callback(sources.close)
        store = stack.enter_context(Store.open(StorePaths(workspace.store_path), now=NOW))
        store.commit(list(known(workspace)), now=NOW)
        tracker = Tracker(workspace=workspace, store=store, sources=sources, now=lambda: NOW)
        tracker.collect(list(workspace.metrics))
        tracker.publish()
        asked = {(name, ""): DAYS for name in workspace.metrics}
        series = store.reader().series(asked)
    stored = {
        name: tuple(map(float, series[f"m{place}", ""].values)) for place, name in enumerate(found)
    }
    heard = [one for server in servers.values() for one in server.heard]
    return stored, {one.headers.get("authorization", "").rpartition(" ")[2] for one in heard} - {""}


def everything(folder: Path) -> Iterator[str]:
    """All bytes of all files, and all that stands packed in those that hold tables."""
    for path in (one for one in folder.rglob("*") if one.is_file()):
        yield path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield repr(duckdb.execute(f"from read_parquet('{path}')").fetchall())
        if path.suffix == ".duckdb" and path.stat().st_size:
            with duckdb.connect(str(path), read_only=True) as database:
                names = database.execute("select schema_name, table_name from duckdb_tables()")
                for schema, table in names.fetchall():
                    yield repr(database.execute(f'from "{schema}"."{table}"').fetchall())


@pytest.mark.parametrize("which", sorted(ALL))
def test_a_fault_leaves_what_was_known_and_tells_no_secret(
    which: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    speaker = ALL[which]
    secret, unseen = secrets(speaker)
    with caplog.at_level(logging.DEBUG):
        series, tokens = collected(tmp_path, speaker, secret)
    good = tuple(one.value for one in speaker.points)
    told = {name: good if one.expected is None else BEFORE for name, one in cases(speaker).items()}
    assert series == told
    said = [caplog.text, *capfd.readouterr(), *everything(tmp_path)]
    assert len(said) > 6
    assert [form for form in unseen | tokens if any(form in text for text in said)] == []
