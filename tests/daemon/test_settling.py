"""Evaluating and publishing: when it is due, who hears of it, and what a full disk does to it."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime

import pytest

from krtracker.daemon.logs import Log
from krtracker.daemon.settling import BETWEEN, RECOVERY, Settling
from krtracker.errors import StoreBusyError, StoreUnusableError
from krtracker.model import Evaluation, Status

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
ANSWER = Evaluation(
    "q/dau", "q", "dau", NOW.date(), NOW.date(), Status.ON_TRACK, Status.ON_TRACK, "ahead"
)


class Judge:
    """Evaluates to one answer; publishing fails as long as `broken` says so."""

    def __init__(self) -> None:
        self.published = 0
        self.broken: Exception | None = None

    def evaluate(self) -> tuple[Evaluation, ...]:
        return (ANSWER,)

    def publish(self) -> None:
        if self.broken is not None:
            raise self.broken
        self.published += 1


def made() -> tuple[Judge, Settling, io.StringIO]:
    judge, stream = Judge(), io.StringIO()
    return judge, Settling(judge, Log(stream, as_json=True, now=lambda: NOW), lambda: NOW), stream


def test_a_daemon_settles_once_at_its_start_and_then_waits_for_work() -> None:
    """What a kill left unevaluated between commit and evaluation is caught up."""
    judge, settling, _ = made()
    assert settling.wait(time.monotonic()) == 0.0
    settling.turn()
    assert judge.published == 1
    assert settling.wait(time.monotonic()) is None
    assert settling.published_at == NOW


def test_work_right_after_a_settling_waits_about_a_second() -> None:
    _, settling, _ = made()
    settling.turn()
    settling.touch()
    settling.touch()
    wait = settling.wait(time.monotonic())
    assert wait is not None
    assert BETWEEN / 2 < wait <= BETWEEN
    assert settling.wait(time.monotonic() + BETWEEN) == 0.0


def test_everyone_who_asked_gets_the_same_settling() -> None:
    judge, settling, _ = made()
    wishes = [settling.wish() for _ in range(3)]
    settling.turn()
    assert [wish.result(0) for wish in wishes] == [(ANSWER,)] * 3
    assert judge.published == 1


def test_a_full_disk_is_told_to_who_asked_and_tried_again_later() -> None:
    judge, settling, stream = made()
    judge.broken = StoreUnusableError("the disk is full: free some space")
    wish = settling.wish()
    settling.turn()
    with pytest.raises(StoreUnusableError, match="free some space"):
        wish.result(0)
    assert settling.trouble == "the disk is full: free some space"
    wait = settling.wait(time.monotonic())
    assert wait is not None
    assert BETWEEN < wait <= RECOVERY
    judge.broken = None
    settling.turn()
    assert settling.trouble == ""
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == [
        "degraded",
        "recovered",
        "published",
    ]


def test_a_person_need_not_wait_for_the_next_try_by_itself() -> None:
    judge, settling, _ = made()
    judge.broken = StoreUnusableError("the disk is full")
    settling.turn()
    settling.wish()
    wait = settling.wait(time.monotonic())
    assert wait is not None
    assert wait <= BETWEEN


def test_a_bug_in_an_evaluation_is_logged_and_survived() -> None:
    judge, settling, stream = made()
    judge.broken = ZeroDivisionError("division by zero")
    settling.turn()
    said = json.loads(stream.getvalue())
    assert (said["event"], said["message"]) == ("crashed", "ZeroDivisionError: division by zero")
    judge.broken = None
    settling.turn()
    assert judge.published == 1


def test_who_asks_while_it_ends_is_told_to_come_back() -> None:
    _, settling, _ = made()
    before = settling.wish()
    settling.end()
    after = settling.wish()
    for wish in (before, after):
        with pytest.raises(StoreBusyError, match="is stopping"):
            wish.result(0)
