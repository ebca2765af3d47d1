"""A receipt as lines of text: values in, lines out; it computes no number of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from krtracker.cli.figures import (
    catch_up_words,
    icon,
    percent,
    quantity,
    several,
    short_day,
    style,
)
from krtracker.cli.standing import without_status
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.terminal import Terminal, visible

if TYPE_CHECKING:
    from krtracker.periods import Span
    from krtracker.store import Ground
    from krtracker.tracker import Receipt

MOST_DAYS = 31


def receipt_lines(made: Receipt, terminal: Terminal) -> list[str]:
    """Verdict, numbers, the days used, where they came from, the query, the configuration."""
    return [
        *head(made, terminal),
        "",
        *lines_of([[Cell(name, "grey"), text] for name, text in numbers(made)], terminal),
        "",
        *days(made.evaluation.window, made.grounds, terminal),
        "",
        *lines_of([[Cell(name, "grey"), text] for name, text in origin(made)], terminal),
        "",
        *query(made, terminal),
    ]


def head(made: Receipt, terminal: Terminal) -> Iterator[str]:
    answer, goal = made.evaluation, made.key_result
    yield terminal.paint(visible(goal.title or made.metric.title), "bold") + visible(f"  {goal.id}")
    verdict = f"{icon(answer.status, unicode=terminal.unicode)} {answer.status.words}"
    reason = visible(without_status(answer.status, answer.reason))
    yield f"{terminal.paint(verdict, style(answer.status))}: {reason}"


def numbers(made: Receipt) -> Iterator[tuple[str, str]]:
    """The numbers of the answer, each in the metric's unit, with the rule it comes from."""
    answer, metric = made.evaluation, made.metric
    rule = made.key_result.actual or metric.actual

    def shown(value: float | None) -> str:
        exact = "" if value is None or metric.kind == "ratio" else f"   ({value:,.6g})"
        return quantity(value, metric.kind, metric.unit) + exact

    used = several(answer.days_used, "day")
    missing = f", {answer.days_missing} missing" if answer.days_missing else ""
    pooled = f", pooled over {answer.pooled_weight:,.6g}" if answer.pooled_weight else ""
    yield "actual", f"{shown(answer.actual)}   {rule.text or rule.how}, {used}{missing}{pooled}"
    window = f"   over {made.baseline_window}" if made.baseline_window else ""
    yield "baseline", shown(answer.baseline) + window
    target = made.key_result.target
    yield "target", shown(answer.target) + (f"   {target.text}" if target and target.text else "")
    yield "progress", f"{percent(answer.progress, 1)} of the way"
    path = made.key_result.pace.text or made.key_result.pace.kind
    share = "" if answer.expected is None else f", {percent(answer.expected, 1)}"
    yield "expected", f"{shown(answer.expected_value)}{share}   {path}"
    yield "pace", catch_up_words(answer.catch_up) or "–"
    if answer.flags:
        yield "flags", ", ".join(answer.flags)


def days(window: Span | None, grounds: Sequence[Ground], terminal: Terminal) -> Iterator[str]:
    """The rows behind the actual, the newest last; a long window shows its newest days."""
    if window is None:
        yield "no day was used"
        return
    left_out = max(0, len(grounds) - MOST_DAYS)
    more = f" (the newest {MOST_DAYS} of {len(grounds)})" if left_out else ""
    yield terminal.paint(f"days used, {window}{more}", "bold")
    weighed = any(one.weight is not None for one in grounds)
    yield from lines_of([ground_row(one, weighed) for one in grounds[left_out:]], terminal)


def ground_row(one: Ground, weighed: bool) -> Row:
    """day, value, weight, when it was learned, by which run, what is odd about it."""
    odd = "" if one.status == "ok" else f"{one.status} {one.expectation}".strip()
    again = f"restated {several(one.revision, 'time')}" if one.revision else ""
    return [
        f"  {one.day:%a} {short_day(one.day)} {one.day.year}",
        Cell("–" if one.value is None else f"{one.value:,.6g}", "bold", right=True),
        *([Cell(f"x {one.weight or 0:,.6g}", right=True)] if weighed else []),
        Cell(f"learned {one.recorded_at:%Y-%m-%d %H:%M} UTC", "grey"),
        Cell(f"run {one.run}", "grey"),
        Cell("; ".join(part for part in (odd, again) if part), "yellow"),
    ]


def origin(made: Receipt) -> Iterator[tuple[str, str]]:
    """Where the days came from: metric, source, run, configuration."""
    metric, run = made.metric, made.latest
    segment = f", segment {made.key_result.segment}" if made.key_result.segment else ""
    yield "metric", f"{metric.id}{segment}"
    yield "source", f"{metric.source} ({made.connector})" if made.connector else metric.source
    if made.trouble is not None:
        last = made.trouble
        yield "last try", f"run {last.id}, {last.outcome.value}: {visible(last.message)}"
    if run is not None:
        yield "run", f"{run.run.id}, {run.run.outcome.value}, {several(made.rows, 'row')}"
        if run.note:
            yield "note", run.note
    for name, value in made.parameters.items():
        yield f":{name}", value
    yield "query digest", made.query_digest or "–"
    yield "configuration", made.configuration
    if made.recorded_at is not None:
        yield "evaluated", f"{made.recorded_at:%Y-%m-%d %H:%M:%S} UTC"


def query(made: Receipt, terminal: Terminal) -> Iterator[str]:
    if made.query_text.strip():
        yield terminal.paint("query", "bold")
        for line in made.query_text.strip().splitlines():
            yield "  " + visible(line, keep="\t")
