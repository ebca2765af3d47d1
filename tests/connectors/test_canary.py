"""The whole program against servers that send the credential back: no byte it writes holds it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.connectors import faulty
from tests.connectors.fault_cases import forms
from tests.connectors.faulty import FaultyServer, Given
from tests.connectors.restated_products import HEAD, PRODUCTS, tables
from tests.connectors.speakers import CANARY
from tests.daemon.living import Shop, daemon

SEEN = tuple(form.encode() for form in forms(CANARY))
STATUSES = (400, 401, 403, 404, 500)


@pytest.fixture
def every_api(tmp_path: Path) -> Iterator[Path]:
    """A folder whose configuration has each API, all of which fail, each in its own way."""
    names = [name for name in PRODUCTS if not name.startswith("ga4")]
    with ExitStack() as stack:
        text = HEAD
        for place, name in enumerate(names):
            fault = faulty.status(STATUSES[place % len(STATUSES)])
            server = stack.enter_context(FaultyServer(lambda _: Given(b""), fault))
            text += tables(name.replace(" ", "_"), PRODUCTS[name], url=server.url)
        (tmp_path / "krtracker.toml").write_text(text, "utf-8")
        yield tmp_path


def ran(folder: Path, *words: str) -> tuple[int, bytes]:
    """The exit code, and all that a command writes to the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "krtracker", *words],
        cwd=folder,
        env={**os.environ, "KEY": CANARY, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout


def told(folder: Path) -> bytes:
    """All bytes of all files."""
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def test_no_command_writes_the_credential(every_api: Path) -> None:
    code, collected = ran(every_api, "-v", "collect")
    assert code == 4
    assert b"***" in collected
    others = [ran(every_api, *one) for one in (("runs",), ("doctor",))]
    written = b"".join([collected, *(one for _, one in others), told(every_api)])
    assert [form for form in SEEN if form in written] == []


def test_no_line_of_the_daemon_holds_the_credential(every_api: Path) -> None:
    seen = set[str]()
    with daemon(Shop(every_api), KEY=CANARY) as living:
        while len(seen) < 20:  # two metrics of each API, one job an API
            seen |= set(living.wait_for("collected")["metrics"])
        code, _ = living.end()
        lines = [*map(repr, living.lines), *living.rest()]
    assert code == 0
    written = "".join(lines).encode() + told(every_api)
    assert b"***" in written
    assert [form for form in SEEN if form in written] == []
