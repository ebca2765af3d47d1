"""`krtracker collect`: one round now, by what is missing; the daemon does the same by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import several
from krtracker.cli.terminal import visible
from krtracker.cli.working import work
from krtracker.errors import UnknownNameError

if TYPE_CHECKING:
    from krtracker.tracker.planning import Plan


@command("collect")
@click.argument("metrics", nargs=-1, shell_complete=metric_ids)
@click.option("--force", is_flag=True, help="Ask again what a source has just refused.")
@click.option("--accept-empty", is_flag=True, help="Believe an empty answer over known days.")
@click.option("--keep-history", is_flag=True, help="Go on with an edited query; marks the break.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, ask nothing.")
def collect(face: Face, metrics: tuple[str, ...], *, dry_run: bool, **how: bool) -> int:
    """Ask the sources for what is missing, once, now."""
    known = face.workspace().metrics
    for one in metrics:
        if one not in known:
            raise UnknownNameError("metric", one, list(known))
    if dry_run:
        return foretell(face, metrics)
    return work(face, {"command": "collect", "metrics": list(metrics), **how})


def foretell(face: Face, metrics: tuple[str, ...]) -> int:
    """The windows that a round would ask now, by what the snapshot knows."""
    made = planned(face, metrics)
    due = {one.metric.id: one.windows for group in made.wanted.values() for one in group}
    if face.json:
        spans = {name: [(one.first, one.last) for one in windows] for name, windows in due.items()}
        face.out_json({"would_ask": spans, "paused": {one.metric: one.why for one in made.paused}})
        return 0
    for name, windows in due.items():
        days = several(sum(one.days for one in windows), "day")
        face.out(f"{visible(name)}  {', '.join(map(str, windows)) or 'nothing due'}  {days}")
    for one in made.paused:
        face.warn(f"paused {one.metric}: {one.why}; next: {one.next_command}")
    face.say("nothing was asked; next: krtracker collect")
    return 0


def planned(face: Face, metrics: tuple[str, ...]) -> Plan:
    from krtracker.store import Snapshot
    from krtracker.tracker import How
    from krtracker.tracker.planning import Moment, chosen_metrics, plan

    workspace = face.workspace()
    chosen = chosen_metrics(workspace, metrics or None)
    states = {}
    if workspace.store_path.exists():
        with Snapshot.open(workspace.store_path) as snapshot:
            states = snapshot.states([one.id for one in chosen])
    return plan(workspace, chosen, states, moment=Moment(face.now), how=How())
