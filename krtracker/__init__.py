"""krtracker: key results that measure themselves; `krtracker.open()` is the analysts' way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from krtracker.analyst import Workbook as Workbook
    from krtracker.analyst import open as open

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Late, so that `import krtracker` and every command's start stay free of duckdb.
    if name in {"open", "Workbook"}:
        from krtracker import analyst

        return getattr(analyst, name)
    raise AttributeError(f"module 'krtracker' has no attribute {name!r}")
