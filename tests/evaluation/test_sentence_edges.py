"""Sentences and quantities at their edges: long lists, exact limits, closed goals, rare units."""

from __future__ import annotations

import pytest

from krtracker.evaluation import quantity
from krtracker.evaluation.derived import (
    Moment,
    evaluate_composite,
    evaluate_milestones,
    newest_day,
)
from krtracker.evaluation.odds import shown_chance
from krtracker.evaluation.realism import Realism, realism
from krtracker.evaluation.rollups import Child, roll_up
from krtracker.model import (
    Actual,
    Baseline,
    Commitment,
    KeyResult,
    KeyResultType,
    Kind,
    Milestone,
    Status,
)
from tests.evaluation.given import (
    BY_PACE,
    LAST,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    points,
    question,
    total,
)

ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
WON, LOST, NONE = Status.ACHIEVED, Status.MISSED, Status.NO_DATA

QUANTITIES = [
    (Kind.COUNT, "", 1.23456, "1.23"),
    (Kind.COUNT, "", 0.23456, "0.2346"),
    (Kind.COUNT, "", 1000.0, "1,000"),
    (Kind.COUNT, "", 1000.06, "1,000.1"),
    (Kind.COUNT, "", -1.5, "-1.5"),
    (Kind.DURATION, "s", 3599.5, "1 h"),
    (Kind.DURATION, "s", 3599.4, "59 min 59 s"),
    (Kind.DURATION, "s", 59.95, "1 min"),
    (Kind.DURATION, "s", 59.94, "59.9 s"),
    (Kind.DURATION, "s", 1.0, "1 s"),
    (Kind.DURATION, "h", 100.0, "100 h"),
    (Kind.DURATION, "hours", 100.0, "100 h"),
    (Kind.DURATION, "d", 1000.0, "24,000 h"),
    (Kind.DURATION, "days", 1000.0, "24,000 h"),
    (Kind.DURATION, "minutes", 90.0, "1 h 30 min"),
    (Kind.DURATION, "sec", 90.0, "1 min 30 s"),
    (Kind.DURATION, "seconds", 90.0, "1 min 30 s"),
    (Kind.MONEY, "€", 0.0, "€0"),
]


@pytest.mark.parametrize(("kind", "unit", "value", "text"), QUANTITIES)
def test_a_quantity_at_the_edge_of_its_form(kind: Kind, unit: str, value: float, text: str) -> None:
    assert quantity(metric(kind=kind, unit=unit), value) == text


CHANCES = [(0.0, "<2%"), (0.019, "<2%"), (0.02, "2%"), (0.5, "50%"), (0.98, "98%"), (1.0, ">98%")]


@pytest.mark.parametrize(("chance", "text"), CHANCES)
def test_nobody_is_told_of_certainty(chance: float, text: str) -> None:
    assert shown_chance(chance) == text


# --- closing -------------------------------------------------------------------------------------


def test_a_total_reached_names_the_day_it_is_settled_by() -> None:
    """Reached with day 20 newest, of which days to 17 are settled."""
    series = points(flat(10, 1, 20))
    said = ask(20, series, goal(None, 100), of=metric(TOTAL, settles_in=3))
    assert said.reason == "Achieved: 200 of 100 (200%), reached on days settled by 2026-01-17."


def test_a_touch_is_told_at_the_end_only_where_it_was_achieved() -> None:
    def closed(values: dict[int, float]) -> str:
        return ask(
            100, points(values), goal(0, 10, touch_days=3), of=metric(LAST, settles_in=0)
        ).reason

    assert ", touched for 3 days in a row" in closed({**flat(5, 1, 100), **flat(10, 50, 52)})
    missed = closed({**flat(5, 1, 100), **flat(10, 50, 51)})
    assert missed.startswith("Missed: ")
    assert "touched" not in missed


# --- milestones and roll-ups ---------------------------------------------------------------------


def steps(late: int) -> KeyResult:
    """So many milestones due on day 10 and not done, and one done."""
    named = tuple(Milestone(f"m{n}", day(10)) for n in range(1, late + 1))
    done = Milestone("done", day(5), done=day(5))
    return goal(None, None, type=KeyResultType.MILESTONES, milestones=(done, *named), metric=None)


LATE = [
    (1, "; late: m1."),
    (3, "; late: m1, m2, m3."),
    (4, "; late: m1, m2, m3 and 1 more."),
    (6, "; late: m1, m2, m3 and 3 more."),
]


@pytest.mark.parametrize(("late", "words"), LATE)
def test_three_late_milestones_are_named_and_the_others_counted(late: int, words: str) -> None:
    assert evaluate_milestones(steps(late), Moment(day(51), BY_PACE)).reason.endswith(words)


def test_a_milestone_counts_as_due_from_its_day_on() -> None:
    def expected(n: int) -> float | None:
        return evaluate_milestones(steps(1), Moment(day(n + 1), BY_PACE)).expected

    assert (expected(4), expected(5), expected(9), expected(10)) == (0.0, 0.5, 0.5, 1.0)


def child(name: str, status: Status = ON, progress: float | None = 0.5, *, n: int = 50) -> Child:
    final = status in (WON, LOST)
    return Child(name, 1.0, status, progress, 0.5, day(n), final)


COMPOSITE = goal(None, None, type=KeyResultType.COMPOSITE, commitment=Commitment.COMMITTED)


def composite(*children: Child) -> tuple[object, ...]:
    said = evaluate_composite(COMPOSITE, Moment(day(51), BY_PACE), children)
    return said.status, said.pace_status, said.score, said.grade, said.coverage


