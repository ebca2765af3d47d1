"""The daemon as a process of its own: start, reload, requests, signals; always on real sources."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from pathlib import Path
from typing import Any

import duckdb
import pytest

from krtracker import wiring
from krtracker.daemon.control import send
from krtracker.daemon.handover import performing
from krtracker.daemon.heartbeat import ailments, read
from krtracker.errors import StoreUnusableError, UsageError
from krtracker.store import Snapshot, StorePaths
from tests.daemon.living import Daemon, Shop, daemon, metric

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.write()
    made.fill()
    return made


def settled(living: Daemon) -> None:
    """Waits for the first collection and a publication after it."""
    living.wait_for("collected")
    living.wait_for("published")


def perform(shop: Shop, request: dict[str, Any]) -> list[dict[str, Any]]:
    return list(performing(shop.configuration, request, wiring=wiring, environ=os.environ))


def test_it_catches_up_at_the_start_publishes_and_ends_well(shop: Shop) -> None:
    with daemon(shop) as living:
        started = living.wait_for("started")
        collected = living.wait_for("collected")
        living.wait_for("published")
        code, seconds = living.end()
    assert (started["metrics"], started["key_results"]) == (1, 1)
    assert collected["changed"] >= 60
    assert code == 0
    assert seconds < 10
    with duckdb.connect(str(shop.published), read_only=True) as database:
        (count,) = database.sql("select count(*) from krt.observations").fetchall()[0]
        assert count >= 60


def test_its_last_word_is_that_it_stopped(shop: Shop) -> None:
    """What still hung on the store at the very end made DuckDB fill the log with forty lines."""
    with daemon(shop) as living:
        settled(living)
        living.end()
        lines = living.rest()
    assert [json.loads(line)["event"] for line in lines][-1] == "stopped"


def test_the_heartbeat_says_how_it_is_while_it_lives_and_is_gone_after(shop: Shop) -> None:
    with daemon(shop) as living:
        settled(living)
        paths = StorePaths(shop.published)
        list(send(paths, {"command": "evaluate"}) or ())
        beat = read(paths.heartbeat)
        assert beat is not None
        assert beat.pid == living.process.pid
        assert beat.config_ok
        assert ailments(beat, wiring.now()) == ()
        assert [job["result"] for job in beat.jobs.values()] == ["ended"]
        living.end()
        assert read(paths.heartbeat) is None


def test_a_second_daemon_is_refused_with_the_process_of_the_first(shop: Shop) -> None:
    with daemon(shop) as first:
        first.wait_for("started")
        with daemon(shop) as second:
            code = second.process.wait(60)
            with pytest.raises(AssertionError) as said:
                second.wait_for("started")
        assert code == 5
        assert f"process {first.process.pid} holds the store since" in str(said.value)


def test_a_command_is_done_by_the_daemon_while_one_runs(shop: Shop) -> None:
    with daemon(shop) as living:
        settled(living)
        shop.restate(777)
        events = perform(shop, {"command": "collect", "metrics": ["orders"]})
        living.wait_for("request")
    runs = [one for one in events if one["event"] == "run"]
    assert [(one["metric"], one["outcome"], one["revised"]) for one in runs] == [
        ("orders", "ok", 1)
    ]
    assert [one["event"] for one in events][-2:] == ["evaluated", "done"]
    with Snapshot.open(shop.published) as snapshot:
        assert (777.0,) in snapshot.sql("select value from krt.observations")[1]


def test_the_same_command_gives_the_same_events_without_a_daemon(shop: Shop) -> None:
    request = {"command": "collect", "metrics": ["orders"]}
    alone = perform(shop, request)
    again = perform(shop, request)
    with daemon(shop) as living:
        settled(living)
        handed = perform(shop, request)
    assert [one["event"] for one in alone][-1] == "done"
    assert alone[-1]["failed"] == 0
    assert [set(one) for one in handed] == [set(one) for one in again]


def test_what_is_wrong_with_a_request_is_raised_alike(shop: Shop) -> None:
    wrong = {"command": "collect", "metrics": ["order"]}
    with pytest.raises(UsageError) as alone:
        perform(shop, wrong)
    with daemon(shop) as living:
        living.wait_for("started")
        with pytest.raises(UsageError) as handed:
            perform(shop, wrong)
        with pytest.raises(UsageError, match="no command `explode` can be handed over"):
            perform(shop, {"command": "explode"})
    assert "did you mean `orders`" in str(alone.value)
    assert str(alone.value) == str(handed.value)


def test_a_saved_valid_configuration_is_taken_while_it_runs(shop: Shop) -> None:
    with daemon(shop) as living:
        settled(living)
        shop.write(metric("orders") + metric("visits", column="visits"))
        taken = living.wait_for("configuration")
        collected = living.wait_for("collected")
        code, _ = living.end()
    assert (taken["message"], taken["asked"]) == ("taken", ["visits"])
    assert collected["metrics"] == ["visits"]
    assert code == 0


def test_a_saved_broken_configuration_leaves_the_last_valid_one_in_force(shop: Shop) -> None:
    with daemon(shop) as living:
        settled(living)
        shop.write(metric("orders").replace("query", "qurey") + metric("visits"))
        said = living.wait_for("configuration")
        assert said["level"] == "error"
        assert "metrics.toml" in said["problems"][0]
        assert "query" in "".join(said["problems"])
        beat = read(StorePaths(shop.published).heartbeat)
        assert beat is not None
        assert not beat.config_ok
        assert "not valid" in ailments(beat, wiring.now())[0]
        assert perform(shop, {"command": "collect", "metrics": ["orders"]})[-1]["failed"] == 0
        shop.write(metric("orders") + metric("visits", column="visits"))
        assert living.wait_for("configuration")["message"] == "valid again"
        assert living.wait_for("configuration")["message"] == "taken"


def test_sighup_reads_the_configuration_at_once(shop: Shop) -> None:
    with daemon(shop) as living:
        settled(living)
        living.process.send_signal(signal.SIGHUP)
        assert living.wait_for("configuration")["message"] == "taken"


def test_a_source_that_is_down_stops_no_other_source(shop: Shop) -> None:
    shop.write(
        metric("orders") + metric("lost", source="gone"),
        sources='\n[sources.gone]\nconnector = "sql"\nurl = "sqlite:///no/such/file.db"\n',
    )
    with daemon(shop) as living:
        for _ in range(2):  # in whichever order the two end
            living.wait_for("collected")
        code, _ = living.end()
    collected = [one["metrics"] for one in living.lines if one["event"] == "collected"]
    assert sorted(collected) == [["lost"], ["orders"]]
    (failed,) = [one for one in living.lines if one["event"] == "failed"]
    assert (failed["metric"], failed["source"]) == ("lost", "gone")
    assert code == 0


def test_sigterm_ends_within_ten_seconds_although_a_source_hangs(shop: Shop) -> None:
    """The source is a server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        shop.write(
            metric("orders") + metric("stuck", source="mute"),
            sources='\n[sources.mute]\nconnector = "sql"\n'
            f'url = "postgresql://127.0.0.1:{port}/x"\ntimeout = "300s"\n',
        )
        with daemon(shop) as living:
            living.wait_for("collected", lambda said: said["metrics"] == ["orders"])
            connection, _ = mute.accept()
            code, seconds = living.end()
            connection.close()
    assert code == 0
    assert seconds < 10
    with Snapshot.open(shop.published) as snapshot:
        assert snapshot.states(["orders"])["orders"].last_ok is not None


