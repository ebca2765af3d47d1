"""Reads a `Board` from the snapshot or makes one from evaluations; it stores and prints nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from krtracker.cli.standing import Board, Heading, Standing
from krtracker.errors import StoreUnusableError, UnknownNameError
from krtracker.model.points import COVERING
from krtracker.model.verdicts import Status
from krtracker.periods import Span

if TYPE_CHECKING:
    from krtracker.model import (
        Evaluation,
        Forecast,
        KeyResult,
        NoForecast,
        Objective,
        ObjectiveEvaluation,
        Workspace,
    )
    from krtracker.store import Reader
    from krtracker.tracker import Answers

PAST_DAYS = 56
MOST_SPARKLINES = 500

NOW = """
select k.key_result, k.name, coalesce(nullif(k.title, ''), m.title, k.name) as title, k.status,
       coalesce(k.why, 'not evaluated yet') as reason,
       k.cycle, coalesce(k.objective, '') as objective, coalesce(k.owner, '') as owner,
       coalesce(k.metric, '') as metric,
       coalesce(m.kind, 'number') as kind, coalesce(m.unit, '') as unit, k.actual, k.baseline,
       case when coalesce(nullif(k.actual_rule, ''), m.actual_rule) = 'cycle sum' then 0.0
            else k.baseline end as origin,
       k.target, k.progress, k.expected, k.catch_up_factor as catch_up, k.score,
       case when len(k.guardrails_breached) > 0 then k.full_score end as full_score,
       k.chance, k.forecast, k.forecast_low, k.forecast_high, k.reached_on,
       coalesce(k.no_forecast, '') as no_forecast,
       k.fresh_at as data_day, coalesce(k.provisional, false) as provisional,
       k.evaluated_at as recorded_at, coalesce(k.level_met, '') as level,
       coalesce(k.guardrails_breached, []) as breached, coalesce(w.words, []) as warnings
from krt.key_results k left join krt.metrics m on m.metric = k.metric
left join (
    select key_result, list(rule || ' ' || words order by rule) as words
    from krt.warnings where over_on is null group by key_result
) w on w.key_result = k.key_result
order by k.position
"""

PAST = """
select key_result, list(actual order by day) from (
    select key_result, day, actual, max(day) over (partition by key_result) as newest
    from krt.key_result_daily where cycle in (select unnest(?::varchar[]))
) where day > newest - ? group by key_result
"""


TROUBLE = """
select metric, arg_max(message, run) from krt.runs where metric in (select unnest(?::varchar[]))
group by metric having arg_max(outcome, run) not in (select unnest(?::varchar[]))
"""


def workspace_words(configuration: Path) -> tuple[str, str]:
    """The workspace's name and time zone, without the cost of checking everything.

    What was published can be read while the files are being edited: a zone that is none is UTC.
    """
    table = tomllib.loads(configuration.read_text("utf-8"))
    zone = str(table.get("timezone", "UTC"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = "UTC"
    return str(table.get("name", "")), zone


def rows_of(reader: Reader, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    names, rows = reader.sql(sql, parameters)
    return [dict(zip(names, row, strict=True)) for row in rows]


def standings_now(reader: Reader) -> list[Standing]:
    """Every key result as the newest evaluation left it."""
    return [Standing(**typed(row)) for row in rows_of(reader, NOW)]


def typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its status as ours and its instant in UTC."""
    recorded = row["recorded_at"]
    return {
        **row,
        "status": Status(row["status"]),
        "breached": tuple(row["breached"]),
        "warnings": tuple(row["warnings"]),
        "recorded_at": None if recorded is None else recorded.replace(tzinfo=UTC),
    }


def with_past(reader: Reader, standings: Sequence[Standing]) -> list[Standing]:
    """The same with the actuals of the last weeks, unless there are too many to draw."""
    if len(standings) > MOST_SPARKLINES:
        return list(standings)
    cycles = sorted({one.cycle for one in standings})
    past = {key: tuple(values) for key, values in reader.sql(PAST, [cycles, PAST_DAYS])[1]}
    return [replace(one, past=past.get(one.key_result, ())) for one in standings]


def with_trouble(reader: Reader, standings: Sequence[Standing]) -> list[Standing]:
    """The same, those without news with what their metric's last attempt met."""
    dark = {one.metric for one in standings if one.status in (Status.NO_DATA, Status.STALE)}
    if not dark:
        return list(standings)
    covering = [one.value for one in COVERING]
    met = dict(reader.sql(TROUBLE, [sorted(dark), covering])[1])
    return [
        replace(one, trouble=met.get(one.metric, "")) if one.metric in dark else one
        for one in standings
    ]


def board_now(reader: Reader, name: str, today: date, *, cycle: str | None) -> Board:
    """The board of a cycle (the running one where none is named), as last published."""
    cycles = rows_of(reader, "from krt.cycles order by first_day, cycle")
    chosen = chosen_cycle(cycles, cycle, today)
    standings = [one for one in standings_now(reader) if one.cycle == chosen["cycle"]]
    objectives = rows_of(
        reader,
        "select objective as id, title, owner, parent, status, progress, expected, "
        "status_why as reason from krt.objectives "
        "where cycle = ? order by position",
        [chosen["cycle"]],
    )
    return Board(
        workspace=name,
        cycle=chosen["cycle"],
        title=chosen["title"] or "",
        span=Span(chosen["first_day"], chosen["last_day"]),
        today=today,
        headings=[
            Heading(
                **{**one, "owner": one["owner"] or "", "reason": one["reason"] or ""}
                | {"status": Status(one["status"])}
            )
            for one in objectives
        ],
        standings=with_past(reader, with_trouble(reader, standings)),
    )