def test_a_running_composite_has_a_pace_and_a_score_and_no_grade() -> None:
    assert composite(child("a"), child("b")) == (ON, ON, 0.5, "", 1.0)


def test_a_composite_without_data_has_neither() -> None:
    assert composite(child("a", NONE, None), child("b", NONE, None)) == (NONE, None, None, "", 0.0)


def test_a_closed_composite_has_a_grade_and_no_pace() -> None:
    won = child("a", WON, 1.0), child("b", WON, 1.0)
    assert composite(*won) == (WON, None, 1.0, "met", 1.0)
    lost = child("a", LOST, 0.2), child("b", WON, 1.0)
    assert composite(*lost) == (LOST, None, 0.6, "missed", 1.0)


def test_a_roll_up_is_as_new_as_its_newest_living_child() -> None:
    stale = child("late", Status.STALE, 0.5, n=60)
    assert newest_day([child("a", n=40), child("b", n=45), stale]) == day(45)
    assert newest_day([stale]) is None


def test_three_silent_children_are_named_and_the_others_counted() -> None:
    def words(count: int) -> str:
        return roll_up(
            [child(f"c{n}", NONE, None) for n in range(1, count + 1)], how="min", rule=BY_PACE
        ).words

    head = "0% of the weight can be judged, not c1 (no data), c2 (no data), c3 (no data)"
    assert [words(3), words(4), words(6)] == [head, f"{head} and 1 more", f"{head} and 3 more"]


def test_three_children_off_track_are_named_as_holding_their_parent() -> None:
    off = [child(f"c{n}", OFF, 0.4) for n in range(1, 5)]
    made = roll_up([child("a", progress=0.9), *off], how="weighted", rule=BY_PACE)
    assert made.status is AT
    assert made.words == "weighted over 5 children; held at at risk by c1, c2, c3"


# --- draft-check ---------------------------------------------------------------------------------

GROWING = points({n: 1000.0 + n for n in range(-499, 1)})


def test_a_move_is_told_with_two_decimals() -> None:
    asked = question(0, GROWING, goal(1000, 1012.34), of=metric(LAST))
    assert realism(asked, asked).words.startswith("A move of 1.23%: ")


WORDS = [
    (
        Realism("kr", needed=0.1),
        "A move of 10%: not one window of this length lies in its history.",
    ),
    (Realism("kr", needed=0.1, problem="it is odd"), "Nothing to compare with: it is odd."),
    (Realism("kr"), "Nothing to compare with: the move is not known."),
    (
        Realism("kr", needed=0.1, cycles=2, reached=1, rolling=5, rolling_reached=4),
        "A move of 10%: by drift alone in 80% of 5 windows; the target asks for little.",
    ),
    (
        Realism("kr", needed=0.1, cycles=2, reached=1, rolling=5, rolling_reached=3),
        "A move of 10%: in 60% of 5 windows (1 of 2 cycles one behind the other).",
    ),
]


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[1][:40])
def test_a_finding_is_worded_by_its_share(row: tuple[Realism, str]) -> None:
    assert row[0].words == row[1]


def test_a_goal_under_way_is_compared_with_what_was_before_its_start() -> None:
    """Asked on day 50 the days of the cycle itself count for nothing."""
    later = points({n: 1000.0 + n for n in range(-499, 51)})
    eve, now = (
        question(n, series, goal(1000, 1120), of=metric(LAST))
        for n, series in ((0, GROWING), (50, later))
    )
    assert realism(now, now) == realism(eve, eve)


def test_a_goal_that_has_not_begun_starts_from_where_the_metric_stands() -> None:
    """On day -200 nothing is measured yet: 800 to 1000 is a quarter."""
    known = points({n: 1000.0 + n for n in range(-499, -199)})
    asked = question(-200, known, goal(Baseline("previous", days=7), 1000), of=metric(LAST))
    assert realism(asked, asked).needed == pytest.approx(0.25)


def test_a_window_of_a_total_needs_four_of_five_of_its_days() -> None:
    """Of the 100 days before the last window 79 are known, or 80: 10 a day, then 12.

    Ten days of the window before those are far too few.
    """

    def cycles(known: int) -> tuple[int, float | None]:
        lately = flat(10, -198, -199 + known) | flat(12, -99, 0)
        series = points(flat(1, -260, -251) | lately)
        asked = question(0, series, goal(Baseline("fixed", 1000.0), 1440), of=metric(TOTAL))
        made = realism(asked, asked)
        return made.cycles, made.best

    assert cycles(79)[0] == 0
    assert cycles(80)[0] == 1
    assert cycles(80)[1] == pytest.approx(0.2)


def test_the_best_of_a_cycle_is_taken_over_windows_of_its_own() -> None:
    """The highest of each 100 days: 550 on the last of them, then 500, then 600, a fifth more."""
    series = points(flat(100, -299, 0) | {-200: 550.0, -150: 500.0, -50: 600.0})
    asked = question(0, series, goal(500, 600), of=metric(Actual("cycle_max")))
    made = realism(asked, asked)
    assert (made.cycles, made.reached) == (2, 1)


# --- totals and levels share one sentence --------------------------------------------------------


def test_a_total_tells_its_share_before_its_day() -> None:
    assert total(50, 40, goal(None, 100)).reason.startswith(
        "At risk: 40 of 100 (40%) on 2026-02-19 where 50 (50%) was expected"
    )
    assert level(50, 40, goal(0, 100)).reason.startswith(
        "At risk: 40 of 100 on 2026-02-19, 40% of the way from 0 where 50 (50%) was expected"
    )
