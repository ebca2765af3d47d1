"""Forecasts come back as they were published, once per change; outcomes are written once."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.model import Evaluation, FanDay, Forecast, Status
from krtracker.store import Foretold, Said, Store, StorePaths
from tests.store.world import (
    D1,
    D2,
    D3,
    HOUR,
    NOW,
    QUARTER,
    evaluation,
    forecast,
    refused,
    told,
    version,
    workspace,
)

KR = "2026-q4/dau-50k"
NAMES = count()
dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))
number = st.floats(allow_nan=False, allow_infinity=False)
share = st.floats(0, 1)
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
forecasts = st.builds(
    Forecast,
    key_result=text,
    data_day=dates,
    probability=share,
    promise=st.sampled_from(["target", "touch", "score 0.7"]),
    threshold=number,
    direction=st.sampled_from([1, -1]),
    at_end=share,
    fan=st.builds(FanDay, dates, *[number] * 5, share).map(lambda one: (one,)),
    days_used=st.integers(0, 400),
    method=text,
    inputs_digest=text,
    reached_on=st.none() | dates,
)


def save(
    store: Store, *odds: Foretold, said: tuple[Evaluation, ...] = (), hours: int = 0
) -> datetime:
    catalogue = workspace(store.paths.published.parent)
    told = Said(said, forecasts=odds)
    return store.save(told, version=version(), catalogue=catalogue, now=NOW + hours * HOUR)


def rows(store: Store) -> int:
    counted: int = store.reader().sql("SELECT count(*) FROM krt.forecasts")[1][0][0]
    return counted


def closed(actual: float, status: Status = Status.MISSED, digest: str = "end") -> Evaluation:
    return evaluation(
        final=True, actual=actual, status=status, data_day=QUARTER.last, inputs_digest=digest
    )


@settings(max_examples=30, deadline=None)
@given(forecasts)
def test_any_forecast_comes_back_field_by_field(lasting: Store, made: Forecast) -> None:
    made = forecast_named(made, f"{made.key_result}/{next(NAMES)}")
    save(lasting, Foretold(made, "2026-q4", "dau", D2, made.data_day))
    assert lasting.reader().forecasts()[made.key_result].forecast == made


def forecast_named(made: Forecast, name: str) -> Forecast:
    fields = {field: getattr(made, field) for field in made.__slots__}
    return Forecast(**(fields | {"key_result": name}))


def test_an_unchanged_forecast_is_stored_once(store: Store) -> None:
    first = save(store, told())
    assert save(store, told(), hours=1) > first
    assert rows(store) == 1
    assert store.reader().forecasts()[KR] == Foretold(forecast(), "2026-q4", "dau", D2, D1, first)


def test_a_refusal_is_kept_with_its_words_once(store: Store) -> None:
    save(store, told())
    at = save(store, refused(), hours=1)
    save(store, refused(), hours=2)
    save(store, refused("only 21 of the 42 days are known"), hours=3)
    assert rows(store) == 3
    kept = store.reader().forecasts(as_of=at)[KR]
    assert (kept.forecast, kept.recorded_at, kept.data_day) == (refused().forecast, at, D2)
    _, found = store.reader().sql(
        "SELECT chance, refused, why FROM krt.forecasts_as_of(?)", [at.replace(tzinfo=None)]
    )
    assert found == [(None, "too_few_days", "only 20 of the 42 days to 2026-10-01 are known")]


def test_as_of_shows_the_forecast_known_then(store: Store) -> None:
    first = save(store, told())
    second = save(store, told(probability=0.4, inputs_digest="f2"), hours=1)
    reader = store.reader()

    def then(instant: datetime) -> list[float]:
        said = [one.forecast for one in reader.forecasts(as_of=instant).values()]
        return [one.probability for one in said if isinstance(one, Forecast)]

    assert [then(one) for one in (first - HOUR, first, second)] == [[], [0.6], [0.4]]


def test_what_follows_from_the_same_again_is_published_again(store: Store) -> None:
    for n, digest in enumerate(("f1", "f2", "f1")):
        save(store, told(inputs_digest=digest), hours=n)
    assert rows(store) == 3


def test_the_key_result_shows_its_forecast_only_beside_its_chance(store: Store) -> None:
    shown = "SELECT chance, forecast, forecast_low, forecast_high, reached_on FROM krt.key_results"
    save(store, told(), said=(evaluation(probability=0.6),))
    assert store.reader().sql(shown)[1] == [(0.6, 51e3, 45e3, 56e3, date(2026, 12, 20))]
    save(store, said=(evaluation(inputs_digest="by pace now"),), hours=1)
    assert store.reader().sql(shown)[1] == [(None,) * 5]


def test_a_rebuild_gives_the_same_forecasts_and_the_same_ledger(paths: StorePaths) -> None:
    everything = "SELECT list(f ORDER BY f.recorded_at) FROM forecast f"
    with Store.open(paths, now=NOW) as store:
        save(store, told(), said=(evaluation(),))
        save(store, refused(), hours=1)
        save(store, told(probability=1 / 3, inputs_digest="f3"), hours=2)
        save(store, said=(closed(52e3, Status.ACHIEVED),), hours=3)
        before = store.reader().forecasts(), store.reader().closed_forecasts()
        whole = store.reader().sql(everything)[1]
    Store.rebuild(paths, now=NOW)
    with Store.open(paths, now=NOW) as store:
        assert (store.reader().forecasts(), store.reader().closed_forecasts()) == before
        assert store.reader().sql(everything)[1] == whole
        assert store.verify() == []


def test_the_last_chance_of_each_data_day_meets_the_first_final_answer(store: Store) -> None:
    save(store, told(probability=0.9))
    save(store, told(probability=0.7, inputs_digest="f2"), hours=1)
    save(store, told(probability=0.5, inputs_digest="f3", data_day=D2), hours=2)
    save(store, refused(), hours=3)
    assert store.reader().closed_forecasts() == []
    save(store, said=(closed(49_000.0),), hours=4)
    found = store.reader().closed_forecasts()
    assert [(one.forecast.probability, one.actual, one.achieved) for one in found] == [
        (0.7, 49_000.0, False),
        (0.5, 49_000.0, False),
    ]
    assert store.reader().closed_forecasts("other") == []


def test_nothing_that_comes_later_changes_the_ledger(store: Store) -> None:
    save(store, told())
    at = save(store, said=(closed(49_000.0),), hours=1)
    ledger = "SELECT list(o ORDER BY o.made_on) FROM krt.forecast_outcomes o"
    before = store.reader().closed_forecasts(), store.reader().sql(ledger)[1]
    save(
        store,
        told(probability=0.99, inputs_digest="late"),
        told(probability=0.99, inputs_digest="later", data_day=D3),
        said=(closed(60_000.0, Status.ACHIEVED, "restated"),),
        hours=2,
    )
    after = store.reader().closed_forecasts(), store.reader().sql(ledger)[1]
    assert after == before
    assert store.reader().closed_forecasts(as_of=at) == before[0]
    assert store.reader().closed_forecasts(as_of=at - HOUR) == []


def test_the_views_score_by_hand(store: Store) -> None:
    """80 % that came true and 70 % and 30 % that did not: (0.2^2 + 0.7^2 + 0.3^2) / 3."""
    save(store, told(probability=0.8, threshold=48_000.0))
    save(store, told(probability=0.7, inputs_digest="f2", data_day=D2), hours=1)
    save(store, told(probability=0.3, inputs_digest="f3", data_day=D3), hours=2)
    save(store, said=(closed(49_000.0),), hours=3)
    brier = (Fraction(2, 10) ** 2 + Fraction(7, 10) ** 2 + Fraction(3, 10) ** 2) / 3
    error = (Fraction(2, 10) + Fraction(7, 10) + Fraction(3, 10)) / 3
    _, found = store.reader().sql(
        "SELECT metric, key_results, chances, brier, calibration_error, coverage, enough "
        "FROM krt.calibration ORDER BY metric NULLS FIRST"
    )
    scores = (1, 3, pytest.approx(float(brier)), pytest.approx(float(error)), 1.0, False)
    assert found == [(None, *scores), ("dau", *scores)]


def test_a_promise_to_touch_is_met_by_having_been_achieved(store: Store) -> None:
    save(store, told(promise="touch", threshold=48_000.0))
    save(store, said=(closed(40_000.0, Status.ACHIEVED),), hours=1)
    assert store.reader().sql("SELECT met FROM krt.forecast_outcomes")[1] == [(True,)]


def test_verify_names_a_forecast_that_is_shown_and_not_the_newest(store: Store) -> None:
    save(store, told())
    save(store, told(inputs_digest="f2"), hours=1)
    assert store.verify() == []
    store.reader().sql("UPDATE forecast_now SET seq = 1")
    assert store.verify() == [
        f"key result {KR}: its newest forecast is of commit 2, shown is that of 1"
    ]
