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
SELECT o.objective, o.cycle, o.title, o.owner, o.parent, o.why, o.level, o.weight, o.position,
       coalesce(e.status, 'no_data') AS status, e.reason AS status_why, e.progress, e.expected,
       e.catch_up AS catch_up_factor, e.coverage, e.score, e.data_day AS fresh_at,
       e.recorded_at AS evaluated_at
FROM main.objective o LEFT JOIN (
    SELECT * FROM main.objective_evaluation
    QUALIFY row_number() OVER (
        PARTITION BY objective ORDER BY recorded_at DESC, data_day DESC NULLS LAST
    ) = 1
) e ON e.objective = o.objective
WHERE o.configuration_id = (SELECT max(configuration_id) FROM main.configuration);

CREATE VIEW krt.objective_daily AS
SELECT objective, cycle, data_day AS day, status, vote, reason AS status_why, progress, expected,
       catch_up AS catch_up_factor, coverage, score, recorded_at AS evaluated_at
FROM main.objective_evaluation
WHERE data_day IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY objective, data_day ORDER BY revision DESC) = 1;

CREATE VIEW krt.warnings AS
SELECT key_result, cycle, rule, data_day AS day, words, depth, recorded_at AS raised_at,
       CASE WHEN followed_by THEN NULL ELSE next_day END AS over_on,
       CASE WHEN followed_by THEN NULL ELSE next_at END AS over_at
FROM (
    SELECT *, lead(raised) OVER keys AS followed_by, lead(data_day) OVER keys AS next_day,
           lead(recorded_at) OVER keys AS next_at
    FROM main.alarm WINDOW keys AS (PARTITION BY key_result, rule, cycle ORDER BY seq)
)
WHERE raised;

CREATE VIEW krt.key_results AS
SELECT k.key_result, k.name, k.cycle, k.objective, k.metric, k.segment, k.title, k.owner,
       k.type, k.commitment, k.weight, k.first_day, k.last_day, k.position,
       coalesce(e.status, 'no_data') AS status, e.reason AS why,
       e.actual, e.baseline, e.target, e.progress, e.expected, e.expected_value,
       e.catch_up AS catch_up_factor, e.probability AS chance,
       CASE WHEN e.probability IS NOT NULL THEN f.middle END AS forecast,
       CASE WHEN e.probability IS NOT NULL THEN f.low80 END AS forecast_low,
       CASE WHEN e.probability IS NOT NULL THEN f.high80 END AS forecast_high,
       e.score, e.grade, e.data_day AS fresh_at, e.age AS age_days, e.provisional, e.final,
       from_json(e.flags, '["VARCHAR"]') AS flags, e.recorded_at AS evaluated_at,
       k.actual_rule, k.baseline_rule, k.target_rule, k.pace,
       e.level AS level_met, e.interval_low, e.interval_high, e.compliance, e.bad_days,
       e.allowed_days, e.coverage, from_json(e.breached, '["VARCHAR"]') AS guardrails_breached,
       coalesce(e.full_score, e.score) AS full_score,
       CASE WHEN e.probability IS NOT NULL THEN f.reached_on END AS reached_on,
       f.words AS no_forecast
FROM main.key_result k LEFT JOIN main.evaluation_now e ON e.key_result = k.key_result
LEFT JOIN main.forecast_now f ON f.key_result = k.key_result
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
       x.words AS expectation, o.revision, o.recorded_at, o.run_id AS run
FROM main.observation o JOIN main.series s ON s.series_id = o.series_id
LEFT JOIN main.expectation x ON x.failed = o.failed;

CREATE VIEW krt.observations AS
SELECT s.metric, s.segment, o.day,
       CASE WHEN o.weight = 0 THEN NULL ELSE o.value END AS value, o.weight,
       CASE WHEN o.failed IS NOT NULL THEN 'quarantined' ELSE 'ok' END AS status,
       x.words AS expectation, o.revision, o.recorded_at, o.run_id AS run
