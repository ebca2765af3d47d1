"""The snapshot: whole or not at all, readable by all at any moment, following by the live file."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading

import duckdb
import pytest

from krtracker.errors import StoreUnusableError
from krtracker.store import Snapshot, Store, StorePaths
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, evaluation, pull, version, workspace


def test_a_snapshot_shows_what_was_committed(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.publish()
    with Snapshot.open(store.paths.published) as snapshot:
        assert snapshot.series({("dau", ""): DAYS})["dau", ""].values == [1.0]
        assert snapshot.instant() == store.reader().instant()


def test_the_snapshot_is_read_only_for_all_and_in_the_old_format(store: Store) -> None:
    store.publish()
    assert stat.S_IMODE(store.paths.published.stat().st_mode) == 0o444
    with Snapshot.open(store.paths.published) as snapshot:
        tags = snapshot.sql("SELECT tags FROM duckdb_databases() WHERE NOT internal")[1]
    assert tags[0][0]["storage_version"].startswith("v1.2.0")


def test_the_private_folder_is_private(store: Store) -> None:
    for folder in store.paths.private_folders:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_snapshot_the_message_names_the_next_command(paths: StorePaths) -> None:
    with pytest.raises(StoreUnusableError, match="run `krtracker backfill`"):
        Snapshot.open(paths.published)


def test_a_journal_beside_the_old_snapshot_never_reaches_the_new_one(store: Store) -> None:
    store.publish()
    journal = store.paths.published.with_name("krtracker.duckdb.wal")
    journal.write_bytes(b"somebody opened the file for writing and died")
    store.commit([pull({D1: 1.0})], now=NOW)
    store.publish()
    assert not journal.exists()
    with Snapshot.open(store.paths.published) as snapshot:
        assert snapshot.sql("SELECT count(*) FROM krt.observations")[1] == [(1,)]


def test_a_reader_keeps_its_state_while_new_snapshots_come(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.publish()
    with Snapshot.open(store.paths.published) as before:
        store.commit([pull({D1: 2.0})], now=NOW + HOUR)
        store.publish()
        assert before.sql("SELECT value FROM krt.observations")[1] == [(1.0,)]
    with Snapshot.open(store.paths.published) as after:
        assert after.sql("SELECT value FROM krt.observations")[1] == [(2.0,)]


def test_a_failed_publish_leaves_the_old_snapshot_and_no_leftovers(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.publish()
    before = store.paths.published.stat().st_ino
    # Rows that no commit accounts for: the copy is not what the store says it wrote.
    store.reader().sql("INSERT INTO observation FROM observation")
    with pytest.raises(StoreUnusableError, match="db verify"):
        store.publish()
    assert store.paths.published.stat().st_ino == before
    assert [one.name for one in store.paths.published.parent.glob("*.tmp*")] == []
    assert [one.name for one in store.paths.published.parent.glob(".*.tmp*")] == []


def test_what_a_killed_publish_left_is_swept_at_start(paths: StorePaths) -> None:
    left = paths.published.with_name(".krtracker.duckdb.4711.tmp")
    left.write_bytes(b"half")
    left.with_name(left.name + ".wal").write_bytes(b"half")
    with Store.open(paths, now=NOW):
        assert not left.exists()
        assert not left.with_name(left.name + ".wal").exists()


def test_the_live_file_follows_each_publish(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.publish()
    made = store.paths.live.stat().st_ino
    with duckdb.connect(str(store.paths.live), read_only=True) as live:
        query = "SELECT value FROM krt.observations ORDER BY day"
        assert live.execute(query).fetchall() == [(1.0,)]
        store.commit([pull({D1: 1.0, D2: 2.0})], now=NOW + HOUR)
        store.publish()
        assert live.execute(query).fetchall() == [(1.0,), (2.0,)]
    assert store.paths.live.stat().st_ino == made


def test_the_names_for_completion_are_a_small_file_of_their_own(store: Store) -> None:
    catalogue = workspace(store.paths.hidden)
    store.save([evaluation()], version=version(), catalogue=catalogue, now=NOW)
    store.publish()
    assert json.loads(store.paths.names.read_text("utf-8")) == {
        "key_results": ["2026-q4/dau-50k"],
        "metrics": ["dau"],
        "objectives": ["2026-q4/habit"],
        "cycles": ["2026-q4"],
    }


READ = """
import sys, duckdb
sys.stdin.readline()
seen = 0
for _ in range(int(sys.argv[2])):
    with duckdb.connect(sys.argv[1], read_only=True) as snapshot:
        rows = snapshot.execute(
            "SELECT count(*), count(DISTINCT value), max(revision) FROM krt.observations"
        ).fetchall()
    assert rows[0][:2] == (3, 1), rows
    assert rows[0][2] >= seen, rows
    seen = rows[0][2]
print("fine")
"""


def reader_process(store: Store) -> subprocess.Popen[str]:
    """One that opens the snapshot and reads it 40 times, once told to go."""
    return subprocess.Popen(
        [sys.executable, "-c", READ, str(store.paths.published), "40"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_readers_of_other_processes_never_fail_and_never_see_half_a_state(store: Store) -> None:
    store.commit([pull({D1: 0.0, D2: 0.0, D3: 0.0})], now=NOW)
    store.publish()
    readers = [reader_process(store) for _ in range(2)]
    answers: list[str] = []
    waiting = [
        threading.Thread(target=lambda one=one: answers.append(one.communicate("go\n")[0]))
        for one in readers
    ]
    for one in waiting:
        one.start()
    rounds = 0
    while any(one.is_alive() for one in waiting):
        rounds += 1
        value = float(rounds)
        store.commit([pull({D1: value, D2: value, D3: value})], now=NOW + rounds * HOUR)
        store.publish()
    assert answers == ["fine\n", "fine\n"]
    assert rounds > 2


def test_commits_and_answers_go_on_while_a_publish_runs(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    publishing = threading.Thread(target=store.publish)
    publishing.start()
    rounds = 0
    while publishing.is_alive() or rounds < 3:
        rounds += 1
        store.commit([pull({D1: float(rounds)})], now=NOW + rounds * HOUR)
        assert store.reader().series({("dau", ""): DAYS})["dau", ""].values == [float(rounds)]
    publishing.join()
    assert store.paths.published.exists()
    assert store.verify() == []
