"""`test`, `replay` and `draft-check` as a person runs them; parts and objectives in `status`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.world import END, START, TODAY, World

LAST = TODAY - timedelta(days=1)
MORE = f"""
[key_results.floor]
objective = "shop"
type = "keep-above"
metric = "visits"
target = 100

[key_results.steps]
objective = "shop"
type = "milestones"

[[key_results.steps.milestones]]
title = "Opened"
due = {START}
done = {START}

[[key_results.steps.milestones]]
title = "Grown"
due = {END}

[key_results.mix]
objective = "shop"
type = "composite"
parts = [{{ key_result = "steps" }}, {{ key_result = "visits-up" }}]
"""
RULES = f"""
[[test]]
title = "140 visits on day 30 are ahead of the line"
day = {LAST}
series = [{{ metric = "visits", from = {START}, to = {LAST}, value = 140 }}]

[test.expect.visits-up]
status = "on_track"
progress = 0.8
actual = 140
"""


@pytest.fixture
def whole(world: World) -> World:
    """The shop with goals of every kind, collected."""
    world.write("okrs/now.toml", (world.folder / "okrs/now.toml").read_text("utf-8") + MORE)
    assert world.run("collect").exit_code == 0
    return world


def test_a_rule_test_that_holds_passes(world: World) -> None:
    world.write("tests/rules.toml", RULES)
    ran = world.run("test")
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == "ok 140 visits on day 30 are ahead of the line\n"


def test_a_rule_test_that_fails_says_what_was_said_instead_and_why(world: World) -> None:
    file = world.write("rules.toml", RULES.replace('"on_track"', '"off_track"'))
    ran = world.run("test", str(file))
    assert ran.exit_code == 10
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("FAIL 140 visits")
    assert lines[1].strip() == "now/visits-up: status is on_track, expected off_track"
    assert lines[2].strip().startswith("now/visits-up: On track: 140 of 150")


def test_objectives_and_numbers_to_the_digits_written_can_be_expected(world: World) -> None:
    text = RULES + '\n[test.expect.shop]\nstatus = "no_data"\n'
    world.write("tests/rules.toml", text.replace("progress = 0.8", "progress = 0.81"))
    told = world.json("test")
    assert (told["passed"], told["tests"][0]["failures"]) == (
        0, ["now/visits-up: progress is 0.8, expected 0.81"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RULES.replace("day = ", "dya = "), "unknown setting `dya`"),
        (RULES.replace("visits-up", "visits-pu"), "did you mean `visits-up`?"),
        (RULES.replace('metric = "visits"', 'metric = "visit"'), "did you mean `visits`?"),
        (RULES.replace(", value = 140", ""), "a series has `from` and either `values`"),
        ("[tests]\n", "must hold [[test]] tables"),
        ("[[test\n", "cannot read"),
    ],
)
def test_a_rule_test_that_cannot_be_read_is_refused(world: World, text: str, says: str) -> None:
    ran = world.run("test", str(world.write("rules.toml", text)))
    assert ran.exit_code == 2
    assert says in ran.stderr


def test_without_rule_tests_it_says_where_to_write_them(world: World) -> None:
    ran = world.run("test")
    assert (ran.exit_code, "write tests/rules.toml" in ran.stderr) == (2, True)


def test_a_cycle_is_replayed_under_other_limits(whole: World) -> None:
    told = whole.json("replay", "now", "--status.by", "pace", "--status.pace_level", "0.25,0.3")
    first, second = told["runs"]
    visits = {one["key_result"]: one for one in second["key_results"]}["now/visits-up"]
    assert first["rule"]["pace_level"] == [1.1, 1.5]
    assert second["rule"]["pace_level"] == [0.25, 0.3]
    assert visits["alarms"] == 11
    text = whole.run("replay", "now").stdout
    assert text.startswith("now, by pace (levels 1.1 / 1.5, totals 1.02 / 1.2)\n")


def test_a_replay_calls_nothing_missed_while_the_cycle_runs(whole: World) -> None:
    (told,) = whole.json("replay", "now")["runs"]
    assert (told["running"], told["missed"], told["detection_days"]) == (True, None, None)
    assert {one["missed"] for one in told["key_results"]} == {None}
    shown = whole.run("replay", "now").stdout
    assert "the cycle still runs" in shown
    assert " open " in shown


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "later"),
        ("replay", "now", "--status.on_track", "much"),
        ("replay", "now", "--status.on_track", "20%"),
        ("replay", "now", "--status.pace_total", "1.5,1.2"),
        ("replay", "now", "--status.pace_total", "1.5"),
    ],
)
def test_limits_that_mean_nothing_are_refused(whole: World, words: tuple[str, ...]) -> None:
    assert whole.run(*words).exit_code == 2


def test_a_draft_is_held_against_the_past(whole: World) -> None:
    text = whole.run("draft-check", "visits-up").stdout
    assert text == (
        "now/visits-up\n  A move of 50%: not one window of this length lies in its history.\n"
    )
    told = whole.json("draft-check")
    assert [one["key_result"] for one in told["key_results"]] == [
        "now/visits-up", "now/orders-900", "now/mood-8",
    ]  # fmt: skip


def test_status_shows_every_kind_and_the_objective_above(whole: World) -> None:
    told = whole.json("status")
    names = [one["name"] for one in told["key_results"]]
    assert names == ["visits-up", "orders-900", "mood-8", "floor", "steps", "mix"]
    (shop,) = told["objectives"]
    assert (shop["id"], shop["status"]) == ("now/shop", "on_track")
    assert "A busy shop · ann  ✓ on track, " in whole.run("status").stdout


def test_why_shows_what_a_composite_and_milestones_are_made_of(whole: World) -> None:
    mix = whole.run("why", "mix").stdout
    assert "now/steps" in mix
    assert "now/visits-up" in mix
    steps = whole.run("why", "steps").stdout
    assert f"Opened  due {START}  done {START}  weight 1" in steps
    floor = whole.run("why", "floor").stdout
    assert "kept      100.0 %, 0 of 0 bad days used" in floor
