"""Whether a folder is one a store can trust: tells of network and synced ones, forbids none."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|virtiofs|fuse\.(sshfs|rclone|s3fs|gcsfuse)"
)
SYNCED = re.compile(
    r"Dropbox.*|OneDrive.*|Google ?Drive|CloudStorage|Mobile Documents|Nextcloud|pCloud.*",
    re.IGNORECASE,
)
MOUNTS = Path("/proc/self/mountinfo")


def doubt(folder: Path, mounts: str) -> str:
    """Why the store is better kept elsewhere, as a sentence; empty when nothing speaks against it.

    `mounts` is the text of /proc/self/mountinfo (proc(5)), empty where a system has none.
    """
    kind = _kind(folder, mounts)
    if NETWORK.fullmatch(kind):
        return f"{folder} is on a network file system ({kind}): its locks cannot be relied on"
    synced = next((part for part in folder.parts if SYNCED.fullmatch(part)), None)
    if synced:
        return f"{folder} is kept in step by `{synced}`: a copy made in mid-write is a broken store"
    return ""


def mounted() -> str:
    """The mounts of this machine, empty where it does not tell."""
    try:
        return MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _kind(folder: Path, mounts: str) -> str:
    """The file system of the innermost mount that holds the folder; of two the later one."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, told = before.split(" "), after.split(" ")
        if len(fields) < 5:
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if folder.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = told[0], len(point.parts)
    return found
