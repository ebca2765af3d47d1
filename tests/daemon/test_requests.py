"""The writing commands as requests, on a real store and a real source, without a daemon."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from krtracker import wiring
from krtracker.daemon.handover import performing
from krtracker.errors import ConfigurationError, KrtrackerError, StoreBusyError, UsageError
from krtracker.settings import load
from krtracker.store import Snapshot
from tests.daemon.living import Shop, metric

NPS = '\n[metrics.nps]\ntitle = "NPS"\nkind = "number"\nsource = "manual"\n'
DAY = str(datetime.now(UTC).date() - timedelta(days=2))
Events = list[dict[str, Any]]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.write(metric("orders") + NPS)
    made.fill()
    return made


def perform(shop: Shop, request: dict[str, Any], wait: float = 0.0) -> Events:
    return list(
        performing(shop.configuration, request, wiring=wiring, environ=os.environ, wait=wait)
    )


def rows(shop: Shop, sql: str) -> list[tuple[Any, ...]]:
    with Snapshot.open(shop.published) as snapshot:
        return list(snapshot.sql(sql)[1])


def test_a_collection_tells_progress_runs_verdicts_and_an_end(shop: Shop) -> None:
    events = perform(shop, {"command": "collect"})
    kinds = [one["event"] for one in events]
    assert kinds[0] == "progress"
    assert kinds[-2:] == ["evaluated", "done"]
    (run,) = [one for one in events if one["event"] == "run"]
    assert (run["metric"], run["source"], run["outcome"]) == ("orders", "shop", "ok")
    assert run["first"] < run["last"] < str(datetime.now(UTC).date())
    (verdict,) = [one for one in events if one["event"] == "evaluated"]
    assert verdict["key_results"] == sum(verdict["statuses"].values()) == 1


def test_a_backfill_of_some_days_reads_those_days(shop: Shop) -> None:
    perform(shop, {"command": "collect"})
    shop.restate(5, datetime.fromisoformat(DAY).date())
    done = perform(shop, {"command": "backfill", "metric": "orders", "first": DAY, "last": DAY})
    assert [one["revised"] for one in done if one["event"] == "run"] == [1]


def test_a_value_is_recorded_and_taken_back(shop: Shop) -> None:
    recorded = perform(
        shop, {"command": "record", "metric": "nps", "day": DAY, "value": 41, "note": "survey"}
    )
    assert recorded[0]["outcome"] == "recorded"
    assert rows(shop, "select value from krt.observations where metric = 'nps'") == [(41.0,)]
    perform(shop, {"command": "retract", "metric": "nps", "day": DAY})
    assert rows(shop, "select value from krt.observations where metric = 'nps'") == []


def test_an_import_brings_its_own_times_of_knowledge(shop: Shop) -> None:
    known = ["2026-01-05T09:00:00+00:00", "2026-01-06T09:00:00+00:00"]
    done = perform(
        shop,
        {
            "command": "import",
            "metric": "nps",
            "rows": [
                {"day": "2026-01-04", "value": 40, "recorded_at": known[0]},
                {"day": "2026-01-04", "value": 42, "recorded_at": known[1]},
            ],
        },
    )
    runs = [one for one in done if one["event"] == "run"]
    assert [one["recorded_at"] for one in runs] == known


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"command": "explode"}, "no command `explode`"),
        ({}, "no command `None`"),
        ({"command": "backfill"}, "needs `metric`"),
        ({"command": "record", "metric": "nps", "day": "soon", "value": 1}, "`day` must be a day"),
        ({"command": "record", "metric": "nps", "day": DAY, "value": "1"}, "must be a number"),
        ({"command": "record", "metric": "nps", "day": DAY, "value": True}, "must be a number"),
        (
            {
                "command": "import",
                "metric": "nps",
                "rows": [{"day": DAY, "value": 1, "recorded_at": "2026-01-05T09:00:00"}],
            },
            "needs its offset",
        ),
    ],
)
def test_a_request_that_cannot_work_says_why(
    shop: Shop, request_: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        perform(shop, request_)


def test_a_store_held_by_another_command_is_waited_for_and_then_named(shop: Shop) -> None:
    with (
        wiring.open_store(load(shop.configuration)),
        pytest.raises(StoreBusyError, match=f"process {os.getpid()} holds the store since"),
    ):
        perform(shop, {"command": "evaluate"}, wait=0.2)
    assert perform(shop, {"command": "evaluate"})[-1]["event"] == "done"


def test_a_configuration_that_is_not_valid_stops_before_the_store_is_made(shop: Shop) -> None:
    shop.write(metric("orders").replace("query", "qurey"))
    with pytest.raises(ConfigurationError):
        perform(shop, {"command": "collect"})
    assert not shop.published.parent.exists()


def test_a_command_that_is_given_up_keeps_what_was_acknowledged(shop: Shop) -> None:
    events = performing(
        shop.configuration, {"command": "collect"}, wiring=wiring, environ=os.environ
    )
    assert next(events)["event"] == "progress"
    events.close()
    assert perform(shop, {"command": "evaluate"})[-1]["event"] == "done"
    assert rows(shop, "select count(*) from krt.observations")[0][0] >= 60


def test_every_error_keeps_its_exit_code_on_the_way() -> None:
    from krtracker.daemon.requests import failure, raised

    for error in (
        UsageError("a"),
        StoreBusyError("b"),
        ConfigurationError([]),
        KrtrackerError("c"),
    ):
        with pytest.raises(KrtrackerError) as told:
            raised(failure(error))
        assert told.value.exit_code == error.exit_code
