"""`krtracker.open()`: relations over a snapshot that a real run published."""

from __future__ import annotations

import gc
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import krtracker
from krtracker.errors import StoreUnusableError, UnknownNameError, UsageError
from tests.cli.world import TODAY, World, made, steady


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = made(tmp_path_factory.mktemp("analyst"))
    assert world.run("collect").exit_code == 0
    return world


def test_status_is_one_row_a_key_result(world: World) -> None:
    frame = krtracker.open(world.toml).status().df()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["name"]) == ["visits-up", "orders-900", "mood-8"]
    assert frame.set_index("name").loc["visits-up", "actual"] == 140.0


@pytest.mark.parametrize("place", ["krtracker.toml", ".", "data/krtracker.duckdb"])
def test_a_configuration_a_folder_or_a_snapshot_opens_it(world: World, place: str) -> None:
    assert len(krtracker.open(world.folder / place).status().fetchall()) == 3


def test_a_series_is_one_row_a_day_oldest_first(world: World) -> None:
    rows = krtracker.open(world.toml).series("visits").fetchall()
    assert rows[0] == (TODAY - timedelta(days=60), 140.0, None, "ok")
    assert len(rows) == 60


def test_an_unknown_metric_suggests_the_nearest(world: World) -> None:
    with pytest.raises(UnknownNameError, match="did you mean `visits`"):
        krtracker.open(world.toml).series("visit")


def test_a_relation_outlives_the_workbook_it_came_from(world: World) -> None:
    relation = krtracker.open(world.toml).sql("select 42 as answer")
    gc.collect()
    assert relation.fetchall() == [(42,)]


def test_parameters_are_bound(world: World) -> None:
    relation = krtracker.open(world.toml).sql(
        "select count(*) from krt.observations where metric = ?", ["orders"]
    )
    assert relation.fetchall() == [(60,)]


def test_a_series_as_of_an_instant_is_what_was_known_then(tmp_path: Path) -> None:
    world = made(tmp_path)
    world.run("collect")
    between = datetime.now(UTC)
    yesterday = TODAY - timedelta(days=1)
    world.days([*steady()[:-1], (yesterday, 240, 10)])
    world.run("collect")
    kt = krtracker.open(world.toml)
    assert kt.series("visits").fetchall()[-1][1] == 240.0
    assert kt.series("visits", as_of=between).fetchall()[-1][1] == 140.0
    assert kt.series("visits", as_of="2020-01-01").fetchall() == []
    assert kt.series("visits", as_of=date(2020, 1, 1)).fetchall() == []


def test_refresh_follows_a_publish_while_older_relations_keep_their_state(tmp_path: Path) -> None:
    world = made(tmp_path)
    world.run("collect")
    kt = krtracker.open(world.toml)
    before = kt.sql("select actual from krt.key_results where name = 'mood-8'")
    world.run("record", "mood", "7")
    assert kt.sql("select actual from krt.key_results where name = 'mood-8'").fetchall() == [
        (None,)
    ]
    kt.refresh()
    assert kt.sql("select actual from krt.key_results where name = 'mood-8'").fetchall() == [(7.0,)]
    assert before.fetchall() == [(None,)]


def test_an_open_workbook_does_not_hinder_a_writing_command(tmp_path: Path) -> None:
    world = made(tmp_path)
    world.run("collect")
    kt = krtracker.open(world.toml)
    assert world.run("record", "mood", "7").exit_code == 0
    assert kt.status().fetchall()


def test_nothing_can_be_written_through_it(world: World) -> None:
    kt = krtracker.open(world.toml)
    with pytest.raises(Exception, match="read-only"):
        kt.sql("create table krt.mine as select 1")


def test_one_key_result_is_a_sentence_and_its_facts(world: World) -> None:
    card = krtracker.open(world.toml).kr("visits-up")
    assert repr(card).startswith("Half more visits: ")
    assert "<th>target</th><td>150.0</td>" in card._repr_html_()
    assert card.df()["day"].is_monotonic_increasing


def test_a_key_result_has_its_full_name_too(world: World) -> None:
    assert repr(krtracker.open(world.toml).kr("now/visits-up")).startswith("Half more visits")


def test_an_unknown_key_result_is_refused(world: World) -> None:
    with pytest.raises(UnknownNameError, match="no key result"):
        krtracker.open(world.toml).kr("nothing")


def test_a_notebook_shows_a_sentence_and_a_table(world: World) -> None:
    kt = krtracker.open(world.toml)
    html = kt._repr_html_()
    assert html.startswith("<p>krtracker, krtracker.duckdb: ")
    assert html.count("<tr>") == 4
    assert "visits-up" in repr(kt)


def test_titles_cannot_smuggle_markup_into_a_notebook(tmp_path: Path) -> None:
    world = made(tmp_path)
    okrs = (world.folder / "okrs/now.toml").read_text()
    world.write("okrs/now.toml", okrs.replace("Half more visits", "<script>alert(1)</script>"))
    world.run("collect")
    kt = krtracker.open(world.toml)
    assert "<script>" not in kt._repr_html_() + kt.kr("visits-up")._repr_html_()


def test_without_a_snapshot_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusableError, match="next: krtracker"):
        krtracker.open(made(tmp_path).toml)


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("no database")
    with pytest.raises(StoreUnusableError, match="cannot be read as a snapshot"):
        krtracker.open(tmp_path / "x.duckdb")


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="krtracker init"):
        krtracker.open(tmp_path)


def test_opening_loads_no_pandas(world: World) -> None:
    program = (
        "import sys, krtracker\n"
        f"krtracker.open({str(world.toml)!r}).status().fetchall()\n"
        "print('pandas' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"
