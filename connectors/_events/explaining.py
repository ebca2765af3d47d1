"""Says what SQL a standard metric would send to an open database, without sending it."""

from __future__ import annotations

from typing import Any

from connectors._events.answering import Database
from krtracker.connector import Answer, Explained


class Explaining:
    """A question that only writes; `told` holds the statements afterwards."""

    def __init__(self, asked: Any) -> None:
        self._asked = asked
        self.told: list[Explained] = []

    def answer(self, database: Database) -> Answer:
        for statement in self._asked.statements(database):
            made = statement.compile(dialect=database.dialect)
            self.told.append(Explained(str(made), dict(made.params)))
        return Answer(())
