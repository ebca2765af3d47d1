"""`krtracker push`: values sent to a running daemon, also from a machine without krtracker.toml."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.terminal import visible
from krtracker.cli.words import DAY, NUMBER
from krtracker.errors import UsageError


@command("push")
@click.argument("metric", shell_complete=metric_ids)
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False
)
@click.option("--value", type=NUMBER, help="One value, instead of a file; needs --day.")
@click.option("--day", type=DAY, help="The day it was measured.")
@click.option("--weight", type=NUMBER, help="The denominator of a ratio or mean.")
@click.option("--segment", default="", help="Such as a country.")
@click.option("--note", default="", help="A sentence kept with it.")
@click.option(
    "--url", default="", help="The daemon's address (default: KRTRACKER_URL, or [server])."
)
@click.option("--token-env", default="", metavar="NAME", help="The variable that holds the token.")
@click.option("--idempotency-key", "key", default="", help="The same key never stores twice.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent.")
def push(face: Face, metric: str, file: Path | None, **how: Any) -> int:
    """Send values to a daemon, here or elsewhere.

    FILE is CSV with the columns day and value, or JSON {"points": [{"day": ..., "value": ...}]};
    "-" reads it from stdin. A try that broke off is made once more, and stores nothing twice.
    """
    from krtracker.cli.pushing import Parcel, goal_of, send

    body, kind = body_of(file, how)
    keyed = {"key": how["key"]} if how["key"] else {}
    parcel = Parcel(metric, body, kind, **keyed)
    goal = goal_of(face, how["url"], how["token_env"])
    if how["dry_run"]:
        face.say(f"would push {len(body):,} bytes of {kind} to {metric} at {goal.address}")
        if face.json:
            face.out_json({"would": {"url": goal.address, "metric": metric, "bytes": len(body)}})
        return 0
    if goal.is_readable:
        face.warn(f"the token travels readable to {goal.address}: use https")
    tell(face, send(goal, parcel))
    return 0


def body_of(file: Path | None, how: dict[str, Any]) -> tuple[bytes, str]:
    """The body and its type: of the file, or of the one value given."""
    if (file is None) == (how["value"] is None):
        raise UsageError("give a file (or - for stdin), or --value 41 --day 2026-11-20")
    if file is not None:
        if how["weight"] is not None or any(how[one] for one in ("day", "segment", "note")):
            raise UsageError("--day, --weight, --segment and --note go with --value, not a file")
        return of_file(file)
    if how["day"] is None:
        raise UsageError("--value needs the day it was measured: --day 2026-11-20")
    point = point_of(how["day"], how["value"], weight=how["weight"], segment=how["segment"])
    given = {"points": [point], **({"note": how["note"]} if how["note"] else {})}
    return json.dumps(given).encode(), "application/json"


def point_of(day: date, value: float, *, weight: float | None, segment: str) -> dict[str, Any]:
    point: dict[str, Any] = {"day": str(day), "value": value}
    if weight is not None:
        point["weight"] = weight
    if segment:
        point["segment"] = segment
    return point


def of_file(file: Path) -> tuple[bytes, str]:
    """JSON is what begins like JSON, everything else is CSV; the daemon judges both."""
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}; name a file, or -") from error
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return body, "application/json" if start in (b"{", b"[") else "text/csv"


def tell(face: Face, answer: dict[str, Any]) -> None:
    """What the push changed, in one line."""
    if face.json:
        face.out_json({name: value for name, value in answer.items() if name != "schema"})
        return
    names = ("new", "revised", "unchanged", "quarantined")
    counts = ", ".join(f"{answer[one]:,} {one}" for one in names if answer.get(one))
    again = " (stored before, under the same key)" if answer["replayed"] else ""
    face.out(visible(f"{answer['metric']}  run {answer['run']}  {counts or 'nothing'}{again}"))
    for note in answer.get("notes", ()):
        face.warn(str(note))