def chosen_cycle(
    cycles: Sequence[Mapping[str, Any]], wanted: str | None, today: date
) -> Mapping[str, Any]:
    """The named cycle, else the shortest running one, else the newest that has begun."""
    if not cycles:
        raise StoreUnusableError("no cycle was ever evaluated; next: krtracker evaluate")
    if wanted is not None:
        for one in cycles:
            if one["cycle"] == wanted:
                return one
        raise UnknownNameError("cycle", wanted, [one["cycle"] for one in cycles])
    running = [one for one in cycles if one["first_day"] <= today <= one["last_day"]]
    if running:
        return min(running, key=lambda one: (one["last_day"] - one["first_day"], one["cycle"]))
    begun = [one for one in cycles if one["first_day"] <= today]
    return (begun or cycles)[-1]


def cycle_of(reader: Reader, key_result: str, today: date) -> str | None:
    """The cycle a person means by a key result: a bare name is the running one's, if it has it."""
    found = rows_of(
        reader,
        "select c.* from krt.key_results k join krt.cycles c on c.cycle = k.cycle "
        "where k.name = ? or k.key_result = ? order by c.first_day, c.cycle",
        [key_result, key_result],
    )
    return chosen_cycle(found, None, today)["cycle"] if found else None


def board_of(
    then: Answers,
    today: date,
    *,
    cycle: str | None,
    stored: Mapping[str, datetime] | None = None,
) -> Board:
    """The board made from answers that are not the stored ones (`--day`, `--as-of`)."""
    workspace = then.workspace
    cycles = [
        {"cycle": one.id, "first_day": one.span.first, "last_day": one.span.last}
        for one in workspace.cycles.values()
    ]
    chosen = workspace.cycles[chosen_cycle(cycles, cycle, today)["cycle"]]
    said = {one.objective: one for one in then.objectives}
    return Board(
        workspace=workspace.name,
        cycle=chosen.id,
        title=chosen.title,
        span=chosen.span,
        today=today,
        headings=[
            heading_of(one, said.get(one.id))
            for one in workspace.objectives.values()
            if one.cycle == chosen.id
        ],
        standings=standings_of(then, chosen.id, stored or {}),
    )


def standings_of(then: Answers, cycle: str, stored: Mapping[str, datetime]) -> list[Standing]:
    """The key results of a cycle with their answers, and what was foretold of them."""
    workspace = then.workspace
    answers = {one.key_result: one for one in then.evaluations}
    return [
        with_odds(
            standing_of(workspace, one, answers.get(one.id), recorded_at=stored.get(one.id)),
            then.forecasts.get(one.id),
        )
        for one in workspace.key_results.values()
        if one.cycle == cycle
    ]


def heading_of(objective: Objective, said: ObjectiveEvaluation | None) -> Heading:
    """One objective with what was said of it."""
    words = (objective.id, objective.title, objective.owner, objective.parent)
    if said is None:
        return Heading(*words)
    return Heading(
        *words,
        status=said.status,
        progress=said.progress,
        expected=said.expected,
        reason=said.reason,
    )


def standing_of(
    workspace: Workspace,
    key_result: KeyResult,
    answer: Evaluation | None,
    *,
    recorded_at: datetime | None = None,
) -> Standing:
    """One evaluation with the words of its key result."""
    metric = workspace.metrics.get(key_result.metric or "")
    words: dict[str, Any] = {
        "key_result": key_result.id,
        "name": key_result.name,
        "title": key_result.title or (metric.title if metric else key_result.name),
        "cycle": key_result.cycle,
        "objective": key_result.objective or "",
        "owner": key_result.owner,
        "metric": key_result.metric or "",
        "kind": metric.kind.value if metric else "number",
        "unit": metric.unit if metric else "",
    }
    if answer is None:
        return Standing(status=Status.NO_DATA, reason="not evaluated yet", **words)
    numbers = {name: getattr(answer, name) for name in NUMBERS}
    return Standing(
        status=answer.status, reason=answer.reason, recorded_at=recorded_at, **words, **numbers
    )


def with_odds(standing: Standing, made: Forecast | NoForecast | None) -> Standing:
    """The same with what was foretold of it, or why nothing was."""
    from krtracker.model import NoForecast

    if made is None:
        return standing
    if isinstance(made, NoForecast):
        return replace(standing, no_forecast=made.words)
    end = made.final
    return replace(
        standing,
        chance=made.probability,
        forecast=end.middle,
        forecast_low=end.low80,
        forecast_high=end.high80,
        reached_on=made.reached_on,
    )


NUMBERS = (
    "actual",
    "baseline",
    "origin",
    "target",
    "progress",
    "expected",
    "catch_up",
    "score",
    "full_score",
    "level",
    "breached",
    "data_day",
    "provisional",
)
