"""One round of asking sources and storing what they said, in batches; never decides when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from krtracker.collect import MetricAsk, collect, needs_history, query_text
from krtracker.connector import (
    Answer,
    Ask,
    Connector,
    ConnectorError,
    Deadline,
    SourceRejectedError,
    Window,
)
from krtracker.errors import KrtrackerError
from krtracker.model import Metric, Outcome, Pull, Run, Series, Workspace
from krtracker.periods import Span
from krtracker.store import Store
from krtracker.tracker.collected import Collected, Failure, How, Paused, Progress, Sources
from krtracker.tracker.planning import Wanted

BATCH_PULLS = 256
BATCH_POINTS = 50_000
BATCH_TIME = timedelta(seconds=3)
"""A commit is made after so many pulls or points or so long: what is committed survives a kill."""

LOOK_BACK = timedelta(days=28)
"""How far before a window expectations compare (collect's own limit)."""

ANSWERED = frozenset({Outcome.OK, Outcome.EMPTY})


class Round:
    """One round of collecting; every ask ends as a run row, whatever happens to it."""

    def __init__(self, *, workspace: Workspace, store: Store, sources: Sources, how: How) -> None:
        self._workspace, self._store, self._sources, self._how = workspace, store, sources, how
        self._reader = store.reader()
        self._pulls: list[Pull] = []
        self._newborn: set[str] = set()
        self._held: list[Pull] = []
        self._points = 0
        self._runs: list[Run] = []
        self._failed: dict[str, Failure] = {}
        self._asked = 0

    def collected(self, paused: Sequence[Paused] = ()) -> Collected:
        return Collected(
            tuple(self._runs), tuple(self._failed.values()), tuple(paused), self._asked
        )

    def ask(self, source: str, wanted: Sequence[Wanted], now: Callable[[], datetime]) -> None:
        """Asks one source everything wanted of it, in one fetch, and stores as answers come."""
        asks = [ask for one in wanted for ask in self._asks(one, now)]
        if not self._how.accept_empty:
            self._newborn = {one.metric.id for one in wanted if one.state.last_ok is None}
        connector = Opened(self._sources, source)
        deadline = Deadline(self._workspace.sources[source].timeout)
        total, done, days = sum(ask.window.days for ask in asks), 0, 0
        answers = collect(connector, asks, deadline=deadline, now=now)
        while done < len(asks) and not self._how.stopped:
            pull, retry_after = next(answers)
            pull = self._seen_before(asks[done].metric, pull)
            done, days = done + 1, days + pull.window.days
            self._weigh(pull, retry_after, now)
            if self._how.progress is not None:
                self._how.progress(
                    Progress(pull.metric, source, pull.window, pull.outcome, days, total)
                )
        self._settle_held(now)
        for ask in asks[done:]:
            self._pulls.append(
                _unasked(ask.metric, ask.window.span, Outcome.INTERRUPTED, now=now())
            )
        self._commit(now)

    def _asks(self, wanted: Wanted, now: Callable[[], datetime]) -> Iterator[MetricAsk]:
        metric = wanted.metric
        try:
            query = self._sources.query(metric)
        except (ConnectorError, KrtrackerError) as error:
            for span in wanted.windows:
                pull = _unasked(metric, span, Outcome.REJECTED, now=now(), message=str(error))
                self._take(pull, None, now)
            return
        known = self._known(metric, wanted.windows)
        for span in wanted.windows:
            window = Window(span.first, span.last, metric.zone)
            yield MetricAsk(metric, query, window, known, self._workspace.week_start)

    def _known(self, metric: Metric, windows: Sequence[Span]) -> dict[str, Series]:
        """What the expectations of a metric compare with; nothing for metrics without any."""
        if not needs_history(metric) or not windows:
            return {}
        span = Span(windows[0].first - LOOK_BACK, windows[-1].last)
        return self._stored(metric, span)

    def _stored(self, metric: Metric, span: Span) -> dict[str, Series]:
        found = self._reader.series(dict.fromkeys(series_of(self._workspace, metric), span))
        return {segment: series for (_, segment), series in found.items() if len(series)}

    def _seen_before(self, metric: Metric, pull: Pull) -> Pull:
        """An empty answer over known days is `vanished`, unless the person believes it."""
        if pull.outcome is not Outcome.EMPTY:
            return pull
        known = self._stored(metric, pull.window)
        if not known:
            return pull
        if self._how.accept_empty:
            return replace(pull, retract_missing=True)
        count = max(len(series) for series in known.values())
        return replace(
            pull,
            outcome=Outcome.VANISHED,
            message=f"no answer for {pull.window}, where {count} days are known: nothing was taken "
            f"back; if it is right, `krtracker collect {metric.id} --accept-empty`",
        )

    def _weigh(self, pull: Pull, retry_after: float | None, now: Callable[[], datetime]) -> None:
        """Takes a pull, but holds the empty ones of a metric that has never had an answer."""
        if self._held and self._held[0].metric != pull.metric:
            self._settle_held(now)
        if pull.metric in self._newborn and pull.outcome is Outcome.EMPTY:
            self._held.append(pull)
            return
        if pull.outcome is Outcome.OK:
            self._newborn.discard(pull.metric)  # what was empty was before its first day
            held, self._held = self._held, []
            for one in held:
                self._take(one, None, now)
        self._take(pull, retry_after, now)

    def _settle_held(self, now: Callable[[], datetime]) -> None:
        """Nothing at all, ever, is rather a wrong query than a fact: it covers no day."""
        held, self._held = self._held, []
        for one in held:
            if self._how.stopped:
                pull = replace(one, outcome=Outcome.INTERRUPTED, message="stopped before its end")
            else:
                span = Span(held[0].window.first, held[-1].window.last)
                pull = replace(one, outcome=Outcome.UNEXPECTED, message=_nothing(one.metric, span))
            self._take(pull, None, now)

    def _take(self, pull: Pull, retry_after: float | None, now: Callable[[], datetime]) -> None:
        self._pulls.append(pull)
        self._points += len(pull.points)
        self._asked += pull.requests
        if pull.outcome not in ANSWERED:
            self._failed[pull.metric] = Failure(
                pull.metric, pull.source, pull.outcome, pull.message, retry_after
            )
        waited = now() - self._pulls[0].started_at
        if len(self._pulls) >= BATCH_PULLS or self._points >= BATCH_POINTS or waited >= BATCH_TIME:
            self._commit(now)

    def _commit(self, now: Callable[[], datetime]) -> None:
        if self._pulls:
            self._runs += self._store.commit(self._pulls, now=now())
        self._pulls, self._points = [], 0


class Opened:
    """A source that is opened by its first fetch, so that failing to open is an answer too."""

    def __init__(self, sources: Sources, source: str) -> None:
        self._sources, self._source = sources, source

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        try:
            connector: Connector[Any] = self._sources.open(self._source)
        except KrtrackerError as error:
            raise SourceRejectedError(str(error)) from None
        return connector.fetch(asks, deadline)

    def close(self) -> None:
        """The sources are closed by whoever opened them all."""


def series_of(workspace: Workspace, metric: Metric) -> set[tuple[str, str]]:
    """The series of a metric that something hangs on: the whole, and the segments of goals."""
    segments = {one.segment for one in workspace.key_results.values() if one.metric == metric.id}
    return {(metric.id, segment) for segment in {"", *segments}}


def _nothing(metric: str, span: Span) -> str:
    return (
        f"no row for {span}, and none ever before: `krtracker try {metric}` shows what it answers; "
        f"if there is nothing yet indeed, `krtracker collect {metric} --accept-empty`"
    )


def _unasked(
    metric: Metric, span: Span, outcome: Outcome, *, now: datetime, message: str = ""
) -> Pull:
    return Pull(
        metric=metric.id,
        source=metric.source,
        window=span,
        started_at=now,
        outcome=outcome,
        message=message or "stopped before it was asked",
        query_digest=metric.query_digest,
        query_text=query_text(metric),
        requests=0,
    )
