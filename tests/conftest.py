"""Fixtures every room may use; the servers are started only when a test asks for one."""

pytest_plugins = ["tests.services"]
