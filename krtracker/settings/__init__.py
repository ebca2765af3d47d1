"""Reads the TOML files into one checked value, says all that is wrong with them; opens nothing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from krtracker.settings.find import find_configuration, published_path

if TYPE_CHECKING:
    from krtracker.settings.codes import CODES, CodeCard
    from krtracker.settings.editor_schema import json_schema
    from krtracker.settings.secrets import SecretMissingError, read_dotenv, resolve_secrets
    from krtracker.settings.workspace import load, parse

__all__ = [
    "CODES",
    "CodeCard",
    "SecretMissingError",
    "find_configuration",
    "json_schema",
    "load",
    "parse",
    "published_path",
    "read_dotenv",
    "resolve_secrets",
]

_LATE = {
    "CODES": "codes",
    "CodeCard": "codes",
    "SecretMissingError": "secrets",
    "json_schema": "editor_schema",
    "load": "workspace",
    "parse": "workspace",
    "read_dotenv": "secrets",
    "resolve_secrets": "secrets",
}


def __getattr__(name: str) -> Any:
    # Late, so that commands that only look for the file do not pay for pydantic.
    if name in _LATE:
        room = importlib.import_module(f"krtracker.settings.{_LATE[name]}")
        globals()[name] = found = getattr(room, name)
        return found
    raise AttributeError(f"module 'krtracker.settings' has no attribute {name!r}")
