"""`krtracker query`: one SELECT on the snapshot, in a throw-away process; it can change nothing."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from krtracker.cli.face import Face, command
from krtracker.cli.tables import grid
from krtracker.errors import UsageError

if TYPE_CHECKING:
    from krtracker.store import Table

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@command("query")
@click.argument("sql")
@click.option("--csv", "form", flag_value="csv", help="The rows as CSV.")
@click.option("--table", "form", flag_value="table", default=True, help="As a table (default).")
@click.option("--parquet", type=click.Path(path_type=Path), metavar="FILE", help="Into a file.")
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help="Rows.")
@click.option("--seconds", type=click.FloatRange(0.1), default=30.0, show_default=True)
def query(face: Face, sql: str, **how: object) -> None:
    """Answer one SQL SELECT from the snapshot."""
    from krtracker.store import run_untrusted

    text = sys.stdin.read() if sql == "-" else sql
    limit, seconds = how["limit"], how["seconds"]
    assert isinstance(limit, int)
    assert isinstance(seconds, float)
    table = run_untrusted(face.published(), text, limit=limit, seconds=seconds)
    target = how["parquet"]
    if isinstance(target, Path):
        write_parquet(table, target)
        face.say(f"wrote {len(table.rows):,} rows to {target}")
    elif face.json:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        face.out_json({"columns": table.columns, "rows": rows, "truncated": table.truncated})
    elif how["form"] == "csv":
        face.out(csv_text(table.columns, table.rows).removesuffix("\n"))
    else:
        for line in grid(table.columns, table.rows, face.out_terminal):
            face.out(line)
    if table.truncated:
        face.warn(f"only the first {limit:,} rows; next: the same with --limit {limit * 10}")


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows as CSV that no spreadsheet takes for a formula; NULL is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_harmless(name) for name in columns])
    writer.writerows([[_harmless(value) for value in row] for row in rows])
    return out.getvalue()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return "'" + value
    return "" if value is None else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_parquet(table: Table, target: Path) -> None:
    """The rows in a Parquet file, with the types the query gave them."""
    from krtracker.analyst import write_parquet as write

    try:
        write(table.columns, table.types, table.rows, target=target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error}; choose another place") from error
