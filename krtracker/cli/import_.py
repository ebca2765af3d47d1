"""`krtracker import`: a manual metric from a CSV file, taken whole or not at all."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import click

from krtracker.cli.completion import metric_ids
from krtracker.cli.face import Face, command
from krtracker.cli.figures import several
from krtracker.cli.working import work
from krtracker.errors import UnknownNameError, UsageError, nearest

COLUMNS = ("day", "value", "weight", "segment", "recorded_at")
MOST_SHOWN = 20


@command("import")
@click.argument("metric", shell_complete=metric_ids)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and check the file, store nothing.")
def import_(face: Face, metric: str, file: Path, *, dry_run: bool) -> int:
    """Read a manual metric's values from a CSV file.

    Its columns are day, value and, where wanted, weight, segment and recorded_at: when the value
    was known, for a history that was kept elsewhere. An empty value retracts the day.
    """
    known = face.workspace().metrics
    if metric not in known:
        raise UnknownNameError("metric", metric, list(known))
    rows = read_rows(file, known[metric].zone)
    if dry_run:
        face.say(f"{several(len(rows), 'row')} would be imported into {metric}; nothing stored")
        if face.json:
            face.out_json({"would_import": rows})
        return 0
    return work(face, {"command": "import", "metric": metric, "rows": rows})


def read_rows(file: Path, zone: str) -> list[dict[str, Any]]:
    """The file's rows as they travel to the store; every mistake at once, with file and line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            return rows_of(text, str(file), zone)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}; name a CSV file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text: save it as CSV UTF-8") from error


def rows_of(text: TextIO, file: str, zone: str) -> list[dict[str, Any]]:
    """The rows of an open CSV text. Raises UsageError naming each wrong line."""
    lines = csv.reader(text, strict=True)
    wrong: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[Any, ...], int] = {}
    try:
        heading = heading_of(next(lines, []), file)
        for number, cells in numbered(lines):
            try:
                row = parsed(heading, cells, zone)
                key = (row["day"], row["segment"], row["recorded_at"])
                if key in seen:
                    raise ValueError(f"the same day as line {seen[key]}: keep one of them")
                seen[key] = number
                rows.append(row)
            except ValueError as error:
                wrong.append(f"{file}:{number}: {error}")
    except csv.Error as error:
        wrong.append(f"{file}:{lines.line_num}: {error}")
    if wrong:
        more = f"\n... and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
        raise UsageError("\n".join(wrong[:MOST_SHOWN]) + more + "\nnothing was imported")
    if not rows:
        raise UsageError(f"{file} holds no rows below its heading; nothing was imported")
    return rows


def numbered(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the number of their line."""
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield lines.line_num, cells


def heading_of(cells: list[str], file: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in names:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(COLUMNS)}"
            if ";" in name or "\t" in name:
                hint = "separate the columns by commas, and write 41.5 with a point"
            raise UsageError(f"{file}:1: unknown column `{name}`: {hint}")
    missing = [name for name in ("day", "value") if name not in names]
    if missing or len(set(names)) < len(names):
        what = f"no column `{missing[0]}`" if missing else "a column comes twice"
        raise UsageError(f"{file}:1: {what}: the first line names day, value and further columns")
    return names


def parsed(heading: list[str], cells: list[str], zone: str) -> dict[str, Any]:
    """One row; ValueError says what is wrong with it."""
    if len(cells) != len(heading):
        raise ValueError(f"{len(cells)} cells for {len(heading)} columns")
    given = {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
    return {name: read(given.get(name, ""), zone) for name, read in READERS.items()}


def a_day(text: str, _zone: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"`{text}` is no day; write it as 2026-11-20") from error


def a_number(text: str, _zone: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is no number; write it as 1234.5") from error
    if not math.isfinite(number):
        raise ValueError(f"`{text}` is not finite")
    return number


def an_instant(text: str, zone: str) -> str | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is no instant; write it as 2026-11-20T08:00:00Z") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))).isoformat()


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "day": a_day,
    "value": a_number,
    "weight": a_number,
    "segment": lambda text, _zone: text,
    "recorded_at": an_instant,
}
