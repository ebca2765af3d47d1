"""Metrics as written to checked values; the connector's own part stays as it is, files read in."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from krtracker.connector import STANDARD_METRICS
from krtracker.errors import nearest
from krtracker.model import Better, Expectations, Kind, Metric, Refresh, Source
from krtracker.periods import Grain
from krtracker.settings.actuals import check_actual, default_actual, is_additive
from krtracker.settings.fields import describe
from krtracker.settings.phrases import days_in_periods, longest_gap_days, read_refresh
from krtracker.settings.quantities import TIMES, Measure, QuantityError, read_quantity
from krtracker.settings.reading import Tables
from krtracker.settings.references import refer
from krtracker.settings.shapes import Entry
from krtracker.settings.sources import READS_EVENTS, check_secrets, defining_options
from krtracker.settings.tables import MetricTable

WAYS = ("standard", "query", "report", "request", "formula")
SETTINGS = tuple(MetricTable.model_fields)
MANUAL_STALE_AFTER = 35
LESS_IS_BETTER = {"bounce_rate": "down"}


@dataclass(frozen=True)
class Asked:
    """One metric table with what it stands on."""

    entry: Entry[MetricTable]
    tables: Tables
    source: Source | None
    question: Mapping[str, Any]

    @property
    def grain(self) -> Grain:
        return Grain(self.entry.table.grain)


def read_metrics(tables: Tables, sources: Mapping[str, Source], zone: str) -> dict[str, Metric]:
    """Every metric that can be understood; the rest is reported."""
    found = {}
    for name, entry in tables.metrics.items():
        source = _source(entry, tables, sources)
        _check_way(entry, tables)
        asked = Asked(entry, tables, source, _question(entry, tables))
        found[name] = _metric(asked, zone)
    return found


def _source(
    entry: Entry[MetricTable], tables: Tables, sources: Mapping[str, Source]
) -> Source | None:
    name, spot = entry.table.source, entry.spot
    if name is None:
        if entry.table.formula is None and "source" not in entry.broken:
            hint = 'name a [sources.ID], or write source = "manual"'
            words = f"`source` is missing in metric `{entry.id}`"
            tables.report.error("K004", words, spot, label="needs `source`", hint=hint)
        return None
    if name != "manual":
        refer(tables, ("sources",), name, at=spot / "source")
    return sources.get(name)


def _check_way(entry: Entry[MetricTable], tables: Tables) -> None:
    """Exactly one way to the number (K017), and no key that only looks like one of ours (K003)."""
    table, report = entry.table, tables.report
    ways = [way for way in WAYS if way in table.model_fields_set]
    extras = list(table.model_extra or {})
    by_hand = table.source == "manual"
    if by_hand and ways:
        words = f"metric `{entry.id}` is recorded by hand and has a `{ways[0]}`"
        report.error("K017", words, (entry.spot / ways[0]).key, hint="keep one of the two")
    elif len(ways) > 1:
        words = f"metric `{entry.id}` has both `{ways[0]}` and `{ways[1]}`"
        report.error("K017", words, (entry.spot / ways[1]).key, hint="keep one of the two")
    elif not ways and not by_hand and not extras and not entry.broken & {*WAYS, "source"}:
        words = f"metric `{entry.id}` does not say what to ask"
        hint = 'write query = "select ..." or query = { file = "sql/x.sql" }'
        report.error("K017", words, entry.spot, label=f"needs one of {', '.join(WAYS)}", hint=hint)
    closed = by_hand or table.formula is not None
    for key in extras:
        near = nearest(key, SETTINGS) if closed or _looks_like_ours(key) else None
        if closed or near:
            hint = f"did you mean `{near}`?" if near else ""
            words = f"unknown setting `{key}` in metric `{entry.id}`"
            at = (entry.spot / key).key
            report.error("K003", words, at, label="not a setting of a metric", hint=hint)


OPTION_WORDS = {"events", "event", "day", "where", "by", "window", "file", "columns", "time"}


def _looks_like_ours(key: str) -> bool:
    import difflib

    return key not in OPTION_WORDS and bool(difflib.get_close_matches(key, SETTINGS, 1, 0.8))


def _question(entry: Entry[MetricTable], tables: Tables) -> dict[str, Any]:
    """The connector's part of the table, `{ file = ... }` read in."""
    table = entry.table
    found = dict(table.model_extra or {})
    check_secrets(found, entry.spot, tables.report)
    if table.standard in {"retention", "session_duration"} and table.unit is not None:
        found["unit"] = table.unit
    for way in ("standard", "report", "request"):
        if (value := getattr(table, way)) is not None:
            found[way] = value
            if way == "standard" and value not in STANDARD_METRICS:
                _no_such_standard(entry, tables)
            elif way != "standard" and not isinstance(value, dict):
                words = f"{way} of `{entry.id}` must be a table"
                label = f"this is {describe(value)}"
                tables.report.error("K005", words, entry.spot / way, label=label)
    if table.query is not None:
        found["query"] = _query(entry, tables)
    return found


