"""The commands that read: status, why, runs, query, shell, config, with good and bad input."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import duckdb
import pytest

from tests.cli.world import START, TODAY, World


def test_status_shows_the_tree_with_actual_target_and_pace(collected: World) -> None:
    text = collected.run("status").stdout
    assert text.startswith("Testhouse · This cycle · day 31 of 90\n")
    assert "A busy shop · ann\n" in text
    row = next(line for line in text.splitlines() if "visits-up" in line)
    assert row.split()[:8] == ["visits-up", "100", "→", "140", "→", "150", "▅" * 12, "▰" * 8 + "▱▱"]
    assert "80 %  ✓ on track" in row


def test_status_of_one_key_result_is_its_facts(collected: World) -> None:
    text = collected.run("status", "visits-up").stdout
    assert "Half more visits  ✓ on track" in text
    assert "80 % of the way" in text


def test_status_of_a_name_nobody_bears_suggests_the_nearest(collected: World) -> None:
    ran = collected.run("status", "visits-upp")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "did you mean `visits-up`?" in ran.stderr


def test_status_as_json_gives_raw_numbers(collected: World) -> None:
    answer = collected.json("status")
    [row] = [one for one in answer["key_results"] if one["name"] == "visits-up"]
    assert (row["actual"], row["progress"], row["status"]) == (140.0, 0.8, "on_track")


def test_orders_count_up_from_zero(collected: World) -> None:
    [row] = [one for one in collected.json("status")["key_results"] if one["name"] == "orders-900"]
    assert (row["origin"], row["actual"], row["progress"]) == (0.0, 300.0, 300 / 900)


@pytest.mark.parametrize(("condition", "code"), [("stale", 10), ("off-track", 0)])
def test_fail_on_turns_a_status_into_exit_code_10(
    collected: World, condition: str, code: int
) -> None:
    assert collected.run("status", "--fail-on", condition).exit_code == code


def test_status_of_a_day_counts_as_if_it_were_the_newest(collected: World) -> None:
    day = TODAY - timedelta(days=11)
    answer = collected.json("status", "--day", str(day))
    [row] = [one for one in answer["key_results"] if one["name"] == "orders-900"]
    assert (row["actual"], row["data_day"]) == (200.0, str(day))


def test_status_as_of_now_equals_status(collected: World) -> None:
    now = collected.json("status")["key_results"]
    then = collected.json("status", "--as-of", f"{TODAY}T23:59:59Z")
    drop = {"recorded_at"}
    assert [{k: v for k, v in one.items() if k not in drop} for one in then["key_results"]] == [
        {k: v for k, v in one.items() if k not in drop} for one in now
    ]


def test_as_of_before_anything_was_known_says_so(collected: World) -> None:
    ran = collected.run("status", "--as-of", "2020-01-01")
    assert ran.exit_code == 2
    assert "--day" in ran.stderr


def test_as_of_and_day_together_are_refused(collected: World) -> None:
    ran = collected.run("status", "--as-of", "2026-01-01", "--day", "2026-01-01")
    assert ran.exit_code == 2
    assert "give one of them" in ran.stderr


def test_status_before_anything_was_collected_names_the_next_command(world: World) -> None:
    ran = world.run("status")
    assert ran.exit_code == 6
    assert "krtracker backfill" in ran.stderr


def test_an_error_is_json_too_when_json_was_asked_for(world: World) -> None:
    answer = json.loads(world.run("status", "--json").stdout)
    assert (answer["schema"], answer["error"]["exit_code"]) == (1, 6)


def test_why_prints_the_days_the_run_and_the_query(collected: World) -> None:
    text = collected.run("why", "visits-up").stdout
    assert "actual    140   (140)   7d mean, 7 days" in text
    assert text.count("learned") == 7
    assert "select day, visits as value from days" in text
    assert f":end           {TODAY}" in text


def test_why_as_json_holds_the_digests(collected: World) -> None:
    answer = collected.json("why", "visits-up")
    assert len(answer["configuration"]) == len(answer["query_digest"]) == 64
    assert [one["value"] for one in answer["days"]] == [140.0] * 7


def test_why_of_an_unknown_key_result_is_a_usage_error(collected: World) -> None:
    assert collected.run("why", "nothing").exit_code == 2


def test_runs_lists_the_attempts(collected: World) -> None:
    found = collected.json("runs", "visits")["runs"]
    assert [one["outcome"] for one in found] == ["ok"]


def test_runs_of_an_unknown_metric_is_a_usage_error(collected: World) -> None:
    ran = collected.run("runs", "visit")
    assert ran.exit_code == 2
    assert "did you mean `visits`?" in ran.stderr


def test_a_query_answers_as_a_table(collected: World) -> None:
    text = collected.run("query", "select name, actual from krt.key_results order by name").stdout
    assert text.splitlines()[0].split() == ["name", "actual"]
    assert "visits-up      140" in text


def test_csv_cells_that_a_spreadsheet_would_run_are_disarmed(collected: World) -> None:
    sql = "select '=cmd()' as a, '@x' as b, -5 as c, '-7.5' as d, '+49 30' as e, '- text' as f"
    text = collected.run("query", "--csv", sql).stdout
    row = next(csv.DictReader(io.StringIO(text)))
    assert list(row.values()) == ["'=cmd()", "'@x", "-5", "-7.5", "'+49 30", "'- text"]


def test_a_query_that_changes_something_is_refused(collected: World) -> None:
    ran = collected.run("query", "drop view krt.key_results")
    assert ran.exit_code == 2
    assert "only SELECT" in ran.stderr


def test_a_query_cut_at_its_limit_says_so(collected: World) -> None:
    ran = collected.run("query", "select * from range(9)", "--limit", "3")
    assert "only the first 3 rows" in ran.stderr


def test_a_query_writes_parquet_with_its_types(
    collected: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("parquet") / "out.parquet"
    sql = "select day, value, null as nothing from krt.observations where metric = 'visits'"
    assert collected.run("query", sql, "--parquet", str(target)).exit_code == 0
    asked = f"select count(*), any_value(typeof(day)) from '{target}'"
    [(days, kind)] = duckdb.connect().execute(asked).fetchall()
    assert (days, kind) == (60, "DATE")


def test_the_small_shell_answers_statements_and_survives_mistakes(collected: World) -> None:
    typed = "select 1\n+ 1 as two;\nselect nonsense;\nselect 3 as three;\n.quit\n"
    ran = collected.run("shell", "--builtin", given=typed)
    assert ran.stdout.split() == ["two", "2", "three", "3"]
    assert "nonsense" in ran.stderr


def test_the_shell_without_a_snapshot_names_the_next_command(world: World) -> None:
    ran = world.run("shell", "--builtin")
    assert ran.exit_code == 6
    assert "next: krtracker" in ran.stderr


def test_config_show_names_the_line_of_each_value(collected: World) -> None:
    text = collected.run("config", "show", "sources.shop").stdout
    assert "sources.shop.url" in text
    assert "krtracker.toml:11" in text
    assert "metrics." not in text


def test_config_show_never_shows_a_password(world: World) -> None:
    url = "postgresql+psycopg://app:${env:DB_PASSWORD}@db.example/shop"
    world.write("krtracker.toml", world.toml.read_text().replace("sqlite:///shop.db", url))
    ran = world.run("config", "show", environ={"DB_PASSWORD": "hunter2"})
    assert "hunter2" not in ran.output
    assert "app:***@db.example" in ran.stdout or "${env:DB_PASSWORD}" in ran.stdout


def test_config_show_of_nothing_says_what_to_try(collected: World) -> None:
    assert "nothing below `nope`" in collected.run("config", "show", "nope").stderr


def test_what_keeps_a_number_away_is_told_where_it_is_missed(world: World) -> None:
    text = (world.folder / "metrics.toml").read_text().replace("from days", "from dayz", 1)
    world.write("metrics.toml", text)
    world.run("collect")
    row = next(line for line in world.run("status").stdout.splitlines() if "visits-up" in line)
    assert "last try: the database refused: no such table: dayz" in row
    assert "no such table: dayz" in world.run("why", "visits-up").stdout
    assert "no such table: dayz" in world.json("why", "visits-up")["trouble"]["message"]


def test_why_of_a_recorded_metric_says_how_to_record_it(collected: World) -> None:
    assert "next: krtracker record mood VALUE" in collected.run("why", "mood-8").stderr


def test_config_show_writes_values_as_the_file_does(collected: World) -> None:
    lines = [one.split() for one in collected.run("config", "show").stdout.splitlines()]
    assert [*lines[3][1:3], " ".join(lines[3][3:])] == [
        "include",
        "=",
        '["metrics.toml", "okrs/*.toml"]',
    ]
    assert ["cycle.start", "=", f'"{START}"'] in [one[1:] for one in lines]


def test_status_is_shown_while_the_configuration_is_being_edited(filled: World) -> None:
    """A time zone that is none was a bug's traceback in `status`."""
    filled.write("krtracker.toml", filled.toml.read_text().replace('"UTC"', '"Mars/Base"'))
    ran = filled.run("status")
    assert (ran.exit_code, "visits-up" in ran.stdout) == (0, True)
