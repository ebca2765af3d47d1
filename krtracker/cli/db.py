"""`krtracker db`: care for the store; every change is made by the store, nothing by hand here."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    facts = cared(face, "info")["facts"]
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
    wrong = cared(face, "verify")["problems"]
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
    """Copy the store into a file or folder, checked before it gets its name."""
    from krtracker.store import StorePaths

    if to is not None and to.is_file():
        raise UsageError(f"{to} exists and stays: choose another name")
    target = to or StorePaths(face.published()).backups
    if not dry_run:
        made = Path(cared(face, "backup")["path"])
        target = made if to is None else moved(made, to)
    say_done(face, "would write" if dry_run else "wrote", target)


def cared(face: Face, what: str) -> Mapping[str, Any]:
    """What the daemon tells of its store, or the store itself where no daemon runs."""
    from krtracker.daemon.care import CARE
    from krtracker.daemon.control import send
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    handed = send(paths, {"command": what})
    if handed is not None:
        return list(handed)[-1]
    with Store.open(paths, now=face.now, create=False) as store:
        return CARE[what](store)


def moved(made: Path, to: Path) -> Path:
    """The finished backup at the place a person named: the store itself may not write there."""
    target = to / made.name if to.is_dir() else to
    half = target.with_name(f".{target.name}.tmp")
    try:
        shutil.copyfile(made, half)
        half.replace(target)
    except OSError as error:
        half.unlink(missing_ok=True)
        why = error.strerror or error
        raise UsageError(f"cannot write {target}: {why}; the backup lies at {made}") from error
    made.unlink()
    return target


@db.add_command
@command("restore")
@click.argument("backup", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--drop-newer", is_flag=True, help="Without what was stored after the backup.")
@click.option("--dry-run", is_flag=True, help="Change nothing.")
def restore(face: Face, backup: Path, *, drop_newer: bool, dry_run: bool) -> None:
    """Put a backup in the store's place; the store it replaces is kept beside it.

    What was stored after the backup comes back from the archive, unless --drop-newer.
    """
    from krtracker.store import Store, StorePaths

    if dry_run:
        say_done(face, "would restore", backup)
        return
    paths = StorePaths(face.published())
    aside = Store.restore(paths, backup, now=face.now, newer_commits=not drop_newer)
    say_done(face, "restored", backup)
    if aside is not None:
        face.say(f"the store before it lies at {aside}")


@db.add_command
@command("rebuild")
@click.option("--dry-run", is_flag=True, help="Change nothing.")
def rebuild(face: Face, *, dry_run: bool) -> None:
    """Make the store again from its archive, compare, then swap."""
    from krtracker.store import Store, StorePaths

    paths = StorePaths(face.published())
    if not paths.archive.exists():
        raise StoreUnusableError(f"no archive at {paths.archive}; next: krtracker backfill")
    if dry_run:
        say_done(face, "would rebuild from", paths.archive)
        return
    made = Store.rebuild(paths, now=face.now)
    say_done(face, "rebuilt from", paths.archive)
    face.detail(str(made))


def say_done(face: Face, what: str, place: Path) -> None:
    """What was done to which file, and what to look at next."""
    if face.json:
        face.out_json({"done": what, "path": str(place)})
    else:
        face.out(str(place))
    face.say(f"{what} {place}; next: krtracker db verify")
