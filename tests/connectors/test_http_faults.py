"""Every connector over HTTP on a bad day: the right failure, clear words, and never the secret."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from krtracker import registry
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    SourceUnavailableError,
)
from krtracker.testing import check_connector
from tests.connectors import faulty
from tests.connectors.fault_cases import (
    BRIEFLY,
    CASES,
    JSON_CASES,
    NUMBERS,
    REJECTED,
    SECONDS,
    SPEAKERS,
    UNAVAILABLE,
    UNEXPECTED,
    Case,
    forms,
)
from tests.connectors.faulty import Answering, FaultyServer, Given
from tests.connectors.speakers import CANARY, Speaker


class Watched:
    """One fetch over a real socket, with everything that was said on the way."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
        self._caplog, self._capfd = caplog, capfd

    def fetch(
        self, speaker: Speaker, url: str, *, seconds: float = SECONDS, asks: int = 1
    ) -> list[Answer | ConnectorError]:
        kind = registry.load(speaker.connector)
        connector = kind(kind.SourceOptions.model_validate(dict(speaker.source(url))))
        query = kind.QueryOptions.model_validate(dict(speaker.query))
        with self._caplog.at_level(logging.DEBUG):
            try:
                results = list(
                    connector.fetch([Ask(query, speaker.window)] * asks, Deadline(seconds))
                )
            finally:
                connector.close()
        self._no_canary(results)
        return results

    def _no_canary(self, results: list[Answer | ConnectorError]) -> None:
        said = [
            *map(repr, results),
            *map(str, results),
            self._caplog.text,
            *self._capfd.readouterr(),
        ]
        for result in results:
            said += map(repr, _behind(result))
        for form in forms(CANARY):
            assert all(form not in text for text in said), form


def _behind(result: object) -> Iterator[BaseException]:
    """The failures a failure came from, as a traceback would show them."""
    while isinstance(result, BaseException):
        yield result
        result = result.__cause__ or result.__context__


@pytest.fixture
def watched(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Watched:
    return Watched(caplog, capfd)


@pytest.fixture(params=sorted(SPEAKERS))
def speaker(request: pytest.FixtureRequest) -> Speaker:
    return SPEAKERS[request.param]


def unspared(server: FaultyServer, speaker: Speaker) -> list[faulty.Heard]:
    """The requests a fault was given for an answer."""
    return [one for one in server.heard if speaker.spared is None or not speaker.spared(one)]


def held(case: Case, speaker: Speaker, watched: Watched) -> None:
    """One ask under a fault: the right failure or the good points, in time, by few requests."""
    with FaultyServer(speaker.good, case.fault, speaker.spared) as server:
        began = time.monotonic()
        (result,) = watched.fetch(speaker, server.url, seconds=case.seconds)
        took = time.monotonic() - began
        heard = unspared(server, speaker)
    assert took < case.seconds + 1
    if case.expected is None:
        assert isinstance(result, Answer), result
        assert tuple(result.points) == speaker.points
    else:
        assert type(result) is case.expected, result
        assert re.search(case.words, str(result)), str(result)
    if case.retry_after is not None:
        assert isinstance(result, SourceUnavailableError)
        assert result.retry_after == case.retry_after
    assert case.requests is None or len(heard) == case.requests


@pytest.mark.parametrize("name", CASES)
def test_a_fault_ends_as_the_right_failure(name: str, speaker: Speaker, watched: Watched) -> None:
    held(CASES[name], speaker, watched)


@pytest.mark.parametrize("name", JSON_CASES)
@pytest.mark.parametrize("which", sorted(name for name, one in SPEAKERS.items() if one.json))
def test_what_is_no_good_json_is_refused(name: str, which: str, watched: Watched) -> None:
    held(JSON_CASES[name], SPEAKERS[which], watched)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("which", sorted(name for name, one in SPEAKERS.items() if one.number))
def test_a_number_beyond_all_bounds_refuses_the_answer(
    name: str, which: str, watched: Watched
) -> None:
    speaker = SPEAKERS[which]

    def fault(talk: faulty.Talk) -> None:
        good = talk.good
        assert good.body.count(speaker.number or b"") == 1
        body = good.body.replace(speaker.number or b"", NUMBERS[name])
        talk.answer(Given(body, good.kind))

    held(Case(fault, UNEXPECTED), speaker, watched)


@pytest.mark.parametrize(
    ("which", "name"),
    sorted((which, name) for which, one in SPEAKERS.items() for name in one.variants),
)
def test_other_answers_of_the_product(which: str, name: str, watched: Watched) -> None:
    speaker = SPEAKERS[which]
    variant = speaker.variants[name]
    with FaultyServer(variant.good) as server:
        (result,) = watched.fetch(speaker, server.url)
    if isinstance(variant.expected, tuple):
        assert isinstance(result, Answer), result
        assert tuple(result.points) == variant.expected
    else:
        assert type(result) is variant.expected, result
        assert variant.words in str(result)


def test_another_host_is_not_entered_and_learns_nothing(speaker: Speaker, watched: Watched) -> None:
    with FaultyServer(speaker.good) as other:
        fault = faulty.redirect(f"{other.url}/elsewhere")
        held(Case(fault, REJECTED, "another host"), speaker, watched)
        assert other.heard == []


def test_the_cap_of_an_answer_can_be_lowered(speaker: Speaker, watched: Watched) -> None:
    def source(url: str) -> Mapping[str, Any]:
        return {**speaker.source(url), "max_bytes": 100}

    longer = padded(speaker.good)
    with FaultyServer(longer) as server:
        (result,) = watched.fetch(replace(speaker, source=source), server.url)
    assert type(result) is UNEXPECTED, result
    assert "larger than the cap" in str(result)


def padded(good: Answering) -> Answering:
    """The good answer, and spaces behind it."""
    return lambda heard: replace(given := good(heard), body=given.body + b" " * 200)


def test_a_refused_credential_is_shown_once_a_fetch(speaker: Speaker, watched: Watched) -> None:
    with FaultyServer(speaker.good, faulty.status(401), speaker.spared) as server:
        results = watched.fetch(speaker, server.url, asks=4)
        assert [type(one) for one in results] == [REJECTED] * 4
        assert len(unspared(server, speaker)) == 1


def test_nobody_there_is_unavailable(speaker: Speaker, watched: Watched) -> None:
    with FaultyServer(speaker.good) as server:
        url = server.url
    (result,) = watched.fetch(speaker, url, seconds=BRIEFLY)
    assert type(result) is UNAVAILABLE
    assert "refused" in str(result)


def test_the_contract_holds(speaker: Speaker) -> None:
    with (
        FaultyServer(speaker.good, spared=speaker.spared) as server,
        FaultyServer(speaker.good, faulty.silent) as hanging,
        FaultyServer(speaker.good, faulty.status(500)) as broken,
    ):
        told = check_connector(
            speaker.connector,
            speaker.source(server.url),
            speaker.query,
            window=replace(speaker.window),
            empty=None,
            hanging_source=speaker.source(hanging.url),
            broken=speaker.source(broken.url),
        )
    assert tuple(told.points) == speaker.points