def _no_such_standard(entry: Entry[MetricTable], tables: Tables) -> None:
    name = entry.table.standard or ""
    near = nearest(name, STANDARD_METRICS)
    hint = f'did you mean "{near}"?' if near else f"one of {', '.join(STANDARD_METRICS)}"
    words = f"standard of `{entry.id}` cannot be `{name}`"
    at = entry.spot / "standard"
    tables.report.error("K006", words, at, label="no standard metric", hint=hint)


def _query(entry: Entry[MetricTable], tables: Tables) -> str:
    raw, at, report = entry.table.query, entry.spot / "query", tables.report
    if isinstance(raw, str) and raw.strip():
        text = raw
    elif isinstance(raw, dict) and set(raw) == {"file"} and isinstance(raw["file"], str):
        text = _query_file(entry, raw["file"], tables)
    else:
        words = f"query of `{entry.id}` must be text or a file"
        hint = 'write query = "select ..." or query = { file = "sql/x.sql" }'
        report.error("K005", words, at, label=f"this is {describe(raw)}", hint=hint)
        return ""
    source = tables.sources.get(entry.table.source or "")
    windowed = source is not None and source.table.connector in READS_EVENTS
    if text and windowed and not re.search(r":(start|end)\b|:(start|end)_", text):
        words = f"query of `{entry.id}` uses neither :start nor :end"
        hint = "days outside the asked window are refused: add where day >= :start and day < :end"
        report.warn("K036", words, at, label="reads everything each time", hint=hint)
    return text


def _query_file(entry: Entry[MetricTable], file: str, tables: Tables) -> str:
    beside = os.path.dirname(entry.spot.document.name)
    name = os.path.normpath(os.path.join(beside, file))
    try:
        tables.texts[name] = tables.shelf.read(name)
        return tables.texts[name]
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "not UTF-8").lower()
        words = f"cannot read `{name}`, the query of `{entry.id}`: {reason}"
        at = entry.spot / "query" / "file"
        hint = "paths are relative to the file they stand in"
        tables.report.error("K002", words, at, label="no query there", hint=hint)
        return ""


def _metric(asked: Asked, zone: str) -> Metric:
    # long: one value with many plain fields, each in its own line
    entry, table, grain = asked.entry, asked.entry.table, asked.grain
    kind, refresh = Kind(table.kind), table.refresh or read_refresh("daily 06:00")
    unit = "" if table.standard == "retention" else table.unit or ""
    own_zone = table.timezone or (asked.source.zone if asked.source else zone)
    measure = Measure(entry.id, kind, _checked_unit(asked, unit), _domain(asked))
    actual = default_actual(table, asked.question)
    matures = _matures_in(table)
    return Metric(
        id=entry.id,
        title=table.title or entry.id,
        kind=kind,
        source=table.source or "",
        zone=own_zone,
        refresh=refresh,
        actual=check_actual(actual, entry, at=entry.spot / "actual", report=asked.tables.report),
        unit=measure.unit,
        description=table.description or "",
        better=Better(table.better or LESS_IS_BETTER.get(table.standard or "", "up")),
        grain=grain,
        query=asked.question,
        query_digest=_digest(asked, own_zone),
        standard=table.standard,
        formula=_formula(asked),
        settles_in=days_in_periods(_settles_in(asked), grain),
        late_by=days_in_periods(table.late_by + matures, grain),
        matures_in=days_in_periods(matures, grain),
        stale_after=days_in_periods(_stale_after(table, refresh), grain),
        ready_at=table.ready_at,
        history=days_in_periods(table.history, grain),
        missing_is_zero=table.missing == "zero",
        additive=is_additive(table),
        pooled=kind is Kind.RATIO or actual.how == "weighted_mean",
        domain=measure.domain,
        expect=_expectations(asked, measure),
    )


