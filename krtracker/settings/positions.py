"""Finds where keys and values stand in a TOML text; trusts tomllib for validity, keeps no value."""

from __future__ import annotations

import contextlib
import re
import tomllib
from typing import NamedTuple

Path = tuple[str, ...]

SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
BLANK = re.compile(r"[ \t]*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.S,
)


class Mark(NamedTuple):
    """Offsets of a key and of its value; for a table header both are in the header itself."""

    key: int
    key_end: int
    value: int
    value_end: int


def scan(text: str) -> tuple[dict[Path, Mark], list[Path]]:
    """Marks by path of keys (list items by their number), and the paths that are set twice."""
    scanner = _Scanner(text)
    # Where the text is no valid TOML, what was found before it still helps a message.
    with contextlib.suppress(IndexError, RecursionError, ValueError):
        scanner.run()
    return scanner.marks, scanner.twice


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.marks: dict[Path, Mark] = {}
        self.twice: list[Path] = []
        self.items: dict[Path, int] = {}
        self.headers: set[Path] = set()

    def run(self) -> None:
        prefix: Path = ()
        self.skip(SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)
            self.skip(SPACE)

    def skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, what: re.Pattern[str]) -> str:
        found = what.match(self.text, self.at)
        if found is None or found.end() == self.at:
            raise IndexError
        self.at = found.end()
        return found[0]

    def keys(self) -> list[tuple[str, int, int]]:
        found = []
        while True:
            self.skip(BLANK)
            start = self.at
            word = self.take(STRING if self.text[self.at] in "\"'" else BARE)
            found.append((_unquoted(word), start, self.at))
            self.skip(BLANK)
            if self.text[self.at] != ".":
                return found
            self.at += 1

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", start)
        self.at += 1 + many
        names = self.keys()
        self.at = min(self.at + 1 + many, len(self.text))
        path: Path = ()
        for name, begin, end in names[:-1]:
            path = (*path, name)
            self.marks.setdefault(path, Mark(begin, end, begin, end))
            path = self.inside(path)
        path = (*path, names[-1][0])
        if many:
            self.items[path] = self.items.get(path, -1) + 1
        elif path in self.headers:
            self.twice.append(path)
        self.headers.add(path)
        self.marks.setdefault(path, Mark(names[-1][1], names[-1][2], start, self.at))
        full = self.inside(path)
        self.marks[full] = Mark(names[-1][1], names[-1][2], start, self.at)
        return full

    def inside(self, path: Path) -> Path:
        return (*path, str(self.items[path])) if path in self.items else path

    def pair(self, prefix: Path) -> None:
        names = self.keys()
        self.at += 1
        self.skip(BLANK)
        path, start = prefix, self.at
        for name, _, _ in names:
            path = (*path, name)
            self.marks.setdefault(path, Mark(names[0][1], names[0][2], start, start))
        if self.marks[path].value != start:
            self.twice.append(path)
        self.value(path)
        self.marks[path] = Mark(names[-1][1], names[-1][2], start, self.at)

    def value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "[{":
            self.at += 1
            self.contents(path, "]" if first == "[" else "}")
        else:
            self.take(STRING if first in "\"'" else SCALAR)

    def contents(self, path: Path, closing: str) -> None:
        number = 0
        self.skip(SPACE)
        while self.text[self.at] != closing:
            if closing == "}":
                self.pair(path)
            else:
                start, item = self.at, (*path, str(number))
                self.value(item)
                self.marks[item] = Mark(start, self.at, start, self.at)
            number += 1
            self.skip(SPACE)
            if self.text[self.at] == ",":
                self.at += 1
                self.skip(SPACE)
        self.at += 1


def _unquoted(word: str) -> str:
    if word[0] not in "\"'":
        return word
    if word[0] == "'" or "\\" not in word:
        return word[1:-1]
    return str(tomllib.loads(f"key = {word}")["key"])
