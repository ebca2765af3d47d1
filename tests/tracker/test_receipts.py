"""A receipt holds everything its number follows from."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from krtracker.errors import UnknownNameError
from krtracker.periods import Span
from krtracker.tracker import receipt
from tests.tracker.company import METRICS, Company

KR = "2026-q4/dau-480"


def test_the_chain_from_the_status_down_to_the_query(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock)
    assert made.sentence == said.reason
    assert made.sentence.startswith("Off track: 419 of 480 on 2026-11-19")
    assert made.trouble is None
    assert [ground.value for ground in made.grounds] == [416, 417, 418, 419, 420, 421, 422]
    assert [ground.day for ground in made.grounds] == list(
        Span(date(2026, 11, 13), date(2026, 11, 19))
    )
    assert made.baseline_window == Span(date(2026, 9, 24), date(2026, 9, 30))
    assert [ground.value for ground in made.baseline_grounds] == list(range(366, 373))
    assert made.latest is not None
    assert made.latest.run.id == made.grounds[-1].run
    assert made.metric is not None
    assert (made.connector, made.metric.source, made.rows) == ("sql", "db", 34)
    assert made.query_text.startswith("select day, value from dau")
    assert made.parameters == {"start": "2026-10-17", "end": "2026-11-20"}
    assert made.query_digest == made.metric.query_digest
    assert made.configuration == company.load().digest
    assert made.recorded_at is not None


def test_the_actual_can_be_computed_from_its_receipt(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock)
    used = [ground.value for ground in made.grounds if ground.value is not None]
    assert sum(used) / len(used) == made.evaluation.actual
    base = [ground.value for ground in made.baseline_grounds if ground.value is not None]
    assert sum(base) / len(base) == made.evaluation.baseline


def test_days_that_did_not_count_are_on_the_receipt_with_the_reason(company: Company) -> None:
    company.add("metrics.toml", "[metrics.dau.expect]\nbetween = [0, 421]\n")
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(
            at.reader, at.tracker.workspace, KR, now=company.clock, at=date(2026, 11, 18)
        )
        later = at.reader.grounds("dau", "", Span(date(2026, 11, 19), date(2026, 11, 19)))
    assert made.evaluation.data_day == date(2026, 11, 18)
    assert later[0].expectation == "422: expected between 0 and 421"


def test_a_receipt_of_yesterday_shows_yesterdays_values(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        known = company.clock + timedelta(minutes=1)
        company.later(days=1)
        company.fill("dau", {date(2026, 11, 19): 7.0})
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock, at=known)
    assert made.grounds[-1].value == 422.0
    assert made.evaluation.actual == 419.0
    assert made.recorded_at is not None
    assert made.recorded_at < known


def test_before_anything_was_stored_a_receipt_is_computed(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock)
    assert (made.evaluation.actual, made.recorded_at) == (419.0, None)


def test_the_configuration_digest_is_of_the_files_as_they_were(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        known = company.clock + timedelta(minutes=1)
        digest = at.tracker.workspace.digest
    company.add("metrics.toml", "# a remark\n")
    company.later(hours=1)
    with company.tracking() as at:
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock, at=known)
        assert at.tracker.workspace.digest != digest
    assert made.configuration == digest
    assert len(digest) == len(hashlib.sha256().hexdigest())


def test_a_name_that_nothing_bears_is_refused(company: Company) -> None:
    with (
        company.tracking() as at,
        pytest.raises(UnknownNameError, match="did you mean `2026-q4/dau-480`"),
    ):
        receipt(at.reader, at.tracker.workspace, "2026-q4/dau-48", now=company.clock)


def test_a_composite_shows_its_parts_and_needs_no_metric(company: Company) -> None:
    company.add(
        "okrs/q4.toml",
        '[key_results.steps]\nobjective = "growth"\ntype = "milestones"\n'
        '[[key_results.steps.milestones]]\ntitle = "Done"\ndue = 2026-12-01\n'
        '[key_results.both]\ntype = "composite"\n'
        'parts = [{ key_result = "steps" }, { key_result = "dau-480", weight = 3 }]\n',
    )
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(at.reader, at.tracker.workspace, "2026-q4/both", now=company.clock)
    assert made.metric is None
    assert [one.key_result for one in made.parts] == ["2026-q4/steps", "2026-q4/dau-480"]
    assert made.evaluation.progress == pytest.approx(3 * 50 / 111 / 4, abs=1e-12)


def test_a_formula_shows_the_rows_of_each_metric_in_it(company: Company) -> None:
    company.add("metrics.toml", '[metrics.double]\nformula = "2 * dau"\nactual = "last"\n')
    company.add("okrs/q4.toml", '[key_results.twice]\nmetric = "double"\ntarget = 999\n')
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(at.reader, at.tracker.workspace, "2026-q4/twice", now=company.clock)
    assert made.evaluation.actual == 2 * 422.0
    assert [one.value for one in made.components["dau"]] == [422.0]
    assert (made.grounds, made.query_text) == ((), "2 * dau")


def test_why_there_is_no_newer_day_is_on_the_receipt(company: Company) -> None:
    """A missing table left `why` with "no day is known" and not a word of the reason."""
    company.write("metrics.toml", METRICS.replace("from dau", "from gone"))
    with company.tracking() as at:
        at.tracker.collect()
        at.tracker.evaluate()
        made = receipt(at.reader, at.tracker.workspace, KR, now=company.clock)
    assert made.trouble is not None
    assert "no such table: gone" in made.trouble.message