def test_a_second_sigterm_ends_it_at_once(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        shop.write(
            metric("stuck", source="mute") + metric("orders"),
            sources='\n[sources.mute]\nconnector = "sql"\n'
            f'url = "postgresql://127.0.0.1:{port}/x"\ntimeout = "300s"\n',
        )
        with daemon(shop) as living:
            mute.accept()
            living.process.send_signal(signal.SIGTERM)
            living.wait_for("stopping")
            code, seconds = living.end()
    assert code == 128 + signal.SIGTERM
    assert seconds < 2


def test_a_missing_secret_fails_its_own_metrics_and_is_never_printed(shop: Shop) -> None:
    shop.write(
        metric("orders") + metric("secret", source="dwh"),
        sources='\n[sources.dwh]\nconnector = "sql"\nurl = "${env:DWH_URL}"\n',
    )
    with daemon(shop) as living:
        failed = living.wait_for("failed")
        living.wait_for("collected", lambda said: said["metrics"] == ["orders"])
        assert failed["metric"] == "secret"
        assert "DWH_URL" in failed["message"]
        url = "postgresql://mara:kr-canary@127.0.0.1:1/x"
        (shop.folder / ".env").write_text(f"DWH_URL={url}\n")
        assert living.wait_for("configuration")["asked"] == ["secret"]
        again = living.wait_for("failed")
        living.end()
    assert again["outcome"] == "unavailable"
    assert "kr-canary" not in json.dumps(living.lines)


def test_a_full_disk_makes_it_degraded_not_dead_and_it_recovers(shop: Shop) -> None:
    """No file of the daemon may grow past what it has (RLIMIT_FSIZE), then it may again."""
    with daemon(shop) as living:
        settled(living)
        shop.restate(777)
        number = living.process.pid
        before = resource.prlimit(number, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        with pytest.raises(StoreUnusableError, match="full"):
            perform(shop, {"command": "collect"})
        with pytest.raises(StoreUnusableError):
            perform(shop, {"command": "evaluate"})
        living.wait_for("degraded")
        assert living.process.poll() is None
        resource.prlimit(number, resource.RLIMIT_FSIZE, before)
        events = perform(shop, {"command": "collect"})
        living.wait_for("recovered")
        code, _ = living.end()
    assert [one["revised"] for one in events if one["event"] == "run"] == [1]
    assert code == 0


def test_the_socket_works_from_a_folder_whose_path_is_very_long(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    shop = Shop(folder)
    shop.write()
    shop.fill()
    with daemon(shop) as living:
        settled(living)
        assert perform(shop, {"command": "evaluate"})[-1]["event"] == "done"
        living.wait_for("request")
        assert living.end()[0] == 0


def test_systemd_is_told_when_it_is_ready_and_when_it_stops(shop: Shop, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        with daemon(shop, NOTIFY_SOCKET=str(tmp_path / "notify")) as living:
            assert systemd.recv(100) == b"READY=1"
            living.end()
            assert systemd.recv(100) == b"STOPPING=1"


def test_a_configuration_that_is_not_valid_at_the_start_is_refused_with_all_mistakes(
    shop: Shop,
) -> None:
    shop.write(metric("orders").replace("query", "qurey").replace("refresh", "refersh"))
    with daemon(shop) as living:
        code = living.process.wait(60)
        with pytest.raises(AssertionError) as said:
            living.wait_for("started")
    assert code == 3
    assert "qurey" in str(said.value)
    assert "refersh" in str(said.value)
