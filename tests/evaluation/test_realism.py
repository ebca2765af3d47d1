"""draft-check by worked examples: how often a metric moved as much as a goal asks."""

from __future__ import annotations

import pytest

from krtracker.evaluation.realism import realism
from krtracker.model import Baseline, KeyResult, Metric, Series, Target
from tests.evaluation.given import LAST, TOTAL, flat, goal, metric, points, question

GROWING = points({n: 1000.0 + n for n in range(-499, 1)})
"""One more a day: 501 at first, 1000 on the eve of the cycle."""


def found(
    kr: KeyResult, series: Series, of: Metric
) -> tuple[float | None, int, int, int, float | None]:
    asked = question(0, series, kr, of=of)
    made = realism(asked, asked)
    return made.needed, made.cycles, made.reached, made.rolling_reached, made.best


def test_a_level_is_compared_with_windows_of_the_cycles_length() -> None:
    """From 1000 a window behind the other moved 100/900, 100/800, 100/700, 100/600."""
    kr = goal(1000, Target("percent", 12.0))
    needed, cycles, reached, _, best = found(kr, GROWING, metric(LAST))
    assert needed == pytest.approx(0.12)
    assert (cycles, reached) == (4, 3)
    assert best == pytest.approx(100 / 501)


def test_a_falling_goal_counts_falls() -> None:
    needed, cycles, reached, rolling, best = found(goal(1000, 900), GROWING, metric(LAST))
    assert needed == pytest.approx(0.1)
    assert (cycles, reached, rolling) == (4, 0, 0)
    assert best == pytest.approx(-100 / 900)


def test_a_total_is_compared_with_the_total_before() -> None:
    """10 a day, then 12: one window of 100 days gave a fifth more."""
    series = points(flat(10, -299, -100) | flat(12, -99, 0))
    kr = goal(Baseline("fixed", 0.0), 1440)
    needed, cycles, reached, _, best = found(kr, series, metric(TOTAL))
    assert (cycles, reached) == (2, 1)
    assert [needed, best] == pytest.approx([0.2, 0.2])


OUT_OF_ORDER = "Nothing to compare with: the stretch level 1,001 lies short of the target 1,005."
WORDS = [
    (goal(1000, 2000), "A move of 100%: never in 58 windows, the best was 19.96%."),
    (
        goal(1000, 1010),
        "A move of 1%: by drift alone in 100% of 58 windows; the target asks for little.",
    ),
    (
        goal(1000, 1150),
        "A move of 15%: in 41% of 58 windows (1 of 4 cycles one behind the other).",
    ),
    (goal(0, 10), "Nothing to compare with: it starts from zero."),
    (goal(1000, Target("change", 5.0), stretch=Target("change", 1.0)), OUT_OF_ORDER),
]


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[1][:30])
def test_the_finding_is_a_sentence(row: tuple[KeyResult, str]) -> None:
    asked = question(0, GROWING, row[0], of=metric(LAST))
    assert realism(asked, asked).words == row[1]


def test_a_metric_without_history_says_so() -> None:
    asked = question(0, points(flat(5, -6, 0)), goal(5, 10), of=metric(LAST))
    assert realism(asked, asked).words.endswith(
        "not one window of this length lies in its history."
    )
