-- dau {'events': ['view', "x'; DROP TABLE events; --"], 'where': {'country': 'DE'}}
SELECT seen.day, count(DISTINCT seen.who) AS count_1
FROM (SELECT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND CAST(CONVERT(events_1.name USING utf8mb4) AS BINARY) IN (:param_3, :param_4) AND CAST(CONVERT(events_1.country USING utf8mb4) AS BINARY) IN (:param_5) AND events_1.ts >= :param_6 AND events_1.ts < :param_7) AS seen GROUP BY seen.day;

-- mau {'by': 'platform'}
SELECT gapped.day, gapped.segment, gapped.gap, count(*) AS count_1
FROM (SELECT paired.day AS day, paired.segment AS segment, CASE WHEN (paired.later IS NULL OR paired.later - paired.day >= 30) THEN 30 ELSE paired.later - paired.day END AS gap
FROM (SELECT days.day AS day, days.segment AS segment, lead(days.day) OVER (PARTITION BY days.who, days.segment ORDER BY days.day) AS later
FROM (SELECT DISTINCT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, coalesce(CAST(CONVERT(CAST(events_1.platform AS CHAR) USING utf8mb4) AS BINARY), :coalesce_1) AS segment
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND events_1.ts >= :param_3 AND events_1.ts < :param_4) AS days) AS paired) AS gapped GROUP BY gapped.day, gapped.segment, gapped.gap;

