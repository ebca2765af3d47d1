"""Where a key result stands, as a value and as lines; it opens and prints nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from krtracker.cli.figures import (
    bar,
    catch_up_words,
    chance_words,
    icon,
    percent,
    quantity,
    several,
    short_day,
    sparkline,
    style,
)
from krtracker.cli.tables import Cell, lines_of, width_of
from krtracker.cli.terminal import Terminal, clipped, visible
from krtracker.model.verdicts import Status
from krtracker.periods import Span


@dataclass(frozen=True, slots=True)
class Standing:
    """One key result now (or as asked): the words of the catalogue and the stored numbers."""

    key_result: str
    name: str
    title: str
    status: Status
    reason: str
    cycle: str = ""
    objective: str = ""
    owner: str = ""
    metric: str = ""
    kind: str = "number"
    unit: str = ""
    actual: float | None = None
    baseline: float | None = None
    origin: float | None = None
    target: float | None = None
    progress: float | None = None
    expected: float | None = None
    catch_up: float | None = None
    score: float | None = None
    data_day: date | None = None
    provisional: bool = False
    recorded_at: datetime | None = None
    chance: float | None = None
    forecast: float | None = None
    forecast_low: float | None = None
    forecast_high: float | None = None
    reached_on: date | None = None
    no_forecast: str = ""
    full_score: float | None = None
    level: str = ""
    breached: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    trouble: str = ""
    past: tuple[float | None, ...] = field(default=())

    def facts(self) -> dict[str, Any]:
        """The plain values of `--json`; numbers raw."""
        names = [one for one in self.__slots__ if one not in ("status", "past")]
        facts: dict[str, Any] = {name: getattr(self, name) for name in names}
        return {**facts, "status": self.status.value, "words": catch_up_words(self.catch_up)}


@dataclass(frozen=True, slots=True)
class Heading:
    """One objective of the tree: its text, how deep it hangs, whose it is."""

    id: str
    title: str
    owner: str = ""
    parent: str | None = None
    status: Status | None = None
    progress: float | None = None
    expected: float | None = None
    reason: str = ""

    def facts(self) -> dict[str, Any]:
        """The plain values of `--json`; numbers raw."""
        facts: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {**facts, "status": None if self.status is None else self.status.value}


@dataclass(frozen=True, slots=True)
class Board:
    """Everything one `status` shows: a cycle, its tree, its key results."""

    workspace: str
    cycle: str
    title: str
    span: Span | None
    today: date
    headings: Sequence[Heading] = ()
    standings: Sequence[Standing] = ()


SPARK, BAR, REMARK = 6, 7, 11
"""Columns of a row that a narrow terminal can do without."""


def board_lines(board: Board, terminal: Terminal) -> list[str]:
    """The tree: a line on the cycle, each objective, under it a row for each key result."""
    lines = [terminal.paint(visible(cycle_line(board)), "bold"), counts_line(board, terminal), ""]
    rows = _rows_that_fit(board, terminal)
    by_objective: dict[str, list[str]] = {}
    for standing, line in zip(board.standings, rows, strict=True):
        by_objective.setdefault(standing.objective, []).append(line)
    for heading, depth in in_tree_order(board.headings):
        title = terminal.paint(visible(heading.title), "bold")
        owner = terminal.paint(visible(f" · {heading.owner}" if heading.owner else ""), "grey")
        lines.append("  " * depth + title + owner + _said_of(heading, terminal))
        lines += ["  " * (depth + 1) + line for line in by_objective.pop(heading.id, [])]
    for orphans in by_objective.values():
        lines += ["  " + line for line in orphans]
    if any(one.provisional for one in board.standings):
        lines += ["", terminal.paint(PROVISIONAL, "grey")]
    return lines


def _said_of(heading: Heading, terminal: Terminal) -> str:
    """ "✓ on track, 45 % (40 % expected)"; nothing where nothing was judged under it."""
    if heading.status is None or (heading.progress is None and heading.status is Status.NO_DATA):
        return ""
    verdict = f"{icon(heading.status, unicode=terminal.unicode)} {heading.status.words}"
    way = "" if heading.progress is None else f", {percent(heading.progress)}"
    due = "" if heading.expected is None else f" ({percent(heading.expected)} expected)"
    return "  " + terminal.paint(verdict, style(heading.status)) + terminal.paint(way + due, "grey")


PROVISIONAL = "* provisional: the source may still restate these days"
LEFT_OUT = ((), (SPARK,), (SPARK, BAR), (SPARK, BAR, REMARK))
"""What a narrow terminal does without, step by step, once its remarks are brief."""


def _rows_that_fit(board: Board, terminal: Terminal) -> list[str]:
    """A line a key result; before a person they keep to the terminal's width."""
    depths = {one.id: depth for one, depth in in_tree_order(board.headings)}
    deepest = max((depths.get(one.objective, 0) for one in board.standings), default=0)
    room = terminal.width - 2 * (deepest + 1)
    rows = [_row(one, board.today, terminal) for one in board.standings]
    if not terminal.interactive or width_of(rows) <= room:
        return lines_of(rows, terminal)
    for row, one in zip(rows, board.standings, strict=True):
        row[REMARK] = Cell(brief(one), "grey")
    fitting: list[list[Cell | str]] = []
    for missing in LEFT_OUT:
        fitting = [[cell for n, cell in enumerate(row) if n not in missing] for row in rows]
        if width_of(fitting) <= room:
            break
    return lines_of(fitting, terminal)


