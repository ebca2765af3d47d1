"""Formulas over metrics as written to steps in the order of working; works nothing out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from krtracker.model import Metric
from krtracker.settings.reading import Tables
from krtracker.settings.references import check_rings, refer
from krtracker.settings.shapes import Entry
from krtracker.settings.tables import MetricTable

TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z][\w.-]*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/()]))")
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
HINT = 'write it like formula = "orders / visits", with + - * / and brackets'


class FormulaError(ValueError):
    """An unreadable formula; `label` says what is wrong at it."""


def formula_steps(text: str) -> tuple[str, ...]:
    """Names, numbers and operators in the order of working: `a / (b + c)` is a, b, c, +, /.

    Raises FormulaError. Names may hold dashes, so a difference is written with blanks.
    """
    done: list[str] = []
    waiting: list[str] = []
    value_next = True
    for kind, word in _tokens(text):
        opening = word == "("
        if value_next is not (kind != "sign" or opening):
            raise FormulaError(f"`{word}` cannot stand there")
        if kind != "sign":
            done.append(word)
        else:
            _take(word, done, waiting)
        value_next = kind == "sign" and word != ")"
    if value_next:
        raise FormulaError("it ends in the middle")
    while waiting:
        if waiting[-1] == "(":
            raise FormulaError("a bracket is not closed")
        done.append(waiting.pop())
    return tuple(done)


def _take(word: str, done: list[str], waiting: list[str]) -> None:
    """One operator or bracket of the shunting-yard algorithm."""
    if word == "(":
        waiting.append(word)
        return
    least = BINDING.get(word, 0)
    while waiting and waiting[-1] != "(" and BINDING[waiting[-1]] >= least:
        done.append(waiting.pop())
    if word != ")":
        waiting.append(word)
    elif not waiting:
        raise FormulaError("a bracket is not opened")
    else:
        waiting.pop()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.strip()
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise FormulaError(f"`{text[at:].strip()[:12]}` cannot be read")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def read_formula(entry: Entry[MetricTable], tables: Tables) -> tuple[str, ...]:
    """The steps of a metric's formula; what cannot be read or names nothing is reported."""
    text, at = entry.table.formula, entry.spot / "formula"
    if text is None:
        return ()
    try:
        steps = formula_steps(text)
    except FormulaError as error:
        words = f"formula of `{entry.id}` cannot be read"
        tables.report.error("K037", words, at, label=str(error), hint=HINT)
        return ()
    names = [one for one in steps if one[0].isalpha()]
    if not names:
        words = f"formula of `{entry.id}` names no metric"
        tables.report.error("K037", words, at, label="a number alone", hint=HINT)
    known = [refer(tables, ("metrics",), name, at=at) for name in dict.fromkeys(names)]
    return steps if names and all(known) else ()


def check_formulas(tables: Tables) -> None:
    """No metric is worked out from itself (K012)."""
    edges = {}
    for name, entry in tables.metrics.items():
        at = entry.spot / "formula"
        words = re.findall(r"[A-Za-z][\w.-]*", entry.table.formula or "")
        edges[name] = [(one, at) for one in words if one in tables.metrics]
    check_rings(edges, tables, "is worked out from")


def with_parts(metrics: Mapping[str, Metric], tables: Tables) -> dict[str, Metric]:
    """Formulas as late and as long unsettled as the latest metric they name, unless stated.

    The periods of all must be the same (K034).
    """
    found = dict(metrics)
    for name, metric in metrics.items():
        leaves = [found[one] for one in leaves_of(name, metrics) if one in found]
        if not metric.steps or not leaves:
            continue
        entry = tables.metrics[name]
        _check_grains(entry, metric, leaves, tables=tables)
        late = max(one.late_by for one in leaves)
        settles = max(one.settles_in for one in leaves)
        stated = entry.table.settles_in is not None
        found[name] = replace(
            metric,
            late_by=max(metric.late_by, late),
            settles_in=metric.settles_in if stated else settles,
            stale_after=metric.stale_after
            if entry.table.stale_after is not None
            else max(one.stale_after for one in leaves),
        )
    return found


def leaves_of(name: str, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The metrics asked of sources that a formula comes down to; a ring ends where it closes."""
    leaves: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        one = metrics.get(waiting.pop())
        for part in one.parts if one is not None else ():
            if part in seen or part not in metrics:
                continue
            seen.add(part)
            if metrics[part].steps:
                waiting.append(part)
            else:
                leaves[part] = None
    return tuple(leaves)


def _check_grains(
    entry: Entry[MetricTable], metric: Metric, leaves: list[Metric], *, tables: Tables
) -> None:
    for one in leaves:
        if one.grain is not metric.grain:
            words = f"formula of `{entry.id}` mixes grains"
            label = f"`{one.id}` is by the {one.grain}, `{entry.id}` by the {metric.grain}"
            hint = f'write grain = "{one.grain}"'
            tables.report.error("K034", words, entry.spot / "formula", label=label, hint=hint)
            return
