"""The calibration ledger: the views and the evaluator score the same odds alike."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from krtracker.evaluation import Calibration, calibration_by_metric, calibration_of
from krtracker.evaluation.numbers import at_least
from krtracker.model import Evaluation, FanDay, Forecast, Status
from krtracker.store import Foretold, Said
from krtracker.tracker import configuration_version, honesty, ledger
from tests.tracker.company import Company, Tracking

KR = "2026-q4/dau-480"
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
SCORES = """
select metric, key_results, chances, brier, log_loss, calibration_error, coverage, enough
from krt.calibration
"""
BINS = "select low, chances, said, happened from krt.reliability where metric is null order by low"


def some_odds(draws: random.Random, count: int) -> list[tuple[Foretold, Evaluation]]:
    """Forecasts of all promises with outcomes, some of them to the very tolerance of R17."""
    made = []
    for n in range(count):
        name, metric = f"old/k{n}", draws.choice(["a", "b", "c"])
        day = date(2026, 1, 1) + timedelta(days=n)
        threshold = draws.choice([0.0, 100.0, -1e6])
        direction = draws.choice([1, -1])
        chance = draws.choice([0.0, 1.0, 0.3, 0.7, round(draws.random(), 3)])
        promise = draws.choice(["target", "score 0.7", "touch"])
        slack = draws.choice([0.0, 5e-10, 2e-9, 10.0])
        actual = threshold - direction * slack * max(1.0, abs(threshold))
        fan = (FanDay(day, -9.0, -5.0, 0.0, 100.0, 200.0, chance),)
        said = Forecast(
            name, day, chance, promise, threshold, direction, chance, fan, 90, "m", f"d{n}"
        )
        status = draws.choice([Status.ACHIEVED, Status.MISSED])
        end = Evaluation(
            name, "old", metric, day, day, status, status, "over", actual=actual, final=True,
            inputs_digest=f"e{n}",
        )  # fmt: skip
        made.append((Foretold(said, "old", metric, day, day), end))
    return made


def keep(at: Tracking, odds: list[tuple[Foretold, Evaluation]]) -> None:
    workspace = at.tracker.workspace
    version = configuration_version(workspace)
    for said in (Said(forecasts=[one for one, _ in odds]), Said([end for _, end in odds])):
        at.store.save(said, version=version, catalogue=workspace, now=NOW)


def scores(one: Calibration) -> tuple[object, ...]:
    numbers = (one.brier, one.log_loss, one.error, one.coverage)
    return (
        one.key_results,
        one.entries,
        *(pytest.approx(n, abs=1e-12) for n in numbers),
        one.enough,
    )


def numbers(one: Calibration) -> tuple[object, ...]:
    spoken = (one.brier, one.log_loss, one.error, one.coverage)
    return (one.key_results, one.entries, *spoken, one.enough)


@pytest.mark.parametrize("seed", range(3))
def test_views_and_python_score_the_same_odds_alike(company: Company, seed: int) -> None:
    odds = some_odds(random.Random(seed), 120)
    with company.tracking() as at:
        keep(at, odds)
        entries = ledger(at.reader)
        overall = calibration_of(entries)
        assert overall is not None
        found = {row[0]: row[1:] for row in at.reader.sql(SCORES)[1]}
        bins = at.reader.sql(BINS)[1]
        summed = honesty(at.reader)
    assert len(entries) == 120
    assert found.pop(None) == scores(overall)
    assert found == {name: scores(one) for name, one in calibration_by_metric(entries).items()}
    wanted: dict[str | None, Calibration] = {None: overall}
    wanted.update(calibration_by_metric(entries).items())
    assert {name: numbers(one) for name, one in summed.items()} == {
        name: scores(one) for name, one in wanted.items()
    }
    assert [one.entries for one in summed[None].bins] == [one.entries for one in overall.bins]
    assert bins == [tuple(pytest.approx(n, abs=1e-12) for n in one) for one in overall.bins]


def test_a_quarter_lived_through_ends_in_the_ledger(company: Company) -> None:
    """Odds of 23 November, 14 and 28 December; on 31 December it stood at 461 of 480."""
    with company.tracking() as at:
        for day in (24, 39, 53):
            company.clock = company.clock.replace(month=11, day=1) + timedelta(days=day - 1)
            at.tracker.collect()
            assert at.judged().probability is not None
        assert ledger(at.reader) == ()
        company.clock = company.clock.replace(year=2027, month=1, day=20)
        at.tracker.collect()
        assert at.judged().final
        closed = ledger(at.reader)
        published = at.reader.sql("select chance from krt.forecasts where chance is not null")[1]
        company.fill("dau", {date(2026, 12, 30): 9000.0})
        company.later(days=1)
        at.tracker.backfill("dau")
        at.judged()
        assert ledger(at.reader) == closed
    assert [(one.key_result, one.metric, one.actual, one.met) for one in closed] == [
        (KR, "dau", 461.0, False)
    ] * 3
    assert [one.probability for one in closed] == [chance for (chance,) in published]


def test_meeting_within_the_tolerance_of_r17_is_meeting(company: Company) -> None:
    odds = some_odds(random.Random(9), 200)
    with company.tracking() as at:
        keep(at, odds)
        _, rows = at.reader.sql(
            "select met, actual * direction, o.threshold * direction from krt.forecast_outcomes o "
            "join krt.forecasts f using (key_result) where o.promise <> 'touch'"
        )
    assert [met for met, *_ in rows] == [at_least(actual, wanted) for _, actual, wanted in rows]
