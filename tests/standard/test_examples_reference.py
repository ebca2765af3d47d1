"""The worked examples hold for the slow reference: hand sums and plain loops say the same."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors._events.options import TAKES
from krtracker.connector import STANDARD_METRICS
from tests.standard.examples import ALL
from tests.standard.examples.written import Example, differences
from tests.standard.reference import compute


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.name)
def test_a_sum_by_hand_is_what_the_reference_says(example: Example) -> None:
    answer = compute(example.log(), example.ask.standard, **example.ask.options)
    assert differences(answer, example.answer()) == [], example.sentence


def test_there_are_enough_examples_and_no_two_of_one_name() -> None:
    assert len(ALL) >= 60
    assert [name for name, n in Counter(one.name for one in ALL).items() if n > 1] == []


def test_every_standard_metric_has_examples() -> None:
    assert {one.ask.standard for one in ALL} == set(STANDARD_METRICS)


def test_every_option_has_examples() -> None:
    used = {(one.ask.standard, option) for one in ALL for option in one.ask.options}
    takes = {(metric, option) for metric, options in TAKES.items() for option in options}
    assert {option for _, option in takes} <= {option for _, option in used}
    assert used <= takes