def _checked_unit(asked: Asked, unit: str) -> str:
    if asked.entry.table.kind != "duration" or unit in ("", *TIMES):
        return unit or ("s" if asked.entry.table.kind == "duration" else "")
    words = f"unit of `{asked.entry.id}` cannot be `{unit}`"
    label = "a duration is in ms, s, min, h or d"
    asked.tables.report.error("K006", words, asked.entry.spot / "unit", label=label)
    return "s"


def _domain(asked: Asked) -> tuple[float, float] | None:
    bounds = asked.entry.table.domain
    if bounds is None:
        return None
    if bounds[0] >= bounds[1]:
        words = f"domain of `{asked.entry.id}` is empty"
        at = asked.entry.spot / "domain"
        asked.tables.report.error("K016", words, at, label="write [lowest, highest]")
        return None
    return bounds[0], bounds[1]


def _matures_in(table: MetricTable) -> int:
    """Days until a cohort is complete: said, or implied by `standard` (decisions.md 24)."""
    if table.matures_in is not None:
        return table.matures_in
    options = table.model_extra or {}
    if table.standard == "retention":
        return _retention_matures(options, table.unit or "day")
    if table.standard in {"activation", "conversion"} and not options.get("same_bucket"):
        return _whole(options.get("window_days", 7))
    return 0


UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


def _retention_matures(options: Mapping[str, Any], unit: str) -> int:
    """The last day of the period asked for; a day more where it runs from the user's own hour."""
    brackets = options.get("brackets")
    last = brackets[-1] if isinstance(brackets, list) and brackets else options.get("day", 7)
    days = (_whole(last) + 1) * UNIT_DAYS.get(unit, 1) - 1
    return days + (options.get("window") == "rolling_24h")


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


RESTATING = ("ga4", "mixpanel", "amplitude")


def _settles_in(asked: Asked) -> int:
    stated = asked.entry.table.settles_in
    if stated is not None:
        return stated
    return 3 if asked.source is not None and asked.source.connector in RESTATING else 0


def _stale_after(table: MetricTable, refresh: Refresh) -> int:
    if table.stale_after is not None:
        return table.stale_after
    if table.source == "manual":
        return MANUAL_STALE_AFTER
    return 2 + longest_gap_days(refresh) - 1


def _formula(asked: Asked) -> str | None:
    formula = asked.entry.table.formula
    for name in re.findall(r"[A-Za-z][\w.-]*", formula or ""):
        refer(asked.tables, ("metrics",), name, at=asked.entry.spot / "formula")
    return formula


def _expectations(asked: Asked, measure: Measure) -> Expectations:
    table = asked.entry.table.expect
    if table is None:
        return Expectations()
    change, against = table.max_change or (None, "same weekday")
    return Expectations(
        fresh_within=table.fresh_within,
        between=_between(asked, measure),
        max_change=change,
        change_against=against,
        monotonic=table.monotonic or "",
    )


def _between(asked: Asked, measure: Measure) -> tuple[float, float] | None:
    expect, report = asked.entry.table.expect, asked.tables.report
    bounds = expect.between if expect else None
    if bounds is None:
        return None
    at, found = asked.entry.spot / "expect" / "between", []
    for number, raw in enumerate(bounds):
        try:
            found.append(read_quantity(raw, measure, "between"))
        except QuantityError as error:
            words = f"expect between of `{asked.entry.id}` {error.says}"
            report.error(error.code, words, at / number, label=error.label, hint=error.hint)
    if len(found) == 2 and found[0] > found[1]:
        words = f"expect between of `{asked.entry.id}` is empty"
        report.error("K016", words, at, label="write [lowest, highest]")
        return None
    return (found[0], found[1]) if len(found) == 2 else None


def _digest(asked: Asked, zone: str) -> str:
    """SHA-256 over all that decides which numbers come: a new one is a new definition."""
    table, tables = asked.entry.table, asked.tables
    source = tables.sources.get(table.source or "")
    options = defining_options(source) if source else {}
    if table.standard is None:
        options.pop("events", None)  # where events are decides nothing of a `query`
    defining = {
        "query": asked.question,
        "formula": table.formula,
        "connector": source.table.connector if source else table.source,
        "options": options,
        "zone": zone,
        "grain": table.grain,
        "unit": table.unit if table.kind == "duration" else None,
    }
    text = json.dumps(defining, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
