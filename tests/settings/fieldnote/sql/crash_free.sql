select day, sum(sessions - crashes) as numerator, sum(sessions) as denominator
from   session_days
where  day >= :start and day < :end
group  by 1