def cycle_line(board: Board) -> str:
    """ "Fieldnote · Q4 2026 · day 51 of 92"."""
    parts = [board.workspace, board.title or board.cycle]
    if board.span is not None:
        day = (board.today - board.span.first).days + 1
        if board.today < board.span.first:
            parts.append(f"starts on {short_day(board.span.first, board.today)}")
        elif board.today > board.span.last:
            parts.append(f"ended on {short_day(board.span.last, board.today)}")
        else:
            parts.append(f"day {day} of {board.span.days}")
    return " · ".join(part for part in parts if part)


def counts_line(board: Board, terminal: Terminal) -> str:
    """How many key results have which status, best first, zero left out."""
    counted = [(one, sum(s.status is one for s in board.standings)) for one in Status]
    parts = [
        terminal.paint(
            f"{icon(status, unicode=terminal.unicode)} {count} {status.words}", style(status)
        )
        for status, count in counted
        if count
    ]
    return "  ".join(parts) or several(0, "key result")


def in_tree_order(headings: Sequence[Heading]) -> list[tuple[Heading, int]]:
    """The objectives with their depth, children after their parent, the files' order kept."""
    known = {one.id for one in headings}
    children: dict[str | None, list[Heading]] = {}
    for one in headings:
        children.setdefault(one.parent if one.parent in known else None, []).append(one)
    ordered: list[tuple[Heading, int]] = []
    waiting = [(one, 0) for one in reversed(children.get(None, []))]
    while waiting:
        one, depth = waiting.pop()
        ordered.append((one, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(one.id, []))]
    return ordered


def _row(one: Standing, today: date, terminal: Terminal) -> list[Cell | str]:
    """name, from -> actual -> to, the past weeks, the way, the verdict, catch-up, freshness."""
    unicode = terminal.unicode
    arrow = "→" if unicode else "->"
    verdict = f"{icon(one.status, unicode=unicode)} {one.status.words}"
    ahead = "" if one.status in QUIET else catch_up_words(one.catch_up)
    return [
        clipped(one.name, 28),
        Cell(quantity(one.origin, one.kind, one.unit), "grey", right=True),
        Cell(arrow, "grey"),
        Cell(quantity(one.actual, one.kind, one.unit), "bold", right=True),
        Cell(arrow, "grey"),
        Cell(quantity(one.target, one.kind, one.unit), "", right=True),
        Cell(sparkline(one.past, unicode=unicode), "cyan"),
        Cell(bar(one.progress, unicode=unicode), style(one.status)),
        Cell(percent(one.progress), "", right=True),
        Cell(verdict, style(one.status)),
        Cell(freshness(one, today), "grey"),
        Cell(ahead or (said(one) if one.status in QUIET else ""), "grey"),
    ]


