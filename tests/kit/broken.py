"""A connector that keeps the contract, and one that breaks each rule of it."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    Point,
    Secret,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

CANARY = "c4nary-s3cret"


class GoodSource(Options):
    """`kind` is what the source does: answers, hangs, or cannot be reached."""

    token: Secret = Secret(CANARY)
    kind: str = "answers"


class GoodQuery(Options):
    query: str = "good"


class Good:
    """Answers 1.0 for every day since 2026, in both segments."""

    SourceOptions: type[Any] = GoodSource
    QueryOptions: type[Any] = GoodQuery

    def __init__(self, options: GoodSource) -> None:
        self.options = options

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        for ask in asks:
            if self.options.kind == "unreachable":
                raise SourceUnavailableError(self.words())
            if self.options.kind == "hangs":
                self.wait(deadline)
                yield SourceUnavailableError(self.words())
            elif ask.query.query == "bad":
                yield self.failure()
            else:
                yield Answer(self.points(ask.window), notes=self.notes())

    def close(self) -> None:
        pass

    def points(self, window: Window) -> Sequence[Any]:
        days = [day for day in window.span if day.year >= 2026]
        return [self.point(day, segment) for day in days for segment in ("DE", "FR")]

    def point(self, day: date, segment: str) -> Any:
        return Point(day, 1.0, None, segment)

    def failure(self) -> ConnectorError:
        return SourceRejectedError("no such table")

    def words(self) -> str:
        return "not reached"

    def notes(self) -> Any:
        return ()

    def wait(self, deadline: Deadline) -> None:
        import threading

        threading.Event().wait(deadline.remaining())


class TakesAnyKey(Good):
    class Source(GoodSource):
        model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True)

    SourceOptions = Source


class OptionsOfItsOwn(Good):
    class Query(BaseModel):
        query: str = "good"

    QueryOptions = Query


class OpensInConstructor(Good):
    def __init__(self, options: GoodSource) -> None:
        super().__init__(options)
        sqlite3.connect(":memory:").close()


class ReadsAFileInConstructor(Good):
    def __init__(self, options: GoodSource) -> None:
        super().__init__(options)
        Path("/etc/hostname").read_text()


class AnswersFewer(Good):
    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return super().fetch(asks[:2], deadline)


class AnswersInAnyOrder(Good):
    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return super().fetch(sorted(asks, key=lambda ask: ask.window.last), deadline)


class AnswersUnasked(Good):
    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        yield from super().fetch(asks, deadline)
        if not asks:
            yield Answer([])


class LeavesTheWindow(Good):
    def points(self, window: Window) -> Sequence[Any]:
        return super().points(Window(window.first, window.end, window.zone))


class TwiceADay(Good):
    def points(self, window: Window) -> Sequence[Any]:
        return [point for point in super().points(window) for _ in range(2)]


class NewestFirst(Good):
    def points(self, window: Window) -> Sequence[Any]:
        return list(reversed(super().points(window)))


class NotFinite(Good):
    def point(self, day: date, segment: str) -> Any:
        return Point(day, math.nan, None, segment)


class WeightBelowZero(Good):
    def point(self, day: date, segment: str) -> Any:
        return Point(day, 1.0, -1.0, segment)


class InstantForADay(Good):
    def point(self, day: date, segment: str) -> Any:
        return Point(datetime(day.year, day.month, day.day, tzinfo=UTC), 1.0, None, segment)


class TextForANumber(Good):
    def point(self, day: date, segment: str) -> Any:
        return Point(day, cast(float, "1"), None, segment)


class PlainTuples(Good):
    def point(self, day: date, segment: str) -> Any:
        return (day, 1.0, None, segment)


class NotesThatAreNoTexts(Good):
    def notes(self) -> Any:
        return (3,)


class ZeroForNothing(Good):
    def points(self, window: Window) -> Sequence[Any]:
        return [self.point(day, "") for day in window.span]


class AnswersDifferently(Good):
    asked = 0

    def point(self, day: date, segment: str) -> Any:
        AnswersDifferently.asked += 1
        return Point(day, float(AnswersDifferently.asked), None, segment)


class FailsForAll(Good):
    def failure(self) -> ConnectorError:
        raise SourceRejectedError("no such table")


class FailsWithABug(Good):
    def failure(self) -> ConnectorError:
        raise ValueError("not one of the three")


class FailsVaguely(Good):
    def failure(self) -> ConnectorError:
        return ConnectorError("something")


class FailsVaguelyWhenBroken(Good):
    def words(self) -> str:
        raise ConnectorError("something")


class ShowsItsSecret(Good):
    def words(self) -> str:
        return f"not reached with {self.options.token.reveal()}"


class LogsItsSecret(Good):
    def words(self) -> str:
        logging.getLogger("driver").debug("token=%s", self.options.token.reveal())
        return super().words()


class NotesItsSecret(Good):
    def notes(self) -> Any:
        return (f"read with {self.options.token.reveal()}",)


class ForgetsTheTime(Good):
    def wait(self, deadline: Deadline) -> None:
        import threading

        threading.Event().wait(deadline.remaining() + 30)


class BlamesThePersonForTheTime(Good):
    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        for result in super().fetch(asks, deadline):
            yield SourceRejectedError("late") if deadline.expired else result


class ClosesOnce(Good):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True


class Talks(Good):
    def points(self, window: Window) -> Sequence[Any]:
        print("asking", window)
        return super().points(window)


BREAKS: list[tuple[type[Good], str]] = [
    (TakesAnyKey, "options"),
    (OptionsOfItsOwn, "options"),
    (OpensInConstructor, "no-io-in-constructor"),
    (ReadsAFileInConstructor, "no-io-in-constructor"),
    (AnswersFewer, "one-result-per-ask"),
    (AnswersInAnyOrder, "inside-the-window"),
    (AnswersUnasked, "one-result-per-ask"),
    (LeavesTheWindow, "inside-the-window"),
    (TwiceADay, "one-a-day-and-segment"),
    (NewestFirst, "oldest-first"),
    (NotFinite, "finite"),
    (WeightBelowZero, "finite"),
    (InstantForADay, "types"),
    (TextForANumber, "types"),
    (PlainTuples, "types"),
    (NotesThatAreNoTexts, "types"),
    (ZeroForNothing, "empty-is-not-zero"),
    (AnswersDifferently, "same-answer"),
    (FailsForAll, "failure-stays-alone"),
    (FailsWithABug, "three-failures"),
    (FailsVaguely, "three-failures"),
    (FailsVaguelyWhenBroken, "three-failures"),
    (ShowsItsSecret, "no-secret"),
    (LogsItsSecret, "no-secret"),
    (NotesItsSecret, "no-secret"),
    (ForgetsTheTime, "deadline"),
    (BlamesThePersonForTheTime, "deadline"),
    (ClosesOnce, "close-twice"),
    (Talks, "no-output"),
]
"""Each broken connector with the rule the kit must name."""
