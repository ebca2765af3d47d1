"""`krtracker replay`: would we have known in week four, under other limits? It stores nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.face import Face, command
from krtracker.cli.figures import percent, several, short_day
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from krtracker.model import Cycle, StatusRule
    from krtracker.tracker import Replay, Replayed


@command("replay")
@click.argument("cycle")
@click.option("--status.by", "by", type=click.Choice(["forecast", "pace"]), help="Judge by this.")
@click.option("--status.on_track", "on_track", metavar="SHARE", help='As in "70%".')
@click.option("--status.at_risk", "at_risk", metavar="SHARE", help='As in "30%".')
@click.option("--status.pace_level", "pace_level", metavar="A,B", help="As in 1.10,1.50.")
@click.option("--status.pace_total", "pace_total", metavar="A,B", help="As in 1.02,1.20.")
def replay(face: Face, cycle: str, **limits: str | None) -> None:
    """Judge a cycle again, day by day, under other limits.

    Every day is judged with all that is known now. The answer is how early the misses were
    known, and how often what was achieved had been called at risk or off track. Of a cycle that
    still runs, only the alarms so far are told.
    """
    from krtracker.store import Snapshot
    from krtracker.tracker import replay as judged_again

    workspace = face.workspace()
    chosen = workspace.cycles.get(cycle)
    if chosen is None:
        raise UnknownNameError("cycle", cycle, list(workspace.cycles))
    tried = with_limits(chosen, {key: text for key, text in limits.items() if text})
    with Snapshot.open(workspace.store_path) as snapshot:
        runs = [judged_again(snapshot, workspace, chosen, now=face.now)]
        if tried != chosen:
            runs.append(judged_again(snapshot, workspace, tried, now=face.now))
    if face.json:
        face.out_json({"cycle": cycle, "runs": [facts(one) for one in runs]})
        return
    for one in runs:
        for line in lines(face, one):
            face.out(line)
    face.say("next: write the limits you like into [cycle.status] of the cycle's file", "grey")


def with_limits(cycle: Cycle, limits: dict[str, str]) -> Cycle:
    """The cycle under the limits given as text. Raises UsageError."""
    rule, changes = cycle.status, dict[str, Any]()
    for key, text in limits.items():
        changes[key] = text if key == "by" else _limit(key, text)
    tried = replace(rule, **changes)
    check_limits(tried)
    return replace(cycle, status=tried)


def check_limits(rule: StatusRule) -> None:
    if not 0 <= rule.at_risk < rule.on_track <= 1:
        raise UsageError("--status.on_track must be above --status.at_risk, both from 0% to 100%")
    for name, (low, high) in (("level", rule.pace_level), ("total", rule.pace_total)):
        if not 0 < low <= high:
            raise UsageError(f"--status.pace_{name} must rise, as in 1.10,1.50")


def _limit(key: str, text: str) -> float | tuple[float, float]:
    try:
        if key.startswith("pace_"):
            low, high = (float(part) for part in text.split(","))
            return low, high
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        sample = "1.10,1.50" if key.startswith("pace_") else "70%"
        raise UsageError(f"--status.{key} cannot be `{text}`: write it as {sample}") from None


def lines(face: Face, one: Replay) -> list[str]:
    """The rule, a row a key result, and the two counts that matter."""
    terminal = face.out_terminal
    head = terminal.paint(f"{one.cycle}, by {rule_words(one.rule)}", "bold")
    rows: list[Row] = [_open_row(each) if one.running else _row(each) for each in one.results]
    return [head, *lines_of(rows, terminal), summary(one), ""]


def rule_words(rule: StatusRule) -> str:
    if rule.by == "forecast":
        return f"forecast ({percent(rule.on_track)} / {percent(rule.at_risk)})"
    level, total = rule.pace_level, rule.pace_total
    levels = f"levels {level[0]:g} / {level[1]:g}"
    return f"pace ({levels}, totals {total[0]:g} / {total[1]:g})"


def _row(one: Replayed) -> Row:
    since = f"known since {short_day(one.known_since)}" if one.known_since else "not known before"
    told = since if one.missed else "false alarm" if one.false_alarm else "rightly quiet"
    return [
        f"  {one.key_result.rpartition('/')[2]}",
        Cell("missed" if one.missed else "achieved", "red" if one.missed else "green"),
        Cell(told, "yellow" if one.false_alarm else ""),
        *_counts(one),
    ]


def _open_row(one: Replayed) -> Row:
    """Of a cycle that runs: what is not reached is neither missed nor called so wrongly."""
    since = f"alarm since {short_day(one.known_since)}" if one.known_since else "no alarm now"
    return [
        f"  {one.key_result.rpartition('/')[2]}",
        Cell("open" if one.missed else "achieved", "" if one.missed else "green"),
        Cell(since if one.missed else "", "yellow" if one.known_since else ""),
        *_counts(one),
    ]


def _counts(one: Replayed) -> Row:
    return [
        Cell(f"{one.alarms} of {several(one.days, 'day')} at risk or off track", "grey"),
        Cell(several(one.changes, "change"), "grey"),
    ]


def summary(one: Replay) -> str:
    """ "2 of 3 misses known before the end, after a median of 24 days; false alarms on ..."."""
    if one.running:
        return (
            f"judged to {short_day(one.span.last)}: the cycle still runs, so nothing is missed "
            "yet; once it has ended, how early each miss was known is told here"
        )
    found, missed = len(one.detected), len(one.missed)
    text = f"{found} of {several(missed, 'miss', 'misses')} known before the end"
    if one.delays:
        text += f", after a median of {median(one.delays):.0f} days"
    share = one.false_alarm_share
    if share is not None:
        text += f"; false alarms on {percent(share)} of the days of what was achieved"
    return text


def facts(one: Replay) -> dict[str, Any]:
    """As JSON; what only the end of the cycle can tell is null while it runs."""
    told = {
        "missed": len(one.missed),
        "detected": len(one.detected),
        "detection_days": list(one.delays),
        "false_alarm_share": one.false_alarm_share,
    }
    of_each = [{**asdict(each), "false_alarm": each.false_alarm} for each in one.results]
    if one.running:
        told = dict.fromkeys(told)
        of_each = [{**each, "missed": None, "false_alarm": None} for each in of_each]
    return {
        "rule": asdict(one.rule),
        "running": one.running,
        "until": one.span.last,
        **told,
        "key_results": of_each,
    }
