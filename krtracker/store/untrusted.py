"""One query of a stranger on the snapshot, in a throw-away child with limits; trusts no setting."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb

from krtracker.errors import StoreUnusableError, UsageError
from krtracker.store.answers import Table
from krtracker.store.paths import StorePaths

ALLOWED = frozenset({"SELECT", "EXPLAIN"})
# In DuckDB 1.5 these pass every setting as plain SELECTs and write files.
FORBIDDEN = re.compile(r"\b(?:enable|disable)_\w+\s*\(|\btruncate_\w+\s*\(", re.IGNORECASE)
LONGEST_ANSWER = 64 * 1024 * 1024


def run_untrusted(published: Path, sql: str, *, limit: int = 1000, seconds: float = 30.0) -> Table:
    """The first `limit` rows of one SELECT, or a UsageError that says what is wrong with it.

    A query that takes longer than `seconds` is killed with its process.
    """
    check_statement(sql)
    paths = StorePaths(published)
    if not paths.published.exists():
        raise StoreUnusableError(
            f"no snapshot yet at {paths.published}: run `krtracker backfill` to fill it"
        )
    asked = {
        "file": str(paths.published),
        "sql": sql,
        "limit": limit,
        "seconds": seconds,
        "path": str(Path(duckdb.__file__).parent.parent),
    }
    return _table(_ask_child(json.dumps(asked), seconds), limit)


def check_statement(sql: str) -> None:
    """Raises UsageError unless the text is exactly one SELECT or EXPLAIN."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(f"this is not SQL that DuckDB reads: {error}") from error
    if len(statements) != 1:
        raise UsageError(f"give one statement, not {len(statements)}")
    kind = statements[0].type.name
    if kind not in ALLOWED:
        raise UsageError(f"only SELECT and EXPLAIN are run on the snapshot, not {kind}")
    if FORBIDDEN.search(sql):
        raise UsageError("functions that change DuckDB's settings are not run on the snapshot")


def _ask_child(asked: str, seconds: float) -> dict[str, Any]:
    with as_file(files("krtracker.store").joinpath("untrusted_child.py")) as script:
        # Isolated (-I), nothing in its environment, a session of its own to be killed whole.
        child = subprocess.Popen(
            [sys.executable, "-I", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )
        try:
            out, _ = child.communicate(asked.encode(), timeout=seconds + 2.0)
        except subprocess.TimeoutExpired as error:
            raise UsageError(_too_long(seconds)) from error
        finally:
            _end(child)
    return _understood(out, child.returncode, seconds)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def _understood(out: bytes, code: int, seconds: float) -> dict[str, Any]:
    if code == -signal.SIGXCPU:
        raise UsageError(_too_long(seconds))
    if code != 0 or not out or len(out) > LONGEST_ANSWER:
        raise UsageError(
            "the query needed more memory than a query may have: ask for fewer rows, "
            "or aggregate in the query"
        )
    answer: dict[str, Any] = json.loads(out)
    if "error" in answer:
        raise UsageError(answer["error"])
    return answer


def _too_long(seconds: float) -> str:
    return (
        f"the query took longer than {seconds:g} s and was stopped: narrow it to fewer days "
        f"or metrics, or give it more time"
    )


def _table(answer: dict[str, Any], limit: int) -> Table:
    rows = tuple(tuple(row) for row in answer["rows"][:limit])
    return Table(
        columns=tuple(answer["columns"]),
        rows=rows,
        truncated=len(answer["rows"]) > limit,
        types=tuple(answer["types"]),
    )
