"""The commands that ask sources and write: try, collect, backfill, record, import, evaluate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.world import TODAY, World, steady

YESTERDAY = TODAY - timedelta(days=1)


def test_try_prints_the_last_seven_days_and_stores_nothing(world: World) -> None:
    ran = world.run("try", "visits")
    assert [line.split()[0] for line in ran.stdout.splitlines()] == [
        str(TODAY - timedelta(days=n)) for n in range(7, 0, -1)
    ]
    assert "nothing stored; next: krtracker backfill visits" in ran.stderr
    assert not (world.folder / "data").exists()


def test_try_as_json_gives_the_asked_days(world: World) -> None:
    first = TODAY - timedelta(days=3)
    answer = world.json("try", "orders", "--from", str(first), "--to", str(first))
    assert [(one["day"], one["value"]) for one in answer["points"]] == [(str(first), 10.0)]


def test_try_of_an_unknown_metric_lists_the_known_ones(world: World) -> None:
    ran = world.run("try", "vists")
    assert ran.exit_code == 2
    assert "did you mean `visits`?" in ran.stderr


def test_try_of_a_manual_metric_says_how_to_record_it(world: World) -> None:
    ran = world.run("try", "mood")
    assert ran.exit_code == 2
    assert "krtracker record mood VALUE" in ran.stderr


def test_try_with_a_mistake_in_a_source_names_its_line(world: World) -> None:
    text = (world.folder / "krtracker.toml").read_text()
    world.write("krtracker.toml", text.replace("url = ", "uri = "))
    ran = world.run("try", "visits")
    assert ran.exit_code == 3
    assert "did you mean `url`?" in ran.stderr


def test_try_shows_what_the_source_complains_of(world: World) -> None:
    world.write(
        "metrics.toml",
        (world.folder / "metrics.toml").read_text().replace("from days", "from dayz"),
    )
    ran = world.run("try", "visits")
    assert ran.exit_code == 4
    assert "dayz" in ran.stderr


def test_collect_stores_evaluates_and_publishes(world: World) -> None:
    ran = world.run("collect")
    assert ran.exit_code == 0
    assert "60 new" in ran.stdout
    assert "3 key results: " in ran.stdout
    assert world.run("status").exit_code == 0


def test_collecting_again_finds_nothing_new(filled: World) -> None:
    assert "nothing new" in filled.run("collect", "visits").stdout


def test_a_round_is_summed_up_in_one_line(world: World) -> None:
    assert "2 metrics in 2 requests: 120 new\n" in world.run("collect").stdout
    assert "2 metrics in 2 requests: nothing new\n" in world.run("collect").stdout


def test_a_metric_read_in_two_windows_is_one_line(world: World) -> None:
    text = (world.folder / "metrics.toml").read_text()
    world.write("metrics.toml", text.replace('"60d"', '"400d"', 1))
    lines = world.run("collect", "visits").stdout.splitlines()
    first = TODAY - timedelta(days=400)
    assert lines[:2] == [
        f"visits  {first} to {YESTERDAY}  ok  60 new",
        "1 metric in 2 requests: 60 new",
    ]


def test_a_restated_day_is_told(filled: World) -> None:
    filled.days([*steady()[:-1], (YESTERDAY, 240, 10)])
    assert "1 restated" in filled.run("collect", "visits").stdout


def test_one_bad_metric_ends_with_4_and_stops_no_other(world: World) -> None:
    text = (
        (world.folder / "metrics.toml")
        .read_text()
        .replace("select day, orders", "select day, nope")
    )
    world.write("metrics.toml", text)
    ran = world.run("collect")
    assert ran.exit_code == 4
    assert "FAIL orders (shop)" in ran.stderr
    assert "visits" in ran.stdout
    assert "orders" not in ran.stdout
    assert "2 metrics in 2 requests: 60 new; 1 failed\n" in ran.stdout
    assert world.json("status", "visits-up")["key_results"][0]["actual"] == 140.0


def test_collect_dry_run_names_the_windows_and_asks_nothing(world: World) -> None:
    ran = world.run("collect", "visits", "--dry-run")
    assert f"{TODAY - timedelta(days=60)} to {YESTERDAY}" in ran.stdout
    assert not (world.folder / "data").exists()


def test_collect_of_an_unknown_metric_is_refused_before_anything_is_asked(world: World) -> None:
    assert world.run("collect", "nope").exit_code == 2
    assert not (world.folder / "data").exists()


def test_collect_as_json_tells_every_event(world: World) -> None:
    events = [one["event"] for one in world.json("collect")["events"]]
    assert events.count("run") == 2
    assert events[-2:] == ["evaluated", "done"]


def test_an_edited_query_pauses_its_metric_and_names_the_way_on(filled: World) -> None:
    text = (
        (filled.folder / "metrics.toml")
        .read_text()
        .replace("visits as value", "visits * 1 as value")
    )
    filled.write("metrics.toml", text)
    ran = filled.run("collect", "visits")
    assert "paused visits" in ran.stderr
    assert "krtracker backfill visits" in ran.stderr


def test_backfill_reads_the_asked_days(world: World) -> None:
    first = TODAY - timedelta(days=10)
    ran = world.run("backfill", "visits", "--from", str(first))
    assert ran.exit_code == 0
    assert f"visits  {first} to {YESTERDAY}  ok  10 new" in ran.stdout


def test_backfill_the_wrong_way_round_is_refused(world: World) -> None:
    ran = world.run("backfill", "visits", "--from", "2026-02-01", "--to", "2026-01-01")
    assert ran.exit_code == 2
    assert "swap them" in ran.stderr


def test_backfill_dry_run_stores_nothing(world: World) -> None:
    assert "would read visits" in world.run("backfill", "visits", "--dry-run").stderr
    assert not (world.folder / "data").exists()


def test_a_recorded_value_moves_its_key_result(filled: World) -> None:
    ran = filled.run("record", "mood", "7", "--note", "survey of the week")
    assert ran.exit_code == 0
    assert filled.json("status", "mood-8")["key_results"][0]["actual"] == 7.0
    assert "survey of the week" in filled.run("why", "mood-8").stdout


def test_a_negative_value_is_a_value_and_no_option(filled: World) -> None:
    assert filled.run("record", "mood", "-3.5").exit_code == 0
    assert filled.json("status", "mood-8")["key_results"][0]["actual"] == -3.5


def test_a_retracted_day_is_no_longer_known(filled: World) -> None:
    filled.run("record", "mood", "7")
    ran = filled.run("record", "mood", "--retract", "--day", str(YESTERDAY))
    assert "recorded  1 retracted\n" in ran.stdout
    assert filled.json("status", "mood-8")["key_results"][0]["status"] == "no_data"


@pytest.mark.parametrize(
    "words", [(), ("--retract",), ("7", "--retract"), ("seven",), ("7", "--day", "2026-02-30")]
)
def test_record_refuses_a_call_that_cannot_work(world: World, words: tuple[str, ...]) -> None:
    assert world.run("record", "mood", *words).exit_code == 2


def test_record_of_a_sourced_metric_is_refused(world: World) -> None:
    assert world.run("record", "visits", "7").exit_code == 2


def test_record_dry_run_stores_nothing(world: World) -> None:
    assert world.json("record", "mood", "7", "--dry-run")["would"]["value"] == 7.0
    assert not (world.folder / "data").exists()


def test_an_imported_history_keeps_its_own_time_of_knowledge(filled: World) -> None:
    file = filled.write(
        "mood.csv",
        f"day,value,recorded_at\n{TODAY - timedelta(days=20)},6.5,2026-01-05T12:00:00Z\n"
        f"{YESTERDAY},7,2026-01-06T12:00:00Z\n",
    )
    ran = filled.run("import", "mood", str(file))
    assert ran.exit_code == 0, ran.output
    known = filled.json("query", "select recorded_at from krt.observations where metric = 'mood'")
    assert sorted(str(one["recorded_at"])[:10] for one in known["rows"]) == [
        "2026-01-05",
        "2026-01-06",
    ]


def test_every_wrong_line_of_an_import_is_named_and_nothing_stored(world: World) -> None:
    file = world.write(
        "mood.csv",
        "day,value\n2026-01-05,6\n2026-01-06,six\n06.01.2026,6\n2026-01-08\n2026-01-05,7\n",
    )
    ran = world.run("import", "mood", str(file))
    assert ran.exit_code == 2
    assert [line.split(": ")[0].rpartition(":")[2] for line in ran.stderr.splitlines()[1:-1]] == [
        "4",
        "5",
        "6",
    ]
    assert f"{file}:3: `six` is no number" in ran.stderr
    assert not (world.folder / "data").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,vlue\n", "did you mean `value`?"),
        ("day\n", "no column `value`"),
        ("day,value,value\n", "a column comes twice"),
        ("day,value\n", "holds no rows"),
        ("day,value\n2026-01-05,nan\n", "not finite"),
        ('day,value\n2026-01-05,"6\n', ":2: "),
    ],
)
def test_a_file_that_is_no_import_says_why(world: World, text: str, said: str) -> None:
    ran = world.run("import", "mood", str(world.write("mood.csv", text)))
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_a_file_that_is_not_there_is_a_usage_error(world: World) -> None:
    assert world.run("import", "mood", "nowhere.csv").exit_code == 2


def test_import_dry_run_checks_and_stores_nothing(world: World) -> None:
    file = world.write("mood.csv", "day,value\n2026-01-05,6\n")
    assert "1 row would be imported" in world.run("import", "mood", str(file), "--dry-run").stderr
    assert not (world.folder / "data").exists()


def test_evaluate_judges_every_key_result(filled: World) -> None:
    ran = filled.run("evaluate")
    assert ran.exit_code == 0
    assert "3 key results: " in ran.stdout


def test_evaluate_of_a_day_shows_and_stores_nothing(filled: World) -> None:
    day = str(TODAY - timedelta(days=11))
    before = filled.json("query", "select count(*) as n from krt.key_result_daily")["rows"]
    assert filled.json("evaluate", "--day", day)["key_results"][0]["data_day"] == day
    assert filled.json("query", "select count(*) as n from krt.key_result_daily")["rows"] == before


def test_evaluate_of_a_day_to_come_is_refused(filled: World) -> None:
    assert filled.run("evaluate", "--day", str(TODAY)).exit_code == 2


def test_a_value_that_is_no_number_is_told_in_plain_words(filled: World) -> None:
    ran = filled.run("record", "mood", "41%")
    assert (ran.exit_code, "`41%` is no number; write it as 41.5" in ran.stderr) == (2, True)


def test_a_file_with_semicolons_is_told_to_use_commas(filled: World) -> None:
    file = filled.write("mood.csv", "day;value\n2026-01-05;6,5\n")
    assert "separate the columns by commas" in filled.run("import", "mood", str(file)).stderr
