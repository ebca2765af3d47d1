"""The commands a person begins with: init, check, doctor, schema, explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from krtracker.cli import krtracker
from krtracker.cli.starter import KINDS, Answers, files_of
from tests.cli.world import World, made


def run(*words: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(krtracker, list(words))
    return ran.exit_code, ran.stdout, ran.stderr


def test_init_writes_a_configuration_that_check_accepts_without_a_remark(tmp_path: Path) -> None:
    code, _, told = run("init", str(tmp_path), "--yes")
    assert (code, "next: " in told) == (0, True)
    code, said, told = run("check", "--strict", "--config", str(tmp_path / "krtracker.toml"))
    assert (code, told) == (0, "next: krtracker doctor   (tries the sources too)\n")
    assert said.startswith("ok  3 files, 1 source, 1 metric, 1 key result in 1 cycle")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_gives_a_valid_start(tmp_path: Path, kind: str) -> None:
    answers = Answers('A "quoted" name', "Europe/Berlin", kind, "app.events", "2026-q4")
    for name, text in files_of(answers).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code, _, told = run("check", "--config", str(tmp_path / "krtracker.toml"))
    assert code == 0, told


@pytest.mark.parametrize(
    ("source", "step"),
    [
        ("ga4", "put ga4-service-account.json beside krtracker.toml"),
        ("amplitude", "put AMPLITUDE_API_KEY and AMPLITUDE_SECRET_KEY in .env"),
        ("files", "put events.csv into source/"),
    ],
)
def test_init_says_what_its_source_needs_next(tmp_path: Path, source: str, step: str) -> None:
    code, _, told = run("init", str(tmp_path), "--yes", "--source", source)
    assert (code, step in told) == (0, True)


def test_a_file_of_credentials_is_never_committed(tmp_path: Path) -> None:
    run("init", str(tmp_path), "--yes", "--source", "ga4")
    assert "ga4-service-account.json" in (tmp_path / ".gitignore").read_text().splitlines()


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "metrics.toml").write_text("# mine\n")
    assert "kept  metrics.toml" in run("init", str(tmp_path), "--yes")[2]
    assert (tmp_path / "metrics.toml").read_text() == "# mine\n"
    code, _, told = run("init", str(tmp_path), "--yes")
    assert (code, "exists and stays" in told) == (2, True)


def test_init_without_a_terminal_asks_nobody(tmp_path: Path) -> None:
    code, _, told = run("init", str(tmp_path))
    assert (code, "krtracker init --yes" in told) == (2, True)


def test_init_dry_run_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert "would write krtracker.toml" in run("init", str(folder), "--yes", "--dry-run")[2]
    assert not folder.exists()


def test_check_names_the_next_three_runs_of_each_refresh(world: World) -> None:
    [runs] = [one["runs"] for one in world.json("check")["next_runs"]]
    assert len(runs) == 3


def test_check_shows_the_seconds_of_runs_that_are_seconds_apart(world: World) -> None:
    text = (world.folder / "metrics.toml").read_text()
    world.write("metrics.toml", text.replace('history = "60d"', 'refresh = "every 5 s"'))
    line = next(one for one in world.run("check").stdout.splitlines() if "every 5 s" in one)
    assert len(set(line.split(" next ")[1].split(", "))) == 3


def test_check_names_every_mistake_of_every_file_at_once(world: World) -> None:
    world.write(
        "metrics.toml", (world.folder / "metrics.toml").read_text().replace("count", "cuont")
    )
    okrs = (
        (world.folder / "okrs/now.toml").read_text().replace('metric = "mood"', 'metric = "moood"')
    )
    world.write("okrs/now.toml", okrs)
    ran = world.run("check")
    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert "metrics.toml:3" in ran.stderr
    assert "did you mean `mood`" in ran.stderr


def test_check_names_what_connectors_refuse_beside_all_other_mistakes(world: World) -> None:
    """A misspelt connector came to light only once the eleven mistakes before it were mended."""
    text = world.toml.read_text().replace('connector = "sql"', 'connector = "sqll"')
    world.write("krtracker.toml", text.replace('timezone = "UTC"', 'timezone = "Mars/Base"'))
    text = (world.folder / "metrics.toml").read_text()
    world.write("metrics.toml", text.replace('kind = "count"', 'kind = "cuont"'))
    problems = world.json("check")["error"]["problems"]
    assert {one["code"] for one in problems} == {"K014", "K006", "K040"}


def test_check_finds_an_option_that_the_connector_does_not_know(world: World) -> None:
    world.write("krtracker.toml", world.toml.read_text().replace("url = ", "urll = "))
    answer = json.loads(world.run("check", "--json").stdout)
    assert answer["error"]["exit_code"] == 3
    assert {one["file"] for one in answer["error"]["problems"]} == {"krtracker.toml"}


def test_check_without_a_configuration_says_where_it_looked(tmp_path: Path) -> None:
    code, _, told = run("check", "--config", str(tmp_path / "krtracker.toml"))
    assert (code, "krtracker init" in told) == (2, True)


def test_doctor_tries_the_source_and_finds_all_well(world: World) -> None:
    ran = world.run("doctor")
    assert ran.exit_code == 0, ran.output
    verdicts = {line.split()[1]: line.split()[0] for line in ran.stdout.splitlines()}
    assert verdicts["shop"] == verdicts["clock"] == verdicts["disk"] == "ok"


def test_doctor_warns_of_a_store_in_a_synced_folder(tmp_path: Path) -> None:
    synced = tmp_path / "Dropbox"
    synced.mkdir()
    ran = made(synced).run("doctor")
    assert "is kept in step by `Dropbox`" in ran.stdout
    assert ran.exit_code == 0


def test_doctor_names_the_source_that_fails_and_where_it_stands(world: World) -> None:
    (world.folder / "shop.db").unlink()
    ran = world.run("doctor")
    assert ran.exit_code == 4
    assert "FAIL  shop" in ran.stdout
    assert "krtracker.toml:9" in ran.stdout


def test_doctor_names_a_missing_secret_and_shows_none(world: World) -> None:
    text = world.toml.read_text().replace('"sqlite:///shop.db"', '"${env:SHOP_URL_NOT_SET}"')
    world.write("krtracker.toml", text)
    ran = world.run("doctor")
    assert ran.exit_code == 4
    assert "SHOP_URL_NOT_SET" in ran.stdout


def test_doctor_of_a_broken_configuration_points_to_check(world: World) -> None:
    world.write("metrics.toml", "[metrics.visits]\n")
    ran = world.run("doctor")
    assert ran.exit_code == 4
    assert "krtracker check" in ran.stdout


def test_doctor_looks_at_the_store_that_is_there(collected: World) -> None:
    found = {one["subject"]: one["verdict"] for one in collected.json("doctor")["findings"]}
    assert found["store"] == "ok"


def test_the_schema_is_printed_and_written_beside_the_configuration(world: World) -> None:
    printed = json.loads(world.run("schema").stdout)
    assert world.run("schema", "--write").exit_code == 0
    assert json.loads((world.folder / ".krtracker/schema.json").read_text()) == printed


def test_a_schema_that_cannot_be_written_says_why(world: World) -> None:
    ran = world.run("schema", "--output", str(world.toml / "schema.json"))
    assert ran.exit_code == 2
    assert "cannot write" in ran.stderr


def test_explain_shows_the_rule_with_a_bad_and_a_good_example() -> None:
    code, said, _ = run("explain", "k021")
    assert code == 0
    assert said.startswith("K021  ")
    assert "instead of" in said
    assert "write" in said


def test_explain_of_an_unknown_code_lists_known_ones() -> None:
    code, _, told = run("explain", "K0")
    assert (code, "K0" in told) == (2, True)
