"""`krtracker config`: the values in force with their file and line; secrets are never shown."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import click

from krtracker.cli.face import Face, command
from krtracker.cli.tables import Cell, lines_of
from krtracker.model import Workspace

SECRET_NAME = re.compile(r"(pass(word|wd)?|secret|token|api_?key|credentials?|private_key)$", re.I)
REFERENCE = re.compile(r"\$\{[^}]*\}|\$\$\{")
PASSWORD_IN_URL = re.compile(r"(://[^/:@\s]*:)[^@\s]+(?=@)")
Keys = tuple[str, ...]


@click.group("config")
def config() -> None:
    """Show the configuration in force, secrets hidden."""


@config.add_command
@command("show")
@click.argument("prefix", default="")
def show(face: Face, prefix: str) -> None:
    """Each value with its file and line; PREFIX narrows, such as metrics.dau."""
    workspace = face.workspace()
    rows = [one for one in values(workspace) if within(one["key"], prefix)]
    if face.json:
        face.out_json({"digest": workspace.digest, "file": str(workspace.file), "values": rows})
        return
    table = [
        [Cell(one["place"], "grey"), one["key"], Cell("=", "grey"), as_written(one["value"])]
        for one in rows
    ]
    for line in lines_of(table, face.out_terminal):
        face.out(line)
    face.say(f"digest {workspace.digest}", "grey")
    if not rows:
        face.say(f"nothing below `{prefix}`; next: krtracker config show")


def as_written(value: Any) -> str:
    """The value much as TOML has it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def within(key: str, prefix: str) -> bool:
    return not prefix or key == prefix or key.startswith((prefix + ".", prefix + "["))


def values(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Every value of every TOML file: key, value (secrets as ***), place as file:line."""
    for file, text in workspace.files.items():
        if not file.endswith(".toml"):
            continue
        for path, value in leaves(tomllib.loads(text)):
            place = workspace.places.get(path)
            shown = masked(path[-1], value)
            where = str(place) if place is not None and place.file.endswith(file) else file
            yield {"key": ".".join(path), "value": shown, "place": where}


def leaves(table: Mapping[str, Any], path: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """The values of a table that are no tables, with their path of keys."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, name))
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for number, one in enumerate(value):
                yield from leaves(one, (*path, name, str(number)))
        else:
            yield (*path, name), value


def masked(name: str, value: Any) -> Any:
    """The value, or *** where it could be a secret in plain text; a reference is no secret."""
    if not isinstance(value, str):
        return value
    if SECRET_NAME.search(name) and not REFERENCE.search(value):
        return "***"
    return PASSWORD_IN_URL.sub(r"\1***", value)
