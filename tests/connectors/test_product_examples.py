"""The examples at the top of the connectors of analytics products are good configuration."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest

from krtracker import wiring
from krtracker.settings import load


@pytest.mark.parametrize("name", ["amplitude", "mixpanel", "posthog"])
def test_the_example_of_a_connector_passes_check(name: str, tmp_path: Path) -> None:
    said = importlib.import_module(f"connectors.{name}").__doc__ or ""
    lines = said.partition("\n\n")[2].splitlines()
    example = [line for line in lines if not line or line.startswith("    ")]
    path = tmp_path / "krtracker.toml"
    path.write_text("schema = 1\n" + textwrap.dedent("\n".join(example)), "utf-8")
    workspace = load(path)
    assert len(workspace.metrics) == 2
    assert list(wiring.check(workspace)) == []
    sources = wiring.sources(workspace, {})
    assert all(sources.query(metric) for metric in workspace.metrics.values())
