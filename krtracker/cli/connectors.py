"""`krtracker connectors`: who answers which standard metric, and how; it opens no source."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import click

from krtracker.cli.face import Face, command
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.errors import KrtrackerError, UnknownNameError

Answers = Mapping[str, tuple[bool, str]]


@command("connectors")
@click.argument("name", required=False)
def connectors(face: Face, name: str | None) -> None:
    """Show which connector answers which standard metric.

    With NAME the definition of each, or why it is not answered.
    """
    from krtracker import registry

    known = registry.names()
    if name is not None and name not in known:
        raise UnknownNameError("connector", name, known)
    found = {one: answers_of(one) for one in ([name] if name else known)}
    if face.json:
        face.out_json({"connectors": {one: as_json(told) for one, told in found.items()}})
    elif name is None:
        for line in lines_of(matrix(found), face.out_terminal):
            face.out(line)
        face.say("definitions and reasons: krtracker connectors NAME")
    else:
        definitions(face, found[name])


def answers_of(name: str) -> Answers | str:
    """The standard metrics of a connector, or why it cannot be asked."""
    from krtracker import registry, wiring

    try:
        return wiring.standards_of(registry.load(name))
    except KrtrackerError as error:
        return str(error)


def as_json(told: Answers | str) -> dict[str, object]:
    if isinstance(told, str):
        return {"error": told}
    return {
        metric: {"answered": answered, "definition" if answered else "reason": words}
        for metric, (answered, words) in told.items()
    }


def matrix(found: Mapping[str, Answers | str]) -> list[Row]:
    """A line a standard metric, a column a connector: yes, no, or ? where it does not say."""
    from krtracker.connector import STANDARD_METRICS

    head: Row = [Cell("standard", "bold"), *(Cell(one, "bold") for one in found)]
    rows: list[Row] = [
        [one, *(mark(told, one) for told in found.values())] for one in STANDARD_METRICS
    ]
    return [head, *rows]


def mark(told: Answers | str, metric: str) -> Cell:
    if isinstance(told, str) or metric not in told:
        return Cell("?", "grey")
    return Cell("yes", "green") if told[metric][0] else Cell("no", "grey")


def definitions(face: Face, told: Answers | str) -> None:
    if isinstance(told, str):
        face.out(told)
        return
    for metric, (answered, words) in told.items():
        sign = face.out_terminal.paint(*(("yes", "green") if answered else ("no ", "grey")))
        first, *rest = textwrap.wrap(words, 76) or [""]
        face.out(f"{metric:<18}  {sign}  {first}")
        for line in rest:
            face.out(" " * 25 + line)
    if not told:
        face.say("it says nothing of standard metrics")
