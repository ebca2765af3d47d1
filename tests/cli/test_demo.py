"""`krtracker demo`: one real run, looked at from several sides."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Shown:
    folder: Path
    code: int
    out: str
    told: str
    seconds: float


def krtracker(folder: Path, *words: str) -> Shown:
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "krtracker", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return Shown(folder, ran.returncode, ran.stdout, ran.stderr, time.monotonic() - began)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return krtracker(tmp_path_factory.mktemp("demo"), "demo")


def test_the_demo_ends_well_within_its_time(shown: Shown) -> None:
    assert shown.code == 0, shown.told
    assert shown.seconds < 60  # 20 on a machine of one's own


def test_the_demo_shows_the_fifty_first_day_with_sparklines(shown: Shown) -> None:
    assert "day 51 of 92" in shown.out.splitlines()[0]
    assert "▁" in shown.out


def test_the_demo_says_that_its_events_are_generated_and_what_is_next(shown: Shown) -> None:
    assert "a made-up company" in shown.told
    assert "generated events" in shown.told
    assert "krtracker status" in shown.told


def test_its_folder_works_like_any_workspace(shown: Shown) -> None:
    status = krtracker(shown.folder / "krtracker-demo", "status", "--json")
    assert len(json.loads(status.out)["key_results"]) > 5


def test_a_bare_name_of_an_earlier_cycle_is_found_there(shown: Shown) -> None:
    status = krtracker(shown.folder / "krtracker-demo", "status", "dau-42k", "--json")
    assert status.code == 0, status.told


def test_a_demo_made_before_is_used_again(shown: Shown) -> None:
    again = krtracker(shown.folder, "demo", "--json")
    assert again.code == 0, again.told
    assert json.loads(again.out)["schema"] == 1
    assert "generated events" not in again.told


def test_a_folder_that_is_no_demo_stays_untouched(tmp_path: Path) -> None:
    (tmp_path / "krtracker-demo").mkdir()
    (tmp_path / "krtracker-demo/thesis.txt").write_text("years of work")
    ran = krtracker(tmp_path, "demo")
    assert ran.code == 2
    assert "--folder" in ran.told
    assert [one.name for one in (tmp_path / "krtracker-demo").iterdir()] == ["thesis.txt"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert krtracker(tmp_path, "demo", "--dry-run").code == 0
    assert list(tmp_path.iterdir()) == []


def test_it_can_keep_running_until_it_is_stopped(shown: Shown) -> None:
    call = [sys.executable, "-m", "krtracker", "demo", "--keep-running"]
    with subprocess.Popen(
        call, cwd=shown.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        told = next((line for line in running.stderr if "started" in line), "")
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    assert told
    assert running.returncode == 0
