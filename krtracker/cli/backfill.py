"""`krtracker backfill`: a metric's history read again; it resumes where it was stopped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.words import DAY, span_between
from krtracker.cli.working import work
from krtracker.errors import UnknownNameError, UsageError
from krtracker.periods import local_day

if TYPE_CHECKING:
    from krtracker.model import Metric, Workspace


@command("backfill")
@click.argument("metrics", nargs=-1, shell_complete=metric_ids)
@click.option("--from", "first", type=DAY, help="First day (default: the metric's history).")
@click.option("--to", "last", type=DAY, help="Last day (default: the newest complete one).")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, ask nothing.")
def backfill(
    face: Face, metrics: tuple[str, ...], *, first: date | None, last: date | None, dry_run: bool
) -> int:
    """Read a metric's history again, in chunks that can resume.

    Without METRICS every metric that has a source is read.
    """
    workspace = face.workspace()
    chosen = metrics or [one.id for one in workspace.metrics.values() if is_asked(one)]
    asked = [request_for(face, metric_of(workspace, one), first, last=last) for one in chosen]
    if not dry_run:
        return work(face, *asked)
    for one in asked:
        days = f"{one['first']} to {one['last']}" if "first" in one else "its whole history"
        face.say(f"would read {one['metric']}: {days}")
    if face.json:
        face.out_json({"would": asked})
    return 0


def is_asked(metric: Metric) -> bool:
    from krtracker.tracker.planning import is_asked as asked

    return asked(metric)


def metric_of(workspace: Workspace, name: str) -> Metric:
    metric = workspace.metrics.get(name)
    if metric is None:
        raise UnknownNameError("metric", name, list(workspace.metrics))
    if metric.manual:
        raise UsageError(f"`{name}` has no source; next: krtracker import {name} FILE")
    return metric


def request_for(
    face: Face, metric: Metric, first: date | None, *, last: date | None
) -> dict[str, Any]:
    """The request; without --from and --to the tracker takes the metric's whole history."""
    request = {"command": "backfill", "metric": metric.id}
    if first is None and last is None:
        return request
    newest = local_day(face.now, metric.zone) - timedelta(days=1 + metric.late_by)
    span = span_between(first, last, newest=newest, days=metric.history or 400)
    return {**request, "first": str(span.first), "last": str(span.last)}
