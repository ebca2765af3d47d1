"""Collecting from real sources into a real store: what is asked, what failed, what is paused."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from krtracker import wiring
from krtracker.connector import (
    Answer,
    Ask,
    Connector,
    Deadline,
    Options,
    Point,
    SourceRejectedError,
    SourceUnavailableError,
)
from krtracker.errors import UnknownNameError, UsageError
from krtracker.model import Metric, Outcome
from krtracker.periods import Span
from krtracker.tracker import Collected, How, Progress
from tests.tracker.company import Company, Tracking, growing

SECOND = """
[metrics.orders]
kind = "count"
source = "db"
query = "select day, value from orders where day >= :start and day < :end"
"""
WEEK = Span(date(2026, 11, 13), date(2026, 11, 19))


class Fetching:
    """A source whose answers are made by one function of query and window."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.fetches = 0

    def open(self, source: str) -> Connector[Any]:
        return self

    def query(self, metric: Metric) -> Options:
        return Options()

    def fetch(self, asks: Sequence[Ask[Any]], deadline: Deadline) -> Iterator[Any]:
        self.fetches += 1
        for ask in asks:
            yield self.answer(ask)

    def close(self) -> None:
        """Holds nothing."""


def one_each(ask: Ask[Any]) -> Answer:
    return Answer([Point(day, 1.0) for day in ask.window.span])


def told(collected: Collected) -> list[tuple[str, str]]:
    return [(run.metric, run.outcome.value) for run in collected.runs]


def values(at: Tracking, span: Span, metric: str = "dau") -> list[float]:
    return list(at.reader.series({(metric, ""): span})[metric, ""].values)


def test_a_week_off_heals_in_one_pull_a_metric(company: Company) -> None:
    company.add("metrics.toml", SECOND)
    company.fill("orders", growing(date(2026, 1, 1), date(2026, 12, 31)))
    with company.tracking() as at:
        at.tracker.collect()
        company.later(days=7)
        caught_up = at.tracker.collect()
        assert caught_up.asked == 2
        assert [str(run.window) for run in caught_up.runs] == [
            "2026-11-13 to 2026-11-26",
            "2026-11-16 to 2026-11-26",
        ]
        assert values(at, Span(date(2026, 11, 20), date(2026, 11, 26))) == [
            423.0, 424.0, 425.0, 426.0, 427.0, 428.0, 429.0,
        ]  # fmt: skip


def test_all_metrics_of_a_source_are_asked_in_one_fetch(company: Company) -> None:
    company.add("metrics.toml", SECOND)
    source = Fetching(one_each)
    with company.tracking(source) as at:
        at.tracker.collect()
    assert source.fetches == 1


def test_a_metric_that_fails_stops_no_other_and_leaves_a_run(company: Company) -> None:
    company.add("metrics.toml", SECOND)
    with company.tracking() as at:
        collected = at.tracker.collect()
        assert set(told(collected)) == {("dau", "ok"), ("orders", "rejected")}
        (failure,) = collected.failed
        assert (failure.metric, failure.source, failure.outcome) == (
            "orders", "db", Outcome.REJECTED,
        )  # fmt: skip
        assert "no such table: orders" in failure.message


def test_a_dead_source_stops_no_other_source(company: Company) -> None:
    company.add(
        "krtracker.toml",
        '[sources.gone]\nconnector = "sql"\nurl = "sqlite:///nowhere/gone.sqlite"\n',
    )
    company.add("metrics.toml", SECOND.replace('"db"', '"gone"'))
    with company.tracking() as at:
        collected = at.tracker.collect()
    assert set(told(collected)) == {("dau", "ok"), ("orders", "rejected")}


def test_a_missing_secret_rejects_only_the_metrics_that_need_it(company: Company) -> None:
    company.add(
        "krtracker.toml", '[sources.shop]\nconnector = "sql"\nurl = "${env:SHOP_URL_OF_TEST}"\n'
    )
    company.add("metrics.toml", SECOND.replace('"db"', '"shop"'))
    with company.tracking() as at:
        collected = at.tracker.collect()
    assert set(told(collected)) == {("dau", "ok"), ("orders", "rejected")}
    assert "SHOP_URL_OF_TEST" in collected.failed[0].message


