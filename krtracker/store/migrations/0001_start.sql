-- The first shape of the store. No key, index or foreign key anywhere: the single writer keeps
-- uniqueness, `krtracker db verify` checks it, and appends stay small and fast.
-- Instants are UTC in TIMESTAMP columns, days are local civil days of the metric's zone.

CREATE TABLE batch (
    seq BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    kind VARCHAR NOT NULL,
    observations BIGINT NOT NULL,
    evaluations BIGINT NOT NULL
);

CREATE TABLE series (series_id INTEGER NOT NULL, metric VARCHAR NOT NULL, segment VARCHAR NOT NULL);

CREATE TABLE statement (statement VARCHAR NOT NULL, text VARCHAR NOT NULL);

CREATE TABLE run (
    run_id INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    metric VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    window_first DATE NOT NULL,
    window_last DATE NOT NULL,
    started_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    query_digest VARCHAR NOT NULL,
    statement VARCHAR NOT NULL,
    parameters VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    requests INTEGER NOT NULL,
    written INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    retracted INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    notes VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);

-- The words of expectations that failed; a column of texts in `observation` would cost a fifth of
-- every publish, even where all are NULL.
CREATE TABLE expectation (failed INTEGER NOT NULL, words VARCHAR NOT NULL);

-- value NULL: retracted. failed: the expectation that quarantines the day.
-- revision counts 0, 1, 2, .. without gaps for each (series_id, day): readers rely on it.
CREATE TABLE observation (
    series_id INTEGER NOT NULL,
    day DATE NOT NULL,
    value DOUBLE CHECK (value IS NULL OR isfinite(value)),
    weight DOUBLE CHECK (weight IS NULL OR isfinite(weight)),
    recorded_at TIMESTAMP NOT NULL,
    run_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    failed INTEGER
);

CREATE TABLE definition (
    metric VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    kept BOOLEAN NOT NULL,
    day DATE,
    seq BIGINT NOT NULL
);

CREATE TABLE configuration (
    configuration_id INTEGER NOT NULL,
    digest VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    files VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE cycle (
    configuration_id INTEGER NOT NULL, position INTEGER NOT NULL, cycle VARCHAR NOT NULL,
    title VARCHAR, first_day DATE, last_day DATE, freeze_day DATE
);

CREATE TABLE metric (
    configuration_id INTEGER NOT NULL, position INTEGER NOT NULL, metric VARCHAR NOT NULL,
    title VARCHAR, kind VARCHAR, unit VARCHAR, description VARCHAR, source VARCHAR,
    better VARCHAR, grain VARCHAR, time_zone VARCHAR, refresh VARCHAR, actual VARCHAR,
    settles_in INTEGER, late_by INTEGER, stale_after INTEGER, query_digest VARCHAR
);

CREATE TABLE objective (
    configuration_id INTEGER NOT NULL, position INTEGER NOT NULL, objective VARCHAR NOT NULL,
    cycle VARCHAR, title VARCHAR, owner VARCHAR, parent VARCHAR, why VARCHAR, level VARCHAR,
    weight DOUBLE
);

CREATE TABLE key_result (
    configuration_id INTEGER NOT NULL, position INTEGER NOT NULL, key_result VARCHAR NOT NULL,
    name VARCHAR, cycle VARCHAR, objective VARCHAR, metric VARCHAR, segment VARCHAR,
    title VARCHAR, owner VARCHAR, weight DOUBLE, type VARCHAR, commitment VARCHAR,
    actual_rule VARCHAR, baseline_rule VARCHAR, target_rule VARCHAR, pace VARCHAR,
    first_day DATE, last_day DATE, tags VARCHAR
);

CREATE TABLE amendment (
    configuration_id INTEGER NOT NULL, position INTEGER NOT NULL, key_result VARCHAR NOT NULL,
    day DATE, old DOUBLE, new DOUBLE, reason VARCHAR, approver VARCHAR
);

CREATE TABLE frozen (
    key_result VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    numbers VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,
    window_first DATE NOT NULL,
    window_last DATE NOT NULL,
    inputs_recorded_at TIMESTAMP,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL
);

-- revision counts 0, 1, 2, .. for each (key_result, data_day).
CREATE TABLE evaluation (
    key_result VARCHAR NOT NULL,
    cycle VARCHAR NOT NULL,
    metric VARCHAR,
    today DATE NOT NULL,
    data_day DATE,
    status VARCHAR NOT NULL,
    vote VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    actual DOUBLE,
    baseline DOUBLE,
    origin DOUBLE,
    target DOUBLE,
    progress DOUBLE,
    expected DOUBLE,
    expected_value DOUBLE,
    catch_up DOUBLE,
    pace_status VARCHAR,
    probability DOUBLE,
    score DOUBLE,
    grade VARCHAR NOT NULL,
    age INTEGER,
    provisional BOOLEAN NOT NULL,
    window_first DATE,
    window_last DATE,
    days_used INTEGER NOT NULL,
    days_missing INTEGER NOT NULL,
    pooled_weight DOUBLE,
    flags VARCHAR,
    inputs_digest VARCHAR NOT NULL,
    final BOOLEAN NOT NULL,
    froze VARCHAR,
    reconstructed BOOLEAN NOT NULL,
    configuration_id INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    revision INTEGER NOT NULL
);

-- The newest evaluation of each key result: follows from `evaluation`, kept so that a status line
-- costs nothing.
CREATE TABLE evaluation_now (
    key_result VARCHAR NOT NULL,
    cycle VARCHAR NOT NULL,
    metric VARCHAR,
    today DATE NOT NULL,
    data_day DATE,
    status VARCHAR NOT NULL,
    vote VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    actual DOUBLE,
    baseline DOUBLE,
    origin DOUBLE,
    target DOUBLE,
    progress DOUBLE,
    expected DOUBLE,
    expected_value DOUBLE,
    catch_up DOUBLE,
    pace_status VARCHAR,
    probability DOUBLE,
    score DOUBLE,
    grade VARCHAR NOT NULL,
    age INTEGER,
    provisional BOOLEAN NOT NULL,
    window_first DATE,
    window_last DATE,
    days_used INTEGER NOT NULL,
    days_missing INTEGER NOT NULL,
    pooled_weight DOUBLE,
    flags VARCHAR,
    inputs_digest VARCHAR NOT NULL,
    final BOOLEAN NOT NULL,
    froze VARCHAR,
    reconstructed BOOLEAN NOT NULL,
    configuration_id INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    revision INTEGER NOT NULL
);

CREATE TABLE fact (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
