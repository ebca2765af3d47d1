"""Pulls turned into revisions: only what changed is appended, nothing is ever overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from krtracker.errors import UsageError
from krtracker.model import Pull, Run
from krtracker.store import columns
from krtracker.store.incoming import Incoming, Names, gather

if TYPE_CHECKING:
    import duckdb

TABLES = ("series", "statement", "expectation", "run", "definition", "observation")


class Stamp(NamedTuple):
    """One commit: its number, and the instant from which its rows count as known."""

    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Filled:
    """The staged rows of one commit: which tables have some, and what the caller is told.

    `then` is SQL run after the rows are in; `after` is called once the commit is durable.
    """

    tables: tuple[str, ...]
    told: Any
    after: Callable[[], None] = lambda: None
    then: str = ""


ARRIVED = """
CREATE OR REPLACE TEMP TABLE given (
    pull INTEGER, series_id INTEGER, day DATE, value DOUBLE, weight DOUBLE, failed INTEGER
);
CREATE OR REPLACE TEMP TABLE asked (pull INTEGER, series_id INTEGER, first DATE, last DATE)
"""

# The revisions that hold at `recorded_at <= ?`, for the series and days that a commit touches.
KNOWN = """
CREATE OR REPLACE TEMP TABLE known AS
WITH seen AS (
    FROM observation SEMI JOIN (
        SELECT series_id FROM given UNION SELECT series_id FROM asked
    ) USING (series_id)
    WHERE day BETWEEN ? AND ? AND recorded_at <= ?
)
FROM seen ANTI JOIN (SELECT series_id, day, revision - 1 AS revision FROM seen WHERE revision > 0)
USING (series_id, day, revision)
"""

# A day goes missing when the whole window was answered and the answer leaves it out.
GONE = """
SELECT max(a.pull) AS pull, k.series_id, k.day
FROM known k JOIN asked a ON k.series_id = a.series_id AND k.day BETWEEN a.first AND a.last
ANTI JOIN given i ON k.series_id = i.series_id AND k.day = i.day
WHERE k.value IS NOT NULL
GROUP BY k.series_id, k.day
"""

# The failed expectation's words may differ from day to day: only whether there are any counts.
CHANGED = f"""
INSERT INTO stage_observation BY NAME
SELECT i.series_id, i.day, i.value, i.weight, ? AS recorded_at, ? + i.pull AS run_id,
       coalesce(k.revision + 1, 0) AS revision, i.failed
FROM (FROM given UNION ALL BY NAME ({GONE})) i
LEFT JOIN known k ON k.series_id = i.series_id AND k.day = i.day
WHERE CASE WHEN k.series_id IS NULL THEN i.value IS NOT NULL
      ELSE i.value IS DISTINCT FROM k.value OR i.weight IS DISTINCT FROM k.weight
           OR (i.failed IS NULL) <> (k.failed IS NULL) END
"""

LATER = """
SELECT s.metric, s.segment, n.day, min(o.recorded_at)
FROM stage_observation n
JOIN observation o ON o.series_id = n.series_id AND o.day = n.day AND o.recorded_at > n.recorded_at
JOIN series s ON s.series_id = n.series_id
GROUP BY ALL ORDER BY ALL LIMIT 1
"""

COUNTS = """
SELECT run_id, count(*), count(*) FILTER (revision > 0 AND value IS NOT NULL),
       count(*) FILTER (value IS NULL), count(*) FILTER (failed IS NOT NULL)
