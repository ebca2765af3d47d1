"""Guardrails and leading indicators as phrases ("crash_free below 99.5%") to values; no data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from krtracker.model import Metric, Watch
from krtracker.settings.documents import Spot
from krtracker.settings.goal_tables import KeyResultTable
from krtracker.settings.quantities import Measure, QuantityError, read_quantity
from krtracker.settings.reading import Tables
from krtracker.settings.references import refer
from krtracker.settings.shapes import Entry

PHRASE = re.compile(
    r"(?P<name>\S+?)(?: (?P<side>below|above) (?P<limit>.+?))?(?:, (?P<lead>[1-9]\d{0,2})d ahead)?"
)
HINT = 'write it like "crash_free below 99.5%" or "activation below 30%, 14d ahead"'
SECTIONS = {"leading": ("metrics", "key_results"), "guardrails": ("key_results", "metrics")}


class Phrase(NamedTuple):
    name: str
    side: str
    limit: str
    lead: int | None


def read_phrase(text: str) -> Phrase | None:
    """The parts of a phrase; None where it cannot be read."""
    found = PHRASE.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    lead = int(found["lead"]) if found["lead"] else None
    return Phrase(found["name"], found["side"] or "", found["limit"] or "", lead)


def read_watches(
    entry: Entry[KeyResultTable], metrics: Mapping[str, Metric], tables: Tables
) -> tuple[Watch, ...]:
    """Everything the key result watches, guardrails first; what names nothing is reported."""
    found = []
    for key in ("guardrails", "leading"):
        for number, text in enumerate(getattr(entry.table, key)):
            at = entry.spot / key / number
            phrase = read_phrase(text)
            if phrase is None:
                words = f"{key} of `{entry.id}` cannot be read"
                tables.report.error("K007", words, at, label=f"`{text}`", hint=HINT)
                continue
            watch = _watch(phrase, entry, metrics, at=at, tables=tables)
            if watch is not None:
                found.append(watch)
    return tuple(found)


def _watch(
    phrase: Phrase,
    entry: Entry[KeyResultTable],
    metrics: Mapping[str, Metric],
    *,
    at: Spot,
    tables: Tables,
) -> Watch | None:
    key = at.path[-2]
    role = "guardrail" if key == "guardrails" else key
    full = refer(tables, SECTIONS[key], phrase.name, at=at, cycle=entry.cycle)
    if not full:
        return None
    is_metric = full in metrics and full not in tables.known("key_results")
    if not phrase.side:
        return Watch(role, full, is_metric, lead=phrase.lead)
    if not is_metric:
        words = f"{key} of `{entry.id}` gives a key result a line of its own"
        hint = f'write "{phrase.name}": it crosses when it is off track'
        tables.report.error("K018", words, at, label="lines are for metrics", hint=hint)
        return None
    limit = _limit(phrase, entry, metrics[full], at=at, tables=tables)
    if limit is None:
        return None
    below, above = (limit, None) if phrase.side == "below" else (None, limit)
    return Watch(role, full, True, below, above, phrase.lead)


def _limit(
    phrase: Phrase, entry: Entry[KeyResultTable], metric: Metric, *, at: Spot, tables: Tables
) -> float | None:
    measure = Measure(metric.id, metric.kind, metric.unit, metric.domain)
    plain = re.fullmatch(r"-?[\d_]+(\.\d+)?", phrase.limit)
    raw = float(phrase.limit.replace("_", "")) if plain else phrase.limit
    try:
        return read_quantity(raw, measure, at.path[-2])
    except QuantityError as error:
        words = f"{at.path[-2]} of `{entry.id}` {error.says}"
        tables.report.error(error.code, words, at, label=error.label, hint=error.hint)
        return None
