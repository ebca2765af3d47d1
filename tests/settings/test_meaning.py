"""What the words of metrics and key results come to mean; defaults where nothing is said."""

from __future__ import annotations

from datetime import date, time

import pytest

from krtracker.model import (
    Actual,
    Baseline,
    Better,
    Commitment,
    KeyResultType,
    Kind,
    Pace,
    PacePoint,
    Part,
    Target,
)
from krtracker.periods import Grain, Span
from krtracker.settings import parse
from tests.settings.texts import FOLDER, key_result, metric, problems, read

DAU = 'metric = "dau"\n'


def test_a_metric_has_defaults() -> None:
    found = metric("")
    assert (found.title, found.kind, found.unit, found.zone) == (
        "x",
        Kind.COUNT,
        "",
        "Europe/Berlin",
    )
    assert (found.refresh.cron, found.actual.text) == ("0 6 * * *", "7d mean")
    assert (found.settles_in, found.late_by, found.stale_after, found.history) == (0, 0, 2, 400)
    assert (found.better, found.grain, found.additive, found.pooled) == (
        Better.UP,
        Grain.DAY,
        True,
        False,
    )
    assert (found.missing_is_zero, found.domain, found.ready_at) == (False, None, None)


@pytest.mark.parametrize(
    ("kind", "text", "actual"),
    [
        ("ratio", "", "7d weighted mean"),
        ("duration", "", "7d mean"),
        (
            "duration",
            'query = "select day, value, weight from x where day >= :start"',
            "7d weighted mean",
        ),
        ("money", "", "7d mean"),
        ("count", 'grain = "week"', "last"),
        ("count", 'actual = "cycle sum"', "cycle sum"),
    ],
)
def test_the_default_actual_follows_from_kind_and_weights(
    kind: str, text: str, actual: str
) -> None:
    assert metric(text, kind).actual.text == actual


def test_values_recorded_by_hand_stand_until_the_next_one() -> None:
    bugs = read("").metrics["bugs"]
    assert (bugs.manual, bugs.actual.text, bugs.stale_after) == (True, "last", 35)
    assert (bugs.better, bugs.query) == (Better.DOWN, {})


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", 2),
        ('refresh = "hourly"', 2),
        ('refresh = "weekly mon 09:00"', 8),
        ('refresh = "0 9 * * mon-fri"', 4),
        ('stale_after = "5d"', 5),
        ('refresh = "weekly mon 09:00"\ngrain = "week"', 2),
    ],
)
def test_stale_after_follows_from_refresh(text: str, days: int) -> None:
    assert metric(text).stale_after == days


def test_days_of_a_weekly_metric_are_weeks() -> None:
    found = metric('grain = "week"\nsettles_in = "10d"\nlate_by = "7d"\nactual = "28d mean"')
    assert (found.settles_in, found.late_by, found.history) == (2, 1, 58)
    assert found.actual == Actual("mean", 4, "28d mean")


def test_the_zone_is_the_metrics_then_the_sources_then_the_workspaces() -> None:
    source = '[sources.db]\nconnector = "sql"\nurl = "sqlite:///x.db"\ntimezone = "Asia/Tokyo"\n'
    one = '[metrics.{}]\nsource = "db"\nquery = "select day, value from t where day >= :start"\n'
    text = (
        f'timezone = "UTC"\n{source}{one.format("a")}timezone = "Asia/Kolkata"\n{one.format("b")}'
    )
    text += '[metrics.c]\nsource = "manual"\n'
    found = parse({"krtracker.toml": text}, folder=FOLDER).metrics
    assert [found[name].zone for name in "abc"] == ["Asia/Kolkata", "Asia/Tokyo", "UTC"]


def test_a_ready_time_is_text_or_a_toml_time() -> None:
    assert metric('ready_at = "05:30"').ready_at == time(5, 30)
    assert metric("ready_at = 05:30:00").ready_at == time(5, 30)


def test_expectations_are_quantities_of_the_metric() -> None:
    found = metric('expect = { between = ["1 min", "1 h"], monotonic = "up" }', "duration")
    assert (found.expect.between, found.expect.monotonic) == ((60, 3_600), "up")


def test_the_unit_of_a_duration_is_what_bare_numbers_are_in() -> None:
    found = metric('unit = "min"\nexpect = { between = ["90 s", 60] }', "duration")
    assert (found.unit, found.expect.between) == ("min", (1.5, 60))


