"""The control socket, both ends real: its rights, its place, and clients that misbehave."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from krtracker.daemon.control import (
    LARGEST_REQUEST,
    LONGEST_ADDRESS,
    MOST_CLIENTS,
    Listener,
    address,
    send,
)
from krtracker.daemon.requests import Event
from krtracker.errors import KrtrackerError, StoreBusyError, StoreUnusableError
from krtracker.store import StorePaths

pytestmark = pytest.mark.timeout(60)
Answer = Callable[[Mapping[str, Any]], Generator[Event, None, None]]


def echo(request: Mapping[str, Any]) -> Generator[Event, None, None]:
    yield {"event": "alive"}
    yield {"event": "run", "heard": request}
    yield {"event": "done"}


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    made = StorePaths(tmp_path / "krtracker.duckdb")
    made.hidden.mkdir(mode=0o700)
    return made


@contextmanager
def listening(
    paths: StorePaths, answer: Answer = echo, patience: float = 10.0
) -> Generator[tuple[Listener, list[Exception]], None, None]:
    crashes: list[Exception] = []
    listener = Listener(paths, answer, crashes.append, patience=patience)
    listener.start()
    try:
        yield listener, crashes
    finally:
        listener.close()


def asked(paths: StorePaths, request: Mapping[str, Any]) -> list[Event]:
    events = send(paths, request)
    assert events is not None
    return list(events)


def raw(paths: StorePaths) -> socket.socket:
    place = address(paths)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(20)
    line.connect(str(place))
    return line


def test_a_request_is_answered_with_its_events_and_no_signs_of_life(paths: StorePaths) -> None:
    with listening(paths):
        events = asked(paths, {"command": "collect", "metrics": ["dau", "größe"]})
    assert events == [
        {"event": "run", "heard": {"command": "collect", "metrics": ["dau", "größe"]}},
        {"event": "done"},
    ]


def test_without_a_daemon_nobody_answers(paths: StorePaths) -> None:
    assert send(paths, {"command": "evaluate"}) is None


def test_the_socket_belongs_to_its_owner_alone(paths: StorePaths) -> None:
    with listening(paths):
        place = address(paths)
        assert place is not None
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert not place.exists()


def test_a_socket_left_by_a_killed_daemon_is_no_daemon_and_no_obstacle(paths: StorePaths) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(address(paths)))
    dead.close()
    assert send(paths, {"command": "evaluate"}) is None
    with listening(paths):
        assert asked(paths, {})[-1] == {"event": "done"}


def test_a_path_too_long_for_a_socket_is_found_through_the_hidden_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 25)
    folder.mkdir()
    paths = StorePaths(folder / "krtracker.duckdb")
    paths.hidden.mkdir()
    assert address(paths) is None
    assert send(paths, {}) is None
    with listening(paths):
        place = address(paths)
        assert place is not None
        assert len(os.fsencode(place)) <= LONGEST_ADDRESS
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert asked(paths, {"x": 1})[-1] == {"event": "done"}
    assert not place.parent.exists()
    assert address(paths) is None


def test_an_error_travels_with_its_words_and_its_exit_code(paths: StorePaths) -> None:
    def broken(request: Mapping[str, Any]) -> Generator[Event, None, None]:
        yield {"event": "progress"}
        raise StoreUnusableError("the disk is full: free some space")

    with listening(paths, broken) as (_, crashes):
        events = send(paths, {})
        assert events is not None
        assert next(events) == {"event": "progress"}
        with pytest.raises(StoreUnusableError, match="free some space") as error:
            next(events)
    assert error.value.exit_code == 6
    assert crashes == []


def test_a_bug_is_told_to_the_daemon_and_its_words_stay_there(paths: StorePaths) -> None:
    def broken(request: Mapping[str, Any]) -> Generator[Event, None, None]:
        yield from ()
        raise ZeroDivisionError("secret detail")

    with listening(paths, broken) as (_, crashes):
        with pytest.raises(KrtrackerError, match="its log has the details") as error:
            asked(paths, {})
        assert asked_again_crashes(paths) == 1
    assert "secret detail" not in str(error.value)
    assert [type(one) for one in crashes] == [ZeroDivisionError] * 2


def asked_again_crashes(paths: StorePaths) -> int:
    """The daemon lives on: it answers the next one, with the same bug."""
    with pytest.raises(KrtrackerError):
        asked(paths, {})
    return 1


@pytest.mark.parametrize("line", [b"\n", b"hello\n", b"[1]\n", b'"x"\n', b"\xff\xfe\n"])
def test_what_is_no_request_is_refused_in_words(paths: StorePaths, line: bytes) -> None:
    with listening(paths), raw(paths) as client:
        client.sendall(line)
        answer = json.loads(client.makefile("rb").readline())
    assert answer["event"] == "error"
    assert answer["exit_code"] == 2


def test_a_request_without_end_is_cut_off(paths: StorePaths) -> None:
    with listening(paths), raw(paths) as client:
        client.sendall(b"x" * (LARGEST_REQUEST + 1))
        answer = json.loads(client.makefile("rb").readline())
    assert "larger than 32 MB" in answer["message"]


def test_clients_that_say_nothing_keep_nobody_else_waiting(paths: StorePaths) -> None:
    with listening(paths):
        silent = [raw(paths) for _ in range(5)]
        assert asked(paths, {})[-1] == {"event": "done"}
        for one in silent:
            one.close()


def test_more_clients_than_it_can_serve_are_told_to_come_back(paths: StorePaths) -> None:
    with listening(paths):
        silent = [raw(paths) for _ in range(MOST_CLIENTS)]
        with pytest.raises(StoreBusyError):
            asked(paths, {})
        for one in silent:
            one.close()


def test_a_client_that_goes_away_ends_the_work_it_asked_for(paths: StorePaths) -> None:
    ended = threading.Event()

    def endless(request: Mapping[str, Any]) -> Generator[Event, None, None]:
        try:
            while True:
                yield {"event": "progress", "text": "x" * 1000}
        finally:
            ended.set()

    with listening(paths, endless) as (listener, crashes):
        with raw(paths) as client:
            client.sendall(b"{}\n")
            client.recv(10)
        assert ended.wait(20)
        assert listener.idle(20)
        assert crashes == []


def test_a_client_that_stops_listening_loses_its_connection_only(paths: StorePaths) -> None:
    """It takes no event: after a while its work is ended, and others were served all along."""
    ended = threading.Event()

    def endless(request: Mapping[str, Any]) -> Generator[Event, None, None]:
        try:
            while request.get("much"):
                yield {"event": "progress", "text": "x" * 100_000}
            yield {"event": "done"}
        finally:
            ended.set() if request.get("much") else None

    with listening(paths, endless, patience=0.5), raw(paths) as deaf:
        deaf.sendall(b'{"much": true}\n')
        assert asked(paths, {}) == [{"event": "done"}]
        assert ended.wait(30)


def test_a_daemon_that_dies_in_the_middle_is_told_as_such(paths: StorePaths) -> None:
    def silent_end(request: Mapping[str, Any]) -> Generator[Event, None, None]:
        yield {"event": "progress"}

    with listening(paths, silent_end), pytest.raises(StoreBusyError, match="before it was done"):
        asked(paths, {})
