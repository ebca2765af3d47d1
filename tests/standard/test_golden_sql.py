"""The SQL for engines that no test runs: kept as text, parsed by sqlglot, values never in it.

After a wanted change: `python -m tests.standard.test_golden_sql` writes the files anew; read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from connectors._events.dialects import compiling
from connectors._events.metrics import finish
from connectors._events.options import TAKES, EventsTable, StandardOptions
from connectors._events.questions import Question
from connectors._events.rows import Ground, Shape
from krtracker.connector import SourceRejectedError
from krtracker.periods import Span

FOLDER = Path(__file__).parent / "golden"
DIALECTS = {
    "bigquery": "bigquery",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "trino": "trino",
    "mysql": "mysql",
    "spark": "spark",
    "clickhouse": "clickhouse",
    "postgresql": "postgres",
    "duckdb": "duckdb",
    "sqlite": "sqlite",
}
"""Our names of dialects and sqlglot's."""

KEPT = ("bigquery", "snowflake", "redshift", "trino", "mysql")
"""Those that are not run live anywhere: their SQL is kept word for word."""

SPAN = Span(date(2026, 3, 23), date(2026, 3, 31))
TABLE = EventsTable(
    table="app.events", user="user id", time="ts", event="name", placeholders=["anonymous"]
)
EVIL = "x'; DROP TABLE events; --"
ODD = 'odd "name; --'
ASKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("dau", {"events": ["view", EVIL], "where": {"country": "DE"}}),
    ("mau", {"by": "platform"}),
    ("sessions", {"split_midnight": True}),
    ("session_duration", {"statistic": "p90", "exclude_single": True}),
    ("retention", {"day": 7}),
    ("retention", {"day": 1, "cohort": "recurring", "window": "rolling_24h"}),
    ("sign_ups", {"count": "events"}),
    ("new_users", {}),
    ("activation", {"start_event": "sign_up", "goal_event": "buy"}),
    ("growth", {"interval": "week"}),
    ("event_count", {"exclude": "heartbeat"}),
)


def statements(dialect: str, standard: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The text and the values of each statement of a metric."""
    asked = StandardOptions(standard=standard, **options)
    made = compiling(dialect)
    kind = "text" if dialect == "sqlite" else "aware"
    ground = Ground(TABLE, Shape(kind, text_user=True), made, "Europe/Berlin")
    for scan in finish(Question(asked, SPAN, TABLE)).scans:
        compiled = scan.statement(ground).compile(dialect=made)
        yield str(compiled), compiled.params


def golden(dialect: str) -> str:
    """All kept statements of a dialect, one file."""
    parts = []
    for standard, options in ASKS:
        for text, _ in statements(dialect, standard, options):
            parts.append(f"-- {standard} {options}\n{text.strip()};\n")
    return "\n".join(re.sub(r" +\n", "\n", part) for part in parts)


@pytest.mark.parametrize("dialect", KEPT)
def test_the_sql_of_an_engine_without_a_live_test_is_the_one_that_was_read(dialect: str) -> None:
    assert golden(dialect) == (FOLDER / f"{dialect}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_every_statement_parses_as_one_select(dialect: str) -> None:
    for standard, options in ASKS:
        for text, _ in statements(dialect, standard, options):
            (tree,) = sqlglot.parse(text, read=DIALECTS[dialect])
            assert isinstance(tree, sqlglot.exp.Select), (standard, options)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_no_value_of_the_configuration_stands_in_the_text(dialect: str) -> None:
    texts = list(statements(dialect, "dau", {"events": ["view", EVIL], "where": {"country": "DE"}}))
    for text, values in texts:
        assert not any(word in text for word in (EVIL, "'view'", "'DE'", "anonymous"))
        assert {EVIL, "view", "DE", "anonymous"} <= set(values.values())


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_names_are_quoted_by_the_dialect(dialect: str) -> None:
    ((text, _),) = statements(dialect, "dau", {"where": {ODD: "x"}})
    (tree,) = sqlglot.parse(text, read=DIALECTS[dialect])
    columns = {one.name for one in tree.find_all(sqlglot.exp.Column)} if tree else set()
    assert {"user id", ODD} <= columns


def test_a_name_cannot_leave_its_quotes() -> None:
    for dialect in ("clickhouse", "spark", "mysql"):
        ((text, _),) = statements(dialect, "dau", {"where": {"a`; --": "x"}})
        assert "`a``; --`" in text
    with pytest.raises(SourceRejectedError):
        list(statements("bigquery", "dau", {"where": {"a`; --": "x"}}))


def test_every_standard_metric_has_its_options() -> None:
    from krtracker.connector import STANDARD_METRICS

    assert set(TAKES) == set(STANDARD_METRICS)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in KEPT:
        (FOLDER / f"{one}.sql").write_text(golden(one), encoding="utf-8")
