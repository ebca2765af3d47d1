"""The commands that look after things: db, health, unit, run with a daemon beside them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.world import World


@contextmanager
def daemon(world: World) -> Iterator[subprocess.Popen[str]]:
    """`krtracker run`, once it says that it started; ended by SIGTERM."""
    with subprocess.Popen(
        [sys.executable, "-m", "krtracker", "--config", str(world.toml), "run"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if '"started"' in line or "evaluated" in line:
                break
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=15)


def test_db_info_says_what_the_store_holds(collected: World) -> None:
    assert collected.json("db", "info")["store"]


def test_db_info_without_a_store_ends_with_6(world: World) -> None:
    assert world.run("db", "info").exit_code == 6


def test_a_sound_store_verifies(collected: World) -> None:
    ran = collected.run("db", "verify")
    assert (ran.exit_code, ran.stdout[:2]) == (0, "ok")


def test_a_running_daemon_tells_of_its_store_and_backs_it_up(filled: World) -> None:
    target = filled.folder / "kept.duckdb"
    with daemon(filled):
        told = [
            filled.run("db", *words) for words in (["info"], ["verify"], ["backup", str(target)])
        ]
    assert [one.exit_code for one in told] == [0, 0, 0]
    assert "observations" in told[0].stdout
    assert filled.run("db", "restore", str(target)).exit_code == 0
    assert filled.run("db", "verify").exit_code == 0


def test_a_backup_can_be_restored(filled: World) -> None:
    target = filled.folder / "kept.duckdb"
    assert filled.run("db", "backup", str(target)).exit_code == 0
    filled.run("record", "mood", "7")
    assert filled.run("db", "restore", str(target), "--drop-newer").exit_code == 0
    assert filled.run("evaluate").exit_code == 0
    assert filled.json("status", "mood-8")["key_results"][0]["status"] == "no_data"


def test_a_backup_never_replaces_a_file(filled: World) -> None:
    ran = filled.run("db", "backup", str(filled.toml))
    assert ran.exit_code == 2
    assert "exists and stays" in ran.stderr


def test_a_backup_that_cannot_be_written_says_where_it_lies(filled: World) -> None:
    ran = filled.run("db", "backup", str(filled.folder / "missing/kept.duckdb"))
    assert ran.exit_code == 2
    assert "the backup lies at" in ran.stderr


def test_restoring_what_is_no_backup_is_refused(filled: World) -> None:
    assert filled.run("db", "restore", str(filled.toml)).exit_code == 2
    assert filled.run("db", "restore", "nowhere").exit_code == 2


def test_a_rebuilt_store_gives_the_same_answers(filled: World) -> None:
    before = filled.json("status")
    assert filled.run("db", "rebuild").exit_code == 0
    assert filled.json("status") == before


def test_a_dry_run_changes_no_store(filled: World) -> None:
    target = filled.folder / "kept.duckdb"
    assert filled.run("db", "backup", str(target), "--dry-run").exit_code == 0
    assert not target.exists()


def test_health_without_a_daemon_ends_with_4(collected: World) -> None:
    ran = collected.run("health")
    assert ran.exit_code == 4
    assert "krtracker run" in ran.stderr


def test_the_unit_starts_this_program_with_this_configuration(world: World) -> None:
    text = world.run("unit", "--user", "ann").stdout
    assert re.search(rf"^ExecStart=/\S*krtracker --config {world.toml.resolve()} run$", text, re.M)


def test_the_unit_without_a_configuration_is_a_usage_error(world: World) -> None:
    world.toml.unlink()
    assert world.run("unit").exit_code == 2


def test_run_refuses_an_invalid_configuration(world: World) -> None:
    world.write("metrics.toml", "[metrics.visits]\n")
    assert world.run("run").exit_code == 3


def test_with_a_daemon_a_writing_command_works_all_the_same(filled: World) -> None:
    with daemon(filled) as running:
        assert filled.run("health").exit_code == 0
        ran = filled.run("record", "mood", "7")
        assert (ran.exit_code, ran.output) == (0, ran.output)
        assert filled.json("status", "mood-8")["key_results"][0]["actual"] == 7.0
        assert f"process {running.pid}" in filled.run("doctor").stdout
    assert running.returncode == 0


def test_a_second_daemon_says_which_process_runs_already(filled: World) -> None:
    with daemon(filled) as running:
        ran = filled.run("run")
        assert ran.exit_code == 5
        assert str(running.pid) in ran.stderr
