"""`krtracker try`: a metric's query over a few days, printed; it stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import quantity, several
from krtracker.cli.sources import asked_metric, on_source
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.words import DAY, span_between
from krtracker.errors import SourcesFailedError, UsageError
from krtracker.periods import Span, Window, local_day

if TYPE_CHECKING:
    from krtracker.connector import Ask, Bucket, Connector, Deadline, Interval
    from krtracker.model import Metric, Pull, Workspace


INTERVALS = ("hour", "day", "week", "month", "range")


@command("try")
@click.argument("metric", shell_complete=metric_ids)
@click.option("--from", "first", type=DAY, help="First day (default: seven days in all).")
@click.option("--to", "last", type=DAY, help="Last day (default: the newest complete one).")
@click.option("--interval", type=click.Choice(INTERVALS), help="Buckets of a standard metric.")
def try_(
    face: Face, metric: str, *, first: date | None, last: date | None, interval: Interval | None
) -> None:
    """Ask a metric's source for a few days and store nothing."""
    workspace = face.checked_workspace()
    one = asked_metric(workspace, metric)
    newest = local_day(face.now, one.zone) - timedelta(days=1 + one.late_by)
    span = span_between(first, last, newest=newest, days=7)
    if interval is not None:
        explore(face, workspace, one, span=span, interval=interval)
        return
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


def explore(
    face: Face, workspace: Workspace, metric: Metric, *, span: Span, interval: Interval
) -> None:
    """A standard metric over other buckets than its days, printed."""

    def ask(connector: Connector[Any], asked: Ask[Any], deadline: Deadline) -> Any:
        from krtracker.connector import Explores

        if not isinstance(connector, Explores):
            return None
        return connector.explore(asked, interval, deadline)

    found: Sequence[Bucket] | None = None
    if metric.standard is not None:
        window = Window(span.first, span.last, metric.zone)
        found = on_source(face, workspace, metric, window=window, ask=ask)
    if found is None:
        raise UsageError(f"`--interval` is for standard metrics; next: krtracker try {metric.id}")
    if face.json:
        buckets = [asdict(one) for one in found]
        face.out_json({"metric": metric.id, "interval": interval, "buckets": buckets})
        return
    for line in lines_of([bucket_row(one, metric) for one in found], face.out_terminal):
        face.out(line)
    face.say(f"{several(len(found), interval)} in {span}; nothing stored")


def bucket_row(bucket: Bucket, metric: Metric) -> Row:
    return [
        bucket.label,
        bucket.segment,
        Cell(f"{bucket.value:,.6g}", "bold", right=True),
        Cell(quantity(bucket.value, metric.kind, metric.unit), "grey", right=True),
        Cell("" if bucket.weight is None else f"{bucket.weight:,.6g}", right=True),
    ]


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
