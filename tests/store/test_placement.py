"""A store on a network or synced folder is told of; one on a disk is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.store.placement import doubt, mounted

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:45 / /srv/team rw shared:9 - nfs4 files:/team rw,vers=4.2
31 30 8:2 / /srv/team/fast rw shared:10 - xfs /dev/sdb1 rw
32 22 0:46 / /mnt/our\\040share rw - cifs //files/share rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/team/okrs", "nfs4"), ("/mnt/our share/data", "cifs")]
)
def test_a_network_file_system_is_named(folder: str, kind: str) -> None:
    assert doubt(Path(folder), MOUNTS) == (
        f"{folder} is on a network file system ({kind}): its locks cannot be relied on"
    )


@pytest.mark.parametrize("folder", ["/home/ann/okrs", "/srv/team/fast/okrs", "/srv/teams"])
def test_the_innermost_mount_decides(folder: str) -> None:
    assert doubt(Path(folder), MOUNTS) == ""


@pytest.mark.parametrize("part", ["Dropbox", "OneDrive - Acme", "Google Drive"])
def test_a_synced_folder_is_named(part: str) -> None:
    assert f"`{part}`" in doubt(Path("/home/ann") / part / "okrs", MOUNTS)


def test_without_a_table_of_mounts_nothing_is_claimed() -> None:
    assert doubt(Path("/srv/team"), "") == ""


def test_the_temporary_folder_of_this_machine_is_no_cause_for_doubt(tmp_path: Path) -> None:
    assert doubt(tmp_path, mounted()) == ""
