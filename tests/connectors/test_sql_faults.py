"""How the connector `sql` fails: each fault has its class, its words, and no secret in them."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from krtracker.connector import (
    Answer,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
)
from tests.connectors.conftest import BY_DAY, ENDLESS, Engine, Table, days, opened
from tests.services import PASSWORD, MariaDbServer, PostgreSqlServer

ONE = "select '2026-03-01' as day, 1 as value where :start < :end"
SERVERS = pytest.mark.parametrize("engine", ["postgresql", "mariadb"], indirect=True)


@SERVERS
def test_a_wrong_password_is_rejected_and_not_shown(engine: Engine, table: Table) -> None:
    url = make_url(table.url).set(password="wr0ng/pass:word")
    failure = replace(table, url=url.render_as_string(False)).failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert "the database refused the connection" in str(failure)
    assert "wr0ng" not in str(failure)


@SERVERS
def test_a_refused_login_is_tried_once_a_fetch(engine: Engine, table: Table) -> None:
    url = make_url(table.url).set(password="wr0ng/pass:word")
    first, second = replace(table, url=url.render_as_string(False)).fetch(ONE, ONE)
    assert first is second


@SERVERS
def test_an_unknown_database_is_rejected_by_its_name(engine: Engine, table: Table) -> None:
    url = make_url(table.url).set(database="nowhere")
    failure = replace(table, url=url.render_as_string(False)).failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert "nowhere" in str(failure)


@SERVERS
def test_a_server_that_is_down_may_answer_later(engine: Engine, table: Table) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = make_url(table.url).set(port=taken.getsockname()[1])
        failure = replace(table, url=url.render_as_string(False)).failure(ONE)
    assert isinstance(failure, SourceUnavailableError)
    assert "refused" in str(failure).lower()
    assert "connection failed" not in str(failure)
    assert not str(failure).endswith("?")
    assert PASSWORD not in str(failure)


@SERVERS
def test_a_host_without_a_name_may_answer_later(engine: Engine, table: Table) -> None:
    url = make_url(table.url).set(host="no-such-host.invalid")
    failure = replace(table, url=url.render_as_string(False)).failure(ONE)
    assert isinstance(failure, SourceUnavailableError)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield int(listening.getsockname()[1])


@SERVERS
def test_a_silent_server_is_left_at_the_deadline(engine: Engine, table: Table, silent: int) -> None:
    url = make_url(table.url).set(port=silent).render_as_string(False)
    begin = time.monotonic()
    failure = replace(table, url=url, seconds=0.4).failure(ONE)
    assert isinstance(failure, SourceUnavailableError)
    assert time.monotonic() - begin < 1.2


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Any:
    """Each server in turn, to be stopped and started by the test."""
    return request.getfixturevalue(request.param)


def test_a_server_that_freezes_in_mid_talk_is_left_at_the_deadline(
    server: PostgreSqlServer | MariaDbServer,
) -> None:
    connector = opened(server.url())
    table = Table(server.url())
    begin = time.monotonic()
    answers = connector.fetch(table.asks([ONE, ONE, ONE]), Deadline(1.0))
    first = next(answers)
    server.freeze()
    try:
        rest = list(answers)
    finally:
        server.thaw()
    assert isinstance(first, Answer)
    assert [type(one) for one in rest] == [SourceUnavailableError, SourceUnavailableError]
    assert time.monotonic() - begin < 2.0


def test_a_connection_that_died_is_opened_again(server: PostgreSqlServer | MariaDbServer) -> None:
    connector = opened(server.url())
    answers = connector.fetch(Table(server.url()).asks([ONE, ONE, ONE]), Deadline(30))
    first = next(answers)
    server.stop()
    server.start()
    second, third = answers
    assert isinstance(first, Answer)
    assert isinstance(second, SourceUnavailableError), second
    assert isinstance(third, Answer), third


def test_a_server_killed_in_mid_query_may_answer_later(postgres: PostgreSqlServer) -> None:
    endless = "select :start as day, pg_sleep(30) as value"
    stopping = threading.Timer(0.3, postgres.stop)
    stopping.start()
    failure = Table(postgres.url()).failure(endless)
    stopping.join()
    postgres.start()
    assert isinstance(failure, SourceUnavailableError)
    assert "the database cannot answer now" in str(failure)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_locked_sqlite_file_may_answer_later(engine: Engine, table: Table) -> None:
    days(engine, "3")
    writer = sqlite3.connect(engine.url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("begin exclusive")
    failure = replace(table, seconds=0.5).failure(BY_DAY)
    writer.close()
    assert isinstance(failure, SourceUnavailableError)


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_a_duckdb_file_is_let_go_after_a_fetch(engine: Engine, table: Table) -> None:
    days(engine, "3")
    connector = opened(table.url)
    (answer,) = connector.fetch(table.asks([BY_DAY]), Deadline(20))
    assert isinstance(answer, Answer)
    assert engine.run("select 1 as written") == [(1,)]


@pytest.mark.parametrize("family", ["sqlite", "duckdb"])
def test_a_missing_file_is_rejected_and_not_made(tmp_path: Path, family: str) -> None:
    path = tmp_path / "nothing.db"
    failure = Table(f"{family}:///{path}").failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert not path.exists()


@pytest.mark.parametrize("family", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_is_rejected(tmp_path: Path, family: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database" * 1000)
    assert isinstance(Table(f"{family}:///{path}").failure(BY_DAY), SourceRejectedError)


@pytest.mark.parametrize("url", ["sqlite://", "duckdb:///:memory:"])
def test_a_database_in_memory_is_rejected(url: str) -> None:
    assert "the url names no file" in str(Table(url).failure(ONE))


def test_a_text_that_is_no_url_is_rejected_and_not_shown() -> None:
    failure = Table("c4nary, not a url").failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert "c4nary" not in str(failure)


def test_a_database_without_driver_is_rejected_with_what_to_install() -> None:
    assert "install its SQLAlchemy dialect" in str(Table("nosql://u:c4nary@h/d").failure(ONE))
    failure = Table("postgresql+pg8000://u:c4nary@h/d").failure(ONE)
    assert str(failure) == (
        "the driver for postgresql is not installed: uv tool install 'krtracker[postgres]'"
    )


def test_a_driver_of_ours_is_taken_when_the_url_names_none(
    postgres: PostgreSqlServer, mariadb: MariaDbServer
) -> None:
    for url, short in [(postgres.url(), "postgres"), (mariadb.url(), "mysql")]:
        address = make_url(url).set(drivername=short).render_as_string(False)
        assert isinstance(Table(address).fetch(ONE)[0], Answer)


@pytest.mark.parametrize("engine", ["mariadb"], indirect=True)
def test_without_zone_tables_a_window_of_one_offset_is_answered(table: Table) -> None:
    query = "select '2026-03-01' as day, 1 as value where @@time_zone = '+09:00' and :start < :end"
    assert len(replace(table, zone="Asia/Tokyo").answer(query).points) == 1


@pytest.mark.parametrize("engine", ["mariadb"], indirect=True)
def test_without_zone_tables_a_change_of_clocks_is_refused_with_the_remedy(table: Table) -> None:
    over_the_change = replace(table, zone="America/New_York", last=table.last.replace(day=9))
    failure = over_the_change.failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert "mariadb-tzinfo-to-sql" in str(failure)
    assert isinstance(over_the_change.answer(ONE, session_zone=False), Answer)


def test_closing_ends_a_query_that_runs(engine: Engine, table: Table) -> None:
    connector = opened(table.url)
    closing = threading.Timer(0.3, connector.close)
    closing.start()
    begin = time.monotonic()
    (failure,) = connector.fetch(table.asks([ENDLESS[engine.name]]), Deadline(30))
    closing.join()
    assert isinstance(failure, SourceUnavailableError)
    assert time.monotonic() - begin < 5


def test_no_thread_is_left_behind(engine: Engine, table: Table) -> None:
    table.fetch(ONE, ONE)
    for thread in threading.enumerate():
        if thread.name in {"deadline", "connecting"}:
            thread.join(5)
    assert not {"deadline", "connecting"} & {thread.name for thread in threading.enumerate()}


def test_a_sqlite_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    failure = Table(f"sqlite:///{tmp_path}/none.db").failure(ONE)
    assert isinstance(failure, SourceRejectedError)
    assert f"cannot open {tmp_path}/none.db: it is not there" in str(failure)
