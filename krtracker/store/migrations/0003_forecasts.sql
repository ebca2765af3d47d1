-- Every forecast that was published, and every refusal with its words; a new row when it changed.

CREATE TABLE forecast (
    key_result VARCHAR NOT NULL,
    cycle VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    today DATE NOT NULL,
    data_day DATE,
    probability DOUBLE,
    promise VARCHAR,
    threshold DOUBLE,
    direction TINYINT,
    at_end DOUBLE,
    final_day DATE,
    low95 DOUBLE,
    low80 DOUBLE,
    middle DOUBLE,
    high80 DOUBLE,
    high95 DOUBLE,
    touched DOUBLE,
    reached_on DATE,
    days_used INTEGER,
    method VARCHAR,
    inputs_digest VARCHAR,
    refused VARCHAR,
    words VARCHAR,
    configuration_id INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL
);

-- The newest of each key result: follows from `forecast`, kept so that a start costs nothing.
CREATE TABLE forecast_now AS FROM forecast LIMIT 0;
