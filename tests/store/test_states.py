"""What is known of a metric: coverage, definitions, the last attempts."""

from __future__ import annotations

from datetime import date, timedelta

from krtracker.model import Outcome
from krtracker.periods import Span
from krtracker.store import MetricState, Store
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, pull


def days(first: int, last: int) -> Span:
    return Span(date(2026, 10, first), date(2026, 10, last))


def test_covered_windows_that_touch_are_one(store: Store) -> None:
    asked = [days(1, 3), days(4, 6), days(9, 10), days(2, 3)]
    store.commit([pull({}, window=one) for one in asked], now=NOW)
    assert store.reader().coverage() == {"dau": (days(1, 6), days(9, 10))}


def test_an_empty_answer_covers_and_a_failed_one_does_not(store: Store) -> None:
    store.commit([pull({}, outcome=Outcome.EMPTY, window=days(1, 2))], now=NOW)
    store.commit([pull({}, outcome=Outcome.UNAVAILABLE, window=days(3, 4))], now=NOW)
    assert store.reader().coverage(["dau", "none"]) == {"dau": (days(1, 2),)}


def test_coverage_as_of_counts_only_earlier_runs(store: Store) -> None:
    store.commit([pull({}, window=days(1, 2))], now=NOW)
    store.commit([pull({}, window=days(3, 4))], now=NOW + HOUR)
    assert store.reader().coverage(as_of=NOW) == {"dau": (days(1, 2),)}


def test_the_first_answer_is_the_first_definition_and_a_failure_is_none(store: Store) -> None:
    store.commit([pull({}, outcome=Outcome.REJECTED, query_digest="broken")], now=NOW)
    assert store.reader().states()["dau"].digest == ""
    store.commit([pull({D1: 1.0}, query_digest="q1")], now=NOW)
    store.commit([pull({D1: 1.0}, query_digest="q2")], now=NOW)
    assert store.reader().states()["dau"].digest == "q1"


def test_a_definition_that_is_not_kept_begins_coverage_anew(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.accept_definition("dau", "q2", now=NOW + HOUR, kept=False, day=None)
    assert store.reader().coverage() == {}
    store.commit([pull({D1: 1.0}, window=days(5, 6), query_digest="q2")], now=NOW + HOUR)
    state = store.reader().states(["dau"])["dau"]
    assert (state.digest, state.coverage) == ("q2", (days(5, 6),))
    assert store.reader().coverage(as_of=NOW) == {"dau": (DAYS,)}


def test_a_definition_that_is_kept_lets_coverage_go_on(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    store.accept_definition("dau", "q2", now=NOW + HOUR, kept=True, day=D3)
    state = store.reader().states()["dau"]
    assert (state.digest, state.coverage) == ("q2", (DAYS,))


def test_a_state_counts_failures_since_the_last_answer(store: Store) -> None:
    (good,) = store.commit([pull({D1: 1.0, D2: 2.0})], now=NOW)
    for hours in (1, 2):
        failed = pull({}, outcome=Outcome.UNAVAILABLE, message="refused", retract_missing=False)
        (last,) = store.commit([failed], now=NOW + timedelta(hours=hours))
    assert store.reader().states()["dau"] == MetricState("dau", "q1", (DAYS,), last, good, 2)


def test_a_metric_never_asked_has_an_empty_state_when_named(store: Store) -> None:
    assert store.reader().states(["new"]) == {"new": MetricState("new")}
    assert store.reader().states() == {}