FROM (
    SELECT o.* FROM main.observation o
    ANTI JOIN (SELECT series_id, day, revision FROM main.observation WHERE revision > 0) n
    ON n.series_id = o.series_id AND n.day = o.day AND n.revision = o.revision + 1
) o JOIN main.series s ON s.series_id = o.series_id
LEFT JOIN main.expectation x ON x.failed = o.failed
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
SELECT key_result, data_day AS made_on, final_day AS day, low80 AS low, middle, high80 AS high,
       probability AS chance, recorded_at, cycle, metric, promise, threshold, direction,
       at_end AS chance_at_end, touched AS chance_touched, reached_on, low95, high95, days_used,
       method, inputs_digest, refused, words AS why
FROM main.forecast;

CREATE VIEW krt.forecast_outcomes AS
SELECT *, chance_shown - met::INTEGER AS miss, actual BETWEEN low AND high AS covered
FROM (
    SELECT f.key_result, f.cycle, f.metric, f.data_day AS made_on, f.promise, f.threshold,
           f.probability AS chance,
           least(greatest(f.probability, 0.02), 0.98)::DOUBLE AS chance_shown,
           CASE WHEN f.promise = 'touch' THEN c.achieved
                ELSE (c.actual - f.threshold) * f.direction
                     >= -1e-9 * greatest(1, abs(c.actual), abs(f.threshold)) END AS met,
           f.low80 AS low, f.high80 AS high, c.actual, f.recorded_at, c.closed_at
    FROM (FROM main.forecast WHERE probability IS NOT NULL) f JOIN (
        SELECT key_result, actual, status = 'achieved' AS achieved, seq, recorded_at AS closed_at
        FROM main.evaluation WHERE final AND actual IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY seq) = 1
    ) c ON c.key_result = f.key_result AND f.seq < c.seq
    QUALIFY row_number() OVER (PARTITION BY f.key_result, f.data_day ORDER BY f.seq DESC) = 1
);

CREATE VIEW krt.reliability AS
SELECT metric, bin / 10 AS low, count(*) AS chances, avg(chance_shown) AS said,
       avg(met::INTEGER) AS happened
FROM (
    SELECT *, least(9, floor(chance_shown * 10 + 1e-9))::INTEGER AS bin FROM krt.forecast_outcomes
)
GROUP BY GROUPING SETS ((metric, bin), (bin));

CREATE VIEW krt.calibration AS
SELECT o.metric, o.key_results, o.chances, o.brier, o.log_loss, b.calibration_error, o.coverage,
       o.key_results >= 30 AS enough
FROM (
    SELECT metric, count(DISTINCT key_result) AS key_results, count(*) AS chances,
           avg(miss * miss) AS brier,
           -avg(ln(CASE WHEN met THEN chance_shown ELSE 1 - chance_shown END)) AS log_loss,
           avg(covered::INTEGER) AS coverage
    FROM krt.forecast_outcomes GROUP BY GROUPING SETS ((metric), ()) HAVING count(*) > 0
) o JOIN (
    SELECT metric, sum(chances * abs(said - happened)) / sum(chances) AS calibration_error
    FROM krt.reliability GROUP BY metric
) b ON b.metric IS NOT DISTINCT FROM o.metric;

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

CREATE MACRO krt.forecasts_as_of(ts) AS TABLE
SELECT * FROM krt.forecasts WHERE recorded_at <= ts::TIMESTAMP
QUALIFY row_number() OVER (PARTITION BY key_result ORDER BY recorded_at DESC) = 1;

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

