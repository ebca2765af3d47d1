"""`krtracker doctor`: tries everything for real, one line each with its fix; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from krtracker.cli.examination import Finding, examine
from krtracker.cli.face import Face, command
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.errors import SourcesFailedError

STYLES = {"ok": "green", "warn": "yellow", "FAIL": "bold red"}


@command("doctor")
def doctor(face: Face) -> int:
    """Try everything for real: sources, store, clock; with the fixes."""
    findings: list[Finding] = []
    for one in examine(face):
        findings.append(one)
        if not face.json:
            for line in finding_lines(face, one):
                face.out(line)
    failed = any(one.verdict == "FAIL" for one in findings)
    if face.json:
        face.out_json({"ok": not failed, "findings": [asdict(one) for one in findings]})
    face.say("next: fix the lines above, then  krtracker doctor" if failed else NEXT)
    return SourcesFailedError.exit_code if failed else 0


NEXT = "next: krtracker collect, or  krtracker run"


def finding_lines(face: Face, one: Finding) -> Iterator[str]:
    """The verdict, what it is about, what was found; the fix below it."""
    rows: list[Row] = [
        [Cell(f"{one.verdict:<4}", STYLES[one.verdict]), f"{one.subject:<16}", one.words]
    ]
    yield from lines_of(rows, face.out_terminal)
    if one.fix:
        yield from lines_of([["    ", " " * 16, Cell(f"fix: {one.fix}", "")]], face.out_terminal)
