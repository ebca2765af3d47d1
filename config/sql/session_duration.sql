-- Mean seconds of a session on the day it began; weighted by sessions, so that
-- a quiet Sunday does not count as much as a busy Monday.
select date(ts) as day, avg(seconds) as value, count(*) as weight
from   events
where  name = 'session' and ts >= :start and ts < :end and not is_internal
group  by 1
