"""Where requests go: addresses below a base, and redirects as far as they are safe to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Annotated, Any
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from pydantic import AfterValidator

from connectors._http_auth import Signature
from connectors._http_words import Words
from krtracker.connector import SourceRejectedError, UnexpectedAnswerError

REDIRECTS = (301, 302, 303, 307, 308)
MOST_HOPS = 5
PORTS = {"http": 80, "https": 443}


def check_address(url: str) -> str:
    """The address, when it may be asked. Raises ValueError saying what to write."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or not url.isprintable() or " " in url:
        raise ValueError("write an address such as https://api.example.com/v2")
    if "@" in parts.netloc:
        raise ValueError("take user and password out of the address: they belong into `auth`")
    return url


Address = Annotated[str, AfterValidator(check_address)]
"""The type of an option that holds a base address: http or https, without a credential."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request as it goes out; `signed` while it goes where the credential belongs."""

    url: str
    method: str = "GET"
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    signed: bool = True

    def with_signature(self, signature: Signature) -> Hop:
        """The hop with the credential, where the address does not bear it already."""
        borne = dict(parse_qsl(urlsplit(self.url).query))
        added = {key: one for key, one in signature.params.items() if key not in borne}
        form = {**(self.form or {}), **signature.form} if signature.form else self.form
        headers = {**self.headers, **signature.headers}
        return replace(self, params={**self.params, **added}, form=form, headers=headers)


class Route:
    """The way from a base address; other hosts are entered only where `redirects_to` names them."""

    def __init__(self, base: str, redirects_to: tuple[str, ...], words: Words) -> None:
        self._base, self._allowed, self._words = base, redirects_to, words
        self.host = urlsplit(base).netloc

    def address(self, path: str) -> str:
        """The address of a path below the base, or of a whole address on the base's host.

        Raises UnexpectedAnswerError for an address elsewhere: an answer gave it.
        """
        if "://" not in path:
            base = urlsplit(self._base)
            joined = f"{base.path.rstrip('/')}/{path.lstrip('/')}" if path else base.path
            return urlunsplit(base._replace(path=joined))
        if not same_origin(self._base, path):
            raise UnexpectedAnswerError(
                f"the next page is said to be at {self._words.place(path)}, not at {self.host}: "
                "it is not asked"
            )
        return path

    def redirected(self, hop: Hop, status: int, location: str) -> Hop:
        """The next hop; the credential stays behind when the host changes.

        Raises SourceRejectedError for another host that is not allowed, for leaving https, and
        for a body that would be lost.
        """
        target = urljoin(hop.url, location)
        words = f"{self._words.place(hop.url)} sends us on to {self._words.place(target)}"
        try:
            check_address(target)
        except ValueError:
            raise SourceRejectedError(f"{words}, which is no address to ask") from None
        was, to = urlsplit(hop.url), urlsplit(target)
        if was.scheme == "https" and to.scheme == "http":
            raise SourceRejectedError(f"{words} without encryption: it is not followed")
        home = same_origin(self._base, target) or _upgraded(self._base, target)
        if not home and not any(fnmatchcase(to.hostname or "", one) for one in self._allowed):
            raise SourceRejectedError(
                f"{words}, another host: write that address as `url`, or allow it by "
                f'`redirects_to = ["{to.hostname}"]`'
            )
        if hop.method not in ("GET", "HEAD") and status not in (307, 308):
            raise SourceRejectedError(f"{words} and would lose the body: write that address")
        target = urlunsplit(to._replace(fragment=""))
        moved = replace(hop, url=target, params={}, signed=hop.signed and home)
        return moved if home else replace(moved, headers={}, json=None, form=None)


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have one scheme, host and port."""
    return _origin(one) == _origin(other)


def _upgraded(base: str, target: str) -> bool:
    """Whether the target is the base's own host, with encryption where the base has none."""
    return (_origin(base), _origin(target)) == (
        ("http", urlsplit(target).hostname, 80),
        ("https", urlsplit(base).hostname, 443),
    )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
