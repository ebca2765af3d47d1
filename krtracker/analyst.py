"""The analysts' face: DuckDB relations over the snapshot; never writes, loads no pandas.

import krtracker
kt = krtracker.open()
kt.status().df()
kt.series("dau", as_of="2026-11-01").df()
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krtracker.errors import StoreUnusableError, UnknownNameError

if TYPE_CHECKING:
    import duckdb

    Relation = duckdb.DuckDBPyRelation

Instant = datetime | date | str


def open(path: str | Path | None = None) -> Workbook:
    """Opens a workspace for reading.

    `path` is a krtracker.toml, a folder that holds one, or a snapshot; without it the
    configuration is searched from here upwards. Raises UsageError when nothing is found and
    StoreUnusableError when nothing was published yet.
    """
    return Workbook(_snapshot(None if path is None else Path(path)))


def _snapshot(path: Path | None) -> Path:
    from krtracker.settings import find_configuration, published_path

    if path is not None and path.is_dir():
        path = path / "krtracker.toml"
    if path is None or path.suffix == ".toml":
        return published_path(find_configuration(path, cwd=Path.cwd(), environ=os.environ))
    return path


class Workbook:
    """Questions to one snapshot, answered as DuckDB relations (`.df()`, `.pl()`, `.fetchall()`).

    A relation keeps its own view of the snapshot: after `refresh()` new questions see the newest
    publish, older relations still give what they gave.
    """

    def __init__(self, snapshot: Path) -> None:
        self.snapshot = snapshot
        self._connection = _connect(snapshot)

    def refresh(self) -> Workbook:
        """Follows the newest publish; returns itself."""
        self._connection = _connect(self.snapshot)
        return self

    def sql(self, text: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Relation:
        """Any SELECT over the schema `krt`, with `?` or `$name` parameters."""
        return self._connection.sql(text, params=params)

    def status(self) -> Relation:
        """One row a key result, in the files' order: the view `krt.key_results`."""
        return self.sql("from krt.key_results order by position")

    def series(self, metric: str, segment: str = "", as_of: Instant | None = None) -> Relation:
        """One row a known day, oldest first: day, value, weight, status (ok or quarantined).

        `as_of` asks what was known at an instant (a bare date: at the end of that day, UTC).
        """
        self._require("metric", "select metric from krt.metrics", metric)
        wanted = {"metric": metric, "segment": segment}
        if as_of is None:
            return self.sql(CURRENT, wanted)
        return self.sql(AS_OF, {**wanted, "known": _naive_utc(as_of)})

    def kr(self, key_result: str) -> Card:
        """One key result, by its full id or, in the running cycle, its short one."""
        ids = [row[0] for row in self.sql(IDS).fetchall()]
        full = next((one for one in ids if one == key_result), None)
        full = full or next((one for one in ids if one.split("/")[-1] == key_result), None)
        if full is None:
            raise UnknownNameError("key result", key_result, ids)
        return Card(
            self.sql("from krt.key_results where key_result = ?", [full]),
            self.sql("from krt.key_result_daily where key_result = ? order by day", [full]),
        )

    def _require(self, what: str, text: str, name: str) -> None:
        known = [row[0] for row in self.sql(text).fetchall()]
        if name not in known:
            raise UnknownNameError(what, name, known)

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.sql(OVERVIEW)}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{_html_table(self.sql(OVERVIEW))}"

    def _sentence(self) -> str:
        counted = self.sql(COUNTS).fetchall()
        words = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counted)
        return f"krtracker, {self.snapshot.name}: {words or 'no key results evaluated yet'}."


class Card:
    """One key result: a sentence and its facts; `.facts` and `.daily` are relations."""

    def __init__(self, facts: Relation, daily: Relation) -> None:
        self.facts = facts
        self.daily = daily

    def df(self) -> Any:
        """The daily answers as a pandas DataFrame."""
        return self.daily.df()

    def _known(self) -> dict[str, Any]:
        row = self.facts.fetchall()[0]
        return dict(zip(self.facts.columns, row, strict=True))

    def _sentence(self) -> str:
        known = self._known()
        status = str(known["status"]).replace("_", " ")
        return f"{known['title'] or known['key_result']}: {status}. {known['why']}"

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
            for name, value in self._known().items()
            if value is not None
        )
        return f"<p>{escape(self._sentence())}</p><table>{rows}</table>"


def _connect(snapshot: Path) -> duckdb.DuckDBPyConnection:
    """An own in-memory instance with the snapshot attached.

    Not `connect(path)`: inside one process that gives the old file for as long as anything holds
    it (storage.md trap 4), so a notebook would never see a new publish.
    """
    import duckdb

    if not snapshot.exists():
        raise StoreUnusableError(
            f"nothing is published at {snapshot} yet; next: krtracker backfill, or krtracker demo"
        )
    connection = duckdb.connect(":memory:")
    connection.execute("set enable_progress_bar = false; set timezone = 'UTC'")
    place = str(snapshot.resolve()).replace("'", "''")
    try:
        connection.execute(f"attach '{place}' as krtracker (read_only)")
    except duckdb.Error as error:
        raise StoreUnusableError(
            f"{snapshot} cannot be read as a snapshot ({error}); next: krtracker doctor"
        ) from error
    connection.execute("use krtracker")
    return connection


def _naive_utc(given: Instant) -> datetime:
    """The instant as the snapshot has it: UTC without an offset."""
    if isinstance(given, str):
        given = datetime.fromisoformat(given) if len(given) > 10 else date.fromisoformat(given)
    if not isinstance(given, datetime):
        given = datetime.combine(given + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    return given.astimezone(UTC).replace(tzinfo=None) if given.tzinfo else given


def _html_table(relation: Relation) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in relation.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if v is None else escape(str(v))}</td>" for v in row) + "</tr>"
        for row in relation.fetchall()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def write_parquet(
    columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], *, target: Path
) -> None:
    """Writes the rows of a query as a Parquet file with the types it had. Raises OSError."""
    import duckdb

    named = [
        f"unnest(?::{kind or 'VARCHAR'}[]) as {_quoted(name)}"
        for name, kind in zip(columns, types, strict=True)
    ]
    values = [[row[n] for row in rows] for n in range(len(columns))]
    with duckdb.connect(":memory:") as connection:
        connection.execute("set enable_progress_bar = false")
        try:
            connection.sql(f"select {', '.join(named)}", params=values).write_parquet(str(target))
        except duckdb.IOException as error:
            raise OSError(str(error).splitlines()[0]) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


CURRENT = """
select day, value, weight, status from krt.observations
where metric = $metric and segment = $segment order by day
"""

AS_OF = """
select day, value, weight, status from (
    select day, value, weight, status from krt.observation_history
    where metric = $metric and segment = $segment and recorded_at <= $known
    qualify row_number() over (partition by day order by revision desc) = 1
) where status <> 'retracted' order by day
"""

IDS = "select key_result from krt.key_results"
COUNTS = "select status, count(*) from krt.key_results group by status order by 2 desc, 1"
OVERVIEW = """
select key_result, title, status, actual, target, progress, why from krt.key_results
order by position
"""
