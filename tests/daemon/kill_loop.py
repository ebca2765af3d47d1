"""Drivers of long runs: readers beside a busy daemon, and a daemon that is killed again and again.

As a program it is one of the processes that open the published file and query it:
`python -m tests.daemon.kill_loop PUBLISHED SECONDS` prints what it saw as one JSON line.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from krtracker.daemon.control import send
from krtracker.errors import KrtrackerError
from krtracker.store import Snapshot, StorePaths
from tests.daemon.living import PATIENCE, ROOT, Shop, daemon, metric

FIRST_ROUND = 1_000
NPS = '\n[metrics.nps]\ntitle = "NPS"\nkind = "number"\nsource = "manual"\n'
RECENT = """
select count(distinct value), count(*), max(value)
from krt.observations
where metric = 'orders' and day >= current_date - 3
"""


def read_on(published: Path, seconds: float) -> dict[str, Any]:
    """Opens, asks and closes the published file again and again; every open is a fresh one."""
    import duckdb

    opened, failed, halves = 0, [], []
    rounds: set[float] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with duckdb.connect(str(published), read_only=True) as database:
                different, days, value = database.sql(RECENT).fetchall()[0]
                (known,) = database.sql("select count(*) from krt.key_results").fetchall()[0]
        except duckdb.Error as error:
            failed.append(str(error))
            continue
        opened += 1
        rounds.add(value)
        # All recent days come from one answer of the source: one value, or half a state.
        if (different, days, known) != (1, 3, 1):
            halves.append((different, days, known))
    return {"opened": opened, "failed": failed, "halves": halves, "rounds": len(rounds)}


@dataclass
class Seen:
    """What all readers saw together; `rounds` is the most published states one of them met."""

    opened: int = 0
    rounds: int = 0
    failed: list[str] = field(default_factory=list)
    halves: list[list[int]] = field(default_factory=list)


def restate_all(shop: Shop, value: int) -> None:
    """Gives the last three days one new value, in one transaction of the source."""
    import sqlite3

    first = datetime.now(UTC).date() - timedelta(days=3)
    with sqlite3.connect(shop.folder / "shop.db", timeout=30) as database:
        database.execute("update days set orders = ? where day >= ?", (value, str(first)))
    database.close()


def read_beside(shop: Shop, seconds: float, readers: int = 2) -> Seen:
    """Readers for so many seconds, while a daemon with `every 5 s` works and is asked for more."""
    shop.write(metric("orders", refresh="every 5 s"))
    restate_all(shop, FIRST_ROUND)
    with daemon(shop) as living:
        living.wait_for("collected")
        list(send(StorePaths(shop.published), {"command": "evaluate"}) or ())
        processes = [_reader(shop, seconds) for _ in range(readers)]
        value = FIRST_ROUND
        while any(one.poll() is None for one in processes):
            value += 1
            restate_all(shop, value)
            list(send(StorePaths(shop.published), {"command": "collect"}) or ())
        code, _ = living.end()
        assert code == 0
    return _together([one.communicate(timeout=PATIENCE)[0] for one in processes])


def _reader(shop: Shop, seconds: float) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "tests.daemon.kill_loop", str(shop.published), str(seconds)]
    return subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _together(answers: list[str]) -> Seen:
    seen = Seen()
    for answer in map(json.loads, answers):
        seen.opened += answer["opened"]
        seen.rounds = max(seen.rounds, answer["rounds"])
        seen.failed += answer["failed"]
        seen.halves += answer["halves"]
    return seen


@dataclass
class Clerk:
    """Records one value after the other through the daemon, and remembers what was acknowledged."""

    paths: StorePaths
    acknowledged: dict[date, float] = field(default_factory=dict)
    told: threading.Event = field(default_factory=threading.Event)

    def work(self, start: date, count: int) -> None:
        for n in range(count):
            day = start - timedelta(days=n)
            request = {"command": "record", "metric": "nps", "day": str(day), "value": n + 0.5}
            try:
                for event in send(self.paths, request) or ():
                    if event["event"] == "run":
                        self.acknowledged[day] = n + 0.5
                        self.told.set()
            except KrtrackerError:  # killed in the middle of a word
                return


def kills(shop: Shop, rounds: int, seed: int) -> int:
    """Kills -9 at random moments; after each, every acknowledged value must be there.

    Gives how many values were acknowledged in all.
    """
    shop.write(metric("orders", refresh="every 5 s") + NPS)
    chance, paths = random.Random(seed), StorePaths(shop.published)
    known: dict[date, float] = {}
    never = threading.Event()
    for number in range(rounds):
        start = date(2026, 1, 1) - timedelta(days=400 * number)
        with daemon(shop) as living:
            # Before the very first publish there is no snapshot that could stay readable.
            living.wait_for("started" if number else "published")
            clerk = Clerk(paths)
            thread = threading.Thread(target=clerk.work, args=(start, 400))
            thread.start()
            assert clerk.told.wait(PATIENCE)
            never.wait(chance.uniform(0.0, 1.5))
            living.process.kill()
            living.process.wait(PATIENCE)
            thread.join(PATIENCE)
        known |= clerk.acknowledged
        _must_open(shop)
    _must_hold(shop, known)
    return len(known)


def _must_open(shop: Shop) -> None:
    with Snapshot.open(shop.published) as snapshot:
        snapshot.sql("select * from krt.observations")
        snapshot.sql("select * from krt.key_results")


def _must_hold(shop: Shop, known: dict[date, float]) -> None:
    """A daemon on the same store knows every value that was ever acknowledged."""
    with daemon(shop) as living:
        living.wait_for("published")
        assert living.end()[0] == 0
    with Snapshot.open(shop.published) as snapshot:
        sql = "select day, value from krt.observations where metric = 'nps'"
        stored = dict(snapshot.sql(sql)[1])
    lost = {day: value for day, value in known.items() if stored.get(day) != value}
    assert lost == {}


if __name__ == "__main__":
    print(json.dumps(read_on(Path(sys.argv[1]), float(sys.argv[2]))))