QUIET = (Status.NO_DATA, Status.INVALID, Status.NOT_STARTED, Status.STALE)
"""Statuses whose reason says more than a pace would."""


def freshness(one: Standing, today: date) -> str:
    """The data day, marked when its numbers may still be restated."""
    return short_day(one.data_day, today) + ("*" if one.provisional else "")


def brief(one: Standing) -> str:
    """The catch-up factor where there is no room for its sentence."""
    finite = one.catch_up is not None and 0 < one.catch_up < 100
    return f"{one.catch_up:.2g} x pace" if finite and one.status not in QUIET else ""


def said(one: Standing) -> str:
    """The reason without the status it begins with, which stands beside it already, and why the
    metric has no newer day."""
    reason = without_status(one.status, one.reason)
    return f"{reason.rstrip('.')}; last try: {one.trouble}" if one.trouble else reason


def without_status(status: Status, reason: str) -> str:
    begun = f"{status.words}: "
    return reason[len(begun) :] if reason.lower().startswith(begun) else reason


def detail_lines(one: Standing, today: date, terminal: Terminal) -> list[str]:
    """`status KR`: a sentence, then the facts one a line."""
    verdict = terminal.paint(
        f"{icon(one.status, unicode=terminal.unicode)} {one.status.words}", style(one.status)
    )
    head = f"{terminal.paint(visible(one.title), 'bold')}  {verdict}"
    facts: Mapping[str, str] = {
        "why": said(one),
        "actual": quantity(one.actual, one.kind, one.unit),
        "baseline": quantity(one.baseline, one.kind, one.unit),
        "target": quantity(one.target, one.kind, one.unit),
        "progress": f"{percent(one.progress)} of the way, {percent(one.expected)} expected",
        "pace": catch_up_words(one.catch_up) or "–",
        "metric": one.metric,
        "owner": one.owner or "–",
        "data through": short_day(one.data_day, today) + (" (provisional)" * one.provisional),
        "past weeks": sparkline(one.past, 28, unicode=terminal.unicode) or "–",
        **_beside(one),
    }
    body = lines_of([["  ", Cell(name, "grey"), text] for name, text in facts.items()], terminal)
    return [head, *body]


def _beside(one: Standing) -> dict[str, str]:
    """What only some key results have: a level met, guardrails breached, warnings that last."""
    facts = {}
    if one.chance is not None:
        facts["chance"] = chance_line(one)
    if one.level:
        facts["level met"] = one.level
    if one.breached:
        full = "" if one.full_score is None else f" (score {one.full_score:.2f} without)"
        facts["guardrails"] = ", ".join(one.breached) + " breached" + full
    facts |= {f"warning {text[:2]}": text[3:] for text in one.warnings}
    return facts


def chance_line(one: Standing) -> str:
    """ "62 %, ends near 146 (80 %: 138 to 155)"."""
    if one.forecast is None:
        return chance_words(one.chance)
    ends = (one.forecast, one.forecast_low, one.forecast_high)
    middle, low, high = (quantity(end, one.kind, one.unit) for end in ends)
    return f"{chance_words(one.chance)}, ends near {middle} (80 %: {low} to {high})"


FAIL_ON: Mapping[str, tuple[Status, ...]] = {
    "at-risk": (Status.AT_RISK, Status.OFF_TRACK, Status.MISSED, Status.INVALID),
    "off-track": (Status.OFF_TRACK, Status.MISSED, Status.INVALID),
    "stale": (Status.STALE, Status.NO_DATA),
}


def failing(standings: Sequence[Standing], conditions: Sequence[str]) -> list[Standing]:
    """The key results that `--fail-on` asks about."""
    wanted = {status for one in conditions for status in FAIL_ON[one]}
    return [one for one in standings if one.status in wanted]
