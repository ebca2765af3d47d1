"""`krtracker init`: five questions, then a first configuration; it never overwrites a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import available_timezones

import click

from krtracker.cli.face import Face, command
from krtracker.cli.products import PRODUCTS
from krtracker.cli.schema import write_text
from krtracker.cli.starter import KINDS, Answers, cycle_span, files_of, quarter_of, valid_table
from krtracker.errors import UnknownNameError, UsageError
from krtracker.periods import local_day


@command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--source", type=click.Choice(KINDS), help="Where numbers come from.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the proposals.")
@click.option("--dry-run", is_flag=True, help="Say what would be written.")
def init(face: Face, folder: Path, *, source: str | None, yes: bool, dry_run: bool) -> None:
    """Write a first, commented configuration into a folder."""
    if (folder / "krtracker.toml").exists():
        raise UsageError(f"{folder / 'krtracker.toml'} exists and stays; next: krtracker check")
    answers = proposals(face, folder)
    if source is not None:
        answers = replace(answers, kind=source)
    if not yes:
        answers = asked(answers)
    files = {**files_of(answers), ".krtracker/schema.json": schema_text()}
    written, kept = put(folder, files, dry_run=dry_run)
    if face.json:
        face.out_json({"folder": str(folder), "written": written, "kept": kept})
    face.say(f"{'would write' if dry_run else 'wrote'} {', '.join(written)}")
    for name in kept:
        face.say(f"kept  {name} as it was")
    face.say(next_step(answers, folder))


def proposals(face: Face, folder: Path) -> Answers:
    """What `--yes` takes: the folder's name, the machine's zone, this quarter."""
    zone = machine_zone(face.environ)
    name = folder.resolve().name or "Workspace"
    return Answers(name, zone, "postgresql", "events", quarter_of(local_day(face.now, zone)))


def machine_zone(environ: Mapping[str, str]) -> str:
    """The IANA zone this machine is set to, UTC where it does not say."""
    linked = Path("/etc/localtime").resolve().as_posix().partition("zoneinfo/")[2]
    for name in (environ.get("TZ", "").lstrip(":"), linked):
        if name in available_timezones():
            return name
    return "UTC"


def asked(proposed: Answers) -> Answers:
    """The five questions, each checked; without a terminal nobody is asked."""
    if not sys.stdin.isatty():
        raise UsageError("nobody to ask: this is no terminal; next: krtracker init --yes")
    ask = click.prompt
    name = ask("1/5  Name of the workspace", proposed.name, err=True)
    zone = ask("2/5  Time zone of your days", proposed.zone, err=True, value_proc=known_zone)
    kind = ask("3/5  Where do numbers come from", proposed.kind, type=click.Choice(KINDS), err=True)
    table = proposed.table
    if kind not in PRODUCTS:
        table = ask("4/5  Table with one row an event", "events", err=True, value_proc=known_table)
    cycle = ask("5/5  First cycle", proposed.cycle, err=True, value_proc=known_cycle)
    return Answers(name, zone, kind, table, cycle)


def known_zone(text: str) -> str:
    zones = sorted(available_timezones())
    if text not in zones:
        raise click.UsageError(str(UnknownNameError("time zone", text, zones)))
    return text


def known_table(text: str) -> str:
    if not valid_table(text):
        raise click.UsageError(f"`{text}` is no table name such as events or analytics.events")
    return text


def known_cycle(text: str) -> str:
    try:
        cycle_span(text)
    except ValueError as error:
        raise click.UsageError(f"`{text}` is no cycle such as 2026-q4, 2026-h1 or 2026") from error
    return text.lower()


def schema_text() -> str:
    from krtracker.settings import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def put(folder: Path, files: Mapping[str, str], *, dry_run: bool) -> tuple[list[str], list[str]]:
    """Writes the files that are not there yet; returns (written, kept)."""
    kept = [name for name in files if (folder / name).exists()]
    written = [name for name in files if name not in kept]
    if not dry_run:
        for name in written:
            write_text(folder / name, files[name])
    return written, kept


def next_step(answers: Answers, folder: Path) -> str:
    where = "" if folder == Path() else f"cd {folder}, "
    if answers.kind == "files":
        return f"next: {where}put events.csv into source/, then  krtracker doctor"
    product = PRODUCTS.get(answers.kind)
    if product is not None and product.file:
        return f"next: {where}put {product.file} beside krtracker.toml, then  krtracker doctor"
    what = " and ".join(product.secrets) if product else "PRODUCT_DB_URL"
    return f"next: {where}put {what} in .env, then  krtracker doctor"
