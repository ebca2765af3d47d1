-- Of the users who signed up on a day, those seen again on the seventh day.
select date(u.created_at) as day,
       count(*) as denominator,
       sum(exists (
           select 1
           from   events e
           where  e.user_id = u.id
           and    e.ts >= date(u.created_at, '+7 days')
           and    e.ts < date(u.created_at, '+8 days')
       )) as numerator
from   users u
where  u.created_at >= :start and u.created_at < :end and not u.is_internal
group  by 1
