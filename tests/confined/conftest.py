"""A stranger's package, installed for this process and its children; holds no test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The stranger's package, installed for this process and its children."""
    folder = tmp_path_factory.mktemp("site")
    dist = folder / "stranger-1.0.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    offered = "[krtracker.connectors]\nstranger = tests.confined.stranger:Stranger\n"
    (dist / "entry_points.txt").write_text(offered)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        yield
