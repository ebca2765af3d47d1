"""What goes in comes out: revisions, retractions, quarantine, and what was known when."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.errors import UnknownNameError, UsageError
from krtracker.model import Outcome, Point, Series
from krtracker.periods import Span
from krtracker.store import Store
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, pull

DAU = ("dau", "")
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
finite = st.floats(allow_nan=False, allow_infinity=False)


def read(store: Store, as_of: datetime | None = None) -> Series:
    return store.reader().series({DAU: DAYS}, as_of=as_of)[DAU]


def values(store: Store, as_of: datetime | None = None) -> dict[date, float]:
    found = read(store, as_of)
    return {date.fromordinal(day): one for day, one in zip(found.days, found.values, strict=True)}


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(days, st.tuples(finite, finite), min_size=1, max_size=12))
def test_any_finite_value_and_weight_of_any_day_comes_back_exactly(
    lasting: Store, points: dict[date, tuple[float, float]]
) -> None:
    whole = Span(min(points), max(points))
    asked = [Point(day, *points[day]) for day in sorted(points)]
    (run,) = lasting.commit([pull(asked, window=whole)], now=NOW)
    own = f"metric-{run.id}"
    lasting.commit([pull(asked, window=whole, metric=own)], now=NOW)
    found = lasting.reader().series({(own, ""): whole})[own, ""]
    assert list(found.days) == [one.day.toordinal() for one in asked]
    assert list(found.values) == [one.value for one in asked]
    assert list(found.weights or ()) == [one.weight for one in asked]


def test_the_same_answer_twice_writes_nothing_the_second_time(store: Store) -> None:
    first = store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    again = store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW + HOUR)
    assert (first[0].written, again[0].written) == (2, 0)
    assert store.reader().sql("SELECT count(*) FROM observation")[1] == [(2,)]


def test_a_restated_day_is_a_revision_and_the_earlier_answer_stays(store: Store) -> None:
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    (run,) = store.commit([pull({D1: 11.0, D2: 20.0})], now=NOW + HOUR)
    assert (run.written, run.revised) == (1, 1)
    assert values(store) == {D1: 11.0, D2: 20.0}
    assert values(store, NOW) == {D1: 10.0, D2: 20.0}
    history = store.reader().sql(
        "SELECT value, revision FROM krt.observation_history WHERE day = ? ORDER BY ALL", [D1]
    )
    assert history == (["value", "revision"], [(10.0, 0), (11.0, 1)])


def test_a_changed_weight_alone_is_a_revision(store: Store) -> None:
    store.commit([pull([Point(D1, 0.5, 10.0)])], now=NOW)
    (run,) = store.commit([pull([Point(D1, 0.5, 12.0)])], now=NOW + HOUR)
    assert run.revised == 1
    assert read(store).weights == [12.0]
    assert read(store, NOW).weights == [10.0]


def test_a_day_left_out_of_a_whole_answer_is_retracted(store: Store) -> None:
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    (run,) = store.commit([pull({D1: 10.0})], now=NOW + HOUR)
    assert (run.written, run.retracted) == (1, 1)
    assert values(store) == {D1: 10.0}
    assert values(store, NOW) == {D1: 10.0, D2: 20.0}
    days_seen = store.reader().sql("SELECT day FROM krt.observations ORDER BY day")[1]
    assert days_seen == [(D1,)]


def test_days_outside_the_window_are_never_retracted(store: Store) -> None:
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    store.commit([pull({D2: 20.0}, window=Span(D2, D3))], now=NOW + HOUR)
    assert values(store) == {D1: 10.0, D2: 20.0}


def test_an_answer_that_is_not_whole_retracts_nothing(store: Store) -> None:
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    store.commit([pull({}, outcome=Outcome.VANISHED, retract_missing=False)], now=NOW + HOUR)
    assert values(store) == {D1: 10.0, D2: 20.0}


def test_a_day_retracted_by_hand_is_gone_and_a_new_value_brings_it_back(store: Store) -> None:
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW)
    by_hand = pull({}, retracted=[(D1, "")], retract_missing=False, outcome=Outcome.RECORDED)
    assert store.commit([by_hand], now=NOW + HOUR)[0].retracted == 1
    assert values(store) == {D2: 20.0}
    store.commit([pull({D1: 10.0, D2: 20.0})], now=NOW + 2 * HOUR)
    assert values(store) == {D1: 10.0, D2: 20.0}


def test_a_retraction_of_an_unknown_day_writes_nothing(store: Store) -> None:
    by_hand = pull({}, retracted=[(D1, "")], retract_missing=False)
    assert store.commit([by_hand], now=NOW)[0].written == 0


def test_a_quarantined_day_moves_nothing_and_shows_its_words(store: Store) -> None:
    words = "max change 40%: changed 900%"
    store.commit([pull({D1: 10.0, D2: 100.0}, quarantined={(D2, ""): words})], now=NOW)
    assert values(store) == {D1: 10.0}
    grounds = store.reader().grounds("dau", "", DAYS)
    assert [(one.day, one.status, one.expectation) for one in grounds] == [
        (D1, "ok", ""),
        (D2, "quarantined", words),
    ]
    shown = store.reader().sql("SELECT day, value, expectation FROM krt.expectation_results")[1]
    assert shown == [(D2, 100.0, words)]


def test_a_day_leaves_quarantine_by_a_revision(store: Store) -> None:
    store.commit([pull({D1: 10.0}, quarantined={(D1, ""): "too low"})], now=NOW)
    (run,) = store.commit([pull({D1: 10.0})], now=NOW + HOUR)
    assert run.revised == 1
    assert values(store) == {D1: 10.0}
    assert values(store, NOW) == {}


def test_a_zero_over_zero_day_is_known_but_has_no_value_in_the_views(store: Store) -> None:
    store.commit([pull([Point(D1, 0.0, 0.0), Point(D2, 0.5, 4.0)])], now=NOW)
    assert read(store).weights == [0.0, 4.0]
    seen = store.reader().sql("SELECT day, value, weight FROM krt.observations ORDER BY day")[1]
    assert seen == [(D1, None, 0.0), (D2, 0.5, 4.0)]


def test_segments_are_series_of_their_own(store: Store) -> None:
    store.commit([pull([Point(D1, 1.0), Point(D1, 2.0, None, "DE")])], now=NOW)
    found = store.reader().series({("dau", "DE"): DAYS, DAU: DAYS, ("dau", "FR"): DAYS})
    assert {key[1]: list(one.values) for key, one in found.items()} == {
        "DE": [2.0],
        "": [1.0],
        "FR": [],
    }


def test_spans_cut_each_series_for_itself(store: Store) -> None:
    both = [pull({D1: 1.0, D2: 2.0, D3: 3.0}, metric=name) for name in ("a", "b")]
    store.commit(both, now=NOW)
    found = store.reader().series({("a", ""): Span(D1, D2), ("b", ""): Span(D3, D3)})
    assert [list(one.values) for one in found.values()] == [[1.0, 2.0], [3.0]]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused_and_nothing_is_stored(
    store: Store, bad: float
) -> None:
    with pytest.raises(UsageError, match="dau on 2026-10-02 has the value"):
        store.commit([pull({D1: 1.0}, metric="other"), pull({D1: 1.0, D2: bad})], now=NOW)
    assert store.reader().runs() == []


def test_a_day_given_twice_by_one_pull_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="two values for 2026-10-01"):
        store.commit([pull([Point(D1, 1.0), Point(D1, 2.0)])], now=NOW)


def test_of_two_pulls_in_one_commit_the_later_counts(store: Store) -> None:
    store.commit([pull({D1: 1.0}), pull({D1: 2.0})], now=NOW)
    assert values(store) == {D1: 2.0}
    assert store.verify() == []


def test_recorded_at_never_goes_back_with_the_clock(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    (run,) = store.commit([pull({D1: 2.0})], now=NOW - HOUR)
    assert run.recorded_at > NOW
    assert values(store, NOW) == {D1: 1.0}


def test_an_import_brings_its_own_time_of_knowledge(store: Store) -> None:
    store.commit([pull({D1: 1.0}, metric="other")], now=NOW)
    long_ago = NOW - 300 * HOUR
    store.commit([pull({D1: 7.0}, outcome=Outcome.IMPORTED)], now=NOW, recorded_at=long_ago)
    store.commit([pull({D1: 8.0}, outcome=Outcome.IMPORTED)], now=NOW, recorded_at=long_ago + HOUR)
    assert values(store, long_ago) == {D1: 7.0}
    assert values(store) == {D1: 8.0}
    assert values(store, long_ago - HOUR) == {}


def test_an_import_older_than_what_is_known_of_a_day_is_refused(store: Store) -> None:
    store.commit([pull({D1: 1.0})], now=NOW)
    older = pull({D1: 7.0}, retract_missing=False, outcome=Outcome.IMPORTED)
    with pytest.raises(UsageError, match="dau on 2026-10-01 already has a value"):
        store.commit([older], now=NOW + HOUR, recorded_at=NOW - HOUR)
    assert values(store) == {D1: 1.0}


def test_the_same_import_twice_writes_nothing_the_second_time(store: Store) -> None:
    rows = [(NOW - 3 * HOUR, 7.0), (NOW - 2 * HOUR, 8.0)]
    written = [
        store.commit([pull({D1: value}, outcome=Outcome.IMPORTED)], now=NOW, recorded_at=known)[
            0
        ].written
        for known, value in [*rows, *rows]
    ]
    assert written == [1, 1, 0, 0]


def test_more_rows_than_a_row_group_arrive_whole(store: Store) -> None:
    whole = Span(date(2024, 1, 1), date(2024, 12, 31))
    pulls = [pull(dict.fromkeys(whole, 1.0), metric=f"m{n}", window=whole) for n in range(400)]
    runs = store.commit(pulls, now=NOW)
    assert sum(one.written for one in runs) == 400 * 366
    assert store.reader().sql("SELECT count(value) FROM observation")[1] == [(400 * 366,)]


def test_a_run_keeps_what_was_asked(store: Store) -> None:
    (made,) = store.commit([pull({D1: 1.0}, notes=("sampled",), note="by hand")], now=NOW)
    detail = store.reader().run(made.id)
    assert detail.run == made
    assert detail.query_text == "SELECT day, value FROM dau"
    assert detail.parameters == {"start": "2026-10-01"}
    assert detail.note == "by hand"
    with pytest.raises(UnknownNameError):
        store.reader().run(99)


def test_runs_are_newest_first_and_by_metric(store: Store) -> None:
    store.commit([pull({D1: 1.0}), pull({D1: 1.0}, metric="b")], now=NOW)
    store.commit([pull({D1: 1.0})], now=NOW + HOUR)
    reader = store.reader()
    assert [one.id for one in reader.runs()] == [3, 2, 1]
    assert [one.id for one in reader.runs("dau", limit=1)] == [3]
