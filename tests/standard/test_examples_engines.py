"""Every engine says the sums by hand, each question alone and among others that share its scan."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standard.engines import KINDS, Engine, opened, soaked
from tests.standard.examples import ALL
from tests.standard.examples.written import Example, differences

COMPANY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("dau", {}),
    ("wau", {}),
    ("stickiness", {}),
    ("growth", {"interval": "day"}),
    ("new_users", {}),
    ("sessions", {}),
    ("session_duration", {}),
    ("bounce_rate", {}),
    ("retention", {"day": 1}),
    ("retention", {"day": 2, "mode": "on_or_after"}),
    ("event_count", {}),
)
"""Questions asked together with an example's own."""


@pytest.fixture(params=soaked("clickhouse"), scope="module")
def holding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Each engine in turn, with the tables of all examples."""
    return filled(request, tmp_path_factory)


@pytest.fixture(params=soaked("postgresql", "mariadb", "clickhouse"), scope="module")
def fusing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The same; servers are asked many questions at once in a soak alone."""
    return filled(request, tmp_path_factory)


def filled(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Engine:
    engine = opened(request.param, folders.mktemp(request.param), request.getfixturevalue)
    engine.run(*(text for one in ALL for text in storing(engine, one).loading(one.log())))
    return engine


def storing(engine: Engine, example: Example) -> Engine:
    """The example's tables, with instants as it wants them, if the engine can hold them so."""
    own = engine.at(f"_{ALL.index(example)}")
    if example.stored not in KINDS[engine.name]:
        return own
    return own.stored_as(example.stored, example.time_zone)


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.name)
def test_an_engine_says_what_was_summed_by_hand(holding: Engine, example: Example) -> None:
    own, log = storing(holding, example), example.log()
    (answer,) = own.answers(log, (example.ask.standard, example.ask.options))
    assert differences(answer, example.answer()) == [], example.sentence


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.name)
def test_it_says_the_same_among_others(fusing: Engine, example: Example) -> None:
    own, log = storing(fusing, example), example.log()
    asked = (example.ask.standard, example.ask.options)
    answer = own.answers(log, *COMPANY, asked)[-1]
    assert differences(answer, example.answer()) == [], example.sentence
