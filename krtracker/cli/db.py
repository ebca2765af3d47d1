"""`krtracker db`: care for the store; every change is made by the store, nothing by hand here."""

from __future__ import annotations

from pathlib import Path

import click

from krtracker.cli.face import Face, command
from krtracker.cli.figures import size_of
from krtracker.cli.tables import Cell, Row, lines_of
from krtracker.errors import StoreUnusableError, UsageError


@click.group("db")
def db() -> None:
    """Look after the store: info, verify, backup, restore, rebuild."""


@db.add_command
@command("info")
def info(face: Face) -> None:
    """Say where the store lies, how large it is and what it holds."""
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    with Store.open(paths, now=face.now, create=False) as store:
        facts = store.info()
    if face.json:
        face.out_json({"store": facts})
        return
    rows: list[Row] = [
        [Cell(name.replace("_", " "), "grey"), size_of(value) if "bytes" in name else str(value)]
        for name, value in facts.items()
    ]
    for line in lines_of(rows, face.out_terminal):
        face.out(line)


@db.add_command
@command("verify")
def verify(face: Face) -> int:
    """Compare the store with its rules and with its archive; exit 6 when something is wrong."""
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    with Store.open(paths, now=face.now, create=False) as store:
        wrong = store.verify()
    if face.json:
        face.out_json({"problems": wrong})
    for one in wrong:
        face.warn(one)
    if wrong:
        face.say("next: krtracker db rebuild, or krtracker db restore BACKUP")
        return StoreUnusableError.exit_code
    if not face.json:
        face.out("ok  the store keeps its rules and equals its archive")
    return 0


@db.add_command
@command("backup")
@click.argument("to", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say where it would go.")
def backup(face: Face, to: Path | None, *, dry_run: bool) -> None:
    """Copy the store into a file, checked before it gets its name."""
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    target = to or paths.backups / f"{face.now:%Y%m%dT%H%M%SZ}.duckdb"
    if target.exists():
        raise UsageError(f"{target} exists and stays: choose another name")
    if not dry_run:
        with Store.open(paths, now=face.now, create=False) as store:
            target = store.backup(target)
    say_done(face, "would write" if dry_run else "wrote", target)


@db.add_command
@command("restore")
@click.argument("backup", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Change nothing.")
def restore(face: Face, backup: Path, *, dry_run: bool) -> None:
    """Put a backup in the store's place; the store it replaces is kept beside it."""
    from krtracker.store import Store, StorePaths

    if not dry_run:
        Store.restore(StorePaths(face.published()), backup)
    say_done(face, "would restore" if dry_run else "restored", backup)


@db.add_command
@command("rebuild")
@click.option("--dry-run", is_flag=True, help="Change nothing.")
def rebuild(face: Face, *, dry_run: bool) -> None:
    """Make the store again from its archive, compare, then swap."""
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    if not dry_run:
        Store.rebuild(paths, face.now)
    say_done(face, "would rebuild from" if dry_run else "rebuilt from", paths.archive)


def say_done(face: Face, what: str, place: Path) -> None:
    if face.json:
        face.out_json({"done": what, "path": str(place)})
    else:
        face.out(str(place))
    face.say(f"{what} {place}; next: krtracker db verify")
