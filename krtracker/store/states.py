"""What the runs say of each metric: coverage, the last attempts, the first and last known day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from krtracker.model import Run
from krtracker.model.points import COVERING
from krtracker.periods import Span, merge_spans
from krtracker.store.answers import MetricState
from krtracker.store.columns import until
from krtracker.store.runs import COLUMNS, run_of

if TYPE_CHECKING:
    import duckdb

COVERS = "outcome IN (" + ", ".join(f"'{one.value}'" for one in sorted(COVERING)) + ")"
WANTED = "($everyone OR metric IN (SELECT unnest($wanted::VARCHAR[])))"

# Runs count from the commit of the last definition that began anew; windows that overlap or touch
# are joined here, since an hourly metric has thousands of them.
COVERAGE = f"""
WITH began AS (
    SELECT metric, max(seq) AS seq FROM definition
    WHERE NOT kept AND recorded_at <= $until AND {WANTED} GROUP BY metric
), windows AS (
    SELECT DISTINCT metric, window_first, window_last FROM run LEFT JOIN began USING (metric)
    WHERE {COVERS} AND recorded_at <= $until AND {WANTED} AND window_first <= window_last
    AND run.seq >= coalesce(began.seq, 0)
), reached AS (
    SELECT *, max(window_last) OVER (
        PARTITION BY metric ORDER BY window_first, window_last
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reach FROM windows
), numbered AS (
    SELECT *, count(*) FILTER (reach IS NULL OR window_first > reach + 1) OVER (
        PARTITION BY metric ORDER BY window_first, window_last
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS island FROM reached
)
SELECT metric, min(window_first), max(window_last) FROM numbered GROUP BY metric, island
ORDER BY metric, island
"""

LAST_RUNS = f"""
WITH mine AS (SELECT * FROM run WHERE {WANTED}),
ends AS (
    SELECT metric, max(run_id) AS last, max(run_id) FILTER ({COVERS}) AS last_ok
    FROM mine GROUP BY metric
), failed AS (
    SELECT metric, count(*) FILTER (run_id > coalesce(last_ok, 0)) AS failures
    FROM mine JOIN ends USING (metric) GROUP BY metric
)
SELECT ends.metric, last, last_ok, failures FROM ends JOIN failed USING (metric)
"""

DIGESTS = f"""
SELECT metric, arg_max(digest, seq) FROM definition WHERE {WANTED} GROUP BY metric
"""

KNOWN_DAYS = f"""
WITH mine AS (SELECT series_id, metric FROM series WHERE {WANTED}),
seen AS (
    SELECT series_id, day, value IS NOT NULL AS known, revision
    FROM observation WHERE series_id IN (SELECT series_id FROM mine)
)
SELECT metric, min(day), max(day) FROM seen JOIN mine USING (series_id)
ANTI JOIN (SELECT series_id, day, revision - 1 AS revision FROM seen WHERE revision > 0)
USING (series_id, day, revision)
WHERE known GROUP BY metric
"""


def read_coverage(
    cursor: duckdb.DuckDBPyConnection, wanted: list[str] | None, known_by: datetime | None
) -> dict[str, tuple[Span, ...]]:
    """Merged windows of covering runs, by metric."""
    rows = cursor.execute(COVERAGE, _asked(wanted) | {"until": known_by}).fetchall()
    found: dict[str, list[Span]] = {}
    for metric, first, last in rows:
        found.setdefault(metric, []).append(Span(first, last))
    return {metric: merge_spans(spans) for metric, spans in found.items()}


def read_states(
    cursor: duckdb.DuckDBPyConnection, wanted: list[str] | None
) -> dict[str, MetricState]:
    """The state of each metric that was ever asked, and of each that is named."""
    asked = _asked(wanted)
    digests = dict(cursor.execute(DIGESTS, asked).fetchall())
    coverage = read_coverage(cursor, wanted, until(None))
    ends = {row[0]: row[1:] for row in cursor.execute(LAST_RUNS, asked).fetchall()}
    known = {row[0]: row[1:] for row in cursor.execute(KNOWN_DAYS, asked).fetchall()}
    runs = _runs(cursor, [one for last, ok, _ in ends.values() for one in (last, ok) if one])
    found = {}
    for name in dict.fromkeys([*(wanted or ()), *ends, *digests]):
        last, last_ok, failures = ends.get(name, (None, None, 0))
        first_day, last_day = known.get(name, (None, None))
        found[name] = MetricState(
            metric=name,
            digest=digests.get(name, ""),
            coverage=coverage.get(name, ()),
            last=runs.get(last),
            last_ok=runs.get(last_ok),
            failures_in_a_row=failures,
            first_day=first_day,
            last_day=last_day,
        )
    return found


def _runs(cursor: duckdb.DuckDBPyConnection, numbers: list[int]) -> dict[int | None, Run]:
    rows = cursor.execute(
        f"SELECT {COLUMNS} FROM run WHERE run_id IN (SELECT unnest(?::INTEGER[]))", [numbers]
    ).fetchall()
    return {row[0]: run_of(row) for row in rows}


def _asked(wanted: list[str] | None) -> dict[str, Any]:
    return {"everyone": wanted is None, "wanted": wanted or []}
