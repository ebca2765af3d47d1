"""Rows of cells to aligned lines: pure; it escapes what it shows and never prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from krtracker.cli.terminal import Terminal, cells, clipped, visible


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a table, with a style and, for numbers, set to the right."""

    text: str
    style: str = ""
    right: bool = False


Row = Sequence[Cell | str]


def lines_of(rows: Sequence[Row], terminal: Terminal, *, gap: int = 2) -> list[str]:
    """The rows as lines, each column as wide as its widest cell; control characters escaped."""
    table = [[_cell(one) for one in row] for row in rows]
    widths = _widths(table)
    return [_line(row, widths, terminal, gap=gap) for row in table]


def width_of(rows: Sequence[Row], gap: int = 2) -> int:
    """How many terminal columns the rows would take side by side."""
    widths = _widths([[_cell(one) for one in row] for row in rows])
    return sum(widths) + gap * max(0, len(widths) - 1)


def _cell(one: Cell | str) -> Cell:
    cell = one if isinstance(one, Cell) else Cell(one)
    return Cell(visible(cell.text), cell.style, cell.right)


def _widths(table: Sequence[Sequence[Cell]]) -> list[int]:
    columns = max((len(row) for row in table), default=0)
    return [
        max((cells(row[n].text) for row in table if n < len(row)), default=0)
        for n in range(columns)
    ]


def _line(row: Sequence[Cell], widths: Sequence[int], terminal: Terminal, *, gap: int) -> str:
    parts = []
    for cell, width in zip(row, widths, strict=False):
        blank = " " * (width - cells(cell.text))
        painted = terminal.paint(cell.text, cell.style)
        parts.append(blank + painted if cell.right else painted + blank)
    return (" " * gap).join(parts).rstrip()


def grid(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    terminal: Terminal,
    *,
    widest: int = 60,
) -> list[str]:
    """A result of a query as a table with a heading; long texts are cut at `widest`."""
    numeric = [all(_is_number(row[n]) for row in rows) for n in range(len(columns))]
    head = [Cell(name, "bold", right) for name, right in zip(columns, numeric, strict=True)]
    body = [
        [
            Cell(clipped(visible(shown(value)), widest), "grey" if value is None else "", right)
            for value, right in zip(row, numeric, strict=True)
        ]
        for row in rows
    ]
    return lines_of([head, *body], terminal)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def shown(value: object) -> str:
    """One value of a query as text for a person: NULL is "∅", instants without microseconds."""
    if value is None:
        return "∅"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
