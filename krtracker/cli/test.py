"""`krtracker test`: rule tests in TOML, judged with their own numbers; it reads no store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from krtracker.cli.face import Face, command
from krtracker.cli.figures import several
from krtracker.cli.rule_files import read_rule_tests
from krtracker.cli.terminal import visible
from krtracker.errors import UsageError

if TYPE_CHECKING:
    from krtracker.tracker import Tested

FAILED = 10


@command("test")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def test(face: Face, files: tuple[Path, ...]) -> int:
    """Run rule tests: given this series, expect this verdict.

    Without files: tests/*.toml beside the configuration. Exit code 10 when a test fails.
    """
    from krtracker.tracker import run_rule_test

    workspace = face.workspace()
    chosen = files or tuple(sorted((workspace.folder / "tests").glob("*.toml")))
    if not chosen:
        raise UsageError("no rule tests: write tests/rules.toml beside krtracker.toml")
    tests = [one for file in chosen for one in read_rule_tests(file, workspace)]
    found = [run_rule_test(workspace, one) for one in tests]
    failed = [one for one in found if not one.passed]
    if face.json:
        face.out_json({"passed": len(found) - len(failed), "tests": [facts(one) for one in found]})
    else:
        for one in found:
            show(face, one)
        face.say(f"{several(len(found) - len(failed), 'test')} passed, {len(failed)} failed")
    return FAILED if failed else 0


def show(face: Face, one: Tested) -> None:
    """A line a test; of a failed one what was said instead, and why."""
    terminal = face.out_terminal
    verdict = terminal.paint("ok", "green") if one.passed else terminal.paint("FAIL", "red")
    face.out(f"{verdict} {visible(one.test.title)}")
    for failure in one.failures:
        face.out(f"     {visible(failure)}")
    for name, reason in one.reasons.items() if not one.passed else ():
        face.out(terminal.paint(f"     {visible(name)}: {visible(reason)}", "grey"))
    if not one.passed:
        face.out(terminal.paint(f"     {visible(one.test.place)}", "grey"))


def facts(one: Tested) -> dict[str, object]:
    return {
        "title": one.test.title,
        "place": one.test.place,
        "passed": one.passed,
        "failures": list(one.failures),
        "reasons": dict(one.reasons),
    }