def test_connectors_own_options_go_with_the_question() -> None:
    found = read(
        '[metrics.x]\nkind = "ratio"\nsource = "db"\n'
        'standard = "retention"\nday = 2\nunit = "week"\n'
    ).metrics["x"]
    assert found.query == {"standard": "retention", "day": 2, "unit": "week"}
    assert (found.unit, found.matures_in, found.late_by) == ("", 20, 20)


def test_a_key_result_has_defaults() -> None:
    found = key_result(DAU + "target = 50_000")
    assert (found.id, found.name, found.cycle, found.title) == ("2026-q4/a", "a", "2026-q4", "dau")
    assert found.span == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert found.baseline == Baseline("previous", days=7, text="previous 7d")
    assert (found.pace, found.weight, found.touch_days) == (Pace(), 1.0, None)
    assert (found.type, found.actual) == (KeyResultType.BASELINE_TO_TARGET, None)


def test_a_total_has_no_default_baseline() -> None:
    assert key_result('metric = "signups"\ntarget = 30_000').baseline is None


def test_a_metric_counted_as_a_total_by_the_key_result_alone() -> None:
    found = key_result(
        'metric = "revenue"\nactual = "cycle sum"\ntarget = "€90,000"\npace = "weekday"'
    )
    assert (found.actual, found.baseline) == (Actual("cycle_sum", 0, "cycle sum"), None)


@pytest.mark.parametrize(
    ("text", "baseline"),
    [
        ("41_800", Baseline("fixed", value=41_800, text="41,800")),
        ('"41,800"', Baseline("fixed", value=41_800, text="41,800")),
        ('"previous 28d"', Baseline("previous", days=28, text="previous 28d")),
        (
            '"same period last year"',
            Baseline("same_period_last_year", text="same period last year"),
        ),
        ('"previous cycle"', Baseline("previous_cycle", text="previous cycle")),
        (
            '{ from = 2026-09-01, to = 2026-09-28, about = "41k" }',
            Baseline(
                "mean",
                span=Span(date(2026, 9, 1), date(2026, 9, 28)),
                about=41_000,
                text="2026-09-01 to 2026-09-28",
            ),
        ),
    ],
)
def test_each_form_of_a_baseline(text: str, baseline: Baseline) -> None:
    assert key_result(f"{DAU}baseline = {text}\ntarget = 50_000").baseline == baseline


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("50_000", Target("reach", 50_000, text="50,000")),
        ('"50k"', Target("reach", 50_000, text="50k")),
        ('"+25%"', Target("percent", 25, text="+25%")),
        ('"-50%"', Target("percent", -50, text="-50%")),
        ('"+2,000"', Target("change", 2_000, text="+2,000")),
    ],
)
def test_each_form_of_a_target(text: str, target: Target) -> None:
    assert key_result(f"{DAU}baseline = 40_000\ntarget = {text}").target == target


def test_a_range_is_kept_between() -> None:
    found = key_result(
        'type = "keep-between"\nmetric = "d7_retention"\ntarget = ["20%", 0.3]\nshare = "90%"'
    )
    assert found.target == Target("range", 0.2, 0.3, text="20% to 0.3")
    assert found.share == 0.9


@pytest.mark.parametrize(
    ("text", "pace"),
    [
        ('"linear"', Pace()),
        ('"geometric"', Pace("geometric", text="geometric")),
        ('"s-curve"', Pace("s-curve", text="s-curve")),
        ('"hold"', Pace("hold", text="hold")),
        ('"step 2026-11-15"', Pace("step", step=date(2026, 11, 15), text="step 2026-11-15")),
        (
            '[[2026-11-01, 43_500], [2026-12-15, "80% of the way"]]',
            Pace(
                "points",
                (PacePoint(date(2026, 11, 1), 43_500), PacePoint(date(2026, 12, 15), share=0.8)),
                text="points",
            ),
        ),
    ],
)
def test_each_form_of_a_path(text: str, pace: Pace) -> None:
    assert key_result(f"{DAU}baseline = 40_000\ntarget = 50_000\npace = {text}").pace == pace


def test_paths_of_totals() -> None:
    head = 'metric = "signups"\ntarget = 30_000\npace = '
    assert key_result(head + '"weekday"').pace == Pace("weekday", text="weekday")
    weighted = key_result(head + "{ weekday = [1, 1, 1, 1, 1, 0.4, 0.3] }").pace
    assert weighted.weekday_weights == (1, 1, 1, 1, 1, 0.4, 0.3)


