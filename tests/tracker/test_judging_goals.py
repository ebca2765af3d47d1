"""Evaluations in their order: a past made up for, then day by day; as of then, and of a day."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from krtracker.errors import UsageError
from krtracker.model import Evaluation, Status
from krtracker.periods import Span
from krtracker.tracker import answer_as_of, answer_day
from tests.tracker.company import Company, Tracking

KR = "2026-q4/dau-480"
BY_PACE = '\n[cycle.status]\nby = "pace"\n'


def test_installed_in_mid_cycle_everything_is_there_at_once(company: Company) -> None:
    """Baseline: mean of 366 to 372, the 24th to 30th of September; actual: mean of 416 to 422."""
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
        assert (said.baseline, said.actual, said.target) == (369.0, 419.0, 480.0)
        assert said.progress == pytest.approx(50 / 111, abs=1e-12)
        assert said.expected == pytest.approx(50 / 92, abs=1e-12)
        assert (said.status, said.pace_status) == (Status.OFF_TRACK, Status.AT_RISK)
        assert "baseline_backfilled" in said.flags


def test_the_first_evaluation_makes_up_for_the_past_days_of_its_cycle(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        _, rows = at.reader.sql(
            "select data_day, actual, reconstructed from evaluation where data_day >= '2026-10-01' "
            "order by data_day"
        )
    assert [row[2] for row in rows] == [True] * 49 + [False]
    assert [row[0] for row in rows] == list(Span(date(2026, 10, 1), date(2026, 11, 19)))
    assert rows[0][1] == 370.0


def test_a_second_evaluation_of_the_same_knowledge_adds_nothing(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        first = at.tracker.evaluate()
        _, before = at.reader.sql("select count(*) from evaluation")
        second = at.tracker.evaluate()
        _, after = at.reader.sql("select count(*) from evaluation")
        assert before == after
        assert [replace(one, freeze=()) for one in first] == list(second)


def test_a_cycle_that_is_over_is_judged_to_its_end(company: Company) -> None:
    company.clock = datetime(2027, 1, 20, 8, tzinfo=UTC)
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
        assert (said.status, said.final, said.data_day) == (
            Status.MISSED, True, date(2026, 12, 31),
        )  # fmt: skip
        assert said.actual == 461.0


def test_one_bad_key_result_takes_no_other_with_it(company: Company) -> None:
    company.add("metrics.toml", '[metrics.nps]\nkind = "number"\nsource = "manual"\n')
    company.add(
        "okrs/q4.toml",
        '[key_results.nps-50]\nobjective = "growth"\nmetric = "nps"\ntarget = 50\n',
    )
    with company.tracking() as at:
        at.tracker.collect()
        said = {one.key_result: one.status for one in at.tracker.evaluate()}
    assert said == {KR: Status.OFF_TRACK, "2026-q4/nps-50": Status.NO_DATA}


def test_a_goal_to_be_kept_is_judged_beside_the_others(company: Company) -> None:
    company.add(
        "okrs/q4.toml",
        '[key_results.steady]\nobjective = "growth"\ntype = "keep-above"\nmetric = "dau"\n'
        "target = 100\n",
    )
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged("2026-q4/steady")
    assert (said.status, said.bad_days, said.allowed_days) == (Status.ON_TRACK, 0, 0)


def restated(company: Company, at: Tracking) -> tuple[datetime, Evaluation]:
    """Yesterday's answer and its instant; since then the source has restated three days."""
    at.tracker.collect()
    at.tracker.evaluate()
    company.later(hours=4)
    stored = at.reader.evaluations()[KR].evaluation
    known = company.clock
    company.later(hours=20)
    company.fill("dau", {date(2026, 11, day): 1000.0 for day in (17, 18, 19)})
    at.tracker.collect()
    at.tracker.evaluate()
    return known, stored


def test_a_restatement_counts_and_yesterdays_answer_stays_what_it_was(company: Company) -> None:
    with company.tracking() as at:
        known, stored = restated(company, at)
        assert stored.actual == 419.0
        assert at.reader.evaluations()[KR].evaluation.actual == pytest.approx(
            (417 + 418 + 419 + 3000 + 423) / 7
        )
        (then,) = answer_as_of(at.reader, instant=known, folder=company.folder).evaluations
        for one in fields(Evaluation):
            assert getattr(then, one.name) == getattr(stored, one.name), one.name
        assert repr(then).encode() == repr(stored).encode()


def test_the_history_shows_both_values_of_a_restated_day(company: Company) -> None:
    with company.tracking() as at:
        restated(company, at)
        _, rows = at.reader.sql(
            "select day, value from krt.observation_history where metric = 'dau' "
            "and day between '2026-11-17' and '2026-11-18' order by day, recorded_at"
        )
    assert [row[1] for row in rows] == [420.0, 1000.0, 421.0, 1000.0]


