"""Questions of two askers to one source: one at a time, and none has to go without."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    SourceUnavailableError,
    Window,
)
from krtracker.daemon.turns import Turn

ASKS = [Ask(Options(), Window(date(2026, 11, 1), date(2026, 11, 2), "UTC"))]


class Slow:
    """A source that answers when it is let, and tells how much time it was given."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()
        self.given: list[float] = []

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        self.given.append(deadline.remaining())
        self.asked.set()
        assert self.let.wait(30)
        yield from (Answer(()) for _ in asks)

    def close(self) -> None:
        """Holds nothing."""


def test_who_waits_for_a_slow_question_gets_a_turn_with_all_its_time() -> None:
    """One query that never ends made `krtracker collect` of a healthy metric fail beside it."""
    source, lock = Slow(), threading.Lock()
    told: list[Answer | ConnectorError] = []
    first = threading.Thread(target=lambda: list(Turn(source, lock).fetch(ASKS, Deadline(30))))
    first.start()
    assert source.asked.wait(30)
    late = Deadline(0.2)
    second = threading.Thread(target=lambda: told.extend(Turn(source, lock).fetch(ASKS, late)))
    second.start()
    second.join(0.4)  # longer than its own deadline
    source.let.set()
    first.join(30)
    second.join(30)
    assert told == [Answer(())]
    assert source.given[1] == pytest.approx(0.2, abs=0.1)


def test_a_source_that_never_gets_free_is_unavailable() -> None:
    lock = threading.Lock()
    with lock, pytest.raises(SourceUnavailableError, match="busy with other questions for 0 s"):
        list(Turn(Slow(), lock).fetch(ASKS, Deadline(0.01)))
