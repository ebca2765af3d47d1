"""The standard metrics of the retail invoices as SQL written by hand; knows of krtracker nothing.

One plain dialect for SQLite, DuckDB and PostgreSQL: days are counted from 1970 and months from the
year 0; only `DAY`, `MONTH` and `CLOCK` (seconds the shop's clock shows) are written per engine.
"""

from __future__ import annotations

from collections.abc import Mapping

DAYS_APART = "(cast(moment as date) - date '1970-01-01')"
WRITTEN: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "DAY": "(strftime('%s', date(moment)) / 86400)",
        "MONTH": "(strftime('%Y', moment) * 12 + strftime('%m', moment) - 1)",
        "CLOCK": "cast(strftime('%s', moment) as integer)",
    },
    "duckdb": {
        "DAY": DAYS_APART,
        "MONTH": "(year(moment) * 12 + month(moment) - 1)",
        "CLOCK": "cast(epoch(moment) as bigint)",
    },
    "postgres": {
        "DAY": DAYS_APART,
        "MONTH": "cast(extract(year from moment) * 12 + extract(month from moment) - 1 as integer)",
        "CLOCK": "cast(extract(epoch from moment) as bigint)",
    },
}

PREPARED = (
    # Summer time of London is an hour ahead: seconds are those of one clock for the whole year.
    """
    create temporary table dated as
    select DAY as day, MONTH as month, customer, country, invoice,
           case when invoice like 'C%' then 'cancelled' else 'bought' end as what,
           CLOCK - case when moment >= '2010-03-28 01:00:00' and moment < '2010-10-31 02:00:00'
                          or moment >= '2011-03-27 01:00:00' and moment < '2011-10-30 02:00:00'
                        then 3600 else 0 end as second
    from   (select lines.*, "at" as moment from lines) as told
    """,
    "create temporary table open_days as select distinct day from dated",
    """
    create temporary table bought as
    select * from dated where what = 'bought' and customer is not null
    """,
    "create temporary table active as select distinct day, month, customer from bought",
    "create index active_by_customer on active (customer, day)",
    "create temporary table months as select distinct month, customer from bought",
    "create index months_by_customer on months (customer, month)",
    """
    create temporary table cancelled as
    select customer, second from dated where what = 'cancelled' and customer is not null
    """,
    "create index cancelled_by_customer on cancelled (customer, second)",
    """
    create temporary table firsts as
    select customer, min(day) as day, min(month) as month from bought group by customer
    """,
    """
    create temporary table calendar as
    with recursive days(day) as
        (select FIRST union all select day + 1 from days where day < LAST)
    select day from days
    """,
    """
    create temporary table reached as
    select calendar.day,
           count(distinct case when active.day = calendar.day then customer end) as today,
           count(distinct case when active.day > calendar.day - 7 then customer end) as week,
           count(distinct customer) as month
    from   calendar left join active
           on active.day > calendar.day - 30 and active.day <= calendar.day
    group  by calendar.day
    """,
    """
    create temporary table steps as
    select customer, day, second,
           case when second - lag(second) over (partition by customer order by second) <= 1800
                then 0 else 1 end as opens
    from   bought
    """,
    """
    create temporary table sessions as
    with numbered as (
        select *, sum(opens) over (partition by customer order by second, opens desc
                                   rows unbounded preceding) as number
        from   steps
    )
    select customer, min(day) as day, max(second) - min(second) as seconds, count(*) as events
    from   numbered
    group  by customer, number
    """,
)

