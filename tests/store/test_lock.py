"""One writer: the second is told who and since when; a dead writer leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from krtracker.errors import StoreBusyError
from krtracker.store import Store, StorePaths
from tests.store.world import D1, NOW, pull

HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from krtracker.store import Store, StorePaths
with Store.open(StorePaths(Path(sys.argv[1])), now=datetime(2026, 11, 2, 6, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(paths: StorePaths) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(paths.published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_the_second_process_is_told_the_holder_and_since_when(paths: StorePaths) -> None:
    child = holder(paths)
    try:
        with pytest.raises(StoreBusyError) as caught:
            Store.open(paths, now=NOW)
        assert f"process {child.pid} holds the store since 2026-11-02T06:00:00" in str(caught.value)
        assert caught.value.exit_code == 5
    finally:
        child.communicate("")


def test_a_killed_holder_leaves_the_store_free(paths: StorePaths) -> None:
    child = holder(paths)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with Store.open(paths, now=NOW) as store:
        assert store.commit([pull({D1: 1.0})], now=NOW)[0].written == 1


def test_the_same_process_cannot_open_a_store_twice(store: Store) -> None:
    with pytest.raises(StoreBusyError, match=f"process {os.getpid()}"):
        Store.open(store.paths, now=NOW)


def test_a_store_reached_through_a_link_is_the_same_store(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(store.paths.published.parent)
    with pytest.raises(StoreBusyError):
        Store.open(StorePaths(link / "krtracker.duckdb"), now=NOW)


def test_a_store_that_failed_to_open_lets_the_lock_go(paths: StorePaths) -> None:
    paths.hidden.mkdir(mode=0o700)
    paths.store.write_bytes(b"not a database" * 1000)
    for _ in range(2):
        with pytest.raises(Exception, match="opening the store failed"):
            Store.open(paths, now=NOW)
