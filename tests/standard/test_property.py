"""Every standard metric with any options over any log is what the slow reference says it is.

The default suite draws a few logs; `-m soak` draws five hundred and more for each engine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.standard.engines import KINDS, Engine, duckdb_engine, sqlite_engine
from tests.standard.reference import Answer, Event, Log, compute

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("America/Santiago", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "Asia/Tehran"),
)
EPOCHS = (
    *(datetime(2026, 3, 27, tzinfo=UTC), datetime(2025, 10, 24, tzinfo=UTC)),
    *(datetime(2026, 4, 3, tzinfo=UTC), datetime(2011, 12, 28, tzinfo=UTC)),
    *(datetime(2026, 9, 4, tzinfo=UTC), datetime(2026, 1, 30, tzinfo=UTC)),
)
"""Around changes of the clock, the day that Samoa skipped, and the end of a short month."""

WHO = st.sampled_from(["ann", "Ann", "bob", "cy", "dee", "o'neil", "anonymous", "", None])
WHAT = st.sampled_from(["view", "view", "buy", "sign_up", "View"])
PLATFORM = st.sampled_from(["web", "ios", None])
LOGS = int(os.environ.get("KRTRACKER_LOGS", "15"))
MANY_LOGS = int(os.environ.get("KRTRACKER_LOGS", "500"))


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Bursts of events in a few weeks around a change of the clock, and a window among them."""
    epoch, zone = draw(st.sampled_from(EPOCHS)), draw(st.sampled_from(ZONES))
    reach = draw(st.sampled_from([3, 12, 45]))
    events = []
    for _ in range(draw(st.integers(0, 14))):
        at = epoch + timedelta(minutes=draw(st.integers(-reach * 1440, reach * 1440)))
        user, session = draw(WHO), draw(st.sampled_from(["s1", "s2", None]))
        for _ in range(draw(st.integers(1, 4))):
            columns = {"platform": draw(PLATFORM)}
            events.append(Event(user, at, draw(WHAT), session, columns))
            at += draw(st.sampled_from(STEPS))
    first = epoch.date() + timedelta(days=draw(st.integers(-reach, reach)))
    last = first + timedelta(days=draw(st.sampled_from([0, 2, 6, 35])))
    created = [(f"u{n}", epoch + timedelta(hours=n * 7)) for n in range(draw(st.integers(0, 3)))]
    users = draw(st.sampled_from([(), created])) if events else ()
    return Log(events, first, last, zone, ("anonymous",), users)


STEPS = (
    *(timedelta(0), timedelta(minutes=1, milliseconds=250), timedelta(minutes=30)),
    *(
        timedelta(minutes=30, milliseconds=1),
        timedelta(hours=5),
        timedelta(days=1),
        timedelta(days=7),
    ),
)


