"""Asks a source and turns whatever comes back into judged pulls; a source's fault never escapes."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any, TypeVar

from krtracker.collect.judging import Memory, freshness_note, judge, needs_history
from krtracker.connector import (
    Answer,
    Ask,
    Connector,
    ConnectorError,
    Deadline,
    Options,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)
from krtracker.model import Metric, Outcome, Pull, Series

T = TypeVar("T")


class CrashedError(Exception):
    """A bug in a connector, in words that are safe to show; raised by what stands in for it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer; `whole_source` when it holds for every other ask as well."""

    outcome: Outcome
    message: str
    retry_after: float | None = None
    whole_source: bool = False


ENDED = Failure(Outcome.CRASHED, "a bug in the connector: it ended before every ask had its answer")

WHOLE_SOURCE = frozenset({Outcome.UNAVAILABLE, Outcome.REJECTED})
"""Raised instead of given as an answer, these hold for the source and all its metrics."""

SILENT_AFTER = 2
"""After so many asks in a row that a source left unanswered, the rest are not asked."""


@dataclass(frozen=True)
class MetricAsk:
    """One metric asked over one window; `known` are its stored values by segment.

    `known` need hold only what expectations compare with; several asks of one metric are judged in
    the order given, each with what the earlier ones brought.
    """

    metric: Metric
    query: Options
    window: Window
    known: Mapping[str, Series] = field(default_factory=dict)
    week_start: int = 0


def collect(
    connector: Connector[Any],
    asks: Sequence[MetricAsk],
    *,
    deadline: Deadline,
    now: Callable[[], datetime],
) -> Iterator[tuple[Pull, float | None]]:
    """One judged pull per ask, in order, with the seconds after which to try again where known.

    A fetch that breaks or runs out of time is begun again, with its whole time, behind the ask
    that broke it; so one bad query never takes another's answer. A source that is down, or
    refuses, is left alone.
    """
    judgement, left, silent = _Judgement(now), list(asks), 0
    while left:
        fetch, done = _Fetch(connector, left, deadline, silent=silent), 0
        try:
            while done < len(left) and not fetch.over:
                started = now()
                heard = fetch.hear()
                if done and fetch.out_of_time:
                    break  # the asks before it used up its time: it gets a fetch of its own
                yield judgement.pull(left[done], heard, started)
                done += 1
        finally:
            fetch.close()
        left, silent = left[done:], fetch.silent
        if fetch.given_up is not None:
            yield from _not_asked(left, fetch.given_up, now)
            return


def query_text(metric: Metric) -> str:
    """The query as the configuration states it: its text, or its options as JSON."""
    text = metric.query.get("query")
    if isinstance(text, str):
        return text
    return json.dumps(dict(metric.query), sort_keys=True, default=str) if metric.query else ""


class _Fetch:
    """One run of a connector's `fetch`, heard answer by answer."""

    def __init__(
        self,
        connector: Connector[Any],
        asks: list[MetricAsk],
        deadline: Deadline,
        *,
        silent: int,
    ) -> None:
        self._connector, self._asks, self._deadline = connector, asks, deadline
        self._answers: Iterator[Answer | ConnectorError] | None = None
        self.silent, self._heard = silent, 0
        self.over = self.out_of_time = False
        self.given_up: Failure | None = None
        deadline.restart()

    def hear(self) -> Answer | Failure:
        """The next answer, or why there is none."""
        given, first = guarded(self._next), not self._heard
        self._heard += 1
        heard = _understood(given)
        self.over = isinstance(given, Failure)
        silent = isinstance(heard, Failure) and heard.outcome is Outcome.UNAVAILABLE
        if silent and self._deadline.expired:
            self.over = self.out_of_time = True
            if not first:
                return heard
        self.silent = self.silent + 1 if silent else 0
        if isinstance(heard, Failure) and self._ends_all(heard):
            self.over, self.given_up = True, heard
        return heard

    def _ends_all(self, failure: Failure) -> bool:
        """Whether there is no use in asking this source anything else now."""
        return self.silent >= SILENT_AFTER or (failure.whole_source and not self.out_of_time)

    def close(self) -> None:
        close = getattr(self._answers, "close", None)
        if close is not None:
            guarded(close)

    def _next(self) -> Any:
        if self._answers is None:
            asks = [Ask(ask.query, ask.window) for ask in self._asks]
            self._answers = iter(self._connector.fetch(asks, self._deadline))
        return next(self._answers, ENDED)


