"""Real PostgreSQL and MariaDB servers for tests, one of each a session, in temporary folders.

A test that asks for a server is skipped where its programs are not installed, and fails instead
when KRTRACKER_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

PASSWORD = "t0p/secret:p@ss"
PATIENCE = 30.0


class Server:
    """A running database server; `url` belongs to an account that may do everything in `app`."""

    program = ""
    account = ""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, *, password: str = PASSWORD, database: str = "app", port: int = 0) -> str:
        """The address as a configuration would hold it."""
        return self._address(password, database, port or self.port).render_as_string(False)

    def execute(self, *statements: str, database: str = "app") -> list[Any]:
        """Runs statements, each committed, and gives the rows of the last one."""
        engine = create_engine(self.url(database=database), poolclass=NullPool)
        rows: list[Any] = []
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                result = connection.execute(text(statement))
                rows = list(result.all()) if result.returns_rows else []
        return rows

    def start(self) -> None:
        self._process = self._run_on(self._command())
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"{self.program} does not start: {self._log()}")
            time.sleep(0.03)

    def stop(self) -> None:
        """Stops at once, as a power cut would for its clients."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if self.account == "mysql" else signal.SIGQUIT)
            self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """From now on the server takes bytes and answers nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, what: signal.Signals) -> None:
        assert self._process is not None
        children = subprocess.run(
            ["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False
        )
        for pid in [self._process.pid, *map(int, children.stdout.split())]:
            os.kill(pid, what)

    def _address(self, password: str, database: str, port: int) -> URL:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        try:
            self.execute("select 1", database=self._first_database)
        except OperationalError:
            return False
        return True

    _first_database = "app"

    def _run(self, command: list[str]) -> None:
        with (self.folder / "log").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, **self._identity())

    def _run_on(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, **self._identity())

    def _identity(self) -> dict[str, Any]:
        """Database servers refuse to run as root: then they run as their own account."""
        if os.geteuid() != 0:
            return {"cwd": self.folder}
        return {"cwd": self.folder, "user": self.account, "group": self.account, "extra_groups": []}

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


class PostgreSqlServer(Server):
    program, account, _first_database = "postgres", "postgres", "postgres"

    def __init__(self, folder: Path, programs: Path) -> None:
        super().__init__(folder)
        self._programs = programs
        (folder / "password").write_text(PASSWORD)
        self._run(
            [
                *(str(programs / "initdb"), "-D", str(folder / "data"), "-U", "krt", "--no-sync"),
                *("--auth=scram-sha-256", f"--pwfile={folder / 'password'}"),
                *("--no-locale", "--encoding=UTF8"),
            ]
        )
        self.start()
        self.execute("create database app", database="postgres")

    def _address(self, password: str, database: str, port: int) -> URL:
        return URL.create("postgresql+psycopg", "krt", password, "127.0.0.1", port, database)

    def _command(self) -> list[str]:
        settings = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "shared_buffers=16MB",
            "timezone=America/New_York",
        )
        flags = [flag for setting in settings for flag in ("-c", setting)]
        return [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *flags]


class MariaDbServer(Server):
    """Knows the zone Europe/Berlin and, as installed, no other."""

    program, account, _first_database = "mariadbd", "mysql", ""

    def __init__(self, folder: Path, programs: Path) -> None:
        super().__init__(folder)
        self._programs = programs
        (folder / "opening.sql").write_text(
            f"create user if not exists krt@'%' identified by '{PASSWORD}';\n"
            "grant all on *.* to krt@'%';\n"
        )
        self._run(
            [
                *("mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}"),
                *(
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    "--skip-name-resolve",
                ),
            ]
        )
        self.start()
        self.execute("create database app", database="")
        self._load_zone("Europe/Berlin")

    def _address(self, password: str, database: str, port: int) -> URL:
        return URL.create("mariadb+pymysql", "krt", password, "127.0.0.1", port, database or None)

    def _command(self) -> list[str]:
        return [
            *(
                str(self._programs / "mariadbd"),
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
            ),
            *(f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve"),
            *(f"--socket={self.folder / 'socket'}", f"--pid-file={self.folder / 'pid'}"),
            *("--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"),
            *(f"--init-file={self.folder / 'opening.sql'}", "--default-time-zone=-05:00"),
            *("--innodb-log-file-size=8M", "--key-buffer-size=1M"),
        ]

    def _load_zone(self, name: str) -> None:
        command = ["mariadb-tzinfo-to-sql", f"/usr/share/zoneinfo/{name}", name]
        made = subprocess.run(command, capture_output=True, text=True, check=True)
        self.execute(*_statements(made.stdout), database="mysql")


def _statements(script: str) -> list[str]:
    parts = (part.strip().replace(":", r"\:") for part in script.split(";\n"))
    return [part.rstrip(";") for part in parts if part.upper().startswith(("INSERT", "SET @"))]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSqlServer]:
    """A PostgreSQL server whose own zone is America/New_York."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [_folder_of("postgres")]
    programs = Path(found[-1])
    require((programs / "initdb").exists(), "PostgreSQL (postgresql)")
    with _folder("postgres") as folder:
        server = PostgreSqlServer(folder, programs)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDbServer]:
    """A MariaDB server whose own zone is -05:00."""
    place = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    tools = all(map(shutil.which, ("mariadb-install-db", "mariadb-tzinfo-to-sql")))
    require(place is not None and tools, "MariaDB (mariadb-server)")
    with _folder("mysql") as folder:
        server = MariaDbServer(folder, Path(place or "").parent)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _folder(account: str) -> Iterator[Path]:
    """A temporary folder that the server's own account may use."""
    path = Path(tempfile.mkdtemp(prefix=f"krt-{account}-"))
    if os.geteuid() == 0:
        shutil.chown(path, account, account)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def require(present: bool, what: str) -> None:
    """Skips the test where a program is not installed; fails where services must be there."""
    if not present and os.environ.get("KRTRACKER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is not installed, and KRTRACKER_REQUIRE_SERVICES=1")
    if not present:
        pytest.skip(f"{what} is not installed")


def optional(module: str, what: str) -> Any:
    """A package that some tests need; they are skipped without it, as without a server."""
    require(importlib.util.find_spec(module) is not None, what)
    return importlib.import_module(module)


def spark() -> Any:
    """pyspark, where it is asked for: it is large and takes long to start (decisions.md 38)."""
    if os.environ.get("KRTRACKER_REQUIRE_SPARK") != "1":
        pytest.skip("Spark is run by hand, with KRTRACKER_REQUIRE_SPARK=1")
    return importlib.import_module("pyspark.sql")


def _folder_of(program: str) -> str:
    return str(Path(shutil.which(program) or "/nowhere/x").parent)


def free_port() -> int:
    """A port nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
