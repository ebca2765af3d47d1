"""The whole program against servers that send the credential back: no byte it writes holds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.connectors import faulty
from tests.connectors.fault_cases import forms
from tests.connectors.faulty import FaultyServer, Given
from tests.connectors.ga4_server import key_text
from tests.connectors.restated import ANSWERS
from tests.connectors.restated_products import HEAD, PRODUCTS, tables
from tests.connectors.speakers import CANARY
from tests.daemon.living import Shop, daemon

STATUSES = (400, 401, 403, 404, 500)


@dataclass(frozen=True)
class Company:
    """A folder whose configuration has each API, all of which fail, each in its own way."""

    folder: Path
    servers: list[FaultyServer]

    def seen_in(self, written: bytes) -> list[str]:
        """The credentials, and the tokens made of them, that stand in it."""
        key = json.loads(key_text())
        unseen = forms(CANARY) | {key["private_key_id"], *key["private_key"].splitlines()[1:-1]}
        for one in (heard for server in self.servers for heard in server.heard):
            unseen.add(one.headers.get("authorization", CANARY).rpartition(" ")[2])
        return [form for form in unseen if form.encode() in written]

    def files(self) -> bytes:
        """All bytes of all files."""
        return b"".join(one.read_bytes() for one in self.folder.rglob("*") if one.is_file())


@pytest.fixture
def company(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    key = tmp_path_factory.mktemp("keys") / "key.json"
    key.write_text(key_text(), "utf-8")
    names, servers = [*ANSWERS, "ga4 rest"], list[FaultyServer]()
    with ExitStack() as stack:
        text = HEAD
        for place, name in enumerate(names):
            fault = faulty.status(STATUSES[place % len(STATUSES)])
            server = stack.enter_context(FaultyServer(lambda _: Given(b""), fault))
            more = f'endpoint = "{server.url}"\ncredentials_file = "{key}"'
            text += tables(name.replace(" ", "_"), PRODUCTS[name], url=server.url, more=more)
            servers.append(server)
        (tmp_path / "krtracker.toml").write_text(text, "utf-8")
        yield Company(tmp_path, servers)


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


def test_no_command_writes_the_credential(company: Company) -> None:
    code, collected = ran(company.folder, "-v", "collect")
    assert code == 4
    assert b"***" in collected
    others = [ran(company.folder, one)[1] for one in ("runs", "doctor")]
    assert company.seen_in(b"".join([collected, *others, company.files()])) == []


def test_no_line_of_the_daemon_holds_the_credential(company: Company) -> None:
    seen = set[str]()
    with daemon(Shop(company.folder), KEY=CANARY) as living:
        while len(seen) < 22:  # two metrics of each API, one job an API
            seen |= set(living.wait_for("collected")["metrics"])
        code, _ = living.end()
        lines = [*map(repr, living.lines), *living.rest()]
    assert code == 0
    written = "".join(lines).encode() + company.files()
    assert b"***" in written
    assert company.seen_in(written) == []
