"""No flapping (R14, decisions.md 7): two data days in a row move a published status."""

from __future__ import annotations

from collections.abc import Sequence

from krtracker.evaluation.statuses import DEPTH, SIDES
from krtracker.model import Status, Vote

REMEMBERED = 7
"""How many earlier votes count; a store that remembers eight may hold the data day's own too."""


def votes_before(votes: Sequence[Vote], day: int | None) -> tuple[Vote, ...]:
    """The newest votes of data days before `day` (an ordinal), oldest first."""
    end = len(votes)
    while day is not None and end and votes[end - 1].data_day.toordinal() >= day:
        end -= 1
    return tuple(votes[max(0, end - REMEMBERED) : end])


def standing(votes: Sequence[Vote]) -> tuple[Status | None, Status | None]:
    """The pace status in force after earlier votes, and a dissenting last vote not yet confirmed.

    Statuses published over the pace (stale, achieved, ...) leave the pace status to be worked out
    from the votes. A vote that made a change is spent.
    """
    published: Status | None = None
    pending: Status | None = None
    for one in votes:
        vote = Status.ON_TRACK if one.vote is Status.ACHIEVED else one.vote
        if vote not in DEPTH:
            continue
        moved = vote if published is None else moved_to(published, pending, vote)
        after = one.published if one.published in DEPTH else moved
        changed = published is not None and after is not published
        published = after
        pending = None if changed or vote is published else vote
    return published, pending


def moved_to(published: Status, pending: Status | None, vote: Status) -> Status:
    """The status after a vote: it moves when the vote before dissented to the same side.

    Where the two differ in depth, the move is the smaller of the two.
    """
    if pending is None:
        return published
    here, first, second = DEPTH[published], DEPTH[pending], DEPTH[vote]
    if first > here and second > here:
        return SIDES[min(first, second)]
    if first < here and second < here:
        return SIDES[max(first, second)]
    return published
