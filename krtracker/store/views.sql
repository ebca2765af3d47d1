-- Schema krt: the analysts' contract, versioned like an API (tests/store/contract.txt).
-- Days are local civil days of the metric's zone; instants are UTC. Base tables are not for use.

CREATE SCHEMA krt;

CREATE VIEW krt.cycles AS
SELECT cycle, title, first_day, last_day, freeze_day
FROM main.cycle
WHERE configuration_id = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.metrics AS
SELECT metric, title, kind, unit, description, source, better, grain, time_zone, refresh,
       actual AS actual_rule, settles_in, late_by, stale_after, query_digest
FROM main.metric
WHERE configuration_id = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.objectives AS
SELECT objective, cycle, title, owner, parent, why, level, weight, position
FROM main.objective
WHERE configuration_id = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.key_results AS
SELECT k.key_result, k.name, k.cycle, k.objective, k.metric, k.segment, k.title, k.owner,
       k.type, k.commitment, k.weight, k.first_day, k.last_day, k.position,
       coalesce(e.status, 'no_data') AS status, e.reason AS why,
       e.actual, e.baseline, e.target, e.progress, e.expected, e.expected_value,
       e.catch_up AS catch_up_factor, e.probability AS chance,
       NULL::DOUBLE AS forecast, NULL::DOUBLE AS forecast_low, NULL::DOUBLE AS forecast_high,
       e.score, e.grade, e.data_day AS fresh_at, e.age AS age_days, e.provisional, e.final,
       from_json(e.flags, '["VARCHAR"]') AS flags, e.recorded_at AS evaluated_at,
       k.actual_rule, k.baseline_rule, k.target_rule, k.pace
FROM main.key_result k LEFT JOIN main.evaluation_now e ON e.key_result = k.key_result
WHERE k.configuration_id = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.key_result_daily AS
SELECT e.key_result, e.cycle, e.data_day AS day, e.status, e.vote, e.reason AS why, e.actual,
       e.baseline, e.target, e.progress, e.expected, e.expected_value,
       e.catch_up AS catch_up_factor, e.probability AS chance, e.score, e.provisional,
       e.reconstructed, e.recorded_at AS evaluated_at
FROM main.evaluation e
ANTI JOIN (
    SELECT key_result, data_day, revision - 1 AS revision FROM main.evaluation WHERE revision > 0
) n ON n.key_result = e.key_result AND n.data_day = e.data_day AND n.revision = e.revision
WHERE e.data_day IS NOT NULL;

CREATE VIEW krt.status_changes AS
SELECT key_result, cycle, day, was, status, why, evaluated_at
FROM (
    SELECT key_result, cycle, day, status, why, evaluated_at,
           lag(status) OVER (PARTITION BY key_result ORDER BY day) AS was
    FROM krt.key_result_daily
)
WHERE was IS DISTINCT FROM status;

CREATE VIEW krt.observation_history AS
SELECT s.metric, s.segment, o.day,
       CASE WHEN o.weight = 0 THEN NULL ELSE o.value END AS value, o.weight,
       CASE WHEN o.value IS NULL THEN 'retracted' WHEN o.failed IS NOT NULL THEN 'quarantined'
            ELSE 'ok' END AS status,
       o.failed AS expectation, o.revision, o.recorded_at, o.run_id AS run
FROM main.observation o JOIN main.series s ON s.series_id = o.series_id;

CREATE VIEW krt.observations AS
SELECT s.metric, s.segment, o.day,
       CASE WHEN o.weight = 0 THEN NULL ELSE o.value END AS value, o.weight,
       CASE WHEN o.failed IS NOT NULL THEN 'quarantined' ELSE 'ok' END AS status,
       o.failed AS expectation, o.revision, o.recorded_at, o.run_id AS run
FROM (
    SELECT o.* FROM main.observation o
    ANTI JOIN (SELECT series_id, day, revision FROM main.observation WHERE revision > 0) n
    ON n.series_id = o.series_id AND n.day = o.day AND n.revision = o.revision + 1
) o JOIN main.series s ON s.series_id = o.series_id
WHERE o.value IS NOT NULL;

CREATE VIEW krt.expectation_results AS
SELECT metric, segment, day, value, expectation, recorded_at, run
FROM krt.observation_history WHERE status = 'quarantined';

CREATE VIEW krt.runs AS
SELECT run_id AS run, metric, source, outcome, window_first AS first_day, window_last AS last_day,
       started_at, recorded_at, message, rows, requests, written, revised, retracted, quarantined,
       from_json(notes, '["VARCHAR"]') AS notes, note, query_digest
FROM main.run;

CREATE VIEW krt.amendments AS
SELECT a.key_result, a.day, a.old, a.new, a.reason, a.approver, min(c.recorded_at) AS recorded_at
FROM main.amendment a JOIN main.configuration c ON c.configuration_id = a.configuration_id
GROUP BY a.key_result, a.day, a.old, a.new, a.reason, a.approver
HAVING max(a.configuration_id) = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.forecasts AS
SELECT NULL::VARCHAR AS key_result, NULL::DATE AS made_on, NULL::DATE AS day,
       NULL::DOUBLE AS low, NULL::DOUBLE AS middle, NULL::DOUBLE AS high,
       NULL::DOUBLE AS chance, NULL::TIMESTAMP AS recorded_at
WHERE false;

CREATE VIEW krt.checkins AS
SELECT NULL::VARCHAR AS key_result, NULL::DATE AS day, NULL::VARCHAR AS author,
       NULL::DOUBLE AS confidence, NULL::VARCHAR AS note, NULL::TIMESTAMP AS recorded_at
WHERE false;

CREATE MACRO krt.status_as_of(ts) AS TABLE
SELECT key_result, cycle, data_day AS day, status, reason AS why, actual, baseline, target,
       progress, expected, recorded_at AS evaluated_at
FROM main.evaluation
WHERE recorded_at <= ts::TIMESTAMP
QUALIFY row_number() OVER (
    PARTITION BY key_result
    ORDER BY reconstructed, recorded_at DESC, today DESC, data_day DESC NULLS LAST
) = 1;

CREATE MACRO krt.series(metric_name) AS TABLE
SELECT segment, day, value, weight, status, recorded_at
FROM krt.observations WHERE metric = metric_name ORDER BY segment, day;

CREATE MACRO krt.compare(key_result_name, cycle_a, cycle_b) AS TABLE
WITH numbered AS (
    SELECT d.*, k.name, (d.day - k.first_day + 1)::INTEGER AS day_of_cycle
    FROM krt.key_result_daily d JOIN krt.key_results k ON k.key_result = d.key_result
    WHERE k.name = key_result_name AND d.cycle IN (cycle_a, cycle_b)
)
SELECT day_of_cycle, any_value(actual) FILTER (cycle = cycle_a) AS actual_a,
       any_value(actual) FILTER (cycle = cycle_b) AS actual_b,
       any_value(progress) FILTER (cycle = cycle_a) AS progress_a,
       any_value(progress) FILTER (cycle = cycle_b) AS progress_b
FROM numbered GROUP BY day_of_cycle ORDER BY day_of_cycle;
