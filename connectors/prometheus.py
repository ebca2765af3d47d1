"""Asks a Prometheus server (or one that speaks its API) PromQL for one number a civil day.

    [sources.monitoring]
    connector = "prometheus"
    url = "http://prometheus.internal:9090"
    auth = { user = "krtracker", password = "${env:PROMETHEUS_PASSWORD}" }

    [metrics.failed_payments]
    title = "Failed payments"
    kind = "count"
    source = "monitoring"
    query = 'sum(increase(payments_failed_total[$day]))'

    [metrics.latency]
    title = "Mean response time"
    kind = "duration"
    source = "monitoring"
    query = '''
    sum(increase(http_request_seconds_sum[$day])) / sum(increase(http_request_seconds_count[$day]))
    '''
    weight = 'sum(increase(http_request_seconds_count[$day]))'

A query is evaluated at the last millisecond of each civil day of the metric's zone. `$day` is that
day's length (23, 24 or 25 hours), so `increase(x[$day])` counts its events (extrapolated to its
edges, hence no whole number), `avg_over_time(x[$day])` averages a gauge and `last_over_time` takes
its last value. `segment` names the label that tells several series apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from connectors._http import Request
from connectors._http_tables import HttpOptions
from connectors._rows import answer
from connectors._standard_terms import none_answered
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)

MOST_POINTS = 11_000
Reading = dict[tuple[Any, str], float]


class PrometheusSource(HttpOptions):
    """The connector's part of `[sources.ID]`; `max_series` is the most one query may answer."""

    max_series: int = Field(default=1_000, gt=0)


class PrometheusQuery(Options):
    """The connector's part of `[metrics.ID]`: PromQL; `weight` is the denominator of a ratio."""

    query: str
    weight: str | None = None
    segment: str | None = None

    @field_validator("query", "weight")
    @classmethod
    def _not_empty(cls, text: str | None) -> str | None:
        if text is not None and not text.strip():
            raise ValueError("write a PromQL expression, as sum(increase(x_total[$day]))")
        return text


class PrometheusConnector:
    """One range query for days of one length after another: a step knows no daylight saving."""

    SourceOptions = PrometheusSource
    QueryOptions = PrometheusQuery
    standards = none_answered("it keeps counters, not users or events: write PromQL as `query`")

    def __init__(self, options: PrometheusSource) -> None:
        self._http, self._most = options.http(), options.max_series

    def fetch(
        self, asks: Sequence[Ask[PrometheusQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return self._http.answers(asks, deadline, self._answer)

    def close(self) -> None:
        self._http.close()

    def _answer(self, query: PrometheusQuery, window: Window, deadline: Deadline) -> Answer:
        notes: dict[str, None] = {}
        values = self._reading(query.query, query.segment, window, deadline=deadline, notes=notes)
        names: tuple[str, ...] = ("day", "segment", "value")
        rows: list[tuple[Any, ...]] = [(*key, value) for key, value in values.items()]
        if query.weight is not None:
            weights = self._reading(
                query.weight, query.segment, window, deadline=deadline, notes=notes
            )
            names, rows = (*names, "weight"), list(_weighted(values, weights))
        for day, segment, value, *_ in rows:
            _refuse_no_number(day, segment, value)
        told = answer(names, rows, window, parameters=_bounds(window))
        return replace(told, notes=(*told.notes, *notes))

    def _reading(
        self,
        query: str,
        label: str | None,
        window: Window,
        *,
        deadline: Deadline,
        notes: dict[str, None],
    ) -> Reading:
        """The number of each day and segment; what the server warns of is added to `notes`."""
        found: Reading = {}
        for first, last, length in _runs(window):
            form = {
                "query": query.replace("$day", f"{length:.0f}s"),
                "start": _text(first),
                "end": _text(last),
                "step": "86400",
            }
            told = self._http.json(Request("/api/v1/query_range", "POST", form=form), deadline)
            series, warnings = _series(told)
            notes.update(dict.fromkeys(warnings))
            if len(series) > self._most:
                words = f"the query answers {len(series):,} series: sum(...) or raise `max_series`"
                raise SourceRejectedError(words)
            for key, value in _points(series, label, window.zone):
                if key in found:
                    raise UnexpectedAnswerError(
                        f"several series answer for {key[0]}: write sum(...) by (label), "
                        "and name that label as `segment`"
                    )
                found[key] = value
        return found


def _runs(window: Window) -> Iterator[tuple[datetime, datetime, float]]:
    """Days of 24 hours in a row, and each other day alone: last milliseconds, and the length."""
    lengths = []
    for day in window.span:
        one = replace(window, first=day, last=day)
        lengths.append((one.end_utc, (one.end_utc - one.start_utc).total_seconds()))
    before = timedelta(milliseconds=1)
    for length, days in groupby((one for one in lengths if one[1]), key=lambda one: one[1]):
        ends = [end for end, _ in days]
        step = MOST_POINTS if length == 86400 else 1
        for place in range(0, len(ends), step):
            part = ends[place : place + step]
            yield part[0] - before, part[-1] - before, length


def _text(instant: datetime) -> str:
    return f"{instant.timestamp():.3f}"


def _bounds(window: Window) -> dict[str, str]:
    return {"start": window.start_utc.isoformat(), "end": window.end_utc.isoformat()}


def _series(told: Any) -> tuple[list[Any], list[str]]:
    """The series of an answer and its warnings. Raises one of the contract's three failures."""
    if not isinstance(told, dict):
        raise UnexpectedAnswerError("the answer is no answer of Prometheus: correct `url`")
    if told.get("status") == "error":
        words = f"{told.get('errorType')}: {str(told.get('error'))[:200]}"
        if told.get("errorType") in ("timeout", "canceled", "unavailable", "internal"):
            raise SourceUnavailableError(words)
        raise SourceRejectedError(f"{words}: correct the query")
    inner = told.get("data")
    if not isinstance(inner, dict) or not isinstance(inner.get("result"), list):
        raise UnexpectedAnswerError("the answer holds no `data.result` as Prometheus has it")
    if inner.get("resultType") != "matrix":
        raise UnexpectedAnswerError(f"the answer is a {str(inner.get('resultType'))[:20]}")
    warnings = [*(told.get("warnings") or ()), *(told.get("infos") or ())]
    return inner["result"], [f"the server says: {str(one)[:200]}" for one in warnings]


def _points(
    series: list[Any], label: str | None, zone: str
) -> Iterator[tuple[tuple[Any, str], float]]:
    try:
        for one in series:
            segment = str(one["metric"].get(label, "")) if label else ""
            for stamp, text in one["values"]:
                day = datetime.fromtimestamp(float(stamp), UTC).astimezone(ZoneInfo(zone)).date()
                yield (day, segment), float(text)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        raise UnexpectedAnswerError("the answer's series are not as Prometheus has them") from None


def _weighted(values: Reading, weights: Reading) -> Iterator[tuple[Any, ...]]:
    """Values with their weights; 0/0 is known and adds nothing."""
    for key, value in values.items():
        weight = weights.get(key)
        if weight is None:
            raise UnexpectedAnswerError(f"{key[0]} has a value and no weight: correct `weight`")
        yield (*key, 0.0 if weight == 0 and math.isnan(value) else value, weight)


def _refuse_no_number(day: Any, segment: str, value: float) -> None:
    if not math.isfinite(value):
        of = f" of `{segment}`" if segment else ""
        raise UnexpectedAnswerError(
            f"{day}{of} is {value} in PromQL, most likely 0/0: leave such days out by "
            "`... and sum(increase(total[$day])) > 0`, or give a `weight`"
        )
