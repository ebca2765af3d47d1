"""`krtracker try`: a metric's query over a few days, printed; it stores nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import quantity, several
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.words import DAY, span_between
from krtracker.errors import SourcesFailedError, UnknownNameError, UsageError
from krtracker.periods import Span, Window, local_day

if TYPE_CHECKING:
    from krtracker.model import Metric, Pull, Workspace


@command("try")
@click.argument("metric", shell_complete=metric_ids)
@click.option("--from", "first", type=DAY, help="First day (default: seven days in all).")
@click.option("--to", "last", type=DAY, help="Last day (default: the newest complete one).")
def try_(face: Face, metric: str, *, first: date | None, last: date | None) -> None:
    """Ask a metric's source for a few days and store nothing."""
    workspace = face.workspace()
    one = workspace.metrics.get(metric)
    if one is None:
        raise UnknownNameError("metric", metric, list(workspace.metrics))
    if one.manual:
        raise UsageError(f"`{metric}` is recorded by hand; next: krtracker record {metric} VALUE")
    newest = local_day(face.now, one.zone) - timedelta(days=1 + one.late_by)
    span = span_between(first, last, newest=newest, days=7)
    pull = asked(face, workspace, one, span=span)
    if face.json:
        face.out_json(facts(pull))
    else:
        show(face, one, pull)
    if not pull.outcome.covers:
        raise SourcesFailedError(f"{pull.message}; next: krtracker doctor")


def asked(face: Face, workspace: Workspace, metric: Metric, *, span: Span) -> Pull:
    """The judged answer of the metric's source."""
    from krtracker import wiring
    from krtracker.collect import MetricAsk, collect
    from krtracker.connector import Deadline
    from krtracker.daemon.parts import surroundings

    sources = wiring.sources(workspace, surroundings(workspace.file, face.environ))
    try:
        window = Window(span.first, span.last, metric.zone)
        ask = MetricAsk(metric, sources.query(metric), window)
        deadline = Deadline(workspace.sources[metric.source].timeout)
        connector = sources.open(metric.source)
        [(pull, _)] = collect(connector, [ask], deadline=deadline, now=wiring.now)
    finally:
        sources.close()
    return pull


def show(face: Face, metric: Metric, pull: Pull) -> None:
    """A row a point; what the judgement says of it beside it."""
    weighed = any(one.weight is not None for one in pull.points)
    segmented = any(one.segment for one in pull.points)
    rows: list[Row] = [
        [
            f"{point.day:%Y-%m-%d %a}",
            *([point.segment or "–"] if segmented else []),
            Cell(f"{point.value:,.6g}", "bold", right=True),
            Cell(quantity(point.value, metric.kind, metric.unit), "grey", right=True),
            *([Cell(f"{point.weight or 0:,.6g}", right=True)] if weighed else []),
            Cell(pull.quarantined.get((point.day, point.segment), ""), "yellow"),
        ]
        for point in pull.points
    ]
    for line in lines_of(rows, face.out_terminal):
        face.out(line)
    for note in pull.notes:
        face.say(f"note: {note}", "yellow")
    if pull.outcome.covers:
        what = several(len(pull.points), "point") if pull.points else "the source has nothing"
        face.say(f"{what} for {pull.window}; nothing stored; next: krtracker backfill {metric.id}")


def facts(pull: Pull) -> dict[str, object]:
    return {
        "metric": pull.metric,
        "source": pull.source,
        "first": pull.window.first,
        "last": pull.window.last,
        "outcome": pull.outcome.value,
        "message": pull.message,
        "notes": pull.notes,
        "parameters": pull.parameters,
        "points": [
            {
                **point._asdict(),
                "quarantined": pull.quarantined.get((point.day, point.segment)),
            }
            for point in pull.points
        ],
    }
