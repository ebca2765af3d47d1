-- Bugs open at the end of each day.
with recursive days(day) as (
    select date(:start)
    union  all
    select date(day, '+1 day') from days where day < date(:end, '-1 day')
)
select day, count(bugs.id) as value
from   days
left   join bugs
on     bugs.opened_at < date(day, '+1 day')
and    (bugs.closed_at is null or bugs.closed_at >= date(day, '+1 day'))
group  by 1
