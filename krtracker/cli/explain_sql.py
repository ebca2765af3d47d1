"""`krtracker explain-sql`: the SQL a metric will send and what is bound to it; runs none of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.sources import asked_metric, on_source
from krtracker.cli.words import DAY, span_between
from krtracker.errors import UsageError
from krtracker.periods import Window, local_day

if TYPE_CHECKING:
    from krtracker.connector import Ask, Connector, Deadline, Explained


@command("explain-sql")
@click.argument("metric", shell_complete=metric_ids)
@click.option("--from", "first", type=DAY, help="First day (default: seven days in all).")
@click.option("--to", "last", type=DAY, help="Last day (default: the newest complete one).")
def explain_sql(face: Face, metric: str, *, first: date | None, last: date | None) -> None:
    """Print the SQL a metric will send, with the values bound to it."""
    workspace = face.checked_workspace()
    one = asked_metric(workspace, metric)
    newest = local_day(face.now, one.zone) - timedelta(days=1 + one.late_by)
    span = span_between(first, last, newest=newest, days=7)
    window = Window(span.first, span.last, one.zone)
    told = on_source(face, workspace, one, window=window, ask=_explained)
    if told is None:
        raise UsageError(f"source `{one.source}` is not asked in SQL; next: krtracker config")
    if face.json:
        statements = [{"text": one.text, "values": one.values} for one in told]
        face.out_json({"metric": metric, "statements": statements})
        return
    for statement in told:
        face.out(f"{statement.text};")
        for name, value in statement.values.items():
            face.out(f"-- {name} = {value!r}")
        face.out("")
    if not told:
        face.say("the events table is empty: no SQL is needed to say so")
    face.say(f"for {span}; next: krtracker try {metric}")


def _explained(
    connector: Connector[Any], ask: Ask[Any], deadline: Deadline
) -> Sequence[Explained] | None:
    from krtracker.connector import Explains

    return connector.explain(ask, deadline) if isinstance(connector, Explains) else None
