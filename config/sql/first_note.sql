-- Mean seconds from sign-up to first note, of those who wrote one within a day.
select date(created_at) as day,
       avg(strftime('%s', first_note_at) - strftime('%s', created_at)) as value,
       count(*) as weight
from   users
where  created_at >= :start and created_at < :end and not is_internal
and    first_note_at < datetime(created_at, '+1 day')
group  by 1
