"""A cycle judged again: what its end says of its misses, and that a running one has no end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from krtracker.cli.replay import summary
from krtracker.model import Status, StatusRule
from krtracker.periods import Span
from krtracker.tracker import Replay, Replayed, answer_day, replay
from tests.tracker.company import OKRS, Company

EASY = """
[key_results.dau-400]
objective = "growth"
metric = "dau"
target = 400
"""
BY_PACE = '[cycle.status]\nby = "pace"\n\n[objectives.growth]'
QUARTER = Span(date(2026, 10, 1), date(2026, 12, 31))
ALARMING = {Status.AT_RISK, Status.OFF_TRACK}


def judged(company: Company) -> Replay:
    with company.tracking() as at:
        at.tracker.collect()
        workspace = at.tracker.workspace
        cycle = workspace.cycles["2026-q4"]
        by_pace = replace(cycle, status=replace(cycle.status, by="pace"))
        return replay(at.reader, workspace, by_pace, now=company.clock)


def test_a_cycle_that_has_ended_tells_what_was_missed(company: Company) -> None:
    """dau ends at a mean of 461 over the last week: above 400 and below 480."""
    company.add("okrs/q4.toml", EASY)
    company.clock = datetime(2027, 1, 5, 8, tzinfo=UTC)
    found = judged(company)
    assert (found.running, found.span) == (False, QUARTER)
    assert {one.key_result: one.missed for one in found.results} == {
        "2026-q4/dau-480": True,
        "2026-q4/dau-400": False,
    }


def test_its_alarms_are_the_days_that_were_at_risk_or_off_track_when_asked_one_by_one(
    company: Company,
) -> None:
    company.write("okrs/q4.toml", OKRS.replace("[objectives.growth]", BY_PACE))
    company.clock = datetime(2027, 1, 5, 8, tzinfo=UTC)
    (replayed,) = judged(company).results
    with company.tracking() as at:
        said = [
            answer_day(at.reader, at.tracker.workspace, day=day, now=company.clock).evaluations[0]
            for day in QUARTER
        ]
    alarming = [day for day, one in zip(QUARTER, said, strict=True) if one.status in ALARMING]
    assert replayed.alarms == len(alarming) > 0
    assert replayed.first_alarm == alarming[0]


def test_a_cycle_that_runs_is_judged_to_yesterday_and_says_so(company: Company) -> None:
    found = judged(company)
    assert (found.running, found.span.last) == (True, date(2026, 11, 19))
    assert "the cycle still runs" in summary(found)


def test_the_counts_are_of_misses_known_for_good_and_of_false_alarms() -> None:
    """Two missed, one known on the 11th day; of 100 days of what was achieved 5 alarmed."""
    one = Replayed(
        "a", missed=True, days=90, alarms=80, changes=1, first_alarm=None, known_since=None
    )
    results = (
        replace(one, known_since=date(2026, 10, 11)),
        one,
        replace(one, missed=False, days=50, alarms=5),
        replace(one, missed=False, days=50, alarms=0),
    )
    found = Replay("q", StatusRule(), QUARTER, results)
    assert (len(found.missed), len(found.detected), found.delays) == (2, 1, (11,))
    assert found.false_alarm_share == 0.05
    assert summary(found) == (
        "1 of 2 misses known before the end, after a median of 11 days; "
        "false alarms on 5 % of the days of what was achieved"
    )
