"""A receipt as lines of text: values in, lines out; it computes no number of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from krtracker.cli.figures import (
    catch_up_words,
    chance_words,
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
from krtracker.model.forecasts import NoForecast

if TYPE_CHECKING:
    from krtracker.periods import Span
    from krtracker.store import Ground
    from krtracker.tracker import Receipt

MOST_DAYS = 31


def receipt_lines(made: Receipt, terminal: Terminal) -> list[str]:
    """Verdict, numbers, the days used, where they came from, the query, the configuration."""
    if made.metric is None:
        return unmeasured_lines(made, terminal)
    return [
        *head(made, terminal),
        "",
        *lines_of([[Cell(name, "grey"), text] for name, text in numbers(made)], terminal),
        "",
        *used_days(made, terminal),
        "",
        *lines_of([[Cell(name, "grey"), text] for name, text in origin(made)], terminal),
        "",
        *query(made, terminal),
    ]


def unmeasured_lines(made: Receipt, terminal: Terminal) -> list[str]:
    """The receipt of milestones, or of a composite: what it is made of."""
    rows: list[Row] = [
        [
            f"  {one.key_result}",
            Cell(percent(one.progress, 1), "bold", right=True),
            Cell(f"{percent(one.expected, 1)} expected", "grey"),
            Cell(one.status.words, style(one.status)),
        ]
        for one in made.parts
    ]
    rows += [
        [
            f"  {one.title}",
            f"due {one.due}",
            Cell(f"done {one.done}" if one.done else "open", "green" if one.done else "grey"),
            f"weight {one.weight:g}",
        ]
        for one in made.key_result.milestones
    ]
    facts: list[Row] = [[Cell(name, "grey"), text] for name, text in (*way(made), *kept_as(made))]
    return [*head(made, terminal), "", *lines_of(rows, terminal), "", *lines_of(facts, terminal)]


def head(made: Receipt, terminal: Terminal) -> Iterator[str]:
    answer, goal = made.evaluation, made.key_result
    title = goal.title or (made.metric.title if made.metric else goal.name)
    yield terminal.paint(visible(title), "bold") + visible(f"  {goal.id}")
    verdict = f"{icon(answer.status, unicode=terminal.unicode)} {answer.status.words}"
    reason = visible(without_status(answer.status, answer.reason))
    yield f"{terminal.paint(verdict, style(answer.status))}: {reason}"


def numbers(made: Receipt) -> Iterator[tuple[str, str]]:
    """The numbers of the answer, each in the metric's unit, with the rule it comes from."""
    answer, metric = made.evaluation, made.metric
    if metric is None:
        return
    rule = made.key_result.actual or metric.actual

    def shown(value: float | None) -> str:
        exact = "" if value is None or metric.kind == "ratio" else f"   ({value:,.6g})"
        return quantity(value, metric.kind, metric.unit) + exact

    used = several(answer.days_used, "day")
    missing = f", {answer.days_missing} missing" if answer.days_missing else ""
    pooled = f", pooled over {answer.pooled_weight:,.6g}" if answer.pooled_weight else ""
    taken = "newest day" if answer.compliance is not None else rule.text or rule.how
    yield "actual", f"{shown(answer.actual)}   {taken}, {used}{missing}{pooled}"
    if answer.interval is not None:
        low, high = (quantity(one, metric.kind, metric.unit) for one in answer.interval)
        yield "interval", f"{low} to {high}   95 %, Wilson"
    window = f"   over {made.baseline_window}" if made.baseline_window else ""
    if answer.compliance is None:
        yield "baseline", shown(answer.baseline) + window
    target = made.key_result.target
    yield "target", shown(answer.target) + (f"   {target.text}" if target and target.text else "")
    yield from way(made, "" if answer.compliance is not None else shown(answer.expected_value))
    yield from odds(made)


def way(made: Receipt, value: str = "") -> Iterator[tuple[str, str]]:
    """How far it is, what is expected, and what stands beside the score."""
    answer = made.evaluation
    if answer.compliance is not None:
        spent = f"{answer.bad_days} of {answer.allowed_days} bad days used"
        yield "kept", f"{percent(answer.compliance, 1)}, {spent}"
    yield "progress", f"{percent(answer.progress, 1)} of the way"
    share = "" if answer.expected is None else percent(answer.expected, 1)
    path = f"   {made.key_result.pace.text or made.key_result.pace.kind}" if value else ""
    yield "expected", ", ".join(part for part in (value, share) if part) + path
    yield "pace", catch_up_words(answer.catch_up) or "–"
    if answer.level:
        yield "level met", answer.level
    if answer.breached:
        yield "guardrails", f"{', '.join(answer.breached)} breached"
    if answer.flags:
        yield "flags", ", ".join(answer.flags)


def odds(made: Receipt) -> Iterator[tuple[str, str]]:
    """The chance with what it was learnt from, or why there is none."""
    found, metric = made.forecast, made.metric
    if found is None or metric is None:
        return
    if isinstance(found, NoForecast):
        yield "chance", f"none: {found.words}"
        return
    ends = (found.final.middle, found.final.low80, found.final.high80)
    middle, low, high = (quantity(end, metric.kind, metric.unit) for end in ends)
    yield "chance", f"{chance_words(found.probability)}   of 1,000 paths, {found.method}"
    yield "ends near", f"{middle}   80 % of the paths between {low} and {high}"
    known = several(found.days_used, "known day")
    yield "learnt from", f"{known} to {found.data_day}, digest {found.inputs_digest[:12]}"


def used_days(made: Receipt, terminal: Terminal) -> Iterator[str]:
    """The rows behind the actual; of a formula those of each metric in it."""
    if not made.components:
        yield from days(made.evaluation.window, made.grounds, terminal)
    for name, grounds in made.components.items():
        yield terminal.paint(visible(name), "bold")
        yield from days(made.evaluation.window, grounds, terminal)


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
    if metric is None:
        return
    segment = f", segment {made.key_result.segment}" if made.key_result.segment else ""
    yield "metric", f"{metric.id}{segment}"
    source = metric.source or f"formula {metric.formula}"
    yield "source", f"{source} ({made.connector})" if made.connector else source
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
    yield from kept_as(made)


def kept_as(made: Receipt) -> Iterator[tuple[str, str]]:
    """The configuration behind the answer, and when it was stored."""
    yield "configuration", made.configuration
    if made.recorded_at is not None:
        yield "evaluated", f"{made.recorded_at:%Y-%m-%d %H:%M:%S} UTC"


def query(made: Receipt, terminal: Terminal) -> Iterator[str]:
    if made.query_text.strip():
        yield terminal.paint("query", "bold")
        for line in made.query_text.strip().splitlines():
            yield "  " + visible(line, keep="\t")
