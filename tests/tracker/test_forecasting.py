"""Live judging by forecast: odds from the first live day on, the same for ever."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from krtracker.model import Evaluation, Forecast, Status
from krtracker.periods import Span
from krtracker.store import Said
from krtracker.tracker import answer_as_of, answer_day, configuration_version
from krtracker.tracker.docket import docket
from krtracker.tracker.folding import fold, knowing
from krtracker.tracker.hindsight import foretold
from krtracker.tracker.judging import round_of
from krtracker.tracker.questions import first_needed_days, read_material
from tests.tracker.company import OKRS, Company, Tracking

PACE = '\n[cycle.status]\nby = "pace"\n'


def replayed(company: Company, at: Tracking, said: dict[int, Evaluation]) -> list[bool]:
    """Whether each answer is said again, word for word, as of a minute later."""
    now = company.clock
    same = []
    for back, one in said.items():
        then = now - timedelta(days=back) + timedelta(minutes=1)
        (again,) = answer_as_of(at.reader, instant=then, folder=company.folder).evaluations
        same.append(again == one and again.reason == one.reason)
    return same


def test_a_status_goes_by_the_chance_and_says_so(company: Company) -> None:
    """419 of 480: by pace at risk, but a day's drift of 1 to 2 % seldom carries it that far."""
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert said.probability is not None
    assert 0.1 < said.probability < 0.25
    words = f"the chance of reaching it is {100 * said.probability:.0f}% (on track from 70%, "
    assert words in said.reason
    assert (said.status, said.pace_status) == (Status.OFF_TRACK, Status.AT_RISK)


def test_a_cycle_by_pace_has_no_odds(company: Company) -> None:
    company.add("okrs/q4.toml", PACE)
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert (said.probability, "chance" in said.reason) == (None, False)


def test_few_days_leave_the_pace_to_decide_and_say_why(company: Company) -> None:
    first, last = date(2026, 1, 1), date(2026, 9, 20)
    company.empty("dau", [first + timedelta(days=one) for one in range((last - first).days)])
    company.empty("dau", [date(2026, 10, 20) + timedelta(days=one) for one in range(20)])
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert said.probability is None
    assert "no forecast: only 22 of the 42 days to 2026-11-16 are known" in said.reason


