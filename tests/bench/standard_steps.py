"""The daily step of standard metrics over a million rows in PostgreSQL: which rows its plans read.

`python -m pytest -m bench -s tests/bench/standard_steps.py`. PostgreSQL itself writes down the plan
of each statement it runs (auto_explain) with the rows each scan looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Deadline, Window
from tests.bench.standard_events import LAST, fill_postgres, generate, plans, rows_read, scans

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
STEP = Window(LAST - timedelta(days=9), LAST - timedelta(days=7))
STARTS = {"start_event": "sign_up", "goal_event": "publish"}
COUNT = "select count(*) from events where ts >= '{first}' and ts < '{end}'"
OF_USERS = """
select count(*) from events where user_id in
(select user_id from events where ts >= '{first}' and ts < '{end}')
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


def counted(server: Any, text: str, first: date) -> int:
    """Rows from a day to the end of the step, by a statement that is not part of the step."""
    return int(server.execute(text.format(first=first, end=STEP.end))[0][0])


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
    steps = [
        one for plan in plans(log.read_text(errors="replace")[already:]) for one in scans(plan)
    ]
    assert steps
    assert [one["Node Type"] for one in steps if one["Node Type"] == "Seq Scan"] == []
    rows = sum(map(rows_read, steps))
    print(f"\n  {standard:18} read {rows:9,.0f} rows in {len(steps)} scans", end="")
    return rows


@pytest.mark.parametrize("standard", ["dau", "event_count"])
def test_the_daily_step_reads_its_three_days_alone(server: Any, standard: str) -> None:
    assert read_by(server, standard, {}) <= counted(server, COUNT, STEP.first)


@pytest.mark.parametrize(("standard", "before"), [("wau", 6), ("mau", 29), ("stickiness", 29)])
def test_a_trailing_window_reads_its_look_back_as_well(
    server: Any, standard: str, before: int
) -> None:
    allowed = counted(server, COUNT, STEP.first - timedelta(days=before))
    assert read_by(server, standard, {}) <= allowed


@pytest.mark.parametrize("standard", ["sessions", "session_duration", "bounce_rate"])
def test_sessions_read_a_day_more_on_either_side(server: Any, standard: str) -> None:
    around = COUNT.replace("'{end}'", "timestamp '{end}' + interval '1 day'")
    assert read_by(server, standard, {}) <= counted(server, around, STEP.first - timedelta(days=1))


@pytest.mark.parametrize(
    ("standard", "options"),
    [
        ("new_users", {}),
        ("retention", {"day": 1}),
        ("retention", {"day": 7}),
        ("growth", {}),
    ],
)
def test_what_is_first_ever_looks_up_the_users_of_the_days_alone(
    server: Any, standard: str, options: Mapping[str, Any]
) -> None:
    own, theirs = (counted(server, text, STEP.first) for text in (COUNT, OF_USERS))
    whole = counted(server, COUNT, date(2000, 1, 1))
    rows = read_by(server, standard, options)
    print(f" (the days {own:,}, all of their users {theirs:,}, the table {whole:,})", end="")
    assert rows <= 2 * own + 2 * theirs


def test_sign_ups_look_up_those_who_signed_up(server: Any) -> None:
    assert read_by(server, "sign_ups", {}) <= 2 * counted(server, COUNT, STEP.first)