-- sessions {'split_midnight': True}
SELECT ranked.day, sum(1) AS sum_0_0, sum(1 * ranked.lasted) AS sum_0_1, sum(CASE WHEN (ranked.events = 1) THEN 1 ELSE 0 END) AS sum_0_2, sum(1 * ranked.events) AS sum_0_3, 0 AS low_0, 0 AS high_0
FROM (SELECT sessions.day AS day, sessions.lasted AS lasted, sessions.events AS events
FROM (SELECT ((built.started + CASE WHEN (built.started < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, built.lasted AS lasted, built.events AS events
FROM (SELECT paired.instant AS started, CASE WHEN (paired.closes = 1) THEN 0 ELSE paired.last - paired.instant END AS lasted, CASE WHEN (paired.closes = 1) THEN 1 ELSE (paired.until - paired.place) + 1 END AS events
FROM (SELECT ends.who AS who, ends.instant AS instant, ends.place AS place, ends.opens AS opens, ends.closes AS closes, lead(ends.instant) OVER (PARTITION BY ends.who ORDER BY ends.place) AS last, lead(ends.place) OVER (PARTITION BY ends.who ORDER BY ends.place) AS until
FROM (SELECT marked.who AS who, marked.instant AS instant, marked.place AS place, marked.opens AS opens, marked.closes AS closes
FROM (SELECT around.who AS who, around.instant AS instant, around.place AS place, CASE WHEN (around.before_instant IS NULL OR around.instant - around.before_instant > 1800000000 OR around.day != around.before_day) THEN 1 ELSE 0 END AS opens, CASE WHEN (around.after_instant IS NULL OR around.after_instant - around.instant > 1800000000 OR around.day != around.after_day) THEN 1 ELSE 0 END AS closes
FROM (SELECT seen.who AS who, seen.instant AS instant, seen.day AS day, lag(seen.instant) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS before_instant, lead(seen.instant) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS after_instant, lag(seen.day) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS before_day, lead(seen.day) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS after_day, row_number() OVER (PARTITION BY seen.who ORDER BY seen.instant) AS place
FROM (SELECT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) AS instant, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND events_1.ts >= :param_3 AND events_1.ts < :param_4) AS seen) AS around) AS marked
WHERE marked.opens = 1 OR marked.closes = 1) AS ends) AS paired
WHERE paired.opens = 1) AS built
WHERE built.started >= 1774220400000000 AND built.started < 1774994400000000) AS sessions) AS ranked GROUP BY ranked.day;

-- session_duration {'statistic': 'p90', 'exclude_single': True}
SELECT ranked.day, sum(CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END) AS sum_0_0, sum(CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END * ranked.lasted) AS sum_0_1, sum(CASE WHEN (ranked.events = 1) THEN CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END ELSE 0 END) AS sum_0_2, sum(CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END * ranked.events) AS sum_0_3, max(CASE WHEN (CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END = 1 AND ranked.rank_0 = (((ranked.many_0 - 1) * 9) DIV 10) + 1) THEN ranked.lasted END) AS low_0, max(CASE WHEN (CASE WHEN (ranked.events = 1) THEN 0 ELSE 1 END = 1 AND ranked.rank_0 = (((ranked.many_0 - 1) * 9) DIV 10) + 1 + 1) THEN ranked.lasted END) AS high_0
FROM (SELECT sessions.day AS day, sessions.lasted AS lasted, sessions.events AS events, row_number() OVER (PARTITION BY sessions.day, CASE WHEN (sessions.events = 1) THEN 0 ELSE 1 END ORDER BY sessions.lasted) AS rank_0, count(*) OVER (PARTITION BY sessions.day, CASE WHEN (sessions.events = 1) THEN 0 ELSE 1 END) AS many_0
FROM (SELECT ((built.started + CASE WHEN (built.started < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, built.lasted AS lasted, built.events AS events
FROM (SELECT paired.instant AS started, CASE WHEN (paired.closes = 1) THEN 0 ELSE paired.last - paired.instant END AS lasted, CASE WHEN (paired.closes = 1) THEN 1 ELSE (paired.until - paired.place) + 1 END AS events
FROM (SELECT ends.who AS who, ends.instant AS instant, ends.place AS place, ends.opens AS opens, ends.closes AS closes, lead(ends.instant) OVER (PARTITION BY ends.who ORDER BY ends.place) AS last, lead(ends.place) OVER (PARTITION BY ends.who ORDER BY ends.place) AS until
FROM (SELECT marked.who AS who, marked.instant AS instant, marked.place AS place, marked.opens AS opens, marked.closes AS closes
FROM (SELECT around.who AS who, around.instant AS instant, around.place AS place, CASE WHEN (around.before_instant IS NULL OR around.instant - around.before_instant > 1800000000) THEN 1 ELSE 0 END AS opens, CASE WHEN (around.after_instant IS NULL OR around.after_instant - around.instant > 1800000000) THEN 1 ELSE 0 END AS closes
FROM (SELECT seen.who AS who, seen.instant AS instant, lag(seen.instant) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS before_instant, lead(seen.instant) OVER (PARTITION BY seen.who ORDER BY seen.instant) AS after_instant, row_number() OVER (PARTITION BY seen.who ORDER BY seen.instant) AS place
FROM (SELECT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) AS instant
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND events_1.ts >= :param_3 AND events_1.ts < :param_4) AS seen) AS around) AS marked
WHERE marked.opens = 1 OR marked.closes = 1) AS ends) AS paired
WHERE paired.opens = 1) AS built
WHERE built.started >= 1774220400000000 AND built.started < 1774994400000000) AS sessions) AS ranked GROUP BY ranked.day;

-- retention {'day': 7}
SELECT each_user.day, count(*) AS count_1, sum(each_user.f0) AS sum_1
FROM (SELECT cohort.who AS who, cohort.day AS day, max(CASE WHEN (came_back.instant - cohort.day >= 7 AND came_back.instant - cohort.day < 8) THEN 1 ELSE 0 END) AS f0
FROM (SELECT entries.who AS who, entries.instant AS instant, ((entries.instant + CASE WHEN (entries.instant < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM (SELECT earliest.who AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', earliest.raw) AS instant
FROM (SELECT users_seen.who AS who, (SELECT min(events_1.ts) AS min_1
FROM app.events AS events_1
WHERE events_1.`user id` = users_seen.raw_user AND events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) = users_seen.who) AS raw
FROM (SELECT DISTINCT events_2.`user id` AS raw_user, CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) AS who
FROM app.events AS events_2
WHERE events_2.`user id` IS NOT NULL AND (CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_3, :param_4)) AND events_2.ts >= :param_5 AND events_2.ts < :param_6) AS users_seen) AS earliest) AS entries
WHERE entries.instant >= 1774220400000000 AND entries.instant < 1774994400000000) AS cohort LEFT OUTER JOIN (SELECT CAST(CONVERT(events_3.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_3.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_3.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS instant
FROM app.events AS events_3
WHERE events_3.`user id` IS NOT NULL AND (CAST(CONVERT(events_3.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_7, :param_8)) AND events_3.ts >= :param_9 AND events_3.ts < :param_10) AS came_back ON cohort.who = came_back.who GROUP BY cohort.who, cohort.day) AS each_user GROUP BY each_user.day;

-- retention {'day': 1, 'cohort': 'recurring', 'window': 'rolling_24h'}
SELECT told.day, told.which, count(*) AS count_1, sum(CASE WHEN (told.which = 0 AND told.later IS NOT NULL AND told.later - told.instant < 86400000000) THEN 1 ELSE 0 END) AS sum_1
FROM (SELECT timeline.who AS who, timeline.day AS day, timeline.which AS which, timeline.instant AS instant, timeline.is_return AS is_return, min(CASE WHEN (timeline.is_return = 1) THEN timeline.instant END) OVER (PARTITION BY timeline.who ORDER BY timeline.instant DESC, timeline.is_return DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS later
FROM (SELECT starts.who AS who, starts.day AS day, reaches.which AS which, starts.first + reaches.low AS instant, 0 AS is_return
FROM (SELECT seen.who AS who, seen.day AS day, min(seen.instant) AS first
FROM (SELECT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) AS instant
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND events_1.ts >= :param_3 AND events_1.ts < :param_4) AS seen GROUP BY seen.who, seen.day) AS starts INNER JOIN (SELECT 0 AS which, 86400000000 AS low) AS reaches ON 1 = 1 UNION ALL SELECT came_back.who AS who, 0, 0, came_back.instant AS instant, 1
FROM (SELECT CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_2.ts) AS instant
FROM app.events AS events_2
WHERE events_2.`user id` IS NOT NULL AND (CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_5, :param_6)) AND events_2.ts >= :param_7 AND events_2.ts < :param_8) AS came_back) AS timeline) AS told
WHERE told.is_return = 0 GROUP BY told.day, told.which;

-- sign_ups {'count': 'events'}
SELECT seen.day, count(seen.told_0) AS count_1
FROM (SELECT ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, 1 AS told_0
FROM app.events AS events_1
WHERE events_1.ts >= :param_1 AND events_1.ts < :param_2 AND events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_3, :param_4)) AND CAST(CONVERT(events_1.name USING utf8mb4) AS BINARY) IN (:param_5)) AS seen GROUP BY seen.day;

-- new_users {}
SELECT dated.day, count(*) AS count_1
FROM (SELECT ((firsts.instant + CASE WHEN (firsts.instant < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM (SELECT earliest.who AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', earliest.raw) AS instant
FROM (SELECT users_seen.who AS who, (SELECT min(events_1.ts) AS min_1
FROM app.events AS events_1
WHERE events_1.`user id` = users_seen.raw_user AND events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) = users_seen.who) AS raw
FROM (SELECT DISTINCT events_2.`user id` AS raw_user, CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) AS who
FROM app.events AS events_2
WHERE events_2.`user id` IS NOT NULL AND (CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_3, :param_4)) AND events_2.ts >= :param_5 AND events_2.ts < :param_6) AS users_seen) AS earliest) AS firsts
WHERE firsts.instant >= 1774220400000000) AS dated GROUP BY dated.day;

-- activation {'start_event': 'sign_up', 'goal_event': 'buy'}
SELECT told.day, told.which, count(*) AS count_1, sum(CASE WHEN (told.which = 0 AND told.later IS NOT NULL AND told.later - told.instant < 604800000000) THEN 1 ELSE 0 END) AS sum_1
FROM (SELECT timeline.who AS who, timeline.day AS day, timeline.which AS which, timeline.instant AS instant, timeline.is_return AS is_return, min(CASE WHEN (timeline.is_return = 1) THEN timeline.instant END) OVER (PARTITION BY timeline.who ORDER BY timeline.instant DESC, timeline.is_return DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS later
FROM (SELECT starts.who AS who, starts.day AS day, reaches.which AS which, starts.first + reaches.low AS instant, 0 AS is_return
FROM (SELECT seen.who AS who, seen.day AS day, min(seen.instant) AS first
FROM (SELECT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) AS instant
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND CAST(CONVERT(events_1.name USING utf8mb4) AS BINARY) IN (:param_3) AND events_1.ts >= :param_4 AND events_1.ts < :param_5) AS seen GROUP BY seen.who, seen.day) AS starts INNER JOIN (SELECT 0 AS which, 0 AS low) AS reaches ON 1 = 1 UNION ALL SELECT came_back.who AS who, 0, 0, came_back.instant AS instant, 1
FROM (SELECT CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_2.ts) AS instant
FROM app.events AS events_2
WHERE events_2.`user id` IS NOT NULL AND (CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_6, :param_7)) AND CAST(CONVERT(events_2.name USING utf8mb4) AS BINARY) IN (:param_8) AND events_2.ts >= :param_9 AND events_2.ts < :param_10) AS came_back) AS timeline) AS told
WHERE told.is_return = 0 GROUP BY told.day, told.which;

-- growth {'interval': 'week'}
SELECT gapped.day, gapped.gap, count(*) AS count_1
FROM (SELECT paired.day AS day, CASE WHEN (paired.later IS NULL OR paired.later - paired.day >= 14) THEN 14 ELSE paired.later - paired.day END AS gap
FROM (SELECT days.day AS day, lead(days.day) OVER (PARTITION BY days.who ORDER BY days.day) AS later
FROM (SELECT DISTINCT CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) AS who, ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM app.events AS events_1
WHERE events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND events_1.ts >= :param_3 AND events_1.ts < :param_4) AS days) AS paired) AS gapped GROUP BY gapped.day, gapped.gap;