def test_the_rest_of_a_key_result_is_carried_over() -> None:
    found = key_result(
        DAU + "start = 2026-10-15\nend = 2026-11-30\nbaseline = 10\ntarget = 20\n"
        'segment = "DE"\nsuccess = "touch for 3d"\ncommitment = "aspirational"\nweight = 2\n'
        'direction = "up"\nleading = ["signups"]\nguardrails = ["bugs"]\n'
        'tags = ["t"]\nwas = "old"\n'
        'score_override = { score = 0.7, reason = "outage" }\ndepends_on = ["growth"]'
    )
    assert found.span == Span(date(2026, 10, 15), date(2026, 11, 30))
    assert (found.segment, found.touch_days, found.weight) == ("DE", 3, 2.0)
    assert (found.commitment, found.direction) == (Commitment.ASPIRATIONAL, Better.UP)
    assert (found.leading, found.guardrails, found.tags) == (("signups",), ("bugs",), ("t",))
    assert (found.score_override, found.score_reason, found.was) == (0.7, "outage", ("old",))
    assert found.depends_on == ("2026-q4/growth",)


def test_a_composite_has_weighted_parts() -> None:
    text = '[key_results.a]\ntype = "composite"\nparts = [{ key_result = "b", weight = 2 }]\n'
    text += f"[key_results.b]\n{DAU}target = 1\n"
    assert read(text).key_results["2026-q4/a"].parts == (Part("b", 2.0),)


def test_the_same_id_may_live_in_two_cycles() -> None:
    files = {"krtracker.toml": 'include = ["q*.toml"]\n[metrics.m]\nsource = "manual"\n'}
    for number in (3, 4):
        files[f"q{number}.toml"] = (
            f'[cycle]\nid = "q{number}"\nperiod = "2026 Q{number}"\n'
            '[key_results.a]\nmetric = "m"\ntarget = 1\n'
        )
    files["q4.toml"] += 'depends_on = ["q3/a"]\n'
    found = parse(files, folder=FOLDER)
    assert list(found.key_results) == ["q3/a", "q4/a"]
    assert found.key_results["q4/a"].depends_on == ("q3/a",)


def test_a_bare_id_of_another_cycle_is_answered_with_its_full_name() -> None:
    files = {
        "krtracker.toml": 'include = ["q*.toml"]\n[metrics.m]\nsource = "manual"\n',
        "q3.toml": '[cycle]\nid = "q3"\nperiod = "2026 Q3"\n'
        '[key_results.a]\nmetric = "m"\ntarget = 1\n',
        "q4.toml": '[cycle]\nid = "q4"\nperiod = "2026 Q4"\n'
        '[objectives.o]\ntitle = "O"\nparent = "a"\n',
    }
    (said,) = problems(files)
    assert said.help == "`a` of another cycle is written `q3/a`"


def test_a_period_names_the_days_of_a_cycle() -> None:
    text = 'fiscal_year_start = 7\n[cycle]\nid = "c"\nperiod = "FY2026 Q4"\n'
    cycle = parse({"krtracker.toml": text}, folder=FOLDER).cycles["c"]
    assert cycle.span == Span(date(2026, 4, 1), date(2026, 6, 30))
    assert cycle.title == "FY2026 Q4"


def test_owners_are_free_words_where_nobody_is_listed() -> None:
    text = '[cycle]\nid = "c"\nperiod = "2026"\n[objectives.o]\ntitle = "O"\nowner = "whoever"\n'
    assert problems({"krtracker.toml": text}) == ()


def test_one_file_is_enough_and_an_empty_one_is_valid() -> None:
    found = parse({"krtracker.toml": ""}, folder=FOLDER)
    assert (found.name, found.zone, found.metrics) == ("nowhere", "UTC", {})


def test_only_a_forecast_that_somebody_asked_for_is_called_inactive() -> None:
    """The default is "forecast": every small configuration began with a remark on its `[cycle]`."""
    silent = '[cycle]\nid = "c"\nstart = 2026-10-01\nend = 2026-12-31\n'
    before, asked = read(silent).remarks, read(silent + '[cycle.status]\nby = "forecast"\n').remarks
    told = [one.message for one in asked if one not in before]
    assert told == ['status by = "forecast" is not active in this version']
