-- New users a day: the whole ('') and each country.
with days as (
    select date(created_at) as day, country
    from   users
    where  created_at >= :start and created_at < :end and not is_internal
)
select day, '' as segment, count(*) * 100 as value
from   days
group  by 1
union  all
select day, country as segment, count(*) * 100 as value
from   days
group  by 1, 2
