"""Who came back is found by reading events once, not once a user, whatever indexes there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from krtracker.connector import Answer
from tests.standard.engines import Engine, opened
from tests.standard.reference import Log

USERS, TIMES, STEP = 8_000, 8, 270
"""Every user is seen eight times, each time 25 days after the last: 8,000 x 270 seconds."""

EVENTS, FIRST = USERS * TIMES, date(2026, 1, 1)
LOG = Log([], FIRST, FIRST + timedelta(days=199))
ROWS = {
    "sqlite": f"select 'u' || (n % {USERS}), datetime('{FIRST}', (n * {STEP}) || ' seconds'),"
    " 'view' from (with recursive s(n) as (select 0 union all select n + 1 from s"
    f" where n < {EVENTS - 1}) select n from s) as numbers",
    "postgresql": f"select 'u' || (n % {USERS}), timestamp '{FIRST}' + n * interval '{STEP} s',"
    f" 'view' from generate_series(0, {EVENTS - 1}) as numbers(n)",
    "mariadb": f"select concat('u', seq % {USERS}), cast('{FIRST}' as datetime)"
    f" + interval seq * {STEP} second, 'view' from seq_0_to_{EVENTS - 1}",
}
KINDS = {"sqlite": "text", "postgresql": "timestamp", "mariadb": "datetime"}


@pytest.fixture(params=sorted(ROWS))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """64,000 events indexed by time alone, behind a view of which a planner knows little."""
    made = opened(request.param, tmp_path, request.getfixturevalue)
    made.run(
        *("drop table if exists events", "drop table if exists held"),
        f"create table held (user_id varchar(9), ts {KINDS[made.name]}, name varchar(9))",
        f"insert into held {ROWS[made.name]}",
        "create index by_time on held (ts)",
        "create view events as select user_id, ts,"
        " case when name = 'nothing' then 'less' else name end as name from held",
    )
    yield made
    made.run("drop view events", "drop table held")


def test_users_who_came_back_are_not_looked_for_one_by_one(engine: Engine) -> None:
    back = {"day": 25, "events": "view"}
    (given,) = engine.fetch(LOG, ("retention", back), seconds=20)
    assert isinstance(given, Answer), given
    entered = [FIRST + timedelta(days=n) for n in range(25)]
    assert [(one.day, one.value, one.weight) for one in given.points] == [
        (day, 1.0, 86400 / STEP) for day in entered
    ]
