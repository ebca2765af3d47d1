"""Whatever a stranger's connector does in its process, krtracker goes on and says what it was."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from krtracker import registry
from krtracker.collect import CrashedError
from krtracker.confined import Confined, ConfinedQuery, Limits, confined
from krtracker.confined.talk import Talk, TalkError
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Examines,
    Explains,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

DAYS = Window(date(2026, 10, 1), date(2026, 10, 2))
TOKEN = "c4nary-s3cret"
ENOUGH = 60.0


@pytest.fixture
def stranger(site: None) -> Iterator[Confined]:
    made = Confined("stranger", {"token": TOKEN}, Limits(memory=2 * 2**30, grace=0.2))
    yield made
    made.close()


def asked(
    stranger: Confined, *queries: str, seconds: float = ENOUGH
) -> list[Answer | ConnectorError]:
    asks = [Ask(ConfinedQuery(table={"query": query}), DAYS) for query in queries]
    return list(stranger.fetch(asks, Deadline(seconds)))


def values(stranger: Confined, query: str) -> list[float]:
    (answer,) = asked(stranger, query)
    assert isinstance(answer, Answer)
    return [point.value for point in answer.points]


def test_an_answer_comes_through_whole(stranger: Confined) -> None:
    (answer,) = asked(stranger, "one")
    assert isinstance(answer, Answer)
    assert [(point.day, point.value) for point in answer.points] == [
        (date(2026, 10, 1), 1.0),
        (date(2026, 10, 2), 1.0),
    ]
    assert (answer.notes, answer.rows, answer.parameters) == (("sampled",), 7, {"a": "b"})


def test_it_works_in_another_process_which_is_kept(stranger: Confined) -> None:
    first, again = values(stranger, "process"), values(stranger, "process")
    assert first == again
    assert first[0] != os.getpid()


def test_a_number_of_another_library_is_a_number(stranger: Confined) -> None:
    assert values(stranger, "numpy") == [2.5, 2.5]


def test_a_text_for_a_number_comes_through_to_be_judged(stranger: Confined) -> None:
    (answer,) = asked(stranger, "text")
    assert isinstance(answer, Answer)
    assert [str(point.value) for point in answer.points] == ["many", "many"]


def test_what_it_prints_disturbs_nothing(
    stranger: Confined, capfd: pytest.CaptureFixture[str]
) -> None:
    assert values(stranger, "prints") == [1.0, 1.0]
    assert capfd.readouterr() == ("", "")


def test_a_failure_of_one_ask_leaves_the_others_their_answers(stranger: Confined) -> None:
    first, second, third = asked(stranger, "one", "rejects", "one")
    assert isinstance(first, Answer)
    assert isinstance(second, SourceRejectedError)
    assert str(second) == "no such table"
    assert isinstance(third, Answer)


def test_a_source_that_is_down_says_when_to_come_again(stranger: Confined) -> None:
    with pytest.raises(SourceUnavailableError, match="too busy") as caught:
        asked(stranger, "is_down", "one")
    assert caught.value.retry_after == 30.0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("raises", r"a bug in the connector: KeyError at stranger.py:\d+ in raises$"),
        ("leaks", r"a bug in the connector: MemoryError at stranger.py:\d+ in leaks$"),
        ("exits", "a bug in the connector: it ended its process with exit code 3$"),
        ("dies", "a bug in the connector: its process was ended by SIGSEGV$"),
        ("object", r"a bug in the connector: TypeError at child.py:\d+ in _plain$"),
    ],
)
def test_a_bug_is_told_without_its_text_and_the_next_ask_works(
    stranger: Confined, query: str, words: str
) -> None:
    with pytest.raises(CrashedError, match=words) as caught:
        asked(stranger, query)
    assert TOKEN not in str(caught.value)
    assert values(stranger, "one") == [1.0, 1.0]


def test_one_that_hangs_is_ended_at_its_deadline_and_begun_again(stranger: Confined) -> None:
    before = values(stranger, "process")
    with pytest.raises(SourceUnavailableError, match="the connector hung"):
        asked(stranger, "hangs", seconds=0.5)
    assert values(stranger, "process") != before


def test_what_it_can_do_beside_fetching_it_can_do_from_there(site: None) -> None:
    made = confined("stranger", registry.load("stranger"), {"token": TOKEN})
    assert isinstance(made, Examines)
    assert not isinstance(made, Explains)
    (found,) = made.examine(datetime(2026, 10, 3, tzinfo=UTC), Deadline(ENOUGH))
    made.close()
    assert found.words == "looked at 2026-10-03"


def test_the_secret_is_in_no_word_of_the_questions(stranger: Confined) -> None:
    query = ConfinedQuery(table={"query": "one", "key": TOKEN})
    assert TOKEN not in repr(query)
    assert TOKEN not in repr(Ask(query, DAYS))


def test_an_answer_that_would_run_code_is_refused() -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("true",)

    ours, theirs = socket.socketpair()
    Talk(theirs).say((1, Trap()))
    with pytest.raises(TalkError, match="`system` is no part of an answer"):
        Talk(ours).hear(1.0)
    ours.close()
    theirs.close()


def test_what_was_waited_for_before_does_not_shorten_what_is_said_next() -> None:
    ours, theirs = socket.socketpair()
    one, other = Talk(ours), Talk(theirs)
    with pytest.raises(TimeoutError):
        one.hear(0.001)
    heard: list[str] = []
    listener = threading.Thread(target=lambda: heard.append(other.hear(ENOUGH)))
    listener.start()
    one.say("x" * 64_000_000)
    listener.join()
    one.close()
    other.close()
    assert len(heard[0]) == 64_000_000


def test_what_it_started_ends_with_it(stranger: Confined) -> None:
    (started,) = set(values(stranger, "starts"))
    stranger.close()
    state = Path(f"/proc/{started:.0f}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
