"""Which property of GA4 is asked, and at which address; opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HOST = "https://analyticsdata.googleapis.com"


@dataclass(frozen=True)
class Target:
    """`property` is `properties/ID`; `transport` is rest or grpc."""

    property: str
    transport: str
    endpoint: str = HOST
    ca_file: Path | None = None


def check_endpoint(endpoint: str, transport: str) -> None:
    """Raises ValueError unless a token may be sent there: over TLS, or to this very machine."""
    try:
        parts = urlsplit(endpoint)
        host, plain = parts.hostname or "", parts.scheme == "http"
        known = parts.scheme in ("http", "https") and bool(host) and (parts.port or 1) > 0
    except ValueError:
        known, plain, host = False, False, ""
    if not known or parts.path not in ("", "/") or parts.query or "@" in parts.netloc:
        raise ValueError(f"write an address such as {HOST}")
    if plain and not is_loopback(host):
        raise ValueError("a token is only sent over https, or to this very machine")
    if plain and transport == "grpc":
        raise ValueError('gRPC needs an address with https (and `ca_file`), or transport = "rest"')


def is_loopback(host: str) -> bool:
    """Whether the name means this very machine."""
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")
