"""The board of another moment: what was known then, or what is said of a day; it stores nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from krtracker.cli.board import board_of, workspace_words
from krtracker.cli.face import Face
from krtracker.cli.standing import Board
from krtracker.cli.words import Asked
from krtracker.periods import local_day

if TYPE_CHECKING:
    from krtracker.store import Snapshot


def board_then(face: Face, snapshot: Snapshot, asked: Asked, *, cycle: str | None) -> Board:
    """The answers as of an instant or of a day; those of now are never passed here."""
    from krtracker.tracker import answer_as_of, answer_day

    at = moment_of(face, asked)
    if isinstance(at, datetime):
        folder = face.configuration().parent
        then = answer_as_of(snapshot, instant=at, folder=folder)
        stored = {key: one.recorded_at for key, one in snapshot.evaluations(as_of=at).items()}
        today = local_day(at, then.workspace.zone)
        return board_of(then, today, cycle=cycle, stored=stored)
    assert at is not None
    workspace = face.workspace()
    then = answer_day(snapshot, workspace, day=at, now=face.now)
    return board_of(then, at + timedelta(days=1), cycle=cycle)


def moment_of(face: Face, asked: Asked) -> datetime | date | None:
    """The instant or the day asked for, None for now; a bare one in the workspace's zone."""
    if asked.as_of is None:
        return asked.day
    return asked.as_of.in_zone(workspace_words(face.configuration())[1])
