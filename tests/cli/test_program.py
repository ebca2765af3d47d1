"""The program as a whole: help, start cost, streams, exit codes, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from krtracker import __version__
from krtracker.cli import COMMANDS, krtracker
from krtracker.errors import StoreBusyError
from tests.cli.world import World

HEAVY = ("duckdb", "pandas", "requests", "rich", "pydantic", "sqlalchemy", "apscheduler", "numpy")
ALL = [name for part in COMMANDS.values() for name in part]


def commands() -> list[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    found: list[tuple[str, click.Command]] = []
    for name in ALL:
        one = loaded(name)
        if isinstance(one, click.Group):
            found += [(f"{name} {inner}", sub) for inner, sub in one.commands.items()]
        else:
            found.append((name, one))
    return found


def loaded(name: str) -> click.Command:
    one = krtracker.get_command(click.Context(krtracker), name)
    assert one is not None
    return one


def python(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )


def heavy_after(*words: str, **environ: str) -> str:
    """Which heavy modules a call has imported."""
    program = (
        "import sys, krtracker.cli as cli\n"
        "try:\n"
        f"    cli.main({list(words)!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print([one for one in {HEAVY!r} if one in sys.modules], file=sys.stderr)\n"
    )
    return python("-c", program, **environ).stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(word: str) -> None:
    assert heavy_after(word) == "[]"


def test_a_commands_own_help_imports_nothing_heavy() -> None:
    assert heavy_after("status", "--help") == "[]"


def test_completion_imports_nothing_heavy_and_offers_ids(collected: World) -> None:
    environ = {
        "_KRTRACKER_COMPLETE": "bash_complete",
        "COMP_WORDS": "krtracker status vis",
        "COMP_CWORD": "2",
        "KRTRACKER_CONFIG": str(collected.toml),
    }
    assert heavy_after(**environ) == "[]"
    assert python("-m", "krtracker", **environ).stdout == "plain,visits-up\n"


def test_completion_without_an_index_offers_nothing_and_says_nothing(world: World) -> None:
    ran = python(
        "-m",
        "krtracker",
        _KRTRACKER_COMPLETE="bash_complete",
        COMP_WORDS="krtracker try ",
        COMP_CWORD="2",
        KRTRACKER_CONFIG=str(world.toml),
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    ran = CliRunner().invoke(krtracker, ["completion", shell])
    assert f"_KRTRACKER_COMPLETE={shell}_complete" in ran.stdout


def test_a_shell_without_a_script_is_a_usage_error() -> None:
    assert CliRunner().invoke(krtracker, ["completion", "tcsh"]).exit_code == 2


def test_the_help_page_repeats_each_commands_own_first_line() -> None:
    for part in COMMANDS.values():
        for name, (_, line) in part.items():
            assert (name, str(loaded(name).help).partition("\n")[0]) == (name, line)


@pytest.mark.parametrize("option", ["as_json", "quiet", "verbose", "config"])
def test_every_command_has_the_shared_options(option: str) -> None:
    lacking = [
        words for words, one in commands() if option not in {each.name for each in one.params}
    ]
    assert lacking == []


def test_the_version_is_the_packages() -> None:
    ran = CliRunner().invoke(krtracker, ["--version"])
    assert ran.stdout == f"krtracker {__version__}\n"


def test_a_mistyped_command_suggests_the_nearest() -> None:
    ran = CliRunner().invoke(krtracker, ["statsu"])
    assert ran.exit_code == 2
    assert "did you mean `status`?" in ran.stderr


def test_quiet_leaves_only_the_answer(collected: World) -> None:
    assert collected.run("-q", "status").stderr == ""


def test_a_reader_who_leaves_early_ends_nothing_with_a_traceback(collected: World) -> None:
    call = f"{sys.executable} -m krtracker --config {collected.toml} query 'from range(9000)'"
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {call} | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("range" in ran.stdout, "Traceback" in ran.stderr, "rror" in ran.stderr) == (
        True,
        False,
        False,
    )


def test_a_closed_stdout_is_no_failure(collected: World) -> None:
    call = f"{sys.executable} -m krtracker --config {collected.toml} -q status >&-"
    ran = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_colour_is_forced_by_the_environment_alone(collected: World) -> None:
    assert "\x1b[" in collected.run("status", environ={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in collected.run("status").stdout


def test_a_stream_that_knows_no_unicode_gets_readable_text(collected: World) -> None:
    ran = python(
        "-m", "krtracker", "--config", str(collected.toml), "status", PYTHONIOENCODING="ascii"
    )
    assert ran.returncode == 0
    assert "100  ->  140  ->  150" in ran.stdout


def test_a_bug_is_one_line_and_its_traceback_comes_with_v(collected: World) -> None:
    program = (
        "import sys, krtracker.cli as cli\n"
        "sys.argv = ['krtracker', *sys.argv[1:]]\n"
        "cli.krtracker.callback = lambda **_: 1 / 0\n"
        "cli.main(['status'])\n"
    )
    short, long = python("-c", program), python("-c", program, "-v")
    assert (short.returncode, long.returncode) == (1, 1)
    assert short.stderr.startswith("bug: ZeroDivisionError")
    assert "Traceback" not in short.stderr
    assert "Traceback" in long.stderr


def test_a_busy_store_ends_with_5(filled: World) -> None:
    holding = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from krtracker.store import Store, StorePaths\n"
        "with Store.open(StorePaths(Path(sys.argv[1])), now=datetime.now(UTC)):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    published = filled.folder / "data/krtracker.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        ran = filled.run("db", "backup")
        assert ran.exit_code == StoreBusyError.exit_code == 5
        assert str(holder.pid) in ran.stderr
        assert filled.run("status").exit_code == 0
        holder.communicate("")


def test_control_c_says_that_what_was_acknowledged_is_kept(filled: World) -> None:
    program = (
        "import os, signal, sys, threading\n"
        "import krtracker.cli as cli\n"
        "threading.Timer(1.5, os.kill, [os.getpid(), signal.SIGINT]).start()\n"
        "cli.main(sys.argv[1:])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "--config", str(filled.toml), "shell", "--builtin"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        told = running.stderr.read()
    assert "stopped" in told
    assert running.returncode == 130


def test_a_call_that_makes_no_sense_is_told_as_json_too(world: World) -> None:
    ran = world.run("status", "--as-of", "yesterday", "--json")
    answer = json.loads(ran.stdout)
    assert (ran.exit_code, answer["schema"], answer["error"]["exit_code"]) == (2, 1, 2)
    assert "`yesterday` is no instant" in answer["error"]["message"]
