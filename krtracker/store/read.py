"""The questions asked of a store or a snapshot, each at any instant; changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from krtracker.errors import UnknownNameError
from krtracker.model import (
    AlarmState,
    Frozen,
    ObjectiveEvaluation,
    Run,
    Series,
    Status,
    Vote,
)
from krtracker.periods import Span
from krtracker.store.answers import (
    ClosedForecast,
    ConfigurationVersion,
    Foretold,
    Ground,
    MetricState,
    OutcomeSums,
    Restatement,
    RunDetail,
    StoredEvaluation,
)
from krtracker.store.columns import aware, known_instant, until
from krtracker.store.evaluations import NEWEST_FIRST, READ, stored
from krtracker.store.objectives import ALARMS, states_of, votes_of
from krtracker.store.objectives import NEWEST as OBJECTIVES
from krtracker.store.objectives import VOTES as OBJECTIVE_VOTES
from krtracker.store.objectives import restored as restored_objective
from krtracker.store.runs import COLUMNS, run_of

if TYPE_CHECKING:
    import duckdb

# Looked up ten thousand times: a third of what asking the enumeration takes.
STATUSES = {one.value: one for one in Status}

EVALUATION = ", ".join(f"e.{name}" for name in READ)
SAID = f"{EVALUATION}, e.recorded_at, c.digest, e.reconstructed"

NEWEST_EVALUATIONS = f"""
SELECT {SAID} FROM (
    SELECT * FROM evaluation WHERE recorded_at <= ?
    QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY {NEWEST_FIRST}) = 1
) e LEFT JOIN configuration c ON c.configuration_id = e.configuration_id ORDER BY e.key_result
"""

EVALUATIONS_NOW = f"""
SELECT {SAID} FROM evaluation_now e
LEFT JOIN configuration c ON c.configuration_id = e.configuration_id ORDER BY e.key_result
"""

VOTES = """
WITH e AS (
    SELECT key_result, data_day, vote, status, probability, pace_status, revision
    FROM evaluation
    WHERE data_day IS NOT NULL AND recorded_at <= $until
    AND ($everyone OR key_result IN (SELECT unnest($wanted::VARCHAR[])))
)
SELECT key_result, data_day, vote, status, probability, pace_status FROM e
ANTI JOIN (SELECT key_result, data_day, revision - 1 AS revision FROM e WHERE revision > 0)
USING (key_result, data_day, revision)
QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY data_day DESC) <= $most
ORDER BY key_result, data_day
"""

GROUNDS = """
WITH seen AS (
    FROM observation
    WHERE series_id = (SELECT series_id FROM series WHERE metric = ? AND segment = ?)
    AND day BETWEEN ? AND ? AND recorded_at <= ?
)
SELECT day, value, weight, recorded_at, run_id, revision, words FROM seen
LEFT JOIN expectation USING (failed)
ANTI JOIN (SELECT day, revision - 1 AS revision FROM seen WHERE revision > 0)
USING (day, revision)
ORDER BY day
"""

PUSHED = """
SELECT run_id FROM run
WHERE metric = ? AND source = 'push' AND outcome = 'recorded'
AND json_extract_string(parameters, '$.idempotency_key') = ?
ORDER BY run_id LIMIT 1
"""

RESTATEMENTS = """
WITH since AS (SELECT max(recorded_at) AS last FROM batch WHERE kind = 'evaluations')
SELECT s.metric, s.segment, o.day, b.value, o.value, o.recorded_at
FROM observation o JOIN since ON o.recorded_at > since.last
JOIN observation b
ON b.series_id = o.series_id AND b.day = o.day AND b.revision = o.revision - 1
JOIN series s ON s.series_id = o.series_id
WHERE o.revision > 0 AND o.value IS NOT NULL AND b.value IS NOT NULL
AND o.failed IS NULL AND b.failed IS NULL
ORDER BY s.metric, s.segment, o.day, o.revision
"""

FROZEN = """
SELECT key_result, what, numbers, basis, window_first, window_last, inputs_recorded_at, recorded_at
FROM frozen WHERE recorded_at <= ? ORDER BY key_result, what, recorded_at
"""


class Reader:
    """Read-only answers; `as_of` counts only what was recorded by then, None means now.

    One reader serves one thread.
    """

    def __init__(self, ask: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._ask = ask

    def sql(self, text: str, parameters: Any = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a trusted query."""
        answer = self._ask().execute(text, parameters)
        names = [one[0] for one in answer.description]
        return names, answer.fetchall()

    def _rows(self, text: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        return self._ask().execute(text, parameters).fetchall()

    def series(
        self, wanted: Mapping[tuple[str, str], Span], *, as_of: datetime | None = None
    ) -> dict[tuple[str, str], Series]:
        """The known days of each (metric, segment) in its span, by one query for all.

        Quarantined and retracted days are left out; a key that nothing is known of has an empty
        Series. In a series with weights a day without one has weight 0.
        """
        from krtracker.store.series import read_series

        return read_series(self._ask(), wanted, until(as_of))

    def coverage(
        self, metrics: Iterable[str] | None = None, *, as_of: datetime | None = None
    ) -> dict[str, tuple[Span, ...]]:
        """The windows that covering runs answered since the definition began, merged (R3)."""
        from krtracker.store.states import read_coverage

        return read_coverage(self._ask(), _listed(metrics), until(as_of))

    def states(self, metrics: Iterable[str] | None = None) -> dict[str, MetricState]:
        """What is known of each metric; one never asked has an empty state if it is named."""
        from krtracker.store.states import read_states

        return read_states(self._ask(), _listed(metrics))

    def votes(
        self,
        key_results: Iterable[str] | None = None,
        *,
        as_of: datetime | None = None,
        limit: int = 8,
    ) -> dict[str, tuple[Vote, ...]]:
        """The newest `limit` data days of each key result, oldest first; the last word of each."""
        wanted = _listed(key_results)
        rows = self._rows(
            VOTES,
            {
                "until": until(as_of),
                "everyone": wanted is None,
                "wanted": wanted or [],
                "most": limit,
            },
        )
        found: dict[str, list[Vote]] = {}
        for key_result, day, vote, published, chance, pace in rows:
            paced = pace and STATUSES[pace]
            said = Vote(day, STATUSES[vote], STATUSES[published], chance, paced)
            found.setdefault(key_result, []).append(said)
        return {name: tuple(votes) for name, votes in found.items()}

    def frozen(self, *, as_of: datetime | None = None) -> dict[str, tuple[Frozen, ...]]:
        """What was measured for good, by key result, oldest first."""
        found: dict[str, list[Frozen]] = {}
        rows = self._rows(FROZEN, [until(as_of)])
        # All lists of numbers in one text: reading ten thousand one by one takes ten times as long.
        every = json.loads(f"[{','.join(row[2] for row in rows)}]")
        for (name, what, _, basis, first, last, inputs, recorded), numbers in zip(
            rows, every, strict=True
        ):
            kept = Frozen(
                name,
                what,
                tuple(numbers),
                Span(first, last),
                aware(inputs),
                aware(recorded),
                basis,
            )
            found.setdefault(name, []).append(kept)
        return {name: tuple(kept) for name, kept in found.items()}

    def configuration(self, *, as_of: datetime | None = None) -> ConfigurationVersion | None:
        """The configuration in force, whole; None before the first evaluation."""
        rows = self._rows(
            "SELECT digest, files, file, recorded_at FROM configuration WHERE recorded_at <= ? "
            "ORDER BY configuration_id DESC LIMIT 1",
            [until(as_of)],
        )
        for digest, files, file, recorded in rows:
            return ConfigurationVersion(digest, json.loads(files), file, aware(recorded))
        return None

    def evaluations(self, *, as_of: datetime | None = None) -> dict[str, StoredEvaluation]:
        """The newest evaluation of each key result."""
        rows = (
            self._rows(EVALUATIONS_NOW)
            if as_of is None
            else self._rows(NEWEST_EVALUATIONS, [until(as_of)])
        )
        return {row[0]: stored(row) for row in rows}

    def objective_votes(
        self, *, as_of: datetime | None = None, limit: int = 8
    ) -> dict[str, tuple[Vote, ...]]:
        """The newest `limit` data days of each objective, oldest first; the last word of each."""
        return votes_of(self._rows(OBJECTIVE_VOTES, {"until": until(as_of), "most": limit}))

    def objectives(self, *, as_of: datetime | None = None) -> dict[str, ObjectiveEvaluation]:
        """The newest answer for each objective."""
        found = map(restored_objective, self._rows(OBJECTIVES, [until(as_of)]))
        return {one.objective: one for one, _ in found}

    def alarm_states(
        self, *, as_of: datetime | None = None
    ) -> dict[tuple[str, str], dict[str, AlarmState]]:
        """By (key result, cycle) and rule, when last raised and whether it is over."""
        return states_of(self._rows(ALARMS, [until(as_of)]))

    def forecasts(self, *, as_of: datetime | None = None) -> dict[str, Foretold]:
        """What was last foretold of each key result, or why nothing was."""
        from krtracker.store.forecasts import read_forecasts

        return read_forecasts(self._ask(), as_of)

    def closed_forecasts(
        self, metric: str | None = None, *, as_of: datetime | None = None
    ) -> list[ClosedForecast]:
        """The last forecast of each data day, of key results that have closed, with the outcome."""
        from krtracker.store.forecasts import read_closed

        return read_closed(self._ask(), metric, as_of)

    def outcome_sums(
        self, metric: str | None = None, *, as_of: datetime | None = None
    ) -> list[OutcomeSums]:
        """What the scores of past odds are made of, by metric and tenth and of all."""
        from krtracker.store.forecasts import read_sums

        return read_sums(self._ask(), metric, as_of)

    def restatements(self) -> list[Restatement]:
        """Values that replaced others since the last evaluation, oldest day first."""
        return [
            Restatement(metric, segment, day, before, after, known_instant(recorded))
            for metric, segment, day, before, after, recorded in self._rows(RESTATEMENTS)
        ]

    def input_digests(self) -> dict[str, tuple[Any, str]]:
        """Of each key result, the data day and the digest of its newest evaluation."""
        rows = self._rows("SELECT key_result, data_day, inputs_digest FROM evaluation_now")
        return {key_result: (day, digest) for key_result, day, digest in rows}

    def runs(self, metric: str | None = None, *, limit: int = 20) -> list[Run]:
        """The newest runs, newest first."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM run WHERE $metric IS NULL OR metric = $metric "
            "ORDER BY run_id DESC LIMIT $most",
            {"metric": metric, "most": limit},
        )
        return [run_of(row) for row in rows]

    def run(self, run_id: int) -> RunDetail:
        """One run with the text and the values asked; raises UnknownNameError."""
        rows = self._rows(
            f"SELECT {COLUMNS}, coalesce(text, ''), parameters, requests, note FROM run "
            "LEFT JOIN statement USING (statement) WHERE run_id = ?",
            [run_id],
        )
        if not rows:
            raise UnknownNameError("run", str(run_id), [])
        text, parameters, requests, note = rows[0][-4:]
        return RunDetail(run_of(rows[0]), text, json.loads(parameters), requests, note)

    def pushed(self, metric: str, key: str) -> RunDetail | None:
        """The run that a push of this metric with this idempotency key made, if there was one."""
        rows = self._rows(PUSHED, [metric, key])
        return self.run(rows[0][0]) if rows else None

    def grounds(
        self, metric: str, segment: str, window: Span, *, as_of: datetime | None = None
    ) -> list[Ground]:
        """The rows behind a number, quarantined and retracted days too."""
        rows = self._rows(GROUNDS, [metric, segment, window.first, window.last, until(as_of)])
        return [_ground(row) for row in rows]

    def instant(self) -> datetime | None:
        """When the newest row was recorded; None for an empty store."""
        return aware(self._rows("SELECT max(recorded_at) FROM batch")[0][0])


def _ground(row: Sequence[Any]) -> Ground:
    day, value, weight, recorded, run, revision, words = row
    status = "retracted" if value is None else "quarantined" if words is not None else "ok"
    return Ground(day, value, weight, known_instant(recorded), run, revision, status, words or "")


def _listed(names: Iterable[str] | None) -> list[str] | None:
    return None if names is None else list(names)
