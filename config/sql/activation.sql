-- Of the users who signed up on a day, those who wrote a note within 24 hours.
select date(created_at) as day,
       count(*) as denominator,
       count(
           case when first_note_at < datetime(created_at, '+1 day') then 1 end
       ) as numerator
from   users
where  created_at >= :start and created_at < :end and not is_internal
group  by 1
