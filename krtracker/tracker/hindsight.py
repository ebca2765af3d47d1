"""Past days judged by chance, as few of them as decide what is said at the end; stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from krtracker.evaluation import Question, evaluate, forecast_of
from krtracker.model import Evaluation, Forecast, NoForecast, Status, Vote
from krtracker.periods import ONE_DAY, Span
from krtracker.tracker.folding import behind, fold

Prepare = Callable[[Question], Question]
FEWEST = 2
"""Two data days in a row move a status (R14): mostly they are enough."""
FORETOLD_AT_ONCE = 1_000
"""Of more key results than that, days made up for at a first evaluation are judged by pace."""
SIDES = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)
LONG_AGO = timedelta(days=1000)


def foretold(question: Question, kept: Forecast | None = None) -> Question:
    """The question with the forecast of its day, where its cycle goes by one.

    Of the fan only its last day: no verdict asks for another, and ten thousand fans are heavy.
    """
    if question.cycle.status.by != "forecast":
        return question
    made = forecast_of(question, kept)
    if isinstance(made, Forecast) and len(made.fan) > 1:
        made = replace(made, fan=made.fan[-1:])
    return replace(question, forecast=made)


def judged_before(asked: Question, days: Span) -> tuple[Evaluation, ...]:
    """What is said at the end of each of the days before a question.

    Where the cycle goes by forecast, the newest days are judged by chance, and so many of them
    that whatever was said before cannot change what is said to the question. The days before
    those, which only fill the history, are judged by pace: a hundredth of the work.
    """
    by_pace = tuple(fold(asked, days))
    if asked.cycle.status.by != "forecast" or not by_pace:
        return by_pace
    prepare, width = _foretelling(), FEWEST
    while True:
        tail = Span(max(days.first, days.last - ONE_DAY * (width - 1)), days.last)
        early = [one for one in by_pace if one.today <= tail.first]
        if not early or _decided(asked, tail, prepare):
            return (*early, *fold(behind(asked, early), tail, prepare=prepare))
        width *= 2


def _decided(asked: Question, tail: Span, prepare: Prepare) -> bool:
    """Whether the question is answered alike, whatever was published and dissented before."""
    said = set()
    for before in _whatever(tail.first):
        start = replace(asked, votes=before)
        answer = evaluate(prepare(behind(start, fold(start, tail, prepare=prepare))))
        said.add((answer.status, answer.vote))
        if len(said) > 1:
            return False
    return True


def _whatever(first: date) -> Iterable[tuple[Vote, Vote]]:
    """All that votes can leave behind: a published status, and a last vote for any side."""
    day = first - LONG_AGO
    for published in SIDES:
        for last in SIDES:
            yield Vote(day, published, published), Vote(day + ONE_DAY, last, published)


def _foretelling() -> Prepare:
    """Each day's forecast is made once: votes are nothing it follows from."""
    made: dict[date, Forecast | NoForecast | None] = {}

    def prepare(question: Question) -> Question:
        if question.today not in made:
            made[question.today] = foretold(question).forecast
        return replace(question, forecast=made[question.today])

    return prepare
