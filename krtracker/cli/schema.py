"""`krtracker schema`: the JSON Schema of the TOML files, for editors; it changes nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click

from krtracker.cli.face import Face, command
from krtracker.errors import UsageError


@command("schema")
@click.option(
    "--write",
    is_flag=True,
    help="Write .krtracker/schema.json beside krtracker.toml, where `#:schema` lines look.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--dry-run", is_flag=True, help="Say what would be written.")
def schema(face: Face, *, write: bool, output: Path | None, dry_run: bool) -> None:
    """Write the JSON Schema that editors check TOML files with."""
    from krtracker.settings import json_schema

    target = output or (face.configuration().parent / ".krtracker/schema.json" if write else None)
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    if target is None:
        face.out(text)
        return
    if not dry_run:
        write_text(target, text + "\n")
    if face.json:
        face.out_json({"written": [] if dry_run else [str(target)]})
    face.say(f"{'would write' if dry_run else 'wrote'} {target}")


def write_text(target: Path, text: str) -> None:
    """Writes a file and the folders above it; UsageError says why it cannot."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}; choose another place or free this one"
        ) from error
