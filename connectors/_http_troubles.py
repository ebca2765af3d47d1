"""From an exchange that broke to one of the contract's failures, in words without an address."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator

import requests
from urllib3 import exceptions

from connectors._http_body import CutShortError, TooBigError, UnknownCodingError
from connectors._http_failures import Verdict
from krtracker.connector import (
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)


def verdict_of_trouble(trouble: Exception, place: str) -> Verdict:
    """What broke an exchange, in words of our own: the library's hold whole addresses."""
    chain = list(_causes(trouble))
    for kinds, words in REFUSED.items():
        if _any(chain, kinds):
            return Verdict(SourceRejectedError(f"{place}: {words}"))
    for kinds, words in UNREADABLE.items():
        if _any(chain, kinds):
            return Verdict(UnexpectedAnswerError(f"{place}: {words}"))
    for kinds, words in UNREACHED.items():
        if _any(chain, kinds):
            return Verdict(SourceUnavailableError(f"{place}: {words}"), again=True)
    return Verdict(SourceUnavailableError(f"{place}: the connection failed"), again=True)


Kinds = tuple[type[BaseException], ...]

REFUSED: dict[Kinds, str] = {
    (ssl.SSLCertVerificationError,): "its certificate is not to be trusted (expired, of another "
    "host, or of an unknown authority): give that authority's file as `ca_file`",
    (requests.exceptions.InvalidURL, exceptions.LocationParseError): "this is no address: "
    "correct `url` of the source",
    (requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema): "the address must "
    "begin with https:// or http://: correct `url` of the source",
    (requests.exceptions.InvalidHeader,): "a header is not well-formed: correct `headers`",
}
UNREADABLE: dict[Kinds, str] = {
    (TooBigError,): "the answer is larger than the cap: ask for fewer days or rows at a time",
    (UnknownCodingError,): "the answer is packed in a way nobody asked for",
    (zlib.error,): "the answer cannot be unpacked",
}
UNREACHED: dict[Kinds, str] = {
    (CutShortError, exceptions.IncompleteRead): "the answer was cut short",
    (exceptions.NameResolutionError,): "the name of the host cannot be looked up",
    (ConnectionRefusedError,): "the connection was refused: is the host up, the port right?",
    (requests.exceptions.ProxyError, exceptions.ProxyError): "the proxy cannot be used",
    (requests.Timeout, exceptions.TimeoutError, TimeoutError): "no answer in time",
    (ssl.SSLError,): "no secure connection came about",
    (ConnectionResetError, exceptions.ProtocolError): "the connection ended before the answer did",
}


def _any(chain: list[BaseException], kinds: Kinds) -> bool:
    return any(isinstance(one, kinds) for one in chain)


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    """The trouble and all it came from; urllib3 keeps the cause as `reason` or an argument."""
    waiting, seen = [trouble], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        near = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [other for other in near if isinstance(other, BaseException)]