FROM stage_observation GROUP BY run_id
"""


def fill(
    cursor: duckdb.DuckDBPyConnection,
    pulls: Sequence[Pull],
    *,
    names: Names,
    stamp: Stamp,
    imported: bool,
) -> Filled:
    """Stages observations, runs, series, statements and definitions of one commit."""
    incoming = gather(pulls, names)
    staged = _stage_names(cursor, incoming)
    _stage_changes(cursor, incoming, stamp, first_run=names.next_run)
    if imported:
        _refuse_earlier_than_known(cursor)
    runs = _runs(cursor, pulls, stamp, first_run=names.next_run)
    staged |= {"run": True, "observation": any(one.written for one in runs)}
    texts = {names.statement(one.query_text): one.query_text for one in pulls if one.query_text}
    fresh_texts = {one: text for one, text in texts.items() if one not in names.statements}
    staged["statement"] = _stage_statements(cursor, fresh_texts)
    _stage_runs(cursor, pulls, runs, names=names, stamp=stamp)
    defined = _stage_definitions(cursor, pulls, names, stamp=stamp)
    staged["definition"] = bool(defined)

    def remember() -> None:
        names.series.update(incoming.new_series)
        names.expectations.update(incoming.new_expectations)
        names.statements.update(fresh_texts)
        names.defined.update(defined)
        names.next_run += len(runs)

    return Filled(tuple(one for one in TABLES if staged[one]), runs, remember)


def _stage_names(cursor: duckdb.DuckDBPyConnection, incoming: Incoming) -> dict[str, bool]:
    """Which of the two tables have new rows."""
    found, words = incoming.new_series, incoming.new_expectations
    series = columns.stage(
        cursor,
        "series",
        {
            "series_id": columns.integers(found.values()),
            "metric": columns.texts(metric for metric, _ in found),
            "segment": columns.texts(segment for _, segment in found),
        },
    )
    expectations = columns.stage(
        cursor,
        "expectation",
        {"failed": columns.integers(words.values()), "words": columns.texts(words)},
    )
    return {"series": series, "expectation": expectations}


def _stage_changes(
    cursor: duckdb.DuckDBPyConnection, incoming: Incoming, stamp: Stamp, *, first_run: int
) -> None:
    recorded = columns.naive_utc(stamp.recorded_at)
    columns.make_stage(cursor, "observation")
    if incoming.span is None:
        return
    cursor.execute(ARRIVED)
    columns.insert(cursor, "given", incoming.given)
    columns.insert(cursor, "asked", incoming.asked)
    cursor.execute(KNOWN, [incoming.span.first, incoming.span.last, recorded])
    cursor.execute(CHANGED, [recorded, first_run])
    cursor.execute("DROP TABLE given; DROP TABLE asked; DROP TABLE known")


def _refuse_earlier_than_known(cursor: duckdb.DuckDBPyConnection) -> None:
    """decisions.md 2: history may come late, but never before what is already known of a day."""
    later = cursor.execute(LATER).fetchall()
    if later:
        metric, segment, day, known = later[0]
        of = f"{metric} ({segment})" if segment else metric
        raise UsageError(
            f"{of} on {day} already has a value recorded at {known} UTC, after the instant given: "
            f"import the older history of a metric before its newer values, or leave out that day"
        )


def _runs(
    cursor: duckdb.DuckDBPyConnection, pulls: Sequence[Pull], stamp: Stamp, *, first_run: int
) -> tuple[Run, ...]:
    counted = {row[0]: row[1:] for row in cursor.execute(COUNTS).fetchall()}
    return tuple(
        _run(one, first_run + n, stamp, counts=counted.get(first_run + n, (0, 0, 0, 0)))
        for n, one in enumerate(pulls)
    )


def _run(pull: Pull, run_id: int, stamp: Stamp, *, counts: Sequence[int]) -> Run:
    written, revised, retracted, quarantined = counts
    return Run(
        id=run_id,
        metric=pull.metric,
        source=pull.source,
        window=pull.window,
        started_at=pull.started_at,
        recorded_at=stamp.recorded_at,
        outcome=pull.outcome,
        message=pull.message,
        query_digest=pull.query_digest,
        rows=pull.rows,
        written=written,
        revised=revised,
        retracted=retracted,
        quarantined=quarantined,
        notes=tuple(pull.notes),
    )


def _stage_statements(cursor: duckdb.DuckDBPyConnection, found: Mapping[str, str]) -> bool:
    return columns.stage(
        cursor,
        "statement",
        {"statement": columns.texts(found), "text": columns.texts(found.values())},
    )


def _stage_runs(
    cursor: duckdb.DuckDBPyConnection,
    pulls: Sequence[Pull],
    runs: Sequence[Run],
    *,
    names: Names,
    stamp: Stamp,
) -> None:
    rows = [
        _run_row(pull, run, names, seq=stamp.seq) for pull, run in zip(pulls, runs, strict=True)
    ]
    columns.stage(cursor, "run", columns.table_of(rows, RUN_SHAPE))


RUN_SHAPE: Mapping[str, Callable[[Any], Any]] = {
    "run_id": columns.integers,
    "seq": columns.integers,
    "metric": columns.texts,
    "source": columns.texts,
    "window_first": columns.days,
    "window_last": columns.days,
    "started_at": columns.instants,
    "recorded_at": columns.instants,
    "outcome": columns.texts,
    "message": columns.texts,
    "query_digest": columns.texts,
    "statement": columns.texts,
    "parameters": columns.texts,
    "rows": columns.integers,
    "requests": columns.integers,
    "written": columns.integers,
    "revised": columns.integers,
    "retracted": columns.integers,
    "quarantined": columns.integers,
    "notes": columns.texts,
    "note": columns.texts,
}


def _run_row(pull: Pull, run: Run, names: Names, *, seq: int) -> tuple[Any, ...]:
    return (
        run.id,
        seq,
        run.metric,
        run.source,
        run.window.first,
        run.window.last,
        run.started_at,
        run.recorded_at,
        run.outcome.value,
        run.message,
        run.query_digest,
        names.statement(pull.query_text) if pull.query_text else "",
        json.dumps(dict(pull.parameters), ensure_ascii=False) if pull.parameters else "{}",
        run.rows,
        pull.requests,
        run.written,
        run.revised,
        run.retracted,
        run.quarantined,
        json.dumps(list(run.notes), ensure_ascii=False) if run.notes else "[]",
        pull.note,
    )


def _stage_definitions(
    cursor: duckdb.DuckDBPyConnection, pulls: Sequence[Pull], names: Names, *, stamp: Stamp
) -> dict[str, str]:
    """The first answer a metric gives is its first definition; failures define nothing."""
    found: dict[str, str] = {}
    for pull in pulls:
        if pull.outcome.covers and pull.metric not in names.defined:
            found.setdefault(pull.metric, pull.query_digest)
    rows = [
        (metric, digest, stamp.recorded_at, False, None, stamp.seq)
        for metric, digest in found.items()
    ]
    stage_definitions(cursor, rows)
    return found


def stage_definitions(
    cursor: duckdb.DuckDBPyConnection,
    rows: Sequence[tuple[str, str, datetime, bool, date | None, int]],
) -> None:
    """Rows of (metric, digest, recorded_at, kept, day, seq)."""
    shape = {
        "metric": columns.texts,
        "digest": columns.texts,
        "recorded_at": columns.instants,
        "kept": columns.truths,
        "day": columns.days,
        "seq": columns.integers,
    }
    columns.stage(cursor, "definition", columns.table_of(rows, shape))
