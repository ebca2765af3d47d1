"""`krtracker demo`: a made-up company, measured before your eyes; its numbers are all generated."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from krtracker.cli.face import Face, command
from krtracker.cli.import_ import read_rows
from krtracker.cli.init import schema_text
from krtracker.cli.run import live
from krtracker.cli.schema import write_text
from krtracker.cli.status import board_asked, facts, show
from krtracker.cli.words import Asked
from krtracker.cli.working import events_of, shown_progress
from krtracker.errors import SourcesFailedError, UsageError
from krtracker.periods import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from krtracker.cli.standing import Board

DATABASE = "data/events.sqlite"
ZONE = "Europe/Berlin"
NEXT = """
next:  cd {folder}
       krtracker status              where everything stands
       krtracker why {name:<16}the receipt behind one number
       krtracker try {metric:<16}ask a source, store nothing
       krtracker query "from krt.key_results"
       krtracker run                 keep it up to date
yours: krtracker init                in your own repository"""


@command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="krtracker-demo",
    show_default=True,
    help="Where its files go.",
)
@click.option("--keep-running", is_flag=True, help="Go on as the daemon afterwards.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another made-up history.")
@click.option("--dry-run", is_flag=True, help="Say what would be written.")
def demo(face: Face, *, folder: Path, keep_running: bool, seed: int, dry_run: bool) -> int:
    """Show a made-up company at work, without any credentials."""
    reused = is_demo(folder)
    if dry_run:
        face.say(f"would {'reuse' if reused else 'write'} {folder}")
        return 0
    began = time.monotonic()
    if reused:
        advance(face, folder)
    else:
        make(face, folder, seed)
    face = replace(face, config=folder / "krtracker.toml")
    fill(face, folder, fresh=not reused)
    board = published_board(face)
    if face.json:
        face.out_json({"folder": str(folder), **facts(board, board.standings)})
    else:
        show_board(face, board, folder)
    face.say(f"all of it took {time.monotonic() - began:.1f} s", "grey")
    return go_on(face, folder) if keep_running else 0


def is_demo(folder: Path) -> bool:
    """Whether the folder is a demo made before. Raises UsageError when it is something else."""
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if (folder / "krtracker.toml").exists() and (folder / DATABASE).exists():
        return True
    raise UsageError(
        f"{folder} exists and is no demo: nothing was touched; "
        f"next: krtracker demo --folder another-one"
    )


def make(face: Face, folder: Path, seed: int) -> None:
    """The example with its dates moved to today, and the event database it asks."""
    from krtracker.demo import example, generate, shift_example

    today = local_day(face.now, ZONE)
    began = time.monotonic()
    try:
        shift_example(example(), folder, today=today)
        write_text(folder / ".krtracker/schema.json", schema_text())
        made = generate(folder / DATABASE, today=today, seed=seed)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}; choose a --folder") from error
    face.say(
        f"Fieldnote, a made-up company: {made.events:,} generated events of {made.days} days, "
        f"{made.users:,} users   {time.monotonic() - began:.1f} s"
    )


def advance(face: Face, folder: Path) -> None:
    """A folder of an earlier day: the days since then have happened at Fieldnote too."""
    from krtracker.demo import catch_up

    added = catch_up(folder / DATABASE, today=local_day(face.now, ZONE))
    if added:
        face.say(f"Fieldnote went on: {added:,} events more")


def fill(face: Face, folder: Path, *, fresh: bool) -> None:
    """Collects everything that is due, and the survey a person kept by hand."""
    began = time.monotonic()
    done = perform(face, {"command": "collect"})
    surveys = folder / "data/nps.csv"
    if fresh and surveys.exists() and "nps" in face.workspace().metrics:
        rows = read_rows(surveys, ZONE)
        perform(face, {"command": "import", "metric": "nps", "rows": rows})
    face.say(f"{done['asked']} requests to its sources   {time.monotonic() - began:.1f} s\n")


def perform(face: Face, request: Mapping[str, object]) -> Mapping[str, object]:
    """Does a request quietly; returns its last event. Raises SourcesFailedError."""
    last: Mapping[str, object] = {}
    for last in shown_progress(face, events_of(face, request)):
        if last["event"] == "failed":
            raise SourcesFailedError(f"{last['metric']}: {last['message']}; next: krtracker doctor")
    return last


def published_board(face: Face) -> Board:
    from krtracker.store import Snapshot

    with Snapshot.open(face.published()) as snapshot:
        return board_asked(face, snapshot, Asked(), cycle=None)


def show_board(face: Face, board: Board, folder: Path) -> None:
    """The status tree, and what to try next."""
    show(replace(face, verbosity=-1), board)
    first = board.standings[0]
    face.say(NEXT.format(folder=folder, name=first.name, metric=first.metric))


def go_on(face: Face, folder: Path) -> int:
    """Lives on as the daemon of the demo; every hour Fieldnote's days up to now have happened."""
    from krtracker.demo import catch_up

    def happen() -> None:
        while not threading.Event().wait(3600):
            catch_up(folder / DATABASE, today=local_day(datetime.now(UTC), ZONE))

    threading.Thread(target=happen, daemon=True, name="fieldnote").start()
    configuration = face.configuration()
    face.say(f"running on {configuration}, Ctrl-C stops it")
    return live(face, configuration, as_json=not face.err_terminal.interactive)
