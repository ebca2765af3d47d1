"""Evaluations come back field by field, once per change, and answer as of any instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.model import Evaluation, Frozen, Status, Vote
from krtracker.periods import Span
from krtracker.store import Snapshot, Store
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, evaluation, version, workspace

KR = "2026-q4/dau-50k"
dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))
number = st.none() | st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
spans = st.tuples(dates, dates).map(lambda two: Span(min(two), max(two)))
statuses = st.sampled_from(Status)
instants = st.datetimes(timezones=st.just(UTC))
frozen = st.builds(
    Frozen,
    key_result=text,
    what=st.sampled_from(["baseline", "weekday"]),
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=7).map(tuple),
    window=spans,
    inputs_recorded_at=st.none() | instants,
    recorded_at=st.none() | instants,
    basis=text,
)
evaluations = st.builds(
    Evaluation,
    key_result=text,
    cycle=text,
    metric=st.none() | text,
    today=dates,
    data_day=st.none() | dates,
    status=statuses,
    vote=statuses,
    reason=text,
    grade=text,
    pace_status=st.none() | statuses,
    age=st.none() | st.integers(0, 9999),
    window=st.none() | spans,
    flags=st.lists(text, max_size=3).map(tuple),
    inputs_digest=text,
    provisional=st.booleans(),
    final=st.booleans(),
    days_used=st.integers(0, 1000),
    days_missing=st.integers(0, 1000),
    freeze=st.lists(frozen, max_size=2).map(tuple),
    **dict.fromkeys(
        (
            "actual",
            "baseline",
            "origin",
            "target",
            "progress",
            "expected",
            "expected_value",
            "catch_up",
            "probability",
            "score",
            "pooled_weight",
        ),
        number,
    ),
)


def save(store: Store, *said: Evaluation, digest: str = "c1", hours: int = 0) -> datetime:
    catalogue = workspace(store.paths.published.parent, digest=digest)
    return store.save(said, version=version(digest), catalogue=catalogue, now=NOW + hours * HOUR)


@settings(max_examples=40, deadline=None)
@given(evaluations)
def test_any_evaluation_comes_back_field_by_field(lasting: Store, said: Evaluation) -> None:
    fresh = replace(said, key_result=f"{said.key_result}/{len(lasting.reader().evaluations())}")
    save(lasting, fresh)
    assert lasting.reader().evaluations()[fresh.key_result].evaluation == fresh


def test_unchanged_inputs_store_nothing(store: Store) -> None:
    first = save(store, evaluation())
    save(store, evaluation(today=D3), hours=1)
    assert store.reader().sql("SELECT count(*) FROM evaluation")[1] == [(1,)]
    assert store.reader().instant() == first


def test_changed_inputs_of_a_day_replace_its_word_and_as_of_keeps_the_old(store: Store) -> None:
    first = save(store, evaluation())
    second = save(store, evaluation(actual=1.0, inputs_digest="i2"), hours=1)
    reader = store.reader()
    assert reader.evaluations()[KR].evaluation.actual == 1.0
    assert reader.evaluations()[KR].recorded_at == second
    assert reader.evaluations(as_of=first)[KR].evaluation.actual == 46_400.0
    assert reader.evaluations(as_of=first - HOUR) == {}


def test_an_input_that_comes_back_is_said_again(store: Store) -> None:
    for n, digest in enumerate(("i1", "i2", "i1")):
        save(store, evaluation(inputs_digest=digest), hours=n)
    assert store.reader().sql("SELECT count(*) FROM evaluation")[1] == [(3,)]


def test_votes_are_the_last_word_of_the_newest_days_oldest_first(store: Store) -> None:
    for n, day in enumerate((D1, D2, D3)):
        save(store, evaluation(data_day=day, inputs_digest=f"i{n}"), hours=n)
    at_risk = {"status": Status.ON_TRACK, "vote": Status.AT_RISK}
    last = save(store, evaluation(data_day=D3, inputs_digest="x", **at_risk), hours=9)
    reader = store.reader()
    assert reader.votes([KR], limit=2) == {
        KR: (
            Vote(D2, Status.ON_TRACK, Status.ON_TRACK),
            Vote(D3, Status.AT_RISK, Status.ON_TRACK),
        )
    }
    assert reader.votes(as_of=last - HOUR)[KR][-1].vote is Status.ON_TRACK
    assert reader.votes(["other"]) == {}


def test_what_is_worked_out_later_never_hides_what_was_said(store: Store) -> None:
    save(store, evaluation(data_day=D3))
    store.save(
        [evaluation(data_day=D1, inputs_digest="r1"), evaluation(data_day=D2, inputs_digest="r2")],
        version=version(),
        catalogue=workspace(store.paths.published.parent),
        now=NOW + HOUR,
        reconstructed=True,
    )
    newest = store.reader().evaluations()[KR]
    assert (newest.evaluation.data_day, newest.reconstructed) == (D3, False)
    daily = store.reader().sql("SELECT day, reconstructed FROM krt.key_result_daily ORDER BY day")
    assert daily[1] == [(D1, True), (D2, True), (D3, False)]


def test_frozen_baselines_are_kept_once(store: Store) -> None:
    kept = Frozen(KR, "baseline", (41_800.0,), DAYS, NOW)
    recorded = save(store, evaluation(freeze=(kept,)))
    save(store, evaluation(freeze=(kept,), inputs_digest="i2"), hours=1)
    assert store.reader().frozen() == {
        KR: (Frozen(KR, "baseline", (41_800.0,), DAYS, NOW, recorded),)
    }
    assert store.reader().frozen(as_of=recorded - HOUR) == {}


def test_each_configuration_is_kept_whole_and_the_one_in_force_then_is_found(
    store: Store,
) -> None:
    first = save(store, evaluation(), digest="c1")
    save(store, evaluation(inputs_digest="i2"), digest="c2", hours=1)
    save(store, evaluation(inputs_digest="i3"), digest="c1", hours=2)
    reader = store.reader()
    now, then = reader.configuration(), reader.configuration(as_of=first + HOUR)
    assert now is not None
    assert then is not None
    assert (now.digest, then.digest, then.files["krtracker.toml"]) == ("c1", "c2", "# c2")
    assert reader.configuration(as_of=first - HOUR) is None
    assert reader.evaluations()[KR].configuration == "c1"


def test_a_configuration_alone_is_stored_too(store: Store) -> None:
    save(store)
    assert store.reader().configuration() is not None


def test_the_status_line_of_a_key_result_stands_in_the_snapshot(store: Store) -> None:
    save(store, evaluation(flags=("baseline_backfilled",)))
    store.publish()
    with Snapshot.open(store.paths.published) as snapshot:
        names, rows = snapshot.sql("FROM krt.key_results")
    row = dict(zip(names, rows[0], strict=True))
    assert (row["key_result"], row["status"], row["actual"]) == (KR, "on_track", 46_400.0)
    assert (row["flags"], row["target_rule"]) == (["baseline_backfilled"], "50k")


def test_an_amendment_counts_from_the_first_configuration_that_has_it(store: Store) -> None:
    first = save(store, evaluation())
    save(store, evaluation(inputs_digest="i2"), digest="c2", hours=1)
    rows = store.reader().sql("SELECT key_result, old, new, recorded_at FROM krt.amendments")[1]
    assert rows == [(KR, 60_000.0, 50_000.0, first.replace(tzinfo=None))]


def test_a_changed_status_is_a_row_of_its_own(store: Store) -> None:
    save(store, evaluation(data_day=D1))
    save(store, evaluation(data_day=D2, inputs_digest="2"), hours=1)
    save(store, evaluation(data_day=D3, inputs_digest="3", status=Status.AT_RISK), hours=2)
    rows = store.reader().sql("SELECT day, was, status FROM krt.status_changes ORDER BY day")[1]
    assert rows == [(D1, None, "on_track"), (D3, "on_track", "at_risk")]