def chosen(**options: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these options, each left out more often than not."""
    parts = {name: st.sampled_from(values) for name, values in options.items()}
    return st.fixed_dictionaries({}, optional=parts)


FILTERS: Mapping[str, Any] = {
    "events": ["view", ["view", "buy"]],
    "exclude": ["buy", ["sign_up", "View"]],
    "where": [{"platform": "web"}, {"platform": ["web", "ios"]}, {"name": "view"}],
    "by": ["platform"],
}
SESSION: Mapping[str, Any] = {
    **FILTERS,
    "gap_minutes": [1, 45],
    "split_midnight": [True],
    "max_hours": [0.4, 3],
    "session_column": ["session_id"],
    "exclude_single": [True],
}
REACHES = st.sampled_from(
    [
        *({}, {"day": 1}, {"day": 3, "mode": "on_or_after"}, {"day": 1, "unit": "week"}),
        *({"mode": "bracket", "brackets": (0, 2)}, {"day": 1, "unit": "month"}),
        {"mode": "bracket", "brackets": (1, 6)},
    ]
)


def both(*parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda some: {k: v for one in some for k, v in one.items()})


ACTIVATION = both(
    st.just({"start_event": "view", "goal_event": "buy"}),
    chosen(**FILTERS, window_days=[1, 30], same_bucket=[True]),
)
RETENTION = both(
    REACHES,
    chosen(
        **FILTERS,
        cohort=["first_in_range", "recurring"],
        window=["rolling_24h", "calendar"],
        start_event=["sign_up", "view"],
        return_event=["view", ["buy", "view"]],
    ),
)
OPTIONS: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "dau": chosen(**FILTERS),
    "wau": st.one_of(
        chosen(**FILTERS, days=[1, 3]), chosen(window=["calendar"], week_start=["sunday"])
    ),
    "mau": st.one_of(chosen(**FILTERS, days=[28]), chosen(**FILTERS, window=["calendar"])),
    "stickiness": chosen(**FILTERS, numerator=["wau"], denominator=["wau", "mau"], days=[28]),
    "sessions": chosen(**SESSION),
    "session_duration": chosen(**SESSION, statistic=["median", "p90"], cap_minutes=[1, 20]),
    "bounce_rate": chosen(**SESSION),
    "events_per_session": chosen(**SESSION),
    "retention": RETENTION,
    "sign_ups": chosen(
        events=["view", ["buy", "sign_up"]],
        by=["platform"],
        count=["users", "events", "first_ever"],
    ),
    "new_users": chosen(**FILTERS),
    "activation": ACTIVATION,
    "conversion": ACTIVATION,
    "growth": chosen(
        events=["view"], interval=["week", "month"], churn_after=[2, 3], week_start=["sunday"]
    ),
    "event_count": chosen(**FILTERS),
}
ASKS = st.tuples(
    *(st.tuples(st.just(name), options) for name, options in OPTIONS.items()),
    *(st.tuples(st.just("retention"), RETENTION) for _ in range(3)),
    *(st.tuples(st.just("session_duration"), OPTIONS["session_duration"]) for _ in range(2)),
)


def agree(given: Answer, wanted: Answer) -> bool:
    """The same days, segments and weights, and values to 1e-9."""
    return given.keys() == wanted.keys() and all(
        abs(value - wanted[key][0]) <= 1e-9 and weight == wanted[key][1]
        for key, (value, weight) in given.items()
    )


def check(engine: Engine, log: Log, asks: Any) -> None:
    # A users table is asked for its own columns, and the log's have none but the two.
    asks = [one for one in asks if not (log.users and one[0] == "sign_ups" and "by" in one[1])]
    engine.load(log)
    for (standard, options), answer in zip(asks, engine.answers(log, *asks), strict=True):
        wanted = compute(log, standard, **options)
        assert agree(answer, wanted), (
            standard,
            options,
            sorted(answer.items()),
            sorted(wanted.items()),
        )


def shown_once(log: Log, zone: str) -> Log:
    """The log without events whose clock time a zone shows twice."""
    place = ZoneInfo(zone)
    events = [e for e in log.events if not e.at.astimezone(place).fold]
    users = [one for one in log.users if not one[1].astimezone(place).fold]
    return Log(events, log.first, log.last, log.zone, log.placeholders, users)


def plan(many: int) -> settings:
    return settings(
        max_examples=many,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def embedded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    makers = {"sqlite": sqlite_engine, "duckdb": duckdb_engine}
    folder: Path = tmp_path_factory.mktemp("property")
    return makers[request.param](folder)


@plan(LOGS)
@given(log=logs(), asks=ASKS)
def test_every_metric_is_what_the_reference_says(embedded: Engine, log: Log, asks: Any) -> None:
    check(embedded, log, asks)


@pytest.mark.soak
@plan(MANY_LOGS)
@given(log=logs(), asks=ASKS)
def test_every_metric_of_many_logs_is_what_the_reference_says(
    embedded: Engine, log: Log, asks: Any
) -> None:
    check(embedded, log, asks)


@plan(LOGS)
@given(log=logs(), asks=ASKS, pick=st.integers(0, 9), local=st.sampled_from(ZONES))
def test_however_instants_are_stored(
    embedded: Engine, log: Log, asks: Any, pick: int, local: str
) -> None:
    kinds = sorted(KINDS[embedded.name])
    kind = kinds[pick % len(kinds)]
    zone = local if kind in {"naive", "text"} else "UTC"
    check(embedded.stored_as(kind, zone), shown_once(log, zone), asks)


@plan(max(3, LOGS // 10))
@given(log=logs(), asks=ASKS)
def test_every_other_engine_says_the_same(engine: Engine, log: Log, asks: Any) -> None:
    if engine.name not in {"sqlite", "duckdb"}:
        check(engine, log, asks)


@plan(max(3, LOGS // 10))
@given(log=logs(), asks=ASKS, pick=st.integers(0, 9), local=st.sampled_from(ZONES))
def test_every_other_engine_however_instants_are_stored(
    engine: Engine, log: Log, asks: Any, pick: int, local: str
) -> None:
    kinds = sorted(KINDS[engine.name])
    kind = kinds[pick % len(kinds)]
    zone = local if kind in {"naive", "text"} else "UTC"
    if engine.name not in {"sqlite", "duckdb"}:
        check(engine.stored_as(kind, zone), shown_once(log, zone), asks)


def test_a_growth_of_the_slow_reference_keeps_both_identities() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    rows = [Event(f"u{n % 5}", at + timedelta(days=n * 3 % 11)) for n in range(25)]
    log = Log(rows, date(2026, 3, 2), date(2026, 3, 12))
    growth, users = compute(log, "growth"), compute(log, "dau")
    for (day, _), (active, _) in users.items():
        parts = {name: growth[day, name][0] for name in ("new", "retained", "resurrected")}
        assert sum(parts.values()) == active
        before = users.get((day - timedelta(days=1), ""), (0.0, None))[0]
        if day > log.first:
            assert before == growth[day, "retained"][0] + growth[day, "churned"][0]