def _understood(given: Any) -> Answer | Failure:
    if isinstance(given, (Answer, Failure)):
        return given
    if isinstance(given, ConnectorError):
        return _failure(given)
    return Failure(Outcome.CRASHED, f"the connector answered with {type(given).__name__}")


class _Judgement:
    """Turns what was heard into pulls, remembering what each metric's earlier asks brought."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._memories: dict[str, Memory] = {}

    def pull(
        self, ask: MetricAsk, heard: Answer | Failure, started: datetime
    ) -> tuple[Pull, float | None]:
        """The judged pull; a refused answer is a failure of this ask alone."""
        if isinstance(heard, Answer):
            answer = heard
            judged = guarded(lambda: self._accepted(ask, answer, started))
            if isinstance(judged, Pull):
                return judged, None
            heard = replace(judged, whole_source=False)
        return _failed(ask, heard, started), heard.retry_after

    def _accepted(self, ask: MetricAsk, answer: Answer, started: datetime) -> Pull:
        metric = ask.metric
        memory = self._memories.setdefault(metric.id, Memory())
        if needs_history(metric):
            memory.learn(ask.known)
        judged = judge(metric, answer.points, ask.window, memory=memory, week_start=ask.week_start)
        newest = judged.points[-1].day if judged.points else None
        stale = freshness_note(metric, newest, ask.window, now=self._now())
        return Pull(
            metric=metric.id,
            source=metric.source,
            window=ask.window.span,
            started_at=started,
            outcome=Outcome.OK if judged.points else Outcome.EMPTY,
            points=judged.points,
            query_digest=metric.query_digest,
            query_text=query_text(metric),
            parameters=answer.parameters,
            rows=answer.rows or len(judged.points),
            notes=(*answer.notes, stale) if stale else tuple(answer.notes),
            quarantined=judged.quarantined,
            retract_missing=bool(judged.points),
        )


def _failed(ask: MetricAsk, failure: Failure, started: datetime, *, requests: int = 1) -> Pull:
    return Pull(
        metric=ask.metric.id,
        source=ask.metric.source,
        window=ask.window.span,
        started_at=started,
        outcome=failure.outcome,
        message=failure.message,
        query_digest=ask.metric.query_digest,
        query_text=query_text(ask.metric),
        requests=requests,
    )


def _not_asked(
    asks: Sequence[MetricAsk], failure: Failure, now: Callable[[], datetime]
) -> Iterator[tuple[Pull, float | None]]:
    """The asks behind a source that is down or refuses: each ends with the source's own words."""
    for ask in asks:
        yield _failed(ask, failure, now(), requests=0), failure.retry_after


def guarded(step: Callable[[], T]) -> T | Failure:
    """What the step gives, or the failure a connector's code raised in it."""
    try:
        return step()
    except ConnectorError as error:
        kind = _failure(error)
        return replace(kind, whole_source=kind.outcome in WHOLE_SOURCE)
    except CrashedError as error:
        return Failure(Outcome.CRASHED, str(error))
    except Exception as error:
        return Failure(Outcome.CRASHED, _last_frame(error))


def _failure(error: ConnectorError) -> Failure:
    message = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, SourceUnavailableError):
        return Failure(Outcome.UNAVAILABLE, message, error.retry_after)
    if isinstance(error, SourceRejectedError):
        return Failure(Outcome.REJECTED, message)
    return Failure(Outcome.UNEXPECTED, message)


def _last_frame(error: Exception) -> str:
    """The exception's type and the last line of code it passed; its text could hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    where = f"{PurePath(last.filename).name}:{last.lineno} in {last.name}"
    return f"a bug in the connector: {type(error).__name__} at {where}"