-- growth {'interval': 'week'}
SELECT dated.day, count(*) AS count_1
FROM (SELECT ((firsts.instant + CASE WHEN (firsts.instant < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day
FROM (SELECT earliest.who AS who, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', earliest.raw) AS instant
FROM (SELECT users_seen.who AS who, (SELECT min(events_1.ts) AS min_1
FROM app.events AS events_1
WHERE events_1.`user id` = users_seen.raw_user AND events_1.`user id` IS NOT NULL AND (CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_1, :param_2)) AND CAST(CONVERT(events_1.`user id` USING utf8mb4) AS BINARY) = users_seen.who) AS raw
FROM (SELECT DISTINCT events_2.`user id` AS raw_user, CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) AS who
FROM app.events AS events_2
WHERE events_2.`user id` IS NOT NULL AND (CAST(CONVERT(events_2.`user id` USING utf8mb4) AS BINARY) NOT IN (:param_3, :param_4)) AND events_2.ts >= :param_5 AND events_2.ts < :param_6) AS users_seen) AS earliest) AS firsts
WHERE firsts.instant >= 1774220400000000) AS dated GROUP BY dated.day;

-- event_count {'exclude': 'heartbeat'}
SELECT seen.day, count(seen.told_0) AS count_1
FROM (SELECT ((TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) + CASE WHEN (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', events_1.ts) < 1774746000000000) THEN 62135686800000000 ELSE 62135690400000000 END) DIV 86400000000) AS day, 1 AS told_0
FROM app.events AS events_1
WHERE events_1.ts >= :param_1 AND events_1.ts < :param_2 AND (CAST(CONVERT(events_1.name USING utf8mb4) AS BINARY) IS NULL OR (CAST(CONVERT(events_1.name USING utf8mb4) AS BINARY) NOT IN (:param_3)))) AS seen GROUP BY seen.day;
