"""The copy of the example: today is day 51 of its running cycle, and its words stay."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from krtracker.demo import example, shift_example

DAYS = [date(2026, 11, 20), date(2026, 11, 21), date(2027, 3, 1), date(2028, 2, 29)]


def starts(folder: Path) -> dict[str, date]:
    cycles = [tomllib.loads(path.read_text())["cycle"] for path in folder.glob("okrs/*.toml")]
    return {cycle["id"]: cycle["start"] for cycle in cycles}


@pytest.mark.parametrize("today", DAYS)
def test_today_is_day_51_of_the_running_cycle(today: date, tmp_path: Path) -> None:
    shift_example(example(), tmp_path, today=today)
    assert max(starts(tmp_path).values()) == today - timedelta(days=50)


@pytest.mark.parametrize("today", DAYS)
def test_cycles_keep_their_distances(today: date, tmp_path: Path) -> None:
    shift_example(example(), tmp_path, today=today)
    first, second, third = sorted(starts(tmp_path).values())
    assert (second - first, third - second) == (timedelta(days=91), timedelta(days=92))


def test_on_day_51_of_the_shipped_cycle_the_copy_is_the_original(tmp_path: Path) -> None:
    shift_example(example(), tmp_path, today=date(2026, 11, 20))
    for name in ("krtracker.toml", "metrics.toml", "okrs/2026-q4.toml", "sql/bugs.sql"):
        assert (tmp_path / name).read_text() == example().joinpath(name).read_text()


def test_a_cycle_is_named_after_the_quarter_most_of_it_lies_in(tmp_path: Path) -> None:
    shifted = shift_example(example(), tmp_path, today=date(2027, 2, 20))
    assert dict(shifted.cycles) == {
        "2026-q2": "2026-q3",
        "2026-q3": "2026-q4",
        "2026-q4": "2027-q1",
    }
    assert set(starts(tmp_path)) == {"2026-q3", "2026-q4", "2027-q1"}


def test_comments_and_text_stay(tmp_path: Path) -> None:
    shift_example(example(), tmp_path, today=date(2026, 11, 27))
    text = (tmp_path / "okrs/2026-q4.toml").read_text()
    assert "# Goal posts may move, but never silently." in text
    assert "baseline = { from = 2026-09-07, to = 2026-10-04, about = 41_800 }" in text


def test_dates_inside_phrases_move_too(tmp_path: Path) -> None:
    shift_example(example(), tmp_path, today=date(2026, 11, 27))
    assert 'pace = "step 2026-08-22"' in (tmp_path / "okrs/2026-q3.toml").read_text()


def test_only_toml_and_sql_are_shipped() -> None:
    shipped = [path for path in Path(str(example())).rglob("*") if path.is_file()]
    assert {path.suffix for path in shipped} == {".toml", ".sql"}


def test_the_shipped_files_hold_comments_on_their_own_lines_within_80_columns() -> None:
    for path in Path(str(example())).rglob("*.*"):
        for line in path.read_text().splitlines():
            assert len(line) <= 80, (path, line)
            assert line.lstrip().startswith("#") or " # " not in line, (path, line)
