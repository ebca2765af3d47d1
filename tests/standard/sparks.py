"""Spark SQL in local mode as a source of standard metrics: what a test needs, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors._asking import Asking, OnDatabase, Watchdog
from connectors._events import StandardMetrics
from connectors._events.dialects import compiling
from connectors.sql import SqlQuery, SqlSource
from krtracker.connector import Answer, Ask, ConnectorError, Deadline, Window
from tests import services


def session(folder: Path) -> Any:
    """The one Spark session of this process, whose clock is UTC."""
    builder = services.spark().SparkSession.builder.master("local[2]")
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder),
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class SparkDatabase:
    """A session as the standard metrics use it."""

    def __init__(self, spark: Any) -> None:
        self.dialect, self._spark = compiling("spark"), spark

    def rows(self, statement: Any) -> Sequence[Sequence[Any]]:
        made = statement.compile(dialect=self.dialect)
        return [tuple(row) for row in self._spark.sql(str(made), args=dict(made.params)).collect()]

    def paths(self, _table: str) -> None:
        return None


class SparkAsked:
    """What the connector's talk calls a session."""

    lost = False

    def __init__(self, spark: Any) -> None:
        self._spark = spark

    def ask(self, query: OnDatabase, _window: Window, _watchdog: Watchdog) -> Answer:
        return query.answer(SparkDatabase(self._spark))

    def close(self) -> None:
        """The session stays: it is the process's own."""


class SparkConnector:
    """The connector `sql` with Spark below; `url` is its warehouse folder."""

    SourceOptions = SqlSource
    QueryOptions = SqlQuery

    def __init__(self, options: SqlSource) -> None:
        folder = Path(options.url.reveal())
        self._standard = StandardMetrics(options.events)
        self._asking = Asking(lambda _: SparkAsked(session(folder)))

    def fetch(
        self, asks: Sequence[Ask[SqlQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return self._asking.fetch(self._standard.fused(asks), deadline)

    def close(self) -> None:
        self._asking.close()
