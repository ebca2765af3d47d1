"""`forecast` and `calibration` as a person runs them; the odds in `status` and `why`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from krtracker.model import Evaluation, FanDay, Forecast, Status
from krtracker.store import ConfigurationVersion, Foretold, Said, Store, StorePaths
from tests.cli.world import END, TODAY, World

NOW = datetime.now(UTC)
GIVEN = TODAY - timedelta(days=20)


@pytest.fixture
def odds(world: World) -> World:
    """The shop with its cycle judged by forecast, collected."""
    text = (world.folder / "okrs/now.toml").read_text("utf-8").replace('"pace"', '"forecast"')
    world.write("okrs/now.toml", text)
    assert world.run("collect").exit_code == 0
    return world


def closed(world: World, chances: dict[str, tuple[float, float]]) -> None:
    """Key results that have closed: by name the chance given to reach 100, and the final actual."""
    from krtracker.settings import load

    workspace = load(world.toml)
    version = ConfigurationVersion(workspace.digest, workspace.files)
    told, said = [], []
    for name, (chance, actual) in chances.items():
        fan = (FanDay(TODAY, 60.0, 80.0, 100.0, 120.0, 140.0, chance),)
        made = Forecast(
            name, GIVEN, chance, "target", 100.0, 1, chance, fan, 90, "krtracker forecast 1", "d"
        )
        told.append(Foretold(made, "old", "visits", GIVEN, GIVEN))
        said.append(
            Evaluation(
                name, "old", "visits", TODAY, TODAY, Status.MISSED, Status.MISSED, "over",
                actual=actual, final=True, inputs_digest="e",
            )
        )  # fmt: skip
    with Store.open(StorePaths(workspace.store_path), now=NOW) as store:
        store.save(Said(forecasts=told), version=version, catalogue=workspace, now=NOW)
        store.save(said, version=version, catalogue=workspace, now=NOW)
        store.publish()


def test_forecast_says_chance_interval_and_grounds(odds: World) -> None:
    ran = odds.run("forecast", "visits-up")
    assert ran.exit_code == 0, ran.output
    lines = [line.strip() for line in ran.stdout.splitlines()]
    assert lines[0] == "Half more visits  now/visits-up"
    assert "% chance of reaching 150 by " in lines[1]
    assert "(on track from 70 %, at risk from 30 %)" in lines[1]
    named = {line.partition("  ")[0] for line in lines[3:]}
    assert named >= {"ends near", "80 % between", "reached", "to do it", "learnt from", "published"}
    assert "past odds     no key result has closed yet, 30 are needed to tell" in lines


def test_the_paths_are_drawn_on_one_scale(odds: World) -> None:
    drawn = odds.run("forecast", "visits-up").stdout.splitlines()[-3:]
    assert [line.split()[0] for line in drawn] == ["90", "median", "10"]
    assert all("│" in line for line in drawn)


def test_forecast_as_json_is_the_published_one_with_every_day_to_come(odds: World) -> None:
    told = odds.json("forecast", "visits-up")
    board = odds.json("status", "visits-up")["key_results"][0]
    assert (told["chance"], told["final"]["middle"]) == (board["chance"], board["forecast"])
    assert (told["final"]["low80"], told["final"]["high80"]) == (
        board["forecast_low"],
        board["forecast_high"],
    )
    assert told["published_at"] is not None
    assert told["fan"][-1] == told["final"]
    assert told["final"]["day"] == str(END)
    assert told["reached_on"] == board["reached_on"]


def test_a_refusal_is_told_in_words_and_code(odds: World) -> None:
    text = odds.run("forecast", "mood-8").stdout
    assert text.splitlines()[1].startswith("no forecast: ")
    told = odds.json("forecast", "mood-8")
    assert (told["chance"], told["refused"]) == (None, "no_settled_day")
    assert odds.json("status", "mood-8")["key_results"][0]["no_forecast"] == told["why"]


def test_a_cycle_by_pace_has_odds_that_decide_nothing(world: World) -> None:
    assert world.run("collect").exit_code == 0
    assert (
        "the cycle goes by pace: this decides nothing" in world.run("forecast", "visits-up").stdout
    )
    assert world.json("forecast", "visits-up")["published_at"] is None
    assert world.json("status", "visits-up")["key_results"][0]["chance"] is None


def test_a_day_is_foretold_with_what_is_known_now_and_as_of_with_what_was(odds: World) -> None:
    day = str(TODAY - timedelta(days=5))
    told = odds.json("forecast", "visits-up", "--day", day)
    said = odds.json("status", "visits-up", "--day", day)["key_results"][0]
    assert told["data_day"] < day
    assert (
        told["chance"]
        == said["chance"]
        == odds.json("why", "visits-up", "--day", day)["evaluation"]["probability"]
    )
    now = odds.json("forecast", "visits-up")
    assert odds.json("forecast", "visits-up", "--as-of", str(TODAY))["chance"] == now["chance"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("forecast", "visits-upp"), "did you mean `visits-up`?"),
        (("forecast", "visits-up", "--day", "2999-01-01"), "is not over yet"),
        (("forecast", "visits-up", "--as-of", "2001-01-01"), "nothing was evaluated by"),
        (("calibration", "--metric", "visit"), "did you mean `visits`?"),
    ],
)
def test_bad_input_is_refused_with_the_way_on(
    odds: World, words: tuple[str, ...], told: str
) -> None:
    ran = odds.run(*words)
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_why_names_the_forecast_behind_the_chance(odds: World) -> None:
    text = odds.run("why", "visits-up").stdout
    assert "of 1,000 paths, krtracker forecast 1" in text
    assert "learnt from" in text
    kept = odds.json("why", "visits-up")
    assert kept["forecast"]["probability"] == kept["evaluation"]["probability"]
    refused = odds.json("why", "mood-8")["forecast"]
    assert refused["code"] == "no_settled_day"


def test_without_outcomes_calibration_says_so(odds: World) -> None:
    assert odds.run("calibration").stdout == (
        "no chance given has an outcome yet: the first key result to close begins the ledger\n"
    )
    assert odds.json("calibration") == {"schema": 1, "metric": None, "overall": None, "metrics": {}}


def test_few_outcomes_are_shown_with_a_warning(odds: World) -> None:
    """80 % and met, 40 % and not: ((0.2)^2 + (0.4)^2) / 2 = 0.1."""
    closed(odds, {"old/a": (0.8, 110.0), "old/b": (0.4, 90.0)})
    text = odds.run("calibration").stdout
    assert text.startswith("too early to tell: 2 key results have closed, 30 are needed\n")
    assert "40 % to 50 %" in text
    told = odds.json("calibration", "--metric", "visits")["overall"]
    assert told["brier"] == pytest.approx(0.1)
    assert (told["coverage"], told["enough"], told["key_results"]) == (1.0, False, 2)


def test_thirty_outcomes_are_enough_to_be_shown_beside_the_odds(odds: World) -> None:
    """80 % said and 24 of 30 met: nothing off; three of thirty beyond their interval."""
    actual = {n: 110.0 if n < 24 else 70.0 if n < 27 else 90.0 for n in range(30)}
    closed(odds, {f"old/k{n}": (0.8, actual[n]) for n in range(30)})
    words = (
        "0 % off on average over 30 closed key results; "
        "90 % of the results lay within their 80 % interval"
    )
    assert odds.run("calibration").stdout.startswith(words)
    assert f"past odds     of this metric {words}" in odds.run("forecast", "visits-up").stdout
    assert odds.json("forecast", "visits-up")["calibration"]["enough"] is True


def test_calibration_as_of_a_day_before_the_outcomes_knows_none(odds: World) -> None:
    closed(odds, {"old/a": (0.8, 110.0)})
    assert odds.json("calibration", "--as-of", str(TODAY - timedelta(days=2)))["overall"] is None
    assert odds.json("calibration", "--as-of", str(TODAY))["overall"]["key_results"] == 1
