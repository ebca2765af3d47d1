"""`krtracker forecast`: how likely a key result is reached, and on what grounds; stores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.calibration import facts as calibration_facts
from krtracker.cli.calibration import honesty
from krtracker.cli.completion import key_result_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import (
    catch_up_words,
    chance_words,
    percent,
    quantity,
    several,
    short_day,
    sparkline,
)
from krtracker.cli.moments import moment_of
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.cli.terminal import Terminal, visible
from krtracker.cli.words import Asked, moment_options
from krtracker.model import Forecast, NoForecast
from krtracker.periods import local_day

if TYPE_CHECKING:
    from krtracker.store import Snapshot
    from krtracker.tracker import Outlook

PAST_DAYS, DRAWN = 28, 56
"""Days before the forecast that are drawn, and the columns for the days to come."""

PAST = """
select actual from krt.key_result_daily where key_result = ? and day <= ? and evaluated_at <= ?
and actual is not null order by day desc limit ?
"""


@command("forecast")
@click.argument("key_result", shell_complete=key_result_ids)
@moment_options
def forecast(face: Face, key_result: str, **moment: Any) -> None:
    """Say how likely a key result is reached, and on what grounds."""
    from krtracker.store import Snapshot
    from krtracker.tracker import outlook, resolve_key_result

    at = moment_of(face, Asked(**moment))
    workspace = face.workspace()
    full = resolve_key_result(workspace, key_result, local_day(face.now, workspace.zone))
    with Snapshot.open(workspace.store_path) as snapshot:
        made = outlook(snapshot, workspace, full, now=face.now, at=at)
        past = past_of(snapshot, made, at if isinstance(at, datetime) else face.now)
    if face.json:
        face.out_json(facts(made))
        return
    for line in lines(made, past, face.out_terminal):
        face.out(line)
    if at is None and (words := next_words(made)):
        face.say(f"\n{words}", "grey")


def next_words(made: Outlook) -> str:
    """What a person may do about the odds."""
    metric = made.metric
    if isinstance(made.forecast, NoForecast):
        early = made.forecast.code in ("too_few_days", "no_settled_day")
        return f"next: krtracker backfill {metric.id}" if early and metric and metric.source else ""
    unpublished = made.decides and made.published_at is None
    return "not published yet; next: krtracker evaluate" if unpublished else ""


def past_of(snapshot: Snapshot, made: Outlook, instant: datetime) -> list[float]:
    """The actuals of the last weeks up to the day the forecast begins after, as known then."""
    if isinstance(made.forecast, NoForecast):
        return []
    asked = [made.key_result.id, made.forecast.data_day, instant.replace(tzinfo=None), PAST_DAYS]
    return [actual for (actual,) in reversed(snapshot.sql(PAST, asked)[1])]


def lines(made: Outlook, past: Sequence[float], terminal: Terminal) -> Iterator[str]:
    """The chance in a sentence, its grounds one a line, the paths as three rows of bars."""
    goal, found = made.key_result, made.forecast
    title = goal.title or (made.metric.title if made.metric else goal.name)
    yield terminal.paint(visible(title), "bold") + visible(f"  {goal.id}")
    if isinstance(found, NoForecast):
        instead = "; the pace decides" if made.answer and found.code != "not_a_target" else ""
        yield visible(f"no forecast: {found.words}{instead}")
        return
    yield from lines_of([[sentence(made, found), Cell(limits_words(made), "grey")]], terminal)
    yield ""
    rows: list[Row] = [[Cell(f"  {name}", "grey"), text] for name, text in grounds(made, found)]
    yield from lines_of(rows, terminal)
    yield ""
    yield from fan_lines(past, found, terminal)


def sentence(made: Outlook, found: Forecast) -> str:
    """ "62 % chance of reaching 150 by 20 Dec"."""
    chance, value = chance_words(found.probability), shown(made, found.threshold)
    by = short_day(found.final.day, made.answer.today if made.answer else None)
    days = made.key_result.touch_days
    if found.promise == "touch":
        held = f" on {several(days, 'day')} in a row" if days and days > 1 else ""
        return f"{chance} chance of touching {value}{held} by {by}"
    if found.promise.startswith("score"):
        return f"{chance} chance of a {found.promise} ({value}) on {by}"
    return f"{chance} chance of reaching {value} by {by}"


def limits_words(made: Outlook) -> str:
    if not made.decides:
        return "(the cycle goes by pace: this decides nothing)"
    on_track, at_risk = percent(made.limits.on_track), percent(made.limits.at_risk)
    return f"(on track from {on_track}, at risk from {at_risk})"


def shown(made: Outlook, value: float | None) -> str:
    metric = made.metric
    return quantity(value, metric.kind, metric.unit) if metric else "–"


def grounds(made: Outlook, found: Forecast) -> Iterator[tuple[str, str]]:
    """What is said beside the chance: where it may end, when, from what it was learnt."""
    end, answer = found.final, made.answer
    today = answer.today if answer else None
    if answer is not None:
        yield "actual", f"{shown(made, answer.actual)} of {shown(made, answer.target)}"
    yield "ends near", f"{shown(made, end.middle)}, the median of 1,000 paths"
    yield "80 % between", f"{shown(made, end.low80)} and {shown(made, end.high80)}"
    yield "95 % between", f"{shown(made, end.low95)} and {shown(made, end.high95)}"
    if found.promise != "target":
        yield "full target", f"{chance_words(found.at_end)} at the end"
    yield "reached", reached_words(found, today)
    if answer is not None and answer.catch_up is not None:
        yield "to do it", catch_up_words(answer.catch_up)
    known = several(found.days_used, "known day")
    yield "learnt from", f"{known} to {short_day(found.data_day, today)}, {found.method}"
    if made.published_at is not None:
        yield "published", f"{made.published_at:%Y-%m-%d %H:%M:%S} UTC"
    yield "past odds", past_words(made)


def reached_words(found: Forecast, today: date | None) -> str:
    if found.reached_on is not None:
        return f"{short_day(found.reached_on, today)}: by then half of the paths were there"
    share = chance_words(found.final.touched)
    return f"not by {short_day(found.final.day, today)}: {share} of the paths are ever there"


def past_words(made: Outlook) -> str:
    """Of the metric where enough of its key results have closed, else of all."""
    if made.past is not None and made.past.enough:
        return f"of this metric {honesty(made.past)}"
    return honesty(made.overall)


def fan_lines(past: Sequence[float], found: Forecast, terminal: Terminal) -> Iterator[str]:
    """Past and days to come on one scale: upper end, median and lower end of the 80 %."""
    fans = {
        "90 %": [one.high80 for one in found.fan],
        "median": [one.middle for one in found.fan],
        "10 %": [one.low80 for one in found.fan],
    }
    every = [*past, *(value for values in fans.values() for value in values)]
    scale, unicode = (min(every), max(every)), terminal.unicode
    before = sparkline(past, PAST_DAYS, unicode=unicode, scale=scale)
    between = "│" if unicode else "|"
    rows: list[Row] = [
        [
            Cell(f"  {name}", "grey"),
            before + between + sparkline(values, DRAWN, unicode=unicode, scale=scale),
        ]
        for name, values in fans.items()
    ]
    yield from lines_of(rows, terminal)


def facts(made: Outlook) -> dict[str, Any]:
    """The outlook as plain values, numbers raw."""
    answer, found = made.answer, made.forecast
    return {
        "key_result": made.key_result.id,
        "metric": made.metric.id if made.metric else None,
        "decides": made.decides,
        "on_track": made.limits.on_track,
        "at_risk": made.limits.at_risk,
        **(odds_facts(found) if isinstance(found, Forecast) else no_odds_facts(found)),
        "actual": answer.actual if answer else None,
        "target": answer.target if answer else None,
        "catch_up": answer.catch_up if answer else None,
        "today": answer.today if answer else None,
        "published_at": made.published_at,
        "calibration": calibration_facts(made.past),
        "calibration_overall": calibration_facts(made.overall),
    }


def odds_facts(found: Forecast) -> dict[str, Any]:
    return {
        "chance": found.probability,
        "promise": found.promise,
        "threshold": found.threshold,
        "direction": found.direction,
        "chance_at_end": found.at_end,
        "final": found.final._asdict(),
        "reached_on": found.reached_on,
        "data_day": found.data_day,
        "days_used": found.days_used,
        "method": found.method,
        "inputs_digest": found.inputs_digest,
        "refused": None,
        "why": None,
        "fan": [one._asdict() for one in found.fan],
    }


def no_odds_facts(found: NoForecast) -> dict[str, Any]:
    return {"chance": None, "refused": found.code, "why": found.words, "fan": []}
