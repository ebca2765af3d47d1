"""The full example of the design is taken whole, and means what it says."""

from __future__ import annotations

from datetime import date

import pytest

from krtracker.model import (
    Actual,
    Amendment,
    Baseline,
    KeyResultType,
    Milestone,
    Pace,
    PacePoint,
    Refresh,
    StatusRule,
    Target,
    Workspace,
)
from krtracker.periods import Span
from krtracker.settings import load, parse
from tests.settings.texts import FIELDNOTE, FOLDER, fieldnote


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(FIELDNOTE / "krtracker.toml")


def test_nothing_is_said_against_it(workspace: Workspace) -> None:
    assert {one.severity for one in workspace.remarks} == {"note"}


def test_what_this_version_does_not_do_is_said_once_each(workspace: Workspace) -> None:
    assert [
        one.message.removesuffix(" not active in this version").removesuffix(" is")
        for one in workspace.remarks
    ] == [
        "the pages of [server] are",
        "[channels]",
        "[digests]",
        "[alerts]",
        "[governance]",
        "`depends_on`",
    ]


def test_the_workspace_is_named_and_placed(workspace: Workspace) -> None:
    assert (workspace.name, workspace.zone, workspace.week_start) == (
        "Fieldnote",
        "Europe/Berlin",
        0,
    )
    assert workspace.store_path == FIELDNOTE / "data/krtracker.duckdb"
    assert workspace.server.url == "https://okrs.fieldnote.example"


def test_tables_come_in_the_order_of_the_files(workspace: Workspace) -> None:
    assert list(workspace.sources) == ["product_db", "amplitude", "ga4"]
    assert list(workspace.metrics) == [
        "dau",
        "session_duration",
        "d7_retention",
        "signups",
        "crash_free",
    ]
    assert list(workspace.key_results)[:2] == ["2026-q4/dau-50k", "2026-q4/signups-30k"]
    assert list(workspace.people) == ["mara", "priya", "tom"]


def test_connectors_options_stay_as_they_are(workspace: Workspace) -> None:
    amplitude = workspace.sources["amplitude"]
    assert amplitude.options == {
        "region": "eu",
        "api_key": "${env:AMPLITUDE_API_KEY}",
        "secret_key": "${file:/run/secrets/amplitude}",
    }
    assert (amplitude.timeout, amplitude.max_requests, amplitude.zone) == (
        60.0,
        "30/min",
        "Europe/Berlin",
    )


def test_a_query_file_is_read_in_and_kept_with_the_texts(workspace: Workspace) -> None:
    text = (FIELDNOTE / "sql/signups.sql").read_text("utf-8")
    assert workspace.metrics["signups"].query == {"query": text}
    assert workspace.files["sql/signups.sql"] == text


def test_dau_is_read_as_written(workspace: Workspace) -> None:
    dau = workspace.metrics["dau"]
    assert dau.refresh == Refresh("daily 06:10", cron="10 6 * * *")
    assert dau.actual == Actual("mean", 7, "7d mean")
    assert (dau.settles_in, dau.late_by, dau.stale_after, dau.history) == (3, 0, 2, 400)
    assert (dau.expect.fresh_within, dau.expect.between) == (108_000, (10_000, 500_000))
    assert (dau.expect.max_change, dau.expect.change_against) == (0.4, "same weekday")


def test_retention_matures_and_its_source_restates(workspace: Workspace) -> None:
    retention = workspace.metrics["d7_retention"]
    assert (retention.matures_in, retention.late_by, retention.settles_in) == (7, 7, 3)
    assert retention.query == {"standard": "retention", "day": 7, "start_event": "sign_up"}
    assert retention.pooled


def test_the_cycle_has_its_days_and_limits(workspace: Workspace) -> None:
    cycle = workspace.cycles["2026-q4"]
    assert cycle.span == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert (cycle.freeze, cycle.status) == (date(2026, 10, 15), StatusRule("forecast", 0.7, 0.3))


def test_an_objective_names_its_parent_in_full(workspace: Workspace) -> None:
    assert workspace.objectives["2026-q4/growth"].parent == "2026-q4/company"


def test_a_goal_with_a_measured_baseline_and_dated_points(workspace: Workspace) -> None:
    goal = workspace.key_results["2026-q4/dau-50k"]
    september = Span(date(2026, 8, 31), date(2026, 9, 27))
    assert goal.baseline == Baseline(
        "mean", span=september, about=41_800, text=goal.baseline.text if goal.baseline else ""
    )
    assert goal.target == Target("reach", 50_000, text="50,000")
    assert goal.pace == Pace(
        "points",
        (PacePoint(date(2026, 11, 1), 43_500), PacePoint(date(2026, 12, 15), 49_000)),
        text="points",
    )
    assert goal.amendments == (
        Amendment(
            date(2026, 10, 20), 48_000, 50_000, "Android launch moved into this quarter", "mara"
        ),
    )


def test_minutes_are_seconds_of_a_duration(workspace: Workspace) -> None:
    goal = workspace.key_results["2026-q4/sessions-9min"]
    assert goal.target == Target("reach", 540, text="9 min")
    assert goal.baseline == Baseline("fixed", value=432, text="7.2 min")
    assert goal.title == "Average session duration"


def test_percents_are_shares_of_a_ratio(workspace: Workspace) -> None:
    goal = workspace.key_results["2026-q4/d7-38"]
    assert (goal.target and goal.target.value, goal.baseline and goal.baseline.value) == (
        0.38,
        0.314,
    )
    assert goal.depends_on == ("2026-q4/onboarding-checklist",)


def test_a_guardrail_has_a_limit_and_no_baseline(workspace: Workspace) -> None:
    goal = workspace.key_results["2026-q4/crash-free"]
    assert (goal.type, goal.baseline) == (KeyResultType.KEEP_ABOVE, None)
    assert goal.target == Target("reach", 0.998, text="99.8%")


def test_milestones_are_dated_steps(workspace: Workspace) -> None:
    goal = workspace.key_results["2026-q4/onboarding-checklist"]
    assert goal.milestones == (
        Milestone("Live for 10% of new teams", date(2026, 10, 20), date(2026, 10, 19)),
        Milestone("Live for every team", date(2026, 11, 28)),
    )
    assert (goal.metric, goal.target) == (None, None)


def test_messages_are_kept_as_plain_tables(workspace: Workspace) -> None:
    assert workspace.sections["digests"]["weekly"]["send"] == "weekly mon 09:00"
    assert workspace.sections["governance"]["max_key_results"] == 5


def test_the_kept_texts_give_the_same_workspace_again(workspace: Workspace) -> None:
    assert parse(workspace.files, folder=FIELDNOTE) == workspace


def test_the_digest_follows_every_text() -> None:
    files = fieldnote()
    before = parse(files, folder=FOLDER).digest
    files["sql/signups.sql"] += "\n"
    assert parse(files, folder=FOLDER).digest != before


def test_every_value_and_key_has_a_place(workspace: Workspace) -> None:
    places = workspace.places
    value = places["key_results", "2026-q4/d7-38", "target"]
    key = places["key_results", "2026-q4/d7-38", "target", "="]
    assert (str(value), value.column, value.width) == ("okrs/2026-q4.toml:70", 10, 5)
    assert (str(key), key.column, key.width) == ("okrs/2026-q4.toml:70", 1, 6)
    assert str(places["metrics", "dau", "query"]) == "metrics.toml:10"
    assert str(places["cycles", "2026-q4"]) == "okrs/2026-q4.toml:6"
    assert places.get(("metrics", "none")) is None
