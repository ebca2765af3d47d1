"""Where the texts of a configuration come from: the disk, or the texts kept with an evaluation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol


class Shelf(Protocol):
    """Texts by name relative to the workspace's folder."""

    def read(self, name: str) -> str:
        """The text; raises OSError or UnicodeDecodeError where there is none."""
        ...

    def matching(self, pattern: str) -> list[str]:
        """Names that a glob pattern finds, in order."""
        ...


class DiskShelf:
    """The files under (or beside) a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode("utf-8")

    def matching(self, pattern: str) -> list[str]:
        import glob

        found = glob.glob(pattern, root_dir=self.folder, recursive=True)
        names = [name for name in found if (self.folder / name).is_file()]
        return sorted(os.path.normpath(name) for name in names)


class TextShelf:
    """Texts already in hand, as `Workspace.files` keeps them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def read(self, name: str) -> str:
        if name not in self.texts:
            raise FileNotFoundError(2, "not among the stored files", name)
        return self.texts[name]

    def matching(self, pattern: str) -> list[str]:
        wanted = os.path.normpath(pattern).split(os.sep)
        return sorted(name for name in self.texts if _fits(name.split(os.sep), wanted))


def _fits(name: list[str], pattern: list[str]) -> bool:
    """Whether the parts of a path fit those of a glob: `**` is any number of folders."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        visible = next((n for n, one in enumerate(name) if one.startswith(".")), len(name))
        return any(_fits(name[skip:], pattern[1:]) for skip in range(visible + 1))
    return bool(name) and _one_fits(name[0], pattern[0]) and _fits(name[1:], pattern[1:])


def _one_fits(part: str, pattern: str) -> bool:
    # As glob does: a hidden file is found only by a pattern that begins with a dot.
    return fnmatchcase(part, pattern) and (not part.startswith(".") or pattern.startswith("."))
