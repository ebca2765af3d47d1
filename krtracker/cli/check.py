"""`krtracker check`: the configuration alone, every mistake at once; it opens no connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from krtracker.cli.face import Face, command, problem_facts
from krtracker.cli.figures import several
from krtracker.errors import Problem
from krtracker.model import Refresh, Workspace


@command("check")
@click.option("--strict", is_flag=True, help="Warnings fail too (exit 3).")
def check(face: Face, *, strict: bool) -> int:
    """Read the configuration only, and name every mistake in it."""
    from krtracker import wiring

    workspace, remarks = wiring.accepted(face.configuration())
    warned = any(one.severity == "warning" for one in remarks)
    if face.json:
        face.out_json(facts(face, workspace, remarks))
    else:
        show(face, workspace, remarks)
    return 3 if strict and warned else 0


def show(face: Face, workspace: Workspace, remarks: Sequence[Problem]) -> None:
    """Remarks to stderr, the summary and the next runs to stdout."""
    for one in remarks:
        face.say(str(one) + "\n", "yellow" if one.severity == "warning" else "grey")
    face.out(face.out_terminal.paint("ok", "green") + f"  {summary(workspace)}")
    for text, runs in next_times(face, workspace):
        precise = "%a %d %b %H:%M:%S" if any(one.second for one in runs) else "%a %d %b %H:%M"
        face.out(f"    {text:<20} next {', '.join(one.strftime(precise) for one in runs)}")
    face.say("next: krtracker doctor   (tries the sources too)")


def summary(workspace: Workspace) -> str:
    """ "3 files, 2 sources, 5 metrics, 6 key results in 1 cycle"."""
    files = sum(name.endswith(".toml") for name in workspace.files)
    return (
        f"{several(files, 'file')}, {several(len(workspace.sources), 'source')}, "
        f"{several(len(workspace.metrics), 'metric')}, "
        f"{several(len(workspace.key_results), 'key result')} "
        f"in {several(len(workspace.cycles), 'cycle')}"
    )


def next_times(face: Face, workspace: Workspace) -> list[tuple[str, list[datetime]]]:
    """The next three local times of each refresh in use."""
    from krtracker.schedule import next_runs

    used: dict[tuple[str, str], Refresh] = {
        (one.refresh.text, one.zone): one.refresh
        for one in workspace.metrics.values()
        if not one.manual
    }
    return [
        (
            text if zone == workspace.zone else f"{text} {zone}",
            [one.astimezone(ZoneInfo(zone)) for one in next_runs(refresh, zone, face.now, count=3)],
        )
        for (text, zone), refresh in used.items()
    ]


def facts(face: Face, workspace: Workspace, remarks: Sequence[Problem]) -> dict[str, Any]:
    return {
        "digest": workspace.digest,
        "sources": list(workspace.sources),
        "metrics": list(workspace.metrics),
        "cycles": list(workspace.cycles),
        "key_results": list(workspace.key_results),
        "remarks": [problem_facts(one) for one in remarks],
        "next_runs": [
            {"refresh": text, "runs": runs} for text, runs in next_times(face, workspace)
        ],
    }
