"""R14: a published status moves only when two data days in a row say so."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from krtracker.model import Cycle, Status, Vote
from tests.evaluation.given import CYCLE, TOTAL, ask, day, flat, goal, level, metric, points, total

ON, RISK, OFF, STALE = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.STALE
LETTERS = {"on": ON, "risk": RISK, "off": OFF}

# 100 to 200, judged from day 50 on: the factor (1 - p) / (1 - e) picks the vote.
FACTOR = {"on": 1.0, "risk": 1.3, "off": 2.0}


@dataclass
class Diary:
    """Evaluates day after day and keeps one vote a day, as the store does."""

    votes: dict[int, Vote] = field(default_factory=dict)

    def judge(self, n: int, factor: float, **changes: object) -> Status:
        actual = 100 + 100 * (1 - factor * (1 - n / 100))
        said = level(n, actual, goal(100, 200), votes=tuple(self.votes.values()), **changes)
        self.votes[n] = Vote(day(n), said.vote, said.status)
        return said.status

    def story(self, factors: list[float], first: int = 50) -> list[Status]:
        return [self.judge(first + n, factor) for n, factor in enumerate(factors)]


def story(words: str) -> str:
    said = Diary().story([FACTOR[word] for word in words.split()])
    return " ".join(status.value.removesuffix("_track").removeprefix("at_") for status in said)


@pytest.mark.parametrize(
    ("votes", "published"),
    [
        ("on", "on"),  # the first vote is published at once
        ("off", "off"),
        ("on risk on", "on on on"),  # a wobble is not news
        ("on risk risk", "on on risk"),
        ("on off off", "on on off"),
        ("on off risk", "on on risk"),  # differing in depth: the milder
        ("on risk off", "on on risk"),
        ("on off risk off off", "on on risk risk off"),
        ("on risk off off off", "on on risk risk off"),
        ("on risk on risk risk", "on on on on risk"),
        ("off on on", "off off on"),
        ("off risk on", "off off risk"),  # the way back is as short as the two agree on
        ("off on risk", "off off risk"),
        ("risk on off on off", "risk risk risk risk risk"),  # two sides never add up
        ("off off off", "off off off"),
        ("on off on off on off", "on on on on on on"),
        ("on off off on on", "on on off off on"),
    ],
)
def test_a_status_moves_after_two_data_days_on_one_side(votes: str, published: str) -> None:
    assert story(votes) == published


def test_ten_evaluations_of_one_day_are_one_vote() -> None:
    diary = Diary()
    diary.judge(50, 1.0)
    assert [diary.judge(51, 2.0) for _ in range(10)] == [ON] * 10
    assert diary.judge(52, 2.0) is OFF


def test_a_corrected_value_replaces_its_vote() -> None:
    diary = Diary()
    diary.judge(50, 1.0)
    diary.judge(51, 2.0)
    diary.judge(51, 1.0)
    assert diary.judge(52, 2.0) is ON


@pytest.mark.parametrize(
    ("worse", "factor", "after"),
    [
        (1.3, 1.07, RISK),  # better than 1.10, but the way back is 1.05
        (1.3, 1.05, ON),
        (2.0, 1.45, OFF),  # better than 1.50, but the way back is 1.40
        (2.0, 1.40, RISK),
        (2.0, 1.07, RISK),
        (2.0, 1.05, ON),
    ],
)
def test_coming_back_must_pass_an_inner_limit(worse: float, factor: float, after: Status) -> None:
    assert Diary().story([worse, worse, factor, factor])[-1] is after


@pytest.mark.parametrize(
    ("worse", "factor", "after"),
    [(1.1, 1.01, RISK), (1.1, 1.0, ON), (1.5, 1.18, OFF), (1.5, 1.15, RISK)],
)
def test_totals_have_inner_limits_of_their_own(worse: float, factor: float, after: Status) -> None:
    votes: tuple[Vote, ...] = ()
    for n, one in enumerate([worse, worse, factor, factor], start=50):
        said = total(n, 1000 * (1 - one * (1 - n / 100)), goal(None, 1000), votes=votes)
        votes += (Vote(day(n), said.vote, said.status),)
    assert votes[-1].published is after


@pytest.mark.parametrize(
    ("worse", "chance", "after"),
    [(0.5, 0.72, RISK), (0.5, 0.75, ON), (0.1, 0.34, OFF), (0.1, 0.35, RISK)],
)
def test_a_chance_comes_back_by_five_points_more(
    worse: float, chance: float, after: Status
) -> None:
    votes: tuple[Vote, ...] = ()
    cycle = Cycle("q", "Q", CYCLE)
    for n, one in enumerate([worse, worse, chance, chance], start=50):
        said = level(n, 150, goal(100, 200), cycle=cycle, probability=one, votes=votes)
        votes += (Vote(day(n), said.vote, said.status),)
    assert votes[-1].published is after


def test_staleness_is_published_at_once_and_the_old_status_resumes() -> None:
    diary = Diary()
    diary.story([1.0, 1.0, 1.0])
    stale = ask(56, points(flat(140, 46, 52)), goal(100, 200), votes=tuple(diary.votes.values()))
    assert (stale.status, stale.vote) == (STALE, RISK)
    diary.votes[52] = Vote(day(52), stale.vote, stale.status)
    assert diary.judge(57, 1.0) is ON


def test_a_vote_given_while_stale_counts_as_one_of_the_two() -> None:
    diary = Diary()
    diary.story([1.0, 1.0])
    diary.votes[52] = Vote(day(52), RISK, STALE)
    assert diary.judge(57, 1.3) is RISK


def test_an_achievement_taken_back_resumes_what_was_before() -> None:
    votes = (Vote(day(48), ON, ON), Vote(day(49), Status.ACHIEVED, Status.ACHIEVED))
    said = total(50, 0, goal(None, 1000), votes=votes)
    assert (said.status, said.vote) == (ON, OFF)
    assert "unconfirmed" in said.flags


def test_days_without_a_verdict_do_not_count() -> None:
    blind = Vote(day(51), Status.NO_DATA, Status.NO_DATA)
    first = (Vote(day(50), ON, ON), blind)
    assert level(52, 100, goal(100, 200), votes=first).status is ON
    second = (Vote(day(49), ON, ON), Vote(day(50), OFF, ON), blind)
    assert level(52, 100, goal(100, 200), votes=second).status is OFF


def test_votes_of_the_data_day_or_later_are_ignored() -> None:
    votes = (Vote(day(49), ON, ON), Vote(day(50), OFF, OFF), Vote(day(51), OFF, OFF))
    assert level(50, 150, goal(100, 200), votes=votes) == level(
        50, 150, goal(100, 200), votes=votes[:1]
    )


def test_more_votes_than_are_remembered_change_nothing() -> None:
    votes = tuple(Vote(day(n), ON, ON) for n in range(40, 50))
    long = level(50, 100, goal(100, 200), votes=votes)
    short = level(50, 100, goal(100, 200), votes=votes[-7:])
    assert long == short


def test_a_total_at_its_target_by_provisional_days_votes_on_track_whatever_the_chance() -> None:
    known = points({**flat(0, 1, 50), 50: 1000})
    said = ask(50, known, goal(None, 1000), of=metric(TOTAL, settles_in=1), probability=0.1)
    assert said.vote is ON
