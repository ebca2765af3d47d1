"""Runs one command in a process of its own and says what it cost."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
BYTECODE = Path(tempfile.gettempdir()) / "krtracker-bench-bytecode"
"""Modules are compiled once, as in any installation: a run that compiled 170 files each time would
measure the compiler. Both sides' libraries come compiled."""

FIXED_WORK = 0.125
"""CPU seconds of `_fixed_work` on the machine that the limits in seconds are written for."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the process and its threads; peak memory in megabytes."""

    cpu: float
    memory: float
    output: str


def cost_of(
    command: Sequence[str], *, cwd: Path = ROOT, environ: Mapping[str, str] | None = None
) -> Cost:
    """Runs it to its end; CalledProcessError, its stderr shown, when it fails."""
    with tempfile.NamedTemporaryFile("r") as told:
        words = [sys.executable, "-S", "-E", __file__, told.name, *command]
        environ = {**_environ(), **(environ or {})}
        ran = subprocess.run(
            words, cwd=cwd, env=environ, stdout=subprocess.PIPE, text=True, check=True
        )
        cpu, memory = told.read().split()
    return Cost(float(cpu), float(memory), ran.stdout)


def _run_and_tell(told: str, command: Sequence[str]) -> int:
    """Runs the command and writes what it cost; its exit code.

    In a small process between: a process inherits the peak of the one that starts it (Linux), and
    the test runner's own is larger than what is measured here.
    """
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1e6 if sys.platform == "darwin" else 1e3
    Path(told).write_text(f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / scale}")
    return process.returncode


def spent() -> float:
    """CPU seconds of this process so far, of its threads and of the processes it waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def slowness(times: int = 9) -> float:
    """How many times as long this machine takes for fixed work as the limits allow for; 1 at least.

    Limits in seconds are those of one quiet machine. A shared one is slower from minute to minute:
    ask before and after what is measured.
    """
    return max(1.0, median(_fixed_work() for _ in range(times)) / FIXED_WORK)


def _fixed_work() -> float:
    """CPU seconds of plain Python: numbers, tuples, sorting, tables."""
    begun = time.process_time()
    for turn in range(6):
        rows = [(n * 7919 % 10_007, math.sin(n + turn)) for n in range(30_000)]
        rows.sort()
        table = {(key, place): value for place, (key, value) in enumerate(rows)}
        assert math.isfinite(math.fsum(table.values()))
    return time.process_time() - begun


def _environ() -> dict[str, str]:
    kept = {name: one for name, one in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(BYTECODE)}


def python(*words: str) -> list[str]:
    return [sys.executable, *words]


if __name__ == "__main__":
    sys.exit(_run_and_tell(sys.argv[1], sys.argv[2:]))
