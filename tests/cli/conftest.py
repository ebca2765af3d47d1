"""Workspaces for the command line's tests: one empty, one that has collected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.world import World, made


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Configured, nothing collected yet."""
    return made(tmp_path / "workspace")


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Collected and evaluated once; tests that only read share it."""
    world = made(tmp_path_factory.mktemp("collected"))
    ran = world.run("collect")
    assert ran.exit_code == 0, ran.output
    return world


@pytest.fixture
def filled(collected: World, tmp_path: Path) -> World:
    """A copy of the collected workspace to change at will."""
    return World(Path(shutil.copytree(collected.folder, tmp_path / "copy")))
