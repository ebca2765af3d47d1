"""What is said of objectives, and early warnings: rows in, answers out; judges nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from krtracker.model import Alarm, AlarmState, ObjectiveEvaluation, Status, Vote
from krtracker.store import columns

if TYPE_CHECKING:
    import duckdb

    from krtracker.store.write import Stamp

PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "objective": columns.texts,
    "cycle": columns.texts,
    "today": columns.days,
    "data_day": columns.days,
    "status": columns.texts,
    "vote": columns.texts,
    "reason": columns.texts,
    "progress": columns.numbers,
    "expected": columns.numbers,
    "catch_up": columns.numbers,
    "coverage": columns.numbers,
    "score": columns.numbers,
    "inputs_digest": columns.texts,
    "final": columns.truths,
}
ALARM: Mapping[str, Callable[[Any], Any]] = {
    "key_result": columns.texts,
    "rule": columns.texts,
    "cycle": columns.texts,
    "data_day": columns.days,
    "raised": columns.truths,
    "words": columns.texts,
    "depth": columns.integers,
}

LAST_SAID = """
SELECT objective, data_day, max(revision), arg_max(inputs_digest, revision)
FROM objective_evaluation
WHERE data_day IS NULL OR data_day IN (SELECT unnest($days::DATE[]))
GROUP BY objective, data_day
"""

NEWEST = f"""
SELECT {", ".join(PLAIN)}, flags, recorded_at FROM objective_evaluation WHERE recorded_at <= ?
QUALIFY row_number() OVER (
    PARTITION BY objective ORDER BY recorded_at DESC, data_day DESC NULLS LAST
) = 1
"""

VOTES = """
SELECT objective, data_day, vote, status FROM (
    SELECT * FROM objective_evaluation WHERE data_day IS NOT NULL AND recorded_at <= $until
    QUALIFY row_number() OVER (PARTITION BY objective, data_day ORDER BY revision DESC) = 1
)
QUALIFY row_number() OVER (PARTITION BY objective ORDER BY data_day DESC) <= $most
ORDER BY objective, data_day
"""

ALARMS = """
SELECT key_result, rule, cycle, max(data_day) FILTER (raised),
       arg_max(depth, seq) FILTER (raised), NOT arg_max(raised, seq)
FROM alarm WHERE recorded_at <= ? GROUP BY key_result, rule, cycle
HAVING count(*) FILTER (raised) > 0
"""


def stage_objectives(
    cursor: duckdb.DuckDBPyConnection,
    said: Sequence[ObjectiveEvaluation],
    *,
    stamp: Stamp,
    configuration: int,
) -> int:
    """Stages those whose inputs differ from what was last said of that day; returns how many."""
    new = _changed(cursor, said)
    if not new:
        return 0
    count = len(new)
    made = {name: make(getattr(one, name) for one, _ in new) for name, make in PLAIN.items()}
    flags = (json.dumps(one.flags) if one.flags else None for one, _ in new)
    made["flags"] = columns.texts(flags)
    made["configuration_id"] = columns.integers([configuration] * count)
    made["recorded_at"] = columns.instants([stamp.recorded_at] * count)
    made["seq"] = columns.integers([stamp.seq] * count)
    made["revision"] = columns.integers(revision for _, revision in new)
    columns.stage(cursor, "objective_evaluation", made)
    return count


def _changed(
    cursor: duckdb.DuckDBPyConnection, said: Sequence[ObjectiveEvaluation]
) -> list[tuple[ObjectiveEvaluation, int]]:
    """Those that say something new of their day, each with its revision."""
    if not said:
        return []
    days = list({one.data_day for one in said if one.data_day is not None})
    rows = cursor.execute(LAST_SAID, {"days": days}).fetchall()
    last = {(name, day): (revision, digest) for name, day, revision, digest in rows}
    known = ((one, *last.get((one.objective, one.data_day), (-1, None))) for one in said)
    return [(one, revision + 1) for one, revision, digest in known if digest != one.inputs_digest]


def stage_alarms(cursor: duckdb.DuckDBPyConnection, told: Sequence[Alarm], stamp: Stamp) -> int:
    """Stages warnings raised or over; returns how many."""
    if not told:
        return 0
    made = {name: make(getattr(one, name) for one in told) for name, make in ALARM.items()}
    made["recorded_at"] = columns.instants([stamp.recorded_at] * len(told))
    made["seq"] = columns.integers([stamp.seq] * len(told))
    columns.stage(cursor, "alarm", made)
    return len(told)


def restored(row: Sequence[Any]) -> tuple[ObjectiveEvaluation, datetime]:
    """The answer behind a row of NEWEST, and since when it is known."""
    plain = dict(zip(PLAIN, row, strict=False))
    flags, recorded = row[len(PLAIN) :]
    plain |= {
        "status": Status(plain["status"]),
        "vote": Status(plain["vote"]),
        "flags": tuple(json.loads(flags)) if flags else (),
    }
    return ObjectiveEvaluation(**plain), columns.known_instant(recorded)


def votes_of(rows: Sequence[Sequence[Any]]) -> dict[str, tuple[Vote, ...]]:
    found: dict[str, list[Vote]] = {}
    for objective, day, vote, published in rows:
        found.setdefault(objective, []).append(Vote(day, Status(vote), Status(published)))
    return {name: tuple(votes) for name, votes in found.items()}


def states_of(rows: Sequence[Sequence[Any]]) -> dict[tuple[str, str], dict[str, AlarmState]]:
    """By (key result, cycle) and rule, what the rows of ALARMS remember."""
    found: dict[tuple[str, str], dict[str, AlarmState]] = {}
    for key_result, rule, cycle, day, depth, over in rows:
        found.setdefault((key_result, cycle), {})[rule] = AlarmState(day, depth, over)
    return found
