"""A source may do what it likes: every ask ends as one pull, and none costs another its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from krtracker.collect import MetricAsk, collect
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.model import Actual, Kind, Metric, Outcome, Point, Pull, Refresh

WINDOW = Window(date(2026, 3, 2), date(2026, 3, 3), "UTC")
GOOD = Answer([Point(date(2026, 3, 2), 1.0), Point(date(2026, 3, 3), 2.0)], ("sampled",), rows=2)
NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)
Reply = Any


class Named(Options):
    """A query that is its own name."""

    name: str


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Scripted:
    """A connector that answers by name: an answer, a failure, or something that is called."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        self.replies = replies
        self.asked: list[list[str]] = []

    def fetch(self, asks: Sequence[Ask[Named]], deadline: Deadline) -> Iterator[Any]:
        self.asked.append([ask.query.name for ask in asks])
        for ask in asks:
            reply = self.replies[ask.query.name]
            yield reply(deadline) if callable(reply) else reply

    def close(self) -> None:
        """Holds nothing."""


def metric(name: str) -> Metric:
    return Metric(
        name, name, Kind.COUNT, "db", "UTC", Refresh("daily"), Actual("last"),
        query={"query": f"select {name}"}, query_digest=f"digest of {name}",
    )  # fmt: skip


def pulls_of(
    connector: Any, names: str, *, clock: Callable[[], float] = time.monotonic
) -> list[tuple[Pull, float | None]]:
    asks = [MetricAsk(metric(name), Named(name=name), WINDOW) for name in names]
    deadline = Deadline(60, clock)
    return list(collect(connector, asks, deadline=deadline, now=lambda: NOW))


def outcomes(connector: Any, names: str, *, clock: Callable[[], float] = time.monotonic) -> str:
    """The outcomes in one word: their first letters."""
    found = pulls_of(connector, names, clock=clock)
    assert [pull.metric for pull, _ in found] == list(names)
    return " ".join(pull.outcome.value for pull, _ in found)


def raising(error: BaseException) -> Callable[[Deadline], Answer]:
    def reply(_: Deadline) -> Answer:
        raise error

    return reply


def test_a_good_answer_becomes_a_pull_with_its_grounds() -> None:
    ((pull, retry_after),) = pulls_of(Scripted({"a": GOOD}), "a")
    assert retry_after is None
    assert pull == Pull(
        metric="a",
        source="db",
        window=WINDOW.span,
        started_at=NOW,
        outcome=Outcome.OK,
        points=list(GOOD.points),
        query_digest="digest of a",
        query_text="select a",
        rows=2,
        notes=("sampled",),
        retract_missing=True,
    )


def test_an_empty_answer_is_no_error_and_takes_nothing_back() -> None:
    ((pull, _),) = pulls_of(Scripted({"a": Answer([])}), "a")
    assert (pull.outcome, pull.retract_missing) == (Outcome.EMPTY, False)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (SourceUnavailableError("the server is starting", 30.0), "unavailable"),
        (SourceRejectedError("no table `x`"), "rejected"),
        (UnexpectedAnswerError("no column `value`"), "unexpected"),
    ],
)
def test_a_failure_given_as_an_answer_is_of_that_ask_alone(
    failure: ConnectorError, said: str
) -> None:
    assert outcomes(Scripted({"a": GOOD, "b": failure, "c": GOOD}), "abc") == f"ok {said} ok"


def test_when_to_try_again_is_handed_on() -> None:
    found = pulls_of(Scripted({"a": SourceUnavailableError("slow down", 30.0)}), "a")
    assert found[0][1] == 30.0


def test_an_answer_that_breaks_the_contract_is_unexpected_and_stops_nothing() -> None:
    bad = Answer([Point(date(2026, 3, 9), 1.0)])
    assert outcomes(Scripted({"a": bad, "b": GOOD}), "ab") == "unexpected ok"


def test_a_crash_is_told_by_type_and_line_and_never_by_its_text() -> None:
    source = Scripted({"a": raising(KeyError("password=hunter2")), "b": GOOD})
    (crashed, _), (fine, _) = pulls_of(source, "ab")
    assert crashed.outcome is Outcome.CRASHED
    assert crashed.message.startswith("a bug in the connector: KeyError at test_asking.py:")
    assert "hunter2" not in crashed.message
    assert fine.outcome is Outcome.OK


