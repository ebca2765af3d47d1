"""Pushes into the daemon as a process of its own: its settings, its end, what follows a push."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.daemon.living import Daemon, Shop, daemon, metric

pytestmark = pytest.mark.timeout(120)
TOKEN = "canary-4d9f1c7be02a"
SERVER = '[server]\nlisten = "127.0.0.1:{port}"\npush_token = "${{env:OUR_TOKEN}}"\n'
POINT = {"points": [{"day": "2026-01-05", "value": 41}]}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.write(with_mood(metric("orders")), sources="\n" + SERVER.format(port=0))
    made.fill()
    return made


def with_mood(metrics: str) -> str:
    return metrics + '\n[metrics.mood]\nkind = "number"\nsource = "manual"\n'


def push(port: int, body: Any = None, **heads: str) -> tuple[int, Any, dict[str, str]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }
    line.request("POST", "/api/v1/metrics/mood/points", json.dumps(body or POINT), headers)
    answer = line.getresponse()
    found = json.loads(answer.read())
    line.close()
    return answer.status, found, dict(answer.getheaders())


@pytest.fixture
def living(shop: Shop) -> Generator[Daemon, None, None]:
    with daemon(shop, OUR_TOKEN=TOKEN) as made:
        yield made


def test_a_push_is_published_to_analysts_by_itself(shop: Shop, living: Daemon) -> None:
    port = living.wait_for("listening")["port"]
    status, told, _ = push(port)
    assert (status, told["new"]) == (200, 1)
    living.wait_for("push", lambda line: line["run"] == told["run"])
    # One that was under way already does not hold it yet.
    living.wait_for("published", lambda _: published(shop) == [(41.0,)])


def published(shop: Shop) -> list[tuple[float]]:
    with duckdb.connect(str(shop.published), read_only=True) as database:
        found = database.sql("select value from krt.observations where metric = 'mood'")
        return found.fetchall()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_key_is_still_known_after_the_daemon_ended(shop: Shop, end: int) -> None:
    told = []
    for _ in range(2):
        with daemon(shop, OUR_TOKEN=TOKEN) as living:
            port = living.wait_for("listening")["port"]
            told.append(push(port, Idempotency_Key="k1"))
            living.end(end)
    assert told[0][:2] == told[1][:2]
    assert [("Idempotency-Replayed" in one[2]) for one in told] == [False, True]


def test_it_ends_in_time_with_a_client_that_hangs_and_the_token_is_nowhere(shop: Shop) -> None:
    with daemon(shop, OUR_TOKEN=TOKEN) as living:
        port = living.wait_for("listening")["port"]
        push(port)
        push(port, Authorization="Bearer wrong")
        with socket.create_connection(("127.0.0.1", port)) as hanging:
            hanging.sendall(b"POST /api/v1/metrics/mood/points HTTP/1.1\r\n")
            code, seconds = living.end(signal.SIGTERM)
        lines = [json.dumps(one) for one in living.lines] + living.rest()
    assert code == 0
    assert seconds < 10
    assert not [one for one in lines if TOKEN in one]
    files = [one for one in shop.folder.rglob("*") if one.is_file()]
    assert not [one for one in files if TOKEN.encode() in one.read_bytes()]


def test_without_a_push_token_nothing_listens(shop: Shop) -> None:
    shop.write()
    with daemon(shop) as living:
        living.wait_for("started")
        assert "listening" not in [one["event"] for one in living.lines]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "the environment variable OUR_TOKEN is not set"),
        ({"OUR_TOKEN": "tiny-one"}, "shorter than 16 characters"),
    ],
)
def test_a_token_that_cannot_serve_is_said_and_the_daemon_goes_on(
    shop: Shop, environ: dict[str, str], words: str
) -> None:
    with daemon(shop, **environ) as living:
        assert words in living.wait_for("server")["message"]
        assert living.wait_for("collected")["changed"] >= 60


def test_a_taken_port_is_said_also_by_health_and_the_daemon_goes_on(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shop.write(with_mood(metric("orders")), sources="\n" + SERVER.format(port=port))
        with daemon(shop, OUR_TOKEN=TOKEN) as living:
            said = living.wait_for("server")["message"]
            assert f"cannot listen at 127.0.0.1:{port}" in said
            assert living.wait_for("collected")["changed"] >= 60
            living.wait_for("published")
            health = subprocess.run(
                [sys.executable, "-m", "krtracker", "health"],
                cwd=shop.folder,
                env={**os.environ},
                capture_output=True,
                text=True,
                check=False,
            )
    assert health.returncode == 4
    assert f"cannot listen at 127.0.0.1:{port}" in health.stderr


def test_edited_settings_move_the_server_and_change_the_token(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with daemon(shop, OUR_TOKEN=TOKEN, NEXT_TOKEN="another-4d9f1c7be02a") as living:
        first = living.wait_for("listening")["port"]
        edited = SERVER.format(port=port).replace("OUR_TOKEN", "NEXT_TOKEN")
        shop.write(with_mood(metric("orders")), sources="\n" + edited)
        living.process.send_signal(signal.SIGHUP)
        assert living.wait_for("listening")["port"] == port
        assert push(port)[0] == 401
        assert push(port, Authorization="Bearer another-4d9f1c7be02a")[0] == 200
        with pytest.raises(OSError, match="refused"):
            push(first)


def test_what_was_answered_or_repeated_around_kills_is_stored_exactly_once(shop: Shop) -> None:
    for number, delay in enumerate((0.0, 0.02, 0.05, 0.1)):
        body = {"points": [{"day": f"2026-01-0{number + 1}", "value": number}]}
        with daemon(shop, OUR_TOKEN=TOKEN) as living:
            port = living.wait_for("listening")["port"]
            killing = threading.Timer(delay, living.process.kill)
            killing.start()
            with suppress(OSError, http.client.HTTPException):
                push(port, body, Idempotency_Key=f"key-{number}")
            killing.join()
        with daemon(shop, OUR_TOKEN=TOKEN) as living:
            port = living.wait_for("listening")["port"]
            assert push(port, body, Idempotency_Key=f"key-{number}")[0] == 200
            living.end()
    with duckdb.connect(str(shop.published), read_only=True) as database:
        runs = database.sql("select rows, written from krt.runs where source = 'push'").fetchall()
    assert runs == [(1, 1)] * 4
