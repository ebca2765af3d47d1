"""Standard metrics from the command line: collected, tried in any bucket, explained, examined."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.cli.world import TODAY, World

START = TODAY - timedelta(days=30)
EVENTS = """
[sources.shop.events]
table = "events"
user = "user_id"
time = "ts"
event = "name"
"""
METRICS = """
[metrics.dau]
title = "Active users"
kind = "count"
source = "shop"
standard = "dau"
history = "20d"

[metrics.d1]
title = "Next-day return"
kind = "ratio"
source = "shop"
standard = "retention"
day = 1
history = "20d"
"""


@pytest.fixture
def shop(world: World) -> World:
    """A user who comes every day at noon, and another who comes every second one."""
    with closing(sqlite3.connect(world.folder / "shop.db")) as database, database:
        database.execute("create table events (user_id text, ts text, name text)")
        days = [TODAY - timedelta(days=n) for n in range(1, 31)]
        rows = [("ann", f"{day} 12:00:00", "view") for day in days]
        rows += [("bob", f"{day} 12:00:00", "view") for day in days[::2]]
        database.executemany("insert into events values (?, ?, ?)", rows)
    world.toml.write_text(world.toml.read_text() + EVENTS)
    metrics = world.folder / "metrics.toml"
    metrics.write_text(metrics.read_text() + METRICS)
    return world


def test_a_standard_metric_is_collected_like_any_other(shop: World) -> None:
    assert shop.run("check").exit_code == 0
    assert shop.run("collect", "dau").exit_code == 0
    rows = shop.run("query", "--csv", "select value from krt.observations where metric = 'dau'")
    assert rows.stdout.split()[1:].count("1.0") == 10
    assert rows.stdout.split()[1:].count("2.0") == 10


def test_a_cohort_is_asked_when_its_day_is_over(shop: World) -> None:
    [point] = shop.json("try", "d1", "--from", str(START), "--to", str(START))["points"]
    assert (point["day"], point["value"], point["weight"]) == (str(START), 1.0, 1.0)


def test_any_bucket_can_be_tried(shop: World) -> None:
    found = shop.json("try", "dau", "--interval", "range")
    assert [one["value"] for one in found["buckets"]] == [2.0]
    assert len(shop.json("try", "dau", "--interval", "hour")["buckets"]) == 7


def test_buckets_are_for_standard_metrics_only(shop: World) -> None:
    refused = shop.run("try", "visits", "--interval", "week")
    assert (refused.exit_code, "standard metrics" in refused.stderr) == (2, True)


def test_the_sql_is_printed_with_what_is_bound(shop: World) -> None:
    said = shop.run("explain-sql", "dau").stdout
    assert "SELECT" in said
    assert "-- param_1" in said
    [told] = shop.json("explain-sql", "visits")["statements"]
    assert set(told["values"]) == {"start", "end"}


def test_doctor_looks_at_the_events(shop: World) -> None:
    findings = [one for one in shop.json("doctor")["findings"] if one["subject"] == "shop events"]
    assert any("no index or partition on `ts`" in one["words"] for one in findings)
    assert {one["verdict"] for one in findings} == {"ok", "warn"}
