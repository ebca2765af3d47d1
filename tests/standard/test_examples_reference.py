"""The worked examples hold for the slow reference: hand sums and plain loops say the same."""

from __future__ import annotations

from collections import Counter

import pytest

from krtracker.connector import STANDARD_METRICS
from tests.standard.examples import ALL
from tests.standard.examples.written import Example, differences
from tests.standard.reference import compute

OPTIONS = """
events exclude where by window days numerator denominator gap_minutes split_midnight
session_column max_hours exclude_single statistic day unit cohort mode brackets
start_event return_event goal_event count window_days same_bucket interval churn_after
week_start cap_minutes first_seen_column
"""


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
    used = {option for one in ALL for option in one.ask.options}
    assert used >= set(OPTIONS.split())
