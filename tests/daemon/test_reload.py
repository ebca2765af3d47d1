"""Edited files: which are watched, when a change is told, and what an edit may not change."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from krtracker.daemon.reload import Watch, changed_metrics, with_frozen_targets
from krtracker.model import (
    Actual,
    Amendment,
    Cycle,
    KeyResult,
    Kind,
    Metric,
    Refresh,
    Source,
    Target,
    Workspace,
)
from krtracker.periods import Span

Q4 = Span(date(2026, 10, 1), date(2026, 12, 31))
MAIN = 'include = ["metrics.toml", "okrs/*.toml"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "okrs").mkdir()
    (tmp_path / "sql").mkdir()
    (tmp_path / "krtracker.toml").write_text(MAIN)
    (tmp_path / "metrics.toml").write_text("")
    (tmp_path / "sql" / "dau.sql").write_text("select 1")
    return tmp_path


@pytest.fixture
def watch(folder: Path) -> Watch:
    made = Watch(folder / "krtracker.toml")
    made.reading()
    made.taken(["krtracker.toml", "metrics.toml", "sql/dau.sql"])
    return made


def looks(watch: Watch, count: int) -> list[bool]:
    return [watch.changed() for _ in range(count)]


def test_untouched_files_tell_nothing(watch: Watch) -> None:
    assert looks(watch, 3) == [False, False, False]


@pytest.mark.parametrize(
    "name", ["krtracker.toml", "metrics.toml", "sql/dau.sql", "okrs/new.toml", ".env"]
)
def test_a_saved_file_is_told_once_it_stands_still(folder: Path, watch: Watch, name: str) -> None:
    (folder / name).write_text(f"{MAIN}# edited")
    assert looks(watch, 2) == [False, True]


def test_a_file_that_is_still_being_written_is_waited_for(folder: Path, watch: Watch) -> None:
    for n in range(3):
        (folder / "metrics.toml").write_text("# half" * (n + 1))
        assert not watch.changed()
    assert watch.changed()


def test_a_deleted_file_is_told_once(folder: Path, watch: Watch) -> None:
    (folder / "metrics.toml").unlink()
    assert looks(watch, 2) == [False, True]
    watch.reading()
    watch.taken(["krtracker.toml"])
    assert looks(watch, 2) == [False, False]


def test_a_save_that_keeps_size_and_second_is_told(folder: Path, watch: Watch) -> None:
    path = folder / "metrics.toml"
    before = path.stat()
    fresh = folder / "okrs" / "fresh"
    fresh.write_text("")
    os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
    fresh.replace(path)
    assert looks(watch, 2) == [False, True]


def test_a_change_while_the_files_are_read_is_not_lost(folder: Path, watch: Watch) -> None:
    watch.reading()
    (folder / "metrics.toml").write_text("# saved in between")
    watch.taken(["krtracker.toml", "metrics.toml"])
    assert True in looks(watch, 2)


def test_a_broken_main_file_leaves_the_includes_watched(folder: Path, watch: Watch) -> None:
    (folder / "krtracker.toml").write_text("include = [")
    watch.reading()
    (folder / "okrs" / "new.toml").write_text("")
    assert looks(watch, 2) == [False, True]


def metric(name: str, source: str = "shop") -> Metric:
    return Metric(name, name, Kind.COUNT, source, "UTC", Refresh("hourly", 3600), Actual("mean", 7))


def workspace(*metrics: Metric, target: float = 50_000.0, url: str = "a") -> Workspace:
    key_result = KeyResult(
        "2026-q4/dau", "dau", "2026-q4", "More", Q4, target=Target("reach", target)
    )
    return Workspace(
        folder=Path("/nowhere"),
        file=Path("/nowhere/krtracker.toml"),
        name="Fieldnote",
        zone="UTC",
        store_path=Path("/nowhere/data/krtracker.duckdb"),
        digest="d",
        sources={
            "shop": Source("shop", "sql", "UTC", options={"url": url}),
            "ga4": Source("ga4", "ga4", "UTC"),
        },
        metrics={one.id: one for one in metrics},
        cycles={"2026-q4": Cycle("2026-q4", "Q4", Q4, freeze=date(2026, 10, 15))},
        key_results={key_result.id: key_result},
    )


def test_only_what_is_new_or_asked_otherwise_is_collected_after_a_reload() -> None:
    old = workspace(metric("dau"), metric("visits", "ga4"))
    assert changed_metrics(old, workspace(metric("dau"), metric("visits", "ga4"))) == ()
    assert changed_metrics(old, workspace(metric("dau"), metric("new"))) == ("new",)
    edited = replace(metric("dau"), query_digest="other")
    assert changed_metrics(old, workspace(edited, metric("visits", "ga4"))) == ("dau",)
    moved = workspace(metric("dau"), metric("visits", "ga4"), url="b")
    assert changed_metrics(old, moved) == ("dau",)


def test_a_target_edited_after_freeze_keeps_its_old_value_and_nothing_else_does() -> None:
    old, new = workspace(metric("dau")), workspace(metric("dau"), metric("more"), target=40_000)
    kept, held = with_frozen_targets(old, new, date(2026, 11, 21))
    assert held == ("2026-q4/dau",)
    assert kept.key_results["2026-q4/dau"].target == Target("reach", 50_000)
    assert "more" in kept.metrics


def test_a_target_may_change_until_freeze() -> None:
    old, new = workspace(), workspace(target=40_000)
    assert with_frozen_targets(old, new, date(2026, 10, 15)) == (new, ())


def test_a_target_may_change_with_an_amendment() -> None:
    old, new = workspace(), workspace(target=40_000)
    amended = replace(
        new.key_results["2026-q4/dau"],
        amendments=(Amendment(date(2026, 11, 1), 50_000, 40_000, "a smaller market"),),
    )
    new = replace(new, key_results={amended.id: amended})
    assert with_frozen_targets(old, new, date(2026, 11, 21)) == (new, ())
