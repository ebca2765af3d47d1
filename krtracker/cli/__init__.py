"""The command line: one short module a command, loaded when called; it decides no business rule.

`krtracker --help`, `--version` and completion import click and nothing heavy (a test looks).
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import click

from krtracker import __version__
from krtracker.cli.face import Face, face_of, flush, shared_options, silence

# Group of the help page -> command -> (module and function in it, one line: the command's own).
COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Start": {
        "demo": ("demo", "Show a made-up company at work, without any credentials."),
        "init": ("init", "Write a first, commented configuration into a folder."),
        "check": ("check", "Read the configuration only, and name every mistake in it."),
        "doctor": ("doctor", "Try everything for real: sources, store, clock; with the fixes."),
        "explain": ("explain", "Tell the rule behind a code such as K021."),
        "test": ("test", "Run rule tests: given this series, expect this verdict."),
    },
    "Data": {
        "try": ("try_", "Ask a metric's source for a few days and store nothing."),
        "explain-sql": (
            "explain_sql",
            "Print the SQL a metric will send, with the values bound to it.",
        ),
        "connectors": ("connectors", "Show which connector answers which standard metric."),
        "collect": ("collect", "Ask the sources for what is missing, once, now."),
        "backfill": ("backfill", "Read a metric's history again, in chunks that can resume."),
        "record": ("record", "Write a manual metric's value, or take one back."),
        "push": ("push", "Send values to a daemon, here or elsewhere."),
        "import": ("import_", "Read a manual metric's values from a CSV file."),
    },
    "Verdict": {
        "evaluate": ("evaluate", "Judge every key result with what is known now."),
        "status": ("status", "Show where the key results stand."),
        "why": ("why", "Print the receipt of a number: where it came from, and how."),
        "forecast": ("forecast", "Say how likely a key result is reached, and on what grounds."),
        "calibration": ("calibration", "Say how honest past odds were."),
        "replay": ("replay", "Judge a cycle again, day by day, under other limits."),
        "draft-check": ("draft_check", "Say how often a metric moved as much as a goal asks."),
    },
    "Run": {
        "run": ("run", "Keep everything up to date until stopped."),
        "health": ("health", "Say whether the running daemon is well."),
        "unit": ("unit", "Print a systemd unit for `krtracker run`."),
    },
    "Analyse": {
        "query": ("query", "Answer one SQL SELECT from the snapshot."),
        "shell": ("shell", "Open an SQL prompt on the snapshot, read-only."),
    },
    "Care": {
        "runs": ("runs", "List the last attempts at the metrics."),
        "db": ("db", "Look after the store: info, verify, backup, restore, rebuild."),
        "config": ("config", "Show the configuration in force, secrets hidden."),
        "schema": ("schema", "Write the JSON Schema that editors check TOML files with."),
        "completion": ("completion", "Print the shell's completion script."),
    },
}


class Program(click.Group):
    """The group of all commands; a command's module is imported when it is called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for part in COMMANDS.values() for name in part]

    def get_command(self, _context: click.Context, cmd_name: str) -> click.Command | None:
        for part in COMMANDS.values():
            if cmd_name in part:
                room = part[cmd_name][0]
                found: click.Command = getattr(importlib.import_module(f"{__name__}.{room}"), room)
                return found
        return None

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are for, without importing one of them."""
        for title, part in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in part.items()], col_max=12)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a mistyped one."""
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            from krtracker.errors import nearest

            near = nearest(args[0], self.list_commands(ctx))
            hint = f"did you mean `{near}`?" if near else "`krtracker --help` lists the commands"
            ctx.fail(f"no command `{args[0]}`: {hint}")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Runs one command and exits with its code (decisions.md 32)."""
        _prepare(sys.stdout)
        _prepare(sys.stderr)
        try:
            code = super().main(args, *rest, **{**extra, "standalone_mode": False})
            flush(sys.stdout)
        except click.ClickException as error:
            error.show()
            if "--json" in (sys.argv[1:] if args is None else args):
                Face(json=True).refuse(error)
            code = error.exit_code
        except click.Abort:
            code = _stopped()
        except RuntimeError as error:  # how DuckDB tells of Ctrl-C in the middle of a query
            if "interrupted" not in str(error).lower():
                raise
            code = _stopped()
        except BrokenPipeError:
            silence(sys.stdout)
            code = 0
        sys.exit(code if isinstance(code, int) else 0)


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="krtracker", message="%(prog)s %(version)s")
@shared_options
@click.pass_context
def krtracker(context: click.Context, /, **given: Any) -> None:
    """Key results that measure themselves.

    First steps: `krtracker demo`, or `krtracker init` in your own repository.
    """
    context.obj = face_of(context, given)


def main(args: Sequence[str] | None = None) -> None:
    """The entry point: a bug ends in one line and exit code 1, its traceback comes with -v."""
    sys.excepthook = _report_bug
    krtracker.main(args, prog_name="krtracker")


def _prepare(stream: object) -> None:
    """A terminal that cannot show a character shows its escape instead of failing."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _stopped() -> int:
    click.echo("stopped: what was acknowledged is kept; the same call goes on", err=True)
    return 130


def _report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if {"-v", "--verbose"} & set(sys.argv):
        sys.__excepthook__(kind, error, trace)
        return
    click.echo(
        f"bug: {kind.__name__}: {error}\nrun the same command with -v for the traceback", err=True
    )


__all__ = ["COMMANDS", "Face", "krtracker", "main"]
