"""The care of a store that somebody is writing to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from krtracker.daemon.care import CARE

CUT = "run 3: the store's 2 rows are not the 4 that were accepted"


class Writing:
    """A store in which a commit is half made at every look, and one run is truly damaged."""

    def __init__(self) -> None:
        self.looks = 0

    def verify(self) -> list[str]:
        self.looks += 1
        return [f"commit {self.looks} is only in the archive", CUT]

    def info(self) -> dict[str, Any]:
        return {}

    def backup(self) -> Path:
        return Path()


def test_only_what_is_wrong_at_two_looks_is_wrong() -> None:
    assert CARE["verify"](Writing()) == {"problems": [CUT]}
