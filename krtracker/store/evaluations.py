"""Evaluations as rows and rows as evaluations, field by field; judges nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from krtracker.model import Evaluation, Frozen, Status
from krtracker.periods import Span
from krtracker.store import columns
from krtracker.store.answers import StoredEvaluation

if TYPE_CHECKING:
    import duckdb

    from krtracker.store.write import Stamp

# The columns of table `evaluation` that come straight from an Evaluation's field of that name.
PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "key_result": columns.texts,
    "cycle": columns.texts,
    "metric": columns.texts,
    "today": columns.days,
    "data_day": columns.days,
    "status": columns.texts,
    "vote": columns.texts,
    "reason": columns.texts,
    "actual": columns.numbers,
    "baseline": columns.numbers,
    "origin": columns.numbers,
    "target": columns.numbers,
    "progress": columns.numbers,
    "expected": columns.numbers,
    "expected_value": columns.numbers,
    "catch_up": columns.numbers,
    "pace_status": columns.texts,
    "probability": columns.numbers,
    "score": columns.numbers,
    "grade": columns.texts,
    "age": columns.numbers,
    "provisional": columns.truths,
    "days_used": columns.integers,
    "days_missing": columns.integers,
    "pooled_weight": columns.numbers,
    "inputs_digest": columns.texts,
    "final": columns.truths,
    "level": columns.texts,
    "compliance": columns.numbers,
    "bad_days": columns.numbers,
    "allowed_days": columns.numbers,
    "coverage": columns.numbers,
    "full_score": columns.numbers,
}
FROZEN: Mapping[str, Callable[[Any], Any]] = {
    "key_result": columns.texts,
    "what": columns.texts,
    "numbers": columns.texts,
    "basis": columns.texts,
    "window_first": columns.days,
    "window_last": columns.days,
    "inputs_recorded_at": columns.instants,
    "recorded_at": columns.instants,
    "seq": columns.integers,
}
OWN = (
    *("window_first", "window_last", "flags", "froze"),
    *("interval_low", "interval_high", "breached"),
)
READ = (*PLAIN, *OWN)

# A key result's newest word: what was said at the time goes before what was worked out later.
NEWEST_FIRST = "reconstructed, recorded_at DESC, today DESC, data_day DESC NULLS LAST"

UNCHANGED = """
CREATE OR REPLACE TEMP TABLE stage_evaluation AS
WITH last AS (
    FROM evaluation e SEMI JOIN said s
    ON e.key_result = s.key_result AND e.data_day IS NOT DISTINCT FROM s.data_day
), newest AS (
    SELECT key_result, data_day, max(revision) AS revision,
           arg_max(inputs_digest, revision) AS inputs_digest
    FROM last GROUP BY key_result, data_day
)
SELECT s.* REPLACE (coalesce(n.revision + 1, 0)::INTEGER AS revision)
FROM said s LEFT JOIN newest n
ON n.key_result = s.key_result AND n.data_day IS NOT DISTINCT FROM s.data_day
WHERE n.key_result IS NULL OR n.inputs_digest <> s.inputs_digest
"""

REFRESH_NOW = f"""
CREATE OR REPLACE TEMP TABLE newer AS
SELECT * FROM (
    FROM evaluation_now SEMI JOIN stage_evaluation USING (key_result)
    UNION ALL BY NAME FROM stage_evaluation
)
QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY {NEWEST_FIRST}) = 1;
DELETE FROM evaluation_now WHERE key_result IN (SELECT key_result FROM stage_evaluation);
INSERT INTO evaluation_now BY NAME FROM newer;
DROP TABLE newer
"""

REMAKE_NOW = f"""
DELETE FROM evaluation_now;
INSERT INTO evaluation_now BY NAME SELECT * FROM evaluation
QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY {NEWEST_FIRST}) = 1
"""


def stage_evaluations(
    cursor: duckdb.DuckDBPyConnection,
    said: Sequence[Evaluation],
    *,
    stamp: Stamp,
    configuration: int,
    reconstructed: bool,
) -> int:
    """Stages those whose inputs differ from what was last said of that day; returns how many."""
    import numpy as np

    count = len(said)
    made = {name: make(_field(one, name) for one in said) for name, make in PLAIN.items()}
    made |= _own_columns(said)
    made["reconstructed"] = np.full(count, reconstructed)
    made["configuration_id"] = np.full(count, configuration, dtype=np.int32)
    made["recorded_at"] = columns.instants([stamp.recorded_at]).repeat(count)
    made["seq"] = np.full(count, stamp.seq, dtype=np.int64)
    made["revision"] = np.zeros(count, dtype=np.int32)
    columns.stage(cursor, "evaluation", made)
    cursor.execute("CREATE OR REPLACE TEMP TABLE said AS FROM stage_evaluation")
    cursor.execute(UNCHANGED)
    cursor.execute("DROP TABLE said")
    return int(cursor.execute("SELECT count(*) FROM stage_evaluation").fetchall()[0][0])


def _field(evaluation: Evaluation, name: str) -> Any:
    return getattr(evaluation, name)


def _own_columns(said: Sequence[Evaluation]) -> dict[str, Any]:
    return {
        "window_first": columns.days(
            None if one.window is None else one.window.first for one in said
        ),
        "window_last": columns.days(
            None if one.window is None else one.window.last for one in said
        ),
        "flags": columns.texts(
            json.dumps(one.flags, ensure_ascii=False) if one.flags else None for one in said
        ),
        "froze": columns.texts(
            json.dumps([_written(kept) for kept in one.freeze]) if one.freeze else None
            for one in said
        ),
        "interval_low": columns.numbers(_ends(said, 0)),
        "interval_high": columns.numbers(_ends(said, 1)),
        "breached": columns.texts(
            json.dumps(one.breached, ensure_ascii=False) if one.breached else None for one in said
        ),
    }


def _ends(said: Sequence[Evaluation], end: int) -> list[float | None]:
    return [None if one.interval is None else one.interval[end] for one in said]


def _written(frozen: Frozen) -> dict[str, Any]:
    return {
        "key_result": frozen.key_result,
        "what": frozen.what,
        "values": frozen.values,
        "basis": frozen.basis,
        "window": [frozen.window.first.isoformat(), frozen.window.last.isoformat()],
        "inputs_recorded_at": _iso(frozen.inputs_recorded_at),
        "recorded_at": _iso(frozen.recorded_at),
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read_frozen(kept: Mapping[str, Any]) -> Frozen:
    first, last = kept["window"]
    return Frozen(
        key_result=kept["key_result"],
        what=kept["what"],
        values=tuple(kept["values"]),
        basis=kept["basis"],
        window=Span(date.fromisoformat(first), date.fromisoformat(last)),
        inputs_recorded_at=_instant(kept["inputs_recorded_at"]),
        recorded_at=_instant(kept["recorded_at"]),
    )


def restored(row: Sequence[Any]) -> Evaluation:
    """The Evaluation behind a row of the columns READ."""
    plain = dict(zip(PLAIN, row, strict=False))
    first, last, flags, freeze, low, high, breached = row[len(PLAIN) : len(READ)]
    pace = plain["pace_status"]
    plain |= {
        "status": Status(plain["status"]),
        "vote": Status(plain["vote"]),
        "pace_status": None if pace is None else Status(pace),
        "window": None if first is None else Span(first, last),
        "flags": tuple(json.loads(flags)) if flags else (),
        "freeze": tuple(map(_read_frozen, json.loads(freeze))) if freeze else (),
        "level": plain["level"] or "",
        "interval": None if low is None else (low, high),
        "breached": tuple(json.loads(breached)) if breached else (),
    }
    return Evaluation(**plain)


def stored(row: Sequence[Any]) -> StoredEvaluation:
    """The same from a row of READ, recorded_at, configuration digest, reconstructed."""
    recorded_at, digest, reconstructed = row[len(READ) :]
    known = columns.known_instant(recorded_at)
    return StoredEvaluation(restored(row), known, digest or "", reconstructed)


def stage_frozen(cursor: duckdb.DuckDBPyConnection, found: Iterable[Frozen], stamp: Stamp) -> int:
    """Stages what was measured for good, unless the very same is kept; returns how many."""
    rows = [
        (
            one.key_result,
            one.what,
            json.dumps(one.values),
            one.basis,
            one.window.first,
            one.window.last,
            one.inputs_recorded_at,
            stamp.recorded_at,
            stamp.seq,
        )
        for one in found
    ]
    columns.stage(cursor, "frozen", columns.table_of(rows, FROZEN))
    cursor.execute(
        "DELETE FROM stage_frozen n WHERE EXISTS (FROM frozen k WHERE k.key_result = n.key_result "
        "AND k.what = n.what AND k.numbers = n.numbers AND k.basis = n.basis "
        "AND k.window_first = n.window_first AND k.window_last = n.window_last)"
    )
    return int(cursor.execute("SELECT count(*) FROM stage_frozen").fetchall()[0][0])
