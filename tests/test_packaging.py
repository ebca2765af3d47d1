"""The wheel: what a stranger installs holds the example, the connectors and the entry points."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from krtracker import registry

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_made_up_company_travels_inside(wheel: zipfile.ZipFile) -> None:
    shipped = {str(path.relative_to(ROOT / "config")) for path in (ROOT / "config").rglob("*.*")}
    inside = {name.removeprefix("krtracker/example/") for name in wheel.namelist()}
    assert shipped <= inside


def test_every_module_and_its_companions_are_inside(wheel: zipfile.ZipFile) -> None:
    ours = [*(ROOT / "krtracker").rglob("*.*"), *(ROOT / "connectors").rglob("*.py")]
    wanted = {
        str(path.relative_to(ROOT)) for path in ours if path.suffix in {".py", ".sql", ".typed"}
    }
    assert wanted - set(wheel.namelist()) == set()


def test_connectors_and_the_command_are_entry_points(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert points["console_scripts"]["krtracker"] == "krtracker.cli:main"
    assert set(points["krtracker.connectors"]) == set(registry.names())


def test_tests_and_caches_stay_outside(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {
        "connectors",
        "krtracker",
    }
    assert not any("__pycache__" in name for name in wheel.namelist())
