"""`krtracker draft-check`: how often a metric moved as much as a goal asks; it asks no source."""

from __future__ import annotations

from dataclasses import asdict

import click

from krtracker.cli.completion import key_result_ids
from krtracker.cli.face import Face, command
from krtracker.cli.terminal import visible
from krtracker.periods import local_day


@command("draft-check")
@click.argument("key_results", nargs=-1, shell_complete=key_result_ids)
def draft_check(face: Face, key_results: tuple[str, ...]) -> None:
    """Say how often a metric moved as much as a goal asks.

    Without names: every key result of the cycles that are not over. Windows of the cycle's length
    are counted over the metric's whole history before the start.
    """
    from krtracker.store import Snapshot
    from krtracker.tracker import draft_check as checked
    from krtracker.tracker import resolve_key_result

    workspace = face.workspace()
    today = local_day(face.now, workspace.zone)
    names = [resolve_key_result(workspace, name, today) for name in key_results] or [
        one.id for one in workspace.key_results.values() if one.span.last >= today
    ]
    with Snapshot.open(workspace.store_path) as snapshot:
        found = checked(snapshot, workspace, names, now=face.now)
    if face.json:
        face.out_json({"key_results": [{**asdict(one), "words": one.words} for one in found]})
        return
    for one in found:
        face.out(face.out_terminal.paint(visible(one.key_result), "bold"))
        face.out(f"  {visible(one.words)}")
    if not found:
        face.say("no key result from a baseline to a target is asked about")