def test_what_was_said_by_chance_is_said_again_byte_for_byte(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        said = {4: at.judged()}
        for back in (3, 2, 1, 0):
            company.later(days=1)
            at.tracker.collect()
            said[back] = at.judged()
        assert replayed(company, at, said) == [True] * 5
    assert len({one.data_day for one in said.values()}) == 5


def test_a_forecast_kept_since_the_last_round_is_the_one_a_new_program_makes(
    company: Company,
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        kept = at.judged()
    with company.tracking() as at:
        assert at.judged() == kept
    assert kept.probability is not None


def test_days_before_the_first_live_one_have_odds_only_where_these_decide(
    company: Company,
) -> None:
    """Two data days in a row off track settle it, whatever the pace said before them."""
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        _, rows = at.reader.sql(
            "select count(*), count(probability) from evaluation where data_day < '2026-11-19'"
        )
        assert at.reader.sql("select count(*) from krt.forecasts")[1] == [(1,)]
    assert rows == [(49, 2)]


def wavering(days: int) -> dict[date, float | str | None]:
    """A hard year to foretell: a random walk up to about 470, the same in every run."""
    draws = random.Random(7)
    values, level = dict[date, float | str | None](), 300.0
    for number in range(days):
        level += draws.gauss(0.45, 4)
        values[date(2026, 1, 1) + timedelta(days=number)] = round(level + draws.gauss(0, 9), 1)
    return values


def test_a_day_is_judged_as_if_every_day_before_it_had_been_by_chance(company: Company) -> None:
    """`--day` makes only the forecasts that decide, and says what all of them would."""
    company.fill("dau", wavering(365))
    limits = '\n[cycle.status]\non_track = "44%"\nat_risk = "40%"\n'
    company.write("okrs/q4.toml", OKRS.replace("target = 480", "target = 505") + limits)
    with company.tracking() as at:
        at.tracker.collect()
        workspace, now = at.tracker.workspace, company.clock
        whole = docket(workspace)
        put = round_of(whole, read_material(at.reader, whole.asked), now=now).put
        first = knowing(put["2026-q4/dau-480"], now)
        every = list(fold(first, Span(date(2026, 10, 1), date(2026, 11, 19)), prepare=foretold))
        said = []
        for one in every[::3]:
            day = one.today - timedelta(days=1)
            asked = answer_day(at.reader, workspace, day=day, now=now)
            said.append(asked.evaluations[0])
    assert len({one.status for one in every}) == 3
    assert [(one.status, one.vote, one.probability) for one in said] == [
        (one.status, one.vote, one.probability) for one in every[::3]
    ]


def test_the_first_live_answer_is_what_its_day_is_said_to_be_later(company: Company) -> None:
    company.fill("dau", wavering(365))
    company.write("okrs/q4.toml", OKRS.replace("target = 480", "target = 505"))
    with company.tracking() as at:
        at.tracker.collect()
        live = at.judged()
        company.later(days=1)
        (later,) = answer_day(
            at.reader, at.tracker.workspace, day=date(2026, 11, 19), now=company.clock
        ).evaluations
    assert (live.status, live.probability) == (later.status, later.probability)


def test_no_source_is_asked_for_days_that_only_a_forecast_would_like(company: Company) -> None:
    by_forecast = first_needed_days(company.load())
    company.add("okrs/q4.toml", PACE)
    assert by_forecast == first_needed_days(company.load())


def test_every_published_chance_is_stored_with_its_day_and_digest(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        said = [at.judged()]
        company.later(days=1)
        at.tracker.collect()
        said += [at.judged(), at.judged()]
        columns, rows = at.reader.sql("from krt.forecasts order by made_on")
    kept = [dict(zip(columns, row, strict=True)) for row in rows]
    assert [one["made_on"] for one in kept] == [date(2026, 11, 16), date(2026, 11, 17)]
    assert [one["chance"] for one in kept] == [one.probability for one in said[:2]]
    assert kept[0]["low"] <= kept[0]["middle"] <= kept[0]["high"] < 520
    assert kept[0]["day"] == date(2026, 12, 31)


def test_a_restart_takes_the_stored_forecast_as_it_is(company: Company) -> None:
    """A stored forecast that nobody would compute is given back: its digest is all that counts."""
    with company.tracking() as at:
        at.tracker.collect()
        first = at.judged()
    with company.tracking() as at:
        known = at.reader.forecasts()["2026-q4/dau-480"]
        assert isinstance(known.forecast, Forecast)
        marked = replace(known.forecast, probability=0.123)
        catalogue = at.tracker.workspace
        version = configuration_version(catalogue)
        # As stored by an earlier round, with the digest of the very same inputs.
        other = replace(marked, inputs_digest="other")
        for one in (other, marked):
            said = Said(forecasts=[replace(known, forecast=one)])
            at.store.save(said, version=version, catalogue=catalogue, now=company.clock)
    with company.tracking() as at:
        assert (first.probability != 0.123, at.judged().probability) == (True, 0.123)


def test_a_refusal_is_stored_with_the_newest_day_counted(company: Company) -> None:
    first, last = date(2026, 1, 1), date(2026, 9, 20)
    company.empty("dau", [first + timedelta(days=one) for one in range((last - first).days)])
    company.empty("dau", [date(2026, 10, 20) + timedelta(days=one) for one in range(20)])
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        _, rows = at.reader.sql("select made_on, chance, refused, why from krt.forecasts")
    words = "only 22 of the 42 days to 2026-11-16 are known"
    assert [(*row[:3], row[3].startswith(words)) for row in rows] == [
        (date(2026, 11, 19), None, "too_few_days", True)
    ]


def test_a_cycle_by_pace_stores_no_odds(company: Company) -> None:
    company.add("okrs/q4.toml", PACE)
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        assert at.reader.forecasts() == {}
