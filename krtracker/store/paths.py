"""Where the parts of a store lie, all derived from the published file; touches no file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100


class StorePaths:
    """The places of one store, links resolved once so that no file is ever opened under two names.

    `published` is the file analysts open; everything private lies in a hidden folder beside it.
    """

    def __init__(self, published: Path) -> None:
        self.published = Path(os.path.realpath(published))
        folder, stem = self.published.parent, self.published.stem
        self.live = folder / f"{stem}_live.duckdb"
        self.hidden = folder / f".{stem}"
        self.store = self.hidden / "store.duckdb"
        self.lock = self.hidden / "lock"
        self.archive = self.hidden / "archive"
        self.backups = self.hidden / "backups"
        self.temporary = self.hidden / "tmp"
        self.heartbeat = self.hidden / "heartbeat.json"
        self.names = self.hidden / "names.json"

    @property
    def socket(self) -> Path:
        """The control socket; in a private temporary folder where the path would be too long."""
        near = self.hidden / "control.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
            return near
        mark = hashlib.sha256(os.fsencode(self.hidden)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"krtracker-{os.getuid()}-{mark}" / "control.sock"

    @property
    def private_folders(self) -> tuple[Path, ...]:
        """The folders only the store's owner may enter, outermost first."""
        return (self.hidden, self.archive, self.backups, self.temporary)

    def __repr__(self) -> str:
        return f"StorePaths({str(self.published)!r})"
