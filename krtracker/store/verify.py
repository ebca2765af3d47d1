"""What the store must be true to, read row by row and held against the archive; repairs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import duckdb

from krtracker.store.archive import OBSERVATION, Archive
from krtracker.store.database import quoted

if TYPE_CHECKING:
    from pathlib import Path

MOST_NAMED = 20


class Check(NamedTuple):
    """A query that must be empty; its rows fill the sentence."""

    query: str
    sentence: str


CHECKS = (
    Check(
        "SELECT s.metric, s.segment, o.day FROM observation o LEFT JOIN series s USING (series_id) "
        "GROUP BY ALL HAVING count(*) <> max(o.revision) + 1 "
        "OR count(DISTINCT o.revision) <> count(*)",
        "metric {0} {1}: the revisions of {2} have a gap or a double",
    ),
    Check(
        "SELECT metric, segment, count(*) FROM series GROUP BY ALL HAVING count(*) > 1",
        "metric {0} {1} has {2} series instead of one",
    ),
    Check(
        "SELECT o.run_id, count(*) FROM observation o ANTI JOIN run r USING (run_id) GROUP BY ALL",
        "run {0} is unknown, but {1} observations come from it",
    ),
    Check(
        "SELECT r.run_id, r.metric, r.written, count(o.run_id) FROM run r "
        "LEFT JOIN observation o USING (run_id) GROUP BY ALL HAVING r.written <> count(o.run_id)",
        "run {0} ({1}) wrote {2} rows, the store has {3} of them",
    ),
    Check(
        "SELECT key_result, data_day FROM evaluation GROUP BY ALL "
        "HAVING count(*) <> max(revision) + 1",
        "key result {0}: the evaluations of {1} have a gap or a double",
    ),
    Check(
        "SELECT objective, data_day FROM objective_evaluation GROUP BY ALL "
        "HAVING count(*) <> max(revision) + 1",
        "objective {0}: the evaluations of {1} have a gap or a double",
    ),
    Check(
        "SELECT key_result, max(f.seq), any_value(n.seq) FROM forecast f "
        "LEFT JOIN forecast_now n USING (key_result) GROUP BY key_result "
        "HAVING max(f.seq) IS DISTINCT FROM any_value(n.seq)",
        "key result {0}: its newest forecast is of commit {1}, shown is that of {2}",
    ),
    Check(
        "SELECT sum(observations), (SELECT count(*) FROM observation) FROM batch "
        "HAVING coalesce(sum(observations), 0) <> (SELECT count(*) FROM observation)",
        "the commits wrote {0} observations, the store has {1}",
    ),
    Check(
        "SELECT sum(evaluations), (SELECT count(*) FROM evaluation) FROM batch "
        "HAVING coalesce(sum(evaluations), 0) <> (SELECT count(*) FROM evaluation)",
        "the commits wrote {0} evaluations, the store has {1}",
    ),
)

ROWS = ", ".join(f"o.{name}" for name in OBSERVATION)
COUNTED = f"""
SELECT o.run_id, count(*) AS rows, bit_xor(hash({ROWS})) AS content
FROM {{}} o GROUP BY o.run_id
"""


def verify(cursor: duckdb.DuckDBPyConnection, archive: Archive) -> list[str]:
    """Every violation in a sentence, at most 20 of a kind; empty when all is well."""
    found: list[str] = []
    for check in CHECKS:
        try:
            rows = cursor.execute(check.query).fetchmany(MOST_NAMED)
        except duckdb.Error as error:
            found.append(f"the store cannot be read: {str(error).splitlines()[0]}")
            continue
        found += [check.sentence.format(*row) for row in rows]
    return found + compare(cursor, archive)


def compare(cursor: duckdb.DuckDBPyConnection, archive: Archive) -> list[str]:
    """Runs whose rows differ between the store and the archive, and commits only one has."""
    paths = [one.path for one in archive.chapters()]
    if not paths:
        rows = cursor.execute("SELECT count(*) FROM batch").fetchall()
        return [f"the archive is empty, the store has {rows[0][0]} commits"] if rows[0][0] else []
    try:
        return _differing_runs(cursor, paths) + _differing_commits(cursor, paths)
    except duckdb.Error as error:
        return [f"store and archive cannot be compared: {str(error).splitlines()[0]}"]


def _archived(paths: list[Path], part: str) -> str:
    listed = ", ".join(quoted(one) for one in paths)
    return f"(SELECT * FROM read_parquet([{listed}]) WHERE part = {quoted(part)})"


def _differing_runs(cursor: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[str]:
    archived = COUNTED.format(_archived(paths, "observation"))
    rows = cursor.execute(
        f"SELECT coalesce(s.run_id, a.run_id), coalesce(s.rows, 0), coalesce(a.rows, 0) "
        f"FROM ({COUNTED.format('observation')}) s FULL JOIN ({archived}) a ON a.run_id = s.run_id "
        "WHERE s.rows IS DISTINCT FROM a.rows OR s.content IS DISTINCT FROM a.content ORDER BY 1"
    ).fetchmany(MOST_NAMED)
    return [
        f"run {run}: the store's {stored} rows are not the {archived} that were accepted; "
        f"if somebody edited them, `krtracker db rebuild` brings back what was accepted"
        for run, stored, archived in rows
    ]


def _differing_commits(cursor: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[str]:
    rows = cursor.execute(
        "SELECT coalesce(b.seq, a.seq), a.seq IS NULL FROM batch b FULL JOIN "
        f"{_archived(paths, 'batch')} a ON a.seq = b.seq "
        "WHERE a.seq IS NULL OR b.seq IS NULL ORDER BY 1"
    ).fetchmany(MOST_NAMED)
    return [
        f"commit {seq} is {'not in the archive' if no_archive else 'only in the archive'}"
        for seq, no_archive in rows
    ]
