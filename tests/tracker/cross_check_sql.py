"""Actual, baseline, target, progress and expected once more, in SQL over published views."""

from __future__ import annotations

GOALS = """
create temp macro parsed(text) as try_cast(regexp_extract(text, '-?[0-9.]+(e-?[0-9]+)?') as double);
create temp table obs as
select metric, day, coalesce(value, 0.0) as v, weight as w from krt.observations
where status = 'ok' and segment = '';
create temp table kr as
select key_result, metric, first_day as s, last_day as e, actual_rule as rule, baseline_rule as b,
       target_rule as t, pace, parsed(actual_rule) as size,
       (last_day - first_day + 1) as n_all,
       (select max(day) from obs o where o.metric = k.metric and o.day <= k.last_day) as d,
       (select count(w) > 0 from obs o where o.metric = k.metric) as pooled
from krt.key_results k where type = 'baseline-to-target';
"""

WINDOWS = """
create temp table windows as
select *,
    case when rule like 'cycle %' then s when rule like 'last %' then date '2000-01-01'
         when rule = 'last' then d else d - size::integer + 1 end as a_lo,
    case when b like 'previous%' then s - parsed(b)::integer
         when b like '% to %' then b[:10]::date
         when b = 'same period last year' then s - 364 end as b_lo,
    case when b like 'previous%' then s - 1
         when b like '% to %' then b[-10:]::date
         when b = 'same period last year' then e - 364 end as b_hi
from kr;
"""

# Each rule over its two windows: the actual's, and the baseline's as a whole.
TAKEN = """
create temp table taken as
with asked as (
    select key_result, metric, rule, size, pooled, a_lo as lo, d as hi, false as whole from windows
    union all
    select key_result, metric, rule, size, pooled, b_lo, b_hi, true from windows
    where b_lo is not null
), joined as (
    select a.*, o.day, o.v, o.w,
           row_number() over (partition by key_result, whole order by o.day desc) as place
    from asked a join obs o on o.metric = a.metric and o.day between a.lo and a.hi
)
select key_result, whole, count(*) as used, hi - lo + 1 as length,
    case when rule = 'cycle sum' then sum(v)
         when rule = 'cycle max' then max(v)
         when rule = 'cycle min' then min(v)
         when rule = 'cycle p90' then quantile_cont(v, 0.9)
         when rule = 'last' and whole then avg(v)
         when rule = 'last' then max(v) filter (day = hi)
         when rule like 'last %' then avg(v) filter (place <= size)
         when rule like '%weighted mean' then sum(v * w) / nullif(sum(w), 0)
         when rule like '%run rate' then avg(v) * 487 / 16
         else avg(v) end as value
from joined group by key_result, whole, rule, size, pooled, lo, hi;
"""

NUMBERS = """
create temp table numbers as
with measured as (
    select k.*,
        case when (rule like '%mean' or rule like '%run rate') and a.used < ceil(0.8 * size)
             then null else a.value end as actual,
        case when b_lo is null then parsed(b)
             when m.used < ceil(0.8 * m.length) and rule not like 'last %' then null
             when rule = 'cycle sum' then m.value * n_all / m.length
             else m.value end as baseline
    from windows k
    left join taken a on a.key_result = k.key_result and not a.whole
    left join taken m on m.key_result = k.key_result and m.whole
), aimed as (
    select *, case when rule = 'cycle sum' then 0.0 else baseline end as origin,
        case when origin is null then null
             when contains(t, '%') then baseline + abs(baseline) * parsed(t) / 100
             when t like '+%' then baseline + parsed(t) else parsed(t) end as target,
        (d - s + 1)::double / n_all as tau
    from measured
)
select *, (actual - origin) / (target - origin) as progress from aimed;
"""

PATHS = """
with weekdays as (
    select k.key_result, isodow(o.day) as dow, avg(o.v) as mean
    from numbers k join obs o on o.metric = k.metric and o.day between k.s - 56 and k.s - 1
    where k.pace = 'weekday' group by all
), due as (
    select k.key_result, sum(w.mean) filter (day <= k.d) / sum(w.mean) as share
    from (select *, unnest(generate_series(s, e, interval 1 day))::date as day from numbers
          where pace = 'weekday') k
    join weekdays w on w.key_result = k.key_result and w.dow = isodow(day) group by all
), before as (
    select k.key_result, sum(o.v) filter (o.day <= k.d - 364) / sum(o.v) as share
    from numbers k join obs o on o.metric = k.metric and o.day between k.s - 364 and k.e - 364
    where k.pace = 'last-year' group by all
)
select n.key_result, n.actual, n.baseline, n.target, n.progress,
    case when target is not null then case n.pace[:4]
        when 's-cu' then 3 * tau ** 2 - 2 * tau ** 3
        when 'geom' then ((target / origin) ** tau - 1) / (target / origin - 1)
        when 'step' then (d >= least(n.pace[-10:]::date, e))::integer
        when 'week' then due.share
        when 'last' then before.share
        else tau end end as expected
from numbers n left join due using (key_result) left join before using (key_result)
"""

KEPT = """
with days as (
    select k.key_result, k.type, k.target_rule::double as bound, k.first_day, k.last_day,
           o.day, o.value
    from krt.key_results k join krt.observations o
    on o.metric = k.metric and o.day between k.first_day and k.last_day
    where k.type like 'keep-%'
)
select key_result,
    count(*) filter (case type when 'keep-above' then value < bound else value > bound end) as bad,
    1 - bad / count(*) as compliance,
    least(1, compliance / 0.9) * (max(day) - any_value(first_day) + 1)
        / (any_value(last_day) - any_value(first_day) + 1) as progress,
    arg_max(value, day) as actual
from days group by key_result
"""
