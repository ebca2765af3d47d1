"""Published forecasts as rows and rows as forecasts, with what came of them; foretells nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from krtracker.model import FanDay, Forecast, NoForecast
from krtracker.store import columns
from krtracker.store.answers import ClosedForecast, Foretold, OutcomeSums

if TYPE_CHECKING:
    import duckdb

    from krtracker.store.write import Stamp

SHAPE: Mapping[str, Callable[[Any], Any]] = {
    "key_result": columns.texts,
    "cycle": columns.texts,
    "metric": columns.texts,
    "today": columns.days,
    "data_day": columns.days,
    "probability": columns.numbers,
    "promise": columns.texts,
    "threshold": columns.numbers,
    "direction": columns.integers,
    "at_end": columns.numbers,
    "final_day": columns.days,
    "low95": columns.numbers,
    "low80": columns.numbers,
    "middle": columns.numbers,
    "high80": columns.numbers,
    "high95": columns.numbers,
    "touched": columns.numbers,
    "reached_on": columns.days,
    "days_used": columns.integers,
    "method": columns.texts,
    "inputs_digest": columns.texts,
    "refused": columns.texts,
    "words": columns.texts,
}
NOTHING_FORETOLD = (None,) * 16
READ = ", ".join(f"f.{name}" for name in SHAPE)

# Odds are of now: what was said last of a key result, once of each.
REPLACE_FORETOLD = """
DELETE FROM forecast_now WHERE key_result IN (SELECT key_result FROM stage_forecast);
INSERT INTO forecast_now BY NAME FROM stage_forecast
"""

REMAKE_FORETOLD = """
DELETE FROM forecast_now;
INSERT INTO forecast_now BY NAME SELECT * FROM forecast
QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY seq DESC) = 1
"""

THEN = f"""
SELECT {READ}, f.recorded_at FROM forecast f WHERE f.recorded_at <= ?
QUALIFY row_number() OVER (PARTITION BY f.key_result ORDER BY f.seq DESC) = 1
"""

# The first final answer is the outcome for good, and what was foretold after it is no forecast:
# so nothing that comes later changes the ledger. Of a data day the last word counts.
CLOSED = f"""
WITH closed AS (
    SELECT key_result, actual, status = 'achieved' AS achieved, seq FROM evaluation
    WHERE final AND actual IS NOT NULL AND recorded_at <= $until
    QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY seq) = 1
)
SELECT {READ}, c.actual, c.achieved
FROM forecast f JOIN closed c ON c.key_result = f.key_result AND f.seq < c.seq
WHERE f.probability IS NOT NULL AND ($metric IS NULL OR f.metric = $metric)
QUALIFY row_number() OVER (PARTITION BY f.key_result, f.data_day ORDER BY f.seq DESC) = 1
ORDER BY f.key_result, f.data_day
"""

# By metric and tenth, by metric, by tenth, and of all: a million chances are summed where they lie.
SUMS = """
SELECT metric, tenth, count(*), count(DISTINCT key_result), sum(chance_shown), sum(met::INTEGER),
       sum(miss * miss), -sum(ln(CASE WHEN met THEN chance_shown ELSE 1 - chance_shown END)),
       sum(covered::INTEGER)
FROM (
    SELECT *, least(9, floor(chance_shown * 10 + 1e-9))::INTEGER AS tenth
    FROM krt.forecast_outcomes
    WHERE closed_at <= $until AND ($metric IS NULL OR metric = $metric)
)
GROUP BY GROUPING SETS ((metric, tenth), (metric), (tenth), ()) HAVING count(*) > 0
ORDER BY metric, tenth
"""


def stage_forecasts(
    cursor: duckdb.DuckDBPyConnection,
    told: Sequence[Foretold],
    *,
    stamp: Stamp,
    configuration: int,
) -> int:
    """Stages those that say something else than the last of their key result; returns how many."""
    if not told:
        return 0
    rows = cursor.execute("SELECT key_result, inputs_digest, words FROM forecast_now").fetchall()
    known = {name: (digest, words) for name, digest, words in rows}
    new = [one for one in told if known.get(one.forecast.key_result) != _content(one)]
    if not new:
        return 0
    made = columns.table_of(list(map(_row, new)), SHAPE)
    made["configuration_id"] = columns.integers([configuration] * len(new))
    made["recorded_at"] = columns.instants([stamp.recorded_at] * len(new))
    made["seq"] = columns.integers([stamp.seq] * len(new))
    columns.stage(cursor, "forecast", made)
    return len(new)


def read_forecasts(
    cursor: duckdb.DuckDBPyConnection, as_of: datetime | None
) -> dict[str, Foretold]:
    """What was last foretold of each key result, now or by an instant."""
    if as_of is None:
        asked = cursor.execute(f"SELECT {READ}, f.recorded_at FROM forecast_now f")
    else:
        asked = cursor.execute(THEN, [columns.until(as_of)])
    return {row[0]: _foretold(row) for row in asked.fetchall()}


def read_closed(
    cursor: duckdb.DuckDBPyConnection, metric: str | None, as_of: datetime | None
) -> list[ClosedForecast]:
    """See Reader.closed_forecasts."""
    bound = {"metric": metric, "until": columns.until(as_of)}
    rows = cursor.execute(CLOSED, bound).fetchall()
    return [ClosedForecast(row[2], _forecast(row), *row[len(SHAPE) :]) for row in rows]


def read_sums(
    cursor: duckdb.DuckDBPyConnection, metric: str | None, as_of: datetime | None
) -> list[OutcomeSums]:
    """See Reader.outcome_sums."""
    bound = {"metric": metric, "until": columns.until(as_of)}
    return [OutcomeSums(*row) for row in cursor.execute(SUMS, bound).fetchall()]


def _content(one: Foretold) -> tuple[str | None, str | None]:
    """What makes two forecasts the same: everything they follow from, or the words instead."""
    said = one.forecast
    return (said.inputs_digest, None) if isinstance(said, Forecast) else (None, said.words)


def _row(one: Foretold) -> tuple[Any, ...]:
    said = one.forecast
    whose = (said.key_result, one.cycle, one.metric, one.today)
    if isinstance(said, NoForecast):
        return (*whose, one.data_day, *NOTHING_FORETOLD, said.code, said.words)
    odds = (said.probability, said.promise, said.threshold, said.direction, said.at_end)
    ground = (said.reached_on, said.days_used, said.method, said.inputs_digest)
    return (*whose, said.data_day, *odds, *said.final, *ground, None, None)


def _said(row: Sequence[Any]) -> Forecast | NoForecast:
    refused, words = row[21:23]
    return _forecast(row) if refused is None else NoForecast(row[0], refused, words)


def _forecast(row: Sequence[Any]) -> Forecast:
    """The forecast behind a row of SHAPE; of its fan only the last day was kept."""
    probability, promise, threshold, direction, at_end = row[5:10]
    reached_on, days_used, method, digest = row[17:21]
    return Forecast(
        key_result=row[0],
        data_day=row[4],
        probability=probability,
        promise=promise,
        threshold=threshold,
        direction=direction,
        at_end=at_end,
        fan=(FanDay(*row[10:17]),),
        days_used=days_used,
        method=method,
        inputs_digest=digest,
        reached_on=reached_on,
    )


def _foretold(row: Sequence[Any]) -> Foretold:
    recorded = columns.known_instant(row[len(SHAPE)])
    cycle, metric, today, data_day = row[1:5]
    return Foretold(_said(row), cycle, metric, today, data_day, recorded_at=recorded)
