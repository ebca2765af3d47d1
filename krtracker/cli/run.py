"""`krtracker run`: the daemon's way in; its life is told in `krtracker.daemon`, not here."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from krtracker.cli.face import Face, command


@command("run")
@click.option(
    "--log-format",
    type=click.Choice(["auto", "text", "json"]),
    default="auto",
    show_default=True,
    help="auto: text for a person, JSON lines elsewhere.",
)
def run(face: Face, *, log_format: str) -> int:
    """Keep everything up to date until stopped."""
    as_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    return live(face, face.configuration(), as_json=as_json or face.json)


def live(face: Face, configuration: Path, *, as_json: bool) -> int:
    """Lives as the daemon until SIGTERM or Ctrl-C; the exit code is the daemon's."""
    from krtracker import wiring
    from krtracker.daemon import life
    from krtracker.daemon.logs import Log
    from krtracker.settings import published_path
    from krtracker.store.paths import StorePaths
    from krtracker.store.placement import doubt, mounted

    log = Log(sys.stderr, as_json=as_json, now=wiring.now)
    words = doubt(StorePaths(published_path(configuration)).hidden, mounted())
    if words:
        log.warning("placement", message=f"{words}; set [store] path to a disk of this machine")
    return life.run(configuration, wiring=wiring, environ=face.environ, log=log)
