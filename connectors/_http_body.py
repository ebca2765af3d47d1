"""Reads the body of an answer whole, unpacked and below a cap; half a body is refused."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

PIECE = 65_536
PACKED = ("gzip", "x-gzip", "deflate")
ANY_HEADER = 32 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Heard:
    """One answer, read whole; `measured` when its length or its end was told with it."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    measured: bool


class TooBigError(Exception):
    """The body is larger than the cap; how large, nobody waited for."""


class CutShortError(Exception):
    """The body ended before its own end mark."""


class UnknownCodingError(Exception):
    """The body is packed in a way that was not offered."""


def whole_body(raw: BaseHTTPResponse, most: int) -> bytes:
    """All bytes of the answer, unpacked. Raises the three errors above and those of urllib3.

    The cap holds for bytes as sent and as unpacked, and is looked at every 64 kB of either, so
    that a small body which unpacks to a huge one costs no more than the cap.
    """
    coding = raw.headers.get("Content-Encoding", "").strip().lower()
    pieces = _pieces(raw, most)
    if coding in PACKED:
        pieces = _unpacked(pieces)
    elif coding not in ("", "identity"):
        raise UnknownCodingError(coding[:40])
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            raise TooBigError
    return bytes(body)


def _pieces(raw: BaseHTTPResponse, most: int) -> Iterator[bytes]:
    read = 0
    while piece := raw.read(PIECE, decode_content=False):
        read += len(piece)
        if read > most:
            raise TooBigError
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What gzip or zlib packed, several gzip members after another too."""
    unpacker, left, begun = zlib.decompressobj(ANY_HEADER), b"", False
    for piece in pieces:
        left += piece
        while left:
            if unpacker.eof:
                unpacker = zlib.decompressobj(ANY_HEADER)
            begun = True
            yield unpacker.decompress(left, PIECE)
            left = unpacker.unconsumed_tail or unpacker.unused_data
    if begun and not unpacker.eof:
        yield unpacker.flush()
        if not unpacker.eof:
            raise CutShortError
