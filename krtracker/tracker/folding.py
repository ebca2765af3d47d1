"""Days judged one after another, each with the votes of those before it; stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from krtracker.evaluation import Question, evaluate
from krtracker.model import Evaluation, Vote
from krtracker.periods import ONE_DAY, Span

KEPT_VOTES = 8

RECONSTRUCTED_AT_ONCE = 25_000
"""Past days judged in one call; with more than that, history begins with the first live day."""


def fold(
    first: Question, days: Span, *, prepare: Callable[[Question], Question] | None = None
) -> Iterator[Evaluation]:
    """What is said at the end of each day with all that is known now (decisions.md 1).

    `first` gives everything but the day: its votes are those before the first day. `prepare` is
    done to each day's question before it is judged.
    """
    votes = list(first.votes)
    for day in days:
        asked = replace(first, today=day + ONE_DAY, ready=True, votes=tuple(votes))
        answer = evaluate(asked if prepare is None else prepare(asked))
        votes = with_vote(votes, answer)
        yield answer


def knowing(question: Question, now: datetime) -> Question:
    """The question with what can be measured for good by now (a baseline), known since `now`.

    So every day is judged against the same baseline, whenever its day is asked for.
    """
    held = {(one.what, one.window) for one in question.frozen}
    new = [one for one in evaluate(question).freeze if (one.what, one.window) not in held]
    frozen = (*question.frozen, *(replace(one, recorded_at=now) for one in new))
    return replace(question, frozen=frozen)


def with_vote(votes: list[Vote], answer: Evaluation) -> list[Vote]:
    """The newest votes and this one; one a data day, the later answer wins (decisions.md 7)."""
    if answer.data_day is None:
        return votes
    kept = [vote for vote in votes if vote.data_day < answer.data_day][1 - KEPT_VOTES :]
    said = Vote(answer.data_day, answer.vote, answer.status, answer.probability, answer.pace_status)
    return [*kept, said]


def past_days(question: Question) -> Span:
    """The days of the cycle before the newest complete one: those that were never judged live."""
    span = question.key_result.span
    last: date = min(question.today - 2 * ONE_DAY, span.last - ONE_DAY)
    return Span(span.first, last)


def pasts_of(
    asked: Sequence[Question],
    now: datetime,
    *,
    judged: Callable[[Question, Span], Iterable[Evaluation]],
) -> dict[str, tuple[Evaluation, ...]]:
    """By key result, what is said of its past days, as `judged` says it.

    Only key results that were never judged have a past to make up for.
    """
    new = [one for one in asked if not one.votes and len(one.series)]
    if sum(past_days(one).days for one in new) > RECONSTRUCTED_AT_ONCE:
        return {}
    return {
        one.key_result.id: one_a_data_day(judged(knowing(one, now), past_days(one))) for one in new
    }


def behind(question: Question, past: Iterable[Evaluation]) -> Question:
    """The question as asked after the days before it were judged."""
    votes = list(question.votes)
    for answer in past:
        votes = with_vote(votes, answer)
    return replace(question, votes=tuple(votes))


def one_a_data_day(answers: Iterable[Evaluation]) -> tuple[Evaluation, ...]:
    """Where several days say the same data day, what the last of them says."""
    return tuple({one.data_day: one for one in answers if one.data_day is not None}.values())
