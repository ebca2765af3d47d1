"""What GA4 answered to one page, as plain values: rows, headers, and what it says about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors._ga4_plan import Report
from connectors._rows import shown
from krtracker.connector import UnexpectedAnswerError

KIND = "analyticsData#runReport"
NEARLY_USED = 0.1
COUNTING = (1, 9)
"""Metric types whose nothing is zero: TYPE_INTEGER and TYPE_CURRENCY."""

Row = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Heard:
    """One page. `total` counts the rows of the whole report; `hidden` are metrics withheld from
    this account, which GA4 sends as zeros; `counting` those that count something."""

    rows: tuple[Row, ...]
    total: int
    zone: str = ""
    notes: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    counting: frozenset[str] = frozenset()


def heard(told: Any, report: Report) -> Heard:
    """The page in a RunReportResponse (the protocol buffer itself, which reads ten times as fast).

    Raises UnexpectedAnswerError when it is no answer to this report.
    """
    dimensions = tuple(one.name for one in told.dimension_headers)
    metrics = tuple(one.name for one in told.metric_headers)
    if told.rows or dimensions or metrics:
        _check_headers(dimensions, metrics, report)
    elif told.kind != KIND:
        raise UnexpectedAnswerError(
            "the answer is no report of GA4: neither headers nor its kind are there"
        )
    rows = tuple(_row(one, report) for one in told.rows)
    closed = told.metadata.schema_restriction_response.active_metric_restrictions
    return Heard(
        rows=rows,
        total=told.row_count,
        zone=told.metadata.time_zone,
        notes=tuple(_notes(told, rows)),
        hidden=frozenset(one.metric_name for one in closed),
        counting=frozenset(one.name for one in told.metric_headers if one.type_ in COUNTING),
    )


def _check_headers(dimensions: tuple[str, ...], metrics: tuple[str, ...], report: Report) -> None:
    asked = (report.dimensions, report.metrics)
    if (dimensions, metrics) != asked:
        raise UnexpectedAnswerError(
            f"asked for {', '.join((*asked[0], *asked[1]))}, but the answer has the columns "
            f"{shown(', '.join((*dimensions, *metrics)))}"
        )


def _row(row: Any, report: Report) -> Row:
    keys = tuple(one.value for one in row.dimension_values)
    values = tuple(one.value for one in row.metric_values)
    if len(keys) != len(report.dimensions) or len(values) != len(report.metrics):
        raise UnexpectedAnswerError("a row of the answer has too few or too many values")
    return keys, values


def _notes(told: Any, rows: tuple[Row, ...]) -> Iterator[str]:
    about = told.metadata
    for one in about.sampling_metadatas:
        read, whole = one.samples_read_count, one.sampling_space_size
        share = f" ({read / whole:.0%})" if whole else ""
        yield f"sampled: GA4 estimated it from {read:,} of {whole:,} events{share}"
    if about.subject_to_thresholding:
        yield "thresholded: GA4 withholds small groups, so values may be too low or missing"
    if about.data_loss_from_other_row:
        yield "GA4 folded rare values into `(other)`: segments may be too low"
    if any("(other)" in keys for keys, _ in rows):
        yield "the segment `(other)` holds what GA4 did not keep apart"
    if about.empty_reason:
        yield f"GA4 says why there is nothing: {shown(about.empty_reason)}"
    for one in about.data_truncation_reasons:
        words = one.data_truncation_message or "no reason given"
        before = f" before {one.data_truncation_date}" if one.data_truncation_date else ""
        yield f"GA4 left out data{before}: {' '.join(words.split())[:120]}"
    yield from _quotas(told.property_quota)


QUOTAS = {
    "tokens_per_day": "tokens of the day",
    "tokens_per_hour": "tokens of the hour",
    "tokens_per_project_per_hour": "tokens of the hour for this project",
    "server_errors_per_project_per_hour": "server errors allowed this hour",
    "potentially_thresholded_requests_per_hour": "thresholded requests of the hour",
}


def _quotas(quota: Any) -> Iterator[str]:
    """What is nearly used up of the property's quotas."""
    for name, words in QUOTAS.items():
        one = getattr(quota, name)
        # The remainder counts; what this request consumed was taken off it already.
        whole = WHOLE[name]
        if quota.HasField(name) and one.remaining < whole * NEARLY_USED:
            yield f"quota of the property nearly used up: few {words} left"


WHOLE = {
    "tokens_per_day": 200_000,
    "tokens_per_hour": 40_000,
    "tokens_per_project_per_hour": 14_000,
    "server_errors_per_project_per_hour": 10,
    "potentially_thresholded_requests_per_hour": 120,
}
"""What a standard property has; one of Analytics 360 has ten times as much of most."""
