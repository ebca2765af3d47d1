"""Google's client is loaded by the first job that asks GA4, and by nothing and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from krtracker import wiring
from tests.connectors.faulty import FaultyServer
from tests.connectors.ga4_server import Ga4Server
from tests.connectors.restated import ANSWERS, RestatedProperty, World
from tests.connectors.restated_products import HEAD, PRODUCTS, ga4_tables, tables
from tests.connectors.speakers import CANARY
from tests.daemon.living import Shop, daemon

GOOGLES = {"grpc", "google"}
TOLD = "import time:"
GOAL = """
[cycle]
id = "now"
start = {first}
end = {last}

[objectives.grow]
title = "Grow"

[key_results.visits]
objective = "grow"
metric = "{metric}"
target = "+5%"
"""


def imported(lines: Iterable[str]) -> set[str]:
    """The packages of what Python says it has imported."""
    names = (line.rpartition("|")[2].strip() for line in lines if line.startswith(TOLD))
    return {name.partition(".")[0] for name in names}


def imported_by(folder: Path, command: str) -> set[str]:
    """The packages a command imports, which must do what it is told."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "krtracker", command],
        cwd=folder,
        env={**os.environ, "KEY": CANARY, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith(TOLD)]
    assert done.returncode == 0, (done.stdout, said)
    packages = imported(done.stderr.splitlines())
    assert "krtracker" in packages
    return packages


def this_month() -> World:
    return World(wiring.now().date())


def write(folder: Path, text: str, metric: str) -> None:
    """A configuration with a goal for one of its metrics."""
    today = wiring.now().date()
    first, last = today - timedelta(days=20), today + timedelta(days=40)
    goal = GOAL.format(first=first, last=last, metric=metric)
    (folder / "krtracker.toml").write_text(HEAD + text + goal, "utf-8")


@pytest.fixture
def every_other(tmp_path: Path) -> Iterator[Path]:
    """A folder whose configuration has each API there is, but not GA4."""
    world, text = this_month(), ""
    with ExitStack() as stack:
        for name, answer in ANSWERS.items():
            server = FaultyServer(partial(answer, world))
            stack.enter_context(server)
            text += tables(name.replace(" ", "_"), PRODUCTS[name], url=server.url)
        write(tmp_path, text, "http_visits")
        yield tmp_path


@pytest.fixture
def with_ga4(tmp_path: Path) -> Iterator[Path]:
    server = Ga4Server(tmp_path)
    server.property = RestatedProperty(this_month())
    write(tmp_path, ga4_tables(server, tmp_path, "grpc"), "api_visits")
    yield tmp_path
    server.close()


def test_without_ga4_no_command_loads_googles_client(every_other: Path) -> None:
    for command in ("check", "collect", "status"):
        assert not imported_by(every_other, command) & GOOGLES


def test_with_ga4_only_the_command_that_asks_it_loads_its_client(with_ga4: Path) -> None:
    for command in ("check", "connectors"):
        assert not imported_by(with_ga4, command) & GOOGLES
    assert imported_by(with_ga4, "collect") >= GOOGLES
    for command in ("evaluate", "status"):
        assert not imported_by(with_ga4, command) & GOOGLES


def test_the_daemon_has_started_before_its_first_job_loads_the_client(with_ga4: Path) -> None:
    with daemon(Shop(with_ga4), PYTHONPROFILEIMPORTTIME="1") as living:
        living.wait_for("started")
        before = imported(str(one.get("message")) for one in living.lines)
        living.wait_for("collected")
        after = imported(str(one.get("message")) for one in living.lines)
    assert "krtracker" in before
    assert not before & GOOGLES
    assert after >= GOOGLES
