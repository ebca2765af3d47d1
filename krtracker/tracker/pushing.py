"""Values that a program pushes: stored once a key, judged as any source's; never asks a source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from krtracker.errors import KrtrackerError, UsageError
from krtracker.model import Metric, Outcome, Point, Pull, Run
from krtracker.periods import Span, local_day
from krtracker.tracker.planning import chosen_metrics
from krtracker.tracker.recording import Recorder

PUSH = "push"
MOST_NOTES = 20
LONGEST_MESSAGE = 500


class NotPushedError(KrtrackerError):
    """The metric's numbers come from elsewhere: push to a metric with source = "manual"."""

    exit_code = 3


class KeyReusedError(UsageError):
    """An idempotency key that already stands for other values: take a new key for new values."""


@dataclass(frozen=True, slots=True)
class Push:
    """Points of one metric as a program sent them; the same `key` never stores twice."""

    metric: str
    points: Sequence[Point]
    note: str = ""
    key: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of what is pushed, in whatever order and spelling it came."""
        said = repr((sorted(self.points, key=repr), self.note))
        return hashlib.sha256(said.encode()).hexdigest()


class Pusher(Recorder):
    """Turns pushes into runs; whatever comes in leaves one, also what is refused."""

    def metric(self, name: str) -> Metric:
        """The metric, if values are pushed to it. Raises UnknownNameError or NotPushedError."""
        metric = chosen_metrics(self._workspace, [name])[0]
        if metric.manual:
            return metric
        of = f"is asked of `{metric.source}`" if metric.source else "is a formula"
        raise NotPushedError(
            f'`{name}` {of}: only metrics with source = "manual" take pushed values'
        )

    def push(self, push: Push) -> tuple[Run, bool]:
        """The run of these points, and whether an earlier push with this key made it.

        Raises UnknownNameError, NotPushedError, KeyReusedError, and UsageError for points that
        break the contract: then none of them is stored, and the run says why.
        """
        metric = self.metric(push.metric)
        made = self._store.reader().pushed(metric.id, push.key) if push.key else None
        if made is not None:
            if made.parameters.get("body_sha256") != push.digest:
                raise KeyReusedError(
                    f"the idempotency key `{push.key}` already stands for run {made.run.id} of "
                    f"`{metric.id}` with other values: take a new key for new values"
                )
            return made.run, True
        try:
            pull = self._pull(metric, push.points, Outcome.RECORDED, note=push.note)
        except UsageError as error:
            self.refuse(metric.id, str(error))
            raise
        return self._commit(_signed(pull, push), None), False

    def refuse(self, name: str, message: str) -> Run:
        """The run of a push that could not be taken. Raises as `push` for a wrong metric."""
        metric = self.metric(name)
        today = local_day(self._now(), metric.zone)
        pull = self._bare(metric, Span(today, today), Outcome.UNEXPECTED)
        return self._commit(replace(pull, source=PUSH, message=message[:LONGEST_MESSAGE]), None)


def _signed(pull: Pull, push: Push) -> Pull:
    """The pull with its key, and words for the days that are set apart."""
    parameters = {"body_sha256": push.digest}
    if push.key:
        parameters["idempotency_key"] = push.key
    apart = [
        f"{day}{f' ({segment})' if segment else ''} is set apart: {words}"
        for (day, segment), words in sorted(pull.quarantined.items())
    ]
    if len(apart) > MOST_NOTES:
        apart = [*apart[:MOST_NOTES], f"... and {len(apart) - MOST_NOTES} more days"]
    return replace(pull, source=PUSH, parameters=parameters, notes=tuple(apart))
