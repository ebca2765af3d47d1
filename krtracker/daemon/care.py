"""What `krtracker db` asks of whoever holds the store, told as plain values; it repairs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Cared(Protocol):
    """A store, or the tracker that writes one."""

    def info(self) -> dict[str, Any]: ...

    def verify(self) -> list[str]: ...

    def backup(self) -> Path: ...


def _info(store: Cared) -> dict[str, Any]:
    return {"facts": store.info()}


def _verify(store: Cared) -> dict[str, Any]:
    """What is wrong twice: a commit made in the middle of one look is not there at the next."""
    found = store.verify()
    again = set(store.verify()) if found else set()
    return {"problems": [one for one in found if one in again]}


def _backup(store: Cared) -> dict[str, Any]:
    return {"path": str(store.backup())}


CARE: Mapping[str, Callable[[Cared], dict[str, Any]]] = {
    "backup": _backup,
    "info": _info,
    "verify": _verify,
}