def test_a_fetch_that_breaks_is_begun_again_behind_the_ask_that_broke_it() -> None:
    source = Scripted({"a": GOOD, "b": raising(ZeroDivisionError()), "c": GOOD})
    assert outcomes(source, "abc") == "ok crashed ok"
    assert source.asked == [["a", "b", "c"], ["c"]]


def test_points_that_break_while_they_are_read_are_a_crash_of_that_ask_alone() -> None:
    def half() -> Iterator[Point]:
        yield Point(date(2026, 3, 2), 1.0)
        raise OSError("gone")

    lazy: Any = half()
    assert outcomes(Scripted({"a": Answer(lazy), "b": GOOD}), "ab") == "crashed ok"


@pytest.mark.parametrize("nonsense", [None, 7, [GOOD]])
def test_something_that_is_no_answer_is_a_crash_of_that_ask_alone(nonsense: object) -> None:
    assert outcomes(Scripted({"a": nonsense, "b": GOOD}), "ab") == "crashed ok"


def test_a_connector_that_ends_too_early_leaves_no_ask_without_an_outcome() -> None:
    class Short:
        def fetch(self, asks: Sequence[Ask[Named]], deadline: Deadline) -> Iterator[Answer]:
            yield GOOD

        def close(self) -> None:
            """Holds nothing."""

    assert outcomes(Short(), "abcd") == "ok crashed ok crashed"


@pytest.mark.parametrize(
    ("error", "said"),
    [(SourceUnavailableError("refused"), "unavailable"), (SourceRejectedError("401"), "rejected")],
)
def test_a_source_that_fails_as_a_whole_is_asked_once(error: ConnectorError, said: str) -> None:
    source = Scripted({"a": raising(error), "b": GOOD, "c": GOOD})
    found = pulls_of(source, "abc")
    assert [pull.outcome.value for pull, _ in found] == [said] * 3
    assert [pull.requests for pull, _ in found] == [1, 0, 0]
    assert len(source.asked) == 1


def test_after_two_silences_in_a_row_the_rest_is_not_asked() -> None:
    down = SourceUnavailableError("connection refused")
    source = Scripted({"a": down, "b": down, "c": GOOD, "d": GOOD})
    assert [pull.requests for pull, _ in pulls_of(source, "abcd")] == [1, 1, 0, 0]


def test_one_silence_between_answers_is_no_sign_of_a_source_that_is_down() -> None:
    down = SourceUnavailableError("connection refused")
    source = Scripted({"a": down, "b": GOOD, "c": down, "d": GOOD})
    assert outcomes(source, "abcd") == "unavailable ok unavailable ok"


class Slow:
    """Replies that take time on a clock of their own, and give up when their time is over."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def takes(self, seconds: float) -> Callable[[Deadline], Answer | ConnectorError]:
        def reply(deadline: Deadline) -> Answer | ConnectorError:
            left = deadline.remaining()
            self.clock.seconds += min(seconds, left)
            return GOOD if seconds < left else SourceUnavailableError("no answer in time")

        return reply


def test_a_query_that_never_ends_takes_no_others_time() -> None:
    clock = Clock()
    slow = Slow(clock)
    source = Scripted({"a": slow.takes(1), "b": slow.takes(1e9), "c": slow.takes(1), "d": GOOD})
    assert outcomes(source, "abcd", clock=clock) == "ok unavailable ok ok"


def test_many_slow_queries_have_the_whole_time_each() -> None:
    clock = Clock()
    slow = Slow(clock)
    source = Scripted(dict.fromkeys("abcdef", slow.takes(25)))
    assert outcomes(source, "abcdef", clock=clock) == " ".join(["ok"] * 6)


def test_the_person_who_presses_control_c_is_heard() -> None:
    with pytest.raises(KeyboardInterrupt):
        pulls_of(Scripted({"a": raising(KeyboardInterrupt())}), "a")
