select date_trunc('day', ts) as day, count(*) as value
from   events
where  ts >= :start and ts < :end and name = 'sign_up'
group  by 1
