"""The generated event database: labelled, repeatable, of the promised size and shape."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from krtracker.demo import DemoFacts, catch_up, generate, late_day

TODAY = date(2027, 3, 3)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> DemoFacts:
    return generate(tmp_path_factory.mktemp("demo") / "data" / "events.sqlite", today=TODAY)


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def test_the_file_says_itself_that_it_is_generated(facts: DemoFacts) -> None:
    assert "GENERATED" in ask(facts.database, "select line from about")[0][0]


def test_it_holds_about_200_000_events_of_18_months_up_to_yesterday(facts: DemoFacts) -> None:
    found = ask(facts.database, "select count(*), min(date(ts)), max(date(ts)) from events")
    assert found == [(facts.events, str(facts.first), str(TODAY - timedelta(days=1)))]
    assert 180_000 < facts.events < 220_000
    assert facts.days == 548


def test_the_same_day_and_seed_give_the_same_rows(facts: DemoFacts, tmp_path: Path) -> None:
    again = generate(tmp_path / "again.sqlite", today=TODAY)
    rows = "select * from events where id % 997 = 0"
    assert ask(again.database, rows) == ask(facts.database, rows)


def test_weekends_are_quieter_than_weekdays(facts: DemoFacts) -> None:
    counted = ask(
        facts.database,
        "select strftime('%w', ts) in ('0', '6'), count(*) * 1.0 / count(distinct date(ts))"
        " from events group by 1",
    )
    weekday, weekend = (row[1] for row in counted)
    assert weekend < 0.8 * weekday


def test_on_the_day_of_the_outage_two_thirds_are_missing(facts: DemoFacts) -> None:
    outage = TODAY - timedelta(days=12)
    counted = ask(
        facts.database,
        "select count(*) from events"
        f" where date(ts) in ('{outage}', '{outage - timedelta(days=7)}')"
        " group by date(ts) order by date(ts)",
    )
    assert counted[1][0] < 0.45 * counted[0][0]


def test_nobody_used_android_before_the_launch(facts: DemoFacts) -> None:
    first = ask(facts.database, "select min(date(ts)) from events where platform = 'android'")
    assert date.fromisoformat(first[0][0]) >= TODAY - timedelta(days=31)


def test_every_new_user_has_one_sign_up_event(facts: DemoFacts) -> None:
    doubtful = ask(
        facts.database,
        "select count(*) from users left join"
        " (select user_id, count(*) as n from events where name = 'sign_up' group by 1) as e"
        f" on e.user_id = users.id where n is not 1 and created_at >= '{facts.first}'",
    )
    assert doubtful == [(0,)]


def test_no_event_arrived_before_it_happened_or_after_today(facts: DemoFacts) -> None:
    wrong = f"select count(*) from events where received_at < ts or received_at >= '{TODAY}'"
    assert ask(facts.database, wrong) == [(0,)]


def test_surveys_are_a_file_with_their_own_time_of_knowledge(facts: DemoFacts) -> None:
    lines = facts.surveys.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "day,value,recorded_at"
    assert lines[-1] == "2027-01-19,40,2027-01-19T18:00:00+00:00"


def test_a_late_day_adds_its_own_events_and_late_ones_of_the_days_before(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    before = generate(path, today=TODAY)
    added = late_day(path, day=TODAY)
    days = f"select date(ts), count(*) from events where id > {before.events} group by 1"
    counted = dict(ask(path, days))
    assert sum(counted.values()) == added
    assert sorted(counted) == [str(TODAY - timedelta(days=back)) for back in (3, 2, 1, 0)]


def test_a_second_late_day_follows_the_first(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    generate(path, today=TODAY)
    late_day(path, day=TODAY)
    late_day(path, day=TODAY + timedelta(days=1))
    twice = "select count(*) - count(distinct id) from users"
    assert ask(path, twice) == [(0,)]
    assert ask(path, "select max(date(created_at)) from users") == [("2027-03-04",)]


def test_catching_up_lets_every_day_happen_that_is_over_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    generate(path, today=TODAY)
    assert catch_up(path, today=TODAY) == 0
    assert catch_up(path, today=TODAY + timedelta(days=2)) > 0
    assert ask(path, "select max(date(ts)) from events") == [("2027-03-04",)]
