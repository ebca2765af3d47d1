"""Many children to one parent (R13, R16): weighted means, the weakest, coverage, caps; no data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from krtracker.evaluation.numbers import at_least
from krtracker.evaluation.statuses import DEPTH, SIDES, catch_up, pace_limits, verdict
from krtracker.evaluation.votes import moved_to, standing
from krtracker.model import Status, StatusRule, Vote

LIVE = (Status.ACHIEVED, *SIDES, Status.MISSED)
"""Statuses with a say, best first; a missed child keeps its say when its cycle is over."""

CLOSED = frozenset({Status.ACHIEVED, Status.MISSED})
ENOUGH = 2 / 3
"""Of the weight, this much must be live (R13)."""


@dataclass(frozen=True, slots=True)
class Child:
    """One child of an objective or part of a composite, as it was judged."""

    name: str
    weight: float
    status: Status
    progress: float | None = None
    expected: float | None = None
    data_day: date | None = None
    final: bool = False

    @property
    def live(self) -> bool:
        return self.status in LIVE and (self.progress is not None or self.status in CLOSED)

    @property
    def share(self) -> float:
        """Clamped p; what is achieved counts whole."""
        if self.status is Status.ACHIEVED:
            return 1.0
        return min(max(self.progress or 0.0, 0.0), 1.0)


class Sum(NamedTuple):
    """The parent: p, e, c, the live share of the weight, status, own vote, and why so."""

    status: Status
    vote: Status
    progress: float | None = None
    expected: float | None = None
    catch_up: float | None = None
    coverage: float = 0.0
    words: str = ""
    final: bool = False


def roll_up(
    children: Sequence[Child], *, how: str, rule: StatusRule, votes: Sequence[Vote] = ()
) -> Sum:
    """The parent of children by `how` ("weighted" or "min"); `votes` are earlier ones (R14).

    A child of weight 0 is shown and has no say.
    """
    counted = [one for one in children if one.weight > 0]
    if not counted:
        words = "it has no children" if not children else "none of its children has a weight"
        return Sum(Status.NO_DATA, Status.NO_DATA, words=words)
    live = [one for one in counted if one.live]
    whole = math.fsum(one.weight for one in counted)
    coverage = math.fsum(one.weight for one in live) / whole
    if len(live) < len(counted) if how == "min" else not at_least(coverage, ENOUGH):
        return _uncovered(counted, coverage)
    mean = _weakest(live) if how == "min" else _weighted(live, rule, votes)
    return _closed(counted, mean._replace(coverage=coverage), votes)


def _uncovered(counted: Sequence[Child], coverage: float) -> Sum:
    """Too few children have a say: not started, stale or no data."""
    mute = [one for one in counted if not one.live]
    status = Status.STALE if any(one.status is Status.STALE for one in mute) else Status.NO_DATA
    if all(one.status is Status.NOT_STARTED for one in mute):
        status = Status.NOT_STARTED
    names = ", ".join(f"{one.name} ({one.status.words})" for one in mute[:3])
    more = f" and {len(mute) - 3} more" if len(mute) > 3 else ""
    words = f"{coverage * 100:.0f}% of the weight can be judged, not {names}{more}"
    return Sum(status, status, coverage=coverage, words=words)


def weighted_mean(pairs: Sequence[tuple[float, float]]) -> float | None:
    """sum(w x) / sum(w) over (x, w); None without weight. Large and small weights alike."""
    largest = max((weight for _, weight in pairs), default=0.0)
    if not largest:
        return None
    scaled = [(value, weight / largest) for value, weight in pairs]
    bottom = math.fsum(weight for _, weight in scaled)
    mean = math.fsum(value * weight for value, weight in scaled) / bottom
    # Rounding must not carry a mean past the values it is of.
    return min(max(mean, min(v for v, _ in pairs)), max(v for v, _ in pairs))


def _weighted(live: Sequence[Child], rule: StatusRule, votes: Sequence[Vote]) -> Sum:
    progress = weighted_mean([(one.share, one.weight) for one in live]) or 0.0
    # A held goal has no e and stays out of it (decisions.md 18).
    due = weighted_mean([(one.expected, one.weight) for one in live if one.expected is not None])
    factor = catch_up(progress, due)
    vote = verdict_of(factor, rule, votes)
    off = [one for one in live if one.status in {Status.OFF_TRACK, Status.MISSED}]
    words = f"weighted over {_count(live)}"
    if off and vote is Status.ON_TRACK:
        vote = Status.AT_RISK
        words += f"; held at at risk by {', '.join(one.name for one in off[:3])}"
    return Sum(vote, vote, progress, due, factor, words=words)


def verdict_of(factor: float | None, rule: StatusRule, votes: Sequence[Vote]) -> Status:
    """R9 with the limits of levels, and the inner ones on the way back (R14)."""
    if factor is None:
        return Status.ON_TRACK
    return verdict(factor, pace_limits(rule, total=False), standing(votes)[0])


def _weakest(live: Sequence[Child]) -> Sum:
    """The child with the worst status, of these the least progress."""
    weakest = max(live, key=lambda one: (LIVE.index(one.status), -one.share))
    status = Status.OFF_TRACK if weakest.status is Status.MISSED else weakest.status
    vote = Status.ON_TRACK if status is Status.ACHIEVED else status
    factor = catch_up(weakest.share, weakest.expected)
    words = f"as its weakest of {_count(live)}, {weakest.name}"
    return Sum(vote, vote, weakest.share, weakest.expected, factor, words=words)


def _closed(counted: Sequence[Child], mean: Sum, votes: Sequence[Vote]) -> Sum:
    """Achieved, or over, at once; else moved only by two data days in a row (R14)."""
    final = all(one.final for one in counted)
    if all(one.status is Status.ACHIEVED for one in counted):
        return mean._replace(status=Status.ACHIEVED, vote=Status.ACHIEVED, final=final)
    if final and all(one.status in CLOSED for one in counted):
        return mean._replace(status=Status.MISSED, vote=Status.MISSED, final=True)
    return mean._replace(status=confirmed(mean.vote, votes))


def confirmed(vote: Status, votes: Sequence[Vote]) -> Status:
    """What is published after a vote, by the votes before it (R14)."""
    published, pending = standing(votes)
    if published is None or vote not in DEPTH:
        return vote
    return moved_to(published, pending, vote)


def _count(live: Sequence[Child]) -> str:
    return "1 child" if len(live) == 1 else f"{len(live)} children"
