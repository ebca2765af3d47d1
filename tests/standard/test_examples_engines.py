"""Every engine says the sums by hand, each question alone and among others that share its scan."""

from __future__ import annotations

import pytest

from tests.standard.engines import KINDS, Engine
from tests.standard.examples import ALL
from tests.standard.examples.written import Example, differences

COMPANY: tuple[tuple[str, dict[str, object]], ...] = (
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


def storing(engine: Engine, example: Example) -> Engine:
    """The engine with instants as the example wants them, if it can hold them so."""
    if example.stored not in KINDS[engine.name]:
        return engine
    return engine.stored_as(example.stored, example.time_zone)


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.name)
def test_an_engine_says_what_was_summed_by_hand(engine: Engine, example: Example) -> None:
    own, log = storing(engine, example), example.log()
    answer = own.answer(log, example.ask.standard, **example.ask.options)
    assert differences(answer, example.answer()) == [], example.sentence


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.name)
def test_it_says_the_same_among_others(engine: Engine, example: Example) -> None:
    own, log = storing(engine, example), example.log()
    own.load(log)
    asked = (example.ask.standard, example.ask.options)
    answer = own.answers(log, *COMPANY, asked)[-1]
    assert differences(answer, example.answer()) == [], example.sentence
