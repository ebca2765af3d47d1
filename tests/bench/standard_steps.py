"""The daily step of standard metrics over a million rows in PostgreSQL: which rows its plans read.

`python -m pytest -m bench -s tests/bench/standard_steps.py`. PostgreSQL itself writes down the plan
of each statement it runs (auto_explain) with the rows each scan looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Deadline, Window
from tests.bench.standard_events import LAST, fill_postgres, generate, plans, rows_read, scans

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
STEP = Window(LAST - timedelta(days=9), LAST - timedelta(days=7))
STARTS = {"start_event": "sign_up", "goal_event": "publish"}
PROBE = 1
"""One row of the table tells of which kind its columns are."""
COUNT = "select count(*) from events where ts >= '{first}' and ts < '{end}'"
OF_USERS = """
select count(*) from events where user_id in
(select user_id from events where ts >= '{first}' and ts < '{end}' {more})
"""


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """PostgreSQL with a million events, explaining everything; left as it was found."""
    started = request.getfixturevalue("postgres")
    source = generate(tmp_path_factory.mktemp("steps") / "events.duckdb", 1_000_000)
    fill_postgres(source, started)
    yield started
    started.execute("alter database app reset all", "drop table events")


def counted(server: Any, text: str, *, before: int = 0, after: int = 0, more: str = "") -> int:
    """Rows of the step's days and of some around them, by a statement that is no part of it."""
    first, end = STEP.first - timedelta(days=before), STEP.end + timedelta(days=after)
    return int(server.execute(text.format(first=first, end=end, more=more))[0][0])


def read_by(server: Any, standard: str, options: Mapping[str, Any]) -> float:
    """Rows that the step's plans read of the events; no scan may go through the whole table."""
    log = server.folder / "log"
    already = len(log.read_text(errors="replace"))
    kind = registry.load("sql")
    table = {"table": "events", "user": "user_id", "time": "ts", "event": "name"}
    connector = kind(kind.SourceOptions.model_validate({"url": server.url(), "events": table}))
    query = kind.QueryOptions.model_validate({"standard": standard, **options})
    answers = list(connector.fetch([Ask(query, STEP)], Deadline(60)))
    connector.close()
    assert isinstance(answers[0], Answer), answers
    assert len(answers[0].points) in {3, 12}
    written = plans(log.read_text(errors="replace")[already:])
    steps = [one for plan in written for one in scans(plan) if rows_read(one) > PROBE]
    assert steps
    assert [one["Node Type"] for one in steps if one["Node Type"] == "Seq Scan"] == []
    rows = sum(map(rows_read, steps))
    print(f"\n  {standard:18} read {rows:9,.0f} rows in {len(steps)} scans", end="")
    return rows


@pytest.mark.parametrize("standard", ["dau", "event_count"])
def test_the_daily_step_reads_its_three_days_alone(server: Any, standard: str) -> None:
    assert read_by(server, standard, {}) <= counted(server, COUNT)


@pytest.mark.parametrize(("standard", "before"), [("wau", 6), ("mau", 29), ("stickiness", 29)])
def test_a_trailing_window_reads_its_look_back_as_well(
    server: Any, standard: str, before: int
) -> None:
    assert read_by(server, standard, {}) <= counted(server, COUNT, before=before)


@pytest.mark.parametrize("standard", ["sessions", "session_duration", "bounce_rate"])
def test_sessions_read_a_day_more_on_either_side(server: Any, standard: str) -> None:
    assert read_by(server, standard, {}) <= counted(server, COUNT, before=1, after=1)


def test_new_users_look_up_the_users_of_the_days_alone(server: Any) -> None:
    """Each is looked up twice at most: seen before these days, and if not, when first."""
    days, theirs = counted(server, COUNT), counted(server, OF_USERS)
    rows, whole = read_by(server, "new_users", {}), counted(server, COUNT, before=9000, after=9000)
    print(f" (the days {days:,}, their users' {theirs:,}, the table {whole:,})", end="")
    assert rows <= days + theirs


def test_growth_reads_a_day_more_and_looks_up_the_same_users(server: Any) -> None:
    allowed = counted(server, COUNT, before=1) + counted(server, COUNT) + counted(server, OF_USERS)
    assert read_by(server, "growth", {}) <= allowed


@pytest.mark.parametrize("day", [1, 7])
def test_retention_reads_the_days_of_return_and_looks_up_the_same_users(
    server: Any, day: int
) -> None:
    returns = counted(server, COUNT, before=2 - day, after=2 + day)
    allowed = counted(server, COUNT) + counted(server, OF_USERS) + returns
    assert read_by(server, "retention", {"day": day}) <= allowed


def test_sign_ups_look_up_those_who_signed_up(server: Any) -> None:
    theirs = counted(server, OF_USERS, more="and name = 'sign_up'")
    assert read_by(server, "sign_ups", {}) <= counted(server, COUNT) + 2 * theirs
