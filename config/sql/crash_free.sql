-- Sessions without a crash, of all sessions that began on the day.
select date(ts) as day,
       sum(name = 'session') - sum(name = 'crash') as numerator,
       sum(name = 'session') as denominator
from   events
where  name in ('session', 'crash') and ts >= :start and ts < :end
group  by 1
