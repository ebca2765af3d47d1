"""What a stream can show: colour, Unicode, width; it escapes unsafe characters and never prints."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "grey": "90",
}

# C0 and C1 controls, and the marks that turn the direction of text around (Trojan Source).
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What one output stream can show; `interactive` says that a person sits before it."""

    colour: bool = False
    unicode: bool = True
    width: int = 100
    interactive: bool = False

    def paint(self, text: str, style: str) -> str:
        """The text in a style ("red", "bold green"), or as it is where colour is off."""
        codes = [CODES[word] for word in style.split() if word in CODES]
        if not self.colour or not codes or not text:
            return text
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"


def terminal_of(stream: IO[str] | None, environ: Mapping[str, str]) -> Terminal:
    """The stream's abilities: NO_COLOR wins over FORCE_COLOR, which wins over what it is."""
    interactive = _is_terminal(stream)
    dumb = environ.get("TERM") == "dumb"
    colour = interactive and not dumb
    if environ.get("FORCE_COLOR", "") not in ("", "0"):
        colour = True
    if environ.get("NO_COLOR"):
        colour = False
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    width = shutil.get_terminal_size((100, 24)).columns
    return Terminal(colour, encoding.startswith("utf"), width, interactive)


def _is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # a closed stream
        return False


def visible(text: str, *, keep: str = "") -> str:
    """The text with every control character shown as its escape (faults.md 83).

    Characters in `keep` (such as a line break in a message) stay as they are.
    """

    def shown(found: re.Match[str]) -> str:
        character = found[0]
        return character if character in keep else _escape(character)

    return UNSAFE.sub(shown, text)


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}.get(character)
    number = ord(character)
    return short or (f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}")


def safe_json(text: str) -> str:
    """JSON text in which every unsafe character is a JSON escape; line breaks between stay."""
    return UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else _json_escape(found[0]), text)


def _json_escape(character: str) -> str:
    return f"\\u{ord(character):04x}"


def cells(text: str) -> int:
    """How many terminal columns the text takes (wide characters two, combining marks none)."""
    if text.isascii():
        return len(text)
    return sum(_cell_width(character) for character in text)


def _cell_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def clipped(text: str, width: int, ellipsis: str = "…") -> str:
    """The text cut to `width` columns, its end marked when something was cut."""
    if cells(text) <= width:
        return text
    taken = ""
    for character in text:
        if cells(taken + character) > width - cells(ellipsis):
            break
        taken += character
    return (taken.rstrip() + ellipsis) if width > 1 else taken
