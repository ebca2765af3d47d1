"""The order of work: collect, store, evaluate, store, publish; no SQL and no threads here."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from krtracker.errors import UsageError
from krtracker.model import Evaluation, Forecast, Metric, Point, Run, Workspace
from krtracker.periods import ONE_DAY, Span, local_day
from krtracker.store import ConfigurationVersion, Said, Store
from krtracker.tracker import recording
from krtracker.tracker.collected import Collected, How, ImportRow, Progress, Sources, Stop
from krtracker.tracker.docket import docket
from krtracker.tracker.due import chunks
from krtracker.tracker.foretelling import forecasts_of, odds_told
from krtracker.tracker.judging import foretell, judge, judge_objectives, round_of, with_past
from krtracker.tracker.planning import (
    UNBORN,
    Moment,
    Wanted,
    chosen_metrics,
    due_now,
    is_redefined,
    pause_of,
    plan,
)
from krtracker.tracker.pulling import Round
from krtracker.tracker.pushing import Push, Pusher
from krtracker.tracker.questions import first_needed_days, read_material
from krtracker.tracker.warning import told

RESUMED_WITHIN = timedelta(days=1)
"""Chunks of an interrupted backfill answered this recently are not asked again."""


class Tracker:
    """Collects, evaluates and publishes for one workspace; the only one who knows the order."""

    def __init__(
        self, *, workspace: Workspace, store: Store, sources: Sources, now: Callable[[], datetime]
    ) -> None:
        self._store, self._now = store, now
        # One value, so that a reload between two reads cannot mix two configurations.
        self._in_force = (workspace, sources)
        self._reloaded_at: datetime | None = None
        self._forecasts: dict[str, Forecast] | None = None
        self._evaluating, self._copying = threading.Lock(), threading.Lock()
        self._pushing = threading.Lock()

    @property
    def workspace(self) -> Workspace:
        return self._in_force[0]

    def replace(self, workspace: Workspace, sources: Sources) -> None:
        """Goes on with another configuration; work under way ends with the old one's queries."""
        self._in_force = (workspace, sources)
        self._reloaded_at = self._now()

    def collect(self, metrics: Sequence[str] | None = None, *, how: How | None = None) -> Collected:
        """Asks what is due of all metrics or those named, and stores it. Raises UnknownNameError.

        Nothing a source does stops another source, nor one metric another: what failed is in
        `failed`, and every attempt is a run in the store.
        """
        how, (workspace, sources) = how or How(), self._in_force
        chosen = chosen_metrics(workspace, metrics)
        named = None if metrics is None else [metric.id for metric in chosen]
        states = self._store.reader().states(named)
        moment = Moment(self._now(), self._reloaded_at)
        made = plan(workspace, chosen, states, moment=moment, how=how)
        one_round = self._round(workspace, sources, how)
        for source, wanted in made.wanted.items():
            self._accept_breaks(wanted)
            one_round.ask(source, wanted, self._now)
        return one_round.collected(made.paused)

    def backfill(
        self,
        metric: str,
        span: Span | None = None,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Stop | None = None,
    ) -> Collected:
        """Reads a metric's history again, in chunks; one that was interrupted goes on.

        Without a span it is the whole history. With an edited query the old values stay as they
        were known, and coverage starts anew.
        """
        workspace, sources = self._in_force
        how = How(force=True, keep_history=True, progress=progress, stop=stop)
        asked = chosen_metrics(workspace, [metric])[0]
        state = self._store.reader().states([metric]).get(metric, UNBORN)
        now = self._now()
        paused = pause_of(asked, state, moment=Moment(now), how=how)
        if paused is not None:
            return Collected(paused=(paused,))
        windows = self._windows(asked, span, workspace, now=now)
        if is_redefined(asked, state):
            self._store.accept_definition(
                metric, asked.query_digest, now=now, kept=False, day=windows[0].first
            )
        one_round = self._round(workspace, sources, how)
        one_round.ask(asked.source, [Wanted(asked, windows, state)], self._now)
        return one_round.collected()

    def record(
        self,
        metric: str,
        points: Sequence[Point],
        *,
        note: str = "",
        recorded_at: datetime | None = None,
    ) -> Run:
        """Stores values a person gives for a manual metric. Raises UsageError."""
        return self._recorder().record(metric, points, note=note, recorded_at=recorded_at)

    def retract(self, metric: str, day: date, segment: str = "") -> Run:
        """Takes one recorded day back; what it was stays in the history."""
        return self._recorder().retract(metric, day, segment)

    def import_rows(self, metric: str, rows: Sequence[ImportRow]) -> tuple[Run, ...]:
        """Stores a history kept elsewhere, one run for each instant it was known at."""
        return self._recorder().import_rows(metric, rows)

    def push(self, push: Push) -> tuple[Run, bool]:
        """Stores what a program pushes, once a key (see Pusher.push)."""
        with self._pushing:  # two with one key: the second sees the first
            return self._pusher().push(push)

    def pushed_metric(self, name: str) -> Metric:
        """The metric, if values are pushed to it. Raises UnknownNameError or NotPushedError."""
        return self._pusher().metric(name)

    def refuse_push(self, metric: str, message: str) -> Run:
        """Remembers a push that could not be read."""
        return self._pusher().refuse(metric, message)

    def evaluate(self) -> tuple[Evaluation, ...]:
        """Judges every key result at its own data day and stores what changed.

        A key result judged for the first time gets the past days of its cycle too, with what is
        known now, marked as reconstructed.
        """
        with self._evaluating, _uncollected():
            return self._evaluate(self.workspace, self._now())

    def publish(self) -> None:
        """Puts the store's state where analysts and pages read it."""
        with self._copying:
            self._store.publish()

    def backup(self) -> Path:
        """A verified copy of the store among its backups, taken while work goes on."""
        with self._copying:  # DuckDB knows an attached file by one name in all its threads
            return self._store.backup()

    def verify(self) -> list[str]:
        """What the store is not true to, each in a sentence (see Store.verify)."""
        return self._store.verify()

    def info(self) -> dict[str, Any]:
        """What the store weighs and holds (see Store.info)."""
        return self._store.info()

    def _evaluate(self, workspace: Workspace, now: datetime) -> tuple[Evaluation, ...]:
        whole, reader = docket(workspace), self._store.reader()
        material = read_material(reader, whole.asked, more=whole.unmeasured)
        version = configuration_version(workspace)
        asked, votes, past = with_past(round_of(whole, material, now=now), material.votes, now)
        if past:
            self._store.save(
                past, version=version, catalogue=workspace, now=now, reconstructed=True
            )
        if self._forecasts is None:
            self._forecasts = forecasts_of(reader.forecasts())
        asked = foretell(asked, self._forecasts)
        answers = judge(asked, votes)
        objectives = judge_objectives(asked, answers, reader.objective_votes())
        alarms = told(asked, answers, votes, reader=reader)
        odds = odds_told(asked, answers)
        said = Said(whole.in_order(answers), objectives, alarms, odds)
        self._store.save(said, version=version, catalogue=workspace, now=now)
        return tuple(said.evaluations)

    def _round(self, workspace: Workspace, sources: Sources, how: How) -> Round:
        return Round(workspace=workspace, store=self._store, sources=sources, how=how)

    def _recorder(self) -> recording.Recorder:
        return recording.Recorder(self.workspace, self._store, self._now)

    def _pusher(self) -> Pusher:
        return Pusher(self.workspace, self._store, self._now)

    def _accept_breaks(self, wanted: Sequence[Wanted]) -> None:
        """Edited queries the person goes on with: coverage stays, the break is marked."""
        for one in wanted:
            if is_redefined(one.metric, one.state) and one.windows:
                self._store.accept_definition(
                    one.metric.id,
                    one.metric.query_digest,
                    now=self._now(),
                    kept=True,
                    day=one.windows[0].first,
                )

    def _windows(
        self, metric: Metric, span: Span | None, workspace: Workspace, *, now: datetime
    ) -> tuple[Span, ...]:
        """The chunks a backfill asks: all of the span, or what an interrupted one left."""
        whole = _past_span(metric, span, workspace, now=now)
        windows = tuple(chunks(whole, metric.grain, workspace.week_start))
        runs = self._store.reader().runs(metric.id, limit=2 * len(windows) + 20)
        answered = {
            run.window
            for run in runs
            if run.outcome.covers
            and run.query_digest == metric.query_digest
            and now - run.recorded_at < RESUMED_WITHIN
        }
        return tuple(one for one in windows if one not in answered) or windows


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles among a million values that have none: a tenth of the whole work."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def configuration_version(workspace: Workspace) -> ConfigurationVersion:
    """The configuration as it is stored whole with its first evaluation (decisions.md 5)."""
    return ConfigurationVersion(
        digest=workspace.digest, files=workspace.files, file=workspace.file.name
    )


def _past_span(metric: Metric, span: Span | None, workspace: Workspace, *, now: datetime) -> Span:
    yesterday = local_day(now, metric.zone) - ONE_DAY
    if span is None:
        needed = first_needed_days(workspace).get(metric.id)
        due = due_now(metric, now, needed, week_start=workspace.week_start)
        whole = due if due is not None else Span(yesterday, yesterday - ONE_DAY)
    else:
        whole = Span(span.first, min(span.last, yesterday))
    if not whole.days:
        raise UsageError(
            f"nothing of {span or 'its history'} is over yet for `{metric.id}`: "
            f"today ({metric.zone}) is never asked, name earlier days"
        )
    return whole
