"""A stranger's query: one SELECT, in time, in bounds, and nothing else of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.errors import StoreUnusableError, UsageError
from krtracker.store import Store, StorePaths, run_untrusted
from tests.store.world import D1, D2, NOW, pull


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = StorePaths(tmp_path_factory.mktemp("untrusted") / "krtracker.duckdb")
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 1.5, D2: 2.0})], now=NOW)
        store.publish()
    return paths.published


def test_a_select_gives_its_rows_with_days_as_text(published: Path) -> None:
    found = run_untrusted(published, "SELECT day, value FROM krt.observations ORDER BY day")
    assert found.columns == ("day", "value")
    assert found.rows == (("2026-10-01", 1.5), ("2026-10-02", 2.0))
    assert not found.truncated


def test_rows_beyond_the_limit_are_left_out_and_said_so(published: Path) -> None:
    found = run_untrusted(published, "FROM range(1000000000)", limit=3)
    assert found.rows == ((0,), (1,), (2,))
    assert found.truncated


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DROP TABLE observation", "only SELECT"),
        ("INSERT INTO fact VALUES ('a', 'b')", "only SELECT"),
        ("COPY (SELECT 1) TO '/tmp/stolen.csv'", "only SELECT"),
        ("ATTACH ':memory:' AS x", "only SELECT"),
        ("SET threads = 9", "only SELECT"),
        ("INSTALL httpfs", "only SELECT"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "one statement"),
        ("SELEC 1", "not SQL"),
    ],
)
def test_anything_but_one_select_is_refused(published: Path, sql: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_untrusted(published, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_text('/etc/passwd')",
        "FROM '/etc/passwd'",
        "FROM read_csv('/etc/passwd')",
        "FROM glob('/etc/*')",
        "FROM enable_logging(storage='file', storage_config={'path': '/tmp/log'})",
        "SELECT getenv('HOME')",
    ],
)
def test_nothing_of_this_machine_can_be_read(published: Path, sql: str) -> None:
    with pytest.raises(UsageError):
        run_untrusted(published, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000000)",
        "WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT count(*) FROM r",
    ],
)
def test_a_query_that_never_ends_is_ended(published: Path, sql: str) -> None:
    with pytest.raises(UsageError, match=r"longer than 0\.3 s"):
        run_untrusted(published, sql, seconds=0.3)


def test_a_query_that_eats_memory_is_ended(published: Path) -> None:
    with pytest.raises(UsageError, match=r"[Mm]emory"):
        run_untrusted(published, "SELECT repeat('x', 2000000000)", seconds=5)


def test_an_error_of_the_query_is_told_in_duckdbs_words(published: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        run_untrusted(published, "FROM krt.nowhere")


def test_without_a_snapshot_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusableError, match="krtracker backfill"):
        run_untrusted(tmp_path / "none.duckdb", "SELECT 1")
