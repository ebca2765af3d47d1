"""After a crash, a torn file, a wrong version: nothing is lost and nothing is made up."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from krtracker.errors import StoreUnusableError
from krtracker.store import Reader, Store, StorePaths
from krtracker.store.archive import Archive
from krtracker.store.database import Database
from krtracker.store.schema import Migration, migrate, migrations
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, evaluation, pull, version, workspace

EVERYTHING = """
SELECT (SELECT list(o ORDER BY o) FROM observation o), (SELECT list(r ORDER BY r) FROM run r),
       (SELECT list(e ORDER BY e) FROM evaluation e), (SELECT list(s ORDER BY s) FROM series s),
       (SELECT list(n ORDER BY n) FROM evaluation_now n), (SELECT list(b ORDER BY b) FROM batch b),
       (SELECT list(c ORDER BY c) FROM configuration c), (SELECT list(f ORDER BY f) FROM frozen f),
       (SELECT list(k ORDER BY k) FROM key_result k), (SELECT list(d ORDER BY d) FROM definition d),
       (SELECT list(x ORDER BY x) FROM expectation x), (SELECT list(a ORDER BY a) FROM amendment a)
"""


def fill(store: Store) -> None:
    """Some of everything: revisions, retractions, quarantine, evaluations, definitions."""
    store.commit([pull({D1: 0.1, D2: 1e300, D3: -0.0})], now=NOW)
    store.commit([pull({D1: 1 / 3}, quarantined={(D1, ""): "jump"})], now=NOW + HOUR)
    store.save(
        [evaluation(flags=("a", "b"), actual=1 / 3), evaluation(data_day=None, inputs_digest="z")],
        version=version(),
        catalogue=workspace(store.paths.hidden),
        now=NOW + 2 * HOUR,
    )
    store.accept_definition("dau", "q2", now=NOW + 3 * HOUR, kept=True, day=D2)


def everything(reader: Reader) -> list[tuple[object, ...]]:
    return reader.sql(EVERYTHING)[1]


def content(paths: StorePaths) -> list[tuple[object, ...]]:
    with Store.open(paths, now=NOW) as store:
        return everything(store.reader())


def test_a_store_reopened_is_the_store_that_was_closed(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        before = everything(store.reader())
    assert content(paths) == before


def test_commits_only_the_archive_has_are_loaded_at_start(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 5.0})], now=NOW)
        older = store.backup()
        fill(store)
        whole = everything(store.reader())
    # As after a journal that was torn or deleted: the file is back at an earlier commit.
    shutil.copyfile(older, paths.store)
    assert content(paths) == whole
    with Store.open(paths, now=NOW) as store:
        assert store.verify() == []
        (run,) = store.commit([pull({D1: 1.0})], now=NOW + 9 * HOUR)
        assert run.id == 4


def test_a_rebuild_from_the_archive_gives_equal_content(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        whole = everything(store.reader())
    made = Store.rebuild(paths, now=NOW)
    assert (made.commits, made.observations, made.differences) == (4, 6, ())
    assert made.replaced is not None
    assert made.replaced.exists()
    assert content(paths) == whole


def test_a_rebuild_works_when_the_store_is_gone(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        whole = everything(store.reader())
    paths.store.unlink()
    Store.rebuild(paths, now=NOW)
    assert content(paths) == whole


def test_a_rebuild_without_an_archive_changes_nothing(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW):
        pass
    before = paths.store.read_bytes()
    with pytest.raises(StoreUnusableError, match="nothing to rebuild from"):
        Store.rebuild(paths, now=NOW)
    assert paths.store.read_bytes() == before


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_a_store_that_is_gone_is_never_made_anew_over_its_history(
    paths: StorePaths, left: str
) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 1.0})], now=NOW)
    paths.store.unlink()
    if left == "an empty file":
        paths.store.touch()
    with pytest.raises(StoreUnusableError, match=r"is gone.*krtracker db rebuild"):
        Store.open(paths, now=NOW)
    assert paths.store.exists() == (left == "an empty file")


@pytest.mark.parametrize("where", ["header", "middle"])
def test_a_broken_file_names_the_newest_backup_and_the_command(
    paths: StorePaths, where: str
) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        backup = store.backup()
    broken = bytearray(paths.store.read_bytes())
    span = slice(0, 64) if where == "header" else slice(4096 * 3, len(broken))
    broken[span] = bytes(byte ^ 0xFF for byte in broken[span])
    paths.store.write_bytes(broken)
    with pytest.raises(StoreUnusableError, match=f"krtracker db restore {backup}"):
        Store.open(paths, now=NOW)
    assert paths.store.read_bytes() == bytes(broken)


def test_a_restore_brings_back_the_backup_and_what_came_after(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 5.0})], now=NOW)
        backup = store.backup()
        fill(store)
        whole = everything(store.reader())
    paths.store.write_bytes(b"broken" * 5000)
    aside = Store.restore(paths, backup, now=NOW)
    assert aside is not None
    assert aside.read_bytes()[:6] == b"broken"
    assert content(paths) == whole


def test_a_restore_without_the_newer_commits_is_the_state_of_the_backup(
    paths: StorePaths,
) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 5.0})], now=NOW)
        backup = store.backup()
        before = everything(store.reader())
        fill(store)
    Store.restore(paths, backup, now=NOW, newer_commits=False)
    assert content(paths) == before


def test_a_restore_removes_the_journal_of_the_store_it_replaces(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 5.0})], now=NOW)
        backup = store.backup()
    journal = paths.hidden / "store.duckdb.wal"
    journal.write_bytes(b"of another file")
    Store.restore(paths, backup, now=NOW)
    assert not journal.exists()
    with Store.open(paths, now=NOW) as store:
        assert store.reader().series({("dau", ""): DAYS})["dau", ""].values == [5.0]


def test_what_is_no_backup_is_not_restored(paths: StorePaths, tmp_path: Path) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 5.0})], now=NOW)
    wrong = tmp_path / "wrong.duckdb"
    wrong.write_bytes(b"x" * 10_000)
    with pytest.raises(Exception, match="is not a whole backup"):
        Store.restore(paths, wrong, now=NOW)
    with pytest.raises(Exception, match="no backup at"):
        Store.restore(paths, tmp_path / "none.duckdb", now=NOW)
    with Store.open(paths, now=NOW) as store:
        assert store.verify() == []


def test_verify_names_the_run_whose_rows_somebody_edited(store: Store) -> None:
    fill(store)
    assert store.verify() == []
    store.reader().sql("UPDATE observation SET value = 7 WHERE run_id = 1 AND revision = 0")
    assert [one.partition(":")[0] for one in store.verify()] == ["run 1"]


def test_verify_finds_a_gap_in_the_revisions(store: Store) -> None:
    fill(store)
    store.reader().sql("DELETE FROM observation WHERE revision = 0 AND day = ?", [D1])
    assert any("have a gap or a double" in one for one in store.verify())


def test_a_store_of_a_newer_version_is_refused_and_left_alone(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.reader().sql("INSERT INTO schema_migration VALUES (99, 'later', now(), '9.9')")
    before = paths.store.read_bytes()
    with pytest.raises(StoreUnusableError, match=r"version 99.*version \d"):
        Store.open(paths, now=NOW)
    assert paths.store.read_bytes() == before


NEXT = migrations()[-1].version + 1


def test_a_migration_is_backed_up_applied_and_noted(store: Store) -> None:
    fill(store)
    later = Migration(NEXT, "later", "ALTER TABLE run ADD COLUMN latency DOUBLE")
    seen: list[int] = []
    database = store.reader()
    cursor = database._ask()
    assert migrate(cursor, [*migrations(), later], now=NOW, before=seen.append)
    assert seen == [NEXT - 1]
    assert database.sql("SELECT max(version) FROM schema_migration")[1] == [(NEXT,)]
    assert database.sql("SELECT count(*) FROM run WHERE latency IS NULL")[1] == [(2,)]
    assert not migrate(cursor, [*migrations(), later], now=NOW, before=seen.append)


def test_a_migration_that_fails_leaves_the_old_version(store: Store) -> None:
    fill(store)
    steps = [
        *migrations(),
        Migration(NEXT, "good", "ALTER TABLE run ADD COLUMN latency DOUBLE"),
        Migration(NEXT + 1, "bad", "ALTER TABLE nowhere ADD COLUMN x DOUBLE"),
    ]
    cursor = store.reader()._ask()
    with pytest.raises(duckdb.Error):
        migrate(cursor, steps, now=NOW, before=lambda _: None)
    assert store.reader().sql("SELECT max(version) FROM schema_migration")[1] == [(NEXT - 1,)]
    assert "latency" not in store.reader().sql("FROM run")[0]
    assert store.verify() == []


def test_many_archive_files_are_put_into_one_that_rebuilds_the_same(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        whole = everything(store.reader())
        archive = Archive(paths.archive)
        database = Database(paths, paths.hidden / "aside.duckdb")
        archive.merge(database.cursor(), more_than=2)
        database.close()
        assert [one.path.name for one in archive.chapters()] == ["0000000001-0000000004.parquet"]
        assert store.verify() == []
    Store.rebuild(paths, now=NOW)
    assert content(paths) == whole


def test_a_merge_killed_before_its_end_counts_nothing_twice(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        fill(store)
        whole = everything(store.reader())
    loose = paths.archive / "0000000002.parquet"
    kept = loose.read_bytes()
    database = Database(paths, paths.hidden / "aside.duckdb")
    Archive(paths.archive).merge(database.cursor(), more_than=2)
    database.close()
    loose.write_bytes(kept)
    Store.rebuild(paths, now=NOW)
    assert content(paths) == whole


def test_an_archive_file_that_cannot_be_read_is_named(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.commit([pull({D1: 1.0})], now=NOW)
    (paths.archive / "0000000002.parquet").write_bytes(b"torn")
    with pytest.raises(StoreUnusableError, match=r"0000000002\.parquet cannot be read"):
        Store.open(paths, now=NOW)


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", "utf-8")
    with pytest.raises(StoreUnusableError, match="making the store's folders failed"):
        Store.open(StorePaths(blocked / "krtracker.duckdb"), now=NOW)


def test_a_store_that_must_exist_is_not_made(paths: StorePaths) -> None:
    with pytest.raises(StoreUnusableError, match="run `krtracker backfill`"):
        Store.open(paths, now=NOW, create=False)
    assert not paths.store.exists()


def test_info_counts_what_is_there(store: Store) -> None:
    fill(store)
    found = store.info()
    assert (found["commits"], found["observations"], found["runs"]) == (4, 6, 2)
    assert found["version"] == NEXT - 1
    assert found["newest_backup"] is None
