"""`krtracker calibration`: how honest past odds were, from the ledger; it scores nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.board import workspace_words
from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import bar, percent, several
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.terminal import Terminal
from krtracker.cli.words import INSTANT, Moment
from krtracker.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from krtracker.evaluation import Calibration
    from krtracker.evaluation.calibration import Bin
    from krtracker.store import Snapshot

ENOUGH = 30
"""Closed key results from which on a score says something (F.1); `Calibration.enough` decides."""


@command("calibration")
@click.option("--metric", shell_complete=metric_ids, help="Only the odds of this metric.")
@click.option("--as-of", type=INSTANT, help="What was known then.")
def calibration(face: Face, metric: str | None, as_of: Moment | None) -> None:
    """Say how honest past odds were.

    Every chance that was published is kept and, once its key result has closed, held against what
    came of it.
    """
    from krtracker.store import Snapshot
    from krtracker.tracker import honesty as scores_of

    with Snapshot.open(face.published()) as snapshot:
        known_metric(snapshot, metric)
        then = None if as_of is None else as_of.in_zone(workspace_words(face.configuration())[1])
        scores = scores_of(snapshot, metric, as_of=then)
    overall = scores.get(None)
    parts = {name: one for name, one in scores.items() if name is not None}
    if face.json:
        listed = {name: facts(one) for name, one in parts.items()}
        face.out_json({"metric": metric, "overall": facts(overall), "metrics": listed})
        return
    if overall is None:
        face.out(none_yet(metric))
        return
    for line in lines(overall, parts, face.out_terminal):
        face.out(line)


def known_metric(snapshot: Snapshot, metric: str | None) -> None:
    """Raises UnknownNameError for a metric that neither is configured nor ever had odds."""
    _, rows = snapshot.sql(
        "select metric from krt.metrics union select metric from krt.forecasts order by 1"
    )
    known = [name for (name,) in rows]
    if metric is not None and metric not in known:
        raise UnknownNameError("metric", metric, known)


def none_yet(metric: str | None) -> str:
    what = f"no chance given for `{metric}`" if metric else "no chance given"
    return f"{what} has an outcome yet: the first key result to close begins the ledger"


def lines(overall: Calibration, parts: Mapping[str, Calibration], terminal: Terminal) -> list[str]:
    """A verdict in words, a row a metric, and what was said against what happened."""
    head = ["", "key results", "chances", "Brier", "log loss", "error", "80 % covered"]
    rows: list[Row] = [[Cell(one, "grey", right=n > 0) for n, one in enumerate(head)]]
    rows += [score_row(f"  {name}", one) for name, one in parts.items()]
    if len(parts) > 1:
        rows.append(score_row("  all", overall))
    bins: list[Row] = [bin_row(one, terminal) for one in overall.bins]
    return [
        terminal.paint(honesty(overall), "bold" if overall.enough else "yellow"),
        "",
        *lines_of(rows, terminal),
        "",
        terminal.paint("what was said, and how often it happened", "bold"),
        *lines_of(bins, terminal),
    ]


def score_row(name: str, one: Calibration) -> Row:
    numbers = (f"{one.brier:.3f}", f"{one.log_loss:.3f}", f"{one.error:.3f}", percent(one.coverage))
    counts = (f"{one.key_results:,}", f"{one.entries:,}")
    style = "" if one.enough else "grey"
    return [name, *(Cell(text, style, right=True) for text in (*counts, *numbers))]


def bin_row(one: Bin, terminal: Terminal) -> Row:
    return [
        f"  {percent(one.low)} to {percent(one.low + 0.1)}",
        Cell(f"said {percent(one.said)}", right=True),
        Cell(f"happened {percent(one.happened)}", "bold", right=True),
        Cell(bar(one.happened, unicode=terminal.unicode), "cyan"),
        Cell(several(one.entries, "chance"), "grey", right=True),
    ]


def honesty(one: Calibration | None) -> str:
    """How honest the odds were, in words; that it is too early to say, where it is."""
    if one is None:
        return f"no key result has closed yet, {ENOUGH} are needed to tell"
    if not one.enough:
        closed = several(one.key_results, "key result has", "key results have")
        return f"too early to tell: {closed} closed, {ENOUGH} are needed"
    off = percent(one.error)
    covered = f"{percent(one.coverage)} of the results lay within their 80 % interval"
    return f"{off} off on average over {several(one.key_results, 'closed key result')}; {covered}"


def facts(one: Calibration | None) -> dict[str, Any] | None:
    """The scores as plain values."""
    if one is None:
        return None
    made: dict[str, Any] = {**one._asdict(), "enough": one.enough}
    return {**made, "bins": [each._asdict() for each in one.bins]}
