"""The child that runs one untrusted query under limits; imports nothing of krtracker."""

from __future__ import annotations

import json
import math
import os
import resource
import sys
import threading
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

ADDRESS_SPACE = 1_500_000_000
MEMORY = "512MB"
SETTINGS = (
    f"SET memory_limit='{MEMORY}'; SET threads=2; SET TimeZone='UTC';"
    "SET enable_progress_bar=false; SET temp_directory='';"
    "SET autoinstall_known_extensions=false; SET autoload_known_extensions=false;"
    "SET allow_community_extensions=false; SET python_enable_replacements=false;"
    "SET enable_external_access=false; SET lock_configuration=true"
)


def limit_process(seconds: float) -> None:
    """Memory, processor time, files and core dumps: what DuckDB's own settings do not bound."""
    cpu = int(seconds * 2) + 3
    for what, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The columns, types and at most `limit` + 1 rows, or the error in words."""
    sys.path.append(asked["path"])
    import duckdb

    connection = duckdb.connect(asked["file"], read_only=True)
    connection.execute(SETTINGS)
    timer = threading.Timer(asked["seconds"], connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        found = connection.execute(asked["sql"])
        rows = found.fetchmany(asked["limit"] + 1)
        described = found.description or []
    except duckdb.InterruptException:
        return {"error": f"the query took longer than {asked['seconds']:g} s and was stopped"}
    except duckdb.Error as error:
        return {"error": str(error)}
    finally:
        timer.cancel()
    return {
        "columns": [one[0] for one in described],
        "types": [str(one[1]) for one in described],
        "rows": [[plain(value) for value in row] for row in rows],
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: days and instants as ISO text, what JSON lacks as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return str(value)


def main() -> None:
    asked = json.load(sys.stdin)
    limit_process(asked["seconds"])
    json.dump(answer(asked), sys.stdout)
    sys.stdout.flush()
    # Not through the interpreter's end, where a query that is still running can crash it.
    os._exit(0)


if __name__ == "__main__":
    main()
