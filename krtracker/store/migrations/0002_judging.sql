-- All kinds of key results, objectives and early warnings. Columns that an older row lacks are NULL.

ALTER TABLE evaluation ADD COLUMN level VARCHAR;
ALTER TABLE evaluation ADD COLUMN interval_low DOUBLE;
ALTER TABLE evaluation ADD COLUMN interval_high DOUBLE;
ALTER TABLE evaluation ADD COLUMN compliance DOUBLE;
ALTER TABLE evaluation ADD COLUMN bad_days INTEGER;
ALTER TABLE evaluation ADD COLUMN allowed_days INTEGER;
ALTER TABLE evaluation ADD COLUMN coverage DOUBLE;
ALTER TABLE evaluation ADD COLUMN breached VARCHAR;
ALTER TABLE evaluation ADD COLUMN full_score DOUBLE;

ALTER TABLE evaluation_now ADD COLUMN level VARCHAR;
ALTER TABLE evaluation_now ADD COLUMN interval_low DOUBLE;
ALTER TABLE evaluation_now ADD COLUMN interval_high DOUBLE;
ALTER TABLE evaluation_now ADD COLUMN compliance DOUBLE;
ALTER TABLE evaluation_now ADD COLUMN bad_days INTEGER;
ALTER TABLE evaluation_now ADD COLUMN allowed_days INTEGER;
ALTER TABLE evaluation_now ADD COLUMN coverage DOUBLE;
ALTER TABLE evaluation_now ADD COLUMN breached VARCHAR;
ALTER TABLE evaluation_now ADD COLUMN full_score DOUBLE;

-- revision counts 0, 1, 2, .. for each (objective, data_day).
CREATE TABLE objective_evaluation (
    objective VARCHAR NOT NULL,
    cycle VARCHAR NOT NULL,
    today DATE NOT NULL,
    data_day DATE,
    status VARCHAR NOT NULL,
    vote VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    progress DOUBLE,
    expected DOUBLE,
    catch_up DOUBLE,
    coverage DOUBLE NOT NULL,
    score DOUBLE,
    flags VARCHAR,
    inputs_digest VARCHAR NOT NULL,
    final BOOLEAN NOT NULL,
    configuration_id INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    revision INTEGER NOT NULL
);

-- Early warnings: one row when a key (key_result, rule, cycle) is raised, one when it is over.
CREATE TABLE alarm (
    key_result VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    cycle VARCHAR NOT NULL,
    data_day DATE NOT NULL,
    raised BOOLEAN NOT NULL,
    words VARCHAR NOT NULL,
    depth INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL
);
