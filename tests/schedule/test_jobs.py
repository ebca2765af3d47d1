"""Jobs: how metrics are grouped, and what a job's body does when a source is down or a job breaks.

Bodies are driven directly; the one-off retries they set stay in a scheduler that is not started.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from krtracker.model import Actual, Kind, Metric, Outcome, Refresh, Workspace
from krtracker.schedule import Happening, Job, Schedule, attempt, plan_jobs
from krtracker.schedule.jobs import background_scheduler, next_try

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
DAILY = Refresh("daily 06:10", cron="10 6 * * *")
HOURLY = Refresh("hourly", cron="0 * * * *")
OFTEN = Refresh("every 5 s", every_seconds=5)
JOB = Job("shop: daily 06:10 (UTC)", "shop", "UTC", DAILY, ("dau", "orders"))


def metric(name: str, source: str = "shop", zone: str = "UTC", refresh: Refresh = DAILY) -> Metric:
    return Metric(name, name, Kind.COUNT, source, zone, refresh, Actual("mean", 7, "7d mean"))


def workspace(*metrics: Metric) -> Workspace:
    here = Path("/nowhere")
    return Workspace(
        folder=here,
        file=here / "krtracker.toml",
        name="Fieldnote",
        zone="UTC",
        store_path=here / "data" / "krtracker.duckdb",
        digest="d",
        metrics={one.id: one for one in metrics},
    )


@dataclass(frozen=True)
class Failure:
    metric: str
    outcome: Outcome = Outcome.UNAVAILABLE
    message: str = "connection refused"
    retry_after: float | None = None


@dataclass(frozen=True)
class Answered:
    failed: tuple[Failure, ...] = ()


@dataclass
class Desk:
    """The life of a daemon as a job sees it: answers given in turn, a clock that is set by hand."""

    answers: list[Answered | Exception] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    heard: list[Happening] = field(default_factory=list)
    clock: datetime = NOW

    def run(self, metrics: tuple[str, ...]) -> Answered:
        self.asked.append(metrics)
        answer = self.answers.pop(0) if self.answers else Answered()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def schedule(self) -> Schedule:
        return Schedule(
            self.run, self.heard.append, now=lambda: self.clock, uniform=lambda low, high: high
        )

    def kinds(self) -> list[str]:
        return [one.kind for one in self.heard]


def test_metrics_of_one_source_rhythm_and_zone_are_asked_together() -> None:
    jobs = plan_jobs(
        workspace(
            metric("dau"),
            metric("orders"),
            metric("revenue", zone="Europe/Berlin"),
            metric("visits", source="ga4"),
            metric("live", refresh=HOURLY),
        )
    )
    assert [(one.source, one.zone, one.refresh.text, one.metrics) for one in jobs] == [
        ("shop", "UTC", "daily 06:10", ("dau", "orders")),
        ("shop", "Europe/Berlin", "daily 06:10", ("revenue",)),
        ("ga4", "UTC", "daily 06:10", ("visits",)),
        ("shop", "UTC", "hourly", ("live",)),
    ]
    assert len({one.id for one in jobs}) == 4


def test_a_manual_metric_has_no_job() -> None:
    assert plan_jobs(workspace(metric("nps", source="manual"))) == ()


def test_a_metric_that_follows_from_others_has_no_job() -> None:
    formula = replace(metric("stickiness"), formula="dau / mau")
    assert plan_jobs(workspace(formula)) == ()


def test_a_standard_metric_is_asked_as_any_other() -> None:
    standard = replace(metric("active"), standard="dau")
    (job,) = plan_jobs(workspace(metric("orders"), standard))
    assert job.metrics == ("orders", "active")


def test_a_job_asks_its_metrics_once_and_tells_of_start_and_end() -> None:
    desk = Desk()
    desk.schedule().slot(JOB)
    assert desk.asked == [("dau", "orders")]
    assert desk.kinds() == ["started", "ended"]


def test_an_unavailable_metric_alone_is_retried_inside_the_slot() -> None:
    desk = Desk([Answered((Failure("orders"),))])
    desk.schedule().slot(JOB)
    assert desk.heard[-1] == Happening(
        "retry", JOB.id, ("orders",), "connection refused", NOW + timedelta(seconds=60)
    )


@pytest.mark.parametrize(
    "outcome", [Outcome.REJECTED, Outcome.CRASHED, Outcome.UNEXPECTED, Outcome.VANISHED]
)
def test_only_unavailable_is_retried(outcome: Outcome) -> None:
    desk = Desk([Answered((Failure("orders", outcome),))])
    desk.schedule().slot(JOB)
    assert desk.kinds() == ["started", "ended"]


def test_the_third_try_of_a_slot_is_the_last() -> None:
    desk = Desk([Answered((Failure("orders"),))])
    desk.schedule().slot(JOB, 3)
    assert desk.kinds() == ["started", "ended"]


def test_a_pause_is_drawn_from_nothing_up_to_a_limit_that_doubles() -> None:
    until = NOW + timedelta(days=1)
    drawn: list[tuple[float, float]] = []

    def lowest(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    assert next_try(1, None, now=NOW, until=until, uniform=lowest) == NOW
    assert next_try(2, None, now=NOW, until=until, uniform=lowest) == NOW
    assert next_try(3, None, now=NOW, until=until, uniform=lowest) is None
    assert drawn == [(0.0, 60.0), (0.0, 120.0)]


def test_a_short_slot_has_short_pauses_and_no_retry_after_its_end() -> None:
    five = NOW + timedelta(seconds=6)
    assert next_try(1, None, now=NOW, until=five, uniform=max) == NOW + timedelta(seconds=2)
    assert next_try(1, None, now=NOW, until=NOW, uniform=max) is None


def test_a_source_that_names_a_time_is_asked_then_and_not_before() -> None:
    """Retry-After of ten minutes under `every 5 s`: the slots until then ask nothing."""
    desk = Desk([Answered((Failure("dau", retry_after=600.0),))])
    schedule = desk.schedule()
    often = replace(JOB, refresh=OFTEN)
    schedule.slot(often)
    assert desk.heard[-1].at == NOW + timedelta(seconds=610)
    desk.clock = NOW + timedelta(seconds=5)
    schedule.slot(often)
    assert len(desk.asked) == 1
    assert desk.heard[-1].kind == "skipped"
    desk.clock = NOW + timedelta(seconds=615)
    schedule.slot(often)
    assert len(desk.asked) == 2


def test_a_source_that_asked_to_wait_holds_up_no_other_source() -> None:
    desk = Desk([Answered((Failure("dau", retry_after=600.0),))])
    schedule = desk.schedule()
    schedule.slot(JOB)
    schedule.slot(replace(JOB, id="ga4", source="ga4", metrics=("visits",)))
    assert desk.asked == [("dau", "orders"), ("visits",)]


def test_a_job_that_breaks_is_told_of_and_the_next_one_runs() -> None:
    desk = Desk([ZeroDivisionError("division by zero")])
    schedule = desk.schedule()
    schedule.slot(JOB)
    schedule.slot(JOB)
    assert desk.kinds() == ["started", "crashed", "started", "ended"]
    assert desk.heard[1].message == "ZeroDivisionError: division by zero"
    assert schedule.idle(0.0)


def test_attempt_says_whether_the_work_ended_well() -> None:
    told: list[Exception] = []
    broken = KeyError("x")

    def work() -> None:
        raise broken

    assert attempt(lambda: None, told.append)
    assert not attempt(work, told.append)
    assert told == [broken]


def test_a_stopped_schedule_takes_no_more_work() -> None:
    desk = Desk()
    schedule = desk.schedule()
    schedule.stop()
    schedule.slot(JOB)
    assert desk.asked == []


@pytest.fixture
def running() -> Iterator[tuple[Desk, Schedule]]:
    desk = Desk()
    schedule = desk.schedule()
    schedule.start()
    yield desk, schedule
    schedule.stop()


def test_a_job_that_stays_the_same_keeps_its_next_slot_through_a_reload(
    running: tuple[Desk, Schedule],
) -> None:
    _, schedule = running
    schedule.replace(workspace(metric("dau"), metric("live", refresh=HOURLY)))
    before = schedule.next_slots()
    schedule.replace(workspace(metric("dau")))
    assert schedule.next_slots() == {name: at for name, at in before.items() if "daily" in name}


def test_a_source_that_hangs_leaves_the_others_running() -> None:
    """The work of `hung` waits for what only the work of `shop` can give."""
    other_ran, ended = threading.Event(), threading.Event()

    def run(metrics: tuple[str, ...]) -> Answered:
        if metrics == ("stuck",):
            assert other_ran.wait(10)
            ended.set()
        else:
            other_ran.set()
        return Answered()

    heard: list[Happening] = []
    schedule = Schedule(run, heard.append, now=lambda: datetime.now(UTC))
    schedule.replace(workspace(metric("stuck", source="hung"), metric("dau")))
    schedule.start()
    schedule.soon(("stuck",))
    schedule.soon(("dau",))
    assert ended.wait(10)
    schedule.stop()
    assert schedule.idle(10)
    assert "crashed" not in [one.kind for one in heard]


def test_a_one_off_that_ends_while_the_schedule_stops_breaks_nothing() -> None:
    scheduler = background_scheduler({})
    scheduler.start()
    scheduler.shutdown(wait=False)
    assert scheduler.remove_job("now shop") is None


def test_a_job_nobody_knows_is_still_a_mistake_while_it_runs() -> None:
    scheduler = background_scheduler({})
    scheduler.start()
    with pytest.raises(LookupError):
        scheduler.remove_job("now shop")
    scheduler.shutdown(wait=False)
