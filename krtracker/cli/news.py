"""What a writing command brought, in lines for a person: events in, text out; it prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from krtracker.cli.figures import icon, several, style
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.terminal import Terminal
from krtracker.model.points import COVERING
from krtracker.model.verdicts import Status

Event = Mapping[str, Any]


def run_lines(events: Iterable[Event], terminal: Terminal) -> list[str]:
    """A line a metric that was answered: "dau  2026-11-01 to 2026-11-20  ok  20 new, 3 restated".

    What brought nothing is not in here: it is told as a trouble.
    """
    by_metric: dict[str, list[Event]] = {}
    for one in events:
        if one["event"] == "run" and one["outcome"] in COVERING:
            by_metric.setdefault(one["metric"], []).append(one)
    return lines_of([_row(name, runs) for name, runs in by_metric.items()], terminal)


def _row(metric: str, runs: Sequence[Event]) -> Row:
    first = min(one["first"] for one in runs)
    last = max(one["last"] for one in runs)
    days = first if first == last else f"{first} to {last}"
    outcomes = dict.fromkeys(one["outcome"] for one in runs)
    return [metric, days, Cell(", ".join(outcomes), "green"), counted(runs) or "nothing new"]


def counted(runs: Iterable[Event]) -> str:
    """How many days are new, restated, taken back or suspect, in words; "" when none is."""
    counts = {"new": 0, "restated": 0, "retracted": 0, "quarantined": 0}
    for one in runs:
        counts["new"] += one["written"] - one["revised"] - one["retracted"]
        counts["restated"] += one["revised"]
        counts["retracted"] += one["retracted"]
        counts["quarantined"] += one["quarantined"]
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def summary(events: Sequence[Event]) -> str:
    """ "45 metrics in 92 requests: 3,600 new; 33 failed, 2 paused"; "" where no source is asked."""
    ends = [one for one in events if one["event"] == "done" and one.get("asked")]
    if not ends:
        return ""
    runs = [one for one in events if one["event"] == "run"]
    metrics = several(len({one["metric"] for one in runs}), "metric")
    requests = several(sum(one["asked"] for one in ends), "request")
    wrong = {name: sum(one[name] for one in ends) for name in ("failed", "paused")}
    troubles = ", ".join(f"{count} {name}" for name, count in wrong.items() if count)
    told = f"{metrics} in {requests}: {counted(runs) or 'nothing new'}"
    return f"{told}; {troubles}" if troubles else told


def evaluated_line(event: Event, terminal: Terminal) -> str:
    """ "12 key results: ✓ 7 on track  ▲ 3 at risk"."""
    counts = event["statuses"]
    parts = [
        terminal.paint(
            f"{icon(one, unicode=terminal.unicode)} {counts[one.value]} {one.words}", style(one)
        )
        for one in Status
        if counts.get(one.value)
    ]
    return f"{several(event['key_results'], 'key result')}: {'  '.join(parts) or 'none judged'}"


def done_line(events: Sequence[Event]) -> str:
    """What to do next, by what happened."""
    ends = [one for one in events if one["event"] == "done"]
    failed = sum(one.get("failed", 0) for one in ends)
    if failed:
        return f"{several(failed, 'metric')} failed; next: krtracker doctor"
    idle = not any(one.get("asked") or one.get("runs") for one in ends)
    if idle and ends and ends[-1]["command"] == "collect":
        return "nothing was asked; next: krtracker status"
    return "next: krtracker status"


def trouble(event: Event) -> str:
    """A failure or a pause, and what goes on; "" for any other event."""
    if event["event"] == "failed":
        return f"FAIL {event['metric']} ({event['source']}): {event['message']}"
    if event["event"] != "paused":
        return ""
    named = event["next_command"] in event["why"]
    ahead = "" if named else f"; next: {event['next_command']}"
    return f"paused {event['metric']}: {event['why']}{ahead}"
