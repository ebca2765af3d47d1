"""`krtracker completion`: the shell's script, and the ids Tab offers; it never opens DuckDB."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from krtracker.cli.face import Face, command
from krtracker.errors import KrtrackerError, UsageError

VARIABLE = "_KRTRACKER_COMPLETE"
WHERE = {
    "bash": "~/.local/share/bash-completion/completions/krtracker",
    "zsh": "~/.zfunc/_krtracker (a folder of your $fpath)",
    "fish": "~/.config/fish/completions/krtracker.fish",
}


@command("completion")
@click.argument("shell", type=click.Choice(sorted(WHERE)))
def completion(face: Face, shell: str) -> None:
    """Print the shell's completion script."""
    from krtracker.cli import krtracker

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for {shell}: known are bash, zsh and fish")
    made = kind(krtracker, {}, "krtracker", VARIABLE)
    # Not `source()`: for bash it starts a shell to look at its version.
    script = made.source_template % made.source_vars()
    if face.json:
        face.out_json({"shell": shell, "script": script})
        return
    face.out(script.strip())
    if sys.stdout.isatty():
        face.say(f"next: krtracker completion {shell} > {WHERE[shell]}")


def metric_ids(
    context: click.Context, _parameter: click.Parameter, text: str
) -> list[CompletionItem]:
    """The metrics that begin with `text`."""
    return _offered(context, "metrics", text)


def key_result_ids(
    context: click.Context, _parameter: click.Parameter, text: str
) -> list[CompletionItem]:
    """The key results that begin with `text`, by their short names unless it has a slash."""
    return _offered(context, "key_results", text)


def _offered(context: click.Context, what: str, text: str) -> list[CompletionItem]:
    """The ids of the index; nothing where there is none: Tab never complains."""
    try:
        names = _index(context).get(what, [])
    except (KrtrackerError, OSError, ValueError):
        return []
    offered = names if "/" in text else dict.fromkeys(name.rpartition("/")[2] for name in names)
    return [CompletionItem(name) for name in offered if name.startswith(text)]


def _index(context: click.Context) -> dict[str, Any]:
    from krtracker.store import StorePaths

    given = context.params.get("config")
    if given is None and context.parent is not None:
        given = context.parent.params.get("config")
    text = StorePaths(Face(config=given).published()).names.read_text("utf-8")
    names: dict[str, Any] = json.loads(text)
    return names
