"""Runs as rows and rows as runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from krtracker.model import Outcome, Run
from krtracker.periods import Span
from krtracker.store.columns import known_instant

COLUMNS = (
    "run_id, metric, source, window_first, window_last, started_at, recorded_at, outcome, "
    "message, query_digest, rows, written, revised, retracted, quarantined, notes"
)


def run_of(row: Sequence[Any]) -> Run:
    """The Run behind a row of COLUMNS; what follows them is left alone."""
    number, metric, source, first, last, started, recorded, outcome = row[:8]
    message, digest, rows, written, revised, retracted, quarantined, notes = row[8:16]
    return Run(
        id=number,
        metric=metric,
        source=source,
        window=Span(first, last),
        started_at=known_instant(started),
        recorded_at=known_instant(recorded),
        outcome=Outcome(outcome),
        message=message,
        query_digest=digest,
        rows=rows,
        written=written,
        revised=revised,
        retracted=retracted,
        quarantined=quarantined,
        notes=tuple(json.loads(notes)),
    )
