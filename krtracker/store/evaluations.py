"""Evaluations as rows and rows as evaluations, field by field; judges nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
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
OWN = ("window_first", "window_last", "flags", "froze")
READ = (*PLAIN, *OWN)

# A key result's newest word: what was said at the time goes before what was worked out later.
NEWEST_FIRST = "reconstructed, recorded_at DESC, today DESC, data_day DESC NULLS LAST"

LAST_SAID = """
SELECT key_result, data_day, max(revision), arg_max(inputs_digest, revision)
FROM evaluation e
SEMI JOIN (SELECT unnest($days::DATE[]) AS day) d ON e.data_day IS NOT DISTINCT FROM d.day
GROUP BY key_result, data_day
"""

# What is said now, once of each key result, is newer than all that was said before.
REPLACE_NOW = """
DELETE FROM evaluation_now WHERE key_result IN (SELECT key_result FROM stage_evaluation);
INSERT INTO evaluation_now BY NAME FROM stage_evaluation
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
) -> str | None:
    """Stages those whose inputs differ from what was last said of that day.

    Returns the SQL that brings `evaluation_now` up to date afterwards; None when none is new.
    """
    new = _changed(cursor, said, reconstructed=reconstructed)
    if not new:
        return None
    answers, count = [one for one, _ in new], len(new)
    made = columns.table_of(list(map(attrgetter(*PLAIN), answers)), PLAIN)
    made |= _own_columns(answers)
    made |= {
        "reconstructed": columns.truths([reconstructed] * count),
        "configuration_id": columns.integers([configuration] * count),
        "recorded_at": columns.instants([stamp.recorded_at] * count),
        "seq": columns.integers([stamp.seq] * count),
        "revision": columns.integers(revision for _, revision in new),
    }
    columns.stage(cursor, "evaluation", made)
    once = len({one.key_result for one in answers}) == count
    return REPLACE_NOW if once and not reconstructed else REFRESH_NOW


def _changed(
    cursor: duckdb.DuckDBPyConnection, said: Sequence[Evaluation], *, reconstructed: bool
) -> list[tuple[Evaluation, int]]:
    """Those that say something new of their day, each with its revision."""
    days = list({one.data_day for one in said})
    rows = cursor.execute(LAST_SAID, {"days": days}).fetchall()
    last = {(name, day): (revision, digest) for name, day, revision, digest in rows}
    now = dict(cursor.execute("SELECT key_result, data_day FROM evaluation_now").fetchall())
    known = ((one, *last.get((one.key_result, one.data_day), (-1, None))) for one in said)
    return [
        (one, revision + 1)
        for one, revision, digest in known
        # An earlier day's answer holds again once the days after it were taken back.
        if digest != one.inputs_digest
        or (not reconstructed and one.data_day != now.get(one.key_result))
    ]


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
    }


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
    first, last, flags, freeze = row[len(PLAIN) : len(READ)]
    pace = plain["pace_status"]
    plain |= {
        "status": Status(plain["status"]),
        "vote": Status(plain["vote"]),
        "pace_status": None if pace is None else Status(pace),
        "window": None if first is None else Span(first, last),
        "flags": tuple(json.loads(flags)) if flags else (),
        "freeze": tuple(map(_read_frozen, json.loads(freeze))) if freeze else (),
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
    if not rows:
        return 0
    columns.stage(cursor, "frozen", columns.table_of(rows, FROZEN))
    cursor.execute(
        "DELETE FROM stage_frozen n WHERE EXISTS (FROM frozen k WHERE k.key_result = n.key_result "
        "AND k.what = n.what AND k.numbers = n.numbers AND k.basis = n.basis "
        "AND k.window_first = n.window_first AND k.window_last = n.window_last)"
    )
    return int(cursor.execute("SELECT count(*) FROM stage_frozen").fetchall()[0][0])
