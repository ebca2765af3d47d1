"""Values that a program pushes: once a key, judged as a source's, every attempt a run."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from krtracker.connector import Point
from krtracker.errors import UnknownNameError, UsageError
from krtracker.model import Outcome, Run
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import KeyReusedError, NotPushedError, Push
from tests.tracker.company import Company, Tracking

METRICS = """
[metrics.nps]
kind = "number"
source = "manual"
domain = [-100, 100]

[metrics.nps.expect]
between = [0, 80]

[metrics.twice]
kind = "count"
formula = "dau + dau"
"""
DAY = date(2026, 11, 18)
NEXT = date(2026, 11, 19)


@pytest.fixture
def pushed(company: Company) -> Company:
    company.add("metrics.toml", METRICS)
    return company


def known(at: Tracking) -> dict[int, float]:
    span = Span(date(2020, 1, 1), date(2026, 12, 31))
    series = at.reader.series({("nps", ""): span})["nps", ""]
    pairs = zip(series.days, series.values, strict=True)
    return {date.fromordinal(day).day: value for day, value in pairs}


def test_pushed_points_are_one_run_of_source_push(pushed: Company) -> None:
    with pushed.tracking() as at:
        run, again = at.tracker.push(Push("nps", [Point(NEXT, 42), Point(DAY, 41)], note="survey"))
        assert (run.outcome, run.source, run.written, again) == (
            Outcome.RECORDED, "push", 2, False,
        )  # fmt: skip
        assert known(at) == {18: 41.0, 19: 42.0}
        assert at.reader.run(run.id).note == "survey"


def test_the_same_values_again_change_nothing_and_are_a_run_of_their_own(pushed: Company) -> None:
    with pushed.tracking() as at:
        at.tracker.push(Push("nps", [Point(DAY, 41)]))
        run, again = at.tracker.push(Push("nps", [Point(DAY, 41)]))
        assert (run.rows, run.written, again) == (1, 0, False)
        assert len(at.reader.runs("nps")) == 2


def test_a_new_value_of_a_known_day_is_a_revision(pushed: Company) -> None:
    with pushed.tracking() as at:
        at.tracker.push(Push("nps", [Point(DAY, 41)]))
        run, _ = at.tracker.push(Push("nps", [Point(DAY, 44)]))
        assert (run.written, run.revised) == (1, 1)
        assert known(at) == {18: 44.0}


def test_the_same_key_with_the_same_points_is_the_same_run_and_stores_nothing(
    pushed: Company,
) -> None:
    with pushed.tracking() as at:
        first, _ = at.tracker.push(Push("nps", [Point(DAY, 41), Point(NEXT, 42)], key="k1"))
        at.tracker.push(Push("nps", [Point(DAY, 50)], key="k2"))
        late, again = at.tracker.push(Push("nps", [Point(NEXT, 42), Point(DAY, 41)], key="k1"))
        assert (late, again) == (first, True)
        assert known(at) == {18: 50.0, 19: 42.0}, "a late repetition does not undo newer values"
        assert len(at.reader.runs("nps")) == 2


def test_a_key_is_known_after_the_store_was_closed(pushed: Company) -> None:
    with pushed.tracking() as at:
        first, _ = at.tracker.push(Push("nps", [Point(DAY, 41)], key="k1"))
    with pushed.tracking() as at:
        assert at.tracker.push(Push("nps", [Point(DAY, 41)], key="k1")) == (first, True)


def test_a_key_with_other_values_is_refused_and_names_the_run(pushed: Company) -> None:
    with pushed.tracking() as at:
        first, _ = at.tracker.push(Push("nps", [Point(DAY, 41)], key="k1"))
        with pytest.raises(KeyReusedError, match=f"`k1` already stands for run {first.id}"):
            at.tracker.push(Push("nps", [Point(DAY, 43)], key="k1"))
        assert known(at) == {18: 41.0}


def test_two_pushes_with_one_key_at_once_store_one_run(pushed: Company) -> None:
    with pushed.tracking() as at:
        told: list[tuple[Run, bool]] = []
        same = Push("nps", [Point(DAY, 41)], key="k1")
        threads = [
            threading.Thread(target=lambda: told.append(at.tracker.push(same))) for _ in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len({run.id for run, _ in told}) == 1
        assert sorted(again for _, again in told) == [False, True, True, True]


@pytest.mark.parametrize(
    ("value", "words"),
    [(101.0, "domain is between -100 and 100"), (81.0, "between 0 and 80")],
    ids=["outside the domain", "against an expectation"],
)
def test_a_suspect_day_is_kept_apart_with_its_words(
    pushed: Company, value: float, words: str
) -> None:
    with pushed.tracking() as at:
        run, _ = at.tracker.push(Push("nps", [Point(DAY, value), Point(NEXT, 42)]))
        assert run.quarantined == 1
        assert known(at) == {19: 42.0}
        (note,) = run.notes
        assert note.startswith("2026-11-18 is set apart: ")
        assert words in note


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([Point(DAY, 1.0), Point(DAY, 2.0)], "two values for 2026-11-18"),
        ([Point(DAY, 1.0), Point(date(2026, 11, 21), 1.0)], "2026-11-21 is still to come"),
        ([Point(DAY, 1.0, 10.0), Point(NEXT, 1.0)], "2026-11-19 has no weight"),
    ],
)
def test_points_against_the_contract_are_refused_whole_and_leave_a_run(
    pushed: Company, points: list[Point], said: str
) -> None:
    with pushed.tracking() as at:
        with pytest.raises(UsageError, match=said):
            at.tracker.push(Push("nps", points, key="k1"))
        (run,) = at.reader.runs("nps")
        assert (run.outcome, run.source, run.written) == (Outcome.UNEXPECTED, "push", 0)
        assert said in run.message
        assert known(at) == {}


def test_a_refused_push_does_not_use_its_key_up(pushed: Company) -> None:
    with pushed.tracking() as at:
        with pytest.raises(UsageError):
            at.tracker.push(Push("nps", [Point(DAY, 1.0), Point(DAY, 2.0)], key="k1"))
        _, again = at.tracker.push(Push("nps", [Point(DAY, 1.0)], key="k1"))
        assert not again


def test_a_push_that_could_not_be_read_leaves_a_run_with_the_reason(pushed: Company) -> None:
    with pushed.tracking() as at:
        run = at.tracker.refuse_push("nps", "the body is not JSON")
        assert (run.outcome, run.message) == (Outcome.UNEXPECTED, "the body is not JSON")
        assert not run.outcome.covers


@pytest.mark.parametrize(
    ("metric", "said"), [("dau", "is asked of `db`"), ("twice", "is a formula")]
)
def test_numbers_that_come_from_elsewhere_are_not_pushed(
    pushed: Company, metric: str, said: str
) -> None:
    with pushed.tracking() as at:
        with pytest.raises(NotPushedError, match=said):
            at.tracker.push(Push(metric, [Point(DAY, 1.0)]))
        assert at.reader.runs(metric) == []


def test_an_unknown_metric_is_answered_with_the_nearest_one(pushed: Company) -> None:
    with pushed.tracking() as at, pytest.raises(UnknownNameError, match="did you mean `nps`"):
        at.tracker.push(Push("npss", [Point(DAY, 1.0)]))


def test_a_key_is_known_after_the_store_was_rebuilt(pushed: Company) -> None:
    with pushed.tracking() as at:
        first, _ = at.tracker.push(Push("nps", [Point(DAY, 41)], key="k1"))
    Store.rebuild(StorePaths(pushed.load().store_path), now=pushed.clock)
    with pushed.tracking() as at:
        assert at.tracker.push(Push("nps", [Point(DAY, 41)], key="k1")) == (first, True)
