"""Connectors are found by name through entry points, and the samples in their docstrings work."""

from __future__ import annotations

import inspect
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from krtracker import registry
from krtracker.errors import UnknownNameError

SOURCE_WORDS = {"connector", "timezone", "timeout", "max_requests"}
METRIC_WORDS = {"title", "kind", "source", "unit", "description", "actual", "refresh"}


def test_the_built_in_connectors_are_registered() -> None:
    assert {"files", "http", "prometheus", "sql"} <= set(registry.names())


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no connector `sqll`: did you mean `sql`"):
        registry.load("sqll")


def test_loading_a_connector_opens_no_driver() -> None:
    import subprocess

    code = (
        "import sys; from krtracker import registry; [registry.load(n) for n in registry.names()];"
        "heavy = {'sqlalchemy', 'duckdb', 'psycopg', 'pandas', 'requests', 'urllib3', 'jmespath'};"
        "print([*heavy & set(sys.modules)])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package that registers connectors, one of which lacks what it stands on."""
    dist = tmp_path / "stranger-1.0.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (dist / "entry_points.txt").write_text(
        "[krtracker.connectors]\n"
        "kept = tests.kit.broken:Good\n"
        "ghost = no_such_driver_of_ghosts:Ghost [ghosts]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("stranger")
def test_a_strangers_connector_is_found_like_our_own() -> None:
    from tests.kit.broken import Good

    assert "kept" in registry.names()
    assert registry.load("kept") is Good


@pytest.mark.usefixtures("stranger")
def test_a_connector_that_lacks_its_package_names_what_to_install() -> None:
    with pytest.raises(registry.ConnectorMissingError) as caught:
        registry.load("ghost")
    assert str(caught.value) == (
        "connector `ghost` cannot be loaded, the package `no_such_driver_of_ghosts` "
        "is not installed: uv tool install 'stranger[ghosts]'"
    )


def sample(name: str) -> dict[str, Any]:
    """The TOML table in the docstring of a connector's module."""
    doc = inspect.getdoc(inspect.getmodule(registry.load(name))) or ""
    lines = [line for line in doc.splitlines() if line.startswith("    ") or not line.strip()]
    return tomllib.loads(textwrap.dedent("\n".join(lines)))


@pytest.mark.parametrize("name", sorted({"files", "http", "prometheus", "sql"}))
def test_the_sample_in_the_docstring_is_valid(name: str) -> None:
    kind, tables = registry.load(name), sample(name)
    for source in tables["sources"].values():
        assert source["connector"] == name
        own = {key: value for key, value in source.items() if key not in SOURCE_WORDS}
        kind.SourceOptions.model_validate(own)
    for metric in tables["metrics"].values():
        assert metric["source"] in tables["sources"]
        own = {key: value for key, value in metric.items() if key not in METRIC_WORDS}
        kind.QueryOptions.model_validate(own)
