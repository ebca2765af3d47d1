"""What fails and what heals, as the heartbeat tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from krtracker.daemon.standing import Standing
from krtracker.model import Outcome
from krtracker.schedule import Happening
from krtracker.tracker import Collected, Failure, Paused

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
DOWN = Failure("dau", "shop", Outcome.UNAVAILABLE, "connection refused")
EDITED = Paused("dau", "definition changed", "krtracker backfill dau")


def test_a_failure_stands_until_the_metric_is_answered_again() -> None:
    standing = Standing()
    standing.collected(("dau", "orders"), Collected(failed=(DOWN,)))
    standing.collected(("orders",), Collected())
    assert standing.failing() == {"shop": {"dau": "connection refused"}}
    standing.collected(("dau",), Collected())
    assert standing.failing() == {}


def test_a_persons_command_heals_and_fails_it_too() -> None:
    standing = Standing()
    failed = {"event": "failed", "metric": "dau", "source": "shop", "message": "no table"}
    standing.told(failed)
    assert standing.failing() == {"shop": {"dau": "no table"}}
    standing.told({"event": "run", "metric": "dau", "source": "shop", "outcome": "rejected"})
    assert standing.failing() == {"shop": {"dau": "no table"}}
    standing.told({"event": "run", "metric": "dau", "source": "shop", "outcome": "ok"})
    assert standing.failing() == {}


def test_what_left_the_configuration_no_longer_fails() -> None:
    standing = Standing()
    standing.collected(("dau",), Collected(failed=(DOWN,)))
    standing.keep({"orders": 1})
    assert standing.failing() == {}


def test_a_pause_is_news_once() -> None:
    standing = Standing()
    news = standing.collected(("dau",), Collected(paused=(EDITED,)))
    assert news == ("dau: definition changed; next: krtracker backfill dau",)
    assert standing.collected(("dau",), Collected(paused=(EDITED,))) == ()
    assert standing.collected(("dau",), Collected()) == ()
    assert standing.collected(("dau",), Collected(paused=(EDITED,))) == news


def test_a_pause_stands_until_the_metric_is_answered_again() -> None:
    """A wrong password pauses its metrics: `health` must not call that well."""
    standing = Standing()
    standing.collected(("dau",), Collected(paused=(EDITED,)))
    assert standing.ailing()["paused"] == {
        "dau": "definition changed; next: krtracker backfill dau"
    }
    standing.told({"event": "run", "metric": "dau", "source": "shop", "outcome": "ok"})
    assert standing.ailing() == {"failing": {}, "paused": {}}


def test_a_job_shows_its_next_slot_its_last_end_and_since_when_it_runs() -> None:
    standing, slot = Standing(), NOW + timedelta(days=1)
    standing.happened(Happening("started", "shop", ("dau",)), NOW)
    running = standing.jobs({"shop": slot})["shop"]
    assert (running["next"], running["running_since"]) == (slot.isoformat(), NOW.isoformat())
    standing.happened(Happening("crashed", "shop", ("dau",)), NOW)
    ended = standing.jobs({"shop": None})["shop"]
    assert ended == {
        "next": None,
        "last": NOW.isoformat(),
        "running_since": None,
        "result": "crashed",
    }
