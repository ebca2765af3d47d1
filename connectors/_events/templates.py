"""The few expressions that engines write differently, one line each; `{0}` is compiled SQL."""

from __future__ import annotations

from collections.abc import Mapping

SQLITE_TEXT = (
    "(CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000"
    " + CASE WHEN length({0}) < 20 THEN 0 ELSE"
    " CASE substr({0}, 20, 1) WHEN '.' THEN"
    " CAST(round(CAST('0' || substr({0}, 20, 7) AS REAL) * 1000000) AS INTEGER) ELSE 0 END"
    " + CAST(round((CAST(strftime('%s', {0}) AS INTEGER)"
    " - CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER)) / 60.0) AS INTEGER) * 60000000 END)"
)
"""Exact to the microsecond: SQLite's own functions keep milliseconds and round them up."""

EPOCH = "date_part('epoch', {0}) * 1000000"
MYSQL_MICROS = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', {0})"

TEMPLATES: Mapping[str, Mapping[str, str]] = {
    "any": {
        "micros_epoch_s": "CAST(round({0} * 1000000) AS BIGINT)",
        "micros_epoch_ms": "CAST(round({0} * 1000) AS BIGINT)",
        "whole": "(({0}) / {1})",
        "short": "{0}",
        "exact": "{0}",
        "text": "CAST({0} AS VARCHAR)",
        "nullable": "{0}",
    },
    "sqlite": {
        "micros_naive": SQLITE_TEXT,
        "micros_text": SQLITE_TEXT,
        "micros_epoch_s": "CAST(round({0} * 1000000) AS INTEGER)",
        "micros_epoch_ms": "CAST(round({0} * 1000) AS INTEGER)",
        "text": "CAST({0} AS TEXT)",
    },
    "duckdb": {
        "micros_naive": "epoch_us({0})",
        "micros_aware": "epoch_us({0})",
        "micros_text": "epoch_us(CAST({0} AS TIMESTAMPTZ))",
        "micros_epoch_s": "CAST(round(CAST({0} AS DOUBLE) * 1000000) AS BIGINT)",
        "micros_epoch_ms": "CAST(round(CAST({0} AS DOUBLE) * 1000) AS BIGINT)",
        "whole": "(({0}) // {1})",
        "short": "CAST({0} AS INTEGER)",
    },
    "postgresql": {
        "micros_naive": f"CAST({EPOCH} AS BIGINT)",
        "micros_aware": f"CAST({EPOCH} AS BIGINT)",
        "micros_text": "CAST(date_part('epoch', CAST({0} AS timestamptz)) * 1000000 AS BIGINT)",
        "micros_epoch_s": "CAST(round(CAST({0} AS double precision) * 1000000) AS BIGINT)",
        "micros_epoch_ms": "CAST(round(CAST({0} AS double precision) * 1000) AS BIGINT)",
    },
    "redshift": {
        "micros_naive": "DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', {0})",
        "micros_aware": "DATEDIFF(microsecond, TIMESTAMPTZ '1970-01-01 00:00:00+00', {0})",
        "micros_text": "DATEDIFF(microsecond, TIMESTAMPTZ '1970-01-01 00:00:00+00',"
        " CAST({0} AS TIMESTAMPTZ))",
    },
    "mysql": {
        "micros_naive": MYSQL_MICROS,
        "micros_aware": MYSQL_MICROS,
        "micros_text": MYSQL_MICROS.format(
            "CAST(REPLACE(REPLACE({0}, 'T', ' '), 'Z', '') AS DATETIME(6))"
        ),
        "micros_epoch_s": "CAST(round({0} * 1000000) AS SIGNED)",
        "micros_epoch_ms": "CAST(round({0} * 1000) AS SIGNED)",
        "whole": "(({0}) DIV {1})",
        "exact": "CAST(CONVERT({0} USING utf8mb4) AS BINARY)",
        "text": "CAST({0} AS CHAR)",
    },
    "clickhouse": {
        "micros_naive": "toUnixTimestamp64Micro(toDateTime64({0}, 6, 'UTC'))",
        "micros_aware": "toUnixTimestamp64Micro(toDateTime64({0}, 6, 'UTC'))",
        "micros_text": "toUnixTimestamp64Micro(parseDateTime64BestEffort({0}, 6, 'UTC'))",
        "micros_epoch_s": "toInt64(round({0} * 1000000))",
        "micros_epoch_ms": "toInt64(round({0} * 1000))",
        "whole": "intDiv({0}, {1})",
        "text": "toString({0})",
        "nullable": "toNullable({0})",
    },
    "spark": {
        "micros_naive": "unix_micros(CAST({0} AS TIMESTAMP))",
        "micros_aware": "unix_micros(CAST({0} AS TIMESTAMP))",
        "micros_text": "unix_micros(CAST({0} AS TIMESTAMP))",
        "micros_epoch_s": "CAST(round(CAST({0} AS DOUBLE) * 1000000) AS BIGINT)",
        "micros_epoch_ms": "CAST(round(CAST({0} AS DOUBLE) * 1000) AS BIGINT)",
        "whole": "(({0}) DIV {1})",
        "text": "CAST({0} AS STRING)",
    },
    "bigquery": {
        "micros_naive": "UNIX_MICROS(CAST({0} AS TIMESTAMP))",
        "micros_aware": "UNIX_MICROS({0})",
        "micros_text": "UNIX_MICROS(CAST({0} AS TIMESTAMP))",
        "micros_epoch_s": "CAST(ROUND({0} * 1000000) AS INT64)",
        "micros_epoch_ms": "CAST(ROUND({0} * 1000) AS INT64)",
        "whole": "DIV({0}, {1})",
        "text": "CAST({0} AS STRING)",
    },
    "snowflake": {
        "micros_naive": "DATE_PART(EPOCH_MICROSECOND, {0})",
        "micros_aware": "DATE_PART(EPOCH_MICROSECOND, {0})",
        "micros_text": "DATE_PART(EPOCH_MICROSECOND, TO_TIMESTAMP_TZ({0}))",
        "whole": "FLOOR(({0}) / {1})",
    },
    "trino": {
        "micros_naive": "CAST(to_unixtime(with_timezone({0}, 'UTC')) * 1000000 AS BIGINT)",
        "micros_aware": "CAST(to_unixtime({0}) * 1000000 AS BIGINT)",
        "micros_text": "CAST(to_unixtime(from_iso8601_timestamp({0})) * 1000000 AS BIGINT)",
    },
}
"""By dialect and expression; `any` holds for those that do not say otherwise.

`micros_KIND` is the instant in microseconds since 1970 of a column of that kind, exact to the
precision it is stored in; naive kinds give their own clock's reading. `whole` divides positive
integers and drops the rest. `exact` tells apart texts that a collation would take for the same.
"""
