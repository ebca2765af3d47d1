"""`krtracker runs`: the last attempts at the metrics, from the snapshot; it starts none."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.errors import UnknownNameError

if TYPE_CHECKING:
    from krtracker.model import Run


@command("runs")
@click.argument("metric", required=False, shell_complete=metric_ids)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--failed", is_flag=True, help="Only those that brought nothing.")
def runs(face: Face, metric: str | None, *, limit: int, failed: bool) -> None:
    """List the last attempts at the metrics."""
    from krtracker.store import Snapshot

    with Snapshot.open(face.published()) as snapshot:
        found = snapshot.runs(metric, limit=limit if not failed else limit * 50)
        if metric is not None and not found:
            known = [row[0] for row in snapshot.sql("select metric from krt.metrics")[1]]
            if metric not in known:
                raise UnknownNameError("metric", metric, known)
    wanted = [one for one in found if not (failed and one.outcome.covers)][:limit]
    if face.json:
        face.out_json({"runs": [{**asdict(one), "outcome": one.outcome.value} for one in wanted]})
        return
    for line in lines_of([HEAD, *map(row_of, wanted)] if wanted else [], face.out_terminal):
        face.out(line)
    if not wanted:
        face.say("no runs yet; next: krtracker collect")


HEAD: Row = [
    Cell(one, "bold", right=one in ("run", "new", "revised"))
    for one in ("run", "at (UTC)", "metric", "days", "outcome", "new", "revised", "")
]


def row_of(run: Run) -> Row:
    return [
        Cell(str(run.id), right=True),
        f"{run.recorded_at:%Y-%m-%d %H:%M:%S}",
        run.metric,
        str(run.window),
        Cell(run.outcome.value, "green" if run.outcome.covers else "red"),
        Cell(str(run.written - run.revised), right=True),
        Cell(str(run.revised), right=True),
        Cell(remark(run), "grey"),
    ]


def remark(run: Run) -> str:
    """What a person should know of the run, in one line."""
    parts = [run.message, *run.notes]
    if run.quarantined:
        parts.append(f"{run.quarantined} quarantined")
    if run.retracted:
        parts.append(f"{run.retracted} retracted")
    return "; ".join(part for part in parts if part)
