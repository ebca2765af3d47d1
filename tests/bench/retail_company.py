"""A real shop as a workspace: its invoice lines in a database, its configuration as files."""

from __future__ import annotations

import io
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.bench import retail_peer

FIRST, LAST = date(2009, 12, 1), date(2011, 12, 9)
CYCLES = {
    "2010-q4": (date(2010, 10, 1), date(2010, 12, 31)),
    "2011-q1": (date(2011, 1, 1), date(2011, 3, 31)),
    "2011-q2": (date(2011, 4, 1), date(2011, 6, 30)),
    "2011-q3": (date(2011, 7, 1), date(2011, 9, 30)),
    "2011-q4": (date(2011, 10, 1), date(2011, 12, 31)),
}
WEEK = [1.0, 1.0, 1.0, 1.2, 0.9, 0.0, 0.7]
TABLE = """
create table lines (
    invoice text, stock_code text, quantity integer, at {time}, price double precision,
    customer integer, country text
)
"""
COLUMNS = ["Invoice", "StockCode", "Quantity", "at", "Price", "customer", "Country"]


def invoice_file() -> Path:
    """The real data; skips where it is absent."""
    shared = os.environ.get("KRTRACKER_SHARED")
    folder = Path(shared) if shared else Path(__file__).parents[3] / "shared" / "data"
    path = folder / "online_retail.csv.xz"
    if not path.is_file():
        pytest.skip(f"no real data at {path}; set KRTRACKER_SHARED to the folder that holds it")
    return path


def fill_sqlite(lines: pd.DataFrame, path: Path) -> str:
    """Loads the lines into SQLite and returns the URL."""
    rows = lines[COLUMNS].copy()
    rows["at"] = rows["at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    rows["customer"] = rows["customer"].astype(object).where(rows["customer"].notna(), None)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(TABLE.format(time="text"))
        database.executemany("insert into lines values (?, ?, ?, ?, ?, ?, ?)", rows.values.tolist())
        database.execute("create index lines_at on lines (at)")
    return f"sqlite:///{path}"


def fill_postgres(lines: pd.DataFrame, dsn: str) -> None:
    """Loads the lines into PostgreSQL by COPY."""
    import psycopg

    text = io.StringIO()
    lines[COLUMNS].to_csv(text, index=False, header=False)
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists lines")
        cursor.execute(TABLE.format(time="timestamp").encode())
        with cursor.copy("copy lines from stdin with (format csv)") as copy:
            copy.write(text.getvalue())
        cursor.execute("create index lines_at on lines (at)")


@dataclass(frozen=True)
class Shop:
    """One workspace over one database; `day` is how its SQL says the civil day of `at`."""

    folder: Path
    url: str
    day: str

    def write(self) -> Path:
        """Writes the configuration and returns its path."""
        (self.folder / "okrs").mkdir(parents=True, exist_ok=True)
        self._put("krtracker.toml", WORKSPACE)
        self._put("metrics.toml", METRICS.replace("DAY", self.day))
        for cycle, (start, end) in CYCLES.items():
            self._put(f"okrs/{cycle}.toml", OKRS.format(id=cycle, start=start, end=end, week=WEEK))
        return self.folder / "krtracker.toml"

    def _put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


WORKSPACE = """\
name = "A British online shop"
timezone = "Europe/London"
include = ["metrics.toml", "okrs/*.toml"]

[sources.shop]
connector = "sql"
url = "${env:SHOP_URL}"
"""

METRICS = '''\
[metrics.active]
title = "Daily active customers"
kind = "count"
source = "shop"
additive = false
query = """
with bought as (
    select DAY as day, country, customer
    from   lines
    where  at >= :start and at < :end and invoice not like 'C%' and customer is not null
)
select day, '' as segment, count(distinct customer) as value from bought group by 1
union  all
select day, country as segment, count(distinct customer) as value from bought group by 1, 2
"""

[metrics.new_customers]
title = "New customers"
kind = "count"
source = "shop"
missing = "zero"
actual = "28d run rate"
query = """
select day, count(*) as value
from (
    select customer, min(DAY) as day
    from   lines
    where  customer is not null and invoice not like 'C%'
    group  by 1
) as firsts
where  day >= :start and day < :end
group  by 1
"""

[metrics.orders]
title = "Orders"
kind = "count"
source = "shop"
missing = "zero"
actual = "cycle sum"
query = """
select DAY as day, count(distinct invoice) as value
from   lines
where  at >= :start and at < :end and invoice not like 'C%'
group  by 1
"""

[metrics.revenue]
title = "Revenue"
kind = "money"
unit = "GBP"
source = "shop"
missing = "zero"
actual = "cycle sum"
query = """
select DAY as day, sum(quantity * price) as value
from   lines
where  at >= :start and at < :end
group  by 1
"""

[metrics.cancellations]
title = "Cancellation rate"
kind = "ratio"
source = "shop"
better = "down"
actual = "28d weighted mean"
query = """
select DAY as day,
       count(distinct case when invoice like 'C%' then invoice end) as numerator,
       count(distinct invoice) as denominator
from   lines
where  at >= :start and at < :end
group  by 1
"""
'''

OKRS = """\
[cycle]
id = "{id}"
start = {start}
end = {end}

[cycle.status]
by = "pace"

[objectives.shop]
title = "A shop that people come back to"
level = "company"

[key_results.active-60]
objective = "shop"
metric = "active"
target = 60

[key_results.active-up]
objective = "shop"
metric = "active"
actual = "28d mean"
baseline = "previous 28d"
target = "+25%"

[key_results.germans]
objective = "shop"
title = "German customers a day"
metric = "active"
segment = "Germany"
actual = "last 10"
baseline = 1.5
target = 3

[key_results.new-customers]
objective = "shop"
metric = "new_customers"
baseline = 100
target = 160

[key_results.orders]
objective = "shop"
metric = "orders"
baseline = 0
target = 5_500
pace = {{ weekday = {week} }}

[key_results.orders-up]
objective = "shop"
metric = "orders"
baseline = "previous cycle"
target = "+10%"

[key_results.revenue-up]
objective = "shop"
metric = "revenue"
baseline = "same period last year"
target = "+25%"

[key_results.cancellations-half]
objective = "shop"
metric = "cancellations"
baseline = "previous 28d"
target = "-50% relative"

[key_results.cancellations-2pp]
objective = "shop"
metric = "cancellations"
baseline = "previous 28d"
target = "-2 pp"
"""


def peer(lines: pd.DataFrame, cycle: str) -> retail_peer.Peer:
    start, end = (pd.Timestamp(day) for day in CYCLES[cycle])
    return retail_peer.Peer(retail_peer.daily(lines), start, end)


def peer_answers(one: retail_peer.Peer, day: date) -> dict[str, retail_peer.Expected]:
    """What pandas says of every key result at the end of `day`, by short id."""
    at = pd.Timestamp(day)
    before = one.start - pd.DateOffset(months=3)
    return {
        "active-60": one.active(at, 60),
        "active-up": one.active_up(at, 25),
        "germans": one.germans(at, 3),
        "new-customers": one.new_rate(at, 100, 160),
        "orders": one.orders(at, 5_500, WEEK),
        "orders-up": one.orders_up(at, 10, before),
        "revenue-up": one.revenue(at, 25),
        "cancellations-half": one.cancellations_half(at, -50),
        "cancellations-2pp": one.cancellations_points(at, -2),
    }


TOTALS = {"orders", "orders-up", "revenue-up"}
