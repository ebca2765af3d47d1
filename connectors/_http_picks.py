"""Takes days and numbers out of an answer in JSON or CSV; never guesses how they are written."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from connectors._rows import shown
from krtracker.connector import UnexpectedAnswerError

if TYPE_CHECKING:
    from connectors._http_request import RequestTable

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"),
}
PARTS = ("day", "value", "weight", "numerator", "denominator", "segment")


class Picks:
    """How the rows of a request's answers are found and read."""

    def __init__(self, table: RequestTable) -> None:
        self.table = table
        named = ((part, getattr(table, part)) for part in PARTS)
        self._wanted = {part: one for part, one in named if one is not None}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of a row, in their order."""
        return tuple(self._wanted)

    def of_csv(self, text: str) -> list[tuple[Any, ...]]:
        """Rows of a CSV whose first line names the columns. Raises UnexpectedAnswerError."""
        reader = csv.reader(io.StringIO(text), delimiter=self.table.delimiter, strict=True)
        try:
            lines = [line for line in reader if line]
        except csv.Error as error:
            raise UnexpectedAnswerError(f"the answer is no CSV: {error}") from None
        if not lines:
            raise UnexpectedAnswerError("the answer is empty, without even the names of columns")
        head = [name.strip() for name in lines[0]]
        places = [self._column(name, head) for name in self._wanted.values()]
        for number, line in enumerate(lines[1:], 2):
            if len(line) != len(head):
                words = f"line {number} of the CSV has {len(line)} fields, the first {len(head)}"
                raise UnexpectedAnswerError(f"{words}: it is broken or cut short")
        return [self._row([line[place] for place in places]) for line in lines[1:]]

    def of_json(self, document: Any) -> list[tuple[Any, ...]]:
        """Rows of a JSON value: by `rows`, or lists side by side. Raises UnexpectedAnswerError."""
        wanted = self._wanted
        if self.table.rows is None:
            lists = {part: found(one, document) for part, one in wanted.items()}
            return [self._row(list(cells)) for cells in _side_by_side(lists, wanted)]
        rows = self._rows(found(self.table.rows, document), document)
        return [self._row([found(one, row) for one in wanted.values()]) for row in rows]

    def _rows(self, found: Any, document: Any) -> list[Any]:
        if isinstance(found, Mapping):
            return [{"key": key, "value": value} for key, value in found.items()]
        if isinstance(found, list):
            return found
        what = "nothing" if found is None else shown(found)
        keys = ", ".join(list(document)[:8]) if isinstance(document, Mapping) else "no keys"
        raise UnexpectedAnswerError(
            f"`rows = {self.table.rows}` finds {what} where a list or a table should be "
            f"(the answer has: {keys[:120]})"
        )

    def _row(self, cells: list[Any]) -> tuple[Any, ...]:
        named = dict(zip(self._wanted, cells, strict=True))
        day = self._day(named["day"]) if "day" in named else None
        return tuple(self._cell(part, cell, day) for part, cell in named.items())

    def _cell(self, part: str, cell: Any, day: Any) -> Any:
        if part == "day":
            return day
        if part == "segment":
            return cell if cell is None or isinstance(cell, str) else str(cell)
        alone = part == "value" and "weight" not in self._wanted
        if (cell is None or cell == "") and alone:
            raise UnexpectedAnswerError(
                f"`value` of {_told(day)} is missing: correct `value = {self.table.value}`, or "
                "leave such rows out, as `data[?value != null]` does"
            )
        return self._number(part, cell, day) if isinstance(cell, str) else _scalar(part, cell, day)

    def _number(self, part: str, cell: str, day: Any) -> float | None:
        """A number written as text; `50%` is 0.5."""
        text = cell.strip().replace("\u2212", "-")
        share = 100.0 if text.endswith("%") else 1.0
        text = text.removesuffix("%").rstrip()
        decimal = self.table.decimal
        if decimal is not None and GROUPED[decimal].fullmatch(text):
            text = text.replace("," if decimal == "." else ".", "").replace(",", ".")
        if not text and part != "value":
            return None
        if not NUMBER.fullmatch(text) or len(text) > 400:
            hint = (
                'write `decimal = ","` or `"."` if it is one' if "," in text else "it must be one"
            )
            raise UnexpectedAnswerError(
                f"`{part}` of {_told(day)} is {shown(cell)}, not a plain number: {hint}"
            )
        return float(text) / share

    def _day(self, raw: Any) -> Any:
        pattern = self.table.day_format
        try:
            if raw is None or isinstance(raw, (bool, list, Mapping)):
                raise TypeError
            if pattern is None:
                return raw.strip() if isinstance(raw, str) else raw
            if pattern in ("epoch", "epoch_ms"):
                seconds = float(raw) / (1000 if pattern == "epoch_ms" else 1)
                return datetime.fromtimestamp(seconds, UTC)
            read = time.strptime(str(raw).strip(), pattern)
            if read.tm_gmtoff is None:
                return date(*read[:3])
            return datetime(*read[:6], tzinfo=timezone(timedelta(seconds=read.tm_gmtoff)))
        except (ValueError, TypeError, OverflowError, OSError):
            form = f", not of the form `day_format = {pattern}`" if pattern else ""
            raise UnexpectedAnswerError(
                f"a day is {shown(raw)}{form}: correct `day = {self.table.day}`"
            ) from None

    @staticmethod
    def _column(name: str, head: Sequence[str]) -> int:
        if head.count(name) != 1:
            listed = ", ".join(f"`{one[:30]}`" for one in head[:12])
            what = "missing" if name not in head else "there twice"
            raise UnexpectedAnswerError(f"column `{name}` is {what} (columns: {listed})")
        return head.index(name)


def found(expression: str, document: Any) -> Any:
    """What a JMESPath finds; compiled ones are kept by the library."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, document)
    except JMESPathError as error:
        words = f"`{expression}` does not fit the answer: {str(error)[:120]}"
        raise UnexpectedAnswerError(words) from None


def _scalar(part: str, cell: Any, day: Any) -> Any:
    if isinstance(cell, (list, Mapping)):
        kind = "a list" if isinstance(cell, list) else "a table"
        raise UnexpectedAnswerError(f"`{part}` of {_told(day)} is {kind}, not a number")
    return cell


def _told(day: Any) -> str:
    if isinstance(day, datetime):
        day = day.date()
    return (
        str(day) if isinstance(day, date) else "".join(c for c in str(day)[:30] if c.isprintable())
    )


def _side_by_side(found: Mapping[str, Any], paths: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """The rows of lists of one length, or the one row of single values."""
    for part, one in found.items():
        if one is None:
            raise UnexpectedAnswerError(f"`{part} = {paths[part]}` finds nothing in the answer")
    lengths = {len(one) if isinstance(one, list) else -1 for one in found.values()}
    if lengths == {-1}:
        return iter([tuple(found.values())])
    if len(lengths) > 1:
        told = ", ".join(
            f"{part}: {len(one) if isinstance(one, list) else 'one'}" for part, one in found.items()
        )
        raise UnexpectedAnswerError(f"the lists of the answer differ in length ({told})")
    return zip(*found.values(), strict=True)
