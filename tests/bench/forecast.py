"""The forecast on real daily series, against other methods in the same run: odds, cover, cost.

`python -m pytest -m bench -s tests/bench/forecast.py`. Installs statsforecast and Prophet into an
environment of its own (see `forecast_methods.environment`), never into krtracker's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from krtracker.evaluation import Calibration, LedgerEntry, calibration_of, forecast_of
from krtracker.model import Forecast
from tests.bench.forecast_methods import (
    PEERS,
    asked,
    endings,
    foretold,
    pace_line,
    peer_paths,
    seasonal_naive,
)
from tests.bench.forecast_series import (
    HORIZONS,
    ORIGINS,
    Array,
    Daily,
    Origin,
    all_series,
    level,
    multiples,
    origins,
    outcome,
    unit,
)

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
OURS = "krtracker"
SECONDS, ROUNDS = 0.02, 20


class Aimed(NamedTuple):
    """One forecast's ground: where from, how far, of what, its targets and what came of it."""

    origin: Origin
    days: int
    total: bool
    targets: list[float]
    truth: float


class Bench(NamedTuple):
    """Every method's ledger, how many origins were refused, and CPU seconds a series of peers."""

    ledgers: dict[str, list[LedgerEntry]]
    ordinary: dict[str, list[LedgerEntry]]
    refused: int
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def series() -> list[Daily]:
    return all_series()


@pytest.fixture(scope="module")
def bench(series: list[Daily], tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("forecast")
    seen = origins(series)
    made = {name: peer_paths(name, seen, folder) for name in PEERS}
    peers = {name: dict(zip(seen, paths, strict=True)) for name, (paths, _) in made.items()}
    found = Bench({}, {}, 0, {name: seconds for name, (_, seconds) in made.items()})
    refused = set()
    for aimed in grounds(series, seen):
        drawn = {name: paths[aimed.origin] for name, paths in peers.items()}
        for target in aimed.targets:
            ours = foretold(aimed.origin, aimed.days, target, total=aimed.total)
            if not isinstance(ours, Forecast):
                refused.add(aimed.origin)
                continue
            keep(found, aimed, ours, drawn=drawn)
    report(found, len(refused), len(seen))
    return found._replace(refused=len(refused))


def grounds(series: list[Daily], seen: list[Origin]) -> Iterator[Aimed]:
    """Levels and totals at four horizons; a share has no total, a closed week no level."""
    for days in HORIZONS:
        for total in (False, True):
            times = multiples(series, days, total=total)
            for one in seen:
                truth = outcome(one.series.values, one.at, days, total=total)
                known = np.isfinite(truth) and level(one.series.values, one.at) > 0
                if known and not (total and one.series.kind == "ratio"):
                    size = unit(one, days, total=total)
                    yield Aimed(one, days, total, [n * size for n in times], truth)


def keep(bench: Bench, aimed: Aimed, ours: Forecast, *, drawn: dict[str, Array]) -> None:
    """Enters what each method says of one target."""
    origin, up = aimed.origin, ours.direction > 0
    met = bool(aimed.truth >= ours.threshold if up else aimed.truth <= ours.threshold)
    said = {OURS: (ours.probability, ours.final.low80, ours.final.high80)}
    lines = pace_line(origin)[[int(aimed.total)]]
    paths = {"pace line": lines, "seasonal naive": seasonal_naive(origin), **drawn}
    for name, some in paths.items():
        ends = endings(some, origin, aimed.days, total=aimed.total)
        reached = ends >= ours.threshold if up else ends <= ours.threshold
        low, high = np.quantile(ends, [0.1, 0.9]).tolist()
        said[name] = (float(reached.mean()), low, high)
    for name, (chance, low, high) in said.items():
        entry = LedgerEntry("m", ours.key_result, chance, met, low, high, aimed.truth)
        bench.ledgers.setdefault(name, []).append(entry)
        if origin.series.ordinary:
            bench.ordinary.setdefault(name, []).append(entry)


def scores(ledger: list[LedgerEntry]) -> Calibration:
    found = calibration_of(ledger)
    assert found is not None
    return found


def report(bench: Bench, refused: int, asked_for: int) -> None:
    count = len(bench.ledgers[OURS])
    print(f"\n\n{count:,} odds from {asked_for} origins, {refused} refused for too few known days")
    head = f"{'Brier':>7} {'log loss':>9} {'cover 80':>9} {'cal. error':>11}"
    print(f"{'':16}{head}   ordinary series only: {head}   CPU ms an origin")
    for name in bench.ledgers:
        every, some = scores(bench.ledgers[name]), scores(bench.ordinary[name])
        cost = f"{bench.seconds[name] * 1000:.0f}" if name in bench.seconds else ""
        print(f"{name:16}{row(every)}{'':25}{row(some)}   {cost}")


def row(one: Calibration) -> str:
    return f"{one.brier:7.3f} {one.log_loss:9.3f} {one.coverage:9.3f} {one.error:11.3f}"


def test_the_odds_are_sharp_and_honest(bench: Bench) -> None:
    ours = scores(bench.ledgers[OURS])
    assert ours.entries > 7000
    assert ours.brier <= 0.18
    assert ours.log_loss <= 0.53
    assert ours.error <= 0.05
    assert 0.74 <= ours.coverage <= 0.88


def test_no_other_method_gives_better_odds(bench: Bench) -> None:
    ours = scores(bench.ledgers[OURS])
    others = {name: scores(some) for name, some in bench.ledgers.items() if name != OURS}
    assert set(others) == {"pace line", "seasonal naive", *PEERS}
    assert {name for name, one in others.items() if one.brier <= ours.brier} == set()
    assert {name for name, one in others.items() if one.log_loss <= ours.log_loss} == set()


def test_hardly_any_origin_is_refused(bench: Bench) -> None:
    assert bench.refused <= 0.05 * ORIGINS * len({one.key_result for one in bench.ledgers[OURS]})


def test_a_forecast_to_ninety_days_takes_a_fiftieth_of_a_second(series: list[Daily]) -> None:
    long = Origin(next(one for one in series if len(one.values) > 1000), 600, 400)
    question = asked(long, max(HORIZONS), 2 * level(long.series.values, long.at), total=False)
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        made = forecast_of(question)
        taken.append(time.process_time() - begun)
        assert isinstance(made, Forecast)
        assert made.days_used == 400
    print(f"\na forecast to 90 days: {np.median(taken) * 1000:.1f} ms of CPU", end="")
    assert np.median(taken) <= SECONDS
