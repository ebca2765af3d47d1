"""`krtracker status`: where the key results stand, from the snapshot; it evaluates nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.board import board_now, cycle_of, workspace_words
from krtracker.cli.completion import key_result_ids
from krtracker.cli.face import Face, command
from krtracker.cli.standing import FAIL_ON, Board, Standing, board_lines, detail_lines, failing
from krtracker.cli.words import Asked, moment_options
from krtracker.errors import UnknownNameError
from krtracker.periods import local_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtracker.store import Snapshot

MATCHED = 10


@command("status")
@click.argument("key_result", required=False, shell_complete=key_result_ids)
@moment_options
@click.option("--cycle", help="Another cycle than the running one.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(sorted(FAIL_ON)),
    help="Exit 10 when a key result is that, or worse; may be repeated.",
)
def status(
    face: Face,
    key_result: str | None,
    *,
    cycle: str | None,
    fail_on: tuple[str, ...],
    **moment: Any,
) -> int:
    """Show where the key results stand."""
    from krtracker.store import Snapshot

    asked = Asked(**moment)
    with Snapshot.open(face.published()) as snapshot:
        if key_result and cycle is None:
            cycle = cycle_of(snapshot, key_result, face.now.date())
        board = board_asked(face, snapshot, asked, cycle=cycle)
    chosen = board.standings if key_result is None else [one_of(board, key_result)]
    if face.json:
        face.out_json(facts(board, chosen))
    elif key_result is None:
        show(face, board)
    else:
        for line in detail_lines(chosen[0], board.today, face.out_terminal):
            face.out(line)
        face.say(f"next: krtracker why {chosen[0].name}")
    return MATCHED if failing(chosen, fail_on) else 0


def board_asked(face: Face, snapshot: Snapshot, asked: Asked, *, cycle: str | None) -> Board:
    """The published board, or the one of another moment."""
    if not asked.of_now:
        from krtracker.cli.moments import board_then

        return board_then(face, snapshot, asked, cycle=cycle)
    name, zone = workspace_words(face.configuration())
    return board_now(snapshot, name, local_day(face.now, zone), cycle=cycle)


def one_of(board: Board, name: str) -> Standing:
    """The key result of the board with that full or short id."""
    for one in board.standings:
        if name in (one.key_result, one.name):
            return one
    raise UnknownNameError("key result", name, [one.name for one in board.standings])


def show(face: Face, board: Board) -> None:
    for line in board_lines(board, face.out_terminal):
        face.out(line)
    worst = next(iter(failing(board.standings, ["off-track", "stale"])), None)
    if worst is not None:
        face.say(f"\nnext: krtracker why {worst.name}", "grey")
    elif not board.standings:
        face.say("\nnext: put a key result in okrs/*.toml, then  krtracker evaluate", "grey")


def facts(board: Board, chosen: Sequence[Standing]) -> dict[str, Any]:
    span = board.span
    return {
        "workspace": board.workspace,
        "cycle": board.cycle,
        "first_day": span.first if span else None,
        "last_day": span.last if span else None,
        "today": board.today,
        "data_through": max((one.data_day for one in chosen if one.data_day), default=None),
        "objectives": [one.facts() for one in board.headings],
        "key_results": [one.facts() for one in chosen],
    }