@pytest.mark.parametrize("value", ["n/a", None])
def test_a_value_that_is_no_number_refuses_the_batch_and_keeps_what_was_known(
    company: Company, value: str | None
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        company.fill("dau", {date(2026, 11, 19): value, date(2026, 11, 18): 7.0})
        collected = at.tracker.collect()
        assert told(collected) == [("dau", "unexpected")]
        assert "2026-11-19" in collected.failed[0].message
        assert values(at, WEEK) == [416.0, 417.0, 418.0, 419.0, 420.0, 421.0, 422.0]


def test_what_failed_is_asked_again_at_the_next_slot(company: Company) -> None:
    down = Fetching(lambda ask: SourceUnavailableError("starting", 20.0))
    with company.tracking(down) as at:
        first = at.tracker.collect()
        assert first.failed[0].retry_after == 20.0
        down.answer = one_each
        assert told(at.tracker.collect()) == [("dau", "ok"), ("dau", "ok")]


def test_a_metric_that_failed_is_asked_behind_those_that_did_not(company: Company) -> None:
    company.add("metrics.toml", SECOND)
    asked: list[str] = []
    source = Fetching(one_each)
    with company.tracking(source) as at:
        at.tracker.collect(["orders"])
        source.answer = lambda ask: SourceUnavailableError("busy")
        at.tracker.collect(["dau"])
        source.answer = one_each
        asked = [run.metric for run in at.tracker.collect().runs]
    assert asked == ["orders", "dau", "dau"]


def test_a_rejected_metric_is_left_alone_until_a_day_later(company: Company) -> None:
    source = Fetching(lambda ask: SourceRejectedError("no permission"))
    with company.tracking(source) as at:
        at.tracker.collect()
        company.later(hours=23)
        (paused,) = at.tracker.collect().paused
        assert paused.why == "rejected by `db`: no permission"
        assert paused.next_command == "krtracker collect dau"
        assert source.fetches == 1
        company.later(hours=2)
        at.tracker.collect()
        assert source.fetches == 2


def test_a_rejected_metric_is_asked_at_once_by_hand_and_after_a_reload(company: Company) -> None:
    source = Fetching(lambda ask: SourceRejectedError("no permission"))
    with company.tracking(source) as at:
        at.tracker.collect()
        at.tracker.collect(how=How(force=True))
        assert source.fetches == 2
        company.later(minutes=1)
        at.tracker.replace(company.load(), source)
        at.tracker.collect()
        assert source.fetches == 3


def test_a_manual_metric_is_never_asked(company: Company) -> None:
    company.add("metrics.toml", '[metrics.nps]\nkind = "number"\nsource = "manual"\n')
    with company.tracking() as at:
        assert at.tracker.collect().paused == ()
        (paused,) = at.tracker.collect(["nps"]).paused
        assert paused.next_command == "krtracker record nps VALUE"


def test_an_unknown_metric_is_named_with_the_nearest_known_one(company: Company) -> None:
    with company.tracking() as at, pytest.raises(UnknownNameError, match="did you mean `dau`"):
        at.tracker.collect(["daux"])


def test_an_edited_query_pauses_its_metric_until_its_history_is_read_again(
    company: Company,
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
    edited = (company.folder / "metrics.toml").read_text().replace("value from", "value * 2 from")
    company.write("metrics.toml", edited.replace("day, value * 2", "day, value * 2 as value"))
    with company.tracking() as at:
        (paused,) = at.tracker.collect().paused
        assert paused.why.startswith("definition changed")
        assert values(at, WEEK)[-1] == 422.0
        at.tracker.backfill("dau")
        assert at.tracker.collect().paused == ()
        assert values(at, WEEK)[-1] == 844.0


def test_keep_history_goes_on_with_the_edited_query_from_the_newest_days(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
    edited = (company.folder / "metrics.toml").read_text()
    company.write("metrics.toml", edited.replace("day, value from", "day, value * 2 as value from"))
    with company.tracking() as at:
        collected = at.tracker.collect(["dau"], how=How(keep_history=True))
        assert [str(run.window) for run in collected.runs] == [str(WEEK)]
        assert values(at, Span(date(2026, 11, 12), date(2026, 11, 13))) == [415.0, 832.0]
        assert at.tracker.collect().paused == ()


def test_an_empty_answer_over_known_days_takes_nothing_back_until_it_is_believed(
    company: Company,
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        company.empty("dau", Span(date(2026, 1, 1), date(2026, 12, 31)))
        collected = at.tracker.collect()
        assert told(collected) == [("dau", "vanished")]
        assert "--accept-empty" in collected.failed[0].message
        assert len(values(at, WEEK)) == 7
        at.tracker.collect(["dau"], how=How(accept_empty=True))
        assert values(at, WEEK) == []


def test_a_day_that_a_full_answer_omits_is_taken_back(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        company.empty("dau", [date(2026, 11, 17)])
        (run,) = at.tracker.collect().runs
        assert run.retracted == 1
        assert values(at, WEEK) == [416.0, 417.0, 418.0, 419.0, 421.0, 422.0]


def test_a_day_against_expectation_is_kept_and_moves_no_key_result(company: Company) -> None:
    company.add("metrics.toml", '[metrics.dau.expect]\nmax_change = "40% vs same weekday"\n')
    with company.tracking() as at:
        at.tracker.collect()
        company.later(days=1)
        company.fill("dau", {date(2026, 11, 20): 9.0})
        (run,) = at.tracker.collect().runs
        assert run.quarantined == 1
        assert at.judged().data_day == date(2026, 11, 19)
        (ground,) = at.reader.grounds("dau", "", Span(date(2026, 11, 20), date(2026, 11, 20)))
        assert (ground.status, ground.value) == ("quarantined", 9.0)
        assert ground.expectation == ("9 is -98% from 416: expected at most 40% vs same weekday")


def test_progress_counts_days_to_the_end(company: Company) -> None:
    seen: list[Progress] = []
    with company.tracking() as at:
        at.tracker.collect(how=How(progress=seen.append))
    assert [(one.days_done, one.days_total) for one in seen] == [(366, 400), (400, 400)]


def test_a_stop_ends_with_what_was_answered_and_says_so_of_the_rest(company: Company) -> None:
    stop = threading.Event()
    with company.tracking() as at:
        collected = at.tracker.collect(how=How(progress=lambda _: stop.set(), stop=stop))
        assert told(collected) == [("dau", "ok"), ("dau", "interrupted")]
        assert at.reader.coverage()["dau"] == (Span(date(2025, 10, 16), date(2026, 10, 16)),)
        assert told(at.tracker.collect()) == [("dau", "ok")]


def test_a_backfill_asks_exactly_the_days_named_also_when_they_are_known(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        company.fill("dau", {date(2026, 3, 5): 1.0})
        (run,) = at.tracker.backfill("dau", Span(date(2026, 3, 1), date(2026, 3, 31))).runs
        assert (str(run.window), run.revised) == ("2026-03-01 to 2026-03-31", 1)


def test_a_backfill_that_was_interrupted_goes_on_where_it_was(company: Company) -> None:
    span, stop = Span(date(2024, 1, 1), date(2026, 11, 19)), threading.Event()
    with company.tracking(Fetching(one_each)) as at:
        at.tracker.backfill("dau", span, progress=lambda _: stop.set(), stop=stop)
        resumed = at.tracker.backfill("dau", span)
        assert [str(run.window.first) for run in resumed.runs] == ["2025-01-01", "2026-01-02"]
        assert len(at.tracker.backfill("dau", span).runs) == 3


def test_a_backfill_never_asks_today(company: Company) -> None:
    with company.tracking() as at:
        (run,) = at.tracker.backfill("dau", Span(date(2026, 11, 1), date(2026, 12, 31))).runs
        assert run.window.last == date(2026, 11, 19)
        with pytest.raises(UsageError, match="is never asked"):
            at.tracker.backfill("dau", Span(date(2026, 11, 20), date(2026, 11, 20)))


def test_history_reaches_as_far_back_as_a_key_result_needs(company: Company) -> None:
    company.add(
        "okrs/q4.toml",
        '[key_results.dau-year]\nobjective = "growth"\nmetric = "dau"\n'
        'baseline = { from = 2025-01-06, to = 2025-02-02 }\ntarget = "+25%"\n',
    )
    with company.tracking(Fetching(one_each)) as at:
        first = min(run.window.first for run in at.tracker.collect().runs)
    assert first == date(2025, 1, 6)


def test_the_day_is_the_metrics_own(company: Company) -> None:
    """At 23:30 UTC the 20th is over in Berlin and has just begun in the west."""
    company.add("metrics.toml", SECOND.replace('"db"', '"db"\ntimezone = "America/Los_Angeles"'))
    company.clock += timedelta(hours=15, minutes=30)
    with company.tracking(Fetching(one_each)) as at:
        last = {run.metric: run.window.last for run in at.tracker.collect().runs}
    assert last == {"dau": date(2026, 11, 20), "orders": date(2026, 11, 19)}


def test_what_was_acknowledged_before_a_crash_of_the_program_is_kept(company: Company) -> None:
    def one_year_then_killed(ask: Ask[Any]) -> Answer:
        company.later(seconds=10)
        if ask.window.first > date(2026, 1, 1):
            raise KeyboardInterrupt
        return one_each(ask)

    with company.tracking(Fetching(one_year_then_killed)) as at:
        with pytest.raises(KeyboardInterrupt):
            at.tracker.collect()
        assert at.reader.coverage()["dau"] == (Span(date(2025, 10, 16), date(2026, 10, 16)),)


def test_sources_of_the_wiring_are_closed_and_can_be_opened_again(company: Company) -> None:
    sources = wiring.sources(company.load(), {})
    with company.tracking(sources) as at:
        at.tracker.collect()
        sources.close()
        assert told(at.tracker.collect()) == [("dau", "ok")]
