"""What a careful person would write by hand: the peer that collecting is measured against.

SQLAlchemy rows, one bulk insert, insert-if-changed, history kept; no evaluation, no publishing.
`python -m tests.bench.collecting_script FOLDER METRICS`: backfills, then collects day by day, and
prints the CPU seconds of the backfill and of each day.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from sqlalchemy import create_engine, text

from tests.bench import events_source
from tests.bench.events_source import FIRST, LAST, NEXT, WINDOW, a_day_passes
from tests.bench.measured import spent

TABLE = """
create table if not exists observations (
    metric varchar, day date, value double, recorded_at timestamptz
)
"""
INSERT = """
insert into observations
with pulled as (
    select unnest($metrics) as metric, unnest($days)::date as day, unnest($values) as value
), latest as (
    select metric, day, arg_max(value, recorded_at) as value
    from   observations where day between $first and $last group by all
)
select pulled.metric, pulled.day, pulled.value, $now
from   pulled left join latest using (metric, day)
where  latest.value is distinct from pulled.value
order  by pulled.metric, pulled.day
"""


def collect(source: str, target: str, *, metrics: int, first: date, last: date) -> None:
    pulled: tuple[list[str], list[str], list[float]] = ([], [], [])
    window = {"start": str(first), "end": str(last + timedelta(days=1))}
    engine = create_engine(f"sqlite:///{source}")
    with engine.connect() as connection:
        for name, query in events_source.metrics(metrics).items():
            for day, value in connection.execute(text(query), window):
                pulled[0].append(name)
                pulled[1].append(day)
                pulled[2].append(float(value))
    with duckdb.connect(target) as store:
        store.execute(TABLE)
        columns = dict(zip(("metrics", "days", "values"), pulled, strict=True))
        now = datetime.combine(last, datetime.max.time(), UTC)
        store.execute(INSERT, columns | {"first": first, "last": last, "now": now})


if __name__ == "__main__":
    here, number = Path(sys.argv[1]), int(sys.argv[2])
    source, target = str(here / "events.sqlite"), str(here / "script.duckdb")
    collect(source, target, metrics=number, first=FIRST, last=LAST)
    backfill = spent()
    days = []
    for day in NEXT:
        a_day_passes(here / "events.sqlite", day)
        before = spent()
        collect(source, target, metrics=number, first=day - WINDOW, last=day)
        days.append(spent() - before)
    print(backfill, *days)