OPEN = "or day in (select day from open_days)"
TRAILING = f"select day, COUNTED from reached where COUNTED > 0 {OPEN}"
SESSIONS = "select day, {}, count(*) from sessions group by day"
RETURNED = """
select cohort.day, 1.0 * count(distinct back.customer) / count(distinct cohort.customer),
       count(distinct cohort.customer)
from   {cohort} cohort left join active back
       on back.customer = cohort.customer and back.day - cohort.day {within}
group  by cohort.day
"""
GROWN = """
select {unit}, 'new', count(*) from firsts group by {unit}
union  all
select now.{unit}, 'retained', count(before.customer)
from   {active} now left join {active} before
       on before.customer = now.customer and before.{unit} = now.{unit} - 1
group  by now.{unit}
union  all
select before.{unit} + 1, 'churned', sum(case when now.customer is null then 1 else 0 end)
from   {active} before left join {active} now
       on now.customer = before.customer and now.{unit} = before.{unit} + 1
group  by before.{unit}
union  all
select now.{unit}, 'resurrected',
       sum(case when before.customer is null and firsts.{unit} < now.{unit} then 1 else 0 end)
from   {active} now join firsts on firsts.customer = now.customer
       left join {active} before
       on before.customer = now.customer and before.{unit} = now.{unit} - 1
group  by now.{unit}
"""

BY_HAND: Mapping[str, str] = {
    "dau": TRAILING.replace("COUNTED", "today"),
    "wau": TRAILING.replace("COUNTED", "week"),
    "mau": TRAILING.replace("COUNTED", "month"),
    "mau of months": "select month, count(distinct customer) from active group by month",
    "stickiness": "select day, 1.0 * today / month, month from reached where month > 0",
    "dau by country": "select day, country, count(distinct customer) from bought group by 1, 2",
    "dau of Germany": """
        select open_days.day, count(distinct customer)
        from   open_days left join bought
               on bought.day = open_days.day and country = 'Germany'
        group  by open_days.day
    """,
    "new users": f"""
        select calendar.day, count(customer)
        from   calendar left join firsts on firsts.day = calendar.day
        group  by calendar.day
        having count(customer) > 0 {OPEN.replace("day in", "calendar.day in")}
    """,
    "buyers": """
        select open_days.day, count(distinct customer)
        from   open_days left join bought on bought.day = open_days.day
        group  by open_days.day
    """,
    "lines": "select day, count(*) from dated group by day",
    "cancelled lines": """
        select day, sum(case when what = 'cancelled' then 1 else 0 end) from dated group by day
    """,
    "sessions": """
        select open_days.day, count(sessions.day)
        from   open_days left join sessions on sessions.day = open_days.day
        group  by open_days.day
    """,
    "seconds of sessions": SESSIONS.format("1.0 * sum(seconds) / count(*)"),
    "lines of sessions": SESSIONS.format("1.0 * sum(events) / count(*)"),
    "bounces": SESSIONS.format("1.0 * sum(case when events = 1 then 1 else 0 end) / count(*)"),
    "median of sessions": """
        with placed as (
            select day, seconds, count(*) over (partition by day) as many,
                   row_number() over (partition by day order by seconds) as place
            from   sessions
        )
        select day, 1.0 * sum(seconds) / count(*), max(many)
        from   placed
        where  2 * place between many and many + 2
        group  by day
    """,
    "back on day 7": RETURNED.format(cohort="firsts", within="= 7"),
    "back after 30 days": RETURNED.format(cohort="firsts", within=">= 30"),
    "back in the fourth week": RETURNED.format(cohort="firsts", within="between 28 and 34"),
    "any day's buyers back on day 7": RETURNED.format(cohort="active", within="= 7"),
    "cancelled in 30 days": """
        with entered as (
            select day, customer, min(second) as second from bought group by day, customer
        )
        select entered.day,
               1.0 * count(distinct cancelled.customer) / count(distinct entered.customer),
               count(distinct entered.customer)
        from   entered left join cancelled
               on cancelled.customer = entered.customer
               and cancelled.second >= entered.second
               and cancelled.second < entered.second + 30 * 86400
        group  by entered.day
    """,
    "growth by day": GROWN.format(unit="day", active="active"),
    "growth by month": GROWN.format(unit="month", active="months"),
}
"""Day (or month), the segment where there is one, value, and the weight of what has one."""
