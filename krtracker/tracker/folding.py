"""Days judged one after another, each with the votes of those before it; stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from krtracker.evaluation import Question, evaluate
from krtracker.model import Evaluation, Frozen, Vote
from krtracker.periods import ONE_DAY, Span

KEPT_VOTES = 8

RECONSTRUCTED_AT_ONCE = 25_000
"""Past days judged in one call; with more than that, history begins with the first live day."""


def fold(first: Question, days: Span, now: datetime) -> Iterator[Evaluation]:
    """What is said at the end of each day with all that is known now (decisions.md 1).

    `first` gives everything but the day: its votes are those before the first day. What one day
    measures for good (a baseline) holds for the days after it, as known since `now`.
    """
    votes, frozen = list(first.votes), first.frozen
    for day in days:
        asked = replace(first, today=day + ONE_DAY, ready=True, votes=tuple(votes), frozen=frozen)
        answer = evaluate(asked)
        votes = with_vote(votes, answer)
        frozen = with_frozen(frozen, answer, now)
        yield answer


def with_vote(votes: list[Vote], answer: Evaluation) -> list[Vote]:
    """The newest votes and this one; one a data day, the later answer wins (decisions.md 7)."""
    if answer.data_day is None:
        return votes
    kept = [vote for vote in votes if vote.data_day < answer.data_day][1 - KEPT_VOTES :]
    return [*kept, Vote(answer.data_day, answer.vote, answer.status)]


def with_frozen(
    frozen: tuple[Frozen, ...], answer: Evaluation, now: datetime
) -> tuple[Frozen, ...]:
    """What holds after an answer; what it measured for good is known since `now`."""
    held = {(one.what, one.window) for one in frozen}
    new = [one for one in answer.freeze if (one.what, one.window) not in held]
    return (*frozen, *(replace(one, recorded_at=now) for one in new))


def past_days(question: Question) -> Span:
    """The days of the cycle before the newest complete one: those that were never judged live."""
    span = question.key_result.span
    last: date = min(question.today - 2 * ONE_DAY, span.last - ONE_DAY)
    return Span(span.first, last)


def with_past(asked: Sequence[Question], now: datetime) -> tuple[list[Question], list[Evaluation]]:
    """The questions, each with the votes of its past days, and what was said of those days.

    Only key results that were never judged have a past to make up for.
    """
    new = [one for one in asked if not one.votes and len(one.series)]
    if not new or sum(past_days(one).days for one in new) > RECONSTRUCTED_AT_ONCE:
        return list(asked), []
    pasts = {one.key_result.id: _past(one, now) for one in new}
    put = [behind(one, pasts.get(one.key_result.id, ()), now) for one in asked]
    return put, [answer for past in pasts.values() for answer in past]


def behind(question: Question, past: Iterable[Evaluation], now: datetime) -> Question:
    """The question as asked after the days before it were judged."""
    votes, frozen = list(question.votes), question.frozen
    for answer in past:
        votes, frozen = with_vote(votes, answer), with_frozen(frozen, answer, now)
    return replace(question, votes=tuple(votes), frozen=frozen)


def _past(question: Question, now: datetime) -> tuple[Evaluation, ...]:
    """One answer a data day: where several days say the same one, what the last of them says."""
    answers = fold(question, past_days(question), now)
    return tuple({one.data_day: one for one in answers if one.data_day is not None}.values())
