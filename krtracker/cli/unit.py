"""`krtracker unit`: a systemd unit for this configuration, printed; it installs nothing."""

from __future__ import annotations

import getpass
import shutil
import sys
from pathlib import Path

import click

from krtracker.cli.face import Face, command


@command("unit")
@click.option("--user", default="", help="Whom the daemon runs as (default: you).")
def unit(face: Face, *, user: str) -> None:
    """Print a systemd unit for `krtracker run`."""
    from krtracker.daemon.unit import unit_text

    text = unit_text(
        program=program(),
        configuration=face.configuration().resolve(),
        published=face.published(),
        user=user or getpass.getuser(),
    )
    if face.json:
        face.out_json({"unit": text})
        return
    face.out(text.rstrip("\n"))
    face.say("next: krtracker unit | sudo tee /etc/systemd/system/krtracker.service", "grey")


def program() -> str:
    """The absolute path of the `krtracker` this very Python belongs to."""
    beside = Path(sys.executable).parent / "krtracker"
    return str(beside) if beside.exists() else shutil.which("krtracker") or str(beside)
