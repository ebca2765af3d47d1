"""Whole rounds: every kind of key result, objectives and warnings judged, kept and asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from krtracker.model import Evaluation, ObjectiveEvaluation, Status
from krtracker.tracker import answer_as_of, answer_day
from tests.tracker.company import Company, Tracking, growing

EVERYTHING = """
[objectives.company]
title = "All"

[objectives.habit]
title = "A habit"
parent = "company"
rollup = "min"

[objectives.side]
title = "Under a key result"
parent = "dau-480"

[key_results.aside]
objective = "side"
metric = "dau"
target = 10_000

[key_results.floor]
objective = "habit"
type = "keep-above"
metric = "dau"
target = 375
share = "95%"

[key_results.double]
objective = "habit"
metric = "twice"
target = "+20%"
stretch = "+30%"
guardrails = ["floor", "dau above 440"]
leading = ["dau below 380, 7d ahead"]

[key_results.steps]
objective = "company"
type = "milestones"

[[key_results.steps.milestones]]
title = "First"
due = 2026-10-20
done = 2026-10-18

[[key_results.steps.milestones]]
title = "Second"
due = 2026-11-10

[key_results.mix]
objective = "company"
type = "composite"
parts = [{ key_result = "steps" }, { key_result = "dau-480", weight = 2 }]
"""
TWICE = """
[metrics.twice]
formula = "2 * dau"
actual = "7d mean"
"""


@pytest.fixture
def whole(company: Company) -> Company:
    """The company with one of each kind."""
    company.add("metrics.toml", TWICE)
    company.add("okrs/q4.toml", EVERYTHING)
    return company


def said(at: Tracking) -> dict[str, Evaluation]:
    return {one.key_result.partition("/")[2]: one for one in at.tracker.evaluate()}


def objectives(at: Tracking) -> dict[str, ObjectiveEvaluation]:
    return {name.partition("/")[2]: one for name, one in at.reader.objectives().items()}


def test_every_kind_is_judged_in_the_order_of_the_files(whole: Company) -> None:
    with whole.tracking() as at:
        at.tracker.collect()
        found = said(at)
    assert list(found) == ["dau-480", "aside", "floor", "double", "steps", "mix"]
    assert found["floor"].bad_days == 2
    assert found["double"].actual == pytest.approx(2 * 419)
    assert found["double"].baseline == pytest.approx(2 * 369)
    assert (found["steps"].progress, found["steps"].expected) == (0.5, 1.0)
    assert found["mix"].progress == pytest.approx((0.5 + 2 * 50 / 111) / 3)
    assert found["mix"].coverage == 1.0


def test_milestones_long_overdue_are_off_track(whole: Company) -> None:
    with whole.tracking() as at:
        at.tracker.collect()
        assert said(at)["steps"].status is Status.OFF_TRACK


def test_an_objective_is_made_of_its_key_results_and_the_objectives_under_it(
    whole: Company,
) -> None:
    """`habit` is as its weakest; `side` hangs on a measured key result and adds to nothing."""
    with whole.tracking() as at:
        at.tracker.collect()
        found = said(at)
        told = objectives(at)
    assert set(told) == {"growth", "company", "habit", "side"}
    assert told["growth"].progress == found["dau-480"].progress
    assert (found["floor"].status, found["double"].status) == (Status.ON_TRACK, Status.OFF_TRACK)
    assert told["habit"].progress == pytest.approx(found["double"].progress)
    parts = [found["steps"].progress, found["mix"].progress, told["habit"].progress]
    assert told["company"].progress == pytest.approx(sum(one or 0.0 for one in parts) / 3)
    assert told["side"].progress == pytest.approx(found["aside"].progress)


def test_the_views_show_objectives_and_warnings(whole: Company) -> None:
    with whole.tracking() as at:
        at.tracker.collect()
        found = said(at)
        _, rows = at.reader.sql("select objective, status, progress from krt.objectives")
        _, daily = at.reader.sql("select count(*) from krt.objective_daily")
        _, raised = at.reader.sql("select key_result, rule, over_on from krt.warnings order by all")
    assert [row[0] for row in rows] == [
        "2026-q4/growth", "2026-q4/company", "2026-q4/habit", "2026-q4/side",
    ]  # fmt: skip
    assert rows[0][2] == found["dau-480"].progress
    assert daily == [(4,)]
    assert ("2026-q4/dau-480", "W3", None) in raised


def test_a_breached_guardrail_holds_the_score_and_is_kept(whole: Company) -> None:
    whole.fill("dau", {date(2026, 11, 1) + timedelta(days=n): 500.0 for n in range(19)})
    with whole.tracking() as at:
        at.tracker.collect()
        found = said(at)["double"]
        _, rows = at.reader.sql(
            "select score, full_score, guardrails_breached, level_met from krt.key_results "
            "where name = 'double'"
        )
    assert (found.score, found.full_score, found.breached) == (0.6, 1.0, ("dau",))
    assert rows == [(0.6, 1.0, ["dau"], "stretch")]


def test_judging_the_same_twice_stores_and_tells_nothing_new(whole: Company) -> None:
    tables = ("evaluation", "objective_evaluation", "alarm")
    with whole.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        before = [at.reader.sql(f"select count(*) from {one}")[1] for one in tables]
        whole.later(hours=1)
        at.tracker.evaluate()
        assert [at.reader.sql(f"select count(*) from {one}")[1] for one in tables] == before


def test_a_restated_settled_day_is_told_once(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        company.later(days=1)
        company.fill("dau", {date(2026, 11, 15): 500.0})
        at.tracker.collect()
        at.tracker.evaluate()
        company.later(hours=1)
        at.tracker.evaluate()
        _, rows = at.reader.sql("select day, words from krt.warnings where rule = 'W6'")
    assert rows == [(date(2026, 11, 20), "2026-11-15 was restated from 418 to 500")]


def test_a_day_not_yet_settled_may_be_restated_in_silence(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        company.later(days=1)
        company.fill("dau", {date(2026, 11, 19): 500.0})
        at.tracker.collect()
        at.tracker.evaluate()
        _, rows = at.reader.sql("select day from krt.warnings where rule = 'W6'")
    assert rows == []


def test_any_day_can_be_asked_with_all_that_is_known_now(whole: Company) -> None:
    with whole.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        then = answer_day(at.reader, at.tracker.workspace, day=date(2026, 10, 25), now=whole.clock)
    found = {one.key_result.partition("/")[2]: one for one in then.evaluations}
    assert (found["steps"].progress, found["steps"].status) == (0.5, Status.ON_TRACK)
    assert found["mix"].data_day == date(2026, 10, 25)
    assert {one.objective for one in then.objectives} == {
        f"2026-q4/{name}" for name in ("growth", "company", "habit", "side")
    }


def test_one_composite_asked_alone_brings_its_parts(whole: Company) -> None:
    with whole.tracking() as at:
        at.tracker.collect()
        found = said(at)["mix"]
        alone = answer_day(
            at.reader,
            at.tracker.workspace,
            day=date(2026, 11, 19),
            now=whole.clock,
            names={"2026-q4/mix"},
        )
    (answer,) = alone.evaluations
    assert (answer.progress, answer.status) == (found.progress, found.status)
    assert [one.key_result for one in alone.parts["2026-q4/mix"]] == [
        "2026-q4/steps", "2026-q4/dau-480",
    ]  # fmt: skip


def test_a_past_quarter_replays_to_exactly_what_was_published(whole: Company) -> None:
    """Day by day through the quarter, the last three days restated each time."""
    # long: one story, day by day
    whole.clock = datetime(2026, 10, 1, 8, tzinfo=UTC)
    published = {}
    wave = growing(date(2026, 9, 1), date(2026, 12, 31))
    with whole.tracking() as at:
        for number in range(95):
            today = whole.clock.date()
            late = {today - timedelta(days=n): 0.97 for n in (1, 2)}
            known = {
                day: float(value or 0) * late.get(day, 1.0)
                for day, value in wave.items()
                if today - timedelta(days=4) <= day < today
            }
            whole.fill("dau", dict(known))
            at.tracker.collect()
            answers = at.tracker.evaluate()
            instant = at.reader.instant()
            assert instant is not None
            if number % 3 == 0:
                published[instant] = (answers, dict(at.reader.objectives()))
            whole.later(days=1)
        for instant, (answers, roofs) in published.items():
            then = answer_as_of(at.reader, instant=instant, folder=whole.folder)
            # What was measured for good that day counts as known when the day is asked again.
            assert [replace(one, freeze=()) for one in then.evaluations] == [
                replace(one, freeze=()) for one in answers
            ]
            assert {one.objective: one for one in then.objectives} == roofs
