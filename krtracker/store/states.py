"""What the runs say of each metric: its definition, its coverage and the last attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from krtracker.model import Run
from krtracker.model.points import COVERING
from krtracker.periods import Span
from krtracker.store.answers import MetricState
from krtracker.store.columns import until
from krtracker.store.runs import COLUMNS, run_of

if TYPE_CHECKING:
    import duckdb

COVERS = "outcome IN (" + ", ".join(f"'{one.value}'" for one in sorted(COVERING)) + ")"
WANTED = "metric IN (SELECT unnest($wanted::VARCHAR[]))"

# Runs count from the commit of the last definition that began anew; windows that overlap or touch
# are joined here, since a year of days has hundreds of them: an island of days begins where the
# windows before it did not reach, and ends where they reached at the next one's beginning.
COVERAGE = f"""
WITH began AS (
    SELECT metric, max(seq) AS seq FROM definition
    WHERE NOT kept AND recorded_at <= $until GROUP BY metric
), windows AS (
    SELECT metric, window_first AS first, max(window_last) AS last
    FROM run LEFT JOIN began USING (metric)
    WHERE {COVERS} AND recorded_at <= $until AND {{wanted}} AND window_first <= window_last
    AND run.seq >= coalesce(began.seq, 0) GROUP BY metric, window_first
), reached AS (
    SELECT metric, first, max(last) OVER (
        PARTITION BY metric ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reach, max(last) OVER (
        PARTITION BY metric ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS final FROM windows
)
SELECT metric, first, reach, final FROM reached WHERE reach IS NULL OR first > reach + 1
ORDER BY metric, first
"""

LAST_RUNS = f"""
WITH ends AS (
    SELECT metric, max(run_id) AS last, max(run_id) FILTER ({COVERS}) AS last_ok
    FROM run WHERE {{wanted}} GROUP BY metric
)
SELECT metric, last, last_ok, count(*) FILTER (run_id > coalesce(last_ok, 0))
FROM run JOIN ends USING (metric) GROUP BY ALL
"""

DIGESTS = "SELECT metric, arg_max(digest, seq) FROM definition WHERE {wanted} GROUP BY metric"


def read_coverage(
    cursor: duckdb.DuckDBPyConnection, wanted: list[str] | None, known_by: datetime | None
) -> dict[str, tuple[Span, ...]]:
    """Merged windows of covering runs, by metric."""
    rows = _rows(cursor, COVERAGE, wanted, until=known_by)
    return {
        metric: _islands([row[1:] for row in of_metric])
        for metric, of_metric in groupby(rows, key=itemgetter(0))
    }


def _islands(found: Sequence[tuple[date, date | None, date]]) -> tuple[Span, ...]:
    """Each island ends where the windows had reached when the next one began."""
    ends = [reach for _, reach, _ in found[1:] if reach is not None] + [found[0][2]]
    return tuple(Span(row[0], last) for row, last in zip(found, ends, strict=True))


def read_states(
    cursor: duckdb.DuckDBPyConnection, wanted: list[str] | None
) -> dict[str, MetricState]:
    """The state of each metric that was ever asked, and of each that is named."""
    digests = dict(_rows(cursor, DIGESTS, wanted))
    coverage = read_coverage(cursor, wanted, until(None))
    ends = {row[0]: row[1:] for row in _rows(cursor, LAST_RUNS, wanted)}
    runs = _runs(cursor, [one for last, ok, _ in ends.values() for one in (last, ok) if one])
    found = {}
    for name in dict.fromkeys([*(wanted or ()), *ends, *digests]):
        last, last_ok, failures = ends.get(name, (None, None, 0))
        found[name] = MetricState(
            metric=name,
            digest=digests.get(name, ""),
            coverage=coverage.get(name, ()),
            last=runs.get(last),
            last_ok=runs.get(last_ok),
            failures_in_a_row=failures,
        )
    return found


def _runs(cursor: duckdb.DuckDBPyConnection, numbers: list[int]) -> dict[int | None, Run]:
    rows = cursor.execute(
        f"SELECT {COLUMNS} FROM run WHERE run_id IN (SELECT unnest(?::INTEGER[]))", [numbers]
    ).fetchall()
    return {row[0]: run_of(row) for row in rows}


def _rows(
    cursor: duckdb.DuckDBPyConnection, text: str, wanted: list[str] | None, **bound: Any
) -> list[tuple[Any, ...]]:
    """The answer for the metrics named; None leaves the condition out, not only open."""
    if wanted is not None:
        bound["wanted"] = wanted
    return cursor.execute(
        text.format(wanted="true" if wanted is None else WANTED), bound
    ).fetchall()
