"""Kills and full disks: what was acknowledged is there, what was not is whole or absent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from krtracker.store import Snapshot, Store, StorePaths
from tests.store.world import NOW

WRITE = """
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from krtracker.model import Outcome, Point, Pull
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
now = datetime(2026, 11, 2, 6, tzinfo=UTC)
window = Span(date(2026, 1, 1), date(2026, 1, 20))
with Store.open(StorePaths(Path(sys.argv[1])), now=now) as store:
    value = store.info()["commits"]
    print("open", value, flush=True)
    while True:
        value += 1
        points = [Point(day, float(value)) for day in window]
        pulls = [Pull(f"m{n}", "db", window, now, Outcome.OK, points) for n in range(5)]
        store.commit(pulls, now=now)
        print("stored", value, flush=True)
        store.publish()
"""


def killed_after(paths: StorePaths, lines: int, bytes_more: int) -> list[int]:
    """Starts a writer, kills it at some moment after `lines` lines; what it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(paths.published)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    heard = [child.stdout.readline() for _ in range(lines)]
    for _ in range(bytes_more):
        paths.hidden.stat()
    os.kill(child.pid, signal.SIGKILL)
    heard += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    whole = [one.split() for one in heard if one.endswith(b"\n")]
    return [int(number) for word, number in whole if word == b"stored"]


def kill_and_look(paths: StorePaths, seed: int, rounds: int) -> None:
    moments = random.Random(seed)
    acknowledged = 0
    for _ in range(rounds):
        stored = killed_after(paths, moments.randint(1, 5), moments.randint(0, 20_000))
        acknowledged = max([acknowledged, *stored])
        with Store.open(paths, now=NOW) as store:
            assert store.verify() == []
            commits = store.info()["commits"]
            found = store.reader().sql(
                "SELECT DISTINCT value, count(*) FROM krt.observations GROUP BY value"
            )[1]
        # One commit may be there that was not acknowledged yet; none is missing, none is half.
        assert acknowledged <= commits
        assert found == ([(float(commits), 100)] if commits else [])
        if paths.published.exists():
            with Snapshot.open(paths.published) as snapshot:
                rows = snapshot.sql("SELECT count(*), count(DISTINCT value) FROM krt.observations")
                assert rows[1][0][0] in (0, 100)
                assert rows[1][0][1] <= 1


def test_kill_9_at_any_moment_loses_nothing_acknowledged(paths: StorePaths) -> None:
    kill_and_look(paths, seed=1, rounds=8)


@pytest.mark.soak
def test_kill_9_at_fifty_moments_loses_nothing_acknowledged(paths: StorePaths) -> None:
    kill_and_look(paths, seed=2, rounds=50)


FULL = """
import resource, sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from krtracker.model import Outcome, Point, Pull
from krtracker.periods import Span
from krtracker.store import DiskFullError, Store, StorePaths
now = datetime(2026, 11, 2, 6, tzinfo=UTC)
window = Span(date(2020, 1, 1), date(2024, 12, 31))
def pulls(value):
    points = [Point(day, value) for day in window]
    return [Pull(f"m{n}", "db", window, now, Outcome.OK, points) for n in range(10)]
def most(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
paths = StorePaths(Path(sys.argv[1]))
with Store.open(paths, now=now) as store:
    reader = store.reader()
    store.commit(pulls(1.0), now=now)
    store.publish()
    most(int(sys.argv[2]))
    try:
        store.commit(pulls(2.0), now=now)
        print("stored")
    except DiskFullError as error:
        assert "free some space" in str(error), error
        print("full")
    try:
        store.publish()
    except DiskFullError:
        print("publish full")
    print(reader.sql("SELECT count(*) FROM krt.observations")[1][0][0])
    most(resource.RLIM_INFINITY)
    store.commit(pulls(3.0), now=now)
    store.publish()
    print(reader.sql("SELECT DISTINCT value FROM krt.observations")[1])
    assert store.verify() == [], store.verify()
"""


@pytest.mark.parametrize("room", [1000, 30_000, 200_000, 400_000, 800_000])
def test_a_full_disk_is_said_and_the_same_store_goes_on_when_there_is_room(
    paths: StorePaths, room: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(paths.published), str(room)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] in {"full", "stored"}
    assert said[-2:] == ["18270", "[(3.0,)]"]
    with duckdb.connect(str(paths.published), read_only=True) as snapshot:
        values = snapshot.execute("SELECT DISTINCT value FROM krt.observations").fetchall()
    assert values == [(3.0,)]


TRACE = """
import sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
sys.path.insert(0, sys.argv[2])
from tests.store.test_recovery import fill
from tests.store.world import NOW
from krtracker.store import Snapshot, Store, StorePaths, run_untrusted
paths = StorePaths(Path(sys.argv[1]))
with Store.open(paths, now=NOW) as store:
    fill(store)
    store.publish()
    store.backup()
    store.verify()
    store.info()
    store.publish()
with Store.open(paths, now=NOW) as store:
    with Snapshot.open(paths.published) as snapshot:
        snapshot.evaluations()
assert str(paths.lock) in opened
print([one for one in opened if Path(one).resolve() == paths.store])
"""


def test_our_own_code_never_opens_the_store_file(paths: StorePaths) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", TRACE, str(paths.published), root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_nothing_of_the_store_imports_pandas(paths: StorePaths) -> None:
    # DuckDB 1.5 itself imports pandas, where there is one, at the first bound parameter: there it
    # is taken away, so that the store at least shows that it does without.
    without = "import duckdb, sys\nif duckdb.__version__ < '2': sys.modules['pandas'] = None\n"
    script = (
        without
        + WRITE.replace("while True:", "for _ in range(2):")
        + (
            "\n    store.reader().states()\n    store.reader().series({('m0', ''): window})"
            "\nassert not sys.modules.get('pandas') and 'pyarrow' not in sys.modules"
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(paths.published)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_status_line_needs_no_numpy_nor_pandas_and_paths_no_duckdb(paths: StorePaths) -> None:
    with Store.open(paths, now=NOW) as store:
        store.publish()
    script = (
        "import sys\nfrom pathlib import Path\nfrom krtracker.store import StorePaths\n"
        "paths = StorePaths(Path(sys.argv[1]))\nassert 'duckdb' not in sys.modules\n"
        "from krtracker.store import Snapshot\nwith Snapshot.open(paths.published) as snapshot:\n"
        "    snapshot.evaluations()\n    snapshot.sql('FROM krt.key_results')\n"
        "assert 'numpy' not in sys.modules and 'pandas' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(paths.published)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
