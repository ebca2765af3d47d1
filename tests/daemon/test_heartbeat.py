"""The heartbeat file: written whole, read without trouble, and what `health` says of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from krtracker.daemon.heartbeat import Heartbeat, ailments, alive, read, write

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
K003 = "error[K003]: unknown setting `tagret`"
BEAT = Heartbeat(pid=os.getpid(), started_at=NOW.isoformat(), at=NOW.isoformat())


def test_a_beat_is_read_as_it_was_written(tmp_path: Path) -> None:
    beat = replace(BEAT, problems=("a",), failing={"shop": {"dau": "down"}}, degraded="full")
    path = tmp_path / "heartbeat.json"
    write(beat, path)
    found = read(path)
    assert found is not None
    assert found.failing == {"shop": {"dau": "down"}}
    assert (found.pid, found.at, found.degraded) == (beat.pid, beat.at, "full")
    assert [one.name for one in tmp_path.iterdir()] == ["heartbeat.json"]


def test_what_is_no_beat_is_read_as_none(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat.json"
    assert read(path) is None
    for text in ("", "{", "[]", '{"pid": 1}', '"x"'):
        path.write_text(text, encoding="utf-8")
        assert read(path) is None


def test_a_beat_of_a_newer_version_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat.json"
    path.write_text('{"pid": 1, "started_at": "a", "at": "b", "later": 1}', encoding="utf-8")
    assert read(path) == Heartbeat(pid=1, started_at="a", at="b")


def test_a_fresh_beat_ails_nothing() -> None:
    assert ailments(BEAT, NOW + timedelta(seconds=9)) == ()


def test_no_beat_names_the_command_that_starts_one() -> None:
    assert ailments(None, NOW) == ("no daemon runs here: start one with `krtracker run`",)


def test_a_daemon_that_died_is_called_dead_however_fresh_its_beat() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not alive(gone.pid)
    assert "died" in ailments(replace(BEAT, pid=gone.pid), NOW)[0]


def test_a_silent_daemon_is_told_from_a_dead_one() -> None:
    assert "silent for 61 s" in ailments(BEAT, NOW + timedelta(seconds=61))[0]


def test_everything_that_fails_is_named() -> None:
    beat = replace(
        BEAT,
        config_ok=False,
        problems=(f"{K003}\n  --> a.toml:1:1",),
        degraded="the disk is full",
        failing={"shop": {"dau": "connection refused"}},
        paused={"orders": "rejected by `shop`: no table; next: krtracker collect orders"},
    )
    assert ailments(beat, NOW) == (
        "degraded: the disk is full",
        f"the saved configuration is not valid, the last valid one is used: {K003}",
        "source shop fails for dau: connection refused",
        "metric orders is paused: rejected by `shop`: no table; next: krtracker collect orders",
    )
