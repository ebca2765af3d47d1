"""What every command shares: options, where words go, failures; no business rule."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from krtracker.cli.terminal import Terminal, safe_json, terminal_of, visible
from krtracker.errors import ConfigurationError, KrtrackerError

if TYPE_CHECKING:
    from krtracker.model import Workspace

SCHEMA = 1


@dataclass(frozen=True)
class Face:
    """One call of the program: data goes to stdout, everything else to stderr.

    `verbosity` is -1 with `-q`, 0, or 1 with `-v`. With `json` a command prints one JSON object.
    """

    config: Path | None = None
    json: bool = False
    verbosity: int = 0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @functools.cached_property
    def out_terminal(self) -> Terminal:
        return terminal_of(sys.stdout, self.environ)

    @functools.cached_property
    def err_terminal(self) -> Terminal:
        return terminal_of(sys.stderr, self.environ)

    def out(self, line: str = "") -> None:
        """A line of the answer; whoever passes text from outside has escaped it (`tables`)."""
        _write(sys.stdout, line + "\n")

    def out_json(self, answer: Mapping[str, Any]) -> None:
        """The whole answer as JSON, with the version of its shape first."""
        text = json.dumps(
            {"schema": SCHEMA, **answer}, ensure_ascii=False, indent=2, default=_plain
        )
        self.out(safe_json(text))

    def say(self, text: str, style: str = "") -> None:
        """A remark beside the answer; silent with `-q`."""
        if self.verbosity >= 0:
            self._err(text, style)

    def detail(self, text: str) -> None:
        """A remark only `-v` wants."""
        if self.verbosity > 0:
            self._err(text, "grey")

    def warn(self, text: str) -> None:
        """Something that went wrong without ending the command; shown with `-q` too."""
        self._err(text, "yellow")

    def fail(self, error: KrtrackerError) -> int:
        """Shows a failure and returns the exit code it asks for."""
        if self.json:
            self.out_json({"error": _error_facts(error)})
        text = str(error)
        self._err(text if isinstance(error, ConfigurationError) else f"error: {text}", "red")
        return error.exit_code

    def refuse(self, error: click.ClickException) -> None:
        """A call that click itself refuses, as JSON."""
        message = error.format_message()
        facts = {"type": "UsageError", "message": message, "exit_code": error.exit_code}
        self.out_json({"error": facts})

    def _err(self, text: str, style: str) -> None:
        flush(sys.stdout)  # so that the two stay in order in one log
        shown = visible(text, keep="\n\t")
        _write(sys.stderr, self.err_terminal.paint(shown, style) + "\n")

    def configuration(self) -> Path:
        """The krtracker.toml in force (`--config`, KRTRACKER_CONFIG, here or above, ...)."""
        from krtracker.settings import find_configuration

        return find_configuration(self.config, cwd=Path.cwd(), environ=self.environ)

    def workspace(self) -> Workspace:
        from krtracker.settings import load

        return load(self.configuration())

    def checked_workspace(self) -> Workspace:
        """The workspace with its plug-in tables checked as well. Raises ConfigurationError."""
        from krtracker import wiring

        return wiring.accepted(self.configuration())[0]

    def published(self) -> Path:
        """The snapshot that reading commands open; costs no pydantic."""
        from krtracker.settings import published_path

        return published_path(self.configuration())


def _plain(value: object) -> object:
    """What JSON does not know, as text or a list."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _error_facts(error: KrtrackerError) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "type": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
    }
    if isinstance(error, ConfigurationError):
        facts["problems"] = [problem_facts(one) for one in error.problems]
    return facts


def problem_facts(problem: Any) -> dict[str, Any]:
    """One mistake of the configuration as plain JSON values."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "help": problem.help,
    }


def _write(stream: IO[str] | None, text: str) -> None:
    """Writes; a reader who has gone (`| head`) or a closed stream is no failure of ours."""
    try:
        if stream is not None:
            stream.write(text)
    except BrokenPipeError:
        silence(stream)
    except ValueError:  # closed: nobody reads
        return


def flush(stream: IO[str] | None) -> None:
    """Sends on what was written; a reader who has gone is no failure of ours."""
    try:
        if stream is not None:
            stream.flush()
    except BrokenPipeError:
        silence(stream)
    except ValueError:
        return


def silence(stream: IO[str] | None) -> None:
    """Sends the rest of a stream nowhere, so that not even the flush at exit complains."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)


Body = Callable[..., "int | None"]


def command(name: str, **settings: Any) -> Callable[[Body], click.Command]:
    """Makes a click command of `function(face, **options)`; it returns its exit code or None."""

    def made(function: Body) -> click.Command:
        @functools.wraps(function)
        @click.pass_context
        def called(context: click.Context, /, **given: Any) -> int:
            face = face_of(context, given)
            try:
                return function(face, **given) or 0
            except KrtrackerError as error:
                return face.fail(error)

        named: Callable[[Body], click.Command] = click.command(name, **settings)
        return named(shared_options(called))

    return made


def shared_options(function: Body) -> Body:
    """--config, --json, -q and -v, the same on the program and on each command."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Say more; a bug shows its traceback."),
        click.option("-q", "--quiet", is_flag=True, help="Only the answer and failures."),
        click.option("--json", "as_json", is_flag=True, help="The answer as JSON, schema 1."),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The krtracker.toml to use instead of the one found from here upwards.",
        ),
    ):
        function = option(function)
    return function


def face_of(context: click.Context, given: dict[str, Any]) -> Face:
    """Takes the shared options out of `given`; those before the command's name count too."""
    before = context.obj if isinstance(context.obj, Face) else Face()
    quiet, verbose = given.pop("quiet"), given.pop("verbose")
    as_json, config = given.pop("as_json"), given.pop("config")
    return Face(
        config=config or before.config,
        json=as_json or before.json,
        verbosity=1 if verbose else -1 if quiet else before.verbosity,
        now=before.now,
    )
