"""Fixtures every room may use, and how many processes share the work; holds no test."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.services"]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole suite takes two processes; chosen files one; benches and soaks measure alone."""
    chosen = config.option.file_or_dir or config.option.keyword
    alone = chosen or config.option.markexpr != "not bench and not soak"
    return 0 if alone else 2
