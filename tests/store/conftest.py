"""A store in a fresh folder, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from krtracker.store import Store, StorePaths
from tests.store.world import NOW


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for the many examples of a property: each example uses names of its own."""
    folder = tmp_path_factory.mktemp("lasting")
    with Store.open(StorePaths(folder / "krtracker.duckdb"), now=NOW) as opened:
        yield opened


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "krtracker.duckdb")


@pytest.fixture
def store(paths: StorePaths) -> Iterator[Store]:
    with Store.open(paths, now=NOW) as opened:
        yield opened
