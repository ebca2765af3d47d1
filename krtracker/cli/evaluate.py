"""`krtracker evaluate`: every key result judged now; for other moments it stores nothing."""

from __future__ import annotations

from typing import Any

from krtracker.cli.face import Face, command
from krtracker.cli.status import board_asked, facts, show
from krtracker.cli.words import Asked, moment_options
from krtracker.cli.working import work


@command("evaluate")
@moment_options
def evaluate(face: Face, **moment: Any) -> int:
    """Judge every key result with what is known now.

    With --as-of or --day the answer is shown and nothing is stored.
    """
    from krtracker.store import Snapshot

    asked = Asked(**moment)
    if asked.of_now:
        return work(face, {"command": "evaluate"})
    with Snapshot.open(face.published()) as snapshot:
        board = board_asked(face, snapshot, asked, cycle=None)
    if face.json:
        face.out_json(facts(board, board.standings))
    else:
        show(face, board)
    return 0