COMMENT ON VIEW krt.cycles IS 'Cycles of the configuration in force, one row each.';
COMMENT ON COLUMN krt.cycles.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.cycles.title IS 'Title.';
COMMENT ON COLUMN krt.cycles.first_day IS 'First local day.';
COMMENT ON COLUMN krt.cycles.last_day IS 'Last local day, included.';
COMMENT ON COLUMN krt.cycles.freeze_day IS 'From this day on a target changes only by an amendment.';
COMMENT ON VIEW krt.metrics IS 'Metrics of the configuration in force, one row each.';
COMMENT ON COLUMN krt.metrics.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.metrics.title IS 'Title.';
COMMENT ON COLUMN krt.metrics.kind IS 'count, ratio, duration, money or number.';
COMMENT ON COLUMN krt.metrics.unit IS 'Unit of the values.';
COMMENT ON COLUMN krt.metrics.description IS 'What the number means.';
COMMENT ON COLUMN krt.metrics.source IS 'Id of the source it comes from; manual when recorded by hand.';
COMMENT ON COLUMN krt.metrics.better IS 'up or down: which way it improves.';
COMMENT ON COLUMN krt.metrics.grain IS 'day, week or month; a week or month is dated by its last day.';
COMMENT ON COLUMN krt.metrics.time_zone IS 'IANA zone of the metric''s civil days.';
COMMENT ON COLUMN krt.metrics.refresh IS 'When it is asked.';
COMMENT ON COLUMN krt.metrics.actual_rule IS 'How its points become one number, unless a key result says otherwise.';
COMMENT ON COLUMN krt.metrics.settles_in IS 'Periods until a value is final.';
COMMENT ON COLUMN krt.metrics.late_by IS 'Periods until a value may be asked for.';
COMMENT ON COLUMN krt.metrics.stale_after IS 'Periods after which the newest value counts as stale.';
COMMENT ON COLUMN krt.metrics.query_digest IS 'SHA-256 of the definition: a changed digest is a changed definition.';
COMMENT ON VIEW krt.objectives IS 'Objectives of the configuration in force, one row each.';
COMMENT ON COLUMN krt.objectives.objective IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.objectives.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.objectives.title IS 'Title.';
COMMENT ON COLUMN krt.objectives.owner IS 'Who answers for it.';
COMMENT ON COLUMN krt.objectives.parent IS 'Full id of the objective or key result above it.';
COMMENT ON COLUMN krt.objectives.why IS 'Why it matters.';
COMMENT ON COLUMN krt.objectives.level IS 'Level in the organisation.';
COMMENT ON COLUMN krt.objectives.weight IS 'Share in its parent.';
COMMENT ON COLUMN krt.objectives.position IS 'Place in the files, from 0.';
COMMENT ON COLUMN krt.objectives.status IS 'Status from its key results and the objectives under it.';
COMMENT ON COLUMN krt.objectives.status_why IS 'The status in one sentence.';
COMMENT ON COLUMN krt.objectives.progress IS 'Share of the way: weighted, or of the weakest.';
COMMENT ON COLUMN krt.objectives.expected IS 'Share of the way expected.';
COMMENT ON COLUMN krt.objectives.catch_up_factor IS 'How much faster than planned the rest must go.';
COMMENT ON COLUMN krt.objectives.coverage IS 'Share of the weight that can be judged.';
COMMENT ON COLUMN krt.objectives.score IS 'Score, 0 to 1.';
COMMENT ON COLUMN krt.objectives.fresh_at IS 'Newest local day of data under it.';
COMMENT ON COLUMN krt.objectives.evaluated_at IS 'Instant (UTC) it was recorded.';
COMMENT ON VIEW krt.objective_daily IS 'The last word on each objective and data day.';
COMMENT ON COLUMN krt.objective_daily.objective IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.objective_daily.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.objective_daily.day IS 'Newest local day of data under it.';
COMMENT ON COLUMN krt.objective_daily.status IS 'Status published that day.';
COMMENT ON COLUMN krt.objective_daily.vote IS 'What that day alone said.';
COMMENT ON COLUMN krt.objective_daily.status_why IS 'The status in one sentence.';
COMMENT ON COLUMN krt.objective_daily.progress IS 'Share of the way.';
COMMENT ON COLUMN krt.objective_daily.expected IS 'Share of the way expected.';
COMMENT ON COLUMN krt.objective_daily.catch_up_factor IS 'How much faster than planned the rest must go.';
COMMENT ON COLUMN krt.objective_daily.coverage IS 'Share of the weight that could be judged.';
COMMENT ON COLUMN krt.objective_daily.score IS 'Score, 0 to 1.';
COMMENT ON COLUMN krt.objective_daily.evaluated_at IS 'Instant (UTC) it was recorded.';
COMMENT ON VIEW krt.warnings IS 'Early warnings W1 to W8, one row each time one was raised.';
COMMENT ON COLUMN krt.warnings.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.warnings.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.warnings.rule IS 'W1 to W8.';
COMMENT ON COLUMN krt.warnings.day IS 'Local day of the data behind it.';
COMMENT ON COLUMN krt.warnings.words IS 'What was seen.';
COMMENT ON COLUMN krt.warnings.depth IS 'How bad: 2 is worse than 1.';
COMMENT ON COLUMN krt.warnings.raised_at IS 'Instant (UTC) it was recorded.';
COMMENT ON COLUMN krt.warnings.over_on IS 'Local day of the data that ended it; NULL while it lasts.';
COMMENT ON COLUMN krt.warnings.over_at IS 'Instant (UTC) its end was recorded.';
COMMENT ON VIEW krt.key_results IS 'One row per key result of the configuration in force, as it stands now.';
COMMENT ON COLUMN krt.key_results.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.key_results.name IS 'Short id, the same in every cycle.';
COMMENT ON COLUMN krt.key_results.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.key_results.objective IS 'Full id of its objective.';
COMMENT ON COLUMN krt.key_results.metric IS 'Id of the metric it is measured by.';
COMMENT ON COLUMN krt.key_results.segment IS 'Segment of the metric; empty for the whole.';
COMMENT ON COLUMN krt.key_results.title IS 'Title.';
COMMENT ON COLUMN krt.key_results.owner IS 'Who answers for it.';
COMMENT ON COLUMN krt.key_results.type IS 'Kind of promise: baseline-to-target, keep-above, ...';
COMMENT ON COLUMN krt.key_results.commitment IS 'committed or aspirational; NULL when not said.';
COMMENT ON COLUMN krt.key_results.weight IS 'Share in its objective.';
COMMENT ON COLUMN krt.key_results.first_day IS 'First local day it runs.';
COMMENT ON COLUMN krt.key_results.last_day IS 'Last local day it runs, included.';
COMMENT ON COLUMN krt.key_results.position IS 'Place in the files, from 0.';
COMMENT ON COLUMN krt.key_results.status IS 'Published status: achieved, on_track, at_risk, off_track, missed, stale, no_data, invalid, not_started.';
COMMENT ON COLUMN krt.key_results.why IS 'The status in one sentence.';
COMMENT ON COLUMN krt.key_results.actual IS 'Actual, in the metric''s unit.';
COMMENT ON COLUMN krt.key_results.baseline IS 'Where it started.';
COMMENT ON COLUMN krt.key_results.target IS 'Where it is to end.';
COMMENT ON COLUMN krt.key_results.progress IS 'Share of the way from the start to the target; not clamped.';
COMMENT ON COLUMN krt.key_results.expected IS 'Share of the way the pace expects by now.';
COMMENT ON COLUMN krt.key_results.expected_value IS 'The same in the metric''s unit.';
COMMENT ON COLUMN krt.key_results.catch_up_factor IS 'How much faster than planned the rest must go; 1 is on plan.';
COMMENT ON COLUMN krt.key_results.chance IS 'Chance of reaching the target, 0 to 1; NULL without a forecast.';
COMMENT ON COLUMN krt.key_results.forecast IS 'Forecast value at the end; NULL without a forecast.';
COMMENT ON COLUMN krt.key_results.forecast_low IS 'Lower end of its 80 % interval.';
COMMENT ON COLUMN krt.key_results.forecast_high IS 'Upper end of its 80 % interval.';
COMMENT ON COLUMN krt.key_results.score IS 'Final score, 0 to 1.';
COMMENT ON COLUMN krt.key_results.grade IS 'Final grade.';
COMMENT ON COLUMN krt.key_results.fresh_at IS 'Local day of the newest data counted.';
COMMENT ON COLUMN krt.key_results.age_days IS 'Age of that day in days.';
COMMENT ON COLUMN krt.key_results.provisional IS 'Whether a value counted may still be restated.';
COMMENT ON COLUMN krt.key_results.final IS 'Whether this is the last word.';
COMMENT ON COLUMN krt.key_results.flags IS 'Things the reader should know.';
COMMENT ON COLUMN krt.key_results.evaluated_at IS 'Instant (UTC) the evaluation was recorded.';
COMMENT ON COLUMN krt.key_results.actual_rule IS 'How the actual is taken.';
COMMENT ON COLUMN krt.key_results.baseline_rule IS 'How the baseline is taken.';
COMMENT ON COLUMN krt.key_results.target_rule IS 'The target as written.';
COMMENT ON COLUMN krt.key_results.pace IS 'The path expected.';
COMMENT ON COLUMN krt.key_results.level_met IS 'Highest level met: commit, target or stretch; empty for none.';
COMMENT ON COLUMN krt.key_results.interval_low IS 'Lower end of a rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN krt.key_results.interval_high IS 'Upper end of it.';
COMMENT ON COLUMN krt.key_results.compliance IS 'Share of days within bounds, of a keep-within goal.';
COMMENT ON COLUMN krt.key_results.bad_days IS 'Days outside its bounds.';
COMMENT ON COLUMN krt.key_results.allowed_days IS 'Days it may be outside, over the whole cycle.';
COMMENT ON COLUMN krt.key_results.coverage IS 'Share of a composite''s weight that can be judged.';
COMMENT ON COLUMN krt.key_results.guardrails_breached IS 'Guardrails that hold the score down.';
COMMENT ON COLUMN krt.key_results.full_score IS 'Score without guardrails.';
COMMENT ON COLUMN krt.key_results.reached_on IS 'First day by which half of the paths reach the target; NULL when not by the end.';
COMMENT ON COLUMN krt.key_results.no_forecast IS 'Why there was no forecast when last asked for; NULL where there was one.';
COMMENT ON VIEW krt.key_result_daily IS 'The last word on each key result and data day.';
COMMENT ON COLUMN krt.key_result_daily.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.key_result_daily.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.key_result_daily.day IS 'Local day of the newest data counted.';
COMMENT ON COLUMN krt.key_result_daily.status IS 'Status published that day.';
COMMENT ON COLUMN krt.key_result_daily.vote IS 'What that day''s data alone said; a status changes after two such days.';
COMMENT ON COLUMN krt.key_result_daily.why IS 'The status in one sentence.';
COMMENT ON COLUMN krt.key_result_daily.actual IS 'Actual, in the metric''s unit.';
COMMENT ON COLUMN krt.key_result_daily.baseline IS 'Where it started.';
COMMENT ON COLUMN krt.key_result_daily.target IS 'Where it was to end.';
COMMENT ON COLUMN krt.key_result_daily.progress IS 'Share of the way; not clamped.';
COMMENT ON COLUMN krt.key_result_daily.expected IS 'Share of the way the pace expected.';
COMMENT ON COLUMN krt.key_result_daily.expected_value IS 'The same in the metric''s unit.';
COMMENT ON COLUMN krt.key_result_daily.catch_up_factor IS 'How much faster than planned the rest must go.';
COMMENT ON COLUMN krt.key_result_daily.chance IS 'Chance of reaching the target, 0 to 1.';
COMMENT ON COLUMN krt.key_result_daily.score IS 'Score, 0 to 1.';
COMMENT ON COLUMN krt.key_result_daily.provisional IS 'Whether a value counted could still be restated.';
COMMENT ON COLUMN krt.key_result_daily.reconstructed IS 'Worked out later for a day before the first pull, not said at the time.';
COMMENT ON COLUMN krt.key_result_daily.evaluated_at IS 'Instant (UTC) it was recorded.';
COMMENT ON VIEW krt.status_changes IS 'Each day the published status of a key result differs from its data day before.';
COMMENT ON COLUMN krt.status_changes.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.status_changes.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.status_changes.day IS 'Local day of the data behind the change.';
COMMENT ON COLUMN krt.status_changes.was IS 'Status before; NULL for the first.';
COMMENT ON COLUMN krt.status_changes.status IS 'Status from this day on.';
COMMENT ON COLUMN krt.status_changes.why IS 'The new status in one sentence.';
COMMENT ON COLUMN krt.status_changes.evaluated_at IS 'Instant (UTC) it was recorded.';
COMMENT ON VIEW krt.observation_history IS 'Every revision of every day: what was known when.';
COMMENT ON COLUMN krt.observation_history.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.observation_history.segment IS 'Segment; empty for the whole.';
COMMENT ON COLUMN krt.observation_history.day IS 'Local civil day in the metric''s zone.';
COMMENT ON COLUMN krt.observation_history.value IS 'Value in the metric''s unit; NULL when retracted, or 0/0 (weight 0).';
COMMENT ON COLUMN krt.observation_history.weight IS 'Denominator of a ratio or mean; NULL where there is none.';
COMMENT ON COLUMN krt.observation_history.status IS 'ok, quarantined or retracted.';
COMMENT ON COLUMN krt.observation_history.expectation IS 'Words of the failed expectation.';
COMMENT ON COLUMN krt.observation_history.revision IS '0 for the first value of the day, then 1, 2, ...';
COMMENT ON COLUMN krt.observation_history.recorded_at IS 'Instant (UTC) from which the row counts as known.';
COMMENT ON COLUMN krt.observation_history.run IS 'Number of the run it came from.';
COMMENT ON VIEW krt.observations IS 'The current value of each day; retracted days are left out.';
COMMENT ON COLUMN krt.observations.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.observations.segment IS 'Segment; empty for the whole.';
COMMENT ON COLUMN krt.observations.day IS 'Local civil day in the metric''s zone.';
COMMENT ON COLUMN krt.observations.value IS 'Value in the metric''s unit; NULL for 0/0 (weight 0).';
COMMENT ON COLUMN krt.observations.weight IS 'Denominator of a ratio or mean; NULL where there is none.';
COMMENT ON COLUMN krt.observations.status IS 'ok, or quarantined: then it moves no key result.';
COMMENT ON COLUMN krt.observations.expectation IS 'Words of the failed expectation.';
COMMENT ON COLUMN krt.observations.revision IS 'How often the value was restated.';
COMMENT ON COLUMN krt.observations.recorded_at IS 'Instant (UTC) from which it counts as known.';
COMMENT ON COLUMN krt.observations.run IS 'Number of the run it came from.';
COMMENT ON VIEW krt.expectation_results IS 'Values that failed an expectation, every revision.';
COMMENT ON COLUMN krt.expectation_results.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.expectation_results.segment IS 'Segment; empty for the whole.';
COMMENT ON COLUMN krt.expectation_results.day IS 'Local civil day.';
COMMENT ON COLUMN krt.expectation_results.value IS 'The value that failed.';
COMMENT ON COLUMN krt.expectation_results.expectation IS 'Words of the failed expectation.';
COMMENT ON COLUMN krt.expectation_results.recorded_at IS 'Instant (UTC) it was recorded.';
COMMENT ON COLUMN krt.expectation_results.run IS 'Number of the run it came from.';
COMMENT ON VIEW krt.runs IS 'Every attempt at a metric, failed ones too.';
COMMENT ON COLUMN krt.runs.run IS 'Number of the run.';
COMMENT ON COLUMN krt.runs.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.runs.source IS 'Id of the source.';
COMMENT ON COLUMN krt.runs.outcome IS 'ok, empty, vanished, unavailable, rejected, unexpected, crashed, interrupted, recorded or imported.';
COMMENT ON COLUMN krt.runs.first_day IS 'First local day asked.';
COMMENT ON COLUMN krt.runs.last_day IS 'Last local day asked, included.';
COMMENT ON COLUMN krt.runs.started_at IS 'Instant (UTC) it started.';
COMMENT ON COLUMN krt.runs.recorded_at IS 'Instant (UTC) from which its rows count as known.';
COMMENT ON COLUMN krt.runs.message IS 'What went wrong, in words.';
COMMENT ON COLUMN krt.runs.rows IS 'Rows the source sent.';
COMMENT ON COLUMN krt.runs.requests IS 'Requests it took.';
COMMENT ON COLUMN krt.runs.written IS 'Rows appended: first values, revisions and retractions.';
COMMENT ON COLUMN krt.runs.revised IS 'Of these, days that got another value.';
COMMENT ON COLUMN krt.runs.retracted IS 'Of these, days taken back.';
COMMENT ON COLUMN krt.runs.quarantined IS 'Of these, days that failed an expectation.';
COMMENT ON COLUMN krt.runs.notes IS 'Facts about the answer: sampled, provisional, ...';
COMMENT ON COLUMN krt.runs.note IS 'A person''s note.';
COMMENT ON COLUMN krt.runs.query_digest IS 'SHA-256 of the definition asked.';
COMMENT ON VIEW krt.amendments IS 'Targets changed in mid-cycle, of the configuration in force.';
COMMENT ON COLUMN krt.amendments.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.amendments.day IS 'From this day on the path bends.';
COMMENT ON COLUMN krt.amendments.old IS 'Target before.';
COMMENT ON COLUMN krt.amendments.new IS 'Target from then on.';
COMMENT ON COLUMN krt.amendments.reason IS 'Why.';
COMMENT ON COLUMN krt.amendments.approver IS 'Who agreed.';
COMMENT ON COLUMN krt.amendments.recorded_at IS 'Instant (UTC) of the first configuration that contains it.';
COMMENT ON VIEW krt.forecasts IS 'Published forecasts, and why there was none: a row each time it changed.';
COMMENT ON COLUMN krt.forecasts.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.forecasts.made_on IS 'Newest settled local day it was made from; of a refusal the newest day counted.';
COMMENT ON COLUMN krt.forecasts.day IS 'Local day forecast: the last of the key result.';
COMMENT ON COLUMN krt.forecasts.low IS 'Lower end of the 80 % interval of the actual on that day.';
COMMENT ON COLUMN krt.forecasts.middle IS 'Median.';
COMMENT ON COLUMN krt.forecasts.high IS 'Upper end of the 80 % interval.';
COMMENT ON COLUMN krt.forecasts.chance IS 'Chance the status goes by, 0 to 1; NULL where none was given.';
COMMENT ON COLUMN krt.forecasts.recorded_at IS 'Instant (UTC) from which it counts as known.';
COMMENT ON COLUMN krt.forecasts.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.forecasts.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.forecasts.promise IS 'What the chance is of: target (met at the end), score 0.7, or touch.';
COMMENT ON COLUMN krt.forecasts.threshold IS 'Value meant by that, in the metric''s unit.';
COMMENT ON COLUMN krt.forecasts.direction IS '1: at or above it, -1: at or below.';
COMMENT ON COLUMN krt.forecasts.chance_at_end IS 'Chance of meeting the full target on the last day.';
COMMENT ON COLUMN krt.forecasts.chance_touched IS 'Chance of meeting it on some day until then.';
COMMENT ON COLUMN krt.forecasts.reached_on IS 'First day by which half of the paths reach the target; NULL when not by the end.';
COMMENT ON COLUMN krt.forecasts.low95 IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN krt.forecasts.high95 IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN krt.forecasts.days_used IS 'Known days it was learnt from.';
COMMENT ON COLUMN krt.forecasts.method IS 'Name and version of the method.';
COMMENT ON COLUMN krt.forecasts.inputs_digest IS 'SHA-256 of everything it follows from: the same digest is the same forecast.';
COMMENT ON COLUMN krt.forecasts.refused IS 'Code of why there is none: too_few_days, not_daily, no_baseline, ...';
COMMENT ON COLUMN krt.forecasts.why IS 'The same in words.';
COMMENT ON VIEW krt.forecast_outcomes IS 'The calibration ledger: the last chance of each data day of closed key results, with what came of it.';
COMMENT ON COLUMN krt.forecast_outcomes.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.forecast_outcomes.cycle IS 'Id of the cycle.';
COMMENT ON COLUMN krt.forecast_outcomes.metric IS 'Id of the metric.';
COMMENT ON COLUMN krt.forecast_outcomes.made_on IS 'Newest settled local day the forecast was made from.';
COMMENT ON COLUMN krt.forecast_outcomes.promise IS 'What the chance was of: target, score 0.7, or touch.';
COMMENT ON COLUMN krt.forecast_outcomes.threshold IS 'Value meant by that.';
COMMENT ON COLUMN krt.forecast_outcomes.chance IS 'Chance given, 0 to 1.';
COMMENT ON COLUMN krt.forecast_outcomes.chance_shown IS 'The same as shown, between 0.02 and 0.98; this one is scored.';
COMMENT ON COLUMN krt.forecast_outcomes.met IS 'Whether it came true.';
COMMENT ON COLUMN krt.forecast_outcomes.low IS 'Lower end of the 80 % interval given.';
COMMENT ON COLUMN krt.forecast_outcomes.high IS 'Upper end of it.';
COMMENT ON COLUMN krt.forecast_outcomes.actual IS 'Final actual, as first closed.';
COMMENT ON COLUMN krt.forecast_outcomes.recorded_at IS 'Instant (UTC) the forecast was recorded.';
COMMENT ON COLUMN krt.forecast_outcomes.closed_at IS 'Instant (UTC) the outcome was recorded; nothing later changes it.';
COMMENT ON COLUMN krt.forecast_outcomes.miss IS 'Chance shown minus 1 if met, minus 0 if not.';
COMMENT ON COLUMN krt.forecast_outcomes.covered IS 'Whether the final actual lay within the 80 % interval.';
COMMENT ON VIEW krt.reliability IS 'What was said against what happened, by metric and tenth of the chances shown.';
COMMENT ON COLUMN krt.reliability.metric IS 'Id of the metric; NULL: all together.';
COMMENT ON COLUMN krt.reliability.low IS 'Where the tenth begins: 0.7 holds chances from 70 % on.';
COMMENT ON COLUMN krt.reliability.chances IS 'How many chances.';
COMMENT ON COLUMN krt.reliability.said IS 'Their mean.';
COMMENT ON COLUMN krt.reliability.happened IS 'How often they came true.';
COMMENT ON VIEW krt.calibration IS 'How honest past odds were, by metric and overall.';
COMMENT ON COLUMN krt.calibration.metric IS 'Id of the metric; NULL: all together.';
COMMENT ON COLUMN krt.calibration.key_results IS 'Closed key results behind it.';
COMMENT ON COLUMN krt.calibration.chances IS 'Chances given for them.';
COMMENT ON COLUMN krt.calibration.brier IS 'Brier score: mean square of the miss; 0 is perfect, 0.25 is always saying 50 %.';
COMMENT ON COLUMN krt.calibration.log_loss IS 'Mean of -ln of the chance given to what happened.';
COMMENT ON COLUMN krt.calibration.calibration_error IS 'Mean distance of said from happened, over tenths of the chances.';
COMMENT ON COLUMN krt.calibration.coverage IS 'Share of final actuals within the 80 % interval; 0.8 is honest.';
COMMENT ON COLUMN krt.calibration.enough IS 'Whether at least 30 key results have closed: with fewer it says little.';
COMMENT ON VIEW krt.checkins IS 'What owners said; empty in this version.';
COMMENT ON COLUMN krt.checkins.key_result IS 'Full id, cycle/name.';
COMMENT ON COLUMN krt.checkins.day IS 'Local day.';
COMMENT ON COLUMN krt.checkins.author IS 'Who said it.';
COMMENT ON COLUMN krt.checkins.confidence IS 'Confidence, 0 to 1.';
COMMENT ON COLUMN krt.checkins.note IS 'Words.';
COMMENT ON COLUMN krt.checkins.recorded_at IS 'Instant (UTC) it was recorded.';
COMMENT ON MACRO TABLE krt.status_as_of IS 'What was said of each key result at an instant (UTC): krt.status_as_of(''2026-11-01 09:00'').';
COMMENT ON MACRO TABLE krt.forecasts_as_of IS 'What was last foretold of each key result at an instant (UTC).';
COMMENT ON MACRO TABLE krt.series IS 'The current values of a metric, by segment and day: krt.series(''dau'').';
COMMENT ON MACRO TABLE krt.compare IS 'A key result in two cycles, side by side by day of the cycle: krt.compare(''dau'', ''2026-q3'', ''2026-q4'').';
