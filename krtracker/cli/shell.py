"""`krtracker shell`: an SQL prompt on the snapshot; read-only, whatever is typed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from krtracker.cli.face import Face, command
from krtracker.cli.tables import grid
from krtracker.errors import KrtrackerError, StoreUnusableError


@command("shell")
@click.option("--builtin", is_flag=True, help="The small prompt, even where duckdb is on PATH.")
def shell(face: Face, *, builtin: bool) -> int:
    """Open an SQL prompt on the snapshot, read-only."""
    published = face.published()
    if not published.exists():
        raise StoreUnusableError(f"nothing is published at {published} yet; next: krtracker demo")
    program = shutil.which("duckdb", path=face.environ.get("PATH"))
    if face.json:
        face.out_json({"snapshot": str(published), "duckdb": program})
    elif program and not builtin:
        return subprocess.run([program, "-readonly", str(published)], check=False).returncode
    else:
        prompt(face, published)
    return 0


def prompt(face: Face, published: Path) -> None:
    """Reads statements up to their semicolon and answers each; `.quit` or the end of input ends."""
    face.say("SELECTs on the schema krt, each ended by ;   .quit ends", "grey")
    waiting = ""
    while (line := read_line(face, "krt> " if not waiting else "...> ")) is not None:
        if not waiting and line.strip() in (".quit", ".exit", "quit", "exit"):
            return
        waiting += line + "\n"
        if waiting.rstrip().endswith(";"):
            answer(face, published, waiting)
            waiting = ""
    if waiting.strip():
        answer(face, published, waiting)


def read_line(face: Face, mark: str) -> str | None:
    """One line of input, None at its end; the mark is shown to persons only."""
    if sys.stdin.isatty() and face.verbosity >= 0:
        sys.stderr.write(mark)
        sys.stderr.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def answer(face: Face, published: Path, text: str) -> None:
    """One statement's table; a mistake in it is said and the prompt goes on."""
    from krtracker.store import run_untrusted

    try:
        table = run_untrusted(published, text, limit=1000, seconds=30)
    except KrtrackerError as error:
        face.warn(str(error))
        return
    for line in grid(table.columns, table.rows, face.out_terminal):
        face.out(line)
    if table.truncated:
        face.say("only the first 1,000 rows")
