"""Reads a product's answer piece by piece; a piece of another shape is refused in its words."""

from __future__ import annotations

from typing import Any

from krtracker.connector import UnexpectedAnswerError

Row = tuple[Any, ...]
Rows = tuple[tuple[str, ...], list[Row]]
"""The names of columns as `_rows.answer` knows them, and the rows."""


class Shape:
    """How a product's answers are read; `name` is the product's."""

    def __init__(self, name: str) -> None:
        self._name = name

    def table(self, found: Any, *path: str | int) -> dict[str, Any]:
        """The object at a path of keys and places. Raises UnexpectedAnswerError."""
        at = self._at(found, path)
        if not isinstance(at, dict):
            raise self.wrong(path, "object")
        return at

    def items(self, found: Any, *path: str | int) -> list[Any]:
        """The list at a path of keys and places. Raises UnexpectedAnswerError."""
        at = self._at(found, path)
        if not isinstance(at, list):
            raise self.wrong(path, "list")
        return at

    def number(self, found: Any, *path: str | int) -> float:
        """The number at a path of keys and places. Raises UnexpectedAnswerError."""
        at = self._at(found, path)
        if isinstance(at, bool) or not isinstance(at, (int, float)):
            raise self.wrong(path, "number")
        return at

    def wrong(self, path: tuple[str | int, ...], kind: str) -> UnexpectedAnswerError:
        """The failure of a place that holds something else."""
        place = ".".join(str(one)[:40] for one in path)
        where = f"no {kind} at `{place}`" if place else f"no {kind}"
        return UnexpectedAnswerError(
            f"the answer holds {where} as {self._name} has it: check `url`"
        )

    def _at(self, found: Any, path: tuple[str | int, ...]) -> Any:
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found
