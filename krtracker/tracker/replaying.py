"""A cycle judged again day by day under other limits: when it would have been known; no storing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from krtracker.model import Cycle, Evaluation, Status, StatusRule, Workspace
from krtracker.periods import ONE_DAY, Span, local_day
from krtracker.store import Reader
from krtracker.tracker.docket import docket
from krtracker.tracker.folding import fold, knowing
from krtracker.tracker.hindsight import foretold
from krtracker.tracker.judging import Timeline, derive_days, round_of
from krtracker.tracker.questions import read_material

ALARMING = frozenset({Status.AT_RISK, Status.OFF_TRACK})


@dataclass(frozen=True, slots=True)
class Replayed:
    """How one key result would have been told of, and how it ended.

    `missed` says how it ended with all that is known now; `first_alarm` is the first day it was at
    risk or off track, `known_since` the first day from which on it always was. `alarms` counts the
    days it was so of the `days` judged, `changes` how often its status changed.
    """

    key_result: str
    missed: bool
    days: int
    alarms: int
    changes: int
    first_alarm: date | None
    known_since: date | None

    @property
    def false_alarm(self) -> bool:
        """Told of and yet achieved."""
        return not self.missed and self.alarms > 0


@dataclass(frozen=True, slots=True)
class Replay:
    """A cycle under one rule; shares are None where nothing was missed, or achieved.

    `running`: its last days are still to come. What is missed by now may yet be reached, so
    nothing is known of its misses.
    """

    cycle: str
    rule: StatusRule
    span: Span
    results: tuple[Replayed, ...]
    running: bool = False

    @property
    def missed(self) -> tuple[Replayed, ...]:
        return tuple(one for one in self.results if one.missed)

    @property
    def detected(self) -> tuple[Replayed, ...]:
        """Misses that were told of before the end, and without taking it back."""
        return tuple(one for one in self.missed if one.known_since is not None)

    @property
    def delays(self) -> tuple[int, ...]:
        """Days from the start of the cycle until each detected miss was known for good."""
        since = (one.known_since for one in self.detected)
        return tuple((day - self.span.first).days + 1 for day in since if day is not None)

    @property
    def false_alarm_share(self) -> float | None:
        """Of the days of what was achieved, those on which it was called at risk or off track."""
        achieved = [one for one in self.results if not one.missed and one.days]
        whole = sum(one.days for one in achieved)
        return sum(one.alarms for one in achieved) / whole if whole else None


def replay(
    reader: Reader,
    workspace: Workspace,
    cycle: Cycle,
    *,
    now: datetime,
) -> Replay:
    """The cycle judged at the end of each of its days with all that is known now.

    `cycle` carries the limits to try; with `by = "forecast"` each day is forecast anew. How a key
    result ended does not hang on them.
    """
    by_chance = cycle.status.by == "forecast"
    names = {one.id for one in workspace.key_results.values() if one.cycle == cycle.id}
    tried = replace(workspace, cycles={**workspace.cycles, cycle.id: cycle})
    whole = docket(tried, names)
    material = replace(read_material(reader, whole.asked), votes={})
    asked = round_of(whole, material, now=now)
    last = min(cycle.span.last, local_day(now, workspace.zone) - ONE_DAY)
    timeline: Timeline = {}
    for name, question in asked.put.items():
        known = knowing(question, now)
        days = Span(question.key_result.span.first, min(last, question.key_result.span.last))
        said = fold(known, days, prepare=foretold if by_chance else None)
        timeline[name] = {one.today - ONE_DAY: one for one in said}
    derive_days(asked, timeline, {}, until=last)
    results = (_result(name, timeline.get(name, {})) for name in workspace.key_results)
    kept = tuple(one for one in results if one is not None and one.key_result in names)
    judged, running = Span(cycle.span.first, last), last < cycle.span.last
    return Replay(cycle.id, cycle.status, judged, kept, running)


def _result(name: str, timeline: Mapping[date, Evaluation]) -> Replayed | None:
    """One key result's days; None where it was never judged. The last day says how it ended."""
    said = [one for _, one in sorted(timeline.items()) if one.progress is not None]
    if not said:
        return None
    end = said[-1]
    kept = end.status is Status.ACHIEVED or (end.score or 0.0) >= 1
    alarming = [one.today - ONE_DAY for one in said if one.status in ALARMING]
    statuses = [one.status for one in said]
    return Replayed(
        key_result=name,
        missed=not kept,
        days=len(said),
        alarms=len(alarming),
        changes=sum(a is not b for a, b in pairwise(statuses)),
        first_alarm=alarming[0] if alarming else None,
        known_since=_known_since(said),
    )


def _known_since(said: Sequence[Evaluation]) -> date | None:
    """The first day of the alarming run that lasts to the end (a final verdict counts with it)."""
    since = None
    for one in said:
        if one.status in ALARMING:
            since = since or one.today - ONE_DAY
        elif one.status is not Status.MISSED and one.status is not Status.STALE:
            since = None
    return since
