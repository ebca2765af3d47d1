"""The analysts' contract: views, columns, types, comments and macros as written down once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb

from krtracker.store import Said, Snapshot, Store
from tests.store.world import (
    D1,
    D2,
    HOUR,
    NOW,
    evaluation,
    pull,
    refused,
    told,
    version,
    workspace,
)

CONTRACT = Path(__file__).with_name("contract.txt")

DESCRIBE = """
SELECT c.table_name, c.column_name, c.data_type, c.comment, v.comment
FROM duckdb_columns() c
JOIN duckdb_views() v ON v.view_name = c.table_name AND v.schema_name = c.schema_name
WHERE c.schema_name = 'krt' ORDER BY c.table_name, c.column_index
"""
MACROS = """
SELECT function_name, parameters, comment FROM duckdb_functions()
WHERE schema_name = 'krt' AND NOT internal ORDER BY function_name
"""


def written(snapshot: Snapshot) -> str:
    lines, last = [], ""
    for view, column, kind, _, _ in snapshot.sql(DESCRIBE)[1]:
        if view != last:
            lines.append(f"krt.{view}")
            last = view
        lines.append(f"    {column} {kind}")
    for name, parameters, _ in snapshot.sql(MACROS)[1]:
        lines.append(f"krt.{name}({', '.join(parameters)})")
    return "\n".join(lines) + "\n"


def test_the_views_are_those_of_the_contract_file(store: Store) -> None:
    store.publish()
    with Snapshot.open(store.paths.published) as snapshot:
        found = written(snapshot)
    if os.environ.get("KRTRACKER_WRITE_CONTRACT"):
        CONTRACT.write_text(found, "utf-8")
    assert found == CONTRACT.read_text("utf-8")


def test_every_view_column_and_macro_has_a_comment(store: Store) -> None:
    store.publish()
    with Snapshot.open(store.paths.published) as snapshot:
        columns = snapshot.sql(DESCRIBE)[1]
        macros = snapshot.sql(MACROS)[1]
    bare = [row[:2] for row in columns if not row[3] or not row[4]]
    assert bare == []
    assert [name for name, _, comment in macros if not comment] == []


def test_every_view_and_macro_answers(store: Store) -> None:
    # long: one line a view
    catalogue = workspace(store.paths.hidden)
    store.commit([pull({D1: 1.0})], now=NOW)
    store.save(Said(forecasts=[told()]), version=version(), catalogue=catalogue, now=NOW)
    said = Said([evaluation(final=True)], forecasts=[refused()])
    store.save(said, version=version(), catalogue=catalogue, now=NOW)
    store.publish()
    counts = {}
    with duckdb.connect(str(store.paths.published), read_only=True) as snapshot:
        names = {row[0] for row in snapshot.execute(DESCRIBE).fetchall()}
        for name in sorted(names):
            counts[name] = len(snapshot.execute(f"FROM krt.{name}").fetchall())
    assert counts == {
        "amendments": 1,
        "calibration": 2,
        "checkins": 0,
        "cycles": 1,
        "expectation_results": 0,
        "forecast_outcomes": 1,
        "forecasts": 2,
        "key_result_daily": 1,
        "key_results": 1,
        "metrics": 1,
        "objective_daily": 0,
        "objectives": 1,
        "observation_history": 1,
        "observations": 1,
        "reliability": 2,
        "runs": 1,
        "status_changes": 1,
        "warnings": 0,
    }


def test_status_as_of_says_what_was_said_then(store: Store) -> None:
    catalogue = workspace(store.paths.hidden)
    first = store.save([evaluation()], version=version(), catalogue=catalogue, now=NOW)
    later = evaluation(actual=1.0, inputs_digest="i2")
    store.save([later], version=version(), catalogue=catalogue, now=NOW + HOUR)
    query = "SELECT actual FROM krt.status_as_of(?)"

    def then(instant: datetime) -> list[tuple[float]]:
        return store.reader().sql(query, [instant.replace(tzinfo=None)])[1]

    assert then(first - HOUR) == []
    assert then(first) == [(46_400.0,)]
    assert then(first + 2 * HOUR) == [(1.0,)]


def test_series_gives_a_metric_by_day(store: Store) -> None:
    store.commit([pull({D1: 1.0, D2: 2.0}), pull({D1: 9.0}, metric="other")], now=NOW)
    rows = store.reader().sql("SELECT day, value FROM krt.series('dau')")[1]
    assert rows == [(D1, 1.0), (D2, 2.0)]


def test_compare_puts_two_cycles_side_by_side(store: Store) -> None:
    catalogue = workspace(store.paths.hidden)
    store.save([evaluation(progress=0.5)], version=version(), catalogue=catalogue, now=NOW)
    rows = store.reader().sql("FROM krt.compare('dau-50k', '2026-q4', '2026-q3')")[1]
    assert rows == [(1, 46_400.0, None, 0.5, None)]
