"""`krtracker record`: one value of a manual metric, or its retraction; history is never edited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.words import DAY, NUMBER
from krtracker.cli.working import work
from krtracker.errors import UnknownNameError, UsageError
from krtracker.periods import local_day


# So that -3.5 is a value and not an option.
@command("record", context_settings={"ignore_unknown_options": True})
@click.argument("metric", shell_complete=metric_ids)
@click.argument("value", type=NUMBER, required=False)
@click.option("--day", type=DAY, help="The day it was measured (default: yesterday).")
@click.option("--note", default="", help="A sentence kept with it.")
@click.option("--weight", type=NUMBER, help="The denominator of a ratio or mean.")
@click.option("--segment", default="", help="Such as a country.")
@click.option("--retract", is_flag=True, help="Take the day's value back.")
@click.option("--dry-run", is_flag=True, help="Say what would be written.")
def record(face: Face, metric: str, value: float | None, *, day: date | None, **how: Any) -> int:
    """Write a manual metric's value, or take one back."""
    known = face.workspace().metrics
    if metric not in known:
        raise UnknownNameError("metric", metric, list(known))
    retract, dry_run = how.pop("retract"), how.pop("dry_run")
    if retract == (value is not None) or (retract and day is None):
        raise UsageError(
            f"give a value (krtracker record {metric} 42) "
            f"or a day to retract (krtracker record {metric} --retract --day 2026-11-20)"
        )
    day = day or local_day(face.now, known[metric].zone) - timedelta(days=1)
    request = {"command": "retract" if retract else "record", "metric": metric, **how}
    request |= {"day": str(day), "value": value}
    if dry_run:
        face.say(f"would {request['command']} {metric} on {day}: {value}")
        if face.json:
            face.out_json({"would": request})
        return 0
    return work(face, request)