def test_as_of_uses_the_configuration_in_force_then(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        before = at.judged()
        known = company.clock + timedelta(minutes=5)
    company.later(hours=1)
    company.write(
        "okrs/q4.toml",
        (company.folder / "okrs/q4.toml").read_text().replace("target = 480", "target = 430"),
    )
    with company.tracking() as at:
        assert at.judged().target == 430.0
        then = answer_as_of(at.reader, instant=known, folder=company.folder)
        assert then.evaluations[0].target == before.target == 480.0
        assert then.workspace.key_results[KR].target != at.tracker.workspace.key_results[KR].target


def test_as_of_an_instant_that_was_never_evaluated_computes_what_was_known(
    company: Company,
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        company.later(days=1)
        (then,) = answer_as_of(at.reader, instant=company.clock, folder=company.folder).evaluations
        assert (then.today, then.data_day, then.age) == (
            date(2026, 11, 21), date(2026, 11, 19), 1,
        )  # fmt: skip


def test_before_the_first_evaluation_as_of_points_to_day(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        with pytest.raises(UsageError, match="--day DATE"):
            answer_as_of(at.reader, instant=company.clock - timedelta(days=1))


def test_a_day_is_judged_with_all_that_is_known_now_as_the_first_evaluation_did(
    company: Company,
) -> None:
    company.add("okrs/q4.toml", BY_PACE)
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        _, rows = at.reader.sql(
            "select data_day, status, actual, inputs_digest from evaluation "
            "where data_day in ('2026-10-02', '2026-10-20', '2026-11-18') order by data_day"
        )
        for day, status, actual, digest in rows:
            (said,) = answer_day(
                at.reader, at.tracker.workspace, day=day, now=company.clock
            ).evaluations
            assert (said.status.value, said.actual, said.inputs_digest) == (status, actual, digest)
    assert len(rows) == 3


def test_a_day_of_a_cycle_that_is_over_is_judged_as_that_day_was(company: Company) -> None:
    """p = 20/111 and e = 20/92: the rest needs 1.047 times the planned pace."""
    company.add("okrs/q4.toml", BY_PACE)
    company.clock = datetime(2027, 1, 20, 8, tzinfo=UTC)
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        (said,) = answer_day(
            at.reader, at.tracker.workspace, day=date(2026, 10, 20), now=company.clock
        ).evaluations
    assert (said.data_day, said.actual, said.final) == (date(2026, 10, 20), 389.0, False)
    assert said.status is Status.ON_TRACK


def test_a_day_that_is_not_over_is_refused(company: Company) -> None:
    with company.tracking() as at, pytest.raises(UsageError, match="is not over yet"):
        answer_day(at.reader, at.tracker.workspace, day=date(2026, 11, 20), now=company.clock)


def test_neither_as_of_nor_day_stores_anything(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        _, before = at.reader.sql("select count(*), max(recorded_at) from evaluation")
        company.later(minutes=1)
        answer_as_of(at.reader, instant=company.clock, folder=company.folder)
        answer_day(at.reader, at.tracker.workspace, day=date(2026, 10, 9), now=company.clock)
        _, after = at.reader.sql("select count(*), max(recorded_at) from evaluation")
    assert before == after


def test_a_status_changes_only_when_two_data_days_say_so(company: Company) -> None:
    """On track needs catch-up below 1.05: 476 of 480 with 41 of 92 days left."""
    company.add("okrs/q4.toml", '\n[cycle.status]\nby = "pace"\n')
    with company.tracking() as at:
        at.tracker.collect()
        assert at.judged().status is Status.AT_RISK
        company.fill("dau", {date(2026, 11, day): 476.0 for day in range(10, 30)})
        company.later(days=1)
        at.tracker.collect()
        at.tracker.backfill("dau", Span(date(2026, 11, 1), date(2026, 11, 20)))
        first = at.judged()
        assert (first.vote, first.status) == (Status.ON_TRACK, Status.AT_RISK)
        assert at.judged().status is Status.AT_RISK
        company.later(days=1)
        at.tracker.collect()
        second = at.judged()
        assert (second.vote, second.status) == (Status.ON_TRACK, Status.ON_TRACK)


def test_a_key_result_of_a_segment_sees_that_segment_only(company: Company) -> None:
    company.add(
        "metrics.toml",
        '[metrics.by_land]\nkind = "count"\nsource = "db"\n'
        'query = """\nselect day, value, \'DE\' as segment from dau\n'
        "where day >= :start and day < :end\nunion all\n"
        'select day, 1, \'FR\' from dau where day >= :start and day < :end\n"""\n',
    )
    company.add(
        "okrs/q4.toml",
        '[key_results.france]\nobjective = "growth"\nmetric = "by_land"\nsegment = "FR"\n'
        "baseline = 0\ntarget = 2\n",
    )
    with company.tracking() as at:
        at.tracker.collect()
        assert at.judged("2026-q4/france").actual == 1.0


def test_a_suspect_day_is_not_read_as_a_zero(company: Company) -> None:
    """Ten a day and one day of 5,000: the mean of the six others is ten, not 60 / 7."""
    company.add(
        "metrics.toml",
        '[metrics.orders]\nkind = "count"\nsource = "db"\nmissing = "zero"\ndomain = [0, 1000]\n'
        'query = "select day, value from orders where day >= :start and day < :end"\n',
    )
    company.add(
        "okrs/q4.toml",
        '[key_results.orders-20]\nobjective = "growth"\nmetric = "orders"\n'
        "baseline = 0\ntarget = 20\n",
    )
    orders: dict[date, float | str | None] = dict.fromkeys(
        Span(date(2026, 1, 1), date(2026, 11, 19)), 10.0
    )
    company.fill("orders", {**orders, date(2026, 11, 16): 5000.0})
    with company.tracking() as at:
        at.tracker.collect()
        assert at.judged("2026-q4/orders-20").actual == 10.0
